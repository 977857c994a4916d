"""A world run through the model with an event and without it, on the same course of the nation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.course import begun, course, scheduled, service_levers
from hinterland.data.schedules import medium
from hinterland.drivers import national_course
from hinterland.experiments.worlds import CODES, START, STEPS, World, kept, system
from hinterland.holding import full
from hinterland.model.step import Conditions, Kernels, Setting, with_base
from hinterland.params import Parameters
from hinterland.scenario import Change, Scenario, changed
from hinterland.simulate import Trajectory, simulate
from hinterland.space.dense import DenseKernel
from hinterland.state import Economy, Services, State
from hinterland.system import System, behaviour
from hinterland.ways import during, railways

Array = NDArray[np.float64]

WIDTH: Final = 5
"""Years of a step."""
STARTS: Final = tuple(range(START, START + WIDTH * STEPS, WIDTH))
AGO: Final = np.arange(STEPS + 1) * WIDTH - WIDTH
"""Years [instant] since the event, which comes in the first step and is seen by movers from its end on."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happens to a world; nothing by default."""

    scenario: Scenario = field(default_factory=lambda: Scenario("event"))
    apart: NDArray[np.bool_] | None = None
    """[place, place] pairs between which nobody moves, works, shops or sells from the event on."""
    more: Array | None = None
    """[place] log of people at the start over those there are without the event."""


NOTHING: Final = Event(Scenario("nothing"))


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a world, [instant, place, ...] unless a shape is given."""

    people: Array
    """[instant, place, sex, age]."""
    flows: Mapping[str, Array]
    """Name -> [step, place]."""
    control: Array
    """[step, sex, age] national factors."""
    economy: Economy
    services: Services

    @property
    def residents(self) -> Array:
        """[instant, place]."""
        return self.people.sum(axis=(-2, -1))


def run(system: System, world: World, event: Event = NOTHING, control: Array | None = None) -> Run:
    """The world's course, with the national factors of the run without the event where these are given."""
    with jax.enable_x64(True):
        scenario = replace(event.scenario, changes=(*kept(world), *event.scenario.changes))
        setting, epoch = _setting(system, scenario, event)
        start = _with_more(begun(system.state, scenario, CODES), event.more)
        values = {name: np.asarray(system.parameters.value(name)) for name in system.parameters}
        acting = with_base(system.setting, behaviour(values, system.country.ages), jnp.asarray(system.balance))
        acting = jax.tree.map(lambda part: jnp.broadcast_to(part, (STEPS, *part.shape)), acting)
        path = simulate(
            setting,
            acting,
            start,
            _conditions(system, scenario, epoch),
            None if control is None else jnp.asarray(control),
        )
        return _kept(path)


def _conditions(system: System, scenario: Scenario, epoch: NDArray[np.int64]) -> Conditions:
    country = system.country
    nations, targets = national_course(country, country.at(START).sum(axis=0), START, STEPS, medium(STEPS))
    pull = system.balance + changed(scenario, "pull", CODES, STARTS, WIDTH)
    births = np.exp(changed(scenario, "fertility", CODES, STARTS, WIDTH))
    return Conditions(
        national=jax.tree.map(lambda part: part[0], nations),
        target=jnp.asarray(targets[0]),
        local_fertility=jnp.asarray(system.fertility * births),
        pull=jnp.asarray(pull),
        economy=course(system.setting, system.parameters, CODES, STARTS, scenario),
        services=service_levers(CODES, STARTS, WIDTH, scenario),
        epoch=jnp.asarray(epoch),
    )


