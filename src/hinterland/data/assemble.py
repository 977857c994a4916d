"""Checked tables put together into a country."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import SEXES, Ages
from hinterland.data.carried import Carry, carrier
from hinterland.data.checks import check_base_year, check_codes, check_parts, check_positions
from hinterland.data.country import Array, Country, Drivers, Former, FrozenMapping, Moves, Places, Source, frozen
from hinterland.data.drivers import DRIVER_NAMES, read_drivers
from hinterland.data.faults import Faults, nearest
from hinterland.data.lines import read_lines
from hinterland.data.manifest import LANGUAGES, Manifest
from hinterland.data.people import Known, agree, known_ages, read_totals
from hinterland.data.record import Lend, Published, Record, fill
from hinterland.data.schema import TABLES
from hinterland.data.tables import Cells

Tables = Mapping[str, Cells]


@dataclass(frozen=True, slots=True)
class Loan:
    """A country that lends, and the keys of its sources for ages and for drivers."""

    country: Country
    ages: str
    drivers: str


Lender = Callable[[str], Loan]
DEFAULT_LENDER: Final = "cn"
RESCALED: Final = 0.05
"""Scaling by less than this leaves ages that are the place's own: a revised total, not other borders."""


def assemble(manifest: Manifest, tables: Tables, lender: Lender, faults: Faults) -> Country:
    """A country from checked tables, checked against each other; raises InputError with every fault found.

    `lender(code)` gives the country that patterns of age and drivers are borrowed from where the pack has none.
    """
    places = _places(manifest, tables, faults)
    check_codes(manifest, tables, places, faults)
    years, totals = read_totals(tables["people"], places.codes, faults)
    check_base_year(manifest, years, faults)
    faults.stop()
    asked: set[str] = set()

    def ages(year: int) -> tuple[str, Array]:
        loan = lender(manifest.borrow_drivers or DEFAULT_LENDER)
        asked.add(loan.ages)
        nearby = min(loan.country.years, key=lambda other: abs(other - year))
        name = f"{loan.country.names['en']} in {nearby} (assumed)"
        pattern = loan.country.at(nearby).sum(axis=0)
        return name, loan.country.ages.pooled(pattern, manifest.ages.open).reshape(-1)

    drivers, note = _drivers(manifest, tables, float(totals[-1].sum()), lender, faults)
    faults.stop()
    record = _record(manifest, tables, places, (years, totals), (ages, carrier(drivers, manifest.ages)), faults)
    indicators = _indicators(tables, places.codes)
    check_parts(tables, places.codes, years, totals, indicators, faults)
    lines = read_lines(tables.get("lines"), places.codes, faults)
    faults.stop()
    rescaled = _rescaled(tables.get("rescaled"), places.codes, years)
    asked |= {drivers.source}
    return Country(
        code=manifest.code,
        names=FrozenMapping({language: manifest.names.get(language, manifest.names["en"]) for language in LANGUAGES}),
        version=manifest.version,
        base_year=manifest.base_year,
        ages=manifest.ages,
        places=places,
        years=years,
        people=frozen(record.people),
        totals=frozen(totals),
        imputed=frozen(record.imputed, np.bool_),
        rescaled=frozen(rescaled, np.bool_),
        indicators=indicators,
        drivers=drivers,
        sources=(*manifest.sources, *_lent(manifest, lender, asked)),
        notes=(*manifest.notes, *_rescaled_notes(rescaled, years), *record.notes, *note),
        peers=manifest.peers,
        moves=_moves(tables.get("moves"), places.codes),
        former=_former(tables.get("former"), places.codes),
        lines=lines,
    )


