"""What is known at a launch: nothing of later years, and a course of the nation that goes on from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import records
from hinterland.data.country import frozen
from hinterland.data.pack import read_pack
from hinterland.data.schedules import annual_mean, at_step, medium
from hinterland.drivers import national_course
from hinterland.errors import InputError
from hinterland.evaluate.cohort_model import CohortModel
from hinterland.evaluate.panel import LEVELS, panel
from hinterland.evaluate.vintage import LONGER, drivers_at, known_at
from hinterland.model.survival import person_years


def test_nothing_later_than_the_launch_is_left():
    cut = known_at(records.long_record(), 2010).country
    assert (cut.base_year, cut.years) == (2010, (2000, 2005, 2010))
    assert len(cut.people) == len(cut.totals) == len(cut.imputed) == len(cut.rescaled) == 3
    assert all(year <= 2010 for of in cut.indicators.values() for year in of)
    assert np.isnan(cut.drivers.people[cut.drivers.years > 2010]).all()


@pytest.mark.parametrize("launch", [2005, 2010, 2015])
def test_another_future_changes_no_bit_of_the_model_s_forecast(launch):
    country = records.long_record()
    other = records.shocked(country, launch)
    ahead = (launch + 5, launch + 8)
    asked = [CohortModel(each, members=4)(panel(each).until(launch), ahead) for each in (country, other)]
    assert asked[0].totals.tobytes() == asked[1].totals.tobytes()
    assert asked[0].quantiles is not None
    assert asked[1].quantiles is not None
    assert asked[0].quantiles.tobytes() == asked[1].quantiles.tobytes()


def test_another_past_does_change_it():
    country = records.long_record()
    other = replace(country, people=frozen(country.people * np.array([1, 1.2, 1, 1, 1])[:, None, None, None]))
    asked = [CohortModel(each, members=2)(panel(each).until(2015), (2020,)) for each in (country, other)]
    assert not np.array_equal(asked[0].totals, asked[1].totals)


def test_the_forecast_is_whole_and_starts_at_the_launch():
    country = records.long_record()
    forecast = CohortModel(country, members=12)(panel(country).until(2010), (2010, 2013, 2020))
    assert forecast.cells is not None
    assert forecast.quantiles is not None
    np.testing.assert_allclose(forecast.totals[0], country.totals[2], rtol=1e-9)
    np.testing.assert_allclose(forecast.cells.sum(axis=(2, 3)), forecast.totals)
    assert forecast.quantiles.shape == (len(LEVELS), 3, 8)
    assert (np.diff(forecast.quantiles, axis=0) >= 0).all()
    between = forecast.totals[0] + (forecast.totals[1] - forecast.totals[0]) / 3 * 5
    at_2015 = CohortModel(country, members=12)(panel(country).until(2010), (2015,)).totals[0]
    np.testing.assert_allclose(between, at_2015, rtol=1e-9)


def test_the_nation_goes_on_as_at_launch():
    drivers = read_pack("cn").drivers
    cut, remarks = drivers_at(drivers, 2015)
    now, later = int(np.flatnonzero(cut.years == 2015)[0]), int(np.flatnonzero(cut.years == 2035)[0])
    assert remarks == ("No ages of migrants from before 2015: the earliest published ones are used.",)
    assert cut.fertility[later] == drivers.fertility[now]
    slope = np.minimum(drivers.life_expectancy[now] - drivers.life_expectancy[now - 10], 10 * LONGER)
    np.testing.assert_allclose(cut.life_expectancy[later], drivers.life_expectancy[now] + 2 * slope)
    np.testing.assert_allclose(cut.net_migrants[later], drivers.net_migrants[now - 10 : now + 1].mean())
    at = list(cut.mortality_periods).index
    assert (cut.mortality[at(2030)] <= cut.mortality[at(2010)]).all()
    np.testing.assert_array_equal(cut.mortality[at(2010)], drivers.mortality[at(2010)])
    assert (cut.fertility_80[later, 0] < cut.fertility[later] < cut.fertility_80[later, 1]).all()


def test_a_launch_before_any_period_says_so():
    _, remarks = drivers_at(read_pack("cn").drivers, 2002)
    assert remarks == (
        "No death rates, ages of mothers, ages of migrants from before 2002: the earliest published ones are used.",
    )


@pytest.mark.parametrize("launch", [2002, 2010])
def test_death_rates_with_no_trend_of_their_own_follow_life_expectancy(launch):
    """One period of rates or none was over: those of later periods have the expectancy that is carried on."""
    cut, _ = drivers_at(read_pack("cn").drivers, launch)
    for first, rates in zip(cut.mortality_periods, cut.mortality, strict=True):
        if launch < first + 5:
            _, lives = person_years(rates, cut.mortality_ages)
            np.testing.assert_allclose(
                lives, annual_mean(cut.years, cut.life_expectancy, (first, first + 5)), atol=0.05, err_msg=str(first)
            )
    assert (cut.mortality[8] < cut.mortality[1]).all()


@pytest.mark.parametrize(("launch", "said"), [(1995, "cover 2000 to 2100"), (2200, "cover 2000 to 2100")])
def test_a_launch_outside_the_nation_s_series_is_refused(launch, said):
    with pytest.raises(InputError, match=said):
        drivers_at(read_pack("cn").drivers, launch)


def test_a_launch_outside_the_record_is_refused():
    with pytest.raises(InputError, match="xx has no people for 2012"):
        known_at(records.long_record(), 2012)


def test_a_nation_whose_residual_goes_on_repeats_its_own_last_step():
    """With the residual of the last step as net migration the course of that step is the record itself."""
    country = records.long_record()
    cut = known_at(country, 2015).country
    shifted = replace(cut, base_year=2010)
    course, targets = national_course(shifted, np.array(country.people[2].sum(axis=0)), 2010, 1, medium(1))
    assert at_step(course, 0).migrants.shape == (1, 2, 18)
    still = targets[0, 0]
    counted = country.people[3].sum(axis=0)
    # The period 2010-2015 was over at the launch and keeps its published migrants; the residual holds afterwards.
    later = cut.drivers.migrants[list(cut.drivers.migrants_periods).index(2015)]
    np.testing.assert_allclose(
        still - 5 * cut.drivers.migrants[2][:, :18] + 5 * later[:, :18], counted, rtol=0.02, atol=60
    )
