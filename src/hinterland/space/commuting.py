"""Weights of daily trips, to work and to shops, the own place among them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def internal_distance(distance: Array, area: Array, *, scale: float) -> Array:
    """`inside` of places at `distance` [place, place] in km from each other."""
    others = np.where(np.eye(len(distance), dtype=np.bool_), np.inf, distance)
    return inside(others.min(axis=1), area, scale=scale)


def inside(nearest: Array, area: Array, *, scale: float) -> Array:
    """Length [place] in km of a daily trip that stays inside a place.

    Two thirds of the radius of a disc of its `area` [place] in km2: the mean way to the centre of an even disc (Head
    and Mayer 2002, CEPII 2002-01). No more than half the way to the nearest other place of `distance` [place, place],
    as one who lives farther out lives nearer to that one. No more than half of `scale` in km: a wider place holds
    several centres, and people use the nearest. Areas that are not positive numbers count as unknown.
    """
    known = np.where(area > 0, area, np.nan)
    return np.minimum(np.fmin(2 / 3 * np.sqrt(known / np.pi), nearest / 2), scale / 2)


def daily(distance: Array, area: Array, *, scale: float) -> Array:
    """Weights [place, place] exp(-distance / scale) of daily trips, symmetric, with the way inside on the diagonal.

    `distance` [place, place] and `scale` in km, `area` [place] in km2. ValueError when the scale is not positive.
    """
    if not scale > 0:
        raise ValueError(f"scale {scale:g} km: the scale of daily trips must be positive")
    ways = distance.copy()
    np.fill_diagonal(ways, internal_distance(distance, area, scale=scale))
    return np.exp(-ways / scale)
