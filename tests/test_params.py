"""Parameter files are read with their laws; every fault names file, parameter, value and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from hinterland.axes import LIFE_STAGES
from hinterland.errors import InputError
from hinterland.fitted import read_fitted
from hinterland.fitted import written as in_toml
from hinterland.params import Parameter, load

PULL = """
[pull]
doc = "Strength of a pull."
value = 0.5
unit = "1"
range = [0.0, 3.0]
prior = [0.3, 1.2]
drawn = true
source = "Invented."
status = "assumed"
"""

STAGED = """
[home]
doc = "Share who come home."
value = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
unit = "share"
range = [0.0, 1.0]
prior = [0.05, 0.9]
source = "Invented."
status = "measured"
"""


def written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_reads_numbers_and_stages_in_order(tmp_path: Path) -> None:
    parameters = load(written(tmp_path, b=STAGED, a=PULL))
    assert list(parameters) == ["pull", "home"]
    assert parameters.value("pull") == 0.5
    assert isinstance(parameters.value("pull"), float)
    np.testing.assert_array_equal(parameters.value("home"), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    assert list(parameters.assumed()) == ["pull"]
    assert list(parameters.drawn()) == ["pull"]
    assert parameters["pull"].prior == (0.3, 1.2)
    assert parameters["home"].prior_items == ((0.05, 0.9),) * len(LIFE_STAGES)


def test_whole_numbers_are_read_as_floats(tmp_path: Path) -> None:
    parameters = load(written(tmp_path, a=PULL.replace("value = 0.5", "value = 1")))
    assert isinstance(parameters.value("pull"), float)


def test_a_prior_may_differ_by_stage(tmp_path: Path) -> None:
    ends = "prior = [[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]]"
    parameter = load(written(tmp_path, a=STAGED.replace("prior = [0.05, 0.9]", ends)))["home"]
    assert parameter.prior_items is not None
    assert parameter.prior_items[2] == (0.2, 0.4)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value = 0.5", "value = 3.5", r"value 3\.5 is outside its range 0 to 3\. Give a value within"),
        ("value = 0.5", "value = 1.5", r"value 1\.5 is outside its prior 0\.3 to 1\.2\. Give a prior"),
        ("value = 0.5", "value = nan", r"value = nan: .*finite"),
        ("value = 0.5", "value = true", r"value True is not a number"),
        ("value = 0.5", 'value = "much"', r"value 'much' is not a number"),
        ("value = 0.5", "value = [0.5, 0.5]", r"value has 2 items and there are 7 life stages\. .*0-14, 15-19"),
        ("value = 0.5\n", "", r"value is missing\. Add value"),
        ('source = "Invented."\n', "", r"source is missing\. Add source"),
        ('source = "Invented."', 'source = "  "', r"source is empty\. Say in words"),
        ('doc = "Strength of a pull."\n', "", r"doc is missing"),
        ('unit = "1"', 'unit = "1/years"', r"unit '1/years' is not known; did you mean '1/year'"),
        ('status = "assumed"', 'status = "guessed"', r"status = 'guessed': .*assumed"),
        ("prior = [0.3, 1.2]", "prior = [-0.3, 1.2]", r"prior -0\.3 to 1\.2 reaches outside the range 0 to 3"),
        ("prior = [0.3, 1.2]", "prior = [1.2, 0.3]", r"prior 1\.2 to 0\.3 is empty"),
        ("prior = [0.3, 1.2]", "prior = [0.3]", r"prior = .*\. Correct prior"),
        ("prior = [0.3, 1.2]", f"prior = [{[0.0] * 7}, {[1.0] * 7}]", r"interval per life stage and value is one"),
        ("prior = [0.3, 1.2]\n", "", r"drawn is true and there is no prior\. Give prior"),
        ("range = [0.0, 3.0]", "range = [3.0, 0.0]", r"range 3 to 0 is empty"),
        ("prior = ", "priors = ", r"key priors is not known\. Did you mean 'prior'\?"),
        ("[pull]", '[pull]\nname = "push"', r"name is given as a field\. Remove it"),
        ("[pull]", "pull = 3\n[push]", r"3 is not a table\. Open a table \[pull\]"),
    ],
)
def test_faults_name_file_parameter_value_and_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in PULL
    written(tmp_path, moves=PULL.replace(old, new))
    with pytest.raises(InputError, match=said) as caught:
        load(tmp_path)
    assert caught.value.where == "moves.toml, parameter pull"
    assert caught.value.remedy


def test_a_stage_outside_is_named(tmp_path: Path) -> None:
    written(tmp_path, a=STAGED.replace("0.4, 0.5, 0.6, 0.7]", "0.4, 0.5, 0.6, 1.7]"))
    with pytest.raises(InputError, match=r"value 1\.7 at 60\+ is outside its range"):
        load(tmp_path)


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^bad\.toml: is not TOML: .*line 2"):
        load(written(tmp_path, bad="[pull]\nvalue 3"))


def test_a_name_in_two_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^b\.toml: pull stands in a\.toml too"):
        load(written(tmp_path, a=PULL, b=PULL))


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no parameter file in it"):
        load(tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        load(tmp_path / "nowhere")


def test_overrides_fix_the_value_and_say_so(tmp_path: Path) -> None:
    parameters = load(written(tmp_path, a=PULL + STAGED), overrides={"pull": 2.5, "home": [0.5] * 7})
    assert parameters.value("pull") == 2.5
    assert not parameters["pull"].drawn
    assert parameters["pull"].prior is None
    assert parameters["pull"].source == "Set for this run."
    assert parameters["home"].status == "assumed"
    np.testing.assert_array_equal(parameters.value("home"), np.full(7, 0.5))


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"pul": 0.5}, r"there is no parameter 'pul'\. Did you mean 'pull'\?.*hinterland parameters"),
        ({"xyzzy": 0.5}, r"there is no parameter 'xyzzy'\. Known are home, pull"),
        ({"pull": 9.0}, r"parameter pull: value 9 is outside its range 0 to 3"),
        ({"pull": float("inf")}, r"parameter pull: value = inf"),
        ({"pull": [0.5] * 7}, r"pull has 1 value\(s\) and 7 are given"),
        ({"home": 0.5}, r"home has 7 value\(s\) and 1 are given\. .*one for each of 0-14"),
    ],
)
def test_overrides_are_checked(tmp_path: Path, overrides: dict[str, float], said: str) -> None:
    written(tmp_path, a=PULL + STAGED)
    with pytest.raises(InputError, match=said):
        load(tmp_path, overrides=overrides)


def test_parameters_cannot_be_changed(tmp_path: Path) -> None:
    parameters = load(written(tmp_path, a=PULL + STAGED))
    with pytest.raises(ValidationError, match="frozen"):
        parameters["pull"].value = 0.6  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ValueError, match="read-only"):
        parameters.value("home")[0] = 0.9
    with pytest.raises(TypeError, match="item assignment"):
        parameters["pull"] = parameters["home"]  # pyright: ignore[reportIndexIssue]


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="did you mean 'pull'"):
        load(written(tmp_path, a=PULL)).value("pulls")


def test_records_survive_json(tmp_path: Path) -> None:
    parameters = load(written(tmp_path, a=PULL + STAGED))
    back = [Parameter.model_validate(record) for record in json.loads(json.dumps(parameters.records()))]
    assert back == list(parameters.values())


def test_the_models_own_parameters_load() -> None:
    parameters = load()
    assert len(parameters) > 0
    assert all(parameter.doc.endswith(".") and parameter.source.endswith(".") for parameter in parameters.values())


FIT = """
[[pull]]
value = 0.8
low = 0.7
high = 1.0
fitted_on = "moves of 2005"
method = "by hand"
known_from = 2005

