"""A small synthetic country and an ensemble of it that obeys the accounting identity, for tests of what reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import FIVE_YEARS
from hinterland.data.country import Country, Drivers, Places, Source, frozen
from hinterland.record import QUANTILES, Ensemble

Array = NDArray[np.float64]

NAMES = (("杉原", "Shanyuan"), ("柏河", "Baihe"), ("松口", "Songkou"), ("柳坪", "Liuping"), ("桐城", "Tongcheng"))
"""Invented towns; further ones get a number."""

REGIONS = {"A": ("东省", "East"), "B": ("西省", "West")}


def small_country(places: int = 4) -> Country:
    """Invented towns in two regions; the first grew 2010-2020, the last shrank; base year 2020."""
    position = np.arange(places)
    start = 2_000_000.0 / (position + 1)
    growth = np.linspace(1.15, 0.82, places) if places > 1 else np.ones(1)
    shape = _pyramid()
    earlier = start[:, None, None] * shape
    later = (start * growth)[:, None, None] * _older(shape)
    people = np.round(np.stack([earlier, later]))
    names = [NAMES[i] if i < len(NAMES) else (f"镇{i + 1}", f"Town {i + 1}") for i in range(places)]
    regions = tuple("AB"[2 * i // places] for i in range(places))
    registered = np.linspace(70, 115, places) if places > 1 else np.full(1, 100.0)
    return Country(
        code="xx",
        names={"en": "Smallland", "zh": "小国", "ja": "小国"},
        version="1",
        base_year=2020,
        ages=FIVE_YEARS,
        places=Places(
            codes=tuple(f"{regions[i]}{i + 1:03d}" for i in range(places)),
            names=tuple(zh for zh, _ in names),
            names_en=tuple(en for _, en in names),
            regions=regions,
            seat=frozen([regions.index(region) == i for i, region in enumerate(regions)], np.bool_),
            lon=frozen(112.0 + 1.5 * position),
            lat=frozen(34.0 + 0.7 * (position % 3)),
            area=frozen(np.full(places, 5_000.0)),
            region_names={code: REGIONS[code] for code in sorted(set(regions))},
        ),
        years=(2010, 2020),
        people=frozen(people),
        totals=frozen(people.sum((2, 3))),
        imputed=frozen(np.zeros((2, places)), np.bool_),
        rescaled=frozen(np.arange(2)[:, None] + position[None, :] == places - 1, np.bool_),
        indicators={"registered_per_100_residents": {2010: frozen(registered), 2020: frozen(registered)}},
        drivers=_drivers(float(people[-1].sum())),
        sources=(
            Source("made_up", "Figures invented for tests", "CC0-1.0", "nobody"),
            Source("un_wpp", "A projection invented for tests", "CC BY 3.0 IGO", "nobody else", "https://example.org"),
        ),
        notes=("Ages of Smallland are invented.", "Its borders are invented as well."),
        peers=tuple(f"{regions[i]}{i + 1:03d}" for i in range(min(2, places))),
    )


def small_ensemble(
    members: int = 5, *, country: Country | None = None, until: int = 2100, seed: int = 0, scenario: str = "base"
) -> Ensemble:
    """A crude cohort model of `small_country()`: figures to test with, not a forecast."""
    country = small_country() if country is None else country
    years = tuple(range(country.base_year, until + 1, 5))
    runs = [_run(country, years, _draw(seed, member, len(country.places))) for member in range(members)]
    calm = _run(country, years, _Draw(1.0, 1.0, np.ones(len(country.places)), 0.0))
    cells = np.stack([run.cells for run in runs])
    return Ensemble(
        country=country,
        seed=seed,
        members=members,
        scenario=scenario,
        years=years,
        stocks={
            **_selections(country, cells),
            "newcomers": np.stack([run.newcomers for run in runs]),
            "away": np.stack([run.away for run in runs]),
        },
        flows={name: np.stack([run.flows[name] for run in runs]) for name in runs[0].flows},
        central=calm.cells,
        by_age=np.quantile(cells, QUANTILES, axis=0),
        diagnostics={"gross_departure_share": 0.04, "cells_at_bound_share": 0.0, "national_change_error": 0.0004},
        parameters=(
            {
                "name": "attachment",
                "value": 0.6,
                "unit": "1",
                "range": [0.0, 1.0],
                "prior": "beta",
                "source": "chosen for tests",
                "status": "assumed",
                "drawn": True,
                "doc": "How strongly people stay.",
            },
            {
                "name": "survival_scale",
                "value": 1.0,
                "unit": "1",
                "range": [0.5, 1.5],
                "prior": "none",
                "source": "chosen for tests",
                "status": "measured",
                "drawn": False,
                "doc": "Factor on deaths.",
            },
        ),
    )


@dataclass(frozen=True)
class _Draw:
    """What differs between members."""

    fertility: float
    mobility: float
    pull: Array
    """[place]."""
    openness: float
    """International entry per head and period."""


@dataclass(frozen=True)
class _Run:
    """One member: cells [year, place, sex, age]; newcomers and away [year, place]; flows [period, place]."""

    cells: Array
    newcomers: Array
    away: Array
    flows: dict[str, Array]


def _draw(seed: int, member: int, places: int) -> _Draw:
    stream = np.random.default_rng([seed, member])
    return _Draw(
        fertility=float(stream.lognormal(0, 0.1)),
        mobility=float(stream.lognormal(0, 0.2)),
        pull=stream.lognormal(0, 0.25, places),
        openness=float(stream.normal(0, 0.002)),
    )


def _run(country: Country, years: tuple[int, ...], draw: _Draw) -> _Run:
    now = np.array(country.at(country.base_year))
    count = len(country.places)
    weight = draw.pull * np.linspace(1.6, 0.5, count) * now.sum((1, 2)) ** 1.1
    newcomers = 0.1 * now.sum((1, 2))
    away = newcomers.sum() * np.full(count, 1 / count)
    cells, newcomers_by_year, away_by_year, flows = [now], [newcomers], [away], []
    for _ in years[1:]:
        end, flow = _step(now, weight / weight.sum(), draw)
        newcomers = np.minimum(newcomers * 0.8 + 0.3 * flow["arrivals"], 0.9 * end.sum((1, 2)))
        away = newcomers.sum() * flow["departures"] / max(flow["departures"].sum(), 1e-300)
        now = end
        cells.append(now)
        newcomers_by_year.append(newcomers)
        away_by_year.append(away)
        flows.append(flow)
    return _Run(
        cells=np.stack(cells),
        newcomers=np.stack(newcomers_by_year),
        away=np.stack(away_by_year),
        flows={name: np.stack([flow[name] for flow in flows]) for name in flows[0]},
    )


def _step(now: Array, shares: Array, draw: _Draw) -> tuple[Array, dict[str, Array]]:
    lower = np.arange(now.shape[-1]) * 5
    survival = 1 - np.minimum(0.002 * np.exp(0.075 * lower), 0.6)
    leaving = draw.mobility * 0.25 * np.exp(-(((lower - 20) / 10.0) ** 2)) + 0.005
    survivors = now * survival
    women = now[:, 1, 4:8].sum(-1)
    births = 0.30 * draw.fertility * women
    departures = survivors * np.minimum(leaving, 0.5)
    arrivals = shares[:, None, None] * departures.sum(0)
    stayed = survivors - departures + arrivals
    international = draw.openness * stayed
    adjustment = 0.0005 * stayed
    moved = stayed + international + adjustment
    end = np.zeros_like(now)
    end[..., 1:] = moved[..., :-1]
    end[..., -1] += moved[..., -1]
    end[..., 0] = births[:, None] * np.array([0.52, 0.48])
    flows = {
        "births": births,
        "deaths": (now - survivors).sum((1, 2)),
        "departures": departures.sum((1, 2)),
        "arrivals": arrivals.sum((1, 2)),
        "returns": 0.2 * arrivals.sum((1, 2)),
        "international": international.sum((1, 2)),
        "adjustment": adjustment.sum((1, 2)),
    }
    return end, flows


def _selections(country: Country, cells: Array) -> dict[str, Array]:
    ages = country.ages.index
    return {
        "people": cells.sum((-2, -1)),
        "people_0_14": cells[..., : ages(15)].sum((-2, -1)),
        "people_15_64": cells[..., ages(15) : ages(65)].sum((-2, -1)),
        "people_65_plus": cells[..., ages(65) :].sum((-2, -1)),
        "people_80_plus": cells[..., ages(80) :].sum((-2, -1)),
        "women_20_39": cells[..., 1, ages(20) : ages(40)].sum(-1),
    }


def _pyramid() -> Array:
    """[sex, age] shares of a middle-aged population, more women among the old."""
    lower = np.array(FIVE_YEARS.lower)
    shape = np.exp(-(((lower - 35) / 32.0) ** 2))
    both = np.stack([shape * np.where(lower < 60, 1.03, 0.9), shape * np.where(lower < 60, 0.97, 1.1)])
    return both / both.sum()


def _older(shape: Array) -> Array:
    """The same shares ten years on: the pyramid shifted by one group and refilled at the bottom."""
    shifted = np.roll(shape, 1, axis=-1)
    shifted[:, 0] = shape[:, 0] * 0.9
    return shifted / shifted.sum()


def _drivers(people: float) -> Drivers:
    years = np.arange(2000, 2101)
    since = np.clip(years - 2020, 0, None)
    course = people * np.exp(-0.006 * since)
    spread = np.stack([1 - 0.002 * since, 1 + 0.002 * since], -1)
    fertility = np.full(years.size, 1.3)
    expectancy = np.stack([75 + 0.1 * since, 80 + 0.1 * since], -1)
    periods = np.arange(2000, 2100, 5)
    mortality_ages = (0, 1, *range(5, 101, 5))
    hazard = np.minimum(2e-4 * np.exp(0.08 * np.array(mortality_ages)), 0.6)
    shares = np.array([0.02, 0.18, 0.32, 0.28, 0.14, 0.05, 0.01])
    migrants = np.full((periods.size, 2, 21), -10.0)
    return Drivers(
        years=frozen(years, np.int64),
        people=frozen(course),
        people_80=frozen(course[:, None] * spread),
        fertility=frozen(fertility),
        fertility_80=frozen(fertility[:, None] * spread),
        life_expectancy=frozen(expectancy),
        life_expectancy_80=frozen(expectancy[..., None] + np.array([-1.0, 1.0])),
        net_migrants=frozen(np.full(years.size, -420.0)),
        net_migrants_80=frozen(np.full((years.size, 2), -420.0) + np.array([-300.0, 300.0])),
        sex_ratio_at_birth=frozen(np.full(years.size, 1.08)),
        mortality_periods=frozen(periods, np.int64),
        mortality_ages=mortality_ages,
        mortality=frozen(np.broadcast_to(hazard, (periods.size, 2, hazard.size))),
        fertility_periods=frozen(periods, np.int64),
        fertility_ages=tuple(range(15, 50, 5)),
        fertility_shares=frozen(np.broadcast_to(shares, (periods.size, 7))),
        migrants_periods=frozen(periods, np.int64),
        migrants_ages=tuple(range(0, 101, 5)),
        migrants=frozen(migrants),
        source="un_wpp",
    )
