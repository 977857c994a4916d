"""Format 1 of country packs: every table, its columns, what each holds, and which must sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from hinterland.axes import SECTORS

FORMAT: Final = 1

Kind = Literal["text", "code", "region", "year", "age", "period", "number", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, whether every row needs it, and the range of its figures."""

    name: str
    kind: Kind
    doc: str
    required: bool = False
    """The column must be there and filled in every row."""
    lo: float = 0.0
    hi: float = float("inf")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a pack; `key` names the columns that together may occur once."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sums: tuple[str, ...] = ()
    """Columns that sum to 100 in every row that has them all."""
    indicators: bool = False
    """Its columns beside code and year become the country's indicators under their own names."""

    def column(self, name: str) -> Column:
        """The column of that name; KeyError without."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


_ANY = float("-inf")
_CODE = Column("code", "code", "the place", required=True)
_YEAR = Column("year", "year", "calendar year of the figures", required=True)
_AGE = Column("age", "age", "age group: `0`, `1-4`, `85+`", required=True)
_PERIOD = Column("period", "period", "first and last calendar year, five apart: `2020-2025`", required=True)


def _figure(name: str, doc: str, hi: float = float("inf"), *, lo: float = 0.0, required: bool = False) -> Column:
    return Column(name, "number", doc, required=required, lo=lo, hi=hi)


def _published(name: str, doc: str, *, lo: float = 0.0, hi: float = float("inf")) -> tuple[Column, ...]:
    """A yearly series of the nation with the bounds and variants statistical offices print beside it."""
    return (
        _figure(name, doc, hi, lo=lo, required=True),
        _figure(f"{name}_80l", "lower 80% bound", hi, lo=lo),
        _figure(f"{name}_80u", "upper 80% bound", hi, lo=lo),
        _figure(f"{name}_95l", "lower 95% bound (kept, not read)", hi, lo=lo),
        _figure(f"{name}_95u", "upper 95% bound (kept, not read)", hi, lo=lo),
        _figure(f"{name}_low", "low variant (kept, not read)", hi, lo=lo),
        _figure(f"{name}_high", "high variant (kept, not read)", hi, lo=lo),
    )


PLACE_TABLES: Final = (
    Table(
        "places",
        "the settlements, one row each; obligatory",
        (
            _CODE,
            Column("name", "text", "in the place's own script", required=True),
            Column("name_en", "text", "in Latin letters; the name itself where blank"),
            Column("region", "region", "the province or prefecture it belongs to"),
            Column("seat", "flag", "1 where the place is the seat of its region, else 0"),
            _figure("lon", "degrees east, -180 to 180", lo=_ANY, required=True),
            _figure("lat", "degrees north, -90 to 90", lo=_ANY, required=True),
            _figure("area_km2", "land area, km2"),
        ),
        ("code",),
    ),
    Table(
        "regions",
        "names of the regions that places belong to",
        (
            Column("code", "text", "the region", required=True),
            Column("name", "text", "in its own script", required=True),
            Column("name_en", "text", "in Latin letters; the name itself where blank"),
        ),
        ("code",),
    ),
    Table(
        "people",
        "everybody in a place in a year; obligatory, every place in every year",
        (_CODE, _YEAR, _figure("people", "persons", required=True)),
        ("code", "year"),
    ),
    Table(
        "ages",
        "persons by age, of both sexes apart or together, for the places and years that have them",
        (_CODE, _YEAR, _AGE, _figure("men", "men"), _figure("women", "women"), _figure("people", "men and women")),
        ("code", "year", "age"),
    ),
    Table(
        "age_shares",
        "shares of broad ages where persons by age are not published",
        (_CODE, _YEAR, _AGE, _figure("pct", "per cent of all persons", 100, required=True)),
        ("code", "year", "age"),
    ),
    Table(
        "region_ages",
        "persons by age and sex of a region, or of the nation under the pack's own code",
        (
            Column("region", "region", "the region, or the pack's own code", required=True),
            _YEAR,
            _AGE,
            _figure("men", "men", required=True),
            _figure("women", "women", required=True),
        ),
        ("region", "year", "age"),
    ),
    Table(
        "rescaled",
        "places whose published ages belong to other borders and were scaled to the total",
        (_CODE, _YEAR, _figure("factor", "what the published ages were multiplied by", lo=0.0, required=True)),
        ("code", "year"),
    ),
    Table(
        "vital",
        "births and deaths",
        (
            _CODE,
            _YEAR,
            _figure("births_per_1000", "births per 1,000 residents and year", 100),
            _figure("deaths_per_1000", "deaths per 1,000 residents and year", 200),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "origins",
        "where residents are registered or come from",
        (
            _CODE,
            _YEAR,
            _figure("registered_per_100_residents", "persons whose home is here, present or not, per 100 residents"),
            _figure("newcomers_same_county_pct", "registered elsewhere in the same county, % of residents", 100),
            _figure("newcomers_same_province_pct", "registered in another county of the region, % of residents", 100),
            _figure("newcomers_other_province_pct", "registered in another region, % of residents", 100),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "jobs",
        "the employed by sector, by where they live",
        (_CODE, _YEAR, *(_figure(f"jobs_{sector}_pct", "% of the employed", 100) for sector in SECTORS)),
        ("code", "year"),
        sums=tuple(f"jobs_{sector}_pct" for sector in SECTORS),
        indicators=True,
    ),
    Table(
        "homes",
        "homes",
        (
            _CODE,
            _YEAR,
            _figure("people_per_household", "persons", 100),
            _figure("floor_m2_per_head", "m2 of floor per person", 1000),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "society",
        "towns and schooling",
        (
            _CODE,
            _YEAR,
            _figure("urban_people", "persons in urban areas"),
            _figure("schooling_years", "mean years of schooling", 30),
        ),
        ("code", "year"),
        indicators=True,
    ),
)

DRIVER_TABLES: Final = (
    Table(
        "nation",
        "the nation year by year, without gaps",
        (
            _YEAR,
            *_published("people", "persons at 31 December"),
            *_published("fertility", "children per woman", hi=15),
            *_published("life_expectancy_men", "years at birth", hi=120),
            *_published("life_expectancy_women", "years at birth", hi=120),
            *_published("net_migrants", "international arrivals less departures, persons per year", lo=_ANY),
            _figure("sex_ratio_at_birth", "boys per girl", 2, lo=0.5, required=True),
            _figure("births", "persons (kept, not read)"),
            _figure("deaths", "persons (kept, not read)"),
        ),
        ("year",),
    ),
    Table(
        "mortality",
        "death rates of the nation by age and sex",
        (
            _PERIOD,
            _AGE,
            _figure("men", "deaths per person-year", 10, required=True),
            _figure("women", "deaths per person-year", 10, required=True),
        ),
        ("period", "age"),
    ),
    Table(
        "fertility_age",
        "how fertility is spread over the ages of mothers",
        (_PERIOD, _AGE, _figure("pct", "per cent of total fertility; 100 over a period", 100, required=True)),
        ("period", "age"),
    ),
    Table(
        "migrants_age",
        "net international migrants by age and sex",
        (
            _PERIOD,
            _AGE,
            _figure("men", "persons per year, arrivals less departures", lo=_ANY, required=True),
            _figure("women", "persons per year, arrivals less departures", lo=_ANY, required=True),
        ),
        ("period", "age"),
    ),
)

TABLES: Final = {table.name: table for table in (*PLACE_TABLES, *DRIVER_TABLES)}
OBLIGATORY: Final = ("places", "people")
