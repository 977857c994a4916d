"""National drivers: the medium is the published one, bounds come back at their quantiles, spans are averaged."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np
import pytest

from hinterland.data.country import Country
from hinterland.data.pack import read_pack
from hinterland.data.schedules import Z80, Deviations, annual_mean, medium, over, schedules
from hinterland.drivers import national_course
from hinterland.members.shocks import Kin, draw_shocks
from hinterland.model.survival import person_years
from hinterland.params import load


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def china() -> Country:
    return read_pack("cn")


def everywhere(value: float, steps: int) -> Deviations:
    z = np.full((1, steps), value)
    return Deviations(fertility=z, mortality=z, migration=z)


def test_life_tables_of_the_published_rates_give_the_published_life_expectancy(china: Country) -> None:
    """World Population Prospects 2024, men and women, five-year periods from 2005: within 0.35 years."""
    drivers = china.drivers
    for period, rates in zip(drivers.mortality_periods, drivers.mortality, strict=True):
        _, life = person_years(rates, drivers.mortality_ages)
        span = (int(period), int(period) + 5)
        published = annual_mean(drivers.years, drivers.life_expectancy, span)
        np.testing.assert_allclose(life, published, atol=0.35, err_msg=str(span))


def test_the_medium_course_is_the_published_change_at_every_step(china: Country) -> None:
    people = china.at(2020).sum(axis=0)
    _, targets = national_course(china, people, 2020, 16, medium(16))
    years = [2020 + 5 * k for k in range(17)]
    drivers = china.drivers
    published = drivers.people[[list(drivers.years).index(year) for year in years]]
    np.testing.assert_allclose(targets[0].sum(axis=(1, 2)) / people.sum(), published[1:] / published[0], rtol=1e-12)


@pytest.mark.parametrize(("z", "column"), [(-Z80, 0), (Z80, 1)])
def test_bounds_come_back_at_their_quantiles(china: Country, z: float, column: int) -> None:
    drivers, span = china.drivers, (2045, 2050)
    course = schedules(drivers, china.ages, 2045, 1, everywhere(z, 1))
    total = float(course.fertility.sum()) * china.ages.width
    assert total == pytest.approx(annual_mean(drivers.years, drivers.fertility_80, span)[column], rel=1e-6)
    migrants = float(course.migrants.sum()) / 5
    middle = float(schedules(drivers, china.ages, 2045, 1, medium(1)).migrants.sum()) / 5
    moved = annual_mean(drivers.years, drivers.net_migrants_80 - drivers.net_migrants[:, None], span)[column]
    assert migrants - middle == pytest.approx(moved, rel=1e-6)
    wide = np.asarray(course.survivorship.groups)
    calm = np.asarray(schedules(drivers, china.ages, 2045, 1, medium(1)).survivorship.groups)
    assert ((wide - calm) * z > 0).all()


def test_years_without_bounds_are_taken_as_known(china: Country) -> None:
    calm = schedules(china.drivers, china.ages, 2015, 1, medium(1))
    wild = schedules(china.drivers, china.ages, 2015, 1, everywhere(2.0, 1))
    np.testing.assert_allclose(np.asarray(wild.fertility), np.asarray(calm.fertility))


def test_the_spread_of_the_nation_meets_the_published_bounds(china: Country) -> None:
    """80% bounds of the United Nations in 2050 and 2100, within a quarter of their width."""
    people = china.at(2020).sum(axis=0)
    starts = list(range(2020, 2100, 5))
    shocks = draw_shocks(load(), Kin(("a",), np.array(["r"]), np.ones((1, 1))), range(400), starts, 0)
    _, targets = national_course(china, people, 2020, 16, shocks.nation)
    totals = targets.sum(axis=(2, 3)) / people.sum()
    drivers = china.drivers
    first = drivers.people[list(drivers.years).index(2020)]
    for year in (2050, 2100):
        bounds = drivers.people_80[list(drivers.years).index(year)] / first
        found = np.quantile(totals[:, starts.index(year - 5)], [0.1, 0.9])
        np.testing.assert_allclose(found, bounds, atol=0.25 * (bounds[1] - bounds[0]), err_msg=str(year))


def test_periods_are_weighted_by_their_years() -> None:
    periods, values = np.array([2000, 2005]), np.array([1.0, 2.0])
    assert over(periods, values, (2003, 2008)) == pytest.approx((2 * 1 + 3 * 2) / 5)
    assert over(periods, values, (2020, 2025)) == 2.0


def test_migrants_do_not_depend_on_the_width_of_groups(china: Country) -> None:
    from hinterland.axes import Ages

    wide = np.asarray(schedules(china.drivers, china.ages, 2030, 1, medium(1)).migrants)
    fine = np.asarray(schedules(china.drivers, Ages(1, 85), 2030, 5, medium(5)).migrants).sum(axis=(0, 1))
    assert fine.sum() == pytest.approx(wide.sum(), rel=1e-9)
