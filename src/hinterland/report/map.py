"""The bubble map: every place by its people, shaped and coloured by its change, over land without boundaries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from hinterland.report.land import Box, fit, outline
from hinterland.report.numbers import change, exact, short, tick
from hinterland.report.svg import drawing, element, path, width_of, words
from hinterland.report.text import Text, html, same, say
from hinterland.report.view import Array, Unit, View, medians

WIDTH: Final = 760
NARROW: Final = 2.0
"""A phone shows the map at about half its width, so labels there are drawn this much larger."""
_LARGEST: Final = 24.0
_SMALLEST: Final = 1.6
_INK: Final = 0.13
"""The most of the picture's area that all bubbles together may take."""
_LABEL: Final = 12.0
_SIDES: Final = ((1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.8), (-0.8, -0.8), (0.8, 0.8), (-0.8, 0.8))


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of change: what it is called, the ratio it ends at, and how its bubbles look."""

    key: str
    below: float
    shape: str


KINDS: Final = (
    Kind("loss2", 0.75, "down"),
    Kind("loss1", 0.95, "down"),
    Kind("level", 1.05, "circle"),
    Kind("gain1", 1.25, "up"),
    Kind("gain2", math.inf, "up"),
)


def kind_of(ratio: float) -> Kind:
    """The class of a relative change, people then over people now; places without people count as unchanged."""
    return next(kind for kind in KINDS if (ratio if math.isfinite(ratio) else 1.0) < kind.below)


def bubble_map(key: str, view: View, marked: Unit | None = None, named: Sequence[Unit] = ()) -> str:
    """HTML of the map with its legend, or a sentence where the run holds no positions of places.

    `marked` is ringed and named, `named` are named where there is room.
    """
    known = np.isfinite(view.lon) & np.isfinite(view.lat)
    if not known.any():
        return f'<p class="note">{html(say("map_missing"))}</p>'
    now, then = _medians(view)
    ratio = np.divide(then, now, out=np.ones_like(now), where=now > 0)
    projection = fit(view.lon[known], view.lat[known], WIDTH)
    x, y = projection(np.where(known, view.lon, 0.0), np.where(known, view.lat, 0.0))
    size = _sizes(now, WIDTH * projection.height)
    order = [int(i) for i in np.argsort(-now, kind="stable") if known[i]]
    bubbles = "".join(
        mark(
            kind_of(float(ratio[i])),
            float(x[i]),
            float(y[i]),
            float(size[i]),
            _hint(view, i, float(now[i]), float(then[i])),
        )
        for i in order
    )
    names: list[tuple[Unit, bool]] = [(unit, False) for unit in named if known[unit.at[0]]]
    if marked is not None and known[marked.at[0]]:
        names.insert(0, (marked, True))
    rings = "".join(_ring(float(x[u.at[0]]), float(y[u.at[0]]), float(size[u.at[0]]), strong) for u, strong in names)
    labels = "".join(
        element("g", _labels(names, x, y, size, scale, projection.height), class_=name)
        for name, scale in (("wide", 1.0), ("narrow", NARROW))
    )
    picture = drawing(
        key,
        (WIDTH, projection.height),
        say("map_title", year=view.focus),
        say("map_desc", places=len(order), year=view.focus),
        element("path", class_="land", d=outline(projection), fill_rule="evenodd"),
        element("g", bubbles, class_="bubbles"),
        labels,
        rings,
        class_="map",
    )
    missing = int((~known).sum())
    note = f'<p class="note">{html(say("map_some_missing", count=missing))}</p>' if missing else ""
    return picture + _legend(view, size, now) + note


def _medians(view: View) -> tuple[Array, Array]:
    """[place] median people in the base year and in the year of focus."""
    return view.people_in(view.base_year, medians), view.people_in(view.focus, medians)


def _sizes(now: Array, area: float) -> Array:
    """[place] radius in pixels of a circle whose area goes with people."""
    largest = float(now.max())
    if largest <= 0:
        return np.full(now.shape, _SMALLEST)
    most = min(_LARGEST, math.sqrt(_INK * area * largest / (math.pi * float(now.sum()))))
    return np.maximum(most * np.sqrt(np.maximum(now, 0) / largest), _SMALLEST)


def _hint(view: View, i: int, now: float, then: float) -> str:
    """What a pointer over a bubble shows: name, people now and then, in signs that need no translation."""
    said = f"{view.base_year}: {exact(now).en} · {view.focus}: {exact(then).en}"
    ratio = change(then / now if now > 0 else math.nan).en
    return element("title", html(same(f"{view.place(view.codes[i]).name.en} · {said} ({ratio})")))


def mark(kind: Kind, x: float, y: float, radius: float, inside: str = "") -> str:
    """A circle or a triangle of the circle's area, centred where the eye expects it."""
    if kind.shape == "circle":
        return element("circle", inside, class_=kind.key, cx=x, cy=y, r=radius)
    side = radius * math.sqrt(4 * math.pi / math.sqrt(3))
    tall, sign = side * math.sqrt(3) / 2, 1 if kind.shape == "down" else -1
    corners = ((x - side / 2, y - sign * tall / 3), (x + side / 2, y - sign * tall / 3), (x, y + sign * tall * 2 / 3))
    return element("polygon", inside, class_=kind.key, points=" ".join(f"{px:.1f},{py:.1f}" for px, py in corners))


