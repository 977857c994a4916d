"""From a country and its parameters to a system ready to run: first stocks, local schedules, and place effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import LIFE_STAGES
from hinterland.calibrate.inversion import Asked, Inversion, invert, unmoved
from hinterland.calibrate.livelihoods import guards, livelihoods, observed_jobs
from hinterland.calibrate.observables import explain, observables
from hinterland.calibrate.pooling import pooled
from hinterland.calibrate.settlements import settlements
from hinterland.calibrate.stability import growth
from hinterland.calibrate.stocks import balance, newcomer_share, rake_newcomers, registered, rescale_away
from hinterland.calibrate.vital import local_fertility, local_mortality
from hinterland.course import at, course
from hinterland.data.country import Country
from hinterland.data.schedules import at_step, medium, schedules
from hinterland.drivers import national_course
from hinterland.errors import InputError
from hinterland.memory import give_back
from hinterland.model.economy import Base, niche
from hinterland.model.leaving import newcomer_prevalence
from hinterland.model.nation import National, project
from hinterland.model.step import Behaviour, Conditions, Setting
from hinterland.params import Parameters
from hinterland.state import Economy, Services, State
from hinterland.system import FOLLOWERS, System, behaviour, kernel

Array = NDArray[np.float64]

RECORD = (10, 5)
"""Years before the base year at which a record can start, best first."""


@dataclass(frozen=True, slots=True)
class _Start:
    """What places live on and have at hand at the start, where that is known."""

    economy: Economy | None
    services: Services | None

    def of(self, state: State) -> State:
        return replace(state, economy=self.economy, services=self.services)


def prepare(country: Country, parameters: Parameters) -> System:
    """The system of a country: stocks at its base year and, where its record allows, the effects of its places.

    InputError where the country cannot be run.
    """
    with jax.enable_x64(True):
        system = _prepare(country, parameters)
    give_back()
    return system


def prepare_past(country: Country, parameters: Parameters) -> System:
    """The system of a country at the start of its record, which it repeats before it goes on as from the base year.

    What happened in the record is in its place effects: a scenario that begins there takes a cause away and shows what
    had been without it. InputError where the country has no such record.
    """
    record = record_start(country)
    if record is None:
        raise InputError(
            f"{country.code} has no count {' or '.join(map(str, RECORD))} years before {country.base_year}",
            remedy="Begin at the base year",
            where="--from",
        )
    diagnostics: dict[str, float] = {}
    with jax.enable_x64(True):
        acting = behaviour({name: np.asarray(parameters.value(name)) for name in parameters}, country.ages)
        fertility = local_fertility(country, parameters.value("fertility_shrink"))
        later, _ = _setting(country, parameters, country.at(country.base_year), country.base_year, {})
        past = _past(country, parameters, acting, fertility, record, later.economy, diagnostics)
        _report(diagnostics, past.seen)
    give_back()
    return System(
        country=replace(country, base_year=record),
        parameters=parameters,
        setting=past.setting,
        state=past.start,
        balance=past.still.pull,
        effect=past.seen.pull - past.still.pull,
        fertility=fertility,
        diagnostics=diagnostics,
        repeated=country.base_year - record,
    )


def growth_of(system: System) -> float:
    """Growth per step of a difference between places in the first step, at balance (see `stability`)."""
    country, parameters = system.country, system.parameters
    with jax.enable_x64(True):
        acting = behaviour({name: np.asarray(parameters.value(name)) for name in parameters}, country.ages)
        ahead = _conditions_ahead(country, system.fertility, country.at(country.base_year), 1)
        jobs = course(system.setting, parameters, country.places.codes, [country.base_year])
        first = replace(ahead[0], economy=at(jobs, 0))
        return growth(system.setting, acting, system.state, [first], jnp.asarray(system.balance))


def record_start(country: Country) -> int | None:
    """The year from which the record is used; None where no year lies ten or five years before the base year."""
    known = [country.base_year - back for back in RECORD if country.base_year - back in country.years]
    return known[0] if known else None


def _prepare(country: Country, parameters: Parameters) -> System:
    acting = behaviour({name: np.asarray(parameters.value(name)) for name in parameters}, country.ages)
    fertility = local_fertility(country, parameters.value("fertility_shrink"))
    base = country.at(country.base_year)
    diagnostics: dict[str, float] = {}
    setting, start = _setting(country, parameters, base, country.base_year, diagnostics)
    record = record_start(country)
    if record is None:
        effect = np.zeros((len(country.places), len(LIFE_STAGES)))
        state = _first_stocks(country, parameters, acting, base, country.base_year, 1.0, diagnostics)
    else:
        effect, state, first = _from_record(
            country, parameters, acting, fertility, record, setting.economy, diagnostics
        )
        if setting.economy is not None and first is not None and acting.habits is not None:
            liked = niche(first, setting.economy, acting.habits, country.base_year - record)
            setting = replace(setting, economy=replace(setting.economy, niche=liked))
    state = start.of(state)
    if setting.economy is not None and start.economy is not None and acting.habits is not None:
        diagnostics |= guards(setting.economy, start.economy, acting.habits)
    ahead = _conditions_ahead(country, fertility, base, 10 // country.ages.width)
    starts = [country.base_year + country.ages.width * k for k in range(len(ahead))]
    jobs = course(setting, parameters, country.places.codes, starts)
    ahead = [replace(given, economy=at(jobs, k)) for k, given in enumerate(ahead)]
    tie = jnp.asarray(parameters.value("tie"))
    still = invert(Asked(setting, acting, state, ahead, unmoved(setting, state.people, ahead), tie))
    diagnostics["mean absolute error of people at balance"] = still.error
    return System(
        country=country,
        parameters=parameters,
        setting=setting,
        state=state,
        balance=still.pull,
        effect=effect,
        fertility=fertility,
        diagnostics=diagnostics,
    )


def _setting(
    country: Country, parameters: Parameters, people: Array, year: int, diagnostics: dict[str, float]
) -> tuple[Setting, _Start]:
    """What stays fixed in runs from a year of the record, and what its places lived on and had at hand then."""
    totals = people.sum(axis=(1, 2))
    market = kernel(country, parameters)
    found = livelihoods(country, parameters, people, year)
    if found is not None:
        diagnostics[f"places whose jobs of {year} are their region's"] = found.borrowed
    inside = settlements(country, parameters, people, year)
    if inside is not None and inside.whole:
        diagnostics[f"places of {year} taken as one settlement, as none publishes its urban people"] = inside.whole
    setting = Setting(
        kernel=market,
        opportunities=jnp.asarray(totals / totals.sum()),
        size=jnp.asarray(totals),
        local_mortality=jnp.asarray(local_mortality(country, parameters.value("mortality_shrink"))),
        stages=LIFE_STAGES.of_ages(country.ages),
        parents=FOLLOWERS,
        years=country.ages.width,
        economy=None if found is None else found.base,
        services=None if inside is None else inside.base,
    )
    return setting, _Start(
        economy=None if found is None else found.economy, services=None if inside is None else inside.services
    )


def _first_stocks(
    country: Country,
    parameters: Parameters,
    acting: Behaviour,
    people: Array,
    year: int,
    newcomers: float,
    diagnostics: dict[str, float],
) -> State:
    """Stocks of `people` [place, sex, age] in a year whose newcomers are a multiple of the base year's."""
    prevalence = newcomer_prevalence(
        np.asarray(acting.mobility.leave),
        np.asarray(acting.mobility.come_home),
        country.ages.width,
        multiple=parameters.value("newcomer_multiple"),
        settling=parameters.value("settling"),
    )
    share = newcomers * _newcomer_share(country, parameters)
    stocks = balance(
        people,
        share,
        registered(country, year) * people.sum(axis=(1, 2)),
        prevalence,
        limit=parameters.value("newcomers_limit"),
        away_floor=parameters.value("away_floor"),
    )
    diagnostics["error of the first stock of the away, share"] = stocks.residual
    return State(
        rooted=jnp.asarray(people - stocks.newcomers),
        newcomers=jnp.asarray(stocks.newcomers),
        away=jnp.asarray(stocks.away),
    )


