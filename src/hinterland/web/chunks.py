"""Parts of a run as they lie on disk, held for a while: neighbours of a place in the table are read with it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.results.store import PLACES_PER_CHUNK

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

HELD: Final = 96_000_000
"""Bytes held of one run."""


class GoneError(Exception):
    """A run's files cannot be read any more, or are damaged."""


def loaded(of: xr.DataArray) -> Array:
    """The numbers of a part of a run; GoneError where its files have gone or are damaged."""
    try:
        return np.asarray(of.to_numpy(), dtype=np.float64)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise GoneError(f"{of.name} cannot be read ({type(error).__name__})") from error


@dataclass
class Chunks:
    """The least used parts are forgotten first."""

    most: int = HELD
    _found: OrderedDict[tuple[str, int], Array] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, data: xr.Dataset, name: str, place: int) -> Array:
        """[member, year or period] values of a variable at a place."""
        key = (name, place // PLACES_PER_CHUNK)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key][..., place % PLACES_PER_CHUNK]
        first = key[1] * PLACES_PER_CHUNK
        chosen = data[name].isel(place=slice(first, first + PLACES_PER_CHUNK)).transpose("member", ..., "place")
        found = loaded(chosen)
        with self._lock:
            if key not in self._found:
                self._found[key] = found
                self._size += found.nbytes
            while self._size > self.most and len(self._found) > 1:
                _, old = self._found.popitem(last=False)
                self._size -= old.nbytes
        return found[..., place % PLACES_PER_CHUNK]
