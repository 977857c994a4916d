"""The nation as one place: the cohort course that all places together must follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp

from hinterland.model.fertility import births
from hinterland.model.survival import Survivorship, aged, surviving


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class National:
    """The nation's schedules for one step."""

    survivorship: Survivorship
    fertility: jax.Array
    """[..., age] births per woman-year."""
    boys: jax.Array
    """[...] share of boys among births."""
    migrants: jax.Array
    """[..., sex, age] net international migrants over the step, persons."""


@partial(jax.jit, static_argnames="years")
def project(people: jax.Array, national: National, years: int) -> jax.Array:
    """The nation's persons [..., sex, age] one step later, before any correction of its total."""
    start = people[..., None, :, :]
    one = jnp.ones(1)
    end, _, _ = renew(start, national, local_mortality=one, local_fertility=one, years=years)
    return jnp.maximum(end[..., 0, :, :] + national.migrants, 0.0)


def renew(
    people: jax.Array, national: National, *, local_mortality: jax.Array, local_fertility: jax.Array, years: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Residents [..., place, sex, age] after ageing, deaths and births; births [..., place, sex]; deaths by end group.

    `local_mortality` [place] is an exponent of survivorship, `local_fertility` [..., place] a multiple of births.
    """
    alive = surviving(people, national.survivorship, local_mortality)
    grown = aged(alive)
    born = births(people, grown, national.fertility, local_fertility, national.boys, years)
    lived = born * national.survivorship.births[..., None, :] ** local_mortality[:, None]
    deaths = aged(people - alive).at[..., 0].add(born - lived)
    return grown.at[..., 0].add(lived), born, deaths
