"""The live model of a run: its system made ready once, its own members drawn again, and blocks of them under levers.

The members are those of the run: the same draws, the same random numbers, the same national factors. What comes out
without levers is compared with what the run holds before anything is answered; where they differ the model is off.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.members.draws import Block, drawn
from hinterland.members.given import answering, given
from hinterland.members.plan import starts_of, usual_end
from hinterland.members.shocks import taken
from hinterland.scenario import BASE, LEVERS, Scenario
from hinterland.system import System
from hinterland.ways import Railways, railways
from hinterland.web.programs import Around, Programs, halved, moved, rows
from hinterland.web.runs import Opened
from hinterland.web.series import values
from hinterland.web.structures import widened

Array = NDArray[np.float64]
log = logging.getLogger("hinterland.web")

LARGE: Final = 1000
"""Places beyond which the first look is one member in single precision."""
SIZE: Final = 2
"""Members of a block: few, as a newer request waits for the block that runs; wider ones are not faster a member."""
BEFORE: Final = 32
"""Members whose base is run before a model of fewer places is called ready."""
AGREE: Final = 1e-4
"""Share by which people may differ from those of the run: with other options of the compiler they were seen to differ
by a hundredth of this, another version of the model differs by far more, and it is not seen in a chart."""
HELD: Final = 600_000_000
"""Bytes of prepared blocks that are held,"""
FIRST: Final = np.arange(1)
"""The member of the first look at many places."""
STORED: Final = 400
"""Places whose people are held."""
FEWEST: Final = 2
"""and how many of them in any case."""


@dataclass(frozen=True, slots=True)
class Look:
    """Members of a block under levers, beside themselves without."""

    members: NDArray[np.int64]
    """Numbers of the members."""
    changed: Mapping[str, NDArray[Any]]
    """As in `programs.Seen`, member first."""
    base: Mapping[str, NDArray[Any]]
    lost: float
    """Share of people that flows do not explain."""


@dataclass
class Live:
    """A run's live model; `warm` makes it ready, in a thread of its own."""

    run: Opened
    state: Literal["off", "warming", "ready"] = "off"
    note: str = ""
    system: System | None = None
    starts: list[int] = field(default_factory=list)
    programs: Programs = field(init=False)
    own: Scenario = BASE
    """The scenario that the run is of; levers are moved beside it."""
    _drawn: Block | None = None
    _rails: Railways | None = None
    _blocks: OrderedDict[tuple[Any, ...], Around] = field(default_factory=OrderedDict)
    _base: dict[int, Mapping[str, NDArray[Any]]] = field(default_factory=dict)
    """Blocks without levers, with the national factors of the base scenario."""
    _stored: dict[int, Array] = field(default_factory=dict)
    _quick: Mapping[str, NDArray[Any]] | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.programs = Programs(self.run.ages)

    @property
    def large(self) -> bool:
        """Whether the first look must be smaller and coarser to be quick."""
        return len(self.run.codes) > LARGE

    @property
    def members(self) -> int:
        """Of the run."""
        return int(self.run.data.sizes["member"])

    def ready(self) -> System:
        """The system; InputError where the model is not ready."""
        if self.state != "ready" or self.system is None:
            raise InputError(f"the live model is {self.state}: {self.note}", remedy=_remedy(self.state), where="run")
        return self.system

    def warm(self) -> None:
        """Makes the model ready; `state` and `note` tell how far it is, and why it stays off where it does."""
        country, why = usable(self.run)
        if country is None:
            self.state, self.note = "off", why
            return
        self.state, self.note = "warming", "preparing the country"
        try:
            self.own = own_scenario(self.run, country)
            self._prepare(country)
            self.note = "compiling"
            self._look_at_base()
        except InputError as error:
            self.state, self.note = "off", error.what
            return
        except Exception as error:
            log.exception("the live model of run %s failed", self.run.id)
            self.state, self.note = "off", f"the model could not be made ready ({type(error).__name__})"
            return
        self.state, self.note = "ready", ""

    def _prepare(self, country: Country) -> None:
        from hinterland.forecast import ready

        asked = overrides(self.run, country)
        system, until = ready(
            country, self.members, self.run.years[-1], asked, keep_effects=False, past=False, progress=self._told
        )
        self.starts = starts_of(country, self.members, until)
        with jax.enable_x64(True):
            self._rails = railways(system, BASE, self.starts)
        self.system = system = answering(system, self.starts, SIZE, self._rails)
        self._drawn = drawn(system, self.members, self.starts, int(self.run.data.attrs["seed"]))

    def _told(self, _done: int, _total: int, what: str) -> None:
        self.note = f"preparing the country: {what}"

    def _look_at_base(self) -> None:
        """Compiles what levers need, and compares the base with the run."""
        first = self.base(0)
        stored = (
            self.run.data["people"].isel(member=slice(0, len(first["people"]))).transpose("member", "year", "place")
        )
        people = np.asarray(stored.to_numpy(), dtype=np.float64)
        apart = float(np.max(np.abs(first["people"] - people) / np.maximum(people, 1.0)))
        if not apart <= AGREE:
            self.system = None
            raise InputError(
                f"members come out otherwise than in the run, by up to {100 * apart:.2g}%",
                remedy="Make the run again with this version",
                where="run",
            )
        self.note = "compiling levers"
        if self.large:
            self._quick = rows(self._run(FIRST, self.own, single=True), len(FIRST))
        self._run(self.rows(0), self.own)
        self.note = "running members"
        if not self.large:
            for block in range(-(-min(BEFORE, self.members) // SIZE)):
                self.base(block)

    def rows(self, block: int) -> NDArray[np.int64]:
        """Numbers of a block's members; the last is repeated to fill the last block."""
        return np.minimum(np.arange(block * SIZE, (block + 1) * SIZE), self.members - 1)

    def count(self, block: int) -> int:
        """Members of a block that are not repeated."""
        return min((block + 1) * SIZE, self.members) - block * SIZE

    def base(self, block: int) -> Mapping[str, NDArray[Any]]:
        """A block without levers, run when it is first asked for."""
        with self._lock:
            if block not in self._base:
                members = self.rows(block)
                free = self.programs(self._around(members, BASE), None, None)
                found = rows(free, self.count(block))
                if self.own is not BASE:
                    # A scenario keeps the national factors of the base, as it did in the run.
                    under = self._run(members, self.own, control=free.control)
                    found = {**rows(under, self.count(block)), "control": found["control"]}
                self._base[block] = found
            return self._base[block]

    def first_look(self, scenario: Scenario) -> Look:
        """The first members under a scenario, as soon as can be."""
        if self._quick is None:
            return self.look(0, scenario)
        seen = self._run(FIRST, scenario, single=True)
        return Look(FIRST, rows(seen, len(FIRST)), self._quick, float(seen.lost))

    def look(self, block: int, scenario: Scenario) -> Look:
        """A whole block under a scenario, in double precision."""
        base = self.base(block)
        seen = self._run(self.rows(block), scenario)
        count = self.count(block)
        return Look(self.rows(block)[:count], rows(seen, count), base, float(seen.lost))

    def stored(self, place: int) -> Array:
        """[member, year] people of a place without levers, of all members of the run."""
        with self._lock:
            if place not in self._stored:
                if len(self._stored) >= STORED:
                    self._stored.clear()
                self._stored[place] = values(self.run, "people", place)
            return self._stored[place]

    def _run(
        self, members: NDArray[np.int64], scenario: Scenario, *, single: bool = False, control: Array | None = None
    ) -> Any:
        """A block under a scenario: amounts at places are arrays of the program, the rest makes the block."""
        assert self.system is not None
        national = tuple(change for change in scenario.changes if LEVERS[change.lever].national)
        local = tuple(change for change in scenario.changes if not LEVERS[change.lever].national)
        around = self._around(members, replace(scenario, name=BASE.name, changes=national), single=single)
        levers = moved(self.system, self.starts, Scenario(scenario.name, changes=local))
        kept = self._control(members) if control is None else control
        return self.programs(around, kept, levers, single=single)

    def _control(self, members: NDArray[np.int64]) -> Array:
        """National factors of members in the base [member, step, sex, age]."""
        found = [self.base(int(member) // SIZE)["control"][int(member) % SIZE] for member in members]
        return np.stack(found)

    def _around(self, members: NDArray[np.int64], scenario: Scenario, *, single: bool = False) -> Around:
        """A block ready to run; those used least are forgotten."""
        key = (tuple(members.tolist()), scenario, single)
        with self._lock:
            if key in self._blocks:
                self._blocks.move_to_end(key)
                return self._blocks[key]
        found = self._made(members, scenario)
        if single:
            with jax.enable_x64(False):
                found = halved(found)
        with self._lock:
            self._blocks[key] = found
            held = _bytes(found)
            while len(self._blocks) > FEWEST and len(self._blocks) * held > HELD:
                self._blocks.popitem(last=False)
        return found

    def _made(self, members: NDArray[np.int64], scenario: Scenario) -> Around:
        system, block, rails = self.system, self._drawn, self._rails
        assert system is not None
        assert block is not None
        assert rails is not None
        values = {name: of[members] for name, of in block.values.items()}
        chosen = Block(values=values, shocks=taken(block.shocks, members))
        with jax.enable_x64(True):
            ways = railways(system, scenario, self.starts) if scenario.openings or scenario.closings else rails
            found = given(system, chosen, self.starts, scenario, ways)
            found = widened(system, found, rails, always=not self.large)
            start = jax.tree.map(lambda cells: jnp.asarray(cells[0]), found.start)
        return found.setting, found.behaviour, start, found.conditions


def usable(run: Opened) -> tuple[Country | None, str]:
    """The country of a run whose live model can be made, or why it cannot."""
    if run.country is None:
        return None, "the country's pack is not at hand, or is of another version than the run"
    if run.years[0] != run.country.base_year or run.years[-1] > usual_end(run.country):
        return None, "the run begins with the record, or ends later than usual"
    return run.country, ""


def own_scenario(run: Opened, country: Country) -> Scenario:
    """The scenario that a run is of, read again; InputError where the package does not ship it."""
    from hinterland.scenario_files.made import load_scenarios, shipped

    if run.scenario == BASE.name:
        return BASE
    parts = run.scenario.split("+")
    if not set(parts) <= set(shipped()):
        what = (
            f"the run is of the scenario {run.scenario}, which is not one of the package's: its changes are not at hand"
        )
        raise InputError(what, remedy="Use one of the package's, or ask a run of the base", where="run")
    return load_scenarios(parts, country)


def overrides(run: Opened, country: Country) -> dict[str, Any]:
    """Parameters that a run was made with and that are not the country's usual ones."""
    from hinterland.params import load

    usual = load(fitted=country.code)
    return {
        name: value
        for name, value in run.overrides.items()
        if name in usual and not np.array_equal(np.asarray(usual.value(name)), np.asarray(value))
    }


def _remedy(state: str) -> str:
    return "Ask again in a minute" if state == "warming" else "Ask another run: /api/runs tells which are live"


def _bytes(of: Around) -> int:
    """Bytes that a block adds to what all share."""
    _, behaviour, _, conditions = of
    return sum(int(leaf.nbytes) for leaf in jax.tree.leaves((behaviour, conditions)))
