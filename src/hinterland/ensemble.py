"""Many members of one scenario: draws, blocks of members through the simulation, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import RUNGS, SERVICES
from hinterland.course import TURNED, begun, course, scheduled, service_levers
from hinterland.data.country import Country
from hinterland.drivers import national_course
from hinterland.errors import InputError
from hinterland.memory import give_back
from hinterland.model import services
from hinterland.model.fertility import reverting
from hinterland.model.step import Behaviour, Conditions, Setting, with_base
from hinterland.params_draw import draw
from hinterland.record import AT_HAND, BY_RUNG, FLOWS, JOBS, QUANTILES, Ensemble
from hinterland.scenario import BASE, Scenario, changed, check, turned
from hinterland.selections import select
from hinterland.shocks import Kin, Shocks, draw_shocks, followed, no_shocks, taken
from hinterland.simulate import Trajectory, simulate
from hinterland.state import Economy, Services, State
from hinterland.system import Course, System, acting, behaviour
from hinterland.ways import Railways, during, railways

Array = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

END = 2100
"""The year that runs end in, or the last before it that their steps reach."""
FARTHEST = 2150
"""The last year that can be asked for: after the nation's series its last schedules are kept, and cohorts go on."""
FEWEST = 0.02
"""Least response of the log of people to pull in a step that is believed: small places with hardly a move."""
BLOCK = 16
"""Members run together: wide enough for matrix products, small enough for memory."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An ensemble with the national factors that scenarios compared with it must keep."""

    ensemble: Ensemble
    control: Array
    """[member, step, sex, age]; the last member is the central run."""


@dataclass(frozen=True, slots=True)
class Block:
    """Draws of some members, the member axis first."""

    values: Mapping[str, Array]
    shocks: Shocks


