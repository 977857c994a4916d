"""Services: village schools in Denmark, Sweden and Italy, and rural hospitals in the United States."""

from __future__ import annotations

import numpy as np

from hinterland.experiments.measures import PRIVATE, effect, income_per_head, jobs, residents
from hinterland.experiments.posts import agency
from hinterland.experiments.rail import EVERYWHERE, Found, withdrawn
from hinterland.experiments.runs import Bench, Event
from hinterland.experiments.worlds import PLACES, RURAL, World, lattice
from hinterland.scenario import Scenario

VILLAGE, TOWN = 900.0, 6e3
"""Persons."""


def villages(name: str, spacing: float) -> tuple[World, list[int]]:
    """Villages with a school each, and a town for every twelve places; all `spacing` km apart. And the villages."""
    x, y = lattice(8, spacing)
    town = np.arange(PLACES) % 12 == 5
    area = 0.866 * spacing**2
    world = World(name, np.where(town, TOWN, VILLAGE), x, y, area=area, work=RURAL, served={"primary": EVERYWHERE})
    return world, [int(place) for place in np.flatnonzero(~town)]


def danish_schools(bench: Bench) -> Found:
    """Eight villages of one municipality, 7 km apart, lose their schools at once."""
    world, all_villages = villages("Danish villages", 7.0)
    closed = [place for place in (8, 9, 10, 11, 16, 18, 19, 20) if place in all_villages]
    pair = bench.pair(world, Event(Scenario("schools close", (withdrawn(closed, "primary"),))))
    others = [place for place in all_villages if place not in closed]
    return {"E19": effect(pair, residents, closed, 10, others)}


def swedish_schools(bench: Bench) -> Found:
    """Eight villages here and there among others, 10 km apart, lose their schools."""
    world, all_villages = villages("Swedish villages", 10.0)
    closed = all_villages[3::6]
    pair = bench.pair(world, Event(Scenario("schools close", (withdrawn(closed, "primary"),))))
    others = [place for place in all_villages if place not in closed]
    return {"E20b": effect(pair, residents, closed, 5, others)}


def italian_schools(bench: Bench) -> Found:
    """Half of the villages 3 km from the next and half 15 km; eight of either lose their schools."""
    (near_x, near_y), (far_x, far_y) = lattice(6, 3.0), lattice(6, 15.0)
    half = PLACES // 2
    x = np.concatenate([near_x[:half], 150.0 + far_x[:half]])
    y = np.concatenate([near_y[:half], far_y[:half]])
    people = np.where(np.arange(PLACES) % 12 == 5, TOWN, VILLAGE)
    world = World("Italian villages", people, x, y, area=50.0, work=RURAL, served={"primary": EVERYWHERE})
    closed = [place for place in range(PLACES) if place % 3 == 1 and people[place] == VILLAGE]
    pair = bench.pair(world, Event(Scenario("schools close", (withdrawn(closed, "primary"),))))
    by_half: list[float] = []
    for first in (0, half):
        inside = range(first, first + half)
        gone = [place for place in inside if place in closed]
        stays = [place for place in inside if place not in closed and people[place] == VILLAGE]
        by_half.append(effect(pair, residents, gone, 10, stays))
    return {"E20a": by_half[1] - by_half[0]}


def sole_hospitals(bench: Bench) -> Found:
    """Counties of 20,000, 50 km apart, with a fifth of public posts in a hospital: ten lose hospital and posts."""
    x, y = lattice(8, 50.0)
    world = World(
        "rural counties", np.full(PLACES, 20e3), x, y, area=1500.0, work=RURAL, served={"hospital": EVERYWHERE}
    )
    closed = list(range(2, PLACES, 5))
    changes = (withdrawn(closed, "hospital"), *agency(bench, closed, 0.8))
    pair = bench.pair(world, Event(Scenario("hospitals close", changes)))
    return {
        "E21": effect(pair, income_per_head, closed, 5),
        "E21a": effect(pair, residents, closed, 9),
        "E21b": effect(pair, jobs(*PRIVATE), closed, 9),
    }
