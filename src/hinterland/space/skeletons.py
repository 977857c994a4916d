"""The geometry of a hierarchical operator: which nodes are near and far, and a nested skeleton for each that is far.

It holds no kernel entries. A basis made for a family of kernels serves every kernel among them, so that parameters may
move and only entries are filled anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.space.threads import each
from hinterland.space.tree import Tree

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

NEGLIGIBLE: Final = 1e-4
"""What a far place may add, in parts of a place's near sum over the number of places, before it must be right."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How finely the far field is cut; every number trades work for accuracy."""

    eta: float
    """Largest diameter of a far pair over its gap."""
    tolerance: float
    """Of the skeletons, root mean square over proxies in parts of a proxy's mean."""


@dataclass(frozen=True, slots=True)
class Runs:
    """For every node the runs of rows it is multiplied with, and where its entries stand."""

    of: Ints
    """[node + 1] first run."""
    start: Ints
    """[run]."""
    size: Ints
    """[run]."""
    at: Ints
    """[node + 1] first entry."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A tree with its near field, its skeletons and its far field."""

    tree: Tree
    near: Runs
    """Of places of leaves."""
    far: Runs
    """Of skeleton places of nodes."""
    rank: Ints
    """[node] skeleton places."""
    at: Ints
    """[node + 1] first skeleton place."""
    skeleton: Ints
    """[skeleton place] place in the tree's order."""
    basis: Array
    """Factors by node, [places or children's skeleton places, rank], flat."""
    basis_at: Ints
    """[node + 1] first factor."""

    @property
    def arrays(self) -> tuple[Ints, ...]:
        """What compiled code reads."""
        tree, near, far = self.tree, self.near, self.far
        return (
            *(tree.begin, tree.count, tree.child, tree.levels, self.rank, self.at, self.basis_at),
            *(far.of, far.start, far.size, far.at, near.of, near.start, near.size, near.at),
        )

    @property
    def products(self) -> int:
        """Multiplications and additions in pairs that one column takes."""
        return int(self.near.at[-1] + self.far.at[-1] + 2 * self.basis_at[-1])


def near_and_far(tree: Tree, eta: float) -> tuple[Runs, Ints]:
    """The near field of a tree, and the pairs [pair, 2] of nodes that are far from each other, in both orders."""
    from hinterland.space import h2_build

    compiled: Any = h2_build
    room = 64 * len(tree.begin)
    while True:
        near, far = np.empty((room, 2), np.int64), np.empty((room, 2), np.int64)
        nears, fars = compiled.pairs(tree.child, tree.centre, tree.radius, eta, near, far)
        if max(nears, fars) <= room:
            break
        room = max(nears, fars)
    near = near[:nears]
    return _runs(near, tree.begin, tree.count, tree.count), far[:fars]


def with_near(tree: Tree, near: Runs) -> Shape:
    """A tree with its near field alone."""
    none, nodes = np.zeros(0, np.int64), len(tree.begin)
    zeros = np.zeros(nodes + 1, np.int64)
    empty = Runs(of=zeros, start=none, size=none, at=zeros)
    return Shape(
        tree=tree, near=near, far=empty, rank=np.zeros(nodes, np.int64), at=zeros, skeleton=none,
        basis=np.zeros(0), basis_at=zeros,
    )  # fmt: skip


def with_far(shape: Shape, far: Ints, cut: Cut, kernels: Array, sums: Array, threads: int) -> Shape:
    """A shape with skeletons for far pairs [pair, 2], from the leaves up.

    `kernels` [kernel, term, 6] are the family, `sums` [kernel, place] near sums of each kernel.
    """
    from hinterland.space import h2_build

    compiled: Any = h2_build
    tree = shape.tree
    nodes = len(tree.begin)
    wanted = _wanted(tree, far)
    floor = np.stack([np.minimum.reduceat(of, tree.begin[tree.leaves]) for of in sums], axis=1)
    floors = np.empty((nodes, len(kernels)))
    floors[tree.leaves] = floor * (NEGLIGIBLE / len(tree.order))
    chosen: list[Ints] = [np.zeros(0, np.int64)] * nodes
    factors: list[Array] = [np.zeros((0, 0))] * nodes
    root = tree.centre[0], tree.radius[0]

    def one(node: int) -> tuple[Ints, Array]:
        child = int(tree.child[node])
        if child < 0:
            places = _between(tree.begin[node], tree.begin[node] + tree.count[node])
        else:
            places = np.concatenate([chosen[child], chosen[child + 1]])
        if not len(places):
            return places, np.zeros((0, 0))
        radius = max(float(tree.radius[node]), 1e-9)
        reach = float(np.sqrt(((tree.centre[node] - root[0]) ** 2).sum()) + root[1])
        proxies = rings(tree.centre[node], radius, reach, cut)
        found, factor = compiled.skeleton(tree.points, places, proxies, kernels, floors[node], cut.tolerance)
        return places[found], factor

    for level in range(len(tree.levels) - 2, -1, -1):
        here = _between(tree.levels[level], tree.levels[level + 1])
        above = here[tree.child[here] >= 0]
        floors[above] = np.minimum(floors[tree.child[above]], floors[tree.child[above] + 1])
        work = here[wanted[here]]
        for node, (places, factor) in zip(work.tolist(), each(one, work.tolist(), threads), strict=True):
            chosen[node], factors[node] = places, factor
    rank = np.array([len(places) for places in chosen], np.int64)
    at = _ends(rank)
    sizes = np.array([factor.size for factor in factors], np.int64)
    kept = far[(rank[far] > 0).all(axis=1)]
    return replace(
        shape,
        far=_runs(kept, at[:-1], rank, rank),
        rank=rank,
        at=at,
        skeleton=np.concatenate(chosen),
        basis=np.concatenate([factor.ravel() for factor in factors]),
        basis_at=_ends(sizes),
    )


