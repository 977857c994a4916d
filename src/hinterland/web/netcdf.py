"""Quantiles as NetCDF files of the classic format with 64-bit offsets, which scipy writes and everything reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hinterland.web.runs import Opened, sources
from hinterland.web.series import values
from hinterland.web.tables import quantiles, usual_levels
from hinterland.web.variables import Known

if TYPE_CHECKING:
    import xarray as xr


def place_netcdf(run: Opened, code: str, licence: str) -> bytes:
    """Quantiles of every variable of a place, by year or period."""
    at = run.place(code)
    marks = usual_levels(run)
    arrays = {}
    for each in _told(run):
        found = each.of(lambda name: values(run, name, at))
        arrays[each.name] = (("quantile", _axis(each)), np.quantile(found, marks, axis=0), _attributes(each))
    own, roman = run.names[at]
    return _written(run, arrays, {"place": code, "name": own, "name_en": roman}, licence)


def country_netcdf(run: Opened, licence: str) -> bytes:
    """Quantiles of every variable of all places."""
    marks = usual_levels(run)
    arrays = {
        each.name: (("quantile", _axis(each), "place"), quantiles(run, each, marks), _attributes(each))
        for each in _told(run)
    }
    return _written(run, arrays, {}, licence, places=True)


def _told(run: Opened) -> list[Known]:
    return [each for each in run.known.values() if not each.is_chance]


def _axis(of: Known) -> str:
    return "period" if of.by_period else "year"


def _attributes(of: Known) -> dict[str, str]:
    return {"units": of.variable.unit, "kind": of.variable.kind, "long_name": of.variable.label.en}


def _written(run: Opened, arrays: dict[str, Any], more: dict[str, str], licence: str, *, places: bool = False) -> bytes:
    import xarray as xr

    coordinates: dict[str, Any] = {
        "quantile": np.array(usual_levels(run)),
        "year": np.array(run.years, dtype=np.int32),
        "period": ("period", np.array(run.years[1:], dtype=np.int32), {"long_name": "the year the period ends in"}),
    }
    if places:
        coordinates |= {
            "place": ("place", np.array(run.codes)),
            "name": ("place", np.array([own for own, _ in run.names])),
            "name_en": ("place", np.array([roman for _, roman in run.names])),
            "lon": ("place", np.array(run.lon, dtype=np.float64), {"units": "degrees_east"}),
            "lat": ("place", np.array(run.lat, dtype=np.float64), {"units": "degrees_north"}),
        }
    view = run.view
    told = "; ".join(f"{source.title.en}, {source.licence.en} {source.address}".strip() for source in sources(view))
    whole: xr.Dataset = xr.Dataset(
        {name: (dims, np.asarray(found, dtype=np.float32), attrs) for name, (dims, found, attrs) in arrays.items()},
        coords=coordinates,
        attrs={
            "title": f"hinterland forecast of {view.nation.key}, scenario {run.scenario}",
            "license": licence,
            "source": told,
            **more,
        },
    )
    return bytes(whole.to_netcdf(engine="scipy", format="NETCDF3_64BIT"))
