"""Addresses of claims, and of jobs: how far one is, its events, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from hinterland.web.accepted import ACCEPTED, accepted, client_of, heavy, plain
from hinterland.web.examples import problems, shown
from hinterland.web.jobs import Running
from hinterland.web.kept import answer, as_json
from hinterland.web.schemas_claims import Card, Cards
from hinterland.web.schemas_live import Job
from hinterland.web.server import Server

JobId = Annotated[str, Path(description="Id of a job", max_length=64)]
ClaimId = Annotated[str, Path(description="Id of a claim", max_length=8)]


def routes(server: Server) -> APIRouter:
    """The router of a server."""
    router = APIRouter(prefix="/api")

    @router.get("/claims", response_model=Cards, responses=shown("claims"), summary="Claims as cards")
    def cards(request: Request) -> Response:
        server.cards.begin()
        revision, told = server.cards.shown()
        key = ("claims", str(revision), str(told.waiting), str(told.working))
        return answer(request, server.kept.get(key, lambda: as_json(told)))

    @router.get("/claims/{claim}", response_model=Card, responses=shown("claim"), summary="One claim")
    def one(request: Request, claim: ClaimId) -> Response:
        return answer(request, as_json(server.cards.claims.one(claim)))

    @router.post(
        "/claims/{claim}/effect", status_code=202, response_model=Job, responses=ACCEPTED, summary="With its effect"
    )
    def effect(request: Request, claim: ClaimId) -> Response:
        from hinterland.explain.claims.cards import card
        from hinterland.web.claims import MEMBERS, has_effect

        card(claim)
        known = server.cards.claims.at(claim)
        if known is not None and has_effect(known):
            return accepted(server, server.queue.done("claims", client_of(request), known))

        def work(job: Running) -> Card:
            found = Card.model_validate_json(server.heavy.do(job, "claim", {"name": claim, "members": MEMBERS}))
            server.cards.claims.keep(found)
            return found

        return heavy(server, request, "claims", f"claim {claim}", work)

    @router.get("/jobs/{job}", response_model=Job, responses=shown("job"), summary="How far a job is")
    def state(job: JobId) -> Response:
        return JSONResponse(plain(server, server.queue.job(job)), headers={"Cache-Control": "no-store"})

    @router.delete("/jobs/{job}", response_model=Job, responses=shown("job"), summary="Cancel a job")
    def cancel(job: JobId) -> Response:
        found = server.queue.job(job)
        server.queue.cancel(found)
        return JSONResponse(plain(server, found), headers={"Cache-Control": "no-store"})

    @router.get(
        "/jobs/{job}/events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}, "description": "Events"}, **problems()},
        summary="Watch a job",
    )
    async def events(job: JobId) -> Response:
        found = server.queue.job(job)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(server, found), media_type="text/event-stream", headers=headers)

    return router


async def _stream(server: Server, job: Running) -> AsyncIterator[bytes]:
    """Events of a job as they are sent; ends with the job, or with the server."""
    closing = asyncio.create_task(server.closed())
    events = aiter(job.events())
    try:
        while True:
            following = asyncio.ensure_future(anext(events))
            await asyncio.wait({following, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                following.cancel()
                return
            try:
                name, data = following.result()
            except StopAsyncIteration:
                return
            yield f"event: {name}\ndata: {data}\n\n".encode() if name else b": alive\n\n"
    finally:
        closing.cancel()
