"""The central run under many scenarios at once: one simulation whose members are alternatives instead of draws.

Alternatives of a block differ by amounts of levers alone. Lines and mergers are arrays that all of a block share; they
have the same shapes whether they are on or off, so that blocks of every structure are compiled once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES
from hinterland.holding import full
from hinterland.members.draws import Block
from hinterland.members.given import Given, given
from hinterland.members.plan import BLOCK
from hinterland.members.shocks import no_shocks, taken
from hinterland.model.economy import Given as Economic
from hinterland.model.levers import AXES, Levers
from hinterland.model.mergers import Merger, arranged
from hinterland.model.step import Kernels, Setting
from hinterland.scenario import BASE, Scenario, changed
from hinterland.selections import select
from hinterland.simulate import Trajectory, simulate
from hinterland.space.dense import DenseKernel
from hinterland.space.network import Line
from hinterland.system import System
from hinterland.ways import Railways, railways

Array = NDArray[np.float64]

PLANTS: Final = tuple(ACTIVITIES.index(name) for name in ("routine", "advanced"))
_PEOPLE: Final = ("pull", "fertility")
_SERVICES: Final = {"keep": "schools_kept", "boarding": "boarding", "demand": "service_use"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run of alternatives is asked for; money and jobs only where the country has an economy."""

    people: Array
    """[alternative, instant, place] persons."""
    workers: Array
    """[alternative, instant, place] persons of 15 to 64."""
    births: Array
    """[alternative, step, place] persons."""
    posts: Array | None
    """[alternative, instant, place] public posts that need calls for."""
    plants: Array | None
    """[alternative, instant, place] jobs in industry."""
    homes: Array | None
    """[alternative, instant, place]."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A system ready to run alternatives from its base year, with the nation's corrections of its base run."""

    system: System
    starts: tuple[int, ...]
    control: Array
    """[step, sex, age] of the central base run."""
    variants: Mapping[tuple[bool, bool], Given] = field(default_factory=dict)
    """(line opened, merger done) -> the block without changes of amounts."""

    @property
    def years(self) -> tuple[int, ...]:
        """Instants."""
        return (*self.starts, self.starts[-1] + self.system.country.ages.width)

    def run(self, scenarios: Sequence[Scenario]) -> Shown:
        """Scenarios of one structure: the same lines opened and the same mergers, all known to the bench."""
        shape = {(bool(each.openings), bool(each.mergers)) for each in scenarios}
        if len(shape) != 1:
            raise ValueError("alternatives of a block differ in structure")
        around = self.variants[shape.pop()]
        parts = [_shown(self, _simulated(self, around, part), len(part)) for part in batched(scenarios)]
        return _joined(parts)


def bench(
    system: System, starts: Sequence[int], control: Array, *, line: Line | None = None, merger: Merger | None = None
) -> Bench:
    """A bench of a system; `line` and `merger` are what scenarios given to it may open or do.

    `control` [step, sex, age] is that of the central base run.
    """
    with jax.enable_x64(True):
        values = {
            name: np.repeat(np.asarray(system.parameters.value(name))[None], BLOCK, axis=0)
            for name in system.parameters
        }
        block = Block(values, taken(no_shocks(len(system.country.places), len(starts)), np.zeros(BLOCK, np.int64)))
        ways = _ways(system, starts, line)
        variants: dict[tuple[bool, bool], Given] = {}
        for opened, rails in ways.items():
            around = given(system, block, list(starts), BASE, rails)
            for done in (False, True) if merger is not None else (False,):
                variants[opened, done] = replace(around, setting=_merging(system, around, merger, done=done))
    return Bench(system, tuple(starts), control, variants)


def batched(scenarios: Sequence[Scenario]) -> Iterator[Sequence[Scenario]]:
    """Blocks of alternatives."""
    return (scenarios[first : first + BLOCK] for first in range(0, len(scenarios), BLOCK))


def _ways(system: System, starts: Sequence[int], line: Line | None) -> dict[bool, Railways]:
    """Kernels without and with a line, in one stack, so that both are of one shape."""
    without = railways(system, BASE, starts)
    if line is None:
        return {False: without}
    opened = railways(system, Scenario("line", openings=(line,)), starts)
    first, then = (stacked(system, rails.kernels) for rails in (without, opened))
    both = jax.tree.map(lambda a, b: jnp.concatenate([a, b]), first, then)
    count = len(jax.tree.leaves(first)[0])
    return {
        False: Railways(kernels=both, epochs=without.epochs),
        True: Railways(kernels=both, epochs=opened.epochs + count),
    }


