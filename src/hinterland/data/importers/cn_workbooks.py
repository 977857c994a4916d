"""The census workbooks of China's counties, 2010 and 2020: one table of the same columns for each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hinterland.data.importers.raw import AGAIN, Frame, need
from hinterland.errors import InputError, at

RULES: Final = Path(__file__).parent / "cn_counties.toml"
YEARS: Final = (2010, 2020)
BOOKS: Final = {2010: "cn/census_county_2010_v1.xlsx", 2020: "cn/census_county_2020_v1.xlsx"}
AGES: Final = (0, 1, *range(5, 86, 5))
"""First ages of the published groups, the last one open."""
SEXES: Final = {"m": "男", "f": "女"}
AGE_COLUMNS: Final = tuple(f"{sex}{age}" for age in AGES for sex in SEXES)
INDUSTRIES: Final = {
    "farm": ("农林牧渔业",),
    "mine": ("采矿业",),
    "industry": ("制造业", "电力、燃气及水的生产和供应业", "电力热力燃气及水生产和供应业"),
    "tradable_services": (
        "信息传输", "信息传输软件和信息技术服务业", "金融业", "租赁和商务服务业", "科学研究、技术服务和地质勘察业",
        "科学研究和技术服务业", "文化、体育和娱乐业", "文化体育和娱乐业",
    ),
    "local_services": (
        "建筑业", "批发和零售业", "交通运输", "交通运输仓储和邮政业", "住宿和餐饮业", "房地产业",
        "居民服务和其他服务业", "居民服务修理和其服务业",
    ),
    "public": (
        "水利、环境和公共设施管理业", "水利环境和公共设施管理业", "教育", "卫生、社会保障和社会福利业",
        "卫生和社会工作", "公共管理和社会组织", "公共管理社会保障和社会组织",
        "国际组织",
    ),
}  # fmt: skip
"""Sector -> its industries as the two workbooks print them."""
GARBLED: Final = {
    "仓储和邮政业": "交通运输",
    "交通运输、计算机服务和软件业": "信息传输",
    "信息传输、批发和零售业": "批发和零售业",
}
"""Three headers of 2010 slid into each other -> the industry that stands below."""
COLUMNS: Final[Mapping[int, Mapping[str, str]]] = {
    2010: {
        "合计": "people", "户籍人口": "registered", "城镇人口": "urban", "户数": "households",
        "人口数": "in_households", "出生率（‰）": "births_per_1000", "死亡率（‰）": "deaths_per_1000",
        "迁入人口（人）-本县（市）/本市市区": "same_county",
        "迁入人口（人）-本省其他县（市）、市区": "same_province", "迁入人口（人）-外省": "other_province",
        "平均受教育年限（年）-合计": "schooling_years", "人均住房建筑面积（平方米/人）": "floor_m2_per_head",
        "各种行业人口总计": "employed",
    },
    2020: {
        "人口数_合计": "people", "城镇人口": "urban", "家庭户数": "households", "家庭户人口数": "in_households",
        "户口登记地在外乡镇街道人口_本县": "same_county",
        "户口登记地在外乡镇街道人口_本省其他县": "same_province",
        "户口登记地在外乡镇街道人口_省外": "other_province", "平均受教育年限_合计": "schooling_years",
        "人均住房建筑面积": "floor_m2_per_head", "各种行业人口总计": "employed",
    },
}  # fmt: skip
ZERO_WHERE_BLANK: Final = ("urban", "same_county", "same_province", "other_province", *AGE_COLUMNS)
"""Counts of nobody are printed as blanks."""


@dataclass(frozen=True, slots=True)
class Swap:
    """Two counties whose figures of 2010 stand in each other's row."""

    codes: tuple[str, str]
    names: str


