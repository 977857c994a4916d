"""Pairs of places that enter a fit of moves, and what those hidden for their smallness are taken to hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.calibrate.kernel_forms import Form
from hinterland.data.pairs import Pairs

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

KEPT: Final = 80_000
"""Hidden pairs kept of those farther than `NEAR`; the larger of them are likelier kept, and all are weighted up."""
NEAR: Final = 150.0
"""km up to which every hidden pair is kept."""
SWEEPS: Final = 200
"""Times that rows and columns are balanced in turn."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Pairs that enter the fit; all fields [row]."""

    origin: Whole
    destination: Whole
    distance: Array
    """km."""
    same: Array
    """1 where both places are in one region."""
    people: Array
    """Persons; zero where hidden."""
    hidden: NDArray[np.bool_]
    weight: Array
    """Pairs that a row stands for."""
    region: Whole
    """Of the origin."""


def rows_of(pairs: Pairs, distance: Array, regions: Whole, people: Array, *, with_hidden: bool, seed: int) -> Rows:
    """Published pairs, and hidden pairs or those of them that are kept."""
    origin, destination = pairs.origin, pairs.destination
    weight = np.ones(len(origin))
    if with_hidden:
        hidden = np.ones((len(people), len(people)), dtype=np.bool_)
        hidden[origin, destination] = False
        np.fill_diagonal(hidden, False)
        near = np.argwhere(hidden & (distance <= NEAR))
        far = np.argwhere(hidden & (distance > NEAR))
        chance = _chances(np.sqrt(people[far[:, 0]] * people[far[:, 1]]))
        kept = np.random.default_rng(seed).random(len(far)) < chance
        origin = np.concatenate([origin, near[:, 0], far[kept, 0]])
        destination = np.concatenate([destination, near[:, 1], far[kept, 1]])
        weight = np.concatenate([weight, np.ones(len(near)), 1 / chance[kept]])
    moved = np.zeros(len(origin))
    moved[: len(pairs.people)] = pairs.people
    return Rows(
        origin=origin,
        destination=destination,
        # Interior points of a city and of the county around it can fall on each other.
        distance=np.maximum(distance[origin, destination], 1.0),
        same=(regions[origin] == regions[destination]).astype(np.float64),
        people=moved,
        hidden=np.arange(len(origin)) >= len(pairs.people),
        weight=weight,
        region=regions[origin],
    )


def _chances(mass: Array) -> Array:
    """Chances of being kept, in proportion to `mass` up to one, of which `KEPT` are expected to be."""
    if len(mass) <= KEPT:
        return np.ones(len(mass))
    scale = KEPT / mass.sum()
    for _ in range(20):
        scale *= KEPT / np.minimum(scale * mass, 1.0).sum()
    return np.minimum(scale * mass, 1.0)


@dataclass(frozen=True, slots=True)
class Sums:
    """Persons in hidden pairs by place and by whether they stay in the region: [2 place], other regions first."""

    leaving: Array
    coming: Array

    @classmethod
    def of(cls, pairs: Pairs) -> Sums:
        """As they are published."""
        return cls(
            leaving=np.concatenate([pairs.leaving_other, pairs.leaving_same]),
            coming=np.concatenate([pairs.coming_other, pairs.coming_same]),
        )


def spread(rows: Rows, sums: Sums, form: Form, theta: Array) -> Array:
    """People [row] with those of hidden pairs as the kernel spreads them, balanced to their sums.

    What a place offers and how many leave it need not be known: they drop out where both sums are kept.
    """
    part = rows.hidden
    half = len(sums.leaving) // 2
    shift = half * rows.same[part].astype(np.int64)
    filled = rows.people.copy()
    filled[part] = balanced(
        np.exp(form.logs(rows.distance[part], theta[:-1])[0]),
        rows.weight[part],
        rows.origin[part] + shift,
        rows.destination[part] + shift,
        sums.leaving,
        sums.coming,
    )
    return filled


def balanced(seed: Array, weight: Array, row: Whole, column: Whole, of_rows: Array, of_columns: Array) -> Array:
    """Cells [cell] in proportion to `seed` but for factors of their row and column, whose weighted sums are as given.

    Sums of rows hold; those of columns are scaled to the same whole. A sum without any cell is left out.
    """
    there = summed(row, weight * seed, len(of_rows)) > 0
    rows = np.where(there, of_rows, 0.0)
    columns = np.where(summed(column, weight * seed, len(of_columns)) > 0, of_columns, 0.0)
    if not columns.sum() > 0:
        return np.zeros_like(seed)
    columns = columns * (rows.sum() / columns.sum())
    across, down = np.ones(len(rows)), np.ones(len(columns))
    cells = weight * seed
    for _ in range(SWEEPS):
        down = _over(columns, summed(column, cells * across[row], len(columns)))
        before = across
        across = _over(rows, summed(row, cells * down[column], len(rows)))
        if np.allclose(across, before, rtol=1e-8, atol=0.0):
            break
    return seed * across[row] * down[column]


def summed(key: Whole, values: Array, count: int) -> Array:
    """Sums [count] of values [cell] by key."""
    return np.bincount(key, values, count).astype(np.float64)


def _over(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
