"""What a scenario changes, from when to when and where; the base changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES, FOOTLOOSE, LIFE_STAGES, SERVICES
from hinterland.errors import InputError
from hinterland.model.mergers import Merger
from hinterland.params import Parameters
from hinterland.space.network import Line

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lever:
    """What can be changed at places, or for the nation as a whole."""

    doc: str
    low: float
    high: float
    """Bounds of an amount."""
    kinds: tuple[str, ...] = ()
    """Labels of its axis beyond places."""
    national: bool = False
    """Whether it has no places."""


LEVERS: Final[Mapping[str, Lever]] = {
    "pull": Lever("Pull of a place (V) by life stage.", -3, 3, LIFE_STAGES.labels),
    "fertility": Lever("Log multiple of births per woman.", -2, 2),
    "mine_price": Lever("Log price of what is mined.", -3, 3),
    "mine_output": Lever("Log output of mines.", -10, 3),
    "plants": Lever("Log weight of a place in the choice of plants and offices.", -5, 5, FOOTLOOSE),
    "demand": Lever("Log of what is spent on local services at a place, beyond residents' incomes.", -3, 3),
    "posts": Lever("Log of public posts per need.", -3, 3),
    "remote": Lever("Share of a place's workers who come to work for employers elsewhere.", 0, 0.9),
    "building": Lever("Log of homes built, at the same rents and expectations.", -10, 1),
    "amenity": Lever("Amenity of a place, in log income.", -3, 3),
    "transfers": Lever("Further transfers to a place a year, in shares of its revenue of the base year.", -1, 5),
    "projects": Lever("Projects on borrowed money a year, in shares of a place's revenue of the base year.", 0, 5),
    "rank_transfers": Lever("Added to the share of transfers that goes by rank.", -1, 1, national=True),
    "schools_kept": Lever("Share of the size at which schools close that is waived.", 0, 1),
    "boarding": Lever("Rise in the share of pupils without a school at hand who board.", 0, 1),
    "service_use": Lever("Log of use per person; a stop or a school is withdrawn by -10.", -10, 3, SERVICES),
    "national_jobs": Lever("Log of the nation's demand for work of an activity.", -3, 3, ACTIVITIES, national=True),
}
"""Name -> lever."""


@dataclass(frozen=True, slots=True)
class Change:
    """A lever is moved by an amount from the end of year `start` until `end`; no places or kinds means all of them."""

    lever: str
    amount: float
    start: float
    """Calendar time; a step it falls into has it for the rest of the step."""
    end: float = np.inf
    over: float = 0.0
    """Years after `start` in which the amount is reached, evenly."""
    places: tuple[str, ...] = ()
    """Codes."""
    kinds: tuple[str, ...] = ()
    """Labels of life stages or activities, where the lever has them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A parameter takes another value from the end of year `start` on, for all members."""

    parameter: str
    value: float | tuple[float, ...]
    start: float


@dataclass(frozen=True, slots=True)
class Closing:
    """A railway line ends, or with a place its stop there: trains still pass."""

    line: str
    """Name of the line; empty for every line that stops at the place."""
    year: float
    place: str = ""
    """Code; empty for the whole line."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A stock of the base year is a multiple of what the record says."""

    stock: str
    """`homes` or `capacity` (what is built for local services)."""
    log: float
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of changes compared with the base under the same random numbers and the same national factors."""

    name: str
    changes: tuple[Change, ...] = field(default=())
    turns: tuple[Turn, ...] = field(default=())
    openings: tuple[Line, ...] = field(default=())
    closings: tuple[Closing, ...] = field(default=())
    mergers: tuple[Merger, ...] = field(default=())
    beginnings: tuple[Beginning, ...] = field(default=())


BASE: Final = Scenario("base")
ROUNDING: Final = 1e-9
"""By which a sum of amounts may exceed a bound."""


def in_force(change: Change, start: float, years: float) -> float:
    """Mean share of a change's amount over a step that begins at the end of year `start`."""
    return (_reached(change, start + years) - _reached(change, start)) / years


