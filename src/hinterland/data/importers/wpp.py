"""The nation's course of any country, from the United Nations' World Population Prospects 2024."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from hinterland.data.importers.raw import AGAIN, Frame, read_csv, write_table
from hinterland.errors import InputError

FOLDER: Final = "world/wpp2024"
FILES: Final = tuple(
    f"{FOLDER}/{name}.csv.gz"
    for name in (
        "tfr1dt", "tfrproj1dt", "e01dt", "e0proj1dt", "mig1dt", "migproj1dt", "misc1dt", "miscproj1dt", "popproj1dt",
        "sexRatio1dt", "mx5dt", "percentASFR5dt", "migprojAge5dt",
    )
)  # fmt: skip
"""Raw files that are read."""
YEARS: Final = range(1950, 2024)
"""Years of estimates, any of which can be the first; projections follow to 2100."""
LAST: Final = 2100
BOUNDS: Final = ("80l", "80u", "95l", "95u")
VARIANTS: Final = ("low", "high")
PERIOD: Final = 5
THOUSAND: Final = 1000


def write_drivers(source: Path, folder: Path, country: int, first_year: int) -> None:
    """Write nation.csv, mortality.csv, fertility_age.csv and migrants_age.csv of pack format 1 into `folder`.

    `source` is the folder of raw files, `country` the United Nations' numeric code (Japan 392, United States 840),
    `first_year` the first year of the yearly series, 1950 to 2023. Tables by period begin with the one that holds
    `first_year`; net migrants by age are published from 2020 only.

    People at 31 December are published from 2024; earlier ones are cast back by the published changes in number.
    InputError names a file or column that is missing, a country that a file does not hold, and years that lack figures.
    """
    if first_year not in YEARS:
        remedy = f"Give a year from {YEARS[0]} to {YEARS[-1]}."
        raise InputError(f"first_year = {first_year} is outside the estimates", remedy=remedy)
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / "nation.csv", _nation(source, country, first_year), 6)
    write_table(folder / "mortality.csv", _mortality(source, country, first_year), 8)
    write_table(folder / "fertility_age.csv", _fertility_age(source, country, first_year), 4)
    write_table(folder / "migrants_age.csv", _migrants_age(source, country, first_year), 1)


def _nation(source: Path, country: int, first_year: int) -> Frame:
    """The table nation, persons instead of thousands."""
    import pandas as pd

    def series(past: str, future: str, columns: dict[str, str], bounds: Sequence[str] = ()) -> Frame:
        projected = {f"{raw}_{bound}": f"{own}_{bound}" for raw, own in columns.items() for bound in bounds}
        parts = [
            of_country(source, past, country, ["year"], columns),
            of_country(source, future, country, ["year"], columns | projected),
        ]
        joined: Frame = pd.concat(parts).set_index("year")
        return joined[[f"{own}{end}" for own in columns.values() for end in ("", *(f"_{bound}" for bound in bounds))]]

    people = of_country(
        source,
        "popproj1dt",
        country,
        ["year"],
        {"popM": "men", "popF": "women"} | {f"pop_{b}": f"people_{b}" for b in (*BOUNDS, *VARIANTS)},
    ).set_index("year")
    counts = {"births": "births", "deaths": "deaths", "PopChange": "change"}
    counted = series("misc1dt", "miscproj1dt", counts) * THOUSAND
    people.insert(0, "people", people.pop("men") + people.pop("women"))
    parts = [
        _cast_back(people * THOUSAND, counted.pop("change")),
        series("tfr1dt", "tfrproj1dt", {"tfr": "fertility"}, (*BOUNDS, *VARIANTS)),
        series("e01dt", "e0proj1dt", {"e0M": "life_expectancy_men", "e0F": "life_expectancy_women"}, BOUNDS),
        series("mig1dt", "migproj1dt", {"mig": "net_migrants"}, BOUNDS) * THOUSAND,
        of_country(source, "sexRatio1dt", country, ["year"], {"srb": "sex_ratio_at_birth"}).set_index("year"),
        counted,
    ]
    joined: Frame = pd.concat(parts, axis=1)
    nation = joined.sort_index().loc[first_year:LAST]
    whole = [name for name in nation if str(name).startswith(("people", "net_migrants", "births", "deaths"))]
    nation[whole] = nation[whole].round()
    return _complete(nation, first_year).reset_index()


def _cast_back(people: Frame, change: Frame) -> Frame:
    """People at the end of each year: as published, and before that less all changes in number since."""
    import pandas as pd

    first = people.index.min()
    since = change.sort_index().loc[:first]
    # The sum of the changes after each year, up to and with that of the first published one.
    later = since[::-1].cumsum()[::-1].shift(-1, fill_value=0.0).iloc[:-1]
    earlier = (people.loc[first, "people"] - later).to_frame("people")
    return pd.concat([earlier, people])


def _complete(nation: Frame, first_year: int) -> Frame:
    """The table with every year; InputError names the first year and figure that is missing."""
    nation = nation.reindex(range(first_year, LAST + 1)).rename_axis("year")
    for column in (c for c in nation if not str(c).endswith((*BOUNDS, *VARIANTS))):
        lacking = nation.index[nation[column].isna()]
        if len(lacking):
            raise InputError(f"there is no {column} for {lacking[0]}", remedy=AGAIN, where=FOLDER)
    return nation


def _mortality(source: Path, country: int, first_year: int) -> Frame:
    """Deaths per person-year; the files name groups by their first age."""
    rates = _periods(source, "mx5dt", country, first_year, {"mxM": "men", "mxF": "women"})
    labels = {"1": "1-4"} | {str(age): f"{age}-{age + 4}" for age in range(5, 100, 5)}
    return rates.assign(age=rates["age"].replace(labels))


def _fertility_age(source: Path, country: int, first_year: int) -> Frame:
    """Per cent of total fertility."""
    return _periods(source, "percentASFR5dt", country, first_year, {"pasfr": "pct"})


def _migrants_age(source: Path, country: int, first_year: int) -> Frame:
    """Net persons per year; the file holds thousands per five years."""
    net = _periods(source, "migprojAge5dt", country, first_year, {"migM": "men", "migF": "women"})
    return net.assign(men=net["men"] * THOUSAND / PERIOD, women=net["women"] * THOUSAND / PERIOD)


def _periods(source: Path, name: str, country: int, first_year: int, columns: Mapping[str, str]) -> Frame:
    """Rows of a file by period and age, from the period that holds `first_year`."""
    table = of_country(source, name, country, ["period", "age"], columns)
    begins = table["period"].str.slice(0, 4)
    if not begins.str.fullmatch(r"\d{4}").all():
        wrong = table["period"][~begins.str.fullmatch(r"\d{4}")].iloc[0]
        raise InputError(f"{wrong!r} is not a period", remedy=AGAIN, where=_path(name))
    return table[begins.astype(int) + PERIOD > first_year].reset_index(drop=True)


def of_country(source: Path, name: str, country: int, keys: list[str], columns: Mapping[str, str]) -> Frame:
    """The country's rows of a file: `keys`, and `columns` under their own names; InputError where there are none."""
    years = [key for key in keys if key == "year"]
    texts = [key for key in keys if key != "year"]
    table = read_csv(source, _path(name), texts, ["country_code", *years, *columns])
    own = table[table["country_code"] == country]
    if own.empty:
        remedy = "Give the United Nations' numeric code of a country, such as 392 for Japan."
        raise InputError(f"country {country} is not in it", remedy=remedy, where=_path(name))
    return own[[*keys, *columns]].rename(columns=dict(columns))


def _path(name: str) -> str:
    return f"{FOLDER}/{name}.csv.gz"
