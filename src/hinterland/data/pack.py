"""Reading a country pack: manifest and tables in, one immutable, checked country out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from hinterland.axes import FIVE_YEARS, SEXES
from hinterland.data.country import Array, Country, FrozenMapping, Places, Source, frozen
from hinterland.data.drivers import DRIVER_NAMES, read_drivers
from hinterland.data.faults import Faults, nearest
from hinterland.data.manifest import FILE, LANGUAGES, Manifest, read_manifest
from hinterland.data.people import Known, Peopled, agree, fill, known_ages, read_totals
from hinterland.data.schema import TABLES
from hinterland.data.tables import Cells, known_codes, read_table
from hinterland.errors import InputError

PACKS: Final = Path(__file__).parent.parent / "packs"
"""Where the embedded packs lie."""
DEFAULT_LENDER: Final = "cn"


def embedded() -> tuple[str, ...]:
    """Codes of the packs that come with the package."""
    return tuple(sorted(folder.name for folder in PACKS.iterdir() if (folder / FILE).is_file()))


def folder_of(ref: str | Path) -> Path:
    """The folder of a pack: an embedded code such as `cn`, or a folder that holds pack.toml.

    Raises InputError where there is neither.
    """
    if isinstance(ref, str) and ref in embedded():
        return PACKS / ref
    folder = Path(ref)
    if folder.is_dir():
        # The name stands in every message, so `.` is spelt out.
        return folder if folder.name else folder.resolve()
    if folder.is_file():
        remedy = "Name the folder that holds pack.toml; a single CSV of places is read by hinterland.read_places."
        raise InputError(f"{str(ref)!r} is a file, not a country pack", remedy=remedy)
    told = f"{nearest(str(ref), embedded())}Name a folder that holds pack.toml, or one of: {', '.join(embedded())}."
    raise InputError(f"{str(ref)!r} is neither a folder nor an embedded country", remedy=told)


def read_pack(ref: str | Path) -> Country:
    """A country from an embedded pack (`cn`) or from a folder with pack.toml and its tables.

    Raises InputError that names up to 20 faults with file, row, column, value and remedy.
    """
    return load(folder_of(ref), Faults())


def load(folder: Path, faults: Faults) -> Country:
    """A country from the pack in `folder`; faults found on the way are left in `faults` when InputError is raised."""
    manifest = read_manifest(folder, faults)
    tables = read_tables(manifest, faults)
    return assemble(manifest, tables, faults)


def read_tables(manifest: Manifest, faults: Faults) -> dict[str, Cells]:
    """Every table of a pack, checked by itself; raises InputError that names the faults of all of them."""
    tables: dict[str, Cells] = {}
    for name, file in manifest.tables.items():
        own = Faults()
        try:
            tables[name] = read_table(manifest.folder / file, manifest.label_of(name), TABLES[name], own)
        except InputError:
            tables.pop(name, None)
        for fault in own.items:
            faults.add(fault.where, fault.what, fault.remedy)
        faults.more += own.more
    faults.stop()
    return tables


def assemble(manifest: Manifest, tables: Mapping[str, Cells], faults: Faults) -> Country:
    """A country from checked tables, checked against each other; raises InputError with every fault found."""
    places = _places(manifest, tables, faults)
    _check_codes(manifest, tables, places, faults)
    years, totals = read_totals(tables["people"], places.codes, faults)
    _check_base_year(manifest, years, faults)
    faults.stop()
    record = _record(manifest, tables, places, years, totals, faults)
    indicators = _indicators(tables, places.codes)
    _check_parts(tables, places.codes, years, totals, indicators, faults)
    faults.stop()
    rescaled = _rescaled(tables.get("rescaled"), places.codes, years)
    lender = _lender(manifest, tables, record)
    missing = [name for name in DRIVER_NAMES if name not in tables]
    ratio, borrowed, notes = 1.0, "", []
    if lender is not None and missing:
        ratio = _ratio(manifest, lender, float(totals[-1].sum()), faults) if manifest.base_year else 1.0
        borrowed = lender.code
        notes.append(_borrowed_note(lender, missing))
    source = lender.drivers.source if lender and "nation" in missing else manifest.source_of.get("nation", "")
    drivers = read_drivers(tables, lender.drivers if lender else None, ratio, source, borrowed, faults)
    if manifest.base_year not in drivers.years:
        what = f"the nation's years {drivers.years[0]}-{drivers.years[-1]} do not hold the base year {manifest.base_year}"
        faults.fail(manifest.label, what, "Give the nation from the base year on.")
    return Country(
        code=manifest.code,
        names=FrozenMapping({language: manifest.names.get(language, manifest.names["en"]) for language in LANGUAGES}),
        version=manifest.version,
        base_year=manifest.base_year,
        ages=FIVE_YEARS,
        places=places,
        years=years,
        people=frozen(record.people),
        totals=frozen(totals),
        imputed=frozen(record.imputed, np.bool_),
        rescaled=frozen(rescaled, np.bool_),
        indicators=indicators,
        drivers=drivers,
        sources=_all_sources(manifest, lender),
        notes=(*manifest.notes, *_rescaled_notes(rescaled, years), *record.notes, *notes),
        peers=manifest.peers,
    )


def _places(manifest: Manifest, tables: Mapping[str, Cells], faults: Faults) -> Places:
    table = tables["places"]
    codes, names = table.texts("code"), table.texts("name")
    regions = table.texts("region")
    named = _region_names(manifest, tables)
    if not any(regions):
        regions = [manifest.code] * len(codes)
        named = {manifest.code: (manifest.names.get("zh", manifest.names["en"]), manifest.names["en"])}
    for entry, region in enumerate(regions):
        if not region:
            faults.add(table.where(entry, "region"), "the cell is blank", "Give every place a region, or none.")
        elif region not in named:
            if "regions" in tables:
                remedy = f"{nearest(region, named)}Add it to the table regions."
                faults.add(table.where(entry, "region"), f"code {region!r} is not known", remedy)
            named[region] = (region, region)
    _check_positions(table, faults)
    seat = [value == 1 for value in table.figures("seat")]
    return Places(
        codes=tuple(codes),
        names=tuple(names),
        names_en=tuple(en or own for en, own in zip(table.texts("name_en"), names, strict=True)),
        regions=tuple(regions),
        seat=frozen(seat, np.bool_),
        lon=frozen(table.figures("lon")),
        lat=frozen(table.figures("lat")),
        area=frozen(table.figures("area_km2")),
        region_names=FrozenMapping({region: named[region] for region in sorted(set(regions)) if region in named}),
    )


def _region_names(manifest: Manifest, tables: Mapping[str, Cells]) -> dict[str, tuple[str, str]]:
    table = tables.get("regions")
    if table is None:
        return {}
    rows = zip(table.texts("code"), table.texts("name"), table.texts("name_en"), strict=True)
    return {code: (name, en or name) for code, name, en in rows if code != manifest.code}


def _check_positions(table: Cells, faults: Faults) -> None:
    """One position for two places would make them one to the migration kernel."""
    seen: dict[tuple[float, float], int] = {}
    for entry, position in enumerate(zip(table.figures("lon"), table.figures("lat"), strict=True)):
        if position in seen:
            what = f"{position[0]:g}, {position[1]:g} is the position of row {table.numbers[seen[position]]} too"
            faults.add(table.where(entry, "lon"), what, "Give every place a position of its own.")
        seen.setdefault(position, entry)


def _check_codes(manifest: Manifest, tables: Mapping[str, Cells], places: Places, faults: Faults) -> None:
    for name, cells in tables.items():
        columns = [column.name for column in TABLES[name].columns if column.kind == "code" and name != "places"]
        for column in columns:
            known_codes(cells, column, places.codes, "the table places", faults)
    if "region_ages" in tables:
        known_codes(tables["region_ages"], "region", {*places.regions, manifest.code}, "the table places", faults)
    for peer in manifest.peers:
        if peer not in places.codes:
            remedy = f"{nearest(peer, places.codes)}Take it out of peers, or add the place."
            faults.add(manifest.label, f"peer {peer!r} is not a place of the pack", remedy)


def _check_base_year(manifest: Manifest, years: tuple[int, ...], faults: Faults) -> None:
    if years and manifest.base_year != years[-1]:
        what = f"base_year = {manifest.base_year}, but the last year with people is {years[-1]}"
        faults.add(manifest.label, what, f"Write base_year = {years[-1]}, or correct the years of the table people.")


def _record(
    manifest: Manifest, tables: Mapping[str, Cells], places: Places, years: tuple[int, ...], totals: Array, faults: Faults
) -> Peopled:
    total_of = {
        (code, year): float(totals[t, i]) for t, year in enumerate(years) for i, code in enumerate(places.codes)
    }
    known: dict[tuple[str, int], Known] = {}
    if "age_shares" in tables:
        known |= _shares(tables["age_shares"], total_of, faults)
    if "ages" in tables:
        table = tables["ages"]
        known |= agree(known_ages(table, ("men", "women", "people"), "code", FIVE_YEARS, faults), table, total_of, faults)
    patterns: dict[tuple[str, int], Known] = {}
    if "region_ages" in tables:
        patterns = known_ages(tables["region_ages"], ("men", "women"), "region", FIVE_YEARS, faults)
    faults.stop()
    return fill(
        places.codes, places.regions, years, totals, known, patterns, manifest.code,
        lambda year: _lent_pattern(manifest.borrow_drivers or DEFAULT_LENDER, year), FIVE_YEARS,
    )  # fmt: skip


def _shares(table: Cells, totals: Mapping[tuple[str, int], float], faults: Faults) -> dict[tuple[str, int], Known]:
    """Broad ages as persons; a fault where the shares of a place and year do not sum to 100."""
    found = known_ages(table, ("pct",), "code", FIVE_YEARS, faults)
    persons: dict[tuple[str, int], Known] = {}
    for key, known in found.items():
        total = float(known.persons.sum())
        if abs(total - 100) > 0.5:
            what = f"the shares of {key[0]} in {key[1]} sum to {total:g}"
            faults.add(f"{table.file}, column pct", what, "Make them sum to 100 (per cent of all persons).")
        elif key in totals:
            persons[key] = Known(known.band, known.persons * (totals[key] / total))
    return persons


def _indicators(tables: Mapping[str, Cells], codes: tuple[str, ...]) -> Mapping[str, Mapping[int, Array]]:
    row = {code: position for position, code in enumerate(codes)}
    found: dict[str, dict[int, Array]] = {}
    for name, cells in tables.items():
        if not TABLES[name].indicators:
            continue
        for column in (c.name for c in TABLES[name].columns if c.kind == "number" and c.name in cells):
            for code, year, value in zip(cells.texts("code"), cells.years(), cells.figures(column), strict=True):
                if code in row and not np.isnan(value):
                    found.setdefault(column, {}).setdefault(year, np.full(len(codes), np.nan))[row[code]] = value
    return FrozenMapping(
        {name: FrozenMapping({year: frozen(v) for year, v in sorted(of.items())}) for name, of in found.items()}
    )


def _check_parts(
    tables: Mapping[str, Cells],
    codes: tuple[str, ...],
    years: tuple[int, ...],
    totals: Array,
    indicators: Mapping[str, Mapping[int, Array]],
    faults: Faults,
) -> None:
    """Parts of a place's people cannot be more than its people."""
    for year, urban in indicators.get("urban_people", {}).items():
        if year in years:
            people = totals[years.index(year)]
            for place in np.flatnonzero(urban > people * 1.0001):
                what = f"{codes[place]} has {urban[place]:,.0f} urban people in {year} of {people[place]:,.0f} people"
                faults.add(f"{tables['society'].file}, column urban_people", what, "Correct one of the two.")
    parts = [f"newcomers_{origin}_pct" for origin in ("same_county", "same_province", "other_province")]
    if "origins" in tables and all(name in tables["origins"] for name in parts):
        cells = tables["origins"]
        for entry, row in enumerate(zip(*(cells.figures(name) for name in parts), strict=True)):
            if sum(row) > 100.5:
                what = f"newcomers of all origins are {sum(row):g}% of residents"
                faults.add(cells.where(entry, parts[0]), what, "Give shares of all residents; they sum to at most 100.")


