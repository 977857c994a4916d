"""Numbers, names of classes, and the sentences that say who forecast best and where the model loses."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from hinterland.evaluate.bootstrap import Difference
from hinterland.evaluate.classes import GROWTHS, SIZES, Bands
from hinterland.evaluate.control import FORECAST
from hinterland.evaluate.leaderboard import MODEL
from hinterland.evaluate.panel import Panel
from hinterland.report.backtest_view import CONSTANT, Trial
from hinterland.report.numbers import MINUS, MYRIAD, exact, tick
from hinterland.report.text import LANGUAGES, Text, join, same, say

_BEYOND: Final = 1e6
"""Percent above which a number says no more than that it is huge."""
_NEAR: Final = 4.0
"""Percentage points within which a coverage counts as about right."""
_FEWEST: Final = 20
"""Places that a class needs to be named in a sentence."""


def named(panel: Panel, place: int) -> Text:
    """A place in its own script, in English after its name in Latin letters where that is another."""
    own = panel.names[place]
    latin = panel.names_en[place] if panel.names_en else own
    return Text(own if latin == own else f"{latin} {own}", own, own)


def country(panel: Panel) -> Text:
    """The country's name, or its code where it has none."""
    return Text(**{language: panel.called.get(language, panel.code) for language in LANGUAGES})


def plain(value: float, digits: int = 2) -> Text:
    """A score without its unit; a dash where there is none."""
    if not math.isfinite(value):
        return same("–")
    if abs(value) >= _BEYOND:
        return same(f"{MINUS if value < 0 else ''}>{_BEYOND:,.0f}")
    return same(f"{value:,.{digits}f}".replace("-", MINUS))


def percentage(value: float, digits: int = 2) -> Text:
    """A score in percent."""
    return plain(value, digits) + same("%" if math.isfinite(value) else "")


def signed(value: float, digits: int = 2) -> Text:
    """A score with its sign, none on what rounds to zero."""
    if not math.isfinite(value) or round(value, digits) == 0:
        return plain(abs(value), digits)
    return same("+" if value > 0 else "") + plain(value, digits)


def difference(value: Difference) -> Text:
    """A difference with its interval."""
    span = signed(value.lower) + say("to_sign") + signed(value.upper)
    return signed(value.value) + same(" (") + span + same(")")


def control_name(control: str) -> Text:
    """What a control makes of the scores, with the label that the tables of figures use."""
    return say("bt_forecast" if control == FORECAST else "bt_distribution")


def method_name(name: str) -> Text:
    """A method under the name it is asked by; the model and no change say what they are."""
    if name == MODEL:
        return say("bt_model_name", name=name)
    return say("bt_constant_name", name=name) if name == CONSTANT else same(name)


def class_name(kind: str, label: str) -> Text:
    """The name of a class of places or ages."""
    bands = {"size": SIZES, "growth": GROWTHS}.get(kind)
    if bands is None:
        return same(label.replace("-", "–"))
    return _band(bands, label, _persons if kind == "size" else _growth)


def _band(bands: Bands, label: str, written: Callable[[float], Text]) -> Text:
    if label not in bands.labels:
        return say("bt_unknown")
    at, edges = bands.labels.index(label), bands.edges
    if at == 0:
        return say("bt_under", edge=written(edges[0]))
    if at == len(edges):
        return say("bt_from", edge=written(edges[-1]))
    return say("range", low=written(edges[at - 1]), high=written(edges[at]))


def _persons(edge: float) -> Text:
    whole, short = exact(edge), tick(edge)
    return Text(whole.en, short.zh, short.ja) if edge >= MYRIAD else whole


def _growth(edge: float) -> Text:
    return same(f"{edge:+g}%".replace("-", MINUS) if edge else "0%")


def verdict(trial: Trial) -> list[Text]:
    """Who is nearest, where the model stands, where it loses, and how its intervals did; every number a score."""
    sentences = _winners(trial)
    if MODEL not in trial.entries:
        refused = any(refusal.method == MODEL for refusal in trial.test.refusals)
        return [*sentences, say("bt_model_refused" if refused else "bt_model_absent", model=MODEL)]
    if trial.baseline(FORECAST, trial.horizon) is None:
        return [*sentences, say("bt_alone")]
    for control in trial.controls:
        sentences += _standing(trial, control)
    sentences += _classes(trial, "bt_classes_behind", "bt_classes_ahead", "size", "growth")
    sentences += _classes(trial, "bt_ages_behind", "bt_ages_ahead", "age")
    return sentences + _intervals(trial)


