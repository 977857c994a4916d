"""Where in a place people live: shares of its city, county seats, towns and villages, as bars and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from hinterland.report.bars import Bars, Part, stacks
from hinterland.report.courses import cell, course, ratio, share_tick, subheading, years_to_focus
from hinterland.report.numbers import percent, short
from hinterland.report.tables import table
from hinterland.report.text import Text, html, same, say
from hinterland.report.view import Array, Unit, View

COLOURS: Final[Mapping[str, str]] = {"village": "--green", "town": "--orange", "seat": "--sky", "core": "--blue"}
"""Rung -> a colour of the page, from the ground up."""
_ALL: Final = 1 - 1e-6
"""Share from which everybody lives on a rung."""


def rungs(key: str, view: View, unit: Unit) -> str:
    """A section on where in a unit people live; empty where the run does not tell, or where nobody lived."""
    if not known(view) or not bool((view.series("people", unit)[:, 0] > 0).all()):
        return ""
    heading = f"<h2>{html(say('rung_heading', name=unit.name))}</h2>"
    note = f'<p class="note">{html(say("rung_modelled"))}</p>'
    only = single(view, unit)
    if only:
        return f"<section>{heading}<p>{html(say('rung_one', name=unit.name, kind=say(f'label_{only}')))}</p></section>"
    listed = "".join(f"<li>{html(sentence)}</li>" for sentence in told(view, unit))
    return f"<section>{heading}<ul>{listed}</ul>{_bars(key, view, unit)}{note}</section>"


def known(view: View) -> bool:
    """Whether the run tells settlements inside places apart."""
    return all(f"people_{rung}" in view.data for rung in COLOURS)


def shares(view: View, unit: Unit) -> Mapping[str, Array]:
    """Rung -> [member, year] share of the residents who live on it; NaN where nobody lives."""
    people = view.series("people", unit)
    return {rung: ratio(view.series(f"people_{rung}", unit), people) for rung in COLOURS}


def single(view: View, unit: Unit) -> str:
    """The rung on which all people of a place live in every member and year; empty where there are several."""
    if unit.kind != "place":
        return ""
    found = (rung for rung, share in shares(view, unit).items() if bool((share[np.isfinite(share)] >= _ALL).all()))
    return next(found, "")


def told(view: View, unit: Unit) -> tuple[Text, ...]:
    """A sentence on the villages and the city in the base year and in the year of focus."""
    at = view.years.index(view.focus)
    found = shares(view, unit)
    village, core = course(found["village"]), course(found["core"])
    if not np.isfinite([village[1, at], core[1, at]]).all():
        return ()
    said = {
        "village_now": percent(float(village[1, 0])),
        "village": cell(village[:, at], percent),
        "core_now": percent(float(core[1, 0])),
        "core": cell(core[:, at], percent),
    }
    return (say("rung_told", base=view.base_year, year=view.focus, **said),)


def _bars(key: str, view: View, unit: Unit) -> str:
    """One bar a year with its table: medians and bands of the rungs that a unit has."""
    found = shares(view, unit)
    at = [view.years.index(year) for year in years_to_focus(view)]
    people = course(view.series("people", unit)[:, at])
    courses = {rung: course(share[:, at]) for rung, share in found.items()}
    lived = np.flatnonzero(np.isfinite(courses["core"][1]))
    years = [view.years[at[t]] for t in lived]
    medians = {rung: values[1, lived] for rung, values in courses.items() if bool((values[1, lived] > 0).any())}
    parts = [
        Part(say(f"label_{rung}"), COLOURS[rung], values, [percent(share) for share in values.tolist()])
        for rung, values in medians.items()
    ]
    first, last = (percent(float(courses["core"][1, t])) for t in (lived[0], lived[-1]))
    desc = say("rung_desc", base=years[0], year=years[-1], first=first, last=last)
    title = unit.name + same(": ") + say("rung_bars")
    heads = [short(float(people[1, t])) for t in lived]
    picture = stacks(key, Bars(title, desc, years, parts, heads, share_tick, height=280, top=1.0))
    rows = [
        [say(f"label_{rung}"), *(cell(courses[rung][:, t], percent) for t in range(len(at)))]
        for rung in reversed(COLOURS)
        if rung in medians
    ]
    twin = table([say("rung_kind"), *(same(view.years[t]) for t in at)], rows)
    return f'{subheading(say("rung_bars"))}<figure>{picture}</figure>{twin}<p class="note">{html(say("rung_note"))}</p>'
