"""Runs to draw, and what the tests ask of the pages made from them."""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import xarray as xr

from factories import small_country, small_ensemble
from hinterland.results.dataset import to_dataset

SVG = "{http://www.w3.org/2000/svg}"
COORDINATES = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "d", "points", "viewBox")


@lru_cache(maxsize=4)
def _run(places: int, members: int, until: int) -> xr.Dataset:
    ensemble = small_ensemble(members, country=small_country(places), until=until)
    return to_dataset(ensemble, created="2026-01-02T03:04:05+00:00")


def small_run(places: int = 4, members: int = 8, until: int = 2100) -> xr.Dataset:
    """A run of invented towns; every call gives a copy that a test may change."""
    return _run(places, members, until).copy(deep=True)


def renamed(run: xr.Dataset, name: str) -> xr.Dataset:
    """The same run with every place called `name`."""
    names = np.array([name] * run.sizes["place"], dtype=object)
    return run.assign_coords(name=("place", names), name_en=("place", names))


def svgs(page: str) -> list[ET.Element]:
    """Every picture of a page with a text of its own; raises where one is not well-formed XML."""
    found = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    return [ET.fromstring(svg) for svg in found if 'role="img"' in svg.split(">", 1)[0]]


class _Words(HTMLParser):
    def __init__(self, language: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language = language
        self.open: list[bool] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("meta", "link", "input", "br"):
            return
        shown = dict(attrs).get("data-l")
        self.open.append(tag not in ("script", "style") and (shown is None or self.language in shown.split()))

    def handle_endtag(self, tag: str) -> None:
        if self.open:
            self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        if all(self.open):
            self.said.append(data)


def read_in(page: str, language: str) -> str:
    """What a reader of one language sees."""
    words = _Words(language)
    words.feed(page)
    return "".join(words.said)


def table_rows(section: str, number: int) -> list[list[str]]:
    """The English cells of a table of a section by row, without its headings."""
    table = re.findall(r"<tbody>.*?</tbody>", section, flags=re.DOTALL)[number]
    rows = re.findall(r"<tr>(.*?)</tr>", table, flags=re.DOTALL)
    return [[read_in(cell, "en") for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]
