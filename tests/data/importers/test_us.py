"""Counties of the United States on constant borders: what is put together, and what is left blank."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hinterland.axes import FIVE_YEARS
from hinterland.data.importers.us import write_us
from hinterland.data.pack import read_pack
from hinterland.errors import InputError
from us_files import YEARS, write_us_files

SHARED = Path(__file__).parents[4] / "shared"
PANELS = SHARED / "data" / "panels"
SEER = "seer_county_pop_1969_2016_adjusted.csv.gz"
FILES = (
    SEER, "census_gazetteer_counties_2022.txt", "acs_2006_2010_county_pop_10yr_age.csv",
    "census_pep_county_components_2010_2019_covidcast.csv", "irs_county_netmigration_1992_2013.csv.gz",
    "irs_county_inflow_2017_2018.csv.gz", "bls_qcew_county_1990_2015.csv.gz", "hud_fmr_county_1983_2017.csv.gz",
    "usda_natural_amenities.csv", "usda_ruc_codes_1993_2003_2013.csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def raw(tmp_path_factory) -> Path:
    source = tmp_path_factory.mktemp("raw")
    write_us_files(source)
    return source


@pytest.fixture(scope="module")
def built(raw, tmp_path_factory) -> tuple[Path, tuple[str, ...]]:
    folder = tmp_path_factory.mktemp("built") / "us"
    return folder, write_us(raw, folder)


@pytest.fixture
def own(tmp_path) -> Path:
    """Raw files of a test's own, to be spoilt."""
    write_us_files(tmp_path / "raw")
    return tmp_path / "raw"


def table(folder: Path, name: str) -> pd.DataFrame:
    file = next(folder.glob(f"{name}.csv*"))
    texts = dict.fromkeys(("code", "origin", "destination", "region"), str)
    return pd.read_csv(file, dtype=texts)


def edit(source: Path, name: str, old: str, new: str) -> None:
    path = source / "us" / name
    data = path.read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
    assert old in text
    changed = text.replace(old, new, 1).encode()
    path.write_bytes(gzip.compress(changed) if name.endswith(".gz") else changed)


def test_counties_that_are_counted_together_are_one_place_in_all_years(built):
    people = table(built[0], "people").pivot_table(index="code", columns="year", values="people")
    assert list(people.index) == ["01001", "01003", "02900", "09001", "36910", "46113", "51917"]
    assert list(people.columns) == list(YEARS)
    assert (people.max(axis=1) == people.min(axis=1)).all()
    assert tuple(people.loc[["36910", "02900", "01001"], 2016]) == (15_000, 2_000, 1_000)
    assert any("New York City (36910) is one place" in sentence for sentence in built[1])
    assert any(sentence.startswith("10 persons under the codes 99999") for sentence in built[1])


def test_positions_areas_and_names_follow_the_units(built):
    places = table(built[0], "places").set_index("code")
    assert tuple(places.loc["01001", ["name", "region", "lon", "lat", "area_km2"]]) == (
        "Autauga County", "01", -86.6, 32.5, 1539.5,
    )  # fmt: skip
    # Two counties of as many people, at the equator on both sides of the 180th meridian.
    assert abs(places.loc["02900", "lon"]) == pytest.approx(180)
    assert places.loc["02900", "lat"] == pytest.approx(0)
    assert places.loc["02900", "area_km2"] == 14_000
    assert places.loc["36910", "name"] == "New York City"
    assert places.loc["46113", "name"] == "Oglala Lakota County"
    assert tuple(places.loc["09001", ["name", "area_km2"]]) == ("Fairfield County", 1618.664)
    assert table(built[0], "regions").set_index("code").loc["36", "name"] == "New York"


def test_bands_move_those_aged_nineteen_and_keep_every_total(built):
    ages = table(built[0], "ages").pivot_table(index=["code", "year"], columns="age", values="people")
    assert tuple(ages.loc[("01001", 2008), ["0-19", "20-44", "45-64", "65+"]]) == (320, 380, 200, 100)
    assert tuple(ages.loc[("36910", 1975), ["0-19", "20-44", "45-64", "65+"]]) == (4800, 5700, 3000, 1500)


