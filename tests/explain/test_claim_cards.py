"""The cards of the package: whole, in three languages, about things that exist; and files that are refused."""

from __future__ import annotations

import itertools
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from hinterland.errors import InputError
from hinterland.explain.claims.cards import card, ids, parsed
from hinterland.explain.claims.gallery import counted, told
from hinterland.explain.claims.observed import Outcome
from hinterland.explain.claims.quantities import label
from hinterland.explain.claims.verdicts import MATTERS, Gain, Line, gain, line, verdict
from hinterland.params import load
from hinterland.scenario_files.made import describe, shipped
from hinterland.scenario_files.schema import QUANTITIES
from hinterland.switches import SWITCHES

ROOT = Path(__file__).parents[2]
PACKS = {"cn", "cn-counties", "jp", "jp-census", "us"}


def text(name):
    return files("hinterland").joinpath("claims", f"{name}.toml").read_text("utf-8")


def test_there_is_a_card_for_every_claim():
    assert ids() == tuple(f"C{n:02d}" for n in range(1, 52))


@pytest.mark.parametrize("name", ids())
def test_a_card_speaks_of_things_that_exist(name):
    one, parameters = card(name), load()
    for test in one.test:
        assert set(test.packs) <= PACKS
        for quantity in (test.x, test.y, *test.given):
            if quantity:
                assert all(label(quantity).values())
    for parameter in one.hangs_on:
        assert parameter in parameters
    if one.prediction.mechanism:
        assert one.prediction.mechanism in SWITCHES
    assert one.effect.quantity in QUANTITIES
    if one.effect.scenario:
        assert one.effect.scenario in shipped()
    if one.effect.without:
        assert one.effect.without in SWITCHES


def test_a_scenario_made_for_a_claim_is_shown_by_it_or_by_another_of_its_claims():
    shown = {card(name).effect.scenario for name in ids()}
    silent = {name for name in shipped() if name not in shown}
    # These are parts of a sum, or the other direction of one that is shown.
    assert {name for name in silent if not name.startswith("jiaozuo")} <= {
        "building_stop", "clients_campaign", "coal_price_fall", "coal_price_rise", "fertility_high", "line_opening",
        "pandemic_dip", "school_keeping",
    }  # fmt: skip
    assert all(describe(name).claims for name in silent)


def test_the_back_tests_shown_are_those_of_the_documents():
    ours = files("hinterland").joinpath("claims", "ablations.csv").read_text("utf-8")
    assert ours == (ROOT / "docs" / "evidence" / "ablations.csv").read_text("utf-8")


def test_the_verdicts_follow_the_rules():
    for data, prediction in itertools.product(get_args(Line), get_args(Gain)):
        found = verdict(data, prediction)
        assert verdict(data, prediction, whole=False) != "holds"
        if found == "holds":
            assert data == "supports"
            assert prediction != "worse"
        if found == "does not hold":
            assert data in {"contradicts", "missing"}
        if data == "missing" and prediction == "missing":
            assert found == "cannot be told here"


def test_lines_of_several_tests():
    assert line([]) == line(["missing"]) == "missing"
    assert line(["supports", "missing"]) == "supports"
    assert line(["supports", "contradicts"]) == line(["supports", "unclear"]) == "mixed"
    assert {line([one]) for one in get_args(Outcome)} == set(get_args(Outcome))


def test_gains_below_what_matters_make_no_difference():
    assert gain([]) == "missing"
    assert gain([MATTERS]) == "better"
    assert gain([-MATTERS]) == "worse"
    assert gain([MATTERS, -MATTERS]) == "no difference"


def test_without_any_pack_nothing_is_told_but_what_back_tests_say():
    found = [told(card(name), lambda _: None, None) for name in ids()]
    assert counted(found)["holds"] == 0
    assert sum(counted(found).values()) == len(found)
    assert all(one.needs for one in found)


def test_an_unknown_claim_is_refused_by_name():
    with pytest.raises(InputError, match=r"C52.*C01 to C51"):
        card("C52")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('kind = "share"', 'kind = "guess"', "test.0.kind"),
        ('quantity = "growth"', 'quantity = "fate"', "no quantity 'fate'"),
        ("start = 2010", "start = 2030", "ends in 2020 and starts in 2030"),
        (
            'mechanism = "siphon"',
            'mechanism = "siphon"\nnone.en = "x"\nnone.zh = "x"\nnone.ja = "x"',
            "mechanism or none",
        ),
        ('without = "siphon"', 'without = "siphon"\nscenario = "merger_pair"', "one of the three"),
        ('title]\nen = "Countryside beside rich cities empties too"', "title]", "title.en"),
        ("[effect]", "extra = 1\n[effect]", "extra"),
        ('id = "C13"', 'id = "C14"', "id is C14"),
        ("[prediction]", "[prediction", "is not TOML"),
        ("least = 50.0", 'least = "half"', "test.0.least"),
    ],
)
def test_a_card_that_cannot_be_used(old, new, what):
    written = text("C13")
    assert old in written
    with pytest.raises(InputError, match=what) as refused:
        parsed(written.replace(old, new), "C13.toml")
    assert "C13.toml" in str(refused.value)
