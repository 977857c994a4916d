"""The run with everything on, step by step, and cuts of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import jax
import jax.numpy as jnp

from hinterland.members.given import Given
from hinterland.model.step import Behaviour, Conditions, Setting, step
from hinterland.simulate import FLOWS
from hinterland.state import State

T = TypeVar("T")


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Trace:
    """What a run went through."""

    states: State
    """[instant, member, place, sex, age] all stocks, the start included."""
    flows: dict[str, jax.Array]
    """Name -> [step, member, place]."""
    control: jax.Array
    """[step, member, sex, age] the nation's factors."""


def traced(given: Given) -> Trace:
    """The states that a run goes through, and its flows."""
    return _traced(given.setting, given.behaviour, given.start, given.conditions)


def at(values: T, position: int) -> T:
    """One step or instant of values with a leading axis of them."""
    return jax.tree.map(lambda each: each[position], values)


def since(given: Given, trace: Trace, first: int) -> Given:
    """The rest of a run from the start of its step number `first` on, without those before."""
    return Given(
        setting=given.setting,
        behaviour=jax.tree.map(lambda each: each[first:], given.behaviour),
        start=at(trace.states, first),
        conditions=jax.tree.map(lambda each: each[first:], given.conditions),
    )


@jax.jit
def _traced(setting: Setting, behaviour: Behaviour, start: State, conditions: Conditions) -> Trace:
    def advance(state: State, given: tuple[Behaviour, Conditions]) -> tuple[State, Trace]:
        after, flows = step(setting, given[0], state, given[1])
        sums = {name: getattr(flows, name).sum(axis=(-2, -1)) for name in FLOWS}
        return after, Trace(states=after, flows=sums, control=flows.control)

    _, later = jax.lax.scan(advance, start, (behaviour, conditions))
    states = jax.tree.map(
        lambda first, rest: jnp.concatenate([jnp.broadcast_to(first, rest.shape[1:])[None], rest]),
        start,
        later.states,
    )
    return Trace(states=states, flows=later.flows, control=later.control)
