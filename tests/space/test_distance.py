"""Distances against known ones, and kernels against their definitions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.space.dense import DenseKernel
from hinterland.space.distance import EARTH_RADIUS, great_circle
from hinterland.space.kernel import Kernel, same_region, two_scales

angles = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def test_a_quarter_of_the_equator_and_the_way_to_the_pole() -> None:
    distance = great_circle(np.array([0.0, 90.0, 0.0]), np.array([0.0, 0.0, 90.0]))
    quarter = np.pi / 2 * EARTH_RADIUS
    np.testing.assert_allclose(distance, quarter * (1 - np.eye(3)), atol=1e-6)


def test_beijing_to_shanghai_is_about_1068_km() -> None:
    distance = great_circle(np.array([116.407, 121.474]), np.array([39.904, 31.230]))
    assert distance[0, 1] == pytest.approx(1068, abs=3)


@given(st.lists(angles, min_size=2, max_size=6))
def test_distance_is_symmetric_bounded_and_keeps_the_triangle(points: list[tuple[float, float]]) -> None:
    lon, lat = np.array(points).T
    distance = great_circle(lon, lat)
    np.testing.assert_allclose(distance, distance.T)
    assert (distance >= 0).all()
    assert (distance <= np.pi * EARTH_RADIUS + 1e-6).all()
    detour = distance[:, :, None] + distance[None, :, :]
    assert (distance[:, None, :] <= detour + 1e-3).all()


def test_the_kernel_of_migration_has_no_own_place_and_favours_the_region() -> None:
    distance = np.array([[0.0, 100.0, 300.0], [100.0, 0.0, 250.0], [300.0, 250.0, 0.0]])
    weights = two_scales(distance, near=100.0, far=1000.0, far_share=0.25)
    assert weights[0, 1] == pytest.approx(0.75 * np.exp(-1) + 0.25 * np.exp(-0.1))
    assert (np.diag(weights) == 0).all()
    bound = same_region(weights, np.array([0, 0, 1]), log_factor=2.0)
    assert bound[0, 1] == pytest.approx(weights[0, 1] * np.exp(2.0))
    assert bound[0, 2] == weights[0, 2]


def test_a_dense_kernel_applies_its_matrix_and_its_transpose() -> None:
    with jax.enable_x64(True):
        matrix = np.arange(9.0).reshape(3, 3)
        kernel = DenseKernel(matrix=jnp.asarray(matrix))
        columns = np.arange(12.0).reshape(2, 3, 2)
        assert isinstance(kernel, Kernel)
        np.testing.assert_allclose(kernel.apply(jnp.asarray(columns)), matrix @ columns)
        np.testing.assert_allclose(kernel.apply_transposed(jnp.asarray(columns)), matrix.T @ columns)
