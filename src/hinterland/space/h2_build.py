"""What the hierarchical operator is built of, in compiled code: pairs of nodes, skeletons, entries and exact rows.

What is far from a node is stood for by rings of points around it, outside the gap that far nodes keep. The kernel from
every ring point to the places of the node is a row, in parts of its mean; places are chosen by QR with pivoting until
all other columns are combinations of theirs within a tolerance (interpolative decomposition, Cheng, Gimbutas,
Martinsson and Rokhlin 2005, SIAM J. Sci. Comput. 26).

All of it stands in one file, as compiled code is kept by file and would miss a change elsewhere.
"""

# numba has no types, and is not installed everywhere.
# pyright: basic, reportMissingImports=false, reportCallIssue=false, reportArgumentType=false

from __future__ import annotations

from typing import no_type_check

import numpy as np
from numba import njit

from hinterland.space.distance import EARTH_RADIUS

TINY = 1e-30
"""Entries below it are zero: numbers that small are worked on many times more slowly in single precision."""


@njit(nogil=True, cache=True)
@no_type_check
def pairs(child, centre, radius, eta, near, far):
    """Near and far pairs of nodes into near and far [pair, 2]; how many there are, which may be more than fit.

    Two nodes are far when the larger diameter is at most eta times the gap between their balls, and the gap between one
    and the antipodes of the other, where distance has a kink. Each pair comes in both orders.
    """
    stack = np.zeros((4 * len(child) + 8, 2), np.int64)
    held, nears, fars = 1, 0, 0
    while held > 0:
        held -= 1
        a, b = stack[held]
        across, under = 0.0, 0.0
        for axis in range(3):
            across += (centre[a, axis] - centre[b, axis]) ** 2
            under += (centre[a, axis] + centre[b, axis]) ** 2
        gap = np.sqrt(min(across, under)) - radius[a] - radius[b]
        if a != b and gap > 0 and 2 * max(radius[a], radius[b]) <= eta * gap:
            if fars < len(far):
                far[fars, 0], far[fars, 1] = a, b
            fars += 1
        elif child[a] < 0 and child[b] < 0:
            if nears < len(near):
                near[nears, 0], near[nears, 1] = a, b
            nears += 1
        else:
            alike = abs(radius[a] - radius[b]) < 0.3 * max(radius[a], radius[b])
            part_b = child[a] < 0 or (child[b] >= 0 and (a == b or alike or radius[b] >= radius[a]))
            part_a = child[b] < 0 or (child[a] >= 0 and (a == b or alike or radius[a] > radius[b]))
            for one in range(1 + part_a):
                for other in range(1 + part_b):
                    stack[held, 0] = child[a] + one if part_a else a
                    stack[held, 1] = child[b] + other if part_b else b
                    held += 1
    return nears, fars


@njit(nogil=True, cache=True, inline="always")
@no_type_check
def km_between(points, a, b):
    """Great-circle distance of two points on the unit sphere, the same in both orders."""
    x, y, z = points[a, 0] - points[b, 0], points[a, 1] - points[b, 1], points[a, 2] - points[b, 2]
    return 2 * EARTH_RADIUS * np.arcsin(min(1.0, 0.5 * np.sqrt(x * x + y * y + z * z)))


@njit(nogil=True, cache=True, inline="always")
@no_type_check
def kernel_value(terms, km):
    """The kernel of `forms` at a distance."""
    total = 0.0
    for term in range(len(terms)):
        factor, power = terms[term, 0] + terms[term, 1] * km, -terms[term, 3] * km
        if terms[term, 2] != 0 or terms[term, 4] != 0:
            log = 0.5 * np.log(km * km + terms[term, 5])
            factor += terms[term, 2] * log
            power -= terms[term, 4] * log
        total += factor * np.exp(power)
    return total


@njit(nogil=True, cache=True)
@no_type_check
def fill_far(entries, first, last, points, skeleton, group, shape, apart, together):
    """Kernel entries between the skeletons of nodes first to last and of those far from them, row by row."""
    rank, at, far_of, far_from, far_size, far_at = shape[4], shape[5], shape[7], shape[8], shape[9], shape[10]
    for node in range(first, last):
        entry = far_at[node]
        for row in range(at[node], at[node] + rank[node]):
            place = skeleton[row]
            for run in range(far_of[node], far_of[node + 1]):
                for other in range(far_from[run], far_from[run] + far_size[run]):
                    there = skeleton[other]
                    terms = together if group[place] == group[there] else apart
                    value = kernel_value(terms, km_between(points, place, there))
                    entries[entry] = value if abs(value) > TINY else 0.0
                    entry += 1


@njit(nogil=True, cache=True)
@no_type_check
def fill_near(entries, first, last, points, own, group, shape, apart, together):
    """Kernel entries between the places of leaves first to last and those near them; `own` [place] on the diagonal."""
    begin, count, child, near_of, near_from, near_size, near_at = (*shape[:3], *shape[11:])
    for node in range(first, last):
        if child[node] >= 0:
            continue
        entry = near_at[node]
        for place in range(begin[node], begin[node] + count[node]):
            for run in range(near_of[node], near_of[node + 1]):
                for there in range(near_from[run], near_from[run] + near_size[run]):
                    value = own[place]
                    if place != there:
                        terms = together if group[place] == group[there] else apart
                        value = kernel_value(terms, km_between(points, place, there))
                    entries[entry] = value if abs(value) > TINY else 0.0
                    entry += 1


