"""Claims from the command line and as a page: what a reader sees."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from factories import small_ensemble
from hinterland.cli.main import app
from hinterland.errors import InputError
from hinterland.explain.claims.cards import Effect, ids
from hinterland.explain.claims.effects import sized
from hinterland.report.claims import claims_page


@pytest.fixture(autouse=True, scope="module")
def only_the_embedded_country(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HINTERLAND_DATA", str(tmp_path_factory.mktemp("data")))
        yield


def run(*words):
    return CliRunner().invoke(app, ["claims", *words])


def test_all_claims_have_a_verdict_on_the_embedded_country():
    told = run("--no-effects")
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert [line.split()[0] for line in lines[:51]] == list(ids())
    assert "the pack jp (hinterland data build jp)" in told.output


def test_one_in_full_says_what_was_found_and_what_it_hangs_on():
    told = run("C26", "--no-effects")
    assert told.exit_code == 0, told.output
    for words in (
        "Verdict: holds",
        "[cn, 356 places, 2010-2020]",
        "claimed -3 or beyond",
        "Hangs on:",
        "mine_pass",
        "for:",
    ):
        assert words in told.output
    assert "资源" in run("C26", "--no-effects", "--lang", "zh").output


def test_json_holds_all_lines():
    (one,) = json.loads(run("C02", "--no-effects", "--json").output)
    assert one["id"] == "C02"
    assert one["verdict"] == "cannot be told here"
    assert one["needs"]
    assert one["data"][0]["value"] is None


def test_an_effect_is_the_difference_that_a_mechanism_makes_to_its_places():
    base = small_ensemble()
    places = len(base.country.places)
    factor = np.where(np.arange(places) == 0, 1.25, 1.0)
    more = replace(base, stocks={**base.stocks, "people": base.stocks["people"] * factor})
    year = base.years[-1]
    whole = sized(Effect(without="siphon", year=year), more, base)
    assert whole.places == 0
    size = sized(Effect(without="siphon", year=year, among=[{"quantity": "people", "top": 0.01}]), more, base)
    there = int(np.argmax(base.country.totals[0]))
    assert size.names == (base.country.places.names_en[there],)
    assert size.percent == pytest.approx((25.0 if there == 0 else 0.0,) * 3, rel=0.2)


def test_an_effect_on_what_a_run_does_not_hold_is_refused():
    with pytest.raises(InputError, match="a run has no fate"):
        sized(Effect(without="siphon", quantity="fate"), small_ensemble(), small_ensemble())


def test_the_page_holds_every_card_in_three_languages(tmp_path):
    told = run("--no-effects", "--out", str(tmp_path / "claims.html"))
    assert told.exit_code == 0, told.output
    page = (tmp_path / "claims.html").read_text("utf-8")
    for name in ids():
        assert f'<section id="{name}">' in page
    for words in ("holds partly", "部分成立", "一部成り立つ", "秩相关", "順位相関"):
        assert words in page
    assert "<script src" not in page
    assert 'src="' not in page


def test_a_page_of_no_claims_has_no_cards():
    assert "<section" not in claims_page([])


@pytest.mark.parametrize(
    ("words", "what"), [(["C99"], "there is no claim 'C99'"), (["C01", "--out", "claims.pdf"], "ends in .html")]
)
def test_what_cannot_be_asked(words, what):
    told = run(*words, "--no-effects")
    assert told.exit_code == 2
    assert what in told.output.replace("\n", " ")
