"""The pack of Japan by census holds the published totals on one border."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hinterland.data.importers import jp_census
from hinterland.data.pack import PACKS, read_pack
from hinterland.errors import InputError

GROUPS = (
    [f"{age}～{age + 4}歳" for age in range(0, 100, 5)],
    [
        f"{age}－{age + 4}歳【人】".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        for age in range(0, 100, 5)
    ],
)
"""Headings of the ages in 2020 and in 1980, whose digits are wide."""
PLACES = {"01100": "Sapporo-shi", "01202": "Hakodate-shi", "01203": "Otaru-shi"}


def _borrow(source: Path, folder: Path, country: int, first_year: int) -> None:
    """The nation's course of China stands in: what the United Nations say is tested elsewhere."""
    assert (country, first_year) == (392, 1980)
    for name in ("nation", "mortality", "fertility_age", "migrants_age"):
        shutil.copy(PACKS / "cn" / f"{name}.csv", folder)


def _rows(units: dict[tuple[str, str], int], sexes: tuple[str, str, str], ages: int) -> list[list[str]]:
    """Census rows: both sexes hold `people`, men a third; everybody is aged 0-4 but 30 of 90 and 3 of 100 and over."""
    rows = []
    for sex, share in zip(sexes, (3, 1, 2), strict=True):
        for (code, name), people in units.items():
            cells = [0] * ages
            if people:
                cells[0], cells[18], cells[20] = people * share // 3 - 11 * share, 10 * share, share
            texts = [f"{people * share // 3:,}", *(f"{n:,}" if n else "-" for n in cells)]
            rows.append([sex, code, name, *texts])
    return rows


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(jp_census, "write_drivers", _borrow)
    raw = tmp_path / "raw"
    for folder in ("jp", "panels"):
        (raw / folder).mkdir(parents=True)
    first = {
        ("01000", "北海道"): 18_300,
        ("01100", "札幌市"): 9_000,
        ("01101", "中央区"): 9_000,
        ("01202", "函館市"): 3_000,
        ("01203", "小樽市"): 6_000,
        ("01339", "戸井町"): 300,
    }
    last = {
        ("00000", "全国"): 27_000,
        ("01000", "北海道"): 27_000,
        ("01100", "札幌市"): 21_000,
        ("01202", "函館市"): 3_600,
        ("0120B", "（旧：函館市）"): 3_300,
        ("01339", "（旧：戸井町）"): 300,
        ("01203", "小樽市"): 2_400,
    }
    _write(raw / "jp/population_census_1980.csv", "", _rows(first, ("000", "001", "002"), 22), GROUPS[1], "【人】")
    _write(raw / "jp/population_census_2020.csv", "国籍総数か日本人", _rows(last, ("0", "1", "2"), 22), GROUPS[0], "")
    _between(raw / "jp/DTA_panel_estat_pop_base2015_with_cao.dta")
    panel = [{"place": int(code), "year": 2015, "pop": 2_000.0} for code in PLACES]
    pd.DataFrame(panel).to_parquet(raw / "panels/jp_census.parquet")
    _converter().to_csv(raw / "jp/municipality_converter_en.csv", index=False)
    places = [
        {"place": int(code), "name": f"北海道 {code}市", "lon": 140 + n, "lat": 42.5, "area_km2": 1}
        for n, code in enumerate(PLACES)
    ]
    pd.DataFrame(places).to_csv(raw / "panels/jp_places.csv", index=False)
    return raw


def _write(path: Path, more: str, rows: list[list[str]], groups: list[str], unit: str) -> None:
    """A census table: nine lines about it, codes of columns, headings, rows with commas between thousands."""
    begin = ["男女 コード", "男女", *([f"{more} コード", more] if more else []), "市区町村 コード", "市区町村"]
    head = [*begin, "/年齢", f"総数{unit}", *groups, f"100歳以上{unit}", "年齢不詳"]
    lines = [["about"]] * 9 + [["", "", "code"], head]
    lines += [[sex, "", *(["0", ""] if more else []), code, name, "", *cells] for sex, code, name, *cells in rows]
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    path.write_text(text + "\n", encoding="utf-8-sig")


def _between(path: Path) -> None:
    rows = [
        {"year": float(year), "id_muni2015": int(code), "totalpop": float(1_000 + year if code != "01203" else people)}
        for year, people in zip(jp_census.BETWEEN, (500, 400, 300, 200, 100, 50), strict=True)
        for code in PLACES
    ]
    pd.DataFrame(rows).astype({"id_muni2015": "int32"}).to_stata(path, write_index=False)


