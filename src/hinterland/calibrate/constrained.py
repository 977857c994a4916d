"""Poisson pseudo-likelihood with an effect of every origin alone, by Newton's method: the effects have a closed form.

Given the coefficients, the effect of an origin is what makes its expected people those who left it, so that

    E[y_ij] = Y_i p_ij,    p_ij = exp(offset_ij + x_ij b) / sum_k w_ik exp(offset_ik + x_ik b),    Y_i = sum_j w_ij y_ij

and what is left is a concave likelihood of b, of as many unknowns as there are columns: a production-constrained
gravity model. Coefficients and clustered covariance are those of the general estimator (pyfixest), which finds the
effects by going to and fro between them and the coefficients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

ROUNDS: Final = 60
CLOSE: Final = 1e-5
"""Largest step, in deviations of a column within origins, that ends the rounds: the next is some square of it."""
ALIKE: Final = 1e-9
"""Share of a column's variation that must be left when origins and the columns before it are known."""
TRACE: Final = 1e-6
"""Part of a squared mean below which a variance is rounding."""
ROUNDED: Final = 1e-12
"""Change of the log-likelihood by a person that may be rounding."""
HALVINGS: Final = 30
PIECE: Final = 16_384
"""Rows worked on at a time, so that what is made of them stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Pairs of some origins, one origin after the other."""

    columns: Array
    """[column, row], less their means over an origin: its effect would take these up."""
    moved: Array
    """[row] weight times people."""
    weight: Array | None
    """[row]; None where it is one everywhere."""
    offset: Array | None
    """[row]; None where it is zero everywhere."""
    starts: Whole
    """[origin] the first row of each."""
    counts: Whole
    """[origin] how many rows each has."""
    left: Array
    """[origin] how many people left each, weighted."""

    def sums(self, values: Array) -> Array:
        """[..., origin] of values [..., row]."""
        return np.add.reduceat(values, self.starts, axis=-1)

    def spread(self, values: Array) -> Array:
        """[..., row] of values [..., origin]."""
        return np.repeat(values, self.counts, axis=-1)


@dataclass(frozen=True, slots=True)
class Table:
    """All pairs of origins that people left."""

    pieces: list[Piece]
    cluster: Whole
    """[origin] from 0 on."""
    size: Array
    """[column] the variance of each over all rows, and a trace of its squared mean."""
    rows: int
    left: float
    """How many people left, weighted."""


def production_constrained(
    columns: Mapping[str, Array],
    *,
    people: Array,
    origin: Whole,
    cluster: Whole,
    weight: Array | None = None,
    offset: Array | None = None,
) -> tuple[Array, Array]:
    """Coefficients [column] of pairs, and their covariance [column, column] clustered by `cluster`.

    All are [row]: `people` who moved, at least 0; `origin` and `cluster`, any whole numbers, an origin's rows all in
    one cluster; `weight`, positive, one if not given; `offset`, in logs, zero if not given. Origins that nobody left
    tell nothing and count for nothing. The covariance has pyfixest's corrections for few clusters and rows.
    InputError: a value cannot be used, a coefficient cannot be told apart, an origin is in two clusters, fewer than two
    clusters are left, or no finite coefficients are the best.
    """
    names = tuple(columns)
    optional = {name: of for name, of in (("weight", weight), ("offset", offset)) if of is not None}
    _usable({**columns, "people": people, **optional})
    wide = np.array([columns[name] for name in names], dtype=np.float64)
    table = _ordered(wide, people, weight, offset, origin, cluster)
    if table.rows <= len(names) + 1:
        raise InputError(f"{table.rows} pairs for {len(names)} columns", remedy="Give more pairs", where="pairs")
    b = _start(table, names)
    height, slope, curve = _fitted(table, b)
    for _ in range(ROUNDS):
        try:
            step = _solved(curve, slope)
        except np.linalg.LinAlgError:
            break
        size = np.abs(step) * np.sqrt(np.diag(curve) / table.left)
        if size.max() < CLOSE:
            return b + step, _covariance(table, b + step, names)
        b, (height, slope, curve) = _higher(table, b, step, height)
    raise InputError(
        f"coefficients still move after {ROUNDS} rounds: they grow without end",
        remedy="Leave out a column that alone decides where people go, or give more pairs",
        where=", ".join(names),
    )


