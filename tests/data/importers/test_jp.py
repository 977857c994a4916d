"""The pack of Japan holds what the register's raw files say, on one border, of nationals, without the wrong tables."""

from __future__ import annotations

import gzip
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hinterland.data.find import find
from hinterland.data.importers import jp
from hinterland.data.importers.jp_register import COLUMNS
from hinterland.data.pack import PACKS, read_pack
from hinterland.errors import InputError
from japan import PLACES, flows, men, women, write_japan

VITAL = "jp/juki_population_vital_migration_1995_2022.csv.gz"
AGES = "jp/juki_age_sex_1995_2022.csv.gz"


def _borrow(source: Path, folder: Path, country: int, first_year: int) -> None:
    """The nation's course of China stands in: what the United Nations say is tested elsewhere."""
    assert (country, first_year) == (392, 1995)
    for name in ("nation", "mortality", "fertility_age", "migrants_age"):
        shutil.copy(PACKS / "cn" / f"{name}.csv", folder)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("pyarrow")
    pytest.importorskip("python_calamine")
    monkeypatch.setattr(jp, "write_drivers", _borrow)
    return write_japan(tmp_path / "raw")


@pytest.fixture
def pack(source: Path, tmp_path: Path) -> Path:
    jp.write_jp(source, tmp_path / "jp")
    return tmp_path / "jp"