def _converter() -> pd.DataFrame:
    rows = []
    for code, name, last in ((1100, "Sapporo-shi", 2020), (1202, "Hakodate-shi", 2020), (1203, "Otaru-shi", 2020)):
        rows.append((code, f"{name}, Hokkaido", last, code, f"{name}, Hokkaido"))
    rows.append((1339, "Kameda-gun, Toi-cho, Hokkaido", 2000, 1202, "Hakodate-shi, Hokkaido"))
    years = range(1980, 2021, 5)
    return pd.DataFrame(
        [
            {f"id_muni{year}": code if year <= last else place for year in years}
            | {f"name_muni{year}": name if year <= last else present for year in years}
            for code, name, last, place, present in rows
        ]
    )


def _table(pack: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(pack / f"{name}.csv.gz", dtype={"code": str, "place": str})


def test_totals_are_those_of_the_censuses_on_one_border(source, tmp_path):
    jp_census.write_jp_census(source, tmp_path / "pack")
    country = read_pack(tmp_path / "pack")
    assert country.years == tuple(range(1980, 2021, 5))
    assert country.places.codes == tuple(PLACES)
    assert country.totals[0].tolist() == [9_000, 3_300, 6_000]
    assert country.totals[1].tolist() == [2_985, 2_985, 500]
    assert country.totals[7].tolist() == [2_000, 2_000, 2_000]
    assert country.totals[8].tolist() == [21_000, 3_600, 2_400]


def test_ages_follow_the_nation_without_persons_of_unknown_age(source, tmp_path):
    jp_census.write_jp_census(source, tmp_path / "pack")
    ages = pd.read_csv(tmp_path / "pack" / "region_ages.csv.gz").set_index(["year", "age"])
    # The prefecture's men are a third: 10 aged 90 to 94 and one of 100 and over, the others the youngest.
    assert ages.loc[(1980, "85+"), ["men", "women"]].tolist() == [11, 22]
    assert ages.loc[(1980, "0-4"), ["men", "women"]].tolist() == [6_089, 12_178]
    assert ages.loc[(2020, "0-4"), "men"] == 8_989
    country = read_pack(tmp_path / "pack")
    assert country.people[8, 0, :, 0].sum() == pytest.approx(21_000 * 26_967 / 27_000, rel=1e-6)
    assert not np.isnan(country.people).any()


def test_former_units_have_their_last_census_and_their_names(source, tmp_path):
    jp_census.write_jp_census(source, tmp_path / "pack")
    assert _table(tmp_path / "pack", "former").to_numpy().tolist() == [["01339", "戸井町", "01202", 2000]]


def test_a_place_that_was_empty_is_left_out_and_named(source, tmp_path):
    path = source / "panels/jp_census.parquet"
    panel = pd.read_parquet(path)
    panel.loc[panel["place"] == 1203, "pop"] = 0.0
    panel.to_parquet(path)
    told = jp_census.write_jp_census(source, tmp_path / "pack")
    assert told[-1] == "Places that were empty or not counted at a census, left out: 1, 01203."
    assert read_pack(tmp_path / "pack").places.codes == ("01100", "01202")


@pytest.mark.parametrize(
    "name",
    [
        "jp/population_census_1980.csv",
        "jp/population_census_2020.csv",
        "jp/DTA_panel_estat_pop_base2015_with_cao.dta",
        "panels/jp_census.parquet",
    ],
)
def test_a_missing_file_is_named(source, tmp_path, name):
    (source / name).unlink()
    with pytest.raises(InputError) as error:
        jp_census.write_jp_census(source, tmp_path / "pack")
    assert error.value.where == name


def test_a_figure_that_is_no_number_is_named_with_its_row(source, tmp_path):
    path = source / "jp/population_census_1980.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    row = next(number for number, line in enumerate(lines, 1) if '"函館市"' in line)
    lines[row - 1] = lines[row - 1].replace('"3,000"', '"3,ooo"')
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    with pytest.raises(InputError, match="'3,ooo' is not a number") as error:
        jp_census.write_jp_census(source, tmp_path / "pack")
    assert error.value.where == f"jp/population_census_1980.csv, row {row}, column people"


def test_a_missing_heading_and_wrong_sums_are_named(source, tmp_path):
    path = source / "jp/population_census_2020.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("市区町村 コード", "市町 コード"), encoding="utf-8-sig")
    with pytest.raises(InputError, match=r"row 11 has no heading like .*市区町村"):
        jp_census.write_jp_census(source, tmp_path / "pack")
    path.write_text(text.replace('"3,600"', '"3,500"'), encoding="utf-8-sig")
    with pytest.raises(InputError, match="prefecture 01 has 27,000 people in 2020, its places 26,900"):
        jp_census.write_jp_census(source, tmp_path / "pack")
