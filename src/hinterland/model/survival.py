"""Who lives through a step: life tables, survivorship between age groups, and deaths."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import Ages

Array = NDArray[np.float64]


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Survivorship:
    """Shares of persons who live through a step."""

    groups: jax.Array
    """[..., sex, age] from each starting group to the next; the last is the open group's own."""
    births: jax.Array
    """[..., sex] from birth within the step to the first group at its end."""


def person_years(hazard: Array, lower: tuple[int, ...]) -> tuple[Array, Array]:
    """Person-years L [..., group] lived between exact ages `lower`, the last open, and life expectancy at birth [...].

    `hazard` [..., group] is deaths per person-year. Deaths under one fall early in the year (Preston, Heuveline and
    Guillot 2001, table 3.3, the mean of the two sexes' West values), elsewhere at mid-interval; radix one.
    """
    widths = np.diff(np.array(lower, dtype=np.float64))
    within = widths / 2
    lived = np.broadcast_to(within, hazard[..., :-1].shape).copy()
    if lower[0] == 0 and widths[0] == 1:
        lived[..., 0] = np.where(hazard[..., 0] >= 0.107, 0.34, 0.049 + 2.742 * hazard[..., 0])
        if widths[1] == 4:
            lived[..., 1] = np.where(hazard[..., 0] >= 0.107, 1.36, 1.5865 - 2.167 * hazard[..., 0])
    closed = hazard[..., :-1]
    dying = np.clip(widths * closed / (1 + (widths - lived) * closed), 0.0, 1.0)
    alive = np.concatenate([np.ones_like(hazard[..., :1]), np.cumprod(1 - dying, axis=-1)], axis=-1)
    deaths = alive[..., :-1] * dying
    years = widths * alive[..., 1:] + lived * deaths
    last = alive[..., -1:] / hazard[..., -1:]
    table = np.concatenate([years, last], axis=-1)
    return table, table.sum(axis=-1)


def survivorship(hazard: Array, lower: tuple[int, ...], ages: Ages) -> Survivorship:
    """Survivorship of `ages` from death rates [..., sex, group] at exact ages `lower`: S[a] = L[a+1] / L[a].

    The groups of the rates must end on the boundaries of `ages` or be wider: wider ones are split at their own rate.
    The open group survives with T[open + width] / T[open] (Preston et al. 2001, section 6.3).
    """
    rates, starts = _on_grid(hazard, lower, ages)
    table, _ = person_years(rates, starts)
    edges = np.array(starts)
    sums = [
        table[..., (edges >= low) & (edges < low + ages.width)].sum(axis=-1) for low in (*ages.lower[:-1], ages.open)
    ]
    beyond = table[..., edges >= ages.open].sum(axis=-1)
    later = table[..., edges >= ages.open + ages.width].sum(axis=-1)
    closed = [after / before for before, after in pairwise(sums)]
    groups = np.stack([*closed, later / beyond], axis=-1)
    return Survivorship(groups=jnp.asarray(groups), births=jnp.asarray(sums[0] / ages.width))


def _on_grid(hazard: Array, lower: tuple[int, ...], ages: Ages) -> tuple[Array, tuple[int, ...]]:
    """Rates with extra boundaries at the edges of `ages`, constant within each published group."""
    wanted = range(0, max(ages.open + ages.width, lower[-1]) + 1, ages.width)
    edges = tuple(sorted({*lower, *wanted}))
    source = np.searchsorted(np.array(lower), np.array(edges), side="right") - 1
    return hazard[..., source], edges


def surviving(people: jax.Array, survivorship: Survivorship, local: jax.Array) -> jax.Array:
    """Persons [..., place, sex, age] alive a step later, in their starting groups; `local` [place] is an exponent."""
    return people * survivorship.groups[..., None, :, :] ** local[:, None, None]


def aged(people: jax.Array) -> jax.Array:
    """Persons [..., age] one step later if nobody died: each group moves up, the open group keeps its own."""
    first = jnp.zeros((*people.shape[:-1], 1), people.dtype)
    last = people[..., -2:-1] + people[..., -1:]
    return jnp.concatenate([first, people[..., :-2], last], axis=-1)
