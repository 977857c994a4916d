"""The list of variables agrees with what runs hold and says enough about each."""

from dataclasses import replace

import numpy as np
import pytest

from factories import small_country, small_ensemble
from hinterland import record
from hinterland.axes import Ages
from hinterland.record import FLOWS, IDENTITY, STOCKS
from hinterland.results.dataset import to_dataset
from hinterland.results.variables import (
    BY_PERIOD,
    BY_YEAR,
    CHANCES,
    ERRORS,
    LIVELIHOODS,
    SERIES,
    SETTLEMENTS,
    TABLES,
    VARIABLES,
)
from hinterland.selections import SELECTIONS, select


def test_every_stock_and_flow_of_a_run_is_listed_and_nothing_else():
    assert tuple(v.name for v in SERIES if v.kind == "stock") == STOCKS
    assert tuple(v.name for v in SERIES if v.kind == "flow") == FLOWS
    lived = tuple(v.name for v in LIVELIHOODS)
    assert lived == record.LIVELIHOODS
    settled = tuple(v.name for v in SETTLEMENTS)
    assert settled == record.SETTLEMENTS
    known_of_some = {v.name for v in (*CHANCES, *ERRORS)}
    crude = small_ensemble(2)
    assert set(VARIABLES) - set(lived) - set(settled) - known_of_some == set(map(str, to_dataset(crude).data_vars))
    told = replace(crude, likely_error=np.zeros((len(crude.years), len(crude.country.places))))
    assert set(map(str, to_dataset(told).data_vars)) - set(map(str, to_dataset(crude).data_vars)) == {"likely_error"}
    assert set(IDENTITY) <= set(FLOWS)


def test_units_and_axes_follow_from_stock_or_flow():
    for variable in SERIES:
        assert variable.dims == (BY_YEAR if variable.kind == "stock" else BY_PERIOD)
        assert variable.unit == ("persons" if variable.kind == "stock" else "persons per period")


@pytest.mark.parametrize("variable", [*SERIES, *TABLES], ids=lambda variable: variable.name)
def test_each_is_named_in_three_languages_and_defined_in_one_sentence(variable):
    assert set(variable.label) == {"en", "zh", "ja"}
    assert all(variable.label.values())
    assert variable.definition.endswith(".")
    assert variable.definition.count(". ") == 0


def test_labels_are_distinct_in_each_language():
    for language in ("en", "zh", "ja"):
        labels = [variable.label[language] for variable in VARIABLES.values()]
        assert len(set(labels)) == len(labels)


def test_selections_count_whom_they_name():
    ages = Ages(width=5, open=85)
    cells = np.zeros((2, len(ages)))
    cells[0, ages.index(64)] = 1
    cells[0, ages.index(65)] = 10
    cells[1, ages.index(80)] = 100
    cells[1, ages.index(39)] = 1000
    cells[0, ages.index(39)] = 10_000
    cells[1, ages.index(14)] = 100_000
    sums = {name: float(value) for name, value in select(cells, ages).items()}
    assert sums == {
        "people": 111_111,
        "people_0_14": 100_000,
        "people_15_64": 11_001,
        "people_65_plus": 110,
        "people_80_plus": 100,
        "women_20_39": 1000,
    }


def test_selections_agree_between_single_years_and_groups_of_five():
    single = np.random.default_rng(0).integers(0, 100, (3, 2, 86)).astype(float)
    grouped = np.concatenate([single[..., :85].reshape(3, 2, 17, 5).sum(-1), single[..., 85:]], axis=-1)
    by_year, by_five = select(single, Ages(1, 85)), select(grouped, Ages(5, 85))
    for name in SELECTIONS:
        np.testing.assert_array_equal(by_year[name], by_five[name])


def test_age_groups_that_a_selection_would_cut_are_refused():
    with pytest.raises(ValueError, match="cannot be cut at age 15"):
        select(np.ones((2, len(Ages(10, 80)))), Ages(10, 80))


def test_a_small_country_of_any_size_makes_a_run():
    for places in (1, 2, 9):
        assert small_ensemble(2, country=small_country(places)).stocks["people"].shape == (2, 17, places)
