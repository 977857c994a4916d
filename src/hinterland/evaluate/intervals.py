"""Scores of a forecast distribution: CRPS, interval score, coverage, width and PIT.

Two estimators of the CRPS, never to be mixed in one table: `crps_of_quantiles` is twice the mean pinball loss over the
levels, each level with the same weight whatever its distance from the next; `crps_of_members` is the fair energy form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinterland.errors import InputError
from hinterland.evaluate.panel import LEVELS
from hinterland.evaluate.scores import scorable

Array = NDArray[np.float64]

ROUNDING: Final = 1e-9
"""Relative step by which a quantile may lie under the one before it."""

COVERAGES: Final = (0.50, 0.80, 0.95)
"""Nominal coverages reported; each needs its two levels in `LEVELS`."""


def _checked(quantiles: ArrayLike, actual: ArrayLike, levels: Sequence[float]) -> tuple[Array, Array, Array]:
    """Quantiles [level, ...], actual [...] and levels [level] as arrays; InputError where they do not fit."""
    spread, counted = np.asarray(quantiles, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    order = np.asarray(levels, dtype=np.float64)
    if spread.shape != (order.size, *counted.shape):
        raise InputError(
            f"quantiles of shape {spread.shape} for {order.size} levels and actual of shape {counted.shape}",
            remedy="Give [level, ...] quantiles and [...] actual",
            where="scores",
        )
    if np.any(order <= 0) or np.any(order >= 1) or np.any(np.diff(order) <= 0):
        raise InputError(
            f"quantile levels {', '.join(map(str, levels))}", remedy="Let them rise between 0 and 1", where="scores"
        )
    with np.errstate(invalid="ignore"):  # what is no number is refused or left out elsewhere
        fallen = spread[1:] + ROUNDING * np.abs(spread[1:]) < spread[:-1]
    crossed = int(np.count_nonzero(fallen.any(axis=0)))
    if crossed:
        raise InputError(
            f"quantiles fall as their level rises in {crossed} of {counted.size} values",
            remedy="Sort them where the method makes them",
            where="scores",
        )
    return spread, counted, order


def pinball(quantiles: ArrayLike, actual: ArrayLike, levels: Sequence[float] = LEVELS) -> Array:
    """Pinball loss [level, ...] in persons: level x shortfall, or (1 - level) x excess (Koenker & Bassett 1978)."""
    spread, counted, order = _checked(quantiles, actual, levels)
    weight = order.reshape(-1, *(1,) * counted.ndim)
    short = counted - spread
    return np.maximum(weight * short, (weight - 1) * short)


def crps_of_quantiles(quantiles: ArrayLike, actual: ArrayLike, levels: Sequence[float] = LEVELS) -> Array:
    """CRPS [...] in persons, estimator "2 x mean pinball": equal weights 2 / (number of levels).

    With levels symmetric about one half a point mass scores its absolute error. `LEVELS` are denser in the tails than
    in the middle, so the number approaches no integral and compares only forecasts scored at the same levels.
    """
    return 2 * pinball(quantiles, actual, levels).mean(axis=0)


def crps_of_members(members: ArrayLike, actual: ArrayLike) -> Array:
    """CRPS [...] in persons from [member, ...], estimator "fair energy" (Ferro 2014): E|X - y| - E|X - X'| / 2.

    The mean distance runs over pairs of different members, so a small ensemble is not punished for its size; the
    estimate for one place may fall below zero. InputError under two members.
    """
    drawn, counted = np.asarray(members, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    if drawn.ndim < 1 or drawn.shape[1:] != counted.shape or drawn.shape[0] < 2:
        raise InputError(
            f"members of shape {drawn.shape} for actual of shape {counted.shape}",
            remedy="Give [member, ...] with two members or more",
            where="scores",
        )
    count = drawn.shape[0]
    # Sum of |xi - xj| over pairs i < j from sorted members: the k-th of n is subtracted n-1-k times and added k times.
    rank = (2.0 * np.arange(count) - (count - 1)).reshape(-1, *(1,) * counted.ndim)
    pairs = (rank * np.sort(drawn, axis=0)).sum(axis=0)
    return np.abs(drawn - counted).mean(axis=0) - pairs / (count * (count - 1))


def interval(quantiles: ArrayLike, coverage: float, levels: Sequence[float] = LEVELS) -> tuple[Array, Array]:
    """Lower and upper end [...] of the central interval; InputError where its two levels are not among `levels`."""
    spread, order = np.asarray(quantiles, dtype=np.float64), np.asarray(levels, dtype=np.float64)
    ends = [np.flatnonzero(np.isclose(order, level, atol=1e-9)) for level in ((1 - coverage) / 2, (1 + coverage) / 2)]
    if not (ends[0].size and ends[1].size):
        raise InputError(
            f"no {coverage:.0%} interval among the levels {', '.join(map(str, levels))}",
            remedy="Choose a coverage whose two levels are there",
            where="scores",
        )
    return spread[ends[0][0]], spread[ends[1][0]]


def interval_score(lower: ArrayLike, upper: ArrayLike, actual: ArrayLike, coverage: float) -> Array:
    """Width plus 2 / (1 - coverage) x the distance by which actual lies outside, [...] in persons.

    Gneiting & Raftery (2007), equation 43; lower is better, and a proper score for the pair of quantiles.
    """
    low, high, counted = (np.asarray(values, dtype=np.float64) for values in (lower, upper, actual))
    outside = np.maximum(low - counted, 0) + np.maximum(counted - high, 0)
    return high - low + 2 / (1 - coverage) * outside


def pit(quantiles: ArrayLike, actual: ArrayLike, levels: Sequence[float] = LEVELS) -> Array:
    """Probability integral transform [...]: the level at which actual lies, linear between levels.

    Beyond the outermost levels the quantiles say nothing, so the middle of the outer band stands; where several
    quantiles equal actual, the middle of their levels. NaN where actual is unknown.
    """
    spread, counted, order = _checked(quantiles, actual, levels)
    below, upto = (spread < counted).sum(axis=0), (spread <= counted).sum(axis=0)
    last = order.size - 1
    left, right = np.clip(below - 1, 0, last), np.clip(below, 0, last)
    low = np.take_along_axis(spread, left[None], axis=0)[0]
    high = np.take_along_axis(spread, right[None], axis=0)[0]
    step = np.divide(counted - low, high - low, out=np.zeros(counted.shape), where=high > low)
    between = order[left] + step * (order[right] - order[left])
    tied = (order[np.clip(below, 0, last)] + order[np.clip(upto - 1, 0, last)]) / 2
    value = np.where(upto > below, tied, between)
    value = np.where(upto == 0, order[0] / 2, value)
    value = np.where(below == order.size, (1 + order[-1]) / 2, value)
    return np.where(np.isfinite(counted), value, np.nan)


def pit_bands(quantiles: ArrayLike, actual: ArrayLike, levels: Sequence[float] = LEVELS) -> tuple[Array, Array]:
    """Share of known values in every band between levels, and the share due to a calibrated forecast; both [level + 1].

    A value exactly at a level counts half to each side. Shares are NaN where nothing is known.
    """
    value = pit(quantiles, actual, levels)
    known = value[np.isfinite(value)]
    order = np.asarray(levels, dtype=np.float64)
    sides = [
        np.bincount(np.searchsorted(order, known, side=side), minlength=order.size + 1) for side in ("left", "right")
    ]
    seen = (sides[0] + sides[1]) / 2
    share = seen / known.size if known.size else np.full(order.size + 1, np.nan)
    return share, np.diff(order, prepend=0.0, append=1.0)


@dataclass(frozen=True, slots=True)
class IntervalScores:
    """How one central interval did over the places scored; all in percent."""

    nominal: float
    covered: float
    """Share of places inside, ends included."""
    below: float
    above: float
    """Share of places whose actual lay below the lower or above the upper end."""
    width: float
    """Mean width in percent of actual."""
    score: float
    """Mean interval score in percent of actual."""


@dataclass(frozen=True, slots=True)
class DistributionScores:
    """Scores of one forecast distribution over some places; NaN where no place could be scored."""

    places: int
    left_out: int
    """Places whose actual is zero or unknown."""
    crps: float
    """Mean over places of CRPS in percent of actual, estimator "2 x mean pinball" with equal weights."""
    weighted_crps: float
    """Sum of CRPS over sum of actual, in percent."""
    intervals: tuple[IntervalScores, ...]
    """One for each of `COVERAGES`."""


def distribution_scores(
    quantiles: ArrayLike, actual: ArrayLike, levels: Sequence[float] = LEVELS
) -> DistributionScores:
    """Scores over all values of quantiles [level, ...] against actual [...], usually [level, place] of one horizon."""
    spread, counted, _ = _checked(quantiles, actual, levels)
    scored = scorable(counted)
    spread, people = spread[:, scored], counted[scored]
    if not np.isfinite(spread).all():
        raise InputError(
            "the forecast has quantiles that are no numbers", remedy="Give every place its quantiles", where="scores"
        )
    crps = crps_of_quantiles(spread, people, levels)
    return DistributionScores(
        places=people.size,
        left_out=int((~scored).sum()),
        crps=_mean(100 * crps / people),
        weighted_crps=float(100 * crps.sum() / people.sum()) if people.size else float("nan"),
        intervals=tuple(_interval_scores(*interval(spread, c, levels), people, c) for c in COVERAGES),
    )


def _interval_scores(lower: Array, upper: Array, people: Array, coverage: float) -> IntervalScores:
    return IntervalScores(
        nominal=100 * coverage,
        covered=_mean(100.0 * ((people >= lower) & (people <= upper))),
        below=_mean(100.0 * (people < lower)),
        above=_mean(100.0 * (people > upper)),
        width=_mean(100 * (upper - lower) / people),
        score=_mean(100 * interval_score(lower, upper, people, coverage) / people),
    )


def _mean(values: NDArray[np.floating[Any]]) -> float:
    return float(values.mean()) if values.size else float("nan")
