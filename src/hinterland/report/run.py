"""The page of a whole run: the nation's answer, the map, every place in a table to search, and methods."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from hinterland.report import answer, methods
from hinterland.report.fan import fan
from hinterland.report.flows import flow_charts
from hinterland.report.livelihood import livelihood
from hinterland.report.money import money
from hinterland.report.numbers import change, exact, people, short, span
from hinterland.report.page import page
from hinterland.report.place import map_section
from hinterland.report.pyramid import pyramids
from hinterland.report.rungs import rungs
from hinterland.report.services import services
from hinterland.report.text import LANGUAGES, Text, html, same, say
from hinterland.report.view import BAND_80, Array, Unit, View, medians, quantiles
from hinterland.writing import write_text

if TYPE_CHECKING:
    import xarray as xr

_EXAMPLES: Final = 4
"""Places shown as examples where the country names no peers: the most populous."""


def write_run(dataset: xr.Dataset, path: str | Path) -> None:
    """Writes the page of a run (see `results.dataset`) to `path`, whole or not at all.

    Places link to places/CODE.html beside it where those files exist. InputError: the file cannot be written.
    """
    target = Path(path)
    folder = target.parent / "places"
    pages = frozenset(found.stem for found in folder.glob("*.html")) if folder.is_dir() else frozenset[str]()
    write_text(target, run_page(dataset, pages))


def run_page(dataset: xr.Dataset, pages: frozenset[str] = frozenset()) -> str:
    """The page of a run as one HTML text; `pages` are codes of places that have a page in the folder `places`."""
    view = View(dataset)
    nation = view.nation
    body = [answer.section(view, nation), f'<p class="note">{html(say("nation_note"))}</p>']
    if view.horizons:
        body += [
            fan("fan", view, nation),
            map_section(view, None),
            _examples(view, pages),
            _all_places(view, pages),
            pyramids("pyramid", view, nation),
            flow_charts("flow", view, nation),
            livelihood("live", view, nation),
            money("money", view, nation),
            rungs("rungs", view, nation),
            services("hand", view, nation),
        ]
    body.append(methods.ending(view, diagnostics=True))
    lead = say("run_lead", places=len(view.codes), members=view.members, base=view.base_year, year=view.years[-1])
    return page(say("run_title", name=nation.name, year=view.years[-1]), lead, "".join(body))


def _examples(view: View, pages: frozenset[str]) -> str:
    chosen = view.peers() or tuple(view.place(view.codes[i]) for i in _largest(view))
    cards: list[str] = []
    for unit in sorted(chosen, key=lambda other: other.key):
        ahead = view.series("people", unit)
        low, median, high = quantiles(ahead[:, view.years.index(view.focus)], BAND_80[0], 0.5, BAND_80[1]).tolist()
        line = say(
            "example_line",
            people=exact(float(view.record(unit)[-1])),
            base=view.base_year,
            year=view.focus,
            median=people(median),
            span=span(low, high),
        )
        cards.append(f"<li><h3>{_linked(unit, pages)}</h3>{html(line)}</li>")
    note = f'<p class="note">{html(say("examples_note"))}</p>'
    return f'<section><h2>{html(say("examples_heading"))}</h2>{note}<ul class="cards">{"".join(cards)}</ul></section>'


def _largest(view: View) -> list[int]:
    now = view.people_in(view.base_year, medians)
    return [int(i) for i in np.argsort(-now, kind="stable")[:_EXAMPLES]]


def _linked(unit: Unit, pages: frozenset[str]) -> str:
    name = html(unit.name)
    if unit.key not in pages:
        return name
    return f'<a class="page" href="places/{html(same(unit.key))}.html">{name}</a>'


def _all_places(view: View, pages: frozenset[str]) -> str:
    """A table of every place in order of code, with a field to search it and headings that sort it."""
    now = view.people_in(view.base_year, medians)
    then = view.people_in(view.focus, lambda people: quantiles(people, BAND_80[0], 0.5, BAND_80[1]))
    headings = (
        (say("place"), False),
        (say("code"), False),
        (say("region"), False),
        (say("people_in", year=view.base_year), True),
        (say("people_in", year=view.focus), True),
        (say("band_in", year=view.focus), True),
        (say("change_in", year=view.focus), True),
    )
    head = "".join(
        f'<th scope="col"{" data-number" if numeric else " class=words"}{_sorted(i)}>'
        f'<button type="button">{html(heading)}</button></th>'
        for i, (heading, numeric) in enumerate(headings)
    )
    order = sorted(range(len(view.codes)), key=lambda at: view.codes[at])
    rows = "".join(_row(view, i, float(now[i]), then[:, i], pages) for i in order)
    labels = "".join(f' data-label-{language}="{html(same(say("all_filter").of(language)))}"' for language in LANGUAGES)
    field = f'<input type="search" aria-label="{html(same(say("all_filter").en))}"{labels}>'
    return (
        f"<section><h2>{html(say('all_heading'))}</h2>{_note('all_note')}<p>{field}</p>"
        f'<div class="scroll tall"><table class="all"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        f"{_note('all_more')}</section>"
    )


def _note(key: str) -> str:
    return f'<p class="note">{html(say(key))}</p>'


def _sorted(column: int) -> str:
    return ' aria-sort="ascending"' if column == 1 else ""


def _row(view: View, i: int, now: float, then: Array, pages: frozenset[str]) -> str:
    unit = view.place(view.codes[i])
    region = view.region_name(view.regions[i])
    low, median, high = then.tolist()
    ratio = median / now if now > 0 else math.nan
    sought = " ".join([unit.key, *(name.of(language) for name in (unit.name, region) for language in LANGUAGES)])
    cells = (
        (html(same(unit.key)), unit.key, "words"),
        (html(region), region.en, "words"),
        (html(exact(now)), f"{now:.0f}", ""),
        (html(short(median)), f"{median:.0f}", ""),
        (html(_range(low, high)), f"{high - low:.0f}", ""),
        (html(change(ratio)), f"{ratio if math.isfinite(ratio) else 0:.4f}", ""),
    )
    written = "".join(
        f'<td data-v="{html(same(value))}"{f" class={mark}" if mark else ""}>{shown}</td>'
        for shown, value, mark in cells
    )
    find = html(same(" ".join(dict.fromkeys(sought.lower().split()))))
    head = f'<th scope="row" data-v="{html(same(unit.name.en))}">{_linked(unit, pages)}</th>'
    return f'<tr data-find="{find}">{head}{written}</tr>'


def _range(low: float, high: float) -> Text:
    return short(low) + same("–") + short(high)
