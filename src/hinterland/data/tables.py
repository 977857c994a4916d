"""Reading one CSV table with every cell checked, so that a fault names file, row, column, value and remedy."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hinterland.data.columns import Column, Table
from hinterland.data.faults import Faults, nearest
from hinterland.errors import at

YEARS = range(1700, 2301)
"""What can be a calendar year here; anything else is a slip."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A table as text: where it came from, its header, and its rows with their numbers (the header is row 1)."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """A checked table: typed values by column, blanks as NaN or empty text, and the row each came from."""

    file: str
    numbers: tuple[int, ...]
    """Row of the file of every entry."""
    values: Mapping[str, Sequence[str] | Sequence[float]]

    def texts(self, name: str) -> list[str]:
        """Column of texts, empty where the table has no such column."""
        return [str(v) for v in self.values.get(name, [""] * len(self))]

    def figures(self, name: str) -> list[float]:
        """Column of figures, NaN where the table has no such column."""
        return [float(v) for v in self.values.get(name, [math.nan] * len(self))]

    def years(self, name: str = "year") -> list[int]:
        """Column of calendar years."""
        return [int(v) for v in self.values[name]]

    def where(self, entry: int, column: str) -> str:
        """Location of one entry, as error messages name it."""
        return at(self.file, row=self.numbers[entry], column=column)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.numbers)))


def read_raw(path: Path, label: str, faults: Faults) -> Raw:
    """The text of a CSV file (UTF-8, byte order mark or not, plain or .gz); raises InputError if it is unreadable."""
    text = read_text(path, label, faults)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(reader.line_num, tuple(cell.strip() for cell in row)) for row in reader]
    except csv.Error as error:
        faults.fail(
            label, f"cannot be read as CSV ({error})", "Write commas between cells and double quotes around text."
        )
    rows = [(number, row) for number, row in rows if any(row)]
    if not rows:
        faults.fail(label, "is empty", "Write a header row and one row for every entry, or take the table out.")
    return Raw(label, rows[0][1], tuple(rows[1:]))