def _table(pack: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(pack / f"{name}.csv.gz", dtype={"code": str, "region": str, "place": str})


def _row(table: pd.DataFrame, code: str, year: int) -> dict[str, float]:
    found = table[(table["code"] == code) & (table["year"] == year)]
    assert len(found) == 1
    return found.iloc[0].to_dict()


def test_the_pack_loads_with_every_place_and_year(pack):
    country = read_pack(pack)
    assert country.places.codes == tuple(PLACES)
    assert country.years == tuple(range(1995, 2023))
    assert country.ages.open == 80
    assert not country.imputed.any()
    assert np.abs(country.people.sum(axis=(2, 3)) - country.totals).max() < 1e-6


def test_merged_units_are_summed_and_wards_and_prefectures_are_not(pack):
    people = _table(pack, "people")
    size = {code: sum(men(size)) + sum(women(size)) for code, size in {**PLACES, "01339": 20}.items()}
    assert _row(people, "01202", 2004)["people"] == size["01202"] + size["01339"]
    assert _row(people, "01202", 2005)["people"] == size["01202"]
    assert _row(people, "01100", 1995)["people"] == size["01100"]
    assert set(people["code"]) == set(PLACES)
    ages = _table(pack, "ages")
    youngest = ages[(ages["code"] == "01202") & (ages["year"] == 2004) & (ages["age"] == "0-4")].iloc[0]
    assert (youngest["men"], youngest["women"]) == (120 + 40, 130 + 50)


def test_a_code_of_a_year_or_two_is_found_by_its_name(pack):
    people = _table(pack, "people")
    assert {_row(people, "02201", year)["people"] for year in (2001, 2002, 2003, 2004)} == {
        sum(men(90)) + sum(women(90))
    }


def test_people_from_2013_are_nationals_at_31_march(pack):
    people = _table(pack, "people")
    final = sum(men(100)) + sum(women(100))
    # 34 more every January: a quarter of it is there by March, and 2022 goes on as 2021 did.
    assert _row(people, "01202", 2013)["people"] == final - 9 * 34
    assert _row(people, "01202", 2014)["people"] == final - 8 * 34 + 8.5
    assert _row(people, "01202", 2022)["people"] == final + 8.5


def test_flows_end_at_the_date_of_the_people(pack):
    moved = _table(pack, "flows")
    early, late, last = (_row(moved, "01202", year) for year in (2004, 2014, 2022))
    assert early["births"] == flows(100)["births"] + flows(20)["births"]
    assert early["arrivals"] == 120
    assert np.isnan(early["from_abroad"])
    # Births are 4 a year and more in 2013, 8 in 2014, 12 in 2015: three quarters of 8 and one of 12.
    assert late["births"] == 9
    assert last["births"] == 40
    assert (late["arrivals"], late["from_abroad"]) == (97, 3)
    assert (late["departures"], late["to_abroad"]) == (97, 2)


def test_a_wrong_table_of_ages_is_replaced_and_named(source, tmp_path):
    told = jp.write_jp(source, tmp_path / "jp")
    assert any(sentence.endswith("of those after): 1, namely 01203 in 2004.") for sentence in told)
    ages = _table(tmp_path / "jp", "ages")
    held = ages[(ages["code"] == "01203") & (ages["year"] == 2004)]
    assert list(held["age"]) == list(COLUMNS.values())
    assert list(held["men"]) == men(600)
    assert list(held["women"]) == women(600)


def test_ages_that_lack_some_persons_are_scaled_to_all(source, tmp_path):
    raw = pd.read_csv(source / AGES, dtype={"code": str})
    raw.loc[(raw["code"] == "012025") & (raw["year"] == 2006) & (raw["sex"] == "M"), "a80p"] -= 3
    raw.to_csv(source / AGES, index=False)
    told = jp.write_jp(source, tmp_path / "jp")
    assert any(sentence.endswith("scaled to all: 1 tables.") for sentence in told)
    ages = _table(tmp_path / "jp", "ages")
    held = ages[(ages["code"] == "01202") & (ages["year"] == 2006)]
    total = sum(men(100))
    assert held["men"].sum() == pytest.approx(total, abs=0.1)
    assert held["men"].iloc[0] == pytest.approx(120 * total / (total - 3), abs=0.005)


def test_births_that_cannot_be_right_are_left_out(source, tmp_path):
    raw = pd.read_csv(source / VITAL, dtype={"code": str})
    raw.loc[(raw["code"] == "012025") & (raw["year"] == 2008), "births"] = 90
    raw.to_csv(source / VITAL, index=False)
    told = jp.write_jp(source, tmp_path / "jp")
    assert any(sentence.endswith("left out: 1 places and years, namely 01202 in 2008.") for sentence in told)
    moved = _table(tmp_path / "jp", "flows")
    assert moved[(moved["code"] == "01202") & (moved["year"] == 2008)].empty
    assert _row(moved, "01202", 2009)["births"] == 10


def test_indices_come_by_code_or_name_and_not_for_several_units(source, tmp_path):
    told = jp.write_jp(source, tmp_path / "jp")
    assert any(sentence.endswith("several units then, left out: 1 places and years.") for sentence in told)
    money = _table(tmp_path / "jp", "money")
    assert money[["code", "year"]].to_numpy().tolist() == [
        ["01203", 2003],
        ["01202", 2008],
        ["02201", 2008],
        ["01202", 2012],
    ]
    otaru = _row(money, "01203", 2003)
    assert (otaru["fiscal_strength"], otaru["current_balance_pct"], otaru["debt_service_pct"]) == (0.4, 95, 12)
    assert np.isnan(otaru["future_burden_pct"])
    assert np.isnan(otaru["pay_index"])
    ward = _row(money, "01202", 2008)
    assert (ward["fiscal_strength"], ward["future_burden_pct"], ward["pay_index"]) == (0.52, 120.5, 99)
    # A dash is no debt service published, but no future burden at all; the pay index is the one against uncut pay.
    assert np.isnan(_row(money, "02201", 2008)["debt_service_pct"])
    assert _row(money, "02201", 2008)["future_burden_pct"] == 0
    assert _row(money, "01202", 2012)["pay_index"] == 99.5


def test_places_have_names_regions_seats_and_what_they_were(pack):
    country = read_pack(pack)
    assert str(find(country, "函館")) == "函館市 Hakodate (01202, Hokkaido)"
    assert find(country, "otaru").code == "01203"
    assert list(country.places.seat) == [True, False, False, True]
    assert country.places.region_names["02"] == ("青森県", "Aomori")
    former = _table(pack, "former")
    assert former.to_numpy().tolist() == [["01339", "戸井町", "01202", 2004], ["02299", "青森市", "02201", 2003]]


def test_the_same_files_give_the_same_bytes(source, tmp_path):
    jp.write_jp(source, tmp_path / "one")
    jp.write_jp(source, tmp_path / "two")
    one, two = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert {name for name in one if name.endswith(".gz")} >= {"people.csv.gz", "ages.csv.gz", "flows.csv.gz"}


@pytest.mark.parametrize(
    "name",
    [
        "jp/municipality_converter_en.csv",
        VITAL,
        AGES,
        "jp/indices.tar.gz",
        "panels/jp.parquet",
        "panels/jp_age.parquet",
        "panels/jp_places.csv",
    ],
)
def test_a_missing_file_is_named(source, tmp_path, name):
    (source / name).unlink()
    with pytest.raises(InputError) as error:
        jp.write_jp(source, tmp_path / "jp")
    assert error.value.where == name
    assert "docs/data.md" in error.value.remedy
    assert not (tmp_path / "jp" / "pack.toml").exists()


@pytest.mark.parametrize("name", [AGES, "jp/indices.tar.gz", "panels/jp.parquet"])
def test_a_broken_file_is_named(source, tmp_path, name):
    whole = (source / name).read_bytes()
    (source / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cannot be read") as error:
        jp.write_jp(source, tmp_path / "jp")
    assert error.value.where == name


@pytest.mark.parametrize("library", ["pyarrow", "python_calamine"])
def test_a_library_that_is_not_installed_is_named(source, tmp_path, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=f"{library.replace('_', '-')} is needed") as error:
        jp.write_jp(source, tmp_path / "jp")
    assert "pip install" in error.value.remedy


def _change(source: Path, name: str, old: str, new: str) -> None:
    text = gzip.decompress((source / name).read_bytes()).decode()
    assert old in text
    (source / name).write_bytes(gzip.compress(text.replace(old, new, 1).encode()))


def test_a_missing_column_is_named(source, tmp_path):
    _change(source, VITAL, ",births,", ",birth,")
    with pytest.raises(InputError, match="column 'births' is missing") as error:
        jp.write_jp(source, tmp_path / "jp")
    assert error.value.where == VITAL


def test_a_value_that_is_no_number_is_named_with_its_row(source, tmp_path):
    _change(source, AGES, "1995,011002,北海道,札幌市,T,", "1995,011002,北海道,札幌市,T,x")
    raw = gzip.decompress((source / AGES).read_bytes()).decode().splitlines()
    row = next(number for number, line in enumerate(raw, 1) if ",T,x" in line)
    assert row == 2
    # `total` is not read; the first age is.
    _change(source, AGES, ",T,x", ",T,")
    _change(source, AGES, f",{men(400)[0] + women(400)[0]},", ",many,")
    with pytest.raises(InputError, match="'many' is not a number") as error:
        jp.write_jp(source, tmp_path / "jp")
    assert error.value.where == f"{AGES}, row {row}, column a00_04"


def test_a_unit_that_has_no_place_is_named(source, tmp_path):
    _change(source, VITAL, "2002,022993,青森県,青森市", "2002,022993,青森県,弘前市")
    with pytest.raises(InputError, match=r"青森県 弘前市 \(02299\) is not in the merger map"):
        jp.write_jp(source, tmp_path / "jp")


def test_people_that_do_not_sum_to_the_prefecture_are_refused(source, tmp_path):
    raw = pd.read_csv(source / VITAL, dtype={"code": str})
    raw.loc[(raw["code"] == "020001") & (raw["year"] == 1999), "pop"] += 1
    raw.to_csv(source / VITAL, index=False)
    with pytest.raises(InputError, match="prefecture 02 has 3,639 people in 1999, its places 3,638"):
        jp.write_jp(source, tmp_path / "jp")


def test_a_place_without_a_year_is_refused(source, tmp_path):
    raw = pd.read_parquet(source / "panels/jp.parquet")
    raw[(raw["place"] != 1203) | (raw["year"] != 2019)].to_parquet(source / "panels/jp.parquet")
    with pytest.raises(InputError, match="place 01203 has no figures for 2019"):
        jp.write_jp(source, tmp_path / "jp")


def test_more_nationals_than_residents_are_refused(source, tmp_path):
    raw = pd.read_parquet(source / "panels/jp.parquet")
    raw.loc[(raw["place"] == 1203) & (raw["year"] == 2022), "pop_raw"] += 15
    raw.to_parquet(source / "panels/jp.parquet")
    with pytest.raises(InputError, match="place 01203 has more nationals in 2022"):
        jp.write_jp(source, tmp_path / "jp")
