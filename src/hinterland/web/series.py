"""Bands of a place's variables by year, its pyramid by year, and when its services may close."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import RUNGS, SERVICES, SEXES
from hinterland.errors import InputError
from hinterland.report.text import say
from hinterland.report.view import MEMBERS_FOR_95
from hinterland.results.store import PLACES_PER_CHUNK
from hinterland.selections import SELECTIONS, select
from hinterland.web.chunks import GoneError
from hinterland.web.runs import Opened
from hinterland.web.schemas import PlaceSeries, Pyramid, Series, Service, Services
from hinterland.web.variables import DEFAULT, Known, over
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
    wanted = _asked(run.known, names, run) if names else [run.known[name] for name in DEFAULT if name in run.known]
    past = _past(run, at)
    return PlaceSeries(
        code=code,
        series=[_series(run, each, at, past) for each in wanted],
        licence=run.licence.en,
    )


def values(run: Opened, name: str, at: int) -> Array:
    """[member, year or period] of a stored variable at a place; GoneError where the run's files have gone."""
    found = run.chunks.read(name, at)
    if not np.isfinite(found).all():
        raise GoneError(f"{name} of {run.codes[at]} is missing from the run")
    return found


def bands(run: Opened, of: Known, at: int) -> Array:
    """[level, year or period] quantiles over members at a place, of the levels that the run tells.

    Those of its neighbours in the table are worked out with them and held, as a part is read as a whole.
    """
    part = at // PLACES_PER_CHUNK

    def read(name: str) -> Array:
        return run.chunks.part(name, part)

    def make() -> Array:
        found = ranked(of.of(read), levels(run.view.members))
        for name in of.needs:
            found[..., ~np.isfinite(read(name)).all(axis=(0, 1))] = np.inf
        return found

    found = run.chunks.bands.get((of.name, part), make)[..., at % PLACES_PER_CHUNK]
    if np.isinf(found).any():
        raise GoneError(f"{of.name} of {run.codes[at]} is missing from the run")
    return found


def ranked(values: Array, marks: Sequence[float]) -> Array:
    """[level, ...] quantiles over the first axis, to the bit those of `numpy.quantile`, by one sort for all levels."""
    order = np.sort(values, axis=0)
    position = np.array(marks) * (len(values) - 1)
    below = np.floor(position).astype(int)
    part = (position - below).reshape(-1, *([1] * (values.ndim - 1)))
    low, high = order[below], order[np.minimum(below + 1, len(values) - 1)]
    step = high - low
    found = np.where(part < 0.5, low + step * part, high - step * (1 - part))
    # NaN stand last in a sort, and would be seen by the highest levels alone.
    return np.where(np.isnan(order[-1]), np.nan, found)


def _rounded(found: Array, digits: int) -> list[list[float | None]]:
    return [[round(x, digits) if math.isfinite(x) else None for x in row] for row in found.tolist()]


def _asked(every: Mapping[str, Known], names: Sequence[str], run: Opened) -> list[Known]:
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


def _series(run: Opened, of: Known, at: int, past: dict[str, Array]) -> Series:
    counted = past.get(of.name)
    return Series(
        variable=of.variable,
        years=list(run.years[1:] if of.by_period else run.years),
        levels=list(levels(run.view.members)),
        bands=_rounded(bands(run, of, at), of.digits),
        past_years=[] if counted is None else list(run.past_years),
        past=[] if counted is None else [round(float(x), of.digits) for x in counted],
    )


def _past(run: Opened, at: int) -> dict[str, Array]:
    """Variable -> what was counted before the base year; of those that the record tells."""
    if not run.past_years:
        return {}
    cells = recorded(run, at)[: len(run.past_years)]
    stocks = select(cells, run.ages)
    everyone = stocks["people"]
    shares = {
        "share_65_plus": over(stocks["people_65_plus"], everyone),
        "share_0_14": over(stocks["people_0_14"], everyone),
    }
    told = {name: stocks[name] for name in SELECTIONS} | shares
    return {name: counted for name, counted in told.items() if np.isfinite(counted).all()}


def recorded(run: Opened, at: int) -> Array:
    """[record year, sex, age] persons counted at a place, the base year last."""
    return np.ascontiguousarray(run.chunks.read("record_people", at))


def pyramid(run: Opened, code: str) -> Pyramid:
    """People of a place by sex and age in every year, counted ones first."""
    at = run.place(code)
    past = recorded(run, at)[: len(run.past_years)]
    ahead = run.chunks.read("people_by_age", at)
    if not np.isfinite(ahead).all():
        raise GoneError(f"ages of {code} are missing from the run")
    low, middle, high = (np.concatenate([past, ahead[k]]).round(1).tolist() for k in range(3))
    return Pyramid(
        code=code,
        ages=list(run.view.age_labels),
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
    lost = np.ascontiguousarray(run.chunks.read("services_lost", at))
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
