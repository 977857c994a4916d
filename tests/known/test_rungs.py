"""Rungs against closed forms: the S-curve, one step at a time, a logit pull, sizes by rank, steps of two widths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.typing import ArrayLike

from hinterland.errors import InputError
from hinterland.model.rungs import (
    CORE,
    RUNGS,
    SEAT,
    TOWN,
    VILLAGE,
    Ladder,
    Sizes,
    chances,
    climb,
    first_rungs,
    harmonic,
    ladder,
    single,
    sizes,
)
from hinterland.params import load

compiled = jax.jit(climb, static_argnames="years")


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def values(**changes: float) -> dict[str, Any]:
    parameters = load()
    return {name: parameters.value(name) for name in parameters} | {
        f"rung_{name}": value for name, value in changes.items()
    }


def steps(**changes: float) -> Ladder:
    return ladder(values(**changes))


def spread(**changes: float) -> Sizes:
    return sizes(values(**changes))


PLACES = np.array([[0.2, 0.25, 0.15, 0.4], [0.5, 0.2, 0.1, 0.2], [0.05, 0.05, 0.1, 0.8], [0.4, 0.3, 0.22, 0.08]])
STILL = np.zeros_like(PLACES)
NO_FARMS = np.zeros(len(PLACES))


def run(rungs: ArrayLike, pull: ArrayLike, farms: ArrayLike, acting: Ladder, *, years: int) -> jax.Array:
    return compiled(jnp.asarray(rungs), jnp.asarray(pull), jnp.asarray(farms), acting, years=years)


@pytest.mark.parametrize("least", [0.0, 0.1])
def test_villages_empty_along_the_logistic_curve(least: float) -> None:
    """(v - v*) / (1 - v) falls at g (1 - v*) a year: with v* of zero the odds of living in a village fall at g."""
    acting = steps(moves=0.0, least=least, urbanise=0.06)
    start = PLACES[:3, VILLAGE]
    for years in (1, 7, 40):
        end = np.asarray(run(PLACES, STILL, NO_FARMS, acting, years=years))[:3, VILLAGE]
        loose = (start - least) / (1 - start) * np.exp(-0.06 * (1 - least) * years)
        np.testing.assert_allclose(end, (least + loose) / (1 + loose), rtol=1e-12)


def test_the_course_of_villages_is_an_s() -> None:
    """The fall per year is fastest where half live in villages, and slow at both ends."""
    acting = steps(moves=0.0, least=0.0, urbanise=0.06)
    now = jnp.array([[0.0, 0.0, 0.03, 0.97]])
    course = [0.97]
    for _ in range(120):
        now = run(now, jnp.zeros((1, 4)), jnp.zeros(1), acting, years=1)
        course.append(float(now[0, VILLAGE]))
    fall = -np.diff(course)
    fastest = int(fall.argmax())
    assert 0.45 < course[fastest] < 0.55
    assert fall[0] < fall[fastest] / 4
    assert fall[-1] < fall[fastest] / 4


def test_farms_hold_villagers_and_a_place_with_fewer_stays() -> None:
    acting = steps(moves=0.0, onward=0.0, least=0.1, farm_tie=0.5)
    end = np.asarray(run(PLACES, STILL, np.full(4, 0.3), acting, years=400))
    np.testing.assert_allclose(end[[0, 2], VILLAGE], 0.25, atol=1e-4)
    np.testing.assert_allclose(end[[1, 3]], PLACES[[1, 3]], rtol=1e-13)


def test_with_upper_flows_off_nobody_reaches_the_core() -> None:
    """Leavers of a village stop one level up: all of them are in towns, and there they stay."""
    acting = steps(onward=0.0, moves=0.0)
    end = np.asarray(run(PLACES, STILL, NO_FARMS, acting, years=50))
    np.testing.assert_allclose(end[:, [CORE, SEAT]], PLACES[:, [CORE, SEAT]], rtol=1e-13)
    gone = PLACES[:, VILLAGE] - end[:, VILLAGE]
    np.testing.assert_allclose(end[:, TOWN] - PLACES[:, TOWN], gone, rtol=1e-12)
    assert gone[0] > 0.2


def test_nobody_skips_a_rung_within_a_year() -> None:
    pull = jnp.array([[1.0, 0.4, -0.2, -1.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, -1.0], [0.3, 0.2, 0.1, 0.0]])
    moved = np.asarray(chances(jnp.asarray(PLACES), pull, jnp.asarray(NO_FARMS), steps()))
    for start in range(len(RUNGS)):
        for end in range(len(RUNGS)):
            if abs(start - end) > 1:
                np.testing.assert_array_equal(moved[:, start, end], 0.0)
    np.testing.assert_allclose(moved.sum(axis=-1), 1.0, rtol=1e-14)


def test_the_emptying_of_villages_reaches_the_core_late() -> None:
    """Those who leave villages swell the towns first; the core's growth peaks later."""
    now = jnp.array([[0.1, 0.1, 0.1, 0.7]])
    course = [np.asarray(now)[0]]
    for _ in range(80):
        now = run(now, jnp.zeros((1, 4)), jnp.zeros(1), steps(), years=1)
        course.append(np.asarray(now)[0])
    growth = np.diff(np.array(course), axis=0)
    assert growth[:, TOWN].argmax() < growth[:, SEAT].argmax() < growth[:, CORE].argmax()


