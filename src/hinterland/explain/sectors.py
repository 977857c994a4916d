"""What the jobs of each sector add to the part of jobs: their change as movers see it, turned on sector by sector.

Measured where all else is on, so the sectors and the rest sum to what jobs add when they come last. The rest is what
movers see of jobs though no sector's jobs change: workers who compete for them, pay, pensions, the cost of living.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES
from hinterland.explain.gradients import integrated
from hinterland.explain.mechanisms import MECHANISMS
from hinterland.explain.switchboard import World
from hinterland.explain.worths import order, worths

Array = NDArray[np.float64]

REST: Final = "workers, pay, pensions"
SECTORS: Final[tuple[str, ...]] = (*ACTIVITIES, REST)
NODES: Final = 2
"""Points of the way at which gradients are taken."""


def sectors(of: World) -> Array:
    """Parts [sector, quantity, place] of jobs, those of `SECTORS`."""
    on = order(of).stages[-1]
    off = on.copy()
    off[list(MECHANISMS).index("jobs")] = 0.0

    def valued(seen: Array) -> Array:
        return worths(of, np.tile(on, (len(seen), 1)), seen)

    parts = integrated(valued, len(ACTIVITIES), NODES)
    with_jobs, without = worths(of, np.stack([on, off]))
    # What gradients miss goes to the rest, so that the sum is kept.
    return np.concatenate([parts, (with_jobs - without - parts.sum(axis=0))[None]])
