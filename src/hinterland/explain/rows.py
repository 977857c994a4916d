"""The parts of places, regions and the nation as rows, in percentage points of what was there at the start."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country
from hinterland.data.find import Found
from hinterland.explain.attribution import Attribution, Split
from hinterland.explain.mechanisms import INTERACTION, SHOCKS


@dataclass(frozen=True, slots=True)
class Area:
    """A place, a region or the nation."""

    code: str
    name: str
    places: NDArray[np.int64]


def table(attribution: Attribution, quantity: str) -> str:
    """The parts of every place, region and the nation as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["place", "name", "quantity", "from", "to", "part", "number", "points", "points_p10", "points_p90",
         "points_first", "points_last"]
    )  # fmt: skip
    for area in areas(attribution.country):
        split = attribution.split(quantity, area.places)
        for row in of_split(split):
            writer.writerow(
                [area.code, area.name, quantity, *attribution.years, row["part"],
                 *(_digits(row[key]) for key in ("number", "points", "p10", "p90", "first", "last"))]
            )  # fmt: skip
    return text.getvalue()


def areas(country: Country) -> list[Area]:
    """All places, regions of more than one place, and the nation."""
    places = country.places
    found = [Area(places.codes[k], places.names_en[k], np.array([k])) for k in range(len(places))]
    regions = sorted(set(places.regions) - {country.code, *places.codes})
    if len(regions) > 1:
        found += [
            Area(code, places.region_names[code][1], np.flatnonzero(np.array(places.regions) == code))
            for code in regions
        ]
    return [*found, Area(country.code, country.names["en"], np.arange(len(places)))]


def named(country: Country, found: Found) -> Area:
    """What a name stands for, with its places."""
    if found.kind == "place" and found.index is not None:
        return Area(found.code, str(found), np.array([found.index]))
    every = np.arange(len(country.places))
    inside = every if found.kind == "nation" else np.flatnonzero(np.array(country.places.regions) == found.code)
    return Area(found.code, str(found), inside)


def of_split(split: Split) -> list[dict[str, Any]]:
    """Parts by size, interaction after them, and shocks where members have been drawn.

    Each with its number and, in percent of the start, points, p10, p90, first and last (see `Split`); None where that
    is not known or nothing was there at the start.
    """

    def row(name: str, number: float | None) -> dict[str, Any]:
        low, high = split.bands.get(name, (None, None))
        points = {
            "points": number,
            "p10": low,
            "p90": high,
            "first": split.first.get(name),
            "last": split.last.get(name),
        }
        return {
            "part": name,
            "number": number,
            **{key: _points(value, split.start) for key, value in points.items()},
        }

    ordered = sorted(split.parts, key=lambda name: (name == INTERACTION, -abs(split.parts[name])))
    found = [row(name, split.parts[name]) for name in ordered]
    return [*found, *([row(SHOCKS, 0.0)] if SHOCKS in split.bands else [])]


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _points(value: float | None, start: float) -> float | None:
    return 100 * value / start if value is not None and start > 0 else None
