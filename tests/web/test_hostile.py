"""Hostile requests and broken runs: a right status and message, nothing leaked, and the server goes on."""

from __future__ import annotations

import http.client
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from factories import small_country, small_ensemble
from hinterland.errors import InputError
from hinterland.results import store
from hinterland.web.app import create_app
from hinterland.web.problems import hidden
from hinterland.web.runs import opened
from hinterland.web.schemas import Problem
from hinterland.web.server import Server
from hinterland.web.serving import bind

SCRIPT = "<script>alert('x')</script>"


def refused(client: TestClient, address: str, *statuses: int) -> Problem:
    response = client.get(address)
    assert response.status_code in statuses, (address, response.status_code, response.text[:200])
    problem = Problem.model_validate_json(response.content)
    assert problem.error
    assert problem.remedy
    assert "Traceback" not in response.text
    assert "/work" not in response.text
    assert "/home" not in response.text
    assert "/tmp" not in response.text
    return problem


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/places/999999", 404),
        ("/api/places/A001/series?variables=nothing", 422),
        ("/api/places/A001/series?variables=chance_25", 422),
        ("/api/places/A001/series?variables=" + ",".join(f"v{n}" for n in range(200)), 422),
        ("/api/places/A001/pyramid?run=none", 404),
        ("/api/map?variable=", 422),
        ("/api/map?variable=" + "x" * 500, 422),
        ("/api/map?variable=../../etc/passwd", 422),
        ("/api/places?limit=0", 422),
        ("/api/places?limit=999999999999999999999", 422),
        ("/api/places?limit=-1", 422),
        ("/api/places?limit=ten", 422),
        ("/api/places/" + "x" * 300, 422),
        ("/api/places/A001%00", 404),
        ("/api/places/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404),
        ("/api/claims/C99", 404),
        ("/api/claims/..%2f..%2fx", 404),
        ("/api/jobs/" + "x" * 100, 422),
        ("/api/nothing", 404),
        ("/api", 404),
    ],
)
def test_what_does_not_exist_or_cannot_be_read_is_refused(client: TestClient, address: str, status: int) -> None:
    refused(client, address, status)


@pytest.mark.parametrize(
    "path",
    [
        "/../../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/.env",
        "/assets/.hidden.js",
        "//etc/passwd.txt",
        "/assets\\..\\secret.txt",
        "/%00.js",
    ],
)
def test_no_address_leads_out_of_the_page(at: tuple[str, int], page: Path, path: str) -> None:
    (page.parent / "secret.txt").write_text("secret", encoding="utf-8")
    connection = http.client.HTTPConnection(*at, timeout=10)
    connection.putrequest("GET", path, skip_host=False)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    assert response.status in (400, 404), path
    assert b"secret" not in body
    assert b"root:" not in body
    connection.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"place": 1}',
        b'{"place": "A001", "levers": [], "surprise": 1}',
        b'{"place": "A001", "levers": [{"name": "posts", "amount": NaN}]}',
        b'{"place": "A001", "levers": [{"name": "posts", "amount": 1e999}]}',
        b'{"place": "A001", "levers": [], "members": 100000000}',
        b"[" * 30_000,
        json.dumps({"place": "A001", "levers": [{"name": "posts", "amount": 0.1}] * 1000}).encode(),
        b"\xff\xfe\x00",
    ],
)
def test_bodies_that_cannot_be_read_are_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/api/simulate", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    Problem.model_validate_json(response.content)


def test_methods_that_are_not_taken_are_refused(client: TestClient) -> None:
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        assert client.request(method, "/api/runs").status_code == 405
    assert client.request("TRACE", "/api/runs").status_code in (403, 405)


def test_a_storm_of_nonsense_leaves_the_server_alive(at: tuple[str, int]) -> None:
    long = b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n"
    for nonsense in (b"\x00" * 100, b"GET / HTTP/9.9\r\n\r\n", long, b"\r\n" * 50):
        connection = http.client.HTTPConnection(*at, timeout=5)
        connection.connect()
        assert connection.sock is not None
        connection.sock.sendall(nonsense)
        connection.close()
    connection = http.client.HTTPConnection(*at, timeout=10)
    connection.request("GET", "/api/runs")
    assert connection.getresponse().status == 200
    connection.close()