def _newcomer_share(country: Country, parameters: Parameters) -> Array:
    return newcomer_share(country, parameters.value("cross_share"), parameters.value("newcomers_unknown"))


def _from_record(
    country: Country,
    parameters: Parameters,
    acting: Behaviour,
    fertility: Array,
    record: int,
    later: Base | None,
    diagnostics: dict[str, float],
) -> tuple[Array, State, Base | None]:
    """Place effects [place, stage] from the record's net migration, the stocks it leaves, and its economy's base year.

    `later` is the economy's base year at the end of the record, which gives the nation's jobs then.
    """
    base = country.at(country.base_year)
    past = _past(country, parameters, acting, fertility, record, later, diagnostics)
    then, seen, still = past.setting, past.seen, past.still
    _report(diagnostics, seen)
    ends = [country.years.index(record), country.years.index(country.base_year)]
    ageless = np.logical_or.reduce((country.rescaled | country.imputed)[ends], axis=0)
    effect = pooled(
        seen.pull - still.pull,
        base.sum(axis=(1, 2)),
        np.array(country.places.regions),
        parameters.value("pooling"),
        ageless=ageless,
        movers=_movers(country, acting, base),
    )
    if then.economy is not None:
        found = explain(effect, observables(country, record, parameters), country.places.regions, base.sum(axis=(1, 2)))
        for label, share in zip(LIFE_STAGES.labels, found.beyond, strict=True):
            diagnostics[f"place effects at {label} that jobs, access, climate and size explain in regions left out"] = (
                share
            )
    modelled = np.asarray(seen.state.newcomers)
    share = _newcomer_share(country, parameters)
    counted = float((share * base.sum(axis=(1, 2))).sum())
    diagnostics["newcomers of the run to the base year over those counted"] = float(modelled.sum()) / counted
    shape = base * np.divide(modelled, np.asarray(seen.state.people), out=np.zeros_like(base), where=base > 0)
    newcomers = rake_newcomers(base, shape, share, parameters.value("newcomers_limit"))
    away = rescale_away(np.asarray(seen.state.away), newcomers)
    state = State(rooted=jnp.asarray(base - newcomers), newcomers=jnp.asarray(newcomers), away=jnp.asarray(away))
    return effect, state, then.economy


