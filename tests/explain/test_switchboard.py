"""Switches of a run: all on is the run, known worlds give all their change to the one thing that acts, moves add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hinterland.axes import FIVE_YEARS, LIFE_STAGES
from hinterland.explain.mechanisms import FIRST, LATER, MECHANISMS
from hinterland.explain.moves_between import between, exchange
from hinterland.explain.shapley import shapley
from hinterland.explain.switchboard import World, present, quantities, replacement, world
from hinterland.explain.trace import Trace, at, since, traced
from hinterland.explain.worths import gradients, order, worths
from hinterland.members.given import Given
from hinterland.model.fertility import WOMEN
from hinterland.model.step import step
from hinterland.space.dense import DenseKernel
from hinterland.system import FOLLOWERS
from systems import Case, case

STEPS = 3
advance = jax.jit(step)
GROUPS = len(FIVE_YEARS)


@pytest.fixture(autouse=True, scope="module")
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def repeated(inputs: Case, steps: int = STEPS) -> Given:
    """A case for several steps alike."""

    def each(values: jax.Array) -> jax.Array:
        return jnp.broadcast_to(values, (steps, *values.shape))

    return Given(
        setting=inputs.setting,
        behaviour=jax.tree.map(each, inputs.behaviour),
        start=inputs.state,
        conditions=jax.tree.map(each, inputs.conditions),
    )


def switched(on: Given, balance: jax.Array | None = None) -> tuple[World, Trace]:
    trace = traced(on)
    at_balance = jnp.zeros(on.conditions.pull.shape[-2:]) if balance is None else balance
    return world(on, trace.control, on.conditions.pull, at_balance, FIVE_YEARS), trace


def start_of(of: World) -> np.ndarray:
    return np.asarray(quantities(of.counted, of.start.people, None))


def parts(of: World) -> dict[str, np.ndarray]:
    """Parts of people [place] by exact Shapley values; momentum with them."""
    acting = order(of)
    stages = worths(of, acting.stages)[:, 0]
    alike = shapley(worths(of, acting.sets)[:, 0])
    return {
        "momentum": stages[0] - start_of(of)[0],
        FIRST: stages[1] - stages[0],
        **dict(zip(acting.alike, alike, strict=True)),
    }


def stationary(places: int = 2) -> Given:
    """Equal places of which each replaces itself: nothing changes, whatever is switched."""
    inputs = case(3, members=1)
    lives = inputs.conditions.national.survivorship
    # One sex stands for both, so that what women replace are all.
    stay = lives.groups.at[:, 1 - WOMEN].set(lives.groups[:, WOMEN])
    nation = replace(
        inputs.conditions.national,
        survivorship=replace(lives, groups=stay),
        boys=jnp.full(1, 0.5),
        migrants=jnp.zeros((1, 2, GROUPS)),
        fertility=jnp.asarray(np.where((np.arange(GROUPS) >= 3) & (np.arange(GROUPS) < 10), 0.05, 0.0))[None],
    )
    nation = replace(nation, fertility=replacement(nation, 5))
    alive = np.cumprod(np.concatenate([[1.0], np.asarray(stay)[0, WOMEN, :-1]])) * float(lives.births[0, WOMEN])
    alive[-1] /= 1 - float(stay[0, WOMEN, -1])
    people = jnp.broadcast_to(1000 * jnp.asarray(alive), (1, places, 2, GROUPS))
    behaviour = replace(
        inputs.behaviour,
        base=jnp.full(len(LIFE_STAGES), np.log(1 / places)),  # of the other place, where V is zero or turned around it
        mobility=replace(
            inputs.behaviour.mobility,
            push=jnp.full(1, 0.5),
            come_home=jnp.zeros((1, GROUPS)),
            leave=jnp.full(GROUPS, 0.02),
            congestion=jnp.zeros(1),
            follow=jnp.zeros(1),
        ),
    )
    setting = replace(
        inputs.setting,
        kernel=DenseKernel(matrix=1.0 - jnp.eye(places)),
        opportunities=jnp.full(places, 1 / places),
        size=jnp.full(places, 1.0),
        local_mortality=jnp.ones(places),
        parents=FOLLOWERS,
    )
    return repeated(
        Case(
            setting=setting,
            behaviour=behaviour,
            state=replace(inputs.state, rooted=people, newcomers=0 * people, away=0 * people),
            conditions=replace(
                inputs.conditions,
                national=nation,
                local_fertility=jnp.ones((1, places)),
                target=people.sum(axis=1),
                pull=jnp.zeros((1, places, len(LIFE_STAGES))),
            ),
        )
    )


def free(on: Given) -> Given:
    """A run steered to what it comes to by itself, so that no correction acts."""
    targets, state = [], on.start
    for k in range(STEPS):
        around = at(on.conditions, k)
        state, _ = advance(on.setting, at(on.behaviour, k), state, around, jnp.ones_like(around.target))
        targets.append(state.people.sum(axis=1))
    return replace(on, conditions=replace(on.conditions, target=jnp.stack(targets)))


def turned(mechanism: str) -> Given:
    """The stationary world in which one thing acts."""
    on = stationary()
    given_ = on.conditions
    slope = jnp.array([1.0, -1.0])
    if mechanism == "unexplained":
        given_ = replace(given_, pull=given_.pull + 0.5 * slope[:, None])
    elif mechanism == "births":
        given_ = replace(given_, local_fertility=given_.local_fertility + 0.3 * slope)
    elif mechanism == "deaths":
        lives = given_.national.survivorship
        later = jnp.linspace(0, 0.3, STEPS)[:, None, None, None]
        lives = replace(lives, groups=lives.groups ** (1 - later))
        given_ = replace(given_, national=replace(given_.national, survivorship=lives))
    elif mechanism == "national":
        given_ = replace(given_, national=replace(given_.national, migrants=given_.national.migrants + 5.0))
    return free(replace(on, conditions=given_))


@pytest.mark.parametrize("mechanism", ["unexplained", "births", "deaths", "national"])
def test_the_one_thing_that_acts_gets_all_the_change(mechanism: str) -> None:
    of, trace = switched(turned(mechanism))
    found = parts(of)
    change = np.asarray(trace.states.people)[-1, 0].sum(axis=(1, 2)) - start_of(of)[0]
    assert np.abs(change).max() > 50  # of some twenty thousand: the case is not empty
    np.testing.assert_allclose(found.pop(mechanism), change, rtol=0, atol=1e-6 * start_of(of)[0].min())
    for name, part in found.items():
        np.testing.assert_allclose(part, 0, atol=1e-6 * start_of(of)[0].min(), err_msg=name)


def test_a_stationary_world_has_no_parts() -> None:
    of, _ = switched(free(stationary()))
    for name, part in parts(of).items():
        np.testing.assert_allclose(part, 0, atol=1e-6 * start_of(of)[0].min(), err_msg=name)


def test_all_on_is_the_run_and_parts_sum_to_its_change() -> None:
    on = repeated(case(5, extreme=0.2, members=1))
    of, trace = switched(on)
    acting = order(of)
    stages = worths(of, acting.stages)
    end = np.asarray(quantities(of.counted, trace.states.people[-1], None))
    start = start_of(of)
    np.testing.assert_allclose(stages[-1], end, rtol=1e-12)
    by_orders = shapley(worths(of, acting.sets))
    np.testing.assert_allclose(
        (stages[0] - start) + (stages[1] - stages[0]) + by_orders.sum(axis=0) + (stages[-1] - stages[2]),
        end - start,
        rtol=0,
        atol=1e-6 * start[0].min(),
    )
    by_gradients = gradients(of, acting, 4)
    assert (np.abs(by_gradients.sum(axis=0) - by_orders.sum(axis=0)) / start)[0].max() < 1e-3
    assert np.abs(by_gradients - by_orders)[:, 0].max() > 0  # the model is no straight line


def test_a_world_without_economy_has_no_switches_of_it() -> None:
    of, _ = switched(repeated(case(1, members=1)))
    assert set(present(of)) == set(MECHANISMS) - {"jobs", "homes", "money", "services", "rail", "shocks"}
    assert order(of).later == ()
    assert order(of, shocks=True).later == (LATER[-1],)


def test_the_rest_of_a_run_is_the_run() -> None:
    on = repeated(case(9, members=1))
    trace = traced(on)
    later = traced(since(on, trace, 1))
    np.testing.assert_allclose(later.states.rooted[-1], trace.states.rooted[-1], rtol=1e-12)


@given(st.integers(0, 10_000), st.sampled_from([0.2, 1.0, 3.0]))
@settings(max_examples=10)
def test_moves_between_places_sum_to_departures_and_arrivals(seed: int, extreme: float) -> None:
    inputs = case(seed, extreme=extreme)
    _, flows = advance(inputs.setting, inputs.behaviour, inputs.state, inputs.conditions)
    rows = [
        between(inputs.setting, inputs.behaviour, inputs.state, inputs.conditions, jnp.asarray(place))
        for place in range(6)
    ]
    out, into = (np.stack([np.asarray(pair[side]) for pair in rows]) for side in (0, 1))
    scale = float(np.asarray(inputs.state.people).max())
    np.testing.assert_allclose(out.sum(axis=2), np.moveaxis(np.asarray(flows.departures), 1, 0), atol=1e-9 * scale)
    np.testing.assert_allclose(into.sum(axis=2), np.moveaxis(np.asarray(flows.arrivals), 1, 0), atol=1e-9 * scale)
    # What goes from one to another is what comes to the other from the one.
    np.testing.assert_allclose(out, np.swapaxes(into, 0, 2), atol=1e-9 * scale)


def test_a_set_of_places_does_not_exchange_with_itself() -> None:
    on = repeated(case(2, members=1))
    trace = traced(on)
    found = exchange(on, trace, range(STEPS), [0, 2])
    single = [exchange(on, trace, range(STEPS), [place]) for place in (0, 2)]
    assert found.out[[0, 2]].sum() == found.into[[0, 2]].sum() == 0
    outside = [1, 3, 4, 5]
    np.testing.assert_allclose(found.out[outside], (single[0].out + single[1].out)[outside])
