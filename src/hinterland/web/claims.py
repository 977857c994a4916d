"""Claims as cards: verdict, the lines of data, prediction and effect, what is published, and a chart."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import ValidationError

from hinterland.errors import InputError
from hinterland.explain.claims.cards import card, ids
from hinterland.explain.claims.gallery import Told, told
from hinterland.fingerprint import package_source
from hinterland.report import claims as page
from hinterland.report.text import LANGUAGES, Text
from hinterland.web.phrases import phrase
from hinterland.web.schemas import Words
from hinterland.web.schemas_claims import Card, Evidence, Line
from hinterland.web.standing import standing
from hinterland.web.words import named, own, words

if TYPE_CHECKING:
    from hinterland.data.country import Country

log = logging.getLogger("hinterland.web")

MEMBERS: Final = 16
PAUSE: Final = 0.05
"""Seconds between two cards, so that others get their turn."""
VERDICTS: Final = {"cannot be told here": "cannot be told"}


@dataclass
class Claims:
    """All cards, made once for the packs at hand and kept on disk for the next start."""

    turn: int = 0
    """Changes with whatever the cards say."""
    _found: dict[str, Card] = field(default_factory=dict)
    _read: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while one is made: packs are large."""
    _worker: threading.Thread | None = None

    def all(self) -> list[Card]:
        """Every card in order; the first call may take a minute."""
        return [self.one(name) for name in ids()]

    def one(self, name: str) -> Card:
        """A card, made where it is not there; InputError where there is no claim of this name."""
        card(name)
        if name not in self._found:
            with self._lock:
                self._begun()
                if name not in self._found:
                    self._put(shown(told(card(name), pack, None)))
        return self._found[name]

    def at_hand(self) -> tuple[list[Card], int]:
        """Cards that are there, in order, and how many are not yet; a thread makes them from the first call on."""
        found = dict(self._found)
        left = len(ids()) - len(found)
        if left:
            self.begin()
        return [found[name] for name in ids() if name in found], left

    def begin(self) -> None:
        """Begins to make what is not there, beside whatever else is done."""
        if self._worker is None:
            self._worker = threading.Thread(target=self._make, name="claims", daemon=True)
            self._worker.start()

    def keep(self, of: Card) -> None:
        """Puts a card with its effect in place of the one without."""
        with self._lock:
            self._begun()
            self._put(of)

    def _make(self) -> None:
        for name in ids():
            try:
                self.one(name)
            except Exception:
                log.exception("the card of claim %s failed", name)
            time.sleep(PAUSE)

    def _begun(self) -> None:
        if not self._read:
            self._found, self._read = {**_kept(), **self._found}, True
            self.turn += 1

    def _put(self, of: Card) -> None:
        self._found = {**self._found, of.id: of}
        self.turn += 1
        if len(self._found) == len(ids()):
            _write(self._found)
            pack.cache_clear()  # packs are large, and cards are all that is asked for now


@lru_cache(maxsize=8)
def pack(name: str) -> Country | None:
    """A country by name; None where its pack is not on this computer."""
    from hinterland.data.pack import read_pack

    try:
        return read_pack(name)
    except InputError:
        return None


def card_of(name: str, *, members: int, progress: Callable[[int, int, str], None]) -> Card:
    """A card with its effect in the model, which takes minutes where it has one."""
    from hinterland.explain.claims.effects import sizes

    one = card(name)
    progress(0, 2, "effect")
    found = sizes(pack, [one], members=members, progress=progress)
    progress(1, 2, "data")
    return shown(told(one, pack, found.get(name)))


