"""Newcomers become rooted where they live, and their tie to the place they left lapses."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from hinterland.state import State


def settle(state: State, hazard: jax.Array, years: int) -> tuple[State, jax.Array]:
    """The state after a share of newcomers settled, and how many did [..., place, sex, age]; `hazard` [...] per year.

    The same share of the away is struck off at home, so both stay equal in the nation's every cell.
    """
    share = -jnp.expm1(-hazard * years)[..., None, None, None]
    settled = share * state.newcomers
    after = replace(
        state,
        rooted=state.rooted + settled,
        newcomers=state.newcomers - settled,
        away=state.away * (1 - share),
    )
    return after, settled
