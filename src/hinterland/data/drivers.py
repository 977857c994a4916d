"""The nation's course read from a pack's driver tables, or borrowed from an embedded pack and scaled."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.data.agegroups import parse
from hinterland.data.country import Array, Drivers, frozen
from hinterland.data.faults import Faults
from hinterland.data.tables import Cells

PERIOD: Final = 5
_PERIOD_LABEL = re.compile(r"(\d{4})\s*[-–—]\s*(\d{4})")
FERTILE_AGES: Final = (15, 20, 25, 30, 35, 40, 45)
MIGRANT_AGES: Final = tuple(range(0, 101, 5))
MORTALITY_AGES: Final = (0, 1, *range(5, 101, 5))
DRIVER_NAMES: Final = {
    "nation": "the nation's fertility, life expectancy and migration by year",
    "mortality": "death rates by age",
    "fertility_age": "the ages of mothers",
    "migrants_age": "the ages of international migrants",
}


def read_drivers(
    tables: Mapping[str, Cells], lender: Drivers | None, ratio: float, source: str, borrowed_from: str, faults: Faults
) -> Drivers:
    """Drivers from those of the four tables that there are; the rest comes from `lender`.

    Persons of the lender are multiplied by `ratio`, the country's people over the lender's in the base year. Raises
    InputError when a table is not usable or is missing without a lender.
    """
    fields: dict[str, Any] = {}
    for name, reader in (
        ("nation", _nation), ("mortality", _mortality), ("fertility_age", _fertility), ("migrants_age", _migrants)
    ):  # fmt: skip
        if name in tables:
            fields |= reader(tables[name], faults)
        elif lender is not None:
            fields |= _lent(name, lender, ratio)
        else:
            faults.add("the pack", f"table {name!r} is missing", 'Add it, or name a lender: borrow_drivers = "cn".')
    faults.stop()
    return Drivers(**fields, source=source, borrowed_from=borrowed_from)


def _lent(name: str, lender: Drivers, ratio: float) -> dict[str, Any]:
    """The fields of one table as the lender has them, persons scaled."""
    if name == "nation":
        counts = ("people", "people_80", "net_migrants", "net_migrants_80")
        rates = ("years", "fertility", "fertility_80", "life_expectancy", "life_expectancy_80", "sex_ratio_at_birth")
        return {k: frozen(getattr(lender, k) * ratio) for k in counts} | {k: getattr(lender, k) for k in rates}
    if name == "migrants_age":
        kept = {"migrants_periods": lender.migrants_periods, "migrants_ages": lender.migrants_ages}
        return kept | {"migrants": frozen(lender.migrants * ratio)}
    names = {
        "mortality": ("mortality_periods", "mortality_ages", "mortality"),
        "fertility_age": ("fertility_periods", "fertility_ages", "fertility_shares"),
    }[name]
    return {k: getattr(lender, k) for k in names}


def _nation(cells: Cells, faults: Faults) -> dict[str, Any]:
    years = np.array(cells.figures("year"))
    order = np.argsort(years)
    for before, after in itertools.pairwise(order):
        if years[after] != years[before] + 1:
            what = f"the years {years[before]:g} and {years[after]:g} follow each other with a gap"
            faults.add(cells.where(int(after), "year"), what, "Give every year from the first to the last once.")
    faults.stop()

    def series(name: str) -> Array:
        return np.array(cells.figures(name))[order]

    def bounds(name: str) -> Array:
        lower, upper = series(f"{name}_80l"), series(f"{name}_80u")
        for entry in np.flatnonzero((lower > upper) | (np.isnan(lower) != np.isnan(upper))):
            what = f"the 80% bounds are {lower[entry]:g} and {upper[entry]:g}"
            told = "Give a lower and a higher bound, or neither."
            faults.add(cells.where(int(order[entry]), f"{name}_80l"), what, told)
        return np.stack([lower, upper], axis=-1)

    men, women = "life_expectancy_men", "life_expectancy_women"
    fields = {
        "years": frozen(years[order], np.int64),
        "people": frozen(series("people")),
        "people_80": frozen(bounds("people")),
        "fertility": frozen(series("fertility")),
        "fertility_80": frozen(bounds("fertility")),
        "life_expectancy": frozen(np.stack([series(men), series(women)], axis=-1)),
        "life_expectancy_80": frozen(np.stack([bounds(men), bounds(women)], axis=1)),
        "net_migrants": frozen(series("net_migrants")),
        "net_migrants_80": frozen(bounds("net_migrants")),
        "sex_ratio_at_birth": frozen(series("sex_ratio_at_birth")),
    }
    faults.stop()
    return fields


def _mortality(cells: Cells, faults: Faults) -> dict[str, Any]:
    periods, table = _schedule(cells, MORTALITY_AGES, ("men", "women"), faults)
    return {"mortality_periods": periods, "mortality_ages": MORTALITY_AGES, "mortality": frozen(table)}


def _fertility(cells: Cells, faults: Faults) -> dict[str, Any]:
    periods, table = _schedule(cells, FERTILE_AGES, ("pct",), faults)
    shares = table[:, 0, :]
    for period, total in zip(periods, shares.sum(axis=-1), strict=True):
        if abs(total - 100) > 0.5:
            what = f"the shares of the period that begins in {period} sum to {total:g}"
            faults.add(f"{cells.file}, column pct", what, "Make them sum to 100 (per cent of total fertility).")
    faults.stop()
    shares = shares / shares.sum(axis=-1, keepdims=True)
    return {"fertility_periods": periods, "fertility_ages": FERTILE_AGES, "fertility_shares": frozen(shares)}


def _migrants(cells: Cells, faults: Faults) -> dict[str, Any]:
    periods, table = _schedule(cells, MIGRANT_AGES, ("men", "women"), faults)
    return {"migrants_periods": periods, "migrants_ages": MIGRANT_AGES, "migrants": frozen(table)}


def _schedule(
    cells: Cells, ages: tuple[int, ...], columns: tuple[str, ...], faults: Faults
) -> tuple[NDArray[np.int64], Array]:
    """First years [period] and figures [period, column, group] of a table keyed by period and age."""
    starts = _starts(cells, faults)
    groups = [_first_age(cells, entry, label, ages, faults) for entry, label in enumerate(cells.texts("age"))]
    faults.stop()
    periods = sorted(set(starts))
    for before, after in itertools.pairwise(periods):
        if after != before + PERIOD:
            told = "Give every period of five years from the first to the last."
            faults.add(f"{cells.file}, column period", f"periods {before} and {after} follow each other", told)
    table = np.full((len(periods), len(columns), len(ages)), np.nan)
    figures = [cells.figures(column) for column in columns]
    for entry, (start, group) in enumerate(zip(starts, groups, strict=True)):
        table[periods.index(start), :, ages.index(group)] = [column[entry] for column in figures]
    for period, _, group in np.argwhere(np.isnan(table))[:: len(columns)]:
        what = f"age group {ages[group]} of the period that begins in {periods[period]} is missing"
        faults.add(f"{cells.file}, column age", what, f"Give groups that begin at {', '.join(map(str, ages))}.")
    faults.stop()
    return frozen(periods, np.int64), table


def _starts(cells: Cells, faults: Faults) -> list[int]:
    starts: list[int] = []
    for entry, label in zip(cells, cells.texts("period"), strict=True):
        found = _PERIOD_LABEL.fullmatch(label)
        if found is None or int(found[2]) - int(found[1]) != PERIOD:
            faults.add(cells.where(entry, "period"), f"{label!r} is not a period of five years", "Write 2020-2025.")
            continue
        starts.append(int(found[1]))
    faults.stop()
    return starts


def _first_age(cells: Cells, entry: int, label: str, ages: tuple[int, ...], faults: Faults) -> int:
    group = parse(label)
    if group is None or group.first not in ages:
        what = f"{label!r} is not an age group of this table"
        faults.add(cells.where(entry, "age"), what, f"Give groups that begin at {', '.join(map(str, ages))}.")
        return -1
    following = [first for first in ages if first > group.first]
    wanted = following[0] - 1 if following else group.last
    if group.last != wanted and ages is not FERTILE_AGES:
        what = f"age group {label!r} does not end before {wanted + 1:g}"
        faults.add(cells.where(entry, "age"), what, f"Give groups that begin at {', '.join(map(str, ages))}.")
    return group.first
