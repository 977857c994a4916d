"""The pack of Japan by census, about 1,736 municipalities every five years from 1980 to 2020, totals of places."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path
from typing import Final

import numpy as np

from hinterland.data.importers.jp import JAPAN
from hinterland.data.importers.jp_borders import CENSUSES, PRESENT, check_sums, present_places, read_converter
from hinterland.data.importers.jp_panels import CENSUS, five, long, read_panel
from hinterland.data.importers.jp_places import place_tables
from hinterland.data.importers.raw import AGAIN, Frame, need, write_manifest, write_table
from hinterland.data.importers.wpp import write_drivers
from hinterland.errors import InputError, at

CODE: Final = "jp-census"
MANIFEST: Final = Path(__file__).parent / "jp_census_pack.toml"
FIRST_FILE: Final = "jp/population_census_1980.csv"
LAST_FILE: Final = "jp/population_census_2020.csv"
BETWEEN_FILE: Final = "jp/DTA_panel_estat_pop_base2015_with_cao.dta"
BETWEEN: Final = (1985, 1990, 1995, 2000, 2005, 2010)
"""Censuses on the borders of 2015 in `BETWEEN_FILE`."""
PANEL_ONLY: Final = (2015,)
"""Censuses that no raw file holds: they come from the ready panel."""
HEADER: Final = 10
"""Row of the census tables, from 0, that names the columns."""
AGES: Final = {age: f"{age}-{age + 4}" for age in range(0, 100, 5)}
"""First age -> label of the five-year groups in the tables; 100 and over follow."""
LOWER: Final = tuple(label for age, label in AGES.items() if age < 85)
NOWHERE: Final = 1e-5
"""Share of a prefecture's people counted on ground that belongs to no municipality yet: 37 of Tokyo's in 1980."""
OLD: Final = "（旧"
"""Rows of the table of 2020 for the units of 2000."""


def write_jp_census(source: Path, folder: Path) -> tuple[str, ...]:
    """Write the pack `jp-census` into `folder` (made if need be) and return what was left out, one sentence each.

    `source` holds the raw files in `jp/`, `panels/` and `world/`, as docs/data.md lists them: the censuses of 1980 and
    2020 as published, those between on the borders of 2015, that of 2015 from the ready panel. Raises InputError that
    names a file that is missing, or file, row, column and value of what cannot be used.
    """
    converter = read_converter(source)
    places = present_places(converter)
    first, last = _census(source, FIRST_FILE), _census(source, LAST_FILE)
    columns = {CENSUSES[0]: _on_places(first, places, FIRST_FILE), PRESENT: _on_places(last, places, LAST_FILE)}
    columns |= _between(source, places) | _panel(source)
    found = _together(columns, sorted(set(places.values())))
    empty = [code for code, people in found.iterrows() if not (people > 0).all()]
    kept = found.drop(index=empty)
    codes = list(kept.index)
    tables: dict[str, Frame] = {}
    tables["places"], tables["regions"] = place_tables(source, converter, codes)
    tables["people"] = long(codes, CENSUSES, {"people": kept[list(CENSUSES)].to_numpy(np.float64)})
    tables["region_ages"] = _nation({CENSUSES[0]: first, PRESENT: last})
    tables["former"] = _former(converter, _names(first, last), set(codes))
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_table(folder / f"{name}.csv.gz", table, 4 if name == "places" else 0)
    write_drivers(source, folder, JAPAN, CENSUSES[0])
    write_manifest(folder, MANIFEST)
    years = ", ".join(str(year) for year in PANEL_ONLY)
    told = [f"The census of {years} is that of the ready panel: no raw file holds it."]
    if empty:
        told.append(f"Places that were empty or not counted at a census, left out: {len(empty)}, {', '.join(empty)}.")
    return tuple(told)


def _census(source: Path, name: str) -> Frame:
    """Rows of a census table: `code` (five digits), `name`, `sex` (blank, 1, 2), `people` and ages as in `AGES`."""
    import pandas as pd

    with need(source, name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    header = [unicodedata.normalize("NFKC", head) for head in rows[HEADER]] if len(rows) > HEADER else []
    body = pd.DataFrame([row for row in rows[HEADER + 1 :] if len(row) == len(header)], columns=range(len(header)))
    body.index += HEADER
    unit = _column(header, r".*市区町村.*コード", name)
    sex = body[_column(header, r"男女.*コード", name)].str.strip("0")
    wanted = {"people": r"総数.*"} | {label: rf"{first}(~|-)\d+歳.*" for first, label in AGES.items()}
    wanted["100+"] = r"100歳以上.*"
    figures = {label: _persons(body[_column(header, pattern, name)], label, name) for label, pattern in wanted.items()}
    return pd.DataFrame({"code": body[unit], "name": body[unit + 1], "sex": sex, **figures})


def _persons(cells: Frame, label: str, name: str) -> Frame:
    """Persons of a column with commas between thousands; a dash is nobody, three stars are not published."""
    import pandas as pd

    figures: Frame = pd.to_numeric(
        cells.str.replace(",", "").replace({"-": "0", "***": None, "": None}), errors="coerce"
    )
    wrong = cells[figures.isna() & ~cells.isin(["***", ""])]
    if len(wrong):
        where = at(name, row=int(wrong.index[0]) + 2, column=label)
        raise InputError(f"{wrong.iloc[0]!r} is not a number", remedy=AGAIN, where=where)
    return figures


def _column(header: list[str], pattern: str, name: str) -> int:
    """Position of the heading that matches; InputError where there is none."""
    for position, head in enumerate(header):
        if re.fullmatch(pattern, head):
            return position
    raise InputError(f"row {HEADER + 1} has no heading like {pattern!r}", remedy=AGAIN, where=name)


def _nation(tables: dict[int, Frame]) -> Frame:
    """Table `region_ages` of the nation: the prefectures' persons of known age, 85 and over together."""
    import pandas as pd

    parts = []
    for year, rows in tables.items():
        prefectures = rows[rows["code"].str.endswith("000") & (rows["code"] != "00000")]
        sums = prefectures.groupby("sex")[[*AGES.values(), "100+"]].sum().T
        sums.index = [label if label in LOWER else "85+" for label in sums.index]
        groups = sums.groupby(level=0, sort=False).sum()
        parts.append(
            pd.DataFrame({"region": CODE, "year": year, "age": groups.index, "men": groups["1"], "women": groups["2"]})
        )
    return pd.concat(parts, ignore_index=True)


