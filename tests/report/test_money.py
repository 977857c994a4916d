"""Public money: sentences, charts and tables hold posts and debts of the run, and say that the start is modelled."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from factories import small_country, small_ensemble
from hinterland.cli.place import tell
from hinterland.report.money import debt_index, debt_told, held, known, money
from hinterland.report.numbers import percent, short
from hinterland.report.place import place_page
from hinterland.report.run import run_page
from hinterland.report.text import LANGUAGES, say
from hinterland.report.view import View
from hinterland.results.store import write
from report.livelihoods import living_run, with_economy
from report.pages import read_in, small_run, svgs, table_rows

LATE = "B004"
"""The last town, whose posts are cut most."""
BAND = (0.1, 0.5, 0.9)


def _section(code: str = LATE, members: int = 8) -> str:
    view = View(living_run(members=members))
    return money("money", view, view.place(code))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_a_place_and_of_the_nation_have_the_section_and_say_that_it_is_assumed(language: str) -> None:
    run = living_run()
    for page, name in ((place_page(run, LATE), View(run).place(LATE).name), (run_page(run), View(run).nation.name)):
        said = read_in(page, language)
        assert say("money_heading", name=name).of(language) in said
        assert say("money_assumed", base=2020).of(language) in said


@pytest.mark.parametrize("missing", ["jobs_public", "posts_wanted", "debt"])
def test_without_figures_of_budgets_the_section_is_left_out_and_the_rest_stands(missing: str) -> None:
    run = living_run().drop_vars(missing)
    view = View(run)
    assert not known(view)
    assert money("money", view, view.nation) == ""
    assert debt_told(view, view.nation) == ()
    if missing == "jobs_public":
        return
    for page in (place_page(run, LATE), run_page(run)):
        assert 'id="live-jobs-wide' in page
        assert 'id="money' not in page
        assert 'id="rungs' in page


def test_a_country_without_jobs_has_no_public_money() -> None:
    assert 'id="money' not in place_page(small_run(), LATE)


def test_posts_held_in_words_are_quantiles_over_members_of_those_needed() -> None:
    run = living_run(members=40)
    said = read_in(_section(members=40), "en")
    share = (run["jobs_public"] / run["posts_wanted"]).sel(place=LATE)
    for year in (2035, 2050, 2100):
        low, median, high = (percent(float(v)).en for v in np.quantile(share.sel(year=year), BAND))
        assert f"{median} ({low}–{high}) in {year}" in said
    assert float(share.sel(year=2020).min()) == pytest.approx(1.0)


def test_debt_is_told_against_the_members_own_of_the_base_year() -> None:
    run = living_run(members=40)
    index = 100 * run["debt"].sel(place=LATE, year=2050) / run["debt"].sel(place=LATE, year=2020)
    low, median, high = (f"{float(v):.0f}" for v in np.quantile(index, BAND))
    said = f"with 2020 as 100: {median} (8 of 10 runs: {low} to {high})"
    assert said in read_in(_section(members=40), "en")


def test_a_region_sums_posts_and_debts_before_it_compares() -> None:
    run = living_run()
    view = View(run)
    region = view.region_of(LATE)
    assert region is not None
    names = ["jobs_public", "posts_wanted", "debt"]
    chosen = run[names].isel(place=list(region.at)).sum("place").transpose("member", "year")
    np.testing.assert_allclose(held(view, region), (chosen["jobs_public"] / chosen["posts_wanted"]).values)
    debt = chosen["debt"].values
    np.testing.assert_allclose(debt_index(view, region), 100 * debt / debt[:, :1])


def test_the_table_has_every_year_with_posts_share_and_debt() -> None:
    run = living_run(members=40)
    rows = table_rows(_section(members=40), 0)
    assert [int(row[0]) for row in rows] == [int(year) for year in run["year"].values]
    assert rows[0][3:] == ["100%", "100.0"]
    for column, name in ((1, "posts_wanted"), (2, "jobs_public")):
        values = run[name].sel(place=LATE, year=2100)
        low, median, high = (short(float(v)).en for v in np.quantile(values, BAND))
        assert rows[-1][column] == f"{median} ({low}–{high})"


def test_both_lines_of_posts_are_named() -> None:
    (picture,) = (picture for picture in svgs(_section()) if picture.get("id") == "money-posts")
    labels = {"".join(text.itertext()) for text in picture.iter() if text.tag.endswith("text")}
    assert {"needed", "held"} <= labels


def test_where_nothing_was_owed_debt_is_left_out() -> None:
    run = living_run()
    run["debt"][..., -1] = 0.0
    view = View(run)
    section = money("money", view, view.place(LATE))
    assert debt_told(view, view.place(LATE)) == ()
    assert [picture.get("id") for picture in svgs(section)] == ["money-posts"]
    assert table_rows(section, 0)[-1][4] == "–"


def test_where_no_posts_were_needed_there_is_no_section() -> None:
    run = living_run()
    run["posts_wanted"][..., -1] = 0.0
    view = View(run)
    assert money("money", view, view.place(LATE)) == ""


def test_the_terminal_tells_debt_before_the_caveat_and_only_where_it_is_known(tmp_path: Path) -> None:
    ensemble = small_ensemble(6, country=small_country(3), until=2060)
    for name, run, told in (("with", with_economy(ensemble), True), ("without", ensemble, False)):
        write(run, tmp_path / name / "run.zarr")
        lines = list(tell(tmp_path / name, "A001", "en"))
        found = [
            n for n, line in enumerate(lines) if re.match(r"  Local public debt in 2050, with 2020 as 100: \d", line)
        ]
        assert bool(found) == told
        caveat = lines.index("  " + say("answer_caveat").en)
        assert found == ([caveat - 1] if told else [])
