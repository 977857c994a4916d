"""Laws of classes, areas and mergers whatever the inputs: everything classed, books kept, order of places idle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.axes import FIVE_YEARS
from hinterland.model.areas import OUTSIDE, advantage, commuters, functional_areas, in_area
from hinterland.model.mergers import Merger, Saving, arranged, merged
from hinterland.model.settlement import Rules, care_need, degree, farm_land, land_class, land_shares, rules, size_class
from hinterland.params import load
from hinterland.space.dense import DenseKernel

PLACES, MEMBERS, YEARS = 12, 2, 3
seeds = st.integers(0, 10_000)
shares = st.floats(0.0, 0.9)
factors = st.floats(1.0, 1e4)


@pytest.fixture(autouse=True, scope="module")
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def standard() -> Rules:
    parameters = load()
    return rules({name: parameters.value(name) for name in parameters})


@dataclass(frozen=True)
class Land:
    """Units from empty to crowded; shares of some are not published."""

    people: jax.Array
    area: jax.Array
    urban_share: jax.Array
    working: jax.Array


def land(seed: int) -> Land:
    draw = np.random.default_rng(seed)
    people = np.exp(draw.uniform(-2, 18, (MEMBERS, YEARS, PLACES)))
    people[..., 0] = 0.0
    share = draw.uniform(0, 1, PLACES)
    share[draw.uniform(size=PLACES) < 0.4] = np.nan
    return Land(
        people=jnp.asarray(people),
        area=jnp.asarray(np.exp(draw.uniform(0, 11, PLACES))),
        urban_share=jnp.asarray(share),
        working=jnp.asarray(people * draw.uniform(0, 0.4, people.shape)),
    )


@given(seeds)
def test_everything_is_classed_and_shares_sum_to_one(seed: int) -> None:
    units, acting = land(seed), standard()
    found = land_class(units.people, units.area, units.urban_share, units.working, acting)
    assert found.shape == units.people.shape
    assert ((found >= 0) & (found < 4)).all()
    built = degree(units.people, units.area, units.urban_share, acting)
    assert ((built >= 0) & (built < 3)).all()
    urban = units.people * jnp.nan_to_num(units.urban_share, nan=0.5)
    shares = land_shares(urban, units.people - urban, units.area, units.working, acting)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(-1), 1, rtol=1e-12)


@given(seeds, factors)
def test_more_people_never_move_a_place_toward_wilderness(seed: int, factor: float) -> None:
    units, acting = land(seed), standard()
    few = (units.people, units.area, units.urban_share)
    many = (units.people * factor, units.area, units.urban_share)
    assert (land_class(*many, units.working, acting) >= land_class(*few, units.working, acting)).all()
    assert (degree(*many, acting) >= degree(*few, acting)).all()
    assert (size_class(many[0]) >= size_class(few[0])).all()


@given(seeds, factors)
def test_more_work_never_moves_a_place_toward_wilderness(seed: int, factor: float) -> None:
    units, acting = land(seed), standard()
    few, many = (
        land_class(units.people, units.area, units.urban_share, units.working * each, acting) for each in (1.0, factor)
    )
    assert (many >= few).all()


@given(seeds)
def test_a_member_may_have_rules_of_its_own(seed: int) -> None:
    units, acting = land(seed), standard()
    strict = jax.tree.map(lambda x: x * 2, acting)
    both = jax.tree.map(lambda x, y: jnp.stack([x, y])[:, None], acting, strict)
    args = (units.area, units.urban_share)
    found = land_class(units.people, *args, units.working, both)
    np.testing.assert_array_equal(found[0], land_class(units.people[0], *args, units.working[0], acting))
    np.testing.assert_array_equal(found[1], land_class(units.people[1], *args, units.working[1], strict))


@given(seeds)
def test_farms_and_care_are_finite_with_their_slopes(seed: int) -> None:
    units = land(seed)
    draw = np.random.default_rng(seed)
    people = draw.uniform(0, 100, (PLACES, 2, len(FIVE_YEARS))) * (draw.uniform(size=(PLACES, 1, 1)) < 0.8)

    def worth(jobs: jax.Array, people: jax.Array, posts: jax.Array) -> jax.Array:
        farms = farm_land(jobs, units.working[0], units.area, jnp.asarray(0.13), jnp.asarray(0.6))
        care = care_need(people, FIVE_YEARS.lower, posts, jnp.asarray(0.05))
        return sum((x.sum() for x in jax.tree.leaves((farms, care))), start=jnp.asarray(0.0))

    inputs = (units.working[1], jnp.asarray(people), units.working[0, 0])
    farms = farm_land(inputs[0], units.working[0], units.area, jnp.asarray(0.13), jnp.asarray(0.6))
    assert ((farms.idle >= 0) & (farms.idle <= 1)).all()
    value, slopes = jax.value_and_grad(worth, argnums=(0, 1, 2))(*inputs)
    assert np.isfinite(value)
    assert all(np.isfinite(np.asarray(slope)).all() for slope in slopes)


def daily(seed: int) -> tuple[jax.Array, jax.Array, DenseKernel]:
    """Jobs and labour [place], one place without either and one without people, and a symmetric kernel."""
    draw = np.random.default_rng(seed)
    at = draw.uniform(0, 100, (PLACES, 2))
    distance = np.linalg.norm(at[:, None] - at[None], axis=-1)
    jobs, labour = np.exp(draw.normal(9, 1.5, (2, PLACES)))
    jobs[0], labour[:2] = 0.0, 0.0
    return jnp.asarray(jobs), jnp.asarray(labour), DenseKernel(jnp.asarray(np.exp(-distance / 15)))


@given(seeds)
def test_every_job_has_its_commuter(seed: int) -> None:
    jobs, labour, kernel = daily(seed)
    flows = commuters(jnp.stack([jobs, 2 * jobs]), jnp.stack([labour, labour]), kernel)
    assert (flows >= 0).all()
    np.testing.assert_allclose(flows.sum(-2)[0], jobs, rtol=1e-10)
    np.testing.assert_allclose(flows[1], 2 * flows[0], rtol=1e-12)


@given(seeds, st.floats(0.02, 0.6))
def test_areas_have_cities_for_centres_and_members_that_work_there(seed: int, threshold: float) -> None:
    flows = np.asarray(commuters(*daily(seed)))
    core = np.random.default_rng(seed).uniform(size=PLACES) < 0.4
    centre = functional_areas(flows, core, threshold)
    assert (centre[core] != OUTSIDE).all()
    heads = np.unique(centre[centre != OUTSIDE])
    np.testing.assert_array_equal(centre[heads], heads)
    assert core[heads].all()
    cities = core[:, None] & (centre[:, None] == heads)
    to = flows @ cities
    for place in np.flatnonzero(~core):
        total = flows[place].sum()
        if centre[place] == OUTSIDE:
            assert total == 0 or (to[place] < threshold * total * (1 + 1e-12)).all()
        else:
            assert to[place, np.searchsorted(heads, centre[place])] >= threshold * total * (1 - 1e-12)
    between = (cities.T @ to) / np.maximum((cities.T @ flows).sum(1), 1e-9)[:, None]
    assert (between[~np.eye(len(heads), dtype=bool)] < threshold * (1 + 1e-12)).all()
    totals = in_area(np.ones(PLACES), centre)
    assert (totals[centre == OUTSIDE] == 1).all()
    assert sum(1 / totals[centre != OUTSIDE]) == pytest.approx(len(heads))


@given(seeds, st.permutations(range(PLACES)))
def test_the_order_of_places_makes_the_same_areas(seed: int, order: list[int]) -> None:
    flows, to = np.asarray(commuters(*daily(seed))), np.array(order)
    core = np.random.default_rng(seed).uniform(size=PLACES) < 0.4
    first = functional_areas(flows, core, 0.15)
    second = functional_areas(flows[np.ix_(to, to)], core[to], 0.15)
    named = np.where(second == OUTSIDE, OUTSIDE, to[second])
    np.testing.assert_array_equal(named, first[to])


@given(seeds, st.floats(-0.05, 0.05), st.floats(0.1, 10))
def test_the_advantage_moves_with_what_seats_add_and_not_with_what_regions_add(
    seed: int, more: float, unit: float
) -> None:
    draw = np.random.default_rng(seed)
    region, seat = np.repeat(np.arange(10), 5), np.tile(np.arange(5) == 0, 10)
    size, growth = draw.normal(11, 1, 50), draw.normal(0, 0.01, 50)
    first = advantage(growth, size, region, seat)
    second = advantage(unit * (growth + more * seat + draw.normal(0, 1, 10)[region]), size + 3, region, seat)
    assert second.estimate == pytest.approx(unit * (first.estimate + more), rel=1e-6, abs=1e-9)
    assert second.error == pytest.approx(unit * first.error, rel=1e-6)


@given(seeds, shares, st.floats(0, 1), st.floats(0, 30))
def test_mergers_keep_the_books(seed: int, admin_share: float, part: float, after: float) -> None:
    """What the nation loses is the saving times the partners' administration; service posts and others stay."""
    draw = np.random.default_rng(seed)
    posts = np.exp(draw.normal(7, 2, (MEMBERS, PLACES))) * (draw.uniform(size=(MEMBERS, PLACES)) < 0.8)
    codes = tuple(f"{place:02d}" for place in range(PLACES))
    order = draw.permutation(PLACES)
    groups = (order[:3], order[3:5], order[5:9])
    named = [Merger(tuple(codes[i] for i in group), codes[group[0]], 2030.0) for group in groups]
    mergers = arranged(named, codes, 2020.0)
    acting = Saving(*(jnp.full(MEMBERS, each) for each in (admin_share, part, 10.0)))
    end = merged(jnp.asarray(posts), mergers, acting, 2030 + after)
    done = min(after / 10, 1.0)
    inside = np.isin(np.arange(PLACES), order[:9])
    admin = admin_share * posts * inside
    np.testing.assert_allclose(end.lost, done * part * admin.sum(-1), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(posts.sum(-1) - end.posts.sum(-1), end.lost, rtol=1e-9, atol=1e-7)
    assert (np.asarray(end.posts) >= (1 - admin_share) * posts - 1e-9).all()
    np.testing.assert_array_equal(np.asarray(end.posts)[:, ~inside], posts[:, ~inside])
    np.testing.assert_allclose(posts * np.exp(end.log_change), end.posts, rtol=1e-12)
    slopes = jax.grad(lambda p, s: (merged(p, mergers, s, 2030 + after).log_change ** 2).sum(), argnums=(0, 1))(
        jnp.asarray(posts), acting
    )
    assert all(np.isfinite(np.asarray(leaf)).all() for leaf in jax.tree.leaves(slopes))