def changed(
    scenario: Scenario, lever: str, codes: tuple[str, ...], starts: Sequence[int], years: int
) -> NDArray[np.float64]:
    """What a scenario adds to a lever [step, place], with a last axis where it has kinds and no places if national.

    InputError names a place or kind that does not exist.
    """
    of = LEVERS[lever]
    kind = {LIFE_STAGES.labels: "life stage", SERVICES: "service"}.get(of.kinds, "activity")
    axes = (*(() if of.national else (("place code", codes),)), *(((kind, of.kinds),) if of.kinds else ()))
    out = np.zeros((len(starts), *(len(labels) for _, labels in axes)))
    for change in scenario.changes:
        if change.lever == lever:
            asked = (*(() if of.national else (change.places,)), *((change.kinds,) if of.kinds else ()))
            where = np.ix_(
                *(
                    positions(names, labels, what, scenario.name)
                    for names, (what, labels) in zip(asked, axes, strict=True)
                )
            )
            for k, start in enumerate(starts):
                out[(k, *where)] += change.amount * in_force(change, start, years)
    beyond = (out < of.low - ROUNDING) | (out > of.high + ROUNDING)
    if beyond.any():
        raise InputError(
            f"changes of {lever} add up to {out[beyond][0]:g}, outside {of.low:g} to {of.high:g}",
            remedy="Give smaller amounts, or changes that do not overlap",
            where=f"scenario {scenario.name}",
        )
    return out


def turned(
    scenario: Scenario, values: Mapping[str, Any], start: float, years: float, only: frozenset[str]
) -> dict[str, Any]:
    """Values of the parameters `only` during a step, as a scenario has turned them, and the others as they are.

    `values` are numbers or arrays, whose first axis may be members. A turn within a step acts for its part of it.
    """
    out = dict(values)
    last = dict(values)
    for turn in sorted(scenario.turns, key=lambda turn: turn.start):
        if turn.parameter in only:
            part = in_force(Change("", 1.0, turn.start), start, years)
            step = np.asarray(turn.value) - np.asarray(last[turn.parameter])
            out[turn.parameter] = np.asarray(out[turn.parameter]) + part * step
            last[turn.parameter] = turn.value
    return out


def check(scenario: Scenario, parameters: Parameters, acting: frozenset[str]) -> None:
    """InputError where a scenario cannot be used: an unknown lever or parameter, or an amount outside its bounds.

    `acting` names the parameters that act during a run; the others have made the start.
    """
    for change in scenario.changes:
        _check_change(change, scenario.name)
    for turn in scenario.turns:
        if turn.parameter not in parameters:
            raise InputError(
                f"there is no parameter {turn.parameter!r}",
                remedy="hinterland parameters lists those there are",
                where=f"scenario {scenario.name}",
            )
        if turn.parameter not in acting:
            raise InputError(
                f"{turn.parameter} made the start and the place effects; a scenario cannot turn it",
                remedy=f"Set it for a whole run with --set, or turn one of {', '.join(sorted(acting)[:6])} ...",
                where=f"scenario {scenario.name}",
            )
        parameters.with_overrides({turn.parameter: turn.value})


def _check_change(change: Change, name: str) -> None:
    where = f"scenario {name}"
    if change.lever not in LEVERS:
        raise InputError(f"there is no lever {change.lever!r}", remedy=f"Levers are {', '.join(LEVERS)}", where=where)
    lever = LEVERS[change.lever]
    if not lever.low <= change.amount <= lever.high:
        raise InputError(
            f"{change.lever} = {change.amount:g} is outside {lever.low:g} to {lever.high:g}",
            remedy="Give an amount within",
            where=where,
        )
    if not change.end > change.start or change.over < 0:
        raise InputError(
            f"{change.lever} acts from {change.start:g} to {change.end:g}, reached over {change.over:g} years",
            remedy="Give an end after the start and a time of reaching of zero or more",
            where=where,
        )
    if lever.national and change.places:
        raise InputError(
            f"{change.lever} is the nation's and has no places",
            remedy="Leave places out",
            where=where,
        )
    if change.kinds and not lever.kinds:
        raise InputError(f"{change.lever} has no kinds", remedy=f"Leave out {', '.join(change.kinds)}", where=where)


def _reached(change: Change, year: float) -> float:
    """Integral of a change's share of its amount up to a year."""
    until = min(year, change.end)
    since = max(until - change.start, 0.0)
    rising = min(since, change.over)
    grown = rising**2 / (2 * change.over) if change.over > 0 else 0.0
    return grown + since - rising


def positions(names: tuple[str, ...], known: tuple[str, ...], what: str, scenario: str) -> list[int]:
    """Where names stand among those known, or all of these where none is named; InputError names one that is not."""
    for name in names:
        if name not in known:
            raise InputError(
                f"{what} {name!r} is not in the country",
                remedy=f"Use one of {', '.join(known[:8])} ...",
                where=f"scenario {scenario}",
            )
    return [known.index(name) for name in names] if names else list(range(len(known)))
