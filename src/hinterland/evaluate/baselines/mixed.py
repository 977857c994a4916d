"""Growth of several base periods, averaged and shrunk: what persists of a place's rate where it comes from totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.evaluate.baselines.launch import base_period, horizons, people
from hinterland.evaluate.baselines.totals import EXPONENT
from hinterland.evaluate.panel import Array, Forecast, Panel


@dataclass(frozen=True, slots=True)
class MixedBase:
    """The mean of a place's rates over short and long base periods, of which a part is kept for good.

    Averaging base periods cancels their noise (Smith, Tayman and Swanson 2013, chapter 8); a place's growth beyond the
    nation's is never fully repeated, least in the United States.
    """

    name: str = "mixed_base"
    bases: tuple[int, ...] = (5, 10, 20)
    """Years of the base periods, or the nearest that the panel has."""
    kept: float = 0.6
    """Part kept of a place's rate beyond what it falls back to."""
    to_nation: bool = True
    """Whether it falls back to the nation's rate of the same periods, or to no change."""
    straight: bool = False
    """Whether growing places follow a line rather than an exponential."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals only; InputError where fewer than two years are known."""
        ahead = horizons(known, years, self.name)[:, None]
        now = people(known, self.name)
        periods = [base_period(known, base, self.name) for base in self.bases]
        rest = float(np.mean([period.national(now) for period in periods])) if self.to_nation else 0.0
        own = np.mean([self._own(period.growth(now), period.known, rest) for period in periods], axis=0)
        grown = np.clip(ahead * (rest + self.kept * own), -EXPONENT, EXPONENT)
        factor = np.where(grown > 0, 1 + grown, np.exp(grown)) if self.straight else np.exp(grown)
        return Forecast(years, now * factor)

    @staticmethod
    def _own(growth: Array, known: np.ndarray, rest: float) -> Array:
        """[place] rate beyond `rest` a year; nil where no earlier year is known."""
        return np.where(known, growth - rest, 0.0)
