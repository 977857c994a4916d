"""Persons, shares and chances as people write them in each language."""

from __future__ import annotations

import math

from hinterland.report.text import Text, same, say

MINUS = "\u2212"
MYRIAD = 10_000
MILLION = 1_000_000
HUNDRED_MILLION = 100_000_000


def grouped(value: float) -> str:
    """A whole number with separated thousands and a true minus sign."""
    whole = round(value)
    return f"{MINUS if whole < 0 else ''}{abs(whole):,}"


def exact(value: float) -> Text:
    """A counted number of persons, to the person, in every language."""
    return same(grouped(value))


def people(value: float) -> Text:
    """A forecast number of persons, to about three figures: 3.52 million, 352.1万."""
    return Text(_western(value), _myriads(value, "亿"), _myriads(value, "億"))


def tick(value: float) -> Text:
    """Persons on an axis, as short as the value allows: 3.5M, 350万."""
    size = abs(value)
    if size >= 1000 * MILLION:
        western = f"{_signed(value, size / (1000 * MILLION)):g}B".replace("-", MINUS)
    elif size >= MILLION:
        western = f"{_signed(value, size / MILLION):g}M".replace("-", MINUS)
    elif size >= 1000:
        western = f"{_signed(value, size / 1000):g}k".replace("-", MINUS)
    else:
        western = f"{value:g}".replace("-", MINUS)
    if size >= HUNDRED_MILLION:
        number = f"{_signed(value, size / HUNDRED_MILLION):g}".replace("-", MINUS)
        return Text(western, number + "亿", number + "億")
    if size >= MYRIAD:
        eastern = f"{_signed(value, size / MYRIAD):g}万".replace("-", MINUS)
    else:
        eastern = f"{value:g}".replace("-", MINUS)
    return Text(western, eastern, eastern)


def short(value: float) -> Text:
    """Persons in the little room of a chart's label: 3.52M, 352.1万."""
    said = people(value)
    western = said.en.replace(" million", "M").replace(" billion", "B")
    return Text(western, said.zh, said.ja)


def span(low: float, high: float) -> Text:
    """A range of persons in words of each language, e.g. `2.10 million to 3.40 million`."""
    return say("range", low=people(low), high=people(high))


def percent(share: float, digits: int = 0) -> Text:
    """A share as a percentage, e.g. 0.184 -> 18%."""
    value = round(100 * share, digits)
    return same(f"{MINUS if value < 0 else ''}{abs(value):.{digits}f}%")


def change(ratio: float) -> Text:
    """A relative change with its sign, e.g. 0.79 -> −21%; 1.05 -> +5%; a dash where there is nothing to compare."""
    if not math.isfinite(ratio):
        return same("–")
    value = round(100 * (ratio - 1))
    sign = "+" if value > 0 else MINUS if value < 0 else "±"
    return same(f"{sign}{abs(value):,}%")


def signed(value: float) -> Text:
    """A number of persons gained or lost, with its sign."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    size = people(abs(value))
    return same(sign) + size


def chance(share: float, members: int) -> Text:
    """The share of members in which something happened, never nearer to 0 or 1 than the members can tell."""
    if share * members < 0.5:
        return say("chance_under", bound=_bound(members))
    if (1 - share) * members < 0.5:
        return say("chance_over", bound=_bound(members, over=True))
    return percent(share)


def _bound(members: int, *, over: bool = False) -> str:
    digits = max(0, math.ceil(math.log10(max(members, 1))) - 2)
    value = 100 * (1 - 1 / members) if over else 100 / members
    step = 10**-digits
    value = math.floor(value / step + 1e-9) * step if over else math.ceil(value / step - 1e-9) * step
    return f"{value:.{digits}f}%"


def _signed(value: float, size: float) -> float:
    return -size if value < 0 else size


def _western(value: float) -> str:
    size, sign = abs(value), MINUS if value < 0 else ""
    if size >= 1000 * MILLION * 0.9995:
        return f"{sign}{size / (1000 * MILLION):.2f} billion"
    if size >= MILLION * 0.9995:
        digits = 2 if size < 9.995 * MILLION else 1 if size < 99.95 * MILLION else 0
        return f"{sign}{size / MILLION:.{digits}f} million"
    return sign + grouped(_three_figures(size))


def _myriads(value: float, hundred_million: str) -> str:
    size, sign = abs(value), MINUS if value < 0 else ""
    if size >= HUNDRED_MILLION * 0.9995:
        return f"{sign}{size / HUNDRED_MILLION:.2f}{hundred_million}"
    if size >= MYRIAD:
        digits = 1 if size < 1000 * MYRIAD else 0
        return f"{sign}{size / MYRIAD:,.{digits}f}万"
    return sign + grouped(_three_figures(size))


def _three_figures(size: float) -> float:
    if size < 1000:
        return size
    step = 10 ** (math.floor(math.log10(size)) - 2)
    return round(size / step) * step
