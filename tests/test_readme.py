"""The README's example runs as it is printed, on the table it prints."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def test_own_places_in_five_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = README.read_text(encoding="utf-8")
    tables = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    assert len(tables) == 1
    (tmp_path / "places.csv").write_text(tables[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    tried = doctest.testfile(str(README), module_relative=False, encoding="utf-8", verbose=False)
    assert tried.attempted == 4
    assert tried.failed == 0


def test_the_pages_it_points_to_exist_and_are_those_of_the_mechanisms() -> None:
    text = README.read_text(encoding="utf-8")
    pages = set(re.findall(r"\]\((docs/[\w/]+(?:\.md)?)\)", text))
    assert {f"docs/{name}.md" for name in ("economy", "finance", "services", "network", "settlement")} <= pages
    assert [page for page in pages if not (README.parent / page).exists()] == []
