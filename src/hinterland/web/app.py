"""The application: addresses of the API, the page, and what every request passes first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI

import hinterland
from hinterland.web import pages, problems, routes_files, routes_jobs, routes_live, routes_read
from hinterland.web.guard import LOOPBACK, Guard
from hinterland.web.server import Server

ABOUT: Final = (
    "Forecasts of every settlement of a country by age, with uncertainty, the reasons, and what would change them. "
    "Figures are of a model. Every address that reads a run takes ?run=ID, by default the first of /api/runs."
)


def create_app(
    server: Server,
    *,
    token: str = "",
    hosts: frozenset[str] = LOOPBACK,
    page: Path | None = None,
) -> FastAPI:
    """The application of a server; `page` is the folder of the built page, that of the package by default."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        server.start()
        try:
            yield
        finally:
            server.end()

    app = FastAPI(
        lifespan=life,
        title="hinterland",
        version=hinterland.__version__,
        description=ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would load scripts from another machine
        redoc_url=None,
    )
    problems.handle(app)
    app.include_router(routes_read.routes(server))
    app.include_router(routes_files.routes(server))
    app.include_router(routes_live.routes(server))
    app.include_router(routes_jobs.routes(server))
    app.include_router(pages.routes(pages.static_folder() if page is None else page))
    app.add_middleware(Guard, token=token, hosts=hosts)
    return app
