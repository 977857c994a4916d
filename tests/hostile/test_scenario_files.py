"""Broken scenario files: refused before anything runs, with file, key, value and remedy."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from factories import small_country
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.scenario_files.made import describe, expectations, load_scenario, load_scenarios
from hinterland.space.network import Line

HEAD = """title = {en = "A trial", zh = "试验", ja = "試し"}
reason = {en = "Why not.", zh = "试试看。", ja = "試すため。"}
source = "Assumed."
"""
CHANGE = '[[change]]\nlever = "posts"\namount = 0.1\nfrom = 2025\n'
TURN = '[[turn]]\nparameter = "farm_fall"\nvalue = 0.05\nfrom = 2025\n'
LINE = '[[line]]\nname = "新线"\nstops = ["杉原", "柏河"]\nspeed_kmh = 250\nfrom = 2028\n'
MERGER = '[[merger]]\nplaces = ["杉原", "柏河"]\nseat = "杉原"\nfrom = 2030\n'
EXPECT = '[[expect]]\nquantity = "people"\nyear = 2050\ndirection = "down"\n'


def country() -> Country:
    lines = (
        Line("南北线", (0, 1, 2), 250.0, 2015.5, name_en="North-South"),
        Line("旧线", (0, 3), 120.0, 2000.0, closes=2019.0, name_en="Old"),
    )
    return dataclasses.replace(small_country(), lines=lines)


def written(folder: Path, text: str, name: str = "trial") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> InputError:
    """What is said of a file, which is what a scenario and its expectations are both read from."""
    with pytest.raises(InputError) as caught:
        load_scenario(path, country())
        expectations(path, country())
    assert caught.value.remedy.strip()
    assert not re.search(r"(?<![\w.])/(tmp|work|root|home)/", str(caught.value))
    return caught.value


def swapped(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


FAULTS = [
    # Words and keys
    (swapped(HEAD, ', ja = "試し"', "") + CHANGE, ("key title.ja", "ja is missing", "Add")),
    (swapped(HEAD, 'zh = "试试看。"', 'zh = ""') + CHANGE, ("key reason.zh", "''")),
    (swapped(HEAD, 'ja = "試し"', 'ja = "試し", fr = "essai"') + CHANGE, ("key title.fr", "fr is not known")),
    (swapped(HEAD, 'source = "Assumed."', "") + CHANGE, ("key source", "missing")),
    (HEAD + "gravity = 3\n" + CHANGE, ("key gravity is not known", "Known are change")),
    (HEAD + 'claim = ["C26"]\n' + CHANGE, ("key claim is not known", "Did you mean 'claims'?")),
    (HEAD + 'claims = ["26"]\n' + CHANGE, ("key claims", "'26'")),
    (HEAD + 'name = "other"\n' + CHANGE, ("key name is given", "file's name")),
    (HEAD, ("changes nothing", "[[change]]")),
    (HEAD + EXPECT, ("changes nothing",)),
    (HEAD + CHANGE.replace("[[change]]", "[change]"), ("change is not a list of tables", "[[change]]")),
    (HEAD + "change = [3]\n", ("change 1", "3 is not a table")),
    (HEAD + "sets = 3\n" + CHANGE, ("key sets", "3 is not a table")),
    # Changes
    (HEAD + swapped(CHANGE, '"posts"', '"post"'), ("change 1, key lever", "no lever 'post'", "Did you mean 'posts'?")),
    (HEAD + CHANGE + CHANGE.replace("lever", "levr"), ("change 2, key levr", "Did you mean 'lever'?")),
    (HEAD + CHANGE + "untill = 2030\n", ("change 1, key untill", "not known", "Did you mean 'until'?")),
    (HEAD + CHANGE + "start = 2030\n", ("change 1, key start", "not known")),
    (HEAD + swapped(CHANGE, "from = 2025\n", ""), ("change 1, key from", "from is missing")),
    (HEAD + swapped(CHANGE, "0.1", '"0.1"'), ("change 1, key amount", "'0.1'", "number")),
    (HEAD + swapped(CHANGE, "0.1", "true"), ("change 1, key amount", "True")),
    (HEAD + swapped(CHANGE, "0.1", "nan"), ("change 1, key amount", "nan", "finite")),
    (HEAD + swapped(CHANGE, "0.1", "9"), ("change 1", "posts = 9 is outside -3 to 3")),
    (HEAD + swapped(CHANGE, "amount = 0.1", "times = 1000"), ("change 1", "posts = 6.9", "outside")),
    (HEAD + swapped(CHANGE, "amount = 0.1", "times = 0"), ("change 1, key times", "greater than 0")),
    (HEAD + CHANGE + "times = 2\n", ("change 1, key amount", "both", "exactly one")),
    (HEAD + swapped(CHANGE, "amount = 0.1\n", ""), ("change 1, key amount", "neither", "exactly one")),
    (
        HEAD + swapped(CHANGE, '"posts"\namount = 0.1', '"pull"\ntimes = 2'),
        ("change 1, key times", "times = 2 for pull", "Give amount"),
    ),
    (HEAD + CHANGE + 'kinds = ["mine"]\n', ("change 1, key kinds", "no kind 'mine'", "Leave kinds out")),
    (
        HEAD + swapped(CHANGE, '"posts"', '"pull"') + 'kinds = ["25-30"]\n',
        ("change 1, key kinds", "no kind '25-30'", "25-29"),
    ),
    (HEAD + CHANGE + "until = 2025\n", ("change 1", "from 2025 to 2025", "end after")),
    (HEAD + CHANGE + "over = -1\n", ("change 1, key over", "-1")),
    (HEAD + CHANGE + "places = []\n", ("change 1, key places", "[]")),
    (HEAD + CHANGE + 'places = ["杉原", "A001"]\n', ("change 1, key places", "A001", "named twice")),
    (HEAD + CHANGE + 'places = ["东京"]\n', ("change 1, key places", "'东京'")),
    (HEAD + CHANGE + 'places = ["East"]\n', ("change 1, key places", "'East' is a region")),
    (HEAD + CHANGE + 'in = "coal"\n', ("key in", "change 1", "'coal'", "[sets.coal]")),
    (HEAD + CHANGE + 'in = "s"\nplaces = ["杉原"]\n[sets.s]\nseats = true\n', ("change 1, key in", "both", "one")),
    (
        HEAD + '[[change]]\nlever = "national_jobs"\namount = 0.1\nfrom = 2025\nplaces = ["杉原"]\n',
        ("change 1", "national_jobs is the nation's", "Leave places out"),
    ),
    # Years
    (HEAD + swapped(CHANGE, "2025", "inf"), ("change 1, key from", "inf", "finite")),
    (HEAD + swapped(CHANGE, "2025", "2019.9"), ("change 1, key from", "2019.9 is before the base year 2020")),
    (HEAD + swapped(CHANGE, "2025", "2151"), ("change 1, key from", "2151", "to 2150")),
    (HEAD + swapped(CHANGE, "2025", "2025-06-01"), ("change 1, key from", "number")),
    (HEAD + CHANGE + "until = inf\n", ("change 1, key until", "inf")),
    (HEAD + swapped(TURN, "2025", "2015"), ("turn 1, key from", "2015 is before")),
    (HEAD + swapped(LINE, "2028", "1999"), ("line 1, key from", "1999 is before")),
    (HEAD + swapped(MERGER, "2030", "2000"), ("merger 1, key from", "2000 is before")),
    (HEAD + CHANGE + swapped(EXPECT, "2050", "2010"), ("expect 1, key year", "2010 is before")),
    (HEAD + CHANGE + swapped(EXPECT, "2050", "2200"), ("expect 1, key year", "2200")),
    (HEAD + CHANGE + swapped(EXPECT, "2050", "2050.5"), ("expect 1, key year", "2050.5", "integer")),
    # Turns
    (HEAD + swapped(TURN, "farm_fall", "farm_fal"), ("turn 1", "no parameter 'farm_fal'")),
    (HEAD + swapped(TURN, "farm_fall", "near"), ("turn 1", "near made the start")),
    (HEAD + swapped(TURN, "0.05", "5"), ("turn 1", "5", "0 to 0.15")),
    (HEAD + swapped(TURN, "0.05", '"fast"'), ("turn 1, key value", "'fast'", "number")),
    (HEAD + swapped(TURN, "0.05", "nan"), ("turn 1, key value", "nan")),
    (HEAD + swapped(TURN, "0.05", "[0.1, 0.2]"), ("turn 1, key value", "2 items", "7 life stages")),
    (HEAD + swapped(TURN, "0.05", "[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]"), ("turn 1", "7 are given")),
    # Sets
    (HEAD + CHANGE + "[sets.all]\n", ("sets.all", "no condition", "places")),
    (HEAD + CHANGE + "[sets.s]\nregons = ['A']\n", ("sets.s, key regons", "Did you mean 'regions'?")),
    (HEAD + CHANGE + '[sets.s]\nplaces = ["nowhere"]\n', ("sets.s, key places", "'nowhere'")),
    (HEAD + CHANGE + '[sets.s]\nregions = ["北省"]\n', ("sets.s, key regions", "no region '北省'")),
    (HEAD + CHANGE + "[sets.s]\nlargest = 0\n", ("sets.s, key largest", "0")),
    (HEAD + CHANGE + "[sets.s]\nlargest = 2.5\n", ("sets.s, key largest", "2.5")),
    (HEAD + CHANGE + "[sets.s]\nseats = 1\n", ("sets.s, key seats", "1")),
    (HEAD + CHANGE + "[sets.s]\npeople = {over = 5}\n", ("sets.s, key people.over", "not known", "above")),
    (HEAD + CHANGE + "[sets.s]\npeople = {above = 1e12}\n", ("sets.s", "no place", "people")),
    (HEAD + CHANGE + "[sets.s]\npeople = {below = nan}\n", ("sets.s, key people.below", "nan")),
    (
        HEAD + CHANGE + '[sets.s]\nindicator = "jobs_mine"\nat_least = 5\n',
        ("sets.s, key indicator", "no indicator 'jobs_mine'", "registered_per_100_residents"),
    ),
    (
        HEAD + CHANGE + '[sets.s]\nindicator = "registered_per_100_residents"\nat_least = 500\n',
        ("sets.s", "no place of Smallland meets", "Loosen"),
    ),
    (HEAD + CHANGE + '[sets.s]\nindicator = "x"\n', ("sets.s, key indicator", "no bound", "at_least")),
    (HEAD + CHANGE + "[sets.s]\nat_most = 5\n", ("sets.s, key indicator", "need an indicator")),
    (HEAD + CHANGE + '[sets.s]\nindicator = "x"\nat_least = 5\nat_most = 4\n', ("sets.s, key at_least", "5", "4")),
    (HEAD + CHANGE + '[sets.s]\nnear = {place = "x", within_km = 5}\n', ("sets.s, key near", "'x'")),
    (HEAD + CHANGE + '[sets.s]\nnear = {place = "杉原", within_km = -5}\n', ("sets.s, key near.within_km", "-5")),
    (HEAD + CHANGE + '[sets.s]\nseats = true\nregions = ["A"]\nother_than = ["杉原"]\n', ("sets.s", "no place")),
    # Lines
    (HEAD + swapped(LINE, ', "柏河"', ""), ("line 1, key stops", "at least 2")),
    (HEAD + swapped(LINE, '"柏河"', '"杉原"'), ("line 1, key stops", "'杉原' (A001) is the stop before")),
    (HEAD + swapped(LINE, '"柏河"', '"月球"'), ("line 1, key stops", "'月球'")),
    (HEAD + swapped(LINE, "250", "0"), ("line 1, key speed_kmh", "0")),
    (HEAD + swapped(LINE, "新线", "南北线"), ("line 1, key name", "line '南北线' already")),
    (HEAD + LINE + LINE, ("line 2, key name", "line '新线' already", "open it once")),
    (
        HEAD + LINE + '[[close]]\nline = "新线"\nfrom = 2025\n',
        ("close 1, key from", "end in 2025, before it opens in 2028"),
    ),
    (HEAD + '[[close]]\nline = "南北"\nfrom = 2025\n', ("close 1, key line", "no line '南北'", "南北线")),
    (HEAD + "[[close]]\nfrom = 2025\n", ("close 1, key line", "neither line nor place")),
    (HEAD + '[[close]]\nline = "旧线"\nfrom = 2025\n', ("close 1, key from", "旧线 has ended in 2019")),
    (
        HEAD + '[[close]]\nline = "南北线"\nplace = "柳坪"\nfrom = 2025\n',
        ("close 1, key place", "no train of 南北线 stops at '柳坪' (B004)"),
    ),
    (HEAD + '[[close]]\nplace = "柳坪"\nfrom = 2025\n', ("close 1, key place", "no train stops at '柳坪'")),
    # Mergers
    (HEAD + swapped(MERGER, '"柏河"', '"杉原"'), ("merger 1", "'A001' is named twice")),
    (HEAD + swapped(MERGER, 'seat = "杉原"', 'seat = "松口"'), ("merger 1", "seat 'B003'", "A001, A002")),
    (HEAD + swapped(MERGER, ', "柏河"', ""), ("merger 1", "1 place cannot merge")),
    (
        HEAD + MERGER + swapped(MERGER, '"柏河"', '"松口"'),
        ("scenario trial, mergers", "'A001' is also in the merger of A001, A002"),
    ),
    # The start and expectations
    (HEAD + '[[start]]\nstock = "people"\ntimes = 2\n', ("start 1, key stock", "no stock 'people'", "homes")),
    (HEAD + '[[start]]\nstock = "homes"\ntimes = 0\n', ("start 1, key times", "0")),
    (
        HEAD + CHANGE + swapped(EXPECT, "people", "peple"),
        ("expect 1, key quantity", "'peple'", "mean 'people'"),
    ),
    (HEAD + CHANGE + swapped(EXPECT, '"down"', '"sideways"'), ("expect 1, key direction", "'sideways'")),
    (HEAD + CHANGE + EXPECT + 'places = ["东京"]\n', ("expect 1, key places", "'东京'")),
    # What contradicts itself
    (
        HEAD + TURN + swapped(TURN, "0.05", "0.06"),
        ("turn 2", "farm_fall turns to 0.06 from 2025 on, and to 0.05 in trial.toml, turn 1", "Keep one"),
    ),
    (
        HEAD + CHANGE + swapped(CHANGE, "0.1", "-0.2") + 'places = ["松口"]\n',
        ("change 2", "posts moves by -0.2 from 2025 on, and by 0.1 in trial.toml, change 1", "B003"),
    ),
    (
        HEAD
        + swapped(CHANGE, '"posts"', '"national_jobs"')
        + swapped(swapped(CHANGE, '"posts"', '"national_jobs"'), "0.1", "-0.1")
        + 'kinds = ["mine"]\n',
        ("change 2", "national_jobs moves by -0.1"),
    ),
    # Extending
    (HEAD + 'extends = ["coal_price_fal"]\n', ("key extends", "'coal_price_fal'", "Did you mean 'coal_price_fall'?")),
    (HEAD + 'extends = ["../trial"]\n', ("key extends", "'../trial'")),
    (HEAD + 'extends = ["trial"]\n', ("key extends", "circle: trial -> trial")),
    (HEAD + "extends = [3]\n", ("key extends", "3")),
]


@pytest.mark.parametrize(("text", "parts"), FAULTS)
def test_a_fault_is_named_with_file_key_value_and_remedy(text: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    error = refused(written(tmp_path, text))
    assert error.where.startswith(("trial.toml", "scenario trial"))
    for part in parts:
        assert part in str(error), str(error)


def test_a_sound_file_is_not_refused(tmp_path: Path) -> None:
    """The pieces that the faults above are made from are right by themselves."""
    path = written(tmp_path, HEAD + CHANGE + TURN + LINE + MERGER + EXPECT)
    assert load_scenario(path, country()).name == "trial"
    assert len(expectations(path, country())) == 1


def test_a_circle_through_others_names_the_chain(tmp_path: Path) -> None:
    for name, parent in (("first", "second"), ("second", "third"), ("third", "first")):
        written(tmp_path, HEAD + f'extends = ["{parent}"]\n', name)
    error = refused(tmp_path / "first.toml")
    assert "first -> second -> third -> first" in error.what
    assert error.where == "third.toml, key extends"


def test_a_fault_of_an_extended_file_names_that_file(tmp_path: Path) -> None:
    written(tmp_path, HEAD + swapped(CHANGE, "0.1", "9"), "parent")
    assert refused(written(tmp_path, HEAD + 'extends = ["parent"]\n')).where == "parent.toml, change 1"


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (b"title = \n", ("is not TOML", "line 1")),
        (b"\xff\xfe\x00", ("is not UTF-8", "0xff", "Save the file as UTF-8")),
        (HEAD.encode("gbk", errors="ignore"), ("is not UTF-8",)),
        (HEAD.encode() + HEAD.encode(), ("is not TOML", "overwrite")),
        (b"", ("key title", "missing")),
        (b"\x00" * 100, ("is not TOML",)),
    ],
)
def test_bytes_that_are_no_scenario(data: bytes, parts: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "trial.toml"
    path.write_bytes(data)
    error = refused(path)
    for part in parts:
        assert part in str(error), str(error)


@pytest.mark.parametrize("name", ["base", "a+b", "a b", "a,b", "."])
def test_names_that_would_be_taken_for_something_else(name: str, tmp_path: Path) -> None:
    error = refused(written(tmp_path, HEAD + CHANGE, name))
    assert "cannot name a scenario" in error.what


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'coal_price_fal' is neither .* Did you mean 'coal_price_fall'\?"):
        describe("coal_price_fal")
    with pytest.raises(InputError, match="neither a shipped scenario nor a file"):
        describe(tmp_path)
    with pytest.raises(InputError, match="cannot name a scenario"):
        path = tmp_path / "trial.txt"
        path.write_text(HEAD + CHANGE, encoding="utf-8")
        describe(path)


def test_several_that_do_not_go_together(tmp_path: Path) -> None:
    rise = written(tmp_path, HEAD + CHANGE, "rise")
    fall = written(tmp_path, HEAD + swapped(CHANGE, "0.1", "-0.1"), "fall")
    with pytest.raises(InputError, match=r"fall\.toml, change 1: posts moves by -0\.1 .* by 0\.1 in rise\.toml"):
        load_scenarios([rise, fall], country())
    with pytest.raises(InputError, match="rise is named twice"):
        load_scenarios([rise, fall, rise], country())
    with pytest.raises(InputError, match="no scenario is named"):
        load_scenarios([], country())


def test_a_value_out_of_bounds_is_found_without_a_country(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="posts = 9 is outside"):
        describe(written(tmp_path, HEAD + swapped(CHANGE, "0.1", "9")))
    with pytest.raises(InputError, match="no parameter"):
        describe(written(tmp_path, HEAD + swapped(TURN, "farm_fall", "gravity")))


def test_a_scenario_from_before_the_base_year_is_refused() -> None:
    from hinterland.data.pack import read_pack

    with pytest.raises(InputError, match=r"jiaozuo_coal\.toml, change 1, key from: 2012 is before the base year 2020"):
        load_scenario("jiaozuo_coal", read_pack("cn"))
