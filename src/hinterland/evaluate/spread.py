"""Intervals for a method that has none of its own, from the errors it made at earlier launches.

Empirical intervals assume that the method errs as it did (Keyfitz 1981; Smith and Sincich 1988; Rayer, Smith and
Tayman 2009). They know that small places err more, but of shocks to a whole nation only what a handful of launches saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError
from hinterland.evaluate.baselines.earlier import RECORD, rehearsed
from hinterland.evaluate.baselines.totals import EXPONENT
from hinterland.evaluate.classes import SIZES
from hinterland.evaluate.panel import LEVELS, Array, Forecast, Method, Panel

LAUNCHES: Final = 6
"""Earlier launches tried, spread evenly over those the record allows."""
LENT: Final = 50.0
"""Errors of all places together that weigh as much as those of one size class in the scale of that class."""
MIRRORED: Final = (1.0, 1.0, -1.0)
"""Signs every error counts with. Past bias comes back in part: all of it misled at turning points, none too often."""
GROWTH: Final = (0.5, 1.2)
"""Bounds of the power of the horizon that errors grow with: 0.5 where they are drawn anew every year, 1 where a rate is
wrong, and somewhat more where rates change."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of one earlier launch at one horizon."""

    launch: int
    horizon: int
    logs: Array
    """[place] log of counted over forecast people, where both are above zero."""
    sizes: Array
    """[place] people at that launch."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the intervals of one forecast year rest on."""

    year: int
    horizon: int
    """Years ahead at which errors were measured."""
    launches: tuple[int, ...]
    """The earlier launches they were measured at; none at the launch itself, where nothing is uncertain."""
    stretch: float
    """Factor by which they were stretched to the horizon wanted, 1 where it was measured."""
    borrowed: bool
    """Whether they are another method's."""

    @property
    def label(self) -> str:
        """One line for a table, e.g. `errors 5 years ahead of 2000, stretched 1.9 times`."""
        if not self.launches:
            return "launch"
        whose = "errors of another method" if self.borrowed else "errors"
        text = f"{whose} {self.horizon} years ahead of {', '.join(map(str, self.launches))}"
        return text if self.stretch == 1 else f"{text}, stretched {self.stretch:.1f} times"


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles of a forecast and what they rest on."""

    quantiles: Array | None
    """[level, year, place] persons at `LEVELS`; None where the record holds no earlier launch of the method."""
    bases: tuple[Basis, ...]
    """One for each year; empty where there are no quantiles."""


def earlier_launches(years: NDArray[np.int64]) -> tuple[int, ...]:
    """Launches at which a method could have been run and scored, at most `LAUNCHES`, earliest first.

    Those with `RECORD` years before them; where the record is too short for that any with an earlier year, or at last
    the first year, from which only what looks at one year can start.
    """
    past = years[:-1]
    settled = past[past - years[0] >= RECORD]
    usable = settled if settled.size else past[1:] if past.size > 1 else past
    picked = np.unique(np.round(np.linspace(0, usable.size - 1, min(LAUNCHES, usable.size))).astype(np.int64))
    return tuple(int(year) for year in usable[picked])


def errors(method: Method, known: Panel) -> tuple[Errors, ...]:
    """Errors of the method at earlier launches inside `known`, every horizon it knows; empty where it could not run."""
    found: list[Errors] = []
    for launch in earlier_launches(known.years):
        then, kept = rehearsed(known, launch)
        later = tuple(int(year) for year in known.years[known.years > launch])
        try:
            forecast = method(then, later)
        except InputError:
            # Too early for this method; later launches may do.
            continue
        for year, said in zip(later, forecast.totals, strict=True):
            came = known.totals[known.at(year)][kept]
            some = (said > 0) & (came > 0)
            if some.any():
                found.append(Errors(launch, year - launch, np.log(came[some] / said[some]), then.totals[-1][some]))
    return tuple(found)


def power(record: tuple[Errors, ...]) -> float:
    """The power of the horizon that median absolute errors grew with, within `GROWTH`; 1 where it cannot be seen."""
    horizons = sorted({each.horizon for each in record})
    sizes = [np.median(np.concatenate([np.abs(e.logs) for e in record if e.horizon == h])) for h in horizons]
    if len(horizons) < 2 or min(sizes) <= 0:
        return 1.0
    slope = np.polyfit(np.log(horizons), np.log(sizes), 1)[0]
    return float(np.clip(slope, *GROWTH))


def size_scales(logs: Array, sizes: Array) -> Array:
    """[size class] mean absolute error of a class over that of all, drawn to one where few places show it."""
    classes, absolute = SIZES.of(sizes), np.abs(logs)
    everywhere = float(absolute.mean())
    scales = np.ones(len(SIZES.labels))
    if everywhere > 0:
        for position in range(scales.size):
            own = absolute[classes == position]
            if own.size and own.mean() > 0:
                scales[position] = (own.mean() / everywhere) ** (own.size / (own.size + LENT))
    return scales


def nearest(record: tuple[Errors, ...], ahead: int) -> tuple[Errors, ...]:
    """The errors at the horizon wanted, else at the longest shorter one, else at the shortest."""
    horizons = np.unique([each.horizon for each in record])
    shorter = horizons[horizons <= ahead]
    horizon = shorter[-1] if shorter.size else horizons[0]
    return tuple(each for each in record if each.horizon == horizon)


def spread(
    method: Method, known: Panel, forecast: Forecast, years: tuple[int, ...], *, stand_in: Method | None = None
) -> Spread:
    """Quantiles around the totals [year, place] of a forecast the method made from `known`, and what they rest on.

    Log errors of earlier launches, scaled by size class, pooled over classes and launches; their empirical quantiles
    keep the fat tails. Horizons beyond the record stretch the longest one by a power of the horizon measured inside it.
    Only years up to launch are used. `stand_in` lends its errors where the method could not have been run earlier.
    InputError where `years` are not those of the forecast.
    """
    if years != forecast.years:
        raise InputError(
            f"intervals for {', '.join(map(str, years))} around a forecast for {', '.join(map(str, forecast.years))}",
            remedy="Ask for the years of the forecast",
            where=known.code,
        )
    record, borrowed = errors(method, known), False
    if not record and stand_in is not None:
        record, borrowed = errors(stand_in, known), True
    if not record:
        return Spread(None, ())
    growth, launch = power(record), int(known.years[-1])
    classes = SIZES.of(known.totals[-1])
    quantiles = np.empty((len(LEVELS), *forecast.totals.shape))
    bases: list[Basis] = []
    for row, year in enumerate(years):
        ahead = year - launch
        if ahead == 0:
            quantiles[:, row] = forecast.totals[row]
            bases.append(Basis(year, 0, (), 1.0, borrowed=False))
            continue
        used = nearest(record, ahead)
        stretch = (ahead / used[0].horizon) ** growth
        logs, sizes = (np.concatenate(parts) for parts in zip(*((e.logs, e.sizes) for e in used), strict=True))
        scales = size_scales(logs, sizes)
        relative = logs / scales[SIZES.of(sizes)]
        shape = np.quantile(np.concatenate([sign * relative for sign in MIRRORED]), LEVELS)
        reach = np.clip(stretch * shape[:, None] * scales[classes], -EXPONENT, EXPONENT)
        quantiles[:, row] = forecast.totals[row] * np.exp(reach)
        bases.append(Basis(year, used[0].horizon, tuple(e.launch for e in used), float(stretch), borrowed))
    return Spread(quantiles, tuple(bases))
