"""Daily trips: the way inside a place, and weights by distance."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.space.commuting import daily, internal_distance


def test_the_way_inside_is_two_thirds_of_the_radius_within_its_bounds() -> None:
    distance = np.array([[0.0, 100.0, 10.0], [100.0, 0.0, 95.0], [10.0, 95.0, 0.0]])
    area = np.pi * np.array([6.0, 3000.0, 900.0]) ** 2
    # a small town, a province, and a place whose outskirts lie nearer to the town
    np.testing.assert_allclose(internal_distance(distance, area, scale=30.0), [4.0, 15.0, 5.0])


def test_unknown_areas_take_half_the_way_to_the_next_place() -> None:
    distance = np.array([[0.0, 8.0, 200.0], [8.0, 0.0, 200.0], [200.0, 200.0, 0.0]])
    way = internal_distance(distance, np.array([np.nan, -1.0, 0.0]), scale=30.0)
    np.testing.assert_allclose(way, [4.0, 4.0, 15.0])
    np.testing.assert_allclose(internal_distance(np.zeros((1, 1)), np.array([np.nan]), scale=30.0), [15.0])


def test_the_mean_way_to_the_centre_of_an_even_disc() -> None:
    draw = np.random.default_rng(0).uniform(-1, 1, (400_000, 2))
    inside = np.hypot(*draw.T)[np.hypot(*draw.T) <= 1]
    far = np.array([[0.0, 1e4], [1e4, 0.0]])
    assert internal_distance(far, np.full(2, np.pi), scale=1e3)[0] == pytest.approx(inside.mean(), abs=2e-3)


def test_weights_are_symmetric_and_largest_at_home() -> None:
    draw = np.random.default_rng(1)
    points = draw.uniform(0, 300, (20, 2))
    distance = np.hypot(*(points[:, None] - points[None, :]).T)
    before = distance.copy()
    weights = daily(distance, draw.uniform(10, 20_000, 20), scale=30.0)
    np.testing.assert_array_equal(distance, before)
    np.testing.assert_allclose(weights, weights.T)
    off = weights[~np.eye(20, dtype=bool)].reshape(20, 19)
    assert (np.diag(weights) >= off.max(axis=1)).all()
    assert (np.diag(weights) >= np.exp(-0.5)).all()
    assert weights[0, 1] == pytest.approx(np.exp(-distance[0, 1] / 30))


def test_a_scale_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="scale -1 km"):
        daily(np.zeros((1, 1)), np.ones(1), scale=-1.0)
