"""The summary of a run: quantiles over members of every variable, for each place, each region and the nation."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import Ages
from hinterland.memory import slices
from hinterland.results.variables import Variable, series
from hinterland.selections import select
from hinterland.writing import write_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Array = NDArray[np.float64]

LEVELS: Final = (0.025, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.975)
COLUMNS: Final = ("p025", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p975")
EXTREME: Final = ("p025", "p975")
WHOLE: Final = 16
"""Places read at a time are a multiple of it, as chunks hold so many."""
MEMBERS_FOR_95: Final = 1000
"""Fewer members do not tell a 95% band: its ends would rest on a handful of them."""


def table(dataset: xr.Dataset) -> pd.DataFrame:
    """Rows place, name, year, variable, unit and the quantiles in whole persons.

    Places first, then regions (sums member by member, before quantiles are taken), then the nation under the
    country's code, named in English. Years of the record before the run stand with what was counted in every column;
    a flow stands at the year its period ends in. p025 and p975 are empty under 1,000 members.
    """
    import pandas as pd

    codes, names, sums = areas(dataset)
    record = _record(dataset)
    frames = []
    for variable in series(dataset):
        axis = "year" if variable.kind == "stock" else "period"
        values = dataset[variable.name].transpose("place", axis, "member")
        marks = marks_of(lambda few, of=values: of.isel(place=few).to_numpy(), values.shape, sums)
        years = dataset[axis].to_numpy()
        if variable.name in record:
            past_years, past = record[variable.name]
            before = past_years < years[0]
            counted = summed(past[:, before], sums)
            marks = np.concatenate([np.repeat(counted[..., None], len(LEVELS), -1), marks], axis=1)
            years = np.concatenate([past_years[before], years])
        frames.append(_rows(variable, codes, names, years, marks))
    rows = pd.concat(frames).sort_index(kind="stable")
    if dataset.sizes["member"] < MEMBERS_FOR_95:
        rows = rows.assign(**{column: pd.array([pd.NA] * len(rows), dtype="Int64") for column in EXTREME})
    return rows.reset_index(drop=True)


def write(dataset: xr.Dataset, path: str | Path) -> None:
    """Writes the table as UTF-8 CSV, whole or not at all; InputError where it cannot be written."""
    write_text(Path(path), table(dataset).to_csv(index=False, lineterminator="\n"))


def quantiles(values: Array) -> Array:
    """Linear quantiles at `LEVELS` over the last axis, which becomes the axis of levels; as `numpy.quantile`."""
    # One sort serves all levels, and is several times faster than numpy's partition along another axis.
    ranked = np.sort(values, axis=-1)
    position = np.array(LEVELS) * (values.shape[-1] - 1)
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, values.shape[-1] - 1)
    low, high = ranked[..., below], ranked[..., above]
    return low + (high - low) * (position - below)


def marks_of(read: Callable[[slice], Array], shape: tuple[int, ...], sums: list[NDArray[np.int64]]) -> Array:
    """Quantiles [area, time, level] of places and of sums over areas, of values [place, time, member] of a shape.

    `read` gives those of a slice of places; members of no more places than there is room for are in memory at a time.
    """
    found: list[Array] = []
    totals: list[Array | None] = [None] * len(sums)
    for few in slices(0, shape[0], 8 * math.prod(shape[1:]), whole=WHOLE):
        values = read(few)
        found.append(quantiles(values))
        for area, places in enumerate(sums):
            here = places[(places >= few.start) & (places < few.stop)] - few.start
            if len(here):
                # With what there was before as the first of them, so that the sum is the same however it is cut.
                before = [] if (known := totals[area]) is None else [known[None]]
                totals[area] = np.concatenate([*before, values[here]]).sum(axis=0)
    return np.concatenate([*found, quantiles(np.stack([of for of in totals if of is not None]))])


def areas(dataset: xr.Dataset) -> tuple[list[str], list[str], list[NDArray[np.int64]]]:
    """Codes and names of places, regions and the nation, and for each area after the places which places it holds."""
    codes = [str(code) for code in dataset["place"].to_numpy()]
    names = [str(name) for name in dataset["name"].to_numpy()]
    region_of = np.array([str(region) for region in dataset["region"].to_numpy()], dtype=object)
    own = json.loads(dataset.attrs["region_names"])
    country, country_names = str(dataset.attrs["country"]), json.loads(dataset.attrs["names"])
    # A single region is the nation, and a region under the code of a place is that place.
    regions = sorted(set(region_of.tolist()) - {country, *codes})
    regions = regions if len(regions) > 1 else []
    members = [np.flatnonzero(region_of == region) for region in regions]
    named = [str(own[region][0]) if region in own else region for region in regions]
    nation = np.arange(len(codes))
    nation_name = country_names.get("en", country)
    return [*codes, *regions, country], [*names, *named, str(nation_name)], [*members, nation]


def summed(values: Array, sums: list[NDArray[np.int64]]) -> Array:
    """[place, ...] values followed by the sums over each area's places."""
    return np.concatenate([values, np.stack([values[chosen].sum(axis=0) for chosen in sums])])


def _record(dataset: xr.Dataset) -> dict[str, tuple[NDArray[np.int64], Array]]:
    """Stock -> record years and what was counted [place, year]."""
    labels = [str(label) for label in dataset["age"].to_numpy()]
    opening = int(labels[-1].rstrip("+"))
    ages = Ages(width=opening // (len(labels) - 1), open=opening)
    cells = dataset["record_people"].transpose("place", "record_year", "sex", "age").to_numpy()
    years = dataset["record_year"].to_numpy()
    return {name: (years, counted) for name, counted in select(cells, ages).items()}


def _rows(
    variable: Variable, codes: list[str], names: list[str], years: NDArray[np.int64], marks: Array
) -> pd.DataFrame:
    """One variable's rows, indexed by the position of their area so that an area's rows can be brought together."""
    import pandas as pd

    count = len(years)
    whole = np.rint(marks).astype(np.int64).reshape(-1, len(LEVELS))
    return pd.DataFrame(
        {
            "place": np.repeat(np.array(codes, dtype=object), count),
            "name": np.repeat(np.array(names, dtype=object), count),
            "year": np.tile(years, len(codes)),
            "variable": variable.name,
            "unit": variable.unit,
            **{column: whole[:, level] for level, column in enumerate(COLUMNS)},
        },
        index=np.repeat(np.arange(len(codes)), count),
    )
