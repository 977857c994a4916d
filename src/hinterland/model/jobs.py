"""Where the nation's jobs are: plants and offices that choose, mines, farms, and public posts.

The nation's jobs by activity are drivers: a shock to all places belongs there, as shares cannot show it. For the
activities that choose where to be (axes.FOOTLOOSE), with x the share of a place in an activity of the nation,

    x' = keep x + (1 - keep) softmax over places of
         [ln J_base + density dln density - labour_cost dln(unit labour cost) - land_price dln land price
          + market dln market access + labour dln labour + niche],           keep = exp(-turnover h)

(a logit choice of plants with inertia; McFadden 1974 for the choice, Carlton 1983 for plants). J_base is the base
year's number and holds all that is fixed about a place: with the current number the system has a unit root and the
places drift apart. A niche is what has changed about a place since then that nothing else explains. Places without
jobs in an activity at the base year get none: an industry that is founded later is added to the base.

Large cities keep what gains most from density (advanced industry, offices); what gains little and minds its costs
(routine industry) moves down to cheap places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import FOOTLOOSE, Ages


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Location:
    """How footloose activities choose a place; numbers are [...] (one per member) unless a shape is given."""

    density: jax.Array
    """[..., footloose] gain from density of people."""
    labour_cost: jax.Array
    """[..., footloose] loss from unit labour cost."""
    land_price: jax.Array
    """Loss from the price of land."""
    market: jax.Array
    """Gain from access to markets."""
    labour: jax.Array
    """Gain from workers at hand."""
    turnover: jax.Array
    """Share of jobs that choose their place anew, 1/year."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Changes:
    """Log changes [..., place] since the base year relative to the nation; zero in the base year."""

    density: jax.Array
    labour_cost: jax.Array
    land_price: jax.Array
    market: jax.Array
    labour: jax.Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Needs:
    """What public posts and farms answer to; numbers are [...] (one per member) unless a shape is given."""

    posts: jax.Array
    """[..., age] public posts that a resident of this age needs; only ratios matter."""
    post_turnover: jax.Array
    """Speed at which posts follow need, 1/year."""
    absorption: jax.Array
    """Elasticity of farm jobs to labour left per job of others."""
    absorption_limit: jax.Array
    """Largest absolute log change of that labour that farms answer to."""


def location(values: Mapping[str, Any]) -> Location:
    """Location choice from parameter values, each [member] or one number."""

    def by_activity(name: str) -> jax.Array:
        each = (np.asarray(values[f"{name}_{activity}"], dtype=np.float64) for activity in FOOTLOOSE)
        return jnp.asarray(np.stack(np.broadcast_arrays(*each), axis=-1))

    return Location(
        density=by_activity("job_density"),
        labour_cost=by_activity("job_cost"),
        land_price=jnp.asarray(values["job_land"]),
        market=jnp.asarray(values["job_market"]),
        labour=jnp.asarray(values["job_labour"]),
        turnover=jnp.asarray(values["job_turnover"]),
    )


def needs(values: Mapping[str, Any], ages: Ages) -> Needs:
    """What posts and farms answer to, from parameter values, each [member] or one number."""
    return Needs(
        posts=jnp.asarray(posts_by_age(values, ages)),
        post_turnover=jnp.asarray(values["post_turnover"]),
        absorption=jnp.asarray(values["farm_absorption"]),
        absorption_limit=jnp.asarray(values["farm_limit"]),
    )


def choice(base: jax.Array, changes: Changes, niche: jax.Array, location: Location) -> jax.Array:
    """Shares of places in the nation's new choices [..., place, footloose], from base jobs of the same shape.

    All zero where an activity has no jobs at the base year.
    """
    utility = _utility(changes, location) + niche
    there = base > 0
    top = jnp.max(jnp.where(there, utility, -jnp.inf), axis=-2, keepdims=True)
    top = jax.lax.stop_gradient(jnp.where(jnp.isfinite(top), top, 0.0))
    return _shared(jnp.where(there, base * jnp.exp(jnp.where(there, utility - top, 0.0)), 0.0))


