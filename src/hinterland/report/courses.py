"""Quantities over the years of a run as sections tell them: medians with their bands, in small charts and in cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from hinterland.report.numbers import MINUS
from hinterland.report.panel import Line, panel
from hinterland.report.tables import folded
from hinterland.report.text import Text, html, same, say
from hinterland.report.view import BAND_80, Array, Unit, View, quantiles

SIZE: Final = (350, 220)


def course(values: Array) -> Array:
    """[low, median, high][year] over the members in which a value [member, year] is known; NaN where in none."""
    found = np.full((3, values.shape[1]), np.nan)
    for t, column in enumerate(values.T):
        finite = column[np.isfinite(column)]
        if finite.size:
            found[:, t] = quantiles(finite, BAND_80[0], 0.5, BAND_80[1])
    return found


def ratio(above: Array, below: Array) -> Array:
    """One over the other, cell by cell; NaN where the lower one is not positive."""
    positive = np.isfinite(below) & (below > 0)
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=positive)


def against_base(values: Array) -> Array:
    """[member, year] values over the member's own of the base year; NaN where that is not positive."""
    return ratio(values, np.broadcast_to(values[:, :1], values.shape))


def years_to_focus(view: View) -> tuple[int, ...]:
    """The base year and the years told in words up to the one that changes are told for."""
    return (view.base_year, *(year for year in view.horizons if year <= view.focus))


def line(view: View, found: Array, label: Text, colour: str) -> Line:
    """A line over the years in which its values [low, median, high][year] are known."""
    finite = np.flatnonzero(np.isfinite(found).all(axis=0)).tolist()
    low, median, high = found[:, finite].tolist()
    return Line(label, colour, [view.years[t] for t in finite], median, low, high)


def small_chart(
    key: str,
    unit: Unit,
    heading: Text,
    lines: Sequence[Line],
    tick: Callable[[float], Text],
    *,
    size: tuple[int, int] = SIZE,
    zero: bool = True,
    top: float | None = None,
    mark: float | None = None,
) -> str:
    """A chart of lines with bands under its heading; the heading alone where nothing is known."""
    drawn = [each for each in lines if each.xs]
    said = (unit.name + same(": ") + heading, say("bands"))
    picture = panel(key, size, said, drawn, tick, zero=zero, top=top, mark=mark) if drawn else ""
    return f"<div><h3>{html(heading)}</h3>{picture}</div>"


def part(heading: Text, picture: str, note: Text, twin: str) -> str:
    """A chart inside a section, under a heading of its own, with a note and its numbers as a folded table."""
    said = f'<p class="note">{html(note)}</p>'
    return f"{subheading(heading)}<figure>{picture}</figure>{said}{folded(say('table_twin'), twin)}"


def subheading(heading: Text) -> str:
    """The heading of a part of a section."""
    return f'<h3 style="margin-top:1.6em">{html(heading)}</h3>'


def cell(values: Array, write: Callable[[float], Text]) -> Text:
    """A median with its band, which is left out where it is narrower than what is written; a dash for nothing known."""
    low, median, high = values.tolist()
    if not np.isfinite(median):
        return same("–")
    if write(low) == write(high):
        return write(median)
    until = say("to_sign") if low < 0 else same("–")
    return write(median) + same(" (") + write(low) + until + write(high) + same(")")


def said_band(values: Array, write: Callable[[float], Text]) -> dict[str, Text]:
    """What a sentence with `median`, `low` and `high` needs of [low, median, high]."""
    return {name: write(float(value)) for name, value in zip(("low", "median", "high"), values, strict=True)}


def share_tick(value: float) -> Text:
    """A share on an axis: 0.25 -> 25%."""
    return same(f"{round(100 * value, 6):g}%".replace("-", MINUS))


def plain_tick(value: float) -> Text:
    """A number on an axis as it is."""
    return same(f"{round(value, 6):g}".replace("-", MINUS))


def tenth(value: float) -> Text:
    """An index in a table."""
    return same(f"{value:.1f}")


def whole(value: float) -> Text:
    """An index in a sentence."""
    return same(f"{value:.0f}")
