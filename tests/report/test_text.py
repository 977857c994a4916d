"""Every sentence stands in three languages, with the same blanks to fill."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import hinterland.report
from hinterland.explain.claims.cards import Kind, Stance
from hinterland.explain.claims.observed import Outcome
from hinterland.explain.claims.verdicts import Gain, Verdict
from hinterland.report.claims import NAMED
from hinterland.report.numbers import chance, change, exact, people, short, signed, tick
from hinterland.report.text import LANGUAGES, Text, html, same, say, strings

CODE = "".join(path.read_text("utf-8") for path in sorted(Path(hinterland.report.__file__).parent.glob("*.py")))


@pytest.mark.parametrize("key", sorted(strings()))
def test_a_sentence_has_the_same_blanks_in_every_language(key: str) -> None:
    blanks = {
        language: {name for _, name, _, _ in Formatter().parse(strings()[key].of(language)) if name is not None}
        for language in LANGUAGES
    }
    assert blanks["en"] == blanks["zh"] == blanks["ja"]
    assert all(strings()[key].of(language) for language in LANGUAGES)


def test_every_sentence_asked_for_exists_and_every_one_that_exists_is_asked_for() -> None:
    asked = set(re.findall(r"""say\(\s*["'](\w+)["'][,)]""", CODE))
    quoted = set(re.findall(r"""["'](\w+)["']""", CODE))
    built = {f"label_{name}" for name in quoted} | {f"map_{name}" for name in quoted}
    kinds = [*get_args(Outcome), *get_args(Verdict), *get_args(Gain), *get_args(Stance)]
    built |= {"claim_" + kind.replace(" ", "_") for kind in kinds}
    built |= {f"claim_bar_{name}" for name in NAMED} | {f"claim_unit_{kind}" for kind in get_args(Kind)}
    built |= {f"claim_wanted_{name}" for name in ("up", "down", "least", "most")}
    assert asked <= set(strings())
    assert set(strings()) <= asked | quoted | built


def test_no_sentence_wounds_or_ranks() -> None:
    said = " ".join(text.of(language) for text in strings().values() for language in LANGUAGES).lower()
    for word in ("dying", "doomed", "worst", "death of", "消亡", "鬼城", "消滅", "ghost"):
        assert word not in said


@pytest.mark.parametrize(
    ("value", "en", "zh", "ja"),
    [
        (3_521_078, "3.52 million", "352.1万", "352.1万"),
        (21_060_000, "21.1 million", "2,106万", "2,106万"),
        (1_405_800_000, "1.41 billion", "14.06亿", "14.06億"),
        (891_271, "891,000", "89.1万", "89.1万"),
        (9_876, "9,880", "9,880", "9,880"),
        (999_999, "1.00 million", "100.0万", "100.0万"),
        (42, "42", "42", "42"),
        (0, "0", "0", "0"),
        (-37_800, "−37,800", "−3.8万", "−3.8万"),
    ],
)
def test_people_are_written_as_each_language_counts(value: float, en: str, zh: str, ja: str) -> None:
    assert people(value) == Text(en, zh, ja)


def test_signs_changes_and_ticks() -> None:
    assert exact(3_521_078.4).en == "3,521,078"
    assert signed(214_000).zh == "+21.4万"
    assert signed(-214_000).en == "−214,000"
    assert [change(ratio).en for ratio in (0.79, 1.05, 1.0, float("nan"))] == ["−21%", "+5%", "±0%", "–"]
    assert tick(3_500_000) == Text("3.5M", "350万", "350万")
    assert tick(-20_000) == Text("−20k", "−2万", "−2万")
    assert tick(1.5e9).ja == "15億"
    assert short(3_521_078).en == "3.52M"


def test_a_chance_is_never_told_nearer_to_certainty_than_the_runs_can_tell() -> None:
    assert chance(0.0, 200).en == "under 0.5%"
    assert chance(1.0, 200).en == "over 99.5%"
    assert chance(0.0, 5).en == "under 20%"
    assert chance(1.0, 5).ja == "80%超"
    assert chance(0.34, 200).zh == "34%"


def test_html_marks_languages_and_escapes() -> None:
    assert html(same("<b>&")) == "&lt;b&gt;&amp;"
    assert html(Text("a", "b", "b")) == '<span data-l="en" lang="en">a</span><span data-l="zh ja">b</span>'


def test_a_missing_blank_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("answer_then", year=2050)
