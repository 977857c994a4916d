"""Pages are self-contained, well-formed, in three languages, and say what the run holds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hinterland.errors import InputError
from hinterland.report.place import place_page, write_place
from hinterland.report.run import run_page, write_run
from hinterland.report.text import LANGUAGES
from report.pages import COORDINATES, SVG, read_in, renamed, small_run, svgs

CODE = "A001"
"""The first town of the small country."""


def _both(run: xr.Dataset) -> list[str]:
    return [place_page(run, str(run["place"].values[0])), run_page(run)]


@pytest.mark.parametrize("page", _both(small_run()), ids=["place", "run"])
def test_pictures_are_well_formed_named_and_finite(page: str) -> None:
    pictures = svgs(page)
    assert len(pictures) >= 7
    identities = [picture.get("id") for picture in pictures]
    assert len(set(identities)) == len(identities)
    for picture in pictures:
        named = {part.get("id") for part in picture if part.tag in (f"{SVG}title", f"{SVG}desc")}
        assert set((picture.get("aria-labelledby") or "").split()) <= named
        assert len(named) == 2 * len(LANGUAGES)
        drawn = " ".join(part.get(name, "") for part in picture.iter() for name in COORDINATES)
        assert not re.search(r"nan|inf", drawn, flags=re.IGNORECASE)


@pytest.mark.parametrize("page", _both(small_run()), ids=["place", "run"])
def test_nothing_is_asked_from_outside(page: str) -> None:
    asked = re.findall(r"""\b(?:src|srcset|href|action|poster|data)\s*=\s*["']?([^"'\s>]+)""", page)
    links = re.findall(r'<a href="(https?://[^"]+)"', page)
    assert [found for found in asked if "//" in found and found not in links] == []
    assert links == ["https://example.org"]
    assert "@import" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_record_comes_before_the_forecast_in_every_language(language: str) -> None:
    for page in _both(small_run()):
        said = read_in(page, language)
        record = {"en": "First, the record", "zh": "先看过去的记录", "ja": "まず、これまでの実績"}[language]
        answer = {"en": "The answer in words", "zh": "用文字回答", "ja": "言葉で答えると"}[language]
        assert 0 < said.index(record) < said.index(answer)


def test_the_words_hold_the_quantiles_of_the_run() -> None:
    run = small_run(members=40)
    people = run["people"].sel(place=CODE)
    said = read_in(place_page(run, CODE), "en")
    for year in (2035, 2050, 2100):
        low, median, high = np.quantile(people.sel(year=year), (0.1, 0.5, 0.9))
        told = re.search(rf"In {year}: (.+?) \(median\); in 8 of 10 runs (.+?) to (.+?)\.(?!\d)", said)
        assert told is not None
        assert [_number(part) for part in told.groups()] == pytest.approx([median, low, high], rel=6e-3)
    ratio = people.sel(year=2050) / people.sel(year=2020)
    quarter = float((ratio <= 0.75).mean())
    told = re.search(r"at least a quarter of the people of 2020 is (\w+ )?([\d.]+)%", said)
    assert told is not None
    assert float(told[2]) == pytest.approx(100 * quarter, abs=3)
    old = (run["people_65_plus"] / run["people"]).sel(place=CODE)
    shares = [np.median(old.sel(year=2020)), *np.quantile(old.sel(year=2050), (0.5, 0.1, 0.9))]
    told = re.search(r"Aged 65 and over: (\d+)% .*? (\d+)% in 2050 \(8 of 10 runs: (\d+)% to (\d+)%\)", said)
    assert told is not None
    assert [float(part) for part in told.groups()] == pytest.approx([100 * share for share in shares], abs=0.51)


def test_flows_in_words_are_sums_over_the_periods() -> None:
    run = small_run(members=40)
    here = run.sel(place=CODE, period=slice(2025, 2050)).sum("period")
    said = read_in(place_page(run, CODE), "en")
    for opening, flow in (
        ("births less deaths change the number of people by", here["births"] - here["deaths"]),
        ("Moves to and from elsewhere change it by", here["arrivals"] - here["departures"] + here["international"]),
    ):
        low, median, high = np.quantile(flow, (0.1, 0.5, 0.9))
        told = re.search(rf"{opening} (.+?) \((?:8 of 10 runs: )?(.+?) to (.+?)\)\.", said)
        assert told is not None
        assert [_number(part) for part in told.groups()] == pytest.approx([median, low, high], rel=6e-3)


def test_the_nation_is_the_sum_of_its_places() -> None:
    run = small_run(members=40)
    nation = run["people"].sum("place").sel(year=2050)
    low, median, high = np.quantile(nation, (0.1, 0.5, 0.9))
    told = re.search(r"In 2050: (.+?) \(median\); in 8 of 10 runs (.+?) to (.+?)\.(?!\d)", read_in(run_page(run), "en"))
    assert told is not None
    assert [_number(part) for part in told.groups()] == pytest.approx([median, low, high], rel=6e-3)


def _number(said: str) -> float:
    sign = -1.0 if said.startswith("−") else 1.0
    digits = re.sub(r"[^\d.]", "", said)
    return sign * float(digits) * (1e6 if "million" in said else 1e9 if "billion" in said else 1.0)


@pytest.mark.parametrize("members", [8, 1000])
def test_a_95_percent_band_is_told_only_where_the_runs_can_tell_it(members: int) -> None:
    said = read_in(place_page(small_run(places=2, members=members, until=2050), CODE), "en")
    assert ("95%: " in said) == (members >= 1000)
    assert ("A 95% band needs at least 1000 runs" in said) == (members < 1000)


def test_a_hostile_name_stays_a_name() -> None:
    name = "<script>alert('x')</script>\"{year}&</svg>"
    for page in _both(renamed(small_run(), name)):
        assert page.count("<script>") == 1
        assert "alert('x')</script>" not in page
        assert len(svgs(page)) >= 7
        assert name in read_in(page, "zh")


def test_hostile_addresses_of_sources_are_not_linked() -> None:
    run = small_run()
    run.attrs["sources"] = json.dumps([{"title": "Trap", "url": "javascript:alert(1)", "licence": "CC0-1.0"}])
    page = run_page(run)
    assert "javascript:" not in page
    assert "Trap" in page


def test_without_positions_a_sentence_stands_for_the_map() -> None:
    run = small_run()
    run["lon"][:] = np.nan
    for page in _both(run):
        assert "no positions of places" in read_in(page, "en")
        assert 'id="map"' not in page


def test_one_place_without_position_is_counted() -> None:
    run = small_run()
    run["lat"][1] = np.nan
    assert "not on the map: 1." in read_in(run_page(run), "en")
    assert 'id="map"' in run_page(run)


@pytest.mark.parametrize("places", [1, 2, 4])
def test_small_countries_have_pages(places: int) -> None:
    for page in _both(small_run(places=places)):
        assert len(svgs(page)) >= 6


def test_a_place_without_people_has_a_page() -> None:
    run = small_run()
    for name in (
        "people",
        "people_65_plus",
        "births",
        "deaths",
        "arrivals",
        "departures",
        "international",
        "adjustment",
    ):
        run[name][..., 0] = 0.0
    for name in ("people_by_age", "central_people", "record_people"):
        run[name][{"place": 0}] = 0.0
    page = place_page(run, CODE)
    assert "chance of having lost" not in read_in(page, "en")
    assert len(svgs(page)) >= 7


def test_a_short_run_tells_its_last_year() -> None:
    run = small_run(until=2030)
    said = read_in(place_page(run, CODE), "en")
    assert "In 2030: " in said
    assert "2050" not in said


def test_a_run_without_record_says_so() -> None:
    run = small_run().isel(record_year=[1])
    assert "One count is known, that of 2020" in read_in(place_page(run, CODE), "en")


def test_only_assumed_parameters_are_listed_as_assumed() -> None:
    said = read_in(run_page(small_run()), "en")
    assert "attachment" in said
    assert "survival_scale" not in said


def test_china_is_told_the_error_of_simple_methods_and_others_are_not() -> None:
    run = small_run()
    assert "In China itself" not in run_page(run)
    run.attrs["country"] = "cn"
    assert "In China itself only ten years can be checked" in read_in(run_page(run), "en")


def test_all_places_stand_in_order_of_code_and_can_be_found() -> None:
    page = run_page(small_run())
    found = re.findall(r'<tr data-find="([^"]*)"', page)
    assert [entry.split()[0] for entry in found] == sorted(code.lower() for code in small_run()["place"].values)
    assert "shanyuan" in found[0]
    assert "杉原" in found[0]


def test_links_lead_only_to_pages_that_exist(tmp_path: Path) -> None:
    run = small_run()
    write_run(run, tmp_path / "report.html")
    assert "places/" not in (tmp_path / "report.html").read_text("utf-8")
    write_place(run, CODE, tmp_path / "places" / f"{CODE}.html")
    write_run(run, tmp_path / "report.html")
    assert f'href="places/{CODE}.html"' in (tmp_path / "report.html").read_text("utf-8")
    assert 'href="../report.html"' in (tmp_path / "places" / f"{CODE}.html").read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["places", "report.html"]


def test_the_same_run_gives_the_same_page() -> None:
    assert place_page(small_run(), CODE) == place_page(small_run(), CODE)


def test_an_unknown_place_is_named() -> None:
    with pytest.raises(InputError, match="no place has the code 999"):
        place_page(small_run(), "999")


def test_a_page_that_cannot_be_written_says_where_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(InputError, match=r"report\.html: cannot be written"):
        write_run(small_run(), tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
