"""A back-test as tables: every forecast, every score, every class."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from hinterland.axes import SEXES
from hinterland.evaluate.backtest import Backtest, Entry
from hinterland.evaluate.leaderboard import Leaderboard
from hinterland.evaluate.panel import LEVELS

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = tuple(f"q{100 * level:g}" for level in LEVELS)


def forecasts(test: Backtest, *, ages: bool = False) -> pd.DataFrame:
    """method, place, launch, year, value, q2.5 ... q97.5 [persons] at the horizons that tables show.

    With `ages` further columns sex and age, blank in rows of totals, and rows of cells of the methods that have them.
    """
    import pandas as pd

    tables = [_totals(test, entry) for entry in test.entries]
    if ages:
        tables = [table.assign(sex="", age="") for table in tables]
        tables += [_cells(test, entry) for entry in test.entries if entry.forecast.cells is not None]
    return pd.concat(tables, ignore_index=True)


def _totals(test: Backtest, entry: Entry) -> pd.DataFrame:
    import pandas as pd

    rows = [test.row(horizon) for horizon in test.horizons]
    codes = test.panel.codes
    table = pd.DataFrame(
        {
            "method": entry.method,
            "place": np.tile(codes, len(rows)),
            "launch": test.launch,
            "year": np.repeat([test.years[row] for row in rows], len(codes)),
            "value": entry.forecast.totals[rows].reshape(-1),
        }
    )
    spread = entry.forecast.quantiles
    for level, name in enumerate(QUANTILES):
        table[name] = np.nan if spread is None else spread[level][rows].reshape(-1)
    return table


def _cells(test: Backtest, entry: Entry) -> pd.DataFrame:
    import pandas as pd

    assert entry.forecast.cells is not None
    rows = [test.row(horizon) for horizon in test.horizons]
    index = pd.MultiIndex.from_product(
        [[test.years[row] for row in rows], test.panel.codes, SEXES, test.panel.ages.labels],
        names=["year", "place", "sex", "age"],
    )
    table = pd.DataFrame({"value": entry.forecast.cells[rows].reshape(-1)}, index=index).reset_index()
    return table.assign(method=entry.method, launch=test.launch, **dict.fromkeys(QUANTILES, np.nan))


def scores(test: Backtest, board: Leaderboard) -> pd.DataFrame:
    """A row for each method, control and horizon: point scores, interval scores and the difference from the best."""
    import pandas as pd

    spread_of = {entry.method: entry.spread for entry in test.entries}
    rows: list[dict[str, object]] = []
    for row in board.rows:
        found: dict[str, object] = {
            "panel": test.panel.code,
            "launch": test.launch,
            "horizon": row.horizon,
            "control": row.control,
            "method": row.method,
            **asdict(row.points),
            "shelf_life": board.shelf[row.method, row.control],
        }
        if row.spread is not None:
            found |= {"crps": row.spread.crps, "weighted_crps": row.spread.weighted_crps}
            for interval in row.spread.intervals:
                level = f"{interval.nominal:.0f}"
                found |= {
                    f"covered_{level}": interval.covered,
                    f"width_{level}": interval.width,
                    f"interval_score_{level}": interval.score,
                }
            found["intervals_from"] = spread_of[row.method]
        if row.difference is not None:
            found |= {
                "best_baseline": board.best[row.control, row.horizon],
                "difference": row.difference.value,
                "difference_lower": row.difference.lower,
                "difference_upper": row.difference.upper,
            }
        rows.append(found)
    return pd.DataFrame(rows)


def classes(test: Backtest, board: Leaderboard) -> pd.DataFrame:
    """A row for each method, control, horizon and class of places or ages."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "panel": test.panel.code,
                "launch": test.launch,
                "horizon": row.horizon,
                "control": row.control,
                "method": row.method,
                "kind": row.kind,
                "class": row.label,
                **asdict(row.points),
                "covered_80": row.covered_80,
            }
            for row in board.classes
        ]
    )
