"""Every error as a Problem: what is wrong and the remedy, with a status that says whose fault it is."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from hinterland.errors import InputError
from hinterland.web.chunks import GoneError
from hinterland.web.phrases import known
from hinterland.web.schemas import Problem, Words
from hinterland.web.words import own

log = logging.getLogger("hinterland.web")

FAILED: Final = 500
"""Statuses from here on are the server's own fault."""
_KINDS: Final = {
    401: "problem_refused",
    403: "problem_refused",
    404: "problem_absent",
    405: "problem_absent",
    409: "problem_conflict",
    413: "problem_large",
    414: "problem_large",
    429: "problem_many",
    501: "problem_lacking",
    503: "problem_busy",
}
WORDS: Final = 400
"""Characters of a message that are told."""
_MISSING: Final = {
    401: ("a token is needed", "Give the token that the server printed at its start: header X-Hinterland-Token"),
    404: ("there is nothing at this address", "docs/serve.md and /api/openapi.json list the addresses"),
    405: ("this address does not take that method", "/api/openapi.json lists what it takes"),
}
_PATH: Final = re.compile(r"(?<![\w.:/<])/(?!api\b)(?:[\w.@~+-]+/)+[\w.@~+-]*|[A-Za-z]:\\[^\s'\"]+")


class RefusedError(Exception):
    """An answer that is refused with a status of its own."""

    def __init__(self, status: int, of: Problem) -> None:
        self.status = status
        self.problem = of
        super().__init__(of.error)


def problem(status: int, error: str, remedy: str, where: str = "") -> RefusedError:
    """A refusal with its three parts."""
    return RefusedError(status, Problem(error=error, remedy=remedy, where=where))


def told(status: int, of: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The response of a problem; places on this machine are left out of its words."""
    clean = cleaned(status, of)
    return JSONResponse(
        clean.model_dump(), status_code=status, headers={"Cache-Control": "no-store", **(headers or {})}
    )


def cleaned(status: int, of: Problem) -> Problem:
    """A problem that can be shown to anybody, in the languages of the page as well."""
    error, remedy, where = (hidden(part)[:WORDS] for part in (of.error, of.remedy, of.where))
    return Problem(error=error, remedy=remedy, where=where, said=_said(status, error, remedy))


def _said(status: int, error: str, remedy: str) -> Words:
    """What is wrong in every language, by the kind of the fault where the phrasebook has no sentence for it."""
    what, then = known(error), known(remedy)
    if what is None:
        kind = own(_KINDS.get(status, "problem_input" if status < FAILED else "problem_failed"))
        return Words(en=f"{error}. {remedy}" if remedy else f"{error}.", zh=kind.zh, ja=kind.ja)
    if then is not None:
        return own("problem_both", error=what, remedy=then)
    return Words(en=f"{error}. {remedy}" if remedy else f"{error}.", zh=f"{what.zh}。", ja=f"{what.ja}。")


def hidden(text: str) -> str:
    """Words without paths of this machine and without characters that no terminal should be sent."""
    return "".join(c if c.isprintable() else "�" for c in _PATH.sub("...", text))


def status_of(error: InputError) -> int:
    """404 where a thing is named that is not there, else 422."""
    missing = ("no place has the code", "there is no run", "there is no claim", "there is no job", "no place")
    return 404 if error.what.startswith(missing) else 422


def handle(app: FastAPI) -> None:
    """Makes an app answer every error with a Problem."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RefusedError)
        return told(error.status, error.problem)

    async def unusable(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, InputError)
        return told(status_of(error), Problem(error=error.what, remedy=error.remedy, where=error.where))

    async def malformed(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first: Mapping[str, Any] = error.errors()[0] if error.errors() else {}
        where = ", ".join(str(part)[:60] for part in first.get("loc", ()))
        remedy = "/api/openapi.json says what this address takes"
        return told(422, Problem(error=str(first.get("msg", "the request cannot be read")), remedy=remedy, where=where))

    async def plain(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        what, remedy = _MISSING.get(error.status_code, (str(error.detail), "/api/openapi.json lists the addresses"))
        return told(error.status_code, Problem(error=what, remedy=remedy, where=""), error.headers)

    async def gone(_: Request, error: Exception) -> JSONResponse:
        log.warning("a run cannot be read: %s", error)
        what = f"the run cannot be read any more: {error}"
        return told(503, Problem(error=what, remedy="Make the run again and restart the server", where="run"))

    async def failed(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        remedy = "The server's own log says more; the others of its answers are not touched by this"
        return told(500, Problem(error="the server failed to answer this", remedy=remedy, where=""))

    app.add_exception_handler(RefusedError, refused)
    app.add_exception_handler(InputError, unusable)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(GoneError, gone)
    app.add_exception_handler(Exception, failed)
