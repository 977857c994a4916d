"""Japan's resident register on the borders of 2020: nationals by sex and age at 31 March, and what changed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hinterland.data.importers.jp_borders import check_sums, place_of_units
from hinterland.data.importers.jp_panels import NATIONALS, NATIONALS_AGES, Array, cube, read_panel
from hinterland.data.importers.jp_repairs import Flags, repair_ages, wrong_flows
from hinterland.data.importers.raw import Frame, read_csv
from hinterland.errors import InputError

VITAL: Final = "jp/juki_population_vital_migration_1995_2022.csv.gz"
AGES: Final = "jp/juki_age_sex_1995_2022.csv.gz"

YEARS: Final = tuple(range(1995, 2023))
MIXED: Final = 2013
"""From this year the register counts foreigners in; nationals stand in the panels only."""
JANUARY: Final = 2014
"""From this year stocks are of 1 January and flows of calendar years, before of 31 March and of April to March."""
QUARTER: Final = 0.25
"""Share of a year between 1 January and 31 March."""

COLUMNS: Final = {
    "a00_04": "0-4",
    **{f"a{age:02}_{age + 4:02}": f"{age}-{age + 4}" for age in range(5, 80, 5)},
    "a80p": "80+",
}
"""Column of an age group -> label in the pack."""
SEXES: Final = {"M": "men", "F": "women"}
FLOWS: Final = ("births", "deaths", "in_total", "out_total", "in_foreign", "out_foreign")


@dataclass(frozen=True, slots=True)
class Register:
    """The rebuilt panel; years are `YEARS`, stocks of 31 March, flows of the twelve months up to it."""

    codes: tuple[str, ...]
    people: Array
    """[place, year] nationals."""
    ages: Array
    """[place, year, sex, age] nationals, men first; sums are `people`."""
    flows: Mapping[str, Array]
    """Column of the table `flows` -> [place, year], NaN where not published or wrong."""
    units: Frame
    """The register's own rows with `code`, `pref`, `name`, `year` and `people`."""
    place_of: dict[str, str]
    """Unit -> present place."""
    wrong_ages: Flags
    """[place, year] tables of ages that were repaired."""
    wrong_flows: Flags
    """[place, year] rows of flows that were left out."""
    scaled: int
    """Tables of one sex whose ages missed the published people and were scaled to them."""


def read_register(source: Path, places: dict[str, str]) -> Register:
    """The register rebuilt from the raw files; `places` is the merger map, code -> present place.

    Up to 2012 everything comes from the raw files. From 2013 they hold foreigners too, whose number by municipality
    they do not give; nationals of these years come from the ready panels, which were made from the register's tables
    of nationals, are put to 31 March by a straight line between 1 January and the next (the last year's continued),
    and must not exceed the raw residents. Flows of calendar years are put on the same twelve months alike.

    Raises InputError where a file is missing or malformed, people do not sum to the prefectures', or a place lacks a
    year.
    """
    units, counts = _raw_counts(source)
    place_of = place_of_units(units, places, VITAL)
    mapped = counts[counts["code"].isin(place_of)]
    check_sums(counts, mapped, VITAL)
    mapped = mapped.assign(place=mapped["code"].map(place_of))
    codes = tuple(sorted(set(places.values())))
    residents = cube(
        mapped.groupby(["place", "year"])[["people", "male", "female", *FLOWS[:4]]].sum(), codes, YEARS, VITAL
    )
    early = YEARS.index(MIXED)
    nationals = _nationals(source, codes, residents["people"])
    people = np.concatenate([residents["people"][:, :early], nationals["people"]], axis=1)
    sexes = np.stack([residents["male"], residents["female"]], axis=2)[:, :early]
    ages, scaled = _ages(source, place_of, codes, sexes)
    ages = np.concatenate([ages, _national_ages(source, codes, nationals["people"])], axis=1)
    repaired = repair_ages(ages[:, : early + 1], early - 1)
    flows = {name: np.concatenate([_early(residents, name, early), nationals[name]], axis=1) for name in FLOWS}
    kept, wrong = _flows({name: _to_march(values, YEARS) for name, values in flows.items()}, people)
    return Register(
        codes=codes,
        people=people,
        ages=np.concatenate([repaired.ages[:, :early], ages[:, early:]], axis=1),
        flows=kept,
        units=units,
        place_of=place_of,
        wrong_ages=repaired.wrong,
        wrong_flows=wrong,
        scaled=scaled,
    )


def _raw_counts(source: Path) -> tuple[Frame, Frame]:
    """Units (code, pref, name, year, people) and everything counted of them; codes lose their check digit."""
    numbers = ("year", "pop", "male", "female", *FLOWS)
    rows = read_csv(source, VITAL, ("code", "pref", "name"), numbers)
    rows = rows.assign(code=rows["code"].str.zfill(6).str[:5]).rename(columns={"pop": "people"})
    rows = rows[rows["year"].isin(YEARS)]
    return rows[["code", "pref", "name", "year", "people"]], rows.drop(columns=["pref", "name"])


