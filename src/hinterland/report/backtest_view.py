"""What the page of a back-test asks of it: the horizon looked at, the methods shown, and errors by year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from hinterland.evaluate.backtest import Backtest, Entry
from hinterland.evaluate.control import DISTRIBUTION_ONLY, FORECAST
from hinterland.evaluate.leaderboard import MODEL, OURS, ClassRow, Leaderboard, Row
from hinterland.evaluate.scores import point_scores

CONSTANT: Final = "constant"
"""The baseline that says that nothing changes."""
CONTROLS: Final = (FORECAST, DISTRIBUTION_ONLY)
USUAL: Final = 10
"""Years ahead looked at closely; the last horizon where the back-test has no such one."""
LEADING: Final = 4
"""Methods drawn as a line beside the model and no change."""


@dataclass(frozen=True)
class Trial:
    """A back-test and its scores as the page reads them."""

    test: Backtest
    board: Leaderboard

    @property
    def horizon(self) -> int:
        """Years ahead looked at closely."""
        return USUAL if USUAL in self.test.horizons else self.test.horizons[-1]

    @property
    def year(self) -> int:
        """The year looked at closely."""
        return self.test.launch + self.horizon

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Method -> what it said."""
        return {entry.method: entry for entry in self.test.entries}

    @property
    def controls(self) -> tuple[str, ...]:
        """`CONTROLS` that could be scored."""
        return tuple(control for control in CONTROLS if self.board.of(control, self.horizon))

    def row(self, control: str, horizon: int, method: str) -> Row | None:
        """The scores of a method; None where it has none."""
        return next((row for row in self.board.of(control, horizon) if row.method == method), None)

    def scored(self, control: str, horizon: int) -> tuple[Row, ...]:
        """Rows with a mean APE, the best first."""
        return tuple(row for row in self.board.of(control, horizon) if math.isfinite(row.points.mean_ape))

    def baseline(self, control: str, horizon: int) -> str | None:
        """The best baseline; None where the model was asked alone."""
        name = self.board.best[control, horizon]
        return None if name in OURS else name

    def behind(self, control: str, horizon: int) -> float | None:
        """Percentage points of mean APE by which the model is behind the best baseline; None where one is missing."""
        name = self.baseline(control, horizon)
        ours = self.row(control, horizon, MODEL)
        theirs = self.row(control, horizon, name) if name is not None else None
        if ours is None or theirs is None:
            return None
        gap = ours.points.mean_ape - theirs.points.mean_ape
        return gap if math.isfinite(gap) else None

    @property
    def subject(self) -> Entry:
        """Whose errors the map and the largest misses show: the model, or the best method where it is missing."""
        best = self.board.of(FORECAST, self.horizon)[0].method
        return self.entries.get(MODEL, self.entries[best])

    @property
    def rivals(self) -> tuple[str, ...]:
        """The model and the best baseline, as far as they were asked."""
        wanted = (MODEL, self.baseline(FORECAST, self.horizon))
        return tuple(name for name in wanted if name is not None and name in self.entries)

    @property
    def compared(self) -> tuple[str, ...]:
        """The model, the best baseline and no change, as far as they were asked."""
        return tuple(name for name in dict.fromkeys((*self.rivals, CONSTANT)) if name in self.entries)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The leading methods, the model and no change, the best first."""
        ranked = [row.method for row in self.scored(FORECAST, self.horizon)]
        return tuple(name for n, name in enumerate(ranked) if n < LEADING or name in (MODEL, CONSTANT))

    def course(self, method: str) -> list[tuple[int, float]]:
        """(years ahead, mean APE in percent) of every year asked for that could be scored, uncontrolled."""
        totals = self.entries[method].forecast.totals
        course: list[tuple[int, float]] = []
        for at, year in enumerate(self.test.years):
            ahead = year - self.test.launch
            error = point_scores(totals[at], self.test.actual(ahead)).mean_ape
            if math.isfinite(error):
                course.append((ahead, error))
        return course

    def classes(self, method: str, *kinds: str) -> dict[tuple[str, str], ClassRow]:
        """(kind, label) -> scores of a method in every class, uncontrolled, at the horizon looked at."""
        return {
            (row.kind, row.label): row
            for row in self.board.classes
            if row.method == method
            and row.control == FORECAST
            and row.horizon == self.horizon
            and (row.kind in kinds or not kinds)
        }
