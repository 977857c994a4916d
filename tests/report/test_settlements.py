"""Where in a place people live and what they have at hand: shares, bars, and the year a service is likely lost."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import xarray as xr

from hinterland.axes import RUNGS, SERVICES
from hinterland.report.numbers import percent
from hinterland.report.place import place_page
from hinterland.report.run import run_page
from hinterland.report.rungs import rungs, single
from hinterland.report.services import likely_lost, services, shares
from hinterland.report.text import LANGUAGES, say
from hinterland.report.view import View
from report.livelihoods import living_run
from report.pages import COORDINATES, SVG, read_in, renamed, small_run, svgs, table_rows

CODE = "A001"
LATE = "B004"
"""The last town of the small country; its hospitals go first."""
BAND = (0.1, 0.5, 0.9)
NAMED = {service: f"label_{service}" for service in SERVICES}


def _rungs(run: xr.Dataset, code: str = CODE) -> str:
    view = View(run)
    return rungs("rungs", view, view.place(code))


def _services(run: xr.Dataset, code: str = CODE) -> str:
    view = View(run)
    return services("hand", view, view.place(code))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_have_both_sections_and_say_that_they_are_modelled(language: str) -> None:
    run = living_run()
    for page, unit in ((place_page(run, CODE), View(run).place(CODE)), (run_page(run), View(run).nation)):
        said = read_in(page, language)
        for key in ("rung_heading", "hand_heading"):
            assert say(key, name=unit.name).of(language) in said
        for key in ("rung_modelled", "hand_modelled", "methods_services"):
            assert say(key).of(language) in said


@pytest.mark.parametrize(
    ("missing", "gone", "left"), [("people_town", "rungs", "hand"), ("with_rail", "hand", "rungs")]
)
def test_a_section_is_left_out_where_the_run_lacks_a_variable(missing: str, gone: str, left: str) -> None:
    run = living_run().drop_vars(missing)
    for page in (place_page(run, CODE), run_page(run)):
        assert f'id="{gone}-' not in page
        assert f'id="{left}-' in page


def test_an_older_run_has_neither() -> None:
    for page in (place_page(small_run(), CODE), run_page(small_run())):
        assert 'id="rungs' not in page
        assert 'id="hand' not in page
        assert say("methods_services").en not in page


def test_the_table_of_rungs_holds_shares_of_residents_with_bands() -> None:
    run = living_run(members=40)
    rows = table_rows(_rungs(run), 0)
    assert [row[0] for row in rows] == [say(f"label_{rung}").en for rung in RUNGS]
    here = run.sel(place=CODE)
    for row, rung in zip(rows, RUNGS, strict=True):
        for cell, year in zip(row[1:], (2020, 2035, 2050), strict=True):
            assert cell == _cell((here[f"people_{rung}"] / here["people"]).sel(year=year))


def _cell(values: xr.DataArray) -> str:
    low, median, high = (percent(float(v)).en for v in np.quantile(values, BAND))
    return median if low == high else f"{median} ({low}–{high})"


def test_villages_and_the_city_are_told_in_words() -> None:
    run = living_run(members=40)
    here = run.sel(place=CODE)
    village, core = (here[f"people_{rung}"] / here["people"] for rung in ("village", "core"))
    now, later = percent(float(village.sel(year=2020)[0])).en, _cell(village.sel(year=2050))
    said = read_in(_rungs(run), "en")
    assert f"In villages live {now} of the residents in 2020 and {later} in 2050" in said
    assert f" and {_cell(core.sel(year=2050))}. Brackets" in said


def test_a_region_sums_people_before_it_shares() -> None:
    run = living_run()
    view = View(run)
    region = view.region_of(LATE)
    assert region is not None
    chosen = run[["people", "with_clinic"]].isel(place=list(region.at)).sum("place").transpose("member", "year")
    np.testing.assert_allclose(shares(view, region)["clinic"], (chosen["with_clinic"] / chosen["people"]).values)


@pytest.mark.parametrize("device", ["wide", "narrow"])
def test_one_bar_a_year_is_stacked_from_villages_up_to_the_city_and_named(device: str) -> None:
    run = living_run()
    picture = _picture(_rungs(run), f"rungs-{device}")
    parts = picture.findall(f"{SVG}rect")
    assert len(parts) == 3 * len(RUNGS)
    tall = np.array([float(part.get("height", "")) for part in parts]).reshape(3, -1)
    here = run.sel(place=CODE)
    medians = np.array(
        [
            [float((here[f"people_{rung}"] / here["people"]).sel(year=year).median()) for rung in reversed(RUNGS)]
            for year in (2020, 2035, 2050)
        ]
    )
    np.testing.assert_allclose(tall / 232, medians, atol=0.001)
    said = {text.text for text in picture.findall(f"{SVG}text")}
    assert {say(f"label_{rung}").zh for rung in RUNGS} <= said


def _picture(section: str, key: str) -> ET.Element:
    return next(picture for picture in svgs(section) if picture.get("id") == key)


def test_a_rung_that_a_place_does_not_have_is_neither_drawn_nor_listed() -> None:
    run = living_run()
    run["people_town"][..., 0] += run["people_village"][..., 0]
    run["people_village"][..., 0] = 0.0
    section = _rungs(run)
    assert say("label_village").en not in [row[0] for row in table_rows(section, 0)]
    assert len(_picture(section, "rungs-wide").findall(f"{SVG}rect")) == 3 * 3


def test_a_place_that_is_one_settlement_is_called_so_without_a_chart() -> None:
    run = living_run()
    run["people_town"][..., 0] = run["people"][..., 0]
    for rung in ("core", "seat", "village"):
        run[f"people_{rung}"][..., 0] = 0.0
    view = View(run)
    assert single(view, view.place(CODE)) == "town"
    assert single(view, view.place(LATE)) == ""
    section = _rungs(run)
    assert "as a single settlement of the kind “towns”" in read_in(section, "en")
    assert svgs(section) == []
    assert "<table" not in section


def test_the_table_of_services_holds_shares_of_residents_with_bands() -> None:
    run = living_run(members=40)
    rows = table_rows(_services(run, LATE), 0)
    assert [row[0] for row in rows] == [say(key).en for key in NAMED.values()]
    here = run.sel(place=LATE)
    for row, service in zip(rows, SERVICES, strict=True):
        for cell, year in zip(row[1:4], (2020, 2035, 2050), strict=True):
            assert cell == _cell((here[f"with_{service}"] / here["people"]).sel(year=year))


def test_a_service_is_likely_lost_in_the_first_year_in_which_half_of_the_members_have_lost_a_quarter() -> None:
    run = living_run(members=40)
    here = run.sel(place=LATE)
    share = (here["with_hospital"] / here["people"]).transpose("member", "year")
    lost = (share <= 0.75 * share.sel(year=2020)).mean("member")
    first = next(int(year) for year in run["year"].values if float(lost.sel(year=year)) >= 0.5)
    assert 2020 < first < 2100
    assert float(lost.sel(year=first - 5)) < 0.5
    section = _services(run, LATE)
    assert f": hospital, first in {first}." in read_in(section, "en")
    last = {row[0]: row[-1] for row in table_rows(section, 0)}
    assert last["hospital"] == str(first)
    assert last["clinic"] == "not by 2100"


def test_half_of_the_members_and_a_quarter_are_enough_and_less_is_not() -> None:
    view = View(living_run(members=4, until=2030))
    start = np.ones((4, 1))
    lost, nearly = 0.75 * start, 0.7501 * start
    assert likely_lost(view, np.hstack([start, start, np.vstack([lost[:2], start[:2]])])) == 2030
    assert likely_lost(view, np.hstack([start, start, np.vstack([lost[:1], start[:3]])])) is None
    assert likely_lost(view, np.hstack([start, nearly, nearly])) is None
    # Members without residents say nothing; two of the three others have lost it.
    assert (
        likely_lost(view, np.hstack([start, start, np.vstack([np.full((1, 1), np.nan), lost[:2], start[:1]])])) == 2030
    )


def test_what_hardly_anyone_had_cannot_be_lost() -> None:
    run = living_run()
    run["with_hospital"][...] = 0.04 * run["people"].values * np.linspace(1, 0, run.sizes["year"])[:, None]
    last = {row[0]: row[-1] for row in table_rows(_services(run), 0)}
    assert last["hospital"] == "–"
    assert "hospital, first" not in read_in(_services(run), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_likely_lost_it_is_said_so(language: str) -> None:
    run = living_run()
    run["with_hospital"][...] = 0.5 * run["people"].values
    said = read_in(_services(run), language)
    assert say("hand_none", base=2020, last=2100).of(language) in said


def test_services_are_listed_in_the_order_in_which_they_are_lost() -> None:
    run = living_run()
    fading = np.exp(-0.1 * np.arange(run.sizes["year"]))[:, None]
    for service, power in (("primary", 1), ("rail", 3)):
        run[f"with_{service}"][...] = 0.9 * run["people"].values * fading**power
    said = read_in(_services(run), "en")
    assert re.search(
        r": rail stop, first in 20\d\d; (?:hospital, first in 20\d\d; )?primary school, first in 20\d\d", said
    )


@pytest.mark.parametrize("places", [1, 2, 4])
def test_pictures_are_named_once_and_finite_where_people_leave_altogether(places: int) -> None:
    run = living_run(places=places)
    gone = {"place": 0, "year": slice(-11, None)}
    for name in ("people", *(f"people_{rung}" for rung in RUNGS), *(f"with_{service}" for service in SERVICES)):
        run[name][gone] = 0.0
    section = _rungs(run) + _services(run)
    identities = [str(picture.get("id")) for picture in svgs(section)]
    assert sorted(set(identities)) == sorted(identities)
    assert {"rungs-wide", "rungs-narrow", "hand-rail"} <= set(identities)
    for picture in svgs(section):
        drawn = " ".join(part.get(name, "") for part in picture.iter() for name in COORDINATES)
        assert not re.search(r"nan|inf", drawn, flags=re.IGNORECASE)
    assert [row[-1] for row in table_rows(_rungs(run), 0)] == ["–"] * len(RUNGS)


def test_a_place_where_nobody_lived_has_neither_section() -> None:
    run = living_run()
    run["people"][..., 0] = 0.0
    assert _rungs(run) == _services(run) == ""


def test_a_short_run_shows_the_years_it_has() -> None:
    run = living_run(until=2030)
    rows = table_rows(_services(run), 0)
    assert all(len(row) == 4 for row in rows)
    assert len(_picture(_rungs(run), "rungs-wide").findall(f"{SVG}rect")) == 2 * len(RUNGS)
    assert "2050" not in read_in(_rungs(run) + _services(run), "en")


def test_a_hostile_name_stays_a_name() -> None:
    name = "<script>alert('x')</script>\"{year}&</svg>"
    run = renamed(living_run(), name)
    page = _rungs(run) + _services(run)
    assert "<script>" not in page
    assert len(svgs(page)) == 2 + len(SERVICES)
    assert name in read_in(page, "zh")