def read_text(path: Path, label: str, faults: Faults) -> str:
    """The text of a UTF-8 file, unpacked when its name ends in .gz; raises InputError if it cannot be read."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except FileNotFoundError:
        near = nearest(path.name, [p.name for p in path.parent.glob("*")])
        faults.fail(label, "there is no such file", f"{near}Put the file there or correct its name.")
    except (OSError, EOFError, zlib.error) as error:
        faults.fail(label, f"cannot be read ({error})", "Check that it is a whole file that you may read.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        faults.fail(
            at(label, row=row),
            f"byte {data[error.start]:#04x} is not UTF-8",
            "Save the file in the encoding UTF-8 (in spreadsheets: “CSV UTF-8”).",
        )


def read_table(path: Path, label: str, table: Table, faults: Faults) -> Cells:
    """A table of a pack, checked cell by cell; raises InputError when its header cannot be used."""
    return check_table(read_raw(path, label, faults), table, faults)


def check_table(raw: Raw, table: Table, faults: Faults) -> Cells:
    """Raw text against the columns of `table`: header, ranges, keys and sums; faults of cells are collected."""
    _check_header(raw, table, faults)
    if not raw.rows:
        faults.fail(raw.file, "has a header but no rows", "Write one row for every entry, or take the table out.")
    entries: list[tuple[int, tuple[str, ...]]] = []
    for number, row in raw.rows:
        if len(row) == len(raw.header):
            entries.append((number, row))
        else:
            faults.add(
                at(raw.file, row=number),
                f"has {len(row)} cells where the header has {len(raw.header)}",
                "Give every column one cell; put text that holds a comma in double quotes.",
            )
    columns = {name: position for position, name in enumerate(raw.header)}
    values: dict[str, list[str] | list[float]] = {}
    for name, position in columns.items():
        column = table.column(name)
        read = _figure if column.kind in {"number", "year", "flag"} else _text
        values[name] = _column(read, [(number, row[position]) for number, row in entries], column, raw, faults)
    cells = Cells(raw.file, tuple(number for number, _ in entries), values)
    _check_keys(cells, table, faults)
    _check_sums(cells, table, faults)
    return cells


def _column(
    read: Callable[[str, Column, str, Faults], Any],
    texts: Sequence[tuple[int, str]],
    column: Column,
    raw: Raw,
    faults: Faults,
) -> list[Any]:
    """The values of a column from (row, text); each text is read once, and again where it stands if it is at fault."""
    aside = Faults()
    known = {text: read(text, column, "", aside) for text in {text for _, text in texts}}
    if not aside.items:
        return [known[text] for _, text in texts]
    return [read(text, column, at(raw.file, row=number, column=column.name), faults) for number, text in texts]


def _check_header(raw: Raw, table: Table, faults: Faults) -> None:
    names = [column.name for column in table.columns]
    where = at(raw.file, row=1)
    if len(raw.header) == 1 and any(mark in raw.header[0] for mark in ";\t"):
        faults.fail(where, "the cells are not separated by commas", "Save the table as CSV with commas between cells.")
    for position, name in enumerate(raw.header):
        if name not in names:
            told = f"{nearest(name, names)}Columns of this table: {', '.join(names)}."
            faults.add(at(raw.file, row=1, column=name or str(position + 1)), f"column {name!r} is not known", told)
        elif name in raw.header[:position]:
            faults.add(at(raw.file, row=1, column=name), f"column {name!r} stands there twice", "Keep one of the two.")
    for column in table.columns:
        if column.required and column.name not in raw.header:
            faults.add(where, f"column {column.name!r} is missing", f"Add it: {column.doc}.")
    faults.stop()


def _text(text: str, column: Column, where: str, faults: Faults) -> str:
    if column.required and not text:
        faults.add(where, "the cell is blank", f"Write {column.doc}.")
    return text


def _figure(text: str, column: Column, where: str, faults: Faults) -> float:
    """The number in a cell, NaN when blank or faulty."""
    if not text:
        if column.required:
            faults.add(where, "the cell is blank", f"Write {column.doc}, or leave the row out.")
        return math.nan
    if column.kind == "year":
        return _year(text, where, faults)
    if column.kind == "flag":
        if text not in {"0", "1"}:
            faults.add(where, f"{text!r} is neither 0 nor 1", f"Write {column.doc}.")
        return float(text == "1")
    try:
        value = float(text)
    except ValueError:
        remedy = "Write digits only, with a point before decimals and nothing between thousands."
        faults.add(where, f"{text!r} is not a number", remedy)
        return math.nan
    if not math.isfinite(value):
        faults.add(
            where, f"{text!r} is not a finite number", "Write a number, or leave the cell blank where none is known."
        )
        return math.nan
    if not column.lo <= value <= column.hi:
        faults.add(where, _outside(text, value, column), f"Write {column.doc}{_range(column)}.")
    return value


def _year(text: str, where: str, faults: Faults) -> float:
    if not (text.isascii() and text.isdigit() and int(text) in YEARS):
        faults.add(where, f"{text!r} is not a year", f"Write a calendar year from {YEARS[0]} to {YEARS[-1]}.")
        return math.nan
    return float(text)


def _outside(text: str, value: float, column: Column) -> str:
    if column.lo == 0 and value < 0:
        return f"{text} is negative"
    return f"{text} is out of range"


def _range(column: Column) -> str:
    if math.isinf(column.hi):
        return "" if math.isinf(column.lo) else f", {column.lo:g} or more"
    return f", from {column.lo:g} to {column.hi:g}"


def _check_keys(cells: Cells, table: Table, faults: Faults) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for entry, key in zip(cells, zip(*(cells.values[name] for name in table.key), strict=True), strict=True):
        if key in seen:
            said = ", ".join(str(int(part) if isinstance(part, float) and part == part else part) for part in key)  # noqa: PLR0124 - NaN
            faults.add(
                cells.where(entry, table.key[0]),
                f"{said} stands there already, in row {cells.numbers[seen[key]]}",
                f"Keep one row for each {' and '.join(table.key)}.",
            )
        else:
            seen[key] = entry


def _check_sums(cells: Cells, table: Table, faults: Faults, tolerance: float = 0.5) -> None:
    """Shares sum to 100 within `tolerance` per cent: figures of two decimals and rounded percentages pass."""
    if not table.sums or any(name not in cells for name in table.sums):
        return
    for entry, row in zip(cells, zip(*(cells.figures(name) for name in table.sums), strict=True), strict=True):
        total = sum(row)
        if math.isfinite(total) and abs(total - 100) > tolerance:
            what = f"the shares {', '.join(f'{v:g}' for v in row)} sum to {total:g}"
            faults.add(
                cells.where(entry, f"{table.sums[0]} ... {table.sums[-1]}"), what, "Make them sum to 100 (per cent)."
            )


def known_codes(cells: Cells, column: str, known: Iterable[str], whose: str, faults: Faults) -> None:
    """Note every code in `column` that is not among `known`; `whose` says where codes are defined."""
    codes = frozenset(known)
    for entry, code in zip(cells, cells.texts(column), strict=True):
        if code and code not in codes:
            remedy = f"{nearest(code, codes)}Add it to {whose} or take the row out."
            faults.add(cells.where(entry, column), f"code {code!r} is not known", remedy)