@dataclass(frozen=True, slots=True)
class _Past:
    """A record as the model repeats it, and as it would have been had nobody gained or lost by moves."""

    setting: Setting
    start: State
    seen: Inversion
    still: Inversion


def _past(
    country: Country,
    parameters: Parameters,
    acting: Behaviour,
    fertility: Array,
    record: int,
    later: Base | None,
    diagnostics: dict[str, float],
) -> _Past:
    """The record from its start to the base year, inverted; `later` as in `_from_record`."""
    people, base = country.at(record), country.at(country.base_year)
    earlier = parameters.value("newcomers_earlier") ** ((country.base_year - record) / 10)
    start = _first_stocks(country, parameters, acting, people, record, earlier, diagnostics)
    then, begun = _setting(country, parameters, people, record, diagnostics)
    start = begun.of(start)
    steps = (country.base_year - record) // country.ages.width
    conditions = _conditions_observed(country, fertility, people, base, record, steps)
    if then.economy is not None:
        jobs = observed_jobs(then.economy, later, steps, country.ages.width)
        conditions = [replace(given, economy=step) for given, step in zip(conditions, jobs, strict=True)]
    tie = jnp.asarray(parameters.value("tie"))
    return _Past(
        setting=then,
        start=start,
        seen=invert(Asked(then, acting, start, conditions, jnp.asarray(base), tie)),
        still=invert(Asked(then, acting, start, conditions, unmoved(then, start.people, conditions), tie)),
    )


def _movers(country: Country, acting: Behaviour, people: Array) -> Array:
    """The nation's leavers by life stage [stage] at the base hazards."""
    leavers = people.sum(axis=(0, 1)) * np.asarray(acting.mobility.leave)
    by_stage = np.bincount(LIFE_STAGES.of_ages(country.ages), weights=leavers, minlength=len(LIFE_STAGES))
    return by_stage.astype(np.float64)


def _report(diagnostics: dict[str, float], seen: Inversion) -> None:
    diagnostics["mean absolute error of people at the base year, in sample"] = seen.error
    diagnostics["net migration by place, sex and age left unexplained, share, in sample"] = seen.unexplained


def _conditions(national: National, target: Any, fertility: Array) -> Conditions:
    places = len(fertility)
    return Conditions(
        national=national,
        target=jnp.asarray(target),
        local_fertility=jnp.asarray(fertility),
        pull=jnp.zeros((places, len(LIFE_STAGES))),
    )


def _conditions_observed(
    country: Country, fertility: Array, people: Array, base: Array, record: int, steps: int
) -> list[Conditions]:
    """Steps of the record, steered to the nation's observed cells at its end and half way in between.

    The correction of a cohort, observed over projected, is spread evenly over the steps it lived through.
    """
    nations = schedules(country.drivers, country.ages, record, steps, medium(steps), people.sum(axis=0))
    past = [jnp.asarray(people.sum(axis=0))]
    for k in range(steps):
        past.append(project(past[-1], _single(nations, k), country.ages.width))
    ratio = base.sum(axis=0) / np.asarray(past[-1])
    out: list[Conditions] = []
    for k in range(1, steps + 1):
        at_end = np.stack([np.minimum(np.arange(len(country.ages)) + steps - k, len(country.ages) - 1)] * 2)
        correction = np.take_along_axis(ratio, at_end, axis=-1) ** (k / steps)
        out.append(_conditions(_single(nations, k - 1), np.asarray(past[k]) * correction, fertility))
    return out


def _conditions_ahead(country: Country, fertility: Array, people: Array, steps: int) -> list[Conditions]:
    """The first steps after the base year on the nation's medium course."""
    nations, targets = national_course(country, people.sum(axis=0), country.base_year, steps, medium(steps))
    return [_conditions(_single(nations, k), targets[0, k], fertility) for k in range(steps)]


def _single(nation: National, k: int) -> National:
    """One step of the medium course, without its member axis."""
    return jax.tree.map(lambda values: jnp.asarray(np.asarray(values)[0]), at_step(nation, k))