def located(
    jobs: jax.Array,
    base: jax.Array,
    national: jax.Array,
    changes: Changes,
    niche: jax.Array,
    location: Location,
    years: int,
    *,
    residents: jax.Array | None = None,
    remote_share: jax.Array | None = None,
) -> jax.Array:
    """Footloose jobs [..., place, footloose] at the end of a step; they sum to `national` [..., footloose].

    `jobs` at its start, `base` at the base year and `niche` have the shape of the result. Where `residents`
    [..., place] are given, `remote_share` [...] of the tradable jobs that choose anew follow them (see `remote`).
    """
    target = choice(base, changes, niche, location)
    if residents is not None and remote_share is not None:
        tradable = FOOTLOOSE.index("tradable")
        target = target.at[..., tradable].set(remote(target[..., tradable], residents, remote_share))
    shares = _inert(_shared(jobs), target, location.turnover[..., None, None], years)
    return shares * national[..., None, :]


def niche_of(
    observed: jax.Array,
    jobs: jax.Array,
    base: jax.Array,
    changes: Changes,
    location: Location,
    years: int,
    least: float = 0.01,
) -> jax.Array:
    """The niche [..., place, footloose] with which `located` leads from `jobs` to `observed` over the years.

    Its mean over the nation's new choices is zero. Where jobs went faster than they turn over, new choices are taken
    as `least` of the place's share at the base year, and the niche leads part of the way.
    """
    keep = jnp.exp(-location.turnover * years)[..., None, None]
    start = _shared(base)
    chosen = jnp.maximum((_shared(observed) - keep * _shared(jobs)) / (1 - keep), least * start)
    there = base > 0
    log_ratio = jnp.log(jnp.where(there, chosen, 1.0)) - jnp.log(jnp.where(there, start, 1.0))
    niche = jnp.where(there, log_ratio - _utility(changes, location), 0.0)
    return jnp.where(there, niche - jnp.sum(_shared(chosen * there) * niche, axis=-2, keepdims=True), 0.0)


def remote(tradable: jax.Array, residents: jax.Array, share: jax.Array) -> jax.Array:
    """Tradable jobs (or shares) [..., place] when a `share` [...] of the nation's is done where its workers live.

    `share` is the rise since the base year, whose number holds what was remote then; `residents` [..., place] are
    those who could. The sum stays.
    """
    total = tradable.sum(axis=-1, keepdims=True)
    able = residents.sum(axis=-1, keepdims=True)
    moved = jnp.where(able > 0, share[..., None], 0.0)
    return (1 - moved) * tradable + moved * total * _over(residents, able)


def able_to_work_remotely(workers: jax.Array, schooling: jax.Array, response: jax.Array) -> jax.Array:
    """Weights [..., place] of residents who could work from home: workers [..., place] x exp(response x schooling).

    `schooling` [place] in mean years, relative to any level; blank (NaN) where not published, which counts as the
    mean of the others. `response` [...] per year.
    """
    return workers * jnp.exp(response[..., None] * centred(schooling, workers))


def centred(schooling: jax.Array, weights: jax.Array) -> jax.Array:
    """Years of schooling [place] less their mean by weights, both [..., place]; zero where not published (NaN)."""
    known = jnp.isfinite(schooling)
    filled = jnp.where(known, schooling, 0.0)
    mean = _over(jnp.sum(weights * filled, axis=-1, keepdims=True), jnp.sum(weights * known, axis=-1, keepdims=True))
    return jnp.where(known, filled - mean, 0.0)


def mined(base: jax.Array, output: jax.Array, national: jax.Array) -> jax.Array:
    """Mine jobs [..., place]: those of the base year [..., place] x output x the nation's course.

    `output` [..., place] is relative to the base year and one where nothing is known of reserves: then the nation's
    jobs [...] are shared as in the base year. What a place loses to an empty mine no other gets, so the sum falls
    short of `national` by it.
    """
    return _shared(base[..., None])[..., 0] * output * national[..., None]


