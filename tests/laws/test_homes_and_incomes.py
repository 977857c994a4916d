"""Laws of homes, incomes and pull whatever the inputs: finite, balanced, blind to the order of places, smooth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.axes import ACTIVITIES, LIFE_STAGES
from hinterland.model.homes import HomesBase, Housed, Housing, housed
from hinterland.model.income import Incomes, Pay, incomes, log_per_head, paid
from hinterland.model.pull import Response, Signals, pull
from hinterland.space.dense import DenseKernel

PLACES, MEMBERS = 6, 2
run_homes = jax.jit(housed, static_argnames="years")
run_incomes = jax.jit(incomes)
seeds = st.integers(0, 10_000)
extremes = st.sampled_from([0.3, 1.0, 4.0])
widths = st.sampled_from([1, 5])


@pytest.fixture(autouse=True, scope="module")
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@dataclass(frozen=True)
class Town:
    """All that homes and incomes are computed from."""

    homes: jax.Array
    rent: jax.Array
    expected: jax.Array
    households: jax.Array
    growth: jax.Array
    base: HomesBase
    housing: Housing
    jobs: jax.Array
    wage: jax.Array
    price: jax.Array
    employed: jax.Array
    old: jax.Array
    remote: jax.Array
    people: jax.Array
    pay: Pay
    kernel: DenseKernel


def town(seed: int, extreme: float = 1.0, *, empty: bool = True) -> Town:
    """Inputs drawn from a seed, `extreme` widens them; one place is empty and one has no jobs."""
    draw = np.random.default_rng(seed)
    one = lambda low, high: jnp.asarray(draw.uniform(low, high, MEMBERS))  # noqa: E731
    spread = lambda width: draw.normal(0, width * extreme, (MEMBERS, PLACES))  # noqa: E731
    size = np.exp(draw.normal(10, 1 + extreme, PLACES))
    households = size / 3 * np.exp(spread(0.3))
    homes = size / 2.7 * np.exp(spread(0.3))
    people = households * 3
    jobs = draw.uniform(0, 1, (MEMBERS, PLACES, len(ACTIVITIES))) ** (1 + extreme) * size[:, None]
    if empty:
        households[:, 0], homes[:, 0], people[:, 0], jobs[:, :2] = 0.0, 0.0, 0.0, 0.0
    kernel = np.exp(-draw.uniform(0, 4 * extreme, (PLACES, PLACES)))
    return Town(
        homes=jnp.asarray(homes),
        rent=jnp.asarray(spread(0.5)),
        expected=jnp.asarray(spread(0.02)),
        households=jnp.asarray(households),
        growth=jnp.asarray(spread(0.03)),
        base=HomesBase(homes=jnp.asarray(size / 2.7), households=jnp.asarray(size / 3)),
        housing=Housing(
            rent_response=one(0.2, 4), rent_speed=one(0.1, 2), supply=one(0, 0.5), cost_slope=one(0, 2),
            growth_most=one(0.01, 0.1), fall_most=one(0.002, 0.05), replacement=one(0.0005, 0.01),
            expectation_speed=one(0.05, 1), land_leverage=one(1, 4),
        ),
        jobs=jnp.asarray(jobs),
        wage=jnp.asarray(spread(0.3)),
        price=jnp.asarray(spread(0.3)),
        employed=jnp.asarray(people * draw.uniform(0.2, 0.6, (MEMBERS, PLACES))),
        old=jnp.asarray(people * draw.uniform(0, 0.5, (MEMBERS, PLACES))),
        remote=jnp.asarray(people * draw.uniform(0, 0.05, (MEMBERS, PLACES))),
        people=jnp.asarray(people),
        pay=Pay(
            activity=jnp.asarray(draw.uniform(0.3, 2, (MEMBERS, len(ACTIVITIES)))), pension=one(0, 1),
            remote=one(0.5, 2), mine_pass=one(0, 2),
        ),
        kernel=DenseKernel(matrix=jnp.asarray((kernel + kernel.T) / 2)),
    )  # fmt: skip


def built(given: Town, years: int) -> Housed:
    return run_homes(
        given.homes, given.rent, given.expected, given.households, given.growth, base=given.base,
        housing=given.housing, years=years,
    )  # fmt: skip


def earned(given: Town, employed: jax.Array | None = None) -> Incomes:
    return run_incomes(
        given.jobs, given.wage, given.price, employed=given.employed if employed is None else employed,
        old=given.old, remote=given.remote, pay=given.pay, commuting=given.kernel,
    )  # fmt: skip


def reordered(given: Town, order: np.ndarray) -> Town:
    """The same places in another order."""

    def places(name: str) -> jax.Array:
        return getattr(given, name)[:, order]

    stocks = (
        "homes", "rent", "expected", "households", "growth", "jobs", "wage", "price", "employed", "old", "remote",
        "people",
    )  # fmt: skip
    return Town(
        **{name: places(name) for name in stocks},
        base=HomesBase(homes=given.base.homes[order], households=given.base.households[order]),
        housing=given.housing,
        pay=given.pay,
        kernel=DenseKernel(matrix=given.kernel.matrix[order][:, order]),
    )


@given(seeds, extremes, widths)
def test_homes_are_finite_and_add_up(seed: int, extreme: float, years: int) -> None:
    inputs = town(seed, extreme)
    end = built(inputs, years)
    for name in ("homes", "rent", "expected", "vacancy", "built", "lost", "land_sold"):
        values = np.asarray(getattr(end, name))
        assert np.isfinite(values).all(), name
        if name in ("homes", "built", "lost", "land_sold"):
            assert (values >= 0).all(), name
    np.testing.assert_allclose(end.homes, inputs.homes + end.built - end.lost, rtol=1e-12, atol=1e-12)


@given(seeds, extremes, widths)
def test_homes_keep_to_the_fastest_growth_and_fall(seed: int, extreme: float, years: int) -> None:
    inputs = town(seed, extreme, empty=False)
    pace = np.log(np.asarray(built(inputs, years).homes / inputs.homes)) / years
    most, fall = np.asarray(inputs.housing.growth_most), np.asarray(inputs.housing.fall_most)
    settled = np.asarray(inputs.homes) >= 1  # fewer than one home may become one
    assert (pace <= np.log1p(most)[:, None] + 1e-12)[settled].all()
    assert (pace >= np.log1p(-fall)[:, None] - 1e-12).all()


@given(seeds, extremes)
def test_what_residents_earn_is_what_jobs_pay(seed: int, extreme: float) -> None:
    """With every post held, incomes sum to pay plus transfers; with fewer at work, to their share of it."""
    inputs = town(seed, extreme)
    posts = inputs.jobs.sum((-1, -2))
    held = inputs.employed * (posts / inputs.employed.sum(-1))[:, None]
    payroll = paid(inputs.jobs, inputs.wage, inputs.price, inputs.pay).sum(-1)
    got = earned(inputs, held)
    transfers = (got.pensions + got.remote).sum(-1)
    np.testing.assert_allclose(got.total.sum(-1), payroll + transfers, rtol=1e-11)
    np.testing.assert_allclose(earned(inputs, held / 2).earned.sum(-1), payroll / 2, rtol=1e-11)


@given(seeds, extremes)
def test_incomes_are_finite_and_not_negative(seed: int, extreme: float) -> None:
    inputs = town(seed, extreme)
    got = earned(inputs)
    for name in ("earned", "pensions", "remote"):
        values = np.asarray(getattr(got, name))
        assert np.isfinite(values).all() and (values >= 0).all(), name
    assert np.isfinite(np.asarray(log_per_head(got.total, inputs.people))).all()


@given(seeds, st.permutations(range(PLACES)), widths)
def test_the_order_of_places_changes_nothing(seed: int, order: list[int], years: int) -> None:
    inputs, positions = town(seed), np.array(order)
    other = reordered(inputs, positions)
    first, second = built(inputs, years), built(other, years)
    for name in ("homes", "rent", "land_sold"):
        np.testing.assert_allclose(getattr(first, name)[:, positions], getattr(second, name), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(earned(inputs).total[:, positions], earned(other).total, rtol=1e-11)


@given(seeds, widths)
def test_equal_places_stay_equal(seed: int, years: int) -> None:
    inputs = town(seed, empty=False)
    alike = jax.tree.map(lambda x: jnp.broadcast_to(x[:, 1:2], x.shape), (
        inputs.homes, inputs.rent, inputs.expected, inputs.households, inputs.growth,
    ))  # fmt: skip
    base = HomesBase(homes=jnp.full(PLACES, 1e5), households=jnp.full(PLACES, 9e4))
    end = run_homes(*alike, base=base, housing=inputs.housing, years=years)
    for name in ("homes", "rent", "expected"):
        values = np.asarray(getattr(end, name))
        np.testing.assert_allclose(values, values[:, :1] * np.ones((1, PLACES)), rtol=1e-12)


FIXED = ("homes", "rent", "expected", "growth", "wage", "price", "employed", "old", "remote", "people")


def worth(
    housing: Housing, pay: Pay, households: jax.Array, jobs: jax.Array, base: HomesBase, kernel: DenseKernel,
    fixed: dict[str, jax.Array],
) -> jax.Array:  # fmt: skip
    """One number that every output of homes and incomes enters."""
    end = housed(
        fixed["homes"], fixed["rent"], fixed["expected"], households, fixed["growth"], base=base, housing=housing,
        years=5,
    )  # fmt: skip
    got = incomes(
        jobs, fixed["wage"], fixed["price"], employed=fixed["employed"], old=fixed["old"], remote=fixed["remote"],
        pay=pay, commuting=kernel,
    )  # fmt: skip
    homes = end.rent + jnp.log(end.homes + 1) + end.expected + jnp.log(end.land_sold + 1)
    return homes.sum() + log_per_head(got.total, fixed["people"]).sum()


steepness = jax.jit(jax.grad(worth, argnums=(0, 1, 2, 3)))


@given(seeds, extremes)
def test_gradients_are_finite(seed: int, extreme: float) -> None:
    inputs = town(seed, extreme)

    slopes = steepness(
        inputs.housing, inputs.pay, inputs.households, inputs.jobs, inputs.base, inputs.kernel,
        {name: getattr(inputs, name) for name in FIXED},
    )  # fmt: skip
    assert all(np.isfinite(np.asarray(leaf)).all() for leaf in jax.tree.leaves(slopes))


@given(seeds, extremes)
def test_better_places_draw_and_dear_ones_repel(seed: int, extreme: float) -> None:
    draw = np.random.default_rng(seed)
    stages = lambda: jnp.asarray(draw.uniform(0.01, 2, (MEMBERS, len(LIFE_STAGES))))  # noqa: E731
    acting = Response(income=stages(), access=stages(), rent=stages(), amenity=stages(), push=stages())
    change = lambda: jnp.asarray(draw.normal(0, extreme, (MEMBERS, PLACES)))  # noqa: E731
    signals = Signals(income=change(), access=change(), rent=change(), nonemployment=change())
    richer = Signals(signals.income + 0.1, signals.access + 0.1, signals.rent, signals.nonemployment)
    dearer = Signals(signals.income, signals.access, signals.rent + 0.1, signals.nonemployment)
    now = pull(signals, acting)
    assert np.isfinite(np.asarray(now)).all()
    assert (np.asarray(pull(richer, acting)) > np.asarray(now)).all()
    assert (np.asarray(pull(dearer, acting)) < np.asarray(now)).all()
