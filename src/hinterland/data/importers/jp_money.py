"""Five indices of municipal finance in Japan, fiscal years 2005 to 2021, from the ministry's yearly workbooks."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path
from typing import Final

from hinterland.data.importers.jp_borders import own_name
from hinterland.data.importers.raw import AGAIN, Frame, need
from hinterland.errors import InputError

ARCHIVE: Final = "jp/indices.tar.gz"
MEMBER: Final = re.compile(r"indices/city/([HR])(\d+)\.xlsx?")
ERAS: Final = {"H": 1988, "R": 2018}
"""Heisei and Reiwa: era year plus this is the calendar year in which the fiscal year begins."""

CODE, PREFECTURE, NAME = "団体コード", "都道府県名", "団体名"
COLUMNS: Final = {
    "財政力指数": "fiscal_strength",
    "経常収支比率": "current_balance_pct",
    "実質公債費比率": "debt_service_pct",
    "将来負担比率": "future_burden_pct",
    "ラスパイレス指数": "pay_index",
    "ラスパイレス指数参考値": "pay_reference",
}
"""Heading in the workbook, without blanks and marks -> column; the reference leaves out the nation's cut of 2012-13."""
TABLE: Final = ("fiscal_strength", "current_balance_pct", "debt_service_pct", "future_burden_pct", "pay_index")
DASHES: Final = ("-", "－", "―", "‐")
FORMS: Final = str.maketrans("ヶ桧曾梼惠龍條", "ケ檜曽檮恵竜条")
"""Forms of the same character that the workbooks and the register use by turns."""


def read_money(source: Path, units: Frame, place_of: dict[str, str]) -> tuple[Frame, int]:
    """Table `money` and the number of place-years left out because the place was several units then.

    `units` are the register's rows (code, pref, name, year). The year is the one in which the fiscal year begins, in
    April. Workbooks up to 2010 have no codes; their units are found by name in the register of the year's end. Raises
    InputError where the archive or a heading is missing.
    """
    import pandas as pd

    tables = []
    for year, name, data in _members(need(source, ARCHIVE)):
        rows = _workbook(data, name)
        tables.append(_coded(rows, units, year).assign(year=year))
    table: Frame = pd.concat(tables, ignore_index=True)
    table = table.assign(place=table["code"].map(place_of)).dropna(subset="place")
    whole = _whole(table, units, place_of)
    kept = table[whole].drop(columns="code").rename(columns={"place": "code"})
    kept = kept.dropna(subset=list(TABLE), how="all").sort_values(["year", "code"])
    left = table.loc[~whole, ["place", "year"]].drop_duplicates()
    return kept[["code", "year", *TABLE]], len(left)


def _members(path: Path) -> list[tuple[int, str, bytes]]:
    """Fiscal year, name and bytes of the workbooks of all municipalities, by year."""
    found = []
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                named = MEMBER.fullmatch(member.name)
                file = archive.extractfile(member) if named else None
                if named and file:
                    found.append((ERAS[named[1]] + int(named[2]), member.name, file.read()))
    except (OSError, EOFError, tarfile.TarError) as error:
        raise InputError(f"cannot be read ({error})", remedy=AGAIN, where=ARCHIVE) from error
    if not found:
        what = "it holds no workbook indices/city/H17.xls ... R3.xlsx"
        raise InputError(what, remedy=AGAIN, where=ARCHIVE)
    return sorted(found)


def _workbook(data: bytes, name: str) -> Frame:
    """Rows of a workbook: `code` (five digits or missing), `pref`, `name` and the indices there are."""
    import pandas as pd

    where = f"{ARCHIVE}, {name}"
    try:
        sheet: Frame = pd.read_excel(io.BytesIO(data), header=None, dtype=object, engine="calamine")
    except ImportError as error:
        remedy = "Install it: pip install python-calamine."
        raise InputError("python-calamine is needed to read workbooks", remedy=remedy, where=where) from error
    cells = sheet.map(lambda cell: re.sub(r"[\s　※*]", "", cell) if isinstance(cell, str) else cell)
    heads = cells.index[(cells == NAME).any(axis=1)]
    if not len(heads):
        raise InputError(f"no heading {NAME!r}", remedy=AGAIN, where=where)
    body = cells.loc[heads[0] + 1 :].set_axis(cells.loc[heads[0]], axis=1)
    body = body.loc[:, body.columns.notna()]
    lacking = [head for head in (PREFECTURE, "財政力指数") if head not in body.columns]
    if lacking:
        raise InputError(f"no heading {lacking[0]!r}", remedy=AGAIN, where=where)
    body = body.dropna(subset=[PREFECTURE, NAME])
    indices = {COLUMNS[head]: _figures(body[head], COLUMNS[head]) for head in COLUMNS if head in body.columns}
    code = body[CODE].astype(str).str.zfill(6).str[:5] if CODE in body.columns else None
    rows: Frame = pd.DataFrame({"code": code, "pref": body[PREFECTURE], "name": body[NAME], **indices})
    return _reference(rows.reindex(columns=["code", "pref", "name", *COLUMNS.values()]))


def _figures(cells: Frame, column: str) -> Frame:
    """Numbers of a column; a dash is not published, but no burden where reserves exceed it; brackets mark wards."""
    import pandas as pd

    texts = cells.astype(str).str.strip("()（）")
    values: Frame = pd.to_numeric(texts, errors="coerce")
    return values.mask(texts.isin(DASHES), 0.0) if column == "future_burden_pct" else values


def _reference(rows: Frame) -> Frame:
    """The pay index against the nation's uncut pay where given, so that 2012 and 2013 compare with the other years."""
    pay = rows["pay_reference"].fillna(rows["pay_index"]).astype(float)
    return rows.assign(pay_index=pay)[["code", "pref", "name", *TABLE]].astype(dict.fromkeys(TABLE, float))


def _coded(rows: Frame, units: Frame, year: int) -> Frame:
    """`code` and the indices; rows without a code get that of the unit so called in the register a year later."""
    if rows["code"].notna().any():
        return rows[["code", *TABLE]]
    named = units[(units["year"] == year + 1) & (units["people"] > 0)]
    named = named.assign(name=own_name(named["name"]).str.translate(FORMS))[["pref", "name", "code"]]
    named = named[~named.duplicated(["pref", "name"], keep=False)]
    rows = rows.drop(columns="code").assign(name=rows["name"].str.translate(FORMS))
    return rows.merge(named, on=["pref", "name"])[["code", *TABLE]]


def _whole(table: Frame, units: Frame, place_of: dict[str, str]) -> Frame:
    """True where the place of a row was one unit in that fiscal year: indices of several cannot be added."""
    last = units["year"].max()
    counted = units[units["code"].isin(place_of) & (units["people"] > 0)]
    number = counted.assign(place=counted["code"].map(place_of)).groupby(["place", "year"])["code"].nunique()
    # The register shows a fiscal year's units at its end, the next 31 March, or on 1 January before it.
    ends = (table["year"] + 1).clip(upper=last)
    keys = list(zip(table["place"], ends, strict=True))
    return (number.reindex(keys).to_numpy() == 1) & ~table.duplicated(["place", "year"], keep=False)
