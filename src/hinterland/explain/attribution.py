"""What every mechanism adds to the change of every place, for the central run and for members.

    change = momentum + sum over mechanisms of their parts + interaction

Momentum is the change of a closed world that replaces its women and dies as in the first step. Moves come first, as
what acts through them can do nothing without; the others come in all orders alike, and public money last, since it acts
through jobs (precedence, Faigle and Kern 1992). Parts of those in between are what exact Shapley values and integrated
gradients agree on, and interaction is the rest: what no single mechanism can claim.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country
from hinterland.explain.gradients import agreed
from hinterland.explain.mechanisms import FIRST, INTERACTION, MOMENTUM, SHOCKS, UNEXPLAINED
from hinterland.explain.moves_between import Exchange, exchange
from hinterland.explain.sectors import SECTORS, sectors
from hinterland.explain.shapley import ends, shapley
from hinterland.explain.switchboard import World, names, quantities, world
from hinterland.explain.trace import Trace, at, since, traced
from hinterland.explain.worths import Order, gradients, order, worths
from hinterland.members.draws import Block, calm, drawn, one
from hinterland.members.given import Given, central, given, responding
from hinterland.members.pulls import pull_course
from hinterland.scenario import BASE
from hinterland.system import System
from hinterland.ways import railways

Array = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

NODES: Final = 4
"""Points of the way at which the central run's gradients are taken."""
MEMBER_NODES: Final = 2
"""Points for each member: over all prefectures of China the parts then miss the change by a hundredth of a percent of
people in the mean."""
SHOWN: Final = 64
"""Sets between two tellings of progress."""
EXACT: Final = 1_000
"""Places up to which all orders are run."""


@dataclass(frozen=True, slots=True)
class Split:
    """A change of one quantity of one area, in persons (or jobs, homes); parts by name."""

    start: float
    end: float
    parts: dict[str, float]
    """In the order of `Attribution.parts`, interaction last; they sum to the change."""
    first: dict[str, float]
    """What a mechanism does before the others that are alike come; empty where orders were not run."""
    last: dict[str, float]
    """What it does after all of them."""
    sectors: dict[str, float]
    """Of jobs where they come last; empty where there are none."""
    bands: dict[str, tuple[float, float]]
    """10% and 90% of members, whose parts are by gradients alone; with shocks, and empty without members."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The parts of a country between two years; arrays by quantity and place."""

    country: Country
    years: tuple[int, int]
    quantities: tuple[str, ...]
    parts: tuple[str, ...]
    """Momentum and the mechanisms that act."""
    start: Array
    """[quantity, place]."""
    end: Array
    gradients: Array
    """[part, quantity, place]."""
    orders: Array | None
    """[part, quantity, place] by exact Shapley values; None where there are too many places."""
    first: Array | None
    """[part, quantity, place] as in `Split`."""
    last: Array | None
    sectors: Array | None
    """[sector, quantity, place] of jobs (see `explain.sectors`); None where there are none."""
    members: Array
    """[member, part, quantity, place]: those of `parts`, interaction, and shocks."""
    flows: dict[str, Array]
    """Name -> [place] persons over the period."""
    given: Given
    trace: Trace
    steps: range

    def split(self, quantity: str, places: NDArray[np.int64]) -> Split:
        """The change of a quantity in a set of places together."""
        row = self.quantities.index(quantity)

        def summed(values: Array) -> Array:
            return values[..., row, :][..., places].sum(axis=-1)

        start, end = float(summed(self.start)), float(summed(self.end))
        found = summed(self.gradients)
        if self.orders is not None:
            found = agreed(found, summed(self.orders))
        parts = dict(zip(self.parts, found.tolist(), strict=True))
        parts[INTERACTION] = end - start - sum(parts.values())
        named = (*self.parts, INTERACTION, SHOCKS)
        bands: dict[str, tuple[float, float]] = {}
        if len(self.members):
            low, high = np.quantile(summed(self.members), (0.1, 0.9), axis=0)
            bands = {name: (float(a), float(b)) for name, a, b in zip(named, low, high, strict=True)}
            del bands[INTERACTION]  # members have no orders to compare with
        by_sector = {} if self.sectors is None else dict(zip(SECTORS, summed(self.sectors).tolist(), strict=True))
        before, after = (
            {} if of is None else dict(zip(self.parts, summed(of).tolist(), strict=True))
            for of in (self.first, self.last)
        )
        return Split(start=start, end=end, parts=parts, first=before, last=after, sectors=by_sector, bands=bands)

    def unexplained_share(self, quantity: str) -> float:
        """Median over places of the unexplained part over the sum of all parts, all taken without sign."""
        shares: list[float] = []
        for place in range(len(self.country.places)):
            parts = self.split(quantity, np.array([place])).parts
            total = sum(abs(part) for part in parts.values())
            shares.append(abs(parts[UNEXPLAINED]) / total if total > 0 else 0.0)
        return float(np.median(shares))

    def exchange(self, places: NDArray[np.int64]) -> Exchange:
        """Moves of the central run between places and all others in the period."""
        with jax.enable_x64(True):
            return exchange(self.given, self.trace, self.steps, places.tolist())


