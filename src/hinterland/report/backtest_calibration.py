"""Charts of how honest intervals were: what they held, and where counts fell among the quantiles of a forecast."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from hinterland.evaluate.control import FORECAST
from hinterland.evaluate.intervals import COVERAGES, DistributionScores
from hinterland.evaluate.leaderboard import MODEL, Row
from hinterland.evaluate.panel import LEVELS
from hinterland.report.backtest_charts import LONGEST, SIZES, broken, mark, percent_tick
from hinterland.report.backtest_view import Trial
from hinterland.report.backtest_words import method_name, percentage, plain
from hinterland.report.panel import LETTER
from hinterland.report.svg import Scale, drawing, element, ticks, width_of, words
from hinterland.report.tables import folded, table
from hinterland.report.text import Text, html, same, say

_ROW: Final = 21.0
_LINE: Final = 12.0
"""Pixels of a method's row, and from one line of its name to the next."""
_TOP: Final = 34.0
_NOMINAL: Final = {50.0: ("--blue", "circle"), 80.0: ("--orange", "square"), 95.0: ("--green", "up")}
"""Nominal coverage in percent -> colour and mark."""
_DUE: Final = "stroke:var(--ink);stroke-width:2;stroke-dasharray:4 2"


def coverage(key: str, trial: Trial) -> str:
    """Share of places that intervals held beside the share they should hold, for every method that has intervals."""
    rows = [
        (row, row.spread)
        for row in trial.board.of(FORECAST, trial.horizon)
        if row.spread is not None and row.spread.places
    ]
    if not rows:
        return f'<p class="note">{html(say("bt_no_intervals"))}</p>'
    pictures = "".join(_coverage(f"{key}-{name}", trial, rows, name, w) for name, w, _ in SIZES)
    headings = [say("bt_method")]
    for nominal in COVERAGES:
        headings += [say("bt_held_by", level=f"{nominal:.0%}"), say("bt_width_of", level=f"{nominal:.0%}")]
    headings += [say("bt_below"), say("bt_above")]
    twin = table(headings, [_coverage_row(row, held) for row, held in rows])
    note = f'<p class="note">{html(say("bt_coverage_note", horizon=trial.horizon))}</p>'
    return f"<figure>{pictures}</figure>{note}{folded(say('table_twin'), twin)}"


def _coverage_row(row: Row, held: DistributionScores) -> list[Text]:
    cells = [method_name(row.method)]
    for each in held.intervals:
        cells += [percentage(each.covered, 1), percentage(each.width, 1)]
    middle = held.intervals[1]
    return [*cells, percentage(middle.below, 1), percentage(middle.above, 1)]


def _coverage(key: str, trial: Trial, rows: Sequence[tuple[Row, DistributionScores]], device: str, width: int) -> str:
    names = [broken(row.method, LONGEST[device]) for row, _ in rows]
    tall = max(_ROW, _LINE * max(map(len, names)) + 4)
    left = max(width_of(same(line), LETTER) for lines in names for line in lines) + 10
    top, bottom = _TOP, _TOP + tall * len(rows)
    across = Scale(0.0, 100.0, left, width - 14.0)
    parts = [_frame(across, top, bottom, device)]
    for n, ((row, held), lines) in enumerate(zip(rows, names, strict=True)):
        y = top + tall * (n + 0.5)
        parts.append(element("line", class_="grid", x1=left, x2=across.end, y1=y + tall / 2, y2=y + tall / 2))
        parts += [
            words(
                left - 8,
                y + 4 + _LINE * (at - (len(lines) - 1) / 2),
                same(line),
                text_anchor="end",
                class_="strong" if row.method == MODEL else None,
            )
            for at, line in enumerate(lines)
        ]
        parts += [_pin(i.nominal, i.covered, y + 5.5 * (at - 1), across) for at, i in enumerate(held.intervals)]
    first, held = rows[0]
    desc = say("bt_coverage_desc", count=len(rows), name=first.method, held=plain(held.intervals[1].covered, 0))
    title = say("bt_coverage", horizon=trial.horizon)
    return drawing(key, (width, round(bottom + 22)), title, desc, *parts, class_=f"chart {device}")


