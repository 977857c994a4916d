"""Moves between counties of the United States, with what the tax office tells of the pairs it hides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from hinterland.data.importers.raw import AGAIN, Frame, read_csv
from hinterland.data.importers.us_units import read_rules
from hinterland.data.pairs import Array, Pairs
from hinterland.errors import InputError

LEAVING: Final = "us/irs_county_outflow_2017_2018.csv.gz"
COMING: Final = "us/irs_county_inflow_2017_2018.csv.gz"
YEAR: Final = 2018
ADDRESSES: Final = {
    LEAVING: "https://www.irs.gov/pub/irs-soi/countyoutflow1718.csv",
    COMING: "https://www.irs.gov/pub/irs-soi/countyinflow1718.csv",
}
"""The tax office's own files; state and county codes are joined to five digits, and names of columns changed."""
HIDDEN_SAME: Final = "58000"
"""Code of the sum of hidden pairs within a state; blank where there are none or too few to tell."""
HIDDEN_OTHER: Final = "59000"
"""Code of the sum of hidden pairs with other states; 59001 to 59007 are its parts by region."""
COUNTIES: Final = 56
"""Last two digits of states and the District of Columbia; above stand sums (96-98), hidden pairs and the world."""
APART: Final = 0.01
"""Share by which the published pairs of the two files may differ: they list the same moves."""


def read_us_flows(source: Path, codes: Sequence[str]) -> Pairs:
    """Persons who moved between the places `codes` from 2017 to 2018, from the folder of raw files.

    InputError names a file that is missing or malformed, with column, row or code, and files of different years.
    """
    leaving, coming = (_read(source, name) for name in (LEAVING, COMING))
    found = _published(leaving, codes, LEAVING)
    again = _published(coming, codes, COMING)
    totals = [float(table["people"].sum()) for table in (found, again)]
    if abs(totals[0] - totals[1]) > APART * max(totals):
        raise InputError(
            f"pairs hold {totals[0]:,.0f} persons and those of {COMING} {totals[1]:,.0f}",
            remedy="Bring both files of one year",
            where=LEAVING,
        )
    position = {code: number for number, code in enumerate(codes)}
    sizes = {"codes": codes, "position": position}
    return Pairs(
        year=YEAR,
        origin=found["origin"].map(position).to_numpy(np.int64),
        destination=found["destination"].map(position).to_numpy(np.int64),
        people=found["people"].to_numpy(np.float64),
        leaving_same=_hidden(leaving, "origin", "dest_fips", HIDDEN_SAME, **sizes),
        leaving_other=_hidden(leaving, "origin", "dest_fips", HIDDEN_OTHER, **sizes),
        coming_same=_hidden(coming, "destination", "origin_fips", HIDDEN_SAME, **sizes),
        coming_other=_hidden(coming, "destination", "origin_fips", HIDDEN_OTHER, **sizes),
    )


def _read(source: Path, name: str) -> Frame:
    """origin_fips, dest_fips, exemptions of a file, with the places of both codes as origin and destination."""
    if not (source / name).is_file():
        raise InputError(
            f"there is no such file below {source.name or source}",
            remedy=f"Take {ADDRESSES[name]}, join state and county codes to five digits, name the columns origin_fips, "
            "dest_fips and exemptions (the column n2), and pack it with gzip",
            where=name,
        )
    raw = read_csv(source, name, ["origin_fips", "dest_fips"], ["exemptions"])
    for column in ("origin_fips", "dest_fips"):
        wrong = ~raw[column].fillna("").str.fullmatch(r"\d{5}")
        if wrong.any():
            entry = int(wrong.to_numpy().argmax())
            what = f"{raw[column].iloc[entry]!r} in column {column}, row {entry + 2}, is no code of five digits"
            raise InputError(what, remedy=AGAIN, where=name)
    negative = raw["exemptions"] < 0
    if negative.any():
        row = raw[negative].iloc[0]
        what = f"{row['exemptions']:g} persons moved from {row['origin_fips']} to {row['dest_fips']}"
        raise InputError(what, remedy=AGAIN, where=name)
    rules = read_rules()
    return raw.assign(origin=rules.place_of(raw["origin_fips"]), destination=rules.place_of(raw["dest_fips"]))


def _published(raw: Frame, codes: Sequence[str], name: str) -> Frame:
    """origin, destination, people of pairs of different places; InputError where a pair of counties stands twice."""
    numbers = raw[["origin_fips", "dest_fips"]].apply(lambda column: column.str.slice(0, 2).astype(int))
    counties = raw[(numbers <= COUNTIES).all(axis=1) & raw["exemptions"].notna()]
    twice = counties.duplicated(["origin_fips", "dest_fips"])
    if twice.any():
        row = counties[twice].iloc[0]
        raise InputError(
            f"the pair {row['origin_fips']} to {row['dest_fips']} stands in it twice", remedy=AGAIN, where=name
        )
    apart = counties["origin"] != counties["destination"]
    here = counties["origin"].isin(codes) & counties["destination"].isin(codes)
    found = counties[apart & here].groupby(["origin", "destination"], as_index=False, sort=True)["exemptions"].sum()
    if not len(found):
        raise InputError("no pair of it is between places of the country", remedy=AGAIN, where=name)
    return found.rename(columns={"exemptions": "people"})


def _hidden(raw: Frame, own: str, other: str, code: str, *, codes: Sequence[str], position: Any) -> Array:
    """Persons [place] in hidden pairs of one kind."""
    rows = raw[(raw[other] == code) & raw[own].isin(codes)]
    sums = rows.groupby(own)["exemptions"].sum(min_count=0)
    found = np.zeros(len(codes))
    found[[position[place] for place in sums.index]] = sums.to_numpy(np.float64)
    return found
