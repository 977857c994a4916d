"""The embedded pack of China, made from the folder of compiled facts: same facts, same bytes."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from hinterland.axes import SECTORS

CODE: Final = "cn"
YEARS: Final = (2010, 2020)
MANIFEST: Final = Path(__file__).parent / "cn_pack.toml"
LINES: Final = Path(__file__).parents[2] / "packs" / CODE / "lines.csv"
"""Compiled by hand from reports of openings: no file of the facts holds it, and the pack is where it is kept."""
Row = dict[str, str]

_INDICATORS: Final = {
    "vital": ("births_per_1000", "deaths_per_1000"),
    "origins": (
        "registered_per_100_residents",
        "newcomers_same_county_pct",
        "newcomers_same_province_pct",
        "newcomers_other_province_pct",
    ),
    "jobs": tuple(f"jobs_{sector}_pct" for sector in SECTORS),
    "homes": ("people_per_household", "floor_m2_per_head"),
    "society": ("urban_people", "schooling_years"),
}
_FACT_NAMES: Final = {"urban_people": "urban"}
"""Pack column -> column of the facts where they differ."""

_BOUNDS: Final = ("80l", "80u", "95l", "95u", "low", "high")


def write_pack(facts: Path, folder: Path) -> None:
    """Write the pack into `folder` (made if need be) from the facts; FileNotFoundError names a file that is missing."""
    places = _read(facts, "cn_prefectures.csv")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_bytes(MANIFEST.read_bytes().replace(b"\r\n", b"\n"))
    _write(folder, "places", _places(places))
    _write(folder, "regions", _regions(places))
    _write(
        folder,
        "people",
        [{"code": p["code"], "year": str(y), "people": p[f"people_{y}"]} for y in YEARS for p in places],
    )
    _write(folder, "ages", _sorted(_read(facts, "cn_prefecture_age_sex.csv")))
    _write(folder, "region_ages", _region_ages(_read(facts, "cn_province_age_sex.csv")))
    _write(folder, "rescaled", _rescaled(_read(facts, "cn_prefecture_age_sex_notes.csv")))
    for table, columns in _INDICATORS.items():
        _write(folder, table, _indicator(places, columns))
    (folder / LINES.name).write_bytes(LINES.read_bytes().replace(b"\r\n", b"\n"))
    _write(folder, "nation", _nation(_read(facts, "cn_nation_drivers.csv"), _read(facts, "cn_nation_projection.csv")))
    _write(folder, "mortality", _mortality(_read(facts, "cn_nation_mortality.csv")))
    _write(folder, "fertility_age", _fertility(_read(facts, "cn_nation_fertility_age.csv")))
    _write(folder, "migrants_age", _migrants(_read(facts, "cn_nation_migrants_age.csv")))


def _read(facts: Path, name: str) -> list[Row]:
    with (facts / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(folder: Path, table: str, rows: Sequence[Row]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _places(places: Iterable[Row]) -> list[Row]:
    return [
        {
            "code": p["code"],
            "name": p["name"],
            "name_en": p["name_en"],
            "region": p["province_code"],
            "seat": p["provincial_seat"],
            "lon": p["lon"],
            "lat": p["lat"],
            "area_km2": p["area_km2"],
        }
        for p in places
    ]


def _regions(places: Iterable[Row]) -> list[Row]:
    named = {p["province_code"]: (p["province"], p["province_en"]) for p in places}
    return [{"code": code, "name": name, "name_en": name_en} for code, (name, name_en) in sorted(named.items())]


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["year"], row["code"]))


def _region_ages(rows: Iterable[Row]) -> list[Row]:
    table = [
        {"region": r["province_code"], "year": r["year"], "age": r["age"], "men": r["men"], "women": r["women"]}
        for r in rows
    ]
    return sorted(table, key=lambda row: (row["year"], row["region"]))


def _rescaled(rows: Iterable[Row]) -> list[Row]:
    return [{"code": r["code"], "year": r["year"], "factor": r["factor"]} for r in rows]


def _indicator(places: Iterable[Row], columns: Sequence[str]) -> list[Row]:
    """Rows of the places and years with a figure; columns as in the facts less the year."""
    table: list[Row] = []
    for year in YEARS:
        for p in places:
            figures = {c: p.get(f"{_FACT_NAMES.get(c, c)}_{year}", "").removesuffix(".0") for c in columns}
            if any(figures.values()):
                table.append({"code": p["code"], "year": str(year), **figures})
    return table


def _nation(drivers: Iterable[Row], projection: Iterable[Row]) -> list[Row]:
    """Persons instead of thousands, the projection's bounds joined to the medium course."""
    bounds = {row["year"]: row for row in projection}
    table: list[Row] = []
    for d in drivers:
        p = bounds.get(d["year"], {})
        row: Row = {"year": d["year"], "people": _persons(d["people_thousand_31_december"])}
        row |= {f"people_{b}": _persons(p.get(f"pop_{b}", "")) for b in _BOUNDS}
        row |= {"fertility": d["tfr"], **{f"fertility_{b}": d[f"tfr_{b}"] for b in _BOUNDS}}
        for sex, letter in (("men", "M"), ("women", "F")):
            name = f"life_expectancy_{sex}"
            row |= {name: d[f"e0{letter}"], **{f"{name}_{b}": d[f"e0{letter}_{b}"] for b in _BOUNDS[:2]}}
        row |= {"net_migrants": _persons(d["net_migrants_thousand"])}
        row |= {f"net_migrants_{b}": _persons(d[f"mig_{b}"]) for b in _BOUNDS[:4]}
        row |= {"sex_ratio_at_birth": d["sex_ratio_at_birth"]}
        row |= {"births": _persons(d["births_thousand"]), "deaths": _persons(d["deaths_thousand"])}
        table.append(row)
    return table


def _mortality(rows: Iterable[Row]) -> list[Row]:
    labels = {"0": "0", "1": "1-4"} | {str(age): f"{age}-{age + 4}" for age in range(5, 100, 5)} | {"100+": "100+"}
    return [{"period": r["period"], "age": labels[r["age"]], "men": r["mxM"], "women": r["mxF"]} for r in rows]


def _fertility(rows: Iterable[Row]) -> list[Row]:
    return [{"period": r["period"], "age": r["age"], "pct": r["pasfr"]} for r in rows]


def _migrants(rows: Iterable[Row]) -> list[Row]:
    """Persons per year: the facts hold thousands per five years (their sums are five times the yearly net)."""
    return [
        {
            "period": r["period"],
            "age": r["age"],
            "men": _persons(r["men_thousand"], years=5),
            "women": _persons(r["women_thousand"], years=5),
        }
        for r in rows
    ]


def _persons(thousands: str, years: int = 1) -> str:
    """Thousands as persons per year, in decimals so that the text is the same everywhere; blank stays blank."""
    if not thousands:
        return ""
    value = (Decimal(thousands) * 1000 / years).normalize()
    return f"{value + 0:f}" if value else "0"


if __name__ == "__main__":
    write_pack(Path(sys.argv[1]), Path(sys.argv[2]))