@njit(nogil=True, cache=True)
@no_type_check
def near_sums(sums, first, last, points, own, group, shape, apart, together):
    """Sums of the near entries of every place of leaves first to last, into sums [place]."""
    begin, count, child, near_of, near_from, near_size, _ = (*shape[:3], *shape[11:])
    for node in range(first, last):
        if child[node] >= 0:
            continue
        for place in range(begin[node], begin[node] + count[node]):
            total = own[place]
            for run in range(near_of[node], near_of[node + 1]):
                for there in range(near_from[run], near_from[run] + near_size[run]):
                    if place != there:
                        terms = together if group[place] == group[there] else apart
                        total += kernel_value(terms, km_between(points, place, there))
            sums[place] = total


@njit(nogil=True, cache=True)
@no_type_check
def exact_rows(out, rows, x, points, own, group, apart, together):
    """Rows of the exact kernel times x [place, column] in double precision, into out [row, column]."""
    for row in range(len(rows)):
        place = rows[row]
        for column in range(x.shape[1]):
            out[row, column] = own[place] * x[place, column]
        for there in range(len(points)):
            if there != place:
                terms = together if group[place] == group[there] else apart
                value = kernel_value(terms, km_between(points, place, there))
                for column in range(x.shape[1]):
                    out[row, column] += value * x[there, column]


@njit(nogil=True, cache=True, fastmath=True)
@no_type_check
def _length(column):
    total = 0.0
    for row in range(len(column)):
        total += column[row] * column[row]
    return total


@njit(nogil=True, cache=True, fastmath=True)
@no_type_check
def _take(column, unit):
    """Takes from a column what lies along a unit vector: its length along it, and the square of what is left."""
    along = 0.0
    for row in range(len(column)):
        along += column[row] * unit[row]
    left = 0.0
    for row in range(len(column)):
        column[row] -= along * unit[row]
        left += column[row] * column[row]
    return along, left


@njit(nogil=True, cache=True)
@no_type_check
def columns_seen(points, places, proxies, kernels, floors):
    """The kernels [kernel, term, 6] from proxies to places as columns [place, row], rows in parts of their mean.

    Where the mean of a row is below the floor [kernel], the row is in parts of that: so little does not matter.
    """
    columns = np.zeros((len(places), len(proxies) * len(kernels)))
    seen = np.empty(len(places))
    for kernel in range(len(kernels)):
        for proxy in range(len(proxies)):
            total = 0.0
            for n in range(len(places)):
                x = points[places[n], 0] - proxies[proxy, 0]
                y = points[places[n], 1] - proxies[proxy, 1]
                z = points[places[n], 2] - proxies[proxy, 2]
                km = 2 * EARTH_RADIUS * np.arcsin(min(1.0, 0.5 * np.sqrt(x * x + y * y + z * z)))
                seen[n] = kernel_value(kernels[kernel], km)
                total += seen[n]
            scale = max(total / len(places), floors[kernel])
            if scale > 0:
                row = kernel * len(proxies) + proxy
                for n in range(len(places)):
                    columns[n, row] = seen[n] / scale
    return columns


@njit(nogil=True, cache=True)
@no_type_check
def interpolated(columns, tolerance):
    """Which columns [column, row] span the rest, and the factors [column, chosen] that give every column from them.

    Chosen one by one, the largest remainder first, until the root mean square of every remainder is within the
    tolerance. The array is used up.
    """
    number, rows = columns.shape
    order = np.arange(number)
    left = np.empty(number)
    for n in range(number):
        left[n] = _length(columns[n])
    upper = np.zeros((number, number))
    rank = 0
    limit = tolerance * tolerance * rows
    while rank < min(number, rows):
        best = rank
        for n in range(rank + 1, number):
            if left[n] > left[best]:
                best = n
        if left[best] <= limit:
            break
        if best != rank:
            for row in range(rows):
                columns[rank, row], columns[best, row] = columns[best, row], columns[rank, row]
            order[rank], order[best] = order[best], order[rank]
            left[rank], left[best] = left[best], left[rank]
            for k in range(rank):
                upper[k, rank], upper[k, best] = upper[k, best], upper[k, rank]
        length = np.sqrt(_length(columns[rank]))
        for row in range(rows):
            columns[rank, row] /= length
        upper[rank, rank] = length
        for n in range(rank + 1, number):
            upper[rank, n], left[n] = _take(columns[n], columns[rank])
        rank += 1
    factors = np.zeros((number, rank))
    for n in range(number):
        if n < rank:
            factors[order[n], n] = 1.0
            continue
        for k in range(rank - 1, -1, -1):
            value = upper[k, n]
            for j in range(k + 1, rank):
                value -= upper[k, j] * factors[order[n], j]
            factors[order[n], k] = value / upper[k, k]
    return order[:rank], factors


@njit(nogil=True, cache=True)
@no_type_check
def skeleton(points, places, proxies, kernels, floors, tolerance):
    """Positions among `places` of a node's skeleton as seen from proxies, and factors [place, chosen].

    Columns are brought to the length of the longest, so that a place apart from the others of its node, whose kernel is
    small, is as right as they are.
    """
    columns = columns_seen(points, places, proxies, kernels, floors)
    number, rows = columns.shape
    length = np.empty(number)
    longest = 0.0
    for n in range(number):
        length[n] = np.sqrt(_length(columns[n]))
        longest = max(longest, length[n])
    for n in range(number):
        for row in range(rows):
            if length[n] > 0:
                columns[n, row] *= longest / length[n]
    chosen, factors = interpolated(columns, tolerance)
    for n in range(number):
        for k in range(len(chosen)):
            factors[n, k] *= length[n] / length[chosen[k]]
    return chosen, factors
