"""Parts of blocks on disk: one file a block, there whole or not at all, named by all that decides what is in it.

A file holds a line of JSON that names its arrays, and the arrays one after the other, places first, so that all members
of some places are read without the rest. It is written under another name, flushed to the disk and renamed.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import jax
import numpy as np
from numpy.typing import NDArray

import hinterland
from hinterland.errors import InputError
from hinterland.fingerprint import fingerprint
from hinterland.locks import locked
from hinterland.members.kept import CENTRAL, CONTROL, LOST, Part
from hinterland.members.plan import BLOCK, Plan
from hinterland.writing import told

FORMAT: Final = "hinterland parts 1"
_UNDER_WAY: Final = ".tmp"
_PLACE: Final = {CENTRAL: 1, LOST: 1}
"""Where the axis of places is, if not third; corrections have none."""


def key(plan: Plan, keeps: object) -> str:
    """What decides a run's bytes: its plan, the corrections it `keeps` (a key of theirs), and what computes it."""
    made = (FORMAT, hinterland.__version__, jax.__version__, np.__version__, BLOCK)
    return fingerprint(made, plan.system, plan.scenario, plan.members, plan.starts, plan.seed, keeps)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one run in a folder of their own, which may be there from an earlier attempt."""

    folder: Path
    plan: Plan
    key: str

    def put(self, block: int, part: Part) -> None:
        """Writes a block's part, whole or not at all; InputError where it cannot be written."""
        target = self._file(block)
        under_way = target.with_name(f"{target.name}.{os.getpid()}{_UNDER_WAY}")
        arrays = {name: _outward(name, values) for name, values in part.items()}
        described = {name: [of.dtype.str, list(of.shape), zlib.crc32(_bytes(of))] for name, of in arrays.items()}
        with told(self.folder), under_way.open("wb") as file:
            file.write(json.dumps({"format": FORMAT, "key": self.key, "arrays": described}).encode() + b"\n")
            for values in arrays.values():
                file.write(_bytes(values))
            file.flush()
            os.fsync(file.fileno())
        with told(self.folder):
            under_way.replace(target)
            _flush_folder(self.folder)

    def done(self) -> frozenset[int]:
        """Blocks whose files are whole and of this run; what is left of others is removed."""
        for file in self.folder.glob(f"*{_UNDER_WAY}"):
            file.unlink(missing_ok=True)
        whole = {block for block in self.plan.blocks if self._is_whole(block)}
        for block in set(self.plan.blocks) - whole:
            self._file(block).unlink(missing_ok=True)
        return frozenset(whole)

    def names(self) -> tuple[str, ...]:
        """Names of the arrays of the last block, which holds the central run, so that it has them all."""
        return tuple(_contents(self._file(self.plan.blocks[-1]), self.key))

    def read(self, name: str, places: slice) -> NDArray[Any]:
        """A series or the cells [member, instant or step, place, ...] at some places, of all members."""
        found = [self._of(block, name, places) for block in self.plan.blocks]
        return np.moveaxis(np.concatenate(found, axis=1), 0, 2)

    def central(self, places: slice) -> NDArray[np.float64]:
        """The central run [instant, place, sex, age] at some places."""
        return np.moveaxis(self._of(self.plan.blocks[-1], CENTRAL, places), 0, 1)

    def lost(self, places: slice) -> NDArray[np.float64]:
        """How many members have lost each service [instant, place, rung, service] at some places."""
        each = (self._of(block, LOST, places) for block in self.plan.blocks)
        return np.moveaxis(sum(each, np.zeros(())), 0, 1)

    def control(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """National factors [row, step, sex, age] of members, the central run's number among them."""
        at = [divmod(int(row), self.plan.size) for row in rows]
        return np.concatenate([self._of(block, CONTROL, slice(first, first + 1)) for block, first in at])

    def remove(self) -> None:
        """Removes the parts; they are of no use once the run that they make is there."""
        for file in self.folder.iterdir():
            file.unlink(missing_ok=True)
        self.folder.rmdir()

    def _file(self, block: int) -> Path:
        return self.folder / f"block-{block:06d}"

    def _of(self, block: int, name: str, chosen: slice) -> NDArray[Any]:
        """Some entries of the first axis of an array of a block, as they lie in the file."""
        file = self._file(block)
        return _contents(file, self.key)[name].read(file, chosen.start, chosen.stop)

    def _is_whole(self, block: int) -> bool:
        """Whether a block's file holds what it says, every byte compared with the sums taken when it was written."""
        file = self._file(block)
        try:
            found = _read_contents(file, self.key)
            return all(_sum(file, array) == array.sum for array in found.values())
        except (OSError, ValueError, KeyError, TypeError):
            return False


@contextmanager
def parts(folder: Path, plan: Plan, keeps: object = None) -> Iterator[Parts]:
    """The parts of a run in a folder below `folder`, named by their key and locked while they are used.

    Blocks that are done stay when the work is interrupted; a folder without any is removed.
    InputError: another process is at the same run, or the folder cannot be written.
    """
    name = key(plan, keeps)
    own = folder / name[:16]
    with told(folder):
        own.mkdir(parents=True, exist_ok=True)
    try:
        with locked(own.with_suffix(".lock")) as free:
            if not free:
                raise InputError(
                    "another process is making the same run here",
                    remedy="Wait for it, or choose another folder",
                    where=str(folder),
                )
            yield Parts(own, plan, name)
    finally:
        for empty in (own, folder):
            with suppress(OSError):
                empty.rmdir()


def _outward(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """An array as it lies in a file: places first."""
    axis = None if name == CONTROL else _PLACE.get(name, 2)
    return np.ascontiguousarray(values if axis is None else np.moveaxis(values, axis, 0))


@dataclass(frozen=True, slots=True)
class _Array:
    """Where in a file an array lies."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    sum: int
    offset: int

    @property
    def bytes(self) -> int:
        return int(np.prod(self.shape)) * self.dtype.itemsize

    def read(self, file: Path, start: int, stop: int) -> NDArray[Any]:
        stop = min(stop, self.shape[0])
        one = int(np.prod(self.shape[1:]))
        found = np.fromfile(
            file, self.dtype, (stop - start) * one, offset=self.offset + start * one * self.dtype.itemsize
        )
        return found.reshape(stop - start, *self.shape[1:])


@lru_cache(maxsize=1 << 16)
def _contents(file: Path, own: str) -> dict[str, _Array]:
    return _read_contents(file, own)


def _read_contents(file: Path, own: str) -> dict[str, _Array]:
    """The arrays of a file by name; ValueError where it is not whole or another run's."""
    with file.open("rb") as opened:
        described = json.loads(opened.readline())
        offset = opened.tell()
    if described["format"] != FORMAT or described["key"] != own:
        raise ValueError(f"{file} is of another run")
    found: dict[str, _Array] = {}
    for name, (dtype, shape, total) in described["arrays"].items():
        found[name] = _Array(np.dtype(dtype), tuple(shape), total, offset)
        offset += found[name].bytes
    if file.stat().st_size != offset:
        raise ValueError(f"{file} is not whole")
    return found


def _sum(file: Path, array: _Array) -> int:
    """The sum of an array's bytes, read piece by piece."""
    total, left = 0, array.bytes
    with file.open("rb") as opened:
        opened.seek(array.offset)
        while left and (piece := opened.read(min(left, 1 << 24))):
            total, left = zlib.crc32(piece, total), left - len(piece)
    return total


def _bytes(values: NDArray[Any]) -> memoryview:
    return memoryview(cast("Any", values.reshape(-1).view(np.uint8)))


def _flush_folder(folder: Path) -> None:
    """Makes a rename last through a loss of power, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
