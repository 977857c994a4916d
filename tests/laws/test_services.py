"""Laws of rungs and services whatever the inputs: shares, bounds, no wrong signs, blind to order, smooth, finite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.axes import FIVE_YEARS, LIFE_STAGES
from hinterland.model.rungs import RUNGS, Ladder, Pattern, chances, climb, first_rungs, sizes
from hinterland.model.services import (
    SCHOOLS,
    SERVICES,
    Levers,
    Provision,
    Served,
    ServicesBase,
    at_bounds,
    first_services,
    serve,
    stage_sums,
)
from hinterland.params import load

PLACES, MEMBERS = 6, 2
run_serve = jax.jit(serve)
run_climb = jax.jit(climb, static_argnames="years")
seeds = st.integers(0, 10_000)
extremes = st.sampled_from([0.3, 1.0, 4.0])


@pytest.fixture(autouse=True, scope="module")
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@dataclass(frozen=True)
class Country:
    """All that rungs and services are computed from: one place is empty and one is a single settlement."""

    pattern: Pattern
    people: np.ndarray
    area: np.ndarray
    provision: Provision
    base: ServicesBase
    ladder: Ladder
    now: jax.Array
    rungs: jax.Array
    levers: Levers


def country(seed: int, extreme: float = 1.0) -> Country:
    draw = np.random.default_rng(seed)
    parameters = load()
    size = np.exp(draw.normal(13, 1 + extreme, PLACES))
    size[0] = 0.0
    alone = np.arange(PLACES) < 2
    pattern = first_rungs(
        draw.uniform(0, 1, PLACES), size, sizes({name: parameters.value(name) for name in parameters}), alone=alone
    )
    ages = draw.dirichlet(np.ones(len(FIVE_YEARS)), PLACES)
    area = np.exp(draw.normal(8, 1, PLACES))
    area[-1] = np.nan
    acting = provided(draw, extreme)
    one = lambda low, high: jnp.asarray(draw.uniform(low, high, MEMBERS))  # noqa: E731
    shares = draw.dirichlet(np.ones(len(RUNGS)), (MEMBERS, PLACES))
    shares[:, alone] = pattern.rungs[alone]
    some = lambda *shape: jnp.asarray(draw.uniform(0, 1, (MEMBERS, PLACES, *shape)))  # noqa: E731
    people = size[:, None] * ages
    return Country(
        pattern=pattern,
        people=people,
        area=area,
        provision=acting,
        base=first_services(pattern, people, area, acting, FIVE_YEARS),
        ladder=Ladder(
            urbanise=one(0, 0.1 * extreme), least=one(0, 0.5), farm_tie=one(0, 0.9), onward=one(0, 0.1),
            moves=one(0, 0.1 * extreme), response=one(0, 6), limit=one(0.2, 5),
        ),
        now=jnp.asarray(people * np.exp(draw.normal(0, 0.5 * extreme, (MEMBERS, PLACES, 1)))),
        rungs=jnp.asarray(shares),
        levers=Levers(
            keep=some(), boarding=some(), demand=extreme * (some(len(SERVICES)) - 0.5), spending=some() - 0.5
        ),
    )  # fmt: skip


def provided(draw: np.random.Generator, extreme: float) -> Provision:
    one = lambda low, high: jnp.asarray(draw.uniform(low, high, MEMBERS))  # noqa: E731
    services = len(SERVICES)
    return Provision(
        size=jnp.asarray(np.exp(draw.normal(7, extreme, (MEMBERS, services)))),
        spread=jnp.asarray(draw.uniform(0.1, 1, (MEMBERS, services))),
        gap=one(1, 2),
        weight=jnp.asarray(draw.uniform(0, 1, (MEMBERS, services, len(LIFE_STAGES)))),
        sizes=jnp.asarray(np.pad(draw.uniform(0, 1, (MEMBERS, 3)), ((0, 0), (1, 0)))),
        scale=one(1, 20),
        most=one(0.5, 5),
        detour=one(1, 2),
        fixed=one(0, 0.3),
        travel=one(0, 0.3),
        boarding_relief=one(0, 1),
        boarding_cost=one(0, 1),
    )


def after(given: Country, **changes: object) -> Served:
    using = replace(given, **changes)
    return run_serve(using.base, using.provision, using.base.degree, using.rungs, using.now, using.levers)


@given(seeds, extremes, st.sampled_from([1, 5]))
def test_shares_of_rungs_stay_shares(seed: int, extreme: float, years: int) -> None:
    given_ = country(seed, extreme)
    draw = np.random.default_rng(seed)
    pull = jnp.asarray(draw.normal(0, extreme, given_.rungs.shape))
    farms = jnp.asarray(draw.uniform(0, 1, (MEMBERS, PLACES)))
    moved = np.asarray(chances(given_.rungs, pull, farms, given_.ladder))
    assert (moved >= 0).all()
    np.testing.assert_allclose(moved.sum(axis=-1), 1.0, rtol=1e-12)
    end = np.asarray(run_climb(given_.rungs, pull, farms, given_.ladder, years=years))
    assert (end >= 0).all()
    np.testing.assert_allclose(end.sum(axis=-1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(end[:, :2], given_.rungs[:, :2], atol=1e-12)


@given(seeds, extremes)
def test_what_draws_a_rung_fills_it(seed: int, extreme: float) -> None:
    """More pull at the top never leaves fewer there, nor less at the bottom more."""
    given_ = country(seed, extreme)
    none, farms = jnp.zeros_like(given_.rungs), jnp.zeros((MEMBERS, PLACES))
    rest = np.asarray(run_climb(given_.rungs, none, farms, given_.ladder, years=5))
    top = np.asarray(run_climb(given_.rungs, none.at[..., 0].set(0.5), farms, given_.ladder, years=5))
    bottom = np.asarray(run_climb(given_.rungs, none.at[..., -1].set(-0.5), farms, given_.ladder, years=5))
    assert (top[..., 0] >= rest[..., 0] - 1e-12).all()
    assert (bottom[..., -1] <= rest[..., -1] + 1e-12).all()


@given(seeds, extremes)
def test_services_are_shares_and_all_is_finite(seed: int, extreme: float) -> None:
    given_ = country(seed, extreme)
    end = after(given_)
    for name in ("degree", "pull", "rung_pull", "cost"):
        assert np.isfinite(np.asarray(getattr(end, name))).all(), name
    for degree in (given_.base.degree, end.degree):
        assert (np.asarray(degree) >= 0).all()
        assert (np.asarray(degree) <= 1).all()
        missing = np.broadcast_to(given_.pattern.settlements[:, :, None] == 0, degree.shape)
        np.testing.assert_array_equal(np.asarray(degree)[missing], 0.0)


@given(seeds, extremes)
def test_the_base_year_is_the_zero_of_all_signals(seed: int, extreme: float) -> None:
    given_ = country(seed, extreme)
    still = jnp.broadcast_to(jnp.asarray(given_.pattern.rungs), given_.rungs.shape)
    people = jnp.broadcast_to(jnp.asarray(given_.people), given_.now.shape)
    end = run_serve(given_.base, given_.provision, given_.base.degree, still, people)
    np.testing.assert_allclose(end.degree, given_.base.degree, atol=1e-13)
    for change in (end.pull, end.rung_pull, end.cost):
        np.testing.assert_allclose(change, 0.0, atol=1e-12)
    closed, opened = at_bounds(given_.base, given_.base.degree, end.degree)
    assert int((closed + opened).sum()) == 0


@given(seeds, extremes)
def test_places_and_rungs_lose_the_same_in_all(seed: int, extreme: float) -> None:
    """The pull of a place over its ages is that of its rungs over their people."""
    given_ = country(seed, extreme)
    end = after(given_)
    people = given_.now.sum(axis=-1)
    lived_in = np.asarray(people) > 0
    ages = stage_sums(given_.now, given_.base.stages) / jnp.where(people > 0, people, 1.0)[..., None]
    by_age = np.asarray((end.pull * ages).sum(axis=-1))
    by_rung = np.asarray((end.rung_pull * given_.rungs).sum(axis=-1))
    np.testing.assert_allclose(by_age[lived_in], by_rung[lived_in], rtol=1e-9, atol=1e-12)


@given(seeds, extremes)
def test_fewer_people_alike_never_open_services(seed: int, extreme: float) -> None:
    given_ = country(seed, extreme)
    still = jnp.broadcast_to(jnp.asarray(given_.pattern.rungs), given_.rungs.shape)
    levers = replace(given_.levers, keep=jnp.zeros((MEMBERS, PLACES)), boarding=jnp.zeros((MEMBERS, PLACES)))
    degree, base = given_.base.degree, np.asarray(given_.base.degree)
    none = replace(levers, demand=jnp.zeros((MEMBERS, PLACES, len(SERVICES))), spending=jnp.zeros((MEMBERS, PLACES)))
    for share in (0.9, 0.5, 0.1):
        people = jnp.broadcast_to(jnp.asarray(given_.people * share), given_.now.shape)
        end = run_serve(given_.base, given_.provision, degree, still, people, none)
        # Villages have nobody below whose demand could come to them.
        assert (np.asarray(end.degree)[..., -1, :] <= np.asarray(degree)[..., -1, :] + 1e-12).all()
        degree = end.degree
    assert (np.asarray(degree)[..., -1, :] <= base[..., -1, :] + 1e-12).all()


@given(seeds, extremes)
def test_more_use_never_closes_and_keeping_never_closes_schools(seed: int, extreme: float) -> None:
    given_ = country(seed, extreme)
    least = np.asarray(after(given_).degree)[..., -1, :]
    used = np.asarray(after(given_, levers=replace(given_.levers, demand=given_.levers.demand + 0.3)).degree)
    assert (used[..., -1, :] >= least - 1e-12).all()
    kept = np.asarray(after(given_, levers=replace(given_.levers, keep=jnp.ones((MEMBERS, PLACES)))).degree)
    start = np.asarray(given_.base.degree)
    assert (kept[..., SCHOOLS] >= start[..., SCHOOLS] - 1e-9).all()
    np.testing.assert_allclose(kept[..., -1, ~SCHOOLS], least[..., ~SCHOOLS], atol=1e-12)


@given(seeds, extremes)
def test_the_same_again_changes_nothing(seed: int, extreme: float) -> None:
    """Services answer the course of demand and not time: a second step of the same people leaves all as it is."""
    given_ = country(seed, extreme)
    once = after(given_)
    twice = run_serve(given_.base, given_.provision, once.degree, given_.rungs, given_.now, given_.levers)
    np.testing.assert_allclose(twice.degree, once.degree, atol=1e-12)
    np.testing.assert_allclose(twice.pull, once.pull, atol=1e-12)


@given(seeds, extremes)
def test_the_order_of_places_does_not_matter(seed: int, extreme: float) -> None:
    given_ = country(seed, extreme)
    order = np.random.default_rng(seed).permutation(PLACES)
    other = Pattern(rungs=given_.pattern.rungs[order], settlements=given_.pattern.settlements[order])
    levers = Levers(**{name: getattr(given_.levers, name)[:, order] for name in Levers.__dataclass_fields__})
    base = first_services(other, given_.people[order], given_.area[order], given_.provision, FIVE_YEARS)
    end = run_serve(base, given_.provision, base.degree, given_.rungs[:, order], given_.now[:, order], levers)
    straight = after(given_)
    for name in ("degree", "pull", "rung_pull", "cost"):
        np.testing.assert_allclose(getattr(end, name), getattr(straight, name)[:, order], rtol=1e-9, atol=1e-12)


def total(given: tuple[jax.Array, jax.Array, Provision, Ladder], base: ServicesBase, levers: Levers) -> jax.Array:
    people, rungs, provision, ladder = given
    end = serve(base, provision, base.degree, rungs, people, levers)
    later = climb(rungs, end.rung_pull, jnp.full((MEMBERS, PLACES), 0.2), ladder, 1)
    return end.pull.sum() + end.cost.sum() + end.degree.sum() + (later**2).sum()


slopes = jax.jit(jax.grad(total))


@given(seeds, extremes)
def test_gradients_are_finite(seed: int, extreme: float) -> None:
    given_ = country(seed, extreme)
    free = (given_.now, given_.rungs, given_.provision, given_.ladder)
    for slope in jax.tree.leaves(slopes(free, given_.base, given_.levers)):
        assert np.isfinite(np.asarray(slope)).all()
