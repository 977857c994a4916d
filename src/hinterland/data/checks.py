"""What tables of a pack must agree on with each other."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from hinterland.data.country import Array, Places
from hinterland.data.faults import Faults, nearest
from hinterland.data.manifest import CODE, CODE_REMEDY, Manifest
from hinterland.data.schema import TABLES
from hinterland.data.tables import Cells, known_codes


def check_codes(manifest: Manifest, tables: Mapping[str, Cells], places: Places, faults: Faults) -> None:
    """Every table and list names only places and regions that there are; one code never means two things."""
    table = tables["places"]
    taken = dict.fromkeys(places.region_names, "a region") | {manifest.code: "the country"}
    for entry, code in enumerate(places.codes):
        where = table.where(entry, "code")
        if code and not CODE.fullmatch(code):
            faults.add(where, f"{code!r} is not a code", CODE_REMEDY)
        elif code in taken and not (places.regions[entry] == code and places.regions.count(code) == 1):
            faults.add(where, f"{code!r} is the code of {taken[code]} too", "Give each a code of its own.")
    for name, cells in tables.items():
        columns = [column.name for column in TABLES[name].columns if column.kind == "code" and name != "places"]
        for column in columns:
            known_codes(cells, column, places.codes, "the table places", faults)
    if "region_ages" in tables:
        known_codes(tables["region_ages"], "region", {*places.regions, manifest.code}, "the table places", faults)
    for peer in manifest.peers:
        if peer not in places.codes:
            remedy = f"{nearest(peer, places.codes)}Take it out of peers, or add the place."
            faults.add(manifest.label, f"peer {peer!r} is not a place of the pack", remedy)


def check_positions(table: Cells, faults: Faults) -> None:
    """Positions are on the globe, not swapped, and each place has its own: migration runs on distances."""
    seen: dict[tuple[float, float], int] = {}
    for entry, position in enumerate(zip(table.figures("lon"), table.figures("lat"), strict=True)):
        lon, lat = position
        if not (-180 <= lon <= 180 and -90 <= lat <= 90) and not (math.isnan(lon) or math.isnan(lat)):
            swapped = -180 <= lat <= 180 and -90 <= lon <= 90
            what = f"longitude {lon:g}, latitude {lat:g} is not on the globe"
            told = "They look swapped: longitude comes first." if swapped else "Write decimal degrees east and north."
            faults.add(table.where(entry, "lat" if abs(lat) > 90 else "lon"), what, told)
        if position in seen:
            what = f"{position[0]:g}, {position[1]:g} is the position of row {table.numbers[seen[position]]} too"
            faults.add(table.where(entry, "lon"), what, "Give every place a position of its own.")
        seen.setdefault(position, entry)


def check_base_year(manifest: Manifest, years: tuple[int, ...], faults: Faults) -> None:
    """The base year is the last year with people."""
    if years and manifest.base_year != years[-1]:
        what = f"base_year = {manifest.base_year}, but the last year with people is {years[-1]}"
        faults.add(manifest.label, what, f"Write base_year = {years[-1]}, or correct the years of the table people.")


def check_parts(
    tables: Mapping[str, Cells],
    codes: tuple[str, ...],
    years: tuple[int, ...],
    totals: Array,
    indicators: Mapping[str, Mapping[int, Array]],
    faults: Faults,
) -> None:
    """Parts of a place's people cannot be more than its people."""
    for year, urban in indicators.get("urban_people", {}).items():
        if year in years:
            people = totals[years.index(year)]
            for place in np.flatnonzero(urban > people * 1.0001):
                what = f"{codes[place]} has {urban[place]:,.0f} urban people in {year} of {people[place]:,.0f} people"
                faults.add(f"{tables['society'].file}, column urban_people", what, "Correct one of the two.")
    parts = [f"newcomers_{origin}_pct" for origin in ("same_county", "same_province", "other_province")]
    if "origins" in tables and all(name in tables["origins"] for name in parts):
        cells = tables["origins"]
        for entry, row in enumerate(zip(*(cells.figures(name) for name in parts), strict=True)):
            if sum(row) > 100.5:
                what = f"newcomers of all origins are {sum(row):g}% of residents"
                faults.add(cells.where(entry, parts[0]), what, "Give shares of all residents; they sum to at most 100.")
