"""Nothing that the page shows in Chinese or Japanese is English: levers, scenarios, packs, errors, and live notes."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hinterland.data.pack import read_pack
from hinterland.explain.levers import known as levers
from hinterland.explain.levers import purse
from hinterland.report.text import LANGUAGES
from hinterland.scenario import LEVERS
from hinterland.scenario_files.made import shipped
from hinterland.scenario_files.reading import located, read_file
from hinterland.web.changes import changes
from hinterland.web.phrases import known, phrase
from hinterland.web.problems import cleaned
from hinterland.web.schemas import Problem
from web.english import english, remains

PACKS = [
    *sorted(Path(str(files("hinterland.data.importers"))).glob("*pack.toml")),
    *sorted(Path(str(files("hinterland.packs"))).glob("*/pack.toml")),
]
MADE_UP = (".notes", ".licence", ".sources.title", ".sources.licence")
"""What the country that tests make says of itself; those of real packs are tested above."""
SLOT = re.compile(r"\{(\w+)\}")


def test_phrases_hold_the_same_slots_in_every_language() -> None:
    for name in ("phrases.toml", "words.toml"):
        raw = tomllib.loads(files("hinterland.web").joinpath(name).read_text("utf-8"))
        said = raw["phrase"] if name == "phrases.toml" else list(raw.values())
        assert len({each["en"] for each in said}) == len(said) or name == "words.toml"
        for each in said:
            assert set(each) == set(LANGUAGES)
            slots = [set(SLOT.findall(each[language])) for language in LANGUAGES]
            # The code of the country that is on the screen anyway need not be said again.
            assert all(slots[0] - {"code"} <= other <= slots[0] for other in slots[1:]), each
            assert all(text.strip() == text for text in each.values()), each


def test_what_fills_a_slot_is_looked_up_too() -> None:
    told = phrase("posts cannot act at 焦作: no place of its region has fewer people")
    assert told.zh == "posts在焦作不起作用：本省区内没有人口更少的地方"
    assert phrase("nothing of the kind").ja == "nothing of the kind"
    assert known("x" * 10_000) is None


@pytest.mark.parametrize("lever", levers(), ids=lambda lever: lever.name)
def test_levers_are_told_in_every_language(lever) -> None:
    for text in (lever.unit, lever.per, *filter(None, [lever.source])):
        found = known(text)
        assert found is not None, text
        assert english(found.zh) == english(found.ja) == ""


@pytest.mark.parametrize("country", ["cn", "us", "jp"])
def test_money_is_told_in_every_language(country: str) -> None:
    assert known(purse(country).unit) is not None


@pytest.mark.parametrize("name", shipped())
def test_scenarios_are_told_in_every_language(name: str) -> None:
    file = read_file(located(name))
    assert known(file.source) is not None, file.source
    assert list(remains([one.model_dump() for one in (phrase(file.source), *changes(file))])) == []
    assert len(changes(file)) >= 1


def test_every_lever_of_scenarios_has_a_word() -> None:
    words = tomllib.loads(files("hinterland.web").joinpath("words.toml").read_text("utf-8"))
    assert {f"lever_{name}" for name in LEVERS} <= set(words)


@pytest.mark.parametrize("path", PACKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_packs_are_told_in_every_language(path: Path) -> None:
    pack = tomllib.loads(path.read_text("utf-8"))
    for text in (*pack.get("notes", ()), *(source["title"] for source in pack["sources"])):
        assert known(text) is not None, text
    for source in pack["sources"]:
        assert not english(phrase(source["licence"]).zh), source["licence"]


def test_notes_that_reading_a_pack_writes_are_told_in_every_language() -> None:
    notes = read_pack("cn").notes
    assert len(notes) > 2
    assert [note for note in notes if known(note) is None] == []
    made_up = (
        "Ages and sexes of 3 of 9 places in 2000 are not published: imputed from the pattern of the nation in 2010.",
        "Assumed, as the pack does not give them: a. Borrowed from China, numbers of persons scaled to this country.",
    )
    assert all(known(note) for note in made_up)


BAD = {
    "/api/places/999999": 404,
    "/api/places/999999/series": 404,
    "/api/runs/none": 404,
    "/api/map?variable=none": 422,
    "/api/map?run=none": 404,
    "/api/claims/C99": 404,
    "/api/jobs/none": 404,
    "/api/places?limit=many": 422,
}


@pytest.mark.parametrize("address", BAD)
def test_errors_are_told_in_every_language(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == BAD[address]
    said = answer.json()["said"]
    assert said["en"].startswith(answer.json()["error"])
    for language in ("zh", "ja"):
        assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", said[language])
        assert english(said[language]) == ""


@pytest.mark.parametrize("status", [401, 403, 404, 409, 413, 414, 422, 429, 500, 501, 503])
def test_an_error_without_a_phrase_is_told_by_its_kind(status: int) -> None:
    told = cleaned(status, Problem(error="something that nobody foresaw in the file", remedy="Mend it", where="x"))
    assert told.said is not None
    assert told.said.en == "something that nobody foresaw in the file. Mend it"
    assert english(told.said.zh) == english(told.said.ja) == ""


def test_answers_hold_no_english_in_the_other_languages(client: TestClient) -> None:
    code = client.get("/api/places?limit=1").json()[0]["code"]
    for address in (
        "runs",
        "places",
        f"places/{code}",
        f"places/{code}/services",
        f"places/{code}/levers",
        "scenarios",
    ):
        answer = client.get(f"/api/{address}")
        assert answer.status_code == 200
        found = [one for one in remains(answer.json(), address) if not one[0].endswith(MADE_UP)]
        assert found == []


def test_what_reads_as_english_is_found() -> None:
    assert english("这是 a sentence of the kind 文字")
    assert english("模型 was not run here")
    assert not english("焦作市（Greenstone, Hornbeck and Moretti 2010），World Population Prospects 2024")
