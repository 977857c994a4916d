"""The course of places after the base year: effects with which the central run follows an anchor, step by step."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.anchor import Anchor, Law
from hinterland.axes import LIFE_STAGES
from hinterland.members.given import FEWEST, Given, central
from hinterland.memory import give_back
from hinterland.model.step import Behaviour, Conditions, Setting, step
from hinterland.state import State
from hinterland.system import Course, System

Array = NDArray[np.float64]

ROUNDS = 24
"""Newton steps of the effects of a step, each place's as if it were alone; neighbours settle over the rounds."""
SHARE = 0.7
"""Part of each of them that is taken: places compete for the same movers."""
LARGEST = 6.0
"""Bound of an effect that follows the anchor, in units of V."""
SWEEPS = 40
"""Rounds in which cells are scaled to the nation's and to the places' sums."""


def with_course(system: System, anchor: Anchor | None, law: Law) -> System:
    """The system with its central course: that of the anchor while it lasts, its own without one."""
    if anchor is None:
        none = np.zeros((0, *system.effect.shape))
        return replace(system, course=Course(effect=none, response=None, law=law, weights={}))
    width = system.country.ages.width
    with jax.enable_x64(True):
        run = central(system, [system.country.base_year + width * k for k in range(len(anchor.totals))])
        wanted = jnp.asarray(_wanted(anchor, run, system))
        effect, response, miss = _follow(
            run.setting, run.behaviour, run.start, run.conditions, jnp.asarray(system.balance), wanted
        )
    give_back()
    told = {"mean absolute distance of people from the anchor in its last year, log": float(miss[-1])}
    told |= {f"weight of {name} in the anchor": weight for name, weight in anchor.weights.items()}
    course = Course(
        effect=np.asarray(effect)[:, 0],
        response=np.maximum(np.asarray(response)[:, 0], FEWEST),
        law=law,
        weights=anchor.weights,
    )
    return replace(system, course=course, diagnostics={**system.diagnostics, **told})


def _wanted(anchor: Anchor, run: Given, system: System) -> Array:
    """People [step, place, stage] of the anchor, summing to the nation's course; [step, place, 1] without ages."""
    target = np.asarray(run.conditions.target)[:, 0].sum(axis=1)
    totals = anchor.totals * (target.sum(axis=1) / anchor.totals.sum(axis=1))[:, None]
    if anchor.cells is None:
        return totals[..., None]
    stages = np.eye(len(LIFE_STAGES))[list(LIFE_STAGES.of_ages(system.country.ages))]
    nation = target @ stages
    cells = np.maximum(anchor.cells.sum(axis=2) @ stages, 1e-3)
    for _ in range(SWEEPS):
        cells = cells * (nation / cells.sum(axis=1))[:, None]
        cells = cells * (totals / cells.sum(axis=2))[..., None]
    return cells


@jax.jit
def _follow(
    setting: Setting,
    behaviour: Behaviour,
    start: State,
    conditions: Conditions,
    balance: jax.Array,
    wanted: jax.Array,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Effects [step, member, place, stage] with which every step ends in people `wanted` [step, place, stage or 1].

    With them responses to pull [step, member, place], all stages together, and mean absolute log misses [step].
    """
    stages = jnp.eye(len(LIFE_STAGES))[jnp.array(setting.stages)]

    def summed(values: jax.Array) -> jax.Array:
        """[..., place, sex, age] by stage, or of all ages where nothing is wanted of stages."""
        by_stage = values.sum(axis=-2) @ stages
        return by_stage.sum(axis=-1, keepdims=True) if wanted.shape[-1] == 1 else by_stage

    def advance(
        state: State, given: tuple[Behaviour, Conditions, jax.Array]
    ) -> tuple[State, tuple[jax.Array, jax.Array, jax.Array]]:
        acting, around, goal = given

        def tried(shift: jax.Array) -> tuple[State, jax.Array, jax.Array]:
            after, flows = step(setting, acting, state, replace(around, pull=around.pull + shift))
            people = jnp.maximum(summed(after.people), 1e-3)
            push = acting.mobility.push[..., None, None]
            return after, people, (summed(flows.arrivals) + push * summed(flows.departures)) / people

        def nearer(_round: int, shift: jax.Array) -> jax.Array:
            _after, people, response = tried(shift)
            moved = SHARE * jnp.log(goal / people) / jnp.maximum(response, FEWEST)
            effect = jnp.clip(around.pull + shift + jnp.clip(moved, -1.0, 1.0) - balance, -LARGEST, LARGEST)
            return effect + balance - around.pull

        shift = jax.lax.fori_loop(0, ROUNDS, nearer, jnp.zeros_like(around.pull))
        after, people, response = tried(shift)
        whole = people.sum(axis=-1)
        miss = jnp.abs(jnp.log(goal.sum(axis=-1) / whole)).mean()
        return after, (around.pull + shift - balance, (response * people).sum(axis=-1) / whole, miss)

    _, found = jax.lax.scan(advance, start, (behaviour, conditions, wanted))
    return found
