"""Back-tests from the command line: forecasts, scores and a report of one launch, in a folder that appears whole."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typer

from hinterland.cli.console import progress_bar
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.evaluate.panel import Method
from hinterland.writing import replacing

FORECASTS: Final = "forecast.csv"
SCORES: Final = "scores.csv"
CLASSES: Final = "classes.csv"
REPORT: Final = "report.html"
FILES: Final = frozenset({FORECASTS, SCORES, CLASSES, REPORT})
AHEAD: Final = 10
"""Years that the launch leaves where none is given, if the record is long enough."""


def make_backtest(  # noqa: PLR0913
    ref: str,
    *,
    launch: int | None,
    horizon: int | None,
    methods: Sequence[str],
    members: int,
    overrides: Mapping[str, Any],
    keep_effects: bool,
    ages: bool,
    out: Path | None,
    workers: int | None = None,
    cluster: str | None = None,
) -> None:
    """Back-tests a country from one launch and writes `out`; InputError where the request cannot be met."""
    began = time.monotonic()
    from hinterland.evaluate.backtest import backtest, years_after
    from hinterland.evaluate.leaderboard import leaderboard
    from hinterland.evaluate.methods import methods_for
    from hinterland.evaluate.panel import panel

    country = _country(ref)
    record = panel(country)
    start = usual_launch(country) if launch is None else launch
    years_after(record, start, horizon)  # a launch that cannot be tested is refused before anything is written
    asked = methods_for(country, methods, members=members, overrides=overrides, keep_effects=keep_effects)
    target = Path(f"backtest-{country.code}-{start}") if out is None else out
    with replacing(target, is_ours=is_backtest_folder, kind="back-test") as part, progress_bar() as progress:
        from hinterland.workers.cluster import pool

        remarks = _remarks(country, start, asked)
        with pool(workers, cluster) as doing:
            test = backtest(record, start, asked, horizon=horizon, remarks=remarks, progress=progress, pool=doing)
        board = leaderboard(test)
        progress(0, 2, "writing")
        from hinterland.evaluate import tables

        tables.forecasts(test, ages=ages).to_csv(part / FORECASTS, index=False, float_format="%.6g")
        tables.scores(test, board).to_csv(part / SCORES, index=False, float_format="%.4f")
        tables.classes(test, board).to_csv(part / CLASSES, index=False, float_format="%.4f")
        progress(1, 2, "writing")
        from hinterland.report.backtest import write_backtest

        write_backtest(test, board, part / REPORT)
        progress(2, 2, "writing")
    from hinterland.report.leaderboard_text import lines

    for line in lines(test, board):
        typer.echo(line)
    typer.echo(f"{time.monotonic() - began:.0f} s. Report: {target / REPORT}; figures: {target / SCORES}")


def usual_launch(country: Country) -> int:
    """The last year that leaves ten years to check, else the longest that the record leaves.

    InputError where only one year is known.
    """
    if len(country.years) < 2:
        raise InputError(
            f"{country.code} has people of {', '.join(map(str, country.years))} only",
            remedy="Give people of a later year: a back-test needs a launch and what came of it",
            where="people",
        )
    early = [year for year in country.years if year <= country.years[-1] - AHEAD]
    return early[-1] if early else country.years[0]


def is_backtest_folder(path: Path) -> bool:
    """True where a folder holds a back-test and nothing else, so that it may be replaced."""
    names = {entry.name for entry in path.iterdir()}
    return SCORES in names and names <= FILES


def _remarks(country: Country, launch: int, asked: Mapping[str, Method]) -> dict[str, tuple[str, ...]]:
    """What the model knew too much of, where it is asked; where it cannot be asked, the test says why."""
    from hinterland.evaluate.leaderboard import MODEL
    from hinterland.evaluate.methods import remarks_on

    try:
        return remarks_on(country, launch) if MODEL in asked else {}
    except InputError:
        return {}


def _country(ref: str) -> Country:
    """A country by name or folder, or from one CSV of places, for which totals of two years are enough."""
    from hinterland.data.frame import read_places
    from hinterland.data.pack import read_pack

    return read_places(ref) if ref.lower().endswith((".csv", ".csv.gz")) else read_pack(ref)
