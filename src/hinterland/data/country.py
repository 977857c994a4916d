"""A country as the model sees it: immutable, checked arrays with names, sources and notes on what was imputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import Ages
from hinterland.space.network import Line

Array = NDArray[np.float64]
K = TypeVar("K")
V = TypeVar("V")


class FrozenMapping(Mapping[K, V]):
    """A mapping that cannot be changed and, unlike `types.MappingProxyType`, travels between processes."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from and under which terms they may be passed on."""

    key: str
    title: str
    licence: str
    attribution: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The settlements of a country, one entry per place in every field; unknown positions and areas are NaN."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    """In the place's own script."""
    names_en: tuple[str, ...]
    """Romanised."""
    regions: tuple[str, ...]
    """Code of the region (province, prefecture, state) each place belongs to; one common code where none is given."""
    seat: NDArray[np.bool_]
    """True where the place is the seat of its region."""
    lon: Array
    """Degrees east."""
    lat: Array
    """Degrees north."""
    area: Array
    """km2."""
    region_names: Mapping[str, tuple[str, str]]
    """Region code -> (name in its own script, romanised name)."""

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class Moves:
    """Persons who moved between places in a year; pairs that are not listed are not published."""

    origin: NDArray[np.int64]
    """[pair] position of the place they left."""
    destination: NDArray[np.int64]
    """[pair]."""
    people: Array
    """[pair] persons."""


@dataclass(frozen=True, slots=True)
class Former:
    """A unit of earlier years that is part of a present place."""

    code: str
    name: str
    place: int
    """Position of the present place."""
    year: int
    """Last year in which it was a unit by itself."""


@dataclass(frozen=True, slots=True)
class Drivers:
    """The nation's course: yearly series and age schedules by period. Bounds are NaN where none are published."""

    years: NDArray[np.int64]
    """[year] calendar years, consecutive."""
    people: Array
    """[year] persons at 31 December, medium variant."""
    people_80: Array
    """[year, lower/upper] persons, 80% bounds."""
    fertility: Array
    """[year] total fertility, children per woman."""
    fertility_80: Array
    """[year, lower/upper]."""
    life_expectancy: Array
    """[year, sex] years at birth."""
    life_expectancy_80: Array
    """[year, sex, lower/upper]."""
    net_migrants: Array
    """[year] persons per year, international, arrivals less departures."""
    net_migrants_80: Array
    """[year, lower/upper]."""
    sex_ratio_at_birth: Array
    """[year] boys per girl."""
    mortality_periods: NDArray[np.int64]
    """[period] first year of each five-year period."""
    mortality_ages: tuple[int, ...]
    """[group] first ages: 0, 1, 5, 10 ... 100 (open)."""
    mortality: Array
    """[period, sex, group] deaths per person-year."""
    fertility_periods: NDArray[np.int64]
    fertility_ages: tuple[int, ...]
    """[group] first ages of five-year groups, 15 ... 45."""
    fertility_shares: Array
    """[period, group] shares of total fertility; sum to one over groups."""
    migrants_periods: NDArray[np.int64]
    migrants_ages: tuple[int, ...]
    """[group] first ages: 0, 5 ... 100 (open)."""
    migrants: Array
    """[period, sex, group] net international migrants, persons per year."""
    source: str
    """Key of the source."""
    borrowed_from: str = ""
    """Code of the pack these drivers were borrowed from, empty when they are the country's own."""


@dataclass(frozen=True, slots=True)
class Country:
    """Everything known about a country's places at its base year and in its record; arrays are read-only."""

    code: str
    names: Mapping[str, str]
    """Language (en, zh, ja) -> name."""
    version: str
    base_year: int
    ages: Ages
    places: Places
    years: tuple[int, ...]
    """Years with people, ascending; the base year is the last."""
    people: Array
    """[year, place, sex, age] persons; cells of imputed place-years sum to the published total."""
    totals: Array
    """[year, place] persons, as published."""
    imputed: NDArray[np.bool_]
    """[year, place] True where ages and sexes were imputed from regional or national patterns."""
    rescaled: NDArray[np.bool_]
    """[year, place] True where published ages belong to other borders and were scaled to the total."""
    indicators: Mapping[str, Mapping[int, Array]]
    """Column -> year -> [place], NaN where not published; e.g. `registered_per_100_residents`, `jobs_farm_pct`."""
    drivers: Drivers
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    """What the loader had to assume, one sentence each, shown to the user."""
    peers: tuple[str, ...]
    """Codes of places that reports compare others with."""
    moves: Mapping[int, Moves] = field(default_factory=lambda: FrozenMapping({}))
    """Year -> moves between pairs of places."""
    former: tuple[Former, ...] = ()
    """Units of earlier years, in the order of the pack."""
    lines: tuple[Line, ...] = ()
    """Railway lines of all times, in the order of the pack; `Line.way` holds positions of places."""

    def indicator(self, name: str, year: int) -> Array:
        """[place] values of one published column in one year; all NaN where the pack does not have it."""
        values = self.indicators.get(name, {}).get(year)
        return np.full(len(self.places), np.nan) if values is None else values

    def at(self, year: int) -> Array:
        """[place, sex, age] persons in a year of the record; KeyError names the years there are."""
        if year not in self.years:
            raise KeyError(f"{self.code} has no people for {year}; its years are {self.years}")
        return self.people[self.years.index(year)]


def frozen(values: Any, dtype: Any = np.float64) -> NDArray[Any]:
    """A read-only contiguous copy."""
    array = np.array(values, dtype=dtype, order="C")
    array.setflags(write=False)
    return array
