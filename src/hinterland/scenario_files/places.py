"""What a scenario file calls places, regions, sets and lines, found in a country."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country
from hinterland.data.faults import nearest
from hinterland.data.find import bare, find_place, key
from hinterland.errors import InputError
from hinterland.scenario_files.schema import Near, SetTable
from hinterland.space.distance import great_circle
from hinterland.space.network import Line

Mask = NDArray[np.bool_]


@contextmanager
def at(where: str) -> Iterator[None]:
    """InputErrors raised inside say that they stand at `where` of a file."""
    try:
        yield
    except InputError as error:
        raise InputError(error.what, remedy=error.remedy, where=where) from None


def code_of(country: Country, text: str, where: str) -> str:
    """Code of the place that a text stands for."""
    with at(where):
        return country.places.codes[find_place(country, text)]


def codes_of(country: Country, texts: Sequence[str], where: str) -> tuple[str, ...]:
    """Codes of places; InputError where one is named twice."""
    codes = tuple(code_of(country, text, where) for text in texts)
    for code, text in zip(codes, texts, strict=True):
        if codes.count(code) > 1:
            raise InputError(f"{text!r} ({code}) is named twice", remedy="Name each place once", where=where)
    return codes


def members(country: Country, table: SetTable, where: str) -> tuple[str, ...]:
    """Codes of the places that meet every condition of a set; InputError where there is none."""
    places = country.places
    inside = np.ones(len(places), np.bool_)
    if table.places:
        inside &= np.isin(places.codes, codes_of(country, table.places, f"{where}, key places"))
    if table.regions:
        inside &= np.isin(places.regions, [region_of(country, one, f"{where}, key regions") for one in table.regions])
    if table.seats is not None:
        inside &= places.seat == table.seats
    people = country.at(country.base_year).sum(axis=(1, 2))
    if table.largest is not None:
        inside &= np.argsort(np.argsort(-people, kind="stable")) < table.largest
    if table.people is not None:
        inside &= people > table.people.above
        inside &= people < (np.inf if table.people.below is None else table.people.below)
    if table.indicator is not None:
        values = latest(country, table.indicator, f"{where}, key indicator")
        low, high = table.at_least, table.at_most
        # Places without a figure are in no such set: a comparison with NaN is false.
        inside &= values >= (-np.inf if low is None else low)
        inside &= values <= (np.inf if high is None else high)
    if table.near is not None:
        inside &= _near(country, table.near, f"{where}, key near")
    if table.other_than:
        inside &= ~np.isin(places.codes, codes_of(country, table.other_than, f"{where}, key other_than"))
    found = tuple(code for code, chosen in zip(places.codes, inside, strict=True) if chosen)
    if not found:
        conditions = ", ".join(sorted(table.model_fields_set))
        what = f"no place of {country.names['en']} meets {conditions} together"
        raise InputError(what, remedy="Loosen a condition, or correct it", where=where)
    return found


def region_of(country: Country, text: str, where: str) -> str:
    """Code of the region with this code or name, with or without its kind; InputError where none or several have it."""
    known = country.places.region_names
    if text in known:
        return text
    found = [
        code
        for code, (name, name_en) in known.items()
        if text == name or bare(text) == bare(name) or (key(text) and key(text) == key(name_en))
    ]
    if len(found) > 1:
        raise InputError(f"{text!r} may be {' or '.join(found)}", remedy="Write the code", where=where)
    if not found:
        names = [each for code, pair in known.items() for each in (code, *pair)]
        some = ", ".join(f"{code} {name}" for code, (name, _) in list(known.items())[:6])
        remedy = f"{nearest(text, names)}Regions are {some} ..."
        raise InputError(f"there is no region {text!r}", remedy=remedy, where=where)
    return found[0]


def latest(country: Country, column: str, where: str) -> NDArray[np.float64]:
    """[place] the latest value of a published column up to the base year, NaN where there is none."""
    by_year = country.indicators.get(column)
    if by_year is None:
        told = f"{nearest(column, country.indicators)}Columns are {', '.join(sorted(country.indicators)) or 'none'}"
        raise InputError(f"{country.names['en']} has no indicator {column!r}", remedy=told, where=where)
    values = np.full(len(country.places), np.nan)
    for year in sorted(year for year in by_year if year <= country.base_year):
        published = country.indicator(column, year)
        values = np.where(np.isnan(published), values, published)
    return values


def lines_called(lines: Mapping[str, Sequence[Line]], text: str, where: str) -> tuple[str, Sequence[Line]]:
    """Name and sections of the line with this own or romanised name; InputError where there is none."""
    for name, sections in lines.items():
        if text == name or any(key(text) == key(line.name_en) for line in sections if line.name_en and key(text)):
            return name, sections
    names = [each for name, sections in lines.items() for each in (name, sections[0].name_en)]
    told = nearest(text, names) or "The table lines of the pack names those there are"
    raise InputError(f"there is no line {text!r}", remedy=told.strip(), where=where)


def _near(country: Country, near: Near, where: str) -> Mask:
    place = country.places.codes.index(code_of(country, near.place, where))
    lon, lat = country.places.lon, country.places.lat
    there = great_circle(lon, lat)[place]
    there[place] = 0.0
    # Places without a position are near nothing.
    return there <= near.within_km
