"""Paired block bootstrap: how sure a difference between two methods is when whole regions are drawn anew.

Places of a region err together, so single places would make every difference look surer than it is. The interval
speaks of other regions at the same launch; it does not know that other launches may differ more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinterland.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean error of a method minus that of a baseline over the same places; below zero where the method is better."""

    value: float
    lower: float
    upper: float
    """Percentile interval at `level`."""
    level: float
    places: int
    left_out: int
    """Places where either error is unknown."""
    blocks: int
    draws: int

    @property
    def clear(self) -> bool:
        """Whether the interval excludes no difference."""
        return self.lower > 0 or self.upper < 0


def paired_difference(
    method: ArrayLike, baseline: ArrayLike, blocks: ArrayLike, *, draws: int = 2000, level: float = 0.95, seed: int = 0
) -> Difference:
    """The difference of mean errors with its interval, from errors [place] (APE, CRPS) and the region of each place.

    As many blocks as there are are drawn with replacement, and the mean is taken over the places drawn (Künsch 1989;
    Efron & Tibshirani 1993, chapter 13). The same seed gives the same draws for every pair of methods on the same
    places. InputError where shapes differ or fewer than two blocks hold a scored place.
    """
    ours, theirs = np.asarray(method, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    names = np.asarray(blocks)
    if not ours.shape == theirs.shape == names.shape or ours.ndim != 1:
        raise InputError(
            f"errors of shapes {ours.shape} and {theirs.shape} with blocks of shape {names.shape}",
            remedy="Give one value for each place in all three",
            where="bootstrap",
        )
    paired = np.isfinite(ours) & np.isfinite(theirs)
    gap = ours[paired] - theirs[paired]
    found, block = np.unique(names[paired], return_inverse=True)
    if found.size < 2:
        raise InputError(
            f"{found.size} region with scored places",
            remedy="Give every place its region: an interval needs two regions or more",
            where="bootstrap",
        )
    sums = np.bincount(block, weights=gap, minlength=found.size)
    sizes = np.bincount(block, minlength=found.size)
    drawn = np.random.default_rng(seed).multinomial(found.size, np.full(found.size, 1 / found.size), size=draws)
    means = (drawn @ sums) / (drawn @ sizes)
    lower, upper = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Difference(
        value=float(gap.mean()),
        lower=float(lower),
        upper=float(upper),
        level=level,
        places=gap.size,
        left_out=int((~paired).sum()),
        blocks=int(found.size),
        draws=draws,
    )


def best(errors: Mapping[str, ArrayLike], baselines: Iterable[str]) -> str:
    """The baseline with the least mean error over the places that all of them have; the first one at a tie.

    It is chosen on the very record it is tested on, so it is slightly too good.
    """
    names = list(baselines)
    if not names:
        raise InputError("no baseline to compare with", remedy="Run one baseline or more", where="bootstrap")
    table = np.stack([np.asarray(errors[name], dtype=np.float64) for name in names])
    shared = table[:, np.isfinite(table).all(axis=0)]
    if not shared.size:
        raise InputError(
            "no place is scored for every baseline", remedy="Score all of them on the same places", where="bootstrap"
        )
    return names[int(np.argmin(shared.mean(axis=1)))]


def differences(
    errors: Mapping[str, ArrayLike],
    baselines: Iterable[str],
    blocks: ArrayLike,
    *,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[str, dict[str, Difference]]:
    """The best baseline and the difference of every method from it, that of itself included (exactly zero).

    `errors` maps method -> [place] of APE or CRPS in percent, NaN where not scored.
    """
    reference = best(errors, baselines)
    return reference, {
        name: paired_difference(values, errors[reference], blocks, draws=draws, level=level, seed=seed)
        for name, values in errors.items()
    }
