"""Wrong tables of ages and of moves in Japan's register found by their neighbours in time, and repaired or left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

NOISE: Final = 2.0
"""A table is wrong where more people lie outside its neighbours than this many times the square root of all."""
SHARE: Final = 0.004
"""... and more than this share of all: in a city of a million the square root would be a tenth of a per cent."""
START_NOISE: Final = 3.0
START_SHARE: Final = 0.03
"""The same for the first one or two years, which have neighbours on one side only."""
COHORT: Final = 5
"""Years in which a five-year group becomes the next one."""
EVENTS: Final = 10.0
"""Births or deaths are wrong that lie outside their neighbours by this many times the square root of the usual."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """Ages after repair and where they were repaired."""

    ages: Array
    """[place, year, sex, age] persons."""
    wrong: Flags
    """[place, year]."""


def outside(shares: Array) -> Array:
    """[place, year - 2] share of people in cells outside the range that the years before and after span.

    `shares` is [place, year, cell], summing to one over cells. Ageing, births and moves carry a cell from one
    neighbour's value to the other's, so a sound table lies between them but for chance and for the crests of cohorts,
    however fast the place changes; a table with columns exchanged or ages a year off does not. In terms of the share d
    of people who change cells it is (d(before, now) + d(now, after) - d(before, after)) / 2.
    """
    before, now, after = shares[:, :-2], shares[:, 1:-1], shares[:, 2:]
    above = np.maximum(now - np.maximum(before, after), 0.0)
    below = np.maximum(np.minimum(before, after) - now, 0.0)
    return (above + below).sum(axis=2) / 2


def repair_ages(ages: Array, last: int) -> Repaired:
    """Ages with wrong tables replaced, each sex keeping its number of people.

    `ages` is [place, year, sex, age], ages five years wide; years at positions after `last` serve as neighbours but are
    left as they are. A year is suspect where `outside` holds more than `NOISE` times the square root of the people and
    more than `SHARE` of them; the worst year of a place is judged first, then the rest again. The two years before,
    continued in a straight line, replace it, so that nothing later enters, if they lead on to the year after better
    than what is published: a lasting change is no slip. The second year takes the mean of its neighbours.

    The first year, or the first two alike, are suspect where the change to the next one exceeds both following changes
    by `START_NOISE` and `START_SHARE`. The straight line through the two years after replaces them if its cohorts
    change over five years more like those of the next five than the published ones do.
    """
    people = ages.sum(axis=(2, 3))
    shares = ages.reshape(*ages.shape[:2], -1) / np.maximum(people, 1.0)[:, :, None]
    wrong, judged = np.zeros(people.shape, np.bool_), np.zeros(people.shape, np.bool_)
    while True:
        share = outside(shares)
        suspect = _beyond(share, people[:, 1:-1], NOISE, SHARE) & ~judged[:, 1:-1]
        suspect[:, last:] = False
        places = np.flatnonzero(suspect.any(axis=1))
        if not places.size:
            break
        years = np.where(suspect, share, -1.0)[places].argmax(axis=1) + 1
        judged[places, years] = True
        better = _earlier(shares[places], years)
        after = shares[places, years + 1]
        nearer = (years < 2) | (_distance(better, after) < _distance(shares[places, years], after))
        shares[places[nearer], years[nearer]] = better[nearer]
        wrong[places[nearer], years[nearer]] = True
    _repair_start(shares, people, wrong, ages.shape[3])
    return Repaired(_with_shares(ages, shares, wrong), wrong)


def _distance(one: Array, other: Array) -> Array:
    """Share of people who would have to change cells to make one table the other, over the last axis."""
    return np.abs(one - other).sum(axis=-1) / 2


def _beyond(share: Array, people: Array, noise: float, least: float) -> Flags:
    return (share * people > noise * np.sqrt(people)) & (share > least)


def _earlier(shares: Array, years: NDArray[np.int64]) -> Array:
    """[place, cell] what the years before `years` lead to, one year for each place."""
    row = np.arange(len(years))
    line = 2 * shares[row, years - 1] - shares[row, years - 2]
    middle = (shares[row, years - 1] + shares[row, years + 1]) / 2
    return _positive(np.where((years >= 2)[:, None], line, middle))


def _repair_start(shares: Array, people: Array, wrong: Flags, groups: int) -> None:
    """Repair the first two years, then the first one, in place where they break with what follows."""
    for count in (2, 1):
        if shares.shape[1] < count + 2 * COHORT:
            continue
        steps = _distance(shares[:, 1 : count + 3], shares[:, : count + 2])
        usual = steps[:, count:].max(axis=1)
        suspect = _beyond(steps[:, count - 1] - usual, people[:, 0], START_NOISE, START_SHARE)
        # Two years that are wrong alike, not one wrong year beside a sound one.
        suspect &= (steps[:, : count - 1] <= 2 * usual[:, None]).all(axis=1)
        slope = shares[:, count + 1] - shares[:, count]
        line = np.stack([_positive(shares[:, count] - (count - year) * slope) for year in range(count)], axis=1)
        later = shares[:, COHORT : COHORT + count]
        usual = _cohorts(later, shares[:, 2 * COHORT : 2 * COHORT + count], groups)
        now = _cohorts(shares[:, :count], later, groups)
        suspect &= (_distance(_cohorts(line, later, groups), usual) < _distance(now, usual)).all(axis=1)
        shares[suspect, :count] = line[suspect]
        wrong[suspect, :count] = True


def _cohorts(now: Array, later: Array, groups: int) -> Array:
    """[..., cohort] change of each five-year group's share until it is the next older one, both sexes, none open."""
    young = now.reshape(*now.shape[:-1], -1, groups)[..., :-2]
    old = later.reshape(*later.shape[:-1], -1, groups)[..., 1:-1]
    return (old - young).reshape(*now.shape[:-1], -1)


