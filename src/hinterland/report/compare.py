"""A place beside its region, its nation and chosen peers, each as a share of its own people in the base year."""

from __future__ import annotations

from typing import Final

import numpy as np

from hinterland.report.numbers import change, short
from hinterland.report.panel import Line, panel
from hinterland.report.tables import figure, table
from hinterland.report.text import Text, html, same, say
from hinterland.report.view import BAND_80, Array, Unit, View, quantiles

SIZE: Final = (176, 150)


def units_beside(view: View, unit: Unit) -> tuple[Unit, ...]:
    """The place itself, its region, its nation and the country's peers, without repetition."""
    region = view.region_of(unit.key)
    beside = [unit, *([region] if region else []), *([view.nation] if len(view.codes) > 1 else [])]
    return (*beside, *view.peers(without=unit.key))


def comparison(key: str, view: View, unit: Unit) -> str:
    """A section of small charts, all on one scale, and their table."""
    units = [other for other in units_beside(view, unit) if _base(view, other) > 0]
    courses = {other.key: _course(view, other) for other in units}
    records = {other.key: 100 * view.record(other) / _base(view, other) for other in units}
    top = max(float(values.max()) for values in (*courses.values(), *records.values()))
    own = courses.get(unit.key)
    pictures: list[str] = []
    for n, other in enumerate(units):
        lines = _lines(view, courses[other.key], records[other.key])
        if own is not None and other is not unit:
            lines.insert(0, Line(same(""), "own", view.years, own[1].tolist()))
        said = (say("compare_title", name=other.name), say("compare_desc", base=view.base_year))
        picture = panel(f"{key}-{n}", SIZE, said, lines, _index_tick, top=top, bottom=0.0, mark=100.0)
        pictures.append(f"<div><h3>{html(other.name)}</h3>{picture}</div>")
    notes = [say("compare_note", base=view.base_year, name=unit.name)]
    twin = table(_headings(view), [_row(view, other) for other in units])
    heading = say("compare_heading", name=unit.name)
    return figure(heading, f'<div class="row small">{"".join(pictures)}</div>', twin, notes)


def _base(view: View, unit: Unit) -> float:
    return float(np.median(view.series("people", unit)[:, 0]))


def _course(view: View, unit: Unit) -> Array:
    """[low, median, high][year] people in hundredths of the base year's."""
    people = view.series("people", unit)
    return quantiles(100 * people / people[:, :1], BAND_80[0], 0.5, BAND_80[1])


def _lines(view: View, course: Array, record: Array) -> list[Line]:
    low, median, high = course.tolist()
    return [
        Line(same(""), "people", view.years, median, low, high),
        Line(same(""), "past", view.record_years, record.tolist(), dots=True),
    ]


def _index_tick(value: float) -> Text:
    return same(f"{value:g}")


def _headings(view: View) -> list[Text]:
    return [
        say("place"),
        say("people_in", year=view.base_year),
        *(say("change_in", year=year) for year in view.horizons),
        say("band_in", year=view.focus),
    ]


def _row(view: View, unit: Unit) -> list[Text]:
    people = view.series("people", unit)
    ratio = people / people[:, :1]
    medians = [change(float(np.median(ratio[:, view.years.index(year)]))) for year in view.horizons]
    low, high = quantiles(ratio[:, view.years.index(view.focus)], *BAND_80).tolist()
    band = change(low) + say("to_sign") + change(high)
    return [unit.name, short(_base(view, unit)), *medians, band]
