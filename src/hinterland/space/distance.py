"""Great-circle distances between places."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS: Final = 6371.0088
"""km, mean radius (IUGG)."""


def great_circle(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances [place, place] in km between points [place] in degrees, by the haversine formula."""
    x, y = np.radians(lon), np.radians(lat)
    half_north = np.sin((y[:, None] - y[None, :]) / 2) ** 2
    half_east = np.sin((x[:, None] - x[None, :]) / 2) ** 2
    chord = half_north + np.cos(y)[:, None] * np.cos(y)[None, :] * half_east
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))


def nearest(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance [place] in km to the nearest other place of points [place] in degrees, infinite for a single one.

    By a search tree, without all pairs.
    """
    from scipy import spatial  # pyright: ignore[reportMissingTypeStubs]

    search: Any = spatial
    if len(lon) < 2:
        return np.full(len(lon), np.inf)
    x, y = np.radians(lon), np.radians(lat)
    points = np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)
    chord = np.asarray(search.cKDTree(points).query(points, k=2)[0], np.float64)[:, 1]
    return 2 * EARTH_RADIUS * np.arcsin(np.clip(chord / 2, 0.0, 1.0))
