"""Learned correction: half of what an earlier launch would have had to change in a method, given to it now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.evaluate.baselines.launch import horizons, people
from hinterland.evaluate.baselines.lessons import corrections
from hinterland.evaluate.baselines.regression import fitted_to
from hinterland.evaluate.panel import Forecast, Method, Panel

LARGEST = 0.5
"""Log correction beyond which none is believed."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Another method with its errors at earlier launches regressed on features of places and partly taken back.

    The nation's total stays that of the method: only its distribution over places is corrected.
    """

    name: str
    base: Method
    place: bool = True
    """Whether size and accessibility are among the features."""
    part: float = 0.5
    """Part of the correction that is made: errors of one period come back only in part in the next."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals, and cells where the base method has them; InputError where no earlier launch can be run."""
        ahead = horizons(known, years, self.name)
        people(known, self.name)
        shift = corrections(known, ahead, self.name, self.base, place=self.place)
        forecast = self.base(known, years)
        corrected = forecast.totals * np.exp(np.clip(self.part * shift, -LARGEST, LARGEST))
        totals = fitted_to(corrected, forecast.totals.sum(axis=1))
        if forecast.cells is None:
            return Forecast(years, totals)
        factor = np.divide(totals, forecast.totals, out=np.zeros_like(totals), where=forecast.totals > 0)
        cells = forecast.cells * factor[..., None, None]
        return Forecast(years, cells.sum(axis=(2, 3)), cells)
