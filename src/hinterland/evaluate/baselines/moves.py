"""What registered moves say of a place: how readily people leave it, and where its balance is heading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.axes import Ages
from hinterland.errors import InputError
from hinterland.evaluate.baselines.cohorts import Window, divide
from hinterland.evaluate.panel import Array, Panel
from hinterland.model.leaving import rogers_castro

OLDEST = 90
"""Age from which the hazard of leaving stays the same."""


def leaving(ages: Ages) -> Array:
    """[age] hazard of leaving a place, 1/year, of a standard schedule (Rogers and Castro 1981); the shape matters."""
    shorter = Ages(ages.width, min(ages.open, OLDEST // ages.width * ages.width))
    hazard = rogers_castro(
        shorter, peak=0.032, child=0.35, child_fall=0.10, position=19.0, fall=0.10, rise=0.40, floor=0.0018
    )
    return np.append(hazard, np.full(len(ages) - len(shorter), hazard[-1]))


@dataclass(frozen=True, slots=True)
class Moves:
    """Registered moves within the years up to launch."""

    level: Array
    """[place] departures over those expected by the schedule of leaving."""
    momentum: Array
    """[place] net moves per person and year of the last two years less those of the whole window."""


def moves(known: Panel, over: Window, method: str) -> Moves:
    """Moves of the window's years; a place without any on record leaves as the nation does.

    InputError where the panel has no arrivals or departures in them.
    """
    within = known.years > known.years[-1] - over.step
    flows = {name: known.components[name][within] for name in ("arrivals", "departures") if name in known.components}
    missing = [name for name in ("arrivals", "departures") if name not in flows or not np.isfinite(flows[name]).any()]
    if missing:
        raise InputError(
            f"{method} needs registered moves and the panel has no {' and no '.join(missing)} in the {over.step} years"
            f" up to {known.years[-1]}",
            remedy="Add them to the indicators, or use residual_migration, which needs ages only",
            where=known.code,
        )
    people = np.where(np.isnan(over.before), over.now, (over.before + over.now) / 2)
    expected = (people * leaving(known.ages)).sum(axis=(1, 2))
    yearly = mean(flows["departures"])
    counted = np.isfinite(yearly) & (expected > 0)
    nation = float(divide(yearly[counted].sum(), expected[counted].sum(), 1.0))
    level = np.where(counted, divide(np.where(counted, yearly, 0.0), expected, nation), nation)
    size = known.totals[within]
    gained = flows["arrivals"] - flows["departures"]
    net = np.divide(gained, size, out=np.full(size.shape, np.nan), where=size > 0)
    recent, whole = mean(net[-2:]), mean(net)
    return Moves(level, np.where(np.isfinite(recent), recent - whole, 0.0))


def mean(values: Array) -> Array:
    """[place] mean over the years of [year, place] that are known; NaN where none is."""
    some = np.isfinite(values)
    return divide(np.where(some, values, 0.0).sum(axis=0), some.sum(axis=0), np.nan)
