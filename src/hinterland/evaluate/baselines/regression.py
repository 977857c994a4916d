"""Growth regression: what a place's record, ages and position said of its growth after earlier launches.

The regression speaks of a place's growth beyond the nation's, as ratio methods do (Smith, Tayman and Swanson 2013,
chapter 9); the nation's own path comes from its cohorts where ages are known, else from its rate of the last years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.errors import InputError
from hinterland.evaluate.baselines.cohorts import ClosedCohort
from hinterland.evaluate.baselines.launch import base_period, horizons, people
from hinterland.evaluate.baselines.lessons import corrections
from hinterland.evaluate.baselines.totals import EXPONENT, Constant
from hinterland.evaluate.panel import Array, Forecast, Panel


def nation(known: Panel, years: tuple[int, ...], method: str) -> Array:
    """[year] people in all places together."""
    now = known.totals[-1].sum()
    if known.cells is not None:
        try:
            closed = ClosedCohort()(known, (int(known.years[-1]), *years)).totals.sum(axis=1)
            return now * closed[1:] / closed[0] if closed[0] > 0 else np.zeros(len(years))
        except InputError:
            # Ages of one year, or of too few: the nation's rate must do.
            pass
    ahead = np.array(years, dtype=np.float64) - known.years[-1]
    rate = base_period(known, 5, method).national(known.totals[-1])
    return now * np.exp(np.clip(ahead * rate, -EXPONENT, EXPONENT))


def fitted_to(paths: Array, wanted: Array) -> Array:
    """[year, place] scaled so that all places together are wanted [year]; nothing where there is nobody."""
    own = paths.sum(axis=1)
    return paths * np.divide(wanted, own, out=np.zeros_like(own), where=own > 0)[:, None]


@dataclass(frozen=True, slots=True)
class GrowthRegression:
    """Huber ridge of a place's growth on what was known of it, trained on launches before the launch."""

    name: str = "growth_regression"
    place: bool = True
    """Whether size and accessibility are among the features."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals only; InputError where the record holds no earlier launch to learn from."""
        ahead = horizons(known, years, self.name)
        now = people(known, self.name)
        grown = corrections(known, ahead, self.name, Constant(), place=self.place)
        paths = now * np.exp(np.clip(grown, -EXPONENT, EXPONENT))
        return Forecast(years, fitted_to(paths, nation(known, years, self.name)))
