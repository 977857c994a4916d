"""An earlier launch of a country, simulated to counts that have come since, as a smooth function of parameters.

Place effects are inverted once, from the record before the earlier launch, without pooling: pooling is linear in them
and acts inside. Parameters that move people in the record too change the effects that repeat it: these are inverted
again at one other value of each, and taken on the line between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.calibrate.pooling import pooled
from hinterland.calibrate.prepare import _setting, prepare, record_start
from hinterland.calibrate.vital import local_fertility
from hinterland.data.country import Country
from hinterland.data.schedules import medium, schedules
from hinterland.errors import InputError
from hinterland.members.given import central
from hinterland.model.fertility import reverting
from hinterland.model.nation import National
from hinterland.model.step import Behaviour, Conditions, Setting, with_base
from hinterland.params import Parameters
from hinterland.simulate import simulate
from hinterland.state import State
from hinterland.system import System
from hinterland.workers.pool import Here, Pool

Array = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

AHEAD: Final = ("launch_share", "lasting_share", "boom_half_life", "loss_half_life", "pooling", "fertility_reversion")
"""Parameters that act after the launch only; pooling acts on effects that are there."""
ALWAYS: Final = ("congestion", "push", "newcomer_multiple")
"""Parameters that act in the record too, and so change the effects that repeat it."""
SIZES: Final = (1_000.0, 5_000.0, 20_000.0, 100_000.0, 1_000_000.0)
"""Persons that part the size classes, those of back-tests."""
BROAD: Final = (0, 15, 25, 40, 65)
"""First ages of the broad groups that are compared where ages are published."""
ONE: Final = 1.0
"""Person added to both sides of a log, so that a group that has died out in a hamlet says little."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Inverted:
    """What the record before a launch leaves behind, at one set of parameters."""

    start: State
    """Stocks of people; what places live on and have at hand is no result of an inversion."""
    balance: jax.Array
    """[place, stage]."""
    like: jax.Array
    """[place, stage] what the effects of places like it are."""
    own: jax.Array
    """[place, stage] what a place's effect has beyond that."""
    niche: jax.Array | None
    """What plants liked in the record; None where there is no economy."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Rehearsal:
    """All that a run from an earlier launch to counts known since is made of."""

    setting: Setting
    start: State
    """What places live on and have at hand at the launch; people are those inverted."""
    behaviour: Behaviour
    """Of one step, of one member."""
    conditions: Conditions
    """[step, member, ...] with the nation as it came; pull and local fertility are put in by the run."""
    usual: Inverted
    bends: dict[str, Inverted]
    """Parameter of `ALWAYS` -> change of what is inverted per unit of it."""
    origin: dict[str, jax.Array]
    """Parameter -> the value at which `usual` was inverted."""
    fertility: jax.Array
    """[place] multiple of national births at the earlier launch."""
    fertility_scale: jax.Array
    logs: jax.Array
    """[step, place, group] log of people counted: the total, then broad ages where they are published."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is fixed about the rows of a rehearsal, for weights and for telling."""

    launch: int
    """The earlier launch."""
    years: tuple[int, ...]
    """Years counted since, at the ends of steps."""
    classes: NDArray[np.int64]
    """[place] size class at the earlier launch."""
    regions: NDArray[np.int64]
    """[place] position of its region."""
    groups: tuple[str, ...]
    """Names of the groups compared."""


def earlier_launch(country: Country, launch: int, backs: Sequence[int] = (10, 5)) -> int:
    """The launch whose forecast is tried on counts up to `launch`: ten years before it, or five.

    The first that has a record of its own before it and a count at the end of every step from there to `launch`.
    InputError where there is none.
    """
    for back in backs:
        early = launch - back
        ends = range(early, launch + 1, country.ages.width)
        counted = ends[-1] == launch and all(year in country.years for year in ends)
        if counted and early >= country.drivers.years[0] and _has_record(country, early):
            return early
    raise InputError(
        f"the record up to {launch} holds no earlier launch to learn from: its years are "
        f"{', '.join(str(year) for year in country.years if year <= launch) or 'none'}",
        remedy="Give counts of fifteen years before the launch; until then the usual parameters are kept",
        where=country.code,
    )


class Stored(Protocol):
    """Keeps what was inverted, by name."""

    def held(self, name: str) -> Inverted | None:
        """What is kept."""
        ...

    def hold(self, name: str, found: Inverted) -> None:
        """Keeps it."""
        ...


