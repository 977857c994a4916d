"""Stacked bars over years: the same order in every bar, joined across, and named where they end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from hinterland.report.panel import LETTER
from hinterland.report.svg import Scale, drawing, element, path, spread, ticks, width_of, words
from hinterland.report.text import Text, same
from hinterland.report.view import Array

WIDTHS: Final = (("wide", 760), ("narrow", 350))
_ROOM: Final = 15.0
"""Height of a part of a bar in pixels from which its words are written into it."""
_FILL: Final = 0.55


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of the bars, from the ground up; order, edges and labels tell parts apart without it."""

    label: Text
    colour: str
    """A colour of the page, such as `--green`."""
    values: Array
    """[year] how high it is."""
    said: Sequence[Text]
    """[year] what is written into it where there is room."""


@dataclass(frozen=True, slots=True)
class Bars:
    """What two drawings of the same bars show."""

    title: Text
    desc: Text
    years: Sequence[int]
    parts: Sequence[Part]
    heads: Sequence[Text]
    """[year] what stands above the bars."""
    tick: Callable[[float], Text]
    height: int = 360
    top: float | None = None
    """Where the axis ends; at the highest bar where None."""


def stacks(key: str, bars: Bars) -> str:
    """Two drawings, for wide and for narrow windows."""
    return "".join(_stacks(f"{key}-{device}", bars, device, width) for device, width in WIDTHS)


def _stacks(key: str, bars: Bars, device: str, width: int) -> str:
    years, parts = bars.years, bars.parts
    edges = np.concatenate([np.zeros((1, len(years))), np.cumsum([part.values for part in parts], axis=0)])
    levels = ticks(0.0, float(edges[-1].max()) if bars.top is None else bars.top, 5)
    # A narrow drawing has no room for an axis: every bar says its own total.
    left = max(width_of(bars.tick(level), LETTER) for level in levels) + 12 if device == "wide" else 4.0
    right = max(width_of(part.label, LETTER) for part in parts) + 24
    up = Scale(0.0, levels[-1], bars.height - 24.0, 24.0)
    slot = (width - left - right) / len(years)
    half = min(0.36 * slot, 48.0)
    centres = [left + (n + 0.5) * slot for n in range(len(years))]
    drawn = "".join(_bar(x, half, edges[:, n], parts, n, up) for n, x in enumerate(centres))
    above = "".join(
        words(x, up(float(edges[-1, n])) - 6, bars.heads[n], class_="label", text_anchor="middle")
        + words(x, bars.height - 8, same(year), class_="tick", text_anchor="middle")
        for n, (x, year) in enumerate(zip(centres, years, strict=True))
    )
    wide = device == "wide"
    grid = _grid(levels if wide else levels[:1], up, left, width - right, bars.tick if wide else None)
    joins, names = _joins(centres, half, edges, up), _names(parts, edges[:, -1], centres[-1] + half, up)
    size = (width, bars.height)
    return drawing(key, size, bars.title, bars.desc, grid, joins, drawn, above, names, class_=f"chart {device}")


def _grid(levels: Sequence[float], up: Scale, left: float, right: float, tick: Callable[[float], Text] | None) -> str:
    return "".join(
        element("line", class_="zero" if level == 0 else "grid", x1=left - 4, x2=right, y1=up(level), y2=up(level))
        + (words(left - 8, up(level) + 4, tick(level), class_="tick", text_anchor="end") if tick else "")
        for level in levels
    )


def _bar(x: float, half: float, edges: Array, parts: Sequence[Part], n: int, up: Scale) -> str:
    """The bar of year `n`, whose parts reach from edge to edge."""
    drawn: list[str] = []
    for part, (low, high) in zip(parts, pairwise(edges.tolist()), strict=True):
        top, tall = up(high), up(low) - up(high)
        style = f"fill:var({part.colour});fill-opacity:{_FILL};stroke:var(--ink);stroke-width:0.8"
        drawn.append(element("rect", x=x - half, y=top, width=2 * half, height=tall, style=style))
        if tall >= _ROOM:
            drawn.append(words(x, top + tall / 2 + 4, part.said[n], class_="halo", text_anchor="middle"))
    return "".join(drawn)


def _joins(centres: Sequence[float], half: float, edges: Array, up: Scale) -> str:
    """Thin lines from bar to bar between parts, so that each can be followed."""
    return "".join(
        path([(a + half, up(float(edge[n]))), (b - half, up(float(edge[n + 1])))], class_="leader")
        for n, (a, b) in enumerate(pairwise(centres))
        for edge in edges[1:]
    )


def _names(parts: Sequence[Part], edges: Array, x: float, up: Scale) -> str:
    """Labels beside the parts of the last bar, pushed apart, each with a line to its part."""
    wanted = [up((low + high) / 2) for low, high in pairwise(edges.tolist())]
    # The lowest stands first: spreading keeps equal heights in the order given, and pixels count downwards.
    placed = spread(wanted[::-1], LETTER + 4, 30.0, up.start - 4)[::-1]
    return "".join(
        element("line", class_="leader", x1=x + 1, x2=x + 13, y1=y, y2=at)
        + words(x + 16, at + 4, part.label, class_="label")
        for part, y, at in zip(parts, wanted, placed, strict=True)
    )
