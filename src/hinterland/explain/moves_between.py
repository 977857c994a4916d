"""Where people of a place go and where its newcomers are from: one row and one column, the matrix never stored.

Movers from i to j in a step, by sex and age, are what the separable form of `model.migration` says of the pair:

    elsewhere  seeking_i K_ij w_j / D_i                      the followers among the old on their children's w and D
    home       wanting_i away_j h_j K_ij / within_i,  as far as home j has room, and what is over by the room left

Sums over j are the departures of i, and sums over i the arrivals of j.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.explain.trace import Trace, at
from hinterland.holding import full
from hinterland.members.given import Given
from hinterland.model.migration import Choices, by_age, choices
from hinterland.model.settling import settle
from hinterland.model.step import Behaviour, Conditions, Setting, live, stood, travelled
from hinterland.space.dense import DenseKernel
from hinterland.state import State

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Moves between a set of places and each other place over a period, persons [place, age]; none inside the set."""

    out: Array
    """From the set to each place."""
    into: Array
    """From each place to the set."""


def exchange(given: Given, trace: Trace, steps: range, places: Sequence[int]) -> Exchange:
    """What the first member of a run exchanges between `places` and all others in its `steps`."""
    count = trace.states.rooted.shape[-3]
    inside = np.zeros(count, np.bool_)
    inside[list(places)] = True
    out, into = (np.zeros((count, trace.states.rooted.shape[-1])) for _ in range(2))
    for k in steps:
        acting, around, state = at(given.behaviour, k), at(given.conditions, k), at(trace.states, k)
        for place in places:
            row, column = between(given.setting, acting, state, around, jnp.asarray(place))
            out += np.asarray(row)[0].sum(axis=1)
            into += np.asarray(column)[0].sum(axis=1)
    out[inside] = into[inside] = 0.0
    return Exchange(out=out, into=into)


@jax.jit
def between(
    setting: Setting, behaviour: Behaviour, start: State, conditions: Conditions, place: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Moves of a step from `place` to each place, and from each place to it, both [..., place, sex, age]."""
    kernel = full(travelled(setting, conditions).moves, "moves between places")
    standing = stood(setting, behaviour, start, conditions)
    state, _, _ = live(setting, behaviour, start, conditions)
    state, _ = settle(state, behaviour.settling, setting.years)
    mobility = behaviour.mobility
    found = choices(
        state,
        standing,
        mobility=mobility,
        kernel=kernel,
        opportunities=setting.opportunities,
        base=behaviour.base,
        stages=setting.stages,
        years=setting.years,
    )
    out, into = _elsewhere(setting, behaviour, found, kernel.matrix, place)
    home, back = _home(found, state.away, mobility.home_cap, kernel, place)
    return out + home, into + back


def _elsewhere(
    setting: Setting, behaviour: Behaviour, found: Choices, matrix: jax.Array, place: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Moves to where people have no home yet: from `place` and to it."""
    seeking = found.leavers + found.onward
    children = dict(setting.parents)
    following = jnp.array([stage in children for stage in setting.stages])
    share = jnp.where(following, behaviour.mobility.follow[..., None], 0.0)[..., None, None, :]
    out, into = jnp.zeros_like(seeking), jnp.zeros_like(seeking)
    guides = tuple(children.get(stage, stage) for stage in setting.stages)
    for part, stages in ((1 - share, setting.stages), (share, guides)):
        weights = by_age(found.weights, stages)[..., None, :]
        per_weight = seeking * part * jnp.exp(-by_age(found.log_reach, stages))[..., None, :]
        out = out + per_weight[..., place, :, :][..., None, :, :] * weights * matrix[place][:, None, None]
        into = into + per_weight * weights[..., place, :, :][..., None, :, :] * matrix[:, place][:, None, None]
    return out, into


def _home(
    found: Choices, away: jax.Array, cap: jax.Array, kernel: DenseKernel, place: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Homecomings of those who lived in `place`, and to it."""
    flat = (*away.shape[:-2], away.shape[-2] * away.shape[-1])
    wanting, weights = found.wanting_home, found.homes
    per_weight = _over(wanting, found.homes_within)
    spread = weights * kernel.apply_transposed(per_weight.reshape(flat)).reshape(away.shape)
    room = cap[..., None, None, None] * away
    first = jnp.minimum(spread, room)
    fits = _over(first, spread)
    total = wanting.sum(axis=-3, keepdims=True)
    left = room - first
    second = left * jnp.minimum(_over(total - first.sum(axis=-3, keepdims=True), left.sum(axis=-3, keepdims=True)), 1.0)
    homes, rest = first + second, second.sum(axis=-3, keepdims=True)
    placed = _over(homes.sum(axis=-3, keepdims=True), total)
    # Those placed at once go by distance; the others of a place fill what room is left anywhere. Where none is left,
    # places with more than their share at once have less anywhere, as all are placed in the same share.
    at_once = per_weight * kernel.apply((weights * fits).reshape(flat)).reshape(away.shape)
    later = wanting * placed - at_once
    second = jnp.where(rest > 0, _over(second, rest), _over(homes, homes.sum(axis=-3, keepdims=True)))
    matrix = kernel.matrix

    def cell(values: jax.Array) -> jax.Array:
        return values[..., place, :, :][..., None, :, :]

    home = cell(per_weight) * weights * fits * matrix[place][:, None, None] + cell(later) * second
    back = per_weight * cell(weights * fits) * matrix[:, place][:, None, None] + later * cell(second)
    return home, back


def _over(part: jax.Array, whole: jax.Array) -> jax.Array:
    """part / whole, zero where the whole is zero."""
    empty = whole <= 0
    return jnp.where(empty, 0.0, part / jnp.where(empty, 1.0, whole))
