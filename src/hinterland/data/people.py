"""What is published of people: totals by place and year, and ages in whatever groups they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import SEXES, Ages
from hinterland.data.agegroups import Group, cells, fault_of, parse
from hinterland.data.country import Array
from hinterland.data.faults import Faults
from hinterland.data.tables import Cells

ROUNDING = 1e-4
"""Share of a total by which its ages may miss it, as rounding; they are then scaled to it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is published of one place in one year: persons in bands of cells."""

    band: NDArray[np.int64]
    """[sex * age] which band a cell belongs to."""
    persons: Array
    """[band]."""

    @property
    def exact(self) -> bool:
        """Every cell is published by itself."""
        return len(self.persons) == len(self.band)

    @property
    def cells(self) -> Array:
        """[sex * age] persons of a record that is exact."""
        return self.persons[self.band]


Ageing = Mapping[tuple[str, int], Known]
"""(place or region, year) -> what is published of its ages."""


def read_totals(table: Cells, codes: Sequence[str], faults: Faults) -> tuple[tuple[int, ...], Array]:
    """Years, ascending, and persons [year, place]; a fault for every place and year without a figure."""
    row = {code: position for position, code in enumerate(codes)}
    years = sorted(set(table.years()))
    totals = np.full((len(years), len(codes)), np.nan)
    for code, year, people in zip(table.texts("code"), table.years(), table.figures("people"), strict=True):
        if code in row:
            totals[years.index(year), row[code]] = people
    for year, place in np.argwhere(np.isnan(totals)):
        what = f"place {codes[place]} has no people in {years[year]}"
        told = "Give every place a figure in every year, or leave the year out."
        faults.add(f"{table.file}, column people", what, told)
    for year, total in zip(years, totals.sum(axis=1), strict=True):
        if total == 0:
            faults.add(f"{table.file}, column people", f"nobody lives anywhere in {year}", "Write persons, not shares.")
    return tuple(years), totals


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the age groups of one place and year lie on the model's cells; the same for all with the same labels."""

    order: tuple[int, ...]
    """Entries as they stand in the table, in ascending age."""
    band: NDArray[np.int64]
    """[sex * age] band of each cell where sexes are apart."""
    band_together: NDArray[np.int64]
    """[sex * age] where they are not."""
    gather: Array
    """[group, band] one where a published group lies in a band within a sex; single years of one cell share theirs."""


def known_ages(
    table: Cells, columns: tuple[str, ...], owner: str, ages: Ages, faults: Faults
) -> dict[tuple[str, int], Known]:
    """Bands by (owner's code, year); `columns` are those of the persons, `owner` the column of the code."""
    labels, figures = table.texts("age"), np.array([table.figures(name) for name in columns])
    entries: dict[tuple[str, int], list[int]] = {}
    for entry, key in enumerate(zip(table.texts(owner), table.years(), strict=True)):
        entries.setdefault(key, []).append(entry)
    layouts: dict[tuple[str, ...], _Layout | None] = {}
    found: dict[tuple[str, int], Known] = {}
    for key, rows in entries.items():
        groups = tuple(labels[entry] for entry in rows)
        if layouts.get(groups) is None:
            layouts[groups] = _layout(table, key, rows, groups, ages, faults)
        layout = layouts[groups]
        known = None if layout is None else _known(table, key, rows, layout, figures, columns, faults)
        if known is not None:
            found[key] = known
    return found


def _layout(
    table: Cells, key: tuple[str, int], rows: list[int], labels: tuple[str, ...], ages: Ages, faults: Faults
) -> _Layout | None:
    """The layout of labels; None where they do not cover the ages, with a fault at the place they belong to."""
    groups: list[tuple[Group, int]] = []
    for at, label in enumerate(labels):
        group = parse(label)
        if group is None:
            faults.add(table.where(rows[at], "age"), f"{label!r} is not an age group", "Write 0, 1-4, 5-9 ... 85+.")
        else:
            groups.append((group, at))
    if len(groups) < len(labels):
        return None
    groups.sort(key=lambda item: item[0].first)
    wrong = fault_of([group for group, _ in groups])
    if wrong:
        told = "Cover every age once, from 0 to an open last group such as 85+."
        faults.add(table.where(rows[groups[0][1]], "age"), f"{key[0]} in {key[1]}: {wrong}", told)
        return None
    band, part, last = np.zeros(len(ages), np.int64), np.zeros(len(groups), np.int64), -1
    bands = 0
    for number, (group, at) in enumerate(groups):
        covered = cells(group, ages)
        if not covered:
            told = f"Use groups inside 0-{ages.width - 1} ... {ages.open}+, or made of whole ones, such as 15-64."
            what = f"age group {group} cuts through a group of the model"
            faults.add(table.where(rows[at], "age"), what, told)
            return None
        if covered[0] != last:
            bands += 1
        band[covered[0] : covered[-1] + 1] = part[number] = bands - 1
        last = covered[-1]
    return _Layout(
        order=tuple(at for _, at in groups),
        band=np.concatenate([band + bands * sex for sex in range(len(SEXES))]),
        band_together=np.concatenate([band] * len(SEXES)),
        gather=np.eye(bands)[part],
    )


def _known(
    table: Cells,
    key: tuple[str, int],
    rows: list[int],
    layout: _Layout,
    figures: Array,
    columns: tuple[str, ...],
    faults: Faults,
) -> Known | None:
    apart = [i for i, name in enumerate(columns) if name in SEXES]
    together = [i for i in range(len(columns)) if i not in apart]
    values = figures[:, [rows[at] for at in layout.order]]
    blank = np.isnan(values)
    sexed = len(apart) == len(SEXES) and not blank[apart].any()
    if not sexed and (not together or blank[together].any() or not blank[apart].all()):
        told = "Give men and women in every age group of a place and year, or people in every one."
        where = table.where(rows[layout.order[0]], "age")
        faults.add(where, f"{key[0]} in {key[1]}: some figures are blank", told)
        return None
    persons = values[apart] if sexed else values[together[:1]]
    return Known(layout.band if sexed else layout.band_together, (persons @ layout.gather).reshape(-1))


def agree(
    known: dict[tuple[str, int], Known], table: Cells, totals: Mapping[tuple[str, int], float], faults: Faults
) -> dict[tuple[str, int], Known]:
    """Ages scaled to the totals where they miss them by rounding; a fault where they miss them by more."""
    scaled = dict(known)
    for key, part in known.items():
        total = totals.get(key)
        if total is None:
            continue
        held = float(part.persons.sum())
        if abs(held - total) > max(len(part.persons), ROUNDING * total):
            what = f"the ages of {key[0]} in {key[1]} sum to {held:,.0f}, its people are {total:,.0f}"
            told = "Correct one of the two; spread persons of unknown age over the groups."
            faults.add(table.file, what, told)
        elif held != total and held > 0:
            scaled[key] = Known(part.band, part.persons * (total / held))
    return scaled
