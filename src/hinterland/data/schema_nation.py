"""Format 1 of country packs: the tables of the nation's course."""

from __future__ import annotations

from typing import Final

from hinterland.data.columns import AGE, ANY, YEAR, Column, Table, figure

_PERIOD = Column("period", "period", "first and last calendar year, five apart: `2020-2025`", required=True)


def _published(name: str, doc: str, *, lo: float = 0.0, hi: float = float("inf")) -> tuple[Column, ...]:
    """A yearly series of the nation with the bounds and variants statistical offices print beside it."""
    return (
        figure(name, doc, hi, lo=lo, required=True),
        figure(f"{name}_80l", "lower 80% bound", hi, lo=lo),
        figure(f"{name}_80u", "upper 80% bound", hi, lo=lo),
        figure(f"{name}_95l", "lower 95% bound (kept, not read)", hi, lo=lo),
        figure(f"{name}_95u", "upper 95% bound (kept, not read)", hi, lo=lo),
        figure(f"{name}_low", "low variant (kept, not read)", hi, lo=lo),
        figure(f"{name}_high", "high variant (kept, not read)", hi, lo=lo),
    )


DRIVER_TABLES: Final = (
    Table(
        "nation",
        "the nation year by year, without gaps",
        (
            YEAR,
            *_published("people", "persons at 31 December"),
            *_published("fertility", "children per woman", hi=15),
            *_published("life_expectancy_men", "years at birth", hi=120),
            *_published("life_expectancy_women", "years at birth", hi=120),
            *_published("net_migrants", "international arrivals less departures, persons per year", lo=ANY),
            figure("sex_ratio_at_birth", "boys per girl", 2, lo=0.5, required=True),
            figure("births", "persons (kept, not read)"),
            figure("deaths", "persons (kept, not read)"),
        ),
        ("year",),
    ),
    Table(
        "mortality",
        "death rates of the nation by age and sex",
        (
            _PERIOD,
            AGE,
            figure("men", "deaths per person-year", 10, required=True),
            figure("women", "deaths per person-year", 10, required=True),
        ),
        ("period", "age"),
    ),
    Table(
        "fertility_age",
        "how fertility is spread over the ages of mothers",
        (_PERIOD, AGE, figure("pct", "per cent of total fertility; 100 over a period", 100, required=True)),
        ("period", "age"),
    ),
    Table(
        "migrants_age",
        "net international migrants by age and sex",
        (
            _PERIOD,
            AGE,
            figure("men", "persons per year, arrivals less departures", lo=ANY, required=True),
            figure("women", "persons per year, arrivals less departures", lo=ANY, required=True),
        ),
        ("period", "age"),
    ),
)
