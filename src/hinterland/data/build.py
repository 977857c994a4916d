"""Country packs made from raw files that are not shipped: which there are, and one call that makes and checks one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hinterland.data.country import Country
from hinterland.data.faults import Faults, nearest
from hinterland.data.manifest import FILE
from hinterland.data.pack import load
from hinterland.errors import InputError


@dataclass(frozen=True, slots=True)
class Built:
    """A pack as it was made: the country it holds, and sentences on what was repaired or left out."""

    country: Country
    repairs: tuple[str, ...]


def _jp(source: Path, folder: Path) -> tuple[str, ...]:
    from hinterland.data.importers.jp import write_jp

    return write_jp(source, folder)


def _jp_census(source: Path, folder: Path) -> tuple[str, ...]:
    from hinterland.data.importers.jp_census import write_jp_census

    return write_jp_census(source, folder)


def _us(source: Path, folder: Path) -> tuple[str, ...]:
    from hinterland.data.importers.us import write_us

    return write_us(source, folder)


def _cn_counties(source: Path, folder: Path) -> tuple[str, ...]:
    from hinterland.data.importers.cn_counties import write_cn_counties

    return write_cn_counties(source, folder)


Writer = Callable[[Path, Path], tuple[str, ...]]

WRITERS: Final[dict[str, Writer]] = {"jp": _jp, "jp-census": _jp_census, "us": _us, "cn-counties": _cn_counties}
"""Pack -> what writes it from a folder of raw files into a folder, saying what was repaired."""


def writer(name: str) -> Writer:
    """What makes a pack; InputError names those there are."""
    if name not in WRITERS:
        told = f"{nearest(name, WRITERS)}Packs that can be built: {', '.join(WRITERS)}."
        raise InputError(f"{name!r} is not a pack that can be built", remedy=told)
    return WRITERS[name]


def build(name: str, source: Path, folder: Path) -> Built:
    """Makes a pack from the raw files in `source` inside an empty `folder` and reads it back.

    InputError: the pack or the source is unknown, a raw file is missing or not what it should be, or a library that
    reads it is not installed.
    """
    write = writer(name)
    if not source.is_dir():
        raise InputError(
            "there is no such folder",
            remedy=f"Name the folder of raw files with --from, or fetch them: hinterland data get {name}",
            where=str(source),
        )
    try:
        repairs = write(source, folder)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("hinterland"):
            raise
        raise InputError(
            f"{error.name} is not installed and the raw files of {name} cannot be read without it",
            remedy="Install what reads them: pip install 'hinterland[sources]'",
        ) from error
    return Built(load(folder, Faults()), repairs)


def is_pack_folder(path: Path) -> bool:
    """True where a folder holds a pack and nothing that a build does not write, so that it may be replaced."""
    return (path / FILE).is_file() and all(
        entry.name == FILE or entry.name.endswith((".csv", ".csv.gz")) for entry in path.iterdir()
    )
