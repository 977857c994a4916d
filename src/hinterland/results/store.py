"""Runs on disk: a Zarr v3 group chunked by place, so that all members of one town are read in milliseconds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import RUNGS, SERVICES
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.memory import slices
from hinterland.record import FLOWS, LIVELIHOODS, SETTLEMENTS, STOCKS, Ensemble, Heading, check, heading
from hinterland.results.dataset import FORMAT, beside, described, members_variables, read
from hinterland.results.variables import VARIABLES
from hinterland.writing import replacing

if TYPE_CHECKING:
    import xarray as xr

PLACES_PER_CHUNK: Final = 16
"""Half a megabyte per variable at 200 members: small enough to read one town, large enough for few files."""
MEMBERS_PER_CHUNK: Final = 4096
_NAN: Final = "AAAAAAAA+H8="
"""NaN as xarray writes it among attributes."""


class Run(Protocol):
    """A run that is read a few places at a time."""

    @property
    def heading(self) -> Heading:
        """What it says of itself."""
        ...

    def read(self, name: str, places: slice) -> NDArray[np.float64]:
        """A variable at some places, in the order of its dims."""
        ...


@dataclass(frozen=True, slots=True)
class _InMemory:
    ensemble: Ensemble
    heading: Heading

    def read(self, name: str, places: slice) -> NDArray[np.float64]:
        return read(self.ensemble, name, places)


def write(ensemble: Ensemble, folder: str | Path) -> None:
    """Checks a run and writes it to `folder`, whole or not at all; an earlier run there is replaced.

    The same ensemble gives the same bytes in every array; only the attribute `created` differs.
    InputError: the folder holds something else, cannot be written, or the disk is full. ArithmeticError: the run does
    not add up (see `record.check`).
    """
    check(ensemble)
    write_run(_InMemory(ensemble, heading(ensemble)), folder)


def write_run(run: Run, folder: str | Path, progress: Callable[[int, int, str], None] | None = None) -> None:
    """As `write`, for a run that was checked when it was made, one chunk of places in memory at a time."""
    import zarr
    from zarr.codecs import ZstdCodec

    shapes = members_variables(run.heading)
    rest = beside(run.heading, created=datetime.now(UTC).isoformat(timespec="seconds"))
    own = " ".join(sorted(str(name) for name, of in rest.coords.items() if of.dims == ("place",) and name != "place"))
    places = len(run.heading.country.places)
    with replacing(Path(folder), is_ours=is_run) as part:
        group = zarr.open_group(part, mode="w", zarr_format=3)
        for done, (name, shape) in enumerate(shapes.items()):
            if progress is not None:
                progress(done, len(shapes), "variables")
            dims = VARIABLES[name].dims
            at = dims.index("place")
            array = group.create_array(
                name,
                shape=shape,
                chunks=_chunks(dims, shape),
                dtype="float64",
                compressors=(ZstdCodec(level=1),),
                # A chunk that goes missing must read as NaN, not as a town without people.
                fill_value=np.nan,
                dimension_names=dims,
                attributes={**described(name), "coordinates": own, "_FillValue": _NAN},
            )
            for few in slices(0, places, 8 * math.prod(shape) // places, whole=PLACES_PER_CHUNK):
                array[(slice(None),) * at + (few,)] = run.read(name, few)
        encoding: dict[str, Any] = {
            str(name): {
                "chunks": _chunks(tuple(map(str, of.dims)), of.shape),
                "compressors": (ZstdCodec(level=1),),
                "fill_value": np.nan,
            }
            for name, of in rest.data_vars.items()
        }
        rest.to_zarr(part, mode="a", zarr_format=3, consolidated=False, encoding=encoding)


def _chunks(dims: tuple[str, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    most = {"place": PLACES_PER_CHUNK, "member": MEMBERS_PER_CHUNK}
    return tuple(min(most.get(dim, size), size) for dim, size in zip(dims, shape, strict=True))


def is_run(folder: Path) -> bool:
    """True where `folder` is a store that `write` wrote."""
    return _format_of(folder).startswith(FORMAT.rsplit(" ", 1)[0])


def open_run(folder: str | Path) -> xr.Dataset:
    """The run in a folder, read lazily; variables and coordinates as in `results.dataset` and `results.variables`.

    InputError: there is no run, it was written by another version of the layout, or a file of it is damaged.
    """
    import xarray as xr

    path = Path(folder)
    found = _format_of(path)
    if not found:
        inside = path / "run.zarr"
        hint = f"Open {inside}" if is_run(inside) else "Make a run with `hinterland run`"
        raise InputError("there is no run here", remedy=hint, where=str(path))
    if found != FORMAT:
        raise InputError(
            f"the run has the layout '{found}', this version reads '{FORMAT}'",
            remedy="Make the run again, or install the version that wrote it",
            where=str(path),
        )
    try:
        dataset = xr.open_zarr(path, consolidated=False, chunks=None, zarr_format=3)
        missing = {"place", "year", "people"} - set(map(str, dataset.variables))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"the run is damaged ({error})", remedy="Make the run again", where=str(path)) from error
    if missing:
        raise InputError(f"the run lacks {sorted(missing)}", remedy="Make the run again", where=str(path))
    return dataset


def size(country: Country, members: int, years: int) -> int:
    """Bytes that a run's arrays take before compression, an upper bound of the store."""
    places, cells = len(country.places), 2 * len(country.ages)
    lived = len(LIVELIHOODS) if any(name.startswith("jobs_") for name in country.indicators) else 0
    series = members * years * places * (len(STOCKS) + lived + len(SETTLEMENTS) + len(FLOWS))
    tables = places * (cells * (4 * years + len(country.years)) + years * len(RUNGS) * len(SERVICES))
    return 8 * (series + tables)


def _format_of(folder: Path) -> str:
    """The layout a folder declares; empty where it is no run."""
    try:
        described = json.loads((folder / "zarr.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    attributes = described.get("attributes") if isinstance(described, dict) else None
    found = attributes.get("format") if isinstance(attributes, dict) else None
    return found if isinstance(found, str) and found.startswith("hinterland run ") else ""
