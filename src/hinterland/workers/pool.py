"""Where tasks are done: here, one after the other, or by others at the same time; results are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Pool(Protocol):
    """Does tasks that depend on what they are given alone, so that any of them can be done again."""

    @property
    def width(self) -> int:
        """How many are done at a time."""
        ...

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R]]:
        """Every item with what `work` makes of it, in the order in which they are done.

        What `work` raises comes out here; items are taken as they are needed.
        """
        ...


class Here:
    """Tasks in this process, in their order."""

    width = 1

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R]]:
        """As `Pool` has it."""
        for item in items:
            yield item, work(item)