@dataclass(frozen=True, slots=True)
class Misprint:
    """A cell of 2010 and what it must be."""

    code: str
    column: str
    printed: float
    meant: float
    why: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What cn_counties.toml says."""

    uncoded: Mapping[str, str]
    recoded: Mapping[str, str]
    swapped: tuple[Swap, ...]
    misprints: tuple[Misprint, ...]
    became: Mapping[str, tuple[str, ...]]
    also: Mapping[str, tuple[str, ...]]


def read_rules(path: Path = RULES) -> Rules:
    """The rules that a TOML file holds, by default those of the package."""
    values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return Rules(
        uncoded=values["uncoded"],
        recoded=values["recoded"],
        swapped=tuple(Swap((swap["codes"][0], swap["codes"][1]), swap["names"]) for swap in values["swapped"]),
        misprints=tuple(Misprint(**misprint) for misprint in values["misprint"]),
        became={old: tuple(new) for old, new in values["became"].items()},
        also={old: tuple(new) for old, new in values["also"].items()},
    )


@dataclass(frozen=True, slots=True)
class Census:
    """One census: its counties, and what belongs to none."""

    year: int
    counties: Frame
    """By code: name, city (the prefecture, in 2020), COLUMNS of the year, AGE_COLUMNS, sectors of INDUSTRIES [persons].

    NaN where not published.
    """
    people: float
    """Everybody, by the rows of provinces."""
    repairs: tuple[str, ...]


def read_census(source: Path, year: int, rules: Rules, zones: Mapping[tuple[str, str], str]) -> Census:
    """The counties of a census; `zones` gives the code of a development zone by its prefecture [4 digits] and name.

    Counties are the rows with a county's code, those without a code that the rules or `zones` name, and prefectures
    without counties. InputError names a missing file or column, a value that is no number, and ages that do not sum.
    """
    table = _table(source, year)
    names = table["name"].astype(str).str.strip().str.replace("巿", "市", regex=False)
    codes = _codes(table["code"], year).replace(dict(rules.recoded))
    prefecture = codes.ffill().fillna("").str.slice(0, 4)
    by_name = names.map(rules.uncoded) if year == YEARS[0] else None
    zone = _series([zones.get(key) for key in zip(prefecture, names, strict=True)], table)
    blank = codes.isna()
    codes = codes.where(~blank, zone if by_name is None else by_name.fillna(zone))
    # Zones bear other codes in the shapes; their names are the same.
    codes = codes.where(codes.str.slice(4, 5) != "7", zone.fillna(codes))
    figures, repairs = _figures(table, year)
    city = table.get("city", "")
    full = figures.assign(name=names, city=city, code=codes)[codes.notna() & figures["people"].notna()]
    whole = full[full["code"].str.endswith("0000")]
    counties = _counties(full)
    counties, mended = _mend(counties, year, rules)
    return Census(year, counties, float(whole["people"].sum()), (*repairs, *mended))


def sector_shares(counties: Frame) -> Frame:
    """Per cent of the employed by sector; NaN where the sectors miss the employed by more than half a per cent."""
    sums = counties[list(INDUSTRIES)].sum(axis=1)
    agrees = (sums - counties["employed"]).abs() <= 0.005 * counties["employed"]
    shares = counties[list(INDUSTRIES)].div(sums, axis=0).mul(100)
    return shares.where(agrees & (sums > 0)).rename(columns="jobs_{}_pct".format)


def _table(source: Path, year: int) -> Frame:
    """The sheet with columns under the workbook's names, blanks taken out, and `code`, `name` under ours."""
    path = need(source, BOOKS[year])
    try:
        import python_calamine  # noqa: F401  # pyright: ignore[reportUnusedImport] - pandas reads through it
    except ImportError as error:
        remedy = "Install it: pip install 'hinterland[sources]'."
        raise InputError("python-calamine is needed to read it", remedy=remedy, where=BOOKS[year]) from error
    import pandas as pd

    try:
        table: Frame = pd.read_excel(path, engine="calamine", dtype=object, na_values=["NA"], keep_default_na=False)
    except Exception as error:
        # The reader's own error types are not public.
        raise InputError(f"cannot be read ({error})", remedy=AGAIN, where=BOOKS[year]) from error
    printed = {column: re.sub(r"\s", "", str(column)).replace(")", "）").replace("(", "（") for column in table.columns}
    table = table.rename(columns=printed).rename(columns=GARBLED if year == YEARS[0] else {})
    named = (
        {"区划代码": "code", "地区": "name"} if year == YEARS[0] else {"区划代码": "code", "区县": "name", "市": "city"}
    )
    wanted = [*named, *COLUMNS[year], *_age_headers(year)]
    for column in wanted:
        if column not in table.columns:
            raise InputError(f"column {column!r} is missing", remedy=AGAIN, where=BOOKS[year])
    return table.rename(columns=named)


def _age_headers(year: int) -> dict[str, str]:
    """Header -> AGE_COLUMNS."""
    if year == YEARS[0]:
        labels = ["0岁", "1-4岁", *(f"{age}-{age + 4}岁" for age in AGES[2:-1]), "85岁及以上"]
        return {
            f"{label}（{sign}）": f"{sex}{age}"
            for label, age in zip(labels, AGES, strict=True)
            for sex, sign in SEXES.items()
        }
    labels = ["0岁", "1到4岁", *(f"{age}到{age + 4}岁" for age in AGES[2:-1]), "85岁以上"]
    return {
        f"{sign}_{label}": f"{sex}{age}" for label, age in zip(labels, AGES, strict=True) for sex, sign in SEXES.items()
    }


