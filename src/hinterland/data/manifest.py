"""The manifest of a pack, `pack.toml`: who the country is, which files hold its tables, and on whose terms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hinterland.axes import FIVE_YEARS, Ages
from hinterland.data.country import Source
from hinterland.data.faults import Faults, nearest
from hinterland.data.schema import FORMAT, OBLIGATORY, TABLES
from hinterland.data.tables import YEARS, read_text
from hinterland.errors import at

FILE: Final = "pack.toml"
LANGUAGES: Final = ("en", "zh", "ja")
OPEN_AGES: Final = range(60, FIVE_YEARS.open + 1, FIVE_YEARS.width)
KEYS: Final = (
    "format",
    "code",
    "version",
    "base_year",
    "open_age",
    "names",
    "peers",
    "borrow_drivers",
    "notes",
    "tables",
    "sources",
)
CODE: Final = re.compile(r"[\w.-]+")
"""Codes become names of files and keys of tables."""
CODE_REMEDY: Final = "Use letters, digits, hyphen, dot and underscore."
SOURCE_KEYS: Final = ("key", "title", "licence", "attribution", "url", "tables")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `pack.toml` says, checked."""

    folder: Path
    label: str
    """How messages name the manifest."""
    code: str
    names: Mapping[str, str]
    version: str
    base_year: int
    ages: Ages
    """Five-year groups up to an open one."""
    peers: tuple[str, ...]
    borrow_drivers: str
    """Code of the embedded pack that lends what this one lacks."""
    notes: tuple[str, ...]
    tables: Mapping[str, str]
    """Table -> file name inside the folder."""
    sources: tuple[Source, ...]
    source_of: Mapping[str, str]
    """Table -> key of its source."""

    def label_of(self, table: str) -> str:
        """How messages name the file of a table."""
        return f"{self.folder.name}/{self.tables[table]}"


