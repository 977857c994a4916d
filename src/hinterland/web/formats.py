"""Formats of files, and which of them can be made with the packages at hand."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import Final

MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "netcdf": "application/x-netcdf",
    "gpkg": "application/geopackage+sqlite3",
    "svg": "image/svg+xml",
    "png": "image/png",
}
ENDINGS: Final = {"netcdf": "nc"}
OF_PLACE: Final = ("csv", "xlsx", "parquet", "netcdf", "svg", "png")
OF_COUNTRY: Final = ("csv", "xlsx", "parquet", "netcdf", "gpkg")
NEEDS: Final = {"xlsx": "openpyxl", "parquet": "pyarrow", "png": "resvg_py"}
"""Format -> the package without which it cannot be made."""
EXTRA: Final = "pip install 'hinterland[downloads]'"


@lru_cache(maxsize=1)
def makeable() -> tuple[str, ...]:
    """The formats that can be made here."""
    return tuple(form for form in MEDIA if form not in NEEDS or find_spec(NEEDS[form]) is not None)
