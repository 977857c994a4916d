"""Tests of claims on countries whose answer is known, and what their intervals say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countries import country, flat
from hinterland.explain.claims.cards import Test as Asked
from hinterland.explain.claims.observed import found, outcome

COUNT = 40
WORDS = {"en": "?", "zh": "?", "ja": "?"}
START = np.full(COUNT, 3600.0)
STEP = np.linspace(-0.4, 0.4, COUNT)


def asked(kind, **fields):
    given_ = {"packs": ["test"], "start": 2010, "end": 2020, "expect": "up", "least": 0.1, "why": "?", "asks": WORDS}
    return Asked.model_validate({"kind": kind, **given_, **fields})


def grown(growth, **kwargs):
    return country({2010: flat(START), 2020: flat(START * (1 + growth))}, **kwargs)


def mines(share):
    return {"jobs_mine_pct": {2010: share, 2020: share}}


def test_a_correlation_without_noise_is_one():
    one = found(asked("correlation", x="share_mine", y="growth"), grown(STEP, indicators=mines(np.arange(COUNT) / 1.0)))
    assert one.value == pytest.approx(1)
    assert one.outcome == "supports"
    assert len(one.bars) == 5
    assert one.bars[0].value < one.bars[-1].value


def test_what_a_control_explains_is_taken_out():
    rng = np.random.default_rng(1)
    share = np.arange(COUNT) + rng.uniform(0, 0.4, COUNT)
    small = grown(STEP, indicators=mines(share))
    bare = found(asked("correlation", x="share_mine", y="growth"), small)
    kept = found(asked("correlation", x="share_mine", y="growth", given=["growth"]), small)
    assert bare.outcome == "supports"
    assert abs(kept.value) < 0.3
    assert kept.outcome != "supports"


def test_noise_supports_nothing():
    rng = np.random.default_rng(0)
    one = found(
        asked("correlation", x="share_mine", y="growth"), grown(STEP, indicators=mines(rng.normal(50, 9, COUNT)))
    )
    assert one.outcome != "supports"
    assert one.low < 0 < one.high


def test_a_difference_of_groups():
    growth = np.where(np.arange(COUNT) < 20, 0.2, -0.1) + 1e-4 * np.arange(COUNT)
    small = grown(growth, indicators=mines(np.where(np.arange(COUNT) < 20, 30.0, 0.0)))
    one = found(asked("difference", y="growth", group=[{"quantity": "share_mine", "at_least": 10}], least=5), small)
    assert one.value == pytest.approx(29.8)
    assert one.outcome == "supports"
    assert (
        found(
            asked("difference", y="growth", group=[{"quantity": "share_mine", "at_least": 99}], least=5), small
        ).outcome
        == "missing"
    )


def test_a_share_and_its_interval_of_wilson():
    small = grown(np.where(np.arange(COUNT) < 30, -0.1, 0.1))
    one = found(asked("share", holds={"quantity": "growth", "at_most": 0.0}, least=50.0), small)
    assert one.value == pytest.approx(75)
    assert (one.low, one.high) == pytest.approx((62.4, 84.43), abs=0.01)  # Wilson 1927, by hand for 30 of 40 at 90%
    assert one.outcome == "supports"
    assert (
        found(asked("share", holds={"quantity": "growth", "at_most": 0.0}, least=90.0), small).outcome == "contradicts"
    )
    assert found(asked("share", holds={"quantity": "growth", "at_most": 0.0}, least=75.0), small).outcome == "unclear"


def test_a_ratio_of_sums():
    births = {"births": {year: np.full(COUNT, 0.0) for year in range(2011, 2021)}}
    deaths = {"deaths": {year: np.full(COUNT, 18.0) for year in range(2011, 2021)}}
    small = grown(np.full(COUNT, -0.1), indicators=births | deaths)
    one = found(asked("ratio", y="natural_loss", x="lost", least=50.0), small)
    assert one.value == pytest.approx(50)


def test_concentration_counts_the_largest_tenth_of_each_year():
    many = 100
    people = {2010: flat(np.full(many, 100.0)), 2020: flat(np.where(np.arange(many) < 10, 1000.0, 100.0))}
    one = found(asked("concentration", y="people", least=1.0), country(people))
    assert one.bars[0].value == pytest.approx(10)
    assert one.bars[1].value == pytest.approx(100 * 10_000 / 19_000)
    assert one.outcome == "supports"


def test_the_rank_of_a_place_among_the_others():
    one = found(asked("rank", y="growth", place="Place 3", expect="down", least=25.0), grown(STEP))
    assert one.value == pytest.approx(100 * 3 / 39)
    assert one.outcome == "supports"


def test_regions_and_their_complement():
    small = grown(STEP, regions=tuple("AB"[n % 2] for n in range(COUNT)))
    inside = asked("share", holds={"quantity": "growth", "at_most": 0.0}, among=[{"regions": ["A"]}], least=10.0)
    outside = asked(
        "share",
        holds={"quantity": "growth", "at_most": 0.0},
        among=[{"regions": ["A"], "other_than": True}],
        least=10.0,
    )
    assert found(inside, small).places == found(outside, small).places == COUNT // 2


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1), st.sampled_from(["up", "down"]))
def test_a_claim_and_its_opposite_are_never_both_borne_out(value, below, above, expect):
    one = asked("correlation", x="share_mine", y="growth", expect=expect)
    other = asked("correlation", x="share_mine", y="growth", expect="down" if expect == "up" else "up")
    both = [outcome(test, value, value - below, value + above) for test in (one, other)]
    assert both.count("supports") <= 1
    mirrored = outcome(other, -value, -(value + above), -(value - below))
    assert mirrored == both[0]


@given(st.floats(0, 100), st.floats(0, 20), st.floats(0, 20), st.floats(0, 100))
def test_a_level_is_either_reached_or_not_or_open(value, below, above, least):
    reach = outcome(
        asked("share", holds={"quantity": "growth", "at_most": 0.0}, least=least), value, value - below, value + above
    )
    assert reach == ("supports" if value - below >= least else "contradicts" if value + above < least else "unclear")