def run_ensemble(
    system: System,
    *,
    members: int,
    until: int,
    seed: int,
    scenario: Scenario = BASE,
    control: Array | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Members of a scenario from the base year to `until`; `control` is that of the base run it is compared with.

    InputError where the number of members or the last year cannot be used.
    """
    starts = starts_of(system.country, members, until)
    check(scenario, system.parameters, acting(system.parameters, system.country.ages) | TURNED)
    width = system.country.ages.width
    years = (*starts, starts[-1] + width)
    places = len(system.country.places)
    size = min(BLOCK, members + 1)
    system = answering(system, starts, size)
    draws = draw(system.parameters, members, seed)
    stocks: dict[str, Array] = {}
    flows = {name: np.empty((members, len(starts), places)) for name in FLOWS}
    lost = np.zeros((len(years), places, len(RUNGS), len(SERVICES)))
    by_member = np.empty((members, len(years), places, 2, len(system.country.ages)), dtype=np.float32)
    central = np.empty(by_member.shape[1:])
    factors = np.empty((members + 1, len(starts), 2, len(system.country.ages)))
    with jax.enable_x64(True):
        rails = railways(system, scenario, starts)
    for first in range(0, members + 1, size):
        # The central run is the one after the last member; the last block is filled up so that all have one shape.
        rows = np.arange(first, min(first + size, members + 1))
        filled = np.minimum(np.arange(first, first + size), members)
        block = _block(system, draws, rows, members, starts, seed, filled - first)
        with jax.enable_x64(True):
            path = _run_block(system, block, starts, scenario, None if control is None else control[filled], rails)
            factors[rows] = np.swapaxes(np.asarray(path.control), 0, 1)[: len(rows)]
            people = np.swapaxes(np.asarray(path.people), 0, 1)
            drawn = rows[rows < members]
            by_member[drawn] = people[: len(drawn)]
            if len(drawn):
                _keep(system, path, people, drawn, members, stocks, flows)
                lost += _lost(path, len(drawn))
            if len(drawn) < len(rows):
                central[:] = people[len(drawn)]
        if first == 0:
            give_back()  # what compiling the block has left
        if progress is not None:
            progress(min(int(rows[-1]) + 1, members), members, "members")
    ensemble = Ensemble(
        country=system.country,
        seed=seed,
        members=members,
        scenario=scenario.name,
        years=years,
        stocks=stocks,
        flows=flows,
        central=central,
        by_age=_quantiles(by_member),
        diagnostics={**system.diagnostics, **_diagnostics(flows, stocks)},
        services_lost=lost / members if "with_primary" in stocks else None,
        parameters=system.parameters.records(),
        likely_error=_likely_error(system, len(years)),
        error_record=_error_record(system),
    )
    return Outcome(ensemble=ensemble, control=factors)


def _likely_error(system: System, instants: int) -> Array | None:
    """Mean absolute log error of people [year, place] by the law of a system's course, which begins at its base year.

    None for a system without a course.
    """
    if system.course is None:
        return None
    scale = system.course.law.scale
    known = np.zeros((1 + system.repeated // system.country.ages.width, scale.shape[1]))
    return np.concatenate([known, scale])[:instants]


def _error_record(system: System) -> dict[str, Any]:
    """Where the law of errors was measured, and the weights of the methods of the anchor."""
    if system.course is None:
        return {}
    law = system.course.law
    return {"launches": list(law.launches), "measured": law.measured, "weights": dict(system.course.weights)}


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


def _block(
    system: System,
    draws: Mapping[str, Array],
    rows: NDArray[np.int64],
    members: int,
    starts: list[int],
    seed: int,
    positions: NDArray[np.int64],
) -> Block:
    """Draws of the members `rows`, the central run where its number is among them, at `positions` among these."""
    values, shocks = _central_values(system), no_shocks(len(system.country.places), len(starts))
    drawn = range(int(rows[0]), int(min(rows[-1] + 1, members)))
    if drawn:
        own, moved = _rows(system, draws, drawn), _shocks(system, drawn, starts, seed)
        values = {name: np.concatenate([own[name], values[name]]) for name in values}
        shocks = followed(moved, shocks)
    return Block(values={name: of[positions] for name, of in values.items()}, shocks=taken(shocks, positions))


def drawn(system: System, members: int, starts: list[int], seed: int) -> Block:
    """Draws of all members of a run with as many of them: each the same as in that run."""
    rows = range(members)
    return Block(
        values=_rows(system, draw(system.parameters, members, seed), rows), shocks=_shocks(system, rows, starts, seed)
    )


def one(block: Block, member: int) -> Block:
    """One member of a block, as a block."""
    row = np.array([member])
    return Block(values={name: of[row] for name, of in block.values.items()}, shocks=taken(block.shocks, row))


def calm(block: Block) -> Block:
    """A block whose members keep their parameters and the nation's course, and whose places meet no chance."""
    return replace(block, shocks=replace(block.shocks, place=np.zeros_like(block.shocks.place)))


def _central_values(system: System) -> dict[str, Array]:
    return {name: np.asarray(system.parameters.value(name))[None] for name in system.parameters}


def _rows(system: System, draws: Mapping[str, Array], rows: range) -> dict[str, Array]:
    """Values of every parameter [member, ...]: drawn ones by member, the others repeated."""
    return {
        name: draws[name][list(rows)]
        if name in draws
        else np.repeat(np.asarray(system.parameters.value(name))[None], len(rows), axis=0)
        for name in system.parameters
    }


def _shocks(system: System, rows: range, starts: list[int], seed: int) -> Shocks:
    return draw_shocks(system.parameters, kin(system), rows, starts, seed)


def kin(system: System) -> Kin:
    """What the places of a system share shocks by: region, and how large they are and how they grew."""
    country = system.country
    now = np.log(np.maximum(country.totals[-1], 1.0))
    columns = [np.ones_like(now), _standard(now)]
    if len(country.years) > 1:
        columns.append(_standard(now - np.log(np.maximum(country.totals[0], 1.0))))
    traits = np.column_stack(columns)
    return Kin(
        codes=country.places.codes,
        regions=np.array(country.places.regions),
        traits=traits / np.sqrt((traits**2).sum(axis=1, keepdims=True)),
    )


def _standard(values: Array) -> Array:
    """Values [place] in standard deviations from their mean, none beyond two."""
    return np.clip((values - values.mean()) / max(float(values.std()), 1e-9), -2.0, 2.0)


@dataclass(frozen=True, slots=True)
class Given:
    """All that a block of members is simulated from."""

    setting: Setting
    behaviour: Behaviour
    """[step, ...]."""
    start: State
    """[member, place, sex, age]."""
    conditions: Conditions
    """[step, member, ...]."""


def given(system: System, block: Block, starts: list[int], scenario: Scenario, rails: Railways) -> Given:
    """A block of members under a scenario, ready to be simulated."""
    behaviour_by_step = _behaviours(system, block, scenario, starts)
    pull = pull_course(system, block, starts)
    country = system.country
    nations, targets = national_course(
        country, country.at(country.base_year).sum(axis=0), starts[0], len(starts), block.shocks.nation
    )
    changes = changed(scenario, "pull", country.places.codes, starts, country.ages.width)
    births = np.exp(changed(scenario, "fertility", country.places.codes, starts, country.ages.width))
    fertility = np.stack(
        [
            np.asarray(
                reverting(
                    jnp.asarray(system.fertility),
                    start - starts[0] + country.ages.width / 2,
                    jnp.asarray(block.values["fertility_reversion"]),
                    jnp.asarray(block.values["fertility_scale"]),
                )
            )
            for start in starts
        ]
    )
    conditions = Conditions(
        national=jax.tree.map(lambda values: jnp.swapaxes(values, 0, 1), nations),
        target=jnp.asarray(np.swapaxes(targets, 0, 1)),
        local_fertility=jnp.asarray(fertility * births[:, None]),
        pull=jnp.asarray(np.swapaxes(pull, 0, 1) + changes[:, None]),
        economy=course(system.setting, system.parameters, country.places.codes, starts, scenario),
        services=service_levers(country.places.codes, starts, country.ages.width, scenario),
        epoch=jnp.asarray(rails.epochs),
    )
    members = len(block.values["launch_share"])
    first = begun(system.state, scenario, country.places.codes)
    return Given(
        setting=scheduled(during(system.setting, rails), scenario, country.places.codes, country.base_year),
        behaviour=behaviour_by_step,
        start=jax.tree.map(lambda cells: jnp.broadcast_to(cells, (members, *cells.shape)), first),
        conditions=conditions,
    )


def central(system: System, starts: list[int]) -> Given:
    """The central run of the base scenario, as one member."""
    block = Block(_central_values(system), no_shocks(len(system.country.places), len(starts)))
    return given(system, block, starts, BASE, railways(system, BASE, starts))


def answering(system: System, starts: list[int], size: int) -> System:
    """The system with the response of its places to pull, measured on the central run where it is not known.

    The central run is a block of `size` members alike, so that nothing is compiled that members do not need anyway.
    """
    if system.course is None or system.course.response is not None:
        return system
    with jax.enable_x64(True):
        values = {name: np.repeat(of, size, axis=0) for name, of in _central_values(system).items()}
        none = taken(no_shocks(len(system.country.places), len(starts)), np.zeros(size, dtype=np.int64))
        path = _run_block(system, Block(values, none), starts, BASE, None, railways(system, BASE, starts))
        people = np.asarray(path.people[1:, 0]).sum(axis=(-2, -1))
        moved = np.asarray(path.flows["arrivals"][:, 0] + values["push"][0] * path.flows["departures"][:, 0])
    return replace(system, course=replace(system.course, response=responding(moved, people)))


def responding(moved: Array, people: Array) -> Array:
    """Growth of the log of people per unit of pull: arrivals and `push` times departures over people."""
    return np.maximum(moved / np.maximum(people, 1e-3), FEWEST)


def _run_block(
    system: System,
    block: Block,
    starts: list[int],
    scenario: Scenario,
    control: Array | None,
    rails: Railways,
) -> Trajectory:
    found = given(system, block, starts, scenario, rails)
    kept = None if control is None else jnp.asarray(np.swapaxes(control, 0, 1))
    return simulate(found.setting, found.behaviour, found.start, found.conditions, kept)


def _behaviours(system: System, block: Block, scenario: Scenario, starts: list[int]) -> Behaviour:
    """Behaviour of a block in every step [step, ...], with what a scenario turns; all push from the same base.

    The schedule of leaving is common to members, the rest may differ.
    """
    ages = system.country.ages
    own = {name: (v[0] if name.startswith("leave_") else v) for name, v in block.values.items()}
    turnable = acting(system.parameters, ages)
    launch = jnp.asarray(_launch_pull(system, block))
    first = with_base(system.setting, behaviour(own, ages), launch)
    if not any(turn.parameter in turnable for turn in scenario.turns):
        return jax.tree.map(lambda values: jnp.broadcast_to(values, (len(starts), *values.shape)), first)
    each = [
        _from_the_same_base(behaviour(turned(scenario, own, start, ages.width, turnable), ages), first)
        for start in starts
    ]
    return jax.tree.map(lambda *values: jnp.stack(jnp.broadcast_arrays(*values)), *each)


def _from_the_same_base(later: Behaviour, first: Behaviour) -> Behaviour:
    """Behaviour as a scenario has turned it, measured from what was usual before."""
    habits = later.habits
    if habits is not None and first.habits is not None:
        habits = replace(habits, usual=first.habits.usual)
    return replace(later, base=first.base, habits=habits)


def pull_course(system: System, block: Block, starts: list[int]) -> Array:
    """V before congestion [member, step, place, stage]: balance, the place effect as it fades, and shocks."""
    middle = system.country.ages.width / 2
    ahead = starts[0] + system.repeated
    kept = np.stack([fading(system.effect, block.values, max(k - ahead, 0) + middle) for k in starts], axis=1)
    pull = system.balance + kept
    if system.course is not None:
        pull = _anchored(system.course, system, block, starts, pull)
    known = np.array(starts) < ahead
    return np.where(known[:, None, None], system.balance + system.effect, pull)


def _anchored(course: Course, system: System, block: Block, starts: list[int], pull: Array) -> Array:
    """V as `pull_course` with the effects that follow the anchor while it lasts and fade after, and with shocks."""
    steps = len(course.effect)
    if steps:
        last = course.effect[-1]
        elapsed = [system.country.ages.width * (k - steps + 1) for k in range(len(starts))]
        faded = [
            np.broadcast_to(course.effect[k], pull[:, k].shape) if k < steps else lapsing(last, block.values, years)
            for k, years in enumerate(elapsed)
        ]
        pull = system.balance + np.stack(faded, axis=1)
    since = system.repeated // system.country.ages.width
    grown = np.zeros_like(block.shocks.place)
    grown[:, since:] = course.law.deviations(block.shocks.place[:, since:])
    growth = np.diff(grown, axis=1, prepend=0.0)
    if course.response is None:
        return pull
    response = course.response[np.minimum(np.arange(len(starts)), len(course.response) - 1)]
    most = system.parameters.value("place_shock_most")
    return pull + (most * np.tanh(growth / (response * most)))[..., None]


def _launch_pull(system: System, block: Block) -> Array:
    """V at the start without shocks [member, place, stage]: the reference of the nation's push."""
    if system.repeated:
        return np.broadcast_to(
            system.balance + system.effect, (len(block.values["launch_share"]), *system.effect.shape)
        )
    return system.balance + fading(system.effect, block.values, system.country.ages.width / 2)


def fading(effect: Array, values: Mapping[str, Array], elapsed: float) -> Array:
    """b0 xi (lasting + (1 - lasting) 2^(-t / half-life)) [member, place, stage], gains and losses apart."""
    return values["launch_share"][:, None, None] * lapsing(effect, values, elapsed)


def lapsing(effect: Array, values: Mapping[str, Array], elapsed: float) -> Array:
    """xi (lasting + (1 - lasting) 2^(-t / half-life)) [member, place, stage] after `elapsed` years."""

    def wide(name: str) -> Array:
        return values[name][:, None, None]

    half = np.where(effect > 0, wide("boom_half_life"), wide("loss_half_life"))
    lasting = wide("lasting_share")
    return effect * (lasting + (1 - lasting) * 2 ** (-elapsed / half))


def _keep(
    system: System,
    path: Trajectory,
    people: Array,
    rows: NDArray[np.int64],
    members: int,
    stocks: dict[str, Array],
    flows: dict[str, Array],
) -> None:
    """Writes the first rows of a block into the ensemble's arrays, making the stocks' on the first call."""
    found = {
        **select(people, system.country.ages),
        "newcomers": np.swapaxes(np.asarray(path.newcomers), 0, 1),
        "away": np.swapaxes(np.asarray(path.away), 0, 1),
    }
    if path.economy is not None:
        found |= _livelihoods(path.economy)
    if path.services is not None:
        found |= _settlements(path.services, found["people"])
    for name, values in found.items():
        stocks.setdefault(name, np.empty((members, *values.shape[1:])))[rows] = values[: len(rows)]
    for name in FLOWS:
        flows[name][rows] = np.swapaxes(np.asarray(path.flows[name]), 0, 1)[: len(rows)]


def _lost(path: Trajectory, count: int) -> Array:
    """How many of the first members have lost each service [instant, place, rung, service] (see `services.lost`)."""
    if path.services is None:
        return np.zeros(1)
    degree = np.asarray(path.services.degree)[:, :count]
    return services.lost(degree, degree[0]).sum(axis=1)


def _livelihoods(economy: Economy) -> dict[str, Array]:
    """Jobs, homes, households and incomes [member, instant, place] of an economy [instant, member, ...]."""
    jobs = np.swapaxes(np.asarray(economy.jobs), 0, 1)
    return {
        "jobs": jobs.sum(axis=-1),
        **{name: jobs[..., k] for k, name in enumerate(JOBS)},
        "homes": np.swapaxes(np.asarray(economy.homes), 0, 1),
        "households": np.swapaxes(np.asarray(economy.households), 0, 1),
        "income": np.swapaxes(np.asarray(economy.income), 0, 1),
        "posts_wanted": np.swapaxes(np.asarray(economy.posts), 0, 1),
        "debt": np.swapaxes(np.asarray(economy.budget.debt + economy.budget.arrears), 0, 1),
    }


def _settlements(settled: Services, people: Array) -> dict[str, Array]:
    """People by rung and by what they have at hand [member, instant, place] of services [instant, member, ...]."""
    rungs, degree = (np.swapaxes(np.asarray(of), 0, 1) for of in (settled.rungs, settled.degree))
    at_hand = np.einsum("...r,...rv->...v", rungs, degree)
    return {name: people * rungs[..., k] for k, name in enumerate(BY_RUNG)} | {
        name: people * at_hand[..., k] for k, name in enumerate(AT_HAND)
    }


def _quantiles(by_member: NDArray[np.float32]) -> Array:
    """Quantiles over members [quantile, year, place, sex, age], a year at a time to bound memory."""
    out = np.empty((len(QUANTILES), *by_member.shape[1:]))
    for year in range(by_member.shape[1]):
        out[:, year] = np.quantile(by_member[:, year], QUANTILES, axis=0)
    return out


def _diagnostics(flows: Mapping[str, Array], stocks: Mapping[str, Array]) -> dict[str, float]:
    """Numbers that show how the run went, from means over members."""
    people = stocks["people"].mean(axis=0).sum(axis=-1)
    moved = flows["departures"].mean(axis=0).sum(axis=-1)
    adjusted = np.abs(flows["adjustment"]).mean(axis=0).sum(axis=-1)
    births = flows["births"].mean(axis=0).sum(axis=-1)
    return {
        "moves in the first period per resident": float(moved[0] / people[0]),
        "largest national adjustment of a period per resident": float((adjusted / people[:-1]).max()),
        "adjustment per birth over the run": float(adjusted.sum() / births.sum()),
    }
