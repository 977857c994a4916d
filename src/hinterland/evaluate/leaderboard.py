"""The leaderboard of a back-test: every method scored at every horizon, uncontrolled and controlled, class by class.

The baseline that others are measured against is the best one on this very record, so it is slightly too good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError
from hinterland.evaluate.backtest import Backtest, Entry
from hinterland.evaluate.bootstrap import Difference, differences
from hinterland.evaluate.classes import GROWTHS, SIZES, annual_growth, by_age_group
from hinterland.evaluate.control import DISTRIBUTION_ONLY, FORECAST, controlled
from hinterland.evaluate.intervals import DistributionScores, distribution_scores, pit_bands
from hinterland.evaluate.panel import Forecast
from hinterland.evaluate.scores import PointScores, by_class, percentage_errors, point_scores, scorable, shelf_life

Array = NDArray[np.float64]

MODEL: Final = "hinterland"
"""The model's own name among the methods."""
STRUCTURE: Final = "hinterland_structure"
"""The model without its anchor: what its mechanisms and the effects of its record say alone."""
OURS: Final = frozenset({MODEL, STRUCTURE})
GROWTH_SPAN: Final = 5
"""Years before launch, or the nearest that the record has, whose growth classes places."""


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one horizon under one control."""

    method: str
    control: str
    """`forecast`, or `distribution only` where places were scaled to the nation's actual total."""
    horizon: int
    points: PointScores
    spread: DistributionScores | None
    """None where the method has no quantiles."""
    difference: Difference | None
    """Of mean APE from the best baseline's; None where places belong to one region only."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One method at one horizon in one class of places or ages."""

    method: str
    control: str
    horizon: int
    kind: str
    """`size`, `growth` or `age`."""
    label: str
    points: PointScores
    covered_80: float
    """Percent of places inside the 80% interval; NaN without quantiles or for ages."""


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """All scores of a back-test."""

    rows: tuple[Row, ...]
    """By control and horizon, the best mean APE first."""
    classes: tuple[ClassRow, ...]
    best: Mapping[tuple[str, int], str]
    """(control, horizon) -> best baseline."""
    shelf: Mapping[tuple[str, str], int]
    """(method, control) -> years with at least 80% of places within 10%."""
    pit: Mapping[tuple[str, int], tuple[Array, Array]]
    """(method, horizon) -> shares seen and due in every band between quantile levels, uncontrolled."""

    def of(self, control: str, horizon: int) -> tuple[Row, ...]:
        """Rows of one control and horizon, the best first."""
        return tuple(row for row in self.rows if row.control == control and row.horizon == horizon)


def leaderboard(test: Backtest) -> Leaderboard:
    """Scores of every entry of a back-test at its horizons."""
    rows: list[Row] = []
    classes: list[ClassRow] = []
    best: dict[tuple[str, int], str] = {}
    groups = place_classes(test)
    for control, forecasts in _by_control(test).items():
        for horizon in test.horizons:
            actual = test.actual(horizon)
            at = test.row(horizon)
            errors = {
                name: np.abs(percentage_errors(forecast.totals[at], actual)) for name, forecast in forecasts.items()
            }
            reference, apart = _differences(errors, test.panel.regions)
            best[control, horizon] = reference
            found = [
                Row(
                    method=name,
                    control=control,
                    horizon=horizon,
                    points=point_scores(forecast.totals[at], actual),
                    spread=_spread(forecast, at, actual),
                    difference=apart.get(name),
                )
                for name, forecast in forecasts.items()
            ]
            rows += sorted(found, key=lambda row: (np.isnan(row.points.mean_ape), row.points.mean_ape, row.method))
            for name, forecast in forecasts.items():
                classes += _classes(name, control, horizon, forecast, at, actual, groups)
                classes += _ages(test, name, control, horizon, forecast)
    pit = {
        (entry.method, horizon): pit_bands(entry.forecast.quantiles[:, test.row(horizon)], test.actual(horizon))
        for entry in test.entries
        if entry.forecast.quantiles is not None
        for horizon in test.horizons
    }
    return Leaderboard(tuple(rows), tuple(classes), best, _shelf(test), pit)


