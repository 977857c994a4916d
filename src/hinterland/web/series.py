"""Bands of a place's variables by year, its pyramid by year, and when its services may close."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import RUNGS, SERVICES, SEXES, Ages
from hinterland.errors import InputError
from hinterland.report.text import say
from hinterland.report.view import MEMBERS_FOR_95
from hinterland.selections import SELECTIONS, select
from hinterland.web.chunks import GoneError, loaded
from hinterland.web.runs import Opened, licences, sources
from hinterland.web.schemas import PlaceSeries, Pyramid, Series, Service, Services
from hinterland.web.variables import DEFAULT, Known, known, over
from hinterland.web.words import words

Array = NDArray[np.float64]

INNER: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
OUTER: Final = (0.025, 0.975)
MOST_VARIABLES: Final = 64
LIKELY: Final = 0.5
"""Chance from which on a service is likely lost."""


def levels(members: int) -> tuple[float, ...]:
    """Quantile levels that so many members tell."""
    return (OUTER[0], *INNER, OUTER[1]) if members >= MEMBERS_FOR_95 else INNER


def place_series(run: Opened, code: str, names: Sequence[str] = ()) -> PlaceSeries:
    """Bands of variables at a place; those of `DEFAULT` that the run has where none is named.

    InputError names a variable that the run has not, and chances, which are numbers and no bands.
    """
    at = run.place(code)
    every = known(run.data)
    wanted = _asked(every, names, run) if names else [every[name] for name in DEFAULT if name in every]
    stored: dict[str, Array] = {}

    def read(name: str) -> Array:
        if name not in stored:
            stored[name] = values(run, name, at)
        return stored[name]

    past = _past(run, at)
    return PlaceSeries(
        code=code,
        series=[_series(run, each, each.of(read), past) for each in wanted],
        licence=licences(sources(run.view)).en,
    )


def values(run: Opened, name: str, at: int) -> Array:
    """[member, year or period] of a stored variable at a place; GoneError where the run's files have gone."""
    found = run.chunks.read(run.data, name, at)
    if not np.isfinite(found).all():
        raise GoneError(f"{name} of {run.codes[at]} is missing from the run")
    return found


def bands(found: Array, at: Sequence[float], digits: int) -> list[list[float | None]]:
    """[level][year] quantiles over members, rounded; None where a value is none."""
    marks = np.quantile(found, at, axis=0)
    return [[round(float(x), digits) if np.isfinite(x) else None for x in row] for row in marks]


def _asked(every: dict[str, Known], names: Sequence[str], run: Opened) -> list[Known]:
    if len(names) > MOST_VARIABLES:
        raise InputError(f"{len(names)} variables", remedy=f"Ask for at most {MOST_VARIABLES}", where="variables")
    for name in names:
        if name not in every:
            remedy = f"/api/runs lists them: {', '.join(list(every)[:6])} ..."
            raise InputError(f"run {run.id} has no variable {name[:40]!r}", remedy=remedy, where="variables")
        if every[name].is_chance:
            remedy = "Chances are in /api/places/CODE and on the map"
            raise InputError(f"{name} is one number a year, and no band", remedy=remedy, where="variables")
    return [every[name] for name in dict.fromkeys(names)]


def _series(run: Opened, of: Known, found: Array, past: dict[str, Array]) -> Series:
    at = levels(found.shape[0])
    counted = past.get(of.name)
    return Series(
        variable=of.variable,
        years=list(run.years[1:] if of.by_period else run.years),
        levels=list(at),
        bands=bands(found, at, of.digits),
        past_years=[] if counted is None else list(run.past_years),
        past=[] if counted is None else [round(float(x), of.digits) for x in counted],
    )


def _past(run: Opened, at: int) -> dict[str, Array]:
    """Variable -> what was counted before the base year; of those that the record tells."""
    if not run.past_years:
        return {}
    cells = recorded(run, at)[: len(run.past_years)]
    stocks = select(cells, ages_of(run.data))
    everyone = stocks["people"]
    shares = {
        "share_65_plus": over(stocks["people_65_plus"], everyone),
        "share_0_14": over(stocks["people_0_14"], everyone),
    }
    told = {name: stocks[name] for name in SELECTIONS} | shares
    return {name: counted for name, counted in told.items() if np.isfinite(counted).all()}


def recorded(run: Opened, at: int) -> Array:
    """[record year, sex, age] persons counted at a place, the base year last."""
    return loaded(run.data["record_people"].isel(place=at).transpose("record_year", "sex", "age"))


def ages_of(data: Any) -> Ages:
    """The age groups of a run."""
    labels = [str(label) for label in data["age"].to_numpy()]
    opening = int(labels[-1].rstrip("+"))
    return Ages(width=opening // (len(labels) - 1), open=opening)


def pyramid(run: Opened, code: str) -> Pyramid:
    """People of a place by sex and age in every year, counted ones first."""
    at = run.place(code)
    past = recorded(run, at)[: len(run.past_years)]
    ahead = loaded(run.data["people_by_age"].isel(place=at).transpose("quantile", "year", "sex", "age"))
    if not np.isfinite(ahead).all():
        raise GoneError(f"ages of {code} are missing from the run")
    low, middle, high = (np.concatenate([past, ahead[k]]).round(1).tolist() for k in range(3))
    return Pyramid(
        code=code,
        ages=[str(label) for label in run.data["age"].to_numpy()],
        sexes=list(SEXES),
        years=[*run.past_years, *run.years],
        first_forecast=len(run.past_years),
        people=middle,
        low=low,
        high=high,
    )


def services(run: Opened, code: str) -> Services:
    """Share of members in which the settlements of a place have lost each service, by year; empty without any."""
    at = run.place(code)
    if "services_lost" not in run.data:
        return Services(code=code, services=[])
    lost = loaded(run.data["services_lost"].isel(place=at).transpose("year", "rung", "service"))
    rungs = np.array([np.median(values(run, f"people_{rung}", at)[:, 0]) for rung in RUNGS])
    total = rungs.sum()
    share = np.einsum("yrs,r->ys", lost, rungs / total) if total > 0 else np.zeros(lost.shape[::2])
    told: list[Service] = []
    for s, name in enumerate(SERVICES):
        likely = np.flatnonzero(share[:, s] > LIKELY)
        told.append(
            Service(
                name=name,
                label=words(say(f"label_{name}")),
                years=list(run.years),
                lost=[round(float(x), 5) for x in share[:, s]],
                likely=run.years[int(likely[0])] if likely.size else None,
            )
        )
    return Services(code=code, services=told)