def _codes(column: Frame, year: int) -> Frame:
    """Six digits as text, NaN where blank."""
    import pandas as pd

    numbers: Frame = pd.to_numeric(column, errors="coerce")
    wrong = numbers.isna() & column.notna() & (column.astype(str).str.strip() != "")
    if wrong.any():
        entry = int(wrong.to_numpy().argmax())
        where = at(BOOKS[year], row=entry + 2, column="区划代码")
        raise InputError(f"{column.iloc[entry]!r} is not a code", remedy=AGAIN, where=where)
    return numbers.astype("Int64").astype("string").astype(object).where(numbers.notna())


def _series(values: list[str | None], like: Frame) -> Frame:
    import pandas as pd

    return pd.Series(values, index=like.index, dtype=object)


def _figures(table: Frame, year: int) -> tuple[Frame, tuple[str, ...]]:
    """The figures of every row under our names, and what was repaired."""
    import pandas as pd

    def numbers(header: str) -> Frame:
        column = table[header]
        found: Frame = pd.to_numeric(column, errors="coerce")
        wrong = (found.isna() & column.notna() & (column.astype(str).str.strip() != "")).to_numpy()
        if wrong.any():
            entry = int(wrong.argmax())
            where = at(BOOKS[year], row=entry + 2, column=header)
            raise InputError(f"{column.iloc[entry]!r} is not a number", remedy=AGAIN, where=where)
        return found

    figures = {own: numbers(header) for header, own in (*COLUMNS[year].items(), *_age_headers(year).items())}
    for name in ZERO_WHERE_BLANK:
        figures[name] = figures[name].fillna(0.0)
    printed = table[[header for headers in INDUSTRIES.values() for header in headers if header in table.columns]]
    industries, repaired = _mend_counts(printed, figures["employed"])
    sectors = {
        sector: industries[[header for header in headers if header in industries]].sum(axis=1)
        for sector, headers in INDUSTRIES.items()
    }
    said = (
        f"Census of {year}: {repaired} counts of the employed by industry are negative, have fractions or cannot be "
        "read; they were replaced by what the total leaves."
    )
    return pd.DataFrame(figures | sectors), (said,) if repaired else ()


def _mend_counts(printed: Frame, employed: Frame) -> tuple[Frame, int]:
    """Employed by industry; the one count of a row that can be none is what the total less the others leaves."""
    import pandas as pd

    industries: Frame = printed.apply(pd.to_numeric, errors="coerce")
    unreadable = (
        industries.isna() & printed.notna() & (printed.astype(str).apply(lambda column: column.str.strip()) != "")
    )
    industries = industries.fillna(0.0)
    wrong = unreadable | (industries < 0) | (industries % 1 != 0)
    single = wrong.sum(axis=1) == 1
    rest = (employed - industries.where(~wrong, 0.0).sum(axis=1)).clip(lower=0)
    mended = industries.mask(wrong & single.to_numpy()[:, None], rest, axis=0)
    return mended.clip(lower=0), int(single.sum())


def _counties(full: Frame) -> Frame:
    """Rows of counties, and of prefectures without any, by code."""
    is_county = ~full["code"].str.endswith("00")
    with_counties = set(full.loc[is_county, "code"].str.slice(0, 4))
    alone = full["code"].str.endswith("00") & ~full["code"].str.endswith("0000")
    alone &= ~full["code"].str.slice(0, 4).isin(with_counties)
    return full[is_county | alone].drop_duplicates("code").set_index("code").sort_index()


def _mend(counties: Frame, year: int, rules: Rules) -> tuple[Frame, tuple[str, ...]]:
    """Swapped rows and misprinted cells put right; InputError where ages still do not sum to the people."""
    said: list[str] = []
    counties = counties.copy()
    for swap in rules.swapped if year == YEARS[0] else ():
        if counties.index.isin(swap.codes).sum() == 2:
            one, other = swap.codes
            figures = counties.columns.drop(["name", "city"])
            counties.loc[[one, other], figures] = counties.loc[[other, one], figures].to_numpy()
            said.append(f"Census of {year}: the figures of {swap.names} stand in each other's row; exchanged.")
    for misprint in rules.misprints if year == YEARS[0] else ():
        if misprint.code in counties.index and counties.loc[misprint.code, misprint.column] == misprint.printed:
            counties.loc[misprint.code, misprint.column] = misprint.meant
            said.append(f"Census of {year}: {misprint.printed:,} read as {misprint.meant:,}: {misprint.why}.")
    off = (counties[list(AGE_COLUMNS)].sum(axis=1) - counties["people"]).abs()
    wrong = off > 1e-4 * counties["people"]
    if wrong.any():
        code = wrong.idxmax()
        what = f"the ages of {counties.loc[code, 'name']} ({code}) miss its people by {off[code]:,.0f}"
        raise InputError(what, remedy=f"Get the file again, or add the misprint to {RULES.name}.", where=BOOKS[year])
    return counties, tuple(said)
