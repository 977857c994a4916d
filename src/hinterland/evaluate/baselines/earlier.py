"""Launches before the launch: the only record from which a method may learn what it gets wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError
from hinterland.evaluate.panel import Panel

RECORD = 5
"""Years a method must be able to look back on at an earlier launch."""
LEAST = 5
"""Years that must be known after it; errors of fewer years say little of more."""


@dataclass(frozen=True, slots=True)
class Rehearsals:
    """Earlier launches after which places were counted a given number of years later."""

    horizon: int
    """Years from those launches to the counts."""
    launches: tuple[int, ...]
    """Latest first."""


def rehearsals(known: Panel, ahead: float, method: str, *, most: int = 3, apart: int = 5) -> Rehearsals:
    """Launches with `RECORD` years before them and a count `ahead` years later, or as many as the record has.

    Where every known horizon is longer the shortest is taken. At most `most` launches, `apart` years from each other.
    InputError says what is missing where no horizon reaches `LEAST` years or `ahead`.
    """
    years = known.years
    launches = years[years >= years[0] + RECORD]
    gaps = np.unique([later - launch for launch in launches for later in years if later > launch])
    usable = gaps[gaps >= min(ahead, LEAST)]
    if not usable.size:
        raise InputError(
            f"{method} needs an earlier launch to learn from, {RECORD} years after the first year and"
            f" {min(ahead, LEAST):.0f} before a later one; the panel knows {years.size} ({', '.join(map(str, years))})",
            remedy="Choose a later launch, add earlier years, or use a method that learns nothing, such as average",
            where=known.code,
        )
    shorter = usable[usable <= ahead]
    horizon = int(shorter[-1]) if shorter.size else int(usable[0])
    chosen: list[int] = []
    for launch in launches[::-1]:
        free = not chosen or chosen[-1] - launch >= apart
        if free and launch + horizon in years and len(chosen) < most:
            chosen.append(int(launch))
    return Rehearsals(horizon, tuple(chosen))


def present(panel: Panel) -> NDArray[np.bool_]:
    """[place] whether people, and ages where the panel has them, are known in its last year."""
    now = panel.totals[-1]
    there = np.isfinite(now) & (now >= 0)
    if panel.cells is not None:
        there &= (panel.cells[-1] >= 0).all(axis=(1, 2))
    return there


def restricted(panel: Panel, kept: NDArray[np.bool_]) -> Panel:
    """The panel of the places `kept` [place]."""
    if kept.all():
        return panel
    return panel.among(np.flatnonzero(kept))


def rehearsed(known: Panel, launch: int) -> tuple[Panel, NDArray[np.bool_]]:
    """The panel as known at an earlier launch with the places known then, and which [place] those are."""
    then = known.until(launch)
    kept = present(then)
    return restricted(then, kept), kept
