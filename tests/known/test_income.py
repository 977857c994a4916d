"""Incomes against sums done by hand: a dormitory and its centre, pensions, remote pay, and the price of coal."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hinterland.axes import ACTIVITIES
from hinterland.model.income import Incomes, Pay, incomes, log_per_head, paid, pay
from hinterland.model.labour import catchment, employed
from hinterland.params import load
from hinterland.space.dense import DenseKernel

FARM, MINE, LOCAL = (ACTIVITIES.index(name) for name in ("farm", "mine", "local"))


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def simple(**changes: float) -> Pay:
    """Farm work pays a half, all else one."""
    values = {f"pay_{name}": 1.0 for name in ACTIVITIES} | {"pay_farm": 0.5, "pay_remote": 1.5, "pension": 0.4}
    return pay(values | {"mine_pass": 1.0} | changes)


def jobs_of(places: int, **activities: tuple[float, ...]) -> jax.Array:
    jobs = np.zeros((places, len(ACTIVITIES)))
    for name, held in activities.items():
        jobs[:, ACTIVITIES.index(name)] = held
    return jnp.asarray(jobs)


def residents(
    jobs: jax.Array, employed: list[float], *, acting: Pay | None = None, wage: list[float] | None = None,
    price: list[float] | None = None, old: list[float] | None = None, remote: list[float] | None = None,
    commuting: DenseKernel | None = None, competitors: jax.Array | None = None,
) -> Incomes:  # fmt: skip
    zeros = [0.0] * len(employed)
    return incomes(
        jobs,
        jnp.asarray(wage or zeros),
        jnp.asarray(price or zeros),
        employed=jnp.asarray(employed),
        old=jnp.asarray(old or zeros),
        remote=jnp.asarray(remote or zeros),
        pay=acting or simple(),
        commuting=commuting,
        competitors=competitors,
    )


def test_who_works_at_home_earns_what_home_pays() -> None:
    jobs = jobs_of(2, farm=(1e6, 0.0), local=(0.0, 3e6))
    got = residents(jobs, [1e6, 3e6])
    np.testing.assert_allclose(got.earned, [0.5e6, 3e6], rtol=1e-5)
    np.testing.assert_allclose(got.total, got.earned)


def test_a_dormitory_earns_what_its_centre_pays() -> None:
    """All jobs are in the first place; both share its pay by who works, though the second has no job at all."""
    jobs = jobs_of(2, local=(3e6, 0.0))
    got = residents(jobs, [1e6, 2e6], commuting=DenseKernel(matrix=jnp.array([[1.0, 0.5], [0.5, 1.0]])))
    np.testing.assert_allclose(got.earned, [1e6, 2e6], rtol=1e-6)


def test_pay_within_reach_weighs_by_jobs_and_nearness() -> None:
    jobs = jobs_of(2, farm=(2e6, 0.0), local=(0.0, 1e6))
    kernel = DenseKernel(matrix=jnp.array([[1.0, 0.4], [0.4, 1.0]]))
    got = residents(jobs, [2e6, 1e6], commuting=kernel)
    usual = np.array([(2 * 0.5 + 0.4 * 1) / 2.4, (0.8 * 0.5 + 1) / 1.8])
    unscaled = np.array([2e6, 1e6]) * usual
    np.testing.assert_allclose(got.earned, unscaled * 2e6 / unscaled.sum(), rtol=1e-5)


def test_with_competitors_the_flows_are_those_of_the_labour_market() -> None:
    """Earnings are labour times the catchment of pay, which sums to the payroll with nothing to scale."""
    jobs = jobs_of(3, farm=(2e6, 0.0, 1e5), local=(0.0, 1e6, 3e5))
    kernel = DenseKernel(matrix=jnp.array([[1.0, 0.4, 0.1], [0.4, 1.0, 0.2], [0.1, 0.2, 1.0]]))
    labour = jnp.array([1.5e6, 1.2e6, 7e5])
    at_work = employed(catchment(jobs.sum(-1)[:, None], labour, kernel)[:, 0], labour)
    payroll = paid(jobs, jnp.zeros(3), jnp.zeros(3), simple())
    by_hand = labour * catchment(payroll[:, None], labour, kernel)[:, 0]
    competitors = kernel.apply_transposed(labour[:, None])[:, 0]
    got = residents(jobs, list(map(float, at_work)), commuting=kernel, competitors=competitors)
    np.testing.assert_allclose(got.earned, by_hand, rtol=1e-12)
    np.testing.assert_allclose(got.earned.sum(), payroll.sum(), rtol=1e-12)


def test_pensions_and_remote_pay_follow_mean_pay() -> None:
    jobs = jobs_of(2, farm=(1e6, 1e6), local=(1e6, 1e6))
    got = residents(jobs, [2e6, 2e6], old=[1e5, 3e5], remote=[0.0, 1e4])
    np.testing.assert_allclose(got.pensions, 0.4 * 0.75 * np.array([1e5, 3e5]))
    np.testing.assert_allclose(got.remote, [0.0, 1.5 * 0.75 * 1e4])


def test_an_older_place_is_poorer_per_head_and_less_than_its_workers_are_fewer() -> None:
    jobs = jobs_of(2, local=(5e5, 3e5))
    got = residents(jobs, [5e5, 3e5], old=[1e5, 3e5])
    gap = np.diff(np.asarray(log_per_head(got.total, jnp.array([1e6, 1e6]))))[0]
    assert np.log(3 / 5) < gap < 0


@pytest.mark.parametrize(("passed", "price"), [(1.0, np.log(0.5)), (0.5, np.log(0.5)), (1.0, np.log(2.0))])
def test_the_price_of_coal_moves_the_income_of_its_miners(passed: float, price: float) -> None:
    """A fifth of the jobs are mining: income moves by a fifth of the price's factor, jobs not at all."""
    jobs = jobs_of(1, mine=(2e5,), local=(8e5,))
    got = paid(jobs, jnp.zeros(1), jnp.full(1, price), simple(mine_pass=passed))
    np.testing.assert_allclose(got, 8e5 + 2e5 * np.exp(passed * price), rtol=1e-12)


