"""What is asked of places: a number for each of them, from observed figures of a period alone.

Most have a name; others are made of a word and what it is about, as `moved_20_35` or `at:january_temperature`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ORIGINS, SECTORS
from hinterland.data.country import Country
from hinterland.space.distance import great_circle

Array = NDArray[np.float64]
Measure = Callable[[Country, int, int], Array]
"""Country, first and last year of the period -> [place]; NaN where it cannot be told."""

DENSE, LARGE = 4000.0, 300e3
"""Persons per km2 and persons from which a place counts as the inside of a large city."""
WORKING: Final = (20, 65)
"""Ages whose number stands for that of workers, as jobs are published as shares of the employed."""
BASIC: Final = ("mine", "industry", "tradable_services")
"""Sectors that sell beyond their place."""
_MOVED: Final = re.compile(r"moved_(\d*[05])_(\d*[05])")
_PUBLISHED: Final = re.compile(r"(at|change|growth):([a-z_0-9]+)")
_OF_SECTORS: Final = "share|share_change|jobs_growth|jobs_change|jobs_turnover|jobs_held|jobs_gained"
_SECTOR: Final = re.compile(rf"({_OF_SECTORS})_({'|'.join((*SECTORS, 'basic'))})")


def measure(name: str) -> Measure:
    """The function behind a quantity's name; KeyError where there is none."""
    if name in NAMED:
        return NAMED[name]
    if found := _MOVED.fullmatch(name):
        low, high = int(found[1]), int(found[2])
        return lambda country, start, end: moved(country, start, end, low, high)
    if found := _PUBLISHED.fullmatch(name):
        how, column = found[1], found[2]
        return lambda country, start, end: published(country, start, end, how, column)
    if found := _SECTOR.fullmatch(name):
        how, sector = found[1], found[2]
        return lambda country, start, end: by_sector(country, start, end, how, sector)
    raise KeyError(name)


def known(name: str) -> bool:
    """Whether there is a quantity of this name."""
    return name in NAMED or any(form.fullmatch(name) for form in (_MOVED, _PUBLISHED, _SECTOR))


def people(country: Country, year: int) -> Array:
    """Persons [place]; NaN where the record lacks the year."""
    if year not in country.years:
        return np.full(len(country.places), np.nan)
    return country.totals[country.years.index(year)]


def growth(country: Country, start: int, end: int) -> Array:
    """Change of people in the period, in percent of those at its start."""
    return 100 * (_over(people(country, end), people(country, start)) - 1)


def earlier_growth(country: Country, start: int, end: int) -> Array:
    """Change of people in the period just as long before, in percent."""
    return growth(country, start - (end - start), start)


def slowing(country: Country, start: int, end: int) -> Array:
    """Growth less that of the period before, in points of each period's start: above zero where a fall slows."""
    return growth(country, start, end) - earlier_growth(country, start, end)


def moved(country: Country, start: int, end: int, low: int, high: int) -> Array:
    """Net migration of those aged `low` to below `high` at the start, percent of them, over the nation's.

    By cohorts: how many of them there are at the end, beside what became of the nation's cohort. Places whose ages were
    imputed or belong to other borders have none.
    """
    cohort, later = ages(country, start, low, high), ages(country, end, low + end - start, high + end - start)
    there = np.isfinite(cohort) & np.isfinite(later)
    nation = later[there].sum() / max(float(cohort[there].sum()), 1.0)
    return 100 * (_over(later, cohort * nation) - 1)


def ages(country: Country, year: int, low: int, high: int | None) -> Array:
    """Persons [place] aged `low` to below `high` in a year, where they are published."""
    if year not in country.years:
        return np.full(len(country.places), np.nan)
    t = country.years.index(year)
    groups = country.ages
    cut = slice(groups.index(low), None if high is None else groups.index(high))
    if low not in groups.lower or (high is not None and (high not in groups.lower or high > groups.open)):
        return np.full(len(country.places), np.nan)
    unknown = country.imputed[t] | country.rescaled[t]
    return np.where(unknown, np.nan, country.people[t, :, :, cut].sum(axis=(1, 2)))


def share_of_ages(country: Country, year: int, low: int, high: int | None) -> Array:
    """Percent of people [place] in a span of ages."""
    return 100 * _over(ages(country, year, low, high), people(country, year))


def published(country: Country, start: int, end: int, how: str, column: str) -> Array:
    """A published column `at` the start, its `change` over the period, or its `growth` in percent.

    The year nearest to the one asked for stands for it, up to five years away; of a column of one year, that year.
    """
    first, last = _near(country, column, start), _near(country, column, end)
    if how == "at":
        return first
    return last - first if how == "change" else 100 * (_over(last, first) - 1)


