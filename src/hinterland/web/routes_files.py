"""Addresses of files: a place's figures and chart, and all places' figures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from hinterland.web.downloads import country_file, place_file
from hinterland.web.examples import problems
from hinterland.web.formats import MEDIA, OF_COUNTRY, OF_PLACE
from hinterland.web.kept import Body
from hinterland.web.problems import problem
from hinterland.web.routes_read import Code, RunId
from hinterland.web.server import Server

AT_ONCE: Final = 2
"""Files that are made at once; others wait a while, and are refused after that."""
PATIENCE: Final = 30.0


def routes(server: Server) -> APIRouter:
    """The router of a server."""
    router = APIRouter(prefix="/api")
    making = threading.BoundedSemaphore(AT_ONCE)

    def in_turn(make: Callable[[], Body]) -> Body:
        if not making.acquire(timeout=PATIENCE):
            raise problem(503, "other files are being made", "Ask again in a minute", "format")
        try:
            return make()
        finally:
            making.release()

    @router.get("/places/{code}/download", responses=_files(OF_PLACE), summary="A place as a file")
    def of_place(
        request: Request,
        code: Code,
        form: Annotated[Literal["csv", "xlsx", "parquet", "netcdf", "svg", "png"], Query(alias="format")] = "csv",
        language: Annotated[Literal["en", "zh", "ja"], Query(description="Of a chart")] = "en",
        run: RunId = None,
    ) -> Response:
        of = server.runs.run(run)
        return server.sent(request, of, lambda: in_turn(lambda: place_file(of, code, form, language)))

    @router.get("/download", responses=_files(OF_COUNTRY), summary="All places as a file")
    def of_country(
        request: Request,
        form: Annotated[Literal["csv", "xlsx", "parquet", "netcdf", "gpkg"], Query(alias="format")] = "csv",
        run: RunId = None,
    ) -> Response:
        of = server.runs.run(run)
        return server.sent(request, of, lambda: in_turn(lambda: country_file(of, form)))

    return router


def _files(forms: tuple[str, ...]) -> dict[int | str, dict[str, Any]]:
    content: dict[str, Any] = {MEDIA[form].partition(";")[0]: {} for form in forms}
    return {200: {"description": "The file, its licence inside", "content": content}, **problems(501)}
