"""Rungs inside a place: its core, county seats, towns and villages, and who steps up from one to the next.

A place larger than a settlement holds four rungs; r is the share of its people on each. Every year, with k - 1 the rung
above k, v the share of villages and v* the share that farms and habit hold back,

    r' = r M,   M the chances of one step up or down within a year: rows sum to one, nobody skips a rung
    village to town   x' = x exp(-g (1 - v*)),   x = (v - v*) / (1 - v)      where v > v*,   v* = least + tie x farm
    k to k - 1        hazard = [onward + moves x 2 sinh(e / 2)] r_(k-1) / (r_k + r_(k-1)),
    k - 1 to k        hazard = moves x 2 sinh(-e / 2) r_k / (r_k + r_(k-1)),       where positive
    e                 = limit tanh( response (pull_(k-1) - pull_k) / limit )

The first line is the logistic course of urbanisation (United Nations 1974, Methods for Projections of Urban and Rural
Population) with a share that stays; onward steps start from towns and seats. The others are the net of two symmetric
streams of a logit choice between neighbouring rungs, which cancel while neither has gained pull since the base year.
Births, deaths, arrivals and departures of the place are taken to fall on its rungs in proportion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import RUNGS
from hinterland.errors import InputError

CORE, SEAT, TOWN, VILLAGE = range(len(RUNGS))

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How people of the base year are spread over settlements; persons unless said."""

    rank: float
    """Power by which the size of a place's towns falls with their rank."""
    seat: float
    """People of a place per county."""
    town: float
    """People of a place per township."""
    village: float
    """Villagers per village."""
    collapse: float
    """People under which a place is one settlement, unless it is very large."""
    collapse_area: float
    """km2 beyond which no place is one settlement."""
    town_from: float
    """People from which a single settlement is a town."""
    seat_from: float
    core_from: float


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Ladder:
    """How people step from rung to rung; numbers are [...] (one per member)."""

    urbanise: jax.Array
    """g: fall of the log odds of living in a village, 1/year."""
    least: jax.Array
    """Share of people in villages that the course of urbanisation leaves."""
    farm_tie: jax.Array
    """Further share in villages per share of farms in jobs."""
    onward: jax.Array
    """Net hazard of stepping up from towns and seats, 1/year."""
    moves: jax.Array
    """Hazard of moving to a neighbouring rung that holds all others, 1/year."""
    response: jax.Array
    """Log odds of a step up over a step down per difference of pull."""
    limit: jax.Array
    """Largest absolute value of those log odds."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The settlements of places at the base year, both [place, rung]."""

    rungs: Array
    """Shares of a place's people."""
    settlements: Array
    """Numbers, which stay: settlements shrink and do not vanish. None where a place has no such rung."""


def sizes(values: Mapping[str, Any]) -> Sizes:
    """The spread over settlements from parameter values by name, each one number."""
    return Sizes(
        rank=float(values["rung_rank"]),
        seat=float(values["rung_seat"]),
        town=float(values["rung_town"]),
        village=float(values["rung_village"]),
        collapse=float(values["rung_collapse"]),
        collapse_area=float(values["rung_collapse_area"]),
        town_from=float(values["rung_town_from"]),
        seat_from=float(values["rung_seat_from"]),
        core_from=float(values["rung_core_from"]),
    )


def ladder(values: Mapping[str, Any]) -> Ladder:
    """Steps between rungs from parameter values by name, each one number or [member]."""

    def number(name: str) -> jax.Array:
        return jnp.asarray(np.asarray(values[f"rung_{name}"], dtype=np.float64))

    return Ladder(
        urbanise=number("urbanise"),
        least=number("least"),
        farm_tie=number("farm_tie"),
        onward=number("onward"),
        moves=number("moves"),
        response=number("response"),
        limit=number("limit"),
    )


