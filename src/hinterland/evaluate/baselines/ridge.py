"""A regression that a few wild places cannot bend: ridge with Huber's loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve

from hinterland.evaluate.panel import Array

TUNING = 1.345
"""Residuals, in robust standard deviations, from which they count linearly: 95% efficient under normality."""
ROUNDS = 15
"""Reweightings; the coefficients have settled by then."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression."""

    mean: Array
    scale: Array
    """[feature] by which features are standardised."""
    level: float
    slopes: Array
    """[feature] change of the target with a standardised feature."""

    def __call__(self, features: Array) -> Array:
        """[place] target predicted from [place, feature]; an unknown feature (NaN) counts as its mean."""
        return self.level + np.nan_to_num((features - self.mean) / self.scale) @ self.slopes


def huber_ridge(
    features: Array,
    target: Array,
    *,
    weight: Array | None = None,
    penalty: float = 1.0,
    tuning: float | None = TUNING,
) -> Fit:
    """Fit target [place], with weights [place], on features [place, feature] by iteratively reweighted least squares.

    Huber (1964), Holland and Welsch (1977); `tuning` None is plain ridge. Slopes of standardised features are
    penalised as by `penalty` further places where they are nil; the level is not.
    """
    some = np.isfinite(features)
    count = np.maximum(some.sum(axis=0), 1)
    mean = np.where(some, features, 0.0).sum(axis=0) / count
    gap = np.where(some, features - mean, 0.0)
    scale = np.sqrt((gap**2).sum(axis=0) / count)
    # A feature that is the same everywhere, but for rounding, says nothing.
    scale = np.where(scale > 1e-9 * np.maximum(np.abs(mean), 1e-9), scale, np.inf)
    matrix = np.column_stack([np.ones(target.size), gap / scale])
    # A trace of penalty on the level keeps the system solvable where every place weighs nothing.
    ridge = penalty * np.diag([1e-9, *np.ones(features.shape[1])])
    prior = np.ones(target.size) if weight is None else weight
    used, beta = prior, np.zeros(matrix.shape[1])
    for _ in range(1 if tuning is None else ROUNDS):
        system = matrix.T @ (matrix * used[:, None]) + ridge
        beta = solve(system, matrix.T @ (used * target), assume_a="pos")
        if tuning is None:
            break
        rest = np.abs(target - matrix @ beta)
        bound = tuning * 1.4826 * float(np.median(rest))
        if bound <= 0:
            break
        used = prior * np.minimum(1.0, bound / np.maximum(rest, bound))
    return Fit(mean, scale, float(beta[0]), beta[1:])
