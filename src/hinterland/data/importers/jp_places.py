"""Names, prefectures, seats and positions of Japan's municipalities on the borders of 2020."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hinterland.data.importers.jp_borders import CONVERTER, PRESENT
from hinterland.data.importers.jp_panels import five
from hinterland.data.importers.raw import Frame, read_csv
from hinterland.errors import InputError

POSITIONS: Final = "panels/jp_places.csv"

SEATS: Final = {"13": "13104", "35": "35203", "40": "40130"}
"""Seats of prefectures that carry another number than 100 (designated cities) or 201: 新宿区, 山口市, 福岡市."""
KIND: Final = r"-(?:shi|ku|cho|machi|mura|son)$"


def place_tables(source: Path, converter: Frame, codes: Sequence[str]) -> tuple[Frame, Frame]:
    """Tables `places` and `regions` for the places `codes`, in their order.

    Positions, areas and Japanese names come from the boundary file, romanised names from the merger map. Raises
    InputError where a place has no position or no romanised name.
    """
    rows = read_csv(source, POSITIONS, ("name",), ("place", "lon", "lat", "area_km2"))
    rows = rows.assign(code=five(rows["place"])).drop(columns="place").drop_duplicates("code").set_index("code")
    known = romanised(converter)
    for table, file in ((rows, POSITIONS), (known, CONVERTER)):
        missing = [code for code in codes if code not in table.index]
        if missing:
            remedy = "Every municipality of 2020 is needed; docs/data.md names the file."
            raise InputError(f"place {missing[0]} is not in it", remedy=remedy, where=file)
    rows = rows.join(known).loc[list(codes)].reset_index()
    words = rows["name"].str.split()
    region = rows["code"].str[:2]
    places = rows.assign(name=words.str[-1], region=region, seat=_seats(rows["code"]))
    names = rows.assign(region=region, name=words.str[0]).drop_duplicates("region").sort_values("region")
    regions = names[["region", "name", "pref_en"]].set_axis(["code", "name", "name_en"], axis=1)
    return places[["code", "name", "name_en", "region", "seat", "lon", "lat", "area_km2"]], regions


def romanised(converter: Frame) -> Frame:
    """Romanised names by place: `name_en` and `pref_en`.

    `Oshima-gun, Suo-Oshima-cho, Yamaguchi` gives Suo-Oshima and Yamaguchi. The kind of place goes, as English texts
    have it, but for towns and villages that their kind tells from another place of the prefecture (Fuchu, Fuchu-cho).
    """
    table = converter[[f"id_muni{PRESENT}", f"name_muni{PRESENT}"]].set_axis(["code", "full"], axis=1)
    table = table.dropna().drop_duplicates("code")
    parts = table["full"].str.split(", ")
    own, pref = parts.str[-2], parts.str[-1]
    bare = own.str.replace(KIND, "", regex=True)
    shared = bare.groupby([pref, bare]).transform("size") > own.groupby([pref, own]).transform("size")
    name = own.where(shared & ~own.str.endswith(("-shi", "-ku")), bare)
    return table.assign(code=five(table["code"]), name_en=name, pref_en=pref).set_index("code")[["name_en", "pref_en"]]


def _seats(codes: Frame) -> Frame:
    """1 for the seat of each prefecture, else 0: the designated city 100 where there is one, else the city 201."""
    regions = codes.str[:2]
    there = set(codes)
    seats = {
        region: SEATS.get(region, f"{region}100" if f"{region}100" in there else f"{region}201")
        for region in regions.unique()
    }
    return (codes == regions.map(seats)).astype("int64")
