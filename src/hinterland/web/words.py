"""Words of answers in the languages of the page, from the reports' sentences or the server's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from hinterland.report.text import LANGUAGES, Text
from hinterland.web.schemas import Words


def words(text: Text) -> Words:
    """A text of the reports as the server answers it."""
    return Words(en=text.en, zh=text.zh, ja=text.ja)


def alike(text: object) -> Words:
    """Words that are the same in every language, such as a name or a note that only one language has."""
    return Words(en=str(text), zh=str(text), ja=str(text))


def named(by_language: Mapping[str, str]) -> Words:
    """A label by language; what a language lacks is told in English."""
    return Words(**{language: str(by_language.get(language, by_language["en"])) for language in LANGUAGES})


def own(key: str, /, **values: object) -> Words:
    """A sentence of the server with its {placeholders} filled; a value may be a Text, Words or anything that prints.

    KeyError where the sentence or a value is missing.
    """
    template = _strings()[key]
    filled = {
        language: getattr(template, language).format(
            **{
                name: getattr(value, language) if isinstance(value, Text | Words) else value
                for name, value in values.items()
            }
        )
        for language in LANGUAGES
    }
    return Words(**filled)


@lru_cache(maxsize=1)
def _strings() -> dict[str, Words]:
    raw = tomllib.loads(files("hinterland.web").joinpath("words.toml").read_text("utf-8"))
    return {key: Words(**said) for key, said in raw.items()}
