"""Tables of a back-test: leaderboards, scores in detail, errors by class, and the largest misses by name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from hinterland.evaluate.intervals import interval
from hinterland.evaluate.leaderboard import Row, worst
from hinterland.report.backtest_map import persons
from hinterland.report.backtest_view import Trial
from hinterland.report.backtest_words import class_name, difference, method_name, named, percentage, plain, signed
from hinterland.report.tables import table
from hinterland.report.text import Text, html, same, say

MISSES: Final = 8
"""Places listed on either side."""
_COVERAGE: Final = 0.8


def board_table(trial: Trial, control: str) -> str:
    """Mean APE of every method by horizon, ordered by the horizon looked at; the least of each column is bold."""
    horizons = trial.test.horizons
    errors = {h: {row.method: row.points.mean_ape for row in trial.board.of(control, h)} for h in horizons}
    least = {h: _least(list(values.values())) for h, values in errors.items()}
    rows: list[list[str]] = []
    for rank, row in enumerate(trial.board.of(control, trial.horizon), 1):
        cells = [html(method_name(row.method)), str(rank)]
        for horizon in horizons:
            value = errors[horizon].get(row.method, math.nan)
            cells.append(_bold(percentage(value), value == least[horizon]))
        rows.append([*cells, html(_shelf(trial, row))])
    ahead = [say("bt_ahead_by", years=horizon) for horizon in horizons]
    return grouped([(None, [say("bt_method"), say("bt_rank"), *ahead, say("bt_shelf")])], rows)


def detail_table(trial: Trial, control: str) -> str:
    """Every score of every method at the horizon looked at."""
    headings = [
        say("bt_method"),
        say("bt_mean"),
        say("bt_difference"),
        say("bt_median"),
        say("bt_within_5"),
        say("bt_within_10"),
        say("bt_bias"),
        say("bt_p90"),
        say("bt_weighted"),
        say("bt_crps"),
        say("bt_held_by", level=f"{_COVERAGE:.0%}"),
        say("bt_width_of", level=f"{_COVERAGE:.0%}"),
        say("bt_shelf"),
    ]
    return _kept(table(headings, [_detail(trial, row) for row in trial.board.of(control, trial.horizon)]))


def _detail(trial: Trial, row: Row) -> list[Text]:
    points, nothing = row.points, math.nan
    held = None if row.spread is None else next(i for i in row.spread.intervals if i.nominal == 100 * _COVERAGE)
    return [
        method_name(row.method),
        percentage(points.mean_ape),
        plain(nothing) if row.difference is None else difference(row.difference),
        percentage(points.median_ape),
        percentage(points.within_5, 0),
        percentage(points.within_10, 0),
        signed(points.bias) + same("%" if math.isfinite(points.bias) else ""),
        percentage(points.p90_ape),
        percentage(points.weighted_mape),
        percentage(nothing if row.spread is None else row.spread.crps),
        percentage(nothing if held is None else held.covered, 0),
        percentage(nothing if held is None else held.width, 1),
        _shelf(trial, row),
    ]


def _shelf(trial: Trial, row: Row) -> Text:
    """Years for which a forecast keeps; open upwards where the test ends before it goes off."""
    kept, last = trial.board.shelf.get((row.method, row.control)), trial.test.years[-1] - trial.test.launch
    return plain(math.nan) if kept is None else same(f"{kept}+" if kept == last else kept)


def class_table(trial: Trial, kind: str, heading: Text) -> str:
    """Error, bias and coverage of the methods compared in every class of one kind; empty where there is none."""
    found = {name: trial.classes(name, kind) for name in trial.compared}
    found = {name: rows for name, rows in found.items() if rows}
    if not found:
        return ""
    labels = [label for _, label in next(iter(found.values()))]
    covered = any(math.isfinite(row.covered_80) for rows in found.values() for row in rows.values())
    columns = [say("bt_mean"), say("bt_bias"), *([say("bt_held_by", level=f"{_COVERAGE:.0%}")] if covered else [])]
    body: list[list[str]] = []
    for label in labels:
        rows = [rows.get((kind, label)) for rows in found.values()]
        least = _least([row.points.mean_ape for row in rows if row is not None])
        places = next(row.points.places for row in rows if row is not None)
        cells = [html(class_name(kind, label)), f"{places:,}"]
        for row in rows:
            if row is None:
                cells += [html(plain(math.nan))] * len(columns)
                continue
            cells += [
                _bold(percentage(row.points.mean_ape, 1), row.points.mean_ape == least),
                html(signed(row.points.bias, 1) + same("%" if math.isfinite(row.points.bias) else "")),
                *([html(percentage(row.covered_80, 0))] if covered else []),
            ]
        body.append(cells)
    groups: list[tuple[Text | None, list[Text]]] = [(None, [heading, say("bt_places")])]
    return grouped([*groups, *((method_name(name), columns) for name in found)], body)


def miss_tables(trial: Trial) -> str:
    """The places missed most, those with too many people forecast and those with too few."""
    entry, panel = trial.subject, trial.test.panel
    order = worst(trial.test, entry, trial.horizon, len(panel.codes))
    parts: list[str] = []
    for key, sign in (("bt_too_many", 1), ("bt_too_few", -1)):
        rows = [_miss(trial, place, error) for place, error in order if sign * error > 0][:MISSES]
        if not rows:
            continue
        headings = [
            say("place"),
            say("code"),
            say("bt_counted_in", year=trial.test.launch),
            say("bt_forecast_for", year=trial.year),
            *([say("bt_band_80")] if entry.forecast.quantiles is not None else []),
            say("bt_counted_in", year=trial.year),
            say("bt_error"),
        ]
        parts.append(f"<h3>{html(say(key))}</h3>{table(headings, rows)}")
    return "".join(parts) or f'<p class="note">{html(say("bt_no_misses"))}</p>'


def _miss(trial: Trial, place: int, error: float) -> list[Text]:
    panel, forecast, at = trial.test.panel, trial.subject.forecast, trial.test.row(trial.horizon)
    band: list[Text] = []
    if forecast.quantiles is not None:
        low, high = interval(forecast.quantiles[:, at, place], _COVERAGE)
        known = bool(np.isfinite(low) and np.isfinite(high))
        band = [persons(float(low)) + say("to_sign") + persons(float(high)) if known else persons(math.nan)]
    return [
        named(panel, place),
        same(panel.codes[place]),
        persons(float(panel.totals[panel.at(trial.test.launch), place])),
        persons(float(forecast.totals[at, place])),
        *band,
        persons(float(trial.test.actual(trial.horizon)[place])),
        signed(error, 1) + same("%"),
    ]


def grouped(groups: Sequence[tuple[Text | None, Sequence[Text]]], rows: Sequence[Sequence[str]]) -> str:
    """A table from cells that are HTML already; headings stand in groups under a common name, or alone (None).

    The first column heads its rows. ValueError where a row does not fit the headings.
    """
    width = sum(len(headings) for _, headings in groups)
    for row in rows:
        if len(row) != width:
            raise ValueError(f"a row of {len(row)} cells under {width} headings: {row}")
    tall = any(name is not None for name, _ in groups)
    over, under = "", ""
    for name, headings in groups:
        alone = name is None
        row_span = ' rowspan="2"' if tall and alone else ""
        cells = "".join(f'<th scope="col"{row_span}{"" if alone else _RIGHT}>{html(each)}</th>' for each in headings)
        if alone:
            over += cells
        else:
            over += f'<th scope="colgroup" colspan="{len(headings)}"{_RIGHT}>{html(name)}</th>'
            under += cells
    head = f"<tr>{over}</tr>" + (f"<tr>{under}</tr>" if tall else "")
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in row[1:]) + "</tr>" for row in rows
    )
    return _kept(f'<div class="scroll"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>')


def _kept(written: str) -> str:
    """A table whose headings are not broken within a Chinese or Japanese word."""
    return f'<div style="word-break:keep-all">{written}</div>'


_RIGHT: Final = ' style="text-align:right"'


def _least(values: Sequence[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return min(known) if known else math.nan


def _bold(text: Text, strong: bool) -> str:
    return f"<strong>{html(text)}</strong>" if strong else html(text)
