"""Place effects drawn toward those of places like them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIZES = (500_000.0, 1_500_000.0, 4_000_000.0)
"""Persons that part the size classes, fixed in advance."""


def pooled(
    effect: Array,
    people: Array,
    regions: NDArray[np.str_],
    weight: float,
    *,
    ageless: NDArray[np.bool_],
    movers: Array,
) -> Array:
    """Effects [place, stage] moved by `weight` toward the sum of their region's and their size class's mean.

    Places marked in `ageless` [place] keep only their own level: the ages they were taken from belong to other
    borders, so the pattern over stages is that of places like them. The level is the mean over stages by their
    `movers` [stage] in the nation. Means over places leave the marked ones out and are themselves drawn to the
    nation's where few places carry them.
    """
    trusted = ~ageless
    nation = effect[trusted].mean(axis=0) if trusted.any() else np.zeros(effect.shape[1])
    size = np.digitize(people, SIZES)
    like = nation + _group_means(effect - nation, size, trusted)
    like = like + _group_means(effect - like, regions, trusted)
    own = effect - like
    own[ageless] = (own[ageless] @ movers / movers.sum())[:, None]
    return like + (1 - weight) * own


def _group_means(values: Array, groups: NDArray[np.generic], trusted: NDArray[np.bool_], prior: float = 2.0) -> Array:
    """Mean of each place's group [place, stage] over trusted places, shrunk to zero as by `prior` further places."""
    out = np.zeros_like(values)
    for group in np.unique(groups):
        inside = groups == group
        known = inside & trusted
        out[inside] = values[known].sum(axis=0) / (known.sum() + prior)
    return out
