"""Places most like a given one, and what became of those that stood to their nation so ten to twenty years ago.

It is the record alone: no model is run. Look-alikes of the past are of the same country, as others count and pay
differently; a place is taken in the one earlier year in which it was most alike, and never the place itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.explain.looks import Look, apart, grown, look, spreads

Array = NDArray[np.float64]

SHOWN: Final = 8
"""Peers told of where no number is asked for."""
ALIKE: Final = 30
"""Look-alikes of the past that quantiles are taken over."""
SPANS: Final = (10, 20)
"""Years after which it is told what became of look-alikes."""
EARLIER: Final = (10, 15, 20)
"""Years before the base year in which look-alikes are sought."""
QUANTILES: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Peer:
    """A place like the one asked for."""

    place: int
    """Position among the country's places."""
    apart: float
    """Standard deviations from it, over all traits."""


@dataclass(frozen=True, slots=True)
class Became:
    """What became of look-alikes of the past."""

    span: int
    """Years after they looked alike."""
    years: tuple[int, ...]
    """Years in which they were sought."""
    places: tuple[int, ...]
    """Positions, the most alike first."""
    when: tuple[int, ...]
    """Year in which each of them looked alike."""
    each: tuple[float, ...]
    """People after the span over those before, less one, of each of them."""
    traits: tuple[str, ...]
    """What they were compared by."""
    change: Array
    """[quantile of `QUANTILES`] of people after the span over those before, less one."""
    beyond: Array
    """[quantile] of the same beyond that of the nation's places together."""
    of_all: Array
    """[quantile] of `beyond` over all places of the country in those years: what one would say knowing nothing."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Places like one place, now and then."""

    country: Country
    place: int
    traits: tuple[str, ...]
    """What places are compared by now, as far as the country has figures of the place."""
    left_out: int
    """Places that lack a figure of one of these traits."""
    now: tuple[Peer, ...]
    """The nearest first."""
    became: tuple[Became, ...]
    """One per span that the record is long enough for; empty where it is not."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How all places look at the base year and when look-alikes are sought: the same whichever place is asked for."""

    here: Look
    spread: Mapping[str, Array]
    earlier: Mapping[int, Look]
    """By year."""


def looks(country: Country) -> Looks:
    """What is asked of a country once for all its places."""
    here = look(country, country.base_year)
    years = {year for span in SPANS for year in _sought(country, span)}
    return Looks(here, spreads(here), {year: look(country, year) for year in sorted(years)})


def peers(country: Country, place: int, *, count: int = SHOWN, of: Looks | None = None) -> Peers:
    """Places most like the one at position `place`, and what became of its look-alikes.

    `of` are the country's looks where they are at hand.
    InputError where `count` is less than one or the country has no other place.
    """
    if count < 1:
        raise InputError(f"{count} peers", remedy="Ask for one at least", where="--count")
    if len(country.places) < 2:
        raise InputError(f"{country.code} has one place", remedy="Use a country with several", where="peers")
    of = looks(country) if of is None else of
    distance, traits = apart(of.here, place, of.here, of.spread)
    distance[place] = np.nan
    order = [int(i) for i in np.argsort(distance, kind="stable") if np.isfinite(distance[i])]
    return Peers(
        country=country,
        place=place,
        traits=traits,
        left_out=int(np.isnan(distance).sum()) - 1,
        now=tuple(Peer(i, float(distance[i])) for i in order[:count]),
        became=_became(country, place, of),
    )


def _became(country: Country, place: int, of: Looks) -> tuple[Became, ...]:
    sought = {span: _sought(country, span) for span in SPANS}
    return tuple(_after(country, place, of, years, span) for span, years in sought.items() if years)


def _sought(country: Country, span: int) -> tuple[int, ...]:
    """Years in which look-alikes are sought, so that what became of them after `span` years is on record."""
    base = country.base_year
    years = tuple(base - back for back in EARLIER if base - back in country.years and base - back + span <= base)
    return tuple(year for year in years if year + span in country.years)


def _after(country: Country, place: int, of: Looks, years: Sequence[int], span: int) -> Became:
    """What became of look-alikes sought in several years, each place in the one when it was most alike."""
    distances, changes, beyonds = [], [], []
    traits: tuple[str, ...] = ()
    for year in years:
        distance, traits = apart(of.here, place, of.earlier[year], of.spread)
        before = country.totals[country.years.index(year)]
        after = country.totals[country.years.index(year + span)]
        change = grown(before, after)
        known = np.isfinite(change)
        nation = np.log(after[known].sum() / before[known].sum())
        distance[place] = np.nan
        distances.append(np.where(known, distance, np.nan))
        changes.append(change)
        beyonds.append(change - nation)
    each = np.where(np.isnan(distances), np.inf, distances)
    when = each.argmin(axis=0)
    nearest = each.min(axis=0)
    order = np.argsort(nearest, kind="stable")
    chosen = order[np.isfinite(nearest[order])][:ALIKE]

    def quantiles(logs: Array) -> Array:
        return np.expm1(np.quantile(logs, QUANTILES))

    every = np.concatenate(beyonds)
    return Became(
        span=span,
        years=tuple(years),
        places=tuple(int(i) for i in chosen),
        when=tuple(years[k] for k in when[chosen]),
        each=tuple(float(change) for change in np.expm1(np.array(changes)[when[chosen], chosen])),
        traits=traits,
        change=quantiles(np.array(changes)[when[chosen], chosen]),
        beyond=quantiles(np.array(beyonds)[when[chosen], chosen]),
        of_all=quantiles(every[np.isfinite(every)]),
    )
