"""Money against people kept for a set of places: mixes of costed levers of which none is beaten by another.

Every lever of every place is run alone at half and at the whole of its range; a linear programme shares each of a row
of budgets among them by what they keep in the set as a whole, so that what one place takes from another is no gain.
Each answer is then run forward as one scenario, and its own people and costs are what is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.explain.alternatives import Bench, Shown, bench
from hinterland.explain.levers import Purse, chosen, purse
from hinterland.explain.placed import Placed, merged, placed
from hinterland.explain.policy import asked
from hinterland.explain.search import Mix
from hinterland.explain.spending import of_block, spent, terms
from hinterland.forecast import ready
from hinterland.members.ensemble import Progress, run_ensemble
from hinterland.members.plan import BLOCK, starts_of
from hinterland.scenario import Scenario

Array = NDArray[np.float64]

BUDGETS: Final = BLOCK - 1
"""Budgets that are shared out, up to every lever at its bound."""
CLOSER: Final = 2
"""Power by which small budgets lie closer to each other: the first money keeps most."""
HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Point:
    """One mix for the set."""

    mixes: tuple[Mix, ...]
    """By place of the set."""
    money: float
    """Mean yearly pays from the start of the policy to the target year."""
    kept: float
    """Persons more in the set in the target year than without."""
    elsewhere: float
    """Change of people at all other places."""


@dataclass(frozen=True, slots=True)
class Front:
    """Points of which none costs no more and keeps no fewer than another, cheapest first; the base among them."""

    country: Country
    places: tuple[int, ...]
    by: int
    start: int
    purse: Purse
    base: float
    """Persons of the set in the target year without a policy."""
    start_people: float
    """Of the base year."""
    points: tuple[Point, ...]
    beaten: int
    """Mixes that were run and are beaten by others."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a lever's range at a place, from where the one before it ends."""

    at: int
    """Position in the set."""
    lever: str
    x: float
    """What it adds to x."""
    gain: float
    cost: float


def front(
    country: Country,
    places: Sequence[int],
    *,
    by: int,
    start: int | None = None,
    levers: Sequence[str] = (),
    costs: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Front:
    """The front of a set of places in the year `by`, by continuous levers that have a cost, on central runs.

    InputError where a place is named twice, no lever has a cost, or the request cannot be met.
    """
    if len(set(places)) < len(places) or not places:
        raise InputError("a place is named twice or none is", remedy="Name each place once", where="PLACE")
    money = purse(country.code)
    allowed = [lever for lever in chosen(levers, costs or {}, money) if lever.cost is not None and not lever.switch]
    if not allowed:
        remedy = "Allow posts, transfers or remote, or give costs with --cost"
        raise InputError("none of these levers has a cost and a range", remedy=remedy, where="--lever")
    goals = [asked(country, place, 1.0, by, start, BLOCK - 1) for place in places]
    system, until = ready(country, BLOCK - 1, by, {}, keep_effects=False, past=False, progress=progress)
    sites = [placed(system, i, allowed, float(goals[0].start), named=bool(levers)) for i in places]
    base = run_ensemble(system, members=BLOCK - 1, until=until, seed=0, progress=progress)
    on = bench(system, starts_of(country, BLOCK - 1, until), base.control[-1])
    without = on.run([Scenario("base")])
    parts = _parts(on, sites, without)
    whole = sum(part.cost for part in parts)
    budgets = whole * np.linspace(0.0, 1.0, BUDGETS + 1)[1:] ** CLOSER
    mixes = [_shared(parts, len(sites), budget) for budget in budgets]
    points = [Point(tuple({} for _ in sites), 0.0, 0.0, 0.0), *_run(on, sites, without, mixes)]
    best = undominated(points)
    return Front(
        country=country,
        places=tuple(places),
        by=by,
        start=goals[0].start,
        purse=money,
        base=float(without.people[0, -1, list(places)].sum()),
        start_people=float(country.totals[-1][list(places)].sum()),
        points=best,
        beaten=len(points) - len(best),
    )


def undominated(points: Sequence[Point]) -> tuple[Point, ...]:
    """Those that no other point beats or equals, cheapest first."""
    ordered = sorted(points, key=lambda point: (point.money, -point.kept))
    found: list[Point] = []
    for point in ordered:
        if not found or point.kept > found[-1].kept:
            found.append(point)
    return tuple(found)


def _run(on: Bench, sites: Sequence[Placed], without: Shown, mixes: Sequence[Sequence[Mix]]) -> list[Point]:
    """Mixes run forward."""
    shown = on.run([_together(sites, mix) for mix in mixes])
    inside = [at.place for at in sites]
    change = shown.people[:, -1] - without.people[0, -1]
    kept = change[:, inside].sum(axis=1)
    money = np.zeros(len(mixes))
    for position, at in enumerate(sites):
        of, base, run = terms(on.system, at, on.starts), of_block(without, at.place), of_block(shown, at.place)
        for k, mix in enumerate(mixes):
            money[k] += float(spent(at, mix[position], run.row(k), base.row(0), of).total)
    return [
        Point(tuple(mix), float(money[k]), float(kept[k]), float(change[k].sum() - kept[k]))
        for k, mix in enumerate(mixes)
    ]


def _together(sites: Sequence[Placed], mixes: Sequence[Mix]) -> Scenario:
    each = [at.scenario("front", mix) for at, mix in zip(sites, mixes, strict=True)]
    return Scenario("front", changes=merged([change for scenario in each for change in scenario.changes]))


def _parts(on: Bench, sites: Sequence[Placed], without: Shown) -> list[_Part]:
    """Halves of every lever's range with what they keep in the set and cost; one part where the second keeps more."""
    alone = [(k, lever) for k, at in enumerate(sites) for lever in at.continuous]
    mixes = [
        [{lever.name: share * lever.high} if k == position else {} for position in range(len(sites))]
        for k, lever in alone
        for share in (HALF, 1.0)
    ]
    run = _run(on, sites, without, mixes)
    parts: list[_Part] = []
    for (k, lever), half, whole in zip(alone, run[::2], run[1::2], strict=True):
        first = _Part(k, lever.name, HALF * lever.high, half.kept, half.money)
        second = _Part(k, lever.name, (1 - HALF) * lever.high, whole.kept - half.kept, whole.money - half.money)
        if first.gain * second.cost >= second.gain * first.cost:
            parts += [first, second]
        else:
            parts.append(_Part(k, lever.name, lever.high, whole.kept, whole.money))
    return parts


def _shared(parts: Sequence[_Part], sites: int, budget: float) -> tuple[Mix, ...]:
    """What of each lever a budget buys so that most is kept."""
    gains, costs = np.array([part.gain for part in parts]), np.array([max(part.cost, 0.0) for part in parts])
    answer = linprog(-gains, A_ub=costs[None], b_ub=[budget], bounds=(0, 1), method="highs")
    mixes: list[dict[str, float]] = [{} for _ in range(sites)]
    for part, share in zip(parts, answer.x, strict=True):
        if share > 0:
            mixes[part.at][part.lever] = mixes[part.at].get(part.lever, 0.0) + float(share) * part.x
    return tuple(mixes)
