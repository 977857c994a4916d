"""What members of a run draw: values of parameters and shocks, in blocks of members that are run together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hinterland.members.shocks import Kin, Shocks, draw_shocks, followed, no_shocks, taken
from hinterland.params_draw import draw
from hinterland.system import System

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """Draws of some members, the member axis first."""

    values: Mapping[str, Array]
    shocks: Shocks


def block_of(system: System, first: int, size: int, members: int, starts: list[int], seed: int) -> Block:
    """Draws of `size` members from the one at `first` on, the central run after the last, which is repeated.

    All blocks of a run so have one shape, and what a member draws does not depend on the block it is in.
    """
    rows = range(first, min(first + size, members))
    values, shocks = central_values(system), no_shocks(len(system.country.places), len(starts))
    if rows:
        own = _rows(system, draw(system.parameters, rows.stop, seed), rows)
        values = {name: np.concatenate([own[name], values[name]]) for name in values}
        shocks = followed(_shocks(system, rows, starts, seed), shocks)
    positions = np.minimum(np.arange(first, first + size), members) - first
    return Block(values={name: of[positions] for name, of in values.items()}, shocks=taken(shocks, positions))


def drawn(system: System, members: int, starts: list[int], seed: int) -> Block:
    """Draws of all members of a run with as many of them: each the same as in that run."""
    rows = range(members)
    return Block(
        values=_rows(system, draw(system.parameters, members, seed), rows), shocks=_shocks(system, rows, starts, seed)
    )


def one(block: Block, member: int) -> Block:
    """One member of a block, as a block."""
    row = np.array([member])
    return Block(values={name: of[row] for name, of in block.values.items()}, shocks=taken(block.shocks, row))


def calm(block: Block) -> Block:
    """A block whose members keep their parameters and the nation's course, and whose places meet no chance."""
    return replace(block, shocks=replace(block.shocks, place=np.zeros_like(block.shocks.place)))


def central_values(system: System) -> dict[str, Array]:
    """The value of every parameter as of one member [member, ...]."""
    return {name: np.asarray(system.parameters.value(name))[None] for name in system.parameters}


def _rows(system: System, draws: Mapping[str, Array], rows: range) -> dict[str, Array]:
    """Values of every parameter [member, ...]: drawn ones by member, the others repeated."""
    return {
        name: draws[name][list(rows)]
        if name in draws
        else np.repeat(np.asarray(system.parameters.value(name))[None], len(rows), axis=0)
        for name in system.parameters
    }


def _shocks(system: System, rows: range, starts: list[int], seed: int) -> Shocks:
    return draw_shocks(system.parameters, kin(system), rows, starts, seed)


def kin(system: System) -> Kin:
    """What the places of a system share shocks by: region, and how large they are and how they grew."""
    country = system.country
    now = np.log(np.maximum(country.totals[-1], 1.0))
    columns = [np.ones_like(now), _standard(now)]
    if len(country.years) > 1:
        columns.append(_standard(now - np.log(np.maximum(country.totals[0], 1.0))))
    traits = np.column_stack(columns)
    return Kin(
        codes=country.places.codes,
        regions=np.array(country.places.regions),
        traits=traits / np.sqrt((traits**2).sum(axis=1, keepdims=True)),
    )


def _standard(values: Array) -> Array:
    """Values [place] in standard deviations from their mean, none beyond two."""
    return np.clip((values - values.mean()) / max(float(values.std()), 1e-9), -2.0, 2.0)
