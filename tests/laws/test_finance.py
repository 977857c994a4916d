"""Laws of local budgets whatever the inputs: books balance, transfers sum to the pool, nothing is negative or NaN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.model.finance import (
    Accounts,
    Asked,
    Budget,
    Finance,
    FinanceBase,
    first_budget,
    indices,
    pooled,
    promotion_pull,
    settle,
    standard_need,
    transfers,
)

PLACES, MEMBERS = 6, 2
run = jax.jit(settle, static_argnames="years")
begin = jax.jit(first_budget)
given_out = jax.jit(transfers)
seeds = st.integers(0, 10_000)
extremes = st.sampled_from([0.3, 1.0, 4.0])
widths = st.sampled_from([1, 5])


@pytest.fixture(autouse=True, scope="module")
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@dataclass(frozen=True)
class Treasury:
    """All that budgets are computed from: the base year and a later step."""

    finance: Finance
    base: FinanceBase
    first: Budget
    usual: Asked
    asked: Asked


def treasury(seed: int, extreme: float = 1.0, *, empty: bool = True) -> Treasury:
    """Inputs drawn from a seed, `extreme` widens them; one place is empty, one raises nothing and one is left."""
    draw = np.random.default_rng(seed)
    one = lambda low, high: jnp.asarray(draw.uniform(low, high, MEMBERS))  # noqa: E731
    acting = Finance(
        public_pay=one(0.8, 1.3), upkeep_share=one(0, 0.4), promotion=one(0, 0.1), promotion_return=one(0, 0.2),
        pool_share=one(0, 0.8), land_share=one(0, 0.8), basic_share=one(0, 1), rank_share=one(0, 1),
        equalising=one(0, 1), interest=one(0, 0.08), repayment=one(0, 0.3), debt=one(0, 2), debt_room=one(0, 2),
        arrears_most=one(0, 0.5), reserve_most=one(0, 0.5), pay_fall_most=one(0.02, 0.6), posts_least=one(0.1, 1),
        peak_loss=one(0, 0.1),
    )  # fmt: skip
    size = np.exp(draw.normal(10, 1 + extreme, PLACES))
    per_person = {"incomes": 0.5, "basic_jobs": 0.15, "land_sold": 0.01, "posts": 0.06, "homes": 0.4}
    usual = {name: size * mean * np.exp(draw.normal(0, 0.3 * extreme, PLACES)) for name, mean in per_person.items()}
    usual["people"] = size
    if empty:
        for each in usual.values():
            each[0] = 0.0
        for name in ("incomes", "basic_jobs", "land_sold"):
            usual[name][1] = 0.0
    later = {name: each * np.exp(draw.normal(0, 0.3 * extreme, (MEMBERS, PLACES))) for name, each in usual.items()}
    if empty:
        for each in later.values():
            each[:, 2] = 0.0
    nothing = np.zeros(PLACES)
    first = Asked(
        **{name: jnp.asarray(each) for name, each in usual.items()}, extra=jnp.asarray(nothing),
        projects=jnp.asarray(nothing), rank_shift=jnp.zeros(()),
    )  # fmt: skip
    base, budget = begin(first, jnp.asarray(draw.integers(0, 3, PLACES).astype(float)), acting)
    need = np.asarray(standard_need(base, acting, first))
    asked = Asked(
        **{name: jnp.asarray(each) for name, each in later.items()},
        extra=jnp.asarray(need * draw.normal(0, 0.3 * extreme, (MEMBERS, PLACES))),
        projects=jnp.asarray(need * draw.uniform(0, extreme, (MEMBERS, PLACES)) * (draw.random(PLACES) < 0.3)),
        rank_shift=jnp.asarray(draw.normal(0, 0.3)),
    )
    return Treasury(acting, base, budget, first, asked)


def troubled(inputs: Treasury, seed: int) -> Budget:
    """Stocks that a place may have come to, of any kind, in the ranges that budgets keep to."""
    draw = np.random.default_rng(seed + 1)
    some = lambda scale: scale * jnp.asarray(draw.uniform(0, 1, (MEMBERS, PLACES)))  # noqa: E731
    revenue = standard_need(inputs.base, inputs.finance, inputs.usual)
    fall, least = inputs.finance.pay_fall_most[:, None], inputs.finance.posts_least[:, None]
    cut = (draw.random((MEMBERS, PLACES)) < 0.5).astype(float)
    return Budget(
        debt=some(4 * revenue), arrears=some(0.4 * revenue), reserve=some(0.4 * revenue) * (1 - cut),
        pay=-some(fall) * cut, funded=some(jnp.log(least)) * cut, peak=some(3 * inputs.usual.homes),
    )  # fmt: skip


def after(inputs: Treasury, budget: Budget, years: int) -> tuple[Budget, Accounts]:
    return run(inputs.base, inputs.finance, budget, inputs.asked, years=years)


@given(seeds, extremes, widths)
def test_every_budget_balances(seed: int, extreme: float, years: int) -> None:
    inputs = treasury(seed, extreme)
    budget = troubled(inputs, seed)
    end, moved = after(inputs, budget, years)
    scale = np.asarray(moved.revenue + moved.borrowed + moved.bailout + moved.repaid + budget.debt) + 1.0
    gap = lambda left, right: np.abs(np.asarray(left - right)) / scale  # noqa: E731
    assert (np.abs(np.asarray(moved.balance)) / scale).max() < 1e-12
    assert gap(end.debt, budget.debt + moved.borrowed - moved.repaid).max() < 1e-12
    assert gap(end.arrears, budget.arrears + moved.fell_behind - moved.caught_up).max() < 1e-12
    assert gap(end.reserve, budget.reserve + moved.saved).max() < 1e-12


@given(seeds, extremes, widths)
def test_nothing_is_negative_and_all_is_finite(seed: int, extreme: float, years: int) -> None:
    inputs = treasury(seed, extreme)
    budget = troubled(inputs, seed)
    end, moved = after(inputs, budget, years)
    tiny = -1e-12 * (np.asarray(moved.revenue + moved.borrowed + budget.debt) + 1.0)
    for name in ("debt", "arrears", "reserve", "peak"):
        assert (np.asarray(getattr(end, name)) >= tiny).all(), name
    for field in fields(Accounts):
        values = np.asarray(getattr(moved, field.name))
        assert np.isfinite(values).all(), field.name
        if field.name not in ("transfers", "extra", "saved"):
            assert (values >= tiny).all(), field.name
    assert (np.asarray(moved.revenue) >= tiny).all()
    found = indices(inputs.base, inputs.finance, end, moved, inputs.asked, years)
    pull = promotion_pull(inputs.base, inputs.finance, moved, inputs.asked.people, years)
    assert all(np.isfinite(np.asarray(each)).all() for each in [*jax.tree.leaves(found), pull])


@given(seeds, extremes, widths)
def test_pay_and_posts_keep_to_their_bounds(seed: int, extreme: float, years: int) -> None:
    inputs = treasury(seed, extreme)
    end, moved = after(inputs, troubled(inputs, seed), years)
    pay, funded = np.asarray(end.pay), np.asarray(end.funded)
    lowest, least = np.asarray(inputs.finance.pay_fall_most)[:, None], np.log(inputs.finance.posts_least)[:, None]
    assert (pay <= 1e-12).all() and (pay >= -lowest - 1e-12).all()
    assert (funded <= 1e-12).all() and (funded >= np.asarray(least) - 1e-12).all()
    if years == 1:
        helped = (np.asarray(moved.bailout) > 1e-6) & (np.asarray(inputs.asked.posts) > 0)
        np.testing.assert_allclose(funded[helped], np.broadcast_to(least, funded.shape)[helped], atol=1e-9)


@given(seeds, extremes)
def test_transfers_sum_to_the_pool(seed: int, extreme: float) -> None:
    inputs = treasury(seed, extreme)
    paid = given_out(inputs.base, inputs.finance, inputs.asked)
    pool = inputs.base.pool * inputs.asked.incomes.sum(-1)
    scale = float(jnp.abs(paid).sum())
    np.testing.assert_allclose(paid.sum(-1), pool, rtol=1e-10, atol=1e-12 * scale)


@given(seeds, extremes)
def test_every_base_year_rests(seed: int, extreme: float) -> None:
    """With any rules and any places, unchanged years leave pay, posts and debt as they are."""
    inputs = treasury(seed, extreme)
    end, moved = run(inputs.base, inputs.finance, inputs.first, inputs.usual, years=5)
    np.testing.assert_allclose(end.pay, 0.0, atol=1e-9)
    np.testing.assert_allclose(end.funded, 0.0, atol=1e-9)
    np.testing.assert_allclose(end.debt, inputs.first.debt, rtol=1e-9, atol=1e-6)
    pull = promotion_pull(inputs.base, inputs.finance, moved, inputs.usual.people, 5)
    np.testing.assert_allclose(pull, 0.0, atol=1e-9)


@given(seeds, st.permutations(range(PLACES)), widths)
def test_the_order_of_places_changes_nothing(seed: int, order: list[int], years: int) -> None:
    inputs, at = treasury(seed), np.array(order)
    budget = troubled(inputs, seed)
    of = lambda part: jax.tree.map(lambda leaf: leaf[..., at] if leaf.shape[-1:] == (PLACES,) else leaf, part)  # noqa: E731
    first, _ = after(inputs, budget, years)
    second, _ = run(of(inputs.base), inputs.finance, of(budget), of(inputs.asked), years=years)
    for name in ("debt", "arrears", "reserve", "pay", "funded"):
        scale = 1e-10 * float(jnp.abs(getattr(first, name)).max())
        np.testing.assert_allclose(getattr(first, name)[:, at], getattr(second, name), rtol=1e-8, atol=scale + 1e-12)


@given(seeds, st.floats(0.01, 100.0))
def test_size_does_not_matter(seed: int, times: float) -> None:
    """A nation of everything times a number has as much money per head."""
    inputs = treasury(seed, empty=False)
    grow = lambda part, kept: replace(part, **{  # noqa: E731
        field.name: getattr(part, field.name) * times for field in fields(part) if field.name not in kept
    })  # fmt: skip
    budget = troubled(inputs, seed)
    first, _ = after(inputs, budget, 5)
    second, _ = run(
        inputs.base, inputs.finance, grow(budget, ("pay", "funded")), grow(inputs.asked, ("rank_shift",)), years=5
    )
    np.testing.assert_allclose(first.pay, second.pay, atol=1e-9)
    np.testing.assert_allclose(first.funded, second.funded, atol=1e-9)
    np.testing.assert_allclose(first.debt * times, second.debt, rtol=1e-9, atol=1e-6)


@given(seeds, st.lists(st.integers(0, 3), min_size=PLACES, max_size=PLACES))
def test_mergers_keep_the_sums(seed: int, groups: list[int]) -> None:
    inputs = treasury(seed)
    budget = troubled(inputs, seed)
    merged = pooled(budget, jnp.asarray(groups), inputs.asked.people)
    for name in ("debt", "arrears", "reserve"):
        np.testing.assert_allclose(getattr(merged, name).sum(-1), getattr(budget, name).sum(-1), rtol=1e-12)


def worth(finance: Finance, base: FinanceBase, budget: Budget, asked: Asked) -> jax.Array:
    """One number that every output of budgets enters."""
    end, moved = settle(base, finance, budget, asked, 5)
    found = indices(base, finance, end, moved, asked, 5)
    pull = promotion_pull(base, finance, moved, asked.people, 5)
    stocks = jnp.log(end.debt + 1) + jnp.log(end.arrears + 1) + jnp.log(end.reserve + 1) + end.funded + end.pay
    return (stocks + pull + found.current_balance + found.debt_service + found.pay).sum() + jnp.log(
        moved.bailout + 1
    ).sum()


def begun(finance: Finance, usual: Asked, rank: jax.Array) -> jax.Array:
    """One number that the base year enters."""
    base, budget = first_budget(usual, rank, finance)
    return worth(finance, base, budget, usual)


steepness = jax.jit(jax.grad(worth, argnums=(0, 1, 2, 3)))
steepness_at_base = jax.jit(jax.grad(begun, argnums=(0, 1)))


@given(seeds, extremes)
def test_gradients_are_finite(seed: int, extreme: float) -> None:
    inputs = treasury(seed, extreme)
    slopes = steepness(inputs.finance, inputs.base, troubled(inputs, seed), inputs.asked)
    at_base = steepness_at_base(inputs.finance, inputs.usual, jnp.ones(PLACES))
    assert all(np.isfinite(np.asarray(leaf)).all() for leaf in jax.tree.leaves((slopes, at_base)))


@given(seeds, extremes, widths)
def test_more_money_never_means_less_pay(seed: int, extreme: float, years: int) -> None:
    """A grant leaves neither pay nor posts lower, nor more owed to those who wait."""
    inputs = treasury(seed, extreme)
    budget = troubled(inputs, seed)
    grant = 0.1 * standard_need(inputs.base, inputs.finance, inputs.usual)
    poor, _ = after(inputs, budget, years)
    more = replace(inputs.asked, extra=inputs.asked.extra + grant)
    rich, _ = run(inputs.base, inputs.finance, budget, more, years=years)
    assert (np.asarray(rich.pay - poor.pay) > -1e-9).all()
    assert (np.asarray(rich.funded - poor.funded) > -1e-9).all()
