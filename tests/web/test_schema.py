"""Requests made up from the server's own description: every answer is one that it describes."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from hinterland.web.app import create_app
from hinterland.web.server import Server

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import CHECKS, load_all_checks

load_all_checks()

pytestmark = pytest.mark.slow

WANTED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
ELSEWHERE = ("/events", "download", "/claims")
"""Parts of addresses whose answers are streams, files or slow; they have tests of their own."""


@asynccontextmanager
async def untouched(_: object) -> AsyncIterator[None]:
    yield


@pytest.fixture(scope="module")
def api(server: Server, page: Path) -> Any:
    own = Server(server.runs, live=False)
    own.start()
    app = create_app(own, hosts=frozenset(), page=page)
    # Every call would begin and end the server's life.
    app.router.lifespan_context = untouched
    return schemathesis.openapi.from_asgi("/api/openapi.json", app)


def test_answers_are_as_described(api: Any) -> None:
    tried: list[str] = []
    for found in api.get_all_operations():
        operation = found.ok()
        if any(part in operation.path for part in ELSEWHERE):
            continue

        @settings(
            max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def keeps_its_word(case: Any) -> None:
            case.validate_response(case.call(), checks=CHECKS.get_by_names(list(WANTED)))

        keeps_its_word()
        tried.append(operation.label)
    assert len(tried) >= 12
