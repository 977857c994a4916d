"""Calibration against what was planted: stocks that balance, pulls that are found again, effects that are pooled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import small_country
from hinterland.axes import FIVE_YEARS, LIFE_STAGES
from hinterland.calibrate import prepare as preparing
from hinterland.calibrate.inversion import Asked, chain, invert, unmoved
from hinterland.calibrate.pooling import pooled
from hinterland.calibrate.stocks import balance, capped, filled, newcomer_share
from hinterland.data.country import frozen
from hinterland.errors import InputError
from hinterland.model.leaving import newcomer_prevalence, rogers_castro
from hinterland.params import load
from hinterland.system import behaviour, kernel


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@given(st.integers(0, 1000), st.floats(0.0, 0.9), st.floats(0.6, 1.6))
def test_first_stocks_balance_in_every_cell(seed: int, share: float, home: float) -> None:
    draw = np.random.default_rng(seed)
    people = draw.uniform(0, 1e5, (5, 2, 18))
    totals = people.sum(axis=(1, 2))
    homes = totals * draw.uniform(min(home, 1.0), max(home, 1.0), 5)
    prevalence = draw.uniform(0.01, 0.5, 18)
    stocks = balance(people, np.full(5, share), homes, prevalence, limit=0.96, away_floor=0.005)
    assert (stocks.newcomers >= 0).all()
    assert (stocks.newcomers <= 0.96 * people + 1e-9).all()
    np.testing.assert_allclose(stocks.newcomers.sum(axis=(1, 2)), share * totals, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(stocks.away.sum(axis=0), stocks.newcomers.sum(axis=0), rtol=1e-9, atol=1e-6)


def test_what_exceeds_the_caps_is_cut_to_them() -> None:
    cap = np.ones((1, 2, 3))
    np.testing.assert_allclose(capped(np.ones((1, 2, 3)), np.array([99.0]), cap), cap)


def test_gaps_take_the_median_of_the_region() -> None:
    regions = np.array(["A", "A", "A", "B"])
    np.testing.assert_allclose(filled(np.array([1.0, 3.0, np.nan, np.nan]), regions, 9.0), [1, 3, 2, 9])


@given(st.integers(0, 1000), st.integers(1, 60))
def test_gaps_are_closed_alike_in_whatever_order_places_stand(seed: int, number: int) -> None:
    draw = np.random.default_rng(seed)
    regions = draw.choice(["甲", "乙", "丙", "丁"], number)
    values = np.where(draw.random(number) < 0.5, np.nan, draw.random(number))
    expected = values.copy()
    for place in np.flatnonzero(np.isnan(values)):
        known = values[(regions == regions[place]) & ~np.isnan(values)]
        expected[place] = np.median(known) if known.size else 9.0
    order = draw.permutation(number)
    np.testing.assert_array_equal(filled(values, regions, 9.0), expected)
    np.testing.assert_array_equal(filled(values[order], regions[order], 9.0), expected[order])


def test_moves_within_a_region_of_one_place_cross_no_border() -> None:
    country = small_country(4)
    alone = replace(
        country,
        places=replace(country.places, regions=("A", "A", "A", "B")),
        indicators={
            "newcomers_same_province_pct": {2020: frozen([10.0, 10, 10, 10])},
            "newcomers_other_province_pct": {2020: frozen([5.0, 5, 5, 5])},
        },
    )
    np.testing.assert_allclose(newcomer_share(alone, 0.6, 0.1), [0.11, 0.11, 0.11, 0.05])


def test_prevalence_of_newcomers_solves_its_equation() -> None:
    """With constant hazards the share tends to leave / (leave + multiple leave home + settling)."""
    leave, home = np.full(200, 0.02), np.full(200, 0.5)
    share = newcomer_prevalence(leave, home, 5, multiple=2.0, settling=0.02)
    assert share[-1] == pytest.approx(0.02 / (0.02 + 0.02 + 0.02), rel=1e-9)


def test_the_schedule_of_leaving_peaks_where_the_young_are() -> None:
    hazard = rogers_castro(
        FIVE_YEARS, peak=0.05, child=0.3, child_fall=0.1, position=19.0, fall=0.1, rise=0.4, floor=0.002
    )
    assert FIVE_YEARS.labels[int(hazard.argmax())] == "20-24"
    assert hazard[-1] == pytest.approx(0.002, abs=5e-4)


def test_a_planted_pull_is_found_again() -> None:
    country = small_country(5)
    parameters = load()
    acting = behaviour({name: np.asarray(parameters.value(name)) for name in parameters}, country.ages)
    base = country.at(2020)
    setting, _ = preparing._setting(country, parameters, base, country.base_year, {})
    fertility = np.ones(5)
    ahead = preparing._conditions_ahead(country, fertility, base, 2)
    diagnostics: dict[str, float] = {}
    start = preparing._first_stocks(country, parameters, acting, base, 2020, 1.0, diagnostics)
    planted = np.linspace(1, -1, 5)[:, None] * np.ones(len(LIFE_STAGES))
    seen = chain(setting, acting, start, ahead, jnp.asarray(planted)).people
    loose = jnp.full(len(LIFE_STAGES), 1e-8)
    found = invert(Asked(setting, acting, start, ahead, seen, loose))
    assert found.error < 1e-4
    assert found.unexplained < 0.02
    young = LIFE_STAGES.labels.index("20-24")
    np.testing.assert_allclose(found.pull[:, young], planted[:, young], atol=0.1)


def test_nobody_moved_means_net_migration_of_zero_in_the_nation() -> None:
    country = small_country(5)
    parameters = load()
    setting, _ = preparing._setting(country, parameters, country.at(2010), 2010, {})
    steps = preparing._conditions_observed(country, np.ones(5), country.at(2010), country.at(2020), 2010, 2)
    expected = np.asarray(unmoved(setting, jnp.asarray(country.at(2010)), steps))
    np.testing.assert_allclose(expected.sum(axis=0), country.at(2020).sum(axis=0), rtol=1e-12)


def test_pooling_keeps_own_levels_and_gives_up_own_ages_where_they_are_not_the_places() -> None:
    draw = np.random.default_rng(1)
    effect = draw.normal(0, 1, (40, 7))
    effect[0] += 3.0
    regions = np.array(["A", "B"] * 20)
    ageless = np.zeros(40, bool)
    ageless[0] = True
    result = pooled(effect, np.full(40, 1e6), regions, 0.15, ageless=ageless, movers=np.ones(7))
    assert result[0].std() < 0.5 * effect[0].std()
    assert result[0].mean() == pytest.approx(0.85 * effect[0].mean(), abs=0.2)
    own = pooled(effect, np.full(40, 1e6), regions, 0.0, ageless=np.zeros(40, bool), movers=np.ones(7))
    np.testing.assert_allclose(own, effect)


def test_places_without_positions_and_single_places_are_refused_by_name() -> None:
    country = small_country(4)
    lost = replace(country, places=replace(country.places, lon=frozen([112.0, np.nan, 113.0, 114.0])))
    with pytest.raises(InputError, match=r"柏河 \(A002\) has no position"):
        kernel(lost, load())
    with pytest.raises(InputError, match="at least two places"):
        kernel(small_country(1), load())


def test_without_a_record_there_are_no_place_effects() -> None:
    country = small_country(4)
    last = replace(
        country,
        years=(2020,),
        people=frozen(country.people[1:]),
        totals=frozen(country.totals[1:]),
        imputed=frozen(country.imputed[1:], np.bool_),
        rescaled=frozen(country.rescaled[1:], np.bool_),
    )
    system = preparing.prepare(last, load())
    assert (system.effect == 0).all()
    np.testing.assert_allclose(np.asarray(system.state.people), country.at(2020), rtol=1e-12)
