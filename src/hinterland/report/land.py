"""Natural Earth's land, without boundaries, under an equal-area projection centred on a country."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from hinterland.report.svg import Point, trace

Array = NDArray[np.float64]
Box = tuple[float, float, float, float]

_LONGEST = 1.5
"""Degrees; longer edges are cut so that they follow parallels and meridians."""
_FINEST = 0.5
"""Pixels; points nearer than this to the one before are left out."""
_MARGIN = 44
"""Pixels around the outermost places, so that their marks fit in."""
_LEAST_SPAN = 0.02
"""Radii, about 130 km: the least width of a map, so that a single town still has surroundings."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Lambert's azimuthal equal-area projection about a centre, fitted to a picture (Snyder 1987, p. 185)."""

    lon: float
    lat: float
    zoom: float
    """Pixels per earth radius."""
    shift: Point
    width: int
    height: int

    def __call__(self, lon: Array, lat: Array) -> tuple[Array, Array]:
        """Pixels of positions in degrees."""
        x, y = _plane(lon, lat, self.lon, self.lat)
        return x * self.zoom + self.shift[0], self.shift[1] - y * self.zoom

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Degrees of pixels, longitudes within 180 degrees of the centre's."""
        east, north = (x - self.shift[0]) / self.zoom, (self.shift[1] - y) / self.zoom
        rho = np.hypot(east, north)
        c = 2 * np.arcsin(np.clip(rho / 2, 0, 1))
        sin0, cos0 = math.sin(math.radians(self.lat)), math.cos(math.radians(self.lat))
        safe = np.where(rho > 0, rho, 1.0)
        lat = np.arcsin(np.clip(np.cos(c) * sin0 + north * np.sin(c) * cos0 / safe, -1, 1))
        lon = np.arctan2(east * np.sin(c), rho * cos0 * np.cos(c) - north * sin0 * np.sin(c))
        return np.degrees(lon) + self.lon, np.degrees(lat)


def fit(lon: Array, lat: Array, width: int, heights: tuple[int, int] = (320, 640)) -> Projection:
    """The projection that shows all positions (finite degrees) with a margin, and the picture's height."""
    middle = _middle(lon)
    turned = middle + (lon - middle + 180) % 360 - 180
    lon0, lat0 = float(turned.min() + turned.max()) / 2, float(lat.min() + lat.max()) / 2
    x, y = _plane(lon, lat, lon0, lat0)
    wide, tall = max(float(np.ptp(x)), _LEAST_SPAN), max(float(np.ptp(y)), _LEAST_SPAN)
    inside = width - 2 * _MARGIN
    height = round(min(max(inside * tall / wide + 2 * _MARGIN, heights[0]), heights[1]))
    zoom = min(inside / wide, (height - 2 * _MARGIN) / tall)
    centre = (float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2)
    return Projection(lon0, lat0, zoom, (width / 2 - centre[0] * zoom, height / 2 + centre[1] * zoom), width, height)


def outline(projection: Projection) -> str:
    """The `d` of a path that fills all land in the picture by the even-odd rule; empty at sea."""
    box = _box(projection)
    drawn: list[str] = []
    for ring in rings():
        for turn in (-360.0, 0.0, 360.0):
            moved = ring + np.array([turn, 0.0])
            if (moved.max(axis=0) < box[:2]).any() or (moved.min(axis=0) > box[2:]).any():
                continue
            clipped = clip([(float(a), float(b)) for a, b in moved], box)
            if len(clipped) > 2:
                drawn.append(_drawn(clipped, projection))
    return "".join(drawn)


@lru_cache(maxsize=1)
def rings() -> tuple[Array, ...]:
    """[point, (lon, lat)] degrees, one array per ring of the shipped land."""
    raw = json.loads(files("hinterland.report").joinpath("land.json").read_text("utf-8"))
    return tuple(np.cumsum(np.array(flat, dtype=np.int64).reshape(-1, 2), axis=0) / 100.0 for flat in raw["rings"])


def clip(ring: list[Point], box: Box) -> list[Point]:
    """The part of a ring inside a box (Sutherland & Hodgman 1974); edges of the box may be part of it."""
    for axis, limit, sign in ((0, box[0], 1.0), (0, box[2], -1.0), (1, box[1], 1.0), (1, box[3], -1.0)):
        kept: list[Point] = []
        for before, after in zip([ring[-1], *ring[:-1]], ring, strict=True):
            inside, was = sign * (after[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
            if inside != was:
                part = (limit - before[axis]) / (after[axis] - before[axis])
                kept.append((before[0] + part * (after[0] - before[0]), before[1] + part * (after[1] - before[1])))
            if inside:
                kept.append(after)
        if not kept:
            return []
        ring = kept
    return ring


def _drawn(ring: list[Point], projection: Projection) -> str:
    dense: list[Point] = []
    for (lon, lat), (lon2, lat2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        steps = max(1, math.ceil(max(abs(lon2 - lon), abs(lat2 - lat)) / _LONGEST))
        dense += [(lon + (lon2 - lon) * i / steps, lat + (lat2 - lat) * i / steps) for i in range(steps)]
    x, y = projection(np.array([p[0] for p in dense]), np.array([p[1] for p in dense]))
    kept: list[Point] = []
    for point in zip(x.tolist(), y.tolist(), strict=True):
        if not kept or max(abs(point[0] - kept[-1][0]), abs(point[1] - kept[-1][1])) >= _FINEST:
            kept.append(point)
    return trace(kept, closed=True) if len(kept) > 2 else ""


def _plane(lon: Array, lat: Array, lon0: float, lat0: float) -> tuple[Array, Array]:
    along, phi, phi0 = np.radians(lon - lon0), np.radians(lat), math.radians(lat0)
    near = 1 + math.sin(phi0) * np.sin(phi) + math.cos(phi0) * np.cos(phi) * np.cos(along)
    k = np.sqrt(2 / np.maximum(near, 1e-9))
    x = k * np.cos(phi) * np.sin(along)
    y = k * (math.cos(phi0) * np.sin(phi) - math.sin(phi0) * np.cos(phi) * np.cos(along))
    return x, y


def _middle(lon: Array) -> float:
    turns = np.exp(1j * np.radians(lon)).mean()
    return math.degrees(math.atan2(turns.imag, turns.real))


def _box(projection: Projection) -> Box:
    """Degrees that hold the whole picture with a little room; all around where it shows a pole."""
    w, h = float(projection.width), float(projection.height)
    part = np.linspace(0, 1, 60)
    x = np.concatenate([part * w, part * w, np.zeros(60), np.full(60, w)])
    y = np.concatenate([np.zeros(60), np.full(60, h), part * h, part * h])
    lon, lat = projection.inverse(x, y)
    low, high = float(lat.min()) - 1, float(lat.max()) + 1
    for pole in (90.0, -90.0):
        px, py = projection(np.array([projection.lon]), np.array([pole]))
        if 0 <= px[0] <= w and 0 <= py[0] <= h:
            low, high = min(low, pole), max(high, pole)
    if low <= -90 or high >= 90 or float(np.ptp(lon)) > 300:
        return projection.lon - 180, max(low, -90.0), projection.lon + 180, min(high, 90.0)
    return float(lon.min()) - 1, low, float(lon.max()) + 1, high
