"""An ensemble as tasks: what decides it, and its blocks of members, each of which can be run anywhere and again."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import NDArray

from hinterland.course import TURNED
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.members.draws import block_of
from hinterland.members.given import answering, run_block
from hinterland.members.kept import Part, part_of
from hinterland.scenario import BASE, Scenario, check
from hinterland.system import System, acting
from hinterland.ways import Railways, railways

Array = NDArray[np.float64]

END = 2100
"""The year that runs end in, or the last before it that their steps reach."""
FARTHEST = 2150
"""The last year that can be asked for: after the nation's series its last schedules are kept, and cohorts go on."""
BLOCK = 16
"""Members run together: wide enough for matrix products, small enough for memory."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides an ensemble but the nation's corrections of a base run, where it keeps those."""

    system: System
    scenario: Scenario
    members: int
    starts: tuple[int, ...]
    """The years in which steps begin."""
    seed: int
    rails: Railways

    @property
    def years(self) -> tuple[int, ...]:
        """Instants, the base year first."""
        return (*self.starts, self.starts[-1] + self.system.country.ages.width)

    @property
    def size(self) -> int:
        """Members in a block; the central run is the one after the last member."""
        return min(BLOCK, self.members + 1)

    @property
    def blocks(self) -> range:
        """Numbers of the blocks."""
        return range(-(-(self.members + 1) // self.size))

    def drawn(self, block: int) -> range:
        """The members of a block, without the central run."""
        return range(block * self.size, min((block + 1) * self.size, self.members))

    def rows(self, block: int) -> NDArray[np.int64]:
        """Members of a block [size], the central run's number in place of those that it lacks."""
        return np.minimum(np.arange(block * self.size, (block + 1) * self.size), self.members)


def planned(system: System, *, members: int, until: int, seed: int, scenario: Scenario) -> Plan:
    """The plan of an ensemble; InputError where the members, the last year or the scenario cannot be used."""
    starts = starts_of(system.country, members, until)
    check(scenario, system.parameters, acting(system.parameters, system.country.ages) | TURNED)
    with jax.enable_x64(True):
        rails = railways(system, scenario, starts)
        usual = railways(system, BASE, starts) if scenario.openings or scenario.closings else rails
    system = answering(system, starts, min(BLOCK, members + 1), usual)
    return Plan(system, scenario, members, tuple(starts), seed, rails)


def run(plan: Plan, block: int, control: Array | None) -> Part:
    """What a block leaves; `control` [size, step, sex, age] are the corrections that it keeps, in the order of `rows`.

    The same plan and block give the same bytes on machines of one kind, whatever was run before.
    """
    starts = list(plan.starts)
    with jax.enable_x64(True):
        block_draws = block_of(plan.system, block * plan.size, plan.size, plan.members, starts, plan.seed)
        path = run_block(plan.system, block_draws, starts, plan.scenario, control, plan.rails)
        central = len(plan.drawn(block)) if plan.members in plan.rows(block) else None
        return part_of(path, plan.system.country.ages, len(plan.drawn(block)), central)


def usual_end(country: Country) -> int:
    """The last year, not after 2100 nor the end of the national drivers, that whole steps from the base year reach."""
    width = country.ages.width
    last = min(END, int(country.drivers.years[-1]))
    return country.base_year + (last - country.base_year) // width * width


def starts_of(country: Country, members: int, until: int) -> list[int]:
    """The years in which the steps of a run begin; InputError where the run cannot be made."""
    base, width = country.base_year, country.ages.width
    if members < 2:
        raise InputError(f"{members} members", remedy="Give at least 2: a band needs several", where="members")
    if until <= base or (until - base) % width or until > FARTHEST:
        raise InputError(
            f"the run cannot end in {until}",
            remedy=f"Give a year {width}, {2 * width}, ... years after {base}, and no later than {FARTHEST}",
            where="until",
        )
    return list(range(base, until, width))
