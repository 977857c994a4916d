"""Small packs for tests, written to a folder with one table or key changed."""

from __future__ import annotations

from pathlib import Path

TABLES = {
    "places": "code,name,region,lon,lat\na,Aville,R,10,50\nb,Bville,R,11,51\n",
    "people": "code,year,people\na,2020,1000\nb,2020,500\n",
}

MANIFEST = """format = 1
code = "xx"
version = "1"
base_year = 2020

[names]
en = "Testland"

[tables]
{tables}
[[sources]]
key = "own"
title = "Figures for tests"
licence = "CC0-1.0"
attribution = "nobody"
tables = [{named}]
"""


def write(folder: Path, manifest: str | None = None, **tables: str | None) -> Path:
    """A pack of two places in `folder`; a table given as None is left out."""
    texts = {name: text for name, text in (TABLES | tables).items() if text is not None}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    listed = "".join(f'{name} = "{name}.csv"\n' for name in texts)
    named = ", ".join(f'"{name}"' for name in texts)
    text = MANIFEST.format(tables=listed, named=named) if manifest is None else manifest
    (folder / "pack.toml").write_text(text, encoding="utf-8")
    return folder


def manifest() -> str:
    """The manifest of a pack with nothing but the obligatory tables."""
    return MANIFEST.format(tables='places = "places.csv"\npeople = "people.csv"\n', named='"places", "people"')
