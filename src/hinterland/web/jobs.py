"""Jobs: asked for, queued, run one at a time by each worker, watched while they run, cancelled, forgotten in time.

Work in parts gives way between them: a job that has not begun goes first, and those that have take turns.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import BaseModel

from hinterland.errors import InputError
from hinterland.web.phrases import phrase
from hinterland.web.problems import cleaned, problem
from hinterland.web.schemas import Problem
from hinterland.web.schemas_live import Job, Progress

log = logging.getLogger("hinterland.web")

Kind = Literal["simulate", "why", "policy", "claims"]
State = Literal["queued", "running", "done", "failed", "cancelled"]
Parts = Generator[float, None, BaseModel]
"""Work in parts: after each it tells for how many seconds it has nothing to do."""
Work = Callable[["Running"], BaseModel | Parts]

PER_CLIENT: Final = 4
"""Unfinished jobs that one client may have."""
IN_ALL: Final = 32
"""Unfinished jobs of everybody."""
REMEMBERED: Final = 256
"""Finished jobs that can still be asked for."""
KEPT_SECONDS: Final = 900.0
"""For so long."""
ALIVE: Final = 15.0
"""Seconds after which a silent stream shows that it is alive."""


class CancelledError(Exception):
    """A job was cancelled; raised inside it."""


@dataclass
class Running:
    """A job as the queue holds it, and what its work is given to tell of itself."""

    id: str
    kind: Kind
    client: str
    work: Work
    seconds: float
    """After which it is ended."""
    state: State = "queued"
    progress: Progress | None = None
    result: BaseModel | None = None
    error: str | None = None
    cancel_asked: bool = False
    began: float = 0.0
    ended: float = 0.0
    parts: Parts | None = None
    """What is left of work in parts,"""
    idle_until: float = 0.0
    """which goes on from then."""
    _watchers: list[tuple[asyncio.AbstractEventLoop, asyncio.Queue[tuple[str, str]]]] = field(default_factory=list)
    _last: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed", "cancelled")

    def check(self) -> None:
        """Raises where the job has been cancelled or has run too long; work calls it between its parts."""
        if self.cancel_asked:
            raise CancelledError
        if self.late:
            raise InputError(
                f"it took longer than {self.seconds:.0f} seconds", remedy="Ask for less", where=f"job {self.kind}"
            )

    @property
    def late(self) -> bool:
        """Whether its time is up."""
        return self.began > 0 and time.monotonic() - self.began > self.seconds

    def tell(self, done: int, total: int, what: str) -> None:
        """Progress, which is also where a cancelled job ends."""
        self.check()
        self.progress = Progress(done=done, total=total, what=phrase(what))
        self.publish("progress", self.progress.model_dump_json())

    def partly(self, result: BaseModel) -> None:
        """A result that will get better."""
        self.result = result
        self.publish("partial", result.model_dump_json())

    def publish(self, event: str, data: str) -> None:
        """Sends an event to all who watch, and keeps it for those who come later."""
        with self._lock:
            self._last[event] = data
            for loop, queue in self._watchers:
                loop.call_soon_threadsafe(queue.put_nowait, (event, data))

    async def events(self) -> AsyncIterator[tuple[str, str]]:
        """Events from now on, after the last of each kind so far; ends with the job. ("", "") shows that it lives."""
        queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        watcher = (asyncio.get_running_loop(), queue)
        with self._lock:
            so_far = [(name, self._last[name]) for name in _ORDER if name in self._last]
            self._watchers.append(watcher)
        try:
            for event, data in so_far:
                yield event, data
                if event in _ENDS:
                    return
            while True:
                try:
                    event, data = await asyncio.wait_for(queue.get(), ALIVE)
                except TimeoutError:
                    yield "", ""
                    continue
                yield event, data
                if event in _ENDS:
                    return
        finally:
            with self._lock:
                self._watchers.remove(watcher)


_ENDS: Final = frozenset({"done", "failed", "cancelled"})
_ORDER: Final = ("progress", "partial", *sorted(_ENDS))


@dataclass
class Queue:
    """Jobs of all workers."""

    _jobs: OrderedDict[str, Running] = field(default_factory=OrderedDict)
    _lines: dict[str, list[Running]] = field(default_factory=dict)
    """Worker -> jobs that wait for it."""
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _closed: bool = False

    def worker(self, name: str) -> None:
        """Starts the thread that does the jobs of a line."""
        self._lines.setdefault(name, [])
        threading.Thread(target=self._work, args=(name,), name=f"worker {name}", daemon=True).start()

    def ask(self, line: str, kind: Kind, client: str, work: Work, *, seconds: float, latest: bool = False) -> Running:
        """Queues a job; with `latest` the client's earlier ones of this kind are cancelled first.

        Refused with 429 where the client has too many and with 503 where everybody together has.
        """
        with self._wake:
            self._forget()
            if latest:
                for job in self._jobs.values():
                    if job.client == client and job.kind == kind and not job.over:
                        self._cancel(job)
            waiting = [job for job in self._jobs.values() if not job.over and not job.cancel_asked]
            if sum(job.client == client for job in waiting) >= PER_CLIENT:
                raise problem(429, f"{PER_CLIENT} jobs of this client are not done", "Wait, or cancel one", "jobs")
            if len(waiting) >= IN_ALL:
                raise problem(503, f"{IN_ALL} jobs are not done", "Ask again in a minute", "jobs")
            job = Running(secrets.token_urlsafe(12), kind, client, work, seconds)
            self._jobs[job.id] = job
            self._lines[line].append(job)
            self._wake.notify_all()
            return job

    def done(self, kind: Kind, client: str, result: BaseModel) -> Running:
        """A job whose result is at hand already."""
        job = Running(secrets.token_urlsafe(12), kind, client, lambda _: result, 0.0, state="done", result=result)
        job.ended = time.monotonic()
        job.publish("done", result.model_dump_json())
        with self._wake:
            self._forget()
            self._jobs[job.id] = job
        return job

    def job(self, name: str) -> Running:
        """A job by its id; InputError where there is none, or where it is forgotten."""
        with self._wake:
            found = self._jobs.get(name)
        if found is None:
            remedy = f"Jobs are kept for {KEPT_SECONDS / 60:.0f} minutes after their end; ask again"
            raise InputError("there is no job of this id", remedy=remedy, where="jobs")
        return found

    def cancel(self, job: Running) -> None:
        """Asks a job to end; one that waits ends at once."""
        with self._wake:
            self._cancel(job)

    def shown(self, job: Running) -> Job:
        """A job as it is answered."""
        with self._wake:
            line = next((line for line in self._lines.values() if job in line), [])
            waiting = [each for each in line if each.state == "queued"]
            position = waiting.index(job) + 1 if job in waiting else 0
        return Job(
            id=job.id,
            kind=job.kind,
            state=job.state,
            position=position,
            progress=job.progress,
            error=job.error,
            result=job.result,  # pyright: ignore[reportArgumentType]
        )

    def close(self) -> None:
        """Ends all jobs and workers."""
        with self._wake:
            self._closed = True
            for job in self._jobs.values():
                if not job.over:
                    self._cancel(job)
            self._wake.notify_all()

    def counts(self) -> Mapping[str, int]:
        """State -> number of jobs."""
        with self._wake:
            states = [job.state for job in self._jobs.values()]
        return {state: states.count(state) for state in dict.fromkeys(states)}

    def _cancel(self, job: Running) -> None:
        job.cancel_asked = True
        for line in self._lines.values():
            if job in line:
                line.remove(job)
                _end(job, "cancelled", "{}")

    def _forget(self) -> None:
        """Drops finished jobs that are old, or too many."""
        now = time.monotonic()
        over = [job for job in self._jobs.values() if job.over]
        late = [job for job in over if now - job.ended > KEPT_SECONDS]
        for job in [*late, *over[: max(len(over) - REMEMBERED, 0)]]:
            self._jobs.pop(job.id, None)

    def _work(self, name: str) -> None:
        line = self._lines[name]
        while True:
            with self._wake:
                while not self._closed and (not line or _turn(line).idle_until > time.monotonic()):
                    self._wake.wait(_turn(line).idle_until - time.monotonic() if line else None)
                if self._closed:
                    return
                job = _turn(line)
                line.remove(job)
                if job.state == "queued":
                    job.state, job.began = "running", time.monotonic()
            _run(job)
            with self._wake:
                if not job.over:
                    line.append(job)
                    if job.cancel_asked:
                        self._cancel(job)


def _turn(line: list[Running]) -> Running:
    """Whose turn it is: the first that has not begun, or else the first that has something to do."""
    now = time.monotonic()
    return min(line, key=lambda job: (job.state != "queued", max(job.idle_until, now)))


def _run(job: Running) -> None:
    """Does a job's work, or the next part of it, and tells how it ended where it did."""
    try:
        job.check()
        result = _done(job)
    except CancelledError:
        _end(job, "cancelled", "{}")
    except InputError as error:
        _failed(job, Problem(error=error.what, remedy=error.remedy, where=error.where), 422)
    except Exception:
        log.exception("a job of kind %s failed", job.kind)
        what = "the server failed to do this; its log says more"
        _failed(job, Problem(error=what, remedy="Ask again, or ask for less", where=""), 500)
    else:
        if result is not None:
            job.result = result
            _end(job, "done", result.model_dump_json())


def _done(job: Running) -> BaseModel | None:
    """The result, or None where there are parts left."""
    if job.parts is None:
        result = job.work(job)
        if not isinstance(result, Generator):
            return result
        job.parts = result
    try:
        job.idle_until = time.monotonic() + next(job.parts)
    except StopIteration as end:
        return end.value
    return None


def _end(job: Running, state: State, data: str) -> None:
    job.state, job.ended, job.parts = state, time.monotonic(), None
    if state != "done":
        job.result = None
    # What was partial is part of the end, and need not be told again.
    job.publish(state, data)


def _failed(job: Running, of: Problem, status: int) -> None:
    told = cleaned(status, of)
    where = f"{told.where}: " if told.where else ""
    job.error = f"{where}{told.error}. {told.remedy}"
    _end(job, "failed", told.model_dump_json())
