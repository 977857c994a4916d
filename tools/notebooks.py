"""Pages with executed examples as notebooks: text as it stands, commands as cells with what they printed."""

from __future__ import annotations

import ast
import doctest
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import examples

if TYPE_CHECKING:
    from nbformat import NotebookNode

MARK = re.compile(r"<!--.*?-->\n*", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+?)\.md(#[^)]*)?\)")


def notebook(text: str, page: str) -> NotebookNode:
    """A page of docs/ as a notebook (nbformat 4), with the outputs that the page shows and the tests check.

    Links to other pages become links on the site's own pages, which stand beside the folder of notebooks.
    """
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    cells: list[NotebookNode] = []
    at = 0
    for block in examples.blocks(text):
        opening = text.rindex("```" + block.kind, 0, block.span[0])
        if block.mark == "not run" or (block.kind not in examples.KINDS and block.mark != "file"):
            continue
        _say(cells, text[at:opening], page)
        at = block.span[1] + len("```\n")
        if block.mark == "file":
            cells.append(new_code_cell(f"%%writefile {block.what}\n{block.body.rstrip()}"))
        elif block.kind == "python":
            cells += _python(block.body)
        else:
            for command in examples.commands(block.body):
                shown = "".join(f"{line}\n" for line in command.shown)
                outputs = [new_output("stream", name="stdout", text=shown)] if shown else []
                cells.append(new_code_cell(f"!{command.line}", outputs=outputs))
    _say(cells, text[at:], page)
    for number, cell in enumerate(cells):
        cell["id"] = f"{PurePosixPath(page).stem}-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def _say(cells: list[NotebookNode], text: str, page: str) -> None:
    from nbformat.v4 import new_markdown_cell

    said = MARK.sub("", text).strip()
    if said:
        cells.append(new_markdown_cell(LINK.sub(rf"](../{PurePosixPath(page).parent}/\1/\2)", said)))


def _python(body: str) -> list[NotebookNode]:
    """The statements of a doctest as cells, each ending with one that shows something."""
    from nbformat.v4 import new_code_cell, new_output

    cells: list[NotebookNode] = []
    source = ""
    for example in doctest.DocTestParser().get_examples(body):
        source += example.source
        if not example.want:
            continue
        if _is_expression(example.source):
            output = new_output("execute_result", {"text/plain": example.want.rstrip()})
        else:
            output = new_output("stream", name="stdout", text=example.want)
        cells.append(new_code_cell(source.rstrip(), outputs=[output]))
        source = ""
    return [*cells, new_code_cell(source.rstrip())] if source else cells


def _is_expression(source: str) -> bool:
    try:
        ast.parse(source, mode="eval")
    except SyntaxError:
        return False
    return True
