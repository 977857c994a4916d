"""One HTML file that asks nothing from outside: style and script inside, three languages, a strict policy."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Final

from hinterland.report.text import LANGUAGES, Text, html

NAMES: Final = {"en": "English", "zh": "中文", "ja": "日本語"}


def page(title: Text, lead: Text, body: str, *, back: str = "") -> str:
    """A whole page; `back` is HTML above the title, such as a link to another page of the run."""
    style, script = _asset("page.css"), _asset("page.js")
    # Hashes let this style and this script in and nothing else, whatever a name in the data may hold.
    policy = (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    switch = "".join(
        f'<a href="#{language}" data-set="{language}" lang="{language}">{NAMES[language]}</a>' for language in LANGUAGES
    )
    titles = "".join(f' data-title-{language}="{_quoted(title.of(language))}"' for language in LANGUAGES)
    return (
        f'<!DOCTYPE html>\n<html lang="en" data-lang="en"{titles}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{_quoted(title.en)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<header><nav class="switch" aria-label="English 中文 日本語">{switch}</nav>{back}'
        f'<h1>{html(title)}</h1><p class="lead">{html(lead)}</p></header>\n'
        f"<main>{body}</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _asset(name: str) -> str:
    return files("hinterland.report").joinpath(name).read_text("utf-8").strip()


def _digest(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _quoted(words: str) -> str:
    return html(Text(words, words, words))
