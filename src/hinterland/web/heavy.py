"""A second process for what takes long: why, policies and effects of claims; it ends its work when it is told to.

It has a Python and a compiler of its own, so that what it prepares, compiles and forgets never makes a lever wait.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import traceback
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from hinterland.errors import InputError
from hinterland.web.jobs import CancelledError, Running

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess
    from multiprocessing.synchronize import Event

    from hinterland.data.country import Country

PATIENCE: Final = 6.0
"""Seconds that a cancelled work is given to notice, before its process is ended."""
POLL: Final = 0.1
BEHIND: Final = 15
"""By how much the process of least priority is nicer than others."""
HELD: Final = 2
"""Attributions, and prepared base runs, that the process holds."""


class Pipe(Protocol):
    """An end of a connection between processes, of whatever kind the system has."""

    def send(self, obj: Any, /) -> None:
        """Sends anything that can be pickled."""
        ...

    def recv(self) -> Any:
        """What the other end sent; EOFError where it is gone."""
        ...

    def poll(self, timeout: float | None = ..., /) -> bool:
        """Whether there is something to receive."""
        ...

    def close(self) -> None:
        """Ends it."""
        ...


class BrokenError(Exception):
    """The second process failed; its trace stands in the log."""


@dataclass
class Heavy:
    """The process, started when it is first needed; one task at a time."""

    countries: Mapping[str, Country]
    """By the id of the run they are of."""
    behind: bool = False
    """Whether it gives way to everything else on the machine."""
    _process: SpawnProcess | None = None
    _pipe: Pipe | None = None
    _stop: Event | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ending: threading.Lock = field(default_factory=threading.Lock)

    def do(self, job: Running, task: str, arguments: Mapping[str, Any]) -> str:
        """The result of a task as JSON; progress goes to the job, and its cancellation to the task.

        InputError as the task raises it; BrokenError where the process ends.
        """
        with self._lock:
            pipe, stop = self._started()
            stop.clear()
            pipe.send((task, dict(arguments)))
            waited = 0.0
            while True:
                if job.cancel_asked or job.late:
                    stop.set()
                    waited += POLL
                    if waited > PATIENCE:
                        self._end()
                        job.check()
                heard = self._heard(pipe)
                if heard is None:
                    self._end()
                    job.check()
                    raise BrokenError("the second process ended; it may have run out of memory")
                kind, payload = heard
                if not kind:
                    continue
                if kind == "progress":
                    if not job.cancel_asked and not job.late:
                        job.tell(*payload)
                elif kind == "done":
                    return payload
                elif kind == "cancelled":
                    job.check()
                    raise CancelledError
                elif kind == "refused":
                    raise InputError(payload[0], remedy=payload[1], where=payload[2])
                else:
                    raise BrokenError(payload)

    def _heard(self, pipe: Pipe) -> tuple[str, Any] | None:
        """What the process says: nothing yet is an empty kind, None that it has ended."""
        try:
            if pipe.poll(POLL):
                return pipe.recv()
        except (EOFError, OSError):
            return None
        return ("", None) if self._process is not None and self._process.is_alive() else None

    def close(self) -> None:
        """Ends the process."""
        self._end()

    def _started(self) -> tuple[Pipe, Event]:
        if self._process is None or not self._process.is_alive() or self._pipe is None or self._stop is None:
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            self._stop = context.Event()
            self._process = context.Process(
                target=_work,
                args=(theirs, self._stop, dict(self.countries), self.behind),
                name="hinterland heavy",
                daemon=True,
            )
            self._process.start()
            theirs.close()
            self._pipe = ours
        return self._pipe, self._stop

    def _end(self) -> None:
        # The work's own thread and the server's end may both come here.
        with self._ending:
            process, self._process = self._process, None
            pipe, self._pipe = self._pipe, None
            self._stop = None  # its semaphores go with it, and not with the server's end
        if process is not None:
            process.terminate()
            process.join(2.0)
            if process.is_alive():
                process.kill()
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _work(pipe: Pipe, stop: Event, countries: Mapping[str, Country], behind: bool) -> None:
    """The life of the process: tasks one after the other until nobody asks any more."""
    import signal

    # Ctrl-C is the server's to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if behind and hasattr(os, "nice"):
        os.nice(BEHIND)
    from hinterland.calibrate.keeping import keep_work

    keep_work()

    def progress(done: int, total: int, what: str) -> None:
        if stop.is_set():
            raise CancelledError
        pipe.send(("progress", (done, total, what)))

    tasks = Tasks(countries, progress)
    while True:
        try:
            name, arguments = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            pipe.send(("done", getattr(tasks, name)(**arguments)))
        except CancelledError:
            pipe.send(("cancelled", ""))
        except InputError as error:
            pipe.send(("refused", (error.what, error.remedy, error.where)))
        except Exception:  # noqa: BLE001 - the server logs it and goes on
            pipe.send(("failed", traceback.format_exc()))


@dataclass
class Tasks:
    """What the process can be asked for; each answers with JSON."""

    countries: Mapping[str, Country]
    progress: Any
    _attributions: OrderedDict[Any, Any] = field(default_factory=OrderedDict)
    _bases: OrderedDict[Any, Any] = field(default_factory=OrderedDict)

    def why(self, run: str, place: int, years: tuple[int, int], members: int, overrides: dict[str, Any]) -> str:
        """Why a place changes; the parts of all places are held, so that the next place of the same years is quick."""
        from hinterland.explain.why import why
        from hinterland.web.why import why as shown

        key = (run, years, members)
        if key not in self._attributions:
            self._attributions[key] = why(
                self.countries[run], years, members=members, overrides=overrides, progress=self.progress
            )
            while len(self._attributions) > HELD:
                self._attributions.popitem(last=False)
        self.progress(1, 1, "moves")
        return shown(self._attributions[key], place).model_dump_json()

    def policy(self, run: str, place: int, keep: float, by: int, overrides: dict[str, Any]) -> str:
        """The cheapest mix that keeps a share of a place's people; the base run to a year is held for the next."""
        from hinterland.explain.levers import chosen, purse
        from hinterland.explain.placed import placed
        from hinterland.explain.policy import MEMBERS, asked, solved
        from hinterland.forecast import ready
        from hinterland.members.ensemble import run_ensemble
        from hinterland.record import check
        from hinterland.web.policies import reached

        country = self.countries[run]
        goal = asked(country, place, keep, by, None, MEMBERS)
        key = (run, by)
        if key not in self._bases:
            system, _ = ready(country, MEMBERS, by, overrides, keep_effects=False, past=False, progress=self.progress)
            base = run_ensemble(system, members=MEMBERS, until=by, seed=0, progress=self.progress)
            check(base.ensemble)
            self._bases[key] = (system, base)
            while len(self._bases) > HELD:
                self._bases.popitem(last=False)
        system, base = self._bases[key]
        money = purse(country.code)
        at = placed(system, place, chosen((), {}, money), float(goal.start))
        return reached(solved(system, at, goal, money, base, progress=self.progress)).model_dump_json()

    def card(self, name: str) -> str:
        """A claim's card without its effect."""
        from hinterland.web.claims import made

        return made(name).model_dump_json()

    def claim(self, name: str, members: int) -> str:
        """A claim's card with its effect in the model."""
        from hinterland.web.claims import card_of

        return card_of(name, members=members, progress=self.progress).model_dump_json()
