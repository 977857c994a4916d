"""China's counties of two censuses on the same borders: what is matched, put together, repaired and left out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cn_files import write_cn_files
from hinterland.data.importers.cn_counties import write_cn_counties
from hinterland.data.importers.cn_links import match, stem
from hinterland.data.importers.cn_shapes import Shapes
from hinterland.data.importers.cn_workbooks import Rules
from hinterland.data.pack import read_pack
from hinterland.errors import InputError

SHARED = Path(__file__).parents[4] / "shared"
DATA = SHARED / "data"
BOOKS = ("census_county_2010_v1.xlsx", "census_county_2020_v1.xlsx")
SHAPES = "counties-geo.topojson.gz"
NO_RULES = Rules({}, {}, (), (), {}, {})


@pytest.fixture(scope="module")
def raw(tmp_path_factory) -> Path:
    source = tmp_path_factory.mktemp("raw")
    write_cn_files(source)
    return source


@pytest.fixture(scope="module")
def built(raw, tmp_path_factory) -> tuple[Path, tuple[str, ...]]:
    folder = tmp_path_factory.mktemp("built") / "cn-counties"
    return folder, write_cn_counties(raw, folder)


@pytest.fixture
def own(tmp_path) -> Path:
    """Raw files of a test's own, to be spoilt."""
    write_cn_files(tmp_path / "raw")
    return tmp_path / "raw"


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(next(folder.glob(f"{name}.csv*")), dtype={"code": str, "place": str, "region": str})


def edit(source: Path, book: str, row: int, header: str, value: object) -> None:
    """Writes a cell; row 1 is the header."""
    path = source / "cn" / book
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.worksheets[0]
    column = next(cell.column for cell in sheet[1] if cell.value == header)
    sheet.cell(row, column).value = value
    workbook.save(path)


def test_every_place_has_both_years_on_the_same_borders(built):
    people = table(built[0], "people").pivot_table(index="code", columns="year", values="people")
    assert people.to_dict("index") == {
        # With the development zone north of it, which has no code in the workbook.
        "539801": {2010: 100_000, 2020: 115_000},
        # A county of another code that became a district.
        "539803": {2010: 40_000, 2020: 50_000},
        # Spelt with another character in 2010.
        "539804": {2010: 20_000, 2020: 25_000},
        # A prefecture without counties.
        "539900": {2010: 500_000, 2020: 510_000},
        # The code was that of 万盛 in 2010, which 綦江 took in.
        "500110": {2010: 90_000, 2020: 95_000},
        # 龙华 was part of 宝安.
        "440309": {2010: 200_000, 2020: 350_000},
        "440307": {2010: 40_000, 2020: 50_000},
        # Their rows are exchanged in the workbook of 2010.
        "654002": {2010: 51_000, 2020: 60_000},
        "654003": {2010: 17_000, 2020: 20_000},
    }


def test_what_is_repaired_put_together_and_left_out_is_said(built):
    said = built[1]
    assert "Census of 2010: the figures of 伊宁市, 奎屯市 stand in each other's row; exchanged." in said
    assert "9 places; 3 of them are made of several counties (4 of 2010, 5 of 2020)." in said
    assert "500110: 万盛区、綦江县 in 2010, 綦江区 in 2020." in said
    assert any("旧县 (8,000) of 2010" in sentence for sentence in said)
    assert any("三沙市 (2,000) of 2020" in sentence for sentence in said)
    assert "8,000 of 1,066,000 people of 2010 are in no place." in said
    assert "2,000 of 1,277,000 people of 2020 are in no place." in said


def test_places_have_points_inside_and_the_area_of_all_parts(built):
    places = table(built[0], "places").set_index("code")
    assert tuple(places.loc["539801", ["name", "name_en", "region"]]) == (
        "山水市甲区、山水开发区", "Jia, Shanshui Zone", "530000",
    )  # fmt: skip
    assert places.loc["539801", "area_km2"] == pytest.approx(20_000)
    assert places.loc["539804", "area_km2"] == pytest.approx(10_000)
    # The square from 104.5 E, 36 N: 100 km north are 0.9 degrees, 100 km east 1.1.
    assert 104.5 < places.loc["539801", "lon"] < 105.62
    assert 36 < places.loc["539801", "lat"] < 36.91
    assert places.loc["440309", "name"] == "深圳市龙华区、宝安区"
    assert table(built[0], "places")["name_en"].isna().sum() == 1
    assert table(built[0], "regions").set_index("code").loc["650000", "name_en"] == "Xinjiang"
    former = table(built[0], "former").set_index("code")
    assert former.loc["500222", "place"] == "500110"
    assert former.loc["539802", "name"] == "乙水县"
    assert "440306" not in former.index


def test_ages_are_those_of_all_parts(built):
    ages = table(built[0], "ages").set_index(["code", "year", "age"])
    assert tuple(ages.loc[("500110", 2010, "0"), ["men", "women"]]) == (5_400, 3_600)
    assert tuple(ages.loc[("539801", 2020, "20-24"), ["men", "women"]]) == (57_500, 46_000)
    assert ages.loc[("539801", 2020, "85+"), "men"] == 0
    assert len(ages) == 9 * 2 * 19


