"""The chart of errors by years ahead: lines told apart by dashes and marks, with labels at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hinterland.evaluate.leaderboard import MODEL
from hinterland.report.backtest_view import CONSTANT, Trial
from hinterland.report.backtest_words import method_name, percentage, plain
from hinterland.report.panel import LETTER, axes
from hinterland.report.svg import Point, Scale, drawing, element, path, spread, ticks, width_of, words
from hinterland.report.tables import folded, table
from hinterland.report.text import Text, html, same, say

SIZES: Final = (("wide", 760, 380), ("narrow", 350, 360))
LONGEST: Final = {"wide": 32, "narrow": 17}
"""Letters in a line of a label."""
_LINE: Final = 13.0
"""Pixels from one line of a label to the next."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a line is told from others: by dashes and marks, and by colour for those who see it."""

    colour: str
    dashes: str
    mark: str


_MODEL: Final = Look("--blue", "", "circle")
_CONSTANT: Final = Look("--soft", "1.5 3", "cross")
_OTHERS: Final = (
    Look("--red", "8 3", "square"),
    Look("--green", "3 2", "up"),
    Look("--purple", "9 3 2 3", "diamond"),
    Look("--orange", "5 2 1.5 2 1.5 2", "down"),
    Look("--ink", "12 4", "square"),
)


def looks(names: Sequence[str]) -> dict[str, Look]:
    """Method -> its look; the model and no change look the same on every page."""
    others = [name for name in names if name not in (MODEL, CONSTANT)]
    found = {name: _OTHERS[n % len(_OTHERS)] for n, name in enumerate(others)}
    return found | {MODEL: _MODEL, CONSTANT: _CONSTANT}


def mark(shape: str, x: float, y: float, radius: float, style: str) -> str:
    """A small sign of one of five shapes."""
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=radius, style=style)
    if shape == "cross":
        arms = f"M{x - radius:.1f} {y - radius:.1f}l{2 * radius:.1f} {2 * radius:.1f}m0 {-2 * radius:.1f}"
        return element("path", d=f"{arms}l{-2 * radius:.1f} {2 * radius:.1f}", style=f"{style};fill:none")
    sides: dict[str, Sequence[Point]] = {
        "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        "up": ((0, -1.2), (1.1, 0.8), (-1.1, 0.8)),
        "down": ((0, 1.2), (1.1, -0.8), (-1.1, -0.8)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    }
    corners = " ".join(f"{x + a * radius:.1f},{y + b * radius:.1f}" for a, b in sides[shape])
    return element("polygon", points=corners, style=style)


def broken(said: str, longest: int) -> list[str]:
    """A method's name in at most two lines, broken before an underscore or at a blank where there is one."""
    if len(said) <= longest:
        return [said]
    cut = max(said.rfind(sign, 1, longest + 1) for sign in "_ ")
    first = said[:cut] if cut > 0 else said[:longest]
    rest = said[len(first) :].strip()
    return [first, rest if len(rest) <= longest else rest[: longest - 1] + "…"]


def curves(key: str, trial: Trial) -> str:
    """Mean error by years ahead of the leading methods, the model and no change, with its table."""
    courses = {name: trial.course(name) for name in trial.drawn}
    courses = {name: course for name, course in courses.items() if course}
    if not courses:
        return f'<p class="note">{html(say("bt_none_scored", year=trial.year))}</p>'
    pictures = "".join(_curves(f"{key}-{name}", trial, courses, name, (w, h)) for name, w, h in SIZES)
    years = sorted({ahead for course in courses.values() for ahead, _ in course})
    by_year = {name: dict(course) for name, course in courses.items()}
    rows = [[same(ahead), *(percentage(by_year[name].get(ahead, float("nan"))) for name in courses)] for ahead in years]
    twin = table([say("bt_years_ahead"), *map(method_name, courses)], rows)
    note = f'<p class="note">{html(say("bt_curves_note"))}</p>'
    return f"<figure>{pictures}</figure>{note}{folded(say('table_twin'), twin)}"


def _curves(
    key: str, trial: Trial, courses: dict[str, list[tuple[int, float]]], device: str, size: tuple[int, int]
) -> str:
    width, height = size
    longest = LONGEST[device]
    labels = {name: broken(f"{name} {plain(course[-1][1]).en}%", longest) for name, course in courses.items()}
    levels = ticks(0.0, max(error for course in courses.values() for _, error in course), 6)
    left = max(width_of(percent_tick(level), LETTER) for level in levels) + 10
    right = max(width_of(same(line), LETTER) for lines in labels.values() for line in lines) + 32
    across = Scale(0.0, float(max(ahead for course in courses.values() for ahead, _ in course)), left, width - right)
    up = Scale(0.0, levels[-1], height - 38.0, 12.0)
    style = looks(list(courses))
    drawn = [
        axes(across, up, levels, percent_tick),
        words((across.start + across.end) / 2, height - 6, say("bt_axis_ahead"), text_anchor="middle", class_="tick"),
        *(_course(course, style[name], trial.test.horizons, across, up) for name, course in courses.items()),
        _labels(labels, courses, style, across, up),
    ]
    first = next(iter(courses))
    desc = say(
        "bt_curves_desc", count=len(courses), name=first, years=courses[first][-1][0], mean=plain(courses[first][-1][1])
    )
    return drawing(key, size, say("bt_curves"), desc, *drawn, class_=f"chart {device}")


def percent_tick(value: float) -> Text:
    """Percent on an axis."""
    return same(f"{value:,g}%" if value < 1e6 else f"{value:.0e}%")


def _course(course: Sequence[tuple[int, float]], look: Look, horizons: Sequence[int], across: Scale, up: Scale) -> str:
    points = [(across(ahead), up(error)) for ahead, error in course]
    wide = 2.6 if look is _MODEL else 1.7
    dashes = f";stroke-dasharray:{look.dashes}" if look.dashes else ""
    line = path(points, style=f"fill:none;stroke:var({look.colour});stroke-width:{wide};stroke-linejoin:round{dashes}")
    marks = [_mark(look, across(ahead), up(error)) for ahead, error in course if ahead in horizons]
    return (line if len(points) > 1 else "") + "".join(marks)


def _mark(look: Look, x: float, y: float) -> str:
    if look.mark == "cross":
        return mark(look.mark, x, y, 3.2, f"stroke:var({look.colour});stroke-width:1.6")
    return mark(look.mark, x, y, 3.8, f"fill:var({look.colour});stroke:var(--paper);stroke-width:0.8")


def _labels(
    labels: dict[str, list[str]],
    courses: dict[str, list[tuple[int, float]]],
    style: dict[str, Look],
    across: Scale,
    up: Scale,
) -> str:
    """Names at the ends of their lines, with the mark of the line, pushed apart."""
    tall = max(len(lines) for lines in labels.values()) * _LINE + 3
    ends = {name: (across(course[-1][0]), up(course[-1][1])) for name, course in courses.items()}
    places = spread([y for _, y in ends.values()], tall, 8.0 + tall / 2, up.start - tall / 2 + _LINE)
    parts: list[str] = []
    for (name, (x, y)), at in zip(ends.items(), places, strict=True):
        lines = labels[name]
        parts.append(element("line", class_="leader", x1=x + 4, x2=across.end + 13, y1=y, y2=at))
        parts.append(_mark(style[name], across.end + 18, at))
        top = at + 4 - (len(lines) - 1) * _LINE / 2
        weight = "strong" if name == MODEL else None
        parts += [words(across.end + 25, top + n * _LINE, same(line), class_=weight) for n, line in enumerate(lines)]
    return "".join(parts)