@dataclass(frozen=True, slots=True)
class _Reading:
    """A parsed manifest on its way to be checked."""

    values: Mapping[str, Any]
    lines: tuple[str, ...]
    label: str
    faults: Faults

    def where(self, key: str) -> str:
        """The line that sets a key, or the file when none does."""
        pattern = re.compile(rf"\s*(\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[=\]]")
        for number, line in enumerate(self.lines, 1):
            if pattern.match(line):
                return at(self.label, row=number)
        return self.label

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        """The value of a key of the wanted kind; a fault is noted where it is missing (no default) or of another."""
        value = self.values.get(key, default)
        if value is None:
            self.faults.add(self.label, f"key {key!r} is missing", f"Add it; keys are {', '.join(KEYS)}.")
            return kind()
        if not isinstance(value, kind) or isinstance(value, bool):
            told = {str: 'text in "quotes"', int: "a whole number", dict: "a [section]", list: "a [list]"}[kind]
            self.faults.add(self.where(key), f"{key} = {value!r} has the wrong kind", f"Write {told}.")
            return kind()
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where the key is not given."""
        values = self.get(key, list, default=[])
        for value in values:
            if not isinstance(value, str):
                self.faults.add(self.where(key), f"{value!r} in {key} is not text", 'Put it in "quotes".')
        return tuple(str(value) for value in values)


def read_manifest(folder: Path, faults: Faults) -> Manifest:
    """The manifest of the pack in `folder`; raises InputError with every fault in it."""
    label = f"{folder.name}/{FILE}"
    text = read_text(folder / FILE, label, faults)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        where = at(label, row=int(found[1])) if found else label
        faults.fail(where, f"is not readable as TOML ({error})", 'Correct that line: key = value, text in "quotes".')
    reading = _Reading(values, tuple(text.splitlines()), label, faults)
    _check_format(reading)
    manifest = _manifest(reading, folder)
    faults.stop()
    return manifest


def _check_format(reading: _Reading) -> None:
    version = reading.values.get("format")
    if version != FORMAT or isinstance(version, bool):
        what = (
            "key 'format' is missing" if version is None else f"format = {version!r} is not a format this version reads"
        )
        reading.faults.fail(
            reading.where("format"), what, f"Write format = {FORMAT}, or use the hinterland it was made for."
        )


def _manifest(reading: _Reading, folder: Path) -> Manifest:
    faults = reading.faults
    for key in reading.values:
        if key not in KEYS:
            told = f"{nearest(key, KEYS)}Keys are {', '.join(KEYS)}."
            faults.add(reading.where(key), f"key {key!r} is not known", told)
    code, version = reading.get("code", str), reading.get("version", str)
    base_year = reading.get("base_year", int)
    if "base_year" in reading.values and isinstance(base_year, int) and base_year not in YEARS:
        faults.add(
            reading.where("base_year"), f"base_year = {base_year} is not a year", "Write the last year with people."
        )
    if "code" in reading.values and isinstance(code, str) and not CODE.fullmatch(code):
        faults.add(reading.where("code"), f"code = {code!r} is not a code", CODE_REMEDY)
    sources, source_of = _sources(reading)
    return Manifest(
        folder=folder,
        label=reading.label,
        code=code,
        names=_names(reading),
        version=version,
        base_year=base_year,
        ages=_ages(reading),
        peers=reading.texts("peers"),
        borrow_drivers=reading.get("borrow_drivers", str, default=""),
        notes=reading.texts("notes"),
        tables=_tables(reading, folder),
        sources=sources,
        source_of=source_of,
    )


def _ages(reading: _Reading) -> Ages:
    """Five-year groups up to `open_age`; what is borrowed for ages reaches no further than the usual 85."""
    first = reading.get("open_age", int, default=FIVE_YEARS.open)
    if first not in OPEN_AGES:
        told = f"Write one of {', '.join(map(str, OPEN_AGES))}: the first age of the open last group of the table ages."
        reading.faults.add(reading.where("open_age"), f"open_age = {first!r} cannot be used", told)
        return FIVE_YEARS
    return Ages(FIVE_YEARS.width, first)


def _names(reading: _Reading) -> dict[str, str]:
    names = reading.get("names", dict)
    for language, name in names.items():
        if language not in LANGUAGES:
            reading.faults.add(
                reading.where(language), f"language {language!r} is not known", f"Use {', '.join(LANGUAGES)}."
            )
        elif not isinstance(name, str) or not name:
            reading.faults.add(reading.where(language), f"{language} = {name!r} is not a name", 'Write it in "quotes".')
    if "names" in reading.values and "en" not in names:
        reading.faults.add(reading.where("names"), "the English name is missing", 'Add en = "..." under [names].')
    return {language: str(name) for language, name in names.items()}


def _tables(reading: _Reading, folder: Path) -> dict[str, str]:
    tables = reading.get("tables", dict)
    for name, file in tables.items():
        where = reading.where(name)
        if name not in TABLES:
            told = f"{nearest(name, TABLES)}Tables are {', '.join(TABLES)}."
            reading.faults.add(where, f"table {name!r} is not known", told)
        elif not isinstance(file, str) or Path(file).name != file:
            reading.faults.add(
                where, f"{name} = {file!r} is not a file name", "Name a file that lies beside pack.toml."
            )
        elif not (folder / file).is_file():
            near = nearest(file, [path.name for path in folder.iterdir()])
            told = f"{near}Put the file there, correct its name, or take the line out."
            reading.faults.add(where, f"table {name!r}: there is no file {file!r} in {folder.name}", told)
    for name in OBLIGATORY:
        if name not in tables:
            told = f'Add {name} = "{name}.csv" under [tables].'
            reading.faults.add(reading.where("tables"), f"table {name!r} is missing; it is obligatory", told)
    return {name: str(file) for name, file in tables.items()}


def _sources(reading: _Reading) -> tuple[tuple[Source, ...], dict[str, str]]:
    """Sources, and the key of the source of every table."""
    faults, known = reading.faults, reading.get("tables", dict, default={})
    sources: list[Source] = []
    source_of: dict[str, str] = {}
    for number, entry in enumerate(reading.get("sources", list), 1):
        where = f"{reading.label}, source {number}"
        if not isinstance(entry, dict):
            faults.add(where, f"{entry!r} is not a section", "Write it under [[sources]].")
            continue
        for key in entry:
            if key not in SOURCE_KEYS:
                faults.add(
                    where, f"key {key!r} is not known", f"{nearest(key, SOURCE_KEYS)}Keys are {', '.join(SOURCE_KEYS)}."
                )
        for key in ("key", "title", "licence", "attribution"):
            if not isinstance(entry.get(key), str) or not entry[key]:
                faults.add(
                    where, f"its {key} is missing", "Say where figures come from and on what terms they may be used."
                )
        texts = {key: str(entry.get(key, "")) for key in SOURCE_KEYS[:-1]}
        sources.append(Source(**texts))
        named = entry.get("tables", [])
        if not isinstance(named, list) or not all(isinstance(table, str) for table in named):
            faults.add(where, f"tables = {named!r} is not a list of tables", 'Write tables = ["places", "people"].')
            continue
        for table in named:
            if table not in known:
                faults.add(where, f"its table {table!r} is not in the pack", f"{nearest(table, known)}Take it out.")
            source_of[table] = texts["key"]
    for table in known:
        if table not in source_of and table in TABLES:
            told = f'Name it in the tables of one of the [[sources]]: tables = ["{table}"].'
            faults.add(reading.where(table), f"table {table!r} has no source", told)
    return tuple(sources), source_of