def _positive(shares: Array) -> Array:
    kept = np.maximum(shares, 0.0)
    return kept / kept.sum(axis=1, keepdims=True)


def _with_shares(ages: Array, shares: Array, wrong: Flags) -> Array:
    """`ages` with the wrong tables replaced by `shares`, each sex scaled to its published people."""
    repaired = ages.copy()
    tables = shares.reshape(ages.shape)[wrong]
    repaired[wrong] = tables * (ages[wrong].sum(axis=2) / np.maximum(tables.sum(axis=2), 1e-12))[:, :, None]
    return repaired


def beyond(counts: Array) -> Array:
    """[place, year] how far counts lie above (+) or below (-) the range of the years beside them; 0 in end years."""
    before, now, after = counts[:, :-2], counts[:, 1:-1], counts[:, 2:]
    out = np.zeros_like(counts)
    out[:, 1:-1] = np.maximum(now - np.maximum(before, after), 0.0) - np.maximum(np.minimum(before, after) - now, 0.0)
    return out


def wrong_flows(births: Array, deaths: Array, arrivals: Array, departures: Array, people: Array) -> Flags:
    """[place, year] where the counts of a year cannot be right; all arguments are [place, year] persons.

    Births are wrong that lie outside their neighbours' range by more than `EVENTS` times the square root of the
    neighbours' mean. Deaths so far outside may be a disaster; they are wrong only where at least half as many are
    lacking (or too many) among departures, which is a slip of columns, or in the change of people that all counts
    together should explain. One wrong count spoils the row.
    """
    far_births = np.abs(beyond(births)) > EVENTS * np.sqrt(_usual(births))
    excess = beyond(deaths)
    far_deaths = np.abs(excess) > EVENTS * np.sqrt(_usual(deaths))
    unexplained = np.zeros_like(people)
    unexplained[:, 1:] = np.diff(people, axis=1) - (births - deaths + arrivals - departures)[:, 1:]
    slip = -np.sign(excess) * beyond(departures) >= np.abs(excess) / 2
    miscount = np.sign(excess) * unexplained >= np.abs(excess) / 2
    return far_births | (far_deaths & (slip | miscount))


def _usual(counts: Array) -> Array:
    """[place, year] mean of the years beside, at least one."""
    usual = np.ones_like(counts)
    usual[:, 1:-1] = np.maximum((counts[:, :-2] + counts[:, 2:]) / 2, 1.0)
    return usual
