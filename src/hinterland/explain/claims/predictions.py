"""Whether a mechanism lowers the error of forecasts made in the past: back-tests with it and without, refitted."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

TABLE: Final = "ablations.csv"
"""Results of our own back-tests, as docs/evidence has them (`tools/evidence.py` writes both)."""


@dataclass(frozen=True, slots=True)
class Gained:
    """What a mechanism does to the error of one back-test."""

    panel: str
    launch: int
    horizon: int
    points: float
    """Mean absolute error over places without the mechanism, less that with it, in points: above zero it helps."""


def gained(mechanism: str) -> tuple[Gained, ...]:
    """What the mechanism does in every back-test that was made without it and refitted; empty where none was."""
    return tuple(
        Gained(panel, launch, horizon, error - whole)
        for (panel, launch, horizon, without), error in _errors().items()
        if without == mechanism
        for whole in [_errors()[panel, launch, horizon, ""]]
    )


@lru_cache(maxsize=1)
def _errors() -> Mapping[tuple[str, int, int, str], float]:
    """(panel, launch, horizon, mechanism off) -> mean absolute error, of those refitted."""
    text = files("hinterland").joinpath("claims", TABLE).read_text("utf-8")
    return {
        (row["panel"], int(row["launch"]), int(row["horizon"]), row["without"]): float(row["mean_ape"])
        for row in csv.DictReader(text.splitlines())
        if row["effects"] == "refitted"
    }
