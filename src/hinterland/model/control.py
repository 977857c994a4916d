"""National flows by uniform factors: international migration, and the adjustment that steers places to the nation."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from hinterland.state import State


def scaled(state: State, factor: jax.Array) -> State:
    """The state with residents and away of every place multiplied by `factor` [..., sex, age].

    One factor on rooted, newcomers and away alike keeps the away equal to the newcomers in every cell.
    """
    wide = factor[..., None, :, :]
    return State(rooted=state.rooted * wide, newcomers=state.newcomers * wide, away=state.away * wide)


def towards(total: jax.Array, target: jax.Array) -> jax.Array:
    """Factor that brings the nation's persons to `target`, both [..., sex, age]; one where nobody is to be scaled."""
    return jnp.where(total > 0, target / jnp.where(total > 0, total, 1.0), 1.0)


def international_factor(total: jax.Array, migrants: jax.Array) -> jax.Array:
    """Factor that adds net international `migrants`, persons per step, to the nation's persons, both [..., sex, age].

    Shared by place as residents are; a net loss takes at most nine in ten of a cell.
    """
    share = jnp.where(total > 0, migrants / jnp.where(total > 0, total, 1.0), 0.0)
    return 1 + jnp.maximum(share, -0.9)
