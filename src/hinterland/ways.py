"""Kernels as railways change them: which lines run in each step of a run, and what shorter ways do to distances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError
from hinterland.holding import full
from hinterland.model.step import Kernels, Setting
from hinterland.scenario import Scenario
from hinterland.space.dense import DenseKernel
from hinterland.space.distance import great_circle
from hinterland.space.network import Line, Ways, lines_at, nearer, travel_hours, without_stop
from hinterland.system import System, moves_kernel

Array = NDArray[np.float64]

YEAR_END: Final = 1.0
"""Years of a run are year ends: 2020 is the calendar time 2021.0, in which lines are dated."""


@dataclass(frozen=True, slots=True)
class Railways:
    """The kernels of every step."""

    kernels: Kernels | None
    """[epoch, place, place]; None where no line changes after the base year."""
    epochs: NDArray[np.int64]
    """[step] which of them."""


def railways(system: System, scenario: Scenario, starts: Sequence[int]) -> Railways:
    """Kernels of the steps that begin at the ends of the years `starts`, under a scenario.

    A step has the mean of the kernels of its years; lines are those that run in the middle of a year. What counts is
    travel time relative to the base year's: kernels of a country whose lines stay are its own, to the last bit.
    """
    lines = scheduled(system.country.lines, scenario, system.country.places.codes)
    base = frozenset(lines_at(system.country.lines, starts[0] + YEAR_END))
    width = system.country.ages.width
    years = [[start + YEAR_END + year + 0.5 for year in range(width)] for start in starts]
    sets = [tuple(frozenset(lines_at(lines, time)) for time in step) for step in years]
    if all(running == base for step in sets for running in step):
        return Railways(kernels=None, epochs=np.zeros(len(starts), np.int64))
    distinct = sorted(set(sets), key=sets.index)
    shorter = _shorter(system, base, {running for step in sets for running in step})
    kernels = [_mixed(system, [shorter[running] for running in step]) for step in distinct]
    stacked = [DenseKernel(matrix=jnp.stack(each)) for each in zip(*kernels, strict=True)]
    return Railways(
        kernels=Kernels(*stacked),
        epochs=np.array([distinct.index(step) for step in sets]),
    )


def scheduled(lines: Sequence[Line], scenario: Scenario, codes: tuple[str, ...]) -> tuple[Line, ...]:
    """The lines of a country with those a scenario opens, and without what it closes; in calendar time.

    InputError names a line or a stop that a scenario closes and that does not exist.
    """
    out = [*lines, *(replace(line, opens=line.opens + YEAR_END) for line in scenario.openings)]
    for closing in scenario.closings:
        place = codes.index(closing.place) if closing.place in codes else None
        if closing.place and place is None:
            raise _refused(scenario, f"place code {closing.place!r} is not in the country", "Use a code of the country")
        touched = [
            line
            for line in out
            if (not closing.line or line.name == closing.line) and (place is None or place in line.stops)
        ]
        if not touched:
            raise _refused(
                scenario,
                f"no line {closing.line or 'at all'!r} stops at {closing.place or 'any place'}",
                "Name a line of the country's table of lines, and a place where it stops",
            )
        out = [part for line in out for part in (_closed(line, place, closing.year) if line in touched else [line])]
    return tuple(out)


def during(setting: Setting, railways: Railways) -> Setting:
    """The setting of a run whose railways change."""
    return replace(setting, kernels=railways.kernels)


def _closed(line: Line, place: int | None, year: float) -> list[Line]:
    """A line until a year, and what runs afterwards: nothing, or trains that pass the place."""
    time = year + YEAR_END
    if line.closes <= time:
        return [line]
    before = [replace(line, closes=time)] if line.opens < time else []
    if place is None:
        return before
    return [*before, replace(without_stop(line, place), opens=max(line.opens, time))]


def _shorter(system: System, base: frozenset[Line], sets: set[frozenset[Line]]) -> dict[frozenset[Line], Array]:
    """Travel times over the base year's [place, place], of sets of lines."""
    number = system.parameters.value
    ways = Ways(
        road_speed=number("road_speed"),
        detour=number("road_detour"),
        road_start_hours=number("road_start_hours"),
        access_hours=number("access_hours"),
        wait_hours=number("wait_hours"),
        rail_detour=number("rail_detour"),
        commercial=number("rail_commercial"),
    )
    distance = great_circle(system.country.places.lon, system.country.places.lat)
    before = travel_hours(distance, base, ways)
    ones = np.ones_like(distance)
    return {lines: ones if lines == base else nearer(travel_hours(distance, lines, ways), before) for lines in sets}


def _mixed(system: System, ratios: list[Array]) -> list[Array]:
    """Kernels [place, place] of moves, ways to work, shops and markets: means over the ratios of a step's years."""
    trips, moves = system.parameters.value("rail_trips"), system.parameters.value("rail_moves")
    once = {id(ratio): ratio for ratio in ratios}
    economy = system.setting.economy
    made: dict[int, tuple[Array, ...]] = {}
    for key, ratio in once.items():
        far = moves_kernel(system.country, system.parameters, ratio**moves)
        if economy is None:
            made[key] = (far, *[far[:1, :1]] * 3)
            continue
        # exp(-d r / scale) is exp(-d / scale) to the power r; ways inside a place stay.
        daily = [_matrix(kernel) ** (ratio**trips) for kernel in (economy.commuting, economy.shops)]
        made[key] = (far, *daily, _matrix(economy.markets) ** ratio)
    each = [made[id(ratio)] for ratio in ratios]
    return [np.mean(kind, axis=0) for kind in zip(*each, strict=True)]


def _matrix(kernel: object) -> Array:
    return np.asarray(full(kernel, "railways that change").matrix)


def _refused(scenario: Scenario, what: str, remedy: str) -> InputError:
    return InputError(what, remedy=remedy, where=f"scenario {scenario.name}, close")
