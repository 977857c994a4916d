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
    rough: Array | None = None
    """[year, place, sex, age] persons, imputed cells among them: good for natural increase, not to be scored."""
    natural: Array | None = None
    """[year, place] published births less deaths, per resident and year, NaN where not known."""
    registered: Array | None = None
    """[year, place] persons whose registered home is the place, per resident, NaN where not known."""

    def until(self, launch: int) -> Panel:
        """The panel as it was known at a launch: later years are cut off, not masked."""
        kept = self.years <= launch
        return replace(
            self,
            years=self.years[kept],
            totals=self.totals[kept],
            cells=None if self.cells is None else self.cells[kept],
            **{name: None if of is None else of[kept] for name, of in self._by_year().items()},
            components={name: values[kept] for name, values in self.components.items()},
        )

    def among(self, places: NDArray[np.int64]) -> Panel:
        """The panel of the places at these positions."""
        return replace(
            self,
            codes=tuple(self.codes[i] for i in places),
            names=tuple(self.names[i] for i in places),
            regions=self.regions[places],
            lon=self.lon[places],
            lat=self.lat[places],
            totals=self.totals[:, places],
            cells=None if self.cells is None else self.cells[:, places],
            components={name: values[:, places] for name, values in self.components.items()},
            **{name: None if of is None else of[:, places] for name, of in self._by_year().items()},
        )

    def _by_year(self) -> dict[str, Array | None]:
        return {"rough": self.rough, "natural": self.natural, "registered": self.registered}

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
        rough=country.people,
        natural=_natural(country, components),
        registered=_registered(country),
    )


def _natural(country: Country, components: Mapping[str, Array]) -> Array | None:
    """Natural increase [year, place] from events where they are counted by place, else from published crude rates."""
    if "births" in components and "deaths" in components:
        return (components["births"] - components["deaths"]) / np.maximum(country.totals, 1.0)
    crude = ("births_per_1000", "deaths_per_1000")
    if not all(name in country.indicators for name in crude):
        return None
    births, deaths = (np.stack([country.indicator(name, year) for year in country.years]) for name in crude)
    return (births - deaths) / 1000


def _registered(country: Country) -> Array | None:
    name = "registered_per_100_residents"
    if name not in country.indicators:
        return None
    return np.stack([country.indicator(name, year) for year in country.years]) / 100
