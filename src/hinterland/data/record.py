"""People of every place, year, sex and age: published ages as they are, imputed ones where there are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import SEXES, Ages
from hinterland.data.carried import Carry
from hinterland.data.country import Array
from hinterland.data.impute import Bands, fit, opened
from hinterland.data.people import Ageing, Known

FEW: Final = 3
"""Years that a note names one by one."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a pack says about people; `known` agrees with `totals` already."""

    codes: Sequence[str]
    regions: Sequence[str]
    """[place] code of its region."""
    years: Sequence[int]
    totals: Array
    """[year, place] persons."""
    known: Ageing
    """Of places."""
    patterns: Ageing
    """Of regions, and of the nation under its own code."""
    nation: str


@dataclass(frozen=True, slots=True)
class Record:
    """People [year, place, sex, age], where they are imputed [year, place], and sentences that say so."""

    people: Array
    imputed: NDArray[np.bool_]
    notes: tuple[str, ...]


Lend = Callable[[int], tuple[str, Array]]
"""Year -> name and persons [sex * age] of a nation whose pattern is borrowed."""


def fill(published: Published, lend: Lend, ages: Ages, carry: Carry) -> Record:
    """The record of every place and year.

    Where a place's cells are not all published they are fitted to what is: the seed is its region's pattern of the
    year, else the nation's of the year, carried on from the last that publishes it or, before the first, that one, else
    that of other regions or places of the year, else the lent one. A region's pattern is a margin as well as a seed.
    """
    shape = (len(published.years), len(published.codes), len(SEXES) * len(ages))
    people, imputed = np.zeros(shape), np.zeros(shape[:2], np.bool_)
    followed: dict[tuple[int, str], list[int]] = {}
    for t, year in enumerate(published.years):
        known = [published.known.get((code, year)) for code in published.codes]
        for i, part in enumerate(known):
            if part is not None and part.exact:
                people[t, i] = part.cells
            else:
                imputed[t, i] = True
        patterns = _impute(published, t, known, people[t], imputed[t], (lend, carry))
        if patterns:
            followed.setdefault((int(imputed[t].sum()), " and ".join(sorted(patterns))), []).append(year)
    notes = tuple(
        f"Ages and sexes of {count} of {shape[1]} places in {_listed(years)} are not published: "
        f"imputed from the pattern of {whose}."
        for (count, whose), years in followed.items()
    )
    return Record(people.reshape(*shape[:2], len(SEXES), len(ages)), imputed, notes)


def _listed(years: Sequence[int]) -> str:
    """Years as they are said: few by name, many by the first and the last."""
    return ", ".join(map(str, years)) if len(years) <= FEW else f"{len(years)} years from {years[0]} to {years[-1]}"


def _impute(
    published: Published,
    t: int,
    known: Sequence[Known | None],
    people: Array,
    imputed: NDArray[np.bool_],
    others: tuple[Lend, Carry],
) -> set[str]:
    """Fill the rows of `people` [place, cell] that are imputed; says whose patterns were followed."""
    followed: set[str] = set()
    regions = np.array(published.regions)
    for region in np.unique(regions[imputed]):
        inside = regions == region
        lacking = inside & imputed
        said, seed, is_margin = _pattern(published, str(region), published.years[t], people[~imputed], others)
        followed.add(said)
        totals = published.totals[t]
        bands = _bands([known[int(i)] for i in np.flatnonzero(lacking)], totals[lacking], len(seed))
        columns = None
        if is_margin:
            rest = seed * (totals[inside].sum() / seed.sum()) - people[inside & ~imputed].sum(axis=0)
            # Published places may hold more than the region's share of a cell; then the pattern is only a seed.
            columns = rest if rest.min() >= 0 else None
        start = np.tile(seed, (len(bands.persons), 1))
        people[lacking] = fit(opened(start, bands), bands, columns)
    return followed


def _pattern(
    published: Published, region: str, year: int, exact: Array, others: tuple[Lend, Carry]
) -> tuple[str, Array, bool]:
    """Whose pattern seeds a region's places, its persons [cell], and whether they are margins too."""
    lend, carry = others
    usable = {key: part for key, part in published.patterns.items() if part.exact and part.persons.sum() > 0}
    if (region, year) in usable:
        whose = "the nation" if region == published.nation else "their regions"
        return whose, usable[region, year].cells, True
    national = [when for code, when in usable if code == published.nation]
    if national:
        return (*_national(usable, published.nation, national, year, carry), False)
    parts = [part.cells for (_, when), part in usable.items() if when == year]
    if parts:
        return "the regions that publish ages", np.sum(parts, axis=0), False
    if exact.sum() > 0:
        return "the places that publish ages", exact.sum(axis=0), False
    name, pattern = lend(year)
    return name, pattern, False


def _national(usable: Ageing, nation: str, years: Sequence[int], year: int, carry: Carry) -> tuple[str, Array]:
    """The nation's pattern of a year and what it is called: nothing of a later year where an earlier one can do."""
    earlier = [when for when in years if when <= year]
    if not earlier:
        first = min(years)
        return f"the nation in {first}", usable[nation, first].cells
    last = max(earlier)
    cells = usable[nation, last].cells
    if last == year:
        return "the nation", cells
    carried = carry(last, cells, year)
    if carried is None:
        return f"the nation in {last}", cells
    return "the nation, carried on by its births and deaths", carried


def _bands(known: Sequence[Known | None], totals: Array, width: int) -> Bands:
    """Bands of places; one band with the total where nothing more is known."""
    most = max((len(part.persons) for part in known if part is not None), default=1)
    band = np.zeros((len(known), width), np.int64)
    persons = np.full((len(known), most), np.nan)
    persons[:, 0] = totals
    for row, part in enumerate(known):
        if part is not None:
            band[row] = part.band
            persons[row, : len(part.persons)] = part.persons
    return Bands(band, persons)
