"""The examples of the pages print what the pages show; run by the whole check."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    yield import_module
    for name in ("examples", "notebooks", "site_hooks", "site_pages"):
        sys.modules.pop(name, None)


@pytest.mark.slow
def test_commands_print_what_the_pages_show(tools, tmp_path: Path):
    examples = tools("examples")
    of = examples.session(tmp_path)
    differences = []
    for page in examples.PAGES:
        differences += examples.run(page, (DOCS / page).read_text(encoding="utf-8"), of)
    assert not differences, "run python tools/examples.py --write\n" + "\n\n".join(map(str, differences))
    assert len(of.done) > 20


@pytest.mark.shared
def test_commands_on_the_pack_of_japan_print_what_the_page_shows(tools, tmp_path: Path):
    examples = tools("examples")
    assert examples.RAW.is_dir()
    of = examples.session(tmp_path, examples.RAW)
    differences = list(examples.run("ja/index.md", (DOCS / "ja/index.md").read_text(encoding="utf-8"), of, "raw files"))
    assert not differences, "\n\n".join(map(str, differences))
    assert len(of.done) == 3


@pytest.mark.slow
def test_notebooks_hold_every_command_that_their_page_runs(tools):
    import nbformat

    examples, hooks = tools("examples"), tools("site_hooks")
    for path, page in hooks.NOTEBOOKS.items():
        made = nbformat.reads(hooks.notebook_text(page, DOCS), as_version=4)
        nbformat.validate(made)
        text = (DOCS / page).read_text(encoding="utf-8")
        lines = [
            c.line for b in examples.blocks(text) if b.runs and b.kind == "console" for c in examples.commands(b.body)
        ]
        cells = [cell.source for cell in made.cells if cell.cell_type == "code"]
        assert [source[1:] for source in cells if source.startswith("!")] == lines, path
        assert not any(cell.source.count(".md)") for cell in made.cells), path


@pytest.mark.slow
def test_a_notebook_runs_and_prints_what_it_holds(tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import nbformat
    from nbclient import NotebookClient

    examples, hooks = tools("examples"), tools("site_hooks")
    of = examples.session(tmp_path)
    for name, value in examples.environment(of).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    held = nbformat.reads(hooks.notebook_text("start/own-country.md", DOCS), as_version=4)
    ran = nbformat.reads(nbformat.writes(held), as_version=4)
    NotebookClient(ran, timeout=1200, resources={"metadata": {"path": str(of.folder / "work")}}).execute()
    compared = 0
    for before, after in zip(held.cells, ran.cells, strict=True):
        if before.cell_type == "code" and not before.source.startswith("%%"):
            assert examples.agree(printed(before), printed(after)), before.source
            compared += bool(printed(before))
    assert compared > 5


def printed(cell) -> list[str]:
    """Lines that a cell holds as its outputs."""
    parts = [each["text"] if each["output_type"] == "stream" else each["data"]["text/plain"] for each in cell.outputs]
    return [line.rstrip() for line in "".join(parts).rstrip("\n").split("\n")] if parts else []
