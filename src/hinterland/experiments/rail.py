"""Railways: stations closed in Britain and Japan, fast lines with and without a stop, motorways, a closed border."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.experiments.measures import INDUSTRY, against, effect, jobs, log_gap, output, residents
from hinterland.experiments.runs import Bench, Event, at
from hinterland.experiments.worlds import PLACES, RURAL, START, WITHHELD, World, clusters, codes, lattice
from hinterland.scenario import Change, Scenario
from hinterland.space.network import Line

Array = NDArray[np.float64]
Found = dict[str, float]

BUS, TRAIN, WAIT, DETOUR = 25.0, 50.0, 0.25, 1.3
"""km/h, km/h, hours and road over straight way, by which rail access is measured."""
EVERYWHERE: Final = np.ones(PLACES)


def withdrawn(places: list[int], service: str) -> Change:
    """A service that is closed at places for good."""
    return Change("service_use", WITHHELD, START, places=codes(places), kinds=(service,))


def rail_access(world: World, stops: list[int]) -> Array:
    """People of all other places per hour of the way there [place]: by bus to the nearest stop, train, and bus."""
    distance = world.distance
    nearest = np.array(stops)[distance[:, stops].argmin(axis=1)]
    bus = DETOUR * distance[np.arange(PLACES), nearest] / BUS
    hours = bus[:, None] + WAIT + distance[np.ix_(nearest, nearest)] / TRAIN + bus[None, :]
    np.fill_diagonal(hours, np.inf)
    return (world.people / hours).sum(axis=1)


def beeching(bench: Bench) -> Found:
    """Towns of 15,000 and cities of 80,000, 12 km apart, all with a station; a third of the towns loses it."""
    x, y = lattice(8, 12.0)
    people = np.where(np.arange(PLACES) % 8 == 3, 80e3, 15e3)
    world = World("rail towns", people, x, y, area=120.0, served={"rail": EVERYWHERE})
    closed = [place for place in range(PLACES) if place % 3 == 0 and people[place] < 50e3]
    pair = bench.pair(world, Event(Scenario("stations close", (withdrawn(closed, "rail"),))))
    open_after = [place for place in range(PLACES) if place not in closed]
    access = np.log(rail_access(world, open_after)) - np.log(rail_access(world, list(range(PLACES))))
    change = at(log_gap(pair, residents), 25)
    slope = np.cov(access, change)[0, 1] / access.var(ddof=1)
    return {"E01": float(100 * np.expm1(slope * np.log(0.9)))}


def local_lines(bench: Bench) -> Found:
    """Municipalities of a seat and three villages 5 km off, one with the station; five of twelve lose theirs."""
    x, y, municipality = clusters(4, 5.0, 22.0)
    member = np.arange(PLACES) % 4
    people = np.where(member == 0, 6e3, 3e3)
    regions = tuple(f"R{group // 4}" for group in municipality)
    world = World(
        "local lines",
        people,
        x,
        y,
        area=30.0,
        work=RURAL,
        regions=regions,
        served={"rail": (member == 1).astype(float)},
    )
    lost = municipality % 12 < 5
    stations = np.flatnonzero(member == 1)
    closed = [int(place) for place in stations if lost[place]]
    kept = [int(place) for place in stations if not lost[place]]
    pair = bench.pair(world, Event(Scenario("lines close", (withdrawn(closed, "rail"),))))
    whole = [at(run.residents, 20).reshape(12, 4).sum(axis=1) for run in (pair.after, pair.before)]
    gap = np.log(whole[0]) - np.log(whole[1])
    return {
        "E02": effect(pair, residents, closed, 20, kept),
        "E03": float(100 * np.expm1(gap[:5].mean() - gap[5:].mean())),
    }


def cologne_frankfurt(bench: Bench) -> Found:
    """Cities of 1,000,000 and 700,000 some 165 km apart and three counties between them that get stops of a fast line.

    43 counties of 200,000, 45 km apart, lie on either side and are the controls.
    """
    x, y = lattice(9, 45.0)
    row = np.arange(PLACES) // 9
    y = 45.0 + 39.0 * row * np.where(row % 2 == 0, 1, -1) - 90.0 * (row % 2)
    people = np.full(PLACES, 200e3)
    x[:5], y[:5], people[:5] = [0, 25, 85, 105, 165], 0.0, [1e6, 580e3, 200e3, 170e3, 700e3]
    world = World("fast line", people, x, y, area=1500.0)
    line = Line("Cologne-Frankfurt", way=(0, 1, 2, 3, 4), speed=300.0, opens=float(START))
    pair = bench.pair(world, Event(Scenario("stops open", openings=(line,))))
    return {"E04": effect(pair, output(pair), [1, 2, 3], 6, list(range(5, PLACES)))}


def chinese_lines(bench: Bench) -> Found:
    """Four cities of 3,000,000, 200 km apart; nine counties of 400,000 between them, others 70 km off and more.

    A fast line that passes the nine, and a motorway (100 km/h with its stops) that does not.
    """
    x, y = lattice(9, 70.0)
    row = np.arange(PLACES) // 9
    y = np.asarray(70.0 * (1 + row // 2) * np.where(row % 2 == 0, 1, -1), np.float64)
    x[:4], y[:4] = [0, 200, 400, 600], 0.0
    x[4:13], y[4:13] = [50, 100, 150, 250, 300, 350, 450, 500, 550], 0.0
    people = np.where(np.arange(PLACES) < 4, 3e6, 400e3)
    world = World("counties on a line", people, x, y, area=2500.0)
    passed, off = list(range(4, 13)), list(range(13, PLACES))
    fast = Line("faster trains", way=(0, 1, 2, 3), speed=200.0, opens=float(START))
    road = Line("motorway", way=(0, 4, 5, 6, 1, 7, 8, 9, 2, 10, 11, 12, 3), speed=133.0, opens=float(START))
    by_rail = bench.pair(world, Event(Scenario("trains pass", openings=(fast,))))
    by_road = bench.pair(world, Event(Scenario("motorway", openings=(road,))))
    return {
        "E05": effect(by_rail, output(by_rail), passed, 5, off),
        "E07": effect(by_road, jobs(*INDUSTRY), passed, 8, off),
    }


def border(bench: Bench) -> Found:
    """Cities of 100,000, 35 km apart; a line between the western and the eastern half cuts trade and moves for good.

    Western cities within some 75 km of it against those beyond.
    """
    x, y = lattice(8, 35.0)
    column = np.arange(PLACES) % 8
    world = World("border", np.full(PLACES, 100e3), x, y, area=500.0)
    west = column < 4
    event = Event(Scenario("border"), apart=west[:, None] != west[None, :])
    pair = bench.pair(world, event)
    near, beyond = np.flatnonzero((column == 2) | (column == 3)), np.flatnonzero(column < 2)
    gap = against(at(log_gap(pair, residents), 40), near.tolist(), beyond.tolist())
    return {"E09": 100 * gap / 40}
