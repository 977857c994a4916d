"""What happens in a step, in order: the model's table of contents."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import jax
import jax.numpy as jnp

from hinterland.model import economy as livelihoods
from hinterland.model import rungs
from hinterland.model import services as provided
from hinterland.model.control import international_factor, scaled, towards
from hinterland.model.migration import Mobility, Standing, mean_gap, move
from hinterland.model.nation import National, renew
from hinterland.model.settling import settle
from hinterland.model.survival import Survivorship, aged, surviving
from hinterland.space.dense import DenseKernel
from hinterland.space.kernel import Kernel
from hinterland.state import Economy, Flows, Services, State


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Kernels:
    """Kernels of every epoch, each a stack [epoch, place, place]."""

    moves: DenseKernel
    commuting: DenseKernel
    shops: DenseKernel
    markets: DenseKernel


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Setting:
    """What stays fixed through a run."""

    kernel: Kernel
    opportunities: jax.Array
    """[place] share of the nation's people at the base year."""
    size: jax.Array
    """[place] persons at the base year."""
    local_mortality: jax.Array
    """[place] exponent of survivorship."""
    stages: tuple[int, ...] = field(metadata={"static": True})
    parents: tuple[tuple[int, int], ...] = field(metadata={"static": True})
    years: int = field(metadata={"static": True})
    economy: livelihoods.Base | None = None
    """Base year of jobs, incomes and homes; None where the country has no figures of jobs."""
    kernels: Kernels | None = None
    """How far places are from each other as railways change; None where they stay."""
    services: provided.ServicesBase | None = None
    """Base year of services; None where nothing is known of settlements inside places."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Behaviour:
    """How people behave, fixed through a run; one number per member."""

    mobility: Mobility
    settling: jax.Array
    """[...] hazard of newcomers becoming rooted, 1/year."""
    base: jax.Array
    """[..., stage] the nation's mean of ln D - V when the run starts."""
    births_rent: jax.Array
    """[...] fall of the log of births with the log of rent."""
    habits: livelihoods.Habits | None = None
    """How firms, shops and builders behave, and how movers answer; used where there is an economy."""
    ladder: rungs.Ladder | None = None
    """How people step from villages to towns; used where there are services."""
    provision: provided.Provision | None = None
    """When services open and close and what they are worth."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Conditions:
    """What a step is given from outside."""

    national: National
    target: jax.Array
    """[..., sex, age] the nation's persons at the end of the step; used where no control is given."""
    local_fertility: jax.Array
    """[..., place] multiple of national births."""
    pull: jax.Array
    """[..., place, stage] V before congestion and before what the economy adds."""
    economy: livelihoods.Given | None = None
    """The nation's jobs by activity; used where there is an economy."""
    services: provided.Levers | None = None
    """What scenarios turn at services; nothing where None."""
    epoch: jax.Array | None = None
    """Which of the setting's kernels hold; used where railways change."""


def step(
    setting: Setting,
    behaviour: Behaviour,
    state: State,
    conditions: Conditions,
    control: jax.Array | None = None,
) -> tuple[State, Flows]:
    """One step of `setting.years`: the state at its end and the flows during it.

    `control` [..., sex, age] is the national factor of a base run, to be kept for scenarios compared with it; without
    it the step steers to `conditions.target`.
    """
    start = state
    trips = travelled(setting, conditions)
    standing = stood(setting, behaviour, start, conditions)
    state, births, deaths = live(setting, behaviour, state, conditions)
    state, settled = settle(state, behaviour.settling, setting.years)
    state, moves = move(
        state,
        standing,
        mobility=behaviour.mobility,
        kernel=trips.moves,
        opportunities=setting.opportunities,
        base=behaviour.base,
        stages=setting.stages,
        parents=setting.parents,
        years=setting.years,
    )
    before = state.people
    total = before.sum(axis=-3)
    abroad = international_factor(total, conditions.national.migrants)
    factor = towards(total * abroad, conditions.target) if control is None else control
    state = scaled(state, abroad * factor)
    flows = Flows(
        births=births,
        deaths=deaths,
        departures=moves.departures,
        arrivals=moves.arrivals,
        returns=moves.returns,
        settled=settled,
        international=before * (abroad - 1)[..., None, :, :],
        adjustment=before * (abroad * (factor - 1))[..., None, :, :],
        control=factor,
    )
    economy = sustained(setting, behaviour, start, state.people, conditions, trips)
    services = served(setting, behaviour, start, state.people, economy, conditions)
    return replace(state, economy=economy, services=services), flows


def travelled(setting: Setting, conditions: Conditions) -> livelihoods.Trips:
    """How far places are from each other in this step."""
    if setting.kernels is not None and conditions.epoch is not None:
        kernels, epoch = setting.kernels, conditions.epoch
        each = (kernels.moves, kernels.commuting, kernels.shops, kernels.markets)
        return livelihoods.Trips(*(kernel.of(epoch) for kernel in each))
    if setting.economy is None:
        return livelihoods.Trips(*[setting.kernel] * 4)
    return livelihoods.usual_trips(setting.economy, setting.kernel)


