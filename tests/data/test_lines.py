"""Railway lines of packs: what is read, what is refused and how, and the table of China's lines."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import pytest

import small_packs
from hinterland.data.country import Country
from hinterland.data.describe import describe
from hinterland.data.find import find_place
from hinterland.data.lines import as_year
from hinterland.data.pack import PACKS, read_pack
from hinterland.errors import InputError
from hinterland.space.distance import great_circle
from hinterland.space.network import lines_at

HEADER = "line,order,code,name,name_en,opened,closed,speed_kmh,minutes,sure,source\n"
MANIFEST = small_packs.MANIFEST.format(
    tables="".join(f'{name} = "{name}.csv"\n' for name in ("places", "people", "lines")),
    named='"places", "people", "lines"',
)


def pack(folder: Path, *rows: str, header: str = HEADER) -> Path:
    return small_packs.write(folder, MANIFEST, lines=header + "".join(f"{row}\n" for row in rows))


@pytest.fixture(scope="module")
def cn() -> Country:
    return read_pack("cn")


@pytest.fixture(scope="module")
def table() -> list[dict[str, str]]:
    with (PACKS / "cn" / "lines.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_line_is_read_and_blanks_repeat_its_first_row(tmp_path):
    (line,) = read_pack(pack(tmp_path, "x,1,b,Ex,Line X,2015-06-26,2030,250,,A,a paper", "x,2,a,,,,,,40,,")).lines
    assert (line.name, line.name_en, line.source) == ("Ex", "Line X", "a paper")
    assert (line.way, line.speed, line.minutes) == ((1, 0), 250.0, (40.0,))
    assert line.opens == pytest.approx(2015 + 176 / 365)
    assert line.closes == 2030.5


def test_the_order_of_stops_is_that_of_the_column_and_not_of_the_rows(tmp_path):
    rows = ("x,3,b,,,2015,,250,,,", "x,1,b,,,,,,,,", "x,2,a,,,,,,,,")
    (line,) = read_pack(pack(tmp_path, *rows)).lines
    assert line.way == (1, 0, 1)
    assert (line.name, line.closes, line.minutes) == ("x", math.inf, ())


def test_the_least_that_a_table_of_lines_needs(tmp_path):
    folder = pack(tmp_path, "x,1,a,2015,100", "x,2,b,2015,100", header="line,order,code,opened,speed_kmh\n")
    (line,) = read_pack(folder).lines
    assert (line.way, line.opens, line.speed) == ((0, 1), 2015.5, 100.0)


def test_a_pack_without_lines_has_none(tmp_path):
    country = read_pack(small_packs.write(tmp_path))
    assert country.lines == ()
    assert "lines" not in dict(describe(country))


@pytest.mark.parametrize(
    ("text", "year"),
    [("2020", 2020.5), ("2020-12-12", 2020 + 346 / 366), ("2021-01", 2021 + 15.5 / 365), ("2020-01-01", 2020.0)],
)
def test_a_date_is_a_year_with_its_fraction(text, year):
    assert as_year(text) == pytest.approx(year, abs=1e-12)


@pytest.mark.parametrize("text", ["", "soon", "2020-13", "2021-02-29", "20-12", "2020/12", "1600", "2020-1", "²⁰²⁰"])
def test_what_is_no_date(text):
    with pytest.raises(ValueError, match="is not a date"):
        as_year(text)


FIRST = "x,1,a,,,2015,,250,,,"
FAULTS = [
    pytest.param(
        (FIRST, "x,2,c,,,,,,,,"),
        r"lines.csv, row 3, column code: code 'c' is not known. .*Add it to the table places or take the row out",
        id="unknown place",
    ),
    pytest.param(
        ("x,1,a,,,soon,,250,,,", "x,2,b,,,,,,,,"),
        r"lines.csv, row 2, column opened: 'soon' is not a date. Write the year, the month or the day: 2020, 2020-12",
        id="no date",
    ),
    pytest.param(
        ("x,1,a,,,2015-02-30,,250,,,", "x,2,b,,,,,,,,"),
        r"row 2, column opened: '2015-02-30' is not a date",
        id="no such day",
    ),
    pytest.param(
        ("x,1,a,,,,,250,,,", "x,2,b,,,2015,,,,,"),
        r"lines.csv, row 3, column opened: 2015 differs from the blank cell in row 2 of the line 'x'",
        id="date not in the first row",
    ),
    pytest.param(
        ("x,1,a,,,,,250,,,", "x,2,b,,,,,,,,"),
        r"row 2, column opened: the cell is blank. Write the year",
        id="no opening",
    ),
    pytest.param(
        ("x,1,a,,,2015,2014-12,250,,,", "x,2,b,,,,,,,,"),
        r"row 2, column closed: the line closes on 2014-12, not after it opens. Correct one of the two dates",
        id="closes before it opens",
    ),
    pytest.param(
        (FIRST,),
        r"lines.csv, row 2, column code: the line 'x' has one stop, a. Give it two stops or more, or take it out",
        id="one stop",
    ),
    pytest.param(
        (FIRST, "x,2,b,,,,,,,,", "x,3,b,,,,,,,,"),
        r"lines.csv, row 4, column code: b is the stop before, in row 3, too. Take one of the two out",
        id="a stop twice in succession",
    ),
    pytest.param(
        (FIRST, "x,1,b,,,,,,,,"),
        r"row 3, column line: x, 1 stands there already, in row 2. Keep one row for each line and order",
        id="one place in the order twice",
    ),
    pytest.param((FIRST, "x,2,,,,,,,,,"), r"row 3, column code: the cell is blank. Write the place", id="no code"),
    pytest.param(
        ("x,1,a,,,2015,,,,,", "x,2,b,,,,,,,,"),
        r"row 2, column speed_kmh: the cell is blank. Write the highest speed in km/h",
        id="no speed",
    ),
    pytest.param(
        ("x,1,a,,,2015,,0,,,", "x,2,b,,,,,,,,"),
        r"row 2, column speed_kmh: 0 is out of range. Write highest speed in km/h, from 1 to 1000",
        id="no motion",
    ),
    pytest.param(
        ("x,1,a,,,2015,,fast,,,", "x,2,b,,,,,,,,"),
        r"row 2, column speed_kmh: 'fast' is not a number",
        id="a word for a speed",
    ),
    pytest.param(
        (FIRST, "x,2,b,,,,,200,,,"),
        r"row 3, column speed_kmh: 200.0 differs from 250.0 in row 2 of the line 'x'. Make the rows of a line agree",
        id="two speeds",
    ),
    pytest.param(
        ("x,1,a,,,2015,,250,40,,", "x,2,b,,,,,,,,"),
        r"row 2, column minutes: 40 minutes stand at the first stop of the line 'x'. Times are those from the stop",
        id="time before the first stop",
    ),
    pytest.param(
        (FIRST, "x,2,b,,,,,,0,,"), r"row 3, column minutes: 0 is out of range. Write minutes from", id="no time"
    ),
    pytest.param(
        ("x,1,a,,,2015,,250,,D,", "x,2,b,,,,,,,,"),
        r"row 2, column sure: 'D' is not known. Write one of A, B, C",
        id="sure of what",
    ),
]


@pytest.mark.parametrize(("rows", "told"), FAULTS)
def test_a_fault_is_named_with_row_column_value_and_remedy(tmp_path, rows, told):
    with pytest.raises(InputError, match=re.compile(told)):
        read_pack(pack(tmp_path, *rows))


def test_several_faults_are_named_at_once(tmp_path):
    rows = ("x,1,a,,,soon,,250,,,", "x,2,b,,,,,,,,", "y,1,a,,,2015,,250,,,")
    with pytest.raises(InputError) as caught:
        read_pack(pack(tmp_path, *rows))
    assert "2 faults" in str(caught.value)
    assert "'soon' is not a date" in str(caught.value)
    assert "the line 'y' has one stop" in str(caught.value)


def test_the_table_of_china_names_the_places_of_its_codes(cn, table):
    names = dict(zip(cn.places.codes, cn.places.names, strict=True))
    assert [(row["line"], row["stop"]) for row in table if names[row["code"]] != row["stop"]] == []


def test_every_line_of_china_says_how_sure_its_opening_is_and_from_where(table):
    first = [row for row in table if row["order"] == "1"]
    assert len(first) >= 45
    assert {row["sure"] for row in first} <= {"A", "B", "C"}
    assert all(row["source"] and row["name"] and row["name_en"] for row in first)
    assert all("memory" not in row["source"] for row in first if row["sure"] == "A")
    assert all("memory" in row["source"] for row in first if row["sure"] == "C")
    assert sum(row["sure"] == "A" for row in first) > len(first) / 2


def test_lines_of_china_open_when_reports_say(cn):
    opened = {line.name: line.opens for line in cn.lines}
    assert opened["郑焦城际铁路"] == pytest.approx(as_year("2015-06-26"))
    assert opened["太焦高速铁路"] == pytest.approx(as_year("2020-12-12"))
    assert opened["佳鹤铁路"] == pytest.approx(as_year("2022-12-26"))
    assert min(opened.values()) > 2003


def test_no_leg_in_china_leaps_over_half_the_country(cn):
    """Neighbours on a line lie within 700 km: a stop in the wrong place of the order, or of another name, would not."""
    km = great_circle(cn.places.lon, cn.places.lat)
    far = [(line.name, here, there) for line in cn.lines for here, there in line.legs if km[here, there] > 400]
    assert len(far) < 12
    assert all(km[here, there] < 700 for _, here, there in far)


def test_stops_spread_over_china_year_by_year(cn):
    served = [
        len(frozenset[int]().union(*(line.stops for line in lines_at(cn.lines, year))))
        for year in (2008.0, 2011.0, 2016.0, 2021.0, 2025.0)
    ]
    assert served == sorted(served)
    assert served[0] < 20
    assert 50 < served[1] < 100
    assert 250 < served[3] < served[4] < len(cn.places)


def test_the_description_says_how_many_lines_there_are(cn):
    said = dict(describe(cn))["lines"]
    assert said.startswith(f"{len(cn.lines)} railway lines with stops in ")


def test_jiaozuo_and_jincheng_are_on_the_line_from_zhengzhou_to_taiyuan(cn):
    line = next(line for line in cn.lines if line.name == "太焦高速铁路")
    assert [cn.places.names_en[place] for place in line.way] == [
        "Taiyuan",
        "Jinzhong",
        "Changzhi",
        "Jincheng",
        "Jiaozuo",
    ]
    older = next(line for line in cn.lines if line.name == "郑焦城际铁路")
    assert older.stops == {find_place(cn, "焦作"), find_place(cn, "郑州")}
