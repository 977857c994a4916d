"""Files: each is opened again by the library of its kind, agrees with the answers, and holds its licence."""

from __future__ import annotations

import builtins
import io
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
import xarray as xr
from fastapi.testclient import TestClient

from hinterland.report.text import Text
from hinterland.web.standing import standing

CODE = "A001"
LICENCE = "CC0-1.0"


def fetched(client: TestClient, form: str, code: str = CODE) -> bytes:
    address = f"/api/places/{code}/download" if code else "/api/download"
    response = client.get(f"{address}?format={form}")
    assert response.status_code == 200, response.text
    assert "attachment; filename=" in response.headers["content-disposition"]
    assert response.headers["etag"]
    return response.content


def median(client: TestClient) -> list[float]:
    series = client.get(f"/api/places/{CODE}/series?variables=people").json()["series"][0]
    return series["bands"][2]


@pytest.mark.parametrize("code", [CODE, ""])
def test_csv(client: TestClient, code: str) -> None:
    content = fetched(client, "csv", code).decode("utf-8-sig")
    comment, _, rest = content.partition("\n")
    assert comment.startswith("# ")
    assert LICENCE in comment
    table = pd.read_csv(io.StringIO(rest), dtype={"code": "str", "place": "str"})
    chosen = table[(table[table.columns[0]] == CODE) & (table["variable"] == "people") & (table["year"] >= 2020)]
    np.testing.assert_allclose(chosen["p50"], median(client), atol=0.6)


@pytest.mark.parametrize("code", [CODE, ""])
def test_parquet(client: TestClient, code: str) -> None:
    table = pq.read_table(io.BytesIO(fetched(client, "parquet", code)))
    assert LICENCE in (table.schema.metadata or {})[b"licence"].decode()
    frame = table.to_pandas()
    chosen = frame[(frame[frame.columns[0]] == CODE) & (frame["variable"] == "people") & (frame["year"] >= 2020)]
    np.testing.assert_allclose(chosen["p50"], median(client), atol=0.6)


@pytest.mark.parametrize("code", [CODE, ""])
def test_xlsx(client: TestClient, code: str) -> None:
    with closing(openpyxl.load_workbook(io.BytesIO(fetched(client, "xlsx", code)), read_only=True)) as book:
        licence = [row[0] for row in book["licence"].iter_rows(values_only=True)]
        assert LICENCE in str(licence[0])
        sheet = book["figures" if code else "people"]
        rows = list(sheet.iter_rows(values_only=True))
    if code:
        told = [row for row in rows if row[3] == "people" and row[6] == "forecast"]
        np.testing.assert_allclose([float(row[9]) for row in told], median(client), atol=0.1)
    else:
        np.testing.assert_allclose(np.array(rows[1][4:], dtype=float), median(client), atol=0.1)


@pytest.mark.parametrize("code", [CODE, ""])
def test_netcdf(client: TestClient, code: str) -> None:
    with xr.open_dataset(io.BytesIO(fetched(client, "netcdf", code)), engine="scipy") as data:
        assert LICENCE in data.attrs["license"]
        people = data["people"].sel(quantile=0.5)
        if not code:
            people = people.isel(place=0)
            assert str(data["place"].values[0]) == CODE
            assert str(data["name"].values[0]) == "杉原"
        np.testing.assert_allclose(people.values, median(client), rtol=1e-6)


def test_geopackage(client: TestClient) -> None:
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(fetched(client, "gpkg", ""))
        (application,) = base.execute("PRAGMA application_id").fetchone()
        assert application == int.from_bytes(b"GPKG", "big")
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        described = dict(base.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
        assert LICENCE in described["places"]
        assert base.execute("SELECT count(*) FROM sources").fetchone() == (2,)
        geometry, code, people = base.execute("SELECT geom, code, people_2100 FROM places ORDER BY fid").fetchone()
    assert geometry[:4] == b"GP\0\1"
    point = shapely.from_wkb(geometry[8:])
    assert (code, point.x, point.y) == (CODE, 112.0, 34.0)
    assert people == pytest.approx(median(client)[-1], abs=0.1)


@pytest.mark.parametrize(("language", "word"), [("en", "forecast"), ("zh", "预测"), ("ja", "予測")])
def test_svg_speaks_one_language_and_needs_no_variables(client: TestClient, language: str, word: str) -> None:
    drawn = client.get(f"/api/places/{CODE}/download?format=svg&language={language}")
    root = ET.fromstring(drawn.text)
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert word in texts
    assert any(LICENCE in text for text in texts)
    assert "var(--" not in drawn.text
    assert "data-l" not in drawn.text
    others = {"forecast", "预测", "予測"} - {word}
    assert not others & set(texts)


def test_png(client: TestClient) -> None:
    content = fetched(client, "png")
    assert content.startswith(b"\x89PNG\r\n")
    assert len(content) > 5_000


def test_a_drawing_for_pages_follows_light_and_dark() -> None:
    texts = '<text data-l="en">a</text><text data-l="zh ja">b</text>'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{texts}</svg>'
    text = standing(drawn, "ja", Text("t", "t", "t"), adaptive=True)
    assert "prefers-color-scheme: dark" in text
    assert ">b<" in text
    assert ">a<" not in text


@pytest.mark.parametrize(("form", "library"), [("parquet", "pyarrow"), ("xlsx", "openpyxl"), ("png", "resvg_py")])
def test_where_an_extra_is_missing_the_remedy_is_told(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, form: str, library: str
) -> None:
    usual = builtins.__import__

    def without(name: str, *rest: Any, **more: Mapping[str, Any]) -> Any:
        if name.split(".", maxsplit=1)[0] == library:
            raise ImportError(name)
        return usual(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    response = client.get(f"/api/places/A002/download?format={form}")
    assert response.status_code == 501
    assert "hinterland[downloads]" in response.json()["remedy"]


def test_unknown_formats_are_refused(client: TestClient) -> None:
    for address in (f"/api/places/{CODE}/download?format=exe", "/api/download?format=svg", "/api/download?format="):
        assert client.get(address).status_code == 422


def test_files_are_not_sent_again(client: TestClient) -> None:
    first = client.get(f"/api/places/{CODE}/download?format=csv")
    again = client.get(f"/api/places/{CODE}/download?format=csv", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