@dataclass(frozen=True, slots=True)
class Inverting:
    """Inverts the record before a launch at other values of parameters, by name; travels to other processes."""

    then: Country
    parameters: Parameters

    def __call__(self, task: tuple[str, Mapping[str, float]]) -> Inverted:
        """What is inverted without pooling, as arrays of numpy: others would lose their double precision on the way."""
        with jax.enable_x64(True):
            system = prepare(self.then, self.parameters.with_overrides({"pooling": 0.0, **task[1]}))
            return jax.tree.map(np.asarray, _inverted(system, self.then))


def rehearsal(
    known: Country,
    then: Country,
    parameters: Parameters,
    names: Sequence[str],
    *,
    stored: Stored | None = None,
    progress: Progress | None = None,
    pool: Pool = Here(),  # noqa: B008
) -> tuple[Rehearsal, Frame]:
    """The launch of `then` (a country cut there) run to the counts of `known` (cut at the later launch).

    `stored` keeps what each inversion has found, by name, and gives it back where it is kept already; the others are
    made wherever `pool` does them.
    """
    away = {name: _elsewhere(parameters, name) for name in ALWAYS if name in names}
    tasks = [("usual", {}), *((name, {name: value}) for name, value in away.items())]
    with jax.enable_x64(True):
        held = {} if stored is None else {name: stored.held(name) for name, _ in tasks}
        found = {name: kept for name, kept in held.items() if kept is not None}
        missing = [task for task in tasks if task[0] not in found]
        for (name, _), made in pool.each(Inverting(then, parameters), missing):
            found[name] = jax.tree.map(jnp.asarray, made)
            if stored is not None:
                stored.hold(name, made)
            if progress is not None:
                progress(len(found), len(tasks), "inversions")
        usual = found["usual"]
        bends: dict[str, Inverted] = {}
        for name, value in away.items():
            apart = value - parameters.value(name)
            bends[name] = jax.tree.map(lambda there, here, by=apart: (there - here) / by, found[name], usual)
        built = _built(known, then, parameters, _again(then, parameters, usual), usual, bends)
    return built, _frame(known, then)


def simulated(of: Rehearsal, values: Mapping[str, jax.Array]) -> jax.Array:
    """Log of people [step, place, group] of the central run with parameter `values`; differentiable in them."""
    inverted = _at(of, values)
    width, steps = of.setting.years, of.conditions.local_fertility.shape[0]
    effect = inverted.like + (1 - values["pooling"]) * inverted.own
    middle = [width * (k + 0.5) for k in range(steps)]
    fading = [values["launch_share"] * _lapsing(effect, values, elapsed) for elapsed in middle]
    pull = jnp.stack([inverted.balance + each for each in fading])[:, None]
    fertility = jnp.stack(
        [
            reverting(of.fertility, elapsed, values["fertility_reversion"][None], of.fertility_scale)
            for elapsed in middle
        ]
    )
    setting = of.setting
    if setting.economy is not None and inverted.niche is not None:
        setting = replace(setting, economy=replace(setting.economy, niche=inverted.niche))
    stocks = inverted.start
    start = replace(of.start, rooted=stocks.rooted, newcomers=stocks.newcomers, away=stocks.away)
    acting = with_base(setting, _acting(of.behaviour, values), pull[0])
    path = simulate(
        setting,
        jax.tree.map(lambda value: jnp.broadcast_to(value, (steps, *value.shape)), acting),
        jax.tree.map(lambda cells: cells[None], start),
        replace(of.conditions, pull=pull, local_fertility=fertility),
    )
    grouped = of.logs.shape[-1] > 1
    return jnp.log(_groups(path.people[1:, 0], of.setting.years, broad=grouped) + ONE)


def _lapsing(effect: jax.Array, values: Mapping[str, jax.Array], elapsed: float) -> jax.Array:
    """The place effect as `pulls.lapsing` has it, for one member and for gradients."""
    half = jnp.where(effect > 0, values["boom_half_life"], values["loss_half_life"])
    lasting = values["lasting_share"]
    return effect * (lasting + (1 - lasting) * 2 ** (-elapsed / half))


def _acting(behaviour: Behaviour, values: Mapping[str, jax.Array]) -> Behaviour:
    mobility = behaviour.mobility
    changed: dict[str, Any] = {
        name: jnp.broadcast_to(values[name], getattr(mobility, name).shape) for name in ALWAYS if name in values
    }
    return replace(behaviour, mobility=replace(mobility, **changed))


def _at(of: Rehearsal, values: Mapping[str, jax.Array]) -> Inverted:
    """What would be inverted at these values, on the line through the two points of each parameter."""
    found = of.usual
    for name, bend in of.bends.items():
        by = values[name] - of.origin[name]
        found = jax.tree.map(lambda here, slope, by=by: here + by * slope, found, bend)
    return replace(found, start=jax.tree.map(lambda cells: jnp.maximum(cells, 0.0), found.start))