def _places(manifest: Manifest, tables: Tables, faults: Faults) -> Places:
    table = tables["places"]
    codes, names, regions = table.texts("code"), table.texts("name"), table.texts("region")
    named = _region_names(tables.get("regions"))
    if not any(regions):
        regions = [manifest.code] * len(codes)
        named = {manifest.code: (manifest.names.get("zh", manifest.names["en"]), manifest.names["en"])}
    for entry, region in enumerate(regions):
        if not region:
            faults.add(table.where(entry, "region"), "the cell is blank", "Give every place a region, or none.")
        elif region not in named:
            if "regions" in tables:
                told = f"{nearest(region, named)}Add it to the table regions."
                faults.add(table.where(entry, "region"), f"code {region!r} is not known", told)
            named[region] = (region, region)
    check_positions(table, faults)
    return Places(
        codes=tuple(codes),
        names=tuple(names),
        names_en=tuple(en or own for en, own in zip(table.texts("name_en"), names, strict=True)),
        regions=tuple(regions),
        seat=frozen([value == 1 for value in table.figures("seat")], np.bool_),
        lon=frozen(table.figures("lon")),
        lat=frozen(table.figures("lat")),
        area=frozen(table.figures("area_km2")),
        region_names=FrozenMapping({region: named[region] for region in sorted(set(regions)) if region in named}),
    )


def _region_names(table: Cells | None) -> dict[str, tuple[str, str]]:
    """Region -> (name in its own script, in Latin letters)."""
    if table is None:
        return {}
    rows = zip(table.texts("code"), table.texts("name"), table.texts("name_en"), strict=True)
    return {code: (name, en or name) for code, name, en in rows}


def _record(
    manifest: Manifest,
    tables: Tables,
    places: Places,
    people: tuple[tuple[int, ...], Array],
    others: tuple[Lend, Carry],
    faults: Faults,
) -> Record:
    """The record; `people` is the years and the totals [year, place]."""
    years, totals = people
    total_of = {
        (code, year): float(totals[t, i]) for t, year in enumerate(years) for i, code in enumerate(places.codes)
    }
    known: dict[tuple[str, int], Known] = {}
    patterns: dict[tuple[str, int], Known] = {}
    if "age_shares" in tables:
        known |= _shares(tables["age_shares"], total_of, manifest.ages, faults)
    if "ages" in tables:
        ages = known_ages(tables["ages"], (*SEXES, "people"), "code", manifest.ages, faults)
        known |= agree(ages, tables["ages"], total_of, faults)
    if "region_ages" in tables:
        patterns = known_ages(tables["region_ages"], SEXES, "region", manifest.ages, faults)
    faults.stop()

    published = Published(places.codes, places.regions, years, totals, known, patterns, manifest.code)
    lend, carry = others
    return fill(published, lend, manifest.ages, carry)


def _shares(
    table: Cells, totals: Mapping[tuple[str, int], float], ages: Ages, faults: Faults
) -> dict[tuple[str, int], Known]:
    """Broad ages as persons; a fault where the shares of a place and year do not sum to 100."""
    persons: dict[tuple[str, int], Known] = {}
    for key, known in known_ages(table, ("pct",), "code", ages, faults).items():
        total = float(known.persons.sum())
        if abs(total - 100) > 0.5:
            what = f"the shares of {key[0]} in {key[1]} sum to {total:g}"
            faults.add(f"{table.file}, column pct", what, "Make them sum to 100 (per cent of all persons).")
        elif key in totals:
            persons[key] = Known(known.band, known.persons * (totals[key] / total))
    return persons


def _indicators(tables: Tables, codes: tuple[str, ...]) -> Mapping[str, Mapping[int, Array]]:
    row = {code: position for position, code in enumerate(codes)}
    found: dict[str, dict[int, Array]] = {}
    for name in (name for name in tables if TABLES[name].indicators):
        cells = tables[name]
        for column in (c.name for c in TABLES[name].columns if c.kind == "number" and c.name in cells):
            for code, year, value in zip(cells.texts("code"), cells.years(), cells.figures(column), strict=True):
                if code in row and not np.isnan(value):
                    found.setdefault(column, {}).setdefault(year, np.full(len(codes), np.nan))[row[code]] = value
    return FrozenMapping(
        {name: FrozenMapping({year: frozen(v) for year, v in sorted(of.items())}) for name, of in found.items()}
    )