def test_the_slump_of_a_mine_reaches_those_who_commute_to_it() -> None:
    jobs = jobs_of(3, mine=(5e5, 0.0, 0.0), local=(0.0, 5e5, 5e5))
    near = DenseKernel(matrix=jnp.array([[1.0, 0.3, 0.0], [0.3, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    calm = residents(jobs, [5e5] * 3, commuting=near)
    slump = residents(jobs, [5e5] * 3, price=[-0.5, 0.0, 0.0], commuting=near)
    change = np.asarray(jnp.log(slump.earned) - jnp.log(calm.earned))
    assert change[0] < change[1] < change[2]


def test_higher_wages_are_paid_in_proportion() -> None:
    jobs = jobs_of(2, local=(1e6, 1e6))
    got = residents(jobs, [1e6, 1e6], wage=[0.1, -0.2])
    np.testing.assert_allclose(np.log(got.earned / 1e6), [0.1, -0.2], rtol=1e-4)


def test_vacant_posts_pay_nobody() -> None:
    """Twice as many posts as workers: those who work earn the mean, not both pays."""
    jobs = jobs_of(2, local=(2e6, 2e6))
    got = residents(jobs, [1e6, 1e6])
    np.testing.assert_allclose(got.earned, 1e6, rtol=1e-9)


def test_where_nobody_lives_income_per_head_is_the_nations() -> None:
    got = log_per_head(jnp.array([2e6, 0.0]), jnp.array([4e6, 0.0]))
    np.testing.assert_allclose(got, np.log(0.5), rtol=1e-6)


def test_an_empty_country_has_finite_incomes() -> None:
    got = residents(jobs_of(2), [0.0, 0.0])
    assert np.isfinite(np.asarray(log_per_head(got.total, jnp.zeros(2)))).all()
    np.testing.assert_allclose(got.total, 0.0)


def test_parameters_of_the_package_order_pay_as_published() -> None:
    parameters = load()
    by_activity = pay({name: parameters.value(name) for name in parameters}).activity
    order = [ACTIVITIES[int(position)] for position in np.argsort(np.asarray(by_activity))]
    assert order[0] == "farm"
    assert order[-1] == "tradable"
    assert float(by_activity[FARM]) < float(by_activity[LOCAL]) < float(by_activity[MINE])


def test_members_have_pay_of_their_own() -> None:
    two = pay({f"pay_{name}": np.array([1.0, 2.0]) for name in ACTIVITIES} | {
        "pay_remote": 1.0, "pension": np.array([0.0, 0.5]), "mine_pass": 1.0,
    })  # fmt: skip
    assert two.activity.shape == (2, len(ACTIVITIES))
    jobs = jnp.broadcast_to(jobs_of(3, local=(1e6, 2e6, 3e6)), (2, 3, len(ACTIVITIES)))
    zeros = jnp.zeros((2, 3))
    got = incomes(
        jobs, zeros, zeros, employed=jobs.sum(-1), old=jnp.ones((2, 3)), remote=zeros, pay=two, commuting=None
    )
    np.testing.assert_allclose(got.earned[1], 2 * got.earned[0], rtol=1e-12)
    np.testing.assert_allclose(got.pensions, [[0, 0, 0], [1, 1, 1]], rtol=1e-12)