def _usable(given: Mapping[str, Array]) -> None:
    for name, values in given.items():
        least = float(values.min(initial=np.inf)) if name in ("people", "weight") else 1.0
        # The sum of numbers is one, unless they are too large to be used.
        if np.isfinite(values.sum()) and least >= 0 and (least > 0 or name != "weight"):
            continue
        bad = ~np.isfinite(values)
        bad |= values < 0 if name == "people" else values <= 0 if name == "weight" else False
        row = int(np.argmax(bad))
        raise InputError(
            f"{name} of pair {row} is {values[row]:g}",
            remedy="Give people of 0 or more, positive weights, and columns and offsets that are numbers",
            where=name,
        )


def _ordered(
    columns: Array, people: Array, weight: Array | None, offset: Array | None, origin: Whole, cluster: Whole
) -> Table:
    """Rows by origin, without those of origins that nobody left, in pieces of whole origins."""
    if (origin[1:] < origin[:-1]).any():
        order = np.argsort(origin, kind="stable")
        columns, people, origin, cluster = columns[:, order], people[order], origin[order], cluster[order]
        weight, offset = (None if of is None else of[order] for of in (weight, offset))
    moved = people if weight is None else weight * people
    starts = np.flatnonzero(np.concatenate([[True], origin[1:] != origin[:-1]])[: len(moved)])
    left = np.add.reduceat(moved, starts) if len(moved) else np.zeros(0)
    counts = np.diff(np.append(starts, len(moved)))
    if not (left > 0).any():
        raise InputError("nobody moved", remedy="Give pairs between which people moved", where="people")
    if not (left > 0).all():
        kept = np.repeat(left > 0, counts)
        columns, moved, cluster = columns[:, kept], moved[kept], cluster[kept]
        weight, offset = (None if of is None else of[kept] for of in (weight, offset))
        counts, left = counts[left > 0], left[left > 0]
        starts = np.cumsum(counts) - counts
    of_origins = cluster[starts]
    if (np.repeat(of_origins, counts) != cluster).any():
        raise InputError(
            "rows of one origin are in two clusters", remedy="Give a cluster for every origin", where="cluster"
        )
    groups, numbered = np.unique(of_origins, return_inverse=True)
    if len(groups) < 2:
        raise InputError(
            "all pairs that people moved between are in one cluster",
            remedy="Give pairs of at least two: errors are told from the differences between them",
            where="cluster",
        )
    mean = columns.mean(axis=1)
    square = np.array([column @ column for column in columns]) / len(moved)
    pieces: list[Piece] = []
    for origins, rows in _pieces(starts, counts):
        few, own, number = columns[:, rows], starts[origins] - rows.start, counts[origins]
        within = few - np.repeat(np.add.reduceat(few, own, axis=1) / number, number, axis=1)
        optional = {
            "weight": None if weight is None else weight[rows],
            "offset": None if offset is None else offset[rows],
        }
        pieces.append(
            Piece(columns=within, moved=moved[rows], starts=own, counts=number, left=left[origins], **optional)
        )
    size = np.maximum(square - mean**2, 0.0) + TRACE * mean**2
    return Table(pieces, numbered, size, len(moved), float(left.sum()))


def _pieces(starts: Whole, counts: Whole) -> Iterator[tuple[slice, slice]]:
    """Origins and their rows, some `PIECE` rows at a time."""
    first = 0
    while first < len(starts):
        last = max(int(np.searchsorted(starts, starts[first] + PIECE)), first + 1)
        yield slice(first, last), slice(int(starts[first]), int(starts[last - 1] + counts[last - 1]))
        first = last


