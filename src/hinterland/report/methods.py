"""The end of every report: method, sources and licences, what is assumed, notes, and how the run was made."""

from __future__ import annotations

import math
from typing import Any, Final
from urllib.parse import urlsplit

from hinterland.report import livelihood, services
from hinterland.report.tables import folded, table
from hinterland.report.text import Text, html, same, say
from hinterland.report.view import View

METHODS: Final = ("methods_1", "methods_2", "methods_3", "methods_4")


def ending(view: View, *, diagnostics: bool = False) -> str:
    """Sections on method, sources, assumptions and notes; the run's own diagnostics if asked."""
    economy = "methods_economy" if livelihood.known(view) else "methods_no_economy"
    told = (*METHODS, economy, *(("methods_services",) if services.known(view) else ()))
    methods = "".join(f"<p>{html(say(key))}</p>" for key in told)
    parts = [_section("methods_heading", methods), _section("sources_heading", _sources(view))]
    parts.append(_section("assumed_heading", _assumed(view) + _calibrated(view)))
    notes = view.attribute("notes", default=[])
    if notes:
        listed = "".join(f"<li>{html(same(note))}</li>" for note in notes)
        parts.append(folded(say("notes_heading"), f"<ul>{listed}</ul>"))
    if diagnostics:
        parts.append(_diagnostics(view))
    parts.append(_section("correct_heading", f"<p>{html(say('correct_hint'))}</p>"))
    return "".join(parts) + f"<footer><p>{html(made(view))}</p></footer>"


def made(view: View) -> Text:
    """Version, data, scenario, seed, runs and date: enough to make the run again."""
    scenario = str(view.attribute("scenario", default="base"))
    return say(
        "made",
        version=view.attribute("package_version", "version", default=""),
        pack=f"{view.nation.key} {view.attribute('pack_version', default='')}".strip(),
        scenario=say("scenario_base") if scenario == "base" else scenario,
        seed=view.attribute("seed", default=""),
        members=view.members,
        created=str(view.attribute("created", default=""))[:10],
    )


def _section(heading: str, content: str) -> str:
    return f"<section><h2>{html(say(heading))}</h2>{content}</section>"


def _sources(view: View) -> str:
    entries: list[str] = []
    for source in view.records("sources"):
        title = html(same(source.get("title") or source.get("name") or source.get("key") or ""))
        url = str(source.get("url") or "")
        if urlsplit(url).scheme in ("http", "https"):
            title = f'<a href="{html(same(url))}" rel="noopener noreferrer">{title}</a>'
        terms = " · ".join(str(source[key]) for key in ("attribution", "licence") if source.get(key))
        entries.append(f"<li>{title}<br><small>{html(same(terms))}</small></li>")
    entries.append(f"<li>{html(say('sources_land'))}</li>")
    return f"<ul>{''.join(entries)}</ul>"


def _assumed(view: View) -> str:
    assumed = [entry for entry in view.records("parameters") if str(entry.get("status", "")) == "assumed"]
    if not assumed:
        return f"<p>{html(say('assumed_none'))}</p>"
    headings = [say(key) for key in ("parameter", "value", "unit", "range_of", "meaning")]
    rows = [
        [
            same(entry.get("name", "")),
            same(_value(entry.get("value"))),
            same(entry.get("unit") or ""),
            same(_value(entry.get("range"))),
            same(entry.get("doc") or ""),
        ]
        for entry in assumed
    ]
    note = html(say("assumed_note", count=len(rows)))
    return f"<p>{note}</p>" + folded(say("assumed_list"), table(headings, rows, "prose"))


def _calibrated(view: View) -> str:
    """Values that were fitted, with what they rest on; empty where there are none."""
    fitted = [entry for entry in view.records("parameters") if str(entry.get("status", "")) == "calibrated"]
    if not fitted:
        return ""
    headings = [say(key) for key in ("parameter", "value", "unit", "fitted_on")]
    rows = [
        [
            same(_value(entry.get(key)) if key == "value" else entry.get(key) or "")
            for key in ("name", "value", "unit", "source")
        ]
        for entry in fitted
    ]
    return folded(say("calibrated_list"), table(headings, rows, "prose"))


def _diagnostics(view: View) -> str:
    values = view.attribute("diagnostics", default={})
    if not values:
        return ""
    rows = [[same(name), same(_value(value))] for name, value in values.items()]
    return folded(say("diagnostics_heading"), table([say("diagnostic"), say("value")], rows))


def _value(value: Any) -> str:
    """A value as short as it stays true: six figures, pairs as ranges, longer lists with commas."""
    if value is None:
        return ""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int | float):
        return f"{value:.6g}" if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple) and len(value) == 2:
        return " … ".join(_value(part) for part in value)
    if isinstance(value, list | tuple):
        return ", ".join(_value(part) for part in value)
    return str(value)
