"""The page of a back-test says what its scores say: who won, where the model loses, and nothing that was not scored."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hinterland.errors import InputError
from hinterland.evaluate.backtest import Refusal
from hinterland.evaluate.control import DISTRIBUTION_ONLY, FORECAST
from hinterland.evaluate.leaderboard import MODEL, leaderboard
from hinterland.evaluate.scores import percentage_errors
from hinterland.report.backtest import backtest_page, write_backtest
from hinterland.report.backtest_charts import broken, looks
from hinterland.report.backtest_map import kinds
from hinterland.report.backtest_tables import grouped
from hinterland.report.backtest_view import Trial
from hinterland.report.backtest_words import class_name, plain, signed, verdict
from hinterland.report.text import LANGUAGES, same
from report.pages import COORDINATES, SVG, read_in, svgs
from report.trials import methods, record, renamed, small_test

HEADINGS = (
    "Who came nearest, and where the model stands",
    "Leaderboard: forecast",
    "Leaderboard: distribution only",
    "Error by years ahead",
    "What intervals held",
    "Where counts fell among the quantiles",
    "Errors of hinterland on the map",
    "Errors by size, growth and age",
    "Largest misses of hinterland",
    "Methods that could not be asked",
    "What looks wrong in the record",
    "Where the intervals come from",
    "What methods knew that a forecaster could not",
)


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(*small_test())


@pytest.fixture(scope="module")
def page(trial: Trial) -> str:
    return backtest_page(trial.test, trial.board)


def _said(trial: Trial, language: str = "en") -> str:
    return " ".join(sentence.of(language) for sentence in verdict(trial))


def _rows(page: str, heading: str) -> list[list[str]]:
    """Cells in English of the first table after a heading."""
    after = page[page.index(f'lang="en">{heading}') :]
    table = after[after.index("<tbody>") : after.index("</tbody>")]
    return [
        [read_in(cell, "en") for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table)
    ]


def test_pictures_are_well_formed_named_and_finite(page: str) -> None:
    pictures = svgs(page)
    assert len(pictures) == 7
    identities = [picture.get("id") for picture in pictures]
    assert len(set(identities)) == len(identities)
    for picture in pictures:
        named = {part.get("id") for part in picture if part.tag in (f"{SVG}title", f"{SVG}desc")}
        assert len(named) == 2 * len(LANGUAGES)
        drawn = " ".join(part.get(name, "") for part in picture.iter() for name in COORDINATES)
        assert not re.search(r"nan|inf", drawn, flags=re.IGNORECASE)


def test_nothing_is_asked_from_outside(page: str) -> None:
    asked = re.findall(r"""\b(?:src|srcset|href|action|poster|data)\s*=\s*["']?([^"'\s>]+)""", page)
    assert [found for found in asked if "//" in found] == []
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_the_order_is_the_answer_the_tables_the_charts_and_then_the_reservations(page: str) -> None:
    said = read_in(page, "en")
    places = [said.index(heading) for heading in HEADINGS]
    assert places == sorted(places)
    assert said.index("Each method was given the record up to 2010 and nothing later") < places[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Back-test: xx from 2010", "24 places on record from 2000 to 2022", "Nobody knew")),
        ("zh", ("回溯检验：xx，自2010年起", "24个地区", "这不是预测", "（模型）")),
        ("ja", ("事後検証：xx、2010年から", "24地域", "予測ではなく", "（モデル）")),
    ],
)
def test_every_language_says_it(page: str, language: str, words: tuple[str, ...]) -> None:
    # Titles of pictures stand in all three languages for those who hear the page.
    said = read_in(re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL), language)
    for each in words:
        assert each in said
    if language != "en":
        assert [heading for heading in HEADINGS if heading in said] == []


def test_the_answer_holds_the_scores_and_says_where_the_model_loses(trial: Trial) -> None:
    said = _said(trial)
    for control, named in ((FORECAST, "forecast"), (DISTRIBUTION_ONLY, "distribution only")):
        ranked = [row.method for row in trial.board.of(control, 10)]
        ours, best = trial.row(control, 10, MODEL), trial.board.best[control, 10]
        theirs = trial.row(control, 10, best)
        assert ours is not None
        assert theirs is not None
        gap = ours.points.mean_ape - theirs.points.mean_ape
        assert gap > 0
        assert (
            f"The model, hinterland, scored as “{named}”, is number {ranked.index(MODEL) + 1} of 4 "
            f"with {ours.points.mean_ape:.2f}%: {gap:.2f} percentage points behind the best baseline, {best}" in said
        )
        assert (
            f"Scored as “{named}”, years ahead at which the model errs more than the best baseline: 5, 10, 12" in said
        )
    first = trial.board.of(FORECAST, 10)[0]
    assert f"10 years ahead, {first.method} came nearest of 4 methods" in said
    assert f"{first.points.mean_ape:.2f}% on average" in said
    assert f"{first.points.median_ape:.2f}%" in said


