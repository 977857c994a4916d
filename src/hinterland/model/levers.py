"""What can be changed at places from outside, beside parameters: prices, plants, posts, clients, builders, money.

Each lever is a change since the base year, zero where nothing is changed; scenarios set them by step and place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import jax
import jax.numpy as jnp

from hinterland.axes import FOOTLOOSE


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Levers:
    """Levers of a step, each [..., place] unless a shape is given."""

    mine_price: jax.Array
    """Log price of what is mined."""
    mine_output: jax.Array
    """Log output of mines."""
    plants: jax.Array
    """[..., place, footloose] log weight of the place in the choice of plants and offices."""
    demand: jax.Array
    """Log of what residents and visitors spend on local services there."""
    posts: jax.Array
    """Log of public posts per need."""
    remote: jax.Array
    """Share of a place's workers who come to work for employers elsewhere."""
    building: jax.Array
    """Log of homes built, at the same rents and expectations."""
    amenity: jax.Array
    """Amenity, in log income."""
    transfers: jax.Array
    """Further transfers a year, in shares of revenue of the base year."""
    projects: jax.Array
    """Projects on borrowed money a year, in shares of revenue of the base year."""


AXES: Mapping[str, tuple[str, ...]] = {field.name: () for field in fields(Levers)} | {"plants": FOOTLOOSE}
"""Lever -> labels of its axis beyond places; none for most."""


def no_levers(places: int) -> Levers:
    """Nothing is changed at any place."""
    return Levers(**{name: jnp.zeros((places, *([len(labels)] if labels else []))) for name, labels in AXES.items()})
