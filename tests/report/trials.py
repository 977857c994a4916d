"""Back-tests of an invented record to draw: towns that turn after the launch, two baselines and a stand-in model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hinterland.axes import FIVE_YEARS
from hinterland.evaluate.backtest import Backtest, backtest
from hinterland.evaluate.baselines.totals import Constant, Trend
from hinterland.evaluate.leaderboard import MODEL, Leaderboard, leaderboard
from hinterland.evaluate.panel import LEVELS, Forecast, Method, Panel

LAUNCH = 2010
NORMAL = (-1.96, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.96)
"""Quantiles of the standard normal distribution at `LEVELS`."""


def record(places: int = 24, *, years: range = range(2000, 2023), ages: bool = True, regions: int = 3) -> Panel:
    """Towns of 400 people to 2 million whose growth changes in 2010, some up and some down."""
    at = np.arange(places, dtype=np.float64)
    start = np.geomspace(400, 2_000_000, places)
    before = np.linspace(-0.025, 0.025, places)
    after = before + 0.012 * np.sin(2.3 * at)
    year = np.array(years)
    steps = np.minimum(year - 2000, 10)[:, None] * before + np.maximum(year - 2010, 0)[:, None] * after
    totals = np.round(start * np.exp(steps))
    shape = np.linspace(2, 1, len(FIVE_YEARS))[None, :].repeat(2, axis=0)
    return Panel(
        code="xx",
        codes=tuple(f"{i:04d}" for i in range(places)),
        names=tuple(f"杉原{i}" for i in range(places)),
        regions=np.array([f"R{i % regions}" for i in range(places)]),
        lon=130.0 + 0.4 * (at % 50),
        lat=33.0 + 0.3 * (at // 50) + 0.1 * (at % 7),
        ages=FIVE_YEARS,
        years=year.astype(np.int64),
        totals=totals,
        cells=totals[:, :, None, None] * shape / shape.sum() if ages else None,
        components={},
    )


@dataclass(frozen=True, slots=True)
class StandIn:
    """Stands in for the model: what was counted, wrong by a share that grows with years ahead, and a spread."""

    panel: Panel
    wrong: float = 0.02
    """Relative error a year, with alternating signs and a little more where towns are small."""
    spread: float = 0.01
    """Standard deviation of the log a year."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Peeks at the record, as no method may: a test needs errors it knows."""
        places = len(known.codes)
        sign = np.where(np.arange(places) % 2, 1.0, -1.0) * np.linspace(1.5, 0.5, places)
        ahead = np.array([year - int(known.years[-1]) for year in years], dtype=np.float64)
        counted = np.stack([self.panel.totals[self.panel.at(year)] for year in years])
        totals = counted * (1 + self.wrong * ahead[:, None] * sign)
        quantiles = totals * np.exp(self.spread * np.array(NORMAL)[:, None, None] * ahead[:, None])
        cells = None
        if self.panel.cells is not None:
            ours = np.stack([self.panel.cells[self.panel.at(year)] for year in years])
            cells = ours * (totals / np.where(counted > 0, counted, 1))[:, :, None, None]
        assert quantiles.shape[0] == len(LEVELS)
        return Forecast(years, totals, cells, quantiles)


def methods(panel: Panel, *, wrong: float = 0.02, spread: float = 0.01) -> dict[str, Method]:
    """The stand-in model and three baselines of totals."""
    return {
        MODEL: StandIn(panel, wrong, spread),
        "constant": Constant(),
        "lin_exp": Trend("lin_exp"),
        "exponential": Trend("exponential"),
    }


def small_test(
    panel: Panel | None = None,
    asked: Mapping[str, Method] | None = None,
    *,
    horizon: int | None = None,
    wrong: float = 0.02,
    spread: float = 0.01,
    remarks: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Backtest, Leaderboard]:
    """A back-test from 2010 and its scores."""
    known = record() if panel is None else panel
    chosen = methods(known, wrong=wrong, spread=spread) if asked is None else asked
    test = backtest(known, LAUNCH, chosen, horizon=horizon, remarks=remarks)
    return test, leaderboard(test)


def renamed(test: Backtest, name: str) -> Backtest:
    """The same back-test with every place called `name`."""
    return replace(test, panel=replace(test.panel, names=(name,) * len(test.panel.names)))
