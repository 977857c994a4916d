"""Our baselines against the bars measured on the same panels by others, for the same launches and horizons.

The bars (design notes beside the checkout, backtest.md) are the best of some 25 to 40 methods seen on the test itself;
ours have one setting for all launches, but were chosen by people who had seen them. Run with -s to see the table.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hinterland.axes import Ages
from hinterland.errors import InputError
from hinterland.evaluate.baselines import BASELINES
from hinterland.evaluate.classes import by_age_group
from hinterland.evaluate.control import controlled
from hinterland.evaluate.intervals import distribution_scores
from hinterland.evaluate.panel import Array, Panel
from hinterland.evaluate.scores import point_scores
from hinterland.evaluate.spread import spread

SHARED = Path(__file__).parents[3] / "shared"
PANELS = SHARED / "data" / "panels"

pytestmark = pytest.mark.shared

TOLERANCE = 0.02
"""Part of a bar by which the best of ours may be worse: bars are rounded, and ours are not chosen launch by launch."""


def columns(name: str) -> dict[str, np.ndarray]:
    """Columns of a ready panel; skips where parquet cannot be read."""
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(PANELS / f"{name}.parquet")
    return {column: np.asarray(table.column(column).to_pylist()) for column in table.column_names}


def wide(
    table: dict[str, np.ndarray], value: str, keys: tuple[str, ...] = ("year", "place")
) -> tuple[Array, list[Any]]:
    """A long table as an array over `keys`, and the sorted values of every key; every cell must be there once."""
    axes = [np.unique(table[key], return_inverse=True) for key in keys]
    found = np.full([values.size for values, _ in axes], np.nan)
    found[tuple(where for _, where in axes)] = table[value]
    assert np.isfinite(found).all()
    assert found.size == table[value].size
    return found, [values for values, _ in axes]


def positions(path: Path, key: str, lon: str, lat: str, delimiter: str = ",") -> dict[str, tuple[float, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{name.strip(): text for name, text in row.items()} for row in csv.DictReader(file, delimiter=delimiter)]
    return {row[key].strip(): (float(row[lon]), float(row[lat])) for row in rows}


def built(
    code: str, table: dict[str, np.ndarray], where: Mapping[str, tuple[float, float]], *, cells: Array | None = None,
    components: Mapping[str, str] | None = None,
) -> Panel:  # fmt: skip
    """A panel from the long table of totals; places without a position keep none."""
    totals, (years, places) = wide(table, "pop")
    codes = tuple(map(str, places))
    order = np.unique(table["place"], return_index=True)[1]
    at = np.array([where.get(code, (np.nan, np.nan)) for code in codes])
    return Panel(
        code=code,
        codes=codes,
        names=tuple(map(str, table["name"][order])) if "name" in table else codes,
        regions=np.array([str(group) for group in table["group"][order]]),
        lon=at[:, 0],
        lat=at[:, 1],
        ages=Ages(width=5, open=80),
        years=years.astype(np.int64),
        totals=totals,
        cells=cells,
        components={name: wide(table, column)[0] for name, column in (components or {}).items()},
    )


def in_japan() -> dict[str, tuple[float, float]]:
    return positions(PANELS / "jp_places.csv", "place", "lon", "lat")


@cache
def jp() -> Panel:
    """Municipalities by sex (men first) and age, with births, deaths and moves of the years ending at each stock."""
    ages = columns("jp_age")
    ages["sex"] = np.where(ages["sex"] == "M", 0, 1)
    cells, (_, _, _, labels) = wide(ages, "value", ("year", "place", "sex", "age"))
    assert [label[:3] for label in labels][:3] == ["a00", "a05", "a10"]
    assert len(labels) == 17
    flows = {"births": "births", "deaths": "deaths", "arrivals": "in_total", "departures": "out_total"}
    return built("jp", columns("jp"), in_japan(), cells=cells, components=flows)


@cache
def jp_census() -> Panel:
    return built("jp_census", columns("jp_census"), in_japan())


@cache
def us() -> Panel:
    gazetteer = SHARED / "data" / "us" / "census_gazetteer_counties_2022.txt"
    return built("us", columns("us"), positions(gazetteer, "GEOID", "INTPTLONG", "INTPTLAT", "\t"))


@cache
def cn() -> Panel:
    return built("cn", columns("cn"), positions(SHARED / "facts" / "cn_prefectures.csv", "code", "lon", "lat"))


@dataclass(frozen=True)
class Row:
    """One launch of backtest.md: MAPE in percent at each horizon."""

    panel: Callable[[], Panel]
    launch: int
    ahead: tuple[int, ...]
    uncontrolled: tuple[float, ...]
    controlled: tuple[float, ...]
    unchanged: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"{self.panel.__name__} {self.launch}"


ROWS = (
    Row(jp, 2000, (5, 10, 15, 20), (1.68, 3.59, 5.59, 8.27), (1.74, 3.97, 6.23, 9.19), (4.05, 9.33, 15.2, 22.9)),
    Row(jp, 2005, (5, 10, 15), (1.59, 3.16, 5.29), (1.63, 3.12, 5.02), (5.2, 10.9, 18.3)),
    Row(jp, 2010, (5, 10), (1.46, 2.82), (1.46, 2.70), (5.5, 12.6)),
    Row(jp_census, 1990, (10, 20, 30), (5.10, 11.5, 21.7), (4.79, 8.98, 14.7), (8.1, 17.5, 32.1)),
    Row(jp_census, 2000, (10, 20), (5.26, 13.8), (4.65, 10.8), (9.8, 24.2)),
    Row(us, 1980, (5, 10, 15), (4.49, 9.93, 10.8), (4.40, 10.2, 12.8), (5.0, 9.9, 14.0)),
    Row(us, 1990, (5, 10, 15), (4.59, 7.72, 9.57), (3.65, 6.71, 9.07), (6.3, 11.0, 14.3)),
    Row(us, 2000, (5, 10, 15), (3.39, 5.84, 9.60), (3.18, 6.10, 7.70), (4.8, 8.3, 10.3)),
    Row(cn, 2010, (10,), (9.93,), (), (9.93,)),
)
JAPAN = ROWS[:3]

RECIPE = (1.51, 3.05, 5.07, 7.78)
"""Controlled MAPE of recipe.md, row A, mean over the launches of Japan, 5, 10, 15 and 20 years ahead."""

AGES = {
    "hamilton_perry": {"0-14": 24, "15-24": 14, "25-39": 24, "65+": 7, "80+": 12},
    "gross_flow": {"15-24": 11.4, "25-39": 13.9},
}
"""MAPE by age group, Japan 2000 + 20, uncontrolled: backtest.md for the one, recipe.md for the other."""

REPRODUCED = (
    ("hamilton_perry_pooled", ROWS[0], "uncontrolled", (5,), 0.015),
    ("hamilton_perry", ROWS[0], "uncontrolled", (10, 15, 20), 0.01),
    ("lin_exp_10", ROWS[3], "controlled", (10, 20, 30), 0.005),
    ("lin_exp", ROWS[3], "uncontrolled", (20, 30), 0.005),
    ("lin_exp", ROWS[4], "controlled", (10, 20), 0.005),
    ("linear", ROWS[4], "uncontrolled", (10, 20), 0.005),
)
"""Bars that a method which the notes name must give again: method, row, kind, horizons, relative tolerance.

