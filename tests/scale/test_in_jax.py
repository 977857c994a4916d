"""The operator inside JAX: compiled, batched, and its derivatives against finite differences in double precision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hinterland.space.forms import TwoScales
from hinterland.space.hierarchical import build
from hinterland.space.in_jax import HierarchicalKernel, in_jax, product
from hinterland.space.kernel import Kernel, rounds
from scale_places import clustered, full

NUMBER, BOND = 250, 1.3
THETA = [120.0, 800.0, 0.5]


@pytest.fixture(autouse=True, scope="module")
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def kernel() -> HierarchicalKernel:
    lon, lat = clustered(NUMBER, 1)
    operator = build(
        lon, lat, TwoScales(), THETA, bound=1e-6, dtype="float64", regions=(lon > np.median(lon)).astype(np.int64),
        bond=BOND, low=[100.0, 700.0, 0.4], high=[140.0, 900.0, 0.6],
    )  # fmt: skip
    return in_jax(operator, 0.25)


def siphoned(kernel: HierarchicalKernel, weights: jax.Array, leaving: jax.Array) -> jax.Array:
    """A number that depends on every arrival w K'(leaving / K w)."""
    arrivals = weights * kernel.apply_transposed(leaving / kernel.apply(weights))
    return jnp.sum(jnp.sin(arrivals))


def drawn(seed: int, *shape: int) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).uniform(0.5, 1.5, (*shape, NUMBER, 4)))


def test_it_is_a_kernel_and_agrees_with_the_full_matrix(kernel: HierarchicalKernel) -> None:
    assert isinstance(kernel, Kernel)
    assert not rounds(kernel)
    lon, lat = clustered(NUMBER, 1)
    matrix = full(lon, lat, TwoScales(), THETA, (lon > np.median(lon)).astype(np.int64), BOND)
    columns = drawn(0)
    found = jax.jit(lambda kernel, x: kernel.apply(x))(kernel, columns)
    np.testing.assert_allclose(found, 0.25 * matrix @ columns, rtol=1e-6)


def test_batches_and_vmap_are_more_columns(kernel: HierarchicalKernel) -> None:
    columns = drawn(1, 3)
    one_by_one = jnp.stack([kernel.apply(x) for x in columns])
    np.testing.assert_array_equal(kernel.apply(columns), one_by_one)
    np.testing.assert_array_equal(jax.jit(jax.vmap(kernel.apply))(columns), one_by_one)
    last = jax.vmap(kernel.apply, in_axes=2, out_axes=2)(jnp.moveaxis(columns, 0, 2))
    np.testing.assert_array_equal(jnp.moveaxis(last, 2, 0), one_by_one)


def test_columns_of_other_places_are_refused(kernel: HierarchicalKernel) -> None:
    with pytest.raises(ValueError, match="of 250 places"):
        kernel.apply(jnp.ones((3, 4)))
    with pytest.raises(ValueError, match="must be 250"):
        kernel.operator.apply(np.ones(250))


def test_vmap_over_parameters(kernel: HierarchicalKernel) -> None:
    columns = drawn(2)
    many = kernel.parameters * jnp.array([[1.0], [1.02], [0.99]])
    found = jax.vmap(lambda own: product(kernel.operator, own, columns))(many)
    pairs = jax.vmap(lambda own, x: product(kernel.operator, own, x))(many, jnp.stack([columns] * 3))
    for each, both, own in zip(found, pairs, many, strict=True):
        np.testing.assert_array_equal(each, product(kernel.operator, own, columns))
        np.testing.assert_array_equal(both, each)


def test_gradients_are_those_of_finite_differences(kernel: HierarchicalKernel) -> None:
    weights, leaving = drawn(3), drawn(4)
    slopes = jax.jit(jax.grad(siphoned, argnums=(0, 1, 2)))(kernel, weights, leaving)
    for turned, position in ((slopes[1], 0), (slopes[2], 1)):
        along = np.random.default_rng(5).normal(size=weights.shape)
        step = 1e-6 * jnp.asarray(along)
        ends = [
            siphoned(kernel, *(x + way * step if k == position else x for k, x in enumerate((weights, leaving))))
            for way in (1, -1)
        ]
        assert float((turned * along).sum()) == pytest.approx(float(ends[0] - ends[1]) / 2e-6, rel=1e-6)
    for position, value in enumerate(kernel.parameters):
        step = 1e-5 * float(value)
        ends = [
            siphoned(replace(kernel, parameters=kernel.parameters.at[position].add(way * step)), weights, leaving)
            for way in (1, -1)
        ]
        found = float(slopes[0].parameters[position])
        assert found == pytest.approx(float(ends[0] - ends[1]) / (2 * step), rel=1e-5)


def test_forward_and_reverse_mode_agree(kernel: HierarchicalKernel) -> None:
    weights, leaving, along = drawn(6), drawn(7), drawn(8)
    by_weights = jax.grad(siphoned, argnums=1)(kernel, weights, leaving)
    forward = jax.jvp(lambda w: siphoned(kernel, w, leaving), (weights,), (along,))[1]
    assert float(forward) == pytest.approx(float((by_weights * along).sum()), rel=1e-12)

    def of(parameters: jax.Array) -> jax.Array:
        return siphoned(replace(kernel, parameters=parameters), weights, leaving)

    np.testing.assert_allclose(jax.jacfwd(of)(kernel.parameters), jax.jacrev(of)(kernel.parameters), rtol=1e-10)


def test_parameters_out_of_range_are_an_error(kernel: HierarchicalKernel) -> None:
    with pytest.raises(Exception, match="far_share is 2"):
        product(kernel.operator, jnp.array([120.0, 800.0, 2.0, BOND]), drawn(9)).block_until_ready()
