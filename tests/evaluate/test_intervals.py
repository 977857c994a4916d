"""Scores of distributions: by hand, by law, and against an independent package."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from hinterland.errors import InputError
from hinterland.evaluate.intervals import (
    crps_of_members,
    crps_of_quantiles,
    distribution_scores,
    interval,
    interval_score,
    pinball,
    pit,
    pit_bands,
)
from hinterland.evaluate.panel import LEVELS

NEEDS = "scoringrules is not installed (it is in the dev extra)"
numbers = st.floats(1, 1e6)
places = arrays(np.float64, 8, elements=numbers)
spreads = arrays(np.float64, (len(LEVELS), 8), elements=numbers).map(lambda drawn: np.sort(drawn, axis=0))


def test_pinball_and_crps_by_hand() -> None:
    quantiles = np.array([[8.0], [10.0], [14.0]])
    losses = pinball(quantiles, [12.0], [0.1, 0.5, 0.9])
    np.testing.assert_allclose(losses[:, 0], [0.4, 1.0, 0.2])
    np.testing.assert_allclose(crps_of_quantiles(quantiles, [12.0], [0.1, 0.5, 0.9]), [2 * 1.6 / 3])


def test_crps_of_members_by_hand() -> None:
    # E|X - y| = (1 + 0 + 1 + 4) / 4; distances of the six pairs 1 2 5 1 4 3 sum to 16, mean 8 / 3.
    np.testing.assert_allclose(crps_of_members([[0.0], [1.0], [2.0], [5.0]], [1.0]), [1.5 - 8 / 6])


def test_interval_score_by_hand() -> None:
    lower, upper = np.full(3, 2.0), np.full(3, 3.0)
    np.testing.assert_allclose(interval_score(lower, upper, [1.0, 2.5, 5.0], 0.8), [1 + 10, 1, 1 + 20])


def test_pit_by_hand() -> None:
    quantiles = np.tile(np.array([10.0, 20.0, 30.0])[:, None], 6)
    value = pit(quantiles, [5.0, 10.0, 15.0, 25.0, 40.0, np.nan], [0.1, 0.5, 0.9])
    np.testing.assert_allclose(value, [0.05, 0.1, 0.3, 0.7, 0.95, np.nan])
    np.testing.assert_allclose(pit(np.full((3, 1), 7.0), [7.0], [0.1, 0.5, 0.9]), [0.5])
    seen, due = pit_bands(quantiles, [5.0, 10.0, 15.0, 25.0, 40.0, np.nan], [0.1, 0.5, 0.9])
    np.testing.assert_allclose(seen, [0.3, 0.3, 0.2, 0.2])
    np.testing.assert_allclose(due, [0.1, 0.4, 0.4, 0.1])


def test_a_distribution_scored_by_hand() -> None:
    ladder = np.array([80.0, 90.0, 95.0, 100.0, 105.0, 110.0, 120.0])
    scores = distribution_scores(np.stack([ladder] * 4, axis=1), [100.0, 112.0, 94.0, 0.0])
    assert (scores.places, scores.left_out) == (3, 1)
    half, most, nearly = scores.intervals
    assert (half.nominal, most.nominal, nearly.nominal) == (50, 80, 95)
    assert (half.covered, half.below, half.above) == pytest.approx((100 / 3, 100 / 3, 100 / 3))
    assert (most.covered, most.above) == pytest.approx((200 / 3, 100 / 3))
    assert nearly.covered == pytest.approx(100)
    assert most.width == pytest.approx((20 / 1 + 2000 / 112 + 2000 / 94) / 3)
    assert most.score == pytest.approx(most.width + 100 * 10 * 2 / 112 / 3)


@given(spreads, places)
def test_pinball_is_never_below_zero(quantiles: np.ndarray, actual: np.ndarray) -> None:
    assert np.all(pinball(quantiles, actual) >= 0)


@given(places, places)
def test_a_point_mass_scores_its_absolute_error(point: np.ndarray, actual: np.ndarray) -> None:
    error = np.abs(point - actual)
    np.testing.assert_allclose(crps_of_quantiles(np.stack([point] * len(LEVELS)), actual), error, rtol=1e-12)
    np.testing.assert_allclose(crps_of_members(np.stack([point] * 5), actual), error, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(interval_score(point, point, actual, 0.8), 10 * error)


@given(spreads)
def test_a_point_mass_on_the_truth_scores_zero(quantiles: np.ndarray) -> None:
    truth = quantiles[3]
    scores = distribution_scores(np.stack([truth] * len(LEVELS)), truth)
    assert scores.crps == scores.weighted_crps == 0
    assert all(i.covered == 100 and i.width == i.score == 0 for i in scores.intervals)


@given(spreads, places)
def test_an_interval_from_least_to_most_covers_all(quantiles: np.ndarray, actual: np.ndarray) -> None:
    wide = quantiles.copy()
    wide[:3], wide[4:] = np.minimum(actual, wide[:3].min()), np.maximum(actual, wide[4:].max())
    assert all(i.covered == 100 and i.below == i.above == 0 for i in distribution_scores(wide, actual).intervals)


@given(spreads, places)
def test_intervals_are_nested_and_shares_add_up(quantiles: np.ndarray, actual: np.ndarray) -> None:
    found = distribution_scores(quantiles, actual).intervals
    assert found[0].covered <= found[1].covered <= found[2].covered
    assert found[0].width <= found[1].width <= found[2].width
    assert all(i.covered + i.below + i.above == pytest.approx(100) and i.score >= i.width for i in found)


@given(spreads, places, st.floats(0.01, 1000))
def test_scores_in_percent_do_not_depend_on_the_unit(quantiles: np.ndarray, actual: np.ndarray, unit: float) -> None:
    once, scaled = distribution_scores(quantiles, actual), distribution_scores(unit * quantiles, unit * actual)
    assert scaled.crps == pytest.approx(once.crps, rel=1e-9)
    assert scaled.weighted_crps == pytest.approx(once.weighted_crps, rel=1e-9)


@given(spreads, places)
def test_pit_lies_in_its_band(quantiles: np.ndarray, actual: np.ndarray) -> None:
    value = pit(quantiles, actual)
    assert np.all((value > 0) & (value < 1))
    for level, row in zip(LEVELS, quantiles, strict=True):
        assert np.all(value[actual < row] <= level)
        assert np.all(value[actual > row] >= level)
    assert pit_bands(quantiles, actual)[0].sum() == pytest.approx(1)


def test_a_calibrated_forecast_has_level_pit_and_its_nominal_coverage() -> None:
    rng = np.random.default_rng(3)
    actual = rng.normal(1000, 50, 20_000)
    quantiles = np.tile(norm.ppf(LEVELS, 1000, 50)[:, None], actual.size)
    seen, due = pit_bands(quantiles, actual)
    np.testing.assert_allclose(seen, due, atol=0.012)
    for found in distribution_scores(quantiles, actual).intervals:
        assert found.covered == pytest.approx(found.nominal, abs=1.2)


def test_the_fair_estimate_does_not_depend_on_the_number_of_members() -> None:
    # The CRPS of a standard normal at its own draws has mean 1 / sqrt(pi).
    rng = np.random.default_rng(4)
    actual = rng.normal(size=40_000)
    for members in (2, 10):
        score = crps_of_members(rng.normal(size=(members, actual.size)), actual).mean()
        assert score == pytest.approx(1 / np.sqrt(np.pi), abs=0.02)


def test_what_cannot_be_scored_is_refused() -> None:
    with pytest.raises(InputError, match="fall as their level rises in 1 of 1"):
        crps_of_quantiles([[3.0], [2.0]], [1.0], [0.1, 0.9])
    with pytest.raises(InputError, match="quantiles of shape"):
        crps_of_quantiles([[3.0], [4.0]], [1.0])
    with pytest.raises(InputError, match="quantile levels"):
        pinball([[3.0], [4.0]], [1.0], [0.9, 0.1])
    with pytest.raises(InputError, match="members of shape"):
        crps_of_members([[3.0]], [1.0])
    with pytest.raises(InputError, match="no 90% interval"):
        interval(np.zeros((len(LEVELS), 1)), 0.9)
    with pytest.raises(InputError, match="no numbers"):
        distribution_scores(np.full((len(LEVELS), 1), np.nan), [1.0])


def test_agreement_with_scoringrules() -> None:
    rules = pytest.importorskip("scoringrules", reason=NEEDS)
    rng = np.random.default_rng(5)
    actual = rng.lognormal(9, 1, 300)
    members = actual * rng.lognormal(0.05, 0.2, (40, 300))
    quantiles = np.quantile(members, LEVELS, axis=0)
    np.testing.assert_allclose(
        crps_of_quantiles(quantiles, actual),
        rules.crps_quantile(actual, quantiles, np.array(LEVELS), m_axis=0, backend="numpy"),
        rtol=1e-10,
    )
    np.testing.assert_allclose(
        crps_of_members(members, actual),
        rules.crps_ensemble(actual, members, m_axis=0, estimator="fair", backend="numpy"),
        rtol=1e-9,
        atol=1e-9,
    )
    for coverage in (0.5, 0.8, 0.95):
        lower, upper = interval(quantiles, coverage)
        np.testing.assert_allclose(
            interval_score(lower, upper, actual, coverage),
            rules.interval_score(actual, lower, upper, 1 - coverage, backend="numpy"),
            rtol=1e-10,
        )
