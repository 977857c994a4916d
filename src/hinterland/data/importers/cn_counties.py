"""The pack `cn-counties`: China's counties in the censuses of 2010 and 2020, on borders that are the same in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hinterland.data.importers.cn_links import Matched, Unit, match
from hinterland.data.importers.cn_shapes import Shapes, is_zone, read_shapes
from hinterland.data.importers.cn_workbooks import (
    AGES,
    BOOKS,
    INDUSTRIES,
    YEARS,
    Census,
    read_census,
    read_rules,
    sector_shares,
)
from hinterland.data.importers.raw import Frame, write_manifest, write_table
from hinterland.errors import InputError

MANIFEST: Final = Path(__file__).parent / "cn_counties_pack.toml"
PROVINCES: Final = {
    "11": ("北京市", "Beijing"), "12": ("天津市", "Tianjin"), "13": ("河北省", "Hebei"), "14": ("山西省", "Shanxi"),
    "15": ("内蒙古自治区", "Inner Mongolia"), "21": ("辽宁省", "Liaoning"), "22": ("吉林省", "Jilin"),
    "23": ("黑龙江省", "Heilongjiang"), "31": ("上海市", "Shanghai"), "32": ("江苏省", "Jiangsu"),
    "33": ("浙江省", "Zhejiang"), "34": ("安徽省", "Anhui"), "35": ("福建省", "Fujian"), "36": ("江西省", "Jiangxi"),
    "37": ("山东省", "Shandong"), "41": ("河南省", "Henan"), "42": ("湖北省", "Hubei"), "43": ("湖南省", "Hunan"),
    "44": ("广东省", "Guangdong"), "45": ("广西壮族自治区", "Guangxi"), "46": ("海南省", "Hainan"),
    "50": ("重庆市", "Chongqing"), "51": ("四川省", "Sichuan"), "52": ("贵州省", "Guizhou"), "53": ("云南省", "Yunnan"),
    "54": ("西藏自治区", "Tibet"), "61": ("陕西省", "Shaanxi"), "62": ("甘肃省", "Gansu"), "63": ("青海省", "Qinghai"),
    "64": ("宁夏回族自治区", "Ningxia"), "65": ("新疆维吾尔自治区", "Xinjiang"),
}  # fmt: skip
"""First two digits of codes -> province."""
SHOWN: Final = 3
"""Names that a place of several counties shows."""
NEWCOMERS: Final = ("same_county", "same_province", "other_province")


@dataclass(frozen=True, slots=True)
class Panel:
    """Both censuses on the same places."""

    units: Mapping[str, Unit]
    """Code of the place -> its counties."""
    censuses: Mapping[int, Census]
    sums: Mapping[int, Frame]
    """Year -> counts by place."""

    def mean(self, year: int, figure: str, weight: str) -> Frame:
        """Mean of a figure by place, weighted by a count; NaN where no county publishes it."""
        counties = self.censuses[year].counties
        place = _place_of(self.units, year)
        shown = counties[figure].notna() & counties[weight].gt(0) & counties.index.isin(place)
        part = counties[shown]
        by_place = part.index.map(place)
        weighed = (part[figure] * part[weight]).groupby(by_place).sum() / part[weight].groupby(by_place).sum()
        return weighed.reindex(list(self.units))


def write_cn_counties(source: Path, folder: Path) -> tuple[str, ...]:
    """Write the pack into `folder` (made if need be) from the folder of raw files.

    Returns sentences on what was repaired, put together and left out. The same files give the same bytes. InputError
    names a file that is missing or malformed, with column, row or code, or a library that is needed and not there.
    """
    rules, shapes = read_rules(), read_shapes(source)
    zones = shapes.zones()
    censuses = {year: read_census(source, year, rules, zones) for year in YEARS}
    names = {year: census.counties["name"].to_dict() for year, census in censuses.items()}
    matched = match(names[YEARS[0]], names[YEARS[1]], rules, shapes)
    panel = _panel(matched, censuses)
    folder.mkdir(parents=True, exist_ok=True)
    write_manifest(folder, MANIFEST)
    places = _places(panel, shapes)
    write_table(folder / "places.csv", places, 5)
    write_table(folder / "regions.csv", _regions(places), 0)
    write_table(folder / "former.csv", _former(panel), 0)
    write_table(folder / "people.csv", _stacked({year: panel.sums[year][["people"]] for year in YEARS}), 0)
    write_table(folder / "ages.csv.gz", _ages(panel), 0)
    for name, table in _indicators(panel).items():
        write_table(folder / f"{name}.csv", table, 4)
    return (*(said for census in censuses.values() for said in census.repairs), *_said(panel, matched))


def _place_of(units: Mapping[str, Unit], year: int) -> dict[str, str]:
    """County -> place."""
    return {county: place for place, unit in units.items() for county in (unit.old if year == YEARS[0] else unit.new)}


def _panel(matched: Matched, censuses: Mapping[int, Census]) -> Panel:
    """Places under the code of their largest county of 2020."""
    people = censuses[YEARS[1]].counties["people"]
    units = {_largest(unit.new, people)[0]: unit for unit in matched.units}
    units = {code: units[code] for code in sorted(units)}
    sums: dict[int, Frame] = {}
    for year, census in censuses.items():
        place = _place_of(units, year)
        counts = census.counties[census.counties.index.isin(place)].drop(columns=["name", "city"])
        sums[year] = counts.groupby(counts.index.map(place)).sum(skipna=False).reindex(list(units))
    return Panel(units, censuses, sums)


def _largest(codes: Sequence[str], people: Frame) -> list[str]:
    """Codes by people, the largest first, development zones last."""
    return sorted(codes, key=lambda code: (is_zone(code), -people[code], code))


def _places(panel: Panel, shapes: Shapes) -> Frame:
    """The table places; the position is a point inside the largest county, the area that of all."""
    import pandas as pd

    counties = panel.censuses[YEARS[1]].counties
    rows: list[tuple[str, str, str, str, float, float, float]] = []
    for place, unit in panel.units.items():
        order = _largest(unit.new, counties["people"])
        lacking = [code for code in order if code not in shapes.counties]
        if lacking:
            remedy = "Get the shapes of 2020, or add the code under which they know it to [recoded]."
            what = f"{counties['name'][lacking[0]]} ({lacking[0]}) has no shape"
            raise InputError(what, remedy=remedy, where=BOOKS[YEARS[1]])
        members = [shapes.counties[code] for code in order]
        own = [counties["name"][code] for code in order]
        city = counties["city"][place] if own[0].endswith("区") and counties["city"][place] != own[0] else ""
        name = city + _joined(own, "、", "等{}县区")
        english = [member.name_en for member in members]
        name_en = _joined(english, ", ", " and {} more") if all(english) else ""
        area = sum(member.area for member in members)
        rows.append((place, name, name_en, f"{place[:2]}0000", members[0].lon, members[0].lat, area))
    return pd.DataFrame(rows, columns=["code", "name", "name_en", "region", "lon", "lat", "area_km2"])


def _joined(names: Sequence[str], comma: str, rest: str) -> str:
    """Names of the largest counties; `rest` says how many more there are, or in Chinese how many in all."""
    if len(names) <= SHOWN:
        return comma.join(names)
    shown = names[: SHOWN - 1]
    return comma.join(shown) + rest.format(len(names) if comma == "、" else len(names) - len(shown))


def _regions(places: Frame) -> Frame:
    import pandas as pd

    codes = sorted(places["region"].unique())
    return pd.DataFrame([(code, *PROVINCES[code[:2]]) for code in codes], columns=["code", "name", "name_en"])


def _former(panel: Panel) -> Frame:
    """Counties of 2010 whose code no county bears in 2020."""
    import pandas as pd

    names, now = panel.censuses[YEARS[0]].counties["name"], panel.censuses[YEARS[1]].counties.index
    old = _place_of(panel.units, YEARS[0])
    rows = [(code, names[code], place, YEARS[0]) for code, place in sorted(old.items()) if code not in now]
    return pd.DataFrame(rows, columns=["code", "name", "place", "year"])


def _stacked(tables: Mapping[int, Frame]) -> Frame:
    """Tables by place as one with code and year; rows without any figure left out."""
    import pandas as pd

    parts = [
        table.dropna(how="all").rename_axis("code").reset_index().assign(year=year) for year, table in tables.items()
    ]
    joined: Frame = pd.concat(parts, ignore_index=True)
    return joined[["code", "year", *joined.columns.drop(["code", "year"])]]


def _ages(panel: Panel) -> Frame:
    """The table ages, by sex in the groups of the census."""
    import pandas as pd

    labels = {0: "0", 1: "1-4", AGES[-1]: f"{AGES[-1]}+"} | {age: f"{age}-{age + 4}" for age in AGES[2:-1]}
    parts = [
        pd.DataFrame({"year": year, "order": age, "age": labels[age], "men": sums[f"m{age}"], "women": sums[f"f{age}"]})
        for year, sums in panel.sums.items()
        for age in AGES
    ]
    joined: Frame = pd.concat(parts).rename_axis("code").reset_index()
    return joined.sort_values(["year", "code", "order"], ignore_index=True).drop(columns="order")


def _indicators(panel: Panel) -> dict[str, Frame]:
    """vital, origins, jobs, homes and society."""
    import pandas as pd

    vital = {
        YEARS[0]: pd.DataFrame({n: panel.mean(YEARS[0], n, "people") for n in ("births_per_1000", "deaths_per_1000")})
    }
    origins, jobs, homes, society = {}, {}, {}, {}
    for year, sums in panel.sums.items():
        newcomers = {f"newcomers_{origin}_pct": 100 * sums[origin] / sums["people"] for origin in NEWCOMERS}
        registered = 100 * sums["registered"] / sums["people"] if "registered" in sums else float("nan")
        origins[year] = pd.DataFrame({"registered_per_100_residents": registered, **newcomers})
        jobs[year] = sector_shares(sums[[*INDUSTRIES, "employed"]])
        floor = panel.mean(year, "floor_m2_per_head", "in_households")
        per_household = sums["in_households"] / sums["households"]
        homes[year] = pd.DataFrame({"people_per_household": per_household, "floor_m2_per_head": floor})
        schooling = panel.mean(year, "schooling_years", "people")
        society[year] = pd.DataFrame({"urban_people": sums["urban"], "schooling_years": schooling})
    tables = {"vital": vital, "origins": origins, "jobs": jobs, "homes": homes, "society": society}
    return {name: _stacked(by_year) for name, by_year in tables.items()}


def _said(panel: Panel, matched: Matched) -> tuple[str, ...]:
    """Sentences on places of several counties, on counties without a partner, and on who is outside."""
    old, new = (panel.censuses[year].counties for year in YEARS)
    several = [(place, unit) for place, unit in panel.units.items() if len(unit.old) > 1 or len(unit.new) > 1]
    before, after = sum(len(unit.old) for _, unit in several), sum(len(unit.new) for _, unit in several)
    made = f"{len(several)} of them are made of several counties ({before} of {YEARS[0]}, {after} of {YEARS[1]})"
    said = [f"{len(panel.units):,} places; {made}."]
    for place, unit in several:
        earlier = "、".join(old["name"][code] for code in unit.old)
        later = "、".join(new["name"][code] for code in unit.new)
        said.append(f"{place}: {earlier} in {YEARS[0]}, {later} in {YEARS[1]}.")
    for codes, counties, year in ((matched.only_old, old, YEARS[0]), (matched.only_new, new, YEARS[1])):
        if codes:
            listed = ", ".join(f"{counties['name'][code]} ({counties['people'][code]:,.0f})" for code in codes)
            said.append(f"Left out, as nothing in the other census is the same: {listed} of {year}.")
    for year, census in panel.censuses.items():
        outside = census.people - panel.sums[year]["people"].sum()
        said.append(f"{outside:,.0f} of {census.people:,.0f} people of {year} are in no place.")
    return tuple(said)
