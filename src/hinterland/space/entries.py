"""Numbers of a hierarchical operator: its entries, its product with columns, and its error against exact rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.space.distance import EARTH_RADIUS
from hinterland.space.forms import Form, values
from hinterland.space.skeletons import Shape
from hinterland.space.threads import each
from hinterland.space.tree import Tree

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]

CHECKED: Final = 512
"""Rows compared with exact ones."""
WHOLE: Final = 16
"""Rows of which every entry is compared."""
WIDEST: Final = 96
"""Columns of a block: more do not stay in the cache."""
NARROWEST: Final = 16
"""Columns below which a second thread gains nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """What is to be held: a form with its parameters over places, times exp(bond) inside regions."""

    form: Form
    theta: Array
    """In the order of the form's names."""
    bond: float
    own: Array
    """[place] km of a trip inside a place, in the tree's order; nan where nobody stays: zero on the diagonal."""

    @property
    def terms(self) -> tuple[Array, Array]:
        """Of pairs in two regions, and in one."""
        apart = self.form.terms(self.theta)
        return apart, bonded(apart, self.bond)

    @property
    def slopes(self) -> tuple[tuple[Array, Array], ...]:
        """Terms of the derivative by each parameter of the form, and by the bond."""
        terms = self.form.terms(self.theta)
        each = [(slope, bonded(slope, self.bond)) for slope in self.form.slopes(self.theta)]
        return (*each, (np.zeros_like(terms[:1]), bonded(terms, self.bond)))


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Of one kernel on one shape, flat."""

    far: Floats
    near: Floats


def bonded(terms: Array, bond: float) -> Array:
    """Terms times exp(bond)."""
    out = terms.copy()
    out[:, :3] *= np.exp(bond)
    return out


def filled(shape: Shape, kernel: Kernel, terms: tuple[Array, Array], dtype: Any, threads: int) -> Entries:
    """Entries of terms apart and together on a shape; the diagonal follows the kernel's own trips."""
    from hinterland.space import h2_build

    compiled: Any = h2_build
    tree = shape.tree
    far, near = np.empty(shape.far.at[-1], dtype), np.empty(shape.near.at[-1], dtype)
    of = (tree.group, shape.arrays, *terms)
    diagonal = on_diagonal(kernel, terms[0])

    def some(span: tuple[bool, int, int]) -> None:
        is_far, first, last = span
        if is_far:
            compiled.fill_far(far, first, last, tree.points, shape.skeleton, *of)
        else:
            compiled.fill_near(near, first, last, tree.points, diagonal, *of)

    spans = [(True, *span) for span in _spans(shape.far.at, threads)]
    each(some, spans + [(False, *span) for span in _spans(shape.near.at, threads)], threads)
    return Entries(far=far, near=near)


def near_sums(shape: Shape, kernel: Kernel, thetas: Sequence[Array], threads: int) -> Array:
    """Sums [theta, place] of the near entries of every place, in the tree's order."""
    from hinterland.space import h2_build

    compiled: Any = h2_build
    out = np.empty((len(thetas), len(shape.tree.order)))
    for sums, theta in zip(out, thetas, strict=True):
        terms = kernel.form.terms(theta)
        of = (on_diagonal(kernel, terms), shape.tree.group, shape.arrays, terms, bonded(terms, kernel.bond))
        each(
            lambda span, sums=sums, of=of: compiled.near_sums(sums, *span, shape.tree.points, *of),
            _spans(shape.near.at, threads),
            threads,
        )
    return out


def on_diagonal(kernel: Kernel, terms: Array) -> Array:
    """Diagonal [place] of terms: the kernel at trips inside, zero where nobody stays."""
    stays = np.isfinite(kernel.own)
    return np.where(stays, values(terms, np.where(stays, kernel.own, 1.0)), 0.0)


