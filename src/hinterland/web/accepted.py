"""Answers to those who ask for a job: the job itself, or its result where that is known already."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from hinterland.web.examples import problems
from hinterland.web.jobs import Kind, Running
from hinterland.web.schemas_live import Job
from hinterland.web.server import HEAVY, Server

CLIENT: Final = "x-hinterland-client"
LONG: Final = 900.0
"""Seconds after which a heavy job is ended."""
ACCEPTED: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": Job, "description": "The job"},
    **problems(403, 409, 429),
}


def client_of(request: Request) -> str:
    """Who asks: what the page names itself, else where it comes from."""
    given = request.headers.get(CLIENT, "")[:64]
    host = request.client.host if request.client is not None else ""
    return f"{host}/{given}"


def heavy(server: Server, request: Request, kind: Kind, key: str, work: Callable[[Running], BaseModel]) -> Response:
    """A job of the second process, or its result where it is known."""
    client = client_of(request)
    known = server.results.get(key)
    if known is not None:
        return accepted(server, server.queue.done(kind, client, known))

    def remembered(job: Running) -> BaseModel:
        found = work(job)
        server.results.keep(key, found)
        return found

    job = server.queue.ask(HEAVY, kind, client, remembered, seconds=LONG)
    return accepted(server, job)


def accepted(server: Server, job: Running) -> Response:
    """202 with the job."""
    headers = {"Location": f"/api/jobs/{job.id}", "Cache-Control": "no-store"}
    return JSONResponse(plain(server, job), status_code=202, headers=headers)


def plain(server: Server, job: Running) -> dict[str, object]:
    """A job as JSON values."""
    return json.loads(server.queue.shown(job).model_dump_json())
