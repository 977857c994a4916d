"""Births, deaths, arrivals and departures by period, and what they add up to."""

from __future__ import annotations

from typing import Final

import numpy as np

from hinterland.report.numbers import signed, tick
from hinterland.report.panel import Line, panel
from hinterland.report.tables import figure, table
from hinterland.report.text import Text, html, same, say
from hinterland.report.view import BAND_80, Array, Unit, View, quantiles

SIZE: Final = (350, 220)


def yearly(view: View, unit: Unit) -> dict[str, Array]:
    """[member, period] persons per year of every flow and of the nets: `natural`, `moves`, `net`.

    `moves` is arrivals less departures inside the country, plus international moves; `net` is the change of people.
    """
    years = np.asarray(view.period_years, dtype=np.float64)
    kept = ("births", "deaths", "arrivals", "departures", "international", "adjustment")
    flows = {name: view.series(name, unit) / years for name in kept}
    flows["natural"] = flows["births"] - flows["deaths"]
    flows["moves"] = flows["arrivals"] - flows["departures"] + flows["international"]
    flows["net"] = flows["natural"] + flows["moves"] + flows["adjustment"]
    return flows


def flow_charts(key: str, view: View, unit: Unit) -> str:
    """A section with the flows of a unit by period and their table; a sum of places shows no moves among them."""
    flows = yearly(view, unit)
    groups: list[tuple[str, tuple[str, ...]]] = [("flow_natural", ("births", "deaths"))]
    if unit.kind == "place":
        groups.append(("flow_moves", ("arrivals", "departures")))
    groups.append(("flow_net", ("natural", "moves", "net")))
    middle = [(start + end) / 2 for start, end in zip(view.years, view.years[1:], strict=False)]
    pictures = "".join(
        f"<div><h3>{html(say(heading))}</h3>{_picture(f'{key}-{heading}', unit, names, flows, middle, heading)}</div>"
        for heading, names in groups
    )
    notes = [say("flow_note")]
    if unit.kind != "place":
        notes.append(say("flow_sum_note"))
    shown = [name for _, names in groups for name in names]
    twin = _table(view, flows, [*shown[:-3], "international", "adjustment", *shown[-3:]])
    return figure(say("flow_heading", name=unit.name), f'<div class="row flows">{pictures}</div>', twin, notes)


def _picture(
    key: str, unit: Unit, names: tuple[str, ...], flows: dict[str, Array], xs: list[float], heading: str
) -> str:
    lines: list[Line] = []
    for name in names:
        low, median, high = quantiles(flows[name], BAND_80[0], 0.5, BAND_80[1]).tolist()
        lines.append(Line(say(f"label_{name}"), name, xs, median, low, high))
    return panel(key, SIZE, (join_title(heading, unit), say("flow_desc")), lines, tick)


def join_title(heading: str, unit: Unit) -> Text:
    """The heading of a small chart with the unit's name, for those who cannot see which section it stands in."""
    return unit.name + same(": ") + say(heading)


def _table(view: View, flows: dict[str, Array], names: list[str]) -> str:
    rows: list[list[Text]] = []
    for t, (start, end) in enumerate(zip(view.years, view.years[1:], strict=False)):
        row = [same(f"{start}–{end}")]
        for name in names:
            low, median, high = quantiles(flows[name][:, t], BAND_80[0], 0.5, BAND_80[1]).tolist()
            row.append(_cell(name, low, median, high))
        rows.append(row)
    return table([say("period"), *(say(f"label_{name}") for name in names)], rows)


def _cell(name: str, low: float, median: float, high: float) -> Text:
    if name in ("births", "deaths", "arrivals", "departures"):
        return same(f"{median:,.0f} ({low:,.0f}–{high:,.0f})")
    return signed(median) + same(" (") + signed(low) + say("to_sign") + signed(high) + same(")")
