"""Broken packs: one message with file, row, column, value and remedy for each thing that can be wrong."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pandas as pd
import pytest

from hinterland.data.describe import check
from hinterland.data.frame import read_places
from hinterland.data.pack import read_pack
from hinterland.data.template import write_template
from hinterland.errors import InputError
from small_packs import manifest, write

PLACES = "code,name,region,lon,lat\n"
PEOPLE = "code,year,people\n"
AGES = "code,year,age,men,women\n"


def refused(folder: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_pack(folder)
    error = caught.value
    assert error.remedy
    return error


def expect(error: InputError, *parts: str) -> None:
    """Every part stands in the message; the message names no folder but the pack's own."""
    for part in parts:
        assert part in str(error), str(error)
    assert not re.search(r"(?<![\w.])/(tmp|work|root|home)/", str(error))


TABLE_FAULTS = [
    pytest.param(
        {"people": "code,year,peple\na,2020,1\n"},
        ("people.csv, row 1, column peple", "column 'peple' is not known", "Did you mean 'people'?"),
        id="unknown column",
    ),
    pytest.param({"people": "code,year\na,2020\n"}, ("row 1", "column 'people' is missing", "Add it"), id="column"),
    pytest.param(
        {"people": "code,year,people,people\na,2020,1,1\n"}, ("column people", "stands there twice"), id="column twice"
    ),
    pytest.param(
        {"places": PLACES + "a,Aville,R,10,50\na,Bville,R,11,51\n"},
        ("places.csv, row 3, column code", "a stands there already, in row 2", "Keep one row"),
        id="duplicate code",
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,2020,500\nb,2020,501\n"},
        ("people.csv, row 4", "b, 2020 stands there already, in row 3"),
        id="duplicate place and year",
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,2020,500\nc,2020,5\n"},
        ("people.csv, row 4, column code", "code 'c' is not known", "Add it to the table places"),
        id="unknown code",
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,2020,-500\n"},
        ("people.csv, row 3, column people", "-500 is negative", "0 or more"),
        id="negative figure",
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,2020,many\n"},
        ("people.csv, row 3, column people", "'many' is not a number", "Write digits only"),
        id="words for a figure",
    ),
    pytest.param(
        {"people": PEOPLE + 'a,2020,1000\nb,2020,"1,500"\n'},
        ("row 3, column people", "'1,500' is not a number", "nothing between thousands"),
        id="thousands separator",
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,2020,inf\n"},
        ("row 3, column people", "'inf' is not a finite number"),
        id="infinite figure",
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,2020,nan\n"},
        ("row 3, column people", "'nan' is not a finite number", "leave the cell blank"),
        id="not a number",
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,2020,\n"}, ("row 3, column people", "the cell is blank"), id="blank figure"
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,2020,500,7\n"}, ("people.csv, row 3", "has 4 cells"), id="a cell too many"
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,20x0,500\n"},
        ("row 3, column year", "'20x0' is not a year", "Write a calendar year"),
        id="year that is none",
    ),
    pytest.param({"people": PEOPLE + "a,2020,1000\nb,20200,5\n"}, ("'20200' is not a year",), id="year out of range"),
    pytest.param(
        {"people": PEOPLE + "a,2020,1000\nb,2020,500\na,2010,900\n"},
        ("people.csv, column people", "place b has no people in 2010", "in every year"),
        id="place without people in a year",
    ),
    pytest.param(
        {"people": PEOPLE + "a,2020,0\nb,2020,0\n"}, ("nobody lives anywhere in 2020",), id="a country without people"
    ),
    pytest.param({"people": PEOPLE}, ("people.csv", "has a header but no rows"), id="table without rows"),
    pytest.param({"people": ""}, ("people.csv", "is empty", "Write a header row"), id="empty table"),
    pytest.param(
        {"people": "code;year;people\na;2020;1000\n"}, ("not separated by commas", "Save the table"), id="semicolons"
    ),
    pytest.param(
        {"people": 'code,year,people\na,2020,"1000\n'}, ("people.csv", "cannot be read as CSV"), id="quote left open"
    ),
    pytest.param(
        {"places": PLACES + "a,Aville,R,50,100\nb,Bville,R,11,51\n"},
        ("places.csv, row 2, column lat", "longitude 50, latitude 100 is not on the globe", "They look swapped"),
        id="swapped position",
    ),
    pytest.param(
        {"places": PLACES + "a,Aville,R,500,50\nb,Bville,R,11,51\n"},
        ("row 2, column lon", "longitude 500", "decimal degrees"),
        id="position off the globe",
    ),
    pytest.param(
        {"places": PLACES + "a,Aville,R,11,51\nb,Bville,R,11,51\n"},
        ("row 3, column lon", "11, 51 is the position of row 2 too"),
        id="one position twice",
    ),
    pytest.param(
        {"places": PLACES + "a,Aville,R,,50\nb,Bville,R,11,51\n"}, ("row 2, column lon", "blank"), id="no position"
    ),
    pytest.param(
        {"places": PLACES + "a,Aville,R,10,50\nb,Bville,,11,51\n"}, ("row 3, column region", "blank"), id="blank region"
    ),
    pytest.param(
        {"regions": "code,name\nQ,Quarter\n"}, ("row 2, column region", "code 'R' is not known"), id="unknown region"
    ),
    pytest.param(
        {"places": PLACES + "a/b,Aville,R,10,50\nb,Bville,R,11,51\n", "people": PEOPLE + "a/b,2020,9\nb,2020,9\n"},
        ("row 2, column code", "'a/b' is not a code", "Use letters"),
        id="code that cannot name a file",
    ),
    pytest.param(
        {"places": PLACES + "xx,Aville,R,10,50\nb,Bville,R,11,51\n", "people": PEOPLE + "xx,2020,9\nb,2020,9\n"},
        ("row 2, column code", "'xx' is the code of the country too"),
        id="code of a place and of the country",
    ),
    pytest.param(
        {"places": "code,name,seat,lon,lat\na,Aville,yes,10,50\nb,Bville,0,11,51\n"},
        ("row 2, column seat", "'yes' is neither 0 nor 1"),
        id="seat that is no flag",
    ),
    pytest.param(
        {"jobs": "code,year,jobs_farm_pct,jobs_mine_pct,jobs_industry_pct,jobs_tradable_services_pct,"
         "jobs_local_services_pct,jobs_public_pct\na,2020,20,20,20,20,20,20\n"},
        ("jobs.csv, row 2", "sum to 120", "Make them sum to 100"),
        id="shares of jobs",
    ),
    pytest.param(
        {"age_shares": "code,year,age,pct\na,2020,0-14,20\na,2020,15+,70\n"},
        ("age_shares.csv, column pct", "the shares of a in 2020 sum to 90"),
        id="shares of ages",
    ),
    pytest.param(
        {"origins": "code,year,newcomers_same_county_pct,newcomers_same_province_pct,newcomers_other_province_pct\n"
         "a,2020,50,40,30\n"},
        ("origins.csv, row 2", "newcomers of all origins are 120% of residents"),
        id="more newcomers than residents",
    ),
    pytest.param(
        {"vital": "code,year,births_per_1000\na,2020,500\n"},
        ("vital.csv, row 2, column births_per_1000", "500 is out of range", "from 0 to 100"),
        id="figure out of range",
    ),
    pytest.param(
        {"society": "code,year,urban_people\na,2020,1001\n"},
        ("society.csv, column urban_people", "a has 1,001 urban people in 2020 of 1,000 people"),
        id="parts beyond the whole",
    ),
    pytest.param(
        {"ages": AGES + "a,2020,0-14,200,200\na,2020,15+,200,200\n"},
        ("ages.csv", "the ages of a in 2020 sum to 800, its people are 1,000", "unknown age"),
        id="totals that disagree with their parts",
    ),
    pytest.param(
        {"ages": AGES + "a,2020,0-14,200,200\na,2020,20+,300,300\n"},
        ("ages.csv, row 2, column age", "ages 15 to 19 are missing between 0-14 and 20+"),
        id="gap in the ages",
    ),
    pytest.param(
        {"ages": AGES + "a,2020,0-14,200,200\na,2020,10+,300,300\n"},
        ("a in 2020: age groups 0-14 and 10+ overlap",),
        id="overlap of ages",
    ),
    pytest.param({"ages": AGES + "a,2020,0-14,200,200\n"}, ("the last age group 0-14 is not open",), id="open group"),
    pytest.param({"ages": AGES + "a,2020,young,5,5\n"}, ("row 2, column age", "'young' is not an age"), id="no age"),
    pytest.param(
        {"ages": AGES + "a,2020,0-6,200,200\na,2020,7+,300,300\n"},
        ("row 2, column age", "age group 0-6 cuts through a group of the model"),
        id="age groups across the model's",
    ),
    pytest.param(
        {"ages": AGES + "a,2020,0-14,500,\na,2020,15+,250,250\n"},
        ("ages.csv, row 2", "some figures are blank", "Give men and women"),
        id="men without women",
    ),
    pytest.param(
        {"region_ages": "region,year,age,men,women\nZ,2020,0+,5,5\n"},
        ("region_ages.csv, row 2, column region", "code 'Z' is not known"),
        id="ages of an unknown region",
    ),
    pytest.param(
        {"mortality": "period,age,men,women\n2020-2030,0,0.1,0.1\n"},
        ("mortality.csv, row 2, column period", "'2020-2030' is not a period of five years"),
        id="period of ten years",
    ),
    pytest.param(
        {"mortality": "period,age,men,women\n2020-2025,0,0.1,0.1\n"},
        ("mortality.csv, column age", "age group 1 of the period that begins in 2020 is missing"),
        id="ages missing from a schedule",
    ),
    pytest.param(
        {"fertility_age": "period,age,pct\n" + "".join(f"2020-2025,{a}-{a + 4},5\n" for a in range(15, 50, 5))},
        ("fertility_age.csv, column pct", "begins in 2020 sum to 35"),
        id="shares of fertility",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "parts"), TABLE_FAULTS)
