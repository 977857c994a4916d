"""Places most like a given one in the terminal, with what became of its look-alikes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hinterland.data.country import Country
    from hinterland.explain.peers import Became, Peers


def told(name: str, ref: str, count: int) -> Iterator[str]:
    """Lines on the peers of the place that `name` means in a country; InputError where it means none."""
    from hinterland.data.find import find_place
    from hinterland.data.pack import read_pack
    from hinterland.explain.peers import peers

    country = read_pack(ref)
    found = peers(country, find_place(country, name), count=count)
    yield from _now(found)
    yield from _then(found)


def _now(found: Peers) -> Iterator[str]:
    country = found.country
    yield f"{_named(country, found.place)}: places most like it in {country.base_year}"
    yield f"Compared by {', '.join(found.traits)}, each beside the nation; 0 is alike, 1 a standard deviation apart."
    if found.left_out:
        yield f"{found.left_out} places lack a figure of these and are left out."
    wide = max(len(_named(country, each.place)) for each in found.now)
    for place, apart in ((found.place, None), *((each.place, each.apart) for each in found.now)):
        told = "      " if apart is None else f"{apart:6.2f}"
        yield f"  {told}  {_named(country, place):<{wide}}  {_figures(country, place)}"


def _then(found: Peers) -> Iterator[str]:
    country = found.country
    yield ""
    if not found.became:
        yield f"The record of {country.names['en']} is too short to say what became of places that looked so."
        return
    for became in found.became:
        yield from _span(country, became)
    yield "The past of others, not a forecast: what held then need not hold again."


def _span(country: Country, became: Became) -> Iterator[str]:
    years = " or ".join(map(str, sorted(became.years)))
    yield f"Places that stood to the nation so in {years}, {became.span} years on ({len(became.places)} of them)"
    yield f"  compared by {', '.join(became.traits)}: {_some(country, became)}"
    for what, of in (
        ("people", became.change),
        ("people beyond the nation's", became.beyond),
        ("the same of all places", became.of_all),
    ):
        low, middle, high = (f"{100 * value:+.1f}%" for value in of)
        yield f"  {what:<27} {middle} (80% of them {low} to {high})"


def _some(country: Country, became: Became) -> str:
    shown = ", ".join(country.places.names_en[i] or country.places.names[i] for i in became.places[:6])
    return f"{shown} ..." if len(became.places) > 6 else shown


def _named(country: Country, place: int) -> str:
    own, roman = country.places.names[place], country.places.names_en[place]
    names = f"{own} {roman}" if roman and roman != own else own
    return f"{names} ({country.places.codes[place]})"


def _figures(country: Country, place: int) -> str:
    """People, growth and the old of a place at the base year."""
    import numpy as np

    from hinterland.explain.looks import past_growth
    from hinterland.selections import select

    people = country.totals[-1][place]
    cells = country.at(country.base_year)[place]
    old = select(cells, country.ages)["people_65_plus"] / max(cells.sum(), 1e-9)
    growth = past_growth(country, country.base_year)
    told = "" if growth is None else f"{100 * np.expm1(growth[place]):+6.2f}% a year, "
    return f"{people:>13,.0f} people, {told}{100 * old:4.1f}% aged 65 and over"
