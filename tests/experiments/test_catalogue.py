"""The catalogue of natural experiments: what it refuses, and the rule that splits it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from hinterland.errors import InputError
from hinterland.experiments.catalogue import FAMILIES, catalogue, split
from hinterland.experiments.results import study_of
from hinterland.experiments.studies import STUDIES

GOOD = """
[[experiment]]
id = "E90"
family = "jobs"
event = "Something happens"
place = "Somewhere"
period = "then"
unit = "county"
outcome = "people"
measure = "%"
horizon = 10.0
kind = "size"
effect = -4.0
source = "Nobody 2026"
sure = "A"
role = "test"
"""


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "list.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        catalogue(path)
    assert str(caught.value).startswith("list.toml")
    assert caught.value.remedy
    return str(caught.value)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text(GOOD, encoding="utf-8")
    (one,) = catalogue(path).experiment
    assert one.bounds == (-8.0, -2.0)
    assert (one.sign, one.threshold) == (-1, pytest.approx(0.2))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("effect = -4.0", "effect = 0.0", "effect is 0"),
        ("effect = -4.0", "effect = nan", "key effect"),
        ("effect = -4.0", 'effect = "-4"', "key effect"),
        ("effect = -4.0", "", "kind size is given with nothing"),
        ("effect = -4.0", "effect = -4.0\ntolerance = 1.0", "kind size is given with effect, tolerance"),
        ("effect = -4.0", "effect = -4.0\nlow = -5.0", "only one end"),
        ("effect = -4.0", "effect = -4.0\nlow = -3.0\nhigh = -2.0", "does not hold the effect"),
        ("effect = -4.0", 'effect = -4.0\nbecause = "so"', "because goes with a null"),
        ('kind = "size"\neffect = -4.0', 'kind = "null"\ntolerance = 1.0', "because goes with a null"),
        ('kind = "size"\neffect = -4.0', 'kind = "sign"\ndirection = "down"', "kind sign is given with direction"),
        ('kind = "size"', 'kind = "big"', "key kind"),
        ('id = "E90"', 'id = "90"', "key id"),
        ('sure = "A"', "", "key sure: is missing"),
        ('sure = "A"', 'sure = "A"\nweight = 2', "key weight: is not known"),
        ("horizon = 10.0", "horizon = -1.0", "key horizon"),
        ('role = "test"', 'role = "fit"', "By the rule of the split it is for test"),
        ('role = "test"', 'role = "fit"\nused = ["pushes"]', "'pushes'"),
        ('family = "jobs"', 'family = "mystery"', "key family"),
        ("[[experiment]]", "[[experiments]]", "experiment: is missing"),
        ("[[experiment]]", "[[experiment]", "is not TOML"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert said in refused(tmp_path, GOOD.replace(old, new))


def test_an_id_twice_and_a_wrong_order_are_refused(tmp_path: Path) -> None:
    assert "E90 stands twice" in refused(tmp_path, GOOD + GOOD.replace('role = "test"', 'role = "fit"'))
    other = GOOD.replace("E90", "E91").replace("jobs", "rail")
    assert "E91 is out of order" in refused(tmp_path, GOOD + other)


def test_the_split_takes_turns_within_each_family_and_spares_what_was_used() -> None:
    listed = catalogue().experiment
    assert all(one.role == "fit" for one in listed if one.used)
    for family in FAMILIES:
        roles = [one.role for one in listed if one.family == family and not one.used]
        assert roles == [("test", "fit")[k % 2] for k in range(len(roles))]
    blank = [one.model_copy(update={"used": ()}) for one in listed]
    turned = [one.model_copy(update={"effect": 1.0, "kind": "size"}) for one in blank]
    assert split(turned) == split(blank), "no result is looked at"


def test_every_experiment_has_one_design_and_every_design_is_listed() -> None:
    run = [name for study in STUDIES for name in study.ids]
    assert sorted(run) == sorted(one.id for one in catalogue().experiment)
    assert all(study.simulate.__doc__ for study in STUDIES)


def test_nulls_say_what_their_tolerance_rests_on() -> None:
    nulls = [one for one in catalogue().experiment if one.kind == "null"]
    assert len(nulls) >= 5
    for one, other in product(nulls, nulls):
        assert one is other or one.because != other.because


@pytest.mark.parametrize(("name", "said"), [("E99", "there is no experiment"), ("E14", "no productivity of their own")])
def test_what_is_not_run_says_why(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        study_of(name)
