"""A symmetric kernel over places in nearly linear work: near places one by one, far ones through skeletons of theirs.

The operator is an H2 matrix (Hackbusch and Boerm 2002, Computing 69) whose bases are nested skeletons. It is symmetric
as it stands, so that one operator in both directions conserves people to rounding whatever its error; the error is
measured against exact rows after it is built, and what does not keep the bound is built again more finely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError
from hinterland.space.entries import Entries, Kernel, errors, filled, multiplied, near_sums
from hinterland.space.forms import Form, family
from hinterland.space.skeletons import Cut, Shape, near_and_far, with_far, with_near
from hinterland.space.threads import processors
from hinterland.space.tree import Tree, grow, on_sphere

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]

TIGHTEST: Final = {"float32": 5e-6, "float64": 1e-10}
"""The smallest bound that can be asked for in each type: rounding takes the rest."""
TRIES: Final = 6
"""How often the operator is built more finely before it is given up."""
MARGIN: Final = 0.8
"""Largest error on the rows seen in parts of the bound: rows that were not looked at may be a little worse."""
FINE: Final = 2e-4
"""Bounds below it start with more proxies and larger leaves."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was built, and how well it keeps its bound."""

    places: int
    bound: float
    """Of the error of any place in parts of its exact value, for columns of positive weights."""
    error: float
    """The largest found, over `rows` places and columns of even, uneven and sparse weights."""
    any_sign: float
    """The largest sum of absolute errors of a row over its sum, of a few rows: what columns of any sign may lose."""
    rows: int
    tries: int
    """How often it was built until it kept the bound."""
    mean_rank: float
    """Skeleton places of a node."""
    products: int
    """Multiplications and additions in pairs for one column; a full matrix takes places squared."""
    memory: int
    """Bytes of what is multiplied with; a full matrix of the same type takes places squared times its size."""
    seconds: float
    """Of the build or the change of parameters, checks among them."""


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchical:
    """The operator; compared and hashed by identity, as compiled programs hold it."""

    kernel: Kernel
    shape: Shape
    basis: Floats
    entries: Entries
    report: Report = field(metadata={"apart": True})
    threads: int = field(metadata={"apart": True})
    """Products have the same bits however many there are."""

    def apply(self, columns: Floats) -> Floats:
        """K x for columns [..., place, column] in single or double precision; same shape and type."""
        return multiplied(self.shape, self.basis, self.entries, columns, self.threads)

    def apply_transposed(self, columns: Floats) -> Floats:
        """Transposed K x for columns [..., place, column], which is K x; same shape and type."""
        return self.apply(columns)

    def at(self, theta: Sequence[float], bond: float | None = None) -> Hierarchical:
        """The operator of other parameters: entries filled anew on the same skeletons, and checked again.

        InputError where the bound does not hold there: skeletons serve the range that they were made for.
        """
        began = perf_counter()
        start = self.kernel.form.checked(np.asarray(theta, np.float64))
        kernel = replace(self.kernel, theta=start, bond=self.kernel.bond if bond is None else bond)
        moved = replace(
            self, kernel=kernel, entries=filled(self.shape, kernel, kernel.terms, self.basis.dtype, self.threads)
        )
        error, any_sign, _ = errors(self.shape, kernel, moved.apply, self.threads)
        if not error <= self.report.bound:
            named = ", ".join(f"{name} {value:g}" for name, value in zip(kernel.form.names, start, strict=True))
            raise InputError(
                f"the error is {error:.2g} at {named}, over the bound {self.report.bound:g}",
                remedy="Build the operator for a range, low to high, that holds these parameters",
                where="kernel",
            )
        seconds = perf_counter() - began
        return replace(moved, report=replace(self.report, error=error, any_sign=any_sign, tries=1, seconds=seconds))

    def slopes(self, columns: Floats) -> Floats:
        """Derivatives of K x [parameter, ..., place, column] by each parameter of the form, and by the bond.

        They are those of the operator itself, whose skeletons do not move.
        """
        dtype, threads = self.basis.dtype, self.threads
        return np.stack(
            [
                multiplied(
                    self.shape, self.basis, filled(self.shape, self.kernel, terms, dtype, threads), columns, threads
                )
                for terms in self.kernel.slopes
            ]
        )


