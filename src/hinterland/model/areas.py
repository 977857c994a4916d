"""Centres: who commutes to them, which places belong to their functional areas, and whether seats outgrow others.

Commuting, with L labour, J jobs and C the kernel of daily reach (the model of `labour.catchment`):

    T_ij = L_i C_ij J_j / sum_k L_k C_kj          from i to j; summed over j those at work, over i the jobs

A functional area is a city with all places from which a threshold of those at work commute to it (EU-OECD: Dijkstra,
Poelman and Veneri 2019). The advantage of seats s, in the yearly growth g of places i of regions r:

    g_i = advantage s_i + a ln P_i + b (ln P_i)^2 + region_r + error_i
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from hinterland.errors import InputError
from hinterland.space.dense import DenseKernel

OUTSIDE: Final = -1
"""The centre of places that belong to no functional area."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Advantage:
    """By how much seats grow faster than places of their size and region."""

    estimate: float
    """In the unit of growth, 1/year."""
    error: float
    """Standard error, robust to errors shared within regions."""
    places: int
    """Places with figures."""
    regions: int
    """Regions in which a seat is compared with others."""


@jax.jit
def commuters(jobs: jax.Array, labour: jax.Array, commuting: DenseKernel) -> jax.Array:
    """Persons by home and workplace [..., place, place], of jobs and labour [..., place].

    Rows sum to residents at work (`labour.employed` of `labour.catchment`), columns to jobs; a job that nobody can
    reach has no commuter. A matrix for every batch: meant for single years.
    """
    competitors = commuting.apply_transposed(labour[..., None])[..., 0]
    alone = competitors <= 0
    per_worker = jnp.where(alone, 0.0, jobs / jnp.where(alone, 1.0, competitors))
    return labour[..., :, None] * commuting.matrix * per_worker[..., None, :]


def functional_areas(commuters: Array, core: NDArray[np.bool_], threshold: float) -> NDArray[np.int64]:
    """The position of each place's centre [place], OUTSIDE where it has none, from commuters [place, place].

    `core` [place] are the cities. Cities of which at least `threshold` of those at work go to another become one
    with it, as often as such a link is left; the one with most jobs gives its position, the first of equals. Every
    other place joins the city to which most of its commuters go, if they are at least `threshold` of those at work.
    The EU-OECD method also takes in enclosed places and drops detached ones; borders are not known here.
    """
    flows = np.asarray(commuters, dtype=np.float64)
    working, jobs = flows.sum(axis=1), flows.sum(axis=0)
    centre = np.where(core, np.arange(core.size), OUTSIDE)
    if not core.any():
        return centre
    while True:
        cities, member = _members(centre)
        share = _over(member @ flows @ member.T, member @ working)
        np.fill_diagonal(share, 0.0)
        count, label = connected_components(share >= threshold, directed=True, connection="weak")
        if count == cities.size:
            break
        centre[core] = _heads(cities, label, member @ jobs)[np.searchsorted(cities, centre[core])]
    share = _over(flows @ member.T, working)
    joins = ~core & (share.max(axis=1) >= threshold)
    return np.where(joins, cities[share.argmax(axis=1)], centre)


def in_area(stock: Array, centre: NDArray[np.int64]) -> Array:
    """The stock [..., place] of the functional area each place belongs to, its own outside of them."""
    inside = centre != OUTSIDE
    same = (centre[:, None] == centre[None, :]) & inside[:, None]
    return np.where(inside, stock @ same.T.astype(np.float64), stock)


def advantage(
    growth: Array,
    log_people: Array,
    region: NDArray[np.int64],
    seat: NDArray[np.bool_],
    weights: Array | None = None,
) -> Advantage:
    """The advantage of seats in growth, by least squares with a level for each region, from arrays [place].

    `growth` in 1/year, `log_people` at its start; places where either is not known (NaN) are left out. `weights`
    [place], equal where None. It is a comparison, not a cause: seats were often chosen for what makes them grow.
    InputError where no region has a seat and another place, or where size tells seats from all others.
    """
    known = np.isfinite(growth) & np.isfinite(log_people)
    weight = np.ones(known.sum()) if weights is None else weights[known].astype(np.float64)
    _, group = np.unique(region[known], return_inverse=True)
    size = log_people[known]
    columns = np.stack([seat[known].astype(np.float64), growth[known], size, size**2], axis=1)
    inside = columns - _means(columns, group, weight)[group]
    tells = np.unique(group[np.abs(inside[:, 0]) > 1e-9])
    if not tells.size:
        raise InputError(
            "no region has both its seat and another place with figures",
            remedy="Measure the advantage of seats on regions of several places",
            where="advantage of seats",
        )
    root = np.sqrt(weight)[:, None]
    both, sizes = inside[:, :2] * root, inside[:, 2:] * root
    seats, rest = (both - sizes @ np.linalg.lstsq(sizes, both)[0]).T
    spread = seats @ seats
    if spread <= 1e-9 * (both[:, 0] @ both[:, 0]):
        raise InputError(
            "size alone tells the seats from all other places",
            remedy="Measure the advantage of seats on more places",
            where="advantage of seats",
        )
    estimate = float(seats @ rest / spread)
    scores = _sums(seats * (rest - estimate * seats), group)
    return Advantage(estimate, _error(scores, spread, rest.size), rest.size, tells.size)


def _error(scores: Array, spread: float, places: int) -> float:
    """Standard error from the sums of scores [region] (Liang and Zeger 1986), with the usual correction for few."""
    regions = scores.size
    if regions < 2:
        return float("nan")
    few = regions / (regions - 1) * (places - 1) / max(places - 3, 1)
    return float(np.sqrt(few * (scores @ scores)) / spread)


def _members(centre: NDArray[np.int64]) -> tuple[NDArray[np.int64], Array]:
    """Centres in order [city], and who belongs to each as zeros and ones [city, place]."""
    cities = np.unique(centre[centre != OUTSIDE])
    return cities, (centre == cities[:, None]).astype(np.float64)


def _heads(cities: NDArray[np.int64], label: NDArray[np.int32], jobs: Array) -> NDArray[np.int64]:
    """For each of the cities [city], the one with most jobs among those with its label; the first of equals."""
    return np.array([cities[label == one][jobs[label == one].argmax()] for one in label])


def _means(columns: Array, group: NDArray[np.int64], weight: Array) -> Array:
    """Weighted means by group [group, column]; zero for a group without weight."""
    sums = np.stack([_sums(weight * column, group) for column in columns.T], axis=1)
    return _over(sums, _sums(weight, group))


def _sums(values: Array, group: NDArray[np.int64]) -> Array:
    return np.bincount(group, values).astype(np.float64)


def _over(rows: Array, total: Array) -> Array:
    """Rows [row, column] over their totals [row]; zero where these are."""
    return rows / np.where(total > 0, total, 1.0)[:, None] * (total > 0)[:, None]
