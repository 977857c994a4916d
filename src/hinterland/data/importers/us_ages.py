"""Ages of the pack `us`: SEER's four bands put on five-year edges, and an estimate of the nation's five-year ages.

SEER's file has 0-18, 19-44, 45-64 and 65 and over. No raw file tells how many are 19 or how a band is spread, so both
come from births and deaths: those born in a year, less those who have died since (United Nations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import FIVE_YEARS, SEXES
from hinterland.data.importers.raw import Frame, read_csv
from hinterland.data.importers.us_units import BANDS, Rules
from hinterland.data.importers.wpp import PERIOD, THOUSAND, of_country
from hinterland.data.impute import Bands, fit
from hinterland.errors import InputError

COUNTRY: Final = 840
FIRST_BIRTHS: Final = 1950
DECADES: Final = "us/acs_2006_2010_county_pop_10yr_age.csv"
DECADE_COLUMNS: Final = ("0_9", "10_19", "20_29", "30_39", "40_49", "50_59", "60_69", "70_79", "80_99")
PATTERN_YEAR: Final = 2008
"""Middle of the five years of the survey that counts ages by tens."""
STARTS: Final = (0, 20, 45, 65)
LABELS: Final = ("0-19", "20-44", "45-64", "65+")
EDGES: Final = (0, 10, 20, 30, 40, 45, 50, 60, 65, 70, 80)
"""First ages of groups whose persons are known in the year of the pattern: by tens, and cut at SEER's edges."""
OLDEST: Final = 110

Array = NDArray[np.float64]


def bands(places: Frame, nineteen: dict[int, float]) -> Frame:
    """The table ages: code, year, age and people in 0-19, 20-44, 45-64 and 65+.

    `places` has place, year and SEER's bands; `nineteen` is the share of persons aged 19 among those of 19-44 by year.
    They move from the second band to the first, in whole persons, so that every total stays.
    """
    moved = (places["age_19_44"] * places["year"].map(nineteen)).round().astype(int)
    groups = {
        "0-19": places["age_0_18"] + moved,
        "20-44": places["age_19_44"] - moved,
        "45-64": places["age_45_64"],
        "65+": places["age_65p"],
    }
    wide = places[["place", "year"]].assign(**groups).rename(columns={"place": "code"})
    long = wide.melt(["code", "year"], list(LABELS), "age", "people")
    return long.sort_values(["year", "code"], kind="stable", ignore_index=True)


def share_aged_nineteen(source: Path, rules: Rules, places: Frame) -> dict[int, float]:
    """Year -> persons aged 19 over those of 19-44 in the nation.

    Survivors of those born 19 years before, times SEER's 0-18 over the survivors of those born since, which stands for
    migrants and for what the two sources count differently. One factor for all years brings this to the figure of
    2008: persons of 0-19 in the American Community Survey less SEER's of 0-18.
    """
    cohorts = read_cohorts(source)
    nation = places.groupby("year")[["pop", *BANDS]].sum()
    persons: dict[int, float] = {}
    for year in nation.index:
        alive = cohorts.survivors(int(year)).sum(axis=0)
        persons[int(year)] = float(alive[19] * nation.loc[year, "age_0_18"] / alive[:19].sum())
    known = _known_groups(source, rules, places)
    factor = (known[:2].sum() - nation.loc[PATTERN_YEAR, "age_0_18"]) / persons[PATTERN_YEAR]
    return {year: float(count * factor / nation.loc[year, "age_19_44"]) for year, count in persons.items()}


