"""Addresses that read runs: which there are, their places, series, pyramids, services and maps."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from hinterland.web.examples import shown
from hinterland.web.maps import map_data
from hinterland.web.places import place
from hinterland.web.schemas import Hit, MapData, Place, PlaceSeries, Pyramid, Run, Services
from hinterland.web.series import place_series, pyramid, services
from hinterland.web.server import Server

MOST_HITS: Final = 5000
RunId = Annotated[str | None, Query(description="Id of a run; the first where not given", max_length=80)]
Code = Annotated[str, Path(description="Code of a place", max_length=40)]


def routes(server: Server) -> APIRouter:
    """The router of a server."""
    router = APIRouter(prefix="/api")

    @router.get("/runs", response_model=list[Run], responses=shown("runs"), summary="Runs at hand")
    async def runs(request: Request) -> Response:
        return await server.listed(request)

    @router.get("/places", response_model=list[Hit], responses=shown("places"), summary="Search among places")
    async def places(
        request: Request,
        q: Annotated[str, Query(description="Name, reading, code or region", max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_HITS)] = 20,
        run: RunId = None,
    ) -> Response:
        of = server.runs.run(run)
        return await server.found(request, of, q, limit)

    @router.get("/places/{code}", response_model=Place, responses=shown("place"), summary="One place in words")
    async def one(request: Request, code: Code, run: RunId = None) -> Response:
        of = server.runs.run(run)
        return await server.told(request, of, lambda: place(of, code))

    @router.get(
        "/places/{code}/series", response_model=PlaceSeries, responses=shown("series"), summary="Bands of variables"
    )
    async def series(
        request: Request,
        code: Code,
        variables: Annotated[str, Query(description="Names with commas between; the usual if empty")] = "",
        run: RunId = None,
    ) -> Response:
        of = server.runs.run(run)
        names = [name for name in re.split(r"[,\s]+", variables) if name]
        return await server.told(request, of, lambda: place_series(of, code, names))

    @router.get("/places/{code}/pyramid", response_model=Pyramid, responses=shown("pyramid"), summary="Sex and age")
    async def ages(request: Request, code: Code, run: RunId = None) -> Response:
        of = server.runs.run(run)
        return await server.told(request, of, lambda: pyramid(of, code))

    @router.get("/places/{code}/services", response_model=Services, responses=shown("services"), summary="Services")
    async def at_hand(request: Request, code: Code, run: RunId = None) -> Response:
        of = server.runs.run(run)
        return await server.told(request, of, lambda: services(of, code))

    @router.get("/map", response_model=MapData, responses=shown("map"), summary="One variable at all places")
    async def mapped(
        request: Request,
        variable: Annotated[str, Query(max_length=80)] = "people",
        run: RunId = None,
    ) -> Response:
        of = server.runs.run(run)
        return await server.told(request, of, lambda: map_data(of, variable))

    return router
