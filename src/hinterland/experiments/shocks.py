"""People, homes and borders hit at once: disasters, a tsunami, expellees."""

from __future__ import annotations

import numpy as np

from hinterland.experiments.measures import against, effect, log_gap, net_out, residents, rest
from hinterland.experiments.runs import Bench, Event, at
from hinterland.experiments.worlds import PLACES, World, clusters, codes, lattice
from hinterland.scenario import Beginning, Scenario

Found = dict[str, float]


def disasters(bench: Bench) -> Found:
    """Counties of 40,000, 60 km apart; a twentieth of the homes and shops of eight is destroyed."""
    x, y = lattice(8, 60.0)
    world = World("counties of disasters", np.full(PLACES, 40e3), x, y, area=3000.0)
    hit = list(range(3, PLACES, 6))
    gone = tuple(Beginning(stock, float(np.log(0.95)), codes(hit)) for stock in ("homes", "capacity"))
    pair = bench.pair(world, Event(Scenario("disaster", beginnings=gone)))
    rents = np.asarray(pair.after.economy.rent) - np.asarray(pair.before.economy.rent)
    return {
        "E33": net_out(pair, hit, 10),
        "E33a": float(100 * np.expm1(against(at(rents, 10), hit, rest(hit)))),
    }


def tsunami(bench: Bench) -> Found:
    """Municipalities of 25,000, 18 km apart; twelve on the coast lose 2.1% of people and a fifth of homes and shops."""
    x, y = lattice(8, 18.0)
    world = World("Iwate", np.full(PLACES, 25e3), x, y, area=280.0)
    coast = [place for place in range(PLACES) if place % 8 >= 6]
    gone = tuple(Beginning(stock, float(np.log(0.8)), codes(coast)) for stock in ("homes", "capacity"))
    killed = np.where(np.isin(np.arange(PLACES), coast), np.log1p(-0.021), 0.0)
    pair = bench.pair(world, Event(Scenario("tsunami", beginnings=gone), more=killed))
    return {"E34": effect(pair, residents, coast, 5)}


def expellees(bench: Bench) -> Found:
    """Twelve labour markets of four places of 60,000, 12 km apart within and 90 km between; a fifth more people.

    First in two places of every labour market, then in all places of every second.
    """
    x, y, market = clusters(4, 12.0, 90.0)
    world = World("labour markets", np.full(PLACES, 60e3), x, y, area=300.0)
    within = np.arange(PLACES) % 4 >= 2
    between = market % 2 == 0
    found: Found = {}
    for name, more in (("E37", within), ("E37a", between)):
        pair = bench.pair(world, Event(more=np.where(more, np.log(1.2), 0.0)))
        gap = log_gap(pair, residents)
        hit = [int(place) for place in np.flatnonzero(more)]
        left, first = (against(values, hit, rest(hit)) for values in (at(gap, 20), gap[0]))
        found[name] = 100 * left / first
    return found
