"""Private jobs: coal in boom and bust, pits and plants that close, imports and robots, poor soil."""

from __future__ import annotations

import numpy as np

from hinterland.experiments.measures import OTHERS, effect, gained, jobs, moved, residents, workers
from hinterland.experiments.runs import Bench, Event, Pair, steadily
from hinterland.experiments.worlds import PLACES, START, World, codes, lattice
from hinterland.scenario import Change, Scenario

Found = dict[str, float]

MINES = ("mine",)
PLANTS = ("routine", "advanced")


def _mining(name: str, people: float, spacing: float, share: float) -> tuple[World, list[int]]:
    """Counties of which every fourth has a share of its jobs in mines, per cent, and the others 1%. And the fourth."""
    x, y = lattice(8, spacing)
    mining = np.arange(PLACES) % 4 == 1
    world = World(name, np.full(PLACES, people), x, y, area=0.866 * spacing**2, mines=np.where(mining, share, 1.0))
    return world, [int(place) for place in np.flatnonzero(mining)]


def _output(places: list[int], log: float) -> Event:
    return Event(Scenario("mines", (Change("mine_output", log, START, places=codes(places)),)))


def coal(bench: Bench) -> Found:
    """Counties of 40,000, 40 km apart, every fourth with 18% of jobs in coal: 30% more of these, or fewer."""
    world, mining = _mining("coal counties", 40e3, 40.0, 18.0)
    boom = bench.pair(world, _output(mining, float(np.log(1.3))))
    bust = bench.pair(world, _output(mining, float(np.log(0.7))))

    def per_job(pair: Pair, years: float, *which: str) -> float:
        return gained(pair, jobs(*which), mining, years) / gained(pair, jobs(*MINES), mining, years)

    return {
        "E10": per_job(boom, 7, "local"),
        "E10a": per_job(bust, 6, "local"),
        "E10b": per_job(bust, 5, *OTHERS),
    }


def pits(bench: Bench) -> Found:
    """Districts of 80,000, 20 km apart, every fourth with 20% of jobs in pits, which all close."""
    world, mining = _mining("pit districts", 80e3, 20.0, 20.0)
    pair = bench.pair(world, _output(mining, -10.0))
    return {"E11": effect(pair, residents, mining, 20)}


def _plants(bench: Bench, places: list[int], level: float) -> Event:
    speed = bench.parameters.value("job_turnover")
    changes = steadily("plants", level, speed, (-5.0, 5.0), codes(places), PLANTS)
    return Event(Scenario("plants", changes))


def layoff(bench: Bench) -> Found:
    """Regions of 150,000, 40 km apart; eight lose plants with an eighth of industry, 3% of all jobs."""
    x, y = lattice(8, 40.0)
    world = World("German regions", np.full(PLACES, 150e3), x, y, area=1400.0)
    hit = list(range(3, PLACES, 6))
    pair = bench.pair(world, _plants(bench, hit, 0.88))
    return {"E13": gained(pair, jobs("local"), hit, 5) / gained(pair, jobs(*PLANTS), hit, 5)}


def commuting_zones(bench: Bench) -> Found:
    """Zones of 190,000, 100 km apart; a third loses a tenth of its industry to imports or robots."""
    x, y = lattice(8, 100.0)
    world = World("commuting zones", np.full(PLACES, 190e3), x, y, area=8000.0)
    hit = list(range(1, PLACES, 3))
    pair = bench.pair(world, _plants(bench, hit, 0.9))
    every = jobs("farm", "mine", "routine", "advanced", "tradable", "local", "public")
    gone, left = (gained(pair, course, hit, 15) for course in (every, workers(pair)))
    lost, added = moved(pair, hit, 15)
    return {"E15": 100 * (1 - left / gone), "E16": 100 * lost / (lost + added)}


def dust(bench: Bench) -> Found:
    """Counties of 8,000, 40 km apart, with 35% of jobs bound to the land, whose yield falls by a quarter in a third.

    Farms of the model have no yield by place; work that is bound to the land and paid by what it yields is its mines.
    """
    x, y = lattice(8, 40.0)
    world = World("Plains counties", np.full(PLACES, 8e3), x, y, area=1400.0, mines=np.full(PLACES, 35.0))
    hit = list(range(1, PLACES, 3))
    event = Event(Scenario("dust", (Change("mine_price", float(np.log(0.75)), START, places=codes(hit)),)))
    pair = bench.pair(world, event)
    lost, added = moved(pair, hit, 15)
    return {"E36": effect(pair, residents, hit, 15), "E36a": 100 * lost / (lost + added)}
