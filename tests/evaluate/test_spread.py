"""Intervals from earlier errors: ordered, blind to what came after launch, and as wide as errors turn out to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hinterland.axes import Ages
from hinterland.errors import InputError
from hinterland.evaluate.baselines.totals import Constant, Trend
from hinterland.evaluate.intervals import distribution_scores
from hinterland.evaluate.panel import LEVELS, Array, Forecast, Panel
from hinterland.evaluate.spread import (
    GROWTH,
    Errors,
    earlier_launches,
    errors,
    power,
    size_scales,
    spread,
)

LINEAR = Trend("lin_exp")


def record(totals: Array, first: int = 1980) -> Panel:
    """A panel of totals [year, place] only."""
    places = totals.shape[1]
    return Panel(
        code="xx",
        codes=tuple(f"p{i}" for i in range(places)),
        names=tuple(f"Place {i}" for i in range(places)),
        regions=np.array(["r"] * places),
        lon=np.full(places, np.nan),
        lat=np.full(places, np.nan),
        ages=Ages(width=5, open=80),
        years=np.arange(first, first + totals.shape[0], dtype=np.int64),
        totals=totals,
        cells=None,
        components={},
    )


def walk(noise: Array | float, places: int = 600, years: int = 41, seed: int = 2) -> Array:
    """[year, place] totals whose logs are random walks with fat-tailed steps of size `noise` [place]."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(6, 13, places))
    steps = rng.standard_t(4, size=(years, places)) / np.sqrt(2) * noise
    return size * np.exp(np.cumsum(steps, axis=0))


def spread_out(method: Constant | Trend, known: Panel, years: tuple[int, ...]) -> Array | None:
    """Quantiles [level, year, place] around the method's own forecast, None where it has none."""
    return spread(method, known, method(known, years), years).quantiles


def asked(method: Constant | Trend, known: Panel, years: tuple[int, ...]) -> Array:
    """Quantiles [level, year, place] of a method that must have some."""
    quantiles = spread_out(method, known, years)
    assert quantiles is not None
    return quantiles


def test_quantiles_rise_are_never_negative_and_start_at_the_launch() -> None:
    totals = walk(0.05)
    totals[:, 0] = 0.0
    totals[-20:, 1] = 0.0
    known = record(totals).until(2005)
    years = (2005, 2006, 2010, 2040)
    quantiles = asked(LINEAR, known, years)
    assert quantiles.shape == (len(LEVELS), 4, 600)
    assert np.isfinite(quantiles).all()
    assert (quantiles >= 0).all()
    assert (np.diff(quantiles, axis=0) >= 0).all()
    np.testing.assert_array_equal(quantiles[:, 0], np.broadcast_to(known.totals[-1], (len(LEVELS), 600)))
    width = np.log(quantiles[-1, 1:, 2:] / quantiles[0, 1:, 2:])
    assert (np.diff(width, axis=0) > 0).all(), "later years are less certain"


def test_a_shock_after_launch_changes_no_bit() -> None:
    whole = record(walk(0.03))
    shocked = replace(whole, totals=np.where(whole.years[:, None] > 2005, whole.totals * 5, whole.totals))
    first, second = (asked(LINEAR, each.until(2005), (2010, 2020)) for each in (whole, shocked))
    assert first.tobytes() == second.tobytes()


def test_the_order_of_places_does_not_matter() -> None:
    known = record(walk(0.03, places=40)).until(2005)
    order = np.random.default_rng(0).permutation(40)
    there = asked(LINEAR, known, (2010,))
    back = asked(LINEAR, replace(known, totals=known.totals[:, order]), (2010,))
    np.testing.assert_allclose(back, there[..., order], rtol=1e-12)


@pytest.mark.parametrize(("method", "ahead"), [(Constant(), 5), (Constant(), 15), (LINEAR, 10)])
def test_coverage_is_nominal_where_errors_stay_as_they_were(method: Constant | Trend, ahead: int) -> None:
    """Fat-tailed random walks: half, four fifths and 95% of places come to lie inside."""
    whole = record(walk(0.02, places=4000))
    quantiles = asked(method, whole.until(2005), (2005 + ahead,))[:, 0]
    scores = distribution_scores(quantiles, whole.totals[whole.at(2005 + ahead)])
    for each, slack in zip(scores.intervals, (5, 4, 2), strict=True):
        assert each.covered == pytest.approx(each.nominal, abs=slack)


def test_small_places_are_less_certain() -> None:
    rng = np.random.default_rng(3)
    size = np.exp(rng.uniform(6, 13, 2000))
    noise = np.where(size < 5_000, 0.06, 0.01)
    whole = record(size * np.exp(np.cumsum(rng.normal(size=(41, 2000)) * noise, axis=0)))
    known = whole.until(2005)
    quantiles = asked(Constant(), known, (2010,))[:, 0]
    actual = whole.totals[whole.at(2010)]
    now = known.totals[-1]
    for mask in (now < 2_000, now > 50_000):
        inside = (actual >= quantiles[1]) & (actual <= quantiles[5])
        assert inside[mask].mean() == pytest.approx(0.8, abs=0.06)


