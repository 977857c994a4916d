"""Words of the reports in English, Chinese and Japanese, kept together so that no language can lack a sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("en", "zh", "ja")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in every language of the reports; plain text, not yet escaped."""

    en: str
    zh: str
    ja: str

    def of(self, language: str) -> str:
        """The words in one of `LANGUAGES`."""
        return {"en": self.en, "zh": self.zh, "ja": self.ja}[language]

    def __add__(self, other: Text) -> Text:
        return Text(self.en + other.en, self.zh + other.zh, self.ja + other.ja)

    @property
    def variants(self) -> tuple[tuple[str, str], ...]:
        """(languages separated by a space, words) with languages of equal words merged; one pair if all agree."""
        merged: dict[str, list[str]] = {}
        for language in LANGUAGES:
            merged.setdefault(self.of(language), []).append(language)
        return tuple((" ".join(languages), words) for words, languages in merged.items())


def same(words: object) -> Text:
    """Words that are alike in every language, such as a year or a code."""
    return Text(str(words), str(words), str(words))


@lru_cache(maxsize=1)
def strings() -> dict[str, Text]:
    """Every sentence by its key; TypeError or KeyError when one lacks a language or has another."""
    raw = tomllib.loads(files("hinterland.report").joinpath("strings.toml").read_text("utf-8"))
    return {key: Text(**words) for key, words in raw.items()}


def say(key: str, /, **values: object) -> Text:
    """The sentence `key` with its {placeholders} filled; a value may be a Text or anything that prints.

    Raises KeyError when the sentence or a value is missing.
    """
    template = strings()[key]
    filled = {
        language: template.of(language).format(
            **{name: value.of(language) if isinstance(value, Text) else value for name, value in values.items()}
        )
        for language in LANGUAGES
    }
    return Text(**filled)


def join(parts: Iterable[Text], separator: Text | None = None) -> Text:
    """Texts one after the other; sentences are separated by a space in English and by nothing otherwise."""
    between = separator or Text(" ", "", "")
    total: Text | None = None
    for part in parts:
        total = part if total is None else total + between + part
    return total or same("")


def html(text: Text) -> str:
    """Escaped HTML that shows the words of the language in use; a bare string where all languages agree."""
    variants = text.variants
    if len(variants) == 1:
        return escape(variants[0][1])
    return "".join(f"<span{marks(languages)}>{escape(words)}</span>" for languages, words in variants)


def marks(languages: str) -> str:
    """Attributes that show an element in these languages only, and name the language where it is one."""
    lang = f' lang="{languages}"' if " " not in languages else ""
    return f' data-l="{languages}"{lang}'