def by_sector(country: Country, start: int, end: int, how: str, sector: str) -> Array:
    """Share of the employed in a sector at the start, its change in points, or the change of its jobs.

    Jobs are shares times persons of working age: `jobs_growth` in percent of those at the start, `jobs_turnover` that
    without its sign, `jobs_change` in percent of persons of working age at the start; `jobs_held` at the start and
    `jobs_gained` since in persons.
    """
    before, after = (_share(country, year, sector) for year in (start, end))
    if how == "share":
        return before
    if how == "share_change":
        return after - before
    held, gained = jobs_number(country, start, sector), jobs_number(country, end, sector)
    gained = gained - held
    return {
        "jobs_growth": 100 * _over(gained, held),
        "jobs_turnover": 100 * np.abs(_over(gained, held)),
        "jobs_change": 100 * _over(gained, ages(country, start, *WORKING)),
        "jobs_held": held,
        "jobs_gained": gained,
    }[how]


def jobs_number(country: Country, year: int, sector: str) -> Array:
    """Persons [place] that work in a sector, as shares of persons of working age."""
    return _share(country, year, sector) / 100 * ages(country, year, *WORKING)


def natural(country: Country, start: int, end: int) -> Array:
    """Births less deaths of the period, in percent of people at its start."""
    return 100 * _over(
        _summed(country, "births", start, end) - _summed(country, "deaths", start, end), people(country, start)
    )


def natural_loss(country: Country, start: int, end: int) -> Array:
    """Deaths less births of the period, persons."""
    return _summed(country, "deaths", start, end) - _summed(country, "births", start, end)


def pupils_change(country: Country, start: int, end: int) -> Array:
    """Change of the number of those aged 5 to 14, in percent."""
    return 100 * (_over(ages(country, end, 5, 15), ages(country, start, 5, 15)) - 1)


def net_moves(country: Country, start: int, end: int) -> Array:
    """Registered arrivals less departures of the period, in percent of people at its start."""
    net = _summed(country, "arrivals", start, end) - _summed(country, "departures", start, end)
    return 100 * _over(net, people(country, start))


def net_moves_change(country: Country, start: int, end: int) -> Array:
    """Net moves a year of the second half of the period less those of the first, percent of people."""
    middle = (start + end) // 2
    later, earlier = net_moves(country, middle, end), net_moves(country, start, middle)
    return later / (end - middle) - earlier / (middle - start)


def years_to_halve(country: Country, start: int, end: int) -> Array:
    """Years until half of the people are gone at the period's pace; infinite where they do not fall."""
    pace = np.log(_over(people(country, start), people(country, end))) / (end - start)
    return np.where(pace > 0, np.log(2) / np.maximum(pace, 1e-12), np.where(np.isfinite(pace), np.inf, np.nan))


def km_to_large(country: Country, _start: int, _end: int) -> Array:
    """Distance in km to the nearest inside of a large city (see `DENSE`, `LARGE`), 0 for these themselves."""
    places, now = country.places, country.totals[-1]
    inside = (_over(now, places.area) >= DENSE) & (now >= LARGE)
    if not inside.any():
        return np.full(len(places), np.nan)
    away = great_circle(places.lon, places.lat)[:, inside].min(axis=1)
    return np.where(inside, 0.0, away)


def largest_of_region(country: Country, start: int, _end: int) -> Array:
    """One for the most populous place of its region at the start, else zero."""
    now, regions = people(country, start), np.array(country.places.regions)
    best = {region: np.nanmax(now[regions == region]) for region in np.unique(regions)}
    return np.array([float(n == best[region]) for n, region in zip(now, regions, strict=True)])


def location_quotient(country: Country, start: int, _end: int) -> Array:
    """Share of industry among the employed over the nation's, at the start."""
    share = _share(country, start, "industry")
    workers = ages(country, start, *WORKING)
    there = np.isfinite(share) & np.isfinite(workers)
    return share / max(float((share[there] * workers[there]).sum() / workers[there].sum()), 1e-9)


def city_district(country: Country, _start: int, _end: int) -> Array:
    """One for a district of a Chinese city, where the seat of the prefecture lies, else zero; by its name."""
    return np.array([float(name.endswith("区")) for name in country.places.names])


def jobs_per_establishment(country: Country, start: int, _end: int) -> Array:
    """Mean size of workplaces at the start."""
    return _over(_near(country, "jobs", start), _near(country, "establishments", start))


def urban_share(country: Country, start: int, _end: int) -> Array:
    """Percent of people in towns and cities at the start."""
    return 100 * _over(_near(country, "urban_people", start), people(country, start))


def urban_share_change(country: Country, start: int, end: int) -> Array:
    """Change of the share in towns and cities over the period, in points."""
    return urban_share(country, end, end) - urban_share(country, start, start)


