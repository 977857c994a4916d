"""Tables of parameters in the documents, made from the parameter files: `python tools/parameter_tables.py` writes them.

A table stands between `<!-- parameters: NAME -->` and `<!-- end -->`, where NAME.toml is a file of parameters.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from hinterland.axes import LIFE_STAGES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "economy.md"
PAGES = (PAGE, *(ROOT / "docs" / f"{name}.md" for name in ("anchor", "finance", "services", "network", "settlement")))
LONGEST = 110
"""Characters of a source that a table shows; `hinterland parameters` shows all."""
MARKED = re.compile(r"<!-- parameters: (?P<name>\w+) -->\n.*?<!-- end -->", re.DOTALL)


def with_tables(text: str) -> str:
    """A page with every table of parameters made anew.

    FileNotFoundError where a marker names no file of parameters.
    """
    return MARKED.sub(lambda found: between("parameters: " + found["name"], table(found["name"])), text)


def between(name: str, body: str) -> str:
    """A body between its markers; blank lines keep Markdown from reading the markers as part of a table."""
    return f"<!-- {name} -->\n\n{body.strip()}\n\n<!-- end -->"


def table(name: str) -> str:
    """The parameters of one file as a table of Markdown, in the file's order."""
    source = files("hinterland") / "parameters" / f"{name}.toml"
    parameters: dict[str, dict[str, Any]] = tomllib.loads(source.read_text(encoding="utf-8"))
    lines = ["| parameter | value | range, prior | unit | status | source |", "|---|---|---|---|---|---|"]
    lines += [_row(parameter, fields) for parameter, fields in parameters.items()]
    if any(isinstance(fields["value"], list) for fields in parameters.values()):
        lines += ["", f"Seven values are for the ages {', '.join(LIFE_STAGES.labels)}."]
    return "\n".join(lines)


def shortened(source: str) -> str:
    """The first words of a source, up to a whole sentence or clause where one ends in time."""
    if len(source) <= LONGEST:
        return source
    ends = [found.start() for found in re.finditer(r"[.;:] ", source[: LONGEST + 2])]
    if ends and ends[-1] >= LONGEST // 3:
        return source[: ends[-1]] + " …"
    return source[:LONGEST].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _row(name: str, fields: dict[str, Any]) -> str:
    low, high = fields["range"]
    bounds = f"{low:g} to {high:g}"
    if "prior" in fields:
        five, most = fields["prior"]
        drawn = ", drawn" if fields.get("drawn") else ""
        bounds += f"; {_values(five)} to {_values(most)}{drawn}"
    cells = (
        f"`{name}` {fields['doc']}",
        _values(fields["value"]),
        bounds,
        fields["unit"],
        fields["status"],
        shortened(fields["source"]),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _values(value: float | list[float]) -> str:
    return " ".join(f"{item:g}" for item in value) if isinstance(value, list) else f"{value:g}"


def main() -> None:
    for page in PAGES:
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"wrote the tables of {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