def multiplied(shape: Shape, basis: Floats, entries: Entries, columns: Floats, threads: int) -> Floats:
    """The operator times columns [..., place, column], in blocks of columns on threads; same shape and type.

    ValueError where there are not as many rows as places.
    """
    from hinterland.space import h2_apply

    compiled: Any = h2_apply
    if columns.ndim < 2 or columns.shape[-2] != len(shape.tree.order):
        raise ValueError(f"columns of shape {columns.shape}: the axis before the last must be {len(shape.tree.order)}")
    x = np.ascontiguousarray(columns, dtype=basis.dtype).reshape(-1, *columns.shape[-2:])
    out = np.empty_like(x)
    number = x.shape[0] * x.shape[2]
    if not number:
        return out.reshape(columns.shape).astype(columns.dtype)
    blocks = max(-(-number // WIDEST), min(threads, -(-number // NARROWEST)))
    wide = -(-number // blocks)
    wide = -(-wide // 8) * 8
    arrays = shape.arrays

    def block(first: int) -> None:
        last = min(first + wide, number)
        compiled.apply_block(
            x.ravel(),
            out.reshape(-1),
            x.shape[2],
            first,
            last,
            shape.tree.order,
            arrays,
            basis,
            entries.far,
            entries.near,
        )

    each(block, range(0, number, wide), threads)
    return out.reshape(columns.shape).astype(columns.dtype, copy=False)


def errors(shape: Shape, kernel: Kernel, product: Callable[[Array], Floats], threads: int) -> tuple[float, float, int]:
    """Largest relative error over places and positive columns, largest relative sum of errors of a row, and rows seen.

    Columns are one even, three log-normal (of deviation 2) and two of single large places among very small ones. Rows
    are all, or half by chance and half spread over the range of row sums.
    """
    from hinterland.space import h2_build

    compiled: Any = h2_build
    tree, number = shape.tree, len(shape.tree.order)
    draw = np.random.default_rng(number)
    columns = np.ones((number, 6))
    columns[:, 1:4] = np.exp(2 * draw.normal(size=(number, 3)))
    columns[:, 4:] = np.where(draw.random((number, 2)) < max(0.01, 2 / number), 1.0, 1e-6)
    found = product(columns)[tree.order]
    rows = np.arange(number)
    if number > CHECKED:
        half = CHECKED // 2
        spread = np.argsort(found[:, 0], kind="stable")[np.linspace(0, number - 1, half).astype(np.int64)]
        rows = np.unique(np.concatenate([draw.choice(number, half, replace=False), spread]))
    exact = np.empty((len(rows), columns.shape[1]))
    of = (columns[tree.order], tree.points, on_diagonal(kernel, kernel.terms[0]), tree.group, *kernel.terms)
    each(
        lambda span: compiled.exact_rows(exact[slice(*span)], rows[slice(*span)], *of),
        _spans(np.arange(len(rows) + 1), threads),
        threads,
    )
    some = rows[np.linspace(0, len(rows) - 1, min(WHOLE, len(rows))).astype(np.int64)]
    return _worst(found[rows] - exact, exact), _whole(tree, kernel, product, some), len(rows)


def _whole(tree: Tree, kernel: Kernel, product: Callable[[Array], Floats], rows: Ints) -> float:
    """Largest sum of absolute errors of some rows over their sum; rows by numpy from the form itself."""
    units = np.zeros((len(tree.order), len(rows)))
    units[tree.order[rows], np.arange(len(rows))] = 1.0
    found = product(units)[tree.order]
    worst = 0.0
    for column, place in enumerate(rows):
        chord = np.sqrt(((tree.points - tree.points[place]) ** 2).sum(axis=1))
        km = 2 * EARTH_RADIUS * np.arcsin(np.minimum(1.0, chord / 2))
        km[place] = np.nan
        apart, together = kernel.terms
        exact = np.where(tree.group == tree.group[place], values(together, km), values(apart, km))
        exact[place] = on_diagonal(kernel, apart)[place]
        gap = np.abs(found[:, column] - exact).sum()
        worst = max(worst, _worst(np.array([gap]), np.array([exact.sum()])))
    return worst


def _worst(gap: Array, exact: Array) -> float:
    """Largest gap over exact values; nothing over nothing is no error, and nan is the worst."""
    relative = np.abs(gap) / np.where(exact > 0, exact, 1.0)
    relative = np.where((exact > 0) | (gap == 0), relative, np.inf)
    return float(np.where(np.isnan(relative), np.inf, relative).max(initial=0.0))


def _spans(at: Ints, threads: int) -> list[tuple[int, int]]:
    """Runs of nodes with about as many entries each, a few for every thread."""
    parts: Array = np.linspace(0.0, float(at[-1]), 4 * threads + 1)
    ends = np.unique([0, *np.searchsorted(at, parts[1:-1]).tolist(), len(at) - 1])
    return [(int(first), int(last)) for first, last in pairwise(ends)]
