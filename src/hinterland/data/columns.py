"""What a table of a pack is: columns with their kinds and ranges, and which of them must sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "code", "region", "year", "age", "period", "number", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, whether every row needs it, and the range of its figures."""

    name: str
    kind: Kind
    doc: str
    required: bool = False
    """The column must be there and filled in every row."""
    lo: float = 0.0
    hi: float = float("inf")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a pack; `key` names the columns that together may occur once."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sums: tuple[str, ...] = ()
    """Columns that sum to 100 in every row that has them all."""
    indicators: bool = False
    """Its columns beside code and year become the country's indicators under their own names."""

    def column(self, name: str) -> Column:
        """The column of that name; KeyError without."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


ANY: Final = float("-inf")
CODE: Final = Column("code", "code", "the place", required=True)
YEAR: Final = Column("year", "year", "calendar year of the figures", required=True)
AGE: Final = Column("age", "age", "age group: `0`, `1-4`, `85+`", required=True)


def figure(name: str, doc: str, hi: float = float("inf"), *, lo: float = 0.0, required: bool = False) -> Column:
    """A column of numbers from `lo` to `hi`."""
    return Column(name, "number", doc, required=required, lo=lo, hi=hi)
