"""Runs whose places live on something: jobs, homes, budgets and services that are made up and add up."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import xarray as xr

from factories import small_country, small_ensemble
from hinterland.axes import ACTIVITIES, RUNGS, SERVICES
from hinterland.record import JOBS, Ensemble, check
from hinterland.results.dataset import to_dataset

SHARES = {
    "farm": 0.24,
    "mine": 0.03,
    "routine": 0.14,
    "advanced": 0.06,
    "tradable": 0.08,
    "local": 0.33,
    "public": 0.12,
}
"""Of the first place in the base year; the last place has no mine and more farms."""


def with_economy(ensemble: Ensemble) -> Ensemble:
    """The same people with jobs, homes, incomes and budgets: farms fade, homes outlast households, members differ.

    Posts are cut where places lie late in the list, by more as time goes on; debts rise first and are paid off later.
    """
    people, workers = ensemble.stocks["people"], 0.8 * ensemble.stocks["people_15_64"]
    since = np.arange(people.shape[1])[:, None]
    place = np.linspace(0, 1, people.shape[2])
    stream = np.random.default_rng(7)
    member = stream.normal(0, 0.1, (ensemble.members, 1, 1))
    luck = stream.normal(0, 1, (ensemble.members, 1, people.shape[2]))
    weights = {name: np.full(people.shape, SHARES[name]) for name in ACTIVITIES}
    weights["farm"] = weights["farm"] * (1 + place) * np.exp(-0.15 * since + member * since)
    weights["mine"] = weights["mine"] * (1 - place)
    whole = np.sum(list(weights.values()), axis=0)
    jobs = {f"jobs_{name}": workers * weight / whole for name, weight in weights.items()}
    households = people / 2.6
    homes = np.maximum.accumulate(households, axis=1) * (1 - 0.01 * since) / 0.9
    income = (0.9 * workers + 0.1 * people) * np.exp(since * (0.015 * luck - 0.01 * place))
    lived = {"jobs": np.sum([jobs[name] for name in JOBS], axis=0), **jobs}
    wanted = jobs["jobs_public"] * np.exp(0.02 * since * place * np.exp(5 * member))
    debt = 1.1 * wanted[:, :1] * np.exp(since * (0.15 + member) - 0.01 * since**2)
    budgets = {"posts_wanted": wanted, "debt": debt}
    others = {"homes": homes, "households": households, "income": income}
    found = replace(ensemble, stocks={**ensemble.stocks, **lived, **others, **budgets})
    check(found)
    return found


def with_settlements(ensemble: Ensemble) -> Ensemble:
    """The same people in a city, county seats, towns and villages, of which villages empty at a member's own pace.

    Villages have a service in part, towns in a larger part; hospitals are given up as villages are, schools are not.
    """
    people = ensemble.stocks["people"]
    since = np.arange(people.shape[1])[:, None]
    place = np.linspace(0, 1, people.shape[2])
    stream = np.random.default_rng(11)
    pace = 0.1 * np.exp(stream.normal(0, 0.3, (ensemble.members, 1, 1)))
    village = (0.3 + 0.2 * place) * np.exp(-pace * since)
    town = np.broadcast_to(0.3 - 0.05 * place, people.shape)
    seat = 0.4 * (1 - village - town)
    shares = {"core": 1 - village - town - seat, "seat": seat, "town": town, "village": village}
    stocks = {f"people_{rung}": people * shares[rung] for rung in RUNGS}
    stocks["people_core"] = people - sum(stocks[f"people_{rung}"] for rung in RUNGS[1:])
    for n, service in enumerate(SERVICES):
        kept = np.exp(-(0.5 + place) * pace * since) if service == "hospital" else 1.0
        stocks[f"with_{service}"] = kept * people * (1 - (0.3 + 0.1 * n) * shares["village"] - 0.1 * shares["town"])
    found = replace(ensemble, stocks={**ensemble.stocks, **stocks})
    check(found)
    return found


@lru_cache(maxsize=4)
def _run(places: int, members: int, until: int) -> xr.Dataset:
    ensemble = small_ensemble(members, country=small_country(places), until=until)
    return to_dataset(with_settlements(with_economy(ensemble)), created="2026-01-02T03:04:05+00:00")


def living_run(places: int = 4, members: int = 8, until: int = 2100) -> xr.Dataset:
    """A run of invented towns that live on something; every call gives a copy that a test may change."""
    return _run(places, members, until).copy(deep=True)
