"""Cohort ratios of places, drawn to what their position in the country would give them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.evaluate.baselines.cohorts import Window, cohorts, divide
from hinterland.evaluate.baselines.features import around
from hinterland.evaluate.baselines.ridge import huber_ridge
from hinterland.evaluate.panel import Array, Panel

BOUND = 2.0
"""Ratio of a place's cohort to the nation's beyond which none is believed, up or down."""
WEIGHT = 100.0
"""Persons of a cohort whose ratio weighs half as much as that of a very large one in the regression on position."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Where the cohorts of the window went, place by place."""

    nation: Array
    """[sex, age - shift] cohort ratio of all places together."""
    target: Array
    """[place, sex, age - shift] log of the ratio expected at this position over the nation's."""
    gap: Array
    """[place, sex, age - shift] log of the place's own ratio over the expected one."""


def drift(known: Panel, over: Window, k: float) -> Drift:
    """Ratios by sex and age; a place's cohort of n persons weighs n / (n + k) against what is expected of it.

    What is expected is a ridge regression of the log ratios on people in reach at three distances, distance to a city
    and growth of the neighbours.
    """
    came, once = over.now[..., over.shift :], cohorts(over.before, over.shift)
    some = np.isfinite(once)
    came, once = np.where(some, came, 0.0), np.where(some, once, 0.0)
    nation = divide(came.sum(axis=0), once.sum(axis=0), 0.0)
    position = around(known, growth(over))
    raw = bounded(came + k * nation, (once + k) * nation)
    weight = once / (once + WEIGHT)
    target = np.empty_like(raw)
    for sex, age in np.ndindex(nation.shape):
        fit = huber_ridge(position, raw[:, sex, age], weight=weight[:, sex, age], tuning=None)
        target[:, sex, age] = fit(position)
    local = bounded(came + k * nation * np.exp(target), (once + k) * nation)
    return Drift(nation, target, local - target)


def growth(over: Window) -> Array:
    """[place] log growth over the window; 0 where either end is empty or unknown."""
    now, before = over.now.sum(axis=(1, 2)), over.before.sum(axis=(1, 2))
    some = (now > 0) & (before > 0)
    return np.log(np.where(some, now, 1.0) / np.where(some, before, 1.0))


def bounded(top: Array, bottom: Array) -> Array:
    """Log of top / bottom within `BOUND`; 0 where nobody could have come."""
    return np.log(np.clip(divide(top, bottom, 1.0), 1 / BOUND, BOUND))
