"""The age schedule of leaving (Rogers and Castro 1981)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import Ages

OLDEST = 95
"""Age to which the open group is averaged."""


def rogers_castro(
    ages: Ages, *, peak: float, child: float, child_fall: float, position: float, fall: float, rise: float, floor: float
) -> NDArray[np.float64]:
    """Hazard of leaving [age], 1/year, averaged over the years of each group.

    floor + child * peak * exp(-child_fall x) + peak * w(x), with w the labour-force curve
    exp(-fall (x - position) - exp(-rise (x - position))) scaled to a largest value of one.
    """
    years = np.arange(0, OLDEST) + 0.5
    curve = np.exp(-fall * (years - position) - np.exp(-rise * (years - position)))
    hazard = floor + peak * (child * np.exp(-child_fall * years) + curve / curve.max())
    edges = (*ages.lower, OLDEST)
    return np.array([hazard[(years > low) & (years < high)].mean() for low, high in pairwise(edges)])


def newcomer_prevalence(
    leave: NDArray[np.float64], come_home: NDArray[np.float64], width: int, *, multiple: float, settling: float
) -> NDArray[np.float64]:
    """Share of residents [age] who would be newcomers if these hazards had always held: the shape of the first stocks.

    Solves n' = leave (1 - n) - (multiple leave come_home + settling) n over each age group from n = 0 at birth.
    """
    share = 0.0
    out = np.empty_like(leave)
    for age, (hazard, home) in enumerate(zip(leave, come_home, strict=True)):
        speed = hazard + multiple * hazard * home + settling
        rest = hazard / speed
        end = rest + (share - rest) * np.exp(-speed * width)
        out[age] = 0.5 * (share + end)
        share = end
    return out