def build(  # noqa: PLR0913
    lon: Array,
    lat: Array,
    form: Form,
    theta: Sequence[float],
    *,
    bound: float = 1e-3,
    regions: Ints | None = None,
    bond: float = 0.0,
    own: Array | None = None,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    dtype: str = "float32",
    threads: int = 0,
) -> Hierarchical:
    """The kernel of places [place] at degrees east and north, within `bound` of the exact one.

    `regions` [place] and `bond`: pairs inside a region weigh exp(bond) times as much. `own` [place] km is the length of
    a trip inside a place; without it nobody stays. `low` and `high` are the ends of the range of parameters that the
    skeletons shall serve, in the form's order. `threads` are all cores where zero. InputError names the place or
    parameter that cannot be, or says that the bound cannot be met. ImportError without numba, which
    hinterland[scale] installs.
    """
    began = perf_counter()
    points = on_sphere(lon, lat)
    start = form.checked(np.asarray(theta, np.float64))
    ends = tuple(None if end is None else form.checked(np.asarray(end, np.float64)) for end in (low, high))
    _possible(len(points), bound, dtype, bond, own)
    threads = threads or processors()
    cut = Cut(eta=4.0 if bound >= FINE else 3.0, tolerance=(0.6 if bound >= FINE else 0.8) * bound)
    tree = grow(points, regions, leaf=36 if bound >= FINE else 64)
    inside = np.full(len(points), np.nan) if own is None else own
    kernel = Kernel(form=form, theta=start, bond=bond, own=inside[tree.order])
    near, far = near_and_far(tree, cut.eta)
    nearby = with_near(tree, near)
    thetas = family(form, start, *ends)
    among = np.stack([form.terms(one) for one in thetas])
    sums = near_sums(nearby, kernel, thetas, threads)
    _finite(sums, tree)
    error = np.inf
    for attempt in range(1, TRIES + 1):
        shape = with_far(nearby, far, cut, among, sums, threads)
        entries = filled(shape, kernel, kernel.terms, dtype, threads)
        made = Hierarchical(
            kernel=kernel, shape=shape, basis=shape.basis.astype(dtype), entries=entries,
            report=_report(shape, entries, bound, attempt), threads=threads,
        )  # fmt: skip
        _reached(made)
        error, any_sign, rows = errors(shape, kernel, made.apply, threads)
        if error <= MARGIN * bound:
            seconds = perf_counter() - began
            return replace(
                made, report=replace(made.report, error=error, any_sign=any_sign, rows=rows, seconds=seconds)
            )
        finer = cut.tolerance * max(0.05, min(0.7, 0.8 * MARGIN * bound / error))
        cut = replace(cut, tolerance=finer)
    raise InputError(
        f"the error is {error:.2g} after {TRIES} builds, over {bound:g}",
        remedy="Ask for a larger bound, for double precision, or for the full matrix",
        where="kernel, bound",
    )


def _report(shape: Shape, entries: Entries, bound: float, attempt: int) -> Report:
    """What can be said before the error is known."""
    used = shape.rank[shape.rank > 0]
    size = entries.near.itemsize
    return Report(
        places=len(shape.tree.order), bound=bound, error=np.inf, any_sign=np.inf, rows=0, tries=attempt,
        mean_rank=float(used.mean()) if len(used) else 0.0, products=shape.products,
        memory=size * (len(entries.near) + len(entries.far) + len(shape.basis)), seconds=0.0,
    )  # fmt: skip


def _possible(number: int, bound: float, dtype: str, bond: float, own: Array | None) -> None:
    """InputError for what no operator can have."""
    if number < 1:
        raise InputError("there is no place", remedy="Give at least two places: people move between places")
    if dtype not in TIGHTEST:
        raise InputError(f"type {dtype!r}", remedy=f"Give one of {', '.join(TIGHTEST)}", where="kernel, dtype")
    if not TIGHTEST[dtype] <= bound < 1:
        raise InputError(
            f"an error of {bound:g} cannot be met in {dtype}",
            remedy=f"Ask for a bound from {TIGHTEST[dtype]:g} to 1, or for the full matrix",
            where="kernel, bound",
        )
    if not np.isfinite(bond):
        raise InputError(f"the bond of regions is {bond:g}", remedy="Give a finite number", where="kernel, bond")
    if own is not None and not (own >= 0).all():
        place = int(np.flatnonzero(~(own >= 0))[0])
        raise InputError(
            f"the way inside a place is {own[place]:g} km",
            remedy="Give zero or a positive number of km for every place",
            where=f"place {place}",
        )


def _finite(sums: Array, tree: Tree) -> None:
    """InputError for places so near each other that their weight has no bound."""
    wrong = ~np.isfinite(sums).all(axis=0)
    if wrong.any():
        places = np.sort(tree.order[wrong])
        raise InputError(
            f"it lies where another place lies, and the weight of no distance is infinite ({len(places)} such places)",
            remedy="Give a power law an offset in km, or merge places that lie at one point",
            where=f"place {places[0]}",
        )


def _reached(made: Hierarchical) -> None:
    """InputError for a place that has nothing within reach: nobody could leave it, or work there."""
    sums = made.apply(np.ones((made.report.places, 1)))[:, 0]
    empty = np.flatnonzero(~(sums > 0))
    if len(empty):
        named = ", ".join(f"{n} {v:g}" for n, v in zip(made.kernel.form.names, made.kernel.theta, strict=True))
        raise InputError(
            f"nothing is within its reach at {named} ({len(empty)} such places)",
            remedy="Give a longer reach, or leave out a place that is cut off from all others",
            where=f"place {empty[0]}",
        )
