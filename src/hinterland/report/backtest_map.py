"""The error map: every place by its people, shaped and coloured by how far the forecast missed it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from hinterland.evaluate.panel import Array
from hinterland.evaluate.scores import percentage_errors
from hinterland.report.backtest_view import Trial
from hinterland.report.backtest_words import named, percentage, signed
from hinterland.report.land import fit, outline
from hinterland.report.map import WIDTH, Kind, mark
from hinterland.report.numbers import exact, tick
from hinterland.report.svg import drawing, element
from hinterland.report.tables import folded, table
from hinterland.report.text import Text, html, same, say

_LIMITS: Final = ((1.0, 2.0), (2.5, 5.0), (5.0, 10.0), (10.0, 20.0), (20.0, 40.0))
"""Percent at which the two shades begin; the first pair whose inner limit half of the places keep within."""
_LARGEST: Final = 22.0
_SMALLEST: Final = 1.7
_INK: Final = 0.13
"""The most of the picture's area that all marks together may take."""


def kinds(errors: Array) -> tuple[Kind, ...]:
    """Five classes of errors in percent, from far too few to far too many people; no place lies in none."""
    size = float(np.median(np.abs(errors))) if errors.size else 0.0
    inner, outer = next((pair for pair in _LIMITS if pair[0] >= size), _LIMITS[-1])
    return (
        Kind("loss2", -outer, "down"),
        Kind("loss1", -inner, "down"),
        Kind("level", inner, "circle"),
        Kind("gain1", outer, "up"),
        Kind("gain2", math.inf, "up"),
    )


def error_map(key: str, trial: Trial) -> str:
    """The map with its legend and table, or a sentence in place of the map where no positions are known."""
    panel, launch = trial.test.panel, trial.test.panel.at(trial.test.launch)
    said, counted = trial.subject.forecast.totals[trial.test.row(trial.horizon)], trial.test.actual(trial.horizon)
    errors, people = percentage_errors(said, counted), np.nan_to_num(panel.totals[launch])
    placed = np.isfinite(panel.lon) & np.isfinite(panel.lat)
    shown = placed & np.isfinite(errors)
    twin = folded(say("table_twin"), _twin(trial, said, counted, errors))
    if not placed.any():
        return f'<p class="note">{html(say("bt_map_missing"))}</p>{twin}'
    classes = kinds(errors[np.isfinite(errors)])
    projection = fit(panel.lon[placed], panel.lat[placed], WIDTH)
    x, y = projection(np.where(placed, panel.lon, 0.0), np.where(placed, panel.lat, 0.0))
    size = _sizes(people, WIDTH * projection.height)
    marks = "".join(
        mark(_kind(classes, float(errors[i])), float(x[i]), float(y[i]), float(size[i]), _hint(trial, int(i), errors))
        for i in np.argsort(-people, kind="stable")
        if shown[i]
    )
    picture = drawing(
        key,
        (WIDTH, projection.height),
        say("bt_map_title", name=trial.subject.method, year=trial.year),
        say("bt_map_desc", count=int(shown.sum()), limit=f"{classes[2].below:g}"),
        element("path", class_="land", d=outline(projection), fill_rule="evenodd"),
        element("g", marks, class_="bubbles"),
        class_="map",
    )
    missing = int((~shown).sum())
    notes = [say("bt_map_note"), *([say("bt_map_some_missing", count=missing)] if missing else [])]
    written = "".join(f'<p class="note">{html(note)}</p>' for note in notes)
    return f"<figure>{picture}{_legend(classes, size, people)}</figure>{written}{twin}"


def _kind(classes: tuple[Kind, ...], error: float) -> Kind:
    return next(kind for kind in classes if error < kind.below)


def _sizes(people: Array, area: float) -> Array:
    """[place] radius in pixels of a circle whose area goes with people."""
    largest = float(people.max())
    if largest <= 0:
        return np.full(people.shape, _SMALLEST)
    most = min(_LARGEST, math.sqrt(_INK * area * largest / (math.pi * float(people.sum()))))
    return np.maximum(most * np.sqrt(people / largest), _SMALLEST)


def _hint(trial: Trial, place: int, errors: Array) -> str:
    """What a pointer over a mark shows: name, code and error, in signs that need no translation."""
    panel = trial.test.panel
    error = signed(float(errors[place]), 1).en
    return element("title", html(same(f"{named(panel, place).en} ({panel.codes[place]}): {error}%")))


def _legend(classes: tuple[Kind, ...], size: Array, people: Array) -> str:
    inner, outer = f"{classes[2].below:g}", f"{classes[3].below:g}"
    said = {
        "gain2": say("bt_far_above", outer=outer),
        "gain1": say("bt_above_by", inner=inner, outer=outer),
        "level": say("bt_within", inner=inner),
        "loss1": say("bt_below_by", inner=inner, outer=outer),
        "loss2": say("bt_far_below", outer=outer),
    }
    keys = "".join(
        f"<li>{element('svg', mark(kind, 7.0, 7.0, 5.0), width='14', height='14', aria_hidden='true')}"
        f"{html(said[kind.key])}</li>"
        for kind in reversed(classes)
    )
    largest = float(people.max())
    if largest < 1:
        return f'<ul class="legend">{keys}</ul>'
    sample = 10 ** math.floor(math.log10(largest))
    radius = float(size.max()) * math.sqrt(sample / largest)
    box = max(2 * radius + 2, 8.0)
    circle = element("circle", class_="level", cx=box / 2, cy=box / 2, r=radius)
    icon = element("svg", circle, width=box, height=box, aria_hidden="true")
    return f'<ul class="legend">{keys}<li>{icon}{html(tick(sample))}</li></ul>'


def _twin(trial: Trial, said: Array, counted: Array, errors: Array) -> str:
    """Every place in order of code."""
    panel, years = trial.test.panel, (trial.test.launch, trial.year)
    at_launch = panel.totals[panel.at(years[0])]
    headings = [
        say("place"),
        say("code"),
        say("bt_counted_in", year=years[0]),
        say("bt_forecast_for", year=years[1]),
        say("bt_counted_in", year=years[1]),
        say("bt_error"),
    ]
    rows: list[list[Text]] = []
    for i in sorted(range(len(panel.codes)), key=lambda at: panel.codes[at]):
        numbers = [persons(float(values[i])) for values in (at_launch, said, counted)]
        error = signed(float(errors[i]), 1) + same("%") if np.isfinite(errors[i]) else percentage(math.nan)
        rows.append([named(panel, i), same(panel.codes[i]), *numbers, error])
    return table(headings, rows)


def persons(value: float) -> Text:
    """A number of persons; a dash where none is known."""
    return exact(value) if math.isfinite(value) else same("–")
