"""Where people spend on local services, and the shops and jobs that this keeps.

    S_j        = incomes_j + u (pay of jobs in j - pay of residents of j)
    demand_j   = (1 - m) S_j + sum_i m S_i K_ij B_j^a / sum_l K_il B_l^a       B built capacity
    wanted_j   = base jobs_j x (demand_j / base demand_j), scaled to the nation
    jobs_j     = smooth minimum of wanted_j and B_j, scaled to the nation
    B'         = w + (B - w) exp(-v h),  w = (1 + spare) wanted,  v = build where w > B and decay where w < B

A share u of pay is spent where it is earned. A share m of spending is comparison shopping, spread by Huff's (1963, Land
Economics 39) probabilities with size to the power a; the rest stays. Built capacity draws, not the jobs in it, and it
is taken down much more slowly than it is put up: shops may outlast their customers. Harris and Wilson (1978,
Environment and Planning A 10) study the feedback from trade to size; see `feedback`. The nation's local jobs are a
driver; who gets them is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from hinterland.model.income import Incomes
from hinterland.space.kernel import Kernel


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Shopping:
    """How people shop and shops are built; numbers are [...] (one per member)."""

    at_work: jax.Array
    """Share of their pay that workers spend where they work instead of where they live."""
    mobile: jax.Array
    """Share of spending on local services that is comparison shopping."""
    size: jax.Array
    """Power of capacity in attraction."""
    build: jax.Array
    """Speed at which missing capacity is built, 1/year."""
    decay: jax.Array
    """Speed at which idle capacity is given up, 1/year."""
    spare: jax.Array
    """Capacity kept beyond the jobs wanted, as a share of them."""
    sharpness: jax.Array
    """Power of the smooth minimum of demand and capacity; the larger, the nearer to a kink."""


def shopping(values: Mapping[str, Any]) -> Shopping:
    """Shopping from parameter values, each [member] or one number."""
    return Shopping(
        at_work=jnp.asarray(values["shop_at_work"]),
        mobile=jnp.asarray(values["shop_mobile"]),
        size=jnp.asarray(values["shop_size"]),
        build=jnp.asarray(values["shop_build"]),
        decay=jnp.asarray(values["shop_decay"]),
        spare=jnp.asarray(values["shop_spare"]),
        sharpness=jnp.asarray(values["shop_sharpness"]),
    )


def spending(incomes: Incomes, habits: Shopping) -> jax.Array:
    """Incomes [..., place] by where they are spent; they sum to those of residents."""
    return incomes.total + habits.at_work[..., None] * (incomes.paid_here - incomes.earned)


def demand(spending: jax.Array, capacity: jax.Array, habits: Shopping, kernel: Kernel) -> jax.Array:
    """Spending on local services by where it is spent [..., place], in the unit of `spending`; the sums are equal.

    `spending` [..., place] as that function gives it, `capacity` [..., place] in jobs.
    """
    at_home, from_all = _spent(spending, capacity, habits, kernel)
    return at_home + from_all


def feedback(spending: jax.Array, capacity: jax.Array, habits: Shopping, kernel: Kernel) -> jax.Array:
    """A bound on the elasticity of a place's demand to its own capacity [..., place].

    It is a x the share of its demand that is comparison shopping. Where every place is under one, capacity settles at
    one equilibrium only; above one, others are possible (Harris and Wilson 1978).
    """
    at_home, from_all = _spent(spending, capacity, habits, kernel)
    return habits.size[..., None] * _over(from_all, at_home + from_all)


def first_capacity(jobs: jax.Array, habits: Shopping) -> jax.Array:
    """Capacity [..., place] at the base year: that for its local jobs [..., place] with the usual spare."""
    return jobs * (1 + habits.spare)[..., None]


def wanted(base_jobs: jax.Array, base_demand: jax.Array, demanded: jax.Array, national: jax.Array) -> jax.Array:
    """Local jobs [..., place] that demand would keep if there was room; they sum to `national` [...].

    Jobs per unit of demand stay at each place what they were in the base year: visitors, hubs and wholesale are in it.
    Where nothing is demanded anywhere, jobs stay as they were shared.
    """
    weights = base_jobs * _over(demanded, base_demand)
    return _scaled(weights, jnp.broadcast_to(base_jobs, weights.shape), national)


def served(want: jax.Array, capacity: jax.Array, national: jax.Array, habits: Shopping) -> jax.Array:
    """Local jobs [..., place]: what is wanted up to what is built, both [..., place]; they sum to `national` [...]."""
    power = habits.sharpness[..., None]
    none = (want <= 0) | (capacity <= 0)
    gap = jnp.log(jnp.where(none, 1.0, want)) - jnp.log(jnp.where(none, 1.0, capacity))
    filled = jnp.where(none, 0.0, want * jnp.exp(-jnp.logaddexp(0.0, power * gap) / power))
    return _scaled(filled, want, national)


def built(capacity: jax.Array, want: jax.Array, habits: Shopping, years: int) -> jax.Array:
    """Capacity [..., place] at the end of a step, from that at its start and the jobs wanted, both [..., place]."""
    target = want * (1 + habits.spare)[..., None]
    both = target + capacity
    idle = jnp.where(both > 0, capacity / jnp.where(both > 0, both, 1.0), 0.5)
    power = habits.sharpness[..., None]
    short = (1 - idle) ** power / ((1 - idle) ** power + idle**power)
    speed = habits.decay[..., None] + (habits.build - habits.decay)[..., None] * short
    return target + (capacity - target) * jnp.exp(-speed * years)


def _spent(spending: jax.Array, capacity: jax.Array, habits: Shopping, kernel: Kernel) -> tuple[jax.Array, jax.Array]:
    """What is spent at home without a choice, and what comparison shopping brings, both [..., place].

    Where no shop is within reach, all is spent at home.
    """
    mobile = spending * habits.mobile[..., None]
    attraction = _attraction(capacity, habits.size)
    within = kernel.apply(attraction[..., None])[..., 0]
    drawn = attraction * kernel.apply_transposed(_over(mobile, within)[..., None])[..., 0]
    return spending - mobile + jnp.where(within > 0, 0.0, mobile), drawn


def _attraction(capacity: jax.Array, size: jax.Array) -> jax.Array:
    """(capacity / mean capacity)^size [..., place]; nothing where nothing is built."""
    mean = capacity.mean(axis=-1, keepdims=True)
    open_ = capacity > 0
    return jnp.where(open_, jnp.exp(size[..., None] * jnp.log(_over(capacity, mean, otherwise=1.0))), 0.0)


def _scaled(weights: jax.Array, fallback: jax.Array, national: jax.Array) -> jax.Array:
    """National numbers [...] shared by weights [..., place], or by the fallback where these are all zero."""
    used = jnp.where(weights.sum(axis=-1, keepdims=True) > 0, weights, fallback)
    return _over(used, used.sum(axis=-1, keepdims=True)) * national[..., None]


def _over(part: jax.Array, whole: jax.Array, otherwise: float = 0.0) -> jax.Array:
    """part / whole, or `otherwise` where either is not positive, with a gradient that stays finite there."""
    none = (whole <= 0) | (part <= 0)
    return jnp.where(none, otherwise, jnp.where(none, 1.0, part) / jnp.where(none, 1.0, whole))