def test_indicators_are_sums_and_means_of_the_parts(built):
    vital = table(built[0], "vital").set_index("code")
    assert set(vital["year"]) == {2010}
    # 10 thousand with 20 births, 80 thousand with 10.
    assert vital.loc["500110", "births_per_1000"] == pytest.approx(100 / 9, abs=1e-4)
    society = table(built[0], "society").set_index(["code", "year"])
    assert society.loc[("500110", 2010), "schooling_years"] == pytest.approx((9 + 8 * 8) / 9, abs=1e-4)
    assert society.loc[("539801", 2020), "urban_people"] == 57_500
    origins = table(built[0], "origins").set_index(["code", "year"])
    assert tuple(origins.loc[("539801", 2010)]) == (90, 5, 3, 2)
    assert tuple(origins.loc[("539801", 2020)].iloc[1:]) == (6, 4, 3)
    assert pd.isna(origins.loc[("539801", 2020), "registered_per_100_residents"])
    homes = table(built[0], "homes").set_index(["code", "year"])
    assert tuple(homes.loc[("539804", 2020)]) == (3, 40)


def test_industries_of_2010_stand_one_column_off_their_headers(built):
    jobs = table(built[0], "jobs").set_index(["code", "year"])
    sectors = [f"jobs_{s}_pct" for s in ("farm", "mine", "industry", "tradable_services", "local_services", "public")]
    # Below "transport, computing" stands computing; below "information, trade" stands trade.
    assert tuple(jobs.loc[("539804", 2010), sectors]) == (40, 0, 20, 5, 25, 10)
    assert tuple(jobs.loc[("539804", 2020), sectors]) == (30, 0, 30, 10, 20, 10)


def test_the_pack_loads_and_borrows_its_nation(built):
    country = read_pack(built[0])
    assert country.years == (2010, 2020)
    assert not country.imputed.any()
    assert country.drivers.borrowed_from == "cn"
    assert country.totals[-1].sum() == 1_275_000


def test_the_same_files_give_the_same_bytes(raw, built, tmp_path):
    write_cn_counties(raw, tmp_path / "again")
    first = {path.name: path.read_bytes() for path in built[0].iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}


@pytest.mark.parametrize("printed", [-2000, 2.0, "2   0", 2000.5])
def test_counts_that_can_be_none_are_what_the_total_leaves(own, tmp_path, printed):
    edit(own, BOOKS[0], 7, "制造业", printed)
    if printed == 2.0:
        # A count that could be one but misses the total leaves the shares out.
        said = write_cn_counties(own, tmp_path / "pack")
        assert ("539804", 2010) not in table(tmp_path / "pack", "jobs").set_index(["code", "year"]).index
        assert not any("by industry" in sentence for sentence in said)
        return
    said = write_cn_counties(own, tmp_path / "pack")
    assert any("1 counts of the employed by industry" in sentence for sentence in said)
    jobs = table(tmp_path / "pack", "jobs").set_index(["code", "year"])
    assert jobs.loc[("539804", 2010), "jobs_industry_pct"] == 20


@pytest.mark.parametrize("name", [*BOOKS, SHAPES])
def test_a_missing_file_is_named(own, tmp_path, name):
    (own / "cn" / name).unlink()
    with pytest.raises(InputError, match=name):
        write_cn_counties(own, tmp_path / "pack")


@pytest.mark.parametrize(
    ("book", "row", "header", "value", "told"),
    [
        (BOOKS[0], 1, "合计", "总计", "column '合计' is missing"),
        (BOOKS[1], 1, "女_85岁以上", "女_85", "column '女_85岁以上' is missing"),
        (BOOKS[0], 5, "合计", "many", "row 5, column 合计: 'many' is not a number"),
        (BOOKS[1], 5, "区划代码", "x1", "row 5, column 区划代码: 'x1' is not a code"),
        (BOOKS[0], 5, "20-24岁（男）", 1, "the ages of 甲区 (539801) miss its people by 49,999"),
        (BOOKS[1], 6, "区划代码", 539806, "乙水区 (539806) has no shape"),
    ],
)
def test_malformed_workbooks_are_refused_by_name(own, tmp_path, book, row, header, value, told):
    edit(own, book, row, header, value)
    with pytest.raises(InputError) as caught:
        write_cn_counties(own, tmp_path / "pack")
    assert told in str(caught.value)
    assert book in str(caught.value)


def test_files_that_are_something_else_are_refused_by_name(own, tmp_path):
    (own / "cn" / SHAPES).write_bytes(gzip.compress(json.dumps({"type": "FeatureCollection"}).encode()))
    with pytest.raises(InputError, match=r"counties-geo\.topojson\.gz: cannot be read as TopoJSON"):
        write_cn_counties(own, tmp_path / "pack")
    write_cn_files(tmp_path / "other")
    (tmp_path / "other" / "cn" / BOOKS[1]).write_bytes(b"not a workbook")
    with pytest.raises(InputError, match=r"census_county_2020_v1\.xlsx: cannot be read"):
        write_cn_counties(tmp_path / "other", tmp_path / "pack")