def test_a_model_that_wins_is_said_to_win() -> None:
    trial = Trial(*small_test(wrong=0.0005))
    said = _said(trial)
    assert "10 years ahead, hinterland (the model) came nearest of 4 methods" in said
    assert "is number 1 of 4" in said
    assert "percentage points ahead of the best baseline" in said
    assert "a clear difference" in said
    assert "errs more than the best baseline: none; at which it errs less: 5, 10, 12." in said
    assert "behind" not in said


def test_an_interval_that_holds_zero_is_not_called_clear(trial: Trial) -> None:
    rows = tuple(
        replace(row, difference=replace(row.difference, lower=-1.0, upper=2.0)) if row.difference else row
        for row in trial.board.rows
    )
    said = _said(Trial(trial.test, replace(trial.board, rows=rows)))
    assert "(95% interval −1.00 to +2.00; which may be chance)" in said
    assert "a clear difference" not in said


@pytest.mark.parametrize(("spread", "judged"), [(0.0001, "too narrow"), (0.3, "too wide")])
def test_intervals_are_judged_by_what_they_held(spread: float, judged: str) -> None:
    trial = Trial(*small_test(spread=spread))
    row = trial.row(FORECAST, 10, MODEL)
    assert row is not None
    assert row.spread is not None
    held = row.spread.intervals[1].covered
    assert f"The 80% intervals of hinterland held {held:.0f}% of the places: {judged}." in _said(trial)


def test_the_class_it_loses_most_in_is_named() -> None:
    panel = record(300)
    trial = Trial(*small_test(panel))
    ours, theirs = (
        trial.classes(name, "size", "growth") for name in (MODEL, trial.board.best[FORECAST, trial.horizon])
    )
    gaps = {
        key: ours[key].points.mean_ape - theirs[key].points.mean_ape for key in ours if ours[key].points.places >= 20
    }
    assert len(gaps) > 2
    losing = [key for key in gaps if gaps[key] > 0]
    said = _said(trial)
    assert f"In {len(losing)} of {len(gaps)} classes of places by size and by growth" in said
    most = max(gaps, key=lambda key: gaps[key])
    assert f"{class_name(*most).en}" in said
    assert f"{ours[most].points.mean_ape:.2f}% against {theirs[most].points.mean_ape:.2f}%" in said


def test_without_the_model_the_best_method_is_looked_at() -> None:
    panel = record()
    asked = {name: method for name, method in methods(panel).items() if name != MODEL}
    test, board = small_test(panel, asked)
    best = board.of(FORECAST, 10)[0].method
    said = read_in(backtest_page(test, board), "en")
    assert "The model itself, hinterland, was not among the methods asked." in said
    assert f"Errors of {best} on the map" in said
    refused = replace(test, refusals=(Refusal(MODEL, "xx: needs ages. Add a table of ages"),))
    said = read_in(backtest_page(refused, board), "en")
    assert "could not be asked at this launch" in said
    assert "xx: needs ages. Add a table of ages" in said


def test_without_baselines_there_is_nothing_to_judge_by() -> None:
    panel = record()
    said = read_in(backtest_page(*small_test(panel, {MODEL: methods(panel)[MODEL]})), "en")
    assert "No baseline was asked, so there is nothing to judge the model by." in said
    assert "slightly too good: chosen" not in said


def test_leaderboards_hold_every_method_in_order_and_bold_the_least(trial: Trial, page: str) -> None:
    for control, heading in (
        (FORECAST, "Leaderboard: forecast"),
        (DISTRIBUTION_ONLY, "Leaderboard: distribution only"),
    ):
        rows = _rows(page, heading)
        board = trial.board.of(control, 10)
        assert [row[0].split(" ")[0] for row in rows] == [row.method for row in board]
        for cells, row in zip(rows, board, strict=True):
            for column, horizon in enumerate((5, 10, 12), 2):
                scored = trial.row(control, horizon, row.method)
                assert scored is not None
                assert cells[column] == f"{scored.points.mean_ape:.2f}%"
    first = trial.board.of(FORECAST, 10)[0]
    assert f"<strong>{first.points.mean_ape:.2f}%</strong>" in page


