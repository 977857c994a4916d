"""Places of the pack `us`: county codes of every file put on borders that hold from 1969 to 2016."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hinterland.data.importers.raw import AGAIN, Frame, read_csv
from hinterland.errors import InputError

RULES: Final = Path(__file__).parent / "us_units.toml"
PEOPLE: Final = "us/seer_county_pop_1969_2016_adjusted.csv.gz"
GAZETTEER: Final = "us/census_gazetteer_counties_2022.txt"
COMPONENTS: Final = "us/census_pep_county_components_2010_2019_covidcast.csv"
YEARS: Final = range(1969, 2017)
BANDS: Final = ("age_0_18", "age_19_44", "age_45_64", "age_65p")
COUNTED: Final = ("pop", "male", "female", *BANDS)
STATE: Final = 40
"""Level of rows of states in the components' file; 50 is that of counties."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A place made of several counties."""

    code: str
    name: str
    parts: tuple[str, ...]
    """County codes; `02*` is every code of the state."""
    why: str


@dataclass(frozen=True, slots=True)
class Point:
    """A county that the gazetteer does not hold: its name, land area [m2] and an interior point [degrees]."""

    name: str
    land: float
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Rules:
    """How county codes become places; see us_units.toml."""

    drop: tuple[str, ...]
    merged: tuple[Merged, ...]
    renamed: Mapping[str, str]
    points: Mapping[str, Point]

    def place_of(self, codes: Frame) -> Frame:
        """The place of every county code of a column: the code itself where no rule names it."""
        whole = {part.removesuffix("*"): m.code for m in self.merged for part in m.parts if part.endswith("*")}
        single = {part: m.code for m in self.merged for part in m.parts if not part.endswith("*")}
        by_state = codes.str.slice(0, 2).map(whole)
        return codes.map(single | dict(self.renamed)).fillna(by_state).fillna(codes)


def read_rules(path: Path = RULES) -> Rules:
    """The rules that a TOML file holds, by default those of the package."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    return Rules(
        drop=tuple(values["drop"]),
        merged=tuple(Merged(m["code"], m["name"], tuple(m["parts"]), m["why"]) for m in values["merged"]),
        renamed=values["renamed"],
        points={code: Point(**point) for code, point in values["points"].items()},
    )


@dataclass(frozen=True, slots=True)
class Counties:
    """SEER's estimates at 1 July, on the borders of the pack."""

    places: Frame
    """place, year and COUNTED [persons]: one row for each place and year, sorted."""
    parts: Frame
    """county, place, people [persons]: the counties of the last year, which weigh what is put together."""
    left_out: int
    """Persons under codes that are no county."""


def read_counties(source: Path, rules: Rules) -> Counties:
    """The people of every place and year.

    A blank band is nobody (SEER leaves out counts of zero). InputError names a county that lacks years, or whose men
    and women or whose bands do not sum to its people.
    """
    raw = read_csv(source, PEOPLE, ["county_fips"], ["year", *COUNTED]).fillna(dict.fromkeys(BANDS, 0))
    for parts in (("male", "female"), BANDS):
        wrong = raw[list(parts)].sum(axis=1) != raw["pop"]
        if wrong.any():
            row = raw[wrong].iloc[0]
            what = f"{' + '.join(parts)} of {row['county_fips']} in {row['year']} is not its pop"
            raise InputError(what, remedy=AGAIN, where=PEOPLE)
    dropped = raw["county_fips"].isin(rules.drop)
    kept = raw[~dropped].assign(place=rules.place_of(raw["county_fips"]))
    places = kept.groupby(["place", "year"], as_index=False, sort=True)[list(COUNTED)].sum()
    _check_years(places)
    last = kept[kept["year"] == YEARS[-1]].rename(columns={"county_fips": "county", "pop": "people"})
    whole = places.astype(dict.fromkeys(COUNTED, int))
    return Counties(whole, last[["county", "place", "people"]], int(raw.loc[dropped, "pop"].sum()))