def _rescaled(table: Cells | None, codes: tuple[str, ...], years: tuple[int, ...]) -> np.ndarray:
    flags = np.zeros((len(years), len(codes)), np.bool_)
    if table is not None:
        row = {code: position for position, code in enumerate(codes)}
        for code, year, factor in zip(table.texts("code"), table.years(), table.figures("factor"), strict=True):
            if code in row and year in years:
                flags[years.index(year), row[code]] = factor != 1
    return flags


def _rescaled_notes(rescaled: np.ndarray, years: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(
        f"Published ages of {int(flags.sum())} places in {year} belong to other borders; they were scaled to the total."
        for year, flags in zip(years, rescaled, strict=True)
        if flags.any()
    )


@cache
def _embedded_country(code: str) -> Country:
    return read_pack(code)


def _lent_pattern(code: str, year: int) -> tuple[str, Array]:
    """Name and persons [sex * age] of an embedded nation in the year of its record nearest to `year`."""
    lender = _embedded_country(code)
    nearby = min(lender.years, key=lambda known: abs(known - year))
    return f"{lender.names['en']} in {nearby}", lender.at(nearby).sum(axis=0).reshape(len(SEXES) * len(lender.ages))


def _lender(manifest: Manifest, tables: Mapping[str, Cells], record: Peopled) -> Country | None:
    """The embedded country that lends drivers, None when the pack has its own."""
    if all(name in tables for name in DRIVER_NAMES):
        return None
    code = manifest.borrow_drivers or DEFAULT_LENDER
    if code not in embedded():
        told = f"Drivers can be borrowed from: {', '.join(embedded())}."
        raise InputError(f"borrow_drivers = {code!r} is not an embedded country", remedy=told, where=manifest.label)
    if manifest.folder == PACKS / code:
        return None
    return _embedded_country(code)


def _ratio(manifest: Manifest, lender: Country, people: float, faults: Faults) -> float:
    """The country's people over the lender's in the base year."""
    years = lender.drivers.years
    if manifest.base_year not in years:
        what = f"drivers are borrowed from {lender.code}, whose years {years[0]}-{years[-1]} do not hold {manifest.base_year}"
        faults.fail(manifest.label, what, "Give the nation's own tables: nation, mortality, fertility_age, migrants_age.")
    return people / float(lender.drivers.people[list(years).index(manifest.base_year)])


def _borrowed_note(lender: Country, missing: list[str]) -> str:
    listed = "; ".join(DRIVER_NAMES[name] for name in missing)
    return f"Assumed, as the pack does not give it: {listed}. Borrowed from {lender.names['en']}, persons scaled to this country."


def _all_sources(manifest: Manifest, lender: Country | None) -> tuple[Source, ...]:
    if lender is None:
        return manifest.sources
    own = {source.key for source in manifest.sources}
    return (*manifest.sources, *(s for s in lender.sources if s.key == lender.drivers.source and s.key not in own))
