"""Cards of claims made before anybody asks: by a process of least priority, which ends when there is nothing left."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from hinterland.errors import InputError
from hinterland.web.claims import Claims
from hinterland.web.heavy import BrokenError, Heavy
from hinterland.web.jobs import CancelledError, Running
from hinterland.web.schemas_claims import Card, Cards

log = logging.getLogger("hinterland.web")


@dataclass
class Making:
    """The cards, and the process that makes those that are missing; it is begun once."""

    process: Heavy = field(default_factory=lambda: Heavy({}, behind=True))
    claims: Claims = field(init=False)
    _job: Running | None = None
    _working: bool = False
    _tried: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.claims = Claims(self.one)

    def one(self, name: str) -> Card:
        """A card made by the process; BrokenError where it fails, CancelledError where the server ends."""
        with self._lock:
            if self._job is None:
                self._job = Running("cards", "claims", "", lambda _: Card.model_construct(), float("inf"))
        with self._asking:
            return Card.model_validate_json(self.process.do(self._job, "card", {"name": name}))

    def begin(self) -> None:
        """Begins to make what is missing, once: what failed is not tried again before the next start."""
        missing = bool(self.claims.missing())
        with self._lock:
            if self._tried or not missing:
                return
            self._tried = self._working = True
        threading.Thread(target=self._make, name="cards", daemon=True).start()

    def shown(self) -> tuple[int, Cards]:
        """What is there now, with a number that changes with it."""
        working = self._working
        revision, cards = self.claims.at_hand()
        return revision, Cards(cards=cards, waiting=len(self.claims.missing()), working=working)

    def end(self) -> None:
        """Ends the making and its process."""
        with self._lock:
            self._tried = True
            if self._job is not None:
                self._job.cancel_asked = True
        self.process.close()

    def _make(self) -> None:
        try:
            for name in self.claims.missing():
                try:
                    self.claims.one(name)
                except CancelledError:
                    break
                except (BrokenError, InputError):
                    log.exception("the card of claim %s could not be made", name)
            self.claims.save()
        finally:
            self._working = False
            with self._asking:  # a card asked for by its name may still be under way
                self.process.close()