def floor_growth(country: Country, start: int, end: int) -> Array:
    """Change of the floor space of all homes in the period, in percent."""
    then, now = (_near(country, "floor_m2_per_head", year) * people(country, year) for year in (start, end))
    return 100 * (_over(now, then) - 1)


def from_nearby(country: Country, start: int, _end: int) -> Array:
    """Newcomers from the same county over all newcomers, percent, at the start."""
    each = [_near(country, f"newcomers_{origin}_pct", start) for origin in ORIGINS]
    return 100 * _over(each[0], np.sum(each, axis=0))


def young_lost_come_back(country: Country, start: int, end: int) -> Array:
    """Net migration of those aged 20 to 29 at the start where the period's 15 to 19 left on balance, percent."""
    return np.where(moved(country, start, end, 10, 20) < 0, moved(country, start, end, 20, 30), np.nan)


def public_beyond_people(country: Country, start: int, end: int) -> Array:
    """Growth of public jobs less that of people, in points."""
    return by_sector(country, start, end, "jobs_growth", "public") - growth(country, start, end)


def _change_of_ages(low: int, high: int | None) -> Measure:
    return lambda country, start, end: share_of_ages(country, end, low, high) - share_of_ages(country, start, low, high)


NAMED: Final[Mapping[str, Measure]] = {
    "people": lambda country, start, _: people(country, start),
    "log_people": lambda country, start, _: np.log(np.maximum(people(country, start), 1.0)),
    "growth": growth,
    "lost": lambda country, start, end: people(country, start) - people(country, end),
    "earlier_growth": earlier_growth,
    "slowing": slowing,
    "natural": natural,
    "natural_loss": natural_loss,
    "net_moves": net_moves,
    "net_moves_change": net_moves_change,
    "years_to_halve": years_to_halve,
    "density": lambda country, start, _: _over(people(country, start), country.places.area),
    "latitude": lambda country, _start, _end: country.places.lat,
    "km_to_large": km_to_large,
    "seat": lambda country, _start, _end: country.places.seat.astype(np.float64),
    "largest_of_region": largest_of_region,
    "city_district": city_district,
    "location_quotient": location_quotient,
    "jobs_per_establishment": jobs_per_establishment,
    "urban_share": urban_share,
    "urban_share_change": urban_share_change,
    "floor_growth": floor_growth,
    "from_nearby": from_nearby,
    "young_lost_come_back": young_lost_come_back,
    "public_beyond_people": public_beyond_people,
    "old_share_change": _change_of_ages(65, None),
    "oldest_share_change": _change_of_ages(80, None),
    "pupils_change": pupils_change,
}
"""Name -> how it is found; `quantities.toml` says what it is in few words."""


def label(name: str) -> dict[str, str]:
    """Language -> what a quantity is in few words, with its unit; KeyError where there is none."""
    every = _labels()
    if name in every:
        return every[name]
    if found := _MOVED.fullmatch(name):
        low, high = int(found[1]), int(found[2]) - 1
        return {language: said.format(low=low, high=high) for language, said in every["moved"].items()}
    if found := _SECTOR.fullmatch(name):
        how, sector = found[1], every[f"sector_{found[2]}"]
        return {language: said.format(sector=sector[language]) for language, said in every[how].items()}
    found = _PUBLISHED.fullmatch(name)
    if found is None:
        raise KeyError(name)
    column = every[f"column_{found[2]}"]
    form = every["growth_of" if found[1] == "growth" else found[1]]
    return {language: said.format(column=column[language]) for language, said in form.items()}


@lru_cache(maxsize=1)
def _labels() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("hinterland.explain.claims").joinpath("quantities.toml").read_text("utf-8"))


def _share(country: Country, year: int, sector: str) -> Array:
    names = BASIC if sector == "basic" else (sector,)
    return np.sum([country.indicator(f"jobs_{name}_pct", year) for name in names], axis=0)


def _near(country: Country, column: str, year: int) -> Array:
    """A published column of the nearest year, of several within five years."""
    of = country.indicators.get(column, {})
    nothing = np.full(len(country.places), np.nan)
    if not of:
        return nothing
    nearby = min(of, key=lambda other: abs(other - year))
    return of[nearby] if len(of) == 1 or abs(nearby - year) <= 5 else nothing


def _summed(country: Country, column: str, start: int, end: int) -> Array:
    """Sum of a yearly column over the years after `start` up to `end`; NaN where one is missing."""
    of = country.indicators.get(column, {})
    if any(year not in of for year in range(start + 1, end + 1)):
        return np.full(len(country.places), np.nan)
    return np.sum([of[year] for year in range(start + 1, end + 1)], axis=0)


def _over(part: Array, whole: Array) -> Array:
    """part / whole, NaN where the whole is not positive."""
    good = whole > 0
    return np.where(good, part / np.where(good, whole, 1.0), np.nan)