def shown(one: Told) -> Card:
    """A claim as the page shows it."""
    finding = next((each for each in one.findings if each.outcome != "missing"), None)
    size = None if one.size is None else one.size.percent[1]
    gains = [gain.points for gain in one.gains]
    data = [words(page.sentence(each)) for each in one.findings]
    missing = one.card.missing
    if missing is not None:
        data = [own("data_missing")]
    runs = one.size is None and one.card.effect.none is None
    charts = _charts(one)
    return Card(
        id=one.card.id,
        claim=named(one.card.claim.model_dump()),
        verdict=VERDICTS.get(one.verdict, one.verdict),  # pyright: ignore[reportArgumentType]
        verdict_words=words(page.verdict(one)),
        lines=[
            Line(
                kind="data",
                label=own("line_data"),
                words=_joined(data),
                value=None if finding is None or not np.isfinite(finding.value) else finding.value,
                known=one.data != "missing",
                needs=_needs(one),
                can_run=False,
            ),
            Line(
                kind="prediction",
                label=own("line_prediction"),
                words=words(page.prediction(one)),
                value=sum(gains) / len(gains) if gains else None,
                known=one.prediction != "missing",
                needs=None,
                can_run=False,
            ),
            Line(
                kind="effect",
                label=own("line_effect"),
                words=words(page.effect(one)),
                value=size,
                known=one.size is not None,
                needs=None,
                can_run=runs,
            ),
        ],
        pro=_evidence(one, "for"),
        contra=[*_evidence(one, "against"), *_evidence(one, "mixed")],
        hangs_on=[Words(en=name, zh=name, ja=name) for name in one.card.hangs_on],
        chart=charts.en,
        charts=charts,
    )


def _needs(one: Told) -> Words | None:
    """Figures, or packs, without which the data say nothing."""
    if one.card.missing is not None:
        return named(one.card.missing.model_dump())
    parts = [phrase(each) for each in one.needs]
    if not parts:
        return None
    return Words(**{language: "; ".join(getattr(part, language) for part in parts) for language in LANGUAGES})


def _joined(texts: list[Words]) -> Words:
    return Words(
        en=" ".join(text.en for text in texts),
        zh="".join(text.zh for text in texts),
        ja="".join(text.ja for text in texts),
    )


def _evidence(one: Told, stance: str) -> list[Evidence]:
    return [
        Evidence(
            says=named(each.text.model_dump()),
            source=f"{each.source} {each.url}".strip(),
            sureness=each.sure,
        )
        for each in one.card.evidence
        if each.stance == stance
    ]


def _charts(one: Told) -> Words:
    """The chart of the first test that has one, in every language."""
    finding = next((each for each in one.findings if each.bars), None)
    if finding is None:
        return Words(en="", zh="", ja="")
    title = Text(**finding.test.asks.model_dump())
    drawn = page.chart(f"claim-{one.card.id}", title, finding.bars)
    return Words(**{language: standing(drawn, language, title, adaptive=True) for language in LANGUAGES})


def _key() -> str:
    """What the cards hang on: the package's source, how cards are told and written, and the packs at hand."""
    from hinterland.data.folders import data_folder

    packs = {
        path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((data_folder() / "packs").glob("*/pack.toml"))
    }
    return hashlib.sha256(
        json.dumps([package_source(), Card.model_json_schema(), _texts(), packs]).encode()
    ).hexdigest()[:16]


def _texts() -> str:
    """A digest of all cards as they are written."""
    whole = "".join(card(name).model_dump_json() for name in ids())
    return hashlib.sha256(whole.encode()).hexdigest()


def _file() -> Any:
    from hinterland.data.folders import data_folder

    return data_folder() / f"claims-{_key()}.json"


def _kept() -> dict[str, Card]:
    try:
        held = json.loads(_file().read_text("utf-8"))
        return {name: Card.model_validate(record) for name, record in held.items()}
    except (OSError, ValueError, ValidationError, AttributeError):
        return {}


def _write(cards: dict[str, Card]) -> None:
    from contextlib import suppress

    from hinterland.writing import write_text

    text = json.dumps({name: one.model_dump() for name, one in cards.items()}, ensure_ascii=False)
    with suppress(InputError):
        write_text(_file(), text)