def _frame(across: Scale, top: float, bottom: float, device: str) -> str:
    """The scale below, and a dashed line with its mark for every share that is due."""
    parts = [
        element("line", class_="grid", x1=across(level), x2=across(level), y1=top, y2=bottom) for level in (0.0, 100.0)
    ]
    levels = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0) if device == "wide" else (0.0, 100.0)
    parts += [words(across(at), bottom + 15, percent_tick(at), text_anchor="middle", class_="tick") for at in levels]
    for nominal, (colour, shape) in _NOMINAL.items():
        x = across(nominal)
        stroke = f"stroke:var({colour});stroke-width:1.4;stroke-dasharray:3 2"
        parts.append(element("line", x1=x, x2=x, y1=top - 6, y2=bottom, style=stroke))
        parts.append(mark(shape, x, top - 12, 4.2, f"fill:var({colour})"))
        parts.append(words(x, top - 20, percent_tick(nominal), text_anchor="middle"))
    return "".join(parts)


def _pin(nominal: float, covered: float, y: float, across: Scale) -> str:
    """A line from the share due to the share held, with a mark at its end."""
    colour, shape = _NOMINAL[nominal]
    stroke = f"stroke:var({colour});stroke-width:1.6"
    stem = element("line", x1=across(nominal), x2=across(covered), y1=y, y2=y, style=stroke)
    return stem + mark(shape, across(covered), y, 3.4, f"fill:var({colour});stroke:var(--paper);stroke-width:0.6")


def histograms(key: str, trial: Trial) -> str:
    """Where counts fell among the quantiles of the model and of the best baseline, with the table."""
    names = [name for name in trial.rivals if (name, trial.horizon) in trial.board.pit]
    seen = {name: trial.board.pit[name, trial.horizon] for name in names}
    seen = {name: (held, due) for name, (held, due) in seen.items() if np.isfinite(held).all()}
    if not seen:
        return f'<p class="note">{html(say("bt_no_intervals"))}</p>'
    top = 100 * max(float(np.maximum(held, due).max()) for held, due in seen.values())
    pictures = "".join(
        f"<div><h3>{html(method_name(name))}</h3>{_histogram(f'{key}-{n}', name, 100 * held, 100 * due, top)}</div>"
        for n, (name, (held, due)) in enumerate(seen.items())
    )
    due = next(iter(seen.values()))[1]
    rows = [
        [band, percentage(100 * float(due[n]), 1), *(percentage(100 * float(held[n]), 1) for held, _ in seen.values())]
        for n, band in enumerate(_bands())
    ]
    twin = table([say("bt_band"), say("bt_due"), *map(method_name, seen)], rows)
    note = f'<p class="note">{html(say("bt_pit_note"))}</p>'
    return f'<figure><div class="row flows">{pictures}</div></figure>{note}{folded(say("table_twin"), twin)}'


def _bands() -> list[Text]:
    edges = [f"{100 * level:g}%" for level in LEVELS]
    inner = [say("range", low=low, high=high) for low, high in pairwise(edges)]
    return [say("bt_under", edge=edges[0]), *inner, say("bt_from", edge=edges[-1])]


def _histogram(key: str, name: str, held: np.ndarray, due: np.ndarray, top: float) -> str:
    width, height = 350, 230
    levels = ticks(0.0, top, 5)
    left = max(width_of(percent_tick(level), LETTER) for level in levels) + 10
    up = Scale(0.0, levels[-1], height - 36.0, 10.0)
    across = Scale(0.0, float(held.size), left, width - 8.0)
    parts = [
        element("line", class_="zero" if level == 0 else "grid", x1=left, x2=across.end, y1=up(level), y2=up(level))
        + words(left - 6, up(level) + 4, percent_tick(level), text_anchor="end", class_="tick")
        for level in levels
    ]
    for n, (seen, wanted) in enumerate(zip(held.tolist(), due.tolist(), strict=True)):
        x0, x1 = across(n) + 2, across(n + 1) - 2
        bar = {"x": x0, "width": x1 - x0, "y": up(seen), "height": up(0.0) - up(seen)}
        parts.append(element("rect", class_="bar men", **bar))
        parts.append(element("line", x1=x0 - 2, x2=x1 + 2, y1=up(wanted), y2=up(wanted), style=_DUE))
    parts += [
        words(across(n + 1), up.start + 15, same(f"{100 * level:g}"), text_anchor="middle", class_="tick")
        for n, level in enumerate(LEVELS)
    ]
    parts.append(words((left + across.end) / 2, height - 5, say("bt_axis_level"), text_anchor="middle", class_="tick"))
    desc = say(
        "bt_pit_desc",
        low=plain(float(held[0]), 1),
        high=plain(float(held[-1]), 1),
        due=plain(float(due[0]), 1),
        edge=f"{100 * LEVELS[0]:g}",
        end=f"{100 * LEVELS[-1]:g}",
    )
    return drawing(key, (width, height), say("bt_pit_title", name=name), desc, *parts)
