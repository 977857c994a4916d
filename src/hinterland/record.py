"""What a run leaves behind: stocks at instants, flows over periods, and the check that they add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES, RUNGS, SERVICES
from hinterland.data.country import Country

Array = NDArray[np.float64]

STOCKS: Final = (
    "people",
    "people_0_14",
    "people_15_64",
    "people_65_plus",
    "people_80_plus",
    "women_20_39",
    "newcomers",
    "away",
)
JOBS: Final = tuple(f"jobs_{activity}" for activity in ACTIVITIES)
LIVELIHOODS: Final = ("jobs", *JOBS, "homes", "households", "income", "posts_wanted", "debt")
"""Stocks of countries that publish jobs by sector; others have none of them."""
BY_RUNG: Final = tuple(f"people_{rung}" for rung in RUNGS)
AT_HAND: Final = tuple(f"with_{service}" for service in SERVICES)
SETTLEMENTS: Final = (*BY_RUNG, *AT_HAND)
"""Stocks of countries whose settlements are known, or are the places themselves."""
FLOWS: Final = ("births", "deaths", "departures", "arrivals", "returns", "international", "adjustment")

IDENTITY: Final[Mapping[str, int]] = {
    "births": 1,
    "deaths": -1,
    "departures": -1,
    "arrivals": 1,
    "international": 1,
    "adjustment": 1,
}
"""Sign with which each flow enters the change of people; `returns` are part of `arrivals`."""

SIGNED: Final = frozenset({"international", "adjustment"})
"""Flows that are net and may be negative."""

QUANTILES: Final = (0.1, 0.5, 0.9)
"""Levels of `Ensemble.by_age`, first axis."""

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "people_65_plus": ("people_80_plus",),
    "people": ("women_20_39", *AT_HAND),
    "arrivals": ("returns",),
}
"""Quantity -> those it contains, none of which may exceed it."""

COMPARED: Final = (
    "people", "people_0_14", "people_15_64", "people_65_plus", "women_20_39", "jobs", "jobs_local", "jobs_public",
    "homes", "income", "debt", "with_primary", "with_hospital", "with_rail",
)  # fmt: skip
"""Stocks of which a comparison keeps the base."""

ROUNDING: Final = 1e-10
"""Error allowed relative to the largest term: some 1e5 times what summing doubles costs, far below a person."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """All members of one scenario of one country. Persons everywhere; flows are persons per period."""

    country: Country
    seed: int
    members: int
    scenario: str
    """`base` unless a scenario was applied."""
    years: tuple[int, ...]
    """Instants, evenly spaced, the base year first; flows have one period less."""
    stocks: Mapping[str, Array]
    """`STOCKS`, and `LIVELIHOODS` and `SETTLEMENTS` where they are known -> [member, year, place]."""
    flows: Mapping[str, Array]
    """`FLOWS` -> [member, period, place]; a period is named by the year it ends in."""
    central: Array
    """[year, place, sex, age] the run with every parameter at its value and no shocks."""
    by_age: Array
    """[quantile, year, place, sex, age] quantiles .1 .5 .9 over members, cell by cell: they do not add up."""
    diagnostics: Mapping[str, float]
    """Name -> number: how well the run kept to what it was steered to."""
    services_lost: Array | None = None
    """[year, place, rung, service] share of members that have lost half of a service of the base year."""
    likely_error: Array | None = None
    """[year, place] mean absolute log error that forecasts of places of this size have made so far ahead."""
    error_record: Mapping[str, Any] = field(default_factory=dict)
    """Where that was measured: launches, the longest horizon, and weights of the methods that totals start from."""
    parameters: tuple[Mapping[str, Any], ...] = field(default=())
    """The values the run was made with, one record per parameter: name, value, unit, status, source, doc."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a run says of itself beside its arrays; fields as in `Ensemble`."""

    country: Country
    seed: int
    members: int
    scenario: str
    years: tuple[int, ...]
    stocks: frozenset[str]
    """Names of the stocks it has."""
    services_lost: bool
    """Whether it tells of services lost."""
    diagnostics: Mapping[str, float]
    likely_error: Array | None
    error_record: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]


def heading(ensemble: Ensemble) -> Heading:
    """What an ensemble says of itself."""
    return Heading(
        country=ensemble.country,
        seed=ensemble.seed,
        members=ensemble.members,
        scenario=ensemble.scenario,
        years=ensemble.years,
        stocks=frozenset(ensemble.stocks),
        services_lost=ensemble.services_lost is not None,
        diagnostics=ensemble.diagnostics,
        likely_error=ensemble.likely_error,
        error_record=ensemble.error_record,
        parameters=ensemble.parameters,
    )


def check(ensemble: Ensemble) -> None:
    """Raises ValueError where shapes or keys are wrong and ArithmeticError where figures do not add up.

    Tested per member, place and year: every figure finite, none negative but net flows, the parts within their
    whole, ages summing to people, and people[t+1] = people[t] + births - deaths - departures + arrivals +
    international + adjustment. A fault here is one of the model, never of the user's input.
    """
    _check_shapes(ensemble)
    check_figures(ensemble.country, ensemble.years, _arrays(ensemble))


def check_figures(country: Country, years: tuple[int, ...], arrays: Mapping[str, Array], first: int = 0) -> None:
    """As `check`, for the series [member, year or period, place] of members from the one numbered `first` on."""
    at = _At(country, years, first)
    _check_signs(at, arrays)
    _check_parts(at, arrays)
    _check_identity(at, arrays)


