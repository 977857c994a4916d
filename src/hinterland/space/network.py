"""Travel time between places by road and by railways whose lines open, close and pass places without a stop.

    road_ij  = detour d_ij / road speed                                      d great-circle distance, km
    leg      = timetable minutes / 60, or rail detour d / (commercial share x speed of the line)
    rail_st  = the shortest way over the legs between stops s and t (Dijkstra 1959, Numerische Mathematik 1)
    train_ij = 2 access + wait + min_st (road_is + rail_st + road_tj)
    hours_ij = min(road start + road_ij, train_ij)                           0 where i = j

The road stands for all that there was before fast lines: cars, coaches and ordinary trains. Every place without a
stop may use any stop, by road. Trains that change lines at a stop lose no time there, as the lines of a table are
sections that most trains run through. Times are symmetric and zero on the diagonal. A line in force shortens ways and
never lengthens one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_BLOCK: Final = 64
"""Rows of a table of ways worked on at once, so that they stay in the cache."""


@dataclass(frozen=True, slots=True)
class Line:
    """A railway line: the places on its way in order, how fast it is and from when until when trains run."""

    name: str
    way: tuple[int, ...]
    """Positions of places, in order."""
    speed: float
    """km/h, the highest."""
    opens: float
    """Calendar time as a year with its fraction: 2020.95 is mid-December 2020."""
    closes: float = math.inf
    minutes: tuple[float | None, ...] = ()
    """By leg, from the timetable; None where it follows from the speed. Empty where all do."""
    passed: frozenset[int] = frozenset()
    """Places on the way where trains do not stop."""
    name_en: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """ValueError for a line that cannot be: no leg, a place twice in succession, no speed, closed when it opens."""
        if len(self.way) < 2:
            raise ValueError(f"line {self.name!r} goes nowhere: its way has fewer than two places")
        if any(here == there for here, there in self.legs):
            raise ValueError(f"line {self.name!r} names a place twice in succession: {self.way}")
        if not (self.speed > 0 and math.isfinite(self.speed)):
            raise ValueError(f"line {self.name!r} has a speed of {self.speed:g} km/h: it must be positive")
        if not self.closes > self.opens:
            raise ValueError(f"line {self.name!r} opens in {self.opens:g} and closes in {self.closes:g}, not later")
        if self.minutes and len(self.minutes) != len(self.way) - 1:
            raise ValueError(f"line {self.name!r} has {len(self.minutes)} times for {len(self.way) - 1} legs")
        if any(time is not None and not time > 0 for time in self.minutes):
            raise ValueError(f"line {self.name!r} has a leg that takes no time: {self.minutes}")

    @property
    def legs(self) -> tuple[tuple[int, int], ...]:
        """Pairs of neighbours on the way."""
        return tuple(pairwise(self.way))

    @property
    def stops(self) -> frozenset[int]:
        """Places where trains stop."""
        return frozenset(self.way) - self.passed


@dataclass(frozen=True, slots=True)
class Ways:
    """How people travel apart from the timetable."""

    road_speed: float
    """km/h under way by car, coach or ordinary train."""
    detour: float
    """Length of the road over the great circle."""
    road_start_hours: float
    """Lost at both ends of a trip by road together."""
    access_hours: float
    """Between a door and the stop of the same place, at each end."""
    wait_hours: float
    """At the stop, once."""
    rail_detour: float
    """Length of the line over the great circle between neighbours."""
    commercial: float
    """Commercial speed, stops included, as a share of the highest speed."""


def leg_hours(line: Line, distance: Array, ways: Ways) -> Array:
    """Hours [leg] of each leg of a line; `distance` [place, place] in km."""
    here, there = np.array(line.legs).T
    hours = distance[here, there] * ways.rail_detour / (line.speed * ways.commercial)
    if line.minutes:
        known = np.array([math.nan if time is None else time for time in line.minutes]) / 60
        hours = np.where(np.isnan(known), hours, known)
    return hours


def rail_hours(distance: Array, lines: Iterable[Line], ways: Ways) -> tuple[NDArray[np.int64], Array]:
    """Stops [stop] as positions of places, and hours [stop, stop] by train alone, infinite where no train goes.

    `distance` [place, place] in km; `lines` are those in force. A train loses the time of the legs through a place
    that it passes, and stops at the next one.
    """
    lines = tuple(lines)
    stops = np.array(sorted(frozenset[int]().union(*(line.stops for line in lines))), np.int64)
    at = {int(place): stop for stop, place in enumerate(stops)}
    edges = np.full((len(stops), len(stops)), np.inf)
    for line in lines:
        clock = np.concatenate([[0.0], np.cumsum(leg_hours(line, distance, ways))])
        called = [(at[place], clock[n]) for n, place in enumerate(line.way) if place not in line.passed]
        for (here, left), (there, reached) in pairwise(called):
            if here != there:
                edges[here, there] = edges[there, here] = min(edges[here, there], reached - left)
    return stops, _shortest(edges)


def travel_hours(distance: Array, lines: Iterable[Line], ways: Ways) -> Array:
    """Hours [place, place] by the faster of road and train; symmetric, zero on the diagonal.

    `distance` [place, place] in km, finite; `lines` are those in force. Only stops take part in the graph, so that
    the cost is about places x places x stops.
    """
    road = distance * (ways.detour / ways.road_speed)
    hours = road + ways.road_start_hours
    stops, rail = rail_hours(distance, lines, ways)
    if len(stops):
        to_stop = road[:, stops]
        aboard = _least_sums(to_stop, rail)
        train = _least_sums(aboard, to_stop.T) + (2 * ways.access_hours + ways.wait_hours)
        hours = np.minimum(hours, np.minimum(train, train.T))
    np.fill_diagonal(hours, 0.0)
    return hours


def lines_at(lines: Iterable[Line], time: float) -> tuple[Line, ...]:
    """The lines on which trains run at an instant; one that opens then is among them."""
    return tuple(line for line in lines if line.opens <= time < line.closes)


def nearer(hours_now: Array, hours_base: Array) -> Array:
    """Ratio [place, place] of travel times, by which distances in km are multiplied; one wherever nothing changed.

    The kernels of the base year, which are fitted to distances, then stay as they are to the last bit.
    """
    return np.divide(hours_now, hours_base, out=np.ones_like(hours_base), where=hours_base > 0)


def without_stop(line: Line, place: int) -> Line:
    """The line with trains that pass `place` without stopping; ValueError where none stops there."""
    if place not in line.stops:
        raise ValueError(f"no train of line {line.name!r} stops at place {place}")
    return replace(line, passed=line.passed | {place})


def _shortest(edges: Array) -> Array:
    """Least sums of edges [stop, stop] over all ways; infinite where there is none."""
    if not len(edges):
        return edges
    # Loaded here: whoever reads a country for its lines has no use for it.
    from scipy.sparse.csgraph import dijkstra  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    return np.asarray(dijkstra(edges, directed=False), np.float64)


def _least_sums(first: Array, second: Array) -> Array:
    """min over k of first [i, k] + second [k, j], as [i, j]."""
    least = np.full((first.shape[0], second.shape[1]), np.inf)
    for begin in range(0, len(first), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        for k in range(len(second)):
            np.minimum(least[rows], first[rows, k, None] + second[k], out=least[rows])
    return least
