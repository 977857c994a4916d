"""The record of a country's places as forecasting methods see it: years up to a launch and nothing after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import Ages
from hinterland.data.country import Country
from hinterland.errors import InputError

Array = NDArray[np.float64]

COMPONENTS: Final = ("births", "deaths", "arrivals", "departures")
"""Persons in the year that ends at the date of the stock of the same year."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Places by year; arrays hold every year of `years`, which need not be consecutive."""

    code: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    regions: NDArray[np.str_]
    """[place]."""
    lon: Array
    lat: Array
    """[place] degrees, NaN where unknown."""
    ages: Ages
    years: NDArray[np.int64]
    totals: Array
    """[year, place] persons."""
    cells: Array | None
    """[year, place, sex, age] persons; None where no ages are published."""
    components: Mapping[str, Array]
    """Those of `COMPONENTS` that are known -> [year, place], NaN where not."""
    names_en: tuple[str, ...] = ()
    """In Latin letters; empty where only one name is known."""
    called: Mapping[str, str] = field(default_factory=dict)
    """Language -> name of the country; empty where it has none but its code."""

    def until(self, launch: int) -> Panel:
        """The panel as it was known at a launch: later years are cut off, not masked."""
        kept = self.years <= launch
        return replace(
            self,
            years=self.years[kept],
            totals=self.totals[kept],
            cells=None if self.cells is None else self.cells[kept],
            components={name: values[kept] for name, values in self.components.items()},
        )

    def at(self, year: int) -> int:
        """Position of a year; InputError names those there are."""
        found = np.flatnonzero(self.years == year)
        if not found.size:
            raise InputError(
                f"{self.code} has no people for {year}",
                remedy=f"Choose among {self.years[0]} to {self.years[-1]}: {', '.join(map(str, self.years))}",
                where="launch or horizon",
            )
        return int(found[0])


@dataclass(frozen=True, slots=True)
class Forecast:
    """People forecast for some years after a launch."""

    years: tuple[int, ...]
    totals: Array
    """[year, place] central forecast."""
    cells: Array | None = None
    """[year, place, sex, age], summing to totals."""
    quantiles: Array | None = None
    """[level, year, place] of totals at `LEVELS`, where the method has its own."""


LEVELS: Final = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)


class Method(Protocol):
    """A way to forecast: the panel known at its last year, and the years wanted. Pure; keeps nothing between calls."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """InputError says what the method needs where the panel is too short or has no ages for it."""
        ...


def panel(country: Country) -> Panel:
    """The panel of a country: published totals of every year, ages where no year of them was imputed."""
    published = not country.imputed.any()
    years = np.array(country.years, dtype=np.int64)
    components = {
        name: np.stack([country.indicator(name, year) for year in country.years])
        for name in COMPONENTS
        if name in country.indicators
    }
    return Panel(
        code=country.code,
        codes=country.places.codes,
        names=country.places.names,
        regions=np.array(country.places.regions),
        lon=country.places.lon,
        lat=country.places.lat,
        ages=country.ages,
        years=years,
        totals=country.totals,
        cells=country.people if published else None,
        components=components,
        names_en=country.places.names_en,
        called=country.names,
    )