def single(people: Array, sizes: Sizes, area: Array | None = None) -> NDArray[np.bool_]:
    """Whether a place [place] is one settlement: few people, on an area (km2, NaN unknown) that is not very large."""
    few = people < sizes.collapse
    return few if area is None else few & ~(area > sizes.collapse_area)


def first_rungs(urban_share: Array, people: Array, sizes: Sizes, *, alone: NDArray[np.bool_] | None = None) -> Pattern:
    """Rungs and settlements of the base year from people and the share that is urban, both [place].

    Urban people are spread over the core, seats and towns by rank; the rest live in villages. Places that are one
    settlement (`alone`, by default `single`: give all true where places are municipalities) stand on the rung of their
    size. An unknown urban share (NaN) counts as the mean of the others; InputError where none is known and one is
    needed.
    """
    one = single(people, sizes) if alone is None else alone
    urban = _filled(urban_share, people, one)
    seats = np.maximum(people / sizes.seat - 1, 1)
    towns = np.maximum(people / sizes.town - seats - 1, 1)
    total = harmonic(1 + seats + towns, sizes.rank)
    core = 1 / total
    first = harmonic(1 + seats, sizes.rank) / total
    rungs = np.stack([urban * core, urban * (first - core), urban * (1 - first), 1 - urban], axis=-1)
    villages = np.maximum(people * (1 - urban) / sizes.village, 1)
    settlements = np.stack([np.ones_like(people), seats, towns, villages], axis=-1)
    lonely = np.eye(len(RUNGS))[_rung_of(people, sizes)]
    return Pattern(rungs=np.where(one[:, None], lonely, rungs), settlements=np.where(one[:, None], lonely, settlements))


def harmonic(number: Array, power: float) -> Array:
    """The sum of rank^-power over ranks up to `number`, which need not be whole: one, then the integral by midpoints.

    Within 1% of the sum for powers from 0.5 to 2.
    """
    spread = np.log((number + 0.5) / 1.5)
    bend = (1 - power) * spread
    safe = np.where(np.abs(bend) < 1e-6, 1.0, bend)
    mean = np.where(np.abs(bend) < 1e-6, 1 + bend / 2, np.expm1(safe) / safe)
    return 1 + 1.5 ** (1 - power) * spread * mean


def climb(rungs: jax.Array, pull: jax.Array, farm_share: jax.Array, ladder: Ladder, years: int) -> jax.Array:
    """Shares of rungs [..., place, rung] after `years`; a place's people are kept.

    `pull` [..., place, rung] is the change since the base year of what rungs offer; `farm_share` [..., place] that of
    farms in jobs. Years are taken one by one, so that steps of five years and of one agree.
    """
    shape = jnp.broadcast_shapes(rungs.shape, pull.shape, (*ladder.urbanise.shape, 1, 1))
    return jax.lax.fori_loop(
        0, years, lambda _, now: stepped(now, chances(now, pull, farm_share, ladder)), jnp.broadcast_to(rungs, shape)
    )


def chances(rungs: jax.Array, pull: jax.Array, farm_share: jax.Array, ladder: Ladder) -> jax.Array:
    """M [..., place, rung from, rung to]: where people of a rung live a year later; rows sum to one."""
    up, down = _hazards(rungs, pull, farm_share, ladder)
    both = up + down
    # (1 - e^-h) / h, which is one at zero.
    part = jnp.where(both > 0, -jnp.expm1(-both) / jnp.where(both > 0, both, 1.0), 1.0)
    up, down = up * part, down * part
    stay = 1 - up - down
    nobody = jnp.zeros_like(stay)
    rows = [
        [nobody[..., 0]] * (k - 1) + ([up[..., k]] if k else []) + [stay[..., k]]
        + ([down[..., k]] if k < VILLAGE else []) + [nobody[..., 0]] * (VILLAGE - 1 - k)
        for k in range(len(RUNGS))
    ]  # fmt: skip
    return jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2)


