"""Memory: what compilations leave of it, programs kept for the next run, and work on a few places at a time."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

ROOM: Final = 64_000_000
"""Bytes of members that are read at a time where they stay on disk; working on them takes up to ten times as much."""


def give_back() -> None:
    """Returns what is free to the system; does nothing where the C library has no way to.

    Compiling a gradient leaves hundreds of megabytes that are free but scattered, and a run comes on top of them.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def forget_compiled() -> None:
    """Drops every compiled program from memory: those of a preparation are not run again."""
    import jax

    jax.clear_caches()
    give_back()


def keep_compiled(folder: Path) -> None:
    """Keeps compiled programs in a folder, so that later runs of the same shapes start sooner.

    Small ones are kept too: a run makes hundreds of them, which take longer to compile than to read.
    Nothing is kept where the folder cannot be written, and where JAX has been told another one.
    """
    import jax

    if os.environ.get("JAX_COMPILATION_CACHE_DIR"):
        return
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            jax.config.update("jax_compilation_cache_dir", str(folder))
            jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)


def slices(start: int, stop: int, one: int, whole: int = 1) -> Iterator[slice]:
    """Slices of places that take `one` bytes each: as many as `ROOM` holds, in multiples of `whole`."""
    step = max(ROOM // max(one, 1) // whole, 1) * whole
    for first in range(start, stop, step):
        yield slice(first, min(first + step, stop))
