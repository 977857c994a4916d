"""The anchor of a launch, and the law of its errors, learned from what was known then.

Which methods are combined depends only on what a record holds, by a rule that was fixed for all launches of a country
on the others of them. Weights are those of Bates and Granger (1969) without covariances; combining by near-equal
weights is hard to beat (Smith and Wallis 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hinterland.anchor import ODDS, Anchor, Law, borrowed
from hinterland.calibrate.following import with_course
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.evaluate.baselines import BASELINES
from hinterland.evaluate.baselines.lessons import deviations
from hinterland.evaluate.baselines.totals import Trend
from hinterland.evaluate.classes import SIZES
from hinterland.evaluate.panel import Array, Forecast, Method, Panel, panel
from hinterland.evaluate.spread import Errors, errors, nearest, power, size_scales
from hinterland.params import Parameters
from hinterland.system import System

SETS: Final = (
    ("gross_flow", "gross_flow_learned"),
    ("natural_long_learned", "natural_long"),
    ("registered_gap",),
)
"""Methods combined, best first: a record with registered moves by place; with ages, and long enough to learn from; with
one count only. The first set whose first method can be asked is used."""
ONE_COUNT: Final = frozenset({"registered_gap"})
"""Methods for records that hold a single year: where there are two, what happened between them is known better."""
STAND_IN: Final = Trend("lin_exp")
"""Lends its errors where the methods of a set could not have been run at an earlier launch."""


@dataclass(frozen=True, slots=True)
class Combination:
    """The geometric mean of methods; ages, where any of them has them, as shares of that."""

    weights: Mapping[str, float]
    """Name of a method -> its weight; methods that cannot be asked are left out."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals, and cells where a method has them; InputError where none of the methods can be asked."""
        found: dict[str, Forecast] = {}
        refused: InputError | None = None
        for name in self.weights:
            try:
                found[name] = BASELINES[name](known, years)
            except InputError as fault:
                refused = fault
        if not found:
            raise refused or InputError("no method", remedy="Name one", where=known.code)
        weights = {name: self.weights[name] / sum(self.weights[other] for other in found) for name in found}
        logs = sum((weights[name] * np.log(np.maximum(found[name].totals, 1e-6)) for name in found), np.zeros(()))
        totals = np.exp(logs)
        cells = [(weights[name], each.cells) for name, each in found.items() if each.cells is not None]
        if not cells:
            return Forecast(years, totals)
        mixed = sum((weight * of for weight, of in cells), np.zeros(()))
        size = mixed.sum(axis=(2, 3))
        factor = np.divide(totals, size, out=np.zeros_like(size), where=size > 0)
        return Forecast(years, totals, mixed * factor[..., None, None])


def on_course(system: System, steps: int) -> System:
    """The system with its central course and the law of its errors over so many steps.

    A system that repeats its record keeps the effects of the record; there is no launch to anchor it at.
    """
    country, parameters = system.country, system.parameters
    lasting = min(steps, int(parameters.value("anchor_years")) // country.ages.width)
    found = None if system.repeated else anchor(country, lasting)
    return with_course(system, found, law(country, parameters, steps, () if found is None else tuple(found.weights)))


def anchor(country: Country, steps: int) -> Anchor | None:
    """The anchor of so many steps after the last year that a country's record holds; None where no set can be asked."""
    known = panel(country)
    chosen = _methods(known)
    if not chosen or not steps:
        return None
    weights, launches = _weights(known, chosen)
    ahead = tuple(country.base_year + country.ages.width * (k + 1) for k in range(steps))
    said = Combination(weights)(known, ahead)
    return Anchor(said.totals, said.cells, weights, launches)


def law(country: Country, parameters: Parameters, steps: int, methods: Sequence[str] = ()) -> Law:
    """The law of errors at the ends of so many steps after launch.

    From errors of the methods at earlier launches by size of place, beyond the longest horizon known growing as within
    it. Where there is no earlier launch, the record of registered people may stand for one; else it is borrowed.
    """
    known = panel(country)
    years = country.ages.width * np.arange(1.0, steps + 1)
    record = _errors(known, methods)
    if not record:
        return borrowed(
            known.totals[-1],
            years,
            error=parameters.value("place_error") * parameters.value("place_error_borrowed"),
            size=parameters.value("place_error_size"),
            growth=parameters.value("place_error_growth"),
            tails=parameters.value("place_error_tails"),
        )
    growth, classes = power(record), SIZES.of(known.totals[-1])
    scales, shapes = [], []
    for ahead in years:
        used = nearest(record, int(ahead))
        logs, sizes = (np.concatenate(parts) for parts in zip(*((e.logs, e.sizes) for e in used), strict=True))
        by_class = size_scales(logs, sizes)
        relative = logs / by_class[SIZES.of(sizes)]
        middle = float(np.abs(relative).mean())
        scales.append((ahead / used[0].horizon) ** growth * middle * by_class[classes])
        upper = np.quantile(np.concatenate([relative, -relative]), ODDS) / max(middle, 1e-9)
        shapes.append((upper - upper[::-1]) / 2)
    # What has gone astray does not come back of itself, whatever a few launches show.
    return Law(
        scale=np.maximum.accumulate(scales),
        shape=np.array(shapes),
        launches=tuple(sorted({each.launch for each in record})),
        measured=max(each.horizon for each in record),
    )


def _methods(known: Panel) -> tuple[str, ...]:
    """The methods of the first set whose first one can be asked at the last known year."""
    ahead = (int(known.years[-1]) + known.ages.width,)
    for names in SETS:
        if len(known.years) > 1 and ONE_COUNT & set(names):
            continue
        if _can(known, names[0], ahead):
            return tuple(name for name in names if _can(known, name, ahead))
    return ()


def _can(known: Panel, name: str, ahead: tuple[int, ...]) -> bool:
    try:
        BASELINES[name](known, ahead)
    except InputError:
        return False
    return True


def _weights(known: Panel, names: Sequence[str]) -> tuple[dict[str, float], tuple[int, ...]]:
    """Weights in inverse proportion to mean squared errors of the distribution at launches that all could be run at."""
    alike = dict.fromkeys(names, 1 / len(names))
    if len(names) == 1:
        return alike, ()
    found = {name: {(e.launch, e.horizon): e for e in errors(BASELINES[name], known)} for name in names}
    common = set.intersection(*(set(of) for of in found.values()))
    if not common:
        return alike, ()
    precision = {name: 1 / np.mean([_spread(of[at]) for at in common]) for name, of in found.items()}
    total = sum(precision.values())
    return {name: float(of / total) for name, of in precision.items()}, tuple(sorted({at[0] for at in common}))


def _spread(each: Errors) -> float:
    """Mean squared log error beyond that of all places together, the wildest two per cent left out."""
    logs = _beyond_the_nation(each)
    return float(np.mean(np.sort(logs**2)[: max(1, int(0.98 * logs.size))])) + 1e-12


def _beyond_the_nation(each: Errors) -> Array:
    """Log errors [place] less that of the nation: its course is uncertain in its own right."""
    return deviations(each.sizes, each.sizes * np.exp(each.logs))


def _errors(known: Panel, methods: Sequence[str]) -> tuple[Errors, ...]:
    """Errors of the distribution at earlier launches: of the methods, of a stand-in, or of registered people."""
    asked: list[Method] = [Combination(dict.fromkeys(methods, 1.0))] if methods else []
    for method in (*asked, BASELINES["registered_gap"], STAND_IN):
        record = errors(method, known)
        if record:
            return tuple(Errors(e.launch, e.horizon, _beyond_the_nation(e), e.sizes) for e in record)
    return ()
