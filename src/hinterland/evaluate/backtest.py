"""A back-test: every method asked at one launch for the years that have come since, knowing nothing of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from hinterland.errors import InputError
from hinterland.evaluate.baselines.totals import Trend
from hinterland.evaluate.panel import Array, Forecast, Method, Panel
from hinterland.evaluate.spread import spread
from hinterland.evaluate.suspicions import suspicions
from hinterland.workers.pool import Here, Pool

Progress = Callable[[int, int, str], None]

STAND_IN: Final = Trend("lin_exp")
"""Lends its errors to methods that the record before the launch is too short for."""
STEP: Final = 5
"""Years between the horizons that tables show."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one method said at the launch."""

    method: str
    forecast: Forecast
    spread: str
    """Where its quantiles come from; empty where it has none."""
    remarks: tuple[str, ...]
    """What it knew that a forecaster at the launch could not have known."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A method that could not be asked, and why."""

    method: str
    why: str


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts from one launch beside the record that followed."""

    panel: Panel
    """The whole record; methods saw `panel.until(launch)`."""
    launch: int
    years: tuple[int, ...]
    """Years after the launch that were asked for, ascending."""
    entries: tuple[Entry, ...]
    refusals: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    """What looks wrong in the record."""

    @property
    def horizons(self) -> tuple[int, ...]:
        """Years ahead that tables show: every fifth, or all where none is; the last one always."""
        ahead = [year - self.launch for year in self.years]
        fifth = [h for h in ahead if h % STEP == 0]
        return tuple(sorted({*(fifth or ahead), ahead[-1]}))

    def actual(self, horizon: int) -> Array:
        """[place] persons counted so many years after the launch."""
        return self.panel.totals[self.panel.at(self.launch + horizon)]

    def row(self, horizon: int) -> int:
        """Position of a horizon among the years asked for."""
        return self.years.index(self.launch + horizon)


def years_after(panel: Panel, launch: int, horizon: int | None = None) -> tuple[int, ...]:
    """Years of the record after a launch, up to `horizon` years ahead.

    InputError where the launch is not a year of the record, or nothing was counted after it.
    """
    panel.at(launch)
    years = [int(year) for year in panel.years if year > launch]
    if horizon is not None:
        years = [year for year in years if year <= launch + horizon]
    if not years:
        earlier = [int(year) for year in panel.years[:-1]]
        told = f"Launch in {', '.join(map(str, earlier))}" if earlier else "Give people of a later year too"
        within = "" if horizon is None else f" within {horizon} years"
        raise InputError(
            f"{panel.code} has no people after {launch}{within}",
            remedy=f"{told}, or look further ahead",
            where="launch",
        )
    return tuple(years)


def backtest(
    panel: Panel,
    launch: int,
    methods: Mapping[str, Method],
    *,
    horizon: int | None = None,
    remarks: Mapping[str, tuple[str, ...]] | None = None,
    progress: Progress | None = None,
    pool: Pool = Here(),  # noqa: B008
) -> Backtest:
    """Every method's forecast from `launch`, of totals and, where it has them, ages and quantiles.

    Methods that cannot be asked (too short a record, no ages) are refused by name and the others go on. Methods
    without quantiles of their own get those of their errors at earlier launches, where the record holds any. Methods
    are asked wherever `pool` does them; what they say does not depend on it, but how long they take does.
    InputError where the launch or the horizon lies outside the record.
    """
    years = years_after(panel, launch, horizon)
    known = panel.until(launch)
    found: dict[str, Entry | Refusal] = {}
    ask = Asking(known, years, remarks or {})
    for (name, _), said in pool.each(ask, methods.items()):
        if progress is not None:
            progress(len(found), len(methods), "methods")
        found[name] = said
    entries = tuple(said for name in methods if isinstance(said := found[name], Entry))
    refusals = tuple(said for name in methods if isinstance(said := found[name], Refusal))
    if progress is not None:
        progress(len(methods), len(methods), "methods")
    if not entries:
        said = "; ".join(f"{refusal.method}: {refusal.why}" for refusal in refusals)
        raise InputError(f"no method can be asked at {launch}", remedy=f"Reasons: {said}", where=panel.code)
    return Backtest(panel, launch, years, entries, refusals, suspicions(panel, launch))


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks a method, by name, at one launch; travels to other processes."""

    known: Panel
    years: tuple[int, ...]
    remarks: Mapping[str, tuple[str, ...]]

    def __call__(self, named: tuple[str, Method]) -> Entry | Refusal:
        """What the method said, or why it cannot be asked."""
        name, method = named
        began = time.monotonic()
        try:
            forecast, source = _asked(method, self.known, self.years)
        except InputError as error:
            return Refusal(name, str(error))
        return Entry(name, forecast, source, self.remarks.get(name, ()), time.monotonic() - began)


def _asked(method: Method, known: Panel, years: tuple[int, ...]) -> tuple[Forecast, str]:
    """The method's forecast with quantiles, and where they come from: its own, or errors at earlier launches."""
    forecast = method(known, years)
    if forecast.quantiles is not None:
        return forecast, "its own"
    found = spread(method, known, forecast, years, stand_in=STAND_IN)
    return replace(forecast, quantiles=found.quantiles), found.bases[-1].label if found.bases else ""
