"""The page of claims: each with its verdict, its three lines, a chart that answers it, and what is published."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from hinterland.explain.claims import cards
from hinterland.explain.claims.gallery import Told, counted
from hinterland.explain.claims.observed import Bar, Finding
from hinterland.explain.claims.quantities import label
from hinterland.params import load
from hinterland.report.numbers import MINUS
from hinterland.report.page import page
from hinterland.report.svg import Scale, drawing, element, ticks, width_of, words
from hinterland.report.tables import figure, table
from hinterland.report.text import Text, html, join, same, say
from hinterland.results.variables import VARIABLES
from hinterland.writing import write_text

WIDE, ROW = 560, 24
"""Pixels across a chart, and of one bar."""
NAMED: Final = frozenset({"group", "others", "share", "level", "place", "median"})
"""Labels of bars that are words; the others are figures."""
COUNTRIES: Final = {
    "cn": Text("China's prefectures", "中国地级单位", "中国の地級単位"),
    "cn-counties": Text("China's counties", "中国县级单位", "中国の県級単位"),
    "jp": Text("Japan's municipalities", "日本市町村", "日本の市町村"),
    "us": Text("US counties", "美国各县", "米国の郡"),
}


def write_claims(found: Sequence[Told], path: Path) -> None:
    """Writes the page as one HTML file in three languages, whole or not at all; InputError where it cannot be."""
    write_text(path, claims_page(found))


def claims_page(found: Sequence[Told]) -> str:
    """The whole page."""
    counts = counted(found)
    total = say(
        "claims_counts",
        holds=counts["holds"],
        partly=counts["holds partly"],
        fails=counts["does not hold"],
        untold=counts["cannot be told here"],
    )
    listed = "".join(
        f'<li><a href="#{one.card.id}">{one.card.id} {html(_text(one.card.title))}</a>: {html(verdict(one))}</li>'
        for one in found
    )
    body = f"<p>{html(total)}</p><ul>{listed}</ul>" + "".join(card(one) for one in found)
    return page(say("claims_title"), say("claims_lead", all=len(found)), body)


def card(one: Told) -> str:
    """One claim: words, verdict, data, prediction, effect, published."""
    said = [f'<section id="{one.card.id}"><h2>{one.card.id} {html(_text(one.card.title))}</h2>']
    said.append(f"<blockquote>{html(_text(one.card.claim))}</blockquote>")
    said.append(f"<p><strong>{html(verdict(one))}</strong>")
    if one.needs:
        said.append(f" {html(say('claim_needs', what=needs(one)))}")
    said.append(f"</p><h3>{html(say('claim_data'))}</h3>")
    if one.card.only is not None:
        said.append(f"<p>{html(say('claim_only', what=_text(one.card.only)))}</p>")
    said += [_tested(f"{one.card.id}-{n}", finding) for n, finding in enumerate(one.findings)]
    said.append(f"<h3>{html(say('claim_prediction'))}</h3><p>{html(prediction(one))}</p>")
    said.append(f"<h3>{html(say('claim_effect'))}</h3><p>{html(effect(one))}</p>")
    said.append(f"<h3>{html(say('claim_published'))}</h3>{_published(one)}</section>")
    return "".join(said)


def chart(key: str, title: Text, bars: Sequence[Bar]) -> str:
    """Bars with their intervals, zero always in sight."""
    labels = [_named(bar) for bar in bars]
    left = max(width_of(label, 11) for label in labels) + 12
    ends = [end for bar in bars for end in (bar.low, bar.high, 0.0)]
    levels = ticks(min(ends), max(ends), 5)
    across = Scale(levels[0], levels[-1], left, WIDE - 14)
    bottom = ROW * len(bars) + 8
    parts = [
        element("line", class_="zero" if level == 0 else "grid", x1=across(level), x2=across(level), y1=4.0, y2=bottom)
        + words(across(level), bottom + 15.0, same(figure_of(level)), text_anchor="middle", class_="tick")
        for level in levels
    ]
    for row, (bar, name) in enumerate(zip(bars, labels, strict=True)):
        y = ROW * row + 10.0
        start, end = sorted((across(0.0), across(bar.value)))
        colour = "--grey" if bar.label in {"level", "others", "median"} else "--blue"
        parts.append(words(left - 8, y + 11, name, text_anchor="end"))
        parts.append(
            element("rect", x=start, y=y, width=max(end - start, 1.0), height=14.0, style=f"fill:var({colour})")
        )
        if bar.high > bar.low:
            style = "stroke:var(--ink);stroke-width:1.5"
            parts.append(element("line", x1=across(bar.low), x2=across(bar.high), y1=y + 7, y2=y + 7, style=style))
    return drawing(key, (WIDE, bottom + 24), title, title, *parts)


def figure_of(value: float) -> str:
    """A number to three figures with a true minus sign and separated thousands."""
    plain = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return plain.replace("-", MINUS)


def _named(bar: Bar) -> Text:
    return say(f"claim_bar_{bar.label}") if bar.label in NAMED else same(bar.label.replace("-", MINUS))


def _tested(key: str, finding: Finding) -> str:
    asks = _text(finding.test.asks)
    said = f"<p>{html(sentence(finding))}</p>"
    if not finding.bars:
        return f"<p><em>{html(asks)}</em></p>{said}"
    headings = [say("claim_column_group"), say("claim_column_value"), say("claim_column_band")]
    rows = [
        [
            _named(bar),
            same(figure_of(bar.value)),
            _range(bar.low, bar.high) if bar.high > bar.low else same("–"),
        ]
        for bar in finding.bars
    ]
    drawn = figure(asks, chart(f"chart-{key}", asks, finding.bars), table(headings, rows), [_legend(finding)])
    return drawn.replace("<h2>", "<p><em>", 1).replace("</h2>", "</em></p>", 1) + said


def _legend(finding: Finding) -> Text:
    """What the bars of a chart are."""
    test = finding.test
    shown = "line" if any(bar.high > bar.low for bar in finding.bars) else "none"
    if test.kind == "correlation":
        said = say("claim_bars_groups", y=_quantity(test.y), x=_quantity(test.x))
    elif test.kind == "concentration":
        sector = _quantity(test.y) if test.y == "people" else _quantity(test.y.replace("share_", "jobs_held_"))
        said = say("claim_bars_tenth", y=sector)
    elif test.kind == "ratio":
        said = say("claim_bars_ratio", y=_quantity(test.y), x=_quantity(test.x))
    elif test.holds is not None:
        said = say("claim_bars_share", y=_quantity(test.holds.quantity), bound=_bound(test.holds))
    else:
        said = say("claim_bars_mean", y=_quantity(test.y))
    return said if shown == "none" or test.kind == "rank" else join([said, say("claim_bars_line")])


def _bound(condition: cards.Where) -> Text:
    if condition.at_least is not None:
        return say("claim_wanted_least", least=figure_of(condition.at_least))
    assert condition.at_most is not None
    return say("claim_wanted_most", least=figure_of(condition.at_most))


def _quantity(name: str) -> Text:
    return Text(**label(name))


def sentence(finding: Finding) -> Text:
    """What a test found, in a sentence."""
    test = finding.test
    if finding.outcome == "missing":
        return say("claim_missing", what=join([_pack(name) for name in test.packs], same(" / ")))
    signs = test.kind in {"correlation", "difference", "concentration"}
    wanted = {"up": "up", "down": "down"} if signs else {"up": "least", "down": "most"}
    band = same(f"({figure_of(finding.low)} – {figure_of(finding.high)})" if finding.high > finding.low else "")
    return say(
        "claim_found",
        value=figure_of(finding.value),
        band=band,
        unit=say(f"claim_unit_{test.kind}"),
        wanted=say(f"claim_wanted_{wanted[test.expect]}", least=figure_of(test.least)),
        outcome=say(f"claim_{finding.outcome}"),
        country=COUNTRIES.get(finding.pack, same(finding.pack)),
        places=f"{finding.places:,}",
        start=test.start,
        end=test.end,
    )


def prediction(one: Told) -> Text:
    """What back-tests say of a claim."""
    asked = one.card.prediction
    if asked.none is not None:
        return _text(asked.none)
    if not one.gains:
        return say("claim_no_backtest")
    each = [
        say(
            "claim_gain",
            panel=COUNTRIES.get(gain.panel, same(gain.panel)),
            launch=gain.launch,
            horizon=gain.horizon,
            points=f"{gain.points:+.2f}".replace("-", MINUS),
        )
        for gain in one.gains
    ]
    return join([say(f"claim_{one.prediction.replace(' ', '_')}"), *each])


def effect(one: Told) -> Text:
    """What the model says if a claim is true."""
    asked = one.card.effect
    if asked.none is not None:
        return _text(asked.none)
    if one.size is None:
        return say("claim_size_not_run")
    size = one.size
    places = say("claim_size_all") if not size.places else same(", ".join(size.names))
    if size.places > len(size.names):
        more = size.places - len(size.names)
        places = say("claim_size_more", names=", ".join(size.names), more=more)
    low, middle, high = (f"{value:+.2f}".replace("-", MINUS) for value in size.percent)
    what = say("claim_size_without", name=asked.without) if asked.without else _title_of(asked.scenario)
    names = VARIABLES[size.quantity].label
    said = say(
        "claim_size",
        what=what,
        quantity=Text(names["en"], names["zh"], names["ja"]),
        places=places,
        year=size.year,
        low=low,
        middle=middle,
        high=high,
    )
    return said if not one.card.hangs_on else join([said, say("claim_hangs", names=_hangs(one))])


def _title_of(scenario: str) -> Text:
    from hinterland.scenario_files.made import describe

    title = describe(scenario).title
    return Text(title.en, title.zh, title.ja)


def _hangs(one: Told) -> Text:
    parameters = load(fitted="cn")
    each = [
        say("claim_status_assumed", name=name) if parameters[name].status == "assumed" else same(name)
        for name in one.card.hangs_on
    ]
    return join(each, Text(", ", "、", "、"))


def _published(one: Told) -> str:
    if not one.card.evidence:
        return f"<p>{html(say('claim_published_none'))}</p>"
    return "<ul>" + "".join(_evidence(each) for each in one.card.evidence) + "</ul>"


def _evidence(each: cards.Evidence) -> str:
    source = html(same(each.source))
    if each.url:
        source = f'<a href="{escape(each.url)}">{source}</a>'
    stance = html(say(f"claim_{each.stance}"))
    return f"<li>{stance}: {html(_text(each.text))} <small>{source} ({each.sure})</small></li>"


def verdict(one: Told) -> Text:
    """The verdict on a claim."""
    return say("claim_" + one.verdict.replace(" ", "_"))


def needs(one: Told) -> Text:
    """What is missing for a verdict."""
    if one.card.missing is not None:
        return _text(one.card.missing)
    return join([_pack(name) for name in sorted({f.test.packs[0] for f in one.findings if f.outcome == "missing"})])


def _pack(name: str) -> Text:
    return say("claim_pack", name=name)


def _range(low: float, high: float) -> Text:
    return same(f"{figure_of(low)} – {figure_of(high)}")


def _text(words_of: cards.Text) -> Text:
    return Text(words_of.en, words_of.zh, words_of.ja)
