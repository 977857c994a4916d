"""What industry is made of: routine and advanced work, what robots take, and what dirty plants do to their place.

    advanced share_i = s x_i / (s x_i + 1 - s),   x = exp(response (schooling - its mean by industry))   an assumption
    jobs(t) = jobs x (1 - automatable share x (1 - exp(-pace t)))                              a driver of the nation
    exposure_i = dirty share x d[routine_i / (labour_i + routine_i)]                           since the base year
    farm damage = harm x exposure,  amenity = -harm x exposure                                 (log; V of migration)

Automation is a change of national demand by sector, sized by the share of tasks that can be done without people
(Acemoglu and Restrepo 2020, Journal of Political Economy 128); where it bites is where such jobs are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.axes import ACTIVITIES
from hinterland.model.jobs import centred


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Dirt:
    """What dirty plants do; numbers are [...] (one per member)."""

    share: jax.Array
    """Share of routine industry that is dirty."""
    farm_harm: jax.Array
    """Log loss of farm jobs if all labour came to work in dirty plants."""
    amenity_harm: jax.Array
    """Loss of pull (V) in the same case."""


def dirt(values: Mapping[str, Any]) -> Dirt:
    """What dirty plants do, from parameter values, each [member] or one number."""
    return Dirt(
        share=jnp.asarray(values["dirty_share"]),
        farm_harm=jnp.asarray(values["dirty_farm"]),
        amenity_harm=jnp.asarray(values["dirty_amenity"]),
    )


def split_industry(industry: jax.Array, schooling: jax.Array, share: jax.Array, response: jax.Array) -> jax.Array:
    """Routine and advanced jobs [..., place, 2] of industry's [..., place], which statistics count as one sector.

    The odds of a job being advanced are those of the nation's `share` [...] where schooling [place] (mean years) is at
    its mean by industry, and exp(response [...]) times as large for every year more; the nation's share comes out
    near `share`. Nothing published checks this: the split is an assumption. Schooling that is not published (NaN)
    counts as the mean.
    """
    odds = (share / (1 - share))[..., None] * jnp.exp(response[..., None] * centred(schooling, industry))
    advanced = industry * odds / (1 + odds)
    return jnp.stack([industry - advanced, advanced], axis=-1)


def automatable(values: Mapping[str, Any]) -> jax.Array:
    """Shares of jobs that can be automated [..., activity], from parameter values; zero where none is given."""
    each = [np.asarray(values.get(f"automatable_{activity}", 0.0), dtype=np.float64) for activity in ACTIVITIES]
    return jnp.asarray(np.stack(np.broadcast_arrays(*each), axis=-1))


def automated(national: jax.Array, routine_share: jax.Array, pace: jax.Array, years: int) -> jax.Array:
    """National jobs [..., activity] when automation has gone on for `years`, from what they would be without it.

    `routine_share` [..., activity] of the jobs can go, at a hazard of `pace` [...] per year. What the displaced do is
    not decided here: they seek other work, farm or move.
    """
    return national * (1 + routine_share * jnp.expm1(-pace * years)[..., None])


def damage(
    routine: jax.Array, labour: jax.Array, base_routine: jax.Array, base_labour: jax.Array, dirt: Dirt
) -> tuple[jax.Array, jax.Array]:
    """Log damage to farm jobs and the change of amenity (in V), both [..., place], since the base year.

    `routine` jobs and `labour` are persons [..., place], now and at the base year. Cleaner air than then is a gain.
    """
    exposure = dirt.share[..., None] * (_intensity(routine, labour) - _intensity(base_routine, base_labour))
    return dirt.farm_harm[..., None] * exposure, -dirt.amenity_harm[..., None] * exposure


def _intensity(routine: jax.Array, labour: jax.Array) -> jax.Array:
    """Routine jobs per labour and routine jobs [..., place], from zero to one."""
    both = routine + labour
    return jnp.where(both > 0, routine / jnp.where(both > 0, both, 1.0), 0.0)