def _moves(table: Cells | None, codes: tuple[str, ...]) -> Mapping[int, Moves]:
    if table is None:
        return FrozenMapping({})
    position = {code: place for place, code in enumerate(codes)}
    origin, destination = (
        np.array([position[code] for code in table.texts(column)], np.int64) for column in ("origin", "destination")
    )
    years, people = np.array(table.years()), np.array(table.figures("people"))
    return FrozenMapping(
        {
            int(year): Moves(
                frozen(origin[years == year], np.int64),
                frozen(destination[years == year], np.int64),
                frozen(people[years == year]),
            )
            for year in np.unique(years)
        }
    )


def _former(table: Cells | None, codes: tuple[str, ...]) -> tuple[Former, ...]:
    if table is None:
        return ()
    position = {code: place for place, code in enumerate(codes)}
    rows = zip(table.texts("code"), table.texts("name"), table.texts("place"), table.years(), strict=True)
    return tuple(Former(code, name, position[place], year) for code, name, place, year in rows)


def _rescaled(table: Cells | None, codes: tuple[str, ...], years: tuple[int, ...]) -> NDArray[np.bool_]:
    flags = np.zeros((len(years), len(codes)), np.bool_)
    if table is not None:
        for code, year, factor in zip(table.texts("code"), table.years(), table.figures("factor"), strict=True):
            if year in years:
                flags[years.index(year), codes.index(code)] = abs(factor - 1) > RESCALED
    return flags


def _rescaled_notes(rescaled: NDArray[np.bool_], years: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(
        f"Published ages of {int(flags.sum())} places in {year} belong to other borders; they were scaled to the total."
        for year, flags in zip(years, rescaled, strict=True)
        if flags.any()
    )


def _drivers(
    manifest: Manifest, tables: Tables, people: float, lender: Lender, faults: Faults
) -> tuple[Drivers, tuple[str, ...]]:
    """Drivers, and a note that says which were borrowed; `people` is the country's in its base year."""
    missing = [name for name in DRIVER_NAMES if name not in tables]
    own = manifest.source_of.get("nation", "")
    if not missing:
        drivers, note = read_drivers(tables, None, 1.0, own, "", faults), ()
    else:
        loan = lender(manifest.borrow_drivers or DEFAULT_LENDER)
        nation = loan.country
        ratio = people / _people(nation, manifest, faults)
        source = loan.drivers if "nation" in missing else own
        drivers = read_drivers(tables, nation.drivers, ratio, source, nation.code, faults)
        listed = "; ".join(DRIVER_NAMES[name] for name in missing)
        said = f"Assumed, as the pack does not give them: {listed}. Borrowed from {nation.names['en']}"
        note = (f"{said}, numbers of persons scaled to this country.",)
    years = drivers.years
    if manifest.base_year not in years:
        what = f"the nation's years {years[0]}-{years[-1]} do not hold the base year {manifest.base_year}"
        faults.fail(manifest.label, what, "Give the nation from the base year on.")
    return drivers, note


def _people(nation: Country, manifest: Manifest, faults: Faults) -> float:
    """Persons of the lending nation in the base year of the pack."""
    years = nation.drivers.years
    if manifest.base_year not in years:
        what = (
            f"drivers are borrowed from {nation.code}, whose years {years[0]}-{years[-1]} "
            f"do not hold the base year {manifest.base_year}"
        )
        faults.fail(manifest.label, what, f"Give the nation's own tables: {', '.join(DRIVER_NAMES)}.")
    return float(nation.drivers.people[int(manifest.base_year - years[0])])


def _lent(manifest: Manifest, lender: Lender, keys: set[str]) -> tuple[Source, ...]:
    """The lender's sources of what was borrowed."""
    known = {source.key for source in manifest.sources}
    if keys <= known:
        return ()
    loan = lender(manifest.borrow_drivers or DEFAULT_LENDER)
    return tuple(source for source in loan.country.sources if source.key in keys - known)