def farmed(
    base: jax.Array,
    labour_change: jax.Array,
    slack: jax.Array,
    national: jax.Array,
    needs: Needs,
    damage: jax.Array | None = None,
) -> jax.Array:
    """Farm jobs [..., place]: base jobs x own labour x what slack adds; they sum to `national` [...].

    `labour_change` is the log change of labour since the base year, `slack` that of labour less that of the jobs of
    all others, both [..., place] relative to the nation: who finds no other job farms, and who finds one leaves.
    `damage` [..., place] is what dirty plants take (log). The nation's number falls with mechanisation: a driver.
    """
    limit = needs.absorption_limit[..., None]
    change = labour_change + needs.absorption[..., None] * limit * jnp.tanh(slack / limit)
    change = change if damage is None else change - damage
    top = jax.lax.stop_gradient(change.max(axis=-1, keepdims=True))
    return _shared((base * jnp.exp(change - top))[..., None])[..., 0] * national[..., None]


def posts_by_age(values: Mapping[str, Any], ages: Ages) -> NDArray[np.float64]:
    """Public posts that a resident needs [..., age]: everybody, and more at school age, from 65, and from 80 on."""
    lower = np.array(ages.lower)

    def of(name: str, who: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.asarray(values[name], dtype=np.float64)[..., None] * who

    return (
        of("post_everyone", lower >= 0)
        + of("post_school", (lower >= 5) & (lower < 20))
        + of("post_old", lower >= 65)
        + of("post_care", lower >= 80)
    )


def needed(people: jax.Array, needs: Needs) -> jax.Array:
    """Need for public posts [..., place] of people [..., place, sex, age]."""
    return jnp.sum(people.sum(axis=-2) * needs.posts[..., None, :], axis=-1)


def posted(
    posts: jax.Array,
    base: jax.Array,
    need: jax.Array,
    base_need: jax.Array,
    national: jax.Array,
    needs: Needs,
    years: int,
) -> jax.Array:
    """Public posts [..., place] at the end of a step: they follow need and sum to `national` [...].

    `posts` at the step's start, `base` and `base_need` at the base year, `need` now, all [..., place]. A place keeps
    the posts per need that its rank gave it in the base year. Money is not asked here.
    """
    target = _shared((base * _over(need, base_need))[..., None])
    start = _shared(posts[..., None])
    shares = _inert(start, target, needs.post_turnover[..., None, None], years)
    return shares[..., 0] * national[..., None]


def _utility(changes: Changes, location: Location) -> jax.Array:
    """What has changed for plants [..., place, footloose] since the base year."""
    alike = (
        -location.land_price[..., None] * changes.land_price
        + location.market[..., None] * changes.market
        + location.labour[..., None] * changes.labour
    )
    return (
        alike[..., None]
        + location.density[..., None, :] * changes.density[..., None]
        - location.labour_cost[..., None, :] * changes.labour_cost[..., None]
    )


def _inert(shares: jax.Array, target: jax.Array, speed: jax.Array, years: int) -> jax.Array:
    """Shares [..., place, kind] that close their gap to the target at a speed; where there were none, the target.

    Where the target is all zero (nobody chooses), shares stay.
    """
    keep = jnp.exp(-speed * years)
    none_now = shares.sum(axis=-2, keepdims=True) <= 0
    none_then = target.sum(axis=-2, keepdims=True) <= 0
    moved = keep * shares + (1 - keep) * target
    return jnp.where(none_then, shares, jnp.where(none_now, target, moved))


def _shared(weights: jax.Array) -> jax.Array:
    """Weights [..., place, kind] over their sum of all places; zero where that is zero."""
    return _over(weights, weights.sum(axis=-2, keepdims=True))


def _over(part: jax.Array, whole: jax.Array) -> jax.Array:
    """part / whole, zero where the whole is zero, with a gradient that stays finite there."""
    empty = whole <= 0
    return jnp.where(empty, 0.0, part / jnp.where(empty, 1.0, whole))
