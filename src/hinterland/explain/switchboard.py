"""A run in which every mechanism has a switch from off (0) to on (1), and what is held while it is off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import SEXES, Ages
from hinterland.explain.mechanisms import MECHANISMS
from hinterland.members.given import Given
from hinterland.model.economy import Habits
from hinterland.model.fertility import WOMEN
from hinterland.model.migration import mean_gap
from hinterland.model.nation import National
from hinterland.model.services import Provision
from hinterland.model.step import Behaviour, Conditions, Kernels, Setting
from hinterland.selections import SELECTIONS
from hinterland.simulate import simulate
from hinterland.space.dense import DenseKernel
from hinterland.state import Economy, State

Array = NDArray[np.float64]

LIVED: Final = ("jobs", "homes")
"""Quantities of what places live on."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class World:
    """All that a run with switches needs: everything on, and the values of what is held when off."""

    setting: Setting
    behaviour: Behaviour
    """[step, ...]."""
    start: State
    """[member, place, sex, age]."""
    conditions: Conditions
    """[step, member, ...]."""
    control: jax.Array
    """[step, member, sex, age] the nation's factors of the run with everything on."""
    calm: jax.Array
    """[step, member, place, stage] V without shocks."""
    balance: jax.Array
    """[place, stage] V at which nobody would gain."""
    base: jax.Array
    """[stage] the nation's mean of ln D - V at balance."""
    replacement: jax.Array
    """[member, age] births per woman-year with which women replace themselves."""
    counted: jax.Array
    """[quantity, sex, age] whom each quantity of people counts."""


def world(on: Given, control: jax.Array, calm: jax.Array, balance: jax.Array, ages: Ages) -> World:
    """The switches of a run `on`; `calm` [step, member, place, stage] is its pull without shocks."""
    return World(
        setting=on.setting,
        behaviour=on.behaviour,
        start=on.start,
        conditions=on.conditions,
        control=control,
        calm=calm,
        balance=balance,
        base=mean_gap(on.setting.kernel, on.setting.opportunities, balance),
        replacement=replacement(_first(on.conditions.national), on.setting.years),
        counted=jnp.asarray(counted(ages)),
    )


def counted(ages: Ages) -> Array:
    """Whom each selection counts [quantity, sex, age]: one where it does, else zero."""
    out = np.zeros((len(SELECTIONS), len(SEXES), len(ages)))
    for row, chosen in enumerate(SELECTIONS.values()):
        for sex in chosen.sexes:
            out[row, SEXES.index(sex), chosen.groups(ages)] = 1.0
    return out


def present(of: World) -> tuple[str, ...]:
    """Names of the switches that do something in a world, without that of shocks."""
    absent = {"shocks"}
    if of.setting.economy is None or of.start.economy is None:
        absent |= {"jobs", "homes", "money"}
        if of.setting.services is None:
            absent |= {"services"}
    if of.setting.kernels is None:
        absent |= {"rail"}
    return tuple(name for name in MECHANISMS if name not in absent)


def replacement(national: National, years: int) -> jax.Array:
    """Births per woman-year [..., age] in the shape of the nation's, scaled so that a woman leaves one daughter.

    Counted as a step does: mean of women at its start and end, and survivorship from group to group.
    """
    stays = national.survivorship.groups[..., WOMEN, :]
    born = national.survivorship.births[..., WOMEN, None]
    alive = jnp.concatenate([born, born * jnp.cumprod(stays[..., :-1], axis=-1)], axis=-1)
    daughters = years * (1 - national.boys) * jnp.sum(national.fertility * alive, axis=-1)
    return national.fertility / daughters[..., None]


def run(of: World, switches: jax.Array, seen: jax.Array, rail: jax.Array) -> jax.Array:
    """Quantities [quantity, place] at the end of a run with `switches` [mechanism], each from 0 to 1.

    `seen` [activity] is the part of the change of jobs that movers see. `rail` stands for the switch of that name: runs
    that share it do not make kernels anew.
    """
    level = dict(zip(MECHANISMS, switches, strict=True)) | {"rail": rail}
    path = simulate(
        replace(of.setting, kernels=_kernels(of.setting, level["rail"])),
        _behaviour(of, level),
        _start(of, level),
        _conditions(of, level, seen),
        _mix(jnp.ones(()), of.control, level["national"]),
    )
    last = None if path.economy is None else jax.tree.map(lambda values: values[-1], path.economy)
    return quantities(of.counted, path.people[-1], last)


def names(of: World) -> tuple[str, ...]:
    """Names of the quantities of `run`."""
    return (*SELECTIONS, *(() if of.start.economy is None else LIVED))


