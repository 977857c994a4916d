"""What a scenario changes, from when and where; the base changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import LIFE_STAGES
from hinterland.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """One lasting change from the end of year `start`; no places or stages means all of them."""

    amount: float
    """Added to pull, or the log of a multiple of fertility."""
    start: float
    """Calendar time; a step it falls into has it for the rest of the step."""
    places: tuple[str, ...] = ()
    """Codes."""
    stages: tuple[str, ...] = ()
    """Labels of life stages; not for fertility."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of changes compared with the base under the same random numbers and the same national factors."""

    name: str
    pull: tuple[Change, ...] = field(default=())
    fertility: tuple[Change, ...] = field(default=())


BASE = Scenario("base")


def in_force(change: Change, start: float, years: float) -> float:
    """Share of a step that begins at the end of year `start` during which a change acts."""
    return float(np.clip((start + years - change.start) / years, 0.0, 1.0))


def pull_change(scenario: Scenario, codes: tuple[str, ...], starts: list[int], years: int) -> Array:
    """What a scenario adds to pull [step, place, stage]. InputError names a code or stage that does not exist."""
    out = np.zeros((len(starts), len(codes), len(LIFE_STAGES)))
    for change in scenario.pull:
        where = _positions(change.places, codes, "place code", scenario.name)
        stages = _positions(change.stages, LIFE_STAGES.labels, "life stage", scenario.name)
        for k, start in enumerate(starts):
            out[k][np.ix_(where, stages)] += change.amount * in_force(change, start, years)
    return out


def fertility_change(scenario: Scenario, codes: tuple[str, ...], starts: list[int], years: int) -> Array:
    """Multiples of births [step, place]. InputError names a code that does not exist."""
    logs = np.zeros((len(starts), len(codes)))
    for change in scenario.fertility:
        where = _positions(change.places, codes, "place code", scenario.name)
        for k, start in enumerate(starts):
            logs[k, where] += change.amount * in_force(change, start, years)
    return np.exp(logs)


def _positions(names: tuple[str, ...], known: tuple[str, ...], what: str, scenario: str) -> list[int]:
    for name in names:
        if name not in known:
            raise InputError(
                f"{what} {name!r} is not in the country",
                remedy=f"Use one of {', '.join(known[:8])} ...",
                where=f"scenario {scenario}",
            )
    return [known.index(name) for name in names] if names else list(range(len(known)))
