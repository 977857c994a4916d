"""Where totals start from: what simple methods say of places, and how wrong they have been at earlier launches.

The model's mechanisms move people from there when something changes; what only the anchor explains is *unexplained*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import t as student

Array = NDArray[np.float64]

ODDS = np.concatenate([[0.005, 0.0125], np.arange(0.025, 0.98, 0.025), [0.9875, 0.995]])
"""Probabilities at which the shape of errors is kept."""


@dataclass(frozen=True, slots=True)
class Law:
    """How far people of places may come to lie from the central course at the ends of steps; logs."""

    scale: Array
    """[step, place] mean absolute deviation."""
    shape: Array
    """[step, odds] quantiles of the deviation at `ODDS`, in units of the scale; as much above as below."""
    launches: tuple[int, ...] = ()
    """Earlier launches at which errors were measured; empty where they are borrowed."""
    measured: int = 0
    """Longest horizon in years at which they were; errors beyond it are carried on."""

    def deviations(self, scores: Array) -> Array:
        """Log deviations as likely as standard normal scores, both [..., step, place], of the first steps."""
        steps = range(scores.shape[-2])
        if not steps:
            return np.zeros_like(scores)
        return np.stack([self.scale[k] * _quantile(scores[..., k, :], self.shape[k]) for k in steps], axis=-2)


@dataclass(frozen=True, slots=True)
class Anchor:
    """People of places at the ends of steps after launch, as the best of simple methods have them."""

    totals: Array
    """[step, place] persons."""
    cells: Array | None
    """[step, place, sex, age] where the methods have ages."""
    weights: Mapping[str, float]
    """Method -> its weight in the geometric mean."""
    launches: tuple[int, ...]
    """Earlier launches that the weights were learned on; empty where none could be run, and all weigh alike."""


def borrowed(people: Array, years: Array, *, error: float, size: float, growth: float, tails: float) -> Law:
    """The law of errors measured in other countries, for places with `people` [place] at `years` [step] ahead.

    `error` is the mean absolute log error after ten years of a place of 100,000, which falls with the power `size` of
    people and grows with the power `growth` of years; errors follow Student's t with `tails` degrees of freedom.
    """
    middle = (np.arange(2000) + 0.5) / 2000
    shape = student.ppf(ODDS, tails) / np.abs(student.ppf(middle, tails)).mean()
    scale = error * (np.maximum(people, 100.0) / 1e5) ** -size
    return Law((years[:, None] / 10) ** growth * scale, np.tile(shape, (years.size, 1)))


def _quantile(scores: Array, shape: Array) -> Array:
    """The shape's quantiles at normal scores, straight on beyond its ends."""
    known = ndtri(ODDS)
    inside = np.interp(scores, known, shape)
    low, high = (shape[1] - shape[0]) / (known[1] - known[0]), (shape[-1] - shape[-2]) / (known[-1] - known[-2])
    inside = np.where(scores < known[0], shape[0] + low * (scores - known[0]), inside)
    return np.where(scores > known[-1], shape[-1] + high * (scores - known[-1]), inside)
