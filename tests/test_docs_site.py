"""The documentation site: every page is reached, no link is broken, and made pages hold all that they are made of."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from hinterland.params import load
from hinterland.results.variables import VARIABLES
from hinterland.scenario import LEVERS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<to>[^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch):
    """Modules of tools/ by name."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    before = set(sys.modules)
    yield import_module
    for name in set(sys.modules) - before:
        if name in {path.stem for path in (ROOT / "tools").glob("*.py")}:
            del sys.modules[name]


@pytest.fixture
def hooks(tool) -> ModuleType:
    return tool("site_hooks")


def settings() -> dict:
    """mkdocs.yml without what names Python objects."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    return yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader=Loader)


def named(nav: list) -> list[str]:
    """Pages of a navigation, in order."""
    found = []
    for entry in nav:
        inside = entry if isinstance(entry, str) else next(iter(entry.values()))
        found += [inside] if isinstance(inside, str) else named(inside)
    return found


def broken(page: str, text: str, made: set[str]) -> list[str]:
    """Relative links of a page that lead nowhere."""
    wrong = []
    for found in LINK.finditer(CODE.sub("", text)):
        target, _, anchor = found["to"].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        to = (DOCS / page).parent / target if target else DOCS / page
        inside = Path(to).resolve()
        name = inside.relative_to(DOCS.resolve()).as_posix() if inside.is_relative_to(DOCS.resolve()) else ""
        if name in made:
            continue
        there = bool(name) and inside.exists()
        if not there or (anchor and anchor not in anchors(inside.read_text(encoding="utf-8"))):
            wrong.append(found["to"])
    return wrong


def anchors(text: str) -> set[str]:
    """Names of the headings of a page, as the site gives them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_navigation_once(hooks):
    nav = named(hooks.whole(settings()["nav"], DOCS))
    assert sorted(nav) == sorted([*PAGES, *hooks.MADE])


@pytest.mark.parametrize("page", PAGES)
def test_no_link_between_pages_is_broken(hooks, page):
    made = {*hooks.MADE, *hooks.NOTEBOOKS}
    assert broken(page, (DOCS / page).read_text(encoding="utf-8"), made) == []


def test_a_broken_link_is_found():
    text = "[a](anchor.md) [b](nowhere.md) [c](anchor.md#nothing) [d](../README.md) `[e](code.md)` [f](#which-methods)"
    assert broken("anchor.md", text, set()) == ["nowhere.md", "anchor.md#nothing", "../README.md"]


def test_the_site_is_strict_and_searches_three_languages():
    made = settings()
    assert made["strict"] is True
    assert made["theme"]["font"] is False
    assert next(iter(made["plugins"]))["search"]["lang"] == ["en", "ja", "zh"]


def test_nothing_is_loaded_from_elsewhere_unseen(hooks, tmp_path):
    (tmp_path / "own.html").write_text('<script src="assets/a.js"></script><a href="https://x.org/">x</a>', "utf-8")
    (tmp_path / "own.css").write_text("a { background: url(data:image/png;base64,AA) }", "utf-8")
    assert hooks.foreign(tmp_path) == []
    (tmp_path / "page.html").write_text('<script src="https://cdn.org/a.js"></script>', "utf-8")
    (tmp_path / "font.html").write_text('<link rel="stylesheet" href="//fonts.org/css">', "utf-8")
    (tmp_path / "font.css").write_text("@font-face { src: url(https://fonts.org/a.woff) }", "utf-8")
    assert len(hooks.foreign(tmp_path)) == 3


def test_pages_that_text_names_as_files_become_links(hooks):
    pages = frozenset({"anchor.md", "start/a.md"})
    text = "See docs/anchor.md, docs/none.md and `docs/anchor.md`.\n```\ndocs/anchor.md\n```"
    linked = hooks.linked(text, "start/a.md", pages)
    assert linked == text.replace("See docs/anchor.md", "See [anchor](../anchor.md)")


