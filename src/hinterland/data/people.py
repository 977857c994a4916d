"""People by place, year, sex and five-year age group: published ages as they are, imputed ones where there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import SEXES, Ages
from hinterland.data.agegroups import Group, cells, fault_of, parse
from hinterland.data.country import Array
from hinterland.data.faults import Faults
from hinterland.data.impute import Bands, fit, opened
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


@dataclass(frozen=True, slots=True)
class Peopled:
    """The record: people [year, place, sex, age], where they are imputed [year, place], and sentences that say so."""

    people: Array
    imputed: NDArray[np.bool_]
    notes: tuple[str, ...]


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
        faults.add(f"{table.file}, column people", what, "Give every place a figure in every year, or leave the year out.")
    for year, total in zip(years, totals.sum(axis=1), strict=True):
        if total == 0:
            faults.add(f"{table.file}, column people", f"nobody lives anywhere in {year}", "Write persons, not shares.")
    return tuple(years), totals


def known_ages(table: Cells, columns: tuple[str, ...], owner: str, ages: Ages, faults: Faults) -> dict[tuple[str, int], Known]:
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
                told = f"Use groups that begin at multiples of {ages.width}, or lie inside one, and end in {ages.open}+ or a wider open one."
                faults.add(table.where(entry, "age"), f"age group {group} crosses an edge of the model's groups", told)
                return None
            if covered[0] == last:
                sums[-1] += value
            else:
                sums.append(float(value))
                band[sexes, covered[0] : covered[-1] + 1] = len(sums) - 1
            last = covered[-1]
    return Known(band.reshape(-1), np.array(sums))


def fill(
    codes: Sequence[str],
    regions: Sequence[str],
    years: Sequence[int],
    totals: Array,
    known: Mapping[tuple[str, int], Known],
    patterns: Mapping[tuple[str, int], Known],
    nation: str,
    lender: Callable[[int], tuple[str, Array]],
    ages: Ages,
) -> Peopled:
    """People of every place and year. `known` (place, year) must agree with `totals` [year, place] already.

    Where a place's cells are not all published they are fitted to what is: the seed is its region's pattern of the
    year, else the nation's (`nation` names it among `patterns`, else its parts are summed), else the lender's,
    `lender(year) -> (name, [sex * age])`. Regions' patterns are margins as well as seeds.
    """
    width = len(SEXES) * len(ages)
    people = np.zeros((len(years), len(codes), width))
    imputed = np.zeros((len(years), len(codes)), np.bool_)
    notes: list[str] = []
    for t, year in enumerate(years):
        for i, code in enumerate(codes):
            published = known.get((code, year))
            if published is None or not published.exact:
                imputed[t, i] = True
                continue
            people[t, i] = _ordered(published)
        for region in sorted({regions[i] for i in np.flatnonzero(imputed[t])}):
            inside = np.array([r == region for r in regions])
            lacking = inside & imputed[t]
            said, seed, columns = _pattern(region, year, patterns, nation, people[t, ~imputed[t]], lender)
            bands = _bands([known.get((codes[i], year)) for i in np.flatnonzero(lacking)], totals[t, lacking], width)
            if columns:
                rest = seed * (totals[t, inside].sum() / seed.sum()) - people[t, inside & ~imputed[t]].sum(axis=0)
            else:
                rest = None
            start = opened(np.tile(seed, (int(lacking.sum()), 1)), bands)
            usable = rest is not None and rest.min() >= 0
            people[t, lacking] = fit(start, bands, rest if usable else None)
            notes.append(f"{year}: ages of {int(lacking.sum())} places of {region} follow the pattern of {said}")
    return Peopled(people.reshape(len(years), len(codes), len(SEXES), len(ages)), imputed, _summed(notes, imputed, years))


def _ordered(known: Known) -> Array:
    return known.persons[known.band]


def _pattern(
    region: str,
    year: int,
    patterns: Mapping[tuple[str, int], Known],
    nation: str,
    published: Array,
    lender: Callable[[int], tuple[str, Array]],
) -> tuple[str, Array, bool]:
    """Whose pattern seeds a region's places, the persons [sex * age], and whether they are margins too."""
    own = patterns.get((region, year))
    if own is not None and own.exact and own.persons.sum() > 0:
        return "their region", _ordered(own), True
    whole = patterns.get((nation, year))
    if whole is not None and whole.exact and whole.persons.sum() > 0:
        return "the nation", _ordered(whole), False
    parts = [_ordered(part) for (_, when), part in patterns.items() if when == year and part.exact]
    if parts and sum(part.sum() for part in parts) > 0:
        return "the regions that publish ages", np.sum(parts, axis=0), False
    if published.sum() > 0:
        return "the places that publish ages", published.sum(axis=0), False
    name, pattern = lender(year)
    return name, pattern, False


def _bands(known: Sequence[Known | None], totals: Array, width: int) -> Bands:
    most = max(1, *(len(k.persons) for k in known if k is not None), 1)
    band = np.zeros((len(known), width), np.int64)
    persons = np.full((len(known), most), np.nan)
    persons[:, 0] = totals
    for row, k in enumerate(known):
        if k is not None:
            band[row] = k.band
            persons[row, : len(k.persons)] = k.persons
    return Bands(band, persons)


def _summed(notes: list[str], imputed: NDArray[np.bool_], years: Sequence[int]) -> tuple[str, ...]:
    """One sentence a year and pattern, whatever the number of regions."""
    said: list[str] = []
    for t, year in enumerate(years):
        count = int(imputed[t].sum())
        if not count:
            continue
        whose = sorted({note.rsplit("pattern of ", 1)[1] for note in notes if note.startswith(f"{year}:")})
        said.append(
            f"Ages and sexes of {count} of {imputed.shape[1]} places in {year} are not published: "
            f"imputed from the pattern of {' and '.join(whose)}."
        )
    return tuple(said)


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
