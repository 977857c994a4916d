"""How places look in one year of the record: size, growth, ages, work, towns and what is near, beside the nation.

    z = (x - nation's x in that year) / spread of places at the base year, at most `FARTHEST` either way
    apart(i, j) = square root of the mean over traits of the mean over a trait's columns of (z_i - z_j)^2

Measured from the nation of the same year, places of different years compare: all are older now than twenty years ago.
A trait counts once, however many columns it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country
from hinterland.selections import select
from hinterland.space.distance import great_circle

Array = NDArray[np.float64]

BACK: Final = (10, 5, 11, 9, 8, 12, 7, 6, 13, 14, 15)
"""Years before the year looked at from which past growth may count, best first."""
LARGER: Final = 2.0
"""A next larger place has so many times the people."""
FARTHEST: Final = 3.0
"""Standard deviations beyond which a place is odd enough."""
LEAST: Final = 0.5
"""Share of places that must have a figure for a trait to be used."""
PUBLISHED: Final[Mapping[str, tuple[str, ...]]] = {
    "work": (
        "jobs_farm_pct", "jobs_mine_pct", "jobs_industry_pct", "jobs_tradable_services_pct", "jobs_local_services_pct",
        "jobs_public_pct",
    ),
    "pay": ("pay_per_job",),
    "public money": ("fiscal_strength",),
    "newcomers": ("newcomers_other_province_pct", "newcomers_same_province_pct"),
    "registered": ("registered_per_100_residents",),
}  # fmt: skip
"""Trait -> columns of a pack that it is made of, as they are published."""
LOGS: Final = frozenset({"pay_per_job", "registered_per_100_residents"})


@dataclass(frozen=True, slots=True)
class Look:
    """Places in one year; every trait that most of them have a figure of."""

    year: int
    traits: Mapping[str, Array]
    """Name -> [place, column] beside the nation of the year, in the units of the column; NaN where not known."""


def look(country: Country, year: int) -> Look:
    """How the places of a country looked at the end of a year of its record; KeyError where it has no people then."""
    cells = country.at(year)
    people = country.totals[country.years.index(year)]
    ages = select(cells, country.ages)
    some = np.maximum(cells.sum(axis=(1, 2)), 1e-9)
    found: dict[str, Array] = {
        "size": np.log(np.maximum(people, 1.0))[:, None],
        "ages": np.stack([ages["people_0_14"] / some, ages["people_65_plus"] / some], axis=1),
        "next larger place": next_larger(country, people)[:, None],
    }
    grown = past_growth(country, year)
    if grown is not None:
        found["past growth"] = grown[:, None]
    towns = country.indicator("urban_people", year)
    if np.isfinite(towns).any():
        found["urban share"] = (towns / np.maximum(people, 1.0))[:, None]
    for trait, columns in PUBLISHED.items():
        values = np.stack([_published(country, column, year) for column in columns], axis=1)
        if np.isfinite(values).all(axis=1).mean() >= LEAST:
            found[trait] = values
    weights = people / people.sum()
    return Look(year, {trait: _beside_the_nation(values, weights) for trait, values in found.items()})


def past_growth(country: Country, year: int) -> Array | None:
    """[place] growth of the log of people a year, over about ten years before; None where the record begins later."""
    for back in BACK:
        if year - back in country.years:
            before = country.totals[country.years.index(year - back)]
            return grown(before, country.totals[country.years.index(year)]) / back
    return None


def grown(before: Array, after: Array) -> Array:
    """Change of the log of people [place]; NaN where either count is not above zero."""
    known = (before > 0) & (after > 0)
    return np.where(known, np.log(np.where(known, after, 1.0)) - np.log(np.where(known, before, 1.0)), np.nan)


def next_larger(country: Country, people: Array) -> Array:
    """[place] log km to the nearest place with `LARGER` times the people; the farthest of these where there is none.

    NaN where a place has no position.
    """
    places = country.places
    apart = great_circle(places.lon, places.lat)
    larger = people[None, :] >= LARGER * people[:, None]
    nearest = np.where(larger & np.isfinite(apart), apart, np.inf).min(axis=1)
    reached = np.isfinite(nearest)
    nearest = np.where(reached, nearest, nearest[reached].max() if reached.any() else 1.0)
    return np.where(np.isfinite(places.lon + places.lat), np.log(np.maximum(nearest, 1.0)), np.nan)


def spreads(of: Look) -> dict[str, Array]:
    """Trait -> [column] standard deviation over places, one where all are alike."""
    found = {trait: np.nanstd(values, axis=0) for trait, values in of.traits.items()}
    return {trait: np.where(spread > 0, spread, 1.0) for trait, spread in found.items()}


def apart(one: Look, place: int, others: Look, spread: Mapping[str, Array]) -> tuple[Array, tuple[str, ...]]:
    """How far places [place] of one look are from a place of another, and the traits that are known of both.

    NaN for a place that lacks a figure of one of these traits.
    """
    shared = tuple(
        trait for trait, values in one.traits.items() if trait in others.traits and np.isfinite(values[place]).all()
    )
    squares = []
    for trait in shared:
        here = _bounded(one.traits[trait][place] / spread[trait])
        there = _bounded(others.traits[trait] / spread[trait])
        squares.append(((there - here) ** 2).mean(axis=1))
    return np.sqrt(np.mean(squares, axis=0)), shared


def _bounded(z: Array) -> Array:
    return np.clip(z, -FARTHEST, FARTHEST)


def _beside_the_nation(values: Array, weights: Array) -> Array:
    """Values [place, column] less their mean weighted by people."""
    known = np.isfinite(values)
    weight = np.where(known, weights[:, None], 0.0)
    return values - (np.where(known, values, 0.0) * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)


def _published(country: Country, column: str, year: int) -> Array:
    """[place] a published column in a year or up to three years before it; logs where money or ratios are told."""
    for back in range(4):
        values = country.indicator(column, year - back)
        if np.isfinite(values).any():
            return np.log(np.where(values > 0, values, np.nan)) if column in LOGS else values
    return np.full(len(country.places), np.nan)
