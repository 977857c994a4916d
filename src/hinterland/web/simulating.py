"""A simulation as a job: a first look at once, then blocks of members until there are enough, or something newer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from hinterland.web.jobs import Running, Work
from hinterland.web.levers import Asked, Places, asked
from hinterland.web.live import Live, Look
from hinterland.web.responses import answer
from hinterland.web.schemas_live import Answer, Simulate

REFINED: Final = 32
"""Members that a simulation goes on to where none are asked for, or all the run has."""
SECONDS: Final = 60.0
"""After which a simulation ends with what it has."""
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

        def run(job: Running) -> Answer:
            began = time.monotonic()
            wanted = self.wanted(request)
            told = self._first(job, of, wanted, began)
            looks: list[Look] = []
            done = 0
            for block in range(-(-wanted // self.live.size)):
                job.check()
                if looks and time.monotonic() - began > SECONDS:
                    return told
                looks.append(self._cut(self.live.look(block, of.scenario), wanted - done))
                done += len(looks[-1].members)
                told = answer(self.live, of, looks, wanted, time.monotonic() - began)
                if done < wanted:
                    job.tell(done, wanted, "members")
                    job.partly(told)
            self._keep(request, told)
            return told

        return run

    def _first(self, job: Running, of: Asked, wanted: int, began: float) -> Answer:
        looks = [self.live.first_look(of.scenario)]
        told = answer(self.live, of, looks, wanted, time.monotonic() - began)
        job.partly(told)
        return told

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
