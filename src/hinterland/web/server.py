"""What a server has at hand: runs, their search indexes, answers that are kept, and the live models beside them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from hinterland.web.kept import Body, Kept, answer, as_json
from hinterland.web.runs import Opened, Runs
from hinterland.web.schemas import Run
from hinterland.web.search import Index, index


@dataclass
class Server:
    """Shared by all requests."""

    runs: Runs
    kept: Kept = field(default_factory=Kept)
    _indexes: dict[str, Index] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def index(self, run: Opened) -> Index:
        """The search index of a run, made when it is first asked for."""
        with self._lock:
            if run.id not in self._indexes:
                self._indexes[run.id] = index(run)
            return self._indexes[run.id]

    def told(self, request: Request, run: Opened, make: Callable[[], BaseModel | Sequence[BaseModel]]) -> Response:
        """A record made once for an address and a run."""
        return self.sent(request, run, lambda: as_json(make()))

    def sent(self, request: Request, run: Opened, make: Callable[[], Body]) -> Response:
        """An answer made once for an address and a run; what the address's query says beyond its parts is no part."""
        asked = sorted((key, value) for key, value in request.query_params.multi_items() if key not in ("run", "token"))
        key = (run.id, run.tag, request.url.path, *(f"{name}={value}" for name, value in asked))
        return answer(request, self.kept.get(key, make))

    def records(self) -> list[Run]:
        """Every run as /api/runs tells it."""
        from hinterland.web.runs import record

        return [record(run, *self.state(run)) for run in self.runs.by_id.values()]

    def state(self, run: Opened) -> tuple[str, str]:
        """State of a run's live model, and a note on it."""
        return "off", "" if run.country is not None else "the country's pack is not at hand"
