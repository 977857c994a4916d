"""What else the pack `us` knows of its places: births and deaths, moves, work, rents, amenities, rural-urban codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hinterland.data.importers.raw import Frame, read_csv
from hinterland.data.importers.us_units import COMPONENTS, GAZETTEER, STATE, Counties, Rules

MOVERS: Final = "us/irs_county_netmigration_1992_2013.csv.gz"
PAIRS: Final = "us/irs_county_inflow_2017_2018.csv.gz"
WORK: Final = "us/bls_qcew_county_1990_2015.csv.gz"
RENTS: Final = "us/hud_fmr_county_1983_2017.csv.gz"
AMENITIES: Final = "us/usda_natural_amenities.csv"
RURAL: Final = "us/usda_ruc_codes_1993_2003_2013.csv"
COMPONENT_YEARS: Final = range(2011, 2020)
"""Years of the components that run from 1 July to 30 June; that of 2010 begins with the census in April."""
PAIRS_YEAR: Final = 2018
AMENITIES_YEAR: Final = 1999
RURAL_YEARS: Final = {"ruc93": 1993, "ruc03": 2003, "ruc13": 2013}
AMENITY_COLUMNS: Final = {
    "January, 1941-70": "january_temperature",
    "July, 1941-70": "july_temperature",
    "January, 1941-70.1": "january_sun_hours",
    "July, 1941-70.1": "july_humidity_pct",
    "Water area": "water_pct",
    "topography code": "relief",
    "Scale": "amenity_index",
}
"""Columns of the file -> those of the pack. Two pairs share a header; pandas numbers the second ones."""
NOWHERE: Final = "999"
"""End of codes of jobs that have no fixed county."""
FAHRENHEIT: Final = ("january_temperature", "july_temperature")


@dataclass(frozen=True, slots=True)
class Nation:
    """What every table needs: where the files are, the rules, and the counties with their people."""

    source: Path
    rules: Rules
    counties: Counties

    def put(self, table: Frame, county: str) -> Frame:
        """The rows of a table that belong to a place, with column `code`, and the columns part, people [persons].

        `people` are those of the county in the last year of the record, 1 where SEER has it not by itself.
        """
        codes = table[county]
        people = self.counties.parts.set_index("county")["people"]
        placed = table.assign(code=self.rules.place_of(codes), part=codes, people=codes.map(people).fillna(1.0))
        return placed[placed["code"].isin(self.counties.places["place"].unique())]

    def outside(self, table: Frame, county: str) -> int:
        """How many codes of a table belong to no place."""
        codes = table[county].drop_duplicates()
        return int((~self.rules.place_of(codes).isin(self.counties.places["place"].unique())).sum())


def flows(nation: Nation) -> tuple[Frame, tuple[str, ...]]:
    """The table flows: births and deaths 2011-2019, arrivals and departures 1993-2014."""
    moved, said = _movers(nation)
    table = _births_and_deaths(nation).merge(moved, on=["code", "year"], how="outer")
    return table.sort_values(["year", "code"], ignore_index=True), said


def _births_and_deaths(nation: Nation) -> Frame:
    """code, year, births, deaths of the twelve months that end at 30 June."""
    import pandas as pd

    names = [f"{kind}{year}" for kind in ("BIRTHS", "DEATHS") for year in COMPONENT_YEARS]
    raw = read_csv(nation.source, COMPONENTS, (), ["SUMLEV", "STATE", "COUNTY", *names])
    raw = raw[raw["SUMLEV"] != STATE]
    county = raw["STATE"].astype(int).map("{:02d}".format) + raw["COUNTY"].astype(int).map("{:03d}".format)
    sums = nation.put(raw.assign(county=county), "county").groupby("code")[names].sum()
    years = [
        pd.DataFrame({"year": year, "births": sums[f"BIRTHS{year}"], "deaths": sums[f"DEATHS{year}"]})
        for year in COMPONENT_YEARS
    ]
    return pd.concat(years).rename_axis("code").reset_index()


def _movers(nation: Nation) -> tuple[Frame, tuple[str, ...]]:
    """code, year, arrivals, departures.

    The file's year is that of the first of two tax returns, whose addresses are compared: moves of 1992 lie between
    the springs of 1992 and 1993 and belong to the stock of July 1993. Where a place is made of several counties their
    sums hold moves inside it, so it has figures only in years in which the file has one of them.
    """
    raw = read_csv(nation.source, MOVERS, ["fips"], ["year", "exmpt_in", "exmpt_out"])
    placed = nation.put(raw, "fips")
    parts = placed.groupby(["code", "year"])["part"].transform("size")
    alone = placed[parts == 1]
    table = alone.assign(year=alone["year"] + 1)[["code", "year", "exmpt_in", "exmpt_out"]]
    table = table.rename(columns={"exmpt_in": "arrivals", "exmpt_out": "departures"})
    blank = sorted(placed.loc[parts > 1, "code"].unique())
    said = (
        f"Arrivals and departures of {len(blank)} places made of several counties are left out in years in which the "
        f"tax office counts these apart: its sums would hold moves inside the place ({', '.join(blank)})."
    )
    return table.dropna(subset=["arrivals", "departures"], how="all"), (said,)


def moves(nation: Nation) -> tuple[Frame, tuple[str, ...]]:
    """The table moves: persons of tax returns whose address was in another place a year later, 2017 to 2018."""
    raw = read_csv(nation.source, PAIRS, ["dest_fips", "origin_fips"], ["exemptions"])
    places = nation.counties.places["place"].unique()
    pairs = raw.assign(
        origin=nation.rules.place_of(raw["origin_fips"]), destination=nation.rules.place_of(raw["dest_fips"])
    )
    # The rest are sums (96000-98000), other countries (57xxx) and hidden counties of origin (58000, 59xxx).
    both = pairs["origin"].isin(places) & pairs["destination"].isin(places) & pairs["exemptions"].notna()
    apart = pairs["origin"] != pairs["destination"]
    table = pairs[both & apart].groupby(["origin", "destination"], as_index=False)["exemptions"].sum()
    table = table.assign(year=PAIRS_YEAR, people=table["exemptions"].astype(int))
    total = pairs.loc[pairs["origin_fips"] == "97000", "exemptions"].sum()
    shown = f"{table['people'].sum():,} persons in {len(table):,} pairs of places"
    of_all = f", of {int(total):,} who moved between counties" if total else ""
    said = f"Moves of {PAIRS_YEAR}: {shown}{of_all}; pairs of fewer than 20 tax returns are not published."
    return table[["origin", "destination", "year", "people"]], (said,)


def work(nation: Nation) -> tuple[Frame, tuple[str, ...]]:
    """The table work: covered employment by place of work, yearly means; pay of a place is the mean over its jobs.

    A zero stands for a figure that is not disclosed and is left blank.
    """
    names = ["employment", "establishments", "pay"]
    raw = read_csv(nation.source, WORK, ["FIPS"], ["year", *names])
    nowhere = raw["FIPS"].str.endswith(NOWHERE)
    placed = nation.put(raw[~nowhere], "FIPS")
    hidden = placed["employment"] == 0
    placed = placed.assign(wages=placed["pay"] * placed["employment"])
    sums = placed.groupby(["code", "year"], as_index=False)[["employment", "establishments", "wages"]].sum()
    figures = {
        "jobs": sums["employment"].where(sums["employment"] > 0),
        "establishments": sums["establishments"].where(sums["establishments"] > 0),
        "pay_per_job": (sums["wages"] / sums["employment"]).where(sums["wages"] > 0),
    }
    table = sums[["code", "year"]].assign(**figures).dropna(subset=list(figures), how="all")
    said = (
        f"Jobs: {int(hidden.sum())} rows without employment count as not published; "
        f"jobs without a fixed county are left out ({raw.loc[nowhere, 'FIPS'].nunique()} codes that end in {NOWHERE})."
    )
    return table.sort_values(["year", "code"], ignore_index=True), (said,)


def homes(nation: Nation) -> tuple[Frame, tuple[str, ...]]:
    """The table homes: fair market rents; in a place of several counties the mean by people of 2016."""
    raw = read_csv(nation.source, RENTS, ["FIPS10"], ["year", "fmr"])
    placed = nation.put(raw, "FIPS10").dropna(subset=["fmr"])
    means = _weighted(placed, ["code", "year"], ["fmr"], "people")
    said = (f"Rents: {nation.outside(raw, 'FIPS10')} codes of the file are no county of a place (territories, 29056).",)
    return means.rename(columns={"fmr": "rent_per_month"}).sort_values(["year", "code"], ignore_index=True), said


def amenities(nation: Nation) -> tuple[Frame, tuple[str, ...]]:
    """The table amenities, degrees Fahrenheit as Celsius.

    A place of several counties has their means by land area, and the relief of the largest.
    """
    raw = read_csv(nation.source, AMENITIES, ["FIPS Code"], list(AMENITY_COLUMNS)).rename(columns=AMENITY_COLUMNS)
    land = read_csv(nation.source, GAZETTEER, ["GEOID"], ["ALAND"], sep="\t").set_index("GEOID")["ALAND"]
    raw = raw.assign(**{name: (raw[name] - 32) / 1.8 for name in FAHRENHEIT})
    placed = nation.put(raw, "FIPS Code").rename(columns={"FIPS Code": "county"})
    placed = placed.assign(area=placed["county"].map(land).fillna(1.0)).sort_values("area", ascending=False)
    means = _weighted(placed, ["code"], list(AMENITY_COLUMNS.values()), "area")
    means = means.assign(year=AMENITIES_YEAR, relief=means["code"].map(placed.groupby("code")["relief"].first()))
    lacking = sorted(set(nation.counties.places["place"]) - set(means["code"]))
    said = (f"Amenities are not published for {_listed(lacking)}.",) if lacking else ()
    return means[["code", "year", *AMENITY_COLUMNS.values()]].sort_values("code", ignore_index=True), said


def society(nation: Nation) -> Frame:
    """The table society: rural-urban codes; a place of several counties has that of the most populous.

    The code 0 of 1993 (centre of a metropolis) is the 1 of later years.
    """
    raw = read_csv(nation.source, RURAL, ["fips"], list(RURAL_YEARS))
    placed = nation.put(raw, "fips").sort_values(["people", "part"], ascending=[False, True])
    largest = placed.groupby("code", as_index=False)[list(RURAL_YEARS)].first()
    long = largest.rename(columns=RURAL_YEARS).melt("code", var_name="year", value_name="rural_urban_code")
    long = long.dropna().assign(rural_urban_code=long["rural_urban_code"].clip(lower=1))
    return long.sort_values(["year", "code"], ignore_index=True)


def _weighted(table: Frame, keys: Sequence[str], names: Sequence[str], weight: str) -> Frame:
    """Means of columns by keys, weighted."""
    scaled = table.assign(**{name: table[name] * table[weight] for name in names})
    sums = scaled.groupby(list(keys), as_index=False)[[*names, weight]].sum()
    return sums.assign(**{name: sums[name] / sums[weight] for name in names})[[*keys, *names]]


def _listed(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:10])
    return shown if len(codes) <= 10 else f"{shown} and {len(codes) - 10} more"
