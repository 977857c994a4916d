"""The page of one place: record, answer, charts with their tables, and where everything comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hinterland.report import answer, methods
from hinterland.report.compare import comparison
from hinterland.report.fan import fan
from hinterland.report.flows import flow_charts
from hinterland.report.livelihood import livelihood
from hinterland.report.map import bubble_map, map_rows
from hinterland.report.money import money
from hinterland.report.page import page
from hinterland.report.pyramid import pyramids
from hinterland.report.rungs import rungs
from hinterland.report.services import services
from hinterland.report.tables import figure, table
from hinterland.report.text import Text, html, say
from hinterland.report.view import Unit, View
from hinterland.writing import write_text

if TYPE_CHECKING:
    import xarray as xr


def write_place(dataset: xr.Dataset, code: str, path: str | Path) -> None:
    """Writes the page of a place of a run (see `results.dataset`) to `path`, whole or not at all.

    A report.html one folder above is linked where it exists. InputError: the run has no such place, or the file
    cannot be written.
    """
    target = Path(path)
    above = target.parent.parent / "report.html"
    write_text(target, place_page(dataset, code, back="../report.html" if above.is_file() else ""))


def place_page(dataset: xr.Dataset, code: str, *, back: str = "") -> str:
    """The page of a place as one HTML text; `back` is the address of the run's page, empty for none."""
    view = View(dataset)
    unit = view.place(code)
    link = f'<p><a class="page" href="{back}">{html(say("to_run"))}</a></p>' if back else ""
    body = [answer.section(view, unit)]
    if view.horizons:
        body += [
            fan("fan", view, unit),
            pyramids("pyramid", view, unit),
            flow_charts("flow", view, unit),
            livelihood("live", view, unit),
            money("money", view, unit),
            rungs("rungs", view, unit),
            services("hand", view, unit),
            comparison("compare", view, unit),
            map_section(view, unit),
        ]
    body.append(methods.ending(view))
    title = say("place_title", name=unit.name, year=view.years[-1])
    return page(title, _lead(view, unit), "".join(body), back=link)


def map_section(view: View, marked: Unit | None) -> str:
    """A section with the map of all places, one of them marked, and its table."""
    picture = bubble_map("map", view, marked, view.peers(without=marked.key if marked else ""))
    headings = [
        say("place"),
        say("region"),
        say("people_in", year=view.base_year),
        say("people_in", year=view.focus),
        say("change_in", year=view.focus),
    ]
    heading = say("map_heading", year=view.focus)
    return figure(heading, picture, table(headings, map_rows(view)), [say("map_note")])


def _lead(view: View, unit: Unit) -> Text:
    said = {
        "country": view.nation.name,
        "code": unit.key,
        "members": view.members,
        "base": view.base_year,
        "year": view.years[-1],
    }
    region = view.region_of(unit.key)
    return say("place_lead", region=region.name, **said) if region else say("place_lead_alone", **said)
