"""What a place, a region or the nation lives on: jobs by activity, homes and households, and income per resident."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from hinterland.axes import ACTIVITIES
from hinterland.report.livelihood_bars import stacks
from hinterland.report.numbers import MINUS, change, people, percent, short
from hinterland.report.panel import Line, panel
from hinterland.report.tables import folded, table
from hinterland.report.text import Text, html, join, same, say
from hinterland.report.view import BAND_80, Array, Unit, View, quantiles

SIZE: Final = (350, 220)
TOLD: Final = 3
"""Activities named in the sentence on the base year: the largest."""


def livelihood(key: str, view: View, unit: Unit) -> str:
    """A section on jobs, homes and incomes of a unit; empty where the run holds none of them."""
    if not known(view):
        return ""
    heading = f"<h2>{html(say('live_heading', name=unit.name))}</h2>"
    if not _started(view, unit):
        return f"<section>{heading}<p>{html(say('live_nobody', base=view.base_year))}</p></section>"
    sentences = "".join(f"<li>{html(sentence)}</li>" for sentence in told(view, unit))
    notes = (
        say("live_assumed", base=view.base_year),
        say("live_trust"),
    )
    parts = [
        f"<ul>{sentences}</ul>",
        _jobs(f"{key}-jobs", view, unit),
        _homes_and_incomes(key, view, unit),
        *(f'<p class="note">{html(note)}</p>' for note in notes),
    ]
    return f"<section>{heading}{''.join(parts)}</section>"


def known(view: View) -> bool:
    """Whether the run holds jobs, homes and incomes."""
    return "jobs" in view.data


def shown_years(view: View) -> tuple[int, ...]:
    """Years whose jobs are drawn: the base year and those told in words."""
    return (view.base_year, *view.horizons)


def vacancy(view: View, unit: Unit) -> Array:
    """[member, year] share of homes without a household, negative where households share; NaN without homes."""
    return 1 - _ratio(view.series("households", unit), view.series("homes", unit))


def income_index(view: View, unit: Unit) -> Array:
    """[member, year] income per resident over the member's own of the base year; NaN where nobody lives."""
    per_head = _ratio(view.series("income", unit), view.series("people", unit))
    return _ratio(per_head, np.broadcast_to(per_head[:, :1], per_head.shape))


def against_nation(view: View, unit: Unit) -> Array:
    """[member, year] `income_index` over that of the nation in the same member."""
    return _ratio(income_index(view, unit), income_index(view, view.nation))


def course(values: Array) -> Array:
    """[low, median, high][year] over the members in which a value [member, year] is known; NaN where in none."""
    found = np.full((3, values.shape[1]), np.nan)
    for t, column in enumerate(values.T):
        finite = column[np.isfinite(column)]
        if finite.size:
            found[:, t] = quantiles(finite, BAND_80[0], 0.5, BAND_80[1])
    return found


def told(view: View, unit: Unit) -> tuple[Text, ...]:
    """Sentences on the jobs of the base year, and on homes and incomes from then to the year of focus."""
    jobs = float(np.median(view.series("jobs", unit)[:, 0]))
    sizes = {name: float(np.median(view.series(f"jobs_{name}", unit)[:, 0])) for name in ACTIVITIES}
    largest = [name for name in sorted(sizes, key=lambda name: -sizes[name])[:TOLD] if sizes[name] > 0]
    shares = [say(f"label_{name}") + same(" ") + percent(sizes[name] / jobs) for name in largest]
    listed = join(shares, Text(", ", "、", "、"))
    now = say("live_now", base=view.base_year, name=unit.name, jobs=people(jobs), listed=listed)
    return now, *_homes_told(view, unit), *_income_told(view, unit)


def _homes_told(view: View, unit: Unit) -> tuple[Text, ...]:
    empty = course(vacancy(view, unit))
    low, median, high = empty[:, view.years.index(view.focus)].tolist()
    if not np.isfinite([empty[1, 0], median]).all():
        return ()
    said = {"then": percent(median, 1), "low": percent(low, 1), "high": percent(high, 1)}
    return (say("live_homes", base=view.base_year, now=percent(float(empty[1, 0]), 1), year=view.focus, **said),)


def _income_told(view: View, unit: Unit) -> tuple[Text, ...]:
    at = view.years.index(view.focus)
    low, median, high = course(income_index(view, unit))[:, at].tolist()
    if not np.isfinite(median):
        return ()
    said = {"median": change(median), "low": change(low), "high": change(high)}
    own = say("live_income", base=view.base_year, year=view.focus, **said)
    if unit.kind == "nation":
        return (own,)
    low, median, high = course(against_nation(view, unit))[:, at].tolist()
    said = {"median": change(median), "low": change(low), "high": change(high)}
    return own, say("live_against", year=view.focus, **said)


