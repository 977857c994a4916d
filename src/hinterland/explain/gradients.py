"""Parts by integrated gradients: what each switch adds while all are turned on together (Aumann and Shapley 1974).

    part_i = integral over t from 0 to 1 of  d worth / d s_i  at s = (t, ..., t)

Slopes are central differences, exact where the worth is linear in one switch at a time: then the parts are the Shapley
values (Owen 1972). Elsewhere the two differ, and what they differ by is no single mechanism's. The runs of one pass
give the parts of every place and quantity, and need no program of their own, which derivatives would.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEP: Final = 0.01
"""Half the distance over which slopes are taken."""


def nodes(count: int) -> tuple[Array, Array]:
    """Points and weights of Gauss and Legendre's rule on the way from 0 to 1; exact for powers below 2 `count`.

    ValueError where a point lies so near to an end that slopes would be taken from beyond it.
    """
    at, weights = np.polynomial.legendre.leggauss(count)
    if (at[0] + 1) / 2 < STEP:
        raise ValueError(f"{count} points: the first lies within {STEP} of where the way begins")
    return (at + 1) / 2, weights / 2


def integrated(worth: Callable[[Array], Array], players: int, count: int) -> Array:
    """Parts [player, ...] of `worth`, which takes switches [run, player], at so many points of the way.

    ValueError for more points than there is room for.
    """
    at, weights = nodes(count)
    shift = STEP * np.concatenate([np.eye(players), -np.eye(players)])
    found = worth((at[:, None, None] + shift).reshape(-1, players))
    higher, lower = np.moveaxis(found.reshape(count, 2, players, *found.shape[1:]), 1, 0)
    slopes = (higher - lower) / (2 * STEP)
    return (weights.reshape(-1, *[1] * (slopes.ndim - 1)) * slopes).sum(axis=0)


def agreed(first: Array, second: Array) -> Array:
    """What two ways of splitting both give a part: the value nearer to zero, and nothing where they differ in sign."""
    return np.where(first * second > 0, np.sign(first) * np.minimum(np.abs(first), np.abs(second)), 0.0)
