"""What places are by size, density and use of land, now and later: a table of classes, and of shares of land.

Classes follow stated rules (docs/settlement.md) on whole units, so they are proxies where units are large.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.memory import slices
from hinterland.model import areas, settlement
from hinterland.params import load
from hinterland.space.commuting import daily
from hinterland.space.dense import DenseKernel
from hinterland.space.distance import great_circle
from hinterland.writing import write_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Array = NDArray[np.float64]

SPACING: Final = 15
"""Years between the rows of a place; the last year of the run is always there."""
WORKING: Final = ("jobs_farm", "jobs_mine")
"""Work outside towns."""
LAND: Final = ("wilderness", "farm_and_factory", "small_city", "metropolis")


def table(dataset: xr.Dataset) -> pd.DataFrame:
    """Rows place, name, year: urban people, classes of the medians, the shares of its land, and care.

    Urban people, jobs and land are blank where the run does not tell them. `care` is people of 80 and over per person
    of 45-64 in the central run; `farm_land` is land per farm worker relative to the base year, `farm_idle` the share
    of farmland beyond what its workers can tend.
    """
    import pandas as pd

    years = dataset["year"].to_numpy()
    chosen = [k for k in range(len(years)) if (years[k] - years[0]) % SPACING == 0 or k == len(years) - 1]
    usual = load()
    own = {str(entry["name"]): entry["value"] for entry in json.loads(dataset.attrs["parameters"])}
    values = {name: own.get(name, usual.value(name)) for name in usual}
    each = [
        _columns(dataset.isel(place=few), chosen, values)
        for few in slices(0, dataset.sizes["place"], 64 * dataset.sizes["member"] * len(chosen))
    ]
    found = {name: np.concatenate([of[name] for of in each], axis=1).ravel() for name in each[0]}
    centre = _centres(dataset, values)
    care = _care(dataset)[chosen]
    codes, names = dataset["place"].to_numpy(), dataset["name"].to_numpy()
    degrees = settlement.DEGREE_NAMES
    sizes = [*settlement.SIZE_CLASSES, ""]
    rows = {
        "place": np.tile(codes, len(chosen)),
        "name": np.tile(names, len(chosen)),
        "year": np.repeat(years[chosen], len(codes)),
        "urban_people": found["urban_people"],
        "size_class": [sizes[int(code)] for code in found["size"]],
        "degree_of_urbanisation": [degrees[k]["en"] if k >= 0 else "" for k in found["degree"].tolist()],
        "functional_area": np.tile([str(codes[c]) if c >= 0 else "" for c in centre], len(chosen)),
        **{f"land_{name}": found[f"land_{name}"] for name in LAND},
        "farm_land": found["farm_land"],
        "farm_idle": found["farm_idle"],
        "care": care.ravel(),
    }
    return pd.DataFrame(rows).sort_values(["place", "year"], kind="stable").reset_index(drop=True)


def write(dataset: xr.Dataset, path: Path) -> None:
    """Writes the table as UTF-8 CSV, whole or not at all; InputError where it cannot be written."""
    write_text(path, table(dataset).to_csv(index=False, float_format="%.6g", lineterminator="\n"))


def _columns(dataset: xr.Dataset, chosen: list[int], values: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Column -> [year, place] of the places of a dataset, from all of their members."""
    rules = settlement.rules(values)
    area = jnp.asarray(dataset["area"].to_numpy())
    people = _of(dataset, "people", chosen)
    urban = (people - _of(dataset, "people_village", chosen)) / np.maximum(people, 1.0)
    working = sum(_of(dataset, name, chosen) for name in WORKING)
    land = np.asarray(
        settlement.land_shares(
            jnp.asarray(people * urban), jnp.asarray(people * (1 - urban)), area, jnp.asarray(working), rules
        )
    ).mean(axis=0)
    median, share = np.median(people, axis=0), np.median(urban, axis=0)
    jobs = jnp.asarray(np.median(_of(dataset, "jobs_farm", chosen), axis=0))
    farms = settlement.farm_land(
        jobs, jobs[0], area, jnp.asarray(values["farmland_share"]), jnp.asarray(values["farm_most_land"])
    )
    unknown = np.isnan(working).any(axis=0)
    return {
        "urban_people": median * share,
        "size": np.asarray(settlement.size_class(jnp.asarray(median * share))),
        "degree": np.asarray(settlement.degree(jnp.asarray(median), area, jnp.asarray(share), rules)),
        **{f"land_{name}": np.where(unknown, np.nan, land[..., code]) for code, name in enumerate(LAND)},
        "farm_land": np.asarray(farms.relative),
        "farm_idle": np.asarray(farms.idle),
    }


def _medians(dataset: xr.Dataset, name: str) -> Array:
    """Medians [place] of a stock at the base year."""
    every = slices(0, dataset.sizes["place"], 16 * dataset.sizes["member"])
    return np.concatenate([np.median(_of(dataset.isel(place=few), name, [0])[:, 0], axis=0) for few in every])


def _of(dataset: xr.Dataset, name: str, chosen: list[int]) -> Array:
    """A stock [member, year, place] in the years chosen; NaN where the run does not tell it."""
    if name not in dataset:
        return np.full((dataset.sizes["member"], len(chosen), dataset.sizes["place"]), np.nan)
    return dataset[name].isel(year=chosen).transpose("member", "year", "place").to_numpy()


def _centres(dataset: xr.Dataset, values: dict[str, Any]) -> NDArray[np.int64]:
    """The centre of the functional area of each place [place] at the base year, -1 without; none without jobs."""
    if "jobs" not in dataset:
        return np.full(dataset.sizes["place"], -1)
    distance = great_circle(dataset["lon"].to_numpy(), dataset["lat"].to_numpy())
    weights = daily(distance, dataset["area"].to_numpy(), scale=float(values["commute_scale"]))
    jobs = jnp.asarray(_medians(dataset, "jobs"))
    people = jnp.asarray(_medians(dataset, "people"))
    working = people * jobs.sum() / people.sum()
    flows = np.asarray(areas.commuters(jobs, working, DenseKernel(matrix=jnp.asarray(weights))), dtype=np.float64)
    core = np.asarray(people) >= float(values["degree_city_people"])
    return areas.functional_areas(flows, core, float(values["area_threshold"]))


def _care(dataset: xr.Dataset) -> Array:
    """People of 80 and over per person of 45-64 [year, place], central run."""
    lower = [int(str(label).split("-")[0].rstrip("+")) for label in dataset["age"].to_numpy()]
    cells = jnp.asarray(dataset["central_people"].transpose("year", "place", "sex", "age").to_numpy())
    nothing = jnp.zeros(cells.shape[:2])
    if not {45, 65, 80} <= set(lower):
        return np.full(cells.shape[:2], np.nan)
    return np.asarray(settlement.care_need(cells, tuple(lower), nothing, jnp.zeros(())).per_carer)
