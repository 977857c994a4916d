"""What a report asks of a run: names, record, and the quantiles of places, regions and the nation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError
from hinterland.memory import slices
from hinterland.report.text import LANGUAGES, Text, same

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

BAND_80: Final = (0.1, 0.9)
BAND_50: Final = (0.25, 0.75)
BAND_95: Final = (0.025, 0.975)
MEMBERS_FOR_95: Final = 1000
HORIZONS: Final = (2035, 2050, 2100)
FOCUS: Final = 2050
"""The year that changes and chances are told for; the last year of shorter runs."""
_BLOCK: Final = 256
"""Places read at once when a nation is summed, to bound memory."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One place, one region or the nation: what a line in a chart stands for."""

    key: str
    kind: str
    """`place`, `region` or `nation`."""
    name: Text
    at: tuple[int, ...]
    """Positions of its places in the run."""


@dataclass(frozen=True)
class View:
    """A run as reports read it; every number is computed from the dataset when asked for."""

    data: xr.Dataset
    held: Callable[[str, int], Array] | None = field(default=None, repr=False, compare=False)
    """Name of a variable and position of a place -> its numbers there, its axes in their order, where somebody holds
    them; so read, series of places are not remembered here, and a view may live as long as its run is served."""
    _sums: dict[tuple[str, str], Array] = field(default_factory=dict, repr=False, compare=False)
    _plain: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """[place] codes."""
        return tuple(str(code) for code in self.data["place"].values)

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Code -> position of the place."""
        return {code: at for at, code in enumerate(self.codes)}

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """[place] name in its own script, and romanised."""
        own, romanised = self.data["name"].values, self.data["name_en"].values
        return tuple((str(a), str(b)) for a, b in zip(own, romanised, strict=True))

    @cached_property
    def region_names(self) -> Mapping[str, Text]:
        """Region code -> name, as far as the run names regions."""
        named = self.attribute("region_names", default={})
        return {str(code): both(str(own), str(romanised)) for code, (own, romanised) in named.items()}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """[year] instants of the run, the base year first."""
        return tuple(int(year) for year in self.data["year"].values)

    @cached_property
    def members(self) -> int:
        """Number of runs."""
        return int(self.data.sizes["member"])

    @property
    def base_year(self) -> int:
        """The year of the last count, from which the run starts."""
        return self.years[0]

    @property
    def focus(self) -> int:
        """The year that changes and chances are told for."""
        return self._near(FOCUS) or self.years[-1]

    @cached_property
    def horizons(self) -> tuple[int, ...]:
        """Years told in words: those nearest to 2035, 2050 and 2100 as far as the run goes, and its last year."""
        chosen = [year for year in map(self._near, HORIZONS) if year is not None]
        return tuple(dict.fromkeys([*chosen, self.years[-1]])) if len(self.years) > 1 else ()

    @property
    def pictured(self) -> tuple[int, ...]:
        """Years whose ages are drawn: the base year and those nearest to 2050 and 2100, as far as the run goes."""
        later = [year for year in map(self._near, HORIZONS[1:]) if year is not None]
        return (self.base_year, *later)

    def _near(self, wanted: int) -> int | None:
        """The year of the run nearest to a year, the base year apart; None where none is within half a step."""
        later = self.years[1:]
        nearest = min(later, key=lambda year: (abs(year - wanted), year), default=wanted)
        step = self.years[1] - self.years[0] if later else 0
        return nearest if later and 2 * abs(nearest - wanted) <= step else None

    @cached_property
    def period_years(self) -> tuple[int, ...]:
        """Length of every period in years."""
        return tuple(after - before for before, after in pairwise(self.years))

    @cached_property
    def lon(self) -> Array:
        """[place] degrees east, NaN where unknown."""
        return np.asarray(self.data["lon"].values, dtype=np.float64)

    @cached_property
    def lat(self) -> Array:
        """[place] degrees north, NaN where unknown."""
        return np.asarray(self.data["lat"].values, dtype=np.float64)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """[place] code of the region."""
        return tuple(str(code) for code in self.data["region"].values)

    @cached_property
    def record_years(self) -> tuple[int, ...]:
        """[record year] years with counts, the base year last."""
        if "record_people" not in self.data:
            return (self.base_year,)
        return tuple(int(year) for year in self.data["record_year"].values)

    @cached_property
    def errors(self) -> Array:
        """[year, place] likely error of forecasts of such places; KeyError where the run tells none."""
        return np.asarray(self.data["likely_error"].transpose("year", "place").to_numpy(), dtype=np.float64)

    @cached_property
    def imputed(self) -> NDArray[np.bool_]:
        """[record year, place] whether a count was imputed; KeyError where the run does not tell."""
        return np.asarray(self.data["imputed"].transpose("record_year", "place").to_numpy(), dtype=np.bool_)

    def attribute(self, *names: str, default: Any = None) -> Any:
        """The first attribute of these names, JSON text turned into values."""
        for name in names:
            if name in self.data.attrs:
                if name not in self._plain:
                    self._plain[name] = plain(self.data.attrs[name])
                return self._plain[name]
        return default

    @cached_property
    def nation(self) -> Unit:
        """The sum of all places."""
        names = self.attribute("names", default={})
        code = str(self.attribute("country", "code", default=""))
        fallback = str(names.get("en", code)) if isinstance(names, Mapping) else str(names)
        known = names if isinstance(names, Mapping) else {}
        name = Text(**{language: str(known.get(language, fallback)) for language in LANGUAGES})
        return Unit(code, "nation", name, tuple(range(len(self.codes))))

    def place(self, code: str) -> Unit:
        """The place of a code; InputError names it where the run has none."""
        if code not in self.positions:
            raise InputError(
                f"no place has the code {code}",
                remedy=f"Codes of this run look like {', '.join(self.codes[:3])}; `hinterland place NAME` finds them",
                where=f"run of {self.nation.key or 'a country'}",
            )
        at = self.positions[code]
        return Unit(code, "place", both(*self.names[at]), (at,))

    def region_of(self, code: str) -> Unit | None:
        """The region a place belongs to; None where it is its own region, or where regions are not told apart."""
        region = self.regions[self.positions[code]]
        at = tuple(i for i, other in enumerate(self.regions) if other == region)
        if len(at) < 2 or len(at) == len(self.codes):
            return None
        return Unit(region, "region", self.region_name(region), at)

    def region_name(self, code: str) -> Text:
        """A region's name, its code where the run names no regions."""
        return self.region_names.get(code, same(code))

    def peers(self, without: str = "") -> tuple[Unit, ...]:
        """The places that reports of this country compare others with."""
        listed: Sequence[Any] = self.attribute("peers", default=())
        return tuple(self.place(str(code)) for code in listed if str(code) in self.positions and str(code) != without)

    def series(self, name: str, unit: Unit) -> Array:
        """[member, year or period] of a variable summed over a unit's places."""
        if self.held is not None and unit.kind == "place":
            return self.held(name, unit.at[0]) + 0.0  # a copy, as a sum of one place is
        key = (name, f"{unit.kind}:{unit.key}")
        if key not in self._sums:
            variable = self.data[name].transpose("member", ..., "place")
            total = np.zeros(variable.shape[:-1])
            for start in range(0, len(unit.at), _BLOCK):
                chosen = variable.isel(place=list(unit.at[start : start + _BLOCK]))
                total += np.asarray(chosen.values, dtype=np.float64).sum(axis=-1)
            self._sums[key] = total
        return self._sums[key]

    def people_in(self, year: int, of: Callable[[Array], Array]) -> Array:
        """What `of` makes of people [member, place] in one year of the run [..., place], from some places at a time."""
        people = self.data["people"].sel(year=year).transpose("member", "place")
        each = slices(0, len(self.codes), 8 * self.members)
        return np.concatenate([of(np.asarray(people.isel(place=few).values, np.float64)) for few in each], axis=-1)

    def record(self, unit: Unit) -> Array:
        """[record year] people counted in the past; the base year's people where the run keeps no record."""
        if "record_people" not in self.data:
            return np.array([float(np.median(self.series("people", unit)[:, 0]))])
        if self.held is not None and unit.kind == "place":
            cells = np.ascontiguousarray(self.held("record_people", unit.at[0]))
            return cells.reshape(len(self.record_years), -1).sum(axis=1)
        chosen = self.data["record_people"].isel(place=list(unit.at)).transpose("record_year", ...)
        return np.asarray(chosen.values, dtype=np.float64).reshape(len(self.record_years), -1).sum(axis=1)

    def ages(self, unit: Unit, year: int) -> Array | None:
        """[quantile .1 .5 .9, sex, age] people of one place in a year; None for sums, whose quantiles are not kept."""
        if unit.kind != "place" or "people_by_age" not in self.data or year not in self.years:
            return None
        chosen = self.data["people_by_age"].sel(year=year).isel(place=unit.at[0])
        return np.asarray(chosen.transpose("quantile", "sex", "age").values, dtype=np.float64)

    def central_ages(self, unit: Unit, year: int) -> Array:
        """[sex, age] people of a unit in a year of the central run."""
        chosen = self.data["central_people"].sel(year=year).isel(place=list(unit.at))
        return np.asarray(chosen.transpose("place", "sex", "age").values, dtype=np.float64).sum(axis=0)

    @cached_property
    def age_labels(self) -> tuple[str, ...]:
        """[age] names of age groups, such as 0-4 and 85+."""
        return tuple(str(label) for label in self.data["age"].values)

    def records(self, name: str) -> list[dict[str, Any]]:
        """An attribute that is a list of records, such as sources or parameters; a mapping gives its keys as `name`."""
        value = self.attribute(name, default=[])
        if isinstance(value, Mapping):
            named = cast("Mapping[str, Any]", value)
            return [{"name": key, **(dict(v) if isinstance(v, Mapping) else {"value": v})} for key, v in named.items()]
        return [dict(entry) if isinstance(entry, Mapping) else {"name": str(entry)} for entry in value]


def quantiles(values: Array, *levels: float) -> Array:
    """[level, ...] quantiles over members, the first axis."""
    return np.quantile(values, levels, axis=0)


def medians(values: Array) -> Array:
    """[...] medians over members, the first axis."""
    return np.median(values, axis=0)


def both(own: str, romanised: str) -> Text:
    """A name in its own script and romanised, in every language; once where they are alike or one is missing."""
    if not romanised or own == romanised:
        return same(own)
    if not own:
        return same(romanised)
    return Text(f"{romanised} {own}", f"{own}（{romanised}）", f"{own}（{romanised}）")


def plain(value: Any) -> Any:
    """An attribute as it was before it was written: JSON text read, arrays as lists, other values unchanged."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value
