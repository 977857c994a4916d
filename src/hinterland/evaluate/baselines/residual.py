"""Cohort component with migration as a residual: who is missing or too many after the nation's survival.

Net migrants are what people by sex and age differ from the survivors expected of their cohort (Siegel and Hamilton
1952). Losses go on as rates of those who may leave, gains as shares of those who live elsewhere (Smith 1986): rates of
gain would feed on the gains themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.evaluate.baselines.cohorts import (
    ageing,
    childhood,
    cohorts,
    divide,
    march,
    peers,
    window,
    with_children,
)
from hinterland.evaluate.baselines.launch import horizons
from hinterland.evaluate.panel import Array, Forecast, Panel


def balanced(net: Array) -> Array:
    """Net migrants [place, sex, age] summing to nobody: gains and losses meet at their geometric mean."""
    gains, losses = np.maximum(net, 0.0).sum(axis=0), np.maximum(-net, 0.0).sum(axis=0)
    middle = np.sqrt(gains * losses)
    return np.where(net > 0, net * divide(middle, gains, 0.0), net * divide(middle, losses, 0.0))


@dataclass(frozen=True, slots=True)
class ResidualMigration:
    """National survival, and net migration by sex and age that fades towards that of like places."""

    name: str = "residual_migration"
    k: float = 30.0
    """Persons whose net rate weighs as much as that of the region and size class."""
    kept: float = 0.85
    """Part of the difference from region and size class left after five years."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals and cells; InputError where ages or an earlier year are missing."""
        ahead = horizons(known, years, self.name)
        over = window(known, self.name)
        group = peers(known)
        older, young = ageing(over, group, self.k), childhood(over, group, self.k)
        survivors_now = cohorts(over.now, over.shift) * older.national
        elsewhere_now = survivors_now.sum(axis=0) - survivors_now

        def advance(cells: Array, step: int) -> Array:
            left = self.kept ** ((step - 1) * over.step / 5)
            ratio, born = (each.group + (each.local - each.group) * left for each in (older, young))
            survivors = cohorts(cells, over.shift) * older.national
            elsewhere = survivors.sum(axis=0) - survivors
            rate = divide(ratio, older.national, 1.0) - 1.0
            gains = rate * survivors_now * divide(elsewhere, elsewhere_now, 1.0)
            net = balanced(np.where(rate > 0, gains, np.maximum(rate, -1.0) * survivors))
            return with_children(survivors + net, over, born)

        return march(over, ahead, years, advance)
