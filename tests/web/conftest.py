"""A server on a small run without a live model, and the same one on a port of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from factories import small_country, small_ensemble
from hinterland.data.country import Country
from hinterland.results import store
from hinterland.web.app import create_app
from hinterland.web.runs import opened
from hinterland.web.server import Server
from hinterland.web.serving import bind

PLACES = 5
MEMBERS = 12


@pytest.fixture(scope="session")
def country() -> Country:
    return small_country(PLACES)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, country: Country) -> Path:
    """The folder of a run of a small country."""
    where = tmp_path_factory.mktemp("web") / "small"
    store.write(small_ensemble(MEMBERS, country=country), where / "run.zarr")
    return where


@pytest.fixture(scope="session")
def server(folder: Path, country: Country) -> Server:
    return Server(opened([folder], {country.code: country}), live=False)


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page as the build would leave it."""
    where = tmp_path_factory.mktemp("page")
    (where / "assets").mkdir()
    (where / "index.html").write_text("<!DOCTYPE html><title>page</title>", encoding="utf-8")
    (where / "assets" / "app-1234.js").write_text("export {};", encoding="utf-8")
    return where


@pytest.fixture(scope="session")
def app(server: Server, page: Path) -> FastAPI:
    return create_app(server, page=page)


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
        yield made


@contextmanager
def listening(app: FastAPI) -> Iterator[tuple[str, int]]:
    """The app on a free port of loopback."""
    bound = bind("127.0.0.1", 0)
    running = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1, lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 10
        while not running.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        yield "127.0.0.1", bound.getsockname()[1]
    finally:
        running.should_exit = True
        thread.join(10)
        bound.close()


@pytest.fixture(scope="session")
def at(app: FastAPI, client: TestClient) -> Iterator[tuple[str, int]]:
    """Host and port of the server; its workers are those that `client` started."""
    with listening(app) as where:
        yield where
