"""Format 1 of country packs: every table, its columns, what each holds, and which must sum."""

from __future__ import annotations

from typing import Final

from hinterland.axes import SECTORS
from hinterland.data.columns import AGE, ANY, CODE, YEAR, Column, Table, figure
from hinterland.data.schema_nation import DRIVER_TABLES

FORMAT: Final = 1

PLACE_TABLES: Final = (
    Table(
        "places",
        "the settlements, one row each; obligatory",
        (
            CODE,
            Column("name", "text", "in the place's own script", required=True),
            Column("name_en", "text", "in Latin letters; the name itself where blank"),
            Column("region", "region", "the province or prefecture it belongs to"),
            Column("seat", "flag", "1 where the place is the seat of its region, else 0"),
            figure("lon", "degrees east, -180 to 180", lo=ANY, required=True),
            figure("lat", "degrees north, -90 to 90", lo=ANY, required=True),
            figure("area_km2", "land area, km2"),
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
        (CODE, YEAR, figure("people", "persons", required=True)),
        ("code", "year"),
    ),
    Table(
        "ages",
        "persons by age, of both sexes apart or together, for the places and years that have them",
        (CODE, YEAR, AGE, figure("men", "men"), figure("women", "women"), figure("people", "men and women")),
        ("code", "year", "age"),
    ),
    Table(
        "age_shares",
        "shares of broad ages where persons by age are not published",
        (CODE, YEAR, AGE, figure("pct", "per cent of all persons", 100, required=True)),
        ("code", "year", "age"),
    ),
    Table(
        "region_ages",
        "persons by age and sex of a region, or of the nation under the pack's own code",
        (
            Column("region", "region", "the region, or the pack's own code", required=True),
            YEAR,
            AGE,
            figure("men", "men", required=True),
            figure("women", "women", required=True),
        ),
        ("region", "year", "age"),
    ),
    Table(
        "rescaled",
        "places whose published ages belong to other borders and were scaled to the total",
        (CODE, YEAR, figure("factor", "what the published ages were multiplied by", lo=0.0, required=True)),
        ("code", "year"),
    ),
    Table(
        "vital",
        "births and deaths",
        (
            CODE,
            YEAR,
            figure("births_per_1000", "births per 1,000 residents and year", 100),
            figure("deaths_per_1000", "deaths per 1,000 residents and year", 200),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "flows",
        "births, deaths and moves as persons, in the twelve months that end at the date of the year's people",
        (
            CODE,
            YEAR,
            figure("births", "persons"),
            figure("deaths", "persons"),
            figure("arrivals", "persons who came from other places of the country"),
            figure("departures", "persons who left for other places of the country"),
            figure("from_abroad", "persons who came from abroad"),
            figure("to_abroad", "persons who left for abroad"),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "moves",
        "persons who moved from one place to another",
        (
            Column("origin", "code", "the place they left", required=True),
            Column("destination", "code", "the place they came to", required=True),
            YEAR,
            figure("people", "persons in that year", required=True),
        ),
        ("origin", "destination", "year"),
    ),
    Table(
        "lines",
        "railway lines, one row for each place on the way; rows after a line's first may leave what repeats blank",
        (
            Column("line", "text", "the line", required=True),
            figure("order", "place in the order of the way, rising along the line", required=True),
            Column("code", "code", "the place where trains stop", required=True),
            Column("stop", "text", "name of the place or its station, for readers"),
            Column("name", "text", "of the line, in its own script; the key of the line where blank"),
            Column("name_en", "text", "in Latin letters; the name itself where blank"),
            Column("opened", "text", "when trains began to run: `2020`, `2020-12` or `2020-12-12`"),
            Column("closed", "text", "when they ceased, blank while they run"),
            figure("speed_kmh", "highest speed in km/h", 1000, lo=1),
            figure("minutes", "minutes from the stop before by timetable, from the speed where blank", 10_000, lo=1),
            Column(
                "sure", "text", "how well the opening is known: A read in a report, B in part or announced, C memory"
            ),
            Column("source", "text", "where the opening is known from"),
        ),
        ("line", "order"),
    ),
    Table(
        "former",
        "units of earlier years and the present place each belongs to",
        (
            Column("code", "text", "the former unit; may be that of a present place", required=True),
            Column("name", "text", "in its own script", required=True),
            Column("place", "code", "the present place", required=True),
            Column("year", "year", "last year in which it was a unit by itself", required=True),
        ),
        ("code", "place", "year"),
    ),
    Table(
        "origins",
        "where residents are registered or come from",
        (
            CODE,
            YEAR,
            figure("registered_per_100_residents", "persons whose home is here, present or not, per 100 residents"),
            figure("newcomers_same_county_pct", "registered elsewhere in the same county, % of residents", 100),
            figure("newcomers_same_province_pct", "registered in another county of the region, % of residents", 100),
            figure("newcomers_other_province_pct", "registered in another region, % of residents", 100),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "jobs",
        "the employed by sector, by where they live",
        (CODE, YEAR, *(figure(f"jobs_{sector}_pct", "% of the employed", 100) for sector in SECTORS)),
        ("code", "year"),
        sums=tuple(f"jobs_{sector}_pct" for sector in SECTORS),
        indicators=True,
    ),
    Table(
        "work",
        "work by where it is done",
        (
            CODE,
            YEAR,
            figure("jobs", "persons who work there"),
            figure("establishments", "workplaces"),
            figure("pay_per_job", "national currency per year"),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "money",
        "public money",
        (
            CODE,
            YEAR,
            figure("fiscal_strength", "own revenue over standard need, mean of three years"),
            figure("current_balance_pct", "current spending, % of current revenue"),
            figure("debt_service_pct", "debt service, % of standard revenue, mean of three years", lo=ANY),
            figure("future_burden_pct", "debt and promises less reserves, % of standard revenue", lo=ANY),
            figure("pay_index", "pay of the place's officials, the nation's = 100", 300),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "homes",
        "homes",
        (
            CODE,
            YEAR,
            figure("people_per_household", "persons", 100),
            figure("floor_m2_per_head", "m2 of floor per person", 1000),
            figure("rent_per_month", "rent of a usual home, national currency per month"),
            figure("homes", "dwellings, at least one for every household"),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "society",
        "towns and schooling",
        (
            CODE,
            YEAR,
            figure("urban_people", "persons in urban areas"),
            figure("schooling_years", "mean years of schooling", 30),
            figure("rural_urban_code", "1 most metropolitan ... 9 most rural", 9, lo=1),
        ),
        ("code", "year"),
        indicators=True,
    ),
    Table(
        "amenities",
        "climate, water and relief; the year is that in which the list was published",
        (
            CODE,
            YEAR,
            figure("january_temperature", "degrees Celsius, mean", 60, lo=-80),
            figure("july_temperature", "degrees Celsius, mean", 60, lo=-80),
            figure("january_sun_hours", "hours in January", 744),
            figure("july_humidity_pct", "relative humidity in July", 100),
            figure("water_pct", "% of area", 100),
            figure("relief", "class of relief: 1 flat plains ... 21 high mountains", 21, lo=1),
            figure("amenity_index", "standardised sum of the above", lo=ANY),
        ),
        ("code", "year"),
        indicators=True,
    ),
)

TABLES: Final = {table.name: table for table in (*PLACE_TABLES, *DRIVER_TABLES)}
OBLIGATORY: Final = ("places", "people")
