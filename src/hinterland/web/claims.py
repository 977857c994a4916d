"""Claims as cards: verdict, the lines of data, prediction and effect, what is published, and a chart."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

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

MEMBERS: Final = 16
VERDICTS: Final = {"cannot be told here": "cannot be told"}


@dataclass
class Claims:
    """All cards, made once for the packs at hand and kept on disk for the next start."""

    make: Callable[[str], Card] = field(default_factory=lambda: made)
    """Makes a card, which takes up to half a minute where a large pack must be read first."""
    _found: dict[str, Card] | None = None
    _file: Path | None = None
    _revision: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _making: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> list[Card]:
        """Every card in order; the first call may take a minute."""
        return [self.one(name) for name in ids()]

    def one(self, name: str) -> Card:
        """A card, made where it is not at hand; InputError where there is no claim of this name."""
        card(name)
        found = self.at(name)
        if found is not None:
            return found
        with self._making:
            found = self.at(name)
            if found is None:
                found = self.make(name)
                self.keep(found)
                if not self.missing():
                    pack.cache_clear()  # packs are large, and cards are all that is asked for now
        return found

    def at(self, name: str) -> Card | None:
        """A card where it is at hand."""
        with self._lock:
            return self._seen().get(name)

    def at_hand(self) -> tuple[int, list[Card]]:
        """A number that changes with the cards, and the cards that are made so far, in order."""
        with self._lock:
            found = self._seen()
            return self._revision, [found[name] for name in ids() if name in found]

    def missing(self) -> list[str]:
        """Names of cards that are not made yet."""
        with self._lock:
            found = self._seen()
            return [name for name in ids() if name not in found]

    def keep(self, one: Card) -> None:
        """Keeps a card, on disk too once there is no other left to make; one with its effect stays."""
        with self._lock:
            found = self._seen()
            if one.id in found and has_effect(found[one.id]) and not has_effect(one):
                return
            found[one.id] = one
            self._revision += 1
            if all(name in found for name in ids()):
                self._write()

    def save(self) -> None:
        """Writes what is made so far, so that the next start goes on from there."""
        with self._lock:
            if self._seen():
                self._write()

    def _seen(self) -> dict[str, Card]:
        if self._found is None:
            # The name is that of the packs read from now on: one built later makes another file.
            self._file = _file()
            self._found = _read(self._file)
        return self._found

    def _write(self) -> None:
        assert self._file is not None
        _write(self._file, self._found or {})


def has_effect(one: Card) -> bool:
    """Whether a card tells its effect in the model."""
    return any(line.kind == "effect" and line.known for line in one.lines)


def made(name: str) -> Card:
    """A card without its effect in the model."""
    return shown(told(card(name), pack, None))


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
    """What the cards hang on: the package's source, how cards are told, written and run, and the packs at hand."""
    from hinterland.data.folders import data_folder

    packs = {
        path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((data_folder() / "packs").glob("*/pack.toml"))
    }
    return hashlib.sha256(
        json.dumps([package_source(), Card.model_json_schema(), _texts(), MEMBERS, packs]).encode()
    ).hexdigest()[:16]


def _texts() -> str:
    """A digest of all cards as they are written."""
    whole = "".join(card(name).model_dump_json() for name in ids())
    return hashlib.sha256(whole.encode()).hexdigest()


def _file() -> Path:
    from hinterland.data.folders import data_folder

    return data_folder() / f"claims-{_key()}.json"


def _read(path: Path) -> dict[str, Card]:
    try:
        held = json.loads(path.read_text("utf-8"))
        return {name: Card.model_validate(record) for name, record in held.items()}
    except (OSError, ValueError, ValidationError, AttributeError):
        return {}


def _write(path: Path, cards: Mapping[str, Card]) -> None:
    from contextlib import suppress

    from hinterland.writing import write_text

    text = json.dumps({name: one.model_dump() for name, one in cards.items()}, ensure_ascii=False)
    with suppress(InputError):
        write_text(path, text)
