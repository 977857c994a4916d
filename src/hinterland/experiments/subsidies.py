"""Money for places and for movers: border strip, Tennessee Valley, empowerment zones, grants to movers, demand."""

from __future__ import annotations

import numpy as np

from hinterland.axes import LIFE_STAGES
from hinterland.experiments.measures import INDUSTRY, PRIVATE, against, effect, jobs, log_gap, residents, rest
from hinterland.experiments.runs import Bench, Event, Run, at
from hinterland.experiments.worlds import PLACES, START, World, codes, lattice
from hinterland.scenario import Change, Scenario

Found = dict[str, float]

GRANT, SALARY = 10.0, 85.0
"""Thousand dollars: the grant, and a remote worker's pay in a year (assumed)."""


def _incomes(run: Run) -> np.ndarray:
    return np.asarray(run.economy.income)


def border_strip(bench: Bench) -> Found:
    """Districts of 60,000, 20 km apart; a strip of two columns is favoured by plants for 23 years, and no longer."""
    x, y = lattice(8, 20.0)
    world = World("border strip", np.full(PLACES, 60e3), x, y, area=350.0)
    strip = [place for place in range(PLACES) if place % 8 < 2]
    favour = Change("plants", 1.0, START, START + 28, places=codes(strip))
    pair = bench.pair(world, Event(Scenario("border strip", (favour,))))
    paid, later = (against(at(log_gap(pair, _incomes), years), strip, rest(strip)) for years in (23, 39))
    return {"E25": 100 * later / paid}


def valley(bench: Bench) -> Found:
    """Counties of 30,000, 40 km apart; a quarter is favoured by plants for 27 years, and no longer."""
    x, y = lattice(8, 40.0)
    world = World("valley", np.full(PLACES, 30e3), x, y, area=1400.0)
    chosen = [place for place in range(PLACES) if place % 8 < 2]
    favour = Change("plants", 0.7, START, START + 32, places=codes(chosen))
    pair = bench.pair(world, Event(Scenario("valley", (favour,))))
    gap = log_gap(pair, jobs(*INDUSTRY))
    paid, later = (against(at(gap, years), chosen, rest(chosen)) for years in (27, 67))
    return {"E26": 100 * (later - paid)}


def zones(bench: Bench) -> Found:
    """Neighbourhoods of 25,000, 4 km apart, of one city; plants, offices and shops of four are favoured."""
    x, y = lattice(8, 4.0)
    world = World("neighbourhoods", np.full(PLACES, 25e3), x, y, area=14.0)
    zone = [19, 20, 27, 28]
    favour = Change("plants", 0.5, START, places=codes(zone))
    pair = bench.pair(world, Event(Scenario("zones", (favour,))))
    return {"E28": effect(pair, residents, zone, 6), "E28a": effect(pair, jobs(*PRIVATE), zone, 6)}


def movers(bench: Bench) -> Found:
    """Cities of 190,000, 100 km apart; those who move to one of them are paid as much as 10,000 dollars once.

    Pull knows incomes that last: the grant counts as if it were in every year's, which is more than it is.
    """
    x, y = lattice(8, 100.0)
    world = World("cities", np.full(PLACES, 190e3), x, y, area=2000.0)
    response = bench.parameters.value("pull_income")[LIFE_STAGES.labels.index("25-29")]
    amount = float(response * np.log1p(GRANT / SALARY))
    pair = bench.pair(world, Event(Scenario("grant", (Change("pull", amount, START, START + 5, places=codes([20])),))))
    before, after = (run.flows["arrivals"][0, 20] for run in (pair.before, pair.after))
    return {"E31": float(100 * (1 - before / after))}


def demand(bench: Bench) -> Found:
    """Cities of 190,000, 100 km apart; eight gain plants or lose them, alike in logs."""
    x, y = lattice(8, 100.0)
    world = World("cities", np.full(PLACES, 190e3), x, y, area=2000.0)
    chosen = list(range(3, PLACES, 6))
    ratios: list[float] = []
    for log in (0.5, -0.5):
        pair = bench.pair(world, Event(Scenario("demand", (Change("plants", log, START, places=codes(chosen)),))))
        people = against(at(log_gap(pair, residents), 30), chosen, rest(chosen))
        rents = np.asarray(pair.after.economy.rent) - np.asarray(pair.before.economy.rent)
        ratios.append(people / against(at(rents, 30), chosen, rest(chosen)))
    return {"E39": ratios[0] - 1, "E39a": ratios[1] - 1}
