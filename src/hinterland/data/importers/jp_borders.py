"""Japan's municipalities of any year put on the borders of 2020 by the merger map of Kondo (RIETI TP 23-T-001)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hinterland.data.importers.jp_panels import five
from hinterland.data.importers.raw import Frame, read_csv
from hinterland.errors import InputError

CONVERTER: Final = "jp/municipality_converter_en.csv"
PRESENT: Final = 2020
CENSUSES: Final = tuple(range(1980, PRESENT + 1, 5))
SUMS: Final = ("区", "郡", "島しょ")
"""How names of rows end that only add up or split others: wards of designated cities, counties, Tokyo's islands.
Tokyo's 23 special wards end like that too, but the merger map has them as municipalities."""


def read_converter(source: Path) -> Frame:
    """The merger map: `id_muni1980` ... `id_muni2020` (five digits, blank where there was no such unit) and names."""
    names = [f"name_muni{year}" for year in CENSUSES]
    return read_csv(source, CONVERTER, names, [f"id_muni{year}" for year in CENSUSES])


def present_places(converter: Frame) -> dict[str, str]:
    """Code of any census from 1980 on -> code of the place on the borders of 2020, both five digits as text.

    Raises InputError where a code leads to two places: the map would then split people, not move them.
    """
    import pandas as pd

    pairs = pd.concat(
        [converter[[f"id_muni{year}", f"id_muni{PRESENT}"]].set_axis(["code", "place"], axis=1) for year in CENSUSES]
    )
    pairs = pairs.dropna().drop_duplicates()
    twice = pairs[pairs["code"].duplicated()]
    if len(twice):
        code = five(twice["code"]).iloc[0]
        raise InputError(f"unit {code} belongs to two places of {PRESENT}", remedy="Keep one of them.", where=CONVERTER)
    return dict(zip(five(pairs["code"]), five(pairs["place"]), strict=True))


def own_name(names: Frame) -> Frame:
    """Names without the county, island or branch office before them: 虻田郡喜茂別町 is 喜茂別町, 大和郡山市 stays."""
    last = names.str.split(r"[\s　]+", regex=True).str[-1]
    return last.str.replace(r"^.+?(?:郡|支庁)(?=.+[町村]$)", "", regex=True)


def place_of_units(units: Frame, places: dict[str, str], file: str) -> dict[str, str]:
    """Code of every unit of a register -> code of its present place; rows that add up or split others are not in it.

    `units` has a row for each unit and year: `code` (five digits), `pref` and `name` in Japanese, `people`. A unit that
    rose and vanished between two censuses is not in `places`; it is found by its name among the other units of its
    prefecture (安代町 moved to another county, さいたま市 became a designated city). Units without people are left out.
    Raises InputError that names a unit with people that cannot be placed.
    """
    known = units["code"].isin(places)
    found = {code: places[code] for code in units.loc[known, "code"].unique()}
    lost = units[~(known | _is_sum(units)) & (units["people"] > 0)]
    if lost.empty:
        return found
    named: Frame = units[known].assign(place=units["code"].map(places), own=own_name(units["name"]))
    targets = named.groupby(["pref", "own"])["place"].unique()
    lost = lost.assign(own=own_name(lost["name"])).drop_duplicates("code")
    for code, pref, name in lost[["code", "pref", "own"]].to_numpy():
        near = targets.get((pref, name), ())
        if len(near) != 1:
            what = f"{pref} {name} ({code}) is not in the merger map"
            raise InputError(what, remedy=f"Use the {CONVERTER} that docs/data.md names.", where=file)
        found[code] = near[0]
    return found


def _is_sum(units: Frame) -> Frame:
    """Rows of prefectures, counties, wards and islands together."""
    return units["code"].str.endswith("000") | units["name"].str.endswith(SUMS).fillna(False)


def check_sums(rows: Frame, mapped: Frame, file: str, slack: float = 0.0) -> None:
    """Persons of the places must sum to the prefectures' own rows, but for a share `slack` of them.

    `rows` has `code`, `year` and `people` of everything published, `mapped` the same of what was put on places. Raises
    InputError that names the first prefecture and year that fail.
    """
    published = rows[rows["code"].str.endswith("000")].set_index(["code", "year"])["people"]
    prefecture = mapped["code"].str[:2] + "000"
    held = mapped.groupby([prefecture, "year"])["people"].sum().reindex(published.index, fill_value=0)
    apart = published[(published - held).abs() > slack * published]
    if len(apart):
        code, year = apart.index[0]
        persons, summed = apart.iloc[0], held[apart.index[0]]
        what = f"prefecture {code[:2]} has {persons:,.0f} people in {year}, its places {summed:,.0f}"
        raise InputError(what, remedy="A unit is missing or counted twice: get the whole file again.", where=file)


def former_units(units: Frame, place_of: dict[str, str]) -> Frame:
    """Table `former`: units whose code is not a present one, with own name, place and last year in the register."""
    old = units[units["code"].isin([code for code, place in place_of.items() if code != place])]
    last = old.sort_values("year").drop_duplicates("code", keep="last").sort_values("code")
    return last.assign(name=own_name(last["name"]), place=last["code"].map(place_of))[["code", "name", "place", "year"]]