def units(old: dict[str, str], new: dict[str, str], rules: Rules = NO_RULES, borders=None) -> list[tuple]:
    matched = match(old, new, rules, Shapes({}, borders or {}))
    return [(unit.old, unit.new) for unit in matched.units]


def test_names_without_their_kind():
    assert [stem(name) for name in ("富阳市", "富阳区", "城区", "赣县", "赣县区")] == [
        "富阳",
        "富阳",
        "城区",
        "赣县",
        "赣县",
    ]


def test_a_code_with_another_name_is_not_the_same_county():
    assert units({"539801": "东县"}, {"539801": "西县"}) == []


def test_names_are_matched_in_the_prefecture_before_the_province_and_only_where_unique():
    old = {"539801": "新华县", "539901": "新华县", "539902": "长安县", "539903": "长安市"}
    new = {"539811": "新华区", "539911": "新华区", "539912": "长安区"}
    assert units(old, new) == [(("539801",), ("539811",)), (("539901",), ("539911",))]
    assert units({"539901": "叶县"}, {"539811": "叶县"}) == [(("539901",), ("539811",))]


def test_rules_come_before_names():
    rules = Rules({}, {}, (), (), {"539801": ("539802",)}, {"539803": ("539804",)})
    old = {"539801": "庐山区", "539803": "宝安区"}
    new = {"539802": "濂溪区", "539803": "宝安区", "539804": "龙华区", "539805": "庐山市"}
    assert units(old, new, rules) == [(("539801",), ("539802",)), (("539803",), ("539803", "539804"))]


def test_zones_go_to_the_longest_border_and_to_districts_of_their_city():
    names = {"539801": "东区", "539802": "西区", "539803": "南区", "539804": "北县", "549901": "外区"}
    borders = {"539871": {"539801": 20.0, "539802": 5.0, "539804": 45.0, "549901": 30.0}}
    # The county has the longest border; one district has 20% of it, the other 5%; the last is of another city.
    assert units(names, names | {"539871": "开发区"}, borders=borders)[0] == (
        ("539801", "539804"), ("539801", "539804", "539871"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cn")
    write_cn_counties(DATA, folder)
    return folder


@pytest.mark.shared
def test_places_sum_to_their_prefectures(real):
    people = table(real, "people")
    people = people.assign(place=people["code"].str[:4] + "00")
    own = people.groupby(["place", "year"])["people"].sum().rename("own")
    panel = pd.read_parquet(DATA / "panels" / "cn.parquet").set_index(["place", "year"])[["pop"]].join(own)
    off = panel[(panel["own"] - panel["pop"]).abs() > 0.5]
    # 无为, 和县 and 鸠江 exchanged land across two prefectures; Chongqing's counties have a code of their own; one zone
    # without a partner is left out at Tangshan; the panel puts 2010 on borders that moved by townships elsewhere.
    assert set(off.index) == {
        ("340200", 2010), ("340500", 2010), ("340200", 2020), ("340500", 2020), ("500100", 2010), ("500100", 2020),
        ("130200", 2020), ("130900", 2010), ("420500", 2020), ("441600", 2010), ("445200", 2010), ("445300", 2010),
    }  # fmt: skip
    across = off.loc[[("340200", 2010), ("340500", 2010)]].sum()
    assert across["own"] == across["pop"]


@pytest.mark.shared
@pytest.mark.parametrize("year", [2010, 2020])
def test_ages_of_single_counties_are_those_of_the_tidy_extracts(real, year):
    """Where the code's people are the place's, so are all 38 groups."""
    ages = table(real, "ages").query("year == @year")
    wide = ages.pivot_table(index="code", columns="age", values=["men", "women"])
    first = {"men": "m", "women": "f"}
    wide.columns = [f"{first[sex]}{int(age.split('-')[0].rstrip('+')):02d}" for sex, age in wide.columns]
    tidy = pd.read_csv(DATA / "cn" / f"china_county_pref_prov_{year}_age_sex.csv.gz", dtype={"code": str})
    tidy = tidy.dropna(subset="code").drop_duplicates("code").set_index("code")
    same = wide.index[wide.index.isin(tidy.index) & (wide.sum(axis=1) == tidy["pop"].reindex(wide.index))]
    assert len(same) > 2_300
    equal = (wide.loc[same] == tidy.loc[same, wide.columns].fillna(0)).all(axis=1)
    # The extract has the misprint of 2010 that the pack puts right.
    assert list(equal.index[~equal]) == (["211422"] if year == 2010 else [])


@pytest.mark.shared
def test_the_real_pack_holds_nearly_everybody(real):
    country = read_pack(real)
    assert len(country.places.codes) == 2691
    assert country.totals[0].sum() == 1_332_810_869 - 444
    assert country.totals[1].sum() == 1_409_778_724 - 45_891
    assert not country.imputed.any()
    growth = country.totals[1] / country.totals[0]
    assert growth.min() > 0.3
    assert growth.max() < 2.6
