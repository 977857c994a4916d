"""Anchors: the combination by hand, the set by what a record holds, weights and laws blind to what came after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hinterland.anchor import borrowed
from hinterland.data.country import frozen
from hinterland.data.pack import read_pack
from hinterland.errors import InputError
from hinterland.evaluate.anchoring import Combination, anchor, law
from hinterland.evaluate.baselines import BASELINES
from hinterland.evaluate.panel import panel
from hinterland.evaluate.vintage import known_at
from hinterland.params import load
from records import long_record, shocked

YEARS = (2015, 2020)


def test_a_combination_is_the_geometric_mean_and_leaves_out_who_cannot_be_asked():
    known = panel(long_record()).until(2010)
    both = Combination({"linear": 3.0, "exponential": 1.0, "registered_gap": 5.0})(known, YEARS).totals
    linear, exponential = (BASELINES[name](known, YEARS).totals for name in ("linear", "exponential"))
    np.testing.assert_allclose(both, linear**0.75 * exponential**0.25)
    with pytest.raises(InputError, match="registered people"):
        Combination({"registered_gap": 1.0})(known, YEARS)


def test_ages_of_a_combination_sum_to_its_totals():
    known = panel(long_record()).until(2010)
    said = Combination({"hamilton_perry": 1.0, "lin_exp": 1.0})(known, YEARS)
    assert said.cells is not None
    np.testing.assert_allclose(said.cells.sum(axis=(2, 3)), said.totals)


def test_registered_moves_choose_gross_flows_and_weights_are_learned():
    found = anchor(known_at(long_record(), 2015).country, 2)
    assert found is not None
    assert set(found.weights) == {"gross_flow", "gross_flow_learned"}
    assert sum(found.weights.values()) == pytest.approx(1.0)
    assert found.cells is not None
    assert max(found.launches) < 2015


def test_one_count_with_registered_people_is_anchored_and_two_are_not():
    country = read_pack("cn")
    found = anchor(known_at(country, 2010).country, 2)
    assert found is not None
    assert found.weights == {"registered_gap": 1.0}
    assert anchor(country, 2) is None


def test_nothing_after_launch_changes_the_anchor_or_the_law():
    country = long_record()
    for launch in (2010, 2015):
        as_it_was, otherwise = (known_at(each, launch).country for each in (country, shocked(country, launch)))
        one, other = anchor(as_it_was, 2), anchor(otherwise, 2)
        assert one is not None
        assert other is not None
        np.testing.assert_array_equal(one.totals, other.totals)
        assert one.weights == other.weights
        laws = [law(each, load(), 3, tuple(one.weights)) for each in (as_it_was, otherwise)]
        np.testing.assert_array_equal(laws[0].scale, laws[1].scale)
        np.testing.assert_array_equal(laws[0].shape, laws[1].shape)


def test_a_law_grows_with_the_horizon_and_leaves_out_the_nations_error():
    country = known_at(long_record(), 2015).country
    found = law(country, load(), 4, ("gross_flow",))
    assert (np.diff(found.scale, axis=0) >= 0).all()
    assert found.scale[-1].mean() >= found.scale[0].mean() > 0
    assert found.launches == (2005, 2010)
    # A nation that grew after the first of them, every place alike, was no error of the distribution.
    late = np.array(country.years) > 2005
    grown = replace(country, totals=frozen(np.where(late[:, None], 1.02 * country.totals, country.totals)))
    one, other = (law(each, load(), 4, ("constant",)) for each in (country, grown))
    np.testing.assert_allclose(one.scale, other.scale, rtol=1e-9)


def test_a_country_with_one_count_borrows_its_law_and_chinas_comes_from_its_own():
    country = read_pack("cn")
    before = law(known_at(country, 2010).country, load(), 2, ("registered_gap",))
    assert before.launches == ()
    values = load()
    error = values.value("place_error") * values.value("place_error_borrowed")
    size = (known_at(country, 2010).country.totals[-1] / 1e5) ** -values.value("place_error_size")
    np.testing.assert_allclose(before.scale[1], error * size)
    assert law(country, load(), 2).launches == (2010,)


def test_natural_growth_keeps_six_tenths_of_what_births_and_deaths_do_not_explain():
    known = panel(long_record()).until(2015)
    method = BASELINES["natural_long"]
    said = method(known, (2020,)).totals[0]
    rate = np.log(said / known.totals[-1]) / 5
    record = np.log(known.totals[-1] / known.totals[0]) / 15
    # Solving rate = n + .6 (record - n) for n gives births and deaths alone: alike where ages are alike.
    natural = (rate - 0.6 * record) / 0.4
    assert np.ptp(natural) < 0.5 * np.ptp(record)


def test_the_gap_of_registered_people_is_what_moved():
    known = panel(read_pack("cn")).until(2010)
    assert known.registered is not None
    said = BASELINES["registered_gap"](known, (2020,)).totals[0]
    assert known.natural is not None
    some = np.isfinite(known.natural[-1]) & np.isfinite(known.registered[-1])
    expected = 10 * known.natural[-1] - 10 * 0.6 / 20 * np.log(known.registered[-1])
    np.testing.assert_allclose(np.log(said / known.totals[-1])[some], expected[some], rtol=1e-9)


def test_no_step_has_no_deviations() -> None:
    law = borrowed(np.full(3, 1e5), np.array([5.0, 10.0]), error=0.05, size=0.1, growth=1.0, tails=5.0)
    assert law.deviations(np.zeros((2, 0, 3))).shape == (2, 0, 3)
