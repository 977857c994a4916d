"""Counties of 2010 and 2020 put together into places whose borders are the same in both years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hinterland.data.importers.cn_shapes import Shapes, is_zone
from hinterland.data.importers.cn_workbooks import Rules

KINDS: Final = "县区市旗"
"""Last characters of names that say which kind of county it is."""
PART: Final = 0.15
"""A development zone is part of every district of its city with at least this share of its border."""

Names = Mapping[str, str]
"""Code -> name."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One place: the counties that make it up in either year, by code."""

    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """Units with counties in both years, and counties that have no partner in the other year."""

    units: tuple[Unit, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]


def match(old: Names, new: Names, rules: Rules, shapes: Shapes) -> Matched:
    """The counties `old` of 2010 and `new` of 2020 that share land, as units.

    Links are: what the rules say; the same code and name; the same name but for its kind, unique among those left in
    the prefecture [4 digits of code], then in the province [2]; and development zones of 2020 with the districts of
    their city that they border (see PART) and with the county of the longest border.
    """
    ruled, matched = _by_rules(old, new, rules), _same(old, new, rules)
    for digits in (4, 2):
        left = _left(old, (o for o, _ in ruled | matched))
        # What the rules lead to may have a county of its own name in 2010 too.
        matched |= _by_name(left, _left(new, (n for _, n in matched)), digits)
    pairs = ruled | matched
    pairs |= {(o, n) for o, others in rules.also.items() for n in others if o in old and n in new}
    joins = [(("new", zone), ("new", county)) for zone, county in _zones(new, shapes)]
    joins += [(("old", o), ("new", n)) for o, n in sorted(pairs)]
    groups = _components([*(("old", code) for code in old), *(("new", code) for code in new)], joins)
    units = [
        Unit(
            tuple(sorted(code for year, code in group if year == "old")),
            tuple(sorted(code for year, code in group if year == "new")),
        )
        for group in groups
    ]
    return Matched(
        units=tuple(sorted((unit for unit in units if unit.old and unit.new), key=lambda unit: unit.new)),
        only_old=tuple(sorted(code for unit in units if not unit.new for code in unit.old)),
        only_new=tuple(sorted(code for unit in units if not unit.old for code in unit.new)),
    )


def stem(name: str) -> str:
    """A name without its kind: a county that becomes a district or a city keeps the rest."""
    return name[:-1] if len(name) > 2 and name[-1] in KINDS else name


def _left(names: Names, taken: Iterable[str]) -> Names:
    gone = frozenset(taken)
    return {code: name for code, name in names.items() if code not in gone}


def _by_rules(old: Names, new: Names, rules: Rules) -> set[tuple[str, str]]:
    return {(o, n) for o, others in rules.became.items() for n in others if o in old and n in new}


def _same(old: Names, new: Names, rules: Rules) -> set[tuple[str, str]]:
    return {
        (code, code)
        for code, name in old.items()
        if code in new and code not in rules.became and stem(name) == stem(new[code])
    }


def _by_name(old: Names, new: Names, digits: int) -> set[tuple[str, str]]:
    """Pairs of the same stem and the same first digits of code, each alone on its side."""

    def unique(names: Names) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], list[str]] = {}
        for code, name in names.items():
            found.setdefault((code[:digits], stem(name)), []).append(code)
        return {key: codes[0] for key, codes in found.items() if len(codes) == 1}

    left, right = unique(old), unique(new)
    return {(left[key], right[key]) for key in left.keys() & right.keys()}


def _zones(new: Names, shapes: Shapes) -> list[tuple[str, str]]:
    """Development zones and the counties they are part of."""
    pairs: list[tuple[str, str]] = []
    for zone in (code for code in new if is_zone(code)):
        borders = shapes.borders.get(zone, {})
        total = sum(borders.values())
        inside = {
            code: metres / total
            for code, metres in borders.items()
            if code in new and code[:4] == zone[:4] and not is_zone(code)
        }
        if inside:
            pairs.append((zone, max(inside, key=lambda code: (inside[code], code))))
        pairs += [(zone, code) for code, share in inside.items() if share >= PART and new[code].endswith("区")]
    return pairs


def _components(
    nodes: list[tuple[str, str]], joins: list[tuple[tuple[str, str], tuple[str, str]]]
) -> list[list[tuple[str, str]]]:
    """Nodes in groups that joins hold together."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    row = {node: position for position, node in enumerate(nodes)}
    left = np.array([row[one] for one, _ in joins], np.int64)
    right = np.array([row[other] for _, other in joins], np.int64)
    graph = coo_array((np.ones(len(joins)), (left, right)), shape=(len(nodes), len(nodes)))
    count, label = connected_components(graph, directed=False)
    groups: list[list[tuple[str, str]]] = [[] for _ in range(count)]
    for node, group in zip(nodes, label, strict=True):
        groups[group].append(node)
    return groups
