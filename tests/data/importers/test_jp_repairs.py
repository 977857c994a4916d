"""Wrong tables are told from towns that change fast, from lasting changes and from disasters."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.data.importers.jp_repairs import beyond, outside, repair_ages, wrong_flows

YEARS, GROUPS = 14, 17


def _steady(size: float = 1000.0) -> np.ndarray:
    """[1, year, sex, age] a town that ages a little every year, the same way in both sexes."""
    start = np.linspace(1.5, 0.5, GROUPS)
    tables = np.stack([start + 0.01 * year * np.linspace(-1, 1, GROUPS) for year in range(YEARS)])
    return size * np.repeat(tables[None, :, None, :], 2, axis=2)


def test_a_table_between_its_neighbours_has_nobody_outside():
    shares = np.array([[[0.5, 0.5], [0.6, 0.4], [0.8, 0.2]]])
    assert outside(shares) == pytest.approx(np.array([[0.0]]))


def test_persons_outside_are_those_beyond_both_neighbours():
    shares = np.array([[[0.5, 0.5], [0.9, 0.1], [0.6, 0.4]]])
    # 0.3 above in one cell, 0.3 below in the other: three tenths of the people are in the wrong cell.
    assert outside(shares) == pytest.approx(np.array([[0.3]]))


def test_a_fast_change_is_no_fault():
    ages = _steady()
    ages[0, :, :, 3] += 300 * np.arange(YEARS)[:, None]
    repaired = repair_ages(ages, YEARS - 1)
    assert not repaired.wrong.any()
    assert np.array_equal(repaired.ages, ages)


def test_an_exchanged_table_takes_the_course_of_the_years_before():
    ages = _steady()
    truth = ages.copy()
    ages[0, 6] = ages[0, 6, :, ::-1]
    ages[0, 7:, :, 0] += 77.0
    repaired = repair_ages(ages, YEARS - 1)
    assert np.argwhere(repaired.wrong).tolist() == [[0, 6]]
    assert repaired.ages[0, 6] == pytest.approx(truth[0, 6], rel=1e-9)
    assert np.array_equal(np.delete(repaired.ages, 6, axis=1), np.delete(ages, 6, axis=1))


def test_each_sex_keeps_its_people():
    ages = _steady()
    ages[0, 6, 0] = ages[0, 6, 0, ::-1] * 1.01
    repaired = repair_ages(ages, YEARS - 1)
    assert repaired.wrong[0, 6]
    assert repaired.ages.sum(axis=3) == pytest.approx(ages.sum(axis=3), rel=1e-12)


def test_a_lasting_change_stays():
    ages = _steady()
    ages[0, 6:, :, 2] += 400.0
    ages[0, 6:, :, 9] -= 400.0
    assert not repair_ages(ages, YEARS - 1).wrong.any()


def test_a_place_of_few_people_may_scatter():
    rng = np.random.default_rng(4)
    ages = rng.poisson(_steady(30.0)).astype(float)
    assert not repair_ages(ages, YEARS - 1).wrong.any()


def test_years_after_the_last_are_neighbours_only():
    ages = _steady()
    ages[0, 12] = ages[0, 12, :, ::-1]
    assert repair_ages(ages, 12).wrong[0, 12]
    assert not repair_ages(ages, 11).wrong.any()


@pytest.mark.parametrize("count", [1, 2])
def test_the_first_years_are_repaired_where_they_break_with_what_follows(count):
    ages = _steady()
    truth = ages.copy()
    ages[0, :count] = ages[0, :count, :, ::-1]
    repaired = repair_ages(ages, YEARS - 1)
    assert np.flatnonzero(repaired.wrong[0]).tolist() == list(range(count))
    assert repaired.ages[0, :count] == pytest.approx(truth[0, :count], rel=1e-9)


def test_a_first_year_that_agrees_with_later_ones_stays():
    ages = _steady()
    ages[0, 1:5] = ages[0, 1:5, :, ::-1]
    assert not repair_ages(ages, YEARS - 1).wrong[0, 0]


def test_a_second_year_takes_the_mean_of_its_neighbours():
    ages = _steady()
    ages[0, 1] = ages[0, 1, :, ::-1]
    repaired = repair_ages(ages, YEARS - 1)
    assert np.argwhere(repaired.wrong).tolist() == [[0, 1]]
    assert repaired.ages[0, 1] == pytest.approx((ages[0, 0] + ages[0, 2]) / 2, rel=1e-9)


def test_counts_beyond_their_neighbours_have_a_sign():
    counts = np.array([[10.0, 30.0, 20.0, 5.0, 8.0]])
    assert beyond(counts).tolist() == [[0.0, 10.0, 0.0, -3.0, 0.0]]


def _town(**changed: tuple[int, float]) -> np.ndarray:
    """[year] True where flows of a town are wrong: 100 births, deaths, arrivals, departures a year, some changed."""
    flows = {name: np.full((1, 6), 100.0) for name in ("births", "deaths", "arrivals", "departures")}
    for name, (year, value) in changed.items():
        if name != "people":
            flows[name][0, year] = value
    growth = flows["births"] - flows["deaths"] + flows["arrivals"] - flows["departures"]
    if "people" in changed:
        growth[0, changed["people"][0]] += changed["people"][1]
    return wrong_flows(*flows.values(), people=5000.0 + np.cumsum(growth, axis=1))[0]


def test_births_far_out_are_wrong():
    assert np.flatnonzero(_town(births=(3, 201.0))).tolist() == [3]
    assert not _town(births=(3, 199.0)).any()


def test_a_disaster_is_no_fault_but_columns_exchanged_are():
    assert not _town(deaths=(3, 2000.0)).any()
    assert np.flatnonzero(_town(deaths=(3, 300.0), departures=(3, 0.0))).tolist() == [3]
    assert not _town(deaths=(3, 300.0), departures=(3, 300.0)).any()


def test_deaths_that_people_do_not_bear_out_are_wrong():
    # 200 deaths too many are counted, but people fall by 50 less than all counts say, or by 150 less.
    assert not _town(deaths=(3, 300.0), people=(3, 50.0)).any()
    assert np.flatnonzero(_town(deaths=(3, 300.0), people=(3, 150.0))).tolist() == [3]
