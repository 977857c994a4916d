"""What a server has at hand: runs, their search indexes, answers that are kept, live models, and workers for jobs."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from hinterland.web.cards import Making
from hinterland.web.chunks import GoneError
from hinterland.web.heavy import Heavy
from hinterland.web.jobs import Queue
from hinterland.web.kept import SEARCH_BYTES, Body, Kept, Makers, answer, as_json
from hinterland.web.live import Live, overrides
from hinterland.web.maps import map_data
from hinterland.web.runs import Opened, Runs, record
from hinterland.web.schemas import Run
from hinterland.web.search import LONGEST, Index, index, search
from hinterland.web.simulating import Simulations

log = logging.getLogger("hinterland.web")

RESULTS: Final = 64
"""Results of long jobs that are remembered."""
OPENING: Final = ("people", "change")
"""Variables of the map that the page opens with."""
FIRST_PAGE: Final = 5.0
"""Seconds that the live model waits for a first page,"""
DRAWING: Final = 1.0
"""and for it to be drawn; making it ready takes a minute or two."""
LIVE, HEAVY = "live", "heavy"
"""Lines of jobs; each has a worker of its own, so that a lever does not wait behind a policy."""


@dataclass
class Results:
    """Results by what was asked."""

    _found: OrderedDict[str, BaseModel] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str) -> BaseModel | None:
        """The result of a key, where it is remembered."""
        with self._lock:
            return self._found.get(key)

    def keep(self, key: str, result: BaseModel) -> None:
        """Remembers a result; the oldest is forgotten where there are too many."""
        with self._lock:
            self._found[key] = result
            while len(self._found) > RESULTS:
                self._found.popitem(last=False)


@dataclass
class Server:
    """Shared by all requests."""

    runs: Runs
    live: bool = True
    """Whether live models are made ready at the start."""
    kept: Kept = field(default_factory=Kept)
    searches: Kept = field(default_factory=lambda: Kept(SEARCH_BYTES))
    makers: Makers = field(default_factory=Makers)
    queue: Queue = field(default_factory=Queue)
    cards: Making = field(default_factory=Making)
    results: Results = field(default_factory=Results)
    _indexes: dict[str, Index] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asked: threading.Event = field(default_factory=threading.Event)
    """Set once a page has been opened."""
    _ended: bool = False

    @cached_property
    def simulations(self) -> Mapping[str, Simulations]:
        """Run -> its live model and what was simulated on it."""
        return {name: Simulations(Live(run)) for name, run in self.runs.by_id.items()}

    @cached_property
    def heavy(self) -> Heavy:
        """The second process."""
        countries = {name: run.country for name, run in self.runs.by_id.items() if run.country is not None}
        return Heavy(countries)

    def start(self) -> None:
        """Starts the workers, and makes live models ready one after the other in the background."""
        for line in (LIVE, HEAVY):
            self.queue.worker(line)
        threading.Thread(target=self._warm, name="warming", daemon=True).start()

    def end(self) -> None:
        """Ends jobs and the second process."""
        self._ended = True
        self.queue.close()
        self.makers.close()
        self.cards.end()
        if "heavy" in self.__dict__:
            self.heavy.close()

    async def closed(self) -> None:
        """Returns when the server ends."""
        while not self._ended:
            await asyncio.sleep(0.2)

    def _warm(self) -> None:
        from hinterland.calibrate.keeping import keep_work

        keep_work()
        self._first_answers()
        if self.live:
            # A page that is opened now is drawn before compilers take the cores.
            self._asked.wait(FIRST_PAGE)
            time.sleep(DRAWING)
        if self._ended:
            return
        for on in self.simulations.values():
            if self.live:
                on.live.warm()
                log.info("run %s: the live model is %s %s", on.live.run.id, on.live.state, on.live.note)
            else:
                on.live.note = "the server was started without live models"
        if self.live and not self._ended:
            self.cards.begin()

    def _first_answers(self) -> None:
        """What the page asks at its opening, made before anything else; then what a search needs."""
        first = next(iter(self.runs.by_id.values()))
        for variable in OPENING:
            if variable in first.known:
                key = key_of(first, "/api/map", [("variable", variable)])
                try:
                    self.makers.begin(self.kept, key, lambda name=variable: as_json(map_data(first, name))).result()
                except (GoneError, OSError) as failed:
                    log.warning("the first map cannot be made: %s", failed)
                except (CancelledError, RuntimeError):
                    if not self._ended:
                        raise
                    return
        for run in self.runs.by_id.values():
            self.index(run)

    def index(self, run: Opened) -> Index:
        """The search index of a run, made when it is first asked for."""
        with self._lock:
            if run.id not in self._indexes:
                self._indexes[run.id] = index(run)
            return self._indexes[run.id]

    async def told(
        self, request: Request, run: Opened, make: Callable[[], BaseModel | Sequence[BaseModel]]
    ) -> Response:
        """A record made once for an address and a run."""
        key = key_of(run, request.url.path, request.query_params.multi_items())
        return answer(request, await self.makers.get(self.kept, key, lambda: as_json(make())))

    def sent(self, request: Request, run: Opened, make: Callable[[], Body]) -> Response:
        """A file made once for an address and a run, in the thread of the request: it may take long."""
        return answer(request, self.kept.get(key_of(run, request.url.path, request.query_params.multi_items()), make))

    async def found(self, request: Request, run: Opened, text: str, limit: int) -> Response:
        """What a search finds."""
        key = (run.id, run.tag, text[:LONGEST], str(limit))
        body = await self.makers.get(self.searches, key, lambda: as_json(search(run, self.index(run), text, limit)))
        return answer(request, body)

    async def listed(self, request: Request) -> Response:
        """All runs with how far their live models are."""
        self._asked.set()
        states = self.states()
        key = ("runs", *(part for each in states.values() for part in each))
        return answer(request, await self.makers.get(self.kept, key, lambda: as_json(self.records(states))))

    def states(self) -> Mapping[str, tuple[str, str]]:
        """Run -> how far its live model is, and a note on that."""
        return {name: (on.live.state, on.live.note) for name, on in self.simulations.items()}

    def records(self, states: Mapping[str, tuple[str, str]]) -> list[Run]:
        """Every run as /api/runs tells it."""
        return [record(run, *states[name]) for name, run in self.runs.by_id.items()]

    def overrides(self, run: Opened) -> dict[str, Any]:
        """Parameters that a run was made with beyond the usual ones of its country."""
        return {} if run.country is None else overrides(run, run.country)


def key_of(run: Opened, path: str, asked: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What the answer to an address hangs on."""
    parts = sorted((name, value) for name, value in asked if name in _PARTS)
    return (run.id, run.tag, path, *(f"{name}={value}" for name, value in parts))


_PARTS: Final = frozenset({"variables", "variable", "format", "language"})
"""What of an address's query an answer hangs on, beside the run."""
