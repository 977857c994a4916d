"""A run as static files: the same answers as the server's, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from hinterland.cli.main import app as command
from hinterland.errors import InputError
from hinterland.web.server import Server
from hinterland.web.site import is_site, write_site


@pytest.fixture(scope="module")
def site(server: Server, page: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "site"
    told: list[int] = []
    files = write_site(
        server.runs.run(None), folder, page=page, claims=False, progress=lambda done, _, __: told.append(done)
    )
    assert files == sum(1 for each in folder.rglob("*") if each.is_file())
    assert told == [1, 2, 3, 4, 5]
    return folder


@pytest.mark.parametrize(
    "address",
    [
        "places/A001",
        "places/B005/series",
        "places/A002/pyramid",
        "places/A003/services",
        "scenarios",
    ],
)
def test_answers_are_those_of_the_server(client: TestClient, site: Path, address: str) -> None:
    held = json.loads((site / "api" / f"{address}.json").read_text("utf-8"))
    assert held == client.get(f"/api/{address}").json()


def test_maps_and_places_are_those_of_the_server(client: TestClient, site: Path) -> None:
    for name in ("people", "chance_25", "births"):
        held = json.loads((site / "api" / "map" / f"{name}.json").read_text("utf-8"))
        assert held == client.get(f"/api/map?variable={name}").json()
    held = json.loads((site / "api" / "places.json").read_text("utf-8"))
    assert held == client.get("/api/places?limit=5000").json()


def test_the_page_knows_that_it_is_static(site: Path) -> None:
    assert (site / "config.js").read_text("utf-8") == "window.HINTERLAND_STATIC = true;\n"
    assert (site / "index.html").is_file()
    assert (site / "assets" / "app-1234.js").is_file()
    (run,) = json.loads((site / "api" / "runs.json").read_text("utf-8"))
    assert not run["live"]


def test_an_earlier_site_is_replaced_and_other_folders_are_left_alone(
    server: Server, page: Path, site: Path, tmp_path: Path
) -> None:
    assert is_site(site)
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not those of a site"):
        write_site(server.runs.run(None), tmp_path, page=page, claims=False)
    assert (tmp_path / "mine.txt").read_text("utf-8") == "mine"


def test_without_the_page_nothing_is_written(server: Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not built"):
        write_site(server.runs.run(None), tmp_path / "site", page=tmp_path / "none", claims=False)
    assert not (tmp_path / "site").exists()


def test_the_command_says_what_cannot_be(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["export", "site", str(tmp_path / "site"), "--run", str(tmp_path)])
    assert result.exit_code == 2
    assert "no run" in result.stderr
