"""Cards of claims: verdict, three lines, evidence and a chart that can be embedded, kept for the next start."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient

from hinterland.errors import InputError
from hinterland.explain.claims.cards import ids
from hinterland.web import claims
from hinterland.web.app import create_app
from hinterland.web.cards import Making
from hinterland.web.claims import Claims, has_effect
from hinterland.web.heavy import BrokenError
from hinterland.web.schemas_claims import Card, Cards
from hinterland.web.server import Server


@pytest.fixture(scope="module", autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No packs but the embedded one, and nothing kept from elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("data")
        patch.setenv("HINTERLAND_DATA", str(folder))
        claims.pack.cache_clear()
        yield folder
        claims.pack.cache_clear()


@pytest.fixture(scope="module")
def card() -> Card:
    """The first claim that the embedded pack can draw."""
    made = Claims()
    return next(one for name in ids() if (one := made.one(name)).chart)


def test_a_card_has_its_three_lines_in_every_language(card: Card) -> None:
    assert [line.kind for line in card.lines] == ["data", "prediction", "effect"]
    assert all(line.words.en and line.words.zh and line.words.ja for line in card.lines)
    assert card.verdict in ("holds", "holds partly", "does not hold", "cannot be told")
    assert card.verdict_words.zh
    assert not card.lines[2].known


def test_its_chart_stands_alone_in_every_language(card: Card) -> None:
    assert card.chart == card.charts.en
    for drawn in (card.charts.en, card.charts.zh, card.charts.ja):
        root = ET.fromstring(drawn)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        names = {element.tag.partition("}")[2] for element in root.iter()}
        assert not names & {"script", "foreignObject", "image", "use", "a", "iframe"}
        assert not any(name.startswith("on") for element in root.iter() for name in element.attrib)
        assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")


def test_there_is_no_card_of_another_name() -> None:
    with pytest.raises(InputError, match="no claim"):
        Claims().one("C99")


def test_cards_are_kept_for_the_next_start(card: Card, own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "ids", lambda: (card.id,))
    assert Claims().all()[0] == card
    kept = list(own_folder.glob("claims-*.json"))
    assert len(kept) == 1

    def never(*_: object) -> None:
        raise AssertionError("it was made again")

    monkeypatch.setattr(claims, "told", never)
    assert Claims().all()[0] == card
    kept[0].write_text("{damaged", encoding="utf-8")
    monkeypatch.undo()
    assert claims._read(kept[0]) == {}


def with_effect(card: Card) -> Card:
    lines = [line.model_copy(update={"known": True, "value": 1.5, "can_run": False}) for line in card.lines]
    return card.model_copy(update={"lines": lines})


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder without cards."""
    monkeypatch.setenv("HINTERLAND_DATA", str(tmp_path))
    return tmp_path


class Process:
    """Stands in for the process: a card for each release, and failures where it is told to."""

    def __init__(self, card: Card, fails: tuple[str, ...] = ()) -> None:
        self.card, self.fails = card, fails
        self.free = threading.Semaphore(0)
        self.closed = 0

    def do(self, job: Any, task: str, arguments: dict[str, str]) -> str:
        assert task == "card"
        assert self.free.acquire(timeout=10)
        if arguments["name"] in self.fails:
            raise BrokenError("made up")
        return self.card.model_copy(update={"id": arguments["name"]}).model_dump_json()

    def close(self) -> None:
        self.closed += 1


def asked(client: TestClient) -> Cards:
    return Cards.model_validate_json(client.get("/api/claims").content)


@pytest.fixture
def serving(server: Server, card: Card, empty: Path) -> tuple[Server, TestClient, Process]:
    process = Process(card)
    own = Server(server.runs, live=False, cards=Making(process))  # type: ignore[arg-type]
    return own, TestClient(create_app(own), base_url="http://127.0.0.1", raise_server_exceptions=False), process


def test_cards_are_told_as_they_come(serving: tuple[Server, TestClient, Process], empty: Path) -> None:
    _, client, process = serving
    every = len(ids())
    first = asked(client)
    assert (first.cards, first.waiting, first.working) == ([], every, True)
    process.free.release(2)
    until(lambda: asked(client).waiting == every - 2)
    assert [each.id for each in asked(client).cards] == list(ids()[:2])
    assert not list(empty.glob("claims-*.json"))
    process.free.release(every)
    until(lambda: not asked(client).working)
    assert (len(asked(client).cards), asked(client).waiting) == (every, 0)
    until(lambda: process.closed > 0)
    assert len(list(empty.glob("claims-*.json"))) == 1


def test_a_card_that_fails_is_told_and_the_others_come(serving: tuple[Server, TestClient, Process]) -> None:
    _, client, process = serving
    process.fails = (ids()[1],)
    process.free.release(len(ids()))
    asked(client)
    until(lambda: not asked(client).working)
    told = asked(client)
    assert (told.waiting, told.working) == (1, False)
    assert ids()[1] not in [each.id for each in told.cards]


def test_an_effect_that_was_worked_out_is_seen_by_the_next_reader(
    serving: tuple[Server, TestClient, Process], card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, client, process = serving
    process.free.release(2 * len(ids()))
    asked(client)
    until(lambda: not asked(client).working)
    done = with_effect(card)
    runs: list[str] = []

    def do(job: Any, task: str, arguments: dict[str, Any]) -> str:
        runs.append(arguments["name"])
        return done.model_dump_json()

    monkeypatch.setattr(server.heavy, "do", do)
    server.queue.worker("heavy")
    job = client.post(f"/api/claims/{card.id}/effect").json()
    until(lambda: client.get(f"/api/jobs/{job['id']}").json()["state"] == "done")
    assert [has_effect(each) for each in asked(client).cards] == [name == card.id for name in ids()]
    assert has_effect(Card.model_validate_json(client.get(f"/api/claims/{card.id}").content))
    server.results._found.clear()
    again = client.post(f"/api/claims/{card.id}/effect").json()
    assert (again["state"], runs) == ("done", [card.id])
    server.queue.close()
    # The next start finds it on disk.
    kept = Claims(lambda name: pytest.fail(f"{name} was made again")).at(card.id)
    assert kept is not None
    assert has_effect(kept)


def test_a_plain_card_does_not_replace_one_with_its_effect(card: Card, empty: Path) -> None:
    made = Claims()
    made.keep(with_effect(card))
    made.keep(card)
    found = made.at(card.id)
    assert found is not None
    assert has_effect(found)
