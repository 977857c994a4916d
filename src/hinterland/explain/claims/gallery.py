"""A claim's card put together: its tests on data, its back-tests, its size in the model, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinterland.explain.claims.cards import Card, Test
from hinterland.explain.claims.effects import Pack, Sized
from hinterland.explain.claims.observed import Finding, found, untold
from hinterland.explain.claims.predictions import Gained, gained
from hinterland.explain.claims.verdicts import Gain, Line, Verdict, gain, line, verdict


@dataclass(frozen=True, slots=True)
class Told:
    """All that is told of one claim."""

    card: Card
    findings: tuple[Finding, ...]
    gains: tuple[Gained, ...]
    size: Sized | None
    """None where the model has no effect to show, or was not run."""

    @property
    def data(self) -> Line:
        """What the tests on data say together."""
        return line([one.outcome for one in self.findings])

    @property
    def prediction(self) -> Gain:
        """What back-tests say."""
        return gain([one.points for one in self.gains])

    @property
    def verdict(self) -> Verdict:
        """By the rules of `verdicts`; the size in the model counts for nothing."""
        return verdict(self.data, self.prediction, whole=self.card.only is None)

    @property
    def needs(self) -> tuple[str, ...]:
        """What is missing for a verdict: data that no pack has, or packs that are not built."""
        if self.card.missing is not None:
            return (self.card.missing.en,)
        lacking = {one.test.packs[0] for one in self.findings if one.outcome == "missing"}
        return tuple(f"the pack {name} (hinterland data build {name})" for name in sorted(lacking))

    def record(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "id": self.card.id,
            "claim": self.card.claim.model_dump(),
            "title": self.card.title.model_dump(),
            "verdict": self.verdict,
            "needs": list(self.needs),
            "data": [_finding(one) for one in self.findings],
            "data_line": self.data,
            "only": None if self.card.only is None else self.card.only.model_dump(),
            "prediction": [
                {"panel": g.panel, "launch": g.launch, "horizon": g.horizon, "points": g.points} for g in self.gains
            ],
            "prediction_line": self.prediction,
            "effect": None
            if self.size is None
            else {
                "scenario": self.card.effect.scenario,
                "without": self.card.effect.without,
                "quantity": self.size.quantity,
                "places": self.size.places,
                "year": self.size.year,
                "percent": list(self.size.percent),
            },
            "hangs_on": list(self.card.hangs_on),
            "evidence": [one.model_dump() for one in self.card.evidence],
        }


def told(card: Card, pack: Pack, size: Sized | None) -> Told:
    """The card's lines, on the finest packs at hand."""
    findings = tuple(_on_finest(test, pack) for test in card.test)
    return Told(card, findings, gained(card.prediction.mechanism) if card.prediction.mechanism else (), size)


def _on_finest(test: Test, pack: Pack) -> Finding:
    for name in test.packs:
        country = pack(name)
        if country is not None:
            return found(test, country)
    return untold(test)


def _finding(one: Finding) -> dict[str, Any]:
    plain = {"value": one.value, "low": one.low, "high": one.high}
    return {
        "asks": one.test.asks.model_dump(),
        "pack": one.pack,
        "places": one.places,
        "unit": one.unit,
        "expect": one.test.expect,
        "least": one.test.least,
        "why": one.test.why,
        "outcome": one.outcome,
        **{name: value if np.isfinite(value) else None for name, value in plain.items()},
    }


def counted(all_told: Sequence[Told]) -> Mapping[Verdict, int]:
    """Verdict -> how many claims have it."""
    verdicts: tuple[Verdict, ...] = ("holds", "holds partly", "does not hold", "cannot be told here")
    return {name: sum(one.verdict == name for one in all_told) for name in verdicts}
