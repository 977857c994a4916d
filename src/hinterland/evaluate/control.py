"""Control to the nation: every place scaled by one factor so that the actual total of the nation is hit.

What is scored then is the distribution over places only; no forecaster knew the total, so the label goes along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinterland.errors import InputError
from hinterland.evaluate.panel import Forecast

Array = NDArray[np.float64]

FORECAST: Final = "forecast"
DISTRIBUTION_ONLY: Final = "distribution only"


@dataclass(frozen=True, slots=True)
class Controlled:
    """A forecast scaled to the nation's actual total."""

    forecast: Forecast
    factors: Array
    """[year] actual total over the forecast's own."""
    label: str = DISTRIBUTION_ONLY


def factors(values: ArrayLike, actual: ArrayLike) -> Array:
    """The nation's actual total over the forecast one, [...] from values [..., place] and actual [..., place].

    Both sums run over the places whose actual is known. Leading axes broadcast, so members [member, year, place] get a
    factor each. InputError where either sum is not above zero.
    """
    said, counted = np.asarray(values, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    known = np.isfinite(counted)
    own = np.where(known, said, 0).sum(axis=-1)
    true = np.where(known, counted, 0).sum(axis=-1)
    if not (np.all(own > 0) and np.all(true > 0)):
        raise InputError(
            "the nation's total is zero or unknown in a forecast or in the record",
            remedy="Control only years that were counted, with a forecast of people for them",
            where="control",
        )
    return true / own


def controlled(forecast: Forecast, actual: ArrayLike) -> Controlled:
    """The forecast scaled to actual [year, place] of its years: totals, cells and quantiles by the same factor.

    Quantiles move with the central forecast, so they keep whatever spread the nation's total gave them; members can
    be scaled one by one with `factors` before quantiles are taken.
    """
    scale = factors(forecast.totals, actual)
    return Controlled(
        forecast=replace(
            forecast,
            totals=forecast.totals * scale[:, None],
            cells=None if forecast.cells is None else forecast.cells * scale[:, None, None, None],
            quantiles=None if forecast.quantiles is None else forecast.quantiles * scale[None, :, None],
        ),
        factors=scale,
    )