def _jobs(key: str, view: View, unit: Unit) -> str:
    """The chart of jobs by activity with its table: medians and bands in the years drawn."""
    years = shown_years(view)
    at = [view.years.index(year) for year in years]
    courses = {name: course(view.series(name, unit)[:, at]) for name in ("jobs", *(f"jobs_{a}" for a in ACTIVITIES))}
    medians = {name: courses[f"jobs_{name}"][1] for name in ACTIVITIES}
    pictures = stacks(key, unit, years, medians, courses["jobs"][1])
    rows = [[same(year), *(_cell(found[:, t], short) for found in courses.values())] for t, year in enumerate(years)]
    twin = table([say("year"), say("live_all_jobs"), *(say(f"label_{name}") for name in ACTIVITIES)], rows)
    return _figure(say("live_jobs"), pictures, say("live_jobs_note"), twin)


def _homes_and_incomes(key: str, view: View, unit: Unit) -> str:
    """Charts of empty homes and of income per resident beside each other, with their table."""
    empty, index = course(vacancy(view, unit)), 100 * course(income_index(view, unit))
    lines = [_line(view, index, same("") if unit.kind == "nation" else say("live_here"), "people")]
    if unit.kind != "nation":
        lines.insert(0, _line(view, 100 * course(income_index(view, view.nation)), say("live_nation"), "net"))
    pictures = [
        _panel(f"{key}-homes", unit, say("live_empty"), [_line(view, empty, same(""), "people")], _share_tick, None),
        _panel(f"{key}-income", unit, say("live_index", base=view.base_year), lines, _plain_tick, 100.0),
    ]
    columns: list[tuple[Text, Array, Callable[[float], Text]]] = [
        (say("live_homes_count"), course(view.series("homes", unit)), short),
        (say("live_households"), course(view.series("households", unit)), short),
        (say("live_empty"), empty, lambda value: percent(value, 1)),
        (say("live_index", base=view.base_year), index, _tenth),
    ]
    if unit.kind != "nation":
        columns.append((say("live_index_against"), 100 * course(against_nation(view, unit)), _tenth))
    rows = [
        [same(year), *(_cell(found[:, t], write) for _, found, write in columns)] for t, year in enumerate(view.years)
    ]
    twin = table([say("year"), *(heading for heading, _, _ in columns)], rows)
    return _figure(
        say("live_homes_heading"), f'<div class="row flows">{"".join(pictures)}</div>', say("live_bands"), twin
    )


def _panel(
    key: str, unit: Unit, heading: Text, lines: Sequence[Line], tick: Callable[[float], Text], mark: float | None
) -> str:
    """A small chart under its heading; the heading alone where nothing is known."""
    drawn = [line for line in lines if line.xs]
    said = (unit.name + same(": ") + heading, say("live_bands"))
    picture = panel(key, SIZE, said, drawn, tick, zero=mark is None, mark=mark) if drawn else ""
    return f"<div><h3>{html(heading)}</h3>{picture}</div>"


def _line(view: View, found: Array, label: Text, colour: str) -> Line:
    """A line over the years in which its values [low, median, high][year] are known."""
    finite = np.flatnonzero(np.isfinite(found).all(axis=0)).tolist()
    low, median, high = found[:, finite].tolist()
    return Line(label, colour, [view.years[t] for t in finite], median, low, high)


def _figure(heading: Text, picture: str, note: Text, twin: str) -> str:
    said = f'<p class="note">{html(note)}</p>'
    head = f'<h3 style="margin-top:1.6em">{html(heading)}</h3>'
    return f"{head}<figure>{picture}</figure>{said}{folded(say('table_twin'), twin)}"


def _started(view: View, unit: Unit) -> bool:
    return all(bool((view.series(name, unit)[:, 0] > 0).all()) for name in ("people", "jobs"))


def _ratio(above: Array, below: Array) -> Array:
    positive = np.isfinite(below) & (below > 0)
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=positive)


def _cell(values: Array, write: Callable[[float], Text]) -> Text:
    """A median with its band, which is left out where it is narrower than what is written; a dash for nothing known."""
    low, median, high = values.tolist()
    if not np.isfinite(median):
        return same("–")
    if write(low) == write(high):
        return write(median)
    until = say("to_sign") if low < 0 else same("–")
    return write(median) + same(" (") + write(low) + until + write(high) + same(")")


def _share_tick(value: float) -> Text:
    return same(f"{round(100 * value, 6):g}%".replace("-", MINUS))


def _plain_tick(value: float) -> Text:
    return same(f"{round(value, 6):g}".replace("-", MINUS))


def _tenth(value: float) -> Text:
    return same(f"{value:.1f}")