def _setting(system: System, scenario: Scenario, event: Event) -> tuple[Setting, NDArray[np.int64]]:
    """The setting as lines, mergers and a border change it, and which of its kernels hold in every step."""
    rails = railways(system, scenario, STARTS)
    setting, epochs = during(system.setting, rails), rails.epochs
    if event.apart is not None:
        economy, moves = system.setting.economy, system.setting.kernel
        assert economy is not None
        each = [_matrix(kernel) for kernel in (moves, economy.commuting, economy.shops, economy.markets)]
        cut = [DenseKernel(matrix=jnp.asarray(np.where(event.apart, 0.0, matrix))[None]) for matrix in each]
        setting = replace(setting, kernels=Kernels(*cut))
        epochs = np.zeros(STEPS, np.int64)
    return scheduled(setting, scenario, CODES, START), epochs


def _matrix(kernel: object) -> Array:
    return np.asarray(full(kernel, "worlds").matrix)


def _with_more(state: State, more: Array | None) -> State:
    """More people, or fewer: all stocks of a place alike, and the away of the nation as its newcomers."""
    if more is None:
        return state
    factor = jnp.exp(jnp.asarray(more))[:, None, None]
    newcomers, away = state.newcomers * factor, state.away * factor
    balance = newcomers.sum(axis=0) / jnp.maximum(away.sum(axis=0), 1e-300)
    return replace(state, rooted=state.rooted * factor, newcomers=newcomers, away=away * balance)


def _kept(path: Trajectory) -> Run:
    economy, services = path.economy, path.services
    assert economy is not None
    assert services is not None
    return Run(
        people=np.asarray(path.people),
        flows={name: np.asarray(flow) for name, flow in path.flows.items()},
        control=np.asarray(path.control),
        economy=jax.tree.map(np.asarray, economy),
        services=jax.tree.map(np.asarray, services),
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """A world without an event and with it."""

    system: System
    world: World
    before: Run
    """Without."""
    after: Run
    """With."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Parameters with which worlds are run, and the worlds that have been made ready."""

    parameters: Parameters
    made: dict[str, System] = field(default_factory=dict)
    """By the name of the world; kept, as several experiments share worlds and fits run them many times."""

    def system(self, world: World) -> System:
        """The world ready to run."""
        if world.name not in self.made:
            self.made[world.name] = system(world, self.parameters)
        return self.made[world.name]

    def pair(self, world: World, event: Event) -> Pair:
        """The world without an event and with it; the second keeps the national factors of the first."""
        ready = self.system(world)
        before = run(ready, world)
        return Pair(system=ready, world=world, before=before, after=run(ready, world, event, before.control))

    def with_values(self, values: Mapping[str, float | Sequence[float]]) -> Bench:
        """A bench with other values of parameters, whose worlds are made anew."""
        return Bench(parameters=self.parameters.with_overrides(values))


def steadily(
    lever: str,
    level: float,
    speed: float,
    bounds: tuple[float, float],
    places: tuple[str, ...],
    kinds: tuple[str, ...] = (),
) -> tuple[Change, ...]:
    """Changes of a lever that take what follows it at a `speed` to `level` times its usual, soon, and hold it there.

    Public posts and plants answer with inertia: a first, larger amount makes up for it as far as `bounds` allow.
    """
    keep = float(np.exp(-speed * WIDTH))
    now, found = 1.0, []
    for start in STARTS[:-1]:
        target = (level - keep * now) / (1 - keep)
        amount = float(np.clip(np.log(max(target, 1e-9)), *bounds))
        found.append(Change(lever, amount, start, start + WIDTH, places=places, kinds=kinds))
        now = keep * now + (1 - keep) * float(np.exp(amount))
        if abs(now / level - 1) < 1e-9:
            break
    return (*found, Change(lever, float(np.log(level)), START + WIDTH * len(found), places=places, kinds=kinds))


def at(course: Array, years: float) -> Array:
    """Values [place, ...] of a course [instant, place, ...] so many years after the event; between instants linear."""
    position = float(np.interp(years, AGO, np.arange(len(AGO))))
    low = int(np.floor(position))
    high = min(low + 1, len(AGO) - 1)
    return course[low] + (position - low) * (course[high] - course[low])
