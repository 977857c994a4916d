"""What residents have at hand in their own settlement: six services, their shares by year, and when one is lost.

A service counts as lost where the share of residents who have it at hand is at least a quarter below that of the base
year, and as likely lost in the first year in which that holds in at least half of the members.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from hinterland.axes import RUNGS, SERVICES
from hinterland.report.courses import (
    against_base,
    cell,
    course,
    line,
    part,
    ratio,
    share_tick,
    small_chart,
    subheading,
    years_to_focus,
)
from hinterland.report.numbers import percent
from hinterland.report.tables import table
from hinterland.report.text import Text, html, join, same, say
from hinterland.report.view import Array, Unit, View

SIZE: Final = (240, 150)
LOST: Final = 0.75
"""Share of residents with a service, relative to the base year, from which on down it counts as lost."""
LIKELY: Final = 0.5
"""Share of members from which something is likely."""
THERE: Final = 0.05
"""Share of residents with a service in the base year below which its loss is not told: hardly anyone had it."""


def services(key: str, view: View, unit: Unit) -> str:
    """A section on what is at hand in a unit; empty where the run does not tell, or where nobody lived."""
    if not known(view) or not bool((view.series("people", unit)[:, 0] > 0).all()):
        return ""
    return (
        f"<section><h2>{html(say('hand_heading', name=unit.name))}</h2><ul><li>{html(told(view, unit))}</li></ul>"
        f"{subheading(say('hand_share'))}{_table(view, unit)}"
        f'<p class="note">{html(say("hand_modelled"))}</p>{_chances(view, unit)}{_charts(key, view, unit)}</section>'
    )


def known(view: View) -> bool:
    """Whether the run tells what residents have at hand."""
    return all(f"with_{service}" in view.data for service in SERVICES)


def shares(view: View, unit: Unit) -> Mapping[str, Array]:
    """Service -> [member, year] share of residents who have it in their own settlement; NaN where nobody lives."""
    people = view.series("people", unit)
    return {service: ratio(view.series(f"with_{service}", unit), people) for service in SERVICES}


def likely_lost(view: View, share: Array) -> int | None:
    """The first year in which a service with `share` [member, year] is likely lost; None where there is none."""
    if not was_there(share):
        return None
    left = against_base(share)
    lived = np.isfinite(left).sum(axis=0)
    lost = np.sum(left <= LOST, axis=0)
    likely = np.flatnonzero((lived > 0) & (lost >= LIKELY * lived))
    return view.years[likely[0]] if likely.size else None


def was_there(share: Array) -> bool:
    """Whether more than a few had a service with `share` [member, year] at hand in the base year."""
    return float(np.median(share[:, 0])) >= THERE


def told(view: View, unit: Unit) -> Text:
    """A sentence on services that are likely lost, in the order in which they are; or that none is."""
    found = {service: likely_lost(view, share) for service, share in shares(view, unit).items()}
    lost = sorted((year, service) for service, year in found.items() if year is not None)
    if not lost:
        return say("hand_none", base=view.base_year, last=view.years[-1])
    listed = [say("hand_from", service=_name(service), year=year) for year, service in lost]
    return say("hand_lost", base=view.base_year, listed=join(listed, Text("; ", "；", "、")))


def _name(service: str) -> Text:
    names = {
        "primary": say("label_primary"),
        "secondary": say("label_secondary"),
        "clinic": say("label_clinic"),
        "hospital": say("label_hospital"),
        "rail": say("label_rail"),
        "supermarket": say("label_supermarket"),
    }
    return names[service]


def _table(view: View, unit: Unit) -> str:
    """Every service in the base year and those told in words, and when it is likely lost."""
    years = years_to_focus(view)
    at = [view.years.index(year) for year in years]
    rows: list[list[Text]] = []
    for service, share in shares(view, unit).items():
        found = course(share[:, at])
        rows.append([_name(service), *(cell(found[:, t], percent) for t in range(len(at))), _lost(view, share)])
    headings = [say("hand_service"), *(same(year) for year in years), say("hand_first", base=view.base_year)]
    return table(headings, rows)


def _lost(view: View, share: Array) -> Text:
    if not was_there(share):
        return same("–")
    first = likely_lost(view, share)
    return say("hand_not", last=view.years[-1]) if first is None else same(first)


def _chances(view: View, unit: Unit) -> str:
    """When a rung has likely lost a service, and the chance by the last year; empty where the run does not tell.

    A rung has lost it where under half of its people who had it at hand have it still.
    """
    if unit.kind != "place" or "services_lost" not in view.data:
        return ""
    lost = view.data["services_lost"].isel(place=unit.at[0]).transpose("year", "rung", "service").to_numpy()
    rows: list[list[Text]] = []
    for r, rung in enumerate(RUNGS):
        cells: list[Text] = []
        for s in range(len(SERVICES)):
            likely = np.flatnonzero(lost[:, r, s] >= LIKELY)
            chance = percent(float(lost[-1, r, s]))
            cells.append(say("hand_chance_from", year=view.years[likely[0]], chance=chance) if likely.size else chance)
        if lost[:, r].max() > 0:
            rows.append([say(f"label_{rung}"), *cells])
    if not rows:
        return f"<p>{html(say('hand_chance_none', last=view.years[-1]))}</p>"
    headings = [say("hand_chance_rung"), *(_name(service) for service in SERVICES)]
    note = f'<p class="note">{html(say("hand_chance_note", base=view.base_year, last=view.years[-1]))}</p>'
    return f"{subheading(say('hand_chance'))}{table(headings, rows)}{note}"


def _charts(key: str, view: View, unit: Unit) -> str:
    """A small chart of every service, all with the same axis, and their table."""
    courses = {service: course(share) for service, share in shares(view, unit).items()}
    pictures = [
        small_chart(
            f"{key}-{service}",
            unit,
            _name(service),
            [line(view, found, same(""), "people")],
            share_tick,
            size=SIZE,
            top=1.0,
        )
        for service, found in courses.items()
    ]
    rows = [
        [same(year), *(cell(found[:, t], percent) for found in courses.values())] for t, year in enumerate(view.years)
    ]
    twin = table([say("year"), *(_name(service) for service in courses)], rows)
    return part(say("hand_years"), f'<div class="row">{"".join(pictures)}</div>', say("bands"), twin)