def test_a_shelf_life_that_the_test_cuts_short_is_open() -> None:
    lasting, gone = Trial(*small_test(wrong=0.0)), Trial(*small_test(wrong=0.08, horizon=5))
    assert lasting.board.shelf[MODEL, FORECAST] == 12
    assert gone.board.shelf[MODEL, FORECAST] == 0
    for each, shown in ((lasting, "12+"), (gone, "0")):
        rows = _rows(backtest_page(each.test, each.board), "Leaderboard: forecast")
        assert next(row[-1] for row in rows if row[0].startswith(MODEL)) == shown


def test_the_detailed_table_holds_scores_and_the_difference(trial: Trial, page: str) -> None:
    rows = {row[0].split(" ")[0]: row for row in _rows(page, "All scores 10")}
    for row in trial.board.of(FORECAST, 10):
        cells = rows[row.method]
        assert row.difference is not None
        gap = row.difference
        span = f"{signed(gap.value).en} ({signed(gap.lower).en} to {signed(gap.upper).en})"
        assert cells[1:4] == [f"{row.points.mean_ape:.2f}%", span, f"{row.points.median_ape:.2f}%"]
        assert cells[4:6] == [f"{row.points.within_5:.0f}%", f"{row.points.within_10:.0f}%"]
        assert cells[7:9] == [f"{row.points.p90_ape:.2f}%", f"{row.points.weighted_mape:.2f}%"]
        assert row.spread is not None
        held = row.spread.intervals[1]
        assert cells[9:12] == [f"{row.spread.crps:.2f}%", f"{held.covered:.0f}%", f"{held.width:.1f}%"]


def test_the_curves_run_over_every_year_asked_for(trial: Trial, page: str) -> None:
    rows = _rows(page, "Error by years ahead")
    assert [row[0] for row in rows] == [str(ahead) for ahead in range(1, 13)]
    assert trial.drawn == tuple(row.method for row in trial.board.of(FORECAST, 10))
    at = 1 + trial.drawn.index(MODEL)
    errors = percentage_errors(trial.entries[MODEL].forecast.totals[6], trial.test.actual(7))
    assert rows[6][at] == f"{np.abs(errors).mean():.2f}%"


def test_lines_are_told_apart_without_colour() -> None:
    names = (MODEL, "constant", "a", "b", "c", "d", "e")
    found = looks(names)
    assert len({(look.dashes, look.mark) for look in found.values()}) == len(names)


def test_coverage_is_what_was_counted(trial: Trial, page: str) -> None:
    rows = {row[0].split(" ")[0]: row for row in _rows(page, "What intervals held")}
    forecast = trial.entries[MODEL].forecast
    assert forecast.quantiles is not None
    at, actual = trial.test.row(10), trial.test.actual(10)
    inside = (actual >= forecast.quantiles[1, at]) & (actual <= forecast.quantiles[5, at])
    assert rows[MODEL][3] == f"{100 * inside.mean():.1f}%"
    assert set(rows) == {row.method for row in trial.board.of(FORECAST, 10)}


def test_the_histogram_holds_the_shares_due_and_seen(trial: Trial, page: str) -> None:
    rows = _rows(page, "Where counts fell")
    seen, _ = trial.board.pit[MODEL, 10]
    assert [row[1] for row in rows] == ["2.5%", "7.5%", "15.0%", "25.0%", "25.0%", "15.0%", "7.5%", "2.5%"]
    assert [row[2] for row in rows] == [f"{100 * share:.1f}%" for share in seen]


def test_marks_on_the_map_point_the_way_the_forecast_missed(trial: Trial, page: str) -> None:
    picture = next(svg for svg in svgs(page) if svg.get("id") == "map")
    errors = percentage_errors(trial.entries[MODEL].forecast.totals[trial.test.row(10)], trial.test.actual(10))
    classes = kinds(errors)
    marks = [part for part in picture.iter() if part.get("class") in {kind.key for kind in classes}]
    assert len(marks) == len(errors) == 24
    high = sum(part.get("class") in ("gain1", "gain2") for part in marks)
    assert high == int((errors >= classes[2].below).sum()) > 0
    hints = [hint.text or "" for hint in picture.iter(f"{SVG}title") if hint.text and "(00" in hint.text]
    assert len(hints) == 24
    assert f"杉原5 (0005): {signed(float(errors[5]), 1).en}%" in hints


