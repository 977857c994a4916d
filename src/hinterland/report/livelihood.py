"""What a place, a region or the nation lives on: jobs by activity, homes and households, and income per resident."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from hinterland.axes import ACTIVITIES
from hinterland.report.bars import Bars, Part, stacks
from hinterland.report.courses import (
    against_base,
    cell,
    course,
    line,
    part,
    plain_tick,
    ratio,
    said_band,
    share_tick,
    small_chart,
    tenth,
)
from hinterland.report.numbers import change, people, percent, short, tick
from hinterland.report.tables import table
from hinterland.report.text import Text, html, join, same, say
from hinterland.report.view import Array, Unit, View

COLOURS: Final[Mapping[str, str]] = {
    "farm": "--green",
    "mine": "--ink",
    "routine": "--orange",
    "advanced": "--red",
    "tradable": "--purple",
    "local": "--sky",
    "public": "--blue",
}
"""Activity -> a colour of the page, from the ground up; the order, edges and labels tell them apart without it."""
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
    return 1 - ratio(view.series("households", unit), view.series("homes", unit))


def income_index(view: View, unit: Unit) -> Array:
    """[member, year] income per resident over the member's own of the base year; NaN where nobody lives."""
    per_head = ratio(view.series("income", unit), view.series("people", unit))
    return against_base(per_head)


def against_nation(view: View, unit: Unit) -> Array:
    """[member, year] `income_index` over that of the nation in the same member."""
    return ratio(income_index(view, unit), income_index(view, view.nation))


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
    then = empty[:, view.years.index(view.focus)]
    if not np.isfinite([empty[1, 0], then[1]]).all():
        return ()
    said = said_band(then, lambda share: percent(share, 1))
    return (say("live_homes", base=view.base_year, now=percent(float(empty[1, 0]), 1), year=view.focus, **said),)


def _income_told(view: View, unit: Unit) -> tuple[Text, ...]:
    at = view.years.index(view.focus)
    index = course(income_index(view, unit))[:, at]
    if not np.isfinite(index[1]):
        return ()
    own = say("live_income", base=view.base_year, year=view.focus, **said_band(index, change))
    if unit.kind == "nation":
        return (own,)
    beside = course(against_nation(view, unit))[:, at]
    return own, say("live_against", year=view.focus, **said_band(beside, change))


def _jobs(key: str, view: View, unit: Unit) -> str:
    """The chart of jobs by activity with its table: medians and bands in the years drawn."""
    years = shown_years(view)
    at = [view.years.index(year) for year in years]
    courses = {name: course(view.series(name, unit)[:, at]) for name in ("jobs", *(f"jobs_{a}" for a in ACTIVITIES))}
    total = courses["jobs"][1].tolist()
    desc = say("live_jobs_desc", base=years[0], first=short(total[0]), year=years[-1], last=short(total[-1]))
    title = unit.name + same(": ") + say("live_jobs")
    pictures = stacks(key, Bars(title, desc, years, _parts(courses), [short(jobs) for jobs in total], tick))
    rows = [[same(year), *(cell(found[:, t], short) for found in courses.values())] for t, year in enumerate(years)]
    twin = table([say("year"), say("live_all_jobs"), *(say(f"label_{name}") for name in ACTIVITIES)], rows)
    return part(say("live_jobs"), pictures, say("live_jobs_note"), twin)


def _parts(courses: Mapping[str, Array]) -> list[Part]:
    """Medians of the activities that a unit has, each with its share of the bar that they make."""
    medians = {name: courses[f"jobs_{name}"][1] for name in COLOURS}
    whole = np.sum(list(medians.values()), axis=0)
    return [
        Part(
            say(f"label_{name}"),
            COLOURS[name],
            jobs,
            [percent(share) for share in np.nan_to_num(ratio(jobs, whole)).tolist()],
        )
        for name, jobs in medians.items()
        if bool((jobs > 0).any())
    ]


def _homes_and_incomes(key: str, view: View, unit: Unit) -> str:
    """Charts of empty homes and of income per resident beside each other, with their table."""
    empty, index = course(vacancy(view, unit)), 100 * course(income_index(view, unit))
    lines = [line(view, index, same("") if unit.kind == "nation" else say("live_here"), "people")]
    if unit.kind != "nation":
        lines.insert(0, line(view, 100 * course(income_index(view, view.nation)), say("live_nation"), "net"))
    pictures = [
        small_chart(f"{key}-homes", unit, say("live_empty"), [line(view, empty, same(""), "people")], share_tick),
        small_chart(
            f"{key}-income", unit, say("live_index", base=view.base_year), lines, plain_tick, zero=False, mark=100.0
        ),
    ]
    columns: list[tuple[Text, Array, Callable[[float], Text]]] = [
        (say("live_homes_count"), course(view.series("homes", unit)), short),
        (say("live_households"), course(view.series("households", unit)), short),
        (say("live_empty"), empty, lambda value: percent(value, 1)),
        (say("live_index", base=view.base_year), index, tenth),
    ]
    if unit.kind != "nation":
        columns.append((say("live_index_against"), 100 * course(against_nation(view, unit)), tenth))
    rows = [
        [same(year), *(cell(found[:, t], write) for _, found, write in columns)] for t, year in enumerate(view.years)
    ]
    twin = table([say("year"), *(heading for heading, _, _ in columns)], rows)
    return part(say("live_homes_heading"), f'<div class="row flows">{"".join(pictures)}</div>', say("bands"), twin)


def _started(view: View, unit: Unit) -> bool:
    return all(bool((view.series(name, unit)[:, 0] > 0).all()) for name in ("people", "jobs"))