def test_the_nations_ages_keep_its_groups_and_its_sexes(built):
    nation = table(built[0], "region_ages")
    assert set(nation["region"]) == {"us"}
    assert list(nation["age"].unique()) == list(FIVE_YEARS.labels)
    thousands = 28
    for year in (1969, 2008, 2016):
        of_year = nation[nation["year"] == year].set_index("age")
        assert of_year["men"].sum() == pytest.approx(480 * thousands, abs=9)
        both = (of_year["men"] + of_year["women"]) / thousands
        assert both["0-4":"15-19"].sum() == pytest.approx(320, abs=1)
        assert both["65-69":].sum() == pytest.approx(100, abs=1)
    both = (nation["men"] + nation["women"])[nation["year"] == 2008].to_numpy() / thousands
    # Ten-year groups, cut where the bands of the year meet.
    assert both[0] + both[1] == pytest.approx(155, abs=1)
    assert both[8:10] == pytest.approx([70, 70], abs=1)
    assert both[12:14] == pytest.approx([30, 30], abs=1)
    # As many were born every year, so the younger half of ten years is a little larger.
    assert 0 < both[0] - both[1] < 3


def test_births_deaths_and_moves_are_of_the_twelve_months_before_july(built):
    flows = table(built[0], "flows").set_index(["code", "year"])
    assert tuple(flows.loc[("01001", 2011), ["births", "deaths"]]) == (11, 7)
    assert tuple(flows.loc[("36910", 2019), ["births", "deaths"]]) == (5 * 19, 5 * 7)
    assert tuple(flows.loc[("46113", 2019), ["births", "deaths"]]) == (19, 7)
    assert ("01001", 2010) not in flows.index
    assert tuple(flows.loc[("01001", 1993), ["arrivals", "departures"]]) == (50, 40)
    assert np.isnan(flows.loc[("01001", 1993), "births"])
    # Sums of several counties would hold the moves between them.
    assert ("36910", 1993) not in flows.index
    assert ("51917", 1993) not in flows.index
    assert tuple(flows.loc[("51917", 2014), ["arrivals", "departures"]]) == (6, 5)
    assert any("(36910, 51917)" in sentence for sentence in built[1])


def test_pairs_are_of_two_places_and_leave_totals_and_moves_inside_out(built):
    moves = table(built[0], "moves").set_index(["origin", "destination"])
    assert set(moves["year"]) == {2018}
    assert moves["people"].to_dict() == {
        ("01003", "01001"): 30, ("36910", "01001"): 25, ("01001", "46113"): 21,
    }  # fmt: skip


def test_work_is_summed_and_its_pay_weighted_by_jobs(built):
    work = table(built[0], "work").set_index("code")
    assert tuple(work.loc["36910", ["jobs", "establishments", "pay_per_job"]]) == (400, 11, 25_000)
    assert tuple(work.loc["51917", ["jobs", "pay_per_job"]]) == (100, 30_000)
    # Jobs that are not disclosed are blank, not none.
    assert work.loc["01001", ["jobs", "pay_per_job"]].isna().all()
    assert work.loc["01001", "establishments"] == 7
    assert set(work.index) == {"36910", "51917", "01001"}


def test_rents_amenities_and_rural_codes(built):
    homes = table(built[0], "homes").set_index("code")["rent_per_month"]
    assert homes.to_dict() == {"01003": 250, "36910": 800}
    amenities = table(built[0], "amenities").set_index("code")
    assert tuple(amenities.loc["01001"][["year", "january_temperature", "july_temperature"]]) == (1999, 10, 30)
    # Kings has three times the land of the Bronx.
    assert tuple(amenities.loc["36910"][["january_temperature", "january_sun_hours", "water_pct", "relief"]]) == (
        3.75, 130, 25, 5,
    )  # fmt: skip
    assert amenities.loc["36910", "amenity_index"] == 2.5
    codes = table(built[0], "society").set_index(["code", "year"])["rural_urban_code"]
    assert codes["01001"].to_dict() == {1993: 1, 2003: 2}
    assert codes["36910"].to_dict() == {1993: 1, 2003: 1, 2013: 1}


def test_the_pack_loads(built):
    country = read_pack(built[0])
    assert country.base_year == 2016
    assert country.people[-1].sum() == pytest.approx(28_000)
    place = country.places.codes.index("36910")
    assert country.at(2016)[place, :, :4].sum() == pytest.approx(4_800)
    assert country.drivers.borrowed_from == ""
    assert not any("assumed" in note for note in country.notes)


def test_the_same_files_give_the_same_bytes(raw, built, tmp_path):
    write_us(raw, tmp_path / "again")
    first = {path.name: path.read_bytes() for path in built[0].iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}


