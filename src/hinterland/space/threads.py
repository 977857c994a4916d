"""The same work on many items, on threads: compiled code lets go of Python while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


def processors() -> int:
    """Cores that this process may use; ImportError without numba."""
    import numba  # pyright: ignore[reportMissingImports]

    compiler: Any = numba
    return int(compiler.config.NUMBA_NUM_THREADS)


def each(function: Callable[[In], Out], over: Iterable[In], threads: int) -> list[Out]:
    """A function of every item, in order; on threads where there are several."""
    items = list(over)
    if threads < 2 or len(items) < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(min(threads, len(items))) as pool:
        return list(pool.map(function, items))
