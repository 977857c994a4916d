"""Whether places feed on themselves: how fast a small difference between places grows, all feedbacks together.

A perturbation is a factor on each place's people, ages in proportion, and on what it lives on. Its image after some
steps (logs of stocks, signals as they are) is linear in it: the exact Jacobian-vector product of the model's own steps.
Its largest eigenvalue (ARPACK, from such products alone) is the growth of the pattern that reproduces itself: above
one, differences between places feed on themselves. What all places share is taken out, as only differences count.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs  # pyright: ignore[reportMissingTypeStubs]

from hinterland.calibrate.inversion import chain
from hinterland.compiling import soon
from hinterland.model.step import Behaviour, Conditions, Setting
from hinterland.state import State

GROWTH: Final = "growth per step of a difference between places; differences feed on themselves above 1"
"""Its name among the diagnostics of a run."""
CLOSE: Final = 1e-3
"""Relative error at which the search for the eigenvalue ends."""
STOCKS: Final = ("jobs", "posts", "capacity", "homes", "households", "income")
"""What of an economy is perturbed by a factor."""
SIGNALS: Final = ("wage", "rent", "expected", "pull", "push", "promoted")
"""What is a log or a difference already."""
GOLDEN: Final = 2.399963
"""The golden angle: a first direction in which neighbours in the list differ."""
LEAST: Final = 1e-6
"""Below which a stock has no log."""


def growth(
    setting: Setting, behaviour: Behaviour, state: State, conditions: list[Conditions], pull: jax.Array
) -> float:
    """Growth per step of a difference between places, over the steps of `conditions` at a pull [place, stage].

    NaN where the search finds none.
    """
    flat, unravel = ravel_pytree(_coordinates(state))
    shares = setting.opportunities

    def image(direction: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        apart = jax.tree.map(
            lambda values: values - jnp.tensordot(shares, values, axes=(0, 0)),
            unravel(jnp.asarray(direction, flat.dtype)),
        )
        return np.asarray(ravel_pytree(_image(setting, behaviour, state, conditions, pull, apart))[0])

    of_products, largest = cast("Any", LinearOperator), cast("Any", eigs)  # the stubs know neither well
    operator = of_products((len(flat), len(flat)), matvec=image, dtype=np.float64)
    waves = np.cos(np.arange(len(flat)) * GOLDEN)
    try:
        found = largest(operator, k=1, which="LM", tol=CLOSE, v0=waves, return_eigenvectors=False)
    except ArpackNoConvergence:
        return float("nan")
    return float(np.abs(found[0])) ** (1 / len(conditions))


@soon  # a few dozen products are asked of it
def _image(
    setting: Setting,
    behaviour: Behaviour,
    state: State,
    conditions: list[Conditions],
    pull: jax.Array,
    direction: tuple[jax.Array, dict[str, jax.Array]],
) -> tuple[jax.Array, dict[str, jax.Array]]:
    """What becomes of a small perturbation in a direction, by the end of the steps."""

    def end(at: tuple[jax.Array, dict[str, jax.Array]]) -> tuple[jax.Array, dict[str, jax.Array]]:
        return _coordinates(chain(setting, behaviour, _perturbed(state, at), conditions, pull))

    return jax.jvp(end, (_coordinates(state),), (direction,))[1]


def _coordinates(state: State) -> tuple[jax.Array, dict[str, jax.Array]]:
    """Logs of people [place], and what places live on with its stocks in logs.

    Budgets are left out: they start on a kink, where more and less money are different matters.
    """
    people = jnp.log(jnp.maximum(state.people.sum(axis=(-2, -1)), LEAST))
    if state.economy is None:
        return people, {}
    logs = {name: jnp.log(jnp.maximum(getattr(state.economy, name), LEAST)) for name in STOCKS}
    return people, logs | {name: getattr(state.economy, name) for name in SIGNALS}


def _perturbed(state: State, at: tuple[jax.Array, dict[str, jax.Array]]) -> State:
    """The state with people and economy as in `at`; each sex and age is still away from as many places as it is at."""
    people, economy = at
    here, _ = _coordinates(state)
    factor = jnp.exp(people - here)[:, None, None]
    newcomers, away = state.newcomers * factor, state.away * factor
    gone = away.sum(axis=0)
    away = away * jnp.where(gone > 0, newcomers.sum(axis=0) / jnp.where(gone > 0, gone, 1.0), 1.0)
    lives_on = state.economy
    if lives_on is not None:
        stocks = {name: jnp.exp(economy[name]) for name in STOCKS}
        lives_on = replace(lives_on, **stocks, **{name: economy[name] for name in SIGNALS})
    return replace(state, rooted=state.rooted * factor, newcomers=newcomers, away=away, economy=lives_on)
