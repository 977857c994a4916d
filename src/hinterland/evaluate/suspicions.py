"""What looks wrong in a record before anything is scored on it: jumps, emptied places, ages that miss their totals."""

from __future__ import annotations

from typing import Final

import numpy as np

from hinterland.evaluate.panel import Panel

NATION_JUMP: Final = 0.01
"""A yearly change of the nation's total that departs from the usual one by more than this share is named."""
UNUSUAL: Final = 6.0
"""And by more than so many median absolute deviations of all yearly changes."""
PLACE_JUMP: Final = 0.25
"""A change of log people within one year, relative to the nation's, that no usual year brings."""
SMALLEST: Final = 500.0
"""Persons under which a place's jumps are not named: one housing block is enough."""
SHOWN: Final = 5
"""Places named in one sentence."""


def suspicions(panel: Panel, launch: int) -> tuple[str, ...]:
    """Sentences on what may be a fault of the record and not of a forecast; empty where nothing is seen."""
    return (*_definition(panel), *_borders(panel), *_empty(panel, launch), *_ages(panel))


def _definition(panel: Panel) -> list[str]:
    """Years in which everybody's number jumps: another definition or date, not people."""
    if panel.years.size < 4:
        return []
    span = np.diff(panel.years)
    change = np.diff(np.log(np.maximum(np.nansum(panel.totals, axis=1), 1.0))) / span
    usual = np.median(change)
    apart = np.abs(change - usual)
    limit = max(NATION_JUMP, UNUSUAL * float(np.median(apart)))
    return [
        f"All places together change by {100 * change[t]:+.1f}% a year from {panel.years[t]} to {panel.years[t + 1]}, "
        f"usually by {100 * usual:+.1f}%: the definition or the date of the figures may have changed."
        for t in np.flatnonzero(apart > limit)
    ]


def _borders(panel: Panel) -> list[str]:
    """Places that jump within a year: merged, split, renumbered, or struck by a disaster."""
    totals = np.where(panel.totals > 0, panel.totals, np.nan)
    if panel.years.size < 2:
        return []
    change = np.diff(np.log(totals), axis=0) / np.diff(panel.years)[:, None]
    usual = [np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else 0.0 for row in change]
    apart = change - np.array(usual)[:, None]
    large = np.minimum(np.nan_to_num(totals[:-1]), np.nan_to_num(totals[1:])) >= SMALLEST
    times, places = np.nonzero((np.abs(np.nan_to_num(apart)) > PLACE_JUMP) & large)
    if not places.size:
        return []
    named = [
        f"{panel.names[i]} ({panel.codes[i]}) {panel.years[t]}-{panel.years[t + 1]}"
        for t, i in sorted(zip(times, places, strict=True), key=lambda at: -abs(apart[at[0], at[1]]))[:SHOWN]
    ]
    more = f" and {places.size - SHOWN} more" if places.size > SHOWN else ""
    return [f"People jump by a quarter or more within a year in {', '.join(named)}{more}: borders may have moved."]


def _empty(panel: Panel, launch: int) -> list[str]:
    """Places without anybody at launch or afterwards, which have no percentage error."""
    later = panel.totals[panel.years >= launch]
    empty = np.flatnonzero((later == 0).any(axis=0))
    if not empty.size:
        return []
    named = ", ".join(f"{panel.names[i]} ({panel.codes[i]})" for i in empty[:SHOWN])
    more = f" and {empty.size - SHOWN} more" if empty.size > SHOWN else ""
    return [f"Nobody lives in {named}{more} in some year from {launch} on: no percentage error exists there."]


def _ages(panel: Panel) -> list[str]:
    """Ages that do not add up to the totals they stand beside."""
    if panel.cells is None:
        return []
    held = panel.cells.sum(axis=(2, 3))
    apart = np.abs(held - panel.totals) > np.maximum(0.005 * panel.totals, panel.cells[0, 0].size)
    if not apart.any():
        return []
    return [f"Ages miss the total by more than half a per cent in {int(apart.sum())} places and years."]
