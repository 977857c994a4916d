"""A simulation as a job in parts: a first look at once, then blocks of members until there are enough."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from hinterland.web.jobs import Parts, Running, Work
from hinterland.web.levers import Asked, Places, asked
from hinterland.web.live import SIZE, Live, Look
from hinterland.web.responses import answer
from hinterland.web.schemas_live import Answer, Simulate

REFINED: Final = 32
"""Members that a simulation goes on to where none are asked for, or all the run has."""
SECONDS: Final = 60.0
"""After which a simulation ends with what it has."""
PAUSE: Final = 0.3
"""Seconds between the first look and the members that follow,"""
LARGE_PAUSE: Final = 1.0
"""and where a block of these takes long itself."""
REMEMBERED: Final = 128


@dataclass
class Simulations:
    """Simulations of one run's live model; results are kept by what was asked."""

    live: Live
    places: Places = field(default_factory=Places)
    _kept: OrderedDict[str, Answer] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wanted(self, request: Simulate) -> int:
        """Members that a request is refined to."""
        return min(self.live.members, REFINED if request.members is None else request.members)

    def asked(self, request: Simulate) -> Asked:
        """What a request turns; InputError where it cannot be used."""
        return asked(self.live, self.places, request)

    def kept(self, request: Simulate) -> Answer | None:
        """The answer to a request that was answered before."""
        with self._lock:
            return self._kept.get(self._key(request))

    def work(self, request: Simulate, of: Asked) -> Work:
        """The work of a job that answers a request."""

        def run(job: Running) -> Parts:
            began = time.monotonic()
            wanted = self.wanted(request)
            first = self.live.first_look(of.scenario)
            told = answer(self.live, of, [first], wanted, time.monotonic() - began)
            job.partly(told)
            # A moment before the members that follow, as a hand that moves a lever often moves it again.
            yield LARGE_PAUSE if self.live.large else PAUSE
            # What was looked at in single precision is looked at again with the others.
            looks: list[Look] = [] if self.live.large else [first]
            done = sum(len(look.members) for look in looks)
            for block in range(len(looks), -(-wanted // SIZE)):
                if looks and time.monotonic() - began > SECONDS:
                    break
                looks.append(self._cut(self.live.look(block, of.scenario), wanted - done))
                done += len(looks[-1].members)
                told = answer(self.live, of, looks, wanted, time.monotonic() - began)
                if done < wanted:
                    job.tell(done, wanted, "members")
                    job.partly(told)
                    yield 0.0
            if done >= wanted:
                self._keep(request, told)
            return told

        return run

    def _cut(self, look: Look, most: int) -> Look:
        """No more members than are wanted."""
        if len(look.members) <= most:
            return look
        return Look(
            look.members[:most],
            {name: values[:most] for name, values in look.changed.items()},
            {name: values[:most] for name, values in look.base.items()},
            look.lost,
        )

    def _keep(self, request: Simulate, told: Answer) -> None:
        with self._lock:
            self._kept[self._key(request)] = told
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)

    def _key(self, request: Simulate) -> str:
        """What was asked, whatever the order of its levers."""
        moved = sorted((value.name, value.amount) for value in request.levers if value.amount)
        rest = request.model_dump(exclude={"levers"})
        rest["members"] = self.wanted(request)
        return repr((self.live.run.tag, moved, sorted(rest.items(), key=lambda item: item[0])))