def test_a_blank_band_is_nobody(own, tmp_path):
    edit(own, SEER, "01001,2016,1000,480,520,300,400,", "01001,2016,1000,480,520,,700,")
    write_us(own, tmp_path / "pack")
    ages = table(tmp_path / "pack", "ages").query("code == '01001' and year == 2016")
    people = ages.set_index("age")["people"]
    assert people.sum() == 1000
    assert people["0-19"] + people["20-44"] == 700
    assert people["20-44"] > 600


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(own, tmp_path, name):
    (own / "us" / name).unlink()
    with pytest.raises(InputError, match=name):
        write_us(own, tmp_path / "pack")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (SEER, "county_fips,", "county,", "column 'county_fips' is missing"),
        (SEER, "01003,1990,4000", "01003,1990,4001", "male + female of 01003 in 1990 is not its pop"),
        (SEER, "01003,1990,", "01099,1990,", "01003 has 47 of 48 years"),
        (FILES[1], "01001", "01002", "01001 has no position"),
        (FILES[2], "0_9", "0_10", "column '0_9' is missing"),
        (FILES[3], "40,1,0,", "41,1,0,", "there is no row of the state 01"),
        (FILES[5], "exemptions", "persons", "column 'exemptions' is missing"),
        (FILES[6], ",100,5", ",few,5", "row 2, column employment: 'few' is not a number"),
        (FILES[8], "topography code", "topography", "column 'topography code' is missing"),
    ],
)
def test_malformed_files_are_refused_by_name(own, tmp_path, name, old, new, told):
    edit(own, name, old, new)
    with pytest.raises(InputError) as caught:
        write_us(own, tmp_path / "pack")
    assert told in str(caught.value)
    assert name in str(caught.value)


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("us")
    write_us(SHARED / "data", folder)
    return folder


@pytest.mark.shared
def test_people_are_those_of_the_ready_panel(real):
    panel = pd.read_parquet(PANELS / "us.parquet").rename(columns={"place": "code"})
    matched = panel.merge(table(real, "people"), on=["code", "year"], how="outer", validate="1:1")
    assert len(matched) == 3086 * 48
    assert (matched["pop"] == matched["people"]).all()
    ages = table(real, "ages").pivot_table(index=["code", "year"], columns="age", values="people")
    panel = panel.set_index(["code", "year"]).sort_index()
    assert (ages["45-64"] == panel["age_45_64"]).all()
    assert (ages["65+"] == panel["age_65p"]).all()
    moved = (ages["0-19"] - panel["age_0_18"]) / panel["age_19_44"]
    assert moved.groupby("year").median().between(0.03, 0.06).all()


@pytest.mark.shared
def test_components_and_jobs_are_those_of_the_ready_panels(real):
    # The panels keep 51019 where people have SEER's 51917; components of 2010 begin with the census in April.
    components = pd.read_parquet(PANELS / "us_components.parquet").replace({"place": {"51019": "51917"}})
    components = components[components["year"] > 2010].rename(columns={"place": "code"})
    matched = components.merge(table(real, "flows"), on=["code", "year"], suffixes=("", "_own"), validate="1:1")
    assert len(matched) == len(components)
    assert (matched["births"] == matched["births_own"]).all()
    assert (matched["deaths"] == matched["deaths_own"]).all()
    jobs = pd.read_parquet(PANELS / "us_jobs.parquet").replace({"place": {"51019": "51917"}})
    matched = jobs.rename(columns={"place": "code"}).merge(
        table(real, "work"), on=["code", "year"], how="left", suffixes=("", "_own"), validate="1:1"
    )
    assert (matched["jobs"].fillna(0) == matched["employment"]).all()
    assert (matched["pay_per_job"].fillna(0) - matched["pay"].fillna(0)).abs().max() < 0.01
    assert matched["jobs"].isna().sum() == 11


@pytest.mark.shared
@pytest.mark.parametrize(
    ("year", "census", "within"),
    [
        # Thousands by five years of age to 85+, censuses of 1 April.
        (1980, (16348, 16700, 18242, 21168, 21319, 19521, 17561, 13965, 11669, 11090, 11710, 11615, 10088), 0.06),
        (2000, (19176, 20550, 20528, 20220, 18964, 19381, 20510, 22707, 22442, 20092, 17586, 13469, 10805), 0.04),
        (2010, (20201, 20349, 20677, 22040, 21586, 21102, 19962, 20180, 20891, 22709, 22298, 19665, 16818), 0.04),
    ],
)
def test_the_estimate_of_the_nations_ages_is_near_the_censuses(real, year, census, within):
    nation = table(real, "region_ages")
    of_year = nation[nation["year"] == year]
    estimate = (of_year["men"] + of_year["women"]).to_numpy()[: len(census)] / 1000
    assert estimate == pytest.approx(np.array(census), rel=within)


@pytest.mark.shared
def test_the_real_pack_loads_with_all_places(real):
    country = read_pack(real)
    assert len(country.places.codes) == 3086
    assert country.totals[-1].sum() == 323_127_513
    assert len(country.places.region_names) == 51
    assert sum(len(of_year.people) for of_year in country.moves.values()) == 46_851
