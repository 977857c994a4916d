"""A balanced tree of places on the sphere, in which the places of a region stay together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tree:
    """Places in an order in which every node is a run of them; nodes stand level by level, children side by side."""

    points: Array
    """[place, 3] on the unit sphere, in the tree's order."""
    order: Ints
    """[place] the caller's position of each place of the tree."""
    group: Ints
    """[place] region of each place, in the tree's order; all zero where regions do not matter."""
    begin: Ints
    """[node] first place."""
    count: Ints
    """[node] places."""
    child: Ints
    """[node] first of two children, -1 for a leaf."""
    levels: Ints
    """[level + 1] first node of every level, and the number of nodes."""
    centre: Array
    """[node, 3]."""
    radius: Array
    """[node] chord from the centre to the farthest place, in radii of the earth."""

    @property
    def leaves(self) -> Ints:
        """Nodes without children."""
        return np.flatnonzero(self.child < 0)


def on_sphere(lon: Array, lat: Array) -> Array:
    """Points [place, 3] on the unit sphere at degrees east and north; InputError names a place that has no position.

    Longitudes may be given from -180 or from 0, so that places on both sides of the antimeridian are neighbours.
    """
    for name, values, bound in (("lon", lon, 360.0), ("lat", lat, 90.0)):
        wrong = np.flatnonzero(~(np.abs(values) <= bound))
        if len(wrong):
            more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            raise InputError(
                f"{name} is {values[wrong[0]]:g}{more}",
                remedy=f"Give {name} in degrees from -{bound:g} to {bound:g} for every place: moves depend on distance",
                where=f"place {wrong[0]}",
            )
    east, north = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1)


def grow(points: Array, group: Ints | None, *, leaf: int) -> Tree:
    """The tree of points [place, 3] with at most `leaf` places to a leaf.

    Groups [place] are first parted from each other, in two of about equal size across the longest side; a group alone
    is split at its middle place. So a node holds whole groups or a part of one, and two separate nodes either lie in
    one group or share none: a factor among the places of a group is one number for the pair.
    """
    number = len(points)
    groups = np.zeros(number, np.int64) if group is None else np.unique(group, return_inverse=True)[1].astype(np.int64)
    order = np.argsort(groups, kind="stable").astype(np.int64)
    spans = [(0, number)]
    begin, count, child, levels = list[int](), list[int](), list[int](), [0]
    while spans:
        below: list[tuple[int, int]] = []
        for first, last in spans:
            parted = last - first > leaf
            begin.append(first)
            count.append(last - first)
            child.append(levels[-1] + len(spans) + len(below) if parted else -1)
            if parted:
                middle = _part(points, groups, order, first, last)
                below += [(first, middle), (middle, last)]
        levels.append(levels[-1] + len(spans))
        spans = below
    placed = points[order]
    centre, radius = _balls(placed, np.array(begin), np.array(count))
    return Tree(
        points=placed,
        order=order,
        group=groups[order],
        begin=np.array(begin, np.int64),
        count=np.array(count, np.int64),
        child=np.array(child, np.int64),
        levels=np.array(levels, np.int64),
        centre=centre,
        radius=radius,
    )


def _part(points: Array, groups: Ints, order: Ints, first: int, last: int) -> int:
    """Reorders a run of places in two halves and returns where the second begins."""
    run = order[first:last]
    here = points[run]
    whole, at, sizes = np.unique(groups[run], return_inverse=True, return_counts=True)
    if len(whole) == 1:
        middle = len(run) // 2
        order[first:last] = run[np.argpartition(here[:, np.ptp(here, axis=0).argmax()], middle)]
        return first + middle
    centres = np.stack([np.bincount(at, here[:, axis]) for axis in range(3)], axis=1) / sizes[:, None]
    along = np.argsort(centres[:, np.ptp(centres, axis=0).argmax()], kind="stable")
    ends = np.cumsum(sizes[along])
    cut = int(np.abs(ends[:-1] - len(run) / 2).argmin())
    rank = np.empty(len(whole), np.int64)
    rank[along] = np.arange(len(whole))
    order[first:last] = run[np.argsort(rank[at], kind="stable")]
    return first + int(ends[cut])


def _balls(points: Array, begin: Ints, count: Ints) -> tuple[Array, Array]:
    """The point [node, 3] of the sphere amid each run of points, and the distance of the point farthest from it."""
    centre, radius = np.empty((len(begin), 3)), np.empty(len(begin))
    for node, (first, size) in enumerate(zip(begin, count, strict=True)):
        here = points[first : first + size]
        amid = (here.min(axis=0) + here.max(axis=0)) / 2
        length = float(np.sqrt(amid @ amid))
        centre[node] = amid / length if length > 1e-6 else here[0]
        radius[node] = np.sqrt(((here - centre[node]) ** 2).sum(axis=1).max())
    return centre, radius
