"""Raw files read with every fault named, and tables written so that the same figures give the same bytes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from hinterland.errors import InputError, at

Frame: TypeAlias = Any
"""A pandas DataFrame or Series; what pandas says of its own types is too wide for a checker."""
MISSING: Final = (
    "Put it there: docs/data.md says where each file comes from, "
    "and `hinterland data get` fetches those that have a public address."
)
AGAIN: Final = "Get the whole file again, as docs/data.md says."


def need(source: Path, name: str) -> Path:
    """The raw file `name` (with slashes) below `source`; InputError where there is none."""
    path = source / name
    if not path.is_file():
        raise InputError(f"there is no such file below {source.name or source}", remedy=MISSING, where=name)
    return path


def read_csv(source: Path, name: str, texts: Sequence[str] = (), numbers: Sequence[str] = (), **options: Any) -> Frame:
    """Columns `texts` (blank as NaN) and `numbers` (floats or integers, blank as NaN) of a raw table, plain or .gz.

    `options` go to pandas.read_csv. InputError names the file, and the column that is missing or the row and the
    value that is no number.
    """
    import pandas as pd

    path = need(source, name)
    try:
        # Some publishers' headers end in blanks.
        header = {column.strip(): column for column in pd.read_csv(path, nrows=0, **options).columns}
        table: Frame = pd.read_csv(
            path,
            dtype={header[column]: str for column in texts if column in header},
            keep_default_na=False,
            na_values=["", "NA"],
            usecols=[header[column] for column in (*texts, *numbers) if column in header],
            **options,
        ).rename(columns=str.strip)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InputError(f"cannot be read ({error})", remedy=AGAIN, where=name) from error
    for column in (*texts, *numbers):
        if column not in table.columns:
            raise InputError(f"column {column!r} is missing", remedy=AGAIN, where=name)
    for column in numbers:
        table[column] = as_numbers(table[column], name)
    return table[[*texts, *numbers]]


def as_numbers(column: Frame, name: str) -> Frame:
    """A column of the file `name` as numbers, blank as NaN; InputError names the row and the value that is none."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column):
        return column
    figures: Frame = pd.to_numeric(column, errors="coerce")
    wrong = (figures.isna() & column.notna()).to_numpy()
    if wrong.any():
        entry = int(wrong.argmax())
        where = at(name, row=entry + 2, column=str(column.name))
        raise InputError(f"{column.iloc[entry]!r} is not a number", remedy=AGAIN, where=where)
    return figures


def write_table(path: Path, table: Frame, decimals: int) -> None:
    """Write `table` as CSV, packed where the name ends in .gz: figures to `decimals` places, NaN as a blank cell."""
    figures = table.select_dtypes("floating").columns
    shown = table.assign(**{str(name): _shortest(table[name].round(decimals)) for name in figures})
    data = shown.to_csv(index=False, lineterminator="\n").encode()
    # A time of packing would make every build another file.
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def write_manifest(folder: Path, template: Path) -> None:
    """Write the manifest that stands beside the importers as the pack's, with the same line ends everywhere."""
    (folder / "pack.toml").write_bytes(template.read_bytes().replace(b"\r\n", b"\n"))


def _shortest(figures: Frame) -> Frame:
    """Figures as their shortest texts, whole ones without a point; NaN stays missing."""
    whole = figures.isna() | (figures % 1 == 0)
    texts = figures.where(whole, 0).astype("Int64").astype(object)
    texts[~whole] = figures[~whole].map(repr)
    return texts
