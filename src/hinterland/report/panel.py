"""One small line chart: bands, lines told apart by dashes as well as colour, and labels at their ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from hinterland.report.svg import Scale, band, drawing, element, path, spread, ticks, width_of, words
from hinterland.report.text import Text, same

LETTER: Final = 11.0
"""Size of the letters of charts in pixels, as the page's style has it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A median with its band; `low` and `high` are empty where there is none, `colour` is a class of the page."""

    label: Text
    colour: str
    xs: Sequence[float]
    middle: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    dots: bool = False


def panel(
    key: str,
    size: tuple[int, int],
    said: tuple[Text, Text],
    lines: Sequence[Line],
    tick: Callable[[float], Text],
    *,
    zero: bool = True,
    top: float | None = None,
    bottom: float | None = None,
    mark: float | None = None,
) -> str:
    """A chart of lines over years; `said` is its title and description, `mark` a level drawn as a reference line.

    The vertical axis holds zero if asked, and reaches `top` and `bottom` so that charts side by side can be compared.
    """
    width, height = size
    values = [v for line in lines for v in (*line.middle, *line.low, *line.high)]
    levels = ticks(
        min([*values, 0.0] if zero else values) if bottom is None else bottom,
        max([*values, 0.0] if zero else values) if top is None else top,
        5 if height >= 170 else 4,
    )
    named = [line for line in lines if any(line.label.variants[0][1])]
    right = max((width_of(line.label, LETTER) for line in named), default=0.0) + (10 if named else 8)
    left = max(width_of(tick(level), LETTER) for level in levels) + 8
    years = [x for line in lines for x in line.xs]
    across = Scale(min(years), max(*years, min(years) + 1), left + 4, width - right)
    up = Scale(levels[0], levels[-1], height - 20.0, 8.0)
    return drawing(
        key,
        size,
        *said,
        axes(across, up, levels, tick),
        "" if mark is None else _level(up(mark), across, "mark"),
        *(_shade(line, across, up) for line in lines if line.low),
        *(_course(line, across, up) for line in lines),
        _ends(named, across, up, height),
    )


def axes(across: Scale, up: Scale, levels: Sequence[float], tick: Callable[[float], Text]) -> str:
    """Level lines with their values, and years below."""
    parts = [_level(up(level), across, "zero" if level == 0 else "grid") for level in levels]
    parts += [words(across.start - 8, up(level) + 4, tick(level), text_anchor="end", class_="tick") for level in levels]
    room = max(2, int((across.end - across.start) / 45))
    shown = [year for year in year_ticks(across.low, across.high, room) if across.low <= year <= across.high]
    parts += [words(across(year), up.start + 15, same(year), text_anchor="middle", class_="tick") for year in shown]
    return "".join(parts)


def year_ticks(first: float, last: float, about: int) -> list[int]:
    """Round years from first to last, at most about so many."""
    step = next((s for s in (1, 2, 5, 10, 20, 30, 40, 50) if (last - first) / s <= about), 100)
    start = -(-int(first) // step) * step
    return list(range(start, int(last) + 1, step))


def _level(y: float, across: Scale, class_: str) -> str:
    return element("line", class_=class_, x1=across.start - 4, x2=across.end, y1=y, y2=y)


def _shade(line: Line, across: Scale, up: Scale) -> str:
    xs = [across(x) for x in line.xs]
    return band(xs, [up(v) for v in line.low], [up(v) for v in line.high], class_=f"band {line.colour}")


def _course(line: Line, across: Scale, up: Scale) -> str:
    points = [(across(x), up(v)) for x, v in zip(line.xs, line.middle, strict=True)]
    if line.dots:
        return "".join(element("circle", class_=f"dot {line.colour}", cx=x, cy=y, r=3.0) for x, y in points)
    return path(points, class_=f"line {line.colour}")


def _ends(lines: Sequence[Line], across: Scale, up: Scale, height: int) -> str:
    places = spread([up(line.middle[-1]) for line in lines], LETTER + 3, 12.0, height - 22.0)
    return "".join(
        words(across(line.xs[-1]) + 6, y + 4, line.label, class_=f"label {line.colour}")
        for line, y in zip(lines, places, strict=True)
    )
