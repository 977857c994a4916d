"""Bands from few members: exact where all are computed, as wide as the run's from the first, true to each member."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hinterland.web.responses import spread
from hinterland.web.tables import column, ranked

MEMBERS, YEARS = 40, 4


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """People [member, year] without levers, and with levers that add what differs by member."""
    draw = np.random.default_rng(seed)
    base = np.exp(draw.normal(13, 0.4, (MEMBERS, YEARS)))
    return base, base * (1 + 0.05 * draw.random((MEMBERS, YEARS)))


@given(st.integers(0, 1000))
def test_with_all_members_it_is_the_plain_comparison(seed: int) -> None:
    base, changed = drawn(seed)
    found = spread(base, np.arange(MEMBERS), changed, base)
    np.testing.assert_allclose(found.changed, changed, rtol=1e-14)
    assert found.base is base


@given(st.integers(0, 1000), st.integers(1, MEMBERS))
def test_members_that_are_computed_stand_as_they_came_out(seed: int, count: int) -> None:
    base, changed = drawn(seed)
    found = spread(base, np.arange(count), changed[:count], base[:count])
    np.testing.assert_allclose(found.changed[:count], changed[:count], rtol=1e-14)


@given(st.integers(0, 1000), st.integers(1, MEMBERS))
def test_the_band_is_as_wide_as_the_runs_however_few_are_computed(seed: int, count: int) -> None:
    base, changed = drawn(seed)
    found = spread(base, np.arange(count), changed[:count], base[:count])
    ratio = found.changed / base
    assert (ratio >= 1 - 1e-12).all()
    assert (ratio <= 1.05 + 1e-12).all()
    low, high = np.quantile(base, (0.1, 0.9), axis=0)
    got_low, got_high = np.quantile(found.changed, (0.1, 0.9), axis=0)
    assert (got_high - got_low > 0.9 * (high - low)).all()


def test_levers_that_do_nothing_change_nothing() -> None:
    base, _ = drawn(1)
    found = spread(base, np.arange(3), base[:3], base[:3])
    assert np.array_equal(found.changed, base)


def test_places_without_people_stay_empty() -> None:
    base = np.zeros((MEMBERS, YEARS))
    found = spread(base, np.arange(2), base[:2], base[:2])
    assert np.array_equal(found.changed, base)


@given(st.integers(0, 1000), st.integers(1, 30))
def test_quantiles_by_one_sort_are_numpys(seed: int, count: int) -> None:
    values = np.random.default_rng(seed).normal(size=(count, 3, 2))
    marks = (0.025, 0.1, 0.5, 0.9)
    np.testing.assert_allclose(ranked(values, marks), np.quantile(values, marks, axis=0), rtol=1e-12, atol=1e-14)
    values[0, 1, 1] = np.nan
    assert np.isnan(ranked(values, marks)[:, 1, 1]).all()


def test_columns_are_named_as_in_summaries() -> None:
    assert [column(level) for level in (0.025, 0.1, 0.25, 0.5, 0.9, 0.975)] == [
        "p025", "p10", "p25", "p50", "p90", "p975",
    ]  # fmt: skip
