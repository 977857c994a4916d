"""How moves fall with distance, as a gravity regression on the model's own moves would find it."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from elasticity_bench import Array, Bench, Figures
from numpy.typing import NDArray

from hinterland.axes import LIFE_STAGES
from hinterland.space.distance import great_circle


def distances(on: Bench) -> Figures:
    """Elasticities of the moves of a year at the base pulls to distance, between places and, summed, between regions.

    Least squares of log moves, moves as weights, with effects of origin and destination.
    """
    places = on.system.country.places
    distance = great_circle(places.lon, places.lat)
    moves = _moves(on)
    names, region = np.unique(np.array(places.regions), return_inverse=True)
    people = np.asarray(on.base.people)
    member = np.eye(len(names))[region]
    between = member.T @ moves @ member
    centre = (member * people[:, None]).T @ np.stack([places.lon, places.lat], axis=1) / (member.T @ people)[:, None]
    apart = great_circle(centre[:, 0], centre[:, 1])
    same = (region[:, None] == region[None, :]).astype(float)
    away = ~np.eye(len(people), dtype=bool)
    log = np.log(np.where(away, distance, 1.0))
    out = {
        "distance, places": -_gravity(moves, [log], away)[0],
        "distance, places given own region": -_gravity(moves, [log, same], away)[0],
        "distance, regions": -_gravity(between, [np.log(apart + np.eye(len(names)))], ~np.eye(len(names), dtype=bool))[
            0
        ],
        "distance, near (60-300 km)": -_gravity(moves, [log, same], away & (distance > 60) & (distance < 300))[0],
        "distance, far (over 600 km)": -_gravity(moves, [log, same], away & (distance > 600))[0],
    }
    out["distance, far over near"] = out["distance, far (over 600 km)"] / out["distance, near (60-300 km)"]
    return {name: np.array([value]) for name, value in out.items()}


def _moves(on: Bench) -> Array:
    """Moves in a year [origin, destination] over all ages, at the base pulls and without homecomings."""
    setting, mobility = on.system.setting, on.behaviour.mobility
    stages, kernel = setting.stages, np.asarray(setting.kernel.apply(jnp.eye(len(setting.size))))
    state = on.system.state
    leaving = state.rooted + state.newcomers * mobility.newcomer_multiple * (1 - mobility.come_home)
    by_age = np.asarray((leaving * mobility.leave).sum(axis=1))
    weights = np.asarray(setting.opportunities)[:, None] * np.exp(on.system.balance)
    moves = np.zeros_like(kernel)
    for stage in range(len(LIFE_STAGES)):
        leavers = by_age[:, np.array(stages) == stage].sum(axis=1)
        reach = kernel @ weights[:, stage]
        moves += (leavers / reach)[:, None] * kernel * weights[:, stage]
    return moves


def _gravity(moves: Array, columns: list[Array], used: NDArray[np.bool_]) -> Array:
    """Slopes of log moves [origin, destination] on columns of the same shape, among the pairs used."""
    weight = np.where(used, moves, 0.0)
    log = np.log(np.where(used, moves, 1.0))
    response, *free = [_within(np.where(used, values, 0.0), weight) for values in (log, *columns)]
    gram = np.array([[(weight * a * b).sum() for b in free] for a in free])
    return np.linalg.solve(gram, np.array([(weight * a * response).sum() for a in free]))


def _within(values: Array, weight: Array) -> Array:
    """What effects of rows and columns leave of values, by turns (the theorem of Frisch, Waugh and Lovell)."""
    rows, columns = np.maximum(weight.sum(axis=1), 1e-300), np.maximum(weight.sum(axis=0), 1e-300)
    for _ in range(500):
        values = values - ((weight * values).sum(axis=1) / rows)[:, None]
        change = (weight * values).sum(axis=0) / columns
        values = values - change[None, :]
        if np.abs(change).max() < 1e-10:
            break
    return values
