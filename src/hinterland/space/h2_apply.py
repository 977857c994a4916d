"""The hierarchical operator times columns, in compiled code: up the tree, across, down, and the near field.

    up      q_leaf = T' x,  q_parent = T' [q_left; q_right]
    across  y_I = sum over J far from I of S_IJ q_J
    down    [y_left; y_right] += T y_parent
    near    out_leaf = sum over J near it of N_J x_J + T y_leaf

One call takes one block of columns through all of it, so that blocks run on threads of their own without waiting for
each other, and a column has the same result in whatever block it stands.

BLAS loses its time in calls at the sizes met here, some ten rows by some ten; loops left to the compiler reload what
they add to. So products are made of tiles of six rows by sixteen columns (eight in double precision) that stay in
twelve vector registers of 256 bits; where registers are narrower the compiler takes two for one.

All of it stands in one file, as compiled code is kept by file and would miss a change elsewhere.
"""

# numba has no types, and is not installed everywhere.
# pyright: basic, reportMissingImports=false, reportCallIssue=false, reportArgumentType=false

from __future__ import annotations

from typing import no_type_check

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

BITS = 256
"""Width of a vector register."""
DEEPEST = 64
"""Products added up in a tile before they are added to the rest, so that rounding does not grow with long sums."""


@no_type_check
def _tile(rows, wide):
    """A compiled o[r, :] += sum over p of a[r row + p step] g[p, :] for `rows` rows and `wide` vectors of columns."""

    @intrinsic
    @no_type_check
    def tile(context, o, o_at, o_next, a, a_at, row, step, g, g_at, g_next, depth):
        real = o.dtype
        signature = types.void(o, types.int64, types.int64, a, *[types.int64] * 3, g, *[types.int64] * 3)

        @no_type_check
        def generate(target, build, given, arguments):
            o, o_at, o_next, a, a_at, row, step, g, g_at, g_next, depth = arguments
            bits = real.bitwidth
            lanes = BITS // bits
            vector = ir.VectorType(ir.FloatType() if bits == 32 else ir.DoubleType(), lanes)
            word, short = ir.IntType(64), ir.IntType(32)
            fuse = cgutils.get_or_insert_function(
                build.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{lanes}f{bits}"
            )

            def first(which, array, at):
                data = target.make_array(given.args[which])(target, build, array).data
                return build.gep(data, [at])

            def vectors(base):
                return [
                    build.bitcast(build.gep(base, [ir.Constant(word, lanes * w)]), vector.as_pointer())
                    for w in range(wide)
                ]

            o, a, g = first(0, o, o_at), first(3, a, a_at), first(7, g, g_at)
            outs = [vectors(build.gep(o, [build.mul(ir.Constant(word, r), o_next)])) for r in range(rows)]
            starts = [build.gep(a, [build.mul(ir.Constant(word, r), row)]) for r in range(rows)]
            held = [[cgutils.alloca_once(build, vector) for _ in range(wide)] for _ in range(rows)]
            for kept in held:
                for one in kept:
                    build.store(ir.Constant(vector, None), one)
            with cgutils.for_range(build, depth) as loop:
                there = vectors(build.gep(g, [build.mul(loop.index, g_next)]))
                columns = [build.load(place, align=bits // 8) for place in there]
                along = build.mul(loop.index, step)
                for start, kept in zip(starts, held, strict=True):
                    number = build.insert_element(
                        ir.Constant(vector, ir.Undefined), build.load(build.gep(start, [along])), ir.Constant(short, 0)
                    )
                    spread = build.shuffle_vector(
                        number, ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(short, lanes), None)
                    )
                    for one, column in zip(kept, columns, strict=True):
                        build.store(build.call(fuse, [spread, column, build.load(one)]), one)
            for kept, out in zip(held, outs, strict=True):
                for one, place in zip(kept, out, strict=True):
                    build.store(build.fadd(build.load(one), build.load(place, align=bits // 8)), place, align=bits // 8)
            return target.get_dummy_value()

        return signature, generate

    return tile


_6x2, _5x2, _4x2, _3x2, _2x2, _1x2 = (_tile(rows, 2) for rows in range(6, 0, -1))
_6x1, _5x1, _4x1, _3x1, _2x1, _1x1 = (_tile(rows, 1) for rows in range(6, 0, -1))


@njit(nogil=True, cache=True, inline="always")
@no_type_check
def _move(to, to_at, of, of_at, many):
    for k in range(many):
        to[to_at + k] = of[of_at + k]


@njit(nogil=True, cache=True)
@no_type_check
def multiply(o, o_at, a, a_at, row, step, g, g_at, rows, depth, wide):
    """o[rows, wide] += a[rows, depth] g[depth, wide]; flat arrays, each from a position on.

    Rows of o and g follow each other by `wide`, a multiple of the numbers in a vector; rows of a by `row` and its
    columns by `step`, so that a transposed one is read as it lies.
    """
    lanes = 32 // o.itemsize
    for done in range(0, depth, DEEPEST):
        deep = min(DEEPEST, depth - done)
        a_from, g_from = a_at + done * step, g_at + done * wide
        column = 0
        while column < wide:
            two = column + 2 * lanes <= wide
            for r in range(0, rows, 6):
                x, y, z = o_at + r * wide + column, a_from + r * row, g_from + column
                if two:
                    _wide_tile(rows - r, o, x, wide, a, y, row, step, g, z, wide, deep)
                else:
                    _slim_tile(rows - r, o, x, wide, a, y, row, step, g, z, wide, deep)
            column += 2 * lanes


@njit(nogil=True, cache=True, inline="always")
@no_type_check
def _wide_tile(rows, o, x, wide, a, y, row, step, g, z, beside, deep):
    if rows >= 6:
        _6x2(o, x, wide, a, y, row, step, g, z, beside, deep)
    elif rows == 5:
        _5x2(o, x, wide, a, y, row, step, g, z, beside, deep)
    elif rows == 4:
        _4x2(o, x, wide, a, y, row, step, g, z, beside, deep)
    elif rows == 3:
        _3x2(o, x, wide, a, y, row, step, g, z, beside, deep)
    elif rows == 2:
        _2x2(o, x, wide, a, y, row, step, g, z, beside, deep)
    else:
        _1x2(o, x, wide, a, y, row, step, g, z, beside, deep)


@njit(nogil=True, cache=True, inline="always")
@no_type_check
def _slim_tile(rows, o, x, wide, a, y, row, step, g, z, beside, deep):
    if rows >= 6:
        _6x1(o, x, wide, a, y, row, step, g, z, beside, deep)
    elif rows == 5:
        _5x1(o, x, wide, a, y, row, step, g, z, beside, deep)
    elif rows == 4:
        _4x1(o, x, wide, a, y, row, step, g, z, beside, deep)
    elif rows == 3:
        _3x1(o, x, wide, a, y, row, step, g, z, beside, deep)
    elif rows == 2:
        _2x1(o, x, wide, a, y, row, step, g, z, beside, deep)
    else:
        _1x1(o, x, wide, a, y, row, step, g, z, beside, deep)


@njit(nogil=True, cache=True)
@no_type_check
def padded(columns, itemsize):
    """Columns rounded up to whole vectors of 32 bytes."""
    lanes = 32 // itemsize
    return (columns + lanes - 1) // lanes * lanes


@njit(nogil=True, cache=True)
@no_type_check
def apply_block(x, out, each, first, last, order, shape, basis, far, near):
    """Columns first to last of x [batch, place, column], flat with `each` columns, into the same columns of out.

    Columns are counted through batches.

    `shape` is that of `skeletons.Shape.arrays`; `basis`, `far` and `near` are flat entries in the type worked in.
    """
    begin, count, child, levels, rank, at, basis_at, far_of, far_from, far_size, far_at = shape[:11]
    near_of, near_from, near_size, near_at = shape[11:]
    places, one, none = len(order), np.int64(1), np.int64(0)
    wide = padded(last - first, near.itemsize)
    held = np.zeros(places * wide, near.dtype)
    for batch in range(first // each, (last - 1) // each + 1):
        low, high = max(first, batch * each), min(last, (batch + 1) * each)
        for place in range(places):
            at_x = (batch * places + order[place] - batch) * each + low
            _move(held, place * wide + low - first, x, at_x, high - low)
    up = np.zeros(at[-1] * wide, near.dtype)
    down = np.zeros(at[-1] * wide, near.dtype)
    nodes = len(begin)
    for level in range(len(levels) - 2, -1, -1):
        for node in range(levels[level], levels[level + 1]):
            r = rank[node]
            if r == 0:
                continue
            if child[node] < 0:
                multiply(
                    up, at[node] * wide, basis, basis_at[node], one, r, held, begin[node] * wide, r, count[node], wide
                )
            else:
                low, high = at[child[node]], at[child[node] + 2]
                multiply(up, at[node] * wide, basis, basis_at[node], one, r, up, low * wide, r, high - low, wide)
    for node in range(nodes):
        r = rank[node]
        if r == 0 or far_of[node + 1] == far_of[node]:
            continue
        entry = far_at[node]
        row = (far_at[node + 1] - entry) // r
        for run in range(far_of[node], far_of[node + 1]):
            size = far_size[run]
            multiply(down, at[node] * wide, far, entry, row, one, up, far_from[run] * wide, r, size, wide)
            entry += size
    for node in range(nodes):
        r = rank[node]
        if r > 0 and child[node] >= 0:
            low, high = at[child[node]], at[child[node] + 2]
            multiply(down, low * wide, basis, basis_at[node], r, one, down, at[node] * wide, high - low, r, wide)
    here = np.empty(count[child < 0].max() * wide, near.dtype)
    for node in range(nodes):
        if child[node] >= 0:
            continue
        many = count[node]
        here[: many * wide] = 0
        entry = near_at[node]
        row = (near_at[node + 1] - entry) // many
        for run in range(near_of[node], near_of[node + 1]):
            size = near_size[run]
            multiply(here, none, near, entry, row, one, held, near_from[run] * wide, many, size, wide)
            entry += size
        if rank[node] > 0:
            multiply(here, none, basis, basis_at[node], rank[node], one, down, at[node] * wide, many, rank[node], wide)
        for batch in range(first // each, (last - 1) // each + 1):
            low, high = max(first, batch * each), min(last, (batch + 1) * each)
            for place in range(count[node]):
                at_out = (batch * places + order[begin[node] + place] - batch) * each + low
                _move(out, at_out, here, place * wide + low - first, high - low)
