"""Closures that hit declining places: what a comparison of before and after shows, and what the closures did.

Places of a world drift apart by pulls that differ and have nothing to do with services. The service is then closed
where demand for it has fallen most, as it is in life. The true effect compares the run with the run without closures;
the naive one compares places that lost the service with those that kept it, over the ten years after; the adjusted one
takes off how the two already differed in the ten years before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import FIVE_YEARS
from hinterland.experiments.measures import against, rest
from hinterland.experiments.runs import WIDTH, Bench, Event, Run, run
from hinterland.experiments.worlds import CODES, PLACES, RURAL, START, WITHHELD, World, codes, lattice
from hinterland.model.services import PUPILS
from hinterland.scenario import Change, Scenario

Array = NDArray[np.float64]

DRIFT: Final = 0.35
"""Standard deviation of the pulls that make places drift apart: about that of five years' shocks to small places."""
DECIDED: Final = 4
"""Step in which the service is closed, after twenty years of drifting."""
LATER: Final = 2
"""Steps in ten years."""
CLOSED: Final = PLACES // 4
SETTINGS: Final = {
    "primary": (900.0, 7.0, 40.0),
    "rail": (5e3, 12.0, 120.0),
    "hospital": (20e3, 50.0, 1500.0),
}
"""Service -> people of a place, km to the next, km2: villages, towns and counties."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One service closed where demand fell most; effects in per cent of people ten years later, closed against kept."""

    service: str
    before: float
    """How closed places differed from the others over the ten years before."""
    naive: float
    adjusted: float
    true: float


def selected(bench: Bench, service: str, seed: int = 0) -> Selected:
    """A world with a service everywhere, which ends where demand has fallen most since the start."""
    size, spacing, area = SETTINGS[service]
    x, y = lattice(8, spacing)
    world = World(
        f"selection {service}",
        np.full(PLACES, size),
        x,
        y,
        area=area,
        work=RURAL,
        served={service: np.ones(PLACES)},
    )
    pulls = np.random.default_rng([seed, len(service)]).normal(0.0, DRIFT, PLACES).clip(-1, 1)
    drift = tuple(Change("pull", float(pull), START, places=(code,)) for pull, code in zip(pulls, CODES, strict=True))
    ready = bench.system(world)
    without = run(ready, world, Event(Scenario("drift", drift)))
    fall = np.log(_demand(without, service, DECIDED)) - np.log(_demand(without, service, 0))
    closed = [int(place) for place in np.argsort(fall)[:CLOSED]]
    ends = Change("service_use", WITHHELD, START + WIDTH * DECIDED, places=codes(closed), kinds=(service,))
    after = run(ready, world, Event(Scenario("closures", (*drift, ends))), without.control)
    # What is closed in a step is seen by movers from its end on.
    seen = DECIDED + 1
    others = rest(closed)

    def grown(of: Run, first: int, last: int) -> float:
        return against(np.log(of.residents[last]) - np.log(of.residents[first]), closed, others)

    before = grown(after, seen - LATER, seen)
    naive = grown(after, seen, seen + LATER)
    true = naive - grown(without, seen, seen + LATER)
    percent = [float(100 * np.expm1(value)) for value in (before, naive, naive - before, true)]
    return Selected(service, *percent)


def _demand(of: Run, service: str, instant: int) -> Array:
    """Those who ask for a service [place]."""
    low, high = PUPILS.get(service, (0, 999))
    lower = np.array(FIVE_YEARS.lower)
    return of.people[instant].sum(axis=1)[:, (lower >= low) & (lower < high)].sum(axis=1)
