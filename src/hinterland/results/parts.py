"""Parts of a run as they lie on disk: the numbers of a few neighbouring places, without a table of labels around them.

A read through tables costs several times what the disk and the decoding do, most of it in passing work between threads;
a server that reads thousands of small parts reads them here. The layout is that of `results.store`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stored:
    """A variable on disk that is cut along its places alone."""

    folder: Path
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    places: int
    """In one part."""

    @property
    def axis(self) -> int:
        """That of places."""
        return self.dims.index("place")

    def read(self, part: int) -> Array:
        """The numbers of one part, the axes in the order of `dims`; NaN throughout where its file is missing.

        OSError, RuntimeError or ValueError where the files cannot be read, are damaged, or where the variable is gone.
        """
        from numcodecs.zstd import Zstd

        shape = (*self.shape[: self.axis], self.places, *self.shape[self.axis + 1 :])
        left = min(self.places, self.shape[self.axis] - part * self.places)
        if left <= 0 or part < 0:
            raise ValueError(f"there is no part {part} of {self.folder.name}")
        index = ("0" if at != self.axis else str(part) for at in range(len(shape)))
        try:
            packed = self.folder.joinpath("c", *index).read_bytes()
        except FileNotFoundError:
            if not (self.folder / "zarr.json").is_file():
                raise
            return np.full((*shape[: self.axis], left, *shape[self.axis + 1 :]), np.nan)
        raw = Zstd().decode(packed)
        if len(raw) != 8 * prod(shape):
            raise ValueError(f"a part of {self.folder.name} has {len(raw)} bytes instead of {8 * prod(shape)}")
        found = np.frombuffer(raw, dtype="<f8").reshape(shape)
        return found[(slice(None),) * self.axis + (slice(left),)]


def stored(run: Path, name: str) -> Stored | None:
    """A variable of the run in a folder `run.zarr`; None where it is cut otherwise than along places, or packed so.

    OSError where it is not there, ValueError where its description is damaged.
    """
    told = json.loads((run / name / "zarr.json").read_text(encoding="utf-8"))
    try:
        dims, shape = tuple(told["dimension_names"]), tuple(told["shape"])
        cut = tuple(told["chunk_grid"]["configuration"]["chunk_shape"])
        whole = "place" in dims and all(
            part == size for part, size, dim in zip(cut, shape, dims, strict=True) if dim != "place"
        )
        first, packing = told["codecs"]
        plain = (
            told["data_type"] == "float64"
            and told["fill_value"] == "NaN"
            and told["chunk_grid"]["name"] == "regular"
            and told["chunk_key_encoding"] == {"name": "default", "configuration": {"separator": "/"}}
            and not told.get("storage_transformers")
            and first == {"name": "bytes", "configuration": {"endian": "little"}}
            and packing["name"] == "zstd"
        )
    except (KeyError, TypeError, ValueError):
        return None
    return Stored(run / name, dims, shape, cut[dims.index("place")]) if whole and plain else None
