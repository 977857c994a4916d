"""The cheapest mix that keeps enough people: enumeration of switches, and linear programmes on secants of forward runs.

    minimise  first   sum over uncosted levers of x_k / high_k
              then    sum over costed levers of money_k x_k
    with      kept(x') + sum of slope_k (x_k - x'_k) >= wanted,   0 <= x <= high,   |x - x'| <= trust * high

so that what has no cost is used where costs do not reach, and no further; a costed lever that keeps next to nobody for
its money (`DEAR`) waits with those without a cost. Slopes are differences of central runs over
a part of each range, measured again at every x' until the run itself keeps what is wanted: budgets have kinks, at which
a derivative tells of one side only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from hinterland.explain.levers import PolicyLever, contradict
from hinterland.explain.placed import Placed

Array = NDArray[np.float64]
Mix = Mapping[str, float]
"""Lever -> x; levers not in it are at zero."""

CLOSE: Final = 1e-4
"""By which the run may miss the people wanted, as a share of them,"""
CLOSER: Final = 1e-2
"""and as a share of those that are lacking; the smaller counts."""
ROUNDS: Final = 8
PROBE: Final = 0.1
"""Part of a range over which slopes are measured."""
CHEAPER: Final = 1e-3
"""Share by which a mix must be cheaper to be worth another round."""
SMALLEST: Final = 0.05
"""Least trust, as a share of ranges."""
ROUNDING: Final = 1e-9
"""By which money may spoil the answer on what is not costed, in ranges."""
NOTHING: Final = 1e-6
"""Share of a range that is none."""
EXACT: Final = 3
"""Combinations of switches of which the cheapest mix is sought, the most promising."""
DEAR: Final = 1000.0
"""Mean yearly pays per person kept beyond which a costed lever waits like one without a cost."""
LEAST: Final = 1e-7
"""Share of people that a lever at its bound must keep to be used."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What forward runs of mixes kept and cost, [mix]."""

    people: Array
    """At the place in the target year."""
    money: Array
    """[mix, lever] mean yearly pays by lever, in the order of `levers_of`; zero where it is not costed."""


Runs = Callable[[Sequence[Mix]], Tried]
"""Runs mixes forward; those of different structure may be asked for together."""


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a search."""

    mix: Mix
    people: float
    """Kept by the central run."""
    reached: bool
    tried: int
    """Mixes that were run."""
    best: Mix
    """The mix that keeps most, reached or not."""
    best_people: float


def search(at: Placed, runs: Runs, wanted: float, people: float) -> Found:
    """The cheapest mix that keeps `wanted` persons; where none does, the one that keeps most.

    `people` is what the base keeps.
    """
    if people >= wanted:
        nothing: Mix = {}
        return Found(nothing, people, reached=True, tried=0, best=nothing, best_people=people)
    combinations = switched(at.switches)
    alone = runs([{}, *({lever.name: lever.high} for lever in levers_of(at))])
    task = _task(at, runs, wanted, people, alone)
    enough = wanted - task.close
    full = {lever.name: lever.high for lever in task.helpful}
    whole = [{**on, **_compatible(full, at, on)} for on in combinations]
    ends = runs([*combinations, *whole])
    tried = len(levers_of(at)) + 1 + 2 * len(combinations)
    low, high = ends.people[: len(combinations)], ends.people[len(combinations) :]
    top = int(high.argmax())
    best, most = whole[top], float(high[top])
    if most < enough:
        return Found(best, most, reached=False, tried=tried, best=best, best_people=most)
    able = [k for k in range(len(combinations)) if high[k] >= enough]
    promised = {k: _promise(task, combinations[k], float(low[k])) for k in able}
    found: Answer | None = None
    for position in sorted(able, key=promised.__getitem__)[:EXACT]:
        answer = _solved(task, combinations[position])
        tried += answer.tried
        if answer.people >= enough and (found is None or answer.price < found.price):
            found = answer
    if found is None:
        return Found(best, most, reached=True, tried=tried, best=best, best_people=most)
    return Found(found.mix, found.people, reached=True, tried=tried, best=best, best_people=most)


def levers_of(at: Placed) -> tuple[PolicyLever, ...]:
    """Levers in the order in which mixes are told."""
    return (*at.continuous, *at.switches)


def switched(switches: Sequence[PolicyLever]) -> list[dict[str, float]]:
    """All ways to turn switches on that do not contradict, none first."""
    found = []
    for on in sorted(product((False, True), repeat=len(switches)), key=sum):
        chosen = [lever for lever, turned in zip(switches, on, strict=True) if turned]
        if not contradict(chosen):
            found.append({lever.name: 1.0 for lever in chosen})
    return found


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """What a mix asks for: what is not costed comes before money."""

    share: float
    """Of the ranges of uncosted levers, added up."""
    money: float
    """Mean yearly pays of costed ones."""

    def __add__(self, other: Price) -> Price:
        return Price(self.share + other.share, self.money + other.money)

    def below(self, other: Price) -> bool:
        """Whether it is less by more than `CHEAPER`."""
        if abs(self.share - other.share) > CHEAPER * max(other.share, 1.0):
            return self.share < other.share
        return self.money < other.money * (1 - CHEAPER)


@dataclass(frozen=True, slots=True)
class Task:
    """A search with what single levers have told."""

    at: Placed
    runs: Runs
    wanted: float
    close: float
    """Persons by which that may be missed."""
    helpful: tuple[PolicyLever, ...]
    """Continuous levers that keep anyone at their bounds."""
    price: Mapping[str, Price]
    """Of each lever, per unit of x."""
    slopes: Mapping[str, float]
    """People per unit of x, alone and over the whole range."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The cheapest mix with some switches on, or the last one tried."""

    mix: Mix
    people: float
    price: Price
    tried: int


