"""Stocks at an instant and flows over a step, as arrays with place, sex and age last."""

from __future__ import annotations

from dataclasses import dataclass

import jax


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class State:
    """Persons by where they live and where their home is, each [..., place, sex, age].

    Summed over places, `away` equals `newcomers` in every sex and age: who is new somewhere is away from elsewhere.
    """

    rooted: jax.Array
    """Residents whose home is here."""
    newcomers: jax.Array
    """Residents whose home is another place."""
    away: jax.Array
    """People whose home is here and who live in another place."""

    @property
    def people(self) -> jax.Array:
        """Residents [..., place, sex, age]."""
        return self.rooted + self.newcomers


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Flows:
    """Events of one step, each [..., place, sex, age] in persons, at the age reached at the end of the step.

    end = aged start + births - deaths - departures + arrivals + international + adjustment
    """

    births: jax.Array
    deaths: jax.Array
    departures: jax.Array
    arrivals: jax.Array
    """All arrivals from within the country, homecomings included."""
    returns: jax.Array
    """The arrivals that come home."""
    settled: jax.Array
    """Newcomers who became rooted; no change of residents."""
    international: jax.Array
    adjustment: jax.Array
    """What the national control added or removed."""
    control: jax.Array
    """The factor of the national control [..., sex, age]."""
