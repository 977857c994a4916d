"""Lines and mergers as arrays of one shape whether they are on or off, so that one program runs all of them."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.explain.alternatives import stacked
from hinterland.members.given import Given
from hinterland.model.mergers import Mergers
from hinterland.system import System
from hinterland.ways import Railways

MORE = 2
"""Epochs that a line which opens within a run can add to those of the base: a step of both, and what comes after."""


def widened(system: System, of: Given, base: Railways, *, always: bool) -> Given:
    """A block with room for a line and a merger; `base` are the railways of a run without either.

    Where not `always`, only blocks that have one are given room, so that the others copy no kernels.
    """
    setting, rails = of.setting, of.setting.kernels
    usual = 0 if base.kernels is None else len(base.kernels.moves.matrix)
    economy = setting.economy
    has = economy is not None and economy.mergers is not None
    opened = (0 if rails is None else len(rails.moves.matrix)) != usual
    if not (always or has or opened):
        return of
    kernels = stacked(system, rails)
    count = len(kernels.moves.matrix)
    wanted = max(usual, 1) + MORE
    if count < wanted:
        padded = lambda stack: jnp.concatenate([stack, jnp.repeat(stack[-1:], wanted - count, axis=0)])  # noqa: E731
        kernels = jax.tree.map(padded, kernels)
    if economy is not None and economy.mergers is None:
        places = len(system.country.places)
        nobody = np.zeros((1, places))
        never = Mergers(
            member=jnp.asarray(nobody), seat=jnp.asarray(nobody), start=jnp.full(1, jnp.inf, dtype=jnp.float64)
        )
        economy = replace(economy, mergers=never)
    return replace(of, setting=replace(setting, kernels=kernels, economy=economy))
