"""Age pyramids: men to the left, women to the right, with the range of 80 in 100 runs on every bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hinterland.report.numbers import exact, short, tick
from hinterland.report.svg import Scale, drawing, element, path, ticks, words
from hinterland.report.tables import figure, table
from hinterland.report.text import Text, same, say
from hinterland.report.view import Array, Unit, View

SIZE: Final = (240, 310)
_CENTRE: Final = 34.0
"""Pixels between the sides, where ages stand."""
_TOP: Final = 24.0
_BOTTOM: Final = 26.0


def pyramids(key: str, view: View, unit: Unit) -> str:
    """A section with the pyramids of the base year and of 2050 and 2100, as far as the run goes, and their table."""
    years = view.pictured
    cells = {year: _cells(view, unit, year) for year in years}
    reach = max(float(values.max()) for values in cells.values())
    pictures = "".join(
        _picture(f"{key}-{year}", view, unit, year, values, reach, cells[view.base_year])
        for year, values in cells.items()
    )
    kept = view.ages(unit, view.base_year) is not None
    notes = [say("pyramid_note" if kept else "pyramid_central", base=view.base_year)]
    twin = table(_headings(years), _rows(view, years, cells))
    return figure(say("pyramid_heading", name=unit.name), f'<div class="row">{pictures}</div>', twin, notes)


def _cells(view: View, unit: Unit, year: int) -> Array:
    """[low, middle, high][sex, age]; all three equal where only the central run is kept."""
    kept = view.ages(unit, year)
    if kept is not None:
        return kept
    central = view.central_ages(unit, year)
    return central[None].repeat(3, axis=0)


def _picture(key: str, view: View, unit: Unit, year: int, cells: Array, reach: float, base: Array) -> str:
    width, height = SIZE
    marks = ticks(0.0, max(reach, 1.0), 4)
    half = (width - _CENTRE) / 2
    sides = (
        Scale(0.0, marks[-1], half, 6.0),
        Scale(0.0, marks[-1], half + _CENTRE, width - 6.0),
    )
    step = (height - _TOP - _BOTTOM) / cells.shape[2]
    parts = [_grid(sides, marks, height)]
    for sex, side in enumerate(sides):
        for age in range(cells.shape[2]):
            y = height - _BOTTOM - (age + 1) * step
            parts.append(_bar(side, y, step, cells[:, sex, age].tolist(), ("men", "women")[sex]))
        if year != view.base_year:
            parts.append(_outline(side, base[1, sex].tolist(), step, height))
    parts += [
        words(width / 2, height - _BOTTOM - (age + 0.5) * step + 3.5, same(label), class_="tick age")
        for age, label in enumerate(view.age_labels)
        if age % 2 == 0 or age == len(view.age_labels) - 1
    ]
    parts.append(words(4, 13, say("men"), class_="label men"))
    parts.append(words(width - 4, 13, say("women"), class_="label women", text_anchor="end"))
    parts.append(words(width / 2, 13, same(year), class_="label strong", text_anchor="middle"))
    oldest = cells[1, :, _first(view, 65) :].sum() / max(cells[1].sum(), 1e-9)
    desc = say("pyramid_desc", year=year, people=short(float(cells[1].sum())), old=f"{oldest:.0%}")
    return drawing(key, SIZE, say("pyramid_title", name=unit.name, year=year), desc, *parts)


def _first(view: View, age: int) -> int:
    """Position of the first group that begins at or after an age."""
    lower = [int(label.split("-")[0].rstrip("+")) for label in view.age_labels]
    return next((i for i, start in enumerate(lower) if start >= age), len(lower))


def _grid(sides: tuple[Scale, Scale], marks: list[float], height: int) -> str:
    parts: list[str] = []
    for side in sides:
        for mark in marks:
            x = side(mark)
            parts.append(element("line", class_="grid", x1=x, x2=x, y1=_TOP - 4, y2=height - _BOTTOM))
        for mark, anchor in ((marks[0], "middle"), (marks[-1], "start" if side.end < side.start else "end")):
            x = side(mark) + (0 if mark == 0 else -4 if anchor == "start" else 4)
            parts.append(words(x, height - 10.0, tick(mark), class_="tick", text_anchor=anchor))
    return "".join(parts)


def _bar(side: Scale, y: float, step: float, values: list[float], sex: str) -> str:
    low, middle, high = values
    start, end = sorted((side(0.0), side(middle)))
    bar = element("rect", class_=f"bar {sex}", x=start, y=y + 0.5, width=end - start, height=step - 1)
    if high - low <= 0:
        return bar
    level = y + step / 2
    whisker = f"M{side(low):.1f} {level:.1f}H{side(high):.1f}"
    caps = "".join(f"M{side(v):.1f} {level - 2.5:.1f}v5" for v in (low, high))
    return bar + element("path", class_="whisker", d=whisker + caps)


def _outline(side: Scale, values: list[float], step: float, height: int) -> str:
    points: list[tuple[float, float]] = []
    for age, value in enumerate(values):
        y = height - _BOTTOM - age * step
        points += [(side(value), y), (side(value), y - step)]
    return path(points, class_="then")


def _headings(years: Sequence[int]) -> list[Text]:
    headings = [say("age")]
    for year in years:
        headings += [say("men_in", year=year), say("women_in", year=year)]
    return headings


def _rows(view: View, years: Sequence[int], cells: dict[int, Array]) -> list[list[Text]]:
    rows: list[list[Text]] = []
    for age, label in enumerate(view.age_labels):
        row = [same(label)]
        for year in years:
            for sex in (0, 1):
                low, middle, high = cells[year][:, sex, age].tolist()
                said = exact(middle)
                row.append(said if high - low <= 0 else said + same(f" ({exact(low).en}–{exact(high).en})"))
        rows.append(row)
    return rows