def attribute(
    system: System,
    years: tuple[int, int],
    *,
    members: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Attribution:
    """The parts of the change from the end of one year to that of another, both instants of the system's run.

    With `members` the same is done for so many of them, under the random numbers of a run with as many.
    """
    width, launch = system.country.ages.width, system.country.base_year
    starts = list(range(launch, years[1], width))
    first = (years[0] - launch) // width
    tell = progress or _untold
    with jax.enable_x64(True):
        on = central(system, starts)
        trace = _traced(system, on, first)
        of = _world(system, on, trace, on.conditions.pull, first)
        acting = order(of)
        start, end = _stocks(of, trace, first), _stocks(of, trace, len(starts))
        stages = worths(of, acting.stages)
        by_gradients, by_orders = _alike(of, acting, tell)
        split_jobs = sectors(of) if "jobs" in acting.alike else None
        own = _members(_answering(system, trace), starts, first, members, seed, tell)
    return Attribution(
        country=system.country,
        years=years,
        quantities=names(of),
        parts=(MOMENTUM, FIRST, *acting.alike, *acting.later),
        start=start,
        end=end,
        gradients=_staged(start, stages, by_gradients),
        orders=None if by_orders is None else _staged(start, stages, shapley(by_orders)),
        first=None if by_orders is None else _staged(start, stages, ends(by_orders)[0]),
        last=None if by_orders is None else _staged(start, stages, ends(by_orders)[1]),
        sectors=split_jobs,
        members=own,
        flows={name: np.asarray(each)[first:, 0].sum(axis=0) for name, each in trace.flows.items()},
        given=on,
        trace=trace,
        steps=range(first, len(starts)),
    )


def _untold(done: int, total: int, what: str) -> None:
    """Progress that nobody asked for."""


def _traced(system: System, on: Given, first: int) -> Trace:
    """The central run; the program of the runs that follow is compiled beside that of this one, on stocks of no run."""

    def run() -> Trace:
        with jax.enable_x64(True):
            return traced(on)

    steps = on.conditions.pull.shape[0]
    blank = Trace(
        states=jax.tree.map(lambda stock: jnp.broadcast_to(stock, (steps + 1, *stock.shape)), on.start),
        flows={},
        control=jnp.ones_like(on.conditions.target),
    )
    with ThreadPoolExecutor(max_workers=1) as beside:
        waiting = beside.submit(run)
        of = _world(system, on, blank, on.conditions.pull, first)
        worths(of, order(of).stages[:1])
        return waiting.result()


def _world(system: System, on: Given, trace: Trace, calm_pull: jax.Array, first: int) -> World:
    """The switches of a run from the start of its step number `first` on."""
    return world(
        since(on, trace, first),
        trace.control[first:],
        calm_pull[first:],
        jnp.asarray(system.balance),
        system.country.ages,
    )


def _stocks(of: World, trace: Trace, instant: int) -> Array:
    """Quantities [quantity, place] of the first member of a run at one of its instants."""
    state = at(trace.states, instant)
    return np.asarray(quantities(of.counted, state.people, state.economy))


def _alike(of: World, acting: Order, tell: Progress) -> tuple[Array, Array | None]:
    """Parts of those alike by gradients, and the worths of all their sets, where these are run."""
    found: list[Array] = []
    if of.balance.shape[0] <= EXACT:
        sets = acting.sets
        for done in range(0, len(sets), SHOWN):
            tell(done, len(sets), "orders")
            found.append(worths(of, sets[done : done + SHOWN]))
        tell(len(sets), len(sets), "orders")
    return gradients(of, acting, NODES), np.concatenate(found) if found else None


def _staged(start: Array, stages: Array, alike: Array) -> Array:
    """Parts [part, ...]: momentum, moves, those alike, and the later ones."""
    later = np.diff(stages[2:], axis=0)
    return np.concatenate([(stages[0] - start)[None], (stages[1] - stages[0])[None], alike, later])


def _members(system: System, starts: list[int], first: int, members: int, seed: int, tell: Progress) -> Array:
    """Parts, interaction and shocks [member, part, quantity, place] of members, by gradients alone."""
    found: list[Array] = []
    if not members:
        return np.zeros((0, 1, 1, 1))
    block = drawn(system, members, starts, seed)
    for member in range(members):
        tell(member, members, "members")
        found.append(_member(system, one(block, member), starts, first))
    tell(members, members, "members")
    return np.array(found)


def _answering(system: System, trace: Trace) -> System:
    """The system with the response of its places to pull, as `given.answering` measures it, from the central run."""
    if system.course is None or system.course.response is not None:
        return system
    people = np.asarray(trace.states.people)[1:, 0].sum(axis=(-2, -1))
    arrivals, departures = (np.asarray(trace.flows[name])[:, 0] for name in ("arrivals", "departures"))
    response = responding(arrivals + system.parameters.value("push") * departures, people)
    return replace(system, course=replace(system.course, response=response))


def _member(system: System, block: Block, starts: list[int], first: int) -> Array:
    on = given(system, block, starts, BASE, railways(system, BASE, starts))
    trace = traced(on)
    calm_pull = jnp.asarray(np.swapaxes(pull_course(system, calm(block), starts), 0, 1))
    of = _world(system, on, trace, calm_pull, first)
    acting = order(of, shocks=True)
    start, stages = _stocks(of, trace, first), worths(of, acting.stages)
    parts = _staged(start, stages, gradients(of, acting, MEMBER_NODES))
    rest = stages[-1] - start - parts.sum(axis=0)
    # Shocks come last of all; interaction stands before them.
    return np.concatenate([parts[:-1], rest[None], parts[-1:]])