def _winners(trial: Trial) -> list[Text]:
    ranked = trial.scored(FORECAST, trial.horizon)
    if not ranked:
        return [say("bt_none_scored", year=trial.year)]
    first = ranked[0]
    said = [
        say(
            "bt_winner",
            horizon=trial.horizon,
            name=method_name(first.method),
            count=len(ranked),
            mean=percentage(first.points.mean_ape),
            median=percentage(first.points.median_ape),
        )
    ]
    for control in trial.controls[1:]:
        given = trial.scored(control, trial.horizon)[0]
        said.append(
            say("bt_winner_given", name=method_name(given.method), mean=percentage(given.points.mean_ape)),
        )
    unchanged = trial.row(FORECAST, trial.horizon, CONSTANT)
    if unchanged is not None and first.method != CONSTANT:
        said.append(say("bt_no_change", mean=percentage(unchanged.points.mean_ape)))
    return said


def _standing(trial: Trial, control: str) -> list[Text]:
    """Rank of the model and its distance from the best baseline, and the horizons at which it loses and wins."""
    ranked = [row.method for row in trial.scored(control, trial.horizon)]
    ours, name = trial.row(control, trial.horizon, MODEL), trial.baseline(control, trial.horizon)
    gap = trial.behind(control, trial.horizon)
    if ours is None or name is None or gap is None:
        return []
    key = "bt_behind" if gap > 0 else "bt_ahead" if gap < 0 else "bt_level"
    away = say(key, gap=plain(abs(gap)), name=name)
    if ours.difference is not None:
        away += say(
            "bt_interval",
            level=f"{ours.difference.level:.0%}",
            low=signed(ours.difference.lower),
            high=signed(ours.difference.upper),
            clear=say("bt_clear" if ours.difference.clear else "bt_unclear"),
        )
    gaps = {horizon: trial.behind(control, horizon) for horizon in trial.test.horizons}
    named = control_name(control)
    return [
        say(
            "bt_stands",
            control=named,
            model=MODEL,
            rank=ranked.index(MODEL) + 1,
            count=len(ranked),
            mean=percentage(ours.points.mean_ape),
            away=away,
        ),
        say(
            "bt_loses",
            control=named,
            loses=_listed([h for h, value in gaps.items() if value is not None and value > 0]),
            wins=_listed([h for h, value in gaps.items() if value is not None and value < 0]),
        ),
    ]


def _listed(horizons: Sequence[int]) -> Text:
    return join(map(same, horizons), Text(", ", "、", "、")) if horizons else say("bt_none")


def _classes(trial: Trial, behind: str, ahead: str, *kinds: str) -> list[Text]:
    """In how many classes the model errs more than the best baseline, and where it falls furthest behind."""
    name = trial.baseline(FORECAST, trial.horizon)
    if name is None:
        return []
    ours, theirs = trial.classes(MODEL, *kinds), trial.classes(name, *kinds)
    gaps = {
        key: ours[key].points.mean_ape - theirs[key].points.mean_ape
        for key in ours
        if key in theirs and ours[key].points.places >= _FEWEST
    }
    if not gaps:
        return []
    losing = [key for key, gap in gaps.items() if gap > 0]
    if not losing:
        return [say(ahead, total=len(gaps), name=name, fewest=_FEWEST)]
    worst = max(losing, key=lambda key: gaps[key])
    kind, label = worst
    where = {"size": "bt_in_size", "growth": "bt_in_growth"}.get(kind, "bt_in_age")
    return [
        say(
            behind,
            total=len(gaps),
            name=name,
            losing=len(losing),
            fewest=_FEWEST,
            where=say(where, band=class_name(kind, label)),
            ours=percentage(ours[worst].points.mean_ape),
            theirs=percentage(theirs[worst].points.mean_ape),
        )
    ]


def _intervals(trial: Trial) -> list[Text]:
    """What share of places the 80% intervals of the model and of the best baseline held."""
    said: list[Text] = []
    for name in trial.rivals:
        row = trial.row(FORECAST, trial.horizon, name)
        if row is None or row.spread is None:
            continue
        held = next(each for each in row.spread.intervals if each.nominal == 80)
        if not math.isfinite(held.covered):
            continue
        apart = held.covered - held.nominal
        judged = "bt_too_wide" if apart > _NEAR else "bt_too_narrow" if apart < -_NEAR else "bt_about_right"
        said.append(say("bt_held", name=name, held=percentage(held.covered, 0), judged=say(judged)))
    return [join(said)] if said else []
