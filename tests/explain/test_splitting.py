"""Two ways of splitting: closed forms, axioms, and that they agree where every switch acts in a straight line."""

from __future__ import annotations

from itertools import combinations, permutations
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.explain.gradients import agreed, integrated, nodes
from hinterland.explain.shapley import MOST, coalitions, ends, shapley

SEEDS = st.integers(0, 10_000)
PLAYERS = st.integers(1, 7)


def multilinear(seed: int, players: int, outputs: int = 3) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Coefficients [term, output] of all products of distinct switches."""
    terms = [term for size in range(players + 1) for term in combinations(range(players), size)]
    return np.random.default_rng(seed).normal(0, 1, (len(terms), outputs)), terms


def worth(coefficients: np.ndarray, terms: list[tuple[int, ...]], switches: np.ndarray) -> np.ndarray:
    products = np.array([[prod(row[i] for i in term) for term in terms] for row in switches])
    return products @ coefficients


@given(SEEDS, PLAYERS)
def test_both_ways_agree_on_a_multilinear_toy(seed: int, players: int) -> None:
    toy = multilinear(seed, players)
    by_orders = shapley(worth(*toy, coalitions(players)))
    by_gradients = integrated(lambda switches: worth(*toy, switches), players, 4)
    np.testing.assert_allclose(by_gradients, by_orders, rtol=0, atol=1e-9)
    np.testing.assert_allclose(agreed(by_orders, by_gradients), by_orders, rtol=0, atol=1e-9)


@given(SEEDS, st.integers(1, 5))
def test_shapley_values_are_the_mean_over_all_orders(seed: int, players: int) -> None:
    found = np.random.default_rng(seed).normal(0, 1, 2**players)
    means = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        came = 0
        for player in order:
            means[player] += (found[came | 1 << player] - found[came]) / len(orders)
            came |= 1 << player
    np.testing.assert_allclose(shapley(found), means, atol=1e-12)


@given(SEEDS, PLAYERS)
def test_parts_sum_to_the_whole_and_who_does_nothing_gets_nothing(seed: int, players: int) -> None:
    found = np.random.default_rng(seed).normal(0, 1, (2**players, 2))
    idle = np.concatenate([found, found])  # the last player changes nothing
    parts = shapley(idle)
    np.testing.assert_allclose(parts.sum(axis=0), idle[-1] - idle[0], atol=1e-12)
    np.testing.assert_allclose(parts[-1], 0, atol=1e-12)
    np.testing.assert_allclose(parts[:-1], shapley(found), atol=1e-12)


def test_two_who_need_each_other_share_alike_and_the_ends_say_so() -> None:
    both = np.array([0.0, 0.0, 0.0, 6.0])
    np.testing.assert_allclose(shapley(both), [3, 3])
    first, last = ends(both)
    np.testing.assert_allclose([first, last], [[0, 0], [6, 6]])


def test_a_power_of_one_switch_is_its_own_and_a_crossed_one_is_interaction() -> None:
    def crossed(switches: np.ndarray) -> np.ndarray:
        return (switches[:, 0] ** 3 * switches[:, 1])[:, None]

    by_gradients = integrated(crossed, 2, 4)[:, 0]
    np.testing.assert_allclose(by_gradients, [0.75, 0.25], atol=1e-4)  # the integrals of 3 t^3 and t^3
    by_orders = shapley(crossed(coalitions(2)))[:, 0]
    np.testing.assert_allclose(by_orders, [0.5, 0.5])
    np.testing.assert_allclose(agreed(by_orders, by_gradients), [0.5, 0.25], atol=1e-4)


def test_parts_of_different_sign_are_nobodys() -> None:
    np.testing.assert_allclose(agreed(np.array([1.0, -2.0, 3.0]), np.array([-1.0, -3.0, 0.0])), [0, -2, 0])


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(ValueError, match=f"{MOST} at the most"):
        coalitions(MOST + 1)
    with pytest.raises(ValueError, match="are not all sets"):
        shapley(np.zeros(6))
    with pytest.raises(ValueError, match="lies within"):
        nodes(20)
