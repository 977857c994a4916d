"""The shapes of China's counties: names, areas, a point inside each, and how much border two of them share."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.data.importers.raw import AGAIN, need
from hinterland.errors import InputError

SHAPES: Final = "cn/counties-geo.topojson.gz"
PROJECTION: Final = "+proj=aea +lat_0=36 +lat_1=24 +lat_2=48 +lon_0=104.5 +datum=WGS84 +units=m"
"""Albers' equal-area projection, in metres."""
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """One county."""

    name: str
    name_en: str
    """Without tones or apostrophes; empty where the file has none."""
    lon: float
    lat: float
    """A point inside it, degrees."""
    area: float
    """km2."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """Counties by code, and the metres of border that two share."""

    counties: Mapping[str, Shape]
    borders: Mapping[str, Mapping[str, float]]

    def zones(self) -> Mapping[tuple[str, str], str]:
        """Prefecture [4 digits] and name -> code of every development zone."""
        return {(code[:4], shape.name): code for code, shape in self.counties.items() if is_zone(code)}


def is_zone(code: str) -> bool:
    """Development zones bear a 7 in the fifth place."""
    return code[4] == "7"


def read_shapes(source: Path) -> Shapes:
    """The shapes of a TopoJSON file with an object `county`; InputError where it is missing or malformed."""
    path = need(source, SHAPES)
    try:
        topology = json.loads(gzip.decompress(path.read_bytes()))
        scale, shift = (np.array(topology["transform"][key], float) for key in ("scale", "translate"))
        arcs = [np.cumsum(np.array(arc, float), axis=0) * scale + shift for arc in topology["arcs"]]
        geometries = {str(g["properties"]["CODE"]): g for g in topology["objects"]["county"]["geometries"]}
        names = {code: (g["properties"]["NAME"], g["properties"]["ENG_NAME"]) for code, g in geometries.items()}
        polygons = {code: list(_polygons(g)) for code, g in geometries.items()}
        borders = _borders(polygons, arcs)
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"cannot be read as TopoJSON ({error!r})", remedy=AGAIN, where=SHAPES) from error
    points, areas = _points_and_areas(polygons, arcs)
    counties = {
        code: Shape(name or "", name_en or "", float(point[0]), float(point[1]), float(area))
        for (code, (name, name_en)), point, area in zip(names.items(), points, areas, strict=True)
    }
    return Shapes(counties, borders)


def _polygons(geometry: Any) -> Iterator[list[list[int]]]:
    """Rings of arcs, polygon by polygon; an arc ~i is arc i backwards."""
    if geometry["type"] == "Polygon":
        yield geometry["arcs"]
    else:
        yield from geometry["arcs"]


def _borders(polygons: Mapping[str, list[list[list[int]]]], arcs: list[Array]) -> dict[str, dict[str, float]]:
    """Metres of border by pair; neighbours of a topology share arcs."""
    owners: dict[int, set[str]] = {}
    for code, parts in polygons.items():
        for arc in (arc for rings in parts for ring in rings for arc in ring):
            owners.setdefault(arc if arc >= 0 else ~arc, set()).add(code)
    borders: dict[str, dict[str, float]] = {code: {} for code in polygons}
    for arc, sides in owners.items():
        if len(sides) == 2:
            one, other = sorted(sides)
            metres = float(np.hypot(*np.diff(arcs[arc], axis=0).T).sum())
            for side, beyond in ((one, other), (other, one)):
                borders[side][beyond] = borders[side].get(beyond, 0.0) + metres
    return borders


def _points_and_areas(polygons: Mapping[str, list[list[list[int]]]], arcs: list[Array]) -> tuple[Array, Array]:
    """[county, lon lat] degrees of a point inside the largest part, and areas [county] in km2."""
    try:
        import shapely
        from pyproj import Transformer
    except ImportError as error:
        remedy = "Install it: pip install 'hinterland[sources]'."
        raise InputError(f"{error.name} is needed to read it", remedy=remedy, where=SHAPES) from error

    def ring(members: list[int]) -> Array:
        lines = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in members]
        # Every arc begins where the one before it ends.
        return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])

    points, areas = [], []
    for parts in polygons.values():
        rings = [[ring(members) for members in part] for part in parts]
        shapes = [shapely.Polygon(part[0], part[1:]) for part in rings if len(part[0]) > 3]
        sizes = shapely.area(shapes)
        points.append(shapely.get_coordinates(shapely.point_on_surface(shapes[int(np.argmax(sizes))]))[0])
        areas.append(sizes.sum() / 1e6)
    metres = np.array(points)
    degrees = Transformer.from_crs(PROJECTION, "EPSG:4326", always_xy=True).transform(metres[:, 0], metres[:, 1])
    return np.stack(degrees, axis=-1).round(5), np.array(areas).round(2)
