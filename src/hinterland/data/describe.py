"""What there is to say about a country, a pack or the embedded data before anything is forecast."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hinterland.data.country import Country, Source
from hinterland.data.faults import Fault, Faults
from hinterland.data.manifest import read_manifest
from hinterland.data.pack import embedded, folder_of, load
from hinterland.errors import InputError


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a pack found: faults that keep it from being used, and notes on what is assumed."""

    faults: tuple[Fault, ...]
    more: int
    """Faults beyond those listed."""
    notes: tuple[str, ...]
    country: Country | None
    """The country, where there is no fault."""


def describe(country: Country) -> tuple[tuple[str, str], ...]:
    """Rows (what, value) that say what the data hold, where from, and what is imputed or assumed."""
    places, drivers = country.places, country.drivers
    regions = len(places.region_names)
    rows = [
        ("country", f"{' · '.join(dict.fromkeys(country.names.values()))} ({country.code})"),
        ("version", country.version or "not stated"),
        ("base year", str(country.base_year)),
        ("places", f"{len(places):,} in {regions:,} {'region' if regions == 1 else 'regions'}"),
    ]
    for t, year in enumerate(country.years):
        rows.append((f"people {year}", f"{country.totals[t].sum():,.0f}; ages {_ages(country, t)}"))
    for name, by_year in sorted(country.indicators.items()):
        held = ", ".join(f"{year} ({int(np.isfinite(v).sum())} places)" for year, v in by_year.items())
        rows.append((name, held))
    if country.lines:
        stops = frozenset[int]().union(*(line.stops for line in country.lines))
        rows.append(("lines", f"{len(country.lines)} railway lines with stops in {len(stops)} places"))
    borrowed = f", borrowed from {drivers.borrowed_from} in part or whole" if drivers.borrowed_from else ""
    rows.append(("nation", f"{drivers.years[0]}-{drivers.years[-1]} by year{borrowed}"))
    if country.peers:
        named = (places.names_en[places.codes.index(code)] for code in country.peers)
        rows.append(("peers", ", ".join(named)))
    rows += [("source", said(source)) for source in country.sources]
    rows += [("note", note) for note in country.notes]
    return tuple(rows)


def _ages(country: Country, t: int) -> str:
    """How many places have ages of which kind in one year."""
    imputed, rescaled = int(country.imputed[t].sum()), int(country.rescaled[t].sum())
    parts = [f"published for {len(country.places) - imputed:,}"]
    if rescaled:
        parts.append(f"{rescaled:,} of them scaled from other borders")
    if imputed:
        parts.append(f"imputed for {imputed:,}")
    return ", ".join(parts)


def said(source: Source) -> str:
    """A source in one line: title, whose it is, terms and address."""
    parts = [f"{source.title}. {source.attribution}. {source.licence}."]
    return " ".join([*parts, source.url] if source.url else parts)


def check(folder: str | Path) -> Checked:
    """Read a pack as a run would and say everything that is wrong with it, or what a run will assume.

    Raises InputError only where there is no such folder.
    """
    place = folder_of(folder)
    faults = Faults()
    try:
        country = load(place, faults)
    except InputError as error:
        found = faults.items or [Fault(error.where or place.name, error.what, error.remedy)]
        return Checked(tuple(found), faults.more, (), None)
    return Checked((), 0, country.notes, country)


def licences() -> tuple[tuple[str, Source], ...]:
    """Every source of every embedded pack, as (code of the pack, source with its terms)."""
    found: list[tuple[str, Source]] = []
    for code in embedded():
        manifest = read_manifest(folder_of(code), Faults())
        found += [(code, source) for source in manifest.sources]
    return tuple(found)