def test_a_broken_table(tmp_path, tables, parts):
    expect(refused(write(tmp_path, **tables)), *parts)


MANIFEST_FAULTS = [
    pytest.param(
        ("format = 1", "format = 2"), ("row 1", "format = 2 is not a format", "Write format = 1"), id="format"
    ),
    pytest.param(("format = 1\n", ""), ("key 'format' is missing",), id="no format"),
    pytest.param(('version = "1"', "version = "), ("pack.toml, row 3", "is not readable as TOML"), id="broken TOML"),
    pytest.param(("base_year", "base_yaer"), ("key 'base_yaer' is not known", "Did you mean 'base_year'?"), id="key"),
    pytest.param(('"xx"', "7"), ("row 2", "code = 7 has the wrong kind", 'text in "quotes"'), id="wrong kind"),
    pytest.param(('"xx"', '"x x"'), ("row 2", "code = 'x x' is not a code"), id="code with a blank"),
    pytest.param(("2020", "20"), ("base_year = 20 is not a year",), id="base year that is no year"),
    pytest.param(("2020", "2015"), ("base_year = 2015, but the last year with people is 2020",), id="base year"),
    pytest.param(
        ('en = "Testland"', 'fr = "Testland"'), ("language 'fr' is not known", "Use en, zh, ja"), id="language"
    ),
    pytest.param(('en = "Testland"', 'zh = "国"'), ("the English name is missing",), id="no English name"),
    pytest.param(('people = "people.csv"\n', ""), ("table 'people' is missing; it is obligatory",), id="missing table"),
    pytest.param(('"people.csv"', '"poeple.csv"'), ("no file 'poeple.csv'", "Did you mean 'people.csv'?"), id="file"),
    pytest.param(('"people.csv"', '"../people.csv"'), ("is not a file name", "beside pack.toml"), id="file elsewhere"),
    pytest.param(("people = ", "peeple = "), ("table 'peeple' is not known", "Did you mean 'people'?"), id="table"),
    pytest.param(('licence = "CC0-1.0"\n', ""), ("source 1", "its licence is missing"), id="no licence"),
    pytest.param(('["places", "people"]', '["places"]'), ("table 'people' has no source",), id="no source"),
    pytest.param(('"people"]', '"people", "ages"]'), ("its table 'ages' is not in the pack",), id="source of nothing"),
    pytest.param(('["places", "people"]', '"places"'), ("tables = 'places' is not a list",), id="tables no list"),
    pytest.param(("base_year = 2020", 'base_year = 2020\npeers = ["z"]'), ("peer 'z' is not a place",), id="peer"),
    pytest.param(
        ("base_year = 2020", 'base_year = 2020\nborrow_drivers = "zz"'),
        ("'zz' is not an embedded country",),
        id="lender",
    ),
]