def _labels(names: Sequence[tuple[Unit, bool]], x: Array, y: Array, size: Array, scale: float, height: int) -> str:
    """Names near their bubbles, where they hide least, clear of other names and named bubbles."""
    letter = _LABEL * scale
    taken = [_around(float(x[unit.at[0]]), float(y[unit.at[0]]), float(size[unit.at[0]])) for unit, _ in names]
    drawn: list[str] = []
    for unit, strong in names:
        i = unit.at[0]
        wide = width_of(unit.name, letter) * (1.06 if strong else 1.0)
        best: tuple[float, float, float, Box] | None = None
        for far, (dx, dy) in product((4.0, 16.0, 34.0, 60.0), _SIDES):
            reach = float(size[i]) + scale * far + (6 if strong else 0)
            left = float(x[i]) + dx * reach + (0 if dx > 0 else -wide if dx < 0 else -wide / 2)
            top = float(y[i]) + dy * reach - letter * (0.6 - 0.6 * dy)
            box = (left, top, left + wide, top + letter * 1.2)
            if box[0] < 2 or box[1] < 2 or box[2] > WIDTH - 2 or box[3] > height - 2 or _touches(box, taken):
                continue
            hidden = (x > box[0] - 2) & (x < box[2] + 2) & (y > box[1] - 2) & (y < box[3] + 2)
            cost = float(size[hidden].sum()) + far
            if best is None or cost < best[0]:
                best = (cost, far, dx, box)
        if best is None:
            continue
        _, far, side, box = best
        taken.append(box)
        if far > 4:
            drawn.append(_leader(float(x[i]), float(y[i]), box))
        # Widths are estimates, so a name is anchored where it meets its bubble.
        anchor, at = {-1: ("end", box[2]), 0: ("middle", (box[0] + box[2]) / 2)}.get(_sign(side), ("start", box[0]))
        weight = "700" if strong else None
        drawn.append(words(at, box[1] + letter * 0.95, unit.name, font_weight=weight, text_anchor=anchor))
    return "".join(drawn)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _around(x: float, y: float, radius: float) -> Box:
    return (x - radius, y - radius, x + radius, y + radius)


def _touches(box: Box, others: Sequence[Box]) -> bool:
    return any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in others)


def _leader(x: float, y: float, box: Box) -> str:
    """A thin line from a bubble to the nearest point of its name."""
    end = (min(max(x, box[0]), box[2]), min(max(y, box[1] + 2), box[3] - 2))
    return "".join(path([(x, y), end], class_=look) for look in ("pointer under", "pointer"))


def _ring(x: float, y: float, radius: float, strong: bool) -> str:
    """A ring, over a wider one in the paper's colour so that it shows on everything."""
    looks = ("ring under", "ring") if strong else ("ring thin",)
    wide = radius * 1.3 + 4 if strong else radius + 1.5
    return "".join(element("circle", class_=look, cx=x, cy=y, r=wide) for look in looks)


def _legend(view: View, size: Array, now: Array) -> str:
    keys = "".join(f"<li>{_icon(kind)}{html(say('map_' + kind.key))}</li>" for kind in reversed(KINDS))
    largest = float(now.max())
    sample = 10 ** math.floor(math.log10(largest)) if largest >= 1 else 1.0
    radius = float(size.max()) * math.sqrt(sample / largest) if largest >= 1 else _SMALLEST
    box = max(2 * radius + 2, 8.0)
    circle = element("circle", class_="level", cx=box / 2, cy=box / 2, r=radius)
    icon = element("svg", circle, width=box, height=box, aria_hidden="true")
    head = html(say("map_legend", year=view.focus))
    return f'<ul class="legend"><li>{head}</li>{keys}<li>{icon}{html(tick(sample))}</li></ul>'


def _icon(kind: Kind) -> str:
    return element("svg", mark(kind, 7.0, 7.0, 5.0), width="14", height="14", aria_hidden="true")


def map_rows(view: View) -> list[list[Text]]:
    """Rows of the map's table in order of code: region, place, people now, people in the year of focus, change."""
    now, then = _medians(view)
    rows: list[list[Text]] = []
    for i in sorted(range(len(view.codes)), key=lambda at: view.codes[at]):
        unit = view.place(view.codes[i])
        ratio = then[i] / now[i] if now[i] > 0 else math.nan
        rows.append([unit.name, view.region_name(view.regions[i]), exact(now[i]), short(then[i]), change(ratio)])
    return rows
