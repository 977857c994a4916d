"""Public posts: bases closed, agencies sent out, town halls lost to mergers, universities founded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hinterland.experiments.measures import PRIVATE, against, effect, gained, jobs, log_gap, net_out, residents
from hinterland.experiments.runs import Bench, Event, at, steadily
from hinterland.experiments.worlds import PLACES, RURAL, START, World, clusters, codes, lattice
from hinterland.model.mergers import Merger
from hinterland.scenario import Change, Scenario

Found = dict[str, float]

PAYROLL = 0.75
"""Pay of posts in the spending of a place, about: what a post more or less is to its budget."""


def agency(bench: Bench, places: Sequence[int], level: float) -> tuple[Change, ...]:
    """Public posts of places at a multiple of the usual for good, which the state pays and no place does.

    What equalising transfers leave open of the change of need is given or taken by the state.
    """
    where = codes(list(places))
    value = bench.parameters.value
    given = (1 - value("finance_equalising")) * PAYROLL * (level - 1)
    posts = steadily("posts", level, value("post_turnover"), (-3.0, 3.0), where)
    return (*posts, Change("transfers", float(given), START, places=where))


def bases(bench: Bench) -> Found:
    """Municipalities of 24,000, 45 km apart; eight lose a base with a fifth of public posts, 3% of all jobs."""
    x, y = lattice(8, 45.0)
    world = World("Swedish municipalities", np.full(PLACES, 24e3), x, y, area=1200.0)
    closed = list(range(3, PLACES, 6))
    pair = bench.pair(world, Event(Scenario("bases close", agency(bench, closed, 0.8))))
    return {"E22": -net_out(pair, closed, 10)}


def agencies(bench: Bench) -> Found:
    """Municipalities of 6,500, 7 km apart; eight get agencies of 50 posts, which are 11% of their public posts.

    The size follows from the study: with 1.08 private jobs a post, fifty posts are 1.3 points of those of working age.
    """
    x, y = lattice(8, 7.0)
    world = World("Bavarian municipalities", np.full(PLACES, 6.5e3), x, y, area=42.0)
    chosen = list(range(3, PLACES, 6))
    pair = bench.pair(world, Event(Scenario("agencies", agency(bench, chosen, 1.11))))
    private, public = (gained(pair, jobs(*which), chosen, 10) for which in (PRIVATE, ("public",)))
    return {"E23": effect(pair, residents, chosen, 10), "E23a": private / public}


def town_halls(bench: Bench) -> Found:
    """Twelve groups of a seat of 12,000 and three places of 3,500, 8 km off; six groups merge."""
    x, y, group = clusters(4, 8.0, 26.0)
    seat = np.arange(PLACES) % 4 == 0
    world = World("former municipalities", np.where(seat, 12e3, 3.5e3), x, y, area=60.0, work=RURAL)
    merged = group % 2 == 0
    mergers = tuple(
        Merger(places=codes(list(range(4 * k, 4 * k + 4))), seat=codes([4 * k])[0], start=float(START))
        for k in range(0, PLACES // 4, 2)
    )
    pair = bench.pair(world, Event(Scenario("mergers", mergers=mergers)))
    sets = {
        (is_seat, joined): [int(place) for place in np.flatnonzero((seat == is_seat) & (merged == joined))]
        for is_seat in (True, False)
        for joined in (True, False)
    }
    return {
        "E17": effect(pair, residents, sets[False, True], 15, sets[False, False]),
        "E18": effect(pair, residents, sets[True, True], 15, sets[True, False]),
    }


def universities(bench: Bench) -> Found:
    """Counties of 50,000, 40 km apart; six get a university with 15% of public posts, 2.3% of all jobs, at once."""
    x, y = lattice(8, 40.0)
    world = World("counties", np.full(PLACES, 50e3), x, y, area=1400.0)
    chosen = list(range(4, PLACES, 8))
    pair = bench.pair(world, Event(Scenario("universities", agency(bench, chosen, 1.15))))
    others = [place for place in range(PLACES) if place not in chosen]
    early, late = (against(at(log_gap(pair, residents), years), chosen, others) for years in (10, 80))
    return {"E29": effect(pair, residents, chosen, 10), "E29a": late / early}