def _groups(cells: jax.Array, width: int, *, broad: bool) -> jax.Array:
    """People [..., place, group] of cells [..., place, sex, age]: all of them, then the broad ages if wanted."""
    ages = cells.sum(axis=-2)
    total = ages.sum(axis=-1, keepdims=True)
    if not broad:
        return total
    ends = [*(first // width for first in BROAD[1:]), ages.shape[-1]]
    starts = [first // width for first in BROAD]
    parts = [ages[..., a:b].sum(axis=-1, keepdims=True) for a, b in zip(starts, ends, strict=True)]
    return jnp.concatenate([total, *parts], axis=-1)


def _elsewhere(parameters: Parameters, name: str) -> float:
    """The end of the prior that lies further from the value: where effects are inverted a second time."""
    value, prior = parameters.value(name), parameters[name].prior_items
    if prior is None:
        raise InputError(f"{name} has no prior", remedy="Give prior = [low, high]", where=f"parameter {name}")
    low, high = prior[0]
    return high if high - value >= value - low else low


def _inverted(system: System, country: Country) -> Inverted:
    """The parts of a system whose effects were not pooled."""
    base = country.base_year
    record = record_start(country)
    assert record is not None
    ends = [country.years.index(record), country.years.index(base)]
    like = pooled(
        system.effect,
        country.at(base).sum(axis=(1, 2)),
        np.array(country.places.regions),
        1.0,
        ageless=np.logical_or.reduce((country.rescaled | country.imputed)[ends], axis=0),
        movers=np.ones(system.effect.shape[1]),
    )
    return Inverted(
        start=replace(system.state, economy=None, services=None),
        balance=jnp.asarray(system.balance),
        like=jnp.asarray(like),
        own=jnp.asarray(system.effect - like),
        niche=None if system.setting.economy is None else system.setting.economy.niche,
    )


def _again(then: Country, parameters: Parameters, usual: Inverted) -> System:
    """The system of an inversion, made around it."""
    setting, start = _setting(then, parameters, then.at(then.base_year), then.base_year, {})
    return System(
        country=then,
        parameters=parameters,
        setting=setting,
        state=start.of(usual.start),
        balance=np.asarray(usual.balance),
        effect=np.asarray(usual.like + usual.own),
        fertility=local_fertility(then, parameters.value("fertility_shrink")),
        diagnostics={},
    )


def _built(
    known: Country,
    then: Country,
    parameters: Parameters,
    system: System,
    usual: Inverted,
    bends: dict[str, Inverted],
) -> Rehearsal:
    width, early = then.ages.width, then.base_year
    starts = list(range(early, known.base_year, width))
    run = central(replace(system, course=None), starts)
    came = [known.at(start + width) for start in starts]
    nation: National = jax.tree.map(
        lambda values: jnp.swapaxes(values, 0, 1),
        schedules(known.drivers, then.ages, early, len(starts), medium(len(starts)), then.at(early).sum(axis=0)),
    )
    target = jnp.asarray(np.stack([cells.sum(axis=0) for cells in came]))[:, None]
    counted = _groups(jnp.asarray(np.stack(came)), width, broad=_broad(known, early))
    return Rehearsal(
        setting=run.setting,
        start=system.state,
        behaviour=jax.tree.map(lambda values: values[0], run.behaviour),
        conditions=replace(run.conditions, national=nation, target=target),
        usual=usual,
        bends=bends,
        origin={name: jnp.asarray(float(parameters.value(name))) for name in bends},
        fertility=jnp.asarray(system.fertility),
        fertility_scale=jnp.asarray(float(parameters.value("fertility_scale")))[None],
        logs=jnp.log(counted + ONE),
    )


def _broad(known: Country, early: int) -> bool:
    """Whether broad ages can be compared: published at the end of every step."""
    width = known.ages.width
    ends = [known.years.index(year) for year in range(early + width, known.base_year + 1, width)]
    return not known.imputed[ends].any() and set(BROAD) <= set(known.ages.lower)


def _frame(known: Country, then: Country) -> Frame:
    width = then.ages.width
    years = tuple(range(then.base_year + width, known.base_year + 1, width))
    named = [f"{first}-{after - 1}" for first, after in pairwise(BROAD)]
    _, regions = np.unique(np.array(then.places.regions), return_inverse=True)
    return Frame(
        launch=then.base_year,
        years=years,
        classes=np.digitize(then.totals[-1], SIZES).astype(np.int64),
        regions=regions.astype(np.int64),
        groups=("all", *named, f"{BROAD[-1]}+") if _broad(known, then.base_year) else ("all",),
    )


def _has_record(country: Country, early: int) -> bool:
    years = tuple(year for year in country.years if year <= early)
    return record_start(replace(country, base_year=early, years=years)) is not None