def _on_places(rows: Frame, places: dict[str, str], name: str) -> Frame:
    """People by present place; wards, sums and units of other years in the same table are left out."""
    rows = rows[rows["sex"] == ""].assign(year=PRESENT if name == LAST_FILE else CENSUSES[0])
    if name == LAST_FILE:
        mapped = rows[rows["code"].isin(set(places.values())) & ~rows["name"].str.startswith(OLD)]
    else:
        mapped = rows[rows["code"].isin(places)]
    mapped = mapped.drop_duplicates("code")
    check_sums(rows[rows["code"] != "00000"], mapped, name, NOWHERE)
    return mapped.assign(place=mapped["code"].map(places)).groupby("place")["people"].sum()


def _between(source: Path, places: dict[str, str]) -> dict[int, Frame]:
    """People by present place at the censuses on the borders of 2015."""
    import pandas as pd

    path = need(source, BETWEEN_FILE)
    try:
        rows: Frame = pd.read_stata(path, columns=["year", "id_muni2015", "totalpop"])
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", remedy=AGAIN, where=BETWEEN_FILE) from error
    rows = rows.assign(code=five(rows["id_muni2015"]), year=rows["year"].astype(int))
    rows = rows.assign(place=rows["code"].map(places))
    lost = rows[rows["place"].isna()]
    if len(lost):
        what = f"unit {lost['code'].iloc[0]} is not in the merger map"
        raise InputError(what, remedy="Use the merger map that docs/data.md names.", where=BETWEEN_FILE)
    summed = rows.groupby(["year", "place"])["totalpop"].sum(min_count=1)
    missing = [year for year in BETWEEN if year not in summed.index.get_level_values("year")]
    if missing:
        raise InputError(f"it has no census of {missing[0]}", remedy=AGAIN, where=BETWEEN_FILE)
    return {year: summed.loc[year] for year in BETWEEN}


def _panel(source: Path) -> dict[int, Frame]:
    """People by place at the censuses that only the ready panel holds."""
    table = read_panel(source, CENSUS, (), ("year", "pop"))
    held = {year: table[table["year"] == year].set_index("place")["pop"] for year in PANEL_ONLY}
    missing = [year for year, people in held.items() if people.empty]
    if missing:
        raise InputError(f"it has no census of {missing[0]}", remedy=AGAIN, where=CENSUS)
    return held


def _together(columns: dict[int, Frame], codes: list[str]) -> Frame:
    """People by place (row) and census (column); 0 where a place was not counted."""
    import pandas as pd

    return pd.DataFrame({year: columns[year].reindex(codes) for year in CENSUSES}, index=codes).fillna(0.0)


def _names(first: Frame, last: Frame) -> dict[str, str]:
    """Unit -> name in Japanese, from the tables of 1980 and, for those of 2000, of 2020."""
    named = [*last[["code", "name"]].to_numpy(), *first[["code", "name"]].to_numpy()]
    return {code: name.removeprefix(f"{OLD}：").rstrip("）") for code, name in named}


def _former(converter: Frame, names: dict[str, str], kept: set[str]) -> Frame:
    """Table `former`: units of any census whose code is not a present one, and the last census they were counted in.

    Units that came and went between 1980 and 2000 have no name in the tables; the merger map's romanised one stands.
    """
    import pandas as pd

    parts = [
        converter[[f"id_muni{year}", f"name_muni{year}", f"id_muni{PRESENT}"]]
        .set_axis(["code", "roman", "place"], axis=1)
        .assign(year=year)
        for year in CENSUSES
    ]
    units: Frame = pd.concat(parts).dropna()
    units = units.assign(code=five(units["code"]), place=five(units["place"]))
    units = units[(units["code"] != units["place"]) & units["place"].isin(kept)]
    last = units.sort_values("year").drop_duplicates("code", keep="last").sort_values("code")
    named = last["code"].map(names).fillna(last["roman"].str.split(", ").str[-2])
    return last.assign(name=named)[["code", "name", "place", "year"]]