def test_a_class_of_few_places_is_drawn_to_all() -> None:
    logs = np.concatenate([np.full(1000, 0.1), np.full(5, 1.0), np.full(1000, 0.2)])
    sizes = np.concatenate([np.full(1000, 3_000.0), np.full(5, 500.0), np.full(1000, 500_000.0)])
    scales = size_scales(logs, sizes)
    everywhere = logs.mean()
    assert scales[1] == pytest.approx(0.1 / everywhere, rel=0.05)
    assert scales[4] == pytest.approx(0.2 / everywhere, rel=0.05)
    assert 1 < scales[0] < 0.3 * 1.0 / everywhere
    assert scales[2] == 1.0, "a class that nobody was in errs as all do"


def test_a_horizon_beyond_the_record_is_stretched_and_says_so() -> None:
    known = record(walk(0.02)).until(1995)
    years = (2000, 2025)
    found = spread(Constant(), known, Constant()(known, years), years)
    measured, stretched = found.bases
    assert (measured.year, measured.horizon, measured.stretch) == (2000, 5, 1.0)
    assert measured.launches == (1985, 1987, 1989, 1990)
    assert measured.label == "errors 5 years ahead of 1985, 1987, 1989, 1990"
    assert (stretched.horizon, stretched.launches) == (10, (1985,))
    assert 3**0.5 * 0.9 < stretched.stretch < 3**0.75, "a random walk grows with the root of time"
    assert stretched.label.startswith("errors 10 years ahead of 1985, stretched 1.")


def test_errors_of_a_wrong_rate_grow_with_time() -> None:
    rng = np.random.default_rng(5)
    size, rate = np.exp(rng.uniform(8, 12, 300)), rng.normal(0, 0.02, 300)
    steady = record(size * np.exp(rate * np.arange(41)[:, None]))
    assert power(errors(Constant(), steady.until(2005))) == pytest.approx(1.0, abs=0.01)
    assert power(errors(Constant(), record(walk(0.02)).until(2005))) == pytest.approx(0.5, abs=0.12)
    one = (Errors(2000, 5, np.ones(3), np.ones(3)),)
    assert power(one) == 1.0
    burst = (*one, Errors(1990, 10, np.full(3, 50.0), np.ones(3)))
    assert power(burst) == GROWTH[1]


def test_past_bias_comes_back_in_part() -> None:
    """A nation that shrank faster than forecast: the median moves down, not all the way."""
    totals = np.broadcast_to(np.linspace(1e4, 2e4, 50), (41, 50)) * np.exp(-0.01 * np.arange(41))[:, None]
    known = record(totals).until(2005)
    quantiles = asked(Constant(), known, (2010,))[:, 0] / known.totals[-1]
    lost = np.exp(-0.05)
    assert quantiles[0, 0] == pytest.approx(lost, rel=1e-6)
    assert quantiles[3, 0] == pytest.approx(lost, rel=1e-6)
    assert quantiles[-1, 0] == pytest.approx(1 / lost, rel=1e-6), "the other sign is not ruled out"


def test_launches_spread_over_the_record_and_fall_back_where_it_is_short() -> None:
    assert earlier_launches(np.arange(1990, 2021)) == (1995, 2000, 2005, 2009, 2014, 2019)
    assert earlier_launches(np.arange(1995, 2001)) == (1996, 1997, 1998, 1999)
    assert earlier_launches(np.array([1980, 1990, 2000, 2010])) == (1990, 2000)
    assert earlier_launches(np.array([2010, 2020])) == (2010,)
    assert earlier_launches(np.array([2010])) == ()


def test_without_an_earlier_launch_there_are_no_quantiles() -> None:
    known = record(walk(0.02)[:1])
    found = spread(Constant(), known, Constant()(known, (1990,)), (1990,))
    assert found.quantiles is None
    assert found.bases == ()
    assert spread_out(Constant(), known, (1990,)) is None


def test_a_method_too_young_to_rehearse_may_borrow_errors_and_says_so() -> None:
    known = record(walk(0.02)).until(2005)

    def late(known: Panel, years: tuple[int, ...]) -> Forecast:
        if known.years[-1] < 2005:
            raise InputError("too early", remedy="wait", where=known.code)
        return LINEAR(known, years)

    forecast = late(known, (2010,))
    assert spread(late, known, forecast, (2010,)).quantiles is None
    lent = spread(late, known, forecast, (2010,), stand_in=LINEAR)
    np.testing.assert_array_equal(lent.quantiles, spread(LINEAR, known, forecast, (2010,)).quantiles)
    assert lent.bases[0].borrowed
    assert lent.bases[0].label.startswith("errors of another method 5 years ahead of ")
    assert not spread(LINEAR, known, forecast, (2010,), stand_in=Constant()).bases[0].borrowed


def test_a_gap_in_an_earlier_year_leaves_out_the_place_there() -> None:
    known = record(walk(0.02, places=30)).until(2005)
    totals = known.totals.copy()
    totals[:-1, 4] = np.nan
    totals[10:15, 9] = np.nan
    quantiles = asked(LINEAR, replace(known, totals=totals), (2010, 2015))
    assert np.isfinite(quantiles).all()
    assert len({each.logs.size for each in errors(LINEAR, replace(known, totals=totals))}) > 1


def test_other_years_than_the_forecasts_are_refused() -> None:
    known = record(walk(0.02)).until(2005)
    with pytest.raises(InputError, match="intervals for 2011 around a forecast for 2010"):
        spread(LINEAR, known, LINEAR(known, (2010,)), (2011,))
