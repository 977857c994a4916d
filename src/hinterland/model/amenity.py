"""Climate as an amenity: a warm winter draws people, a hot summer does not.

    amenity = - cold * hinge(comfort - T of the coldest month) - heat * hinge(T of the hottest month - comfort)

in log income per ten degrees Celsius. The comfort point and the order heat > cold are from Albouy, Graf, Kellogg and
Wolff (2016); `hinge` is the softplus whose width is the spread of days around the mean of a month. Rappaport (2007)
and McGranahan (1999) find growth of United States counties toward warm winters and, given those, cool summers.

What a climate has been worth up to the base year is in a place's effect xi already: migration sees changes alone,
where a scenario warms a place or lets the taste for climate grow. The level serves to say how much of xi it explains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Taste:
    """What climate is worth; numbers are [...] (one per member)."""

    comfort: jax.Array
    """Degrees Celsius."""
    cold: jax.Array
    """Log income per ten degrees below comfort in the coldest month."""
    heat: jax.Array
    """Log income per ten degrees above comfort in the hottest month."""
    spread: jax.Array
    """Degrees Celsius."""


def taste(values: Mapping[str, Any]) -> Taste:
    """The taste for climate from parameter values by name, each one number or [member]."""

    def number(name: str) -> jax.Array:
        return jnp.asarray(np.asarray(values[f"climate_{name}"], dtype=np.float64))

    return Taste(comfort=number("comfort"), cold=number("cold"), heat=number("heat"), spread=number("spread"))


def amenity(january: jax.Array, july: jax.Array, taste: Taste) -> jax.Array:
    """What the climate is worth [..., place] in log income, from mean temperatures [place] in degrees Celsius.

    The coldest month is the colder of the two: south of the equator July.
    """
    winter, summer = jnp.minimum(january, july), jnp.maximum(january, july)
    comfort, width = taste.comfort[..., None], taste.spread[..., None]

    def hinge(degrees: jax.Array) -> jax.Array:
        return width * jax.nn.softplus(degrees / width) / 10

    return -taste.cold[..., None] * hinge(comfort - winter) - taste.heat[..., None] * hinge(summer - comfort)


def amenity_change(now: jax.Array, base: jax.Array, weight: jax.Array) -> jax.Array:
    """Change of amenity [..., place] since the base year, of a climate `now` that counts `weight` [...] times as much.

    A weight of one and an unchanged climate change nothing.
    """
    return weight[..., None] * now - base
