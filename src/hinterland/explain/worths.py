"""What sets of mechanisms make of a country: runs with some switches on, and others off or on their way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES
from hinterland.explain.gradients import integrated
from hinterland.explain.mechanisms import FIRST, LATER, MECHANISMS, RAIL
from hinterland.explain.shapley import coalitions
from hinterland.explain.switchboard import World, present, run

Array = NDArray[np.float64]

TOGETHER: Final = 16
"""Runs at once."""
CELLS: Final = 16 * 1_000
"""Places times runs at once at the most."""


@dataclass(frozen=True, slots=True)
class Order:
    """The mechanisms that act in a world, by when they come."""

    alike: tuple[str, ...]
    """After moves, in all orders."""
    later: tuple[str, ...]
    """After these, in this order."""

    @property
    def columns(self) -> list[int]:
        """Positions of those alike among all switches."""
        return [list(MECHANISMS).index(name) for name in self.alike]

    @property
    def stages(self) -> Array:
        """Switches [stage, mechanism]: nothing on, moves, all alike, and each of the later ones."""
        rows = [np.zeros(len(MECHANISMS))]
        for names in ((FIRST,), self.alike, *((name,) for name in self.later)):
            row = rows[-1].copy()
            row[[list(MECHANISMS).index(name) for name in names]] = 1.0
            rows.append(row)
        return np.array(rows)

    @property
    def sets(self) -> Array:
        """Switches [set, mechanism] of all sets of those alike, moves on."""
        chosen = coalitions(len(self.alike))
        rows = np.zeros((len(chosen), len(MECHANISMS)))
        rows[:, list(MECHANISMS).index(FIRST)] = 1.0
        rows[:, self.columns] = chosen
        return rows


def order(of: World, *, shocks: bool = False) -> Order:
    """The mechanisms that act in a world; shocks where they are asked for."""
    acting = present(of)
    return Order(
        alike=tuple(name for name in acting if name != FIRST and name not in LATER),
        later=tuple(name for name in LATER if name in acting or (shocks and name == "shocks")),
    )


def worths(of: World, switches: Array, seen: Array | None = None) -> Array:
    """Quantities [run, quantity, place] at the end of runs with `switches` [run, mechanism], some at a time.

    `seen` [run, activity] is the part of the change of jobs that movers see, all of it where not given. Runs that share
    rail run together: their kernels are made once.
    """
    shown = np.ones((len(switches), len(ACTIVITIES))) if seen is None else seen
    together = max(1, min(TOGETHER, CELLS // of.balance.shape[0]))
    found: dict[int, Array] = {}
    for rail in np.unique(switches[:, RAIL]):
        rows = np.flatnonzero(switches[:, RAIL] == rail)
        for first in range(0, len(rows), together):
            chosen = rows[first : first + together]
            filled = np.resize(chosen, together)
            ends = np.asarray(_runs(of, jnp.asarray(switches[filled]), jnp.asarray(shown[filled]), jnp.asarray(rail)))
            found |= {int(row): end for row, end in zip(chosen, ends, strict=False)}
    return np.stack([found[row] for row in range(len(switches))])


def gradients(of: World, acting: Order, count: int) -> Array:
    """Parts [mechanism, quantity, place] of those alike, by integrated gradients at so many points of the way."""
    columns = acting.columns
    on = acting.stages[1]

    def valued(levels: Array) -> Array:
        switches = np.tile(on, (len(levels), 1))
        switches[:, columns] = levels
        return worths(of, switches)

    return integrated(valued, len(columns), count)


@jax.jit
def _runs(of: World, switches: jax.Array, seen: jax.Array, rail: jax.Array) -> jax.Array:
    return jax.vmap(partial(run, of, rail=rail))(switches, seen)
