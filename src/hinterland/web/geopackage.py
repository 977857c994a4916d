"""Places as points of a GeoPackage, written with the standard library's SQLite.

The format (OGC 12-128r19) is a few tables and a well-known binary with a header of eight bytes; a library that writes
it would bring GDAL, which is larger than all of this package.
"""

from __future__ import annotations

import re
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

import numpy as np

from hinterland.web.runs import Opened
from hinterland.web.tables import column, quantiles

APPLICATION: Final = 0x47504B47
"""GPKG."""
VERSION: Final = 10300
LAYER: Final = "places"
MARKS: Final = (0.1, 0.5, 0.9)
_WGS84: Final = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
    'AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'
)
_TABLES: Final = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE sources (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, title TEXT, licence TEXT, address TEXT);
"""


def geopackage(run: Opened, licence: str) -> bytes:
    """Places with a position as points, people by year with their 80% band, chances and shares in columns."""
    columns = _columns(run)
    placed = [k for k in range(len(run.codes)) if run.lon[k] is not None and run.lat[k] is not None]
    box = [
        float(extreme(of[k] for k in placed)) if placed else 0.0  # pyright: ignore[reportArgumentType]
        for extreme in (min, max)
        for of in (run.lon, run.lat)
    ]
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute(f"PRAGMA application_id = {APPLICATION}")
        base.execute(f"PRAGMA user_version = {VERSION}")
        base.executescript(_TABLES)
        base.executemany(
            "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
            [
                ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", ""),
                ("Undefined geographic SRS", 0, "NONE", 0, "undefined", ""),
                ("WGS 84 geodetic", 4326, "EPSG", 4326, _WGS84, "longitude and latitude in degrees"),
            ],
        )
        listed = "".join(f', "{name}" DOUBLE' for name in columns)
        base.execute(
            f'CREATE TABLE "{LAYER}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom BLOB, code TEXT, name TEXT, '
            f"name_en TEXT, region TEXT{listed})"
        )
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        base.executemany(
            "INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (LAYER, "features", LAYER, licence, now, *box, 4326),
                ("sources", "attributes", "sources", licence, now, None, None, None, None, None),
            ],
        )
        base.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', 4326, 0, 0)", (LAYER,))
        base.executemany(
            "INSERT INTO sources (title, licence, address) VALUES (?, ?, ?)",
            [(source.title.en, source.licence.en, source.address) for source in run.sources],
        )
        marks = ", ".join("?" * (5 + len(columns)))
        names = ", ".join(f'"{name}"' for name in ("geom", "code", "name", "name_en", "region", *columns))
        base.executemany(f'INSERT INTO "{LAYER}" ({names}) VALUES ({marks})', _rows(run, placed, columns))  # noqa: S608
        base.commit()
        return base.serialize()


def _rows(run: Opened, placed: list[int], columns: dict[str, np.ndarray]) -> list[tuple[object, ...]]:
    return [
        (
            point(float(run.lon[k] or 0.0), float(run.lat[k] or 0.0)),
            run.codes[k],
            *run.names[k],
            run.regions[k],
            *(float(of[k]) if np.isfinite(of[k]) else None for of in columns.values()),
        )
        for k in placed
    ]


def point(lon: float, lat: float) -> bytes:
    """A point in the binary of GeoPackage: header, little endian, no envelope, WGS 84, then well-known binary."""
    return struct.pack("<2sBBi", b"GP", 0, 1, 4326) + struct.pack("<BIdd", 1, 1, lon, lat)


def _columns(run: Opened) -> dict[str, np.ndarray]:
    """Column -> [place]."""
    every = run.known
    found: dict[str, np.ndarray] = {}
    people = quantiles(run, every["people"], MARKS)
    for t, year in enumerate(run.years):
        for k, level in enumerate(MARKS):
            if t or level == 0.5:
                name = f"people_{year}" if level == 0.5 else f"people_{year}_{column(level)}"
                found[name] = people[k, t].round(1)
    for name in ("change", "share_65_plus", "chance_10", "chance_25", "chance_50"):
        values = quantiles(run, every[name], (0.5,))[0]
        for t, year in enumerate(run.years):
            if t:
                found[f"{name}_{year}"] = values[t].round(5)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in found)
    return found
