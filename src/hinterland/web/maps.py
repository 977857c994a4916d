"""One variable at all places in all years, so that a map can play without asking again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError
from hinterland.results.store import PLACES_PER_CHUNK
from hinterland.selections import SELECTIONS, select
from hinterland.web.chunks import GoneError, loaded
from hinterland.web.runs import Opened
from hinterland.web.schemas import MapData
from hinterland.web.variables import Known, over

Array = NDArray[np.float64]


def map_data(run: Opened, name: str) -> MapData:
    """Medians of a variable at all places, what was counted first; InputError where the run has no such variable.

    A chance is the share of members. A flow has no value in years of the record and in the base year.
    """
    every = run.known
    if name not in every:
        remedy = f"/api/runs lists them: {', '.join(list(every)[:6])} ..."
        raise InputError(f"run {run.id} has no variable {name[:40]!r}", remedy=remedy, where="variable")
    of = every[name]
    ahead = medians(run, of)
    nothing = np.full((1, len(run.codes)), np.nan)
    if of.by_period:
        ahead = np.concatenate([nothing, ahead])
    past = _past(run, of)
    years = [*run.past_years, *run.years] if past is not None else list(run.years)
    told = ahead if past is None else np.concatenate([past, ahead])
    return MapData(
        variable=of.variable,
        codes=list(run.codes),
        names=[own for own, _ in run.names],
        names_en=[roman for _, roman in run.names],
        regions=list(run.regions),
        lon=run.lon,
        lat=run.lat,
        years=years,
        first_forecast=0 if past is None else len(run.past_years),
        values=[[round(float(x), of.digits) if np.isfinite(x) else None for x in row] for row in told],
    )


def medians(run: Opened, of: Known) -> Array:
    """[year or period, place] medians over members; of a chance the chance."""
    parts: list[Array] = []
    for part in range(-(-len(run.codes) // PLACES_PER_CHUNK)):

        def read(name: str, part: int = part) -> Array:
            found = run.chunks.part(name, part)
            if not np.isfinite(found).all():
                raise GoneError(f"{name} is missing from parts of the run")
            return found

        parts.append(np.median(of.of(read), axis=0))
    return np.concatenate(parts, axis=-1)


def _past(run: Opened, of: Known) -> Array | None:
    """[past year, place] what the record tells of a variable; None where it tells nothing."""
    if not run.past_years:
        return None
    if of.name not in (*SELECTIONS, "share_65_plus", "share_0_14", "change"):
        return None
    cells = loaded(run.data["record_people"].transpose("record_year", "place", "sex", "age"))
    stocks = select(cells, run.ages)
    before = len(run.past_years)
    if of.name == "change":
        people = stocks["people"]
        return over(people[:before], people[-1:]) - 1
    if of.name in stocks:
        return stocks[of.name][:before]
    part = {"share_65_plus": "people_65_plus", "share_0_14": "people_0_14"}[of.name]
    return over(stocks[part][:before], stocks["people"][:before])
