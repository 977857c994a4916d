"""Cohorts against closed forms: life tables, stable populations, and steps of two widths."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from hinterland.axes import Ages
from hinterland.model.fertility import schedule
from hinterland.model.nation import National, project
from hinterland.model.survival import aged, lived, older, person_years, spread, survivorship

Array = NDArray[np.float64]
FIVE, SINGLE = Ages(5, 85), Ages(1, 85)
SHARES = np.array([0.05, 0.25, 0.33, 0.22, 0.10, 0.04, 0.01])
CHILDBEARING = tuple(range(15, 50, 5))


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def gompertz(lower: tuple[int, ...], level: float = 3e-5, slope: float = 0.095) -> Array:
    """Death rates [sex, group] of a smooth schedule at mid-group; the open group's from its own mean."""
    edges = np.array([*lower, 120.0])
    rates = level * np.exp(slope * (edges[:-1] + edges[1:]) / 2)
    fine = np.arange(lower[-1], 120, 0.01)
    alive = np.exp(-level / slope * (np.exp(slope * fine) - np.exp(slope * lower[-1])))
    rates[-1] = 1 / (alive.sum() * 0.01)
    return np.stack([rates * 1.3, rates])


def nation(ages: Ages, fertility: float) -> National:
    lower = tuple(range(0, 101, ages.width))
    return National(
        survivorship=survivorship(lived(gompertz(lower), lower, ages), ages),
        fertility=jnp.asarray(fertility * schedule(SHARES, CHILDBEARING, 5, ages)),
        boys=jnp.asarray(0.512),
        migrants=jnp.zeros((2, len(ages))),
    )


@pytest.mark.parametrize("hazard", [0.01, 0.02, 0.1])
def test_life_expectancy_of_a_constant_hazard_is_its_inverse(hazard: float) -> None:
    lower = tuple(range(101))
    _, life = person_years(np.full((1, len(lower)), hazard), lower)
    assert life[0] == pytest.approx(1 / hazard, rel=1e-2)


def test_survivorship_of_a_constant_hazard_is_exponential() -> None:
    lower = tuple(range(101))
    table = survivorship(lived(np.full((2, len(lower)), 0.02), lower, FIVE), FIVE)
    np.testing.assert_allclose(np.asarray(table.groups)[:, 1:], np.exp(-0.1), rtol=1e-4)


def test_deaths_are_not_lost_in_wide_groups() -> None:
    """A hazard on the starting group would lose the rise of mortality within the step; the life table does not."""
    lower = tuple(range(0, 101, 5))
    rates = gompertz(lower)
    table = np.asarray(survivorship(lived(rates, lower, FIVE), FIVE).groups)
    naive = np.exp(-rates[:, : len(FIVE)] * 5)
    old = slice(FIVE.index(60), FIVE.index(85))
    assert ((1 - table[:, old]) / (1 - naive[:, old]) > 1.1).all()


def test_the_open_group_survives_as_finer_groups_do() -> None:
    """People by age to 100+, projected as they are, against the same with all above 80 in one group."""
    lower = (0, 1, *range(5, 101, 5))
    fine, coarse = Ages(5, 100), Ages(5, 80)
    rates = gompertz(lower)
    growing = np.exp(-0.02 * 5 * np.arange(len(fine)))  # a population that has grown by 2% a year
    people = lived(rates, lower, fine)[:, : len(fine)] * growing
    people[:, -1] += lived(rates, lower, fine)[:, -1] * growing[-1]
    at = coarse.lower.index(80)
    table, together = (
        lived(rates, lower, coarse),
        np.concatenate([people[:, :at], people[:, at:].sum(axis=1, keepdims=True)], axis=1),
    )
    oldest = spread(table, together, coarse)
    for _ in range(6):
        each = np.asarray(survivorship(lived(rates, lower, fine), fine).groups)
        one = np.asarray(survivorship(table, coarse, oldest).groups)[:, -1]
        alive = (people * each)[:, at:].sum(axis=1)
        np.testing.assert_allclose(one * together[:, -1], alive, rtol=2e-3)
        people = np.array(aged(jnp.asarray(people * each)))
        together, oldest = older(table, together, oldest)
        np.testing.assert_allclose(together[:, -1], people[:, at:].sum(axis=1), rtol=5e-3)
        np.testing.assert_allclose(oldest.sum(axis=1), together[:, -1], rtol=1e-12)
        people[:, 0] = together[:, 0]
    stationary = np.asarray(survivorship(table, coarse).groups)[:, -1]
    assert (one > stationary * 1.02).all()


