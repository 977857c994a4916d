"""Reading a country pack: manifest and tables in, one immutable, checked country out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from hinterland.data.assemble import Loan, assemble
from hinterland.data.country import Country
from hinterland.data.faults import Faults, nearest
from hinterland.data.folders import packs_folder
from hinterland.data.manifest import FILE, Manifest, read_manifest
from hinterland.data.schema import TABLES
from hinterland.data.tables import Cells, read_table
from hinterland.errors import InputError

PACKS: Final = Path(__file__).parent.parent / "packs"
"""Where the embedded packs lie."""
BUILDABLE: Final = ("jp", "jp-census", "us", "cn-counties")
"""Packs made from raw files that are not shipped, by `hinterland.data.build`."""


def embedded() -> tuple[str, ...]:
    """Codes of the packs that come with the package."""
    return tuple(sorted(folder.name for folder in PACKS.iterdir() if (folder / FILE).is_file()))


def built() -> tuple[str, ...]:
    """Names of the packs built on this computer."""
    folder = packs_folder()
    if not folder.is_dir():
        return ()
    return tuple(sorted(pack.name for pack in folder.iterdir() if (pack / FILE).is_file()))


def folder_of(ref: str | Path) -> Path:
    """The folder of a pack: an embedded code such as `cn`, the name of a built one such as `jp`, or a folder.

    Raises InputError where there is none of them. A folder named like a pack is meant by `./jp`.
    """
    if isinstance(ref, str) and ref in embedded():
        return PACKS / ref
    if isinstance(ref, str) and ref in built():
        return packs_folder() / ref
    folder = Path(ref)
    if folder.is_dir():
        # The name stands in every message, so `.` is spelt out.
        return folder if folder.name else folder.resolve()
    if folder.is_file():
        remedy = "Name the folder that holds pack.toml; a single CSV of places is read by hinterland.read_places."
        raise InputError(f"{str(ref)!r} is a file, not a country pack", remedy=remedy)
    names = (*embedded(), *built())
    told = f"{nearest(str(ref), names)}Name a folder that holds pack.toml, or one of: {', '.join(names)}."
    if str(ref) in BUILDABLE:
        told = f"Build it first: hinterland data build {ref} --from DIR (docs/data.md)."
    raise InputError(f"{str(ref)!r} is neither a folder nor a country at hand", remedy=told)


def read_pack(ref: str | Path) -> Country:
    """A country from an embedded pack (`cn`), a built one (`jp`) or a folder with pack.toml and its tables.

    Raises InputError that names up to 20 faults with file, row, column, value and remedy.
    """
    return load(folder_of(ref), Faults())


def load(folder: Path, faults: Faults) -> Country:
    """A country from the pack in `folder`; faults found on the way are left in `faults` when InputError is raised."""
    manifest = read_manifest(folder, faults)
    tables = read_tables(manifest, faults)
    return assemble(manifest, tables, lender, faults)


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


@cache
def lender(code: str) -> Loan:
    """The embedded country that lends others what their packs lack; InputError where there is none of that code."""
    if code not in embedded():
        told = f"Countries that can be borrowed from: {', '.join(embedded())}."
        raise InputError(f"borrow_drivers = {code!r} is not an embedded country", remedy=told)
    source_of = read_manifest(folder_of(code), Faults()).source_of
    return Loan(read_pack(code), source_of.get("ages", ""), source_of.get("nation", ""))
