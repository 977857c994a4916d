"""The answer in words: the record first, then people, chances, ages and flows, every number a quantile of the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hinterland.report.flows import yearly
from hinterland.report.numbers import chance, change, exact, people, percent, signed, span
from hinterland.report.text import Text, html, join, say
from hinterland.report.view import BAND_80, Array, Unit, View, quantiles

QUARTER: Final = 0.75
HALF: Final = 0.5
LIKE: Final = (10, 20)
"""Years ahead at which past errors are told."""
_TELLING: Final = 0.005
"""Share of the people now below which an adjustment needs no sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a report says of a unit: sentences about the record, and about the forecast."""

    record: tuple[Text, ...]
    forecast: tuple[Text, ...]


def answer(view: View, unit: Unit) -> Answer:
    """The sentences for a unit; a run of one instant has a record only."""
    record = (*_record(view, unit), *likely(view, unit), *trust(view))
    if not view.horizons:
        return Answer(record, ())
    told = [say("answer_now", name=unit.name, year=view.base_year, people=exact(float(view.record(unit)[-1])))]
    told += [horizon(view, unit, year) for year in view.horizons]
    told += [*_chances(view, unit), *_old(view, unit), *_flows(view, unit), say("answer_caveat")]
    return Answer(record, tuple(told))


def section(view: View, unit: Unit) -> str:
    """Both parts as HTML, the record first."""
    told = answer(view, unit)
    record = "".join(f"<p>{html(sentence)}</p>" for sentence in told.record)
    parts = [f'<section class="record"><h2>{html(say("track_heading"))}</h2>{record}</section>']
    if told.forecast:
        *sentences, caveat = told.forecast
        listed = "".join(f"<li>{html(sentence)}</li>" for sentence in sentences)
        heading = html(say("answer_heading"))
        parts.append(
            f'<section class="answer"><h2>{heading}</h2><ul>{listed}</ul><p class="note">{html(caveat)}</p></section>'
        )
    return "".join(parts)


def trust(view: View) -> tuple[Text, ...]:
    """What is known of how far forecasts of this kind miss, in this country."""
    known = view.nation.key.lower() in ("cn", "chn")
    return (say("track_none"), *((say("track_cn"),) if known else ()))


def likely(view: View, unit: Unit) -> tuple[Text, ...]:
    """How wrong forecasts of places like this one have been ten and twenty years ahead, and where that was measured."""
    ahead = [year for year in view.years if year - view.base_year in LIKE]
    if unit.kind != "place" or "likely_error" not in view.data or not ahead:
        return ()
    found = view.errors[[view.years.index(year) for year in ahead], unit.at[0]]
    each = [
        say("track_like_year", count=year - view.base_year, error=percent(float(error), 1))
        for year, error in zip(ahead, found, strict=True)
    ]
    told = join(each, say("track_like_and"))
    known = view.attribute("error_record", default={})
    launches, measured = known.get("launches", []), known.get("measured", 0)
    if not launches:
        return (say("track_like_borrowed", told=told),)
    when = ", ".join(map(str, launches)) if len(launches) < 4 else f"{launches[0]}–{launches[-1]}"
    sentence = say("track_like", launches=when, told=told)
    carried = measured < ahead[-1] - view.base_year
    return (sentence, say("track_like_carried", count=measured)) if carried else (sentence,)


def horizon(view: View, unit: Unit, year: int) -> Text:
    """People in a year: median and the band that holds 80 in 100 runs."""
    low, median, high = _at(view.series("people", unit), view.years.index(year))
    return say("answer_then", year=year, median=people(median), span=span(low, high))


def _at(values: Array, t: int) -> tuple[float, float, float]:
    low, median, high = quantiles(values[:, t], BAND_80[0], 0.5, BAND_80[1]).tolist()
    return low, median, high


def _record(view: View, unit: Unit) -> tuple[Text, ...]:
    years, counts = view.record_years, view.record(unit)
    first, last = float(counts[0]), float(counts[-1])
    if len(counts) < 2:
        return (say("track_one", after=years[-1], last=exact(last)),)
    ratio = last / first if first > 0 else float("nan")
    return (
        say(
            "track_change",
            before=years[0],
            first=exact(first),
            after=years[-1],
            last=exact(last),
            change=change(ratio),
            count=years[-1] - years[0],
        ),
    )


def _chances(view: View, unit: Unit) -> tuple[Text, ...]:
    ahead = view.series("people", unit)
    now, then = ahead[:, 0], ahead[:, view.years.index(view.focus)]
    if not (now > 0).all():
        return ()
    ratio = then / now
    quarter, half, more = (float(np.mean(part)) for part in (ratio <= QUARTER, ratio <= HALF, ratio > 1))
    lost = say(
        "answer_chance",
        year=view.focus,
        base=view.base_year,
        quarter=chance(quarter, view.members),
        half=chance(half, view.members),
    )
    return lost, say("answer_gain", base=view.base_year, more=chance(more, view.members))


def _old(view: View, unit: Unit) -> tuple[Text, ...]:
    everyone, old = view.series("people", unit), view.series("people_65_plus", unit)
    share = np.divide(old, everyone, out=np.zeros_like(old), where=everyone > 0)
    low, median, high = _at(share, view.years.index(view.focus))
    return (
        say(
            "answer_old",
            base=view.base_year,
            now=percent(float(np.median(share[:, 0]))),
            year=view.focus,
            then=percent(median),
            low=percent(low),
            high=percent(high),
        ),
    )


def _flows(view: View, unit: Unit) -> tuple[Text, ...]:
    flows = yearly(view, unit)
    count = view.years.index(view.focus)
    lengths = np.asarray(view.period_years[:count], dtype=np.float64)
    sums = {name: (values[:, :count] * lengths).sum(axis=1) for name, values in flows.items()}
    told: list[Text] = []
    for name, key in (("natural", "answer_natural"), ("moves", moves_key(unit))):
        low, median, high = quantiles(sums[name], BAND_80[0], 0.5, BAND_80[1]).tolist()
        said = {"median": signed(median), "low": signed(low), "high": signed(high)}
        told.append(say(key, base=view.base_year, year=view.focus, **said))
    adjusted = float(np.median(sums["adjustment"]))
    if abs(adjusted) > _TELLING * max(float(view.record(unit)[-1]), 1.0):
        told.append(say("answer_adjustment", median=signed(adjusted)))
    return tuple(told)


def moves_key(unit: Unit) -> str:
    """The sentence for moves: those of a nation are moves across its border only."""
    return "answer_abroad" if unit.kind == "nation" else "answer_moves"
