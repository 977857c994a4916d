"""Why a place changes, as the page shows it: parts that sum to the change, and where people go and come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from hinterland.axes import LIFE_STAGES
from hinterland.explain import rows
from hinterland.explain.mechanisms import MECHANISMS, UNEXPLAINED
from hinterland.report.numbers import change, people
from hinterland.report.text import same
from hinterland.web.schemas import Words
from hinterland.web.schemas_live import Moved, Part, Why
from hinterland.web.words import own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hinterland.explain.attribution import Attribution

LISTED: Final = 12
"""Places told, on net."""
AGES: Final = {"0-14": (0,), "15-29": (1, 2, 3), "30-59": (4, 5), "60+": (6,)}
"""Ages that moves are told by -> life stages."""


def why(attribution: Attribution, place: int) -> Why:
    """The change of people of a place, and its exchange with others."""
    country = attribution.country
    split = attribution.split("people", np.array([place]))
    first, last = attribution.years
    exchange = attribution.exchange(np.array([place]))
    start = max(split.start, 1e-9)
    parts = [
        Part(
            name=row["part"],
            label=own(f"part_{row['part']}"),
            points=100 * row["number"] / start,
            low=row["p10"],
            high=row["p90"],
            people=row["number"],
        )
        for row in rows.of_split(split)
    ]
    largest = max((abs(part.points) for part in parts), default=0.0)
    unexplained = next((part for part in parts if part.name == UNEXPLAINED), None)
    if unexplained is not None and abs(unexplained.points) >= largest:
        parts = [unexplained, *(part for part in parts if part is not unexplained)]
    return Why(
        code=country.places.codes[place],
        first=first,
        last=last,
        people=split.start,
        change=100 * (split.end - split.start) / start,
        parts=parts,
        moved=_moved(attribution, exchange.into - exchange.out),
        words=_words(parts, split.start, split.end, attribution),
        record=last <= country.base_year or set(attribution.years) <= set(country.years),
    )


def _moved(attribution: Attribution, net: NDArray[np.float64]) -> list[Moved]:
    """Places with most net moves to the place (positive) or from it, [place, age] persons."""
    places = attribution.country.places
    stages = np.array(LIFE_STAGES.of_ages(attribution.country.ages))
    total = net.sum(axis=1)
    order = np.argsort(-np.abs(total), kind="stable")[:LISTED]
    return [
        Moved(
            code=places.codes[int(i)],
            name=places.names[int(i)],
            name_en=places.names_en[int(i)],
            people=round(float(total[i]), 2),
            by_age={name: round(float(net[i, np.isin(stages, of)].sum()), 2) for name, of in AGES.items()},
        )
        for i in order
        if total[i]
    ]


def _words(parts: list[Part], start: float, end: float, attribution: Attribution) -> list[Words]:
    first, last = attribution.years
    told = [
        own(
            "why_change",
            first=first,
            last=last,
            before=people(start),
            after=people(end),
            change=change(end / start if start > 0 else float("nan")),
        )
    ]
    named = [part for part in parts if part.name in MECHANISMS and part.name != UNEXPLAINED]
    unexplained = sum(part.points for part in parts if part.name == UNEXPLAINED)
    if named:
        most = max(named, key=lambda part: abs(part.points))
        points = {"points": same(f"{unexplained:+.1f}"), "most": same(f"{most.points:+.1f}")}
        told.append(own("why_unexplained", label=most.label, **points))
    if last <= attribution.country.base_year or set(attribution.years) <= set(attribution.country.years):
        told.append(own("why_past"))
    return told
