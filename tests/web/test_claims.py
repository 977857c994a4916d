"""Cards of claims: verdict, three lines, evidence and a chart that can be embedded, kept for the next start."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient

from hinterland.errors import InputError
from hinterland.explain.claims.cards import ids
from hinterland.web import claims
from hinterland.web.claims import Claims
from hinterland.web.schemas_claims import Card
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
    assert claims._kept() == {}


def test_cards_come_as_they_are_made_and_their_number_is_told(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    names = (card.id, "CX1", "CX2")
    monkeypatch.setattr(claims, "ids", lambda: names)
    monkeypatch.setattr(claims, "card", lambda name: name)
    monkeypatch.setattr(claims, "_kept", dict)
    monkeypatch.setattr(claims, "_write", lambda _: None)
    monkeypatch.setattr(claims, "PAUSE", 0.0)
    go_on = {name: threading.Event() for name in names}

    def made(name: str, *_: object) -> str:
        assert go_on[name].wait(20)
        return name

    monkeypatch.setattr(claims, "told", made)
    monkeypatch.setattr(claims, "shown", lambda name: card.model_copy(update={"id": name}))
    every = Claims()
    assert every.at_hand() == ([], 3)
    for k, name in enumerate(names):
        go_on[name].set()
        until = time.monotonic() + 20
        while len(every.at_hand()[0]) <= k:
            assert time.monotonic() < until
            time.sleep(0.01)
    found, left = every.at_hand()
    assert ([one.id for one in found], left) == (list(names), 0)


def test_an_effect_that_was_worked_out_is_told_to_the_next_reader_and_the_next_start(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "ids", lambda: (card.id,))
    every = Claims()
    assert every.one(card.id) == card
    turn = every.turn
    known = card.lines[2].model_copy(update={"known": True, "value": 1.5, "can_run": False})
    every.keep(card.model_copy(update={"lines": [*card.lines[:2], known]}))
    assert every.turn != turn
    for each in (every, Claims()):
        assert each.one(card.id).lines[2] == known


def test_what_is_being_made_stands_in_the_header(client: TestClient, server: Server, card: Card) -> None:
    server.claims.at_hand = lambda: ([card], 50)  # type: ignore[method-assign]
    response = client.get("/api/claims")
    assert (response.headers["X-Hinterland-Left"], [one["id"] for one in response.json()]) == ("50", [card.id])
    server.claims.at_hand = lambda: ([card], 0)  # type: ignore[method-assign]
    assert "X-Hinterland-Left" not in client.get("/api/claims").headers
    del server.claims.at_hand
