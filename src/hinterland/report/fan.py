"""The fan chart: people counted in the past, and the forecast's median with its bands."""

from __future__ import annotations

from typing import Final

from hinterland.report.numbers import exact, short, tick
from hinterland.report.panel import LETTER, axes
from hinterland.report.svg import Scale, band, drawing, element, path, spread, ticks, width_of, words
from hinterland.report.tables import figure, table
from hinterland.report.text import Text, same, say
from hinterland.report.view import BAND_50, BAND_80, BAND_95, MEMBERS_FOR_95, Array, Unit, View, quantiles

SIZES: Final = (("wide", 760, 380), ("narrow", 350, 330))


def fan(key: str, view: View, unit: Unit) -> str:
    """A section with the fan chart of a unit and its table."""
    pictures = "".join(_picture(f"{key}-{name}", view, unit, name, (w, h)) for name, w, h in SIZES)
    notes = [say("fan_note", members=view.members)]
    if view.members < MEMBERS_FOR_95:
        notes.append(say("fan_no_95", needed=MEMBERS_FOR_95))
    return figure(say("fan_heading", name=unit.name), pictures, fan_table(view, unit), notes)


def levels_of(view: View) -> tuple[float, ...]:
    """The quantiles that a run of so many members can tell, ascending and symmetric."""
    outer = (BAND_95,) if view.members >= MEMBERS_FOR_95 else ()
    lower = [pair[0] for pair in (*outer, BAND_80, BAND_50)]
    return (*lower, 0.5, *(1 - level for level in reversed(lower)))


def _picture(key: str, view: View, unit: Unit, name: str, size: tuple[int, int]) -> str:
    width, height = size
    levels = levels_of(view)
    values = quantiles(view.series("people", unit), *levels)
    past, record = view.record_years, view.record(unit)
    marks = ticks(0.0, max(float(values.max()), float(record.max()), 1.0), 6)
    labels = [_label(level, float(row[-1])) for level, row in zip(levels, values, strict=True)]
    left = max(width_of(tick(mark), LETTER) for mark in marks) + 10
    right = max(width_of(label, LETTER) for label in labels) * 1.06 + 16
    last = max(view.years[-1], past[0] + 1)
    across = Scale(min(past[0], view.base_year), last, left + 4, width - right)
    up = Scale(0.0, marks[-1], height - 20.0, 38.0)
    now = across(view.base_year)
    return drawing(
        key,
        size,
        say("fan_heading", name=unit.name),
        _description(view, unit, values, levels),
        axes(across, up, marks, tick),
        element("line", class_="now", x1=now, x2=now, y1=4.0, y2=up.start),
        words(now + 5, 14, say("forecast"), class_="tick"),
        words(now - 5, 14, say("counted"), class_="tick", text_anchor="end") if now - left > 60 else "",
        _bands(view, values, across, up),
        path([(across(y), up(v)) for y, v in zip(view.years, values[len(levels) // 2], strict=True)], class_="median"),
        *(element("circle", class_="past", cx=across(y), cy=up(v), r=4.0) for y, v in zip(past, record, strict=True)),
        _past_labels(view, record, values, across, up),
        _end_labels(labels, values, across, up),
        class_=f"chart {name}",
    )


def _bands(view: View, values: Array, across: Scale, up: Scale) -> str:
    xs = [across(year) for year in view.years]
    half = len(values) // 2
    names = ("b95", "b80", "b50")[-half:]
    return "".join(
        band(xs, [up(v) for v in values[i]], [up(v) for v in values[-1 - i]], class_=f"fan {names[i]}")
        for i in range(half)
    )


def _past_labels(view: View, record: Array, values: Array, across: Scale, up: Scale) -> str:
    """The counted numbers: the last where the forecast does not go, earlier ones above or below where there is room."""
    course = values[len(values) // 2]
    rises = bool(course[min(2, len(course) - 1)] > record[-1])
    points = [(across(year), up(v)) for year, v in zip(view.record_years, record.tolist(), strict=True)]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    said: list[str] = []
    for (x, y), value in reversed(list(zip(points, record.tolist(), strict=True))):
        text = short(value)
        wide = width_of(text, LETTER)
        left = x + 5 if not said else max(x - wide / 2, across.start)
        for below in (rises, not rises):
            base = y + (18 if below else -9)
            box = (left, base - LETTER, left + wide, base + 2)
            if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
                taken.append(box)
                said.append(words(left, base, text, class_="label halo"))
                break
    return "".join(said)


def _label(level: float, value: float) -> Text:
    if level == 0.5:
        return say("median_value", value=short(value))
    return say("band_value", band=f"{abs(1 - 2 * level):.0%}", value=short(value))


def _end_labels(labels: list[Text], values: Array, across: Scale, up: Scale) -> str:
    wanted = [up(float(row[-1])) for row in values]
    places = spread(wanted, LETTER + 4, 36.0, up.start - 2)
    parts: list[str] = []
    for i, (label, y) in enumerate(zip(labels, places, strict=True)):
        strong = "label strong" if i == len(labels) // 2 else "label"
        parts.append(
            element("line", class_="leader", x1=across.end + 1, y1=wanted[i], x2=across.end + 9, y2=y)
            + words(across.end + 12, y + 4, label, class_=strong)
        )
    return "".join(parts)


def _description(view: View, unit: Unit, values: Array, levels: tuple[float, ...]) -> Text:
    last, at = view.years[-1], len(view.years) - 1
    low, high = values[levels.index(BAND_80[0])][at], values[-1 - levels.index(BAND_80[0])][at]
    return say(
        "fan_desc",
        name=unit.name,
        base=view.base_year,
        people=exact(float(view.record(unit)[-1])),
        year=last,
        median=short(float(values[len(levels) // 2][at])),
        low=short(float(low)),
        high=short(float(high)),
    )


def fan_table(view: View, unit: Unit) -> str:
    """The fan in numbers: counted years, then median and bands by year."""
    levels = levels_of(view)
    values = quantiles(view.series("people", unit), *levels)
    headings = [say("year"), *(same(f"{level:.1%}".replace(".0%", "%")) for level in levels)]
    middle = len(levels) // 2
    headings[1 + middle] = say("median")
    rows = [
        [say("counted_year", year=year), *(exact(float(v)) if i == middle else same("") for i in range(len(levels)))]
        for year, v in zip(view.record_years, view.record(unit), strict=True)
    ]
    rows += [[same(year), *(exact(float(row[t])) for row in values)] for t, year in enumerate(view.years) if t > 0]
    return table(headings, rows)
