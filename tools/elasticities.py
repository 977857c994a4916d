"""Elasticities that the assembled economy implies, beside published ones: `python tools/elasticities.py` measures them.

Each is measured as a study would: something is changed at one place of the embedded country, the equations of a step
are run with and without it, and the two ends are compared. Thirty places, evenly spread over ranks of size, and Jiaozuo
stand for all. Writes docs/evidence/elasticities.csv and its table in docs/economy.md.
"""

from __future__ import annotations

import time
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
from elasticity_bench import Array, Bench, Figures, bench, conditions, jobs_at, rest, run_step, with_moves
from elasticity_gravity import distances

from hinterland.axes import ACTIVITIES, LIFE_STAGES
from hinterland.model import economy as model
from hinterland.model import homes, labour, shopping
from hinterland.system import System

ADDED = 100.0
"""Jobs put at a place."""
FREE, LOCAL, PUBLIC, FARM = model.FREE, model.LOCAL, model.PUBLIC, model.FARM
FAMILIES = LIFE_STAGES.labels.index("30-44")
PRIVATE = [ACTIVITIES.index(name) for name in ("routine", "advanced", "tradable", "local")]


def movers(on: Bench) -> Figures:
    """What 1% more income per head at a place does to arrivals, and 1% better access to jobs with it."""
    setting, country = on.system.setting, on.system.country
    start, given = on.state, conditions(on, 1)[0]
    _, plain = run_step(setting, on.behaviour, start, given, None)
    here = jnp.zeros((len(on.places), len(on.base.people), 1)).at[on.members, on.places].set(np.log(1.01))
    response = on.habits.response
    many = jax.tree.map(lambda values: jnp.broadcast_to(values, (len(on.places), *values.shape)), start)
    work = slice(country.ages.index(25), country.ages.index(45))

    def elasticity(by_stage: jax.Array, ages: slice) -> tuple[Array, Array]:
        moved = replace(given, pull=given.pull + here * by_stage)
        _, flows = run_step(setting, on.behaviour, many, moved, plain.control)
        ratios = [
            np.log(on.at(getattr(flows, kind)[..., ages].sum(axis=(-2, -1))))
            - np.log(np.asarray(getattr(plain, kind)[..., ages].sum(axis=(-2, -1)))[on.places])
            for kind in ("arrivals", "departures")
        ]
        return ratios[0] / np.log(1.01), ratios[1] / np.log(1.01)

    everyone = elasticity(response.income, slice(None))
    adults = elasticity(response.income, work)
    both = elasticity(response.income + response.access, work)
    return {
        "income, arrivals": everyone[0],
        "income, arrivals at 25-44": adults[0],
        "income, departures at 25-44": adults[1],
        "income with jobs, arrivals at 25-44": both[0],
    }


def size(on: Bench) -> Figures:
    """What 10% more people at a place do to its pay, rents and homes once these rest, jobs free to follow."""
    people = on.system.state.people
    more = jnp.broadcast_to(people, (len(on.places), *people.shape)).at[on.members, on.places].multiply(1.1)
    end = rest(on, more, on.nothing)
    log = np.log(1.1)

    def change(name: str) -> Array:
        return on.at(getattr(end, name)) - np.asarray(getattr(on.still, name))[on.places]

    rent = change("rent")
    built = np.log(on.at(end.homes)) - np.log(np.asarray(on.still.homes)[on.places])
    response, congestion = on.habits.response, float(on.behaviour.mobility.congestion)
    income = float(response.income[FAMILIES])
    jobs = np.log(on.at(end.jobs.sum(axis=-1))) - np.log(np.asarray(on.still.jobs.sum(axis=-1))[on.places])
    return {
        "density, pay with jobs in proportion": np.array([float(on.habits.market.density)]),
        "density, pay with jobs as they follow": change("wage") / log,
        "jobs following people": jobs / log,
        "urban costs, rents": float(response.rent[FAMILIES]) / income * rent / log,
        "urban costs, rents and congestion": (float(response.rent[FAMILIES]) * rent / log + congestion) / income,
        "homes, supply at rest": built / rent,
    }


def multipliers(on: Bench) -> Figures:
    """Jobs of others for each job put at a place: at rest with people held, and after twenty years with moves."""
    people = jnp.broadcast_to(on.system.state.people, (len(on.places), *on.system.state.people.shape))
    out: Figures = {}
    for name, which, speed in (
        ("footloose", FREE, on.habits.location.turnover),
        ("public", slice(PUBLIC, PUBLIC + 1), on.habits.needs.post_turnover),
    ):
        first, later = jobs_at(on, which, np.full(len(on.places), ADDED), speed)
        held = on.at(rest(on, people, later).jobs) - np.asarray(on.still.jobs)[on.places]
        before, after = with_moves(on, first, later)
        assert before.economy is not None and after.economy is not None
        moved = on.at(after.economy.jobs) - np.asarray(before.economy.jobs)[on.places]
        for how, gain in (("people held", held), ("with moves", moved)):
            put = gain[:, which].sum(axis=1)
            if name == "footloose":
                out[f"multiplier, local, {how}"] = gain[:, LOCAL] / put
                out[f"multiplier, local less farms, {how}"] = (gain[:, LOCAL] + gain[:, FARM]) / put
            else:
                out[f"multiplier, public, local, {how}"] = gain[:, LOCAL] / put
                out[f"multiplier, public, footloose, {how}"] = gain[:, FREE].sum(axis=1) / put
                out[f"multiplier, public, private, {how}"] = gain[:, PRIVATE].sum(axis=1) / put
    return out


