"""Inversions that were made before, kept on disk: most of the time of preparing a country whose programs are compiled.

One is a function of arrays alone, and is found again by a digest of them, of the package's source and of JAX.
Nothing is kept until a folder is named.
"""

from __future__ import annotations

import os
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.fingerprint import fingerprint, package_source
from hinterland.state import State

Array = NDArray[np.float64]

MOST: Final = 64
"""Inversions that are kept; the oldest are removed."""
SHIPPED: Final = Path(__file__).parents[1] / "parameters" / "inverted"
"""Pulls [inversion, place, stage] and losses [inversion] by country, in the order in which preparing asks for them."""


@dataclass(frozen=True, slots=True)
class Inversion:
    """A pull and how well the model with it repeats what was asked."""

    pull: Array
    """[place, stage]."""
    state: State
    """Stocks [place, sex, age] at the end of the record with this pull."""
    error: float
    """Mean absolute error of places' total people, as a share."""
    unexplained: float
    """Share of absolute net migration by place, sex and age, ages 10 and over, that the fit leaves."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What the optimiser left."""

    pull: Array
    """[place, stage]."""
    loss: float


_KEPT: dict[str, Path] = {}


def keep(folder: Path | None) -> None:
    """Keeps inversions in a folder from now on, or nowhere."""
    _KEPT.clear()
    if folder is not None:
        _KEPT["folder"] = folder


@lru_cache(maxsize=1)
def shipped() -> tuple[Sought, ...]:
    """Pulls that come with the package, those of its own country; `tools/inversions.py` makes them."""
    found: list[Sought] = []
    for file in sorted(SHIPPED.glob("*.npz")):
        with np.load(file, allow_pickle=False) as held:
            found += [Sought(pull, float(loss)) for pull, loss in zip(held["pull"], held["loss"], strict=True)]
    return tuple(found)


def file_of(*decides: Any) -> Path | None:
    """The file of the inversion that these records decide; None where none are kept."""
    if "folder" not in _KEPT:
        return None
    made_by = (package_source(), version("jax"), version("jaxlib"), version("scipy"), os.environ.get("XLA_FLAGS", ""))
    return _KEPT["folder"] / f"{fingerprint(decides, made_by)}.npz"


def read(path: Path | None, like: State) -> Inversion | None:
    """An inversion with the stocks that `like` has; None where there is none, or it cannot be read."""
    if path is None or not path.is_file():
        return None
    leaves, tree = jax.tree.flatten(like)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            parts = [jnp.asarray(held[f"state_{k}"]) for k in range(len(leaves))]
            figures = held["figures"]
            return Inversion(held["pull"], jax.tree.unflatten(tree, parts), float(figures[0]), float(figures[1]))
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile):
        return None


def write(path: Path | None, made: Inversion) -> None:
    """Keeps an inversion, whole or not at all; does nothing where it cannot be written."""
    if path is None:
        return
    arrays: dict[str, Any] = {f"state_{k}": np.asarray(leaf) for k, leaf in enumerate(jax.tree.leaves(made.state))}
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez(file, pull=made.pull, figures=np.array([made.error, made.unexplained]), **arrays)
        part.replace(path)
        kept = sorted(path.parent.glob("*.npz"), key=lambda each: each.stat().st_mtime)
        for old in kept[:-MOST]:
            old.unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
