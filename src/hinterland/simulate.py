"""A run: the step repeated, for many members at once."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from hinterland.model.step import Behaviour, Conditions, Setting, step
from hinterland.state import Economy, Services, State


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Trajectory:
    """What a run leaves, time first."""

    people: jax.Array
    """[instant, ..., place, sex, age] residents, the start included."""
    newcomers: jax.Array
    """[instant, ..., place]."""
    away: jax.Array
    """[instant, ..., place]."""
    flows: dict[str, jax.Array]
    """Name -> [step, ..., place]."""
    control: jax.Array
    """[step, ..., sex, age] the national factors."""
    economy: Economy | None
    """What places lived on [instant, ...]; None where that is not known."""
    services: Services | None
    """Where in their places people lived and what they had at hand [instant, ...]; None where that is not known."""


FLOWS = ("births", "deaths", "departures", "arrivals", "returns", "international", "adjustment")


@jax.jit
def simulate(
    setting: Setting,
    behaviour: Behaviour,
    start: State,
    conditions: Conditions,
    control: jax.Array | None = None,
) -> Trajectory:
    """The trajectory from `start` [..., place, sex, age] under `behaviour` and `conditions` with a leading step axis.

    `control` [step, ..., sex, age] keeps the national factors of a base run.
    """

    def advance(state: State, given: tuple[Behaviour, Conditions, jax.Array | None]) -> tuple[State, Trajectory]:
        acting, around, kept = given
        after, flows = step(setting, acting, state, around, kept)
        return after, Trajectory(
            people=after.people,
            newcomers=after.newcomers.sum(axis=(-2, -1)),
            away=after.away.sum(axis=(-2, -1)),
            flows={name: getattr(flows, name).sum(axis=(-2, -1)) for name in FLOWS},
            control=flows.control,
            economy=after.economy,
            services=after.services,
        )

    _, later = jax.lax.scan(advance, start, (behaviour, conditions, control))

    def with_start(first: jax.Array, rest: jax.Array) -> jax.Array:
        return jnp.concatenate([jnp.broadcast_to(first, rest.shape[1:])[None], rest])

    return Trajectory(
        people=with_start(start.people, later.people),
        newcomers=with_start(start.newcomers.sum(axis=(-2, -1)), later.newcomers),
        away=with_start(start.away.sum(axis=(-2, -1)), later.away),
        flows=later.flows,
        control=later.control,
        economy=jax.tree.map(with_start, start.economy, later.economy),
        services=jax.tree.map(with_start, start.services, later.services),
    )
