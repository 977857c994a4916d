"""A chart of the reports made to stand alone: one language, its own style, the licence inside."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final
from xml.etree import ElementTree as ET

from hinterland.report.text import Text

SVG: Final = "http://www.w3.org/2000/svg"
_FONTS: Final = {
    "en": "system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif",
    "zh": "'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', system-ui, sans-serif",
    "ja": "'Noto Sans CJK JP', 'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic', system-ui, sans-serif",
}
_VARIABLE: Final = re.compile(r"var\((--[a-z]+)\)")

# Elements are written without a prefix.
ET.register_namespace("", SVG)


def standing(drawn: str, language: str, title: Text, *, note: str = "", adaptive: bool = False) -> str:
    """A drawing of `report.svg` as a file in one language; a `note` goes beneath it, and the title above.

    `adaptive` follows the reader's choice of light or dark; else it is light, on paper, and its colours are written out
    for programs that know no variables.
    """
    # The text is the package's own drawing, whose words are escaped: there is nothing foreign to expand in it.
    root = ET.fromstring(drawn)  # noqa: S314
    _leave(root, language)
    root.set("aria-label", title.of(language))
    for name in ("aria-labelledby", "style"):
        root.attrib.pop(name, None)
    _, _, width, height = (float(x) for x in root.get("viewBox", "0 0 100 100").split())
    below, above = 18.0 * len(_lines(note, width)), 30 if note else 0
    root.set("viewBox", f"0 {0 - above:g} {width:g} {height + above + below:g}")
    root.set("width", f"{width:g}")
    root.set("height", f"{height + above + below:g}")
    if note:
        heading = {"x": "6", "y": "-12", "class": "strong", "style": "font-size: 15px"}
        ET.SubElement(root, f"{{{SVG}}}text", heading).text = title.of(language)
    for number, line in enumerate(_lines(note, width)):
        text = ET.SubElement(root, f"{{{SVG}}}text", {"x": "6", "y": f"{height + 12 + 18 * number:g}", "class": "tick"})
        text.text = line
    style = ET.Element(f"{{{SVG}}}style")
    style.text = _style(language, adaptive=adaptive)
    root.insert(0, style)
    if not adaptive:
        root.insert(
            1, ET.Element(f"{{{SVG}}}rect", {"y": f"{-above:g}", "width": "100%", "height": "100%", "fill": "#ffffff"})
        )
    text = ET.tostring(root, encoding="unicode")
    return text if adaptive else _VARIABLE.sub(lambda found: _colours()[0].get(found[1], "#000000"), text)


def first_drawing(figure: str) -> str:
    """The first drawing in a figure of a report; ValueError where it has none."""
    found = re.search(r"<svg\b.*?</svg>", figure, re.DOTALL)
    if found is None:
        raise ValueError("the figure has no drawing")
    return found[0]


def _leave(element: ET.Element, language: str) -> None:
    """Takes out what is said in other languages."""
    for child in list(element):
        spoken = child.get("data-l", child.get("lang", language)).split()
        if language not in spoken:
            element.remove(child)
        else:
            child.attrib.pop("data-l", None)
            _leave(child, language)


def _style(language: str, *, adaptive: bool) -> str:
    light, dark = _colours()
    rules = f"text {{ font-family: {_FONTS[language]}; }}\n{_rules()}"
    if not adaptive:
        return rules
    told = {
        mode: "; ".join(f"{name}: {value}" for name, value in of.items())
        for mode, of in (("light", light), ("dark", dark))
    }
    return f"svg {{ {told['light']} }}\n@media (prefers-color-scheme: dark) {{ svg {{ {told['dark']} }} }}\n{rules}"


@lru_cache(maxsize=1)
def _rules() -> str:
    """Rules of the reports' page that are about drawings."""
    css = files("hinterland.report").joinpath("page.css").read_text("utf-8")
    return css[css.index("svg text {") : css.index(".legend")]


@lru_cache(maxsize=1)
def _colours() -> tuple[dict[str, str], dict[str, str]]:
    """Colours by name, light and dark."""
    css = files("hinterland.report").joinpath("page.css").read_text("utf-8")
    light, rest = css.split("@media (prefers-color-scheme: dark)", 1)
    dark = rest[: rest.index("}")]
    named = re.compile(r"(--[a-z]+):\s*(#[0-9a-f]{6})")
    return dict(named.findall(light)), dict(named.findall(dark))


def _lines(note: str, width: float) -> list[str]:
    """A note cut into lines that fit."""
    fits = max(int(width / 6.2), 20)
    lines: list[str] = []
    for word in note.split():
        if lines and len(lines[-1]) + 1 + len(word) <= fits:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
