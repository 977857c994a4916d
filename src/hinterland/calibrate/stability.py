"""Whether places feed on themselves: how fast a small difference between places grows, all feedbacks together.

A perturbation is a factor on each place's people, ages in proportion, and on what it lives on. Its image after some
steps (logs of stocks, signals as they are) is linear in it: the exact Jacobian-vector product of the model's own steps.
Its largest eigenvalue (ARPACK, from such products alone) is the growth of the pattern that reproduces itself: above
one, differences between places feed on themselves. What all places share is taken out, as only differences count.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs  # pyright: ignore[reportMissingTypeStubs]

from hinterland.calibrate.inversion import chain
from hinterland.model.step import Behaviour, Conditions, Setting
from hinterland.state import Economy, State

GROWTH: Final = "growth per step of a difference between places; differences feed on themselves above 1"
"""Its name among the diagnostics of a run."""
CLOSE: Final = 1e-3
"""Relative error at which the search for the eigenvalue ends."""
STOCKS: Final = ("jobs", "capacity", "homes", "households", "income")
"""What of an economy is perturbed by a factor; the rest are logs and differences already."""
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

    operator: Any = LinearOperator((len(flat), len(flat)), matvec=image, dtype=np.float64)
    waves = np.cos(np.arange(len(flat)) * GOLDEN)
    try:
        found = eigs(operator, k=1, which="LM", tol=CLOSE, v0=waves, return_eigenvectors=False)
    except ArpackNoConvergence:
        return float("nan")
    return float(np.abs(found[0])) ** (1 / len(conditions))


@jax.jit
def _image(
    setting: Setting,
    behaviour: Behaviour,
    state: State,
    conditions: list[Conditions],
    pull: jax.Array,
    direction: tuple[jax.Array, Economy | None],
) -> tuple[jax.Array, Economy | None]:
    """What becomes of a small perturbation in a direction, by the end of the steps."""

    def end(at: tuple[jax.Array, Economy | None]) -> tuple[jax.Array, Economy | None]:
        return _coordinates(chain(setting, behaviour, _perturbed(state, at), conditions, pull))

    return jax.jvp(end, (_coordinates(state),), (direction,))[1]


def _coordinates(state: State) -> tuple[jax.Array, Economy | None]:
    """Logs of people [place], and the economy with its stocks in logs."""
    people = jnp.log(jnp.maximum(state.people.sum(axis=(-2, -1)), LEAST))
    if state.economy is None:
        return people, None
    logs = {name: jnp.log(jnp.maximum(getattr(state.economy, name), LEAST)) for name in STOCKS}
    return people, replace(state.economy, **logs)


def _perturbed(state: State, at: tuple[jax.Array, Economy | None]) -> State:
    """The state with people and economy as in `at`; each sex and age is still away from as many places as it is at."""
    people, economy = at
    here, _ = _coordinates(state)
    factor = jnp.exp(people - here)[:, None, None]
    newcomers, away = state.newcomers * factor, state.away * factor
    gone = away.sum(axis=0)
    away = away * jnp.where(gone > 0, newcomers.sum(axis=0) / jnp.where(gone > 0, gone, 1.0), 1.0)
    if economy is not None:
        economy = replace(economy, **{name: jnp.exp(getattr(economy, name)) for name in STOCKS})
    return State(rooted=state.rooted * factor, newcomers=newcomers, away=away, economy=economy)
