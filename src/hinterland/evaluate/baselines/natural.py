"""Births and deaths as places have them at launch, and part of what past growth was beyond them.

The part of a place's growth that births and deaths explain goes on; what is left is migration, of which only a part
does (Isserman 1993: the right people, the right rates). Rates of birth and death are fixed at launch, so that nothing
is learned that belongs to a period.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hinterland.errors import InputError
from hinterland.evaluate.baselines.cohorts import cohorts, divide, mothers, window, with_children
from hinterland.evaluate.baselines.launch import base_period, horizons, people
from hinterland.evaluate.baselines.totals import EXPONENT
from hinterland.evaluate.panel import Array, Forecast, Panel

MOST_APART = 10.0
"""Times as many registered as residents, or the other way, beyond which a gap is not believed."""


def natural_rate(known: Panel, method: str) -> Array:
    """[place] log growth a year by births and deaths alone, at the nation's ratios of the last step of cohorts.

    Ages may be imputed, as they only weigh these ratios. InputError where there are none, or of one year only.
    """
    if known.rough is None:
        raise InputError(
            f"{method} needs ages, if only imputed ones, and the panel has totals only",
            remedy="Add a table of ages, or use a method of totals such as mixed_base",
            where=known.code,
        )
    over = window(replace(known, cells=known.rough), method)
    before, now = np.nan_to_num(over.before), over.now
    stay = divide(now[..., over.shift :].sum(axis=0), cohorts(before, over.shift).sum(axis=0), 0.0)
    born = divide(now[..., : over.shift].sum(axis=0), mothers(now, over).sum(axis=0)[None], 0.0)
    after = with_children(cohorts(now, over.shift) * stay, over, born)
    size = now.sum(axis=(1, 2))
    return np.log(np.maximum(after.sum(axis=(1, 2)), 1.0) / np.maximum(size, 1.0)) / over.step


def grown(known: Panel, years: tuple[int, ...], rate: Array, method: str) -> Forecast:
    """People at launch growing by `rate` [place] a year, in logs."""
    ahead = horizons(known, years, method)[:, None]
    return Forecast(years, people(known, method) * np.exp(np.clip(ahead * rate, -EXPONENT, EXPONENT)))


@dataclass(frozen=True, slots=True)
class NaturalGrowth:
    """Natural increase of the ages of launch, and a part of past growth beyond it."""

    name: str = "natural_long"
    base: int = 20
    """Years of the base period, or the nearest that the panel has."""
    kept: float = 0.6
    """Part of past growth beyond natural increase that goes on."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals only; InputError where ages or an earlier year are missing."""
        natural = natural_rate(known, self.name)
        period = base_period(known, self.base, self.name)
        own = np.where(period.known, period.growth(people(known, self.name)) - natural, 0.0)
        return grown(known, years, natural + self.kept * own, self.name)


@dataclass(frozen=True, slots=True)
class RegisteredGap:
    """Published natural increase, and a part of the migration that set residents apart from the registered.

    Who is registered in a place and lives elsewhere has left it: where no earlier count is known the gap between
    registered and resident people is the record of migration, over about a working generation.
    """

    name: str = "registered_gap"
    span: float = 20.0
    """Years of migration that the gap is the sum of."""
    kept: float = 0.6
    """Part of that migration that goes on: that of `NaturalGrowth`."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals only; InputError where registered people, or births and deaths, are not published at launch."""
        found = {"registered people": known.registered, "births and deaths": known.natural}
        for what, values in found.items():
            if values is None or not np.isfinite(values[-1]).any():
                raise InputError(
                    f"{self.name} needs {what} of places at launch",
                    remedy="Add them to the pack's indicators, or use a method of totals such as lin_exp",
                    where=known.code,
                )
        assert known.registered is not None
        assert known.natural is not None
        natural, registered = known.natural[-1], known.registered[-1]
        natural = np.where(np.isfinite(natural), natural, np.nanmean(natural))
        gap = -np.log(np.clip(np.where(np.isfinite(registered), registered, 1.0), 1 / MOST_APART, MOST_APART))
        return grown(known, years, natural + self.kept * gap / self.span, self.name)
