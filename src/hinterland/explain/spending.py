"""What a mix of levers costs: units of each counted in a run beside its base, times what a unit costs.

Units are what was done, not what was ordered: posts of a lever are those in the run less those without it, homes and
jobs and births are differences from the base. Sums run from the start of a policy to the target year, undiscounted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.explain.alternatives import Shown
from hinterland.explain.levers import OVER, PolicyLever
from hinterland.explain.placed import Placed
from hinterland.record import Ensemble
from hinterland.scenario import Change, in_force
from hinterland.system import System

Array = NDArray[np.float64]

_PLANTS: Final = ("jobs_routine", "jobs_advanced")


@dataclass(frozen=True, slots=True)
class Counts:
    """What costs are counted from at one place, at the ends of steps [..., step]."""

    posts: Array
    """Public posts that need calls for."""
    plants: Array
    """Jobs in industry."""
    homes: Array
    workers: Array
    """Persons of 15 to 64."""
    births: Array
    """Persons in the step."""

    def row(self, position: int) -> Counts:
        """Those of one alternative or member [step]."""
        return self._each(lambda values: values[position])

    def last(self) -> Counts:
        """Those of the last step [..., 1]."""
        return self._each(lambda values: values[..., -1:])

    def _each(self, part: Callable[[Array], Array]) -> Counts:
        return Counts(part(self.posts), part(self.plants), part(self.homes), part(self.workers), part(self.births))


@dataclass(frozen=True, slots=True)
class Spent:
    """Units and money of every lever of a mix, [...] each."""

    units: Mapping[str, Array]
    money: Mapping[str, Array]
    """Mean yearly pays; levers without a cost are not in it."""

    @property
    def total(self) -> Array:
        """Mean yearly pays [...] of all costed levers."""
        return np.asarray(sum(self.money.values(), np.zeros(())))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a place and a policy's dates fix."""

    phase: Array
    """[step] mean share of an amount in force."""
    width: int
    """Years of a step."""
    revenue: float
    """Of the place's budget in a year of the base, mean pays; zero without an economy."""
    at_work: float
    """Workers over persons of 15 to 64 at the base year; zero without an economy."""

    def last(self) -> Terms:
        """Those of the last step."""
        return replace(self, phase=self.phase[-1:])


def terms(system: System, at: Placed, starts: Sequence[int]) -> Terms:
    """Terms of a policy at a place in a run of steps that begin in the years `starts`."""
    width = system.country.ages.width
    ramp = Change("", 1.0, at.start, over=OVER)
    economy = system.setting.economy
    people = system.country.at(system.country.base_year)[at.place]
    groups = slice(system.country.ages.index(15), system.country.ages.index(65))
    return Terms(
        phase=np.array([in_force(ramp, start, width) for start in starts]),
        width=width,
        revenue=0.0 if economy is None else float(economy.revenue[at.place]),
        at_work=0.0 if economy is None else float(economy.labour[at.place]) / float(people[:, groups].sum()),
    )


def of_block(shown: Shown, place: int) -> Counts:
    """Counts [alternative, step] of a block at a place."""

    def ends(values: Array | None) -> Array:
        return np.zeros(shown.births.shape[:2]) if values is None else values[:, 1:, place]

    return Counts(
        posts=ends(shown.posts),
        plants=ends(shown.plants),
        homes=ends(shown.homes),
        workers=ends(shown.workers),
        births=shown.births[:, :, place],
    )


def of_ensemble(ensemble: Ensemble, place: int) -> Counts:
    """Counts [member, step] of an ensemble at a place."""
    nothing = np.zeros(ensemble.flows["births"].shape[:2])

    def ends(*names: str) -> Array:
        return sum((ensemble.stocks[name][:, 1:, place] for name in names if name in ensemble.stocks), nothing)

    return Counts(
        posts=ends("posts_wanted"),
        plants=ends(*_PLANTS),
        homes=ends("homes"),
        workers=ends("people_15_64"),
        births=ensemble.flows["births"][:, :, place],
    )


def spent(at: Placed, x: Mapping[str, float], run: Counts, base: Counts, of: Terms) -> Spent:
    """What a mix cost in a run [..., step] beside the base [..., step]; levers at zero are left out."""
    used = [lever for lever in (*at.continuous, *at.switches) if x.get(lever.name, 0.0) > 0]
    units = {lever.name: _units(lever, x[lever.name], used, x, run, base, of) for lever in used}
    return Spent(units, {lever.name: lever.cost * units[lever.name] for lever in used if lever.cost is not None})


def _units(
    lever: PolicyLever,
    amount: float,
    used: Sequence[PolicyLever],
    x: Mapping[str, float],
    run: Counts,
    base: Counts,
    of: Terms,
) -> Array:
    """Units of one lever [...]."""
    match lever.per:
        case "post and year":
            every = sum(_log_posts(each, x[each.name]) for each in used)
            added = run.posts * -np.expm1(-every * of.phase)
            return added.sum(axis=-1) * of.width * _log_posts(lever, amount) / every
        case "mean pay given":
            return np.broadcast_to(amount * of.revenue * of.phase.sum() * of.width, run.births.shape[:-1])
        case "job and year":
            return np.maximum(run.plants - base.plants, 0.0).sum(axis=-1) * of.width
        case "home":
            return np.maximum(run.homes - base.homes, 0.0)[..., -1]
        case "worker":
            remote = amount * of.phase * of.at_work * run.workers
            return np.maximum(np.diff(remote, axis=-1, prepend=0.0), 0.0).sum(axis=-1)
        case "birth added":
            return (run.births - base.births).sum(axis=-1)
        case "year in full":
            return np.broadcast_to(amount * of.phase.sum() * of.width, run.births.shape[:-1])
        case "line" | "move" | "merger":
            return np.ones(run.births.shape[:-1])


def _log_posts(lever: PolicyLever, x: float) -> float:
    return sum(each.size(x) for each in lever.change if each.lever == "posts")
