"""The first stocks: who is rooted, who is new and who is away, balanced from what a census tells of them.

Registered residents stand in for people whose home is a place. Ages of newcomers and away follow the shape that the
model's own hazards would build up. Summed over places, away equals newcomers in every sex and age.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country

Array = NDArray[np.float64]

SWEEPS = 60
"""Rounds of proportional fitting; the error falls under one person in far fewer."""


@dataclass(frozen=True, slots=True)
class Stocks:
    """Stocks [place, sex, age] with how far they are from what was asked of them."""

    newcomers: Array
    away: Array
    residual: float
    """Mean absolute error of places' away against registered - residents + newcomers, as a share of the away."""


def newcomer_share(country: Country, cross_share: float, unknown: float) -> Array:
    """[place] share of residents whose home is in another place, from the census's newcomers by origin.

    Moves within a county never cross a place's border; of those within a region a share `cross_share` does, none
    where the region is a single place. Places without figures take the median of their region, then `unknown`.
    """
    same = country.indicator("newcomers_same_province_pct", country.base_year)
    other = country.indicator("newcomers_other_province_pct", country.base_year)
    regions = np.array(country.places.regions)
    _, region, counts = np.unique(regions, return_inverse=True, return_counts=True)
    alone = counts[region] == 1
    share = (np.where(alone, 0.0, cross_share) * same + other) / 100
    return filled(share, regions, unknown)


def registered(country: Country, year: int) -> Array:
    """[place] persons registered per resident; the median of the region, then one, where not published."""
    return filled(country.indicator("registered_per_100_residents", year) / 100, np.array(country.places.regions), 1.0)


def filled(values: Array, regions: NDArray[np.str_], default: float) -> Array:
    """Values [place] with gaps closed by the median of the region, or the default where a region has none."""
    out = values.copy()
    _, region = np.unique(regions, return_inverse=True)
    order = np.argsort(region, kind="stable")
    # Region by region rather than place by place, whose comparisons grow with the square of places.
    for inside in np.split(order, np.nonzero(np.diff(region[order]))[0] + 1):
        own = values[inside]
        missing = np.isnan(own)
        if missing.any():
            out[inside[missing]] = default if missing.all() else np.median(own[~missing])
    return out


def balance(people: Array, share: Array, home: Array, prevalence: Array, *, limit: float, away_floor: float) -> Stocks:
    """Newcomers and away [place, sex, age] of residents `people` [place, sex, age].

    `share` [place] are newcomers per resident, `home` [place] persons whose home is the place, `prevalence` [age] the
    age shape of both. No cell has more than `limit` newcomers per resident; the away are at least `away_floor` of
    residents. Nation-wide homes are scaled to residents, since every resident has a home.
    """
    total = people.sum(axis=(1, 2))
    newcomers = capped(people * prevalence, share * total, limit * people)
    away_total = np.maximum(home * total.sum() / home.sum() - total + newcomers.sum(axis=(1, 2)), away_floor * total)
    cells = newcomers.sum(axis=0)
    rows = away_total * cells.sum() / away_total.sum()
    away = raked(people * prevalence, rows, cells)
    missed = np.abs(away.sum(axis=(1, 2)) - away_total).sum()
    return Stocks(newcomers=newcomers, away=away, residual=float(missed / max(away_total.sum(), 1.0)))


def capped(shape: Array, totals: Array, cap: Array) -> Array:
    """Cells [place, sex, age] in proportion to `shape`, with sums `totals` [place] and none over `cap`.

    Totals over the caps' sum are cut to it. The scale of each place is found by bisection of its logarithm.
    """
    totals = np.minimum(totals, cap.sum(axis=(1, 2)))
    low, high = np.full(len(totals), -40.0), np.full(len(totals), 40.0)
    for _ in range(2 * SWEEPS):
        middle = 0.5 * (low + high)
        over = np.minimum(shape * np.exp(middle)[:, None, None], cap).sum(axis=(1, 2)) > totals
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return np.minimum(shape * np.exp(0.5 * (low + high))[:, None, None], cap)


def raked(shape: Array, rows: Array, cells: Array) -> Array:
    """`shape` [place, sex, age] fitted in proportion to sums by place `rows` and by `cells` [sex, age], those last."""
    table = shape.copy()
    for _ in range(SWEEPS):
        held = table.sum(axis=(1, 2))
        table = table * np.divide(rows, held, out=np.zeros_like(held), where=held > 0)[:, None, None]
        column = table.sum(axis=0)
        table = table * np.divide(cells, column, out=np.zeros_like(column), where=column > 0)
    return table


def rake_newcomers(people: Array, newcomers: Array, share: Array, limit: float) -> Array:
    """Newcomers [place, sex, age] keeping their age shape, with `share` [place] of residents as counted."""
    return capped(newcomers, share * people.sum(axis=(1, 2)), limit * people)


def rescale_away(away: Array, newcomers: Array) -> Array:
    """Away [place, sex, age] with the same places' shares in each cell and the sum of newcomers in it."""
    held = away.sum(axis=0)
    return away * np.divide(newcomers.sum(axis=0), held, out=np.zeros_like(held), where=held > 0)