def _start(table: Table, names: tuple[str, ...]) -> Array:
    """Coefficients by one step of least squares, from people half-way to their mean."""
    weights = sum(float(of.weight.sum()) if of.weight is not None else len(of.moved) for of in table.pieces)
    mean = table.left / weights
    curve, slope, whole = np.zeros((len(names),) * 2), np.zeros(len(names)), 0.0
    for of in table.pieces:
        people = of.moved if of.weight is None else of.moved / of.weight
        near = (people + mean) / 2
        logs = np.log(near) + people / near
        if of.offset is not None:
            logs -= of.offset
        mass = near if of.weight is None else of.weight * near
        logs -= of.spread(of.sums(mass * logs) / of.sums(mass))
        curve += _curve(of, mass, of.sums(mass))
        slope += of.columns @ (mass * logs)
        whole += float(mass.sum())
    _told_apart(curve, whole * table.size, names)
    return _solved(curve, slope)


def _solved(curve: Array, slope: Array) -> Array:
    return np.linalg.solve(curve, slope).astype(np.float64)


def _fitted(table: Table, b: Array) -> tuple[float, Array, Array]:
    """The log-likelihood of coefficients but for a constant, its slope, and its curvature with the sign turned."""
    height, slope, curve = 0.0, np.zeros(len(b)), np.zeros((len(b), len(b)))
    for of in table.pieces:
        of_piece, mu = _expected(of, b)
        height += of_piece
        slope += of.columns @ (of.moved - mu)
        curve += _curve(of, mu, of.left)
    return height, slope, curve


def _expected(of: Piece, b: Array) -> tuple[float, Array]:
    """The log-likelihood of a piece, and weighted people expected of every row."""
    logs = b @ of.columns
    if of.offset is not None:
        logs += of.offset
    logs -= of.spread(np.maximum.reduceat(logs, of.starts))
    shares = np.exp(logs)
    if of.weight is not None:
        shares *= of.weight
    total = of.sums(shares)
    height = float(of.moved @ logs - of.left @ np.log(total))
    shares *= of.spread(of.left / total)
    return height, shares


def _curve(of: Piece, mass: Array, whole: Array) -> Array:
    """Second moments [column, column] by `mass` [row], with sums `whole` [origin], about the means over an origin."""
    massed = of.columns * mass
    sums = of.sums(massed)
    return massed @ of.columns.T - (sums / whole) @ sums.T


def _told_apart(curve: Array, whole: Array, names: tuple[str, ...]) -> None:
    """InputError where too little of a column is left of `whole` when origins and columns before it are known."""
    left = curve.copy()
    lost: list[str] = []
    for k, name in enumerate(names):
        if not left[k, k] > ALIKE * whole[k]:
            lost.append(name)
            continue
        left = left - np.outer(left[:, k], left[k]) / left[k, k]
    if lost:
        raise InputError(
            f"{', '.join(lost)} cannot be told apart from the rest",
            remedy="Give more pairs, over a wider range of distances, within regions and between them",
            where=", ".join(names),
        )


def _higher(table: Table, b: Array, step: Array, height: float) -> tuple[Array, tuple[float, Array, Array]]:
    """The step, halved until the likelihood is no lower but by rounding, and `_fitted` there."""
    for _ in range(HALVINGS):
        after = _fitted(table, b + step)
        if after[0] >= height - ROUNDED * table.left:
            return b + step, after
        step = step / 2
    raise InputError(
        "no step makes the fit better",
        remedy="Give columns and offsets of more moderate sizes",
        where="columns",
    )


def _covariance(table: Table, b: Array, names: tuple[str, ...]) -> Array:
    """Of coefficients, clustered; as origins lie in clusters, all their effects count for one unknown."""
    groups, unknown = int(table.cluster.max()) + 1, len(b) + 1
    curve, of_origins = np.zeros((len(b), len(b))), []
    for of in table.pieces:
        _, mu = _expected(of, b)
        inside = of.columns - of.spread(of.sums(mu * of.columns) / of.left)
        curve += (inside * mu) @ inside.T
        of_origins.append(of.sums((of.moved - mu) * inside))
    _told_apart(curve, table.left * table.size, names)
    scores = np.array([np.bincount(table.cluster, each, groups) for each in np.concatenate(of_origins, axis=1)])
    inverse = np.linalg.inv(curve)
    few = (table.rows - 1) / (table.rows - unknown) * groups / (groups - 1)
    return few * inverse @ (scores @ scores.T) @ inverse
