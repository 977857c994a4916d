"""What README, pages and docs quote stands in the committed scores."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from hinterland.report.text import LANGUAGES, say

ROOT = Path(__file__).parents[1]
SCORES = ROOT / "docs" / "evidence" / "backtests.csv"
ABLATIONS = ROOT / "docs" / "evidence" / "ablations.csv"
MADE = ROOT / "docs" / "evidence" / "backtests.toml"
COVERAGE = ROOT / "docs" / "evidence" / "coverage.csv"
MODEL = "hinterland"
OURS = (MODEL, "hinterland_structure")


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return pd.read_csv(SCORES)


def error(scores: pd.DataFrame, panel: str, launch: int, horizon: int, *methods: str) -> float:
    """The least mean error of the methods named, or of all but the model's own."""
    rows = scores[
        (scores["panel"] == panel)
        & (scores["launch"] == launch)
        & (scores["horizon"] == horizon)
        & (scores["control"] == "forecast")
    ]
    rows = rows[rows["method"].isin(methods)] if methods else rows[~rows["method"].isin(OURS)]
    assert not rows.empty
    return float(rows["mean_ape"].min())


@pytest.fixture
def page(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import leaderboard_page

    yield leaderboard_page.page
    sys.modules.pop("leaderboard_page", None)


def test_the_leaderboards_are_those_of_the_scores(scores, page):
    written = (ROOT / "docs" / "leaderboard.md").read_text(encoding="utf-8")
    ablations = pd.read_csv(ABLATIONS, keep_default_na=False)
    assert written == page(scores, pd.read_csv(COVERAGE), ablations, MADE.read_text(encoding="utf-8"))


def test_the_scores_say_how_and_when_they_were_made():
    made = tomllib.loads(MADE.read_text(encoding="utf-8"))
    assert made["command"] == "make evidence"
    assert made["date"] >= "2026-11-24"


def test_every_country_has_its_launches(scores):
    found = {(panel, int(launch)) for panel, launch in zip(scores["panel"], scores["launch"], strict=True)}
    assert found >= {
        *(("jp", year) for year in (2000, 2005, 2010)),
        *(("us", year) for year in (1980, 1990, 2000)),
        ("cn", 2010),
    }
    for _, rows in scores.groupby(["panel", "launch"]):
        assert MODEL in set(rows["method"]), "the model stands in every leaderboard, wherever it loses"
        assert {"forecast", "distribution only"} == set(rows["control"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_track_record_on_the_pages_is_that_of_the_scores(scores, language):
    japan = say("track_none").of(language)
    for horizon in (10, 20):
        assert f"{error(scores, 'jp', 2000, horizon, MODEL):.1f}%" in japan
        assert f"{error(scores, 'jp', 2000, horizon):.1f}%" in japan
    china = say("track_cn").of(language)
    assert f"{error(scores, 'cn', 2010, 10, MODEL):.1f}%" in china
    assert f"{error(scores, 'cn', 2010, 10, 'constant'):.1f}%" in china
    assert f"{error(scores, 'cn', 2010, 10, 'hinterland_structure'):.1f}%" in china


def test_the_readme_quotes_the_scores(scores):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for panel, launch, horizon in (
        ("jp", 2000, 10),
        ("jp", 2000, 20),
        ("us", 1980, 10),
        ("us", 2000, 10),
        ("cn", 2010, 10),
    ):
        own, best = error(scores, panel, launch, horizon, MODEL), error(scores, panel, launch, horizon)
        assert f"| {launch} | +{horizon} | {own:.1f}% | {best:.1f}% |" in readme
