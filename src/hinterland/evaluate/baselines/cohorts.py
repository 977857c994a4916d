"""Cohorts aged by ratios of two known years: closed, Hamilton-Perry and blended change ratios and differences.

Hamilton and Perry (1962); child-woman ratios as in Smith, Tayman and Swanson (2013), chapter 8; blending of ratios and
differences as in Hauer (2019). Ratios of small cohorts are drawn to those of places of like size in the same region.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from hinterland.errors import InputError
from hinterland.evaluate.baselines.launch import horizons, people, refuse_cells
from hinterland.evaluate.panel import Array, Forecast, Panel

SIZES: Final = (5_000, 20_000, 100_000)
"""Persons between the size classes that share ratios."""


@dataclass(frozen=True, slots=True)
class Window:
    """Two known years apart by a whole number of age groups, the later one the launch."""

    before: Array
    """[place, sex, age] persons at the start, NaN where not known."""
    now: Array
    """[place, sex, age] persons at launch."""
    shift: int
    """Age groups a cohort moves up in one step."""
    step: int
    """Years of one step."""
    fertile: tuple[tuple[int, int], ...]
    """For each group born within a step: first age group of their possible mothers and one past the last."""


def window(known: Panel, method: str, length: int = 5) -> Window:
    """The known years nearest to `length` apart that cohorts can cross; InputError says what a panel lacks for it."""
    people(known, method)
    if known.cells is None:
        raise InputError(
            f"{method} needs people by sex and age and the panel has totals only",
            remedy="Add a table of ages, or use a method of totals such as lin_exp or average",
            where=known.code,
        )
    ago = known.years[-1] - known.years[:-1]
    # Beyond 15 years the mothers of the youngest would themselves be born within the step.
    usable = np.flatnonzero((ago % known.ages.width == 0) & (ago <= 15))
    if not usable.size:
        raise InputError(
            f"{method} needs ages of two years a multiple of {known.ages.width} and at most 15 years apart,"
            f" the later one {known.years[-1]}; the panel knows {', '.join(map(str, known.years))}",
            remedy="Choose a later launch, add an earlier year, or use constant, which needs one year",
            where=known.code,
        )
    first = int(usable[np.argmin(np.abs(ago[usable] - length))])
    step, ages = int(ago[first]), known.ages
    refuse_cells(known, method, ~(known.cells[-1] >= 0).all(axis=(1, 2)), "people by sex and age")
    mothers = tuple(
        (ages.index(15 + child * ages.width), min(ages.index(49 + child * ages.width) + 1, len(ages)))
        for child in range(step // ages.width)
    )
    before = np.where(known.cells[first] >= 0, known.cells[first], np.nan)
    return Window(before, known.cells[-1], step // ages.width, step, mothers)


def cohorts(cells: Array, shift: int) -> Array:
    """[..., age - shift] persons who are in group `shift` and above one step later, the last groups pooled."""
    closed, pooled = cells[..., : -1 - shift], cells[..., -1 - shift :].sum(axis=-1, keepdims=True)
    return np.concatenate([closed, pooled], axis=-1)


def mothers(cells: Array, over: Window) -> Array:
    """[..., child group] women of the ages at which those children are borne."""
    return np.stack([cells[..., 1, low:high].sum(axis=-1) for low, high in over.fertile], axis=-1)


def divide(top: Array, bottom: Array, otherwise: Array | float) -> Array:
    """`top / bottom` where the bottom is above zero."""
    shape = np.broadcast_shapes(top.shape, bottom.shape)
    return np.divide(top, bottom, out=np.broadcast_to(otherwise, shape).astype(np.float64), where=bottom > 0)


def peers(known: Panel) -> np.ndarray:
    """[place] number of the region and size class a place belongs to at launch."""
    regions = np.unique(known.regions, return_inverse=True)[1]
    return np.unique(regions * (len(SIZES) + 1) + np.digitize(known.totals[-1], SIZES), return_inverse=True)[1]


@dataclass(frozen=True, slots=True)
class Ratios:
    """Ratios of arrivals in a group to those they come from."""

    national: Array
    """[...] of all places together."""
    group: Array
    """[place, ...] of the place's region and size class."""
    local: Array
    """[place, ...] of the place, drawn to its group."""


def shrunk(top: Array, bottom: Array, group: np.ndarray, k: float) -> Ratios:
    """Ratios top / bottom [place, ...] by empirical Bayes: a place weighs n / (n + k), n persons in the bottom.

    Places that are not known (NaN) take the ratio of their group; a group is drawn to the nation in the same way.
    """
    some = np.isfinite(top) & np.isfinite(bottom)
    top, bottom = np.where(some, top, 0.0), np.where(some, bottom, 0.0)
    national = divide(top.sum(axis=0), bottom.sum(axis=0), 0.0)
    tops, bottoms = (np.zeros((int(group.max()) + 1, *top.shape[1:])) for _ in range(2))
    np.add.at(tops, group, top)
    np.add.at(bottoms, group, bottom)
    mean = ((tops + k * national) / (bottoms + k))[group]
    return Ratios(national, mean, (top + k * mean) / (bottom + k))


