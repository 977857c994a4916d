"""The pack `us`: 3,086 places of the United States on constant borders, 1969 to 2016."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from hinterland.data.importers import us_indicators as indicators
from hinterland.data.importers.raw import Frame, write_manifest, write_table
from hinterland.data.importers.us_ages import COUNTRY, bands, nation_ages, share_aged_nineteen
from hinterland.data.importers.us_units import YEARS, place_table, read_counties, read_rules, region_table
from hinterland.data.importers.wpp import write_drivers

MANIFEST: Final = Path(__file__).parent / "us_pack.toml"
DECIMALS: Final = 6


def write_us(source: Path, folder: Path) -> tuple[str, ...]:
    """Write the pack into `folder` (made if need be) from the folder of raw files.

    Returns sentences on what was repaired, put together and left out. The same files give the same bytes. InputError
    names a file that is missing or malformed, with column, row or code.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rules = read_rules()
    counties = read_counties(source, rules)
    nation = indicators.Nation(source, rules, counties)
    places = place_table(source, rules, counties)
    people = counties.places.rename(columns={"place": "code", "pop": "people"})[["code", "year", "people"]]
    write_manifest(folder, MANIFEST)
    write_table(folder / "places.csv", places, DECIMALS)
    write_table(folder / "regions.csv", region_table(source, places), DECIMALS)
    write_table(folder / "people.csv.gz", people, DECIMALS)
    nineteen = share_aged_nineteen(source, rules, counties.places)
    ages = bands(counties.places, nineteen)
    write_table(folder / "ages.csv.gz", ages, DECIMALS)
    write_table(folder / "region_ages.csv", nation_ages(source, rules, ages, counties.places), DECIMALS)
    write_table(folder / "society.csv.gz", indicators.society(nation), DECIMALS)
    said: list[str] = [f"{m.name} ({m.code}) is one place: {m.why}." for m in rules.merged]
    said.append(
        f"{counties.left_out:,} persons under the codes {', '.join(rules.drop)} are in no place: "
        "they had left their county before the hurricanes of 2005."
    )
    tables: dict[str, Callable[[indicators.Nation], tuple[Frame, tuple[str, ...]]]] = {
        "flows": indicators.flows,
        "moves": indicators.moves,
        "work": indicators.work,
        "homes": indicators.homes,
        "amenities": indicators.amenities,
    }
    for name, build in tables.items():
        table, sentences = build(nation)
        write_table(folder / f"{name}.csv.gz", table, 2)
        said += sentences
    write_drivers(source, folder, COUNTRY, YEARS[0])
    return tuple(said)
