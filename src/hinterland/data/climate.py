"""January and July temperatures of a country's places: as published, else from their latitude.

    T = level + fall * (|latitude| - 40) / 10

with one line for the colder and one for the hotter month, fitted on United States counties. It knows nothing of the
sea, of height or of monsoons: it is a stand-in where a pack has no table `amenities`, and says how far it errs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country, frozen
from hinterland.errors import InputError
from hinterland.params import Parameters

Array = NDArray[np.float64]

MIDDLE: Final = 40.0
"""Degrees of latitude at which a line has its level; most of what it was fitted on lies around it."""
MONTHS: Final = ("january", "july")


@dataclass(frozen=True, slots=True)
class Line:
    """Mean temperature of a month against latitude."""

    level: float
    """Degrees Celsius at latitude `MIDDLE`."""
    fall: float
    """Degrees Celsius per ten degrees of latitude; negative where the poleward are colder."""
    error: float
    """Standard deviation of what the line misses, degrees Celsius."""

    def __call__(self, lat: Array) -> Array:
        """Degrees Celsius [place] at latitudes [place] of either hemisphere."""
        return self.level + self.fall * (np.abs(lat) - MIDDLE) / 10


@dataclass(frozen=True, slots=True)
class Climate:
    """Mean temperatures of places, degrees Celsius; NaN where neither a figure nor a latitude is known."""

    january: Array
    """[place]."""
    july: Array
    """[place]."""
    published: NDArray[np.bool_]
    """[place] True where both are published; elsewhere one at least is from latitude."""


def climate(country: Country, parameters: Parameters) -> Climate:
    """Temperatures of a country's places: the latest published figures, and the lines of `parameters` for the rest.

    Where a country has some figures, its line is shifted by the mean of what it misses there.
    """
    lines = climate_lines(parameters)
    known = {month: latest(country, f"{month}_temperature") for month in MONTHS}
    lat = country.places.lat
    # South of the equator July is the cold month.
    guessed = {
        "january": np.where(lat < 0, lines["july"](lat), lines["january"](lat)),
        "july": np.where(lat < 0, lines["january"](lat), lines["july"](lat)),
    }
    filled = {month: _filled(known[month], guessed[month]) for month in MONTHS}
    published = np.isfinite(known["january"]) & np.isfinite(known["july"])
    return Climate(frozen(filled["january"]), frozen(filled["july"]), frozen(published, np.bool_))


def climate_lines(parameters: Parameters) -> dict[str, Line]:
    """The lines of January and July north of the equator, from parameters `january_level` and so on."""
    return {
        month: Line(*(parameters.value(f"{month}_{part}") for part in ("level", "fall", "error"))) for month in MONTHS
    }


def fit_line(lat: Array, temperature: Array) -> Line:
    """The least-squares line of temperatures [place] on latitudes [place]; places with a NaN are left out.

    InputError where fewer than three places, or a single latitude, are left.
    """
    known = np.isfinite(lat) & np.isfinite(temperature)
    gap = (np.abs(lat[known]) - MIDDLE) / 10
    if gap.size < 3 or np.ptp(gap) == 0:
        raise InputError(
            f"{gap.size} places of {len(set(gap.tolist()))} latitudes do not make a line",
            remedy="Give temperatures of three places or more, at different latitudes",
            where="climate",
        )
    slope, level = np.polyfit(gap, temperature[known], 1)
    rest = temperature[known] - level - slope * gap
    return Line(float(level), float(slope), float(np.sqrt((rest**2).sum() / (gap.size - 2))))


def latest(country: Country, column: str) -> Array:
    """[place] the newest published figure of a column in any year, NaN where there is none."""
    values = np.full(len(country.places), np.nan)
    for _, published in sorted(country.indicators.get(column, {}).items()):
        values = np.where(np.isfinite(published), published, values)
    return values


def _filled(known: Array, guessed: Array) -> Array:
    """Figures with their gaps filled by guesses, these shifted to agree on average where both are there."""
    both = np.isfinite(known) & np.isfinite(guessed)
    shift = float((known - guessed)[both].mean()) if both.any() else 0.0
    return np.where(np.isfinite(known), known, guessed + shift)