[[pull]]
value = 0.9
low = 0.7
high = 1.1
fitted_on = "moves of 2015"
method = "by hand"
known_from = 2015
"""


def fitted_in(folder: Path, text: str) -> Path:
    written(folder, a=PULL, b=STAGED)
    (folder / "fitted").mkdir()
    written(folder / "fitted", xx=text)
    return folder


def test_a_fit_takes_the_place_of_the_general_value_and_says_what_it_rests_on(tmp_path: Path) -> None:
    pull = load(fitted_in(tmp_path, FIT), fitted="xx")["pull"]
    assert pull.value == 0.9
    assert pull.status == "calibrated"
    assert pull.source == "Fitted on moves of 2015: by hand."
    assert pull.drawn
    # 95% intervals are given, a prior is one of 90%.
    assert pull.prior_items == (pytest.approx((0.9 - 0.2 * 0.83923, 0.9 + 0.2 * 0.83923), abs=1e-5),)


@pytest.mark.parametrize(("year", "value"), [(2004, 0.5), (2005, 0.8), (2014, 0.8), (2015, 0.9), (None, 0.9)])
def test_only_fits_that_were_known_in_a_year_hold(tmp_path: Path, year: int | None, value: float) -> None:
    """A launch before the data of a fit must do with what stood before: later figures would leak into it."""
    assert load(fitted_in(tmp_path, FIT), fitted="xx", at=year).value("pull") == value


def test_overrides_come_after_fits(tmp_path: Path) -> None:
    parameters = load(fitted_in(tmp_path, FIT), fitted="xx", overrides={"pull": 2.0})
    assert parameters.value("pull") == 2.0
    assert parameters["pull"].source == "Set for this run."


@pytest.mark.parametrize("country", ["yy", "../xx", "", "fitted/xx"])
def test_a_country_without_a_file_borrows_nothing(tmp_path: Path, country: str) -> None:
    folder = fitted_in(tmp_path, FIT)
    assert load(folder, fitted=country).records() == load(folder).records()


def test_what_is_borrowed_is_said(tmp_path: Path) -> None:
    borrowed = FIT.replace("known_from = 2015", 'known_from = 2015\nborrowed_from = ["us", "jp"]')
    assert load(fitted_in(tmp_path, borrowed), fitted="xx")["pull"].source.endswith("Borrowed from us, jp.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[pull]]", "[[pul]]", r"fitted/xx.toml, parameter pul: there is no parameter 'pul'\. Did you mean 'pull'"),
        ("value = 0.9", "value = 5.0", r"parameter pull: value 5 is outside its range 0 to 3"),
        ("high = 1.1", "high = 3.5", r"parameter pull: high 3\.5 is outside its range 0 to 3"),
        ("low = 0.7", "low = 0.95", r"value 0\.9 is not between low 0\.95 and high 1\.1"),
        ("value = 0.9", "value = [0.9, 0.9]", r"pull has 1 value\(s\) and value gives 2"),
        ("value = 0.9", 'value = "much"', r"parameter pull: value: "),
        ("known_from = 2015", "known_from = 15", r"known_from: input should be greater than or equal to 1800"),
        ("known_from = 2015", "", "known_from: field required"),
        ("known_from = 2015", "known_from = 2015\nborrowed = 1", "borrowed: extra inputs are not permitted"),
        ("value = 0.9", "value = nan", "value: input should be a finite number"),
        ('method = "by hand"', 'method = " "', "method: string should have at least 1 character"),
        ("[[pull]]", "[pull", "fitted/xx.toml: is not TOML"),
    ],
)
def test_faults_of_fits_name_file_parameter_and_value(tmp_path: Path, old: str, new: str, said: str) -> None:
    last = FIT[FIT.rindex("[[pull]]") :]
    with pytest.raises(InputError, match=said):
        load(fitted_in(tmp_path, last.replace(old, new)), fitted="xx")


def test_a_fit_that_is_one_table_is_told_to_be_a_list(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is no list of fits\. Open each fit with \[\[pull\]\]"):
        load(fitted_in(tmp_path, FIT[FIT.rindex("[[pull]]") :].replace("[[pull]]", "[pull]")), fitted="xx")


def test_fits_by_life_stage(tmp_path: Path) -> None:
    staged = FIT[FIT.rindex("[[pull]]") :].replace("[[pull]]", "[[home]]")
    for field, shift in (("value = 0.9", 0.0), ("low = 0.7", -0.05), ("high = 1.1", 0.05)):
        values = [round(0.1 * (k + 1) + shift, 3) for k in range(7)]
        staged = staged.replace(field, f"{field.split()[0]} = {values}")
    home = load(fitted_in(tmp_path, staged), fitted="xx")["home"]
    assert home.items == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    assert home.prior_items is not None
    assert home.prior_items[6] == pytest.approx((0.7 - 0.05 * 0.83923, 0.7 + 0.05 * 0.83923), abs=1e-5)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    fits = read_fitted(fitted_in(tmp_path, FIT), "xx")
    again = tmp_path / "again"
    again.mkdir()
    fitted_in(again, in_toml({name: [fit] for name, fit in fits.items()}, "Invented."))
    assert read_fitted(again, "xx") == fits
