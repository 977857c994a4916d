"""The list of raw files keeps its form, agrees with the files beside the checkout, and stands in the documentation."""

from __future__ import annotations

import ast
import hashlib
import re
from pathlib import Path

import pytest

from hinterland.data.build import WRITERS
from hinterland.data.folders import data_folder, packs_folder, sources_folder
from hinterland.data.importers import wpp
from hinterland.data.sources import PACKS, RawFile, all_files, raw_files, read_sources
from hinterland.errors import InputError

CHECKOUT = Path(__file__).parents[2]
SHARED = CHECKOUT.parent / "shared" / "data"
IMPORTERS = CHECKOUT / "src" / "hinterland" / "data" / "importers"

ENTRY = {
    "path": '"cn/counties.csv"',
    "packs": '["cn-counties"]',
    "what": '"Counties"',
    "address": f'"https://raw.githubusercontent.com/owner/repository/{"0a" * 20}/counties.csv"',
    "home": '"https://example.org/counties"',
    "sha256": f'"{"e3" * 32}"',
    "size": "12",
    "licence": '"MIT"',
    "attribution": '"Somebody"',
}


def listed(folder: Path, *entries: dict[str, str]) -> Path:
    path = folder / "sources.toml"
    tables = ["\n".join(["[[files]]", *(f"{key} = {value}" for key, value in entry.items())]) for entry in entries]
    path.write_text("\n\n".join(tables), encoding="utf-8")
    return path


def row(file: RawFile) -> str:
    """The line of docs/data.md on a raw file."""
    where = f"[fetched]({file.address}) from [its home]({file.home})" if file.address else f"bring it: {file.recipe}"
    terms = f"{file.licence}: {file.attribution}"
    return f"| `{file.path}` | {', '.join(file.packs)} | {file.what} | {file.size / 1e6:.1f} | {terms} | {where} |"


# --- the list of the package


def test_every_pack_has_raw_files_and_is_one_that_can_be_built():
    assert set(PACKS) == set(WRITERS)
    for pack in PACKS:
        assert raw_files(pack)
    assert {file.path for pack in PACKS for file in raw_files(pack)} == {file.path for file in all_files()}


def test_an_unknown_pack_is_refused_with_those_there_are():
    with pytest.raises(InputError, match=r"'jq'.*jp, jp-census, us, cn-counties"):
        raw_files("jq")


def test_what_importers_read_is_listed_and_nothing_else():
    """Paths of raw files in the code of importers; a folder that no importer reads from yet is left alone."""
    shape = re.compile(r"(jp|us|cn|panels|world)/[\w.-]+\.\w+")
    named = set(wpp.FILES) | {
        node.value
        for module in IMPORTERS.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and shape.fullmatch(node.value)
    }
    assert "jp/municipality_converter_en.csv" in named
    folders = {path.split("/")[0] for path in named}
    assert named == {file.path for file in all_files() if file.path.split("/")[0] in folders}


@pytest.mark.parametrize("file", all_files(), ids=lambda file: file.path)
def test_a_file_can_be_had(file: RawFile):
    assert file.path in file.by_hand
    if file.address:
        assert file.address in file.by_hand
    else:
        assert file.by_hand.count(". ") >= 1, "whole sentences say how"


