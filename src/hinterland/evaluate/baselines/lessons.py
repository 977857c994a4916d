"""What earlier launches teach: how far places moved from what a reference method said of them, by their features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from hinterland.errors import InputError
from hinterland.evaluate.baselines.earlier import Rehearsals, rehearsals, rehearsed
from hinterland.evaluate.baselines.features import Features, common_bases
from hinterland.evaluate.baselines.ridge import huber_ridge
from hinterland.evaluate.panel import Array, Method, Panel


def deviations(said: Array, came: Array) -> Array:
    """[place] log of came / said beyond that of all places together; NaN where either is not above zero."""
    some = (said > 0) & (came > 0)
    if not some.any():
        return np.full(said.shape, np.nan)
    logs = np.log(np.where(some, came, 1.0) / np.where(some, said, 1.0))
    return np.where(some, logs - np.log(came[some].sum() / said[some].sum()), np.nan)


@dataclass(frozen=True, slots=True)
class Lesson:
    """An earlier launch: the places known then, and what the reference method said."""

    known: Panel
    kept: np.ndarray
    """[place of the whole panel] whether it was known then."""
    said: dict[int, Array]
    """Years ahead -> [place known then] persons."""


def lesson(known: Panel, launch: int, horizons: list[int], reference: Method) -> Lesson:
    """The reference run at an earlier launch, once for all horizons learned from there."""
    then, kept = rehearsed(known, launch)
    forecast = reference(then, tuple(launch + horizon for horizon in horizons))
    return Lesson(then, kept, dict(zip(horizons, forecast.totals, strict=True)))


def corrections(known: Panel, ahead: Array, method: str, reference: Method, *, place: bool) -> Array:
    """[year, place] log of people over what the reference says, beyond the nation's, expected from earlier launches.

    One Huber ridge for each horizon, on all launches it was seen after; beyond the longest one the correction goes on
    by as much a year. InputError where there is no earlier launch, or the reference cannot be run at one.
    """
    spans = [float(span) for span in np.unique(ahead) if span > 0] or [5.0]
    taught = {span: rehearsals(known, span, method) for span in spans}
    seen = {each.horizon: each for each in taught.values()}
    lessons = learned(known, tuple(seen.values()), reference)

    @cache
    def features(launch: int, bases: tuple[int, ...]) -> Array:
        then = lessons[launch].known if launch in lessons else known
        return Features(bases, place)(then, method)

    rates = {horizon: fitted(known, each, lessons, features) / horizon for horizon, each in seen.items()}
    nothing = np.zeros(known.totals.shape[1])
    return np.array([span * rates[taught[float(span)].horizon] if span > 0 else nothing for span in ahead])


def learned(known: Panel, seen: tuple[Rehearsals, ...], reference: Method) -> dict[int, Lesson]:
    """Launch -> lesson, without launches too early for the reference; its InputError where a horizon has none left."""
    lessons: dict[int, Lesson] = {}
    refused: InputError | None = None
    for launch in sorted({launch for each in seen for launch in each.launches}):
        horizons = [each.horizon for each in seen if launch in each.launches]
        try:
            lessons[launch] = lesson(known, launch, horizons, reference)
        except InputError as fault:
            refused = fault
    if refused is not None and any(not lessons.keys() & set(each.launches) for each in seen):
        raise refused
    return lessons


def fitted(
    known: Panel, each: Rehearsals, lessons: dict[int, Lesson], features: Callable[[int, tuple[int, ...]], Array]
) -> Array:
    """[place] correction expected at the horizon of these rehearsals, from `features(launch, bases)`."""
    bases = common_bases(known, each.launches)
    rows, targets = [], []
    for launch in each.launches:
        if launch in lessons:
            past = lessons[launch]
            came = known.totals[known.at(launch + each.horizon)][past.kept]
            target = deviations(past.said[each.horizon], came)
            some = np.isfinite(target)
            rows.append(features(launch, bases)[some])
            targets.append(target[some])
    table, target = np.concatenate(rows), np.concatenate(targets)
    if not target.size:
        return np.zeros(known.totals.shape[1])
    fit = huber_ridge(table, target)
    return fit(features(int(known.years[-1]), bases)) - fit.level
