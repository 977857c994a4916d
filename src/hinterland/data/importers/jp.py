"""The pack of Japan, 1,741 municipalities from 1995 to 2022, made from the resident register's raw files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from hinterland.data.importers.jp_borders import former_units, present_places, read_converter
from hinterland.data.importers.jp_money import read_money
from hinterland.data.importers.jp_panels import long
from hinterland.data.importers.jp_places import place_tables
from hinterland.data.importers.jp_register import COLUMNS, MIXED, SEXES, YEARS, Register, read_register
from hinterland.data.importers.raw import Frame, write_manifest, write_table
from hinterland.data.importers.wpp import write_drivers

MANIFEST: Final = Path(__file__).parent / "jp_pack.toml"
JAPAN: Final = 392
"""Country code of the United Nations."""
DECIMALS: Final = 2
"""Shares of persons come from scaling and from weighted dates."""


def write_jp(source: Path, folder: Path) -> tuple[str, ...]:
    """Write the pack `jp` into `folder` (made if need be) and return what was repaired or left out, one sentence each.

    `source` holds the raw files in `jp/`, `panels/` and `world/`, as docs/data.md lists them. Raises InputError that
    names a file that is missing, or file, row, column and value of what cannot be used.
    """
    converter = read_converter(source)
    register = read_register(source, present_places(converter))
    money, split = read_money(source, register.units, register.place_of)
    places, regions = place_tables(source, converter, register.codes)
    former = former_units(register.units, register.place_of)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "places": places,
        "regions": regions,
        "people": long(register.codes, YEARS, {"people": register.people}),
        "ages": _ages(register),
        "flows": long(register.codes, YEARS, dict(register.flows)),
        "money": money,
        "former": former,
    }
    for name, table in tables.items():
        write_table(folder / f"{name}.csv.gz", table, 4 if name == "places" else DECIMALS)
    write_drivers(source, folder, JAPAN, YEARS[0])
    write_manifest(folder, MANIFEST)
    return _told(register, split)


def _ages(register: Register) -> Frame:
    """Table `ages`: rows by year, code and age."""
    import pandas as pd

    places, groups = len(register.codes), len(COLUMNS)
    by_year = register.ages.transpose(2, 1, 0, 3).reshape(len(SEXES), -1)
    return pd.DataFrame(
        {
            "code": np.tile(np.repeat(np.asarray(register.codes, dtype=object), groups), len(YEARS)),
            "year": np.repeat(np.asarray(YEARS), places * groups),
            "age": np.tile(np.asarray(list(COLUMNS.values()), dtype=object), places * len(YEARS)),
            **dict(zip(SEXES.values(), by_year, strict=True)),
        }
    )


def _told(register: Register, split: int) -> tuple[str, ...]:
    """What was repaired or left out."""
    wrong_ages = _listed(register.codes, register.wrong_ages)
    wrong_flows = _listed(register.codes, register.wrong_flows)
    sentences = [
        f"Nationals from {MIXED} on are those of the ready panels: the raw files hold foreigners too from then on.",
    ]
    if wrong_ages:
        sentences.append(
            "Tables of ages that do not fit between the years beside them, replaced by the course of the years before "
            f"(at the record's start, of those after): {len(wrong_ages)}, namely {', '.join(wrong_ages)}."
        )
    if wrong_flows:
        sentences.append(
            "Births, deaths and moves that cannot be right, left out: "
            f"{len(wrong_flows)} places and years, namely {', '.join(wrong_flows)}."
        )
    if register.scaled:
        sentences.append(f"Ages of one sex that lack persons of unknown age, scaled to all: {register.scaled} tables.")
    if split:
        sentences.append(f"Fiscal indices of places that were several units then, left out: {split} places and years.")
    return tuple(sentences)


def _listed(codes: Sequence[str], flags: np.ndarray) -> list[str]:
    """Code and year of every flag [place, year]."""
    return [f"{codes[place]} in {YEARS[year]}" for place, year in np.argwhere(flags)]
