"""Quantities of places against sums done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from countries import AGES, country, flat
from hinterland.explain.claims.quantities import NAMED, ages, known, label, measure

COUNT = 12
START, END = flat(np.full(COUNT, 3600.0)), flat(np.linspace(1800.0, 5400.0, COUNT))
JOBS = {
    "jobs_industry_pct": {2010: np.full(COUNT, 20.0), 2020: np.full(COUNT, 10.0)},
    "jobs_mine_pct": {2010: np.full(COUNT, 5.0), 2020: np.full(COUNT, 5.0)},
    "jobs_tradable_services_pct": {2010: np.full(COUNT, 15.0), 2020: np.full(COUNT, 25.0)},
    "births": {year: np.full(COUNT, 10.0) for year in range(2011, 2021)},
    "deaths": {year: np.full(COUNT, 28.0) for year in range(2011, 2021)},
}


@pytest.fixture(scope="module")
def small():
    return country({2010: START, 2020: END}, indicators=JOBS)


def asked(name, small):
    return measure(name)(small, 2010, 2020)


def test_growth_and_years_to_halve(small):
    assert asked("growth", small)[[0, -1]] == pytest.approx([-50, 50])
    assert asked("years_to_halve", small)[0] == pytest.approx(10)
    assert np.isinf(asked("years_to_halve", small)[-1])
    assert np.isnan(asked("earlier_growth", small)).all()


def test_moves_by_cohort_are_over_those_of_the_nation():
    people = START.copy()
    later = START.copy()
    group = AGES.index(30)
    later[:, :, group] *= np.where(np.arange(COUNT) < COUNT // 2, 0.5, 1.5)[:, None]
    small = country({2010: people, 2020: later})
    assert asked("moved_20_25", small) == pytest.approx(np.where(np.arange(COUNT) < COUNT // 2, -50.0, 50.0))
    assert asked("moved_40_60", small) == pytest.approx(np.zeros(COUNT))


def test_imputed_ages_are_told_by_no_cohort():
    small = country({2010: START, 2020: END}, imputed=True)
    assert np.isnan(asked("moved_20_25", small)).all()
    assert np.isnan(ages(small, 2010, 20, 65)).all()


def test_jobs_are_shares_of_those_of_working_age(small):
    working = 9 / 18
    assert asked("share_basic", small) == pytest.approx(np.full(COUNT, 40.0))
    assert asked("jobs_held_industry", small) == pytest.approx(np.full(COUNT, 0.2 * 3600 * working))
    then, now = 0.2 * 3600, 0.1 * END.sum(axis=(1, 2))
    assert asked("jobs_growth_industry", small) == pytest.approx(100 * (now / then - 1))
    assert asked("jobs_turnover_industry", small) == pytest.approx(np.abs(100 * (now / then - 1)))
    assert asked("jobs_change_industry", small) == pytest.approx(100 * (now - then) / 3600)
    assert asked("share_change_industry", small) == pytest.approx(np.full(COUNT, -10.0))


def test_natural_change_sums_the_years_after_the_start(small):
    assert asked("natural_loss", small) == pytest.approx(np.full(COUNT, 180.0))
    assert asked("natural", small) == pytest.approx(np.full(COUNT, -5.0))
    assert np.isnan(asked("net_moves", small)).all()


def test_published_columns(small):
    assert asked("change:jobs_industry_pct", small) == pytest.approx(np.full(COUNT, -10.0))
    assert asked("growth:jobs_industry_pct", small) == pytest.approx(np.full(COUNT, -50.0))
    assert np.isnan(asked("at:nothing_published", small)).all()


@pytest.mark.parametrize("name", ["moved_20_34", "moved_20", "share_fish", "no_such", "at:", "sum:jobs"])
def test_what_is_no_quantity(name):
    assert not known(name)
    with pytest.raises(KeyError):
        measure(name)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_every_quantity_has_a_name_in_every_language(name, small):
    assert set(label(name)) == {"en", "zh", "ja"}
    assert asked(name, small).shape == (COUNT,)
