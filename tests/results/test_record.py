"""A run whose figures do not add up is refused, with place, year and process named."""

from dataclasses import replace

import numpy as np
import pytest

from factories import small_ensemble
from hinterland.record import IDENTITY, check, residuals


def changed(ensemble, kind, name, index, by):
    arrays = dict(getattr(ensemble, kind))
    arrays[name] = arrays[name].copy()
    arrays[name][index] += by
    return replace(ensemble, **{kind: arrays})


def test_a_sound_run_passes_and_its_residuals_are_rounding():
    ensemble = small_ensemble()
    check(ensemble)
    assert np.abs(residuals(ensemble)).max() < 1e-6


@pytest.mark.parametrize("name", sorted(IDENTITY))
def test_one_person_too_many_in_any_flow_is_found_and_placed(name):
    broken = changed(small_ensemble(), "flows", name, (3, 5, 1), 1.0)
    with pytest.raises(ArithmeticError, match=r"Baihe \(A002\), 2050, member 3: change of people is not explained"):
        check(broken)


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_negative_or_infinite_stock_is_found_and_placed(value):
    ensemble = small_ensemble()
    broken = changed(ensemble, "stocks", "away", (1, 2, 3), value - ensemble.stocks["away"][1, 2, 3])
    with pytest.raises(ArithmeticError, match=r"Liuping \(B004\), 2030, member 1: away is negative or not finite"):
        check(broken)


def test_net_flows_may_be_negative_but_not_infinite():
    ensemble = small_ensemble()
    assert (ensemble.flows["international"] < 0).any()
    with pytest.raises(ArithmeticError, match="international is negative or not finite"):
        check(changed(ensemble, "flows", "international", (0, 0, 0), np.inf))


def test_ages_that_do_not_sum_to_people_are_found():
    broken = changed(small_ensemble(), "stocks", "people_15_64", (0, 4, 2), 1.0)
    with pytest.raises(ArithmeticError, match=r"Songkou \(B003\), 2040, member 0: people differs from the sum"):
        check(broken)


@pytest.mark.parametrize(
    ("kind", "part", "whole", "year"),
    [
        ("stocks", "people_80_plus", "people_65_plus", 2025),
        ("stocks", "women_20_39", "people", 2025),
        ("flows", "returns", "arrivals", 2030),
    ],
)
def test_a_part_larger_than_its_whole_is_found(kind, part, whole, year):
    with pytest.raises(ArithmeticError, match=rf"Shanyuan \(A001\), {year}, member 2: {part} exceeds {whole}"):
        check(changed(small_ensemble(), kind, part, (2, 1, 0), 1e8))


@pytest.mark.parametrize(("name", "index"), [("central", (6, 1, 0, 3)), ("by_age", (2, 6, 1, 0, 3))])
def test_tables_by_age_are_checked_as_well(name, index):
    ensemble = small_ensemble()
    table = getattr(ensemble, name).copy()
    table[index] = -5
    with pytest.raises(ArithmeticError, match=rf"Baihe \(A002\), 2050.*: {name} is negative"):
        check(replace(ensemble, **{name: table}))


def test_wrong_keys_shapes_and_years_are_refused():
    ensemble = small_ensemble()
    with pytest.raises(ValueError, match="expected"):
        check(replace(ensemble, flows={k: v for k, v in ensemble.flows.items() if k != "births"}))
    with pytest.raises(ValueError, match=r"people is float64\(5, 16, 4\), expected float64\(5, 17, 4\)"):
        check(replace(ensemble, stocks={**ensemble.stocks, "people": ensemble.stocks["people"][:, 1:]}))
    with pytest.raises(ValueError, match="away is float32"):
        check(replace(ensemble, stocks={**ensemble.stocks, "away": ensemble.stocks["away"].astype(np.float32)}))
    with pytest.raises(ValueError, match="must rise evenly from the base year 2020"):
        check(replace(ensemble, years=(2025, *ensemble.years[1:])))