def test_script_in_names_and_titles_stays_text(tmp_path: Path) -> None:
    country = small_country(3)
    names = (SCRIPT, "=HYPERLINK(1)", "名\u202e字")
    places = replace(country.places, names=names, names_en=names)
    ensemble = small_ensemble(3, country=replace(country, places=places), until=2030, scenario=SCRIPT)
    store.write(ensemble, tmp_path / "evil" / "run.zarr")
    app = create_app(Server(opened([tmp_path / "evil"], {}), live=False))
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    for address in ("/api/runs", "/api/places", "/api/places/A001", "/api/map"):
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        assert response.headers["x-content-type-options"] == "nosniff"
    drawn = client.get("/api/places/A001/download?format=svg").text
    assert "<script" not in drawn
    assert "&lt;script" in drawn
    import io

    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/api/download?format=xlsx").content))["people"]
    assert sheet["B3"].data_type == "s"


def test_a_problem_that_echoes_what_was_asked_is_json_and_short(client: TestClient) -> None:
    problem = refused(client, f"/api/map?variable={SCRIPT}", 422)
    assert len(problem.error) < 500
    assert client.get(f"/api/map?variable={SCRIPT}").headers["content-type"] == "application/json"


def test_paths_of_this_machine_are_left_out_of_words() -> None:
    assert hidden("cannot read /home/me/runs/a/run.zarr now") == "cannot read ... now"
    assert hidden(r"cannot read C:\Users\me\run now") == "cannot read ... now"
    assert hidden("/api/places?q= finds them") == "/api/places?q= finds them"
    assert "\x1b" not in hidden("a\x1b[31mb")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A run that a test may damage."""
    store.write(small_ensemble(3, country=small_country(20), until=2030), tmp_path / "run" / "run.zarr")
    return tmp_path / "run"


def test_runs_that_are_none_or_half_written_are_refused_at_the_start(broken: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run"):
        opened([tmp_path / "nothing"], {})
    (tmp_path / "empty" / "run.zarr").mkdir(parents=True)
    with pytest.raises(InputError, match="no run"):
        opened([tmp_path / "empty"], {})
    with pytest.raises(InputError, match="no run is named"):
        opened([], {})
    shutil.rmtree(broken / "run.zarr" / "people_by_age")
    with pytest.raises(InputError, match="lacks people_by_age"):
        opened([broken], {})


def test_a_run_whose_people_are_damaged_is_refused_at_the_start(broken: Path) -> None:
    for chunk in (broken / "run.zarr" / "people" / "c").rglob("*"):
        if chunk.is_file():
            chunk.write_bytes(b"garbage")
    with pytest.raises(InputError, match="damaged"):
        opened([broken], {})


def test_a_run_of_another_layout_is_refused(broken: Path) -> None:
    described = json.loads((broken / "run.zarr" / "zarr.json").read_text("utf-8"))
    described["attributes"]["format"] = "hinterland run 99"
    (broken / "run.zarr" / "zarr.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(InputError, match="layout"):
        opened([broken], {})


def test_a_run_that_goes_while_it_is_served_gives_503_and_others_go_on(broken: Path, folder: Path) -> None:
    runs = opened([broken, folder], {})
    app = create_app(Server(runs, live=False))
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    assert client.get("/api/places/A001?run=run").status_code == 200
    shutil.rmtree(broken / "run.zarr")
    for address in ("places/A005/pyramid?run=run", "map?variable=women_20_39&run=run", "places/A005/series?run=run"):
        problem = refused(client, f"/api/{address}", 503)
        assert str(broken) not in problem.model_dump_json()
    assert client.get("/api/places/A001?run=small").status_code == 200


def test_a_damaged_chunk_is_503_for_what_needs_it_alone(broken: Path) -> None:
    server = Server(opened([broken], {}), live=False)
    client = TestClient(create_app(server), base_url="http://127.0.0.1", raise_server_exceptions=False)
    for chunk in (broken / "run.zarr" / "births" / "c").rglob("*"):
        if chunk.is_file():
            chunk.write_bytes(b"garbage")
    refused(client, "/api/map?variable=births", 503)
    refused(client, "/api/places/A001/series?variables=births", 503)
    assert client.get("/api/map?variable=people").status_code == 200


def test_a_port_in_use_and_hosts_that_are_none_are_told() -> None:
    taken = bind("127.0.0.1", 0)
    try:
        with pytest.raises(InputError, match="in use"):
            bind("127.0.0.1", taken.getsockname()[1])
    finally:
        taken.close()
    with pytest.raises(InputError, match="no port"):
        bind("127.0.0.1", 99999)
    with pytest.raises(InputError, match="host"):
        bind("no.such.host.invalid", 0)
    with pytest.raises(InputError, match="cannot be used"):
        bind("192.0.2.1", 0)
