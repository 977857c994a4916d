"""Point scores: how far a central forecast was from what was counted, over places.

Errors are forecast minus actual in percent of actual. Places whose actual is zero or unknown have no percentage
error; they are left out of every score and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinterland.errors import InputError

Array = NDArray[np.float64]

SHELF_ERROR: Final = 10.0
"""Percent of actual within which a place still counts as well forecast for the shelf life."""
SHELF_SHARE: Final = 80.0
"""Percent of places that must be well forecast while the forecast keeps (Wilson, Brokensha, Rowe & Simpson 2018)."""


@dataclass(frozen=True, slots=True)
class PointScores:
    """Scores of one central forecast over some places, percent but for the counts; NaN where none could be scored."""

    places: int
    """Places scored."""
    left_out: int
    """Places whose actual is zero or unknown."""
    median_ape: float
    mean_ape: float
    """Each place counts alike, a hamlet as much as a metropolis."""
    within_5: float
    within_10: float
    """Share of places whose absolute error is at most 5 or 10% of actual."""
    bias: float
    """Mean percentage error, forecast - actual: above zero where too many were forecast."""
    p90_ape: float
    """Nine places in ten did better (linear interpolation between places)."""
    weighted_mape: float
    """Sum of absolute errors over sum of actual: each person counts alike."""


def scorable(actual: ArrayLike) -> NDArray[np.bool_]:
    """Where a percentage error exists: actual known and above zero; the shape of `actual`."""
    counted = np.asarray(actual, dtype=np.float64)
    return np.isfinite(counted) & (counted > 0)


def percentage_errors(forecast: ArrayLike, actual: ArrayLike) -> Array:
    """Forecast - actual in percent of actual, [..., place]; NaN where actual is zero or unknown.

    InputError where shapes differ or a forecast to be scored is not a number: a method may not choose its places.
    """
    said, counted = np.asarray(forecast, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    if said.shape != counted.shape:
        raise InputError(
            f"forecast of shape {said.shape} against actual of shape {counted.shape}",
            remedy="Give both for the same places and years",
            where="scores",
        )
    scored = scorable(counted)
    missing = int(np.count_nonzero(scored & ~np.isfinite(said)))
    if missing:
        raise InputError(
            f"the forecast has no number for {missing} of {int(scored.sum())} counted values",
            remedy="Forecast every place, or leave the place out of the panel for every method",
            where="scores",
        )
    return 100.0 * np.divide(said - counted, counted, out=np.full(counted.shape, np.nan), where=scored)


def point_scores(forecast: ArrayLike, actual: ArrayLike) -> PointScores:
    """Scores over all values of two arrays of the same shape, usually [place] of one horizon."""
    error = percentage_errors(forecast, actual)
    scored = np.isfinite(error)
    places, left_out = int(scored.sum()), int((~scored).sum())
    if not places:
        nothing = float("nan")
        return PointScores(0, left_out, nothing, nothing, nothing, nothing, nothing, nothing, nothing)
    size = np.abs(error[scored])
    counted = np.asarray(actual, dtype=np.float64)[scored]
    return PointScores(
        places=places,
        left_out=left_out,
        median_ape=float(np.median(size)),
        mean_ape=float(size.mean()),
        within_5=float(100 * np.mean(size <= 5)),
        within_10=float(100 * np.mean(size <= SHELF_ERROR)),
        bias=float(error[scored].mean()),
        p90_ape=float(np.quantile(size, 0.9)),
        weighted_mape=float(np.average(size, weights=counted)),
    )


def by_class(forecast: ArrayLike, actual: ArrayLike, masks: Mapping[str, NDArray[np.bool_]]) -> dict[str, PointScores]:
    """Point scores of every class of places, from label -> mask of the shape of `forecast`."""
    said, counted = np.asarray(forecast, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    return {label: point_scores(said[mask], counted[mask]) for label, mask in masks.items()}


def shelf_life(horizons: Sequence[int], within_10: Sequence[float]) -> int:
    """The longest horizon, in years, up to which at least 80% of places stay within 10%; 0 where the first one fails.

    `within_10` is in percent, one for each horizon. A later recovery does not count: what has gone off stays off.
    """
    kept = 0
    for horizon, share in sorted(zip(horizons, within_10, strict=True)):
        if not share >= SHELF_SHARE:
            break
        kept = horizon
    return kept
