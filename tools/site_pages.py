"""Pages of the site that are made when it is built: tables of all parameters, glossary tables, index of decisions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from hinterland.axes import LIFE_STAGES
from hinterland.results.variables import VARIABLES
from hinterland.scenario import LEVERS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
STATUSES = {
    "assumed": "Rests on judgement; the source says on what. A value that moves results should be doubted first here.",
    "calibrated": "Set so that the model agrees with figures, which the source names.",
    "literature": "Taken from published work.",
    "measured": "Counted or measured for the thing itself.",
}
"""Status of a parameter -> what it means; in the order of the page, the assumed ones first."""

HEAD = """---
hide:
  - toc
---

# Parameters

Every number of the model, {all} in all: **{assumed} are assumed**, {calibrated} calibrated, {literature} from the
literature, {measured} measured. The assumed ones come first. This page is made from `hinterland/parameters/` when the
site is built; `hinterland parameters` prints the same, `hinterland explain NAME` says which code uses a value, and
`--set NAME=VALUE` of `hinterland run` and `hinterland backtest` takes another. Values that were fitted to a country
stand in [calibration](calibration.md) and [flows](flows.md).

*Range*: hard bounds. *Prior*: 90% interval; **drawn** where members of a run draw it from there. Seven values are for
the ages {stages}."""


def parameters() -> str:
    """The page of all parameters of every file, by status, those assumed first."""
    known = [(file, name, fields) for file, tables in _files() for name, fields in tables.items()]
    counts = {status: sum(fields["status"] == status for *_, fields in known) for status in STATUSES}
    parts = [HEAD.format(all=len(known), stages=", ".join(LIFE_STAGES.labels), **counts)]
    for status, meaning in STATUSES.items():
        rows = [(file, name, fields) for file, name, fields in known if fields["status"] == status]
        parts += [f"## {status.capitalize()}", f"{len(rows)} parameters. {meaning}"]
        for file in dict.fromkeys(row[0] for row in rows):
            parts += [f"### {file}, {status}", _table((name, fields) for of, name, fields in rows if of == file)]
    return "\n\n".join(parts) + "\n"


def glossary(text: str) -> str:
    """The glossary with the tables of stored quantities and levers in place of their markers.

    ValueError where the page has no marker for a table.
    """
    for name, table in (("quantities", _quantities()), ("levers", _levers())):
        mark = f"<!-- table: {name} -->"
        if mark not in text:
            raise ValueError(f"the glossary has no {mark!r}: put it where the table shall stand")
        text = text.replace(mark, table)
    return text


def decisions() -> str:
    """The index of decisions: every one with its title and what was asked or decided, oldest first."""
    lines = ["# Decisions", "Why things are as they are, one page each, with what it cost and what it does not do.", ""]
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        text = path.read_text(encoding="utf-8")
        number, title = re.match(r"# 0*(\d+)\.? (.*)", text).groups()  # pyright: ignore[reportOptionalMemberAccess]
        lines.append(f"{int(number)}. [{title}]({path.name})")
    return "\n".join(lines) + "\n"


def _files() -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Name and tables of every file of parameters, by name."""
    folder = files("hinterland") / "parameters"
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml"):
            yield entry.name.removesuffix(".toml"), tomllib.loads(entry.read_text(encoding="utf-8"))


def _table(rows: Iterator[tuple[str, dict[str, Any]]]) -> str:
    lines = ["| name | what | value | unit | range | prior | source |", "|---|---|---|---|---|---|---|"]
    for name, fields in rows:
        low, high = fields["range"]
        prior = ""
        if "prior" in fields:
            prior = " to ".join(map(_values, fields["prior"])) + (", **drawn**" if fields.get("drawn") else "")
        cells = (
            f"`{name}`",
            fields["doc"],
            _values(fields["value"]),
            fields["unit"],
            f"{low:g} to {high:g}",
            prior,
            fields["source"],
        )
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines)


def _quantities() -> str:
    lines = ["| name | English | 中文 | 日本語 | unit | what |", "|---|---|---|---|---|---|"]
    for variable in VARIABLES.values():
        label = variable.label
        cells = (f"`{variable.name}`", label["en"], label["zh"], label["ja"], variable.unit, variable.definition)
        lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines)


def _levers() -> str:
    lines = ["| name | what | least | most | kinds |", "|---|---|---|---|---|"]
    for name, lever in LEVERS.items():
        cells = (f"`{name}`", lever.doc, f"{lever.low:g}", f"{lever.high:g}", ", ".join(lever.kinds))
        lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _values(value: float | list[float]) -> str:
    return " ".join(f"{item:g}" for item in value) if isinstance(value, list) else f"{value:g}"
