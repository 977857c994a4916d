"""An ensemble whose members stay on disk: blocks run and kept one by one, then read a few places at a time.

Memory does not depend on how many members there are, but for a few hundred bytes of draws and corrections for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinterland.members.ensemble import Progress, diagnostics, error_record, likely_error, quantiles
from hinterland.members.kept import CELLS, LOST, Part, is_series
from hinterland.members.parts import Parts
from hinterland.members.plan import Plan, run
from hinterland.memory import give_back, slices
from hinterland.record import COMPARED, FLOWS, Heading, check_figures
from hinterland.workers.pool import Pool

Array = NDArray[np.float64]
Control = Callable[[NDArray[np.int64]], Array]
"""Members' numbers -> the corrections of a base run that they keep [row, step, sex, age]."""


@dataclass(frozen=True, slots=True)
class Block:
    """One task: a block's number, and the corrections that it keeps."""

    number: int
    control: Array | None


@dataclass(frozen=True, slots=True)
class Work:
    """Runs blocks of a plan and checks what they leave; travels to other processes."""

    plan: Plan

    def __call__(self, block: Block) -> Part:
        """What the block leaves; ArithmeticError where its figures do not add up."""
        plan = self.plan
        part = run(plan, block.number, block.control)
        series = {name: values for name, values in part.items() if is_series(name)}
        check_figures(plan.system.country, plan.years, series, plan.drawn(block.number).start)
        return part


def fill(parts: Parts, pool: Pool, *, control: Control | None = None, progress: Progress | None = None) -> None:
    """Runs the blocks that are not there yet, wherever the pool does, and keeps each as soon as it is done.

    `progress` is told of members that are there, first when as many blocks have been run as are run at a time: what
    comes before that is spent on compiling.
    """
    plan = parts.plan
    before = parts.done()
    missing = [block for block in plan.blocks if block not in before]

    def tasks() -> Iterator[Block]:
        for number in missing:
            yield Block(number, None if control is None else control(plan.rows(number)))

    members = sum(len(plan.drawn(block)) for block in before)
    count = 0
    # Nothing may hold a part while the next block is run: `enumerate` would.
    for block, part in pool.each(Work(plan), tasks()):
        parts.put(block.number, part)
        del part
        count += 1  # noqa: SIM113
        members += len(plan.drawn(block.number))
        if count == 1:
            give_back()  # what compiling the block has left
        if progress is not None and count >= min(pool.width, len(missing)):
            progress(members, plan.members, "members")
    if progress is not None:
        progress(plan.members, plan.members, "members")


@dataclass(frozen=True, slots=True)
class Streamed:
    """A run whose parts are all there, as `results.store` writes it."""

    parts: Parts
    heading: Heading

    def read(self, name: str, places: slice) -> Array:
        """A variable of the run at some places, in the order of its dims."""
        if name == "central_people":
            return self.parts.central(places)
        if name == "services_lost":
            return self.parts.lost(places) / self.parts.plan.members
        if name == "people_by_age":
            return np.concatenate([quantiles(self.parts.read(CELLS, few)) for few in self._few(places)], axis=2)
        return self.parts.read(name, places)

    def _few(self, places: slice) -> Iterator[slice]:
        plan = self.parts.plan
        one = 4 * plan.members * len(plan.years) * 2 * len(plan.system.country.ages)
        return slices(places.start, places.stop, one)


def streamed(parts: Parts, more: Mapping[str, float]) -> Streamed:
    """The run of parts that are all there, with `more` diagnostics than those of its own."""
    plan = parts.plan
    names = parts.names()
    country = plan.system.country
    each = list(slices(0, len(country.places), 8 * plan.members * len(plan.years)))
    heading = Heading(
        country=country,
        seed=plan.seed,
        members=plan.members,
        scenario=plan.scenario.name,
        years=plan.years,
        stocks=frozenset(name for name in names if is_series(name) and name not in FLOWS),
        services_lost=LOST in names,
        diagnostics={**plan.system.diagnostics, **diagnostics(parts, each), **more},
        likely_error=likely_error(plan.system, len(plan.years)),
        error_record=error_record(plan.system),
        parameters=plan.system.parameters.records(),
    )
    return Streamed(parts, heading)


@dataclass(frozen=True, slots=True)
class _Stock:
    """A stock that is read when some of it is asked for."""

    parts: Parts
    name: str

    def __getitem__(self, at: tuple[slice, slice, slice]) -> Array:
        """Values [member, instant, place]."""
        members, instants, places = at
        return self.parts.read(self.name, places)[members, instants]


def stocks_of(run: Streamed) -> dict[str, _Stock]:
    """The stocks of a run that comparisons with it are made of, as `results.comparison` reads them."""
    return {name: _Stock(run.parts, name) for name in COMPARED if name in run.heading.stocks}