def stepped(rungs: jax.Array, chances: jax.Array) -> jax.Array:
    """Shares [..., place, rung] a year later."""
    return jnp.einsum("...k,...kl->...l", rungs, chances)


def village_share(share: jax.Array, held: jax.Array, urbanise: jax.Array, years: int | jax.Array) -> jax.Array:
    """The share of villages [..., place] after `years` of the S-curve, down to the share `held` of the same shape."""
    loose = jnp.maximum(share - held, 0.0)
    left = loose * jnp.exp(-urbanise[..., None] * (1 - held) * years)
    others = 1 - share
    # From (v - v*) / (1 - v) back to v.
    whole = others + left
    known = whole > 0
    course = (held * others + left) / jnp.where(known, whole, 1.0)
    return jnp.where(known & (loose > 0), course, share)


def _hazards(rungs: jax.Array, pull: jax.Array, farm_share: jax.Array, ladder: Ladder) -> tuple[jax.Array, jax.Array]:
    """Net hazards of a step up and of one down [..., place, rung], 1/year; none beyond the ends."""
    above, below = rungs[..., :-1], rungs[..., 1:]
    limit = ladder.limit[..., None, None]
    pulled = limit * jnp.tanh(ladder.response[..., None, None] * (pull[..., :-1] - pull[..., 1:]) / limit)
    net = ladder.moves[..., None, None] * 2 * jnp.sinh(pulled / 2)
    onward = jnp.broadcast_to(ladder.onward[..., None, None], net.shape).at[..., VILLAGE - 1].set(0.0)
    rise, fall = jnp.maximum(onward + net, 0.0), jnp.maximum(-onward - net, 0.0)
    both = above + below
    inhabited = both > 0
    up_share = jnp.where(inhabited, above / jnp.where(inhabited, both, 1.0), 0.0)
    down_share = jnp.where(inhabited, 1 - up_share, 0.0)
    leaving = (rise * up_share).at[..., VILLAGE - 1].add(_leaving_villages(rungs, farm_share, ladder))
    ends = jnp.zeros_like(leaving[..., :1])
    return jnp.concatenate([ends, leaving], axis=-1), jnp.concatenate([fall * down_share, ends], axis=-1)


def _leaving_villages(rungs: jax.Array, farm_share: jax.Array, ladder: Ladder) -> jax.Array:
    """Hazard of leaving a village for a town on the course of urbanisation [..., place], 1/year.

    None where a place has no town to go to.
    """
    village = rungs[..., VILLAGE]
    # Room is left above it so that nothing divides by zero where all work on farms.
    held = jnp.minimum(ladder.least[..., None] + ladder.farm_tie[..., None] * farm_share, 0.95)
    after = village_share(village, held, ladder.urbanise, 1)
    moves = (village > after) & (rungs[..., TOWN] > 0)
    return jnp.where(moves, -jnp.log(jnp.where(moves, after, 1.0) / jnp.where(moves, village, 1.0)), 0.0)


def _rung_of(people: Array, sizes: Sizes) -> NDArray[np.int64]:
    """The rung [place] that a single settlement stands on by its size."""
    starts = np.array([sizes.town_from, sizes.seat_from, sizes.core_from])
    return VILLAGE - np.searchsorted(starts, people, side="right")


def _filled(urban_share: Array, people: Array, alone: NDArray[np.bool_]) -> Array:
    """Urban shares [place] with the unknown at the mean of the known, people weighted."""
    known = np.isfinite(urban_share)
    missing = ~known & ~alone
    weight = people[known].sum()
    if missing.any() and not weight > 0:
        raise InputError(
            f"none of {int(missing.sum())} places has a known share of urban people",
            remedy="Give urban_people for some places, or treat places as single settlements",
            where="society, column urban_people",
        )
    mean = float((urban_share[known] * people[known]).sum() / weight) if weight > 0 else 0.0
    return np.clip(np.where(known, urban_share, mean), 0.0, 1.0)
