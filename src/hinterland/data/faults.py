"""Faults found in a pack, collected so that one run names many of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, NoReturn

from hinterland.errors import InputError

LIMIT: Final = 20
"""Faults named in one message; more would bury the first."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where it stands, what was found and what to do about it."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}"


@dataclass(slots=True)
class Faults:
    """Faults of one reading, in the order found; those beyond the limit are only counted."""

    items: list[Fault] = field(default_factory=list)
    more: int = 0

    def add(self, where: str, what: str, remedy: str) -> None:
        """Note a fault and read on."""
        if len(self.items) < LIMIT:
            self.items.append(Fault(where, what, remedy))
        else:
            self.more += 1

    def stop(self) -> None:
        """Raise an InputError that names every fault so far, the first one first; do nothing when there is none."""
        if not self.items:
            return
        if len(self.items) == 1:
            raise InputError(self.items[0].what, remedy=self.items[0].remedy, where=self.items[0].where)
        count = f"{len(self.items) + self.more} faults"
        shown = f"{count}, the first {len(self.items)} of them" if self.more else count
        lines = [f"  {number}. {fault}" for number, fault in enumerate(self.items, 1)]
        listed = "\n".join([f"{shown}:", *lines]).removesuffix(".")
        raise InputError(listed, remedy="\nMend these and read the pack again.", where="the pack")

    def fail(self, where: str, what: str, remedy: str) -> NoReturn:
        """Note a fault that nothing after it can be read without, and raise."""
        self.add(where, what, remedy)
        self.stop()
        raise AssertionError("a fault was noted, so stop() raised")


def nearest(word: str, known: Iterable[str]) -> str:
    """`Did you mean ...?` for a misspelt word, or an empty text when nothing known is near."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {found[0]!r}? " if found else ""
