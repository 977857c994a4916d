"""Data tables in HTML: the twin of every chart, and figures that hold both."""

from __future__ import annotations

from collections.abc import Sequence

from hinterland.report.text import Text, html, say


def table(headings: Sequence[Text], rows: Sequence[Sequence[Text]], class_: str = "") -> str:
    """A table whose first column heads its rows; ValueError where a row does not fit the headings."""
    for row in rows:
        if len(row) != len(headings):
            raise ValueError(f"a row of {len(row)} cells under {len(headings)} headings: {row}")
    head = "".join(f'<th scope="col">{html(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row">{html(row[0])}</th>' + "".join(f"<td>{html(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    mark = f' class="{class_}"' if class_ else ""
    return f'<div class="scroll"><table{mark}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def folded(summary: Text, content: str) -> str:
    """Content behind a line that opens it."""
    return f"<details><summary>{html(summary)}</summary>{content}</details>"


def figure(title: Text, picture: str, twin: str, notes: Sequence[Text] = ()) -> str:
    """A chart under its heading with notes, and its numbers as a folded table."""
    said = "".join(f'<p class="note">{html(note)}</p>' for note in notes)
    return f"<section><h2>{html(title)}</h2><figure>{picture}</figure>{said}{folded(say('table_twin'), twin)}</section>"