def quantities(counted: jax.Array, people: jax.Array, economy: Economy | None) -> jax.Array:
    """Quantities [quantity, place] of people [1, place, sex, age], whom they count, and what they live on."""
    sums = jnp.einsum("qsa,psa->qp", counted, people[0])
    if economy is None:
        return sums
    return jnp.concatenate([sums, economy.jobs[0].sum(axis=-1)[None], economy.homes[0][None]])


def _mix(off: jax.Array | float, on: jax.Array, switch: jax.Array) -> jax.Array:
    """From off to on in a straight line; either end to the last bit."""
    return (1 - switch) * off + switch * on


def _first(values: National) -> National:
    return jax.tree.map(lambda each: each[0], values)


def _behaviour(of: World, level: dict[str, jax.Array]) -> Behaviour:
    acting = of.behaviour
    mobility = replace(
        acting.mobility,
        leave=acting.mobility.leave * level["siphon"],
        come_home=acting.mobility.come_home * level["return"],
    )
    return replace(
        acting,
        mobility=mobility,
        base=_mix(of.base, acting.base, level["unexplained"]),
        births_rent=acting.births_rent * level["homes"],
        habits=None if acting.habits is None else _habits(acting.habits, level),
        provision=None if acting.provision is None else _provision(acting.provision, level["services"]),
    )


def _habits(habits: Habits, level: dict[str, jax.Array]) -> Habits:
    answer, finance = habits.response, habits.finance
    return replace(
        habits,
        response=replace(
            answer,
            income=answer.income * level["jobs"],
            access=answer.access * level["jobs"],
            push=answer.push * level["jobs"],
            rent=answer.rent * level["homes"],
            amenity=answer.amenity * level["services"],
        ),
        dirt=replace(habits.dirt, amenity_harm=habits.dirt.amenity_harm * level["services"]),
        finance=replace(
            finance,
            pay_fall_most=finance.pay_fall_most * level["money"],
            posts_least=_mix(1.0, finance.posts_least, level["money"]),
            promotion_return=finance.promotion_return * level["money"],
        ),
    )


def _provision(provision: Provision, switch: jax.Array) -> Provision:
    return replace(
        provision,
        weight=provision.weight * switch,
        fixed=provision.fixed * switch,
        travel=provision.travel * switch,
    )


def _conditions(of: World, level: dict[str, jax.Array], seen: jax.Array) -> Conditions:
    given = of.conditions
    nation, held = given.national, _first(given.national)
    lives = jax.tree.map(lambda first, each: _mix(first, each, level["deaths"]), held.survivorship, nation.survivorship)
    pull = _mix(of.balance, of.calm, level["unexplained"]) + level["shocks"] * (given.pull - of.calm)
    economy = given.economy
    if economy is not None:
        economy = replace(economy, seen=jnp.broadcast_to(seen, (of.control.shape[0], *seen.shape)))
    return replace(
        given,
        economy=economy,
        national=replace(
            nation,
            survivorship=lives,
            fertility=_mix(of.replacement, nation.fertility, level["births"]),
            boys=_mix(held.boys, nation.boys, level["births"]),
            migrants=nation.migrants * level["national"],
        ),
        local_fertility=_mix(1.0, given.local_fertility, level["births"]),
        pull=pull,
    )


def _start(of: World, level: dict[str, jax.Array]) -> State:
    """The start, at which movers see as much of the economy and of services as they do later."""
    start, economy, services = of.start, of.start.economy, of.start.services
    if economy is not None and of.behaviour.habits is not None:
        rents = -economy.rent[..., None] * of.behaviour.habits.response.rent[0][..., None, :]
        pull = (economy.pull - rents) * level["jobs"] + rents * level["homes"]
        economy = replace(economy, pull=pull, push=economy.push * level["jobs"])
    if services is not None:
        on = level["services"]
        services = replace(services, pull=services.pull * on, cost=services.cost * on)
    return replace(start, economy=economy, services=services)


def _kernels(setting: Setting, switch: jax.Array) -> Kernels | None:
    """Kernels between those of the base year and those of the run."""
    later, economy = setting.kernels, setting.economy
    if later is None:
        return None

    def between(usual: object, each: DenseKernel) -> DenseKernel:
        return DenseKernel(_mix(usual.matrix, each.matrix, switch)) if isinstance(usual, DenseKernel) else each

    return Kernels(
        moves=between(setting.kernel, later.moves),
        commuting=later.commuting if economy is None else between(economy.commuting, later.commuting),
        shops=later.shops if economy is None else between(economy.shops, later.shops),
        markets=later.markets if economy is None else between(economy.markets, later.markets),
    )
