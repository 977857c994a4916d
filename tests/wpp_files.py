"""Files of the United Nations' projections for two invented countries, with round figures."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

from hinterland.data.importers.wpp import FILES

PAST, FUTURE = range(1950, 2024), range(2024, 2101)
AGES = ["0", "1", *(str(age) for age in range(5, 100, 5)), "100+"]
FIVE = [*(f"{age}-{age + 4}" for age in range(0, 100, 5)), "100+"]
DEATHS = {"mxM": 0.002, "mxF": 0.00123456}
COUNTS = {"births": 12.5, "deaths": 10.75, "PopChange": 2.0}
LEVELS = {"tfr": 1.5, "e0M": 70.5, "e0F": 76.25, "mig": 0.25}
BOUND = 0.5


def write_wpp(source: Path, countries: tuple[int, int]) -> None:
    """Write every file that the importer reads.

    The first country has 1,000 thousand people at the end of 2024 and gains 2 thousand a year; the second twice that
    level, and one more child per woman.
    """

    def people(country: int, year: int, column: str) -> str:
        both = (1000 + 2 * (year - 2024)) * (countries.index(country) + 1)
        if column in {"popM", "popF"}:
            return f"{both / 2:.3f}"
        return f"{both + (1 if column.endswith(('u', 'high')) else -1):.3f}"

    def level(country: int, year: int, column: str) -> float:
        name, _, end = column.partition("_")
        off = 0 if not end else BOUND if end.endswith(("u", "high")) else -BOUND
        return round(LEVELS[name] + countries.index(country) + off, 3)

    def series(columns: str, years: range, value) -> str:
        names = columns.split()
        rows = [
            ",".join(map(str, [country, year, *(value(country, year, name) for name in names)]))
            for country, year in itertools.product(countries, years)
        ]
        return "\n".join(["country_code,year," + ",".join(names), *rows]) + "\n"

    def schedule(columns: str, first: int, ages: list[str], value) -> str:
        names = columns.split()
        periods = [f"{year}-{year + 5}" for year in range(first, 2100, 5)]
        rows = [
            ",".join(map(str, [country, period, age, *(value(name) for name in names)]))
            for country, period, age in itertools.product(countries, periods, ages)
        ]
        return "\n".join(["country_code,period,age," + ",".join(names), *rows]) + "\n"

    def counts(country: int, year: int, column: str) -> float:
        return COUNTS[column]

    ends = "{0}_80l {0}_80u {0}_95l {0}_95u"
    texts = {
        "tfr1dt": series("tfr", PAST, level),
        "tfrproj1dt": series(f"tfr {ends.format('tfr')} tfr_low tfr_high", FUTURE, level),
        "e01dt": series("e0M e0F", PAST, level),
        "e0proj1dt": series(f"e0M e0F {ends.format('e0M')} {ends.format('e0F')}", FUTURE, level),
        "mig1dt": series("mig", PAST, level),
        "migproj1dt": series(f"mig {ends.format('mig')}", FUTURE, level),
        "misc1dt": series("births deaths PopChange", PAST, counts),
        "miscproj1dt": series("births deaths PopChange", FUTURE, counts),
        "popproj1dt": series(f"popM popF {ends.format('pop')} pop_low pop_high", FUTURE, people),
        "sexRatio1dt": series("srb", range(1950, 2101), lambda *_: 1.05),
        "mx5dt": schedule("mxM mxF", 1950, AGES, DEATHS.get),
        "percentASFR5dt": schedule("pasfr", 1950, FIVE[3:10], lambda _: 100 / 7),
        "migprojAge5dt": schedule("migM migF", 2020, FIVE, {"migM": 0.5, "migF": -0.25}.get),
    }
    for file in FILES:
        path = source / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(texts[path.name.removesuffix(".csv.gz")].encode(), mtime=0))
