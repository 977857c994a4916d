"""A phrasebook: sentences that other parts of the package have in English only, in the languages of the page.

A phrase may hold {slots}, which stand for any text; what fills one is looked up in its turn.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from hinterland.report.text import LANGUAGES
from hinterland.web.schemas import Words

LONGEST: Final = 2000
"""Characters of a text that is looked up; what is longer is no phrase."""
DEEPEST: Final = 3
"""Phrases within phrases that are looked up."""
_SLOT: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence with slots, and how it is recognised."""

    said: Words
    form: re.Pattern[str]


def known(text: str, *, depth: int = 0) -> Words | None:
    """A text in every language; None where the phrasebook does not have it."""
    if len(text) > LONGEST:
        return None
    exact, forms = _book()
    if text in exact:
        return exact[text]
    for phrase in forms:
        found = phrase.form.fullmatch(text)
        if found is not None:
            return _filled(phrase, found.groupdict(), depth)
    return None


def phrase(text: str) -> Words:
    """A text in every language; as it stands where the phrasebook does not have it."""
    return known(text) or Words(en=text, zh=text, ja=text)


def _filled(of: Phrase, slots: dict[str, str], depth: int) -> Words:
    inner = {name: known(value, depth=depth + 1) if depth < DEEPEST else None for name, value in slots.items()}

    def said(language: str) -> str:
        def fill(slot: re.Match[str]) -> str:
            name = slot[1]
            word = inner.get(name)
            return slots[name] if word is None else getattr(word, language)

        return _SLOT.sub(fill, getattr(of.said, language))

    return Words(**{language: said(language) for language in LANGUAGES})


@lru_cache(maxsize=1)
def _book() -> tuple[dict[str, Words], tuple[Phrase, ...]]:
    """Phrases without slots by their English, and those with slots in the order of the file."""
    raw = tomllib.loads(files("hinterland.web").joinpath("phrases.toml").read_text("utf-8"))
    said = [Words(**each) for each in raw["phrase"]]
    whole = {each.en: each for each in said if not _SLOT.search(each.en)}
    return whole, tuple(Phrase(each, _form(each.en)) for each in said if _SLOT.search(each.en))


def _form(english: str) -> re.Pattern[str]:
    """Recognises a phrase; a slot that comes twice must be filled alike."""
    out, last, seen = "", 0, set[str]()
    for slot in _SLOT.finditer(english):
        out += re.escape(english[last : slot.start()])
        out += f"(?P={slot[1]})" if slot[1] in seen else f"(?P<{slot[1]}>.+?)"
        seen.add(slot[1])
        last = slot.end()
    return re.compile(out + re.escape(english[last:]), re.DOTALL)
