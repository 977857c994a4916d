"""Homes against closed forms: rest, the kink, final rents and stocks, over-building, steps of two widths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hinterland.model.homes import (
    HomesBase,
    Housed,
    Housing,
    housed,
    household_growth,
    household_size,
    housing,
    kink,
    vacancy,
)
from hinterland.params import load

run = jax.jit(housed, static_argnames="years")

MANY = 400
"""Places, so that what happens at one does not move the nation."""


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def market(**changes: float) -> Housing:
    parameters = load()
    values = {name: parameters.value(name) for name in parameters}
    return housing(values | {f"homes_{name}": value for name, value in changes.items()})


def base(places: int = MANY, vacant: float = 0.1) -> HomesBase:
    households = jnp.full(places, 50_000.0)
    return HomesBase(homes=households / (1 - vacant), households=households)


def follow(
    paths: np.ndarray, given: HomesBase, acting: Housing, *, years: int = 1, expected: np.ndarray | None = None
) -> list[Housed]:
    """Steps along the households of `paths` [time, place], taken every `years`; earlier they grew as expected."""
    homes, rent = given.homes, jnp.zeros(paths.shape[1])
    hope = jnp.zeros(paths.shape[1]) if expected is None else jnp.asarray(expected)
    steps = []
    for now, before in zip(paths, np.vstack([paths[:1] * np.exp(-years * np.asarray(hope)), paths[:-1]]), strict=True):
        growth = household_growth(jnp.asarray(now), jnp.asarray(before), years)
        end = run(homes, rent, hope, jnp.asarray(now), growth, base=given, housing=acting, years=years)
        homes, rent, hope = end.homes, end.rent, end.expected
        steps.append(end)
    return steps


def one_moves(course: np.ndarray, places: int = MANY) -> np.ndarray:
    """[time, place] households: the first place follows `course` [time] times its base, the others stand still."""
    paths = np.full((course.size, places), 50_000.0)
    paths[:, 0] *= course
    return paths


def test_a_market_at_rest_stays_at_rest() -> None:
    given = base()
    for end in follow(one_moves(np.ones(30)), given, market()):
        np.testing.assert_allclose(end.homes, given.homes, rtol=1e-13)
        np.testing.assert_allclose(end.rent, 0.0, atol=1e-13)
        np.testing.assert_allclose(end.expected, 0.0, atol=1e-15)
        np.testing.assert_allclose(end.vacancy, 0.1, rtol=1e-12)


def test_at_rest_the_replacement_is_built_and_sold() -> None:
    given, acting = base(), market()
    end = follow(one_moves(np.ones(1)), given, acting)[0]
    np.testing.assert_allclose(end.built, given.homes * float(acting.replacement), rtol=1e-12)
    np.testing.assert_allclose(end.lost, end.built, rtol=1e-12)
    np.testing.assert_allclose(end.land_sold, end.built, rtol=1e-12)


@pytest.mark.parametrize(("wanted", "comes"), [(0.0, 0.0), (1e-4, 1e-4), (-1e-4, -1e-4), (10.0, 0.04), (-10.0, -0.01)])
def test_growth_is_what_is_wanted_within_its_bounds(wanted: float, comes: float) -> None:
    got = kink(jnp.asarray(wanted), jnp.asarray(0.04), jnp.asarray(0.01))
    assert float(got) == pytest.approx(comes, rel=1e-6, abs=1e-12)


def test_the_kink_is_smooth_at_zero() -> None:
    slope = jax.vmap(jax.grad(lambda x: kink(x, jnp.asarray(0.04), jnp.asarray(0.01))))
    np.testing.assert_allclose(slope(jnp.array([-1e-4, 0.0, 1e-4])), 1.0, atol=1e-6)


def test_homes_grow_fast_and_shrink_slowly() -> None:
    """A place that doubles and one that halves at the same pace: at most 4% up and 0.4% down in any year."""
    years = np.arange(31)
    up = follow(one_moves(np.exp(np.log(2) * years / 10)), base(), market())
    down = follow(one_moves(np.exp(-np.log(2) * years / 10)), base(), market())
    rise = np.array([float(end.homes[0]) for end in up]) / float(base().homes[0])
    fall = np.array([float(end.homes[0]) for end in down]) / float(base().homes[0])
    assert np.diff(np.log(rise)).max() <= np.log(1.04) + 1e-12
    assert np.diff(np.log(fall)).min() >= np.log(0.996) - 1e-12
    assert np.log(rise[-1]) > 3.5 * -np.log(fall[-1])
    assert rise[-1] > 1.04**26
    assert fall[-1] < 0.996**26


def test_decline_lowers_rents_more_than_growth_raises_them() -> None:
    """Glaeser and Gyourko 2005: up, people more than prices; down, prices more than people."""
    years = np.arange(21)
    up = follow(one_moves(np.exp(0.02 * years)), base(), market())[-1]
    down = follow(one_moves(np.exp(-0.02 * years)), base(), market())[-1]
    assert 0 < 2 * float(up.rent[0]) < -float(down.rent[0])
    assert float(down.vacancy[0]) > 0.2 > float(up.vacancy[0])


@pytest.mark.parametrize("pace", [-0.02, 0.015])
def test_a_nation_that_moves_alike_moves_no_rent(pace: float) -> None:
    paths = 50_000.0 * np.exp(pace * np.arange(40))[:, None] * np.ones(MANY)
    for end in follow(paths, base(), market()):
        np.testing.assert_allclose(end.rent, 0.0, atol=1e-12)


def test_rents_move_to_their_rest_exponentially_while_nothing_is_built() -> None:
    acting = market(supply=0.0, replacement=1e-9)
    steps = follow(one_moves(np.full(12, 1.1)), base(), acting)
    target = float(acting.rent_response) * np.log(1.1) * (1 - 1 / MANY)
    years = np.arange(1, 13)
    expected = target * (1 - np.exp(-float(acting.rent_speed) * years))
    np.testing.assert_allclose([float(end.rent[0]) for end in steps], expected, rtol=1e-3)


@pytest.mark.parametrize("shift", [1.2, 0.85])
def test_a_lasting_shift_ends_where_rent_is_cost(shift: float) -> None:
    """ln homes ends at response / (response + cost slope) of the shift, rent at the slope times that."""
    acting = market()
    end = follow(one_moves(np.full(300, shift)), base(), acting)
    response, slope = float(acting.rent_response), float(acting.cost_slope)
    moved = np.log(shift) * response / (response + slope)
    assert np.log(float(end[-1].homes[0]) / float(base().homes[0])) == pytest.approx(moved, rel=1e-2)
    assert float(end[-1].rent[0]) == pytest.approx(slope * moved, rel=1e-2)


def course_that_stops(pace: float = 0.03, grows: int = 20, rests: int = 40) -> np.ndarray:
    return np.exp(pace * np.minimum(np.arange(grows + rests), grows - 1))


def test_what_growth_promised_is_over_built_and_stands_empty() -> None:
    """Adaptive builders go on for some years after growth stops; rents fall; slowly the place grows out of it."""
    steps = follow(one_moves(course_that_stops()), base(), market(), expected=np.r_[0.03, np.zeros(MANY - 1)])
    vacant = np.array([float(end.vacancy[0]) for end in steps])
    rent = np.array([float(end.rent[0]) for end in steps])
    while_growing, after = vacant[19], vacant[20:]
    peak = int(after.argmax())
    assert after[peak] > while_growing + 0.04
    assert 2 <= peak <= 12
    assert after[-1] < after[peak] - 0.01
    assert rent[20 + peak] < rent[19] - 0.05


def test_builders_who_learn_at_once_over_build_less() -> None:
    hope = np.r_[0.03, np.zeros(MANY - 1)]
    slow = follow(one_moves(course_that_stops()), base(), market(), expected=hope)
    quick = follow(one_moves(course_that_stops()), base(), market(expectation_speed=1.9), expected=hope)
    most = [max(float(end.vacancy[0]) for end in steps[20:]) for steps in (slow, quick)]
    assert most[0] > most[1] + 0.01


def test_steps_of_five_years_agree_with_five_of_one() -> None:
    """On smooth paths both widths end within 1% of homes, 0.02 of log rent and 0.001 of expected growth."""
    pace = np.linspace(-0.02, 0.03, MANY)
    hope = pace.copy()
    path = 50_000 * np.exp(pace * np.arange(41)[:, None])
    single = follow(path[:40], base(), market(), expected=hope)
    wide = follow(path[:40:5], base(), market(), years=5, expected=hope)
    for five, one in zip(wide[1:], single[9::5], strict=True):
        np.testing.assert_allclose(five.homes, one.homes, rtol=1e-2)
        np.testing.assert_allclose(five.rent, one.rent, atol=0.02)
        np.testing.assert_allclose(five.expected, one.expected, atol=1e-3)


def test_an_empty_place_can_be_settled() -> None:
    given = HomesBase(homes=jnp.array([0.0, 1e5]), households=jnp.array([0.0, 9e4]))
    paths = np.stack([np.r_[min(40.0 * year, 2000.0), 9e4] for year in range(60)])
    end = follow(paths, given, market(growth_most=0.2, supply=0.3))[-1]
    assert float(end.homes[0]) > 100


def test_dear_land_brings_more() -> None:
    """Equal building at two rents: land revenue rises with the leverage of land."""
    given = base(2)
    acting = market(supply=0.0, rent_speed=1e-9)
    end = run(
        given.homes, jnp.array([0.0, 0.2]), jnp.zeros(2), given.households, jnp.zeros(2), base=given, housing=acting,
        years=1,
    )  # fmt: skip
    assert float(end.land_sold[1] / end.land_sold[0]) == pytest.approx(np.exp(2.8 * 0.2), rel=1e-6)


def test_households_shrink_toward_one_person() -> None:
    size = jnp.array([3.0, 1.0])
    np.testing.assert_allclose(household_size(size, jnp.asarray(0.0), 30), size)
    np.testing.assert_allclose(household_size(size, jnp.asarray(0.01), 30), [1 + 2 * np.exp(-0.3), 1.0])
    assert household_size(size, jnp.array([0.0, 0.02]), 10).shape == (2, 2)


def test_vacancy_counts_empty_homes_and_shared_ones() -> None:
    np.testing.assert_allclose(vacancy(jnp.array([90.0, 120.0, 0.0]), jnp.array([100.0, 100.0, 0.0])), [0.1, -0.2, 1.0])


def test_growth_of_households_is_logarithmic_and_knows_empty_places() -> None:
    got = household_growth(jnp.array([110.0, 0.0, 50.0]), jnp.array([100.0, 0.0, 0.0]), 5)
    np.testing.assert_allclose(got, [np.log(1.1) / 5, 0.0, np.log(50) / 5])


def test_a_member_has_its_own_market() -> None:
    given, acting = base(3), market()
    two = replace(acting, supply=jnp.array([0.0, 0.1]), **{
        name: jnp.full(2, float(getattr(acting, name)))
        for name in acting.__dataclass_fields__ if name != "supply"
    })  # fmt: skip
    rent = jnp.broadcast_to(jnp.array([0.2, 0.0, -0.2]), (2, 3))
    homes = jnp.broadcast_to(given.homes, (2, 3))
    zeros = jnp.zeros((2, 3))
    end = run(homes, rent, zeros, jnp.broadcast_to(given.households, (2, 3)), zeros, base=given, housing=two, years=5)
    np.testing.assert_allclose(end.homes[0], given.homes, rtol=1e-12)
    assert float(end.homes[1, 0]) > float(given.homes[0]) * 1.01
    assert float(end.homes[1, 2]) < float(given.homes[2]) * 0.99