def childhood(over: Window, group: np.ndarray, k: float) -> Ratios:
    """Children by sex per possible mother at launch [place, sex, child group]."""
    return shrunk(over.now[..., : over.shift], np.repeat(mothers(over.now, over)[:, None], 2, axis=1), group, k)


def ageing(over: Window, group: np.ndarray, k: float) -> Ratios:
    """Persons at launch per member of their cohort one step before [place, sex, age - shift]."""
    return shrunk(over.now[..., over.shift :], cohorts(over.before, over.shift), group, k)


def with_children(older: Array, over: Window, ratio: Array) -> Array:
    """[place, sex, age] persons: `older` [place, sex, age - shift] with the children their women have."""
    blank = np.zeros((*older.shape[:-1], over.shift))
    young = ratio * mothers(np.concatenate([blank, older], axis=-1), over)[:, None]
    return np.concatenate([young, older], axis=-1)


def march(over: Window, ahead: Array, years: tuple[int, ...], advance: Callable[[Array, int], Array]) -> Forecast:
    """Steps from launch by `advance(cells, step 1 ..)`; years between steps lie on the line between them."""
    path = [over.now]
    for step in range(1, int(np.ceil(ahead.max(initial=0.0) / over.step)) + 1):
        path.append(np.maximum(advance(path[-1], step), 0.0))
    steps = np.array(path)
    place = ahead / over.step
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, len(path) - 1)
    part = (place - low)[:, None, None, None]
    cells = steps[low] * (1 - part) + steps[high] * part
    return Forecast(years, cells.sum(axis=(2, 3)), cells)


@dataclass(frozen=True, slots=True)
class ClosedCohort:
    """Everyone ages as the nation does: nobody moves between places, only ages and births differ."""

    k: float = 30.0
    """Women whose children weigh as much as those of the region and size class."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals and cells; InputError where ages or an earlier year are missing."""
        ahead = horizons(known, years, "closed_cohort")
        over = window(known, "closed_cohort")
        group = peers(known)
        stay, children = ageing(over, group, self.k).national, childhood(over, group, self.k).local
        return march(
            over, ahead, years, lambda cells, _: with_children(cohorts(cells, over.shift) * stay, over, children)
        )


@dataclass(frozen=True, slots=True)
class HamiltonPerry:
    """Ratios of cohorts and of children to women, drawn to those of like places, step by step more so."""

    name: str = "hamilton_perry"
    k: float = 30.0
    """Persons whose ratio weighs as much as that of the region and size class."""
    kept: float = 0.85
    """Part of the difference from region and size class left after five years."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals and cells; InputError where ages or an earlier year are missing."""
        ahead = horizons(known, years, self.name)
        over = window(known, self.name)
        group = peers(known)
        older, young = ageing(over, group, self.k), childhood(over, group, self.k)

        def advance(cells: Array, step: int) -> Array:
            left = self.kept ** ((step - 1) * over.step / 5)
            ratio, born = (each.group + (each.local - each.group) * left for each in (older, young))
            return with_children(cohorts(cells, over.shift) * ratio, over, born)

        return march(over, ahead, years, advance)


@dataclass(frozen=True, slots=True)
class Blended:
    """Cohort change ratios where a place shrank, cohort change differences where it grew: booms go on, not up."""

    k: float = 30.0
    """Persons whose ratio weighs as much as that of the region and size class."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals and cells; InputError where ages or an earlier year are missing."""
        ahead = horizons(known, years, "ccr_ccd")
        over = window(known, "ccr_ccd")
        group = peers(known)
        older, young = ageing(over, group, self.k).local, childhood(over, group, self.k).local
        start = cohorts(over.before, over.shift)
        difference = over.now[..., over.shift :] - start
        size = over.before.sum(axis=(1, 2))
        # A place with a gap compares false here and takes ratios, which its group can lend.
        grew = (over.now.sum(axis=(1, 2)) > size)[:, None, None] & np.isfinite(difference)

        def advance(cells: Array, _: int) -> Array:
            at_risk = cohorts(cells, over.shift)
            moved = np.where(grew, at_risk + np.where(grew, difference, 0.0), at_risk * older)
            return with_children(np.maximum(moved, 0.0), over, young)

        return march(over, ahead, years, advance)