def test_the_page_of_parameters_lists_every_one_once_the_assumed_first(tool):
    page = tool("site_pages").parameters()
    rows = re.findall(r"^\| `(\w+)` \|.*$", page, re.MULTILINE)
    parameters = load()
    assert sorted(rows) == sorted(parameters)
    statuses = [parameters[name].status for name in rows]
    assumed = statuses.count("assumed")
    assert assumed > 0
    assert set(statuses[:assumed]) == {"assumed"}
    assert f"{len(rows)} in all: **{assumed} are assumed**" in page


def test_a_row_of_a_parameter_has_what_its_file_has(tool):
    page = tool("site_pages").parameters()
    parameters = load()
    for found in re.finditer(r"^\| `(\w+)` \|.*$", page, re.MULTILINE):
        known = parameters[found[1]]
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", found[0])[1:-1]]
        assert [float(item) for item in cells[2].split()] == [pytest.approx(item, rel=1e-5) for item in known.items]
        assert cells[3] == known.unit
        assert ("drawn" in cells[5]) == known.drawn
        assert cells[6].replace("\\|", "|").replace("&lt;", "<") == " ".join(known.source.split("\n"))


def test_the_glossary_has_every_quantity_and_lever(tool):
    pages = tool("site_pages")
    page = pages.glossary((DOCS / "glossary.md").read_text(encoding="utf-8"))
    assert {name for name in (*VARIABLES, *LEVERS) if f"| `{name}` |" not in page} == set()
    with pytest.raises(ValueError, match="table: levers"):
        pages.glossary("# Glossary\n<!-- table: quantities -->")


def test_every_decision_is_in_the_index(tool):
    index = tool("site_pages").decisions()
    files = [path.name for path in (DOCS / "decisions").glob("[0-9]*.md")]
    assert len(files) > 10
    assert [name for name in files if index.count(f"]({name})") != 1] == []


@pytest.mark.parametrize("page", [page for page in PAGES if "<!-- = " in (DOCS / page).read_text(encoding="utf-8")])
def test_quoted_figures_are_those_of_the_scores(tool, page):
    text = (DOCS / page).read_text(encoding="utf-8")
    assert tool("figures").with_figures(text) == text, "run python tools/figures.py"


def test_pages_quote_figures_and_a_stale_one_is_found(tool):
    figures = tool("figures")
    record = (DOCS / "record.md").read_text(encoding="utf-8")
    assert len(figures.QUOTED.findall(record)) > 40
    own = figures.value("ape jp 2000 10 hinterland")
    assert 0 < own < 9
    assert figures.with_figures("missed by 9.9%<!-- = ape jp 2000 10 hinterland -->") == (
        f"missed by {own:.1f}%<!-- = ape jp 2000 10 hinterland -->"
    )
    assert figures.value("claims all") == 51


@pytest.mark.parametrize("what", ["ape jp 1850 10 best", "mean jp 10", "claims maybe", "guess jp", "inside xx least"])
def test_a_figure_that_is_not_known_is_refused(tool, what):
    figures = tool("figures")
    with pytest.raises(ValueError, match="names no figure"):
        figures.with_figures(f"1<!-- = {what} -->")


def test_the_wheel_is_tried_on_the_ends_of_what_is_at_hand(tool):
    check = tool("wheel_check")
    own = Path(getattr(sys, "_base_executable", sys.executable))
    assert sys.version_info[:3] in check.usable([Path("/nowhere/python3"), own])
    ours = {(3, minor, 1): Path(f"python3.{minor}") for minor in (12, 11, 13)}
    assert check.ends(ours) == [(3, 11, 1), (3, 13, 1)]
    assert check.ends({(3, 12, 0): own}) == [(3, 12, 0)]
    with pytest.raises(ValueError, match="at hand"):
        check.ends({})


def test_the_wheel_is_tried_on_no_python_that_the_package_does_not_support(tool):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=" + ".".join(map(str, tool("wheel_check").lowest()))
