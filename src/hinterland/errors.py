"""The one error users see when what they gave cannot be used: where, what, and what to do."""

from __future__ import annotations


class InputError(Exception):
    """Input that cannot be used.

    `what` states the fault with the value found; `remedy` says what to do; `where` names the file, row, column,
    parameter, place or year, whichever apply, in reading order.
    """

    def __init__(self, what: str, *, remedy: str, where: str = "") -> None:
        self.what = what
        self.remedy = remedy
        self.where = where
        super().__init__(f"{where}: {what}. {remedy}" if where else f"{what}. {remedy}")

    def __reduce__(self) -> tuple[object, tuple[str, str, str]]:
        """Errors of other processes arrive whole."""
        return _again, (self.what, self.remedy, self.where)


def _again(what: str, remedy: str, where: str) -> InputError:
    return InputError(what, remedy=remedy, where=where)


def at(file: object, *, row: int | None = None, column: str | None = None) -> str:
    """A location inside a file as `file, row 12, column people`; rows count from 1 with the header as row 1."""
    parts = [str(file)]
    if row is not None:
        parts.append(f"row {row}")
    if column is not None:
        parts.append(f"column {column}")
    return ", ".join(parts)
