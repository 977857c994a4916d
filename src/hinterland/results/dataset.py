"""A run as one labelled xarray dataset that explains itself: names, units, sources, parameters and record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import hinterland
from hinterland.axes import RUNGS, SERVICES, SEXES
from hinterland.record import QUANTILES, Ensemble, Heading, heading
from hinterland.results.variables import VARIABLES, series

if TYPE_CHECKING:
    import xarray as xr

FORMAT = "hinterland run 1"
"""Marks a folder as a run and names the version of its layout."""


def to_dataset(ensemble: Ensemble, *, created: str = "") -> xr.Dataset:
    """An ensemble as `store.write` writes it; `created` is a time stamp, kept in the attributes only.

    Dims member, year, period (labelled by the year it ends in), place (code), sex, age, quantile, record_year.
    """
    about = heading(ensemble)
    everywhere = slice(0, len(about.country.places))
    return beside(about, {name: read(ensemble, name, everywhere) for name in members_variables(about)}, created=created)


def beside(
    about: Heading, members: Mapping[str, NDArray[np.float64]] = MappingProxyType({}), *, created: str = ""
) -> xr.Dataset:
    """A run with some of the variables that its members make: coordinates, record, law of errors and attributes."""
    import xarray as xr

    country, places = about.country, about.country.places
    arrays = {
        **members,
        "record_people": country.people,
        **({} if about.likely_error is None else {"likely_error": about.likely_error}),
    }
    coordinates = {
        "member": np.arange(about.members),
        "year": np.array(about.years),
        "period": ("period", np.array(about.years[1:]), {"definition": "The year the period ends in."}),
        "record_year": np.array(country.years),
        "place": ("place", _text(places.codes)),
        "sex": ("sex", _text(SEXES)),
        "age": ("age", _text(country.ages.labels)),
        "quantile": np.array(QUANTILES),
        "rung": ("rung", _text(RUNGS)),
        "service": ("service", _text(SERVICES)),
        "name": ("place", _text(places.names)),
        "name_en": ("place", _text(places.names_en)),
        "region": ("place", _text(places.regions)),
        "seat": ("place", places.seat),
        "lon": ("place", places.lon, {"unit": "degrees east"}),
        "lat": ("place", places.lat, {"unit": "degrees north"}),
        "area": ("place", places.area, {"unit": "km2"}),
        "imputed": (("record_year", "place"), country.imputed, {"definition": "Ages and sexes were imputed."}),
        "rescaled": (("record_year", "place"), country.rescaled, {"definition": "Ages were scaled to the total."}),
    }
    return xr.Dataset(
        {name: (VARIABLES[name].dims, arrays[name], described(name)) for name in VARIABLES if name in arrays},
        coords=coordinates,
        attrs=_attributes(about, created),
    )


def members_variables(about: Heading) -> dict[str, tuple[int, ...]]:
    """The variables that members make -> their shapes, in the order of `VARIABLES`."""
    country = about.country
    sizes = {
        "member": about.members,
        "year": len(about.years),
        "period": len(about.years) - 1,
        "place": len(country.places),
        "sex": len(SEXES),
        "age": len(country.ages),
        "quantile": len(QUANTILES),
        "rung": len(RUNGS),
        "service": len(SERVICES),
    }
    held = {variable.name for variable in series(about.stocks)} | {"central_people", "people_by_age"}
    held |= {"services_lost"} if about.services_lost else set()
    return {name: tuple(sizes[dim] for dim in of.dims) for name, of in VARIABLES.items() if name in held}


def read(ensemble: Ensemble, name: str, places: slice) -> NDArray[np.float64]:
    """A variable that members make at some places, in the order of its dims."""
    known = {
        "central_people": ensemble.central,
        "people_by_age": ensemble.by_age,
        "services_lost": ensemble.services_lost,
    }
    values = {**ensemble.stocks, **ensemble.flows, **known}[name]
    assert values is not None
    axis = VARIABLES[name].dims.index("place")
    return values[(slice(None),) * axis + (places,)]


def described(name: str) -> dict[str, str]:
    """What a variable says of itself."""
    variable = VARIABLES[name]
    return {
        "unit": variable.unit,
        "kind": variable.kind,
        "definition": variable.definition,
        **{f"label_{language}": label for language, label in variable.label.items()},
    }


def _attributes(about: Heading, created: str) -> dict[str, Any]:
    """Plain text and numbers; whatever has parts is JSON text, so that every format can carry it."""
    country = about.country
    return {
        "format": FORMAT,
        "country": country.code,
        "names": _json(country.names),
        "region_names": _json({code: list(names) for code, names in country.places.region_names.items()}),
        "pack_version": country.version,
        "package_version": hinterland.__version__,
        "seed": about.seed,
        "members": about.members,
        "scenario": about.scenario,
        "created": created,
        "peers": _json(country.peers),
        "notes": _json(country.notes),
        "sources": _json([asdict(source) for source in country.sources]),
        "parameters": _json(about.parameters),
        "diagnostics": _json(about.diagnostics),
        "error_record": _json(about.error_record),
        "series": _json([variable.name for variable in series(about.stocks)]),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} {value!r} cannot be stored with a run")


def _text(values: tuple[str, ...]) -> NDArray[np.object_]:
    # Variable-length strings have a Zarr v3 specification; numpy's fixed-length ones have none.
    return np.array(values, dtype=object)