def place_classes(test: Backtest) -> dict[str, dict[str, NDArray[np.bool_]]]:
    """Kind -> label -> places [place], classed by what was known at launch: people, and growth before it."""
    panel = test.panel
    at = panel.at(test.launch)
    now = panel.totals[at]
    found = {"size": SIZES.masks(now)}
    earlier = panel.years[:at]
    if earlier.size:
        first = int(np.argmin(np.abs(test.launch - earlier - GROWTH_SPAN)))
        growth = annual_growth(panel.totals[first], now, float(test.launch - earlier[first]))
        found["growth"] = GROWTHS.masks(growth)
    return found


def worst(test: Backtest, entry: Entry, horizon: int, count: int = 10) -> list[tuple[int, float]]:
    """Positions of the places a method missed most, with the error in percent; places under 1,000 people left out."""
    actual = test.actual(horizon)
    error = percentage_errors(entry.forecast.totals[test.row(horizon)], actual)
    size = np.where(np.isfinite(error) & (test.panel.totals[test.panel.at(test.launch)] >= 1000), np.abs(error), -1.0)
    order = np.argsort(-size, kind="stable")[:count]
    return [(int(place), float(error[place])) for place in order if size[place] >= 0]


def _by_control(test: Backtest) -> dict[str, dict[str, Forecast]]:
    """Control -> method -> forecast; the controlled one is scaled to the counted total of every year."""
    actual = np.stack([test.panel.totals[test.panel.at(year)] for year in test.years])
    plain = {entry.method: entry.forecast for entry in test.entries}
    scaled: dict[str, Forecast] = {}
    for name, forecast in plain.items():
        try:
            scaled[name] = controlled(forecast, actual).forecast
        except InputError:  # the nation is empty in some year, or unknown: only the forecast itself can be scored
            continue
    return {FORECAST: plain, DISTRIBUTION_ONLY: scaled} if scaled else {FORECAST: plain}


def _differences(errors: Mapping[str, Array], regions: NDArray[np.str_]) -> tuple[str, dict[str, Difference]]:
    baselines = [name for name in errors if name not in OURS] or list(errors)
    try:
        return differences(errors, baselines, regions)
    except InputError:  # one region only: no interval
        means = {name: float(np.nanmean(errors[name])) for name in baselines if np.isfinite(errors[name]).any()}
        return (min(means, key=lambda name: means[name]) if means else baselines[0]), {}


def _spread(forecast: Forecast, at: int, actual: Array) -> DistributionScores | None:
    if forecast.quantiles is None or not np.isfinite(forecast.quantiles[:, at][:, scorable(actual)]).all():
        return None
    return distribution_scores(forecast.quantiles[:, at], actual)


def _classes(
    name: str,
    control: str,
    horizon: int,
    forecast: Forecast,
    at: int,
    actual: Array,
    groups: Mapping[str, Mapping[str, NDArray[np.bool_]]],
) -> list[ClassRow]:
    found: list[ClassRow] = []
    for kind, masks in groups.items():
        for label, points in by_class(forecast.totals[at], actual, masks).items():
            covered = float("nan")
            if forecast.quantiles is not None:
                inside = masks[label]
                spread = _spread(forecast, at, np.where(inside, actual, np.nan))
                covered = spread.intervals[1].covered if spread is not None else covered
            found.append(ClassRow(name, control, horizon, kind, label, points, covered))
    return found


def _ages(test: Backtest, name: str, control: str, horizon: int, forecast: Forecast) -> list[ClassRow]:
    if forecast.cells is None or test.panel.cells is None:
        return []
    said = by_age_group(forecast.cells[test.row(horizon)], test.panel.ages)
    counted = by_age_group(test.panel.cells[test.panel.at(test.launch + horizon)], test.panel.ages)
    return [
        ClassRow(name, control, horizon, "age", label, point_scores(said[label], counted[label]), float("nan"))
        for label in counted
    ]


def _shelf(test: Backtest) -> dict[tuple[str, str], int]:
    ahead = [year - test.launch for year in test.years]
    return {
        (name, control): shelf_life(
            ahead,
            [
                point_scores(forecast.totals[k], test.panel.totals[test.panel.at(year)]).within_10
                for k, year in enumerate(test.years)
            ],
        )
        for control, forecasts in _by_control(test).items()
        for name, forecast in forecasts.items()
    }