@pytest.mark.parametrize(("change", "parts"), MANIFEST_FAULTS)
def test_a_broken_manifest(tmp_path, change, parts):
    text = manifest()
    assert change[0] in text
    expect(refused(write(tmp_path, manifest=text.replace(*change))), *parts)


def test_a_base_year_that_the_lender_does_not_have(tmp_path):
    text = manifest().replace("2020", "1950")
    folder = write(tmp_path, manifest=text, people=PEOPLE + "a,1950,1000\nb,1950,500\n")
    expect(refused(folder), "whose years 2000-2100 do not hold the base year 1950", "nation, mortality")


def test_another_encoding_is_refused_by_line(tmp_path):
    folder = write(tmp_path)
    (folder / "places.csv").write_bytes((PLACES + "a,北京,R,10,50\n").encode("gb18030"))
    expect(refused(folder), "places.csv, row 2", "is not UTF-8", "Save the file in the encoding UTF-8")


def test_a_byte_order_mark_is_tolerated(tmp_path):
    folder = write(tmp_path)
    text = (folder / "people.csv").read_text(encoding="utf-8")
    (folder / "people.csv").write_text(text, encoding="utf-8-sig")
    assert read_pack(folder).totals.sum() == 1500


def test_a_packed_table_is_read_and_a_broken_one_refused(tmp_path):
    folder = write(tmp_path, manifest=manifest().replace('"people.csv"', '"people.csv.gz"'))
    data = gzip.compress((folder / "people.csv").read_bytes(), mtime=0)
    (folder / "people.csv.gz").write_bytes(data)
    assert read_pack(folder).totals.sum() == 1500
    for broken in (data[:-12], b"not packed at all", data[:12] + b"\xff\xff" + data[14:]):
        (folder / "people.csv.gz").write_bytes(broken)
        expect(refused(folder), "people.csv.gz", "cannot be read")


