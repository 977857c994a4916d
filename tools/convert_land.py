"""Convert Natural Earth's land (TopoJSON from the npm package `world-atlas`) to the report's compact `land.json`.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/convert_land.py package/land-50m.json src/hinterland/report/land.json

The result is one JSON object: `source`, and `rings`, each a flat list `lon, lat, dlon, dlat, dlon, dlat ...` of whole
hundredths of a degree, the first pair absolute and the others differences; rings close without a repeated point and
are filled by the even-odd rule, so lakes that the source cuts out stay cut out. No boundary of any kind is in it.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

HUNDREDTHS = 100
SMALLEST = 4
"""Fewest points of a ring that still has an inside after rounding."""


def arcs_of(topology: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """Every arc in degrees, undoing the quantised differences of TopoJSON."""
    scale, translate = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[tuple[float, float]]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points: list[tuple[float, float]] = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + translate[0], y * scale[1] + translate[1]))
        arcs.append(points)
    return arcs


def rings_of(topology: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """Every ring of every land polygon in degrees, first point repeated at the end."""
    arcs = arcs_of(topology)
    polygons: list[list[list[int]]] = []
    for shape in topology["objects"]["land"]["geometries"]:
        polygons.extend(shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]])
    rings: list[list[tuple[float, float]]] = []
    for polygon in polygons:
        for numbers in polygon:
            ring: list[tuple[float, float]] = []
            for number in numbers:
                points = arcs[number] if number >= 0 else arcs[~number][::-1]
                ring.extend(points if not ring else points[1:])
            rings.append(ring)
    return rings


def compact(ring: list[tuple[float, float]]) -> list[int]:
    """A ring as differences in hundredths of a degree; empty when rounding leaves no inside."""
    points: list[tuple[int, int]] = []
    for lon, lat in ring:
        point = (round(lon * HUNDREDTHS), round(lat * HUNDREDTHS))
        if not points or point != points[-1]:
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    if len(points) < SMALLEST:
        return []
    flat = list(points[0])
    for before, after in pairwise(points):
        flat += [after[0] - before[0], after[1] - before[1]]
    return flat


def main(source: Path, target: Path) -> None:
    """Read TopoJSON at `source`, write the compact file at `target`."""
    rings = [flat for ring in rings_of(json.loads(source.read_text("utf-8"))) if (flat := compact(ring))]
    land = {
        "source": "Natural Earth 1:50m land (public domain), by way of world-atlas 2.0.2; tools/convert_land.py",
        "rings": sorted(rings, key=len, reverse=True),
    }
    target.write_text(json.dumps(land, separators=(",", ":")) + "\n", "utf-8")
    print(f"{len(rings)} rings, {sum(map(len, rings)) // 2} points, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
