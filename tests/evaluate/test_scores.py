"""Point scores by hand, and the laws that any score of a central forecast obeys."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hinterland.errors import InputError
from hinterland.evaluate.scores import by_class, percentage_errors, point_scores, shelf_life

people = arrays(np.float64, 12, elements=st.floats(1, 1e7))


def test_five_places_by_hand() -> None:
    actual = np.array([100.0, 200.0, 1000.0, 50.0, 400.0])
    forecast = np.array([110.0, 190.0, 1040.0, 50.0, 500.0])  # +10, -5, +4, 0, +25 %
    scores = point_scores(forecast, actual)
    assert (scores.places, scores.left_out) == (5, 0)
    assert scores.median_ape == pytest.approx(5)
    assert scores.mean_ape == pytest.approx(44 / 5)
    assert scores.within_5 == pytest.approx(60)
    assert scores.within_10 == pytest.approx(80)
    assert scores.bias == pytest.approx(34 / 5)
    assert scores.p90_ape == pytest.approx(10 + 0.6 * 15)
    assert scores.weighted_mape == pytest.approx(100 * (10 + 10 + 40 + 0 + 100) / 1750)


def test_places_without_people_or_count_are_left_out_and_counted() -> None:
    error = percentage_errors([5.0, 110.0, 7.0], [0.0, 100.0, np.nan])
    np.testing.assert_array_equal(error, [np.nan, 10.0, np.nan])
    scores = point_scores([5.0, 110.0, np.nan], [0.0, 100.0, np.nan])
    assert (scores.places, scores.left_out, scores.mean_ape) == (1, 2, 10.0)


def test_no_place_at_all_is_no_score() -> None:
    scores = point_scores([1.0], [0.0])
    assert (scores.places, scores.left_out) == (0, 1)
    assert math.isnan(scores.mean_ape)
    assert math.isnan(scores.within_10)


def test_a_method_cannot_leave_out_a_place() -> None:
    with pytest.raises(InputError, match="no number for 1 of 2"):
        point_scores([np.nan, 5.0], [10.0, 10.0])
    with pytest.raises(InputError, match="shape"):
        point_scores([1.0, 2.0], [1.0])


@given(people)
def test_a_perfect_forecast_scores_zero(actual: np.ndarray) -> None:
    scores = point_scores(actual, actual)
    assert scores.mean_ape == scores.median_ape == scores.p90_ape == scores.bias == scores.weighted_mape == 0
    assert scores.within_5 == scores.within_10 == 100


@given(people, people, st.floats(0.01, 1000))
def test_scores_do_not_depend_on_the_unit(forecast: np.ndarray, actual: np.ndarray, unit: float) -> None:
    once, scaled = point_scores(forecast, actual), point_scores(unit * forecast, unit * actual)
    for name in ("mean_ape", "median_ape", "p90_ape", "bias", "weighted_mape"):
        assert getattr(scaled, name) == pytest.approx(getattr(once, name), rel=1e-9, abs=1e-9)


@given(people, people)
def test_bias_never_exceeds_the_error_and_shares_are_nested(forecast: np.ndarray, actual: np.ndarray) -> None:
    scores = point_scores(forecast, actual)
    assert abs(scores.bias) <= scores.mean_ape * (1 + 1e-12)
    assert 0 <= scores.within_5 <= scores.within_10 <= 100
    assert scores.median_ape <= scores.p90_ape


def test_bias_is_positive_where_too_many_were_forecast() -> None:
    assert point_scores([120.0], [100.0]).bias == pytest.approx(20)
    assert point_scores([80.0], [100.0]).bias == pytest.approx(-20)


def test_classes_are_scored_apart() -> None:
    forecast, actual = np.array([110.0, 100.0, 60.0]), np.array([100.0, 100.0, 50.0])
    found = by_class(forecast, actual, {"big": actual > 60, "small": actual <= 60})
    assert found["big"].mean_ape == pytest.approx(5)
    assert (found["small"].mean_ape, found["small"].places) == (pytest.approx(20), 1)


@pytest.mark.parametrize(
    ("shares", "years"),
    [([99, 94, 85, 71], 15), ([70, 90, 90, 90], 0), ([80, 79.9, 90, 95], 5), ([100, 100, 100, 100], 20)],
)
def test_shelf_life_ends_at_the_first_failure(shares: list[float], years: int) -> None:
    assert shelf_life([5, 10, 15, 20], shares) == years
    assert shelf_life([20, 15, 10, 5], shares[::-1]) == years


def test_an_unscored_horizon_ends_the_shelf_life() -> None:
    assert shelf_life([5, 10], [90, float("nan")]) == 5