def test_many_faults_are_named_at_once_the_first_first(tmp_path):
    rows = "".join(f"a,20{n:02d},-{n + 1}\n" for n in range(30))
    error = refused(write(tmp_path, people=PEOPLE + rows, places=PLACES + "a,,R,10,50\nb,B,R,11,x\n"))
    expect(error, "32 faults, the first 20 of them", "1. ", "20. ", "places.csv, row 2, column name", "-1 is negative")
    assert str(error).index("places.csv, row 2") < str(error).index("people.csv, row 2")
    assert "21. " not in str(error)


def test_checking_a_pack_lists_the_same_faults(tmp_path):
    folder = write(tmp_path, people=PEOPLE + "a,2020,-1\nb,2020,x\n")
    found = check(folder)
    assert [fault.what for fault in found.faults] == ["-1 is negative", "'x' is not a number"]
    assert (found.more, found.country) == (0, None)


def test_no_such_pack(tmp_path):
    with pytest.raises(InputError, match=r"'cnn' is neither a folder nor a country at hand. Did you mean 'cn'\?"):
        read_pack("cnn")
    with pytest.raises(InputError, match="there is no such file"):
        read_pack(tmp_path)
    file = tmp_path / "towns.csv"
    file.write_text("code\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"is a file, not a country pack.*read_places"):
        read_pack(file)


OWN_FAULTS = [
    ("code,name,people_2020\n1,A,5\n", ("column 'lon' is missing", "migration runs on distances")),
    ("code,name,lon,lat,people_2020\n1,A,,50,5\n", ("row 2, column lon", "blank", "every place needs a position")),
    ("code,name,lon,lat\n1,A,10,50\n", ("row 1", "there is no column with people", "people_2020")),
    ("code,name,lon,lat,people_now\n1,A,10,50,5\n", ("column people_now", "'now' is not a year")),
    ("code,name,lon,lat,people_2020,income\n1,A,10,50,5,9\n", ("column income", "is not known")),
    ("code,name,lon,lat,people_2020\n1,A,10,50,-5\n", ("row 2, column people_2020", "-5 is negative")),
    ("code,name,lon,lat,people_2020\n1,A,50,110,5\n", ("row 2, column lat", "They look swapped")),
    ("", ("is empty",)),
]


@pytest.mark.parametrize(("text", "parts"), OWN_FAULTS)
def test_a_broken_table_of_places(tmp_path, text, parts):
    file = tmp_path / "towns.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_places(file)
    expect(caught.value, "towns.csv", *parts)


def test_a_data_frame_is_checked_in_the_same_way():
    frame = pd.DataFrame(
        {"code": [1, 2], "name": ["A", "B"], "lon": [10.0, None], "lat": [50, 51], "people_2020": [5, 6]}
    )
    with pytest.raises(InputError, match="table, row 3, column lon: the cell is blank"):
        read_places(frame)
    with pytest.raises(InputError, match="places cannot be read from int"):
        read_places(7)  # pyright: ignore[reportArgumentType]


def test_a_missing_csv(tmp_path):
    (tmp_path / "towns.csv").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"town\.csv: there is no such file\. Did you mean 'towns\.csv'\?"):
        read_places(tmp_path / "town.csv")


def test_the_template_overwrites_nothing(tmp_path):
    (tmp_path / "mine.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(InputError, match=r"is not empty: it holds 'mine\.txt'\. Name a new or empty one"):
        write_template(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        write_template(tmp_path / "mine.txt")
    with pytest.raises(InputError, match="cannot be written"):
        write_template(tmp_path / "mine.txt" / "pack")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_template_that_cannot_be_finished_leaves_nothing(tmp_path, monkeypatch):
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_template(tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []
