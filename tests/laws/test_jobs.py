"""Laws of jobs, shopping and labour whatever their inputs: sums balance, nothing is negative, no place is special."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from economies import VALUES
from hinterland.axes import ACTIVITIES, FIVE_YEARS, FOOTLOOSE
from hinterland.model.industry import automatable, automated, damage, dirt, split_industry
from hinterland.model.jobs import Changes, farmed, located, location, mined, needed, needs, posted, remote
from hinterland.model.labour import (
    access_change,
    catchment,
    employed,
    exposed_to,
    labour_market,
    labour_of,
    non_employment_change,
    openings,
    relative_change,
    tightness,
    wage_after,
)
from hinterland.model.shopping import built, demand, first_capacity, served, shopping, wanted
from hinterland.space.dense import DenseKernel

PLACES, MEMBERS = 5, 3
seeds = st.integers(0, 10_000)
extremes = st.sampled_from([0.1, 1.0, 4.0])
empties = st.sampled_from([0.0, 0.4, 1.0])
"""Share of cells without anybody or any job; with all of them zero the nation is empty."""

Parts = dict[str, jax.Array]


@pytest.fixture(autouse=True, scope="module")
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Case:
    """Inputs of all parts; arrays [member, place, ...]."""

    jobs: jax.Array
    base: jax.Array
    people: jax.Array
    base_people: jax.Array
    national: jax.Array
    changes: Changes
    niche: jax.Array
    capacity: jax.Array
    wage: jax.Array
    kernel: jax.Array


def case(seed: int, extreme: float = 1.0, empty: float = 0.0, members: int = MEMBERS) -> Case:
    draw = np.random.default_rng(seed)

    def stock(*shape: int) -> jax.Array:
        cells = np.exp(draw.normal(8, extreme, shape)) * (draw.random(shape) >= empty)
        return jnp.asarray(cells)

    def change(*more: int) -> jax.Array:
        return jnp.asarray(draw.normal(0, extreme, (members, PLACES, *more)))

    weights = np.exp(-draw.uniform(0, 5, (PLACES, PLACES)))
    np.fill_diagonal(weights, 1.0)
    base = stock(PLACES, len(ACTIVITIES))
    return Case(
        jobs=stock(members, PLACES, len(ACTIVITIES)) * (base > 0),
        base=base,
        people=stock(members, PLACES, 2, len(FIVE_YEARS)),
        base_people=stock(PLACES, 2, len(FIVE_YEARS)),
        national=base.sum(0) * jnp.asarray(draw.uniform(0.3, 2.0, (members, len(ACTIVITIES)))),
        changes=Changes(change(), change(), change(), change(), change()),
        niche=change(len(FOOTLOOSE)),
        capacity=stock(members, PLACES),
        wage=change(),
        kernel=jnp.asarray(weights),
    )


@partial(jax.jit, static_argnames=("years",))
def run(inputs: Case, years: int = 5) -> Parts:
    """Every part once, in the order of a step."""
    at = {name: ACTIVITIES.index(name) for name in ACTIVITIES}
    loose = slice(at["routine"], at["tradable"] + 1)
    kernel, market, habits = DenseKernel(matrix=inputs.kernel), labour_market(VALUES), shopping(VALUES)
    what, rates = needs(VALUES, FIVE_YEARS), jnp.full((2, len(FIVE_YEARS)), 0.5)
    labour, base_labour = labour_of(inputs.people, rates), labour_of(inputs.base_people, rates)
    national = automated(inputs.national, automatable(VALUES), jnp.asarray(0.02), 10)
    farm_damage, amenity = damage(
        inputs.jobs[..., at["routine"]], labour, inputs.base[..., at["routine"]], base_labour, dirt(VALUES)
    )
    footloose = located(
        inputs.jobs[..., loose], inputs.base[..., loose], national[..., loose], inputs.changes, inputs.niche,
        location(VALUES), years, residents=labour, remote_share=jnp.asarray(0.1),
    )  # fmt: skip
    slack = relative_change(labour, base_labour) - relative_change(
        inputs.jobs[..., 1:].sum(-1), inputs.base[..., 1:].sum(-1)
    )
    farm = farmed(inputs.base[..., 0], relative_change(labour, base_labour), slack, national[..., 0], what, farm_damage)
    public = posted(
        inputs.jobs[..., at["public"]], inputs.base[..., at["public"]], needed(inputs.people, what),
        needed(inputs.base_people, what), national[..., at["public"]], what, years,
    )  # fmt: skip
    kinds = jnp.stack([inputs.jobs.sum(-1), openings(inputs.jobs, market)], -1)
    access = catchment(kinds, labour, kernel)
    base_kinds = jnp.stack([inputs.base.sum(-1), openings(inputs.base, market)], -1)
    base_access = catchment(base_kinds, base_labour, kernel)
    at_work = employed(access[..., 0], labour)
    tight = tightness(access[..., 0], labour) - tightness(base_access[..., 0], base_labour)
    base_local = inputs.base[..., at["local"]]
    base_spending = employed(base_access[..., 0], base_labour)
    base_demand = demand(base_spending, first_capacity(base_local, habits), habits, kernel)
    spent = demand(at_work, inputs.capacity, habits, kernel)
    want = wanted(base_local, base_demand, spent, national[..., at["local"]])
    return {
        "footloose": footloose,
        "farm": farm,
        "mine": mined(inputs.base[..., at["mine"]], jnp.ones(PLACES), national[..., at["mine"]]),
        "public": public,
        "at_work": at_work,
        "access": access_change(access[..., 1], base_access[..., 1]),
        "wage": wage_after(inputs.wage, inputs.changes.density, tight, market, years, exposed_to(inputs.jobs)),
        "non_employment": non_employment_change(access[..., 0], base_access[..., 0], market),
        "spent": spent,
        "wanted": want,
        "local": served(want, inputs.capacity, national[..., at["local"]], habits),
        "capacity": built(inputs.capacity, want, habits, years),
        "amenity": amenity,
        "national": national,
        "labour": labour,
    }


@given(seeds, extremes, empties)
def test_everything_is_finite_and_stocks_are_not_negative(seed: int, extreme: float, empty: float) -> None:
    signed = ("wage", "access", "non_employment", "amenity")
    for name, values in run(case(seed, extreme, empty)).items():
        assert np.isfinite(values).all(), name
        assert name in signed or (np.asarray(values) >= 0).all(), name


@given(seeds, extremes, empties)
def test_jobs_sum_to_the_nation(seed: int, extreme: float, empty: float) -> None:
    """As long as anybody had such jobs at the base year."""
    inputs = case(seed, extreme, empty)
    end = run(inputs)
    at = {name: ACTIVITIES.index(name) for name in ACTIVITIES}
    totals = {name: np.asarray(end["national"][:, at[name]]) for name in ("farm", "mine", "public", "local")}
    for name, total in totals.items():
        np.testing.assert_allclose(end[name].sum(1), total, rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(end["footloose"].sum(1), end["national"][:, 2:5], rtol=1e-12)


@given(seeds, extremes)
def test_all_spending_is_spent_and_all_jobs_are_held(seed: int, extreme: float) -> None:
    inputs = case(seed, extreme, empty=0.3)
    end = run(inputs)
    np.testing.assert_allclose(end["spent"].sum(1), end["at_work"].sum(1), rtol=1e-12)
    np.testing.assert_allclose(end["at_work"].sum(1), inputs.jobs.sum((1, 2)), rtol=1e-12)


@given(seeds)
def test_zero_base_jobs_stay_zero(seed: int) -> None:
    inputs = case(seed, empty=0.4)
    end = run(inputs)
    never = np.asarray(inputs.base) == 0
    tradable = FOOTLOOSE.index("tradable")  # remote work reaches every place
    for activity in range(tradable):
        assert (np.asarray(end["footloose"])[:, never[:, 2 + activity], activity] == 0).all()
    assert (np.asarray(end["farm"])[:, never[:, 0]] == 0).all()
    assert (np.asarray(end["local"])[:, never[:, 5]] == 0).all()


@given(seeds, st.permutations(range(PLACES)))
def test_the_order_of_places_changes_nothing(seed: int, order: list[int]) -> None:
    inputs, positions = case(seed, empty=0.2), np.array(order)
    other = Case(
        jobs=inputs.jobs[:, positions],
        base=inputs.base[positions],
        people=inputs.people[:, positions],
        base_people=inputs.base_people[positions],
        national=inputs.national,
        changes=jax.tree.map(lambda change: change[:, positions], inputs.changes),
        niche=inputs.niche[:, positions],
        capacity=inputs.capacity[:, positions],
        wage=inputs.wage[:, positions],
        kernel=inputs.kernel[positions][:, positions],
    )
    end, end_other = run(inputs), run(other)
    for name, values in end.items():
        same = values if name == "national" else values[:, positions]
        np.testing.assert_allclose(end_other[name], same, rtol=1e-9, atol=1e-12, err_msg=name)


@given(seeds)
def test_equal_places_stay_equal(seed: int) -> None:
    inputs = case(seed)
    alike = jax.tree.map(lambda cells: jnp.broadcast_to(cells[:, :1], cells.shape), inputs)
    same = Case(
        jobs=alike.jobs,
        base=jnp.broadcast_to(inputs.base[:1], inputs.base.shape),
        people=alike.people,
        base_people=jnp.broadcast_to(inputs.base_people[:1], inputs.base_people.shape),
        national=inputs.national,
        changes=alike.changes,
        niche=alike.niche,
        capacity=alike.capacity,
        wage=alike.wage,
        kernel=jnp.full((PLACES, PLACES), 0.3) + 0.7 * jnp.eye(PLACES),
    )
    for name, values in run(same).items():
        if name != "national":
            np.testing.assert_allclose(values, jnp.broadcast_to(values[:, :1], values.shape), rtol=1e-10, atol=1e-12)


@given(seeds)
def test_members_do_not_see_each_other(seed: int) -> None:
    inputs = case(seed, empty=0.2)
    fields = {name: getattr(inputs, name) for name in Case.__dataclass_fields__}
    shared = ("base", "base_people", "kernel")
    one = Case(**{k: v if k in shared else jax.tree.map(lambda cells: cells[1:2], v) for k, v in fields.items()})
    bare = Case(**{k: v if k in shared else jax.tree.map(lambda cells: cells[1], v) for k, v in fields.items()})
    end, single, none = run(inputs), run(one), run(bare)
    for name, values in end.items():
        np.testing.assert_allclose(single[name][0], values[1], rtol=1e-10, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(none[name], values[1], rtol=1e-10, atol=1e-12, err_msg=name)


@given(seeds)
def test_five_steps_of_a_year_are_one_of_five(seed: int) -> None:
    """Exactly where shares and wages close a gap; within 2% for capacity, whose speed depends on the gap."""
    inputs = case(seed, extreme=0.3)
    long = run(inputs, 5)
    jobs, capacity, wage = inputs.jobs, inputs.capacity, inputs.wage
    loose = slice(2, 5)
    market, habits, where, what = labour_market(VALUES), shopping(VALUES), location(VALUES), needs(VALUES, FIVE_YEARS)
    now = jobs[..., loose]
    posts = jobs[..., 6]
    want = long["wanted"]
    need, base_need = needed(inputs.people, what), needed(inputs.base_people, what)
    for _ in range(5):
        now = located(
            now, inputs.base[..., loose], long["national"][..., loose], inputs.changes, inputs.niche, where, 1,
            residents=long["labour"], remote_share=jnp.asarray(0.1),
        )  # fmt: skip
        posts = posted(posts, inputs.base[..., 6], need, base_need, long["national"][..., 6], what, 1)
        wage = wage_after(wage, inputs.changes.density, jnp.zeros_like(wage), market, 1)
        capacity = built(capacity, want, habits, 1)
    np.testing.assert_allclose(now, long["footloose"], rtol=1e-10)
    np.testing.assert_allclose(posts, long["public"], rtol=1e-10)
    once = wage_after(inputs.wage, inputs.changes.density, jnp.zeros_like(wage), market, 5)
    np.testing.assert_allclose(wage, once, rtol=1e-10)
    np.testing.assert_allclose(capacity, long["capacity"], rtol=0.02)


@given(seeds, extremes, st.sampled_from([0.0, 0.4]))
def test_gradients_are_finite(seed: int, extreme: float, empty: float) -> None:
    def total(inputs: Case) -> jax.Array:
        end = run(inputs)
        return sum(jnp.sum(jnp.log1p(jnp.abs(end[name]))) for name in ("footloose", "farm", "local", "capacity")) + sum(
            jnp.sum(end[name]) for name in ("wage", "access", "non_employment", "amenity", "public")
        )

    slopes = jax.grad(total)(case(seed, extreme, empty))
    for leaf in jax.tree.leaves(slopes):
        assert np.isfinite(leaf).all()


@given(st.floats(0.0, 1.0), seeds)
def test_remote_work_and_the_split_of_industry_keep_sums(share: float, seed: int) -> None:
    draw = np.random.default_rng(seed)
    offices, residents = jnp.asarray(draw.uniform(0, 9, (2, 4))), jnp.asarray(draw.uniform(0, 9, (2, 4)))
    np.testing.assert_allclose(remote(offices, residents, jnp.asarray(share)).sum(-1), offices.sum(-1))
    part = jnp.asarray(0.01 + 0.98 * share)
    parts = split_industry(offices, jnp.asarray(draw.uniform(5, 15, 4)), part, jnp.asarray(0.4))
    assert (np.asarray(parts) >= 0).all()
    np.testing.assert_allclose(parts.sum(-1), offices)
