"""Many members of one scenario in memory: its blocks run one after the other, and what is told of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hinterland.members.kept import CELLS, CENTRAL, CONTROL, LOST, Part, is_series
from hinterland.members.plan import Plan, planned, run
from hinterland.memory import give_back
from hinterland.record import FLOWS, QUANTILES, Ensemble
from hinterland.scenario import BASE, Scenario
from hinterland.system import System

Array = NDArray[np.float64]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An ensemble with the national factors that scenarios compared with it must keep."""

    ensemble: Ensemble
    control: Array
    """[member, step, sex, age]; the last member is the central run."""


class Read(Protocol):
    """Arrays of all members, wherever they are."""

    def read(self, name: str, places: slice) -> NDArray[Any]:
        """A series or the cells of `kept` at some places [member, instant or step, place, ...]."""
        ...


def run_ensemble(
    system: System,
    *,
    members: int,
    until: int,
    seed: int,
    scenario: Scenario = BASE,
    control: Array | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Members of a scenario from the base year to `until`; `control` is that of the base run it is compared with.

    InputError where the number of members or the last year cannot be used.
    """
    plan = planned(system, members=members, until=until, seed=seed, scenario=scenario)
    held = Held(plan)
    for block in plan.blocks:
        held.put(block, run(plan, block, None if control is None else control[plan.rows(block)]))
        if block == 0:
            give_back()  # what compiling the block has left
        if progress is not None:
            progress(min((block + 1) * plan.size, members), members, "members")
    arrays = held.arrays
    everywhere = slice(0, len(plan.system.country.places))
    ensemble = Ensemble(
        country=plan.system.country,
        seed=seed,
        members=members,
        scenario=scenario.name,
        years=plan.years,
        stocks={name: values for name, values in arrays.items() if is_series(name) and name not in FLOWS},
        flows={name: arrays[name] for name in FLOWS},
        central=arrays[CENTRAL],
        by_age=quantiles(arrays[CELLS]),
        diagnostics={**plan.system.diagnostics, **diagnostics(held, [everywhere])},
        services_lost=arrays[LOST] / members if LOST in arrays else None,
        parameters=plan.system.parameters.records(),
        likely_error=likely_error(plan.system, len(plan.years)),
        error_record=error_record(plan.system),
    )
    return Outcome(ensemble=ensemble, control=arrays[CONTROL])


class Held:
    """Parts of blocks as arrays of all members in memory."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.arrays: Part = {}

    def put(self, block: int, part: Part) -> None:
        """Takes what a block left to its place."""
        drawn = self._plan.drawn(block)
        for name, values in part.items():
            if name == CENTRAL:
                self.arrays[name] = values
            elif name == LOST:
                self.arrays[name] = self.arrays.get(name, 0.0) + values
            else:
                whole = self._plan.members + (name == CONTROL)
                into = self.arrays.setdefault(name, np.empty((whole, *values.shape[1:]), values.dtype))
                into[drawn.start : drawn.start + len(values)] = values

    def read(self, name: str, places: slice) -> NDArray[Any]:
        """As `Read` has it."""
        return self.arrays[name][:, :, places]


def quantiles(cells: NDArray[np.float32]) -> Array:
    """Quantiles over members [quantile, instant, ...] of cells [member, instant, ...], exact, an instant at a time."""
    out = np.empty((len(QUANTILES), *cells.shape[1:]))
    for instant in range(cells.shape[1]):
        out[:, instant] = np.quantile(cells[:, instant], QUANTILES, axis=0)
    return out


def diagnostics(members: Read, slices: list[slice]) -> dict[str, float]:
    """Numbers that show how the run went, from means over members; `slices` of places are read one by one."""

    def mean(name: str) -> Array:
        # Added one after the other, and laid out alike: numpy's order of adding depends on how arrays lie.
        each = (members.read(name, places) for places in slices)
        means = np.concatenate([sum(of[1:], start=of[0]) / len(of) for of in each], axis=-1)
        return np.ascontiguousarray(means)

    people = mean("people").sum(axis=-1)
    moved = mean("departures").sum(axis=-1)
    adjusted = np.abs(mean("adjustment")).sum(axis=-1)
    births = mean("births").sum(axis=-1)
    return {
        "moves in the first period per resident": float(moved[0] / people[0]),
        "largest national adjustment of a period per resident": float((adjusted / people[:-1]).max()),
        "adjustment per birth over the run": float(adjusted.sum() / births.sum()),
    }


def likely_error(system: System, instants: int) -> Array | None:
    """Mean absolute log error of people [year, place] by the law of a system's course, which begins at its base year.

    None for a system without a course.
    """
    if system.course is None:
        return None
    scale = system.course.law.scale
    known = np.zeros((1 + system.repeated // system.country.ages.width, scale.shape[1]))
    return np.concatenate([known, scale])[:instants]


def error_record(system: System) -> dict[str, Any]:
    """Where the law of errors was measured, and the weights of the methods of the anchor."""
    if system.course is None:
        return {}
    law = system.course.law
    return {"launches": list(law.launches), "measured": law.measured, "weights": dict(system.course.weights)}