@pytest.mark.parametrize(("size", "inner"), [(0.4, 1.0), (4.0, 5.0), (9.0, 10.0), (90.0, 20.0)])
def test_shades_of_the_map_follow_the_size_of_errors(size: float, inner: float) -> None:
    classes = kinds(np.array([-size, size, size]))
    assert classes[2].below == inner
    assert [kind.below for kind in classes] == sorted(kind.below for kind in classes)
    assert classes[-1].below == math.inf


def test_without_positions_a_sentence_stands_for_the_map() -> None:
    panel = record()
    test, board = small_test(replace(panel, lon=np.full(24, np.nan)))
    page = backtest_page(test, board)
    assert "the record holds no positions of places" in read_in(page, "en")
    assert 'id="map"' not in page
    lacking = panel.lat.copy()
    lacking[3] = np.nan
    page = backtest_page(*small_test(replace(panel, lat=lacking)))
    assert "not on the map: 1." in read_in(page, "en")
    assert 'id="map"' in page


def test_classes_hold_the_model_the_best_baseline_and_no_change(trial: Trial, page: str) -> None:
    rows = {row[0]: row for row in _rows(page, "Errors by size")}
    names = trial.compared
    assert names == (MODEL, trial.board.best[FORECAST, 10], "constant")
    for (kind, label), row in trial.classes(MODEL, "size").items():
        cells = rows[class_name(kind, label).en]
        assert cells[1] == str(row.points.places)
        assert cells[2::3] == [f"{trial.classes(name)[kind, label].points.mean_ape:.1f}%" for name in names]
    assert sum(int(row[1]) for row in rows.values()) == 24
    said = read_in(page, "en")
    assert "−2% to −1%" in said
    assert "80+ is part of 65+" in said
    assert "No errors by age" not in said


def test_without_ages_the_page_says_so() -> None:
    said = read_in(backtest_page(*small_test(record(ages=False))), "en")
    assert "No errors by age" in said


def test_misses_of_both_signs_are_named_and_hamlets_are_not(trial: Trial, page: str) -> None:
    actual, now = trial.test.actual(10), trial.test.panel.totals[trial.test.panel.at(2010)]
    said = trial.entries[MODEL].forecast.totals[trial.test.row(10)]
    errors = np.where(now >= 1000, percentage_errors(said, actual), 0.0)
    for heading, place in (("More forecast", int(errors.argmax())), ("Fewer forecast", int(errors.argmin()))):
        rows = _rows(page, heading)
        assert rows[0][0] == f"杉原{place}"
        assert rows[0][3] == f"{said[place]:,.0f}"
        assert rows[0][5] == f"{actual[place]:,.0f}"
        assert rows[0][6] == f"{signed(float(errors[place]), 1).en}%"
        assert not {row[1] for row in rows} & {trial.test.panel.codes[i] for i in np.flatnonzero(now < 1000)}
    assert (now < 1000).any()


def test_reservations_are_shown_as_they_were_made(page: str) -> None:
    test, board = small_test(remarks={"lin_exp": ("It saw <i>the</i> weather of 2015.",)})
    odd = replace(
        test,
        warnings=("People jump in Nowhere & elsewhere.",),
        refusals=(Refusal("gross_flow", "needs moves"), Refusal("ccr_ccd", "needs moves")),
    )
    written = backtest_page(odd, board)
    said = read_in(written, "ja")
    for words in ("It saw <i>the</i> weather of 2015.", "People jump in Nowhere & elsewhere.", "gross_flow, ccr_ccd"):
        assert words in said
    assert "<i>the" not in written
    assert "Where a method knew more than that" in read_in(written, "en")
    assert "errors 5 years ahead of 2005" in said
    plain_page = read_in(page, "en")
    assert "no remark was made on any method" in plain_page
    assert "Where a method knew more than that" not in plain_page
    assert "the method's own draws" in plain_page


def test_a_hostile_name_stays_a_name() -> None:
    name = "<script>alert('x')</script>\"{year}&</svg>"
    test, board = small_test()
    page = backtest_page(renamed(test, name), board)
    assert page.count("<script>") == 1
    assert name in read_in(page, "zh")
    assert len(svgs(page)) == 7


def test_one_later_count_is_enough_for_a_page() -> None:
    panel = record(years=range(2000, 2023, 10))
    test, board = small_test(panel)
    assert test.horizons == (10,)
    said = read_in(backtest_page(test, board), "en")
    assert "methods forecast 2020 from 2010" in said
    assert "10 years ahead" in said


def test_two_counts_are_enough_and_what_cannot_be_known_is_said() -> None:
    panel = record(years=range(2010, 2021, 10))
    test, board = small_test(panel, {"constant": methods(panel)["constant"]})
    page = backtest_page(test, board)
    said = read_in(page, "en")
    assert "No method gave intervals that could be scored" in said
    assert "no intervals" in said
    assert len(svgs(page)) == 3