def stacked(system: System, kernels: Kernels | None) -> Kernels:
    """Kernels of every epoch; where no line changes, the base year's as the only one."""
    if kernels is not None:
        return kernels
    economy = system.setting.economy
    moves = system.setting.kernel
    each = [moves] * 4 if economy is None else [moves, economy.commuting, economy.shops, economy.markets]
    stacked = []
    for position, kernel in enumerate(each):
        whole = full(kernel, "policies").matrix[None]
        stacked.append(DenseKernel(matrix=whole if economy is not None or position == 0 else whole[:, :1, :1]))
    return Kernels(*stacked)


def _merging(system: System, around: Given, merger: Merger | None, *, done: bool) -> Setting:
    """The setting with a merger, dated beyond all time where it is not done."""
    setting = around.setting
    if merger is None or setting.economy is None:
        return setting
    base = system.country.base_year
    made = arranged((merger,), system.country.places.codes, float(base))
    start = made.start - base if done else jnp.full_like(made.start, jnp.inf)
    return replace(setting, economy=replace(setting.economy, mergers=replace(made, start=start)))


def _simulated(bench: Bench, around: Given, scenarios: Sequence[Scenario]) -> Trajectory:
    """A block of alternatives; the last is repeated to fill it."""
    filled = [*scenarios, *[scenarios[-1]] * (BLOCK - len(scenarios))]
    with jax.enable_x64(True):
        conditions = around.conditions
        pull, fertility = (_by_alternative(bench, filled, name) for name in _PEOPLE)
        conditions = replace(
            conditions,
            pull=conditions.pull + pull,
            local_fertility=conditions.local_fertility * jnp.exp(fertility),
            economy=_economic(bench, filled, conditions.economy),
            services=None
            if conditions.services is None
            else replace(
                conditions.services,
                spending=jnp.zeros((len(bench.starts), BLOCK, len(bench.system.country.places))),
                **{field: _by_alternative(bench, filled, name) for field, name in _SERVICES.items()},
            ),
        )
        control = np.broadcast_to(bench.control[:, None], (len(bench.starts), BLOCK, *bench.control.shape[1:]))
        return simulate(around.setting, around.behaviour, around.start, conditions, jnp.asarray(control))


def _economic(bench: Bench, scenarios: Sequence[Scenario], around: Economic | None) -> Economic | None:
    if around is None:
        return None
    levers = {name: getattr(around.levers, name)[:, None] + _by_alternative(bench, scenarios, name) for name in AXES}
    return replace(around, levers=Levers(**levers))


def _by_alternative(bench: Bench, scenarios: Sequence[Scenario], lever: str) -> jax.Array:
    """What alternatives add to a lever [step, alternative, place, ...]."""
    codes, width = bench.system.country.places.codes, bench.system.country.ages.width
    return jnp.asarray(np.stack([changed(each, lever, codes, bench.starts, width) for each in scenarios], axis=1))


def _shown(bench: Bench, path: Trajectory, count: int) -> Shown:
    def swapped(values: jax.Array) -> Array:
        return np.swapaxes(np.asarray(values), 0, 1)[:count]

    groups = select(swapped(path.people), bench.system.country.ages)
    economy = path.economy
    jobs = None if economy is None else swapped(economy.jobs)
    return Shown(
        people=groups["people"],
        workers=groups["people_15_64"],
        births=swapped(path.flows["births"]),
        posts=None if economy is None else swapped(economy.posts),
        plants=None if jobs is None else jobs[..., PLANTS].sum(axis=-1),
        homes=None if economy is None else swapped(economy.homes),
    )


def _joined(parts: Sequence[Shown]) -> Shown:
    def together(name: str) -> Array | None:
        found = [getattr(part, name) for part in parts]
        return None if found[0] is None else np.concatenate(found)

    names = Shown.__dataclass_fields__
    return Shown(**{name: together(name) for name in names})  # pyright: ignore[reportArgumentType]
