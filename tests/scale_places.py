"""Invented places in clusters, their kernels as full matrices, and the error of what approximates them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hinterland.space.distance import great_circle
from hinterland.space.forms import Form, values

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def clustered(
    number: int, seed: int, *, span: float = 20.0, centre: tuple[float, float] = (100.0, 30.0)
) -> list[Array]:
    """Longitudes and latitudes [place] in clusters about towns within `span` degrees."""
    draw = np.random.default_rng(seed)
    towns = draw.uniform(-span / 2, span / 2, (max(number // 20, 1), 2))
    spread = np.exp(draw.normal(-2, 1, (number, 1)))
    lon, lat = (towns[draw.integers(len(towns), size=number)] + spread * draw.normal(size=(number, 2))).T
    return [(lon + centre[0] + 180) % 360 - 180, np.clip(lat + centre[1], -90, 90)]


def full(
    lon: Array, lat: Array, form: Form, theta: list[float], regions: Ints | None = None, bond: float = 0.0
) -> Array:
    """The kernel [place, place] with nobody staying."""
    matrix = values(form.terms(np.array(theta)), great_circle(lon, lat) + np.eye(len(lon)))
    if regions is not None:
        matrix = np.where(regions[:, None] == regions, np.exp(bond), 1.0) * matrix
    np.fill_diagonal(matrix, 0.0)
    return matrix


def worst(found: Array, exact: Array) -> float:
    """The largest error in parts of the exact value."""
    return float((np.abs(found - exact) / np.abs(exact)).max())