def _early(residents: Mapping[str, Array], name: str, early: int) -> Array:
    """[place, year] a flow before `MIXED`; moves to and from abroad were not told apart then."""
    values = residents.get(name)
    return np.full((len(residents["people"]), early), np.nan) if values is None else values[:, :early]


def _nationals(source: Path, codes: tuple[str, ...], residents: Array) -> dict[str, Array]:
    """Nationals from `MIXED` on, [place, year]: `people` at 31 March and flows as published."""
    years = YEARS[YEARS.index(MIXED) :]
    table = read_panel(source, NATIONALS, (), ("year", "pop_raw", *FLOWS))
    found = cube(table.set_index(["place", "year"]), codes, years, NATIONALS)
    over = np.argwhere(found["pop_raw"] > residents[:, YEARS.index(MIXED) :])
    if over.size:
        place, year = over[0]
        what = f"place {codes[place]} has more nationals in {years[year]} than {VITAL} has residents"
        raise InputError(what, remedy="The two files do not belong together; see docs/data.md.", where=NATIONALS)
    people = found["pop_raw"]
    march = _to_march(people, years)
    march[:, -1] += QUARTER * (people[:, -1] - people[:, -2])
    return {name: found[name] for name in FLOWS} | {"people": march}


def _ages(source: Path, place_of: dict[str, str], codes: tuple[str, ...], sexes: Array) -> tuple[Array, int]:
    """[place, year, sex, age] before `MIXED`, scaled to `sexes` [place, year, sex], and how many tables were."""
    rows = read_csv(source, AGES, ("code", "sex"), ("year", *COLUMNS))
    rows = rows[(rows["year"] < MIXED) & rows["year"].isin(YEARS) & (rows["sex"] != "T")]
    rows = rows.assign(place=rows["code"].str.zfill(6).str[:5].map(place_of)).dropna(subset="place")
    table = rows.groupby(["sex", "place", "year"])[list(COLUMNS)].sum()
    years = YEARS[: YEARS.index(MIXED)]
    sides = []
    for sex in SEXES:
        if sex not in table.index.get_level_values("sex"):
            raise InputError(f"there are no rows of sex {sex!r}", remedy="It holds M, F and T.", where=AGES)
        found = cube(table.loc[sex], codes, years, AGES)
        sides.append(np.stack([found[column] for column in COLUMNS], axis=2))
    ages = np.stack(sides, axis=2)
    held = ages.sum(axis=3)
    factor = np.divide(sexes, held, out=np.ones_like(held), where=held > 0)
    return ages * factor[..., None], int((held != sexes).sum())


def _national_ages(source: Path, codes: tuple[str, ...], people: Array) -> Array:
    """[place, year, sex, age] nationals at 31 March from `MIXED` on, scaled to `people` [place, year]."""
    years = YEARS[YEARS.index(MIXED) :]
    table = read_panel(source, NATIONALS_AGES, ("sex", "age"), ("year", "value"))
    table = table[table["year"].isin(years)]
    wide = table.pivot_table(index=["place", "year"], columns=["sex", "age"], values="value", aggfunc="sum")
    wanted = [(sex, column) for sex in SEXES for column in COLUMNS]
    lacking = [name for name in wanted if name not in wide.columns]
    if lacking:
        raise InputError(
            f"it has no rows of sex and age {lacking[0]}", remedy="See docs/data.md.", where=NATIONALS_AGES
        )
    flat = wide.set_axis([f"{sex} {age}" for sex, age in wide.columns], axis=1)
    found = cube(flat, codes, years, NATIONALS_AGES)
    ages = np.stack([found[f"{sex} {age}"] for sex, age in wanted], axis=2)
    ages = ages.reshape(len(codes), len(years), len(SEXES), len(COLUMNS))
    return ages * (people / np.maximum(ages.sum(axis=(2, 3)), 1.0))[:, :, None, None]


def _to_march(values: Array, years: Sequence[int]) -> Array:
    """[place, year] values of 1 January and of the calendar years ended by it put on 31 March: one quarter of the next.

    The last year's next is not published. Its value stays: its stock continues the change of the year before, so that
    the flow is that year's.
    """
    first = years.index(JANUARY)
    moved = values.copy()
    moved[:, first:-1] = (1 - QUARTER) * values[:, first:-1] + QUARTER * values[:, first + 1 :]
    return moved


def _flows(march: Mapping[str, Array], people: Array) -> tuple[dict[str, Array], Flags]:
    """Columns of the table `flows`, and where a row was wrong and left out.

    The register's arrivals and departures hold those from and to abroad. From `MIXED` on they are told apart.
    """
    births, deaths, arrivals, departures, from_abroad, to_abroad = (march[name] for name in FLOWS)
    wrong = wrong_flows(births, deaths, arrivals, departures, people)
    columns = {
        "births": births,
        "deaths": deaths,
        "arrivals": arrivals - np.nan_to_num(from_abroad),
        "departures": departures - np.nan_to_num(to_abroad),
        "from_abroad": from_abroad,
        "to_abroad": to_abroad,
    }
    return {name: np.where(wrong, np.nan, values) for name, values in columns.items()}, wrong
