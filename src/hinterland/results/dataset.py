"""A run as one labelled xarray dataset that explains itself: names, units, sources, parameters and record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import hinterland
from hinterland.axes import RUNGS, SERVICES, SEXES
from hinterland.record import QUANTILES, Ensemble
from hinterland.results.variables import VARIABLES, series

if TYPE_CHECKING:
    import xarray as xr

FORMAT = "hinterland run 1"
"""Marks a folder as a run and names the version of its layout."""


def to_dataset(ensemble: Ensemble, *, created: str = "") -> xr.Dataset:
    """The dataset that `store.write` writes; `created` is a time stamp, kept in the attributes only.

    Dims member, year, period (labelled by the year it ends in), place (code), sex, age, quantile, record_year.
    """
    import xarray as xr

    country, places = ensemble.country, ensemble.country.places
    arrays = {
        **ensemble.stocks,
        **ensemble.flows,
        "central_people": ensemble.central,
        "people_by_age": ensemble.by_age,
        "record_people": country.people,
        **({} if ensemble.services_lost is None else {"services_lost": ensemble.services_lost}),
        **({} if ensemble.likely_error is None else {"likely_error": ensemble.likely_error}),
    }
    coordinates = {
        "member": np.arange(ensemble.members),
        "year": np.array(ensemble.years),
        "period": ("period", np.array(ensemble.years[1:]), {"definition": "The year the period ends in."}),
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
        {name: (VARIABLES[name].dims, arrays[name], _described(name)) for name in VARIABLES if name in arrays},
        coords=coordinates,
        attrs=_attributes(ensemble, created),
    )


def _described(name: str) -> dict[str, str]:
    variable = VARIABLES[name]
    return {
        "unit": variable.unit,
        "kind": variable.kind,
        "definition": variable.definition,
        **{f"label_{language}": label for language, label in variable.label.items()},
    }


def _attributes(ensemble: Ensemble, created: str) -> dict[str, Any]:
    """Plain text and numbers; whatever has parts is JSON text, so that every format can carry it."""
    country = ensemble.country
    return {
        "format": FORMAT,
        "country": country.code,
        "names": _json(country.names),
        "region_names": _json({code: list(names) for code, names in country.places.region_names.items()}),
        "pack_version": country.version,
        "package_version": hinterland.__version__,
        "seed": ensemble.seed,
        "members": ensemble.members,
        "scenario": ensemble.scenario,
        "created": created,
        "peers": _json(country.peers),
        "notes": _json(country.notes),
        "sources": _json([asdict(source) for source in country.sources]),
        "parameters": _json(ensemble.parameters),
        "diagnostics": _json(ensemble.diagnostics),
        "error_record": _json(ensemble.error_record),
        "series": _json([variable.name for variable in series(ensemble.stocks)]),
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
