"""What places live on: sentences, charts and tables hold the run's figures, and say what is assumed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import xarray as xr

from hinterland.axes import ACTIVITIES
from hinterland.report.courses import course
from hinterland.report.livelihood import against_nation, income_index, livelihood, shown_years, vacancy
from hinterland.report.numbers import change, percent, short
from hinterland.report.place import place_page
from hinterland.report.run import run_page
from hinterland.report.text import LANGUAGES, say
from hinterland.report.view import View
from report.livelihoods import living_run
from report.pages import COORDINATES, SVG, read_in, renamed, small_run, svgs, table_rows

CODE = "A001"
"""The first town of the small country; it has a mine."""
NO_MINE = "B004"
"""Its last."""
HEADING = {"en": "What it lives on", "zh": "靠什么生活", "ja": "の暮らしを支えるもの"}
BAND = (0.1, 0.5, 0.9)


def _whole(run: xr.Dataset, name: str) -> xr.DataArray:
    return run[name].sum("place")


def _section(run: xr.Dataset, code: str = CODE) -> str:
    view = View(run)
    return livelihood("live", view, view.place(code))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_a_place_and_of_the_nation_have_the_section(language: str) -> None:
    run = living_run()
    for page in (place_page(run, CODE), run_page(run)):
        assert HEADING[language] in read_in(page, language)
        assert say("methods_economy").of(language) in read_in(page, language)
        assert say("methods_no_economy").of(language) not in read_in(page, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_economy_the_methods_say_so_and_the_section_is_left_out(language: str) -> None:
    run = small_run()
    for page in (place_page(run, CODE), run_page(run)):
        assert HEADING[language] not in read_in(page, language)
        assert say("methods_no_economy").of(language) in read_in(page, language)
        assert say("methods_economy").of(language) not in read_in(page, language)
        assert 'id="live' not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_assumed_is_said_in_every_language(language: str) -> None:
    said = read_in(_section(living_run()), language)
    assert say("live_assumed", base=2020).of(language) in said
    assert say("live_trust").of(language) in said


def test_the_base_year_is_told_with_its_largest_activities() -> None:
    run = living_run()
    here = run.sel(place=CODE, year=2020).median("member")
    shares = {name: float(here[f"jobs_{name}"] / here["jobs"]) for name in ACTIVITIES}
    largest = sorted(shares, key=lambda name: -shares[name])[:3]
    assert largest == ["local", "farm", "routine"]
    told = re.search(r"held about (.+?) jobs; the largest activities: (.+?)\.", read_in(_section(run), "en"))
    assert told is not None
    assert float(told[1].replace(",", "").replace(" million", "e6")) == pytest.approx(float(here["jobs"]), rel=6e-3)
    assert told[2] == ", ".join(f"{say(f'label_{name}').en} {percent(shares[name]).en}" for name in largest)


def test_homes_and_incomes_in_words_are_quantiles_over_members() -> None:
    run = living_run(members=40)
    said = read_in(_section(run), "en")
    then, base = run.sel(place=CODE, year=2050), run.sel(place=CODE, year=2020)
    empty = np.quantile(1 - then["households"] / then["homes"], BAND)
    now = float(np.median(1 - base["households"] / base["homes"]))
    low, median, high = (percent(float(share), 1).en for share in empty)
    assert f"{percent(now, 1).en} in 2020, {median} in 2050 (8 of 10 runs: {low} to {high})" in said

    index = (then["income"] / then["people"]) / (base["income"] / base["people"])
    low, median, high = _changes(index)
    assert f"income per resident changes by {median} (8 of 10 runs: {low} to {high})" in said

    income, people = _whole(run, "income"), _whole(run, "people")
    nation = (income / people).sel(year=2050) / (income / people).sel(year=2020)
    low, median, high = _changes(index / nation)
    assert f"that is {median} by 2050 ({low} to {high})" in said
    # Quantiles of the ratio are not the ratio of quantiles: only this shows that members are compared one by one.
    apart = np.quantile(index, BAND) / np.quantile(nation, BAND)
    assert [low, median, high] != [change(float(value)).en for value in apart]


def _changes(ratio: xr.DataArray) -> list[str]:
    return [change(float(value)).en for value in np.quantile(ratio, BAND)]


def test_the_nation_is_not_compared_with_itself() -> None:
    run = living_run()
    view = View(run)
    said = read_in(livelihood("live", view, view.nation), "en")
    assert "Measured against the change of the whole nation" not in said
    assert "The same against the nation's change" not in said
    np.testing.assert_allclose(against_nation(view, view.nation), 1.0)
    income, people = _whole(run, "income"), _whole(run, "people")
    per_head = (income / people).transpose("member", "year").values
    np.testing.assert_allclose(income_index(view, view.nation), per_head / per_head[:, :1])


def test_a_region_has_the_section_and_sums_its_places() -> None:
    run = living_run()
    view = View(run)
    region = view.region_of(CODE)
    assert region is not None
    chosen = run.isel(place=list(region.at)).sum("place")
    expected = (1 - chosen["households"] / chosen["homes"]).transpose("member", "year")
    np.testing.assert_allclose(vacancy(view, region), expected.values)
    section = livelihood("live", view, region)
    jobs = chosen["jobs"].sel(year=2050)
    low, median, high = (short(float(value)).en for value in np.quantile(jobs, BAND))
    assert f"{median} ({low}–{high})" in read_in(section, "en")
    assert HEADING["en"] in read_in(section, "en")


def test_the_table_of_jobs_holds_medians_and_bands_of_every_activity() -> None:
    run = living_run(members=40)
    rows = table_rows(_section(run), 0)
    assert [row[0] for row in rows] == ["2020", "2035", "2050", "2100"]
    assert all(len(row) == 2 + len(ACTIVITIES) for row in rows)
    for row in rows[1:]:
        for cell, name in zip(row[1:], ("jobs", *(f"jobs_{activity}" for activity in ACTIVITIES)), strict=True):
            values = run[name].sel(place=CODE, year=int(row[0]))
            low, median, high = (short(float(value)).en for value in np.quantile(values, BAND))
            assert cell == f"{median} ({low}–{high})"


def test_the_table_of_homes_and_incomes_has_every_year_of_the_run() -> None:
    run = living_run(members=40)
    rows = table_rows(_section(run), 1)
    assert [int(row[0]) for row in rows] == [int(year) for year in run["year"].values]
    empty = 1 - run["households"] / run["homes"]
    low, median, high = (percent(float(v), 1).en for v in np.quantile(empty.sel(place=CODE, year=2100), BAND))
    assert rows[-1][3] == f"{median} ({low}–{high})"
    assert rows[0][4:] == ["100.0", "100.0"]


def test_bars_are_as_high_as_the_medians_and_stand_on_each_other() -> None:
    run = living_run()
    picture = _picture(_section(run), "live-jobs-wide")
    parts = picture.findall(f"{SVG}rect")
    years = (2020, 2035, 2050, 2100)
    assert len(parts) == len(years) * len(ACTIVITIES)
    tall = np.array([float(part.get("height", "")) for part in parts]).reshape(len(years), -1)
    medians = np.array(
        [[float(run[f"jobs_{a}"].sel(place=CODE, year=y).median("member")) for a in ACTIVITIES] for y in years]
    )
    # Coordinates are written to a tenth of a pixel.
    np.testing.assert_allclose(tall / tall.sum(), medians / medians.sum(), atol=0.06 / tall.sum() * 2)
    tops = np.array([float(part.get("y", "")) for part in parts]).reshape(len(years), -1)
    np.testing.assert_allclose(tops[:, 1:] + tall[:, 1:], tops[:, :-1], atol=0.11)


@pytest.mark.parametrize("device", ["wide", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_activity_is_named_beside_its_part(device: str, language: str) -> None:
    said = _said(_picture(_section(living_run()), f"live-jobs-{device}"), language)
    assert [name for name in ACTIVITIES if say(f"label_{name}").of(language) not in said] == []


def test_an_activity_that_a_place_does_not_have_is_not_drawn() -> None:
    section = _section(living_run(), NO_MINE)
    for device in ("wide", "narrow"):
        said = _said(_picture(section, f"live-jobs-{device}"), "en")
        assert say("label_mine").en not in said
        assert say("label_farm").en in said


def _picture(section: str, key: str) -> ET.Element:
    return next(picture for picture in svgs(section) if picture.get("id") == key)


def _said(picture: ET.Element, language: str) -> Sequence[str]:
    return [
        part.text or ""
        for part in picture.findall(f"{SVG}text")
        if language in (part.get("data-l") or " ".join(LANGUAGES)).split()
    ]


@pytest.mark.parametrize("places", [1, 2, 4])
def test_pictures_are_named_once_and_finite(places: int) -> None:
    run = living_run(places=places)
    for page in (place_page(run, str(run["place"].values[0])), run_page(run)):
        identities = [picture.get("id") for picture in svgs(page)]
        assert len(set(identities)) == len(identities)
        assert {"live-jobs-wide", "live-jobs-narrow", "live-homes", "live-income"} <= set(identities)
        for picture in svgs(page):
            drawn = " ".join(part.get(name, "") for part in picture.iter() for name in COORDINATES)
            assert not re.search(r"nan|inf", drawn, flags=re.IGNORECASE)


def test_a_place_where_nobody_lived_says_so() -> None:
    run = living_run()
    for name in ("people", "jobs", "homes", "households", "income", *(f"jobs_{a}" for a in ACTIVITIES)):
        run[name][..., 0] = 0.0
    section = _section(run)
    assert "Nobody lived and worked here in 2020" in read_in(section, "en")
    assert svgs(section) == []


def test_a_place_that_empties_is_told_as_far_as_it_is_known() -> None:
    run = living_run()
    first = {"place": 0, "year": slice(-2, None)}
    for name in ("people", "jobs", "homes", "households", "income", *(f"jobs_{a}" for a in ACTIVITIES)):
        run[name][first] = 0.0
    section = _section(run)
    last = table_rows(section, 1)[-1]
    assert last == ["2100", "0", "0", "–", "–", "–"]
    for picture in svgs(section):
        drawn = " ".join(part.get(name, "") for part in picture.iter() for name in COORDINATES)
        assert not re.search(r"nan|inf", drawn, flags=re.IGNORECASE)
    assert table_rows(section, 1)[-3][3] != "–"


def test_a_course_leaves_out_members_in_which_nothing_is_known() -> None:
    values = np.array([[1.0, np.nan, np.nan], [2.0, 4.0, np.nan], [3.0, 6.0, np.nan]])
    found = course(values)
    np.testing.assert_allclose(found[:, 0], np.quantile([1, 2, 3], BAND))
    np.testing.assert_allclose(found[:, 1], np.quantile([4, 6], BAND))
    assert np.isnan(found[:, 2]).all()


def test_a_band_below_zero_is_written_so_that_it_can_be_read() -> None:
    run = living_run()
    run["homes"][...] = run["households"].values * (1 - 0.1 * np.linspace(0, 1, 8))[:, None, None]
    cells = [row[3] for row in table_rows(_section(run), 1)]
    assert all(re.fullmatch(r"−\d+\.\d% \(−\d+\.\d% to −?\d+\.\d%\)", cell) for cell in cells)


def test_a_short_run_shows_the_years_it_has() -> None:
    run = living_run(until=2030)
    assert shown_years(View(run)) == (2020, 2030)
    said = read_in(_section(run), "en")
    assert "in 2030 (8 of 10 runs" in said
    assert "2050" not in said


def test_a_hostile_name_stays_a_name() -> None:
    name = "<script>alert('x')</script>\"{year}&</svg>"
    page = _section(renamed(living_run(), name))
    assert "<script>" not in page
    assert len(svgs(page)) == 4
    assert name in read_in(page, "zh")
