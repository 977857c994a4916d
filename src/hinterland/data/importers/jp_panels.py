"""Ready panels of Japan, Parquet files that hold what the raw files lack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.data.importers.raw import AGAIN, Frame, as_numbers, need
from hinterland.errors import InputError

Array = NDArray[np.float64]

NATIONALS: Final = "panels/jp.parquet"
NATIONALS_AGES: Final = "panels/jp_age.parquet"
CENSUS: Final = "panels/jp_census.parquet"


def read_panel(source: Path, name: str, texts: Sequence[str], numbers: Sequence[str]) -> Frame:
    """Columns of a panel, the number `place` as five digits of text.

    Raises InputError that names the file that is missing or unreadable, the column that is missing or no number, or
    pyarrow where it is not installed.
    """
    import pandas as pd

    path = need(source, name)
    try:
        table = pd.read_parquet(path)
    except ImportError as error:
        remedy = "Install it: pip install 'hinterland[parquet]'."
        raise InputError("pyarrow is needed to read it", remedy=remedy, where=name) from error
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", remedy=AGAIN, where=name) from error
    for column in ("place", *texts, *numbers):
        if column not in table.columns:
            raise InputError(f"column {column!r} is missing", remedy=AGAIN, where=name)
    figures = {column: as_numbers(table[column], name) for column in ("place", *numbers)}
    return table.assign(**figures | {"place": five(figures["place"])})[["place", *texts, *numbers]]


def five(numbers: Frame) -> Frame:
    """Codes as text of five digits: 1100 is 01100."""
    return numbers.astype("int64").astype(str).str.zfill(5)


def cube(table: Frame, codes: Sequence[str], years: Sequence[int], file: str) -> dict[str, Array]:
    """Columns of a table indexed by place and year as arrays [place, year].

    Raises InputError that names a place and year that the table lacks or has twice.
    """
    import pandas as pd

    if table.index.has_duplicates:
        code, year = table.index[table.index.duplicated()][0]
        raise InputError(f"place {code} stands twice in {year}", remedy=AGAIN, where=file)
    index = pd.MultiIndex.from_product([codes, years])
    missing = index.difference(table.index)
    if len(missing):
        code, year = missing[0]
        remedy = "Every municipality of 2020 is needed in every year; docs/data.md names the file."
        raise InputError(f"place {code} has no figures for {year}", remedy=remedy, where=file)
    whole: Frame = table.reindex(index)
    return {str(name): whole[name].to_numpy(np.float64).reshape(len(codes), len(years)) for name in whole.columns}


def long(codes: Sequence[str], years: Sequence[int], columns: dict[str, Array]) -> Frame:
    """Arrays [place, year] as a table by year and code, ascending; rows without any figure are left out."""
    import pandas as pd

    table = pd.DataFrame(
        {
            "code": np.tile(np.asarray(codes, dtype=object), len(years)),
            "year": np.repeat(np.asarray(years), len(codes)),
            **{name: values.T.reshape(-1) for name, values in columns.items()},
        }
    )
    return table.dropna(subset=list(columns), how="all")
