"""A country made ready to run: its start, its fixed setting, and what was inverted from its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland import holding
from hinterland.anchor import Law
from hinterland.axes import LIFE_STAGES, Ages
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.model.economy import habits
from hinterland.model.leaving import rogers_castro
from hinterland.model.migration import Mobility, by_age
from hinterland.model.rungs import ladder
from hinterland.model.services import provision
from hinterland.model.step import Behaviour, Setting
from hinterland.params import Parameters
from hinterland.space.dense import DenseKernel
from hinterland.space.distance import great_circle
from hinterland.space.kernel import Kernel, same_region, two_scales
from hinterland.state import State

Array = NDArray[np.float64]

FOLLOWERS: tuple[tuple[int, int], ...] = ((LIFE_STAGES.labels.index("60+"), LIFE_STAGES.labels.index("30-44")),)
"""Stages whose movers may choose as another stage does: the old and their children's generation."""


@dataclass(frozen=True, slots=True)
class Course:
    """The central course of places after the base year, and how far members may come to lie from it."""

    effect: Array
    """[step, place, stage] what is added to balance so that the central run follows the anchor; no step without one."""
    response: Array | None
    """[step, place] growth of the log of people in a step per unit of pull; None where a run has yet to find it."""
    law: Law
    """Of every step that can be run."""
    weights: Mapping[str, float]
    """Method -> its weight in the anchor; empty without one."""


@dataclass(frozen=True, slots=True)
class System:
    """What every member of every scenario starts from."""

    country: Country
    parameters: Parameters
    setting: Setting
    state: State
    """Stocks at the base year [place, sex, age]."""
    balance: Array
    """[place, stage] pull at which the record's net migration would have been zero."""
    effect: Array
    """[place, stage] xi: what the record's net migration adds to it; zero without a record."""
    fertility: Array
    """[place] multiple of national births at the base year."""
    diagnostics: Mapping[str, float]
    """How well the start meets what was asked of it."""
    course: Course | None = None
    """Where members start from; None for a system whose members differ by their parameters only."""
    repeated: int = 0
    """Years from the base year on in which place effects are those of the record, in full and without shocks."""


def kernel(country: Country, parameters: Parameters) -> Kernel:
    """The distance kernel among a country's places, relative to its mean so that no cell is very small.

    A full matrix or, where a country has many places, a hierarchical operator (see `holding`). InputError where a place
    has no position or the country has a single place: nobody could move.
    """
    places = country.places
    for place, (lon, lat) in enumerate(zip(places.lon, places.lat, strict=True)):
        if not (np.isfinite(lon) and np.isfinite(lat)):
            raise InputError(
                f"{places.names[place]} ({places.codes[place]}) has no position",
                remedy="Give lon and lat in degrees for every place: moves depend on distance",
                where="places, column lon or lat",
            )
    if len(places) < 2:
        raise InputError(
            f"{country.code} has {len(places)} place",
            remedy="Give at least two places: people move between places",
            where="places",
        )
    held = holding.moves(country, parameters)
    return DenseKernel(matrix=jnp.asarray(moves_kernel(country, parameters))) if held is None else held


def moves_kernel(country: Country, parameters: Parameters, ratio: Array | None = None) -> Array:
    """Weights [place, place] of moves, their mean one; `ratio` [place, place] multiplies distances."""
    places = country.places
    _, regions = np.unique(np.array(places.regions), return_inverse=True)
    distance = great_circle(places.lon, places.lat)
    weights = two_scales(
        distance if ratio is None else distance * ratio,
        near=parameters.value("near"),
        far=parameters.value("far"),
        far_share=parameters.value("far_share"),
    )
    weights = same_region(weights, regions.astype(np.int64), log_factor=parameters.value("region_bond"))
    return weights / weights.mean()


def behaviour(values: Mapping[str, Array], ages: Ages) -> Behaviour:
    """Behaviour from parameter values, each [member] or one number (life-stage lists [stage] or [member, stage]).

    The base of the logsum is zero until the pull of the run is known.
    """

    def number(name: str) -> Array:
        return np.asarray(values[name], dtype=np.float64)

    leave = rogers_castro(
        ages,
        peak=float(number("leave_peak")),
        child=float(number("leave_child")),
        child_fall=float(number("leave_child_fall")),
        position=float(number("leave_position")),
        fall=float(number("leave_fall")),
        rise=float(number("leave_rise")),
        floor=float(number("leave_floor")),
    )
    stages = LIFE_STAGES.of_ages(ages)
    mobility = Mobility(
        leave=jnp.asarray(leave),
        newcomer_multiple=jnp.asarray(number("newcomer_multiple")),
        push=jnp.asarray(number("push")),
        saturation=jnp.asarray(number("saturation")),
        come_home=by_age(jnp.asarray(number("come_home")), stages),
        home_pull=jnp.asarray(number("home_pull")),
        home_cap=jnp.asarray(number("home_cap")),
        follow=jnp.asarray(number("follow")),
        congestion=jnp.asarray(number("congestion")),
    )
    return Behaviour(
        mobility=mobility,
        settling=jnp.asarray(number("settling")),
        base=jnp.zeros(len(LIFE_STAGES)),
        births_rent=jnp.asarray(number("births_rent")),
        habits=habits(values, ages),
        ladder=ladder(values),
        provision=provision(values),
    )


def acting(parameters: Parameters, ages: Ages) -> frozenset[str]:
    """Names of the parameters that behaviour is made of: those that act in every step and have not made the start."""
    asked: set[str] = set()

    class Asked(dict[str, Array]):
        def __getitem__(self, name: str) -> Array:
            asked.add(name)
            return super().__getitem__(name)

    behaviour(Asked({name: np.asarray(parameters.value(name)) for name in parameters}), ages)
    return frozenset(asked)