def rings(centre: Array, radius: float, reach: float, cut: Cut) -> Array:
    """Points [point, 3] of the unit sphere on circles about a centre [3] of it, from the gap of far nodes to `reach`.

    Seen from a circle the kernel of a place changes with the angle like a series in radius over chord, and along the
    way out it is as smooth as the gap is wide: so circles have as many points as that series needs terms for the
    tolerance, and gaps grow by a factor. Each circle is turned against the next. Where the other side of the earth is
    within reach, circles about the antipode, where distance has a kink, do the same from there.
    """
    aside = np.zeros(3)
    aside[np.abs(centre).argmin()] = 1.0
    east = np.cross(centre, aside)
    east /= np.sqrt(east @ east)
    frame = np.stack([east, np.cross(centre, east)])
    half = np.sqrt(2.0)
    points = _circles(centre, frame, radius, min(reach, half), cut)
    return np.concatenate([points, _circles(-centre, frame, radius, half, cut)]) if reach > half else points


def _circles(centre: Array, frame: Array, radius: float, last: float, cut: Cut) -> Array:
    """Circles about a centre, out to the chord `last`; at least one."""
    gap, points = 2 * radius / cut.eta, list[Array]()
    last = min(max(last, radius + gap), 2.0)
    growth = 1.6 if cut.tolerance > 1e-4 else 1.4
    while True:
        chord = min(radius + gap, last)
        terms = np.log(3 / cut.tolerance) / np.log(max(chord / radius, 1.05))
        number = int(np.clip(2 * terms + 2, 8, 128))
        angle = 2 * np.pi / number * (np.arange(number) + 0.5 * (len(points) % 2))
        turn = 2 * np.arcsin(chord / 2)
        side = np.cos(angle)[:, None] * frame[0] + np.sin(angle)[:, None] * frame[1]
        points.append(np.cos(turn) * centre + np.sin(turn) * side)
        if chord >= last:
            return np.concatenate(points)
        gap *= growth


def _wanted(tree: Tree, far: Ints) -> NDArray[np.bool_]:
    """Nodes [node] that are far from some, and all below them."""
    wanted = np.zeros(len(tree.begin), np.bool_)
    wanted[far[:, 0]] = True
    for level in range(len(tree.levels) - 2):
        here = _between(tree.levels[level], tree.levels[level + 1])
        parents = here[wanted[here] & (tree.child[here] >= 0)]
        wanted[tree.child[parents]] = True
        wanted[tree.child[parents] + 1] = True
    return wanted


def _runs(pairs: Ints, start: Ints, size: Ints, rows: Ints) -> Runs:
    """Runs of rows by first node of pairs [pair, 2]; neighbours are joined, every node has `rows` [node]."""
    pairs = pairs[np.lexsort((start[pairs[:, 1]], pairs[:, 0]))]
    first, second = pairs[:, 0], pairs[:, 1]
    new = np.ones(len(pairs), np.bool_)
    new[1:] = (first[1:] != first[:-1]) | (start[second[1:]] != start[second[:-1]] + size[second[:-1]])
    opens = np.flatnonzero(new)
    sizes = np.add.reduceat(size[second], opens) if len(opens) else np.zeros(0, np.int64)
    nodes = len(rows)
    wide = np.bincount(first, size[second], minlength=nodes).astype(np.int64)
    return Runs(
        of=np.searchsorted(first[opens], np.arange(nodes + 1)).astype(np.int64),
        start=start[second[opens]],
        size=sizes,
        at=_ends(wide * rows),
    )


def _ends(sizes: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _between(first: np.int64, end: np.int64) -> Ints:
    return np.arange(int(first), int(end), dtype=np.int64)