def stood(setting: Setting, behaviour: Behaviour, start: State, conditions: Conditions) -> Standing:
    """How places stand with movers in a step, as movers see them at its start."""
    pull, lack = seen(start, conditions.pull)
    return Standing(pull=pull - crowding(setting, behaviour, start), lack=lack)


def seen(state: State, pull: jax.Array) -> tuple[jax.Array, jax.Array]:
    """V with what movers see of the economy at the start of the step, and what lack of work adds to leaving.

    Both [..., place, stage]; nothing is added where there is no economy.
    """
    if state.services is not None:
        pull = pull + state.services.pull
    if state.economy is None:
        return pull, jnp.zeros_like(pull)
    return pull + state.economy.pull, state.economy.push


def sustained(
    setting: Setting,
    behaviour: Behaviour,
    start: State,
    people: jax.Array,
    conditions: Conditions,
    trips: livelihoods.Trips,
) -> Economy | None:
    """What places live on at the end of the step, with people [..., place, sex, age] as they are then."""
    if setting.economy is None or start.economy is None or behaviour.habits is None or conditions.economy is None:
        return start.economy
    cost = None if start.services is None else start.services.cost
    return livelihoods.advance(
        setting.economy, behaviour.habits, start.economy, people, conditions.economy, trips, setting.years, cost=cost
    )


def served(
    setting: Setting,
    behaviour: Behaviour,
    start: State,
    people: jax.Array,
    economy: Economy | None,
    conditions: Conditions,
) -> Services | None:
    """Where in their places people [..., place, sex, age] live at the end of the step, and what is at hand there."""
    before, base = start.services, setting.services
    if before is None or base is None or behaviour.ladder is None or behaviour.provision is None:
        return before
    farms = jnp.zeros_like(before.cost)
    levers = conditions.services
    if economy is not None and setting.economy is not None:
        farms = livelihoods.farm_share(economy.jobs)
        levers = provided.with_spending(levers, livelihoods.richer(setting.economy, economy, people))
    settled = rungs.climb(before.rungs, before.rung_pull, farms, behaviour.ladder, setting.years)
    now = provided.serve(base, behaviour.provision, before.degree, settled, people.sum(axis=-2), levers)
    return Services(rungs=settled, degree=now.degree, pull=now.pull, rung_pull=now.rung_pull, cost=now.cost)


@jax.jit
def with_base(setting: Setting, behaviour: Behaviour, pull: jax.Array) -> Behaviour:
    """The behaviour with the nation's mean logsum at this pull [..., place, stage] as its base, and base-year trade."""
    habits = behaviour.habits
    if setting.economy is not None and habits is not None:
        habits = livelihoods.with_usual(setting.economy, habits)
    return replace(behaviour, base=mean_gap(setting.kernel, setting.opportunities, pull), habits=habits)


def live(
    setting: Setting, behaviour: Behaviour, state: State, conditions: Conditions
) -> tuple[State, jax.Array, jax.Array]:
    """Ageing, deaths and births: the state after them, births and deaths [..., place, sex, age].

    Children are born rooted where they are born, fewer where homes have become dear. The away die as the newcomers do
    who host them.
    """
    survivorship: Survivorship = conditions.national.survivorship
    fertility = conditions.local_fertility
    if state.economy is not None:
        fertility = fertility * jnp.exp(-behaviour.births_rent[..., None] * state.economy.rent)
    people, born, deaths = renew(
        state.people,
        conditions.national,
        local_mortality=setting.local_mortality,
        local_fertility=fertility,
        years=setting.years,
    )
    rooted = surviving(state.rooted, survivorship, setting.local_mortality)
    newcomers = surviving(state.newcomers, survivorship, setting.local_mortality)
    hosted = state.newcomers.sum(axis=-3)
    share = jnp.where(hosted > 0, newcomers.sum(axis=-3) / jnp.where(hosted > 0, hosted, 1.0), 1.0)
    after = State(
        rooted=aged(rooted).at[..., 0].set(people[..., 0]),
        newcomers=aged(newcomers),
        away=aged(state.away * share[..., None, :, :]),
    )
    births = jnp.zeros_like(people).at[..., 0].set(born)
    return after, births, deaths


def crowding(setting: Setting, behaviour: Behaviour, state: State) -> jax.Array:
    """What size takes from V [..., place, 1]: congestion times the log of people relative to the base year."""
    people = state.people.sum(axis=(-2, -1))
    return (
        behaviour.mobility.congestion[..., None] * jnp.log(jnp.maximum(people, 1.0) / jnp.maximum(setting.size, 1.0))
    )[..., None]
