"""Stacked bars of jobs by activity: the same order in every bar, joined across, and named where they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from hinterland.report.numbers import percent, short, tick
from hinterland.report.panel import LETTER
from hinterland.report.svg import Scale, drawing, element, path, spread, ticks, width_of, words
from hinterland.report.text import Text, same, say
from hinterland.report.view import Array, Unit

SIZES: Final = (("wide", 760, 360), ("narrow", 350, 360))
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
_ROOM: Final = 15.0
"""Height of a part of a bar in pixels from which its share is written into it."""
_FILL: Final = 0.55


def stacks(key: str, unit: Unit, years: Sequence[int], medians: Mapping[str, Array], total: Array) -> str:
    """Two drawings, for wide and for narrow windows, of `medians` [year] by activity and of `total` [year]."""
    present = {name: medians[name] for name in COLOURS if bool((medians[name] > 0).any())}
    return "".join(_stacks(f"{key}-{device}", unit, years, present, total, device, (w, h)) for device, w, h in SIZES)


def _stacks(
    key: str,
    unit: Unit,
    years: Sequence[int],
    medians: Mapping[str, Array],
    total: Array,
    device: str,
    size: tuple[int, int],
) -> str:
    width, height = size
    edges = np.concatenate([np.zeros((1, len(years))), np.cumsum(list(medians.values()), axis=0)])
    levels = ticks(0.0, float(edges[-1].max()), 5)
    # A narrow drawing has no room for an axis: every bar says its own total.
    left = max(width_of(tick(level), LETTER) for level in levels) + 12 if device == "wide" else 4.0
    right = max(width_of(say(f"label_{name}"), LETTER) for name in medians) + 24
    up = Scale(0.0, levels[-1], height - 24.0, 24.0)
    slot = (width - left - right) / len(years)
    half = min(0.36 * slot, 48.0)
    centres = [left + (n + 0.5) * slot for n in range(len(years))]
    bars = "".join(_bar(x, half, edges[:, n], list(medians), up) for n, x in enumerate(centres))
    heads = "".join(
        words(x, up(float(edges[-1, n])) - 6, short(float(total[n])), class_="label", text_anchor="middle")
        + words(x, height - 8, same(year), class_="tick", text_anchor="middle")
        for n, (x, year) in enumerate(zip(centres, years, strict=True))
    )
    desc = say(
        "live_jobs_desc", base=years[0], first=short(float(total[0])), year=years[-1], last=short(float(total[-1]))
    )
    title = unit.name + same(": ") + say("live_jobs")
    grid = _grid(levels if device == "wide" else levels[:1], up, left, width - right, named=device == "wide")
    ends = _names(list(medians), edges[:, -1], centres[-1] + half, up)
    return drawing(
        key, size, title, desc, grid, _joins(centres, half, edges, up), bars, heads, ends, class_=f"chart {device}"
    )


def _grid(levels: Sequence[float], up: Scale, left: float, right: float, *, named: bool) -> str:
    return "".join(
        element("line", class_="zero" if level == 0 else "grid", x1=left - 4, x2=right, y1=up(level), y2=up(level))
        + (words(left - 8, up(level) + 4, tick(level), class_="tick", text_anchor="end") if named else "")
        for level in levels
    )


def _bar(x: float, half: float, edges: Array, names: Sequence[str], up: Scale) -> str:
    """One year: a part for every activity, with its share of the whole bar where there is room to write it."""
    parts: list[str] = []
    for name, (low, high) in zip(names, pairwise(edges.tolist()), strict=True):
        top, tall = up(high), up(low) - up(high)
        style = f"fill:var({COLOURS[name]});fill-opacity:{_FILL};stroke:var(--ink);stroke-width:0.8"
        parts.append(element("rect", x=x - half, y=top, width=2 * half, height=tall, style=style))
        if tall >= _ROOM:
            share = percent((high - low) / edges[-1])
            parts.append(words(x, top + tall / 2 + 4, share, class_="halo", text_anchor="middle"))
    return "".join(parts)


def _joins(centres: Sequence[float], half: float, edges: Array, up: Scale) -> str:
    """Thin lines from bar to bar between activities, so that each can be followed."""
    return "".join(
        path([(a + half, up(float(edge[n]))), (b - half, up(float(edge[n + 1])))], class_="leader")
        for n, (a, b) in enumerate(pairwise(centres))
        for edge in edges[1:]
    )


def _names(names: Sequence[str], edges: Array, x: float, up: Scale) -> str:
    """Activities beside the parts of the last bar, pushed apart, each with a line to its part."""
    wanted = [up((low + high) / 2) for low, high in pairwise(edges.tolist())]
    # The lowest stands first: spreading keeps equal heights in the order given, and pixels count downwards.
    placed = spread(wanted[::-1], LETTER + 4, 30.0, up.start - 4)[::-1]
    labels: list[tuple[Text, float, float]] = [
        (say(f"label_{name}"), y, at) for name, y, at in zip(names, wanted, placed, strict=True)
    ]
    return "".join(
        element("line", class_="leader", x1=x + 1, x2=x + 13, y1=y, y2=at)
        + words(x + 16, at + 4, label, class_="label")
        for label, y, at in labels
    )