def _check_years(places: Frame) -> None:
    counts = places.groupby("place")["year"].agg(["nunique", "min", "max"])
    short = counts[(counts["nunique"] != len(YEARS)) | (counts["min"] != YEARS[0]) | (counts["max"] != YEARS[-1])]
    if len(short):
        held = short.iloc[0]
        what = f"{short.index[0]} has {held['nunique']} of {len(YEARS)} years, from {held['min']} to {held['max']}"
        remedy = f"Get the file again; if SEER's codes have changed, add a rule to {RULES.name}."
        raise InputError(what, remedy=remedy, where=PEOPLE)


def place_table(source: Path, rules: Rules, counties: Counties) -> Frame:
    """The table places: names, state, position and land area.

    Positions are the counties' interior points; a place made of several has the mean of theirs, weighted by people.
    InputError names a place without a position.
    """
    import numpy as np

    gazetteer = _gazetteer(source, rules)
    people = counties.parts.set_index("county")["people"]
    weight = gazetteer["county"].map(people).fillna(0)
    # A county whose code is newer than SEER's weighs as nothing beside others, but counts where it stands alone.
    weight = weight.clip(lower=1e-6)
    lat, lon = np.radians(gazetteer["lat"]), np.radians(gazetteer["lon"])
    # Means of unit vectors, as Alaska lies on both sides of the 180th meridian.
    vectors = {"x": np.cos(lat) * np.cos(lon), "y": np.cos(lat) * np.sin(lon), "z": np.sin(lat)}
    sums = gazetteer.assign(**{k: v * weight for k, v in vectors.items()}).groupby("place")
    mean = sums[["x", "y", "z", "land"]].sum()
    single = sums[["lat", "lon", "name"]].first()[sums.size() == 1]
    table = mean.assign(
        lat=np.degrees(np.arctan2(mean["z"], np.hypot(mean["x"], mean["y"]))).round(6),
        lon=np.degrees(np.arctan2(mean["y"], mean["x"])).round(6),
        name="",
        area_km2=(mean["land"] / 1e6).round(3),
    )
    # The published digits, where there is nothing to average.
    table.loc[single.index, ["lat", "lon", "name"]] = single
    names = {m.code: m.name for m in rules.merged}
    table["name"] = table["name"].where(~table.index.isin(names), table.index.map(names))
    codes = counties.places["place"].unique()
    lacking = [code for code in codes if code not in table.index]
    if lacking:
        remedy = f"Get the file of 2022, or add a point to {RULES.name}."
        raise InputError(f"{', '.join(lacking)} has no position", remedy=remedy, where=GAZETTEER)
    table = table.loc[codes].rename_axis("code").reset_index()
    return table.assign(region=table["code"].str.slice(0, 2))[["code", "name", "region", "lon", "lat", "area_km2"]]


def _gazetteer(source: Path, rules: Rules) -> Frame:
    """county, place, name, land [m2], lat, lon: the Census Bureau's and those of the rules."""
    import pandas as pd

    texts, numbers = ["GEOID", "NAME"], ["ALAND", "INTPTLAT", "INTPTLONG"]
    published = read_csv(source, GAZETTEER, texts, numbers, sep="\t").set_axis(
        ["county", "name", "land", "lat", "lon"], axis=1
    )
    added = pd.DataFrame([(code, p.name, p.land, p.lat, p.lon) for code, p in rules.points.items()])
    joined = pd.concat([published, added.set_axis(published.columns, axis=1)], ignore_index=True)
    return joined.assign(place=rules.place_of(joined["county"]))


def region_table(source: Path, places: Frame) -> Frame:
    """The table regions: states by their two-digit codes; InputError where one has no name."""
    raw = read_csv(source, COMPONENTS, ["STNAME"], ["SUMLEV", "STATE"])
    states = raw[raw["SUMLEV"] == STATE]
    names = dict(zip(states["STATE"].astype(int).map("{:02d}".format), states["STNAME"], strict=True))
    regions = sorted(places["region"].unique())
    lacking = [region for region in regions if region not in names]
    if lacking:
        raise InputError(f"there is no row of the state {lacking[0]}", remedy=AGAIN, where=COMPONENTS)
    import pandas as pd

    return pd.DataFrame({"code": regions, "name": [names[region] for region in regions]})