def nation_ages(source: Path, rules: Rules, ages: Frame, places: Frame) -> Frame:
    """The table region_ages: the nation by year, sex and five-year group, an estimate.

    In 2008 persons by ten years of age (American Community Survey 2006-2010) are scaled to SEER's nation, cut at 45
    and 65 by its bands, and spread over sexes and single years by survivors of births. How far a cohort of 2008 is
    from its survivors (it has migrated, or was born before births are known) holds in other years too; cohorts beyond
    0 and 84 in 2008 take the ratio of the nearest. Each year is then fitted to SEER's men, women and bands (`ages`, as
    `bands` gives them) by iterative proportional fitting.
    """
    import pandas as pd

    cohorts = read_cohorts(source)
    sexes = places.groupby("year")[["male", "female"]].sum()
    known = ages.pivot_table(index="year", columns="age", values="people", aggfunc="sum")[list(LABELS)]
    alive = cohorts.survivors(PATTERN_YEAR)
    ratio = _fitted(alive, EDGES, sexes.loc[PATTERN_YEAR], _known_groups(source, rules, places)) / alive
    tables: list[Frame] = []
    of_five = np.minimum(np.arange(OLDEST) // FIVE_YEARS.width, len(FIVE_YEARS) - 1)
    for year in known.index:
        cohort = (np.arange(OLDEST) - (year - PATTERN_YEAR)).clip(0, FIVE_YEARS.open - 1)
        single = _fitted(cohorts.survivors(int(year)) * ratio[:, cohort], STARTS, sexes.loc[year], known.loc[year])
        men, women = (np.bincount(of_five, weights=row).round() for row in single)
        tables.append(pd.DataFrame({"year": year, "age": FIVE_YEARS.labels, "men": men, "women": women}))
    return pd.concat(tables, ignore_index=True).assign(region="us")[["region", "year", "age", "men", "women"]]


def _fitted(single: Array, starts: Sequence[int], sexes: Frame, groups: Frame | Array) -> Array:
    """Persons [sex, age] fitted to men and women and to persons [group]; groups begin at the ages `starts`."""
    group = np.searchsorted(starts, np.arange(OLDEST), side="right") - 1
    seed = np.stack([np.bincount(group, weights=row) for row in single]).astype(np.float64)
    fitted = fit(seed, Bands.totals(np.asarray(sexes, float), len(starts)), np.asarray(groups, float))
    return single * (fitted / seed)[:, group]


def _known_groups(source: Path, rules: Rules, places: Frame) -> Array:
    """Persons [edge] of the year of the pattern; the groups sum to SEER's nation."""
    raw = read_csv(source, DECADES, ["fips"], DECADE_COLUMNS)
    inside = rules.place_of(raw["fips"]).isin(places["place"].unique())
    nation = _nation(places)
    tens = raw.loc[inside, list(DECADE_COLUMNS)].sum().to_numpy(float)
    tens = tens * (nation["pop"] / tens.sum())
    until_45 = nation["age_0_18"] + nation["age_19_44"] - tens[:4].sum()
    until_65 = nation["pop"] - nation["age_65p"] - tens[:6].sum()
    groups = [*tens[:4], until_45, tens[4] - until_45, tens[5], until_65, tens[6] - until_65, *tens[7:]]
    if min(groups) <= 0:
        what = f"its persons by tens of years of age leave nobody between two of {', '.join(map(str, EDGES))}"
        raise InputError(
            what, remedy=f"Check that it is the survey of {PATTERN_YEAR - 2}-{PATTERN_YEAR + 2}.", where=DECADES
        )
    return np.array(groups)


def _nation(places: Frame) -> Frame:
    return places[places["year"] == PATTERN_YEAR].sum(numeric_only=True)


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Births and death rates of the nation."""

    births: Array
    """[year, sex] persons born in calendar years from FIRST_BIRTHS."""
    first_period: int
    hazard: Array
    """[period of five years, sex, age] deaths per person-year, by single years of age."""

    def survivors(self, year: int) -> Array:
        """Persons [sex, age] alive on 1 July of `year` of those born in the country, by completed age.

        Earlier births than the first known ones are taken to have been as many as those.
        """
        age = np.arange(OLDEST)
        born = year - FIRST_BIRTHS - age
        last = len(self.births) - 1
        # Those aged x were born from 1 July to 30 June: half in each of two years.
        births = (self.births[born.clip(0, last)] + self.births[(born - 1).clip(0, last)]) / 2
        lived_at = year - age[:, None] + age[None, :]
        period = ((lived_at - self.first_period) // PERIOD).clip(0, len(self.hazard) - 1)
        years = np.where(age[None, :] < age[:, None], 1.0, 0.0) + 0.5 * np.eye(OLDEST)
        exposed = (self.hazard[period, :, age[None, :]] * years[:, :, None]).sum(axis=1)
        return (births * np.exp(-exposed)).T


def read_cohorts(source: Path) -> Cohorts:
    """The cohorts of the United Nations' World Population Prospects 2024."""
    births = of_country(source, "misc1dt", COUNTRY, ["year"], {"births": "births"}).set_index("year")["births"]
    boys = of_country(source, "sexRatio1dt", COUNTRY, ["year"], {"srb": "boys"}).set_index("year")["boys"]
    ratio = boys.loc[births.index] / (1 + boys.loc[births.index])
    rates = of_country(source, "mx5dt", COUNTRY, ["period", "age"], {"mxM": "men", "mxF": "women"})
    rates = rates.assign(first=rates["period"].str.slice(0, 4).astype(int), from_age=_first_ages(rates["age"]))
    table = rates.pivot_table(index="first", columns="from_age", values=list(SEXES)).sort_index()
    group = np.searchsorted(np.sort(rates["from_age"].unique()), np.arange(OLDEST), side="right") - 1
    return Cohorts(
        births=np.stack([births * ratio, births * (1 - ratio)], axis=1) * THOUSAND,
        first_period=int(table.index[0]),
        hazard=np.stack([table[sex].to_numpy()[:, group] for sex in SEXES], axis=1),
    )


def _first_ages(labels: Frame) -> Frame:
    return labels.str.removesuffix("+").astype(int)
