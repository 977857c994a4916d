"""Small pieces of SVG: elements, words in every language, scales, ticks, and labels pushed apart."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from hinterland.report.text import LANGUAGES, Text, marks

Point = tuple[float, float]


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel; ValueError for one that is not finite, which no chart may hold."""
    if not math.isfinite(value):
        raise ValueError(f"a chart coordinate is {value}; draw only finite numbers")
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def element(tag: str, /, *children: str, **attributes: object) -> str:
    """An element; attribute names are written with `_` for `-`, and `class_` for class; None leaves one out."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    inside = "".join(children)
    return f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>"


def _attribute(value: object) -> str:
    return number(value) if isinstance(value, float) else escape(str(value))


def words(x: float, y: float, text: Text, **attributes: object) -> str:
    """A line of text at a point, one element per language whose words differ."""
    variants = text.variants
    common = element("text", "\0", x=float(x), y=float(y), **attributes)
    opening, closing = common.split("\0")
    if len(variants) == 1:
        return opening + escape(variants[0][1]) + closing
    return "".join(
        opening.replace("<text", f"<text{marks(languages)}", 1) + escape(said) + closing for languages, said in variants
    )


def path(points: Iterable[Point], *, closed: bool = False, **attributes: object) -> str:
    """A line through points, or a closed shape."""
    return element("path", d=trace(points, closed=closed), **attributes)


def trace(points: Iterable[Point], *, closed: bool = False) -> str:
    """The `d` of a line through points."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if closed else "")


def band(xs: Sequence[float], low: Sequence[float], high: Sequence[float], **attributes: object) -> str:
    """The area between two lines over the same xs."""
    upper = list(zip(xs, high, strict=True))
    lower = list(zip(xs, low, strict=True))[::-1]
    return path([*upper, *lower], closed=True, **attributes)


def drawing(key: str, size: tuple[int, int], title: Text, desc: Text, *children: str, class_: str = "chart") -> str:
    """A whole picture with a title and a description in every language; `key` is unique on its page."""
    width, height = size
    spoken = "".join(
        element(tag, escape(text.of(language)), id=f"{key}-{tag}-{language}", lang=language)
        for language in LANGUAGES
        for tag, text in (("title", title), ("desc", desc))
    )
    return element(
        "svg",
        spoken,
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        class_=class_,
        role="img",
        id=key,
        style=f"max-width:{width}px",
        aria_labelledby=f"{key}-title-en {key}-desc-en",
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from values [low, high] to pixels [start, end]."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values that cover [low, high], about so many of them; one step of width 1 where both ends are equal."""
    if high <= low:
        high = low + 1.0
    raw = (high - low) / max(about - 1, 1)
    magnitude = 10 ** math.floor(math.log10(raw))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, last + 1)]


def width_of(text: Text, size: float = 12) -> float:
    """Width in pixels, estimated, of the widest of the languages: wide scripts an em, others 0.6 em a letter."""
    return max(line_width(text.of(language), size) for language in LANGUAGES)


def line_width(said: str, size: float) -> float:
    """Width in pixels, estimated, of one line of text."""
    ems = sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.6 for letter in said)
    return ems * size


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least `gap` apart, in the order wanted, as near to the wanted ones as may be, inside [low, high].

    Where they cannot all fit they are spread evenly with the gap that there is.
    """
    if not wanted:
        return []
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    if len(wanted) > 1 and gap * (len(wanted) - 1) > high - low:
        step = (high - low) / (len(wanted) - 1)
        even = {index: low + step * rank for rank, index in enumerate(order)}
        return [even[i] for i in range(len(wanted))]
    blocks: list[tuple[float, int]] = []  # (sum of wanted minus offsets, count): the classic pooling of neighbours
    for rank, index in enumerate(order):
        blocks.append((wanted[index] - rank * gap, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            before, many = blocks.pop()
            blocks.append((before + total, many + count))
    top = high - gap * (len(wanted) - 1)
    levels = [min(max(total / count, low), top) for total, count in blocks for _ in range(count)]
    placed = {index: levels[rank] + rank * gap for rank, index in enumerate(order)}
    return [placed[i] for i in range(len(wanted))]