def test_without_pull_or_trend_nobody_moves() -> None:
    acting = steps(urbanise=0.0, onward=0.0)
    np.testing.assert_allclose(run(PLACES, STILL + 0.7, NO_FARMS, acting, years=30), PLACES, rtol=1e-13)


@pytest.mark.parametrize("gap", [0.4, -0.4])
def test_a_lasting_gap_of_pull_moves_villagers_along_a_logistic_curve(gap: float) -> None:
    """With towns and villages alone the log odds move at moves x 2 sinh(response gap / 2) a year."""
    acting = steps(urbanise=0.0, onward=0.0, moves=0.02, response=1.5, limit=5.0)
    start = jnp.array([[0.0, 0.0, 0.4, 0.6]])
    end = float(run(start, jnp.array([[0.0, 0.0, gap, 0.0]]), jnp.zeros(1), acting, years=20)[0, VILLAGE])
    pulled = 5 * np.tanh(1.5 * gap / 5)
    odds = np.log(0.6 / 0.4) - 0.02 * 2 * np.sinh(pulled / 2) * 20
    assert np.log(end / (1 - end)) == pytest.approx(odds, abs=0.01)


def test_steps_of_five_years_are_five_of_one() -> None:
    pull = jnp.array([[0.1, 0.0, -0.1, -0.5]] * 4)
    wide = run(PLACES, pull, NO_FARMS + 0.2, steps(), years=5)
    single_years = PLACES
    for _ in range(5):
        single_years = run(single_years, pull, NO_FARMS + 0.2, steps(), years=1)
    np.testing.assert_allclose(wide, single_years, rtol=1e-12)


@pytest.mark.parametrize("power", [0.5, 1.0, 1.4, 2.0])
@pytest.mark.parametrize("number", [1, 2, 10, 400])
def test_sums_of_sizes_by_rank_are_close(power: float, number: int) -> None:
    exact = (np.arange(1.0, number + 1) ** -power).sum()
    assert float(harmonic(np.array([float(number)]), power)[0]) == pytest.approx(exact, rel=0.015)


def test_urban_people_are_spread_by_rank() -> None:
    """3.6 million with 60% urban: a core, 7 seats and 112 towns share them as 1, 1/2, 1/3 ... under Zipf's law."""
    people = np.array([3.6e6])
    pattern = first_rungs(np.array([0.6]), people, spread(rank=1.0, seat=450_000.0, town=30_000.0, village=1500.0))
    np.testing.assert_allclose(pattern.settlements, [[1.0, 7.0, 112.0, 0.4 * 3.6e6 / 1500]], rtol=1e-12)
    ranks = 1 / np.arange(1.0, 121)
    zipf = np.array([ranks[0], ranks[1:8].sum(), ranks[8:].sum()]) / ranks.sum()
    np.testing.assert_allclose(pattern.rungs[0, :VILLAGE] / 0.6, zipf, rtol=0.02)
    assert pattern.rungs[0, VILLAGE] == pytest.approx(0.4, rel=1e-12)


def test_a_municipality_stands_on_one_rung() -> None:
    people = np.array([0.0, 3000.0, 20_000.0, 80_000.0, 3.7e6])
    pattern = first_rungs(np.full(5, np.nan), people, spread(), alone=np.ones(5, dtype=bool))
    expected = np.eye(4)[[VILLAGE, VILLAGE, TOWN, SEAT, CORE]]
    np.testing.assert_array_equal(pattern.rungs, expected)
    np.testing.assert_array_equal(pattern.settlements, expected)


def test_a_municipality_stays_on_its_rung() -> None:
    now = jnp.eye(4)
    pull = jnp.array([[1.0, 0.0, -1.0, 1.0]] * 4)
    np.testing.assert_allclose(run(now, pull, jnp.zeros(4), steps(), years=30), now, atol=1e-15)


def test_small_places_are_one_settlement_unless_they_are_vast() -> None:
    people = np.array([150_000.0, 150_000.0, 150_000.0, 900_000.0])
    area = np.array([2_000.0, np.nan, 300_000.0, 2_000.0])
    np.testing.assert_array_equal(single(people, spread(), area), [True, True, False, False])


def test_an_unknown_urban_share_is_that_of_the_others() -> None:
    pattern = first_rungs(np.array([0.2, np.nan, 0.8]), np.array([1e6, 1e6, 3e6]), spread())
    assert pattern.rungs[1, VILLAGE] == pytest.approx(1 - (0.2 + 2.4) / 4)


def test_a_country_without_urban_shares_is_told_so() -> None:
    with pytest.raises(InputError, match="none of 2 places has a known share of urban people"):
        first_rungs(np.full(2, np.nan), np.full(2, 1e6), spread())
