"""The table of railway lines of a pack, one row for each stop, put together into lines and checked."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from hinterland.data.faults import Faults
from hinterland.data.tables import YEARS, Cells
from hinterland.space.network import Line

SURE: Final = ("A", "B", "C")
"""How well the opening is known: read in a report, read in part or as announced, from memory."""
OF_THE_LINE: Final = ("name", "name_en", "opened", "closed", "speed_kmh", "sure", "source")
"""Columns that say something of the whole line; rows after its first may leave them blank."""
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)
_WRITE: Final = "Write the year, the month or the day: 2020, 2020-12 or 2020-12-12."


def read_lines(cells: Cells | None, codes: Sequence[str], faults: Faults) -> tuple[Line, ...]:
    """The lines in the order of the table, empty without one; everything wrong with a line is noted in `faults`.

    `codes` [place] are known to hold every code of the table. Lines with faults are left out.
    """
    if cells is None:
        return ()
    rows: dict[str, list[int]] = {}
    for entry, line in zip(cells, cells.texts("line"), strict=True):
        rows.setdefault(line, []).append(entry)
    position = {code: place for place, code in enumerate(codes)}
    order = cells.figures("order")
    found = (_line(cells, sorted(of, key=order.__getitem__), position, faults) for of in rows.values())
    return tuple(line for line in found if line is not None)


def as_year(text: str) -> float:
    """A date as a year with its fraction; a year or a month without day stands for its middle.

    ValueError where the text is no date.
    """
    found = _DATE.fullmatch(text)
    if found is None or int(found[1]) not in YEARS:
        raise ValueError(f"{text!r} is not a date")
    year = int(found[1])
    if found[2] is None:
        return year + 0.5
    month = int(found[2])
    day = int(found[3] or 1)
    try:
        passed = date(year, month, day).toordinal() - date(year, 1, 1).toordinal()
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date") from error
    days = 366 if calendar.isleap(year) else 365
    half = 0.0 if found[3] else calendar.monthrange(year, month)[1] / 2
    return year + (passed + half) / days


def _line(cells: Cells, rows: Sequence[int], position: dict[str, int], faults: Faults) -> Line | None:
    """The line that stands in `rows`, in the order of its stops; None where something is wrong with it."""
    noted = len(faults.items) + faults.more
    first = min(rows)
    _check_agreement(cells, rows, first, faults)
    opens = _date(cells, first, "opened", faults)
    closes = _date(cells, first, "closed", faults) if cells.texts("closed")[first] else math.inf
    speed = cells.figures("speed_kmh")[first]
    if math.isnan(speed):
        faults.add(cells.where(first, "speed_kmh"), "the cell is blank", "Write the highest speed in km/h.")
    sure = cells.texts("sure")[first]
    if sure and sure not in SURE:
        faults.add(cells.where(first, "sure"), f"{sure!r} is not known", f"Write one of {', '.join(SURE)}.")
    if closes <= opens:
        what = f"the line closes on {cells.texts('closed')[first]}, not after it opens"
        faults.add(cells.where(first, "closed"), what, "Correct one of the two dates, or leave `closed` blank.")
    _check_stops(cells, rows, faults)
    if len(faults.items) + faults.more > noted:
        return None
    codes, minutes = cells.texts("code"), cells.figures("minutes")
    name = cells.texts("name")[first] or cells.texts("line")[first]
    times = tuple(None if math.isnan(minutes[row]) else minutes[row] for row in rows[1:])
    return Line(
        name=name,
        way=tuple(position[codes[row]] for row in rows),
        speed=speed,
        opens=opens,
        closes=closes,
        minutes=() if all(time is None for time in times) else times,
        name_en=cells.texts("name_en")[first] or name,
        source=cells.texts("source")[first],
    )


def _check_agreement(cells: Cells, rows: Sequence[int], first: int, faults: Faults) -> None:
    """Rows of a line repeat what its first row says of it, or leave it blank."""
    for column in (column for column in OF_THE_LINE if column in cells):
        told = ["" if value != value else str(value) for value in cells.values[column]]  # noqa: PLR0124 - NaN
        for row in rows:
            if told[row] not in {"", told[first]}:
                line, other = cells.texts("line")[row], cells.numbers[first]
                what = f"{told[row]} differs from {told[first] or 'the blank cell'} in row {other} of the line {line!r}"
                faults.add(cells.where(row, column), what, "Make the rows of a line agree, or leave it blank here.")


def _check_stops(cells: Cells, rows: Sequence[int], faults: Faults) -> None:
    """Two stops at least, none twice in succession, and times only where there is a stop before."""
    codes, line = cells.texts("code"), cells.texts("line")[rows[0]]
    if len(rows) == 1:
        what = f"the line {line!r} has one stop, {codes[rows[0]]}"
        faults.add(cells.where(rows[0], "code"), what, "Give it two stops or more, or take it out.")
    for before, row in pairwise(rows):
        if codes[row] == codes[before]:
            what = f"{codes[row]} is the stop before, in row {cells.numbers[before]}, too"
            faults.add(cells.where(row, "code"), what, "Take one of the two out, or correct the code.")
    if not math.isnan(cells.figures("minutes")[rows[0]]):
        what = f"{cells.figures('minutes')[rows[0]]:g} minutes stand at the first stop of the line {line!r}"
        faults.add(cells.where(rows[0], "minutes"), what, "Times are those from the stop before; leave this one blank.")


def _date(cells: Cells, row: int, column: str, faults: Faults) -> float:
    """The date in a cell as a year, NaN with a fault noted where there is none."""
    text = cells.texts(column)[row]
    if not text:
        faults.add(cells.where(row, column), "the cell is blank", _WRITE)
        return math.nan
    try:
        return as_year(text)
    except ValueError as error:
        faults.add(cells.where(row, column), str(error), _WRITE)
        return math.nan
