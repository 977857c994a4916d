"""A small Japan in raw files: a merger, wards, a city of changing code, foreigners from 2013, a wrong age table."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from hinterland.data.importers.jp_register import COLUMNS, FLOWS

YEARS = range(1995, 2023)
CENSUSES = range(1980, 2021, 5)
FOREIGNERS = 7
"""Of each sex and place in the raw files from 2013 on."""
WRONG = ("01203", 2004)
"""The place and year whose youngest and oldest men are exchanged, with 400 more moved."""

UNITS = (
    # code with check digit, prefecture, name in the register, first and last year, size
    ("011002", "北海道", "札幌市", 1995, 2022, 400),
    ("011011", "北海道", "札幌市中央区", 1995, 2022, 400),
    ("012025", "北海道", "函館市", 1995, 2022, 100),
    ("012033", "北海道", "小樽市", 1995, 2022, 600),
    ("013391", "北海道", "亀田郡戸井町", 1995, 2004, 20),
    ("013005", "北海道", "亀田郡", 1995, 2004, 20),
    ("016951", "北海道", "色丹郡色丹村", 1995, 2022, 0),
    ("022012", "青森県", "青森市", 1995, 2001, 90),
    ("022993", "青森県", "青森市", 2002, 2003, 90),
    ("022012", "青森県", "青森市", 2004, 2022, 90),
)
PLACES = {"01100": 400, "01202": 100, "01203": 600, "02201": 90}
"""Place -> its size after the merger; before it 01202 holds 01339's 20 too."""
SUMS = (("010006", "北海道", ("01100", "01202", "01203", "01339")), ("020001", "青森県", ("02201", "02299")))


def men(size: int) -> list[int]:
    """Men of 17 age groups: `size` each, less one for each step up; women are ten more."""
    return [size + 20 - group for group in range(17)] if size else [0] * 17


def women(size: int) -> list[int]:
    return [one + 10 for one in men(size)] if size else [0] * 17


