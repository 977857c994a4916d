"""Cohort component with gross flows: leavers by age and place, arrivals as shares of the nation's pool of leavers.

Net rates cannot tell a place that nobody leaves from one that as many enter, nor let arrivals dry up where leavers run
out. Here people leave by a schedule of ages at the level of a place's registered moves, and the leavers share out over
places as before launch, more than in proportion to size as places grow or shrink.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.evaluate.baselines.cohorts import (
    Ratios,
    Window,
    childhood,
    cohorts,
    divide,
    march,
    window,
    with_children,
)
from hinterland.evaluate.baselines.drift import Drift, drift
from hinterland.evaluate.baselines.launch import horizons
from hinterland.evaluate.baselines.moves import leaving, moves
from hinterland.evaluate.panel import Array, Forecast, Panel

YOUNG = (15, 30)
"""Ages at which people move to learn and to work: that pattern belongs to the place and does not fade."""
MOST = 0.98
"""Largest part of a cohort that leaves within a step."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is known at launch; arrays hold ages at the end of a step, [place, sex, age - shift] unless said."""

    over: Window
    drift: Drift
    leave: Array
    """Part of the survivors of a cohort that leaves its place within a step, if no more are missing."""
    momentum: Array
    """Change of the net part expected from the latest moves."""
    cohort: Array
    """Survivors of the cohorts at launch after one step."""
    share: Array
    """[place] share of the nation's people at launch."""
    young: np.ndarray
    """[age - shift] whether the pattern does not fade."""
    children: Ratios
    """[place, sex, child group] children per possible mother, drawn to the region's."""


@dataclass(frozen=True, slots=True)
class GrossFlow:
    """Leavers by schedule and place, arrivals from the nation's pool of leavers, children of the women there."""

    name: str = "gross_flow"
    k: float = 30.0
    """Persons of a cohort whose ratio weighs as much as that expected from the place's position."""
    pull: float = 1.4
    """Elasticity of arrivals with the place's share of the nation: above one, as towns draw by what they offer."""
    kept: float = 0.7
    """Part of a place's gap from its target in the first step, and left of it every five years; the young keep all."""
    boom: float = 0.7
    """Part of a gain above target left every five years beside that: booms fade faster than losses."""
    carried: float = 0.45
    """Part of the change in the latest moves that lasts through the first five years."""
    momentum_kept: float = 0.7
    """Part of that left every five years."""
    momentum_size: float = 2_000.0
    """People of a place whose latest moves count half: in smaller ones they are noise."""
    replaced: float = 0.25
    """Part of usual leavers that still arrives where net losses exceed usual leaving."""
    children_k: float = 100.0
    """Women whose children weigh as much as those of the region."""
    children_kept: float = 0.7
    """Part of the log deviation of children per woman from the nation left after each five years."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals and cells; InputError where ages, an earlier year or registered moves are missing."""
        ahead = horizons(known, years, self.name)
        start = self._start(known)
        return march(start.over, ahead, years, lambda cells, step: self._step(cells, step, start))

    def _start(self, known: Panel) -> Start:
        over = window(known, self.name)
        registered, cohort_drift = moves(known, over, self.name), drift(known, over, self.k)
        hazard = leaving(known.ages)
        # A cohort is at the ages of its old group for half of the step.
        hazard = (hazard[: -over.shift] + hazard[over.shift :]) / 2
        people = over.now.sum(axis=(1, 2))
        at_age = over.now[..., over.shift :].sum(axis=(0, 1))
        usual = float(divide((at_age * hazard).sum(), at_age.sum(), 1.0))
        trust = self.carried * min(over.step, 5) * people / (people + self.momentum_size)
        lower = np.array(known.ages.lower)[over.shift :]
        regions = np.unique(known.regions, return_inverse=True)[1]
        return Start(
            over=over,
            drift=cohort_drift,
            leave=-np.expm1(-over.step * registered.level[:, None, None] * hazard),
            momentum=(trust * registered.momentum)[:, None, None] * hazard / usual,
            cohort=cohorts(over.now, over.shift) * cohort_drift.nation,
            share=divide(people, people.sum(), 0.0),
            young=(lower >= YOUNG[0]) & (lower < YOUNG[1]),
            children=childhood(over, regions, self.children_k),
        )

    def _step(self, cells: Array, step: int, start: Start) -> Array:
        """[place, sex, age] people one step on from `cells`; nobody is lost between leaving and arriving."""
        over = start.over
        net, leave = self._net(step, start)
        survivors = cohorts(cells, over.shift) * start.drift.nation
        leavers = survivors * leave
        people = cells.sum(axis=(1, 2))
        grown = divide(divide(people, people.sum(), 0.0), start.share, 0.0)
        drawn = (net + leave) * start.cohort * (grown**self.pull)[:, None, None]
        arrivals = drawn * divide(leavers.sum(axis=0), drawn.sum(axis=0), 0.0)
        local, nation = start.children.local, start.children.national
        deviation = np.log(divide(local, nation, 1.0).clip(1e-6))
        born = nation * np.exp(deviation * self.children_kept ** (step * over.step / 5))
        return with_children(survivors - leavers + arrivals, over, born)

    def _net(self, step: int, start: Start) -> tuple[Array, Array]:
        """Net part of survivors gained, and part leaving, in a step 1, 2 ..; arrivals are their sum, never negative."""
        lasted = (step - 1) * start.over.step / 5
        fade = np.where(start.young, 1.0, self.kept ** (1 + lasted)) * np.where(
            start.drift.gap > 0, self.boom**lasted, 1.0
        )
        net = np.expm1(start.drift.target + start.drift.gap * fade) + start.momentum * self.momentum_kept**lasted
        # Where more are missing than usually leave, more must leave: the young of remote places.
        leave = np.maximum(start.leave, np.minimum(self.replaced * start.leave - net, MOST))
        return np.maximum(net, -leave), leave
