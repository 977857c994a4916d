"""The leaderboard of a back-test in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hinterland.evaluate.backtest import Backtest
from hinterland.evaluate.control import DISTRIBUTION_ONLY, FORECAST
from hinterland.evaluate.leaderboard import MODEL, Leaderboard

SHOWN: Final = 5
"""Leading methods listed; the model and constant come too, wherever they stand."""
MEANING: Final = {
    FORECAST: "forecast (each method's own totals)",
    DISTRIBUTION_ONLY: "distribution only (scaled to the nation's actual total, which nobody knew)",
}


def lines(test: Backtest, board: Leaderboard) -> Iterator[str]:
    """Mean APE by horizon of the leading methods, of the model and of no change, then what could not be asked."""
    horizons = test.horizons
    yield f"{test.panel.code}, launch {test.launch}, {len(test.panel.codes):,} places. Mean absolute error, %:"
    for control, meaning in MEANING.items():
        ranked = board.of(control, horizons[-1])
        if not ranked:
            continue
        errors = {h: {row.method: row.points.mean_ape for row in board.of(control, h)} for h in horizons}
        yield f"{meaning}:"
        yield f"  {'method':<24}" + "".join(f"{f'+{horizon}':>8}" for horizon in horizons)
        for place, row in enumerate(ranked, 1):
            if place > SHOWN and row.method not in (MODEL, "constant"):
                continue
            yield f"  {place:>2}. {row.method:<20}" + "".join(
                f"{errors[horizon][row.method]:>8.2f}" for horizon in horizons
            )
    for refusal in test.refusals:
        yield f"Not asked: {refusal.method}: {refusal.why}"
    for warning in test.warnings:
        yield f"Note on the record: {warning}"