def flows(size: int) -> dict[str, int]:
    return {"births": size // 10, "deaths": size // 10 + 1, "in_total": size, "out_total": size - 1}


def write_japan(folder: Path) -> Path:
    """Write the raw files that `write_jp` reads, but for the nation's course, into `folder`."""
    for name in ("jp", "panels"):
        (folder / name).mkdir(parents=True)
    vital, ages = _register()
    vital.to_csv(folder / "jp/juki_population_vital_migration_1995_2022.csv.gz", index=False)
    ages.to_csv(folder / "jp/juki_age_sex_1995_2022.csv.gz", index=False)
    _converter().to_csv(folder / "jp/municipality_converter_en.csv", index=False)
    _positions().to_csv(folder / "panels/jp_places.csv", index=False)
    nationals, national_ages = _nationals()
    nationals.to_parquet(folder / "panels/jp.parquet")
    national_ages.to_parquet(folder / "panels/jp_age.parquet")
    _indices(folder / "jp/indices.tar.gz")
    return folder


def _register() -> tuple[pd.DataFrame, pd.DataFrame]:
    vital: list[dict[str, Any]] = []
    ages: list[dict[str, Any]] = []
    for year in YEARS:
        more = FOREIGNERS if year >= 2013 else 0
        rows = []
        for code, pref, name, first, last, size in UNITS:
            if not first <= year <= last:
                continue
            sides = {"M": men(size), "F": women(size)}
            if (code[:5], year) == WRONG:
                sides["M"] = [sides["M"][-1] - 400, *sides["M"][1:-1], sides["M"][0] + 400]
            if size:
                sides = {sex: [side[0] + more, *side[1:]] for sex, side in sides.items()}
            rows.append((code, pref, name, sides, flows(size)))
        for code, pref, parts in SUMS:
            inside = [row for row in rows if row[0][:5] in parts]
            sides = {sex: [sum(group) for group in zip(*(row[3][sex] for row in inside), strict=True)] for sex in "MF"}
            rows.append((code, pref, "", sides, {k: sum(row[4][k] for row in inside) for k in flows(0)}))
        for code, pref, name, sides, moved in rows:
            counts = {"male": sum(sides["M"]), "female": sum(sides["F"])}
            key = {"year": year, "code": code, "pref": pref, "name": name}
            abroad = {"in_foreign": 3, "out_foreign": 2} if year >= 2013 else {"in_foreign": "", "out_foreign": ""}
            vital.append(key | counts | {"pop": sum(counts.values()), "hh": 1} | moved | {"nat": 0, "soc": 0} | abroad)
            both = [a + b for a, b in zip(sides["M"], sides["F"], strict=True)]
            ages += [
                key | {"sex": sex, "total": sum(side)} | dict(zip(COLUMNS, side, strict=True))
                for sex, side in (("T", both), *sides.items())
            ]
    return pd.DataFrame(vital), pd.DataFrame(ages)


def _converter() -> pd.DataFrame:
    rows = []
    for code, name, last, place, present in (
        (1100, "Sapporo-shi, Hokkaido", 2020, 1100, "Sapporo-shi, Hokkaido"),
        (1202, "Hakodate-shi, Hokkaido", 2020, 1202, "Hakodate-shi, Hokkaido"),
        (1203, "Otaru-shi, Hokkaido", 2020, 1203, "Otaru-shi, Hokkaido"),
        (1339, "Kameda-gun, Toi-cho, Hokkaido", 2000, 1202, "Hakodate-shi, Hokkaido"),
        (2201, "Aomori-shi, Aomori", 2020, 2201, "Aomori-shi, Aomori"),
    ):
        rows.append(
            {f"id_muni{year}": code if year <= last else place for year in CENSUSES}
            | {f"name_muni{year}": name if year <= last else present for year in CENSUSES}
        )
    return pd.DataFrame(rows)


def _positions() -> pd.DataFrame:
    names = ("北海道 札幌市", "北海道 函館市", "北海道 小樽市", "青森県 青森市")
    rows = zip(PLACES, names, (141.25, 140.93, 141.03, 140.75), (42.99, 41.84, 43.16, 40.82), strict=True)
    return pd.DataFrame(
        [{"place": int(code), "name": name, "lon": lon, "lat": lat, "area_km2": 10.5} for code, name, lon, lat in rows]
    )


def _nationals() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nationals grow by 34 a year from 2013 on, one in every cell; births by 4 a year; ages are of 31 March."""
    panel, ages = [], []
    for code, size in PLACES.items():
        for year in range(2012, 2023):
            more = year - 2013
            key = {"place": int(code), "year": year}
            people = sum(men(size)) + sum(women(size)) + 34 * more - 34 * 9
            counts = flows(size) | {"births": 4 * more + 4, "in_foreign": 3, "out_foreign": 2}
            panel.append(key | {"pop_raw": people} | {name: counts[name] for name in FLOWS})
            for sex, side in (("M", men(size)), ("F", women(size))):
                ages += [
                    key | {"sex": sex, "age": age, "value": float(n + more - 9)}
                    for age, n in zip(COLUMNS, side, strict=True)
                ]
    return pd.DataFrame(panel), pd.DataFrame(ages)


def _indices(path: Path) -> None:
    """Three workbooks: before 2011 units have no codes; 2012 has the pay index twice."""
    heads = ["都道府県名", "団体名", "財政力指数", "経常収支比率", "実質公債費比率", "将来負担比率", "ラスパイレス指数"]
    early = ["都道府県名", "団体名", "経常収支比率", "実質公債費比率", "起債制限比率", "財政力指数", "ラスパイレス指数"]
    books = {
        "H15.xlsx": [early, ["北海道", "函館市", 90, 10, 9, 0.5, "98.6"], ["北海道", "小樽市", 95, 12, 9, 0.4, "-"]],
        "H20.xlsx": [
            heads,
            ["北海道", "函館市", "(0.52)", 91, 11, 120.5, 99],
            ["青森県", "青森市", 0.3, 92, "－", "－", 95],
        ],
        "H24.xlsx": [
            ["団体コード", *heads, "ラスパイレス指数\n参考値※"],
            ["012025", "北海道", "函館市", 0.53, 92, 12, "-", 107.5, 99.5],
        ],
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, rows in books.items():
            data = workbook([["全市町村の主要財政指標"], *rows, ["全国市町村", "平均", 0.5]])
            member = tarfile.TarInfo(f"indices/city/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def workbook(rows: list[list[Any]]) -> bytes:
    """A spreadsheet file of one sheet with these cells, texts inline."""

    def cell(value: Any) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    data = "".join(f"<row>{''.join(cell(value) for value in row)}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">'
        '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return file.getvalue()
