"""The hierarchical operator against the full matrix, and the laws that both keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hinterland.space.commuting import daily, inside
from hinterland.space.distance import great_circle, nearest
from hinterland.space.forms import Exponential, Form, PowerLaw, TwoScales
from hinterland.space.hierarchical import build
from scale_places import clustered, full, worst

FORMS: list[tuple[Form, list[float]]] = [
    (TwoScales(), [120.0, 800.0, 0.5]),
    (PowerLaw(), [1.5, 2.0]),
    (PowerLaw(), [2.0, 1.0]),
    (Exponential(), [150.0]),
]


@pytest.mark.parametrize(("form", "theta"), FORMS)
@pytest.mark.parametrize("bound", [1e-3, 1e-5])
def test_every_place_is_within_the_bound(form: Form, theta: list[float], bound: float) -> None:
    lon, lat = clustered(1200, 1)
    operator = build(lon, lat, form, theta, bound=bound)
    matrix = full(lon, lat, form, theta)
    draw = np.random.default_rng(2)
    columns = np.column_stack([np.ones(1200), np.exp(2 * draw.normal(size=(1200, 3)))])
    assert operator.report.mean_rank > 0
    assert worst(operator.apply(columns), matrix @ columns) <= bound
    assert operator.report.error <= bound


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    number=st.integers(2, 400),
    seed=st.integers(0, 10**6),
    which=st.integers(0, len(FORMS) - 1),
    span=st.sampled_from([0.5, 5.0, 40.0]),
    parts=st.integers(1, 5),
)
def test_laws_of_any_places(number: int, seed: int, which: int, span: float, parts: int) -> None:
    form, theta = FORMS[which]
    lon, lat = clustered(number, seed, span=span)
    draw = np.random.default_rng(seed)
    regions = draw.integers(parts, size=number)
    operator = build(lon, lat, form, theta, bound=1e-4, regions=regions, bond=1.3, dtype="float64", threads=1)
    x, y = np.exp(draw.normal(size=(2, number, 3)))
    exact = full(lon, lat, form, theta, regions, 1.3) @ x
    found = operator.apply(x)
    assert worst(found, exact) <= 1e-4  # within the bound
    left, right = (x * operator.apply(y)).sum(axis=0), (found * y).sum(axis=0)
    np.testing.assert_allclose(left, right, rtol=1e-13)  # symmetric
    np.testing.assert_allclose(operator.apply(2.5 * x - y), 2.5 * found - operator.apply(y), rtol=1e-9, atol=1e-12)
    moved = draw.permutation(number)
    again = build(
        lon[moved], lat[moved], form, theta, bound=1e-4, regions=regions[moved], bond=1.3, dtype="float64", threads=1
    )
    assert worst(again.apply(x[moved]), exact[moved]) <= 1e-4  # whatever the order of places


def test_a_column_has_the_same_result_in_any_block_and_batch() -> None:
    lon, lat = clustered(700, 3)
    operator = build(lon, lat, TwoScales(), [120.0, 800.0, 0.5])
    columns = np.random.default_rng(0).random((4, 700, 31)).astype(np.float32)
    whole = operator.apply(columns)
    assert whole.dtype == np.float32
    for batch in range(4):
        np.testing.assert_array_equal(operator.apply(columns[batch, :, 7:8]), whole[batch, :, 7:8])
    np.testing.assert_array_equal(operator.apply_transposed(columns), whole)


def test_single_precision_keeps_sums_to_rounding() -> None:
    lon, lat = clustered(900, 4)
    operator = build(lon, lat, TwoScales(), [120.0, 800.0, 0.5])
    weights = np.exp(np.random.default_rng(1).normal(size=(900, 2)))
    leaving = np.random.default_rng(2).random((900, 2))
    arrivals = weights * operator.apply_transposed(leaving / operator.apply(weights))
    np.testing.assert_allclose(arrivals.sum(axis=0), leaving.sum(axis=0), rtol=1e-6)


def test_daily_trips_stay_inside_places_too() -> None:
    lon, lat = clustered(800, 5)
    area = np.random.default_rng(0).uniform(1, 400, 800)
    distance = great_circle(lon, lat)
    exact = daily(distance, area, scale=12.0)
    own = inside(nearest(lon, lat), area, scale=12.0)
    operator = build(lon, lat, Exponential(), [12.0], bound=1e-6, own=own, dtype="float64")
    columns = np.exp(np.random.default_rng(1).normal(size=(800, 2)))
    assert worst(operator.apply(columns), exact @ columns) <= 1e-6


def test_parameters_move_without_new_skeletons() -> None:
    lon, lat = clustered(800, 6)
    operator = build(
        lon, lat, TwoScales(), [120.0, 800.0, 0.5], bound=1e-3, low=[60.0, 600.0, 0.3], high=[200.0, 1500.0, 0.7]
    )
    columns = np.ones((800, 1))
    for theta in ([60.0, 1500.0, 0.7], [200.0, 700.0, 0.35], [90.0, 1000.0, 0.5]):
        moved = operator.at(theta)
        assert moved.shape is operator.shape
        assert worst(moved.apply(columns), full(lon, lat, TwoScales(), theta) @ columns) <= 1e-3


def test_work_and_memory_grow_nearly_in_line() -> None:
    small, large = (
        build(*clustered(number, 7, span=10 * (number / 1000) ** 0.5), TwoScales(), [120.0, 800.0, 0.5]).report
        for number in (1000, 4000)
    )
    assert large.products < 4**1.3 * small.products
    assert large.memory < 4000**2 * 4 / 5
