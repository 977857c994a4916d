"""Who lives through a step: life tables, survivorship between age groups, and deaths."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import Ages

Array = NDArray[np.float64]

FASTEST = 0.05
"""Growth a year, either way, that the oldest are taken to have had at most; assumed."""
FEW = 1e-30
"""Persons or years that count as none."""


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


def lived(hazard: Array, lower: tuple[int, ...], ages: Ages) -> Array:
    """Person-years L [..., sex, group] in the groups of `ages` and, beyond their last boundary, in as wide ones.

    `hazard` [..., sex, group] are death rates at exact ages `lower`, whose groups must end on the boundaries of `ages`
    or be wider: wider ones are split at their own rate. The last published one is told in two parts, the first of them
    as wide as the others, in which its rate holds.
    """
    rates, starts = _on_grid(hazard, lower, ages)
    table, _ = person_years(rates, starts)
    edges = np.array(starts)
    closed = [
        table[..., (edges >= low) & (edges < low + ages.width)].sum(axis=-1) for low in range(0, starts[-1], ages.width)
    ]
    later = table[..., -1] * np.exp(-ages.width * rates[..., -1])
    return np.stack([*closed, table[..., -1] - later, later], axis=-1)


def survivorship(table: Array, ages: Ages, oldest: Array | None = None) -> Survivorship:
    """Survivorship of `ages` from person-years [..., sex, group] as `lived` gives them: S[a] = L[a+1] / L[a].

    The open group survives as its parts do, weighted by `oldest` [..., sex, part], its persons by as wide groups; where
    these are not known as in the life table, T[open + width] / T[open] (Preston et al. 2001, section 6.3).
    """
    at = len(ages) - 1
    weights = table[..., at:] if oldest is None else oldest
    within = _ratio((weights * _parts(table, at)).sum(axis=-1, keepdims=True), weights.sum(axis=-1, keepdims=True))
    groups = np.concatenate([_ratio(table[..., 1 : at + 1], table[..., :at]), within], axis=-1)
    return Survivorship(groups=jnp.asarray(groups), births=jnp.asarray(table[..., 0] / ages.width))


def spread(table: Array, people: Array, ages: Ages) -> Array:
    """Persons of the open group [..., sex, age] by the parts that `lived` tells it in, [..., sex, part].

    A stable population's, L exp(-r age), which grows as the cohorts just below the open group tell (Horiuchi and Coale
    1982): r from the last of these and one some ten years younger, within `FASTEST`.
    """
    at = len(ages) - 1
    apart = max(10 // ages.width, 1)
    young, old = (
        np.log(np.maximum(people[..., k], FEW) / np.maximum(table[..., k], FEW)) for k in (at - 1 - apart, at - 1)
    )
    growth = np.clip((young - old) / (apart * ages.width), -FASTEST, FASTEST)
    parts = np.maximum(table[..., at:], FEW)
    weights = parts * np.exp(-growth[..., None] * ages.width * np.arange(parts.shape[-1]))
    return people[..., -1:] * weights / weights.sum(axis=-1, keepdims=True)


def older(table: Array, people: Array, oldest: Array) -> tuple[Array, Array]:
    """People [..., sex, age] and those of their open group by parts a step later; nobody is born, the youngest stay."""
    at = people.shape[-1] - 1
    alive = people[..., :-1] * _ratio(table[..., 1 : at + 1], table[..., :at])
    stay = oldest * _parts(table, at)
    parts = np.concatenate([alive[..., -1:], stay[..., :-2], stay[..., -2:].sum(axis=-1, keepdims=True)], axis=-1)
    return np.concatenate([people[..., :1], alive[..., :-1], parts.sum(axis=-1, keepdims=True)], axis=-1), parts


def _parts(table: Array, at: int) -> Array:
    """Survivorship of the parts of the open group, the first at `at`; one rate holds in the last two."""
    last = _ratio(table[..., -1:], table[..., -2:].sum(axis=-1, keepdims=True))
    return np.concatenate([_ratio(table[..., at + 1 : -1], table[..., at:-2]), last, last], axis=-1)


def _ratio(later: Array, earlier: Array) -> Array:
    """Share that lives on; none where the table lets nobody get so far."""
    return later / np.maximum(earlier, FEW)


def _on_grid(hazard: Array, lower: tuple[int, ...], ages: Ages) -> tuple[Array, tuple[int, ...]]:
    """Rates with extra boundaries at the edges of `ages`, constant within each published group."""
    wanted = range(0, max(ages.open, lower[-1]) + 1, ages.width)
    edges = tuple(sorted({*lower, *wanted}))
    source = np.searchsorted(np.array(lower), np.array(edges), side="right") - 1
    return hazard[..., source], edges


def surviving(people: jax.Array, survivorship: Survivorship, local: jax.Array) -> jax.Array:
    """Persons [..., place, sex, age] alive a step later, in their starting groups; `local` [place] is an exponent."""
    logs = jnp.log(jnp.maximum(survivorship.groups, FEW))
    return people * jnp.exp(local[:, None, None] * logs[..., None, :, :])


def aged(people: jax.Array) -> jax.Array:
    """Persons [..., age] one step later if nobody died: each group moves up, the open group keeps its own."""
    first = jnp.zeros((*people.shape[:-1], 1), people.dtype)
    last = people[..., -2:-1] + people[..., -1:]
    return jnp.concatenate([first, people[..., :-2], last], axis=-1)
