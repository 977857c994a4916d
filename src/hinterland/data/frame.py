"""One table of places to a country: your own CSV, or a pandas table of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hinterland.axes import FIVE_YEARS
from hinterland.data.assemble import assemble
from hinterland.data.columns import Column, Table
from hinterland.data.country import Country, Source
from hinterland.data.faults import Faults
from hinterland.data.manifest import Manifest
from hinterland.data.pack import lender
from hinterland.data.schema import TABLES
from hinterland.data.tables import YEARS, Cells, Raw, check_table, read_raw
from hinterland.errors import InputError, at

if TYPE_CHECKING:
    import pandas as pd

_PEOPLE: Final = re.compile(r"people_(.*)")
_REASON: Final = "; migration runs on distances, so every place needs a position"


def read_places(source: str | Path | pd.DataFrame, *, code: str = "own", name: str = "") -> Country:
    """A country from one table with a row for every place.

    Columns: `code`, `name`, `lon`, `lat` (decimal degrees) and `people_2020`, `people_2010` ... (persons; the last is
    the base year); if you have them `name_en`, `region`, `seat` and `area_km2`. `source` is a UTF-8 CSV file or a
    pandas DataFrame. Ages follow China's pattern of the nearest census and the nation's course is borrowed from China
    with persons scaled, both noted as assumed; a country pack (docs/packs.md) can give a country its own.

    `code` and `name` are the country's. Raises InputError that names up to 20 faults with row, column and value.
    """
    faults = Faults()
    if isinstance(source, (str, Path)):
        label = Path(source).name
        raw = read_raw(Path(source), label, faults)
    elif hasattr(source, "columns") and hasattr(source, "itertuples"):
        label, raw = "table", _raw(source)
    else:
        remedy = "Give the path of a CSV file or a pandas DataFrame."
        raise InputError(f"places cannot be read from {type(source).__name__}", remedy=remedy)
    years = _years(raw, faults)
    cells = check_table(raw, _wide(years), faults)
    faults.stop()
    tables = {"places": _without_people(cells), "people": _long(cells, years)}
    manifest = Manifest(
        folder=Path(),
        label=label,
        code=code,
        names={"en": name or Path(label).stem},
        version="",
        base_year=max(years),
        ages=FIVE_YEARS,
        peers=(),
        borrow_drivers="",
        notes=(),
        tables=dict.fromkeys(tables, label),
        sources=(Source("own", f"Own figures ({label})", "not stated", "not stated"),),
        source_of=dict.fromkeys(tables, "own"),
    )
    return assemble(manifest, tables, lender, faults)


def _raw(frame: pd.DataFrame) -> Raw:
    """A DataFrame as text; an index called `code` counts as that column. Rows are numbered as in a CSV of it."""
    if "code" not in frame.columns and frame.index.name == "code":
        frame = frame.reset_index()
    header = tuple(str(column) for column in frame.columns)
    rows = (tuple(_text(value) for value in row) for row in frame.itertuples(index=False, name=None))
    return Raw("table", header, tuple(enumerate(rows, 2)))


def _text(value: Any) -> str:
    import pandas as pd

    if pd.isna(value):
        return ""
    # A column of codes with a gap comes as floats; 410800.0 is the code 410800.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _years(raw: Raw, faults: Faults) -> tuple[int, ...]:
    """Years of the columns people_YYYY; InputError where there is none or one names no year."""
    years: list[int] = []
    for name in raw.header:
        found = _PEOPLE.fullmatch(name)
        if found is None:
            continue
        if found[1].isascii() and found[1].isdigit() and int(found[1]) in YEARS:
            years.append(int(found[1]))
        else:
            faults.add(at(raw.file, row=1, column=name), f"{found[1]!r} is not a year", "Write people_2020.")
    faults.stop()
    if not years:
        faults.fail(at(raw.file, row=1), "there is no column with people", "Add persons by year: people_2020.")
    return tuple(sorted(set(years)))


def _wide(years: tuple[int, ...]) -> Table:
    """The columns such a table may have."""
    named = (
        replace(column, doc=column.doc + _REASON) if column.name in {"lon", "lat"} else column
        for column in TABLES["places"].columns
    )
    people = (Column(f"people_{year}", "number", f"persons in {year}", required=True) for year in years)
    return Table("places", "places with their people", (*named, *people), ("code",))


def _without_people(cells: Cells) -> Cells:
    return replace(cells, values={n: v for n, v in cells.values.items() if not _PEOPLE.fullmatch(n)})


def _long(cells: Cells, years: tuple[int, ...]) -> Cells:
    """The table people of a pack, one row for each place and year."""
    codes = cells.texts("code")
    return Cells(
        file=cells.file,
        numbers=cells.numbers * len(years),
        values={
            "code": codes * len(years),
            "year": [float(year) for year in years for _ in codes],
            "people": [value for year in years for value in cells.figures(f"people_{year}")],
        },
    )
