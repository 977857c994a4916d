"""What the jobs of each sector add to the part of jobs: their change as movers see it, turned on sector by sector.

Measured where all else is on, so the sectors and the rest sum to what jobs add when they come last. The rest is what
movers see of jobs though no sector's jobs change: workers who compete for them, pay, pensions, the cost of living.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES
from hinterland.explain.gradients import integrated
from hinterland.explain.mechanisms import MECHANISMS, SHOCKS
from hinterland.explain.switchboard import World, run

Array = NDArray[np.float64]

REST: Final = "workers, pay, pensions"
SECTORS: Final[tuple[str, ...]] = (*ACTIVITIES, REST)
NODES: Final = 2
"""Points of the way at which gradients are taken."""
TOGETHER: Final = 16
"""Runs at once."""


def sectors(of: World) -> Array:
    """Parts [sector, quantity, place] of jobs, those of `SECTORS`; zero where a world has no economy."""
    on = np.ones(len(MECHANISMS))
    on[list(MECHANISMS).index(SHOCKS)] = 0.0
    off = on.copy()
    off[list(MECHANISMS).index("jobs")] = 0.0

    def valued(shown: Array) -> Array:
        return _worths(of, on, shown)

    parts = integrated(valued, len(ACTIVITIES), NODES)
    ends = valued(np.array([np.zeros(len(ACTIVITIES)), np.ones(len(ACTIVITIES))]))
    without = _worths(of, off, np.zeros((1, len(ACTIVITIES))))[0]
    # What gradients miss goes to the rest, so that the sum is kept.
    return np.concatenate([parts, (ends[1] - without - parts.sum(axis=0))[None]])


def _worths(of: World, switches: Array, shown: Array) -> Array:
    found: list[Array] = []
    for first in range(0, len(shown), TOGETHER):
        some = shown[first : first + TOGETHER]
        filled = np.resize(some, (TOGETHER, shown.shape[1]))
        found.append(np.asarray(_runs(of, jnp.asarray(switches), jnp.asarray(filled)))[: len(some)])
    return np.concatenate(found)


@jax.jit
def _runs(of: World, switches: jax.Array, shown: jax.Array) -> jax.Array:
    return jax.vmap(partial(_seeing, of, switches))(shown)


def _seeing(of: World, switches: jax.Array, shown: jax.Array) -> jax.Array:
    return run(of, switches, seen=shown)
