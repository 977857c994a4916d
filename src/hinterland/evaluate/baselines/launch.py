"""What a method may know at launch: the last year, a base period before it, and refusals that say what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.errors import InputError
from hinterland.evaluate.panel import Array, Panel


def horizons(known: Panel, years: tuple[int, ...], method: str) -> Array:
    """[year] years from launch to those wanted; InputError where one lies before launch or no year is known."""
    if not known.years.size:
        raise InputError(
            f"{method} needs at least one known year and the panel has none",
            remedy="Choose a launch inside the record",
            where=known.code,
        )
    launch = int(known.years[-1])
    early = [year for year in years if year < launch]
    if early:
        raise InputError(
            f"{method} was asked for {early[0]}, before the launch {launch}",
            remedy=f"Ask for {launch} or later, or cut the panel at an earlier launch",
            where=known.code,
        )
    return np.array(years, dtype=np.float64) - launch


def people(known: Panel, method: str) -> Array:
    """[place] persons at launch; InputError names the places where they are missing or negative."""
    now = known.totals[-1]
    refuse_cells(known, method, ~np.isfinite(now) | (now < 0), "people")
    return now


def refuse_cells(known: Panel, method: str, faulty: np.ndarray, of: str) -> None:
    """InputError with the first places that are `faulty` [place] in the last known year; nothing where none is."""
    found = np.flatnonzero(faulty)
    if found.size:
        first = ", ".join(f"{known.names[i]} ({known.codes[i]})" for i in found[:3])
        more = f" and {found.size - 3} more" if found.size > 3 else ""
        raise InputError(
            f"{method} needs {of} of every place at launch {known.years[-1]}; missing or negative in {first}{more}",
            remedy="Fill them in, or leave these places out of the panel",
            where=known.code,
        )


@dataclass(frozen=True, slots=True)
class Base:
    """People at the start of each place's base period, which ends at launch."""

    before: Array
    """[place] persons."""
    span: Array
    """[place] years from then to launch."""
    known: np.ndarray
    """[place] False where no earlier year is known: before equals now there, so that growth is nil."""

    def growth(self, now: Array) -> Array:
        """[place] change of log people per year; 0 where either end is empty or unknown."""
        some = self.known & (self.before > 0) & (now > 0)
        return np.where(some, np.log(np.where(some, now, 1.0) / np.where(some, self.before, 1.0)), 0.0) / self.span

    def national(self, now: Array) -> float:
        """Change of log people per year of all places known at both ends together."""
        if not self.known.any():
            return 0.0
        before, after = float(self.before[self.known].sum()), float(now[self.known].sum())
        if before <= 0 or after <= 0:
            return 0.0
        return float(np.log(after / before) / np.average(self.span[self.known]))


def base_period(known: Panel, length: int, method: str) -> Base:
    """The known year nearest to `length` years before launch, place by place; a tie goes to the later one.

    A place with a gap there takes its own nearest year. InputError where the panel has one year only.
    """
    if known.years.size < 2:
        raise InputError(
            f"{method} needs people of at least two years and the panel knows {known.years.size}"
            f" ({', '.join(map(str, known.years))})",
            remedy="Choose a later launch, add an earlier year, or use constant, which needs one year",
            where=known.code,
        )
    ago = np.asarray(known.years[-1] - known.years[:-1], dtype=np.float64)
    missing = np.where(np.isfinite(known.totals[:-1]) & (known.totals[:-1] >= 0), 0.0, np.inf)
    away = np.abs(ago - length)[::-1, None] + missing[::-1]
    chosen = ago.size - 1 - np.argmin(away, axis=0)
    some = np.isfinite(away.min(axis=0))
    before = np.take_along_axis(known.totals[:-1], chosen[None], axis=0)[0]
    return Base(np.where(some, before, known.totals[-1]), ago[chosen], some)