def test_nobody_is_older_than_a_table_lets_them_be() -> None:
    """Rates so high that nobody reaches the last group still give shares."""
    lower = (0, 1, *range(5, 101, 5))
    rates = np.minimum(gompertz(lower) * 4, 1.2)
    table = lived(rates, lower, FIVE)
    people = np.ones((2, len(FIVE)))
    found = np.asarray(survivorship(table, FIVE, spread(table, people, FIVE)).groups)
    assert ((found >= 0) & (found < 1)).all()


def stable(national: National, width: int, ages: Ages) -> tuple[float, Array]:
    """Growth per year and shares [sex, age] after the structure has stopped changing."""
    people = jnp.ones((2, len(ages)))
    before = after = people
    advance = jax.jit(project, static_argnums=2)
    for _ in range(1500 // width):
        before = after / after.sum()
        after = advance(before, national, width)
    return float(jnp.log(after.sum()) / width), np.asarray(after / after.sum())


@pytest.mark.parametrize("fertility", [1.2, 2.1, 4.0])
def test_a_closed_population_grows_at_lotkas_rate(fertility: float) -> None:
    """Euler and Lotka: births a year apart, discounted by growth and survival, replace one birth."""
    national = nation(SINGLE, fertility)
    rate, shares = stable(national, 1, SINGLE)
    survival = np.asarray(national.survivorship.groups)[1]
    newborn = float(national.survivorship.births[1])
    alive = newborn * np.concatenate([[1.0], np.cumprod(survival[:-1])])
    daughters = np.asarray(national.fertility) * (1 - 0.512)
    # Women of group a at the start of a step bear half of its rate there and half of the next group's: mid-year ages.
    ages = np.arange(len(SINGLE)) + 0.5
    assert np.sum(np.exp(-rate * ages) * alive * daughters) == pytest.approx(1.0, abs=2e-3)
    women = shares[1] / shares[1, 0]
    expected = alive / newborn * np.exp(-rate * np.arange(len(SINGLE)))
    np.testing.assert_allclose(women[:-1], expected[:-1], rtol=1e-9)


@pytest.mark.parametrize("fertility", [1.2, 2.1, 4.0])
def test_growth_and_structure_are_the_leslie_matrix_s(fertility: float) -> None:
    national = nation(FIVE, fertility)
    rate, shares = stable(national, 5, FIVE)
    survival = np.asarray(national.survivorship.groups)[1]
    matrix = np.zeros((len(FIVE), len(FIVE)))
    matrix[np.arange(1, len(FIVE)), np.arange(len(FIVE) - 1)] = survival[:-1]
    matrix[-1, -1] = survival[-1]
    later = np.append(np.asarray(national.fertility)[1:], 0.0)
    births = 2.5 * (np.asarray(national.fertility) + survival * later) * (1 - 0.512)
    matrix[0] += births * float(national.survivorship.births[1])
    values, vectors = np.linalg.eig(matrix)
    top = int(np.argmax(np.real(values)))
    assert rate == pytest.approx(np.log(np.real(values)[top]) / 5, abs=1e-12)
    vector = np.abs(np.real(vectors)[:, top])
    np.testing.assert_allclose(shares[1] / shares[1].sum(), vector / vector.sum(), rtol=1e-9)


def test_one_step_of_five_years_agrees_with_five_of_one() -> None:
    """On smooth schedules both widths give the same nation within 0.3% of the total and 1.5% of any closed group.

    The open group agrees within 3%: its survival assumes the ages of a stationary population at every step.
    """
    ages = np.arange(86)
    people = 1e6 * np.exp(-0.012 * ages) * np.ones((2, 1))
    people[:, -1] *= 6
    single = jnp.asarray(people)
    for _ in range(5):
        single = project(single, nation(SINGLE, 1.8), 1)
    grouped = np.add.reduceat(people, np.arange(0, 86, 5), axis=1)
    wide = np.asarray(project(jnp.asarray(grouped), nation(FIVE, 1.8), 5))
    narrow = np.add.reduceat(np.asarray(single), np.arange(0, 86, 5), axis=1)
    assert wide.sum() == pytest.approx(narrow.sum(), rel=3e-3)
    np.testing.assert_allclose(wide[:, :-1], narrow[:, :-1], rtol=1.5e-2)
    np.testing.assert_allclose(wide[:, -1], narrow[:, -1], rtol=3e-2)


def test_half_of_a_group_bears_half_of_its_children() -> None:
    assert schedule(SHARES, CHILDBEARING, 5, FIVE).sum() * 5 == pytest.approx(1.0)
    assert schedule(SHARES, CHILDBEARING, 5, SINGLE).sum() == pytest.approx(1.0)
    ten = Ages(10, 80)
    assert schedule(SHARES, CHILDBEARING, 5, ten).sum() * 10 == pytest.approx(1.0)