def test_one_region_has_no_interval_of_differences() -> None:
    test, board = small_test(record(regions=1))
    page = backtest_page(test, board)
    assert "95% interval" not in read_in(page, "en")
    rows = _rows(page, "All scores 10")
    assert {row[2] for row in rows} == {"–"}


def test_places_without_people_have_no_error_and_break_nothing() -> None:
    panel = record()
    totals = panel.totals.copy()
    totals[-3:, 4] = 0
    totals[:, 5] = np.nan
    test, board = small_test(replace(panel, totals=totals, cells=None), methods(record(ages=False)))
    page = backtest_page(test, board)
    picture = next(svg for svg in svgs(page) if svg.get("id") == "map")
    assert "not on the map: 2." in read_in(page, "en")
    assert sum(part.get("cx") is not None or part.get("points") is not None for part in picture.iter()) == 22
    row = next(row for row in _rows(page, "Errors of hinterland on the map") if row[1] == "0005")
    assert row[2:] == ["–", row[3], "–", "–"]


def test_a_country_of_three_thousand_places_stays_small() -> None:
    test, board = small_test(record(3086, ages=False))
    assert len(backtest_page(test, board).encode()) < 3_000_000


def test_the_same_back_test_gives_the_same_page(trial: Trial, page: str) -> None:
    assert backtest_page(trial.test, leaderboard(trial.test)) == page


def test_it_is_written_whole_or_not_at_all(trial: Trial, page: str, tmp_path: Path) -> None:
    write_backtest(trial.test, trial.board, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text("utf-8") == page
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_backtest(trial.test, trial.board, tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "report.html"]


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("constant 9.3%", ["constant 9.3%"]),
        ("hamilton_perry_undamped 2.9%", ["hamilton_perry", "_undamped 2.9%"]),
        ("growth_regression_own 4.1%", ["growth_regression", "_own 4.1%"]),
        ("abcdefghijklmnopqrstuvwxyz", ["abcdefghijklmnopq", "rstuvwxyz"]),
        ("a" * 60, ["a" * 17, "a" * 16 + "…"]),
    ],
)
def test_long_names_take_two_lines(said: str, lines: list[str]) -> None:
    assert broken(said, 17) == lines


@pytest.mark.parametrize(
    ("kind", "label", "en", "zh"),
    [
        ("size", "under 1,000", "under 1,000", "1,000以下"),
        ("size", "1,000-5,000", "1,000 to 5,000", "1,000至5,000"),
        ("size", "100,000-1 million", "100,000 to 1,000,000", "10万至100万"),
        ("size", "over 1 million", "1,000,000 and over", "100万及以上"),
        ("growth", "below -2", "under −2%", "−2%以下"),
        ("growth", "-1 to 0", "−1% to 0%", "−1%至0%"),
        ("growth", "2 and over", "+2% and over", "+2%及以上"),
        ("growth", "unknown", "unknown", "不明"),
        ("age", "0-14", "0–14", "0–14"),
    ],
)
def test_classes_are_named_in_every_language(kind: str, label: str, en: str, zh: str) -> None:
    assert (class_name(kind, label).en, class_name(kind, label).zh) == (en, zh)


@pytest.mark.parametrize(
    ("value", "shown", "with_sign"),
    [(1.234, "1.23", "+1.23"), (-0.001, "0.00", "0.00"), (-7.5, "−7.50", "−7.50"), (math.nan, "–", "–")],
)
def test_scores_are_written_with_true_signs(value: float, shown: str, with_sign: str) -> None:
    assert signed(value).en == with_sign
    if value != -0.001:
        assert plain(value).en == shown


def test_a_score_beyond_all_measure_says_no_more_than_that() -> None:
    assert plain(3.2e9).en == ">1,000,000"


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells under 2 headings"):
        grouped([(None, [same("a"), same("b")])], [["c"]])


def test_a_year_that_nobody_counted_is_said_to_be_unscored() -> None:
    panel = record(ages=False)
    totals = panel.totals.copy()
    totals[panel.years == 2020] = np.nan
    asked = methods(panel)
    page = backtest_page(*small_test(replace(panel, totals=totals), asked))
    said = read_in(page, "en")
    assert "No place could be scored in 2020" in said
    assert "came nearest" not in said.replace(HEADINGS[0], "")
    assert not re.search(r">[^<]*\bnan\b", page)
