"""What is told of a claim: a card with its verdict, its three lines and what is published about it."""

from __future__ import annotations

from typing import Literal

from hinterland.web.schemas import Record, Words


class Evidence(Record):
    """Something published that speaks to a claim."""

    says: Words
    source: str
    sureness: str


class Line(Record):
    """One of data, prediction and effect if true."""

    kind: Literal["data", "prediction", "effect"]
    label: Words
    words: Words
    value: float | None
    known: bool
    needs: Words | None
    """What it lacks."""
    can_run: bool
    """Whether POST /api/claims/{id}/effect would tell it."""


class Card(Record):
    """GET /api/claims/{id} -> Card."""

    id: str
    claim: Words
    verdict: Literal["holds", "holds partly", "does not hold", "cannot be told"]
    verdict_words: Words
    lines: list[Line]
    pro: list[Evidence]
    contra: list[Evidence]
    hangs_on: list[Words]
    chart: str
    """One SVG that answers it, safe to embed; empty where none. In English: `charts` has it in every language."""
    charts: Words


class Cards(Record):
    """GET /api/claims -> Cards."""

    cards: list[Card]
    """Those that are made, in order."""
    waiting: int
    """How many more there will be."""
    working: bool
    """Whether these are being made: ask again. Where not, making them failed, and the server's log says why."""
