"""Published age groups put on the model's: labels read, gaps and overlaps found, cells of each group named."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hinterland.axes import Ages

_LABEL = re.compile(r"(\d{1,3})(?:\s*[-–—−]\s*(\d{1,3})|\s*(\+))?")


@dataclass(frozen=True, slots=True)
class Group:
    """Persons aged `first` to `last` in completed years; `last` is infinite in the open group."""

    first: int
    last: float

    def __str__(self) -> str:
        if math.isinf(self.last):
            return f"{self.first}+"
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last:g}"


def parse(label: str) -> Group | None:
    """The group that `0`, `1-4`, `80–84` or `85+` stands for; None when it is no age label."""
    found = _LABEL.fullmatch(label.strip())
    if found is None:
        return None
    first, last, plus = int(found[1]), found[2], found[3]
    if plus:
        return Group(first, math.inf)
    group = Group(first, int(last) if last else first)
    return group if group.last >= group.first else None


def fault_of(groups: Sequence[Group]) -> str:
    """What keeps groups (ascending) from covering all ages once; empty when they do."""
    if not groups:
        return "there are no age groups"
    if groups[0].first != 0:
        return f"ages begin at {groups[0].first}, not at 0"
    for before, after in itertools.pairwise(groups):
        if after.first <= before.last:
            return f"age groups {before} and {after} overlap"
        if after.first > before.last + 1:
            return f"ages {before.last + 1:g} to {after.first - 1} are missing between {before} and {after}"
    if not math.isinf(groups[-1].last):
        return f"the last age group {groups[-1]} is not open"
    return ""


def cells(group: Group, ages: Ages) -> tuple[int, ...]:
    """Positions in `ages` that a group covers or lies in; empty when it crosses one of their edges half-way."""
    first = ages.index(group.first)
    last = ages.index(ages.open if math.isinf(group.last) else int(group.last))
    inside = first == last
    begins = ages.lower[first] == group.first
    ends = last == len(ages) - 1 or group.last + 1 == ages.lower[last + 1]
    open_cut = last == len(ages) - 1 and first < last and not math.isinf(group.last)
    if inside or (begins and ends and not open_cut):
        return tuple(range(first, last + 1))
    return ()
