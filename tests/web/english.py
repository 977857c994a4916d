"""Finds English sentences in texts of the other languages; names of people, works and commands may stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

ALLOWED: Final = (
    "Federal Reserve Bank of Philadelphia",
    "World Population Prospects",
    "pip install 'hinterland[downloads]'",
    "hinterland data build",
    "hinterland serve",
    "and others",
    "Municipality Converter",
)
"""Proper names and commands that are the same in every language."""
_FUNCTION: Final = re.compile(
    r"[A-Za-z]+[ ,;]+(?:the|of|is|are|was|were|for|from|with|to|in|by|not|no|a|an|which|that|as)[ ,;]+[A-Za-z]+"
)
_LOWER: Final = re.compile(r"\b[a-z]{2,}(?:[ ,;:]+[a-z]{2,}){2,}\b")


def english(text: str) -> str:
    """The first stretch of a text that reads as English; empty where there is none."""
    for name in ALLOWED:
        text = text.replace(name, "·")
    found = _FUNCTION.search(text) or _LOWER.search(text)
    return found[0] if found else ""


def remains(answer: Any, at: str = "") -> Iterator[tuple[str, str, str]]:
    """Where, in which language, and what: English in the Chinese and Japanese words of an answer."""
    if isinstance(answer, dict) and set(answer) == {"en", "zh", "ja"}:
        for language in ("zh", "ja"):
            if not answer[language].startswith("<svg") and (found := english(answer[language])):
                yield at, language, found
    elif isinstance(answer, dict):
        for key, value in answer.items():
            yield from remains(value, f"{at}.{key}")
    elif isinstance(answer, list):
        for value in answer:
            yield from remains(value, at)
