"""The nation's course from the United Nations' files: joined, cast back, and in persons per year."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from hinterland.data.importers.wpp import FILES, write_drivers
from hinterland.errors import InputError
from wpp_files import FIVE, write_wpp

SHARED = Path(__file__).parents[4] / "shared"
CN = Path(__file__).parents[3] / "src" / "hinterland" / "packs" / "cn"
DRIVERS = ("nation", "mortality", "fertility_age", "migrants_age")
KEYS = ("year", "period", "age")


@pytest.fixture
def source(tmp_path) -> Path:
    write_wpp(tmp_path / "raw", (7, 8))
    return tmp_path / "raw"


def edit(source: Path, name: str, old: str, new: str) -> None:
    path = source / "world" / "wpp2024" / f"{name}.csv.gz"
    text = gzip.decompress(path.read_bytes()).decode()
    assert old in text
    path.write_bytes(gzip.compress(text.replace(old, new).encode()))


def test_people_are_cast_back_and_thousands_become_persons(source, tmp_path):
    write_drivers(source, tmp_path / "pack", 7, 1969)
    nation = pd.read_csv(tmp_path / "pack" / "nation.csv", index_col="year")
    assert list(nation.index) == list(range(1969, 2101))
    assert nation.loc[2024, "people"] == 1_000_000
    assert nation.loc[2023, "people"] == 998_000
    assert nation.loc[1969, "people"] == 1_000_000 - 55 * 2_000
    assert nation.loc[2100, "people"] == 1_000_000 + 76 * 2_000
    assert tuple(nation.loc[1969, ["births", "deaths", "net_migrants"]]) == (12_500, 10_750, 250)
    assert tuple(nation.loc[2050, ["net_migrants_80l", "net_migrants_95u"]]) == (-250, 750)
    assert tuple(nation.loc[2024, ["people_low", "people_80u"]]) == (999_000, 1_001_000)
    assert tuple(nation.loc[2024, ["fertility_high", "life_expectancy_women_95l"]]) == (2.0, 75.75)
    assert nation.loc[:2023, [c for c in nation if c[-3:] in {"80l", "80u", "95l", "95u"}]].isna().all(axis=None)
    assert nation.loc[2024:].notna().all(axis=None)


def test_schedules_begin_with_the_period_of_the_first_year_and_are_per_year(source, tmp_path):
    write_drivers(source, tmp_path / "pack", 7, 1969)
    deaths = pd.read_csv(tmp_path / "pack" / "mortality.csv")
    assert deaths["period"].iloc[0] == "1965-1970"
    assert list(deaths["age"].unique()) == ["0", "1-4", *FIVE[1:]]
    assert tuple(deaths.loc[0, ["men", "women"]]) == (0.002, 0.00123456)
    shares = pd.read_csv(tmp_path / "pack" / "fertility_age.csv")
    assert shares.groupby("period")["pct"].sum().to_numpy() == pytest.approx(100, abs=0.001)
    net = pd.read_csv(tmp_path / "pack" / "migrants_age.csv")
    assert net["period"].iloc[0] == "2020-2025"
    assert tuple(net.loc[0, ["men", "women"]]) == (100, -50)


def test_the_first_year_of_a_period_leaves_the_period_before_out(source, tmp_path):
    write_drivers(source, tmp_path / "pack", 7, 1970)
    assert pd.read_csv(tmp_path / "pack" / "mortality.csv")["period"].iloc[0] == "1970-1975"


def test_the_same_files_give_the_same_bytes(source, tmp_path):
    for folder in ("one", "two"):
        write_drivers(source, tmp_path / folder, 8, 1980)
    for name in DRIVERS:
        assert (tmp_path / "one" / f"{name}.csv").read_bytes() == (tmp_path / "two" / f"{name}.csv").read_bytes()


def test_the_country_comes_by_its_own_code(source, tmp_path):
    write_drivers(source, tmp_path / "pack", 8, 2000)
    nation = pd.read_csv(tmp_path / "pack" / "nation.csv", index_col="year")
    assert tuple(nation.loc[2024, ["people", "fertility"]]) == (2_000_000, 2.5)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(source, tmp_path, file):
    (source / file).unlink()
    with pytest.raises(InputError, match=file.split("/")[-1]):
        write_drivers(source, tmp_path / "pack", 7, 1969)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("tfr1dt", "country_code,year,tfr", "country_code,year,rate", "tfr1dt.csv.gz: column 'tfr' is missing"),
        ("misc1dt", "7,1950,12.5", "7,1950,many", "misc1dt.csv.gz, row 2, column births: 'many' is not a number"),
        ("mig1dt", "7,1999,0.25", "7,1949,0.25", "there is no net_migrants for 1999"),
        ("mx5dt", "7,1990-1995,", "7,early,", "mx5dt.csv.gz: 'early' is not a period"),
    ],
)
def test_malformed_files_are_refused_by_name(source, tmp_path, name, old, new, told):
    edit(source, name, old, new)
    with pytest.raises(InputError) as caught:
        write_drivers(source, tmp_path / "pack", 7, 1969)
    assert told in str(caught.value)


def test_an_unknown_country_and_a_year_before_the_estimates_are_refused(source, tmp_path):
    with pytest.raises(InputError, match="country 9 is not in it"):
        write_drivers(source, tmp_path / "pack", 9, 1969)
    with pytest.raises(InputError, match="first_year = 1949"):
        write_drivers(source, tmp_path / "pack", 7, 1949)


def test_a_broken_archive_is_refused_by_name(source, tmp_path):
    (source / FILES[0]).write_bytes(b"not gzip")
    with pytest.raises(InputError, match=r"tfr1dt\.csv\.gz: cannot be read"):
        write_drivers(source, tmp_path / "pack", 7, 1969)


@pytest.mark.shared
def test_china_agrees_with_the_embedded_pack(tmp_path):
    write_drivers(SHARED / "data", tmp_path, 156, 2000)
    within = {"people": 50, "fertility": 1e-4, "mortality": 1e-6, "fertility_age": 1e-3, "migrants_age": 0.1}
    for name in DRIVERS:
        embedded, own = pd.read_csv(CN / f"{name}.csv"), pd.read_csv(tmp_path / f"{name}.csv")
        keys = [key for key in KEYS if key in embedded]
        matched = embedded.merge(own, on=keys, suffixes=("", "_own"), validate="1:1")
        assert len(matched) == len(embedded)
        for column in embedded.columns.drop(keys):
            rounding = within.get(name, within.get(column.split("_")[0], 0.5))
            there = matched[column].notna()
            assert (matched[f"{column}_own"].notna() == there).all(), column
            assert (matched[column] - matched[f"{column}_own"])[there].abs().max() <= rounding, column


@pytest.mark.shared
@pytest.mark.parametrize(("country", "first_year"), [(392, 1980), (840, 1969)])
def test_people_of_other_countries_agree_with_their_crude_rates(tmp_path, country, first_year):
    write_drivers(SHARED / "data", tmp_path, country, first_year)
    nation = pd.read_csv(tmp_path / "nation.csv", index_col="year")
    assert list(nation.index) == list(range(first_year, 2101))
    estimates = pd.read_csv(SHARED / "data" / "world" / "wpp2024" / "misc1dt.csv.gz")
    estimates = estimates[estimates["country_code"] == country].set_index("year").loc[first_year + 1 :]
    middle = nation["people"].rolling(2).mean().loc[first_year + 1 : 2023]
    # Rates per thousand have three decimals.
    assert (middle / (estimates["births"] / estimates["cbr"] * 1e6) - 1).abs().max() < 3e-4
    net = pd.read_csv(tmp_path / "migrants_age.csv").groupby("period")[["men", "women"]].sum().sum(axis=1)
    assert net["2025-2030"] == pytest.approx(nation.loc[2025:2029, "net_migrants"].mean(), rel=0.15)
