"""Laws of iterative proportional fitting: margins are met, zeros stay, what is positive stays positive."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hinterland.data.impute import Bands, fit, opened

positive = st.floats(0.01, 100.0)


@st.composite
def tables(draw):
    """A positive table that has the margins asked for, and a seed with zeros where the table has them."""
    shape = (draw(st.integers(1, 6)), draw(st.integers(2, 8)))
    table = draw(arrays(np.float64, shape, elements=positive))
    ratio = draw(arrays(np.float64, shape, elements=st.floats(0.2, 5.0)))
    zero = draw(arrays(np.bool_, shape)) & (np.arange(shape[1]) > 0) & (np.arange(shape[0]) > 0)[:, None]
    table = np.where(zero, 0.0, table)
    return table, table * ratio


@given(tables())
@settings(max_examples=80, deadline=None)
def test_margins_are_met_and_zeros_stay(drawn):
    table, seed = drawn
    bands = Bands.totals(table.sum(axis=1), table.shape[1])
    fitted = fit(seed, bands, table.sum(axis=0), sweeps=5000)
    assert fitted.sum(axis=1) == pytest.approx(table.sum(axis=1), rel=1e-12)
    assert fitted.sum(axis=0) == pytest.approx(table.sum(axis=0), rel=1e-5, abs=1e-5)
    assert np.array_equal(fitted == 0, seed == 0)
    assert (fitted >= 0).all()


@given(tables())
@settings(max_examples=40, deadline=None)
def test_odds_ratios_of_the_seed_are_kept(drawn):
    table, seed = drawn
    bands = Bands.totals(table.sum(axis=1), table.shape[1])
    fitted = fit(seed, bands, table.sum(axis=0), sweeps=5000)
    held = (seed[:1, :1] * seed > 0) & (seed[:1] * seed[:, :1] > 0)
    ratio = np.divide(seed[:1, :1] * seed, seed[:1] * seed[:, :1], where=held, out=np.ones_like(seed))
    after = np.divide(fitted[:1, :1] * fitted, fitted[:1] * fitted[:, :1], where=held, out=np.ones_like(seed))
    assert after == pytest.approx(ratio, rel=1e-6)


@given(arrays(np.float64, (3, 6), elements=positive), arrays(np.float64, (3, 2), elements=positive))
def test_bands_of_each_place_are_met_exactly(seed, persons):
    band = np.array([[0, 0, 0, 1, 1, 1], [0, 1, 1, 1, 1, 1], [0, 0, 1, 1, 0, 0]])
    fitted = fit(seed, Bands(band, persons))
    for place in range(3):
        sums = [fitted[place, band[place] == b].sum() for b in (0, 1)]
        assert sums == pytest.approx(persons[place], rel=1e-12)


def test_a_known_answer():
    # Independence: an even seed gives rows times columns over the total.
    fitted = fit(np.ones((2, 2)), Bands.totals(np.array([30.0, 10.0]), 2), np.array([8.0, 32.0]))
    assert fitted == pytest.approx(np.array([[6.0, 24.0], [2.0, 8.0]]))


def test_columns_that_do_not_hold_everybody_are_refused():
    with pytest.raises(ValueError, match=r"column sums hold 5\.0 persons, the places 40\.0"):
        fit(np.ones((2, 2)), Bands.totals(np.array([30.0, 10.0]), 2), np.array([3.0, 2.0]))


def test_a_band_with_persons_but_no_seed_is_refused_unless_opened():
    seed, bands = np.array([[1.0, 0.0, 0.0]]), Bands(np.array([[0, 1, 1]]), np.array([[5.0, 4.0]]))
    with pytest.raises(ValueError, match="the seed is zero in a band that holds persons, at place 0"):
        fit(seed, bands)
    assert fit(opened(seed, bands), bands) == pytest.approx(np.array([[5.0, 2.0, 2.0]]))
