"""How examples of the pages are read, run and compared; the pages' own are run by tests/test_docs_examples.py."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="commands of the pages are run by bash")


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    yield import_module("examples")
    sys.modules.pop("examples", None)


def tried(examples, folder: Path, text: str, raw: Path | None = None) -> list:
    return list(examples.run("page.md", text, examples.session(folder, raw)))


def test_every_page_to_start_with_is_run(examples):
    written = {
        path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path.parent.name in ("start", "zh", "ja")
    }
    assert written == set(examples.PAGES)


def test_every_block_of_a_page_that_is_run_can_be_read_and_what_is_not_run_says_why(examples):
    ran = 0
    for page in examples.PAGES:
        for block in examples.blocks((DOCS / page).read_text(encoding="utf-8")):
            if block.mark == "not run":
                assert len(block.what) > 5, f"{page}, line {block.line}"
            elif block.kind == "console":
                ran += len(examples.commands(block.body))
            elif block.mark == "file":
                assert "/" not in block.what
            else:
                assert block.kind == "python"
    assert ran > 20


def test_what_a_command_prints_is_compared(examples, tmp_path):
    text = "```console\n$ echo one; echo two\none\ntwo\n$ echo three\nfour\n```\n"
    [difference] = tried(examples, tmp_path, text)
    assert (difference.command, difference.shown, difference.came) == ("echo three", ("four",), ("three",))
    assert "block at line 1" in str(difference)
    assert examples.written(text, [difference]) == text.replace("four", "three")


def test_a_command_that_fails_is_told_and_one_that_should_is_held_to_it(examples, tmp_path):
    [difference] = tried(examples, tmp_path / "a", "```console\n$ exit 3\n```\n")
    assert "ended with 3" in difference.command
    refused = "<!-- fails -->\n```console\n$ echo no >&2; exit 2\nno\n```\n"
    assert tried(examples, tmp_path / "b", refused) == []
    [difference] = tried(examples, tmp_path / "c", refused.replace("exit 2", "exit 0"))
    assert "ended with 0" in difference.command


def test_files_are_saved_and_a_command_that_was_run_is_not_run_again(examples, tmp_path):
    saved = "<!-- file: a.csv -->\n```csv\nx,y\n```\n\n"
    text = saved + "```console\n$ cat a.csv; echo more >> count; wc -l < count\nx,y\n1\n```\n"
    assert tried(examples, tmp_path, text * 2) == []
    assert tried(examples, tmp_path, text) == []
    assert (tmp_path / "work" / "count").read_text() == "more\n"


def test_python_is_run_as_doctest(examples, tmp_path):
    good = "```python\n>>> 1 + 1\n2\n\n```\n"
    assert tried(examples, tmp_path, good) == []
    [difference] = tried(examples, tmp_path, good.replace("\n2\n", "\n3\n"))
    assert any("Expected" in line for line in difference.came)
    [difference] = tried(examples, tmp_path, "```python\nx = 1\n```\n")
    assert difference.came


def test_blocks_that_need_raw_files_are_passed_over_without_them(examples, tmp_path):
    text = "<!-- raw files -->\n```console\n$ ls $RAW\nb\n```\n"
    assert tried(examples, tmp_path / "a", text) == []
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a").touch()
    assert [each.came for each in tried(examples, tmp_path / "b", text, raw)] == [("a",)]


@pytest.mark.parametrize(
    ("shown", "came", "same"),
    [
        ("3,018,350 people", "3,018,351 people", True),
        ("3,018,350 people", "3,028,350 people", False),
        ("85.7%", "85.8%", True),
        ("85.7%", "86.0%", False),
        ("12 places", "13 places", False),
        ("in 2050", "in 2051", False),
        ("people", "People", False),
        ("1 2", "1", False),
    ],
)
def test_numbers_may_differ_in_what_rounding_moves_and_in_nothing_else(examples, shown, came, same):
    assert examples.agree([shown], [came]) is same


def test_three_points_stand_for_any_lines(examples):
    assert examples.agree(["a", "...", "z"], ["a", "z"])
    assert examples.agree(["a", "...", "z"], ["a", "b", "c", "z"])
    assert not examples.agree(["a", "...", "z"], ["a", "b"])
    assert not examples.agree(["a"], ["a", "b"])


def test_a_console_block_without_a_command_is_refused(examples):
    with pytest.raises(ValueError, match="no command"):
        examples.commands("hinterland run cn\n")
