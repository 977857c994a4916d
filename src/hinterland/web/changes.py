"""What a scenario's file changes, each table as a line of words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from hinterland.report.text import LANGUAGES
from hinterland.scenario_files.schema import ChangeTable, CloseTable, ScenarioFile, StartTable
from hinterland.web.schemas import Words
from hinterland.web.words import alike, own

_AND: Final = {"en": ", ", "zh": "、", "ja": "、"}


def changes(file: ScenarioFile) -> list[Words]:
    """Every change of a scenario, in the order of its file."""
    return [
        *(own("change_extends", name=name) for name in file.extends),
        *(_change(table) for table in file.change),
        *(
            own("change_turn", parameter=table.parameter, value=_value(table.value), year=f"{table.start:g}")
            for table in file.turn
        ),
        *(
            own(
                "change_line",
                name=table.name,
                stops="–".join(table.stops),
                speed=f"{table.speed_kmh:g}",
                year=f"{table.start:g}",
            )
            for table in file.line
        ),
        *(_close(table) for table in file.close),
        *(
            own("change_merger", places=listed(table.places), seat=table.seat, year=f"{table.start:g}")
            for table in file.merger
        ),
        *(
            own("change_start", stock=own(f"stock_{table.stock}"), size=f"× {table.times:g}", where=_where(table))
            for table in file.start
        ),
    ]


def _change(table: ChangeTable) -> Words:
    kinds = [_kind(kind) for kind in table.kinds]
    inside = {language: _AND[language].join(getattr(kind, language) for kind in kinds) for language in LANGUAGES}
    bracketed = Words(en=f" ({inside['en']})", zh=f"（{inside['zh']}）", ja=f"（{inside['ja']}）")
    return own(
        "change_of",
        lever=own(f"lever_{table.lever}"),
        kinds=bracketed if kinds else alike(""),
        size=f"× {table.times:g}" if table.times is not None else f"{table.amount:+g}".replace("-", "−"),
        where=_where(table),
        when=_when(table),
    )


def _when(table: ChangeTable) -> Words:
    if table.until is None:
        when = own("change_from", year=f"{table.start:g}")
    else:
        when = own("change_until", year=f"{table.start:g}", end=f"{table.until:g}")
    return own("change_over", when=when, years=f"{table.over:g}") if table.over else when


def _where(table: ChangeTable | StartTable) -> Words:
    if table.of is not None:
        return own("change_set", name=table.of)
    return listed(table.places) if table.places else own("change_everywhere")


def _close(table: CloseTable) -> Words:
    year = f"{table.start:g}"
    if table.place is None:
        return own("change_close", line=table.line, year=year)
    if table.line is None:
        return own("change_close_stops", place=table.place, year=year)
    return own("change_close_stop", line=table.line, place=table.place, year=year)


def _kind(kind: str) -> Words:
    """A sector by its word; a life stage or a service by its name."""
    try:
        return own(f"kind_{kind}")
    except KeyError:
        return alike(kind)


def _value(value: float | Sequence[float]) -> str:
    return f"{value:g}" if isinstance(value, int | float) else ", ".join(f"{each:g}" for each in value)


def listed(names: Iterable[str]) -> Words:
    """Names one after the other."""
    names = list(names)
    return Words(**{language: _AND[language].join(names) for language in LANGUAGES})
