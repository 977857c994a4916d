"""Births: age schedules of the nation, scaled by place, on the mean of women at the start and the end of a step."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import SEXES, Ages

WOMEN = SEXES.index("women")


def schedule(shares: NDArray[np.float64], lower: tuple[int, ...], width: int, ages: Ages) -> NDArray[np.float64]:
    """Births per woman-year and child of total fertility, [..., age], from shares [..., group] of five-year groups.

    Total fertility is the sum over years of age, so a group's rate is its share over its width; groups of `ages`
    narrower than those of the shares take the rate of the group they lie in.
    """
    rates = np.zeros((*shares.shape[:-1], len(ages)))
    for column, low in enumerate(ages.lower[:-1]):
        for group, start in enumerate(lower):
            overlap = max(0, min(low + ages.width, start + width) - max(low, start))
            rates[..., column] += shares[..., group] / width * overlap / ages.width
    return rates


def births(
    start: jax.Array, end: jax.Array, rates: jax.Array, local: jax.Array, boys: jax.Array, years: int
) -> jax.Array:
    """Children [..., place, sex] born in a step of `years`.

    `start`, `end` [..., place, sex, age] are residents at both ends of the step, `rates` [..., age] births per
    woman-year, `local` [..., place] the place's multiple of them, `boys` [...] the share of boys.
    """
    women = 0.5 * (start[..., WOMEN, :] + end[..., WOMEN, :])
    children = years * local * jnp.einsum("...pa,...a->...p", women, rates)
    share = jnp.stack([boys, 1 - boys], axis=-1)
    return children[..., None] * share[..., None, :]


@jax.jit
def reverting(local: jax.Array, elapsed: float | jax.Array, share: jax.Array, scale: jax.Array) -> jax.Array:
    """Multiples of national fertility [..., place] after `elapsed` years: a `share` of their log fades over `scale`."""
    kept = 1 - share * (1 - jnp.exp(-elapsed / scale))
    return local ** kept[..., None]