def test_the_documentation_tells_every_file():
    text = (CHECKOUT / "docs" / "data.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in text if line.startswith("| `")]
    assert sorted(rows) == sorted(row(file) for file in all_files())


@pytest.mark.shared
@pytest.mark.parametrize("file", all_files(), ids=lambda file: file.path)
def test_checksums_are_those_of_the_files(file: RawFile):
    path = SHARED / file.path
    assert path.stat().st_size == file.size
    assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256


# --- a list that is wrong


def test_a_list_is_read(tmp_path):
    by_hand = {key: value for key, value in ENTRY.items() if key != "address"}
    other = {**by_hand, "path": '"cn/shapes.csv"', "recipe": '"Draw them."'}
    pinned, brought = read_sources(listed(tmp_path, ENTRY, other))
    assert (pinned.path, pinned.packs, pinned.size) == ("cn/counties.csv", ("cn-counties",), 12)
    assert pinned.by_hand == f"Save {pinned.address} as cn/counties.csv."
    assert (brought.address, brought.by_hand) == (None, "Draw them. Save it as cn/shapes.csv.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"path": '"/etc/passwd"'}, "path = '/etc/passwd'"),
        ({"path": '"cn/../../passwd"'}, "below the folder"),
        ({"path": '"cn\\\\counties.csv"'}, "below the folder"),
        ({"path": '"C:counties.csv"'}, "below the folder"),
        ({"path": '"cn//counties.csv"'}, "below the folder"),
        ({"path": '""'}, "below the folder"),
        ({"packs": '["cn-county"]'}, "must be among jp"),
        ({"packs": "[]"}, "packs"),
        ({"address": '"https://example.org/counties.csv"'}, "address = 'https://example.org"),
        ({"address": '"https://raw.githubusercontent.com/owner/repository/main/counties.csv"'}, "address"),
        ({"address": f'"http://raw.githubusercontent.com/o/r/{"0a" * 20}/c.csv"'}, "address"),
        ({"home": '"ftp://example.org"'}, "home"),
        ({"sha256": '"e3b0"'}, "sha256"),
        ({"size": "0"}, "size"),
        ({"size": '"large"'}, "size"),
        ({"licence": '" "'}, "licence"),
        ({"licenses": '"MIT"'}, "Did you mean 'licence'"),
        ({"recipe": '"Draw it."'}, "either an address or a recipe"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path, changes, words):
    with pytest.raises(InputError) as refused:
        read_sources(listed(tmp_path, {**ENTRY, "path": '"cn/shapes.csv"'}, {**ENTRY, **changes}))
    assert "sources.toml, file 2" in str(refused.value)
    assert words in str(refused.value)
    assert "pydantic" not in str(refused.value)


@pytest.mark.parametrize("key", ENTRY)
def test_a_missing_key_is_refused_by_name(tmp_path, key):
    entry = {name: value for name, value in ENTRY.items() if name != key}
    with pytest.raises(InputError, match="recipe" if key == "address" else f"{key} is missing"):
        read_sources(listed(tmp_path, entry))


def test_a_path_twice_is_refused_in_any_case(tmp_path):
    with pytest.raises(InputError, match=r"CN/Counties\.csv"):
        read_sources(listed(tmp_path, ENTRY, {**ENTRY, "path": '"CN/Counties.csv"'}))


@pytest.mark.parametrize("text", ["files = 3", "", "[[file]]\npath = 'a'", "[[files]]\npath = ", "files = []"])
def test_what_is_no_list_is_refused(tmp_path, text):
    (tmp_path / "sources.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"sources\.toml"):
        read_sources(tmp_path / "sources.toml")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "sources.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not TOML"):
        read_sources(tmp_path / "sources.toml")


# --- folders


def test_folders_lie_where_the_variable_says(tmp_path, monkeypatch):
    monkeypatch.setenv("HINTERLAND_DATA", str(tmp_path / "kept"))
    assert data_folder() == tmp_path / "kept"
    assert sources_folder() == tmp_path / "kept" / "sources"
    assert packs_folder() == tmp_path / "kept" / "packs"
    assert not (tmp_path / "kept").exists(), "asking makes no folder"


def test_folders_are_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HINTERLAND_DATA", "kept")
    assert data_folder() == tmp_path / "kept"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("HINTERLAND_DATA", "~/elsewhere")
    assert data_folder() == tmp_path / "elsewhere"


@pytest.mark.parametrize("value", [None, ""])
def test_folders_are_the_users_own_where_nothing_is_said(monkeypatch, value):
    if value is None:
        monkeypatch.delenv("HINTERLAND_DATA", raising=False)
    else:
        monkeypatch.setenv("HINTERLAND_DATA", value)
    folder = data_folder()
    assert folder.is_absolute()
    assert folder.name == "hinterland"
    assert folder != Path.cwd() / "hinterland"