def losses(on: Bench) -> Figures:
    """What the loss of 5% of the footloose jobs of a place does to work, pay and people in twenty years."""
    lost = -0.05 * np.asarray(on.base.jobs)[on.places, FREE].sum(axis=1)
    before, after = with_moves(on, *jobs_at(on, FREE, lost, on.habits.location.turnover))
    assert before.economy is not None and after.economy is not None
    workers = labour.labour_of(before.people, on.base.rates), labour.labour_of(after.people, on.base.rates)
    commuting = on.base.commuting
    reach = (
        model.within_reach(before.economy.jobs, workers[0], on.habits, commuting)[..., 0],
        model.within_reach(after.economy.jobs, workers[1], on.habits, commuting)[..., 0],
    )
    idle = [labour.non_employment_change(access, on.base.reach[..., 0], on.habits.market) for access in reach]
    points = 100 * (on.at(idle[1]) - np.asarray(idle[0])[on.places])
    pay = 100 * (on.at(after.economy.wage) - np.asarray(before.economy.wage)[on.places])
    jobs = on.at(after.economy.jobs.sum(axis=-1)) - np.asarray(before.economy.jobs.sum(axis=-1))[on.places]
    gone = on.at(workers[1]) - np.asarray(workers[0])[on.places]
    farms = on.at(after.economy.jobs[..., FARM]) - np.asarray(before.economy.jobs[..., FARM])[on.places]
    put = on.at(after.economy.jobs[..., FREE].sum(-1)) - np.asarray(before.economy.jobs[..., FREE].sum(-1))[on.places]
    return {
        "loss, pay in % per point of employment": -pay / points,
        "loss, share of the net loss without work": 1 - gone / jobs,
        "loss, taken up by farms": -farms / put,
        "loss, further jobs of others": (jobs - put - farms) / put,
    }


def cycles(on: Bench) -> Figures:
    """Homes and rents after households grew or shrank by a tenth in ten years."""
    base, ends = on.base.homes, {}
    for name, change in (("growth", 0.1), ("decline", -0.1)):
        pace = np.log1p(change) / 10
        nothing, here = jnp.zeros((len(on.places), len(base.homes))), (on.members, on.places)
        ends[name] = homes.housed(
            jnp.broadcast_to(base.homes, nothing.shape),
            nothing,
            nothing,
            jnp.broadcast_to(base.households, nothing.shape),
            nothing.at[here].set(pace),
            base=base,
            housing=on.habits.housing,
            years=10,
        )
    built = {name: np.log(on.at(end.homes) / np.asarray(base.homes)[on.places]) for name, end in ends.items()}
    rents = {name: on.at(end.rent) for name, end in ends.items()}
    up, down = np.log(1.1), -np.log(0.9)
    return {
        "growth, homes per household": built["growth"] / up,
        "decline, homes per household": -built["decline"] / down,
        "growth, rent per household": rents["growth"] / up,
        "decline, rent per household": -rents["decline"] / down,
        "decline over growth, homes": -(built["decline"] / down) / (built["growth"] / up),
        "decline over growth, rents": -(rents["decline"] / down) / (rents["growth"] / up),
    }


def shops(on: Bench) -> Figures:
    """Where spending goes, and what 10% more shops at a place take from others."""
    base, habits = on.base, on.habits.shopping
    built = shopping.first_capacity(base.jobs[:, LOCAL], habits)
    alone = jnp.zeros((len(on.places), len(base.people))).at[on.members, on.places].set(base.spending[on.places])
    own = on.at(shopping.demand(alone, jnp.broadcast_to(built, alone.shape), habits, base.shops))
    more = jnp.broadcast_to(built, alone.shape).at[on.members, on.places].multiply(1.1)
    usual = shopping.demand(base.spending, built, habits, base.shops)
    drawn = on.at(shopping.demand(jnp.broadcast_to(base.spending, alone.shape), more, habits, base.shops))
    feedback = np.asarray(shopping.feedback(base.spending, built, habits, base.shops))
    return {
        "shops, spending that leaves": 1 - own / np.asarray(base.spending)[on.places],
        "shops, demand drawn by capacity": np.log(drawn / np.asarray(usual)[on.places]) / np.log(1.1),
        "shops, largest feedback of any place": np.array([feedback.max()]),
    }


def measured(system: System) -> Figures:
    """Everything, by name."""
    on = bench(system)
    found: Figures = {}
    for measure in (distances, movers, size, multipliers, losses, cycles, shops):
        began = time.monotonic()
        found |= measure(on)
        print(f"{measure.__name__}: {time.monotonic() - began:.0f} s")
    distance, income = found["distance, regions"][0], np.median(found["income, arrivals at 25-44"][:-1])
    return found | {"distance over income": np.array([distance / income])}


def main() -> None:
    from elasticity_table import write

    from hinterland.calibrate.prepare import prepare
    from hinterland.data.pack import read_pack
    from hinterland.params import load

    began = time.monotonic()
    system = prepare(read_pack("cn"), load())
    print(f"prepared in {time.monotonic() - began:.0f} s")
    with jax.enable_x64(True):
        write(measured(system))
    print(f"{time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    main()