What the notes call HP-EB has another shrinkage at five years than later; ours are two methods.
"""


@dataclass(frozen=True)
class Scored:
    """MAPE of one method at each horizon."""

    uncontrolled: tuple[float, ...]
    controlled: tuple[float, ...]


@cache
def scored(row: Row) -> dict[str, Scored]:
    """Every baseline that the panel allows."""
    panel = row.panel()
    known, years = panel.until(row.launch), tuple(row.launch + h for h in row.ahead)
    actual = np.array([panel.totals[panel.at(year)] for year in years])
    found: dict[str, Scored] = {}
    for name, method in BASELINES.items():
        try:
            forecast = method(known, years)
        except InputError:
            continue
        kinds = (forecast.totals, controlled(forecast, actual).forecast.totals)
        errors = [
            tuple(point_scores(said, came).mean_ape for said, came in zip(kind, actual, strict=True)) for kind in kinds
        ]
        found[name] = Scored(*errors)
    return found


def best(row: Row, kind: str, horizon: int) -> tuple[float, str]:
    """The least MAPE of any baseline, and whose it is."""
    at = row.ahead.index(horizon)
    return min((getattr(scores, kind)[at], name) for name, scores in scored(row).items())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_no_change_errs_as_published(row: Row) -> None:
    """The same places, years and score: no change leaves nothing to choose."""
    for value, published in zip(scored(row)["constant"].uncontrolled, row.unchanged, strict=True):
        assert value == pytest.approx(published, abs=0.051)


@pytest.mark.parametrize("kind", ["uncontrolled", "controlled"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_best_baseline_meets_the_bar(row: Row, kind: str) -> None:
    bars: tuple[float, ...] = getattr(row, kind)
    for horizon, bar in zip(row.ahead, bars, strict=False):
        value, name = best(row, kind, horizon)
        print(f"{row.name} +{horizon:<2} {kind:12} bar {bar:5.2f}  best {value:5.2f} {name}")
        assert value <= bar * (1 + TOLERANCE), f"{row.name} + {horizon}: {name} errs by {value:.2f}%, the bar is {bar}%"


@pytest.mark.parametrize(("name", "row", "kind", "horizons", "slack"), REPRODUCED)
def test_a_named_method_gives_its_bar_again(
    name: str, row: Row, kind: str, horizons: tuple[int, ...], slack: float
) -> None:
    for horizon in horizons:
        at = row.ahead.index(horizon)
        value, bar = getattr(scored(row)[name], kind)[at], getattr(row, kind)[at]
        assert value == pytest.approx(bar, rel=slack), f"{name}, {row.name} + {horizon}"


def test_gross_flows_reach_the_recipe_in_japan() -> None:
    for horizon, published in zip((5, 10, 15, 20), RECIPE, strict=True):
        values = [
            scored(row)["gross_flow"].controlled[row.ahead.index(horizon)] for row in JAPAN if horizon in row.ahead
        ]
        print(f"gross_flow +{horizon:<2} controlled, mean of {len(values)}: {np.mean(values):.2f}, recipe {published}")
        assert np.mean(values) <= published


def test_ages_of_japan_after_twenty_years() -> None:
    panel = jp()
    known, actual = panel.until(2000), panel.cells
    assert actual is not None
    truth = by_age_group(actual[panel.at(2020)], panel.ages)
    for name, published in AGES.items():
        cells = BASELINES[name](known, (2020,)).cells
        assert cells is not None
        groups = by_age_group(cells[0], panel.ages)
        values = {label: point_scores(groups[label], truth[label]).mean_ape for label in truth}
        print(name, ", ".join(f"{label}: {value:.1f}" for label, value in values.items()))
        for label, bar in published.items():
            assert values[label] <= bar + 0.5, f"{name}, {label}"


@pytest.mark.parametrize(
    ("row", "name", "naive"),
    [
        (ROWS[1], "gross_flow", (1.2, 2.2, 3.7)),
        (ROWS[2], "gross_flow", (1.2, 2.2)),
        (ROWS[5], "shrunk_growth", (4.8, 8.8, 9.2)),
        (ROWS[6], "mixed_base", (4.8, 8.8, 9.2)),
        (ROWS[7], "mixed_base", (4.8, 8.8, 9.2)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_naive_intervals_score_no_worse_than_the_published_naive(row: Row, name: str, naive: tuple[float, ...]) -> None:
    """CRPS in percent of actual; for the United States the notes give ranges over launches, here their upper ends."""
    panel = row.panel()
    known, years = panel.until(row.launch), tuple(row.launch + h for h in row.ahead)
    found = spread(BASELINES[name], known, BASELINES[name](known, years), years)
    assert found.quantiles is not None
    for at, (year, published) in enumerate(zip(years, naive, strict=True)):
        scores = distribution_scores(found.quantiles[:, at], panel.totals[panel.at(year)])
        covered = "/".join(f"{each.covered:.0f}" for each in scores.intervals)
        print(
            f"{row.name} +{row.ahead[at]:<2} {name} CRPS {scores.crps:.2f} covered {covered}: {found.bases[at].label}"
        )
        assert scores.crps <= published
        assert 55 <= scores.intervals[1].covered <= 95


def test_what_came_after_launch_changes_no_bit_in_japan() -> None:
    """Every baseline and its intervals on the real record, with all later years replaced by nonsense."""
    panel = jp()
    late = panel.years > 2010
    assert panel.cells is not None
    cells, totals = panel.cells.copy(), panel.totals.copy()
    cells[late], totals[late] = 1.0, 34.0
    nonsense = Panel(**{
        **{field: getattr(panel, field) for field in Panel.__slots__},
        "cells": cells,
        "totals": totals,
        "components": {name: np.where(late[:, None], 1e6, values) for name, values in panel.components.items()},
    })  # fmt: skip
    for name in ("gross_flow", "gross_flow_learned", "growth_regression", "residual_migration", "mixed_base"):
        method = BASELINES[name]
        first, second = (method(each.until(2010), (2015, 2020)) for each in (panel, nonsense))
        assert first.totals.tobytes() == second.totals.tobytes(), name
        bands = [spread(method, each.until(2010), first, (2015, 2020)).quantiles for each in (panel, nonsense)]
        assert bands[0] is not None
        assert bands[1] is not None
        assert bands[0].tobytes() == bands[1].tobytes(), name
