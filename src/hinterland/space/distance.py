"""Great-circle distances between places."""

from __future__ import annotations

from typing import Final

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
