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


def known_ages(
    table: Cells, columns: tuple[str, ...], owner: str, ages: Ages, faults: Faults
) -> dict[tuple[str, int], Known]:
    """Bands by (owner's code, year); `columns` are those of the persons, `owner` the column of the code."""
    labels, figures = table.texts("age"), [table.figures(name) for name in columns]
    keys = zip(table.texts(owner), table.years(), strict=True)
    entries: dict[tuple[str, int], list[tuple[Group, int]]] = {}
    for entry, (key, label) in enumerate(zip(keys, labels, strict=True)):
        group = parse(label)
        if group is None:
            faults.add(table.where(entry, "age"), f"{label!r} is not an age group", "Write 0, 1-4, 5-9 ... 85+.")
        else:
            entries.setdefault(key, []).append((group, entry))
    return {
        key: known
        for key, found in entries.items()
        if (known := _known(table, key, sorted(found, key=lambda item: item[0].first), figures, columns, ages, faults))
    }


def _known(
    table: Cells,
    key: tuple[str, int],
    found: list[tuple[Group, int]],
    figures: list[list[float]],
    columns: tuple[str, ...],
    ages: Ages,
    faults: Faults,
) -> Known | None:
    where = table.where(found[0][1], "age")
    wrong = fault_of([group for group, _ in found])
    if wrong:
        told = "Cover every age once, from 0 to an open last group such as 85+."
        faults.add(where, f"{key[0]} in {key[1]}: {wrong}", told)
        return None
    apart = [i for i, name in enumerate(columns) if name in SEXES]
    values = np.array([[column[entry] for column in figures] for _, entry in found])
    sexed = len(apart) == len(SEXES) and not np.isnan(values[:, apart]).any()
    together = [i for i in range(len(columns)) if i not in apart]
    if not sexed and (not together or np.isnan(values[:, together]).any() or not np.isnan(values[:, apart]).all()):
        told = "Give men and women in every age group of a place and year, or people in every one."
        faults.add(where, f"{key[0]} in {key[1]}: some figures are blank", told)
        return None
    persons = values[:, apart] if sexed else values[:, together[:1]]
    band = np.zeros((len(SEXES), len(ages)), np.int64)
    sums: list[float] = []
    for column in range(persons.shape[1]):
        sexes = column if sexed else slice(None)
        last = -1
        for (group, entry), value in zip(found, persons[:, column], strict=True):
            covered = cells(group, ages)
            if not covered:
                told = f"Use groups inside 0-{ages.width - 1} ... {ages.open}+, or made of whole ones, such as 15-64."
                faults.add(table.where(entry, "age"), f"age group {group} cuts through a group of the model", told)
                return None
            if covered[0] == last:
                sums[-1] += value
            else:
                sums.append(float(value))
                band[sexes, covered[0] : covered[-1] + 1] = len(sums) - 1
            last = covered[-1]
    return Known(band.reshape(-1), np.array(sums))


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
