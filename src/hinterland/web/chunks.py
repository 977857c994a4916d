"""Parts of a run as they lie on disk, held for a while: neighbours of a place in the table are read with it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.results.parts import Stored, stored
from hinterland.results.store import PLACES_PER_CHUNK

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

HELD: Final = 320_000_000
"""Bytes of members held of one run,"""
BANDS: Final = 48_000_000
"""and of quantiles over them, which are forty times smaller at 200 members."""


class GoneError(Exception):
    """A run's files cannot be read any more, or are damaged."""


def loaded(of: xr.DataArray) -> Array:
    """The numbers of a part of a run; GoneError where its files have gone or are damaged."""
    try:
        return np.asarray(of.to_numpy(), dtype=np.float64)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise GoneError(f"{of.name} cannot be read ({type(error).__name__})") from error


@dataclass
class Held:
    """Arrays by key; the least used are forgotten first."""

    most: int
    _found: OrderedDict[Hashable, Array] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, make: Callable[[], Array]) -> Array:
        """The array of a key, made where it is not held; two threads may make the same one at once."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = make()
        with self._lock:
            if key not in self._found:
                self._found[key] = found
                self._size += found.nbytes
            while self._size > self.most and len(self._found) > 1:
                _, old = self._found.popitem(last=False)
                self._size -= old.nbytes
        return found


@dataclass
class Chunks:
    """Parts of one run."""

    data: xr.Dataset
    path: Path | None = None
    """Its folder `run.zarr`; without it parts are read through `data`."""
    members: Held = field(default_factory=lambda: Held(HELD))
    bands: Held = field(default_factory=lambda: Held(BANDS))
    _stored: dict[str, Stored | None] = field(default_factory=dict)

    def part(self, name: str, part: int) -> Array:
        """[..., place] numbers of a variable at the places of a part, its axes in their order, places moved last."""
        return self.members.get((name, part), lambda: self._read(name, part))

    def read(self, name: str, place: int) -> Array:
        """[...] numbers of a variable at a place, its other axes in order: of a series [member, year or period]."""
        return self.part(name, place // PLACES_PER_CHUNK)[..., place % PLACES_PER_CHUNK]

    def _read(self, name: str, part: int) -> Array:
        try:
            if name not in self._stored:
                self._stored[name] = None if self.path is None else _aligned(stored(self.path, name))
            on_disk = self._stored[name]
            if on_disk is not None:
                return np.moveaxis(on_disk.read(part), on_disk.axis, -1)
        except (OSError, RuntimeError, ValueError) as error:
            raise GoneError(f"{name} cannot be read ({type(error).__name__})") from error
        first = part * PLACES_PER_CHUNK
        return loaded(self.data[name].isel(place=slice(first, first + PLACES_PER_CHUNK)).transpose(..., "place"))


def _aligned(of: Stored | None) -> Stored | None:
    """A variable whose parts on disk are those that are held; of a small country there is one."""
    return of if of is not None and of.places == min(PLACES_PER_CHUNK, of.shape[of.axis]) else None
