"""Answers about one place of a run: where it stood, where it is heading, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country, Places
from hinterland.data.find import find_place
from hinterland.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
"""The middle and the ends of the 80% band."""

LOSSES: Final = (0.10, 0.25, 0.50)
"""Shares of the base year's people whose loss is told as a chance."""


@dataclass(frozen=True, slots=True)
class Band:
    """Median and 80% band of one quantity in one year (of a flow: the period ending then)."""

    year: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Chance:
    """Chance, 0 to 1, of having at least the share `loss` fewer people in `year` than in the base year."""

    year: int
    loss: float
    chance: float


@dataclass(frozen=True, slots=True)
class Counted:
    """Persons counted in a year of the record."""

    year: int
    people: float


def find(dataset: xr.Dataset, text: str) -> str:
    """The code of the place that people call `text`: a code, a name in its own script, or a romanised one.

    InputError lists the places it may mean, or near names where none is called that.
    """
    own = [[str(value) for value in dataset[key].to_numpy()] for key in ("place", "name", "name_en", "region")]
    codes, names, names_en, regions = map(tuple, own)
    unknown = np.full(len(codes), np.nan)
    places = Places(
        codes=codes,
        names=names,
        names_en=names_en,
        regions=regions,
        seat=dataset["seat"].to_numpy(),
        lon=dataset["lon"].to_numpy(),
        lat=dataset["lat"].to_numpy(),
        area=unknown,
        region_names={code: (name, en) for code, (name, en) in json.loads(dataset.attrs["region_names"]).items()},
    )
    named = _Named(str(dataset.attrs["country"]), json.loads(dataset.attrs["names"]), places)
    return codes[find_place(cast("Country", named), text)]


@dataclass(frozen=True, slots=True)
class _Named:
    """As much of a country as its names: a run keeps no drivers, and finding a place asks for none."""

    code: str
    names: Mapping[str, str]
    places: Places


def position(dataset: xr.Dataset, code: str) -> int:
    """Where a place stands in the run; InputError where the run has none of this code."""
    codes = [str(known) for known in dataset["place"].to_numpy()]
    if code not in codes:
        raise InputError(
            f"no place has the code {code!r}",
            remedy=f"Codes here look like {', '.join(codes[:3])}; `hinterland place NAME` finds places by name",
            where=f"run of {dataset.attrs.get('country', 'a country')}",
        )
    return codes.index(code)


def counted(dataset: xr.Dataset, code: str) -> tuple[Counted, ...]:
    """What was counted, in every year of the record."""
    people = dataset["record_people"].isel(place=position(dataset, code)).transpose("record_year", ...)
    totals = people.to_numpy().sum(axis=(1, 2))
    years = dataset["record_year"].to_numpy()
    return tuple(Counted(int(year), float(total)) for year, total in zip(years, totals, strict=True))


def bands(dataset: xr.Dataset, code: str, variable: str, years: Sequence[int]) -> tuple[Band, ...]:
    """A stock at the given years, or a flow over the periods that end in them; persons."""
    return _bands(_members(dataset, code, variable, years), years)


def shares(
    dataset: xr.Dataset, code: str, part: str, years: Sequence[int], *, whole: str = "people"
) -> tuple[Band, ...]:
    """The share of one stock in another, member by member, 0 to 1; NaN where nobody is left."""
    above, below = _members(dataset, code, part, years), _members(dataset, code, whole, years)
    return _bands(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0), years)


def chances(
    dataset: xr.Dataset, code: str, years: Sequence[int], *, losses: Sequence[float] = LOSSES
) -> tuple[Chance, ...]:
    """Share of members that have lost at least each share of the base year's people in each year, years first."""
    base = int(dataset["year"].to_numpy()[0])
    people = _members(dataset, code, "people", (base, *years))
    kept = people[:, 1:] / people[:, :1]
    return tuple(
        Chance(int(year), float(loss), float(np.mean(kept[:, at] <= 1 - loss)))
        for at, year in enumerate(years)
        for loss in losses
    )


def periods(dataset: xr.Dataset) -> tuple[tuple[int, int], ...]:
    """First and last year of every period."""
    years = [int(year) for year in dataset["year"].to_numpy()]
    return tuple(pairwise(years))


def _members(dataset: xr.Dataset, code: str, variable: str, years: Sequence[int]) -> Array:
    """[member, year] values of one place."""
    chosen = dataset[variable]
    axis = "period" if "period" in chosen.dims else "year"
    known = [int(year) for year in dataset[axis].to_numpy()]
    unknown = sorted(set(map(int, years)) - set(known))
    if unknown:
        raise InputError(
            f"the run has no {variable} for {', '.join(map(str, unknown))}",
            remedy=f"Its years are {known[0]} to {known[-1]} by {known[-1] - known[-2] if len(known) > 1 else 1}",
            where=f"run of {dataset.attrs.get('country', 'a country')}",
        )
    at = [known.index(int(year)) for year in years]
    return chosen.isel(place=position(dataset, code)).transpose("member", axis).to_numpy()[:, at]


def _bands(values: Array, years: Sequence[int]) -> tuple[Band, ...]:
    low, median, high = np.quantile(values, (LOW, MIDDLE, HIGH), axis=0)
    return tuple(Band(int(year), float(low[at]), float(median[at]), float(high[at])) for at, year in enumerate(years))
