"""The raw files that packs are built from: what each is, its checksum, its terms, and where it can be had.

They stand in sources.toml beside this file, one table each:

    [[files]]
    path = "cn/census_county_2010_v1.xlsx"    # below the folder of raw files, with slashes
    packs = ["cn-counties"]                   # which packs are built from it
    what = "..."
    address = "https://..."                   # where these very bytes are, for good; left out where they are nowhere,
    recipe = "..."                            # and then: how to get or make the file, as sentences
    home = "https://..."                      # the page of whoever publishes it
    sha256 = "..."
    size = 3831184                            # bytes
    licence = "MIT"
    attribution = "..."
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Annotated, Final, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from hinterland.data.faults import nearest
from hinterland.errors import InputError

PACKS: Final = ("jp", "jp-census", "us", "cn-counties")
"""Packs that are built from raw files, as commands name them."""
FILE: Final = "sources.toml"
PINNED: Final = re.compile(r"https://raw\.githubusercontent\.com/[\w.-]+/[\w.-]+/[0-9a-f]{40}/\S+")
"""A path inside one commit of a public repository: no other address keeps its bytes for good."""


def _below(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or ":" in path or path != "/".join(parts):
        raise ValueError("must be a path below the folder of raw files, such as cn/file.csv")
    return path


def _pack(name: str) -> str:
    if name not in PACKS:
        raise ValueError(f"must be among {', '.join(PACKS)}")
    return name


Words = Annotated[str, Field(min_length=1)]


class RawFile(BaseModel):
    """One raw file as its publisher made it, or as it was extracted once; immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    path: Annotated[str, AfterValidator(_below)]
    """Below the folder of raw files, with slashes."""
    packs: Annotated[tuple[Annotated[str, AfterValidator(_pack)], ...], Field(min_length=1)]
    """Packs that are built from it."""
    what: Words
    """One phrase."""
    address: Annotated[str, Field(pattern=f"^{PINNED.pattern}$")] | None = None
    """Where these very bytes are, for good; None where the file has to be brought by hand."""
    home: Annotated[str, Field(pattern=r"^https://\S+$")]
    """Page of whoever publishes it."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(gt=0)]
    """Bytes."""
    licence: Words
    attribution: Words
    recipe: Words | None = None
    """How to get or make it where it has no address, as sentences."""

    @property
    def by_hand(self) -> str:
        """How to bring it without `hinterland data get`, as sentences."""
        return f"Save {self.address} as {self.path}." if self.address else f"{self.recipe} Save it as {self.path}."

    @model_validator(mode="after")
    def _can_be_had(self) -> Self:
        if (self.address is None) == (self.recipe is None):
            raise ValueError("must have either an address or a recipe")
        return self


def raw_files(pack: str) -> tuple[RawFile, ...]:
    """The raw files that a pack is built from, in the order of sources.toml; InputError for an unknown pack."""
    if pack not in PACKS:
        remedy = f"{nearest(pack, PACKS)}Packs are {', '.join(PACKS)}."
        raise InputError(f"there is no pack {pack!r} that is built from raw files", remedy=remedy)
    return tuple(file for file in all_files() if pack in file.packs)


@cache
def all_files() -> tuple[RawFile, ...]:
    """Every raw file that the package knows, in the order of sources.toml."""
    return read_sources(files("hinterland.data") / FILE)


def read_sources(source: Traversable) -> tuple[RawFile, ...]:
    """The raw files that a TOML file lists; InputError names the file, the entry, the key and the remedy."""
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is not TOML: {error}", remedy="Correct the file at that place.", where=source.name) from None
    entries = content.get("files")
    if set(content) != {"files"} or not isinstance(entries, list) or not entries:
        raise InputError("holds no list of files", remedy="Open one table [[files]] per file.", where=source.name)
    found: dict[str, RawFile] = {}
    for number, entry in enumerate(cast("list[object]", entries), 1):
        file = _file(entry, number, source.name)
        # Some file systems take two names that differ in case for one.
        if file.path.casefold() in found:
            raise InputError(
                f"path {file.path!r} stands in an earlier entry too",
                remedy="Keep one of the two.",
                where=f"{source.name}, file {number}",
            )
        found[file.path.casefold()] = file
    return tuple(found.values())


def _file(entry: object, number: int, source: str) -> RawFile:
    try:
        return RawFile.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the entry"
        path = cast("dict[str, object]", entry).get("path") if isinstance(entry, dict) else None
        if first["type"] == "missing":
            what, remedy = f"{key} is missing", f"Add {key}; keys are {', '.join(RawFile.model_fields)}."
        elif first["type"] == "extra_forbidden":
            known = RawFile.model_fields
            what, remedy = f"key {key!r} is not known", f"{nearest(key, known)}Keys are {', '.join(known)}."
        else:
            told = first["msg"].removeprefix("Value error, ")
            what = f"{key} {told}" if not first["loc"] else f"{key} = {first['input']!r}: {told[:1].lower()}{told[1:]}"
            remedy = f"Correct {key}; the opening of hinterland/data/sources.py shows the form."
        where = f"{source}, file {number}" + (f" ({path})" if isinstance(path, str) else "")
        raise InputError(what, remedy=remedy, where=where) from None
