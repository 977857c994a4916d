"""Laws that a step keeps whatever its parameters: people add up, moves balance, no place is special."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np
import pytest
from beartype import beartype
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import Float64, jaxtyped

from hinterland.model.step import step
from hinterland.model.survival import aged
from hinterland.state import Flows, State
from systems import PLACES, Case, case, relabelled

run = jax.jit(step)
seeds = st.integers(0, 10_000)
extremes = st.sampled_from([0.2, 1.0, 3.0])


@pytest.fixture(autouse=True, scope="module")
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def after(inputs: Case) -> tuple[State, Flows]:
    return run(inputs.setting, inputs.behaviour, inputs.state, inputs.conditions)


def close(left: jax.Array, right: jax.Array, scale: jax.Array) -> None:
    """Equal within rounding of sums of doubles, relative to the largest cell."""
    worst = float(np.abs(np.asarray(left) - np.asarray(right)).max())
    assert worst <= 1e-12 * float(np.abs(np.asarray(scale)).max()), worst


@given(seeds, extremes)
def test_people_add_up_in_every_place_sex_and_age(seed: int, extreme: float) -> None:
    inputs = case(seed, extreme=extreme)
    end, flows = after(inputs)
    explained = (
        aged(inputs.state.people)
        + flows.births
        - flows.deaths
        - flows.departures
        + flows.arrivals
        + flows.international
        + flows.adjustment
    )
    close(end.people, explained, inputs.state.people)


@given(seeds, extremes)
def test_departures_equal_arrivals_in_every_sex_and_age(seed: int, extreme: float) -> None:
    inputs = case(seed, extreme=extreme)
    _, flows = after(inputs)
    close(flows.departures.sum(axis=1), flows.arrivals.sum(axis=1), inputs.state.people)


@given(seeds, extremes)
def test_the_away_are_the_newcomers_of_the_nation(seed: int, extreme: float) -> None:
    end, _ = after(case(seed, extreme=extreme))
    close(end.away.sum(axis=1), end.newcomers.sum(axis=1), end.people.sum(axis=1))


@given(seeds, extremes)
def test_no_stock_or_gross_flow_is_negative_or_not_finite(seed: int, extreme: float) -> None:
    end, flows = after(case(seed, extreme=extreme))
    for name in ("births", "deaths", "departures", "arrivals", "returns", "settled"):
        values = np.asarray(getattr(flows, name))
        assert np.isfinite(values).all() and (values >= 0).all(), name
    for name in ("rooted", "newcomers", "away"):
        values = np.asarray(getattr(end, name))
        assert np.isfinite(values).all(), name
        assert values.min() >= -1e-12 * values.max(), name


@given(seeds, extremes)
def test_the_nation_ends_at_its_target(seed: int, extreme: float) -> None:
    inputs = case(seed, extreme=extreme)
    end, _ = after(inputs)
    people, target = np.asarray(end.people.sum(axis=1)), np.asarray(inputs.conditions.target)
    np.testing.assert_allclose(people, target, rtol=1e-12)


@given(seeds, st.permutations(range(PLACES)))
def test_the_order_of_places_changes_nothing(seed: int, order: list[int]) -> None:
    inputs, positions = case(seed), np.array(order)
    end, flows = after(inputs)
    other, other_flows = after(relabelled(inputs, positions))
    for name in ("rooted", "newcomers", "away"):
        close(getattr(end, name)[:, positions], getattr(other, name), end.people)
    close(flows.arrivals[:, positions], other_flows.arrivals, end.people)


@given(seeds)
def test_equal_places_stay_equal(seed: int) -> None:
    inputs = case(seed)
    same = jax.tree.map(lambda cells: jax.numpy.broadcast_to(cells[:, :1], cells.shape), inputs.state)
    alike = np.ones((PLACES, PLACES)) - np.eye(PLACES)
    setting = type(inputs.setting)(
        kernel=type(inputs.setting.kernel)(matrix=jax.numpy.asarray(alike)),  # pyright: ignore[reportCallIssue]
        opportunities=jax.numpy.full(PLACES, 1 / PLACES),
        size=jax.numpy.full(PLACES, float(inputs.setting.size[0])),
        local_mortality=jax.numpy.ones(PLACES),
        stages=inputs.setting.stages,
        parents=inputs.setting.parents,
        years=inputs.setting.years,
    )
    given_ = inputs.conditions
    conditions = type(given_)(
        national=given_.national,
        target=given_.target,
        local_fertility=jax.numpy.ones_like(given_.local_fertility),
        pull=jax.numpy.broadcast_to(given_.pull[:, :1], given_.pull.shape),
    )
    newcomers = same.newcomers
    balanced = State(rooted=same.rooted, newcomers=newcomers, away=newcomers)
    end, _ = run(setting, inputs.behaviour, balanced, conditions)
    people = np.asarray(end.people)
    np.testing.assert_allclose(people, people[:, :1] * np.ones_like(people), rtol=1e-11)


def test_a_frozen_control_lets_a_lever_through() -> None:
    """More births move the nation when the factors of the base run are kept, and not when they are computed anew."""
    inputs = case(3)
    end, flows = after(inputs)
    lever = type(inputs.conditions)(
        national=inputs.conditions.national,
        target=inputs.conditions.target,
        local_fertility=inputs.conditions.local_fertility * 1.2,
        pull=inputs.conditions.pull,
    )
    kept, _ = run(inputs.setting, inputs.behaviour, inputs.state, lever, flows.control)
    steered, _ = run(inputs.setting, inputs.behaviour, inputs.state, lever)
    first = np.asarray(kept.people[..., 0].sum(axis=(1, 2)) / end.people[..., 0].sum(axis=(1, 2)))
    np.testing.assert_allclose(first, 1.2, rtol=1e-2)  # international migrants do not rise with births
    np.testing.assert_allclose(np.asarray(steered.people).sum(), np.asarray(end.people).sum(), rtol=1e-12)


def test_stronger_pull_draws_people() -> None:
    inputs = case(5)
    end, _ = after(inputs)
    pull = inputs.conditions.pull.at[:, 2].add(0.5)
    drawn = type(inputs.conditions)(
        national=inputs.conditions.national,
        target=inputs.conditions.target,
        local_fertility=inputs.conditions.local_fertility,
        pull=pull,
    )
    more, _ = run(inputs.setting, inputs.behaviour, inputs.state, drawn)
    gain = np.asarray((more.people - end.people).sum(axis=(2, 3)))
    assert (gain[:, 2] > 0).all()
    assert (np.delete(gain, 2, axis=1) < 0).all()


def test_shapes_and_precision_of_what_a_step_returns() -> None:
    @jaxtyped(typechecker=beartype)
    def shaped(
        start: Float64[jax.Array, "member place sex age"],  # noqa: F722
        end: Float64[jax.Array, "member place sex age"],  # noqa: F722
        control: Float64[jax.Array, "member sex age"],  # noqa: F722
    ) -> int:
        return start.size + end.size + control.size

    inputs = case(1)
    end, flows = after(inputs)
    assert shaped(inputs.state.people, end.people, flows.control) > 0
