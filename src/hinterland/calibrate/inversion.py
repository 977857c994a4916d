"""The pull of places that makes the model repeat an observed change of people, found by gradient."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from hinterland.axes import LIFE_STAGES
from hinterland.calibrate import inverted
from hinterland.calibrate.inverted import Inversion
from hinterland.compiling import soon
from hinterland.model.control import towards
from hinterland.model.nation import renew
from hinterland.model.step import Behaviour, Conditions, Setting, step, with_base
from hinterland.state import State

Array = NDArray[np.float64]

ITERATIONS = 400
"""Most steps of the optimiser; it stops earlier when the fit no longer gains."""
FEW = 30_000
"""Cells of people up to which the optimiser runs for less time than its program takes to compile."""


@jax.jit
def chain(setting: Setting, behaviour: Behaviour, state: State, conditions: list[Conditions], pull: jax.Array) -> State:
    """Stocks after the steps of `conditions`, all with one pull [place, stage]."""
    behaviour = with_base(setting, behaviour, pull)
    for given in conditions:
        state, _ = step(setting, behaviour, state, replace(given, pull=pull))
    return state


@jax.jit
def unmoved(setting: Setting, people: jax.Array, conditions: list[Conditions]) -> jax.Array:
    """People [place, sex, age] had nobody moved: the expected survivors of national census survival ratios.

    Every cell is scaled to the nation's observed one, so that what is left of a place's change is net migration
    that sums to zero over places, and errors of counting common to all places are not taken for it.
    """
    for given in conditions:
        people, _, _ = renew(
            people,
            given.national,
            local_mortality=setting.local_mortality,
            local_fertility=given.local_fertility,
            years=setting.years,
        )
        people = people * towards(people.sum(axis=-3), given.target)
    return people


@partial(jax.value_and_grad, has_aux=True)
def _loss_and_gradient(
    pull: jax.Array,
    setting: Setting,
    behaviour: Behaviour,
    start: State,
    conditions: list[Conditions],
    observed: jax.Array,
    tie: jax.Array,
) -> tuple[jax.Array, State]:
    """Mean squared error of the cells of those alive at the start, and the ties; and the stocks at the end.

    Its gradient comes with it.
    """
    weight = 1 / jnp.sqrt(jnp.maximum(observed, 1.0) * jnp.maximum(observed.mean(axis=(1, 2), keepdims=True), 1.0))
    end = chain(setting, behaviour, start, conditions, pull)
    miss = ((end.people - observed) * weight)[..., len(conditions) :]
    return jnp.mean(miss**2) * len(LIFE_STAGES) + jnp.mean(tie * (pull - pull.mean(axis=0)) ** 2), end


_compiled = jax.jit(_loss_and_gradient)
_compiled_soon = soon(_loss_and_gradient)


def invert(
    setting: Setting,
    behaviour: Behaviour,
    start: State,
    conditions: list[Conditions],
    observed: jax.Array,
    tie: jax.Array,
) -> Inversion:
    """The pull with which the chain of steps ends closest to `observed` [place, sex, age].

    Least squares on cells of those alive at the start, each relative to the geometric mean of the cell and its
    place's mean cell, plus `tie` [stage] times the squared distance from the stage's mean pull. What has been inverted
    before is read, where inversions are kept.
    """
    file = inverted.file_of(setting, behaviour, start, conditions, observed, tie)
    found = inverted.read(file, start)
    if found is None:
        found = _inverted(setting, behaviour, start, conditions, observed, tie)
        inverted.write(file, found)
    return found


def _inverted(
    setting: Setting,
    behaviour: Behaviour,
    start: State,
    conditions: list[Conditions],
    observed: jax.Array,
    tie: jax.Array,
) -> Inversion:
    born = len(conditions)
    expected = unmoved(setting, start.people, conditions)
    shape = (observed.shape[0], len(LIFE_STAGES))
    loss_and_gradient = _compiled_soon if observed.size <= FEW else _compiled

    def tried(flat: Array) -> tuple[jax.Array, State, jax.Array]:
        at = jnp.asarray(flat).reshape(shape)
        (value, end), slope = loss_and_gradient(at, setting, behaviour, start, conditions, observed, tie)
        return value, end, slope

    def both(flat: Array) -> tuple[float, Array]:
        value, _, slope = tried(flat)
        return float(value), np.asarray(slope, dtype=np.float64).ravel()

    found = minimize(
        both,
        np.zeros(shape).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": ITERATIONS, "maxcor": 30, "ftol": 1e-7, "gtol": 1e-9},
    )
    pull = found.x.reshape(shape)
    _, state, _ = tried(found.x)
    people = np.asarray(state.people)
    seen, hoped = np.asarray(observed), np.asarray(expected)
    totals = seen.sum(axis=(1, 2))
    nets = np.abs(seen - hoped)[..., born:].sum()
    return Inversion(
        pull=pull - pull.mean(axis=0),
        state=state,
        error=float(np.mean(np.abs(people.sum(axis=(1, 2)) - totals) / np.maximum(totals, 1.0))),
        unexplained=float(np.abs(people - seen)[..., born:].sum() / max(nets, 1.0)),
    )