def residuals(ensemble: Ensemble) -> Array:
    """[member, period, place] persons by which the change of people differs from what the flows explain."""
    return _unexplained(_arrays(ensemble))


def _unexplained(arrays: Mapping[str, Array]) -> Array:
    people = arrays["people"]
    explained = np.zeros_like(people[:, 1:])
    for name, sign in IDENTITY.items():
        explained += sign * arrays[name]
    return np.diff(people, axis=1) - explained


@dataclass(frozen=True, slots=True)
class _At:
    """Whose figures are checked."""

    country: Country
    years: tuple[int, ...]
    first: int


def _check_shapes(ensemble: Ensemble) -> None:
    country, years = ensemble.country, ensemble.years
    steps = set(np.diff(years).tolist())
    if years[0] != country.base_year or len(years) < 2 or len(steps) != 1 or min(steps) <= 0:
        raise ValueError(f"years {years} must rise evenly from the base year {country.base_year}")
    known = [of for of in (LIVELIHOODS, SETTLEMENTS) if of[0] in ensemble.stocks]
    stocks = (*STOCKS, *(name for of in known for name in of))
    for kind, keys, arrays in (("stocks", stocks, ensemble.stocks), ("flows", FLOWS, ensemble.flows)):
        if set(arrays) != set(keys):
            raise ValueError(f"{kind} are {sorted(arrays)}, expected {sorted(keys)}")
    places, cells = len(country.places), (len(country.places), 2, len(country.ages))
    expected = {
        **{name: (ensemble.members, len(years), places) for name in stocks},
        **{name: (ensemble.members, len(years) - 1, places) for name in FLOWS},
        "central": (len(years), *cells),
        "by_age": (len(QUANTILES), len(years), *cells),
    }
    for name, array in _arrays(ensemble).items():
        if array.shape != expected[name] or array.dtype != np.float64:
            raise ValueError(f"{name} is {array.dtype}{array.shape}, expected float64{expected[name]}")


def _check_signs(at: _At, arrays: Mapping[str, Array]) -> None:
    for name, array in arrays.items():
        wrong = ~np.isfinite(array) if name in SIGNED else ~(np.isfinite(array) & (array >= 0))
        if wrong.any():
            raise ArithmeticError(_fault(at, name, wrong, array, "is negative or not finite"))


def _check_parts(at: _At, arrays: Mapping[str, Array]) -> None:
    people = arrays["people"]
    off = arrays["people_0_14"] + arrays["people_15_64"] + arrays["people_65_plus"] - people
    wrong = np.abs(off) > ROUNDING * (people + 1)
    if wrong.any():
        raise ArithmeticError(_fault(at, "people", wrong, off, "differs from the sum of its ages"))
    if JOBS[0] in arrays:
        off = np.sum([arrays[name] for name in JOBS], axis=0) - arrays["jobs"]
        wrong = np.abs(off) > ROUNDING * (arrays["jobs"] + 1)
        if wrong.any():
            raise ArithmeticError(_fault(at, "jobs", wrong, off, "differs from the sum of its activities"))
    if BY_RUNG[0] in arrays:
        off = np.sum([arrays[name] for name in BY_RUNG], axis=0) - people
        wrong = np.abs(off) > ROUNDING * (people + 1)
        if wrong.any():
            raise ArithmeticError(_fault(at, "people", wrong, off, "differs from the sum of its rungs"))
    for whole, parts in PARTS.items():
        for part in (name for name in parts if name in arrays):
            excess = arrays[part] - arrays[whole]
            wrong = excess > ROUNDING * (arrays[whole] + 1)
            if wrong.any():
                raise ArithmeticError(_fault(at, part, wrong, excess, f"exceeds {whole}"))


def _check_identity(at: _At, arrays: Mapping[str, Array]) -> None:
    people = arrays["people"]
    scale = people[:, :-1] + people[:, 1:] + sum(np.abs(arrays[name]) for name in IDENTITY) + 1
    off = _unexplained(arrays)
    wrong = np.abs(off) > ROUNDING * scale
    if wrong.any():
        raise ArithmeticError(_fault(at, "change of people", wrong, off, "is not explained by its flows"))


def _arrays(ensemble: Ensemble) -> dict[str, Array]:
    return {**ensemble.stocks, **ensemble.flows, "central": ensemble.central, "by_age": ensemble.by_age}


def _fault(at: _At, name: str, wrong: NDArray[np.bool_], values: Array, what: str) -> str:
    """Names the first faulty cell by member, place and year; flows and changes by the year their period ends in."""
    index = tuple(int(axis[0]) for axis in np.nonzero(wrong))
    year_axis, place_axis = (0, 1) if name == "central" else (1, 2)
    later = int(wrong.shape[year_axis] == len(at.years) - 1)
    place, places = index[place_axis], at.country.places
    kinds = {"central": "", "by_age": f", quantile {QUANTILES[min(index[0], 2)]}"}
    first = kinds.get(name, f", member {at.first + index[0]}")
    return (
        f"{places.names_en[place]} ({places.codes[place]}), {at.years[index[year_axis] + later]}{first}: "
        f"{name} {what} by or at {values[index]:.6g} persons ({int(wrong.sum())} such cells)"
    )
