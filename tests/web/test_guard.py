"""What requests pass first: hosts, tokens, other sites' pages, sizes; and what every answer carries."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hinterland.errors import InputError
from hinterland.web.app import create_app
from hinterland.web.guard import COOKIE, HEADER
from hinterland.web.server import Server
from hinterland.web.serving import hosts_of, is_loopback, token_of

TOKEN = "a-long-token-for-tests"


@pytest.fixture
def closed(server: Server, page: Path) -> TestClient:
    """A client of a server that asks for a token, without its workers."""
    app = create_app(server, token=TOKEN, hosts=frozenset(), page=page)
    return TestClient(app, base_url="http://machine.example", raise_server_exceptions=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8765", "localhost", "localhost:1", "[::1]:8765"])
def test_loopback_is_answered_by_its_names(client: TestClient, host: str) -> None:
    assert client.get("/api/runs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8765"])
def test_other_names_are_refused_so_that_no_site_can_point_its_name_here(client: TestClient, host: str) -> None:
    response = client.get("/api/runs", headers={"Host": host})
    assert response.status_code == 421
    assert set(response.json()) == {"error", "remedy", "where"}


def test_without_the_token_nothing_is_told(closed: TestClient) -> None:
    for address in ("/", "/api/runs", "/config.js", "/api/openapi.json", "/api/nothing"):
        response = closed.get(address)
        assert response.status_code == 401, address
        assert TOKEN not in response.text
    for given in ("", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "é"):
        assert closed.get("/api/runs", headers={HEADER: given.encode()}).status_code == 401


def test_the_token_is_taken_from_header_bearer_and_cookie(closed: TestClient) -> None:
    for headers in ({HEADER: TOKEN}, {"Authorization": f"Bearer {TOKEN}"}, {"Cookie": f"{COOKIE}={TOKEN}"}):
        assert closed.get("/api/runs", headers=headers).status_code == 200


def test_a_page_opened_with_the_token_goes_on_with_a_cookie(closed: TestClient) -> None:
    response = closed.get(f"/place/A001?token={TOKEN}&lang=zh", follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"] == "/place/A001?lang=zh"
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    closed.cookies.clear()
    assert closed.get("/?token=wrong", follow_redirects=False).status_code == 401


def test_the_way_on_never_leads_to_another_machine(closed: TestClient) -> None:
    response = closed.get(f"http://machine.example//evil.example/%2e?token={TOKEN}", follow_redirects=False)
    assert response.status_code == 303
    assert not response.headers["location"].startswith("//")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ],
)
def test_another_sites_page_changes_nothing(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/simulate", json={"place": "A001", "levers": []}, headers=headers).status_code == 403
    assert client.delete("/api/jobs/x", headers=headers).status_code == 403


def test_the_servers_own_page_may_ask(client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}
    assert client.delete("/api/jobs/x", headers=headers).status_code == 404


def test_what_is_too_large_is_refused(client: TestClient) -> None:
    assert client.get("/api/places?q=" + "x" * 3000).status_code == 414
    assert client.post("/api/simulate", content=b"x" * 100_000).status_code == 413
    unstated = client.post("/api/simulate", content=iter([b"x" * 50_000] * 3))
    assert unstated.status_code in (400, 413, 422)
    assert client.get("/api/runs").status_code == 200


def test_every_answer_keeps_the_page_to_itself(client: TestClient) -> None:
    for address in ("/", "/api/runs", "/api/nothing", "/config.js", "/assets/app-1234.js"):
        headers = client.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "connect-src 'self';" in policy
        assert "http:" not in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_the_page_is_served_and_deep_addresses_are_its_own(client: TestClient) -> None:
    assert "page" in client.get("/").text
    assert client.get("/place/A001").text == client.get("/").text
    script = client.get("/assets/app-1234.js")
    assert "javascript" in script.headers["content-type"]
    assert "immutable" in script.headers["cache-control"]
    tag = script.headers["etag"]
    assert client.get("/assets/app-1234.js", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/assets/none.js").status_code == 404
    assert client.get("/config.js").text == "window.HINTERLAND_STATIC = false;\n"


def test_where_the_page_is_not_built_it_says_how(server: Server, tmp_path: Path) -> None:
    bare = TestClient(create_app(server, page=tmp_path / "none"), base_url="http://127.0.0.1")
    response = bare.get("/")
    assert response.status_code == 200
    assert "pip install" in response.text


def test_a_token_is_made_beyond_loopback_only_and_weak_ones_are_refused() -> None:
    assert token_of("127.0.0.1", None) == ""
    assert len(token_of("0.0.0.0", None)) >= 24
    assert token_of("0.0.0.0", None) != token_of("0.0.0.0", None)
    for weak in ("", "short", "with blanks in it", "日本語日本語日本語日本語"):
        with pytest.raises(InputError, match="token"):
            token_of("127.0.0.1", weak)
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("machine.example")
    assert hosts_of("192.168.1.5") == frozenset()
