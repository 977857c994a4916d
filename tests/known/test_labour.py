"""Labour markets with known answers: two towns, a ring, and the size of what the dual market changes."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from economies import VALUES, closed_kernel
from hinterland.axes import ACTIVITIES, FIVE_YEARS, LIFE_STAGES, Ages
from hinterland.model.labour import (
    access_change,
    catchment,
    employed,
    employment,
    exposed_to,
    good_share,
    labour_market,
    labour_of,
    non_employment_change,
    openings,
    relative_change,
    tightness,
    unit_cost,
    wage_after,
)
from hinterland.space.dense import DenseKernel


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def rates(ages: Ages) -> np.ndarray:
    men, women = (np.array(VALUES[f"employment_{sex}"]) for sex in ("men", "women"))
    return employment(ages, men, women, halving=VALUES["employment_halving"])


def test_employment_by_age_holds_the_stages_and_fades_after_sixty() -> None:
    groups = rates(FIVE_YEARS)
    np.testing.assert_allclose(
        groups[0, :12], np.array(VALUES["employment_men"])[list(LIFE_STAGES.of_ages(FIVE_YEARS)[:12])]
    )
    decay = 0.5 ** (1 / VALUES["employment_halving"])
    first = VALUES["employment_men"][-1] * np.mean(decay ** (np.arange(5) + 0.5))
    assert groups[0, 12] == pytest.approx(first)
    np.testing.assert_allclose(groups[0, 13:17] / groups[0, 12:16], decay**5)
    single = rates(Ages(1, 85))
    np.testing.assert_allclose(single[:, :85].reshape(2, 17, 5).mean(-1), groups[:, :17])
    people = jnp.ones((3, 2, 18))
    np.testing.assert_allclose(labour_of(people, jnp.asarray(groups)), groups.sum())


def test_two_towns_share_their_jobs_by_hand() -> None:
    kernel = DenseKernel(matrix=jnp.asarray([[1.0, 0.5], [0.5, 1.0]]))
    jobs, labour = jnp.asarray([120.0, 60.0]), jnp.asarray([100.0, 200.0])
    access = catchment(jobs[:, None], labour, kernel)[:, 0]
    np.testing.assert_allclose(access, [120 / 200 + 0.5 * 60 / 250, 0.5 * 120 / 200 + 60 / 250])
    assert float(employed(access, labour).sum()) == pytest.approx(180.0)


def test_a_dormitory_reaches_the_jobs_of_its_centre() -> None:
    """A town without jobs beside a centre, and one far away (C13, C14)."""
    kernel = DenseKernel(matrix=jnp.asarray([[1.0, 0.4, 0.0], [0.4, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    access = catchment(jnp.asarray([[150.0], [0.0], [0.0]]), jnp.asarray([100.0, 50.0, 50.0]), kernel)[:, 0]
    assert access[0] > access[1] > access[2] == 0


def test_a_ring_is_even_and_sits_at_the_nation() -> None:
    way = np.minimum(np.arange(6), 6 - np.arange(6))
    kernel = DenseKernel(matrix=jnp.asarray([np.roll(np.exp(-way / 1.5), k) for k in range(6)]))
    access = catchment(jnp.full((6, 1), 90.0), jnp.full(6, 100.0), kernel)[:, 0]
    np.testing.assert_allclose(access, 0.9)
    np.testing.assert_allclose(tightness(access, jnp.full(6, 100.0)), 0.0, atol=1e-15)


def test_the_wage_closes_half_of_its_gap_in_five_years() -> None:
    market = labour_market({**VALUES, "wage_lag": np.log(2) / 5, "wage_limit": 100.0})
    density, tight, start = jnp.asarray([0.5, 0.0]), jnp.asarray([0.1, -0.1]), jnp.asarray([0.0, 0.0])
    target = VALUES["wage_density"] * np.array([0.5, 0]) + VALUES["wage_tightness"] * np.array([0.1, -0.1])
    np.testing.assert_allclose(wage_after(start, density, tight, market, 5), target / 2, rtol=1e-5)
    at_rest = jnp.asarray(target)
    np.testing.assert_allclose(wage_after(at_rest, density, tight, market, 5), target, rtol=1e-5)


def test_what_density_adds_to_wages_is_no_cost() -> None:
    market = labour_market(VALUES)
    density, calm = jnp.asarray([0.7, -0.7]), jnp.zeros(2)
    wage = jnp.zeros(2)
    for _ in range(60):
        wage = wage_after(wage, density, calm, market, 5)
    np.testing.assert_allclose(wage, VALUES["wage_density"] * density)
    np.testing.assert_allclose(unit_cost(wage, density, market), 0.0, atol=1e-12)


def test_lost_jobs_become_lost_employment_and_nobody_is_more_than_employed() -> None:
    market = labour_market(VALUES)
    base = jnp.full(4, 0.9)
    change = non_employment_change(base * jnp.asarray([1.0, 0.99, 0.0, 50.0]), base, market)
    share = VALUES["employed_share"]
    assert change[0] == 0
    assert float(change[1]) == pytest.approx(share * 0.01, rel=0.02)
    assert float(change[2]) == pytest.approx(share, abs=1e-6)
    assert float(change[3]) == pytest.approx(share - 1, abs=1e-5)


def test_a_place_that_follows_the_nation_has_not_changed() -> None:
    base = jnp.asarray([1e5, 3e5, 6e5])
    np.testing.assert_allclose(relative_change(0.8 * base, base), 0.0, atol=1e-5)
    moved = relative_change(jnp.asarray([2e5, 3e5, 5e5]), base)
    np.testing.assert_allclose(moved, np.log([2, 1, 5 / 6]), rtol=1e-4, atol=1e-5)


def test_what_good_posts_change() -> None:
    """A town of 1,000 jobs, 300 of them good, loses 300 of the others (C48): fewer open than the number tells.

    30% of jobs are lost and 39% of openings, so newcomers see 49 log points less and not 36. And as good posts do
    not answer, its mean wage moves by less than that of a town without good posts.
    """
    at = {name: ACTIVITIES.index(name) for name in ACTIVITIES}
    base = (
        jnp.zeros((2, 7)).at[0, at["public"]].set(300.0).at[0, at["routine"]].set(700.0).at[1, at["routine"]].set(1e6)
    )
    after = base.at[0, at["routine"]].add(-300.0)
    market = labour_market(VALUES)
    np.testing.assert_allclose(good_share(base), [0.3, 0.0])
    opened, opening = openings(base, market), openings(after, market)
    good, other = VALUES["turnover_good"], VALUES["turnover_other"]
    np.testing.assert_allclose(opened[0], 300 * good + 700 * other)
    labour = jnp.asarray([1000.0, 1e6])
    columns = [jnp.stack([jobs.sum(-1), opens], -1) for jobs, opens in ((base, opened), (after, opening))]
    was, now = (catchment(kinds, labour, closed_kernel(2)) for kinds in columns)
    change = access_change(now, was)
    assert float(change[0, 0]) == pytest.approx(np.log(0.7), abs=1e-5)
    assert float(change[0, 1]) == pytest.approx(
        np.log((300 * good + 400 * other) / (300 * good + 700 * other)), abs=1e-4
    )
    assert float(change[0, 1]) == pytest.approx(-0.4895, abs=1e-4)
    exposed = exposed_to(base)
    np.testing.assert_allclose(exposed, [0.7, 1.0], rtol=1e-3)
    even = jnp.zeros((2, 7)).at[:, at["public"]].set(jnp.asarray([400.0, 200.0])).at[:, at["local"]].set(600.0)
    np.testing.assert_allclose(exposed_to(even), [0.6 / (1200 / 1800), 0.75 / (1200 / 1800)])
    fall = jnp.full(2, -0.2)
    moved = wage_after(jnp.zeros(2), jnp.zeros(2), fall, market, 5, exposed)
    assert moved[1] < moved[0] < 0
