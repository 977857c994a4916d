"""The pull of places that makes the model repeat an observed change of people, found by gradient."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from hinterland.axes import LIFE_STAGES
from hinterland.calibrate import inverted
from hinterland.calibrate.inverted import Inversion, Sought
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

SAME = 1e-9
"""Difference of losses in parts that rounding on another machine may make; another model or record makes more."""


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


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be repeated, and by which model."""

    setting: Setting
    behaviour: Behaviour
    start: State
    conditions: list[Conditions]
    observed: jax.Array
    """[place, sex, age] persons at the end of the last step."""
    tie: jax.Array
    """[stage] of the pull to the stage's mean."""


def _loss(pull: jax.Array, asked: Asked) -> tuple[jax.Array, State]:
    """Mean squared error of the cells of those alive at the start, and the ties; and the stocks at the end."""
    observed, steps = asked.observed, len(asked.conditions)
    weight = 1 / jnp.sqrt(jnp.maximum(observed, 1.0) * jnp.maximum(observed.mean(axis=(1, 2), keepdims=True), 1.0))
    end = chain(asked.setting, asked.behaviour, asked.start, asked.conditions, pull)
    miss = ((end.people - observed) * weight)[..., steps:]
    return jnp.mean(miss**2) * len(LIFE_STAGES) + jnp.mean(asked.tie * (pull - pull.mean(axis=0)) ** 2), end


_loss_and_gradient = jax.value_and_grad(_loss, has_aux=True)
_compiled = jax.jit(_loss_and_gradient)
_compiled_soon = soon(_loss_and_gradient)
_loss_soon = soon(_loss)


def invert(asked: Asked) -> Inversion:
    """The pull with which the chain of steps ends closest to what is observed.

    Least squares on cells of those alive at the start, each relative to the geometric mean of the cell and its
    place's mean cell, plus the tie times the squared distance from the stage's mean pull. What has been inverted
    before is read, where inversions are kept; a pull that comes with the package is taken where the model with it
    repeats what is asked as well as it did when it was sought.
    """
    file = inverted.file_of(asked)
    found = inverted.read(file, asked.start)
    if found is None:
        found = _known(asked) or _sought(asked)
        inverted.write(file, found)
    return found


def seek(asked: Asked) -> Sought:
    """The pull as the optimiser finds it, and its loss."""
    shape = (asked.observed.shape[0], len(LIFE_STAGES))

    def both(flat: Array) -> tuple[float, Array]:
        (value, _), slope = _loss_of(asked)(jnp.asarray(flat).reshape(shape), asked)
        return float(value), np.asarray(slope, dtype=np.float64).ravel()

    found = minimize(
        both,
        np.zeros(shape).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": ITERATIONS, "maxcor": 30, "ftol": 1e-7, "gtol": 1e-9},
    )
    return Sought(pull=found.x.reshape(shape), loss=float(found.fun))


def _loss_of(asked: Asked) -> Any:
    """The loss with its gradient, compiled for a country of that size."""
    return _compiled_soon if asked.observed.size <= FEW else _compiled


def _known(asked: Asked) -> Inversion | None:
    """The inversion by a pull that comes with the package; None where there is none for what is asked."""
    for known in inverted.shipped():
        if len(known.pull) == len(asked.observed):
            loss, end = _loss_soon(jnp.asarray(known.pull), asked)
            if abs(float(loss) - known.loss) <= SAME * known.loss:
                return _inversion(known.pull, end, asked)
    return None


def _sought(asked: Asked) -> Inversion:
    pull = seek(asked).pull
    (_, end), _ = _loss_of(asked)(jnp.asarray(pull), asked)
    return _inversion(pull, end, asked)


def _inversion(pull: Array, end: State, asked: Asked) -> Inversion:
    """A pull and how well its stocks at the end repeat what is asked."""
    born = len(asked.conditions)
    people, seen = np.asarray(end.people), np.asarray(asked.observed)
    hoped = np.asarray(unmoved(asked.setting, asked.start.people, asked.conditions))
    totals = seen.sum(axis=(1, 2))
    nets = np.abs(seen - hoped)[..., born:].sum()
    return Inversion(
        pull=pull - pull.mean(axis=0),
        state=end,
        error=float(np.mean(np.abs(people.sum(axis=(1, 2)) - totals) / np.maximum(totals, 1.0))),
        unexplained=float(np.abs(people - seen)[..., born:].sum() / max(nets, 1.0)),
    )
