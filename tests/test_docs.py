"""Tables in the documents are those that the parameter files and the committed figures make."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from hinterland.params import load

ROOT = Path(__file__).parents[1]
TABLES = {
    "anchor": ("uncertainty",),
    "economy": ("jobs", "labour", "shopping", "homes", "income", "pull", "climate"),
    "finance": ("finance",),
    "services": ("rungs", "services"),
    "network": ("network",),
    "settlement": ("settlement",),
}
"""Page of docs/ -> files of parameters whose tables stand in it, in order."""
FILES = tuple(name for names in TABLES.values() for name in names)


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    yield import_module("parameter_tables"), import_module("elasticity_table")
    for name in ("elasticity_table", "parameter_tables"):
        sys.modules.pop(name, None)


@pytest.fixture
def parameter_tables(tools: tuple[ModuleType, ModuleType]) -> ModuleType:
    return tools[0]


@pytest.fixture
def elasticity_table(tools: tuple[ModuleType, ModuleType]) -> ModuleType:
    return tools[1]


def page(name: str = "economy") -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_of_parameters_are_those_of_the_files(parameter_tables, name):
    assert page(name) == parameter_tables.with_tables(page(name)), "run python tools/parameter_tables.py"


@pytest.mark.parametrize("name", TABLES)
def test_every_file_that_a_page_explains_has_its_table(parameter_tables, name):
    marked = tuple(found["name"] for found in parameter_tables.MARKED.finditer(page(name)))
    assert marked == TABLES[name]


def test_every_page_with_a_table_is_written_by_the_tool(parameter_tables):
    marked = {path for path in (ROOT / "docs").rglob("*.md") if "<!-- parameters: " in path.read_text(encoding="utf-8")}
    assert marked == set(parameter_tables.PAGES) == {ROOT / "docs" / f"{name}.md" for name in TABLES}


@pytest.mark.parametrize("name", FILES)
def test_a_table_holds_every_parameter_of_its_file_as_the_model_reads_it(parameter_tables, name):
    rows = {
        found.group(1): found.group(0)
        for found in re.finditer(r"^\| `(\w+)` .*$", parameter_tables.table(name), re.MULTILINE)
    }
    assert rows
    parameters = load()
    for parameter, row in rows.items():
        known = parameters[parameter]
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        assert [float(value) for value in cells[1].split()] == [pytest.approx(item, rel=1e-5) for item in known.items]
        assert cells[3:5] == [known.unit, known.status]
        assert ("drawn" in cells[2]) == known.drawn


def test_a_changed_parameter_changes_the_page(parameter_tables):
    """The comparison above can fail: a page made of other values differs."""
    for name, parameter in (("economy", "pull_income"), ("finance", "finance_interest"), ("network", "rail_trips")):
        stale = page(name).replace(f"| `{parameter}` ", "| `other` ", 1)
        assert stale != page(name)
        assert parameter_tables.with_tables(stale) == page(name)


def test_long_sources_are_cut_between_words(parameter_tables):
    assert parameter_tables.shortened("Short.") == "Short."
    cut = parameter_tables.shortened("word " * 60)
    assert len(cut) <= parameter_tables.LONGEST + 2
    assert cut.endswith("word …")
    assert parameter_tables.shortened("A whole sentence of some fifty letters stands here. " + "x" * 100).endswith(
        "here …"
    )


def test_the_table_of_elasticities_is_that_of_the_figures(elasticity_table):
    assert page() == elasticity_table.with_elasticities(page(), elasticity_table.read()), (
        "run python tools/elasticities.py"
    )


def test_every_elasticity_is_measured_and_its_verdict_follows(elasticity_table):
    rows = elasticity_table.read()
    assert [row["measure"] for row in rows] == list(elasticity_table.KNOWN)
    for row in rows:
        known = elasticity_table.KNOWN[row["measure"]]
        assert row["verdict"] == elasticity_table.verdict(float(row["median"]), known)
        assert row["source"] == known.source


def test_an_elasticity_outside_without_a_word_is_refused(elasticity_table):
    row = dict(elasticity_table.read()[0])
    silent = next(name for name, known in elasticity_table.KNOWN.items() if known.high is not None and not known.why)
    with pytest.raises(ValueError, match="nothing says why"):
        elasticity_table.table([{**row, "measure": silent, "verdict": "above"}])


def test_a_page_without_the_mark_is_refused(elasticity_table):
    with pytest.raises(ValueError, match="no place"):
        elasticity_table.with_elasticities("# A page\n", [])