NEVER: Final = Price(float("inf"), float("inf"))


def _task(at: Placed, runs: Runs, wanted: float, people: float, alone: Tried) -> Task:
    """Prices and slopes from runs of nothing and of every lever alone at its bound."""
    levers = levers_of(at)
    money = {lever.name: max(float(alone.money[k + 1, k]), 0.0) for k, lever in enumerate(levers)}
    kept = {lever.name: float(alone.people[k + 1] - people) for k, lever in enumerate(levers)}
    return Task(
        at=at,
        runs=runs,
        wanted=wanted,
        close=min(CLOSE * wanted, CLOSER * (wanted - people)),
        helpful=tuple(lever for lever in at.continuous if kept[lever.name] > LEAST * people),
        price={lever.name: _priced(lever, money[lever.name], kept[lever.name]) for lever in levers},
        slopes={lever.name: kept[lever.name] / lever.high for lever in levers},
    )


def _priced(lever: PolicyLever, money: float, kept: float) -> Price:
    """Price per unit of x of a lever that costs so much and keeps so many at its bound."""
    waits = lever.cost is None or money > DEAR * max(kept, 0.0)
    return Price(1 / lever.high if waits else 0.0, money / lever.high)


def _compatible(full: Mix, at: Placed, on: Mix) -> dict[str, float]:
    """Those of the levers that contradict none of the switches that are on."""
    by_name = {lever.name: lever for lever in levers_of(at)}
    switches = [by_name[name] for name in on]
    return {name: x for name, x in full.items() if not contradict([by_name[name], *switches])}


def _usable(task: Task, on: Mix) -> list[PolicyLever]:
    names = _compatible({lever.name: lever.high for lever in task.helpful}, task.at, on)
    return [lever for lever in task.helpful if lever.name in names]


def _promise(task: Task, on: Mix, kept: float) -> Price:
    """The price that a mix with these switches would have if levers added up as they act alone."""
    usable = _usable(task, on)
    if not usable:
        return _fixed(task, on)
    tops = np.array([lever.high for lever in usable])
    prices = _prices(task, usable)
    slopes = np.array([task.slopes[lever.name] for lever in usable])
    x = _cheapest(np.zeros(len(usable)), kept, slopes, prices, tops, task.wanted, 1.0)
    return _fixed(task, on) + _price(prices, x)


def _fixed(task: Task, on: Mix) -> Price:
    return sum((task.price[name] for name in on), Price(0.0, 0.0))


def _prices(task: Task, levers: Sequence[PolicyLever]) -> Array:
    """[share or money, lever] per unit of x."""
    each = [task.price[lever.name] for lever in levers]
    return np.array([[price.share for price in each], [price.money for price in each]])


def _price(prices: Array, x: Array) -> Price:
    return Price(*(float(each) for each in prices @ x))


def _solved(task: Task, on: Mix) -> Answer:
    """The cheapest mix with these switches on."""
    usable, wanted = _usable(task, on), task.wanted
    if not usable:
        return Answer(on, float(task.runs([on]).people[0]), _fixed(task, on), 1)
    tops = np.array([lever.high for lever in usable])
    prices = _prices(task, usable)

    def mix(x: Array) -> Mix:
        given = zip(usable, x, strict=True)
        return {**on, **{lever.name: float(each) for lever, each in given if each > NOTHING * lever.high}}

    first = task.runs([on, *(mix(top) for top in np.diag(tops))])
    kept, slopes = float(first.people[0]), (first.people[1:] - first.people[0]) / tops
    x, trust, tried = np.zeros(len(usable)), 1.0, len(usable) + 1
    best = last = Answer(on, kept, NEVER, tried)
    for _ in range(ROUNDS):
        x = _cheapest(x, kept, slopes, prices, tops, wanted, trust)
        probes = np.array([_probe(x, k, tops) for k in range(len(x))])
        told = task.runs([mix(x), *(mix(probe) for probe in probes)])
        tried += len(probes) + 1
        kept = float(told.people[0])
        slopes = (told.people[1:] - kept) / np.diagonal(probes - x)
        last = Answer(mix(x), kept, _fixed(task, on) + _price(prices, x), tried)
        if kept >= wanted - task.close and (best.price is NEVER or last.price.below(best.price)):
            best = last
        elif abs(kept - wanted) <= task.close:
            break
        trust = max(trust / 2, SMALLEST)
    return replace(last if best.price is NEVER else best, tried=tried)


def _probe(x: Array, k: int, tops: Array) -> Array:
    """The mix with lever k moved by a part of its range, inwards where it is at its bound."""
    step = PROBE * tops[k]
    moved = x.copy()
    moved[k] += step if x[k] + step <= tops[k] else -step
    return moved


def _cheapest(x: Array, kept: float, slopes: Array, prices: Array, tops: Array, wanted: float, trust: float) -> Array:
    """The programme's answer about x; everything within trust that helps where it has none."""
    low, high = np.maximum(x - trust * tops, 0.0), np.minimum(x + trust * tops, tops)
    bounds = np.column_stack([low, high]) / tops[:, None]
    rows, limits = [-slopes * tops / wanted], [float(-(wanted - kept + slopes @ x) / wanted)]
    found = np.where(slopes > 0, high, low) / tops
    for price in prices:
        weights = price * tops
        scale = float(weights.max())
        if scale <= 0:
            continue
        answer = linprog(weights / scale, A_ub=np.array(rows), b_ub=limits, bounds=bounds, method="highs")
        if answer.status != 0:
            break
        found = np.asarray(answer.x)
        # What comes next may not spoil what came first.
        rows.append(weights / scale)
        limits.append(float(answer.fun) + ROUNDING)
    return found * tops
