"""Stocks at an instant and flows over a step, as arrays with place, sex and age last."""

from __future__ import annotations

from dataclasses import dataclass

import jax


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Budget:
    """Public money at an instant, each [..., place]; pay and funded are zero in the base year."""

    debt: jax.Array
    arrears: jax.Array
    reserve: jax.Array
    pay: jax.Array
    """Log public pay relative to the base year."""
    funded: jax.Array
    """Log of posts that can be paid over posts wanted."""
    peak: jax.Array
    """Homes for which there is upkeep: the most there were, slowly written off."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Economy:
    """What places live on at an instant, each [..., place] unless a shape is given."""

    jobs: jax.Array
    """[..., place, activity] persons at work."""
    capacity: jax.Array
    """Local-service jobs that what is built can hold."""
    wage: jax.Array
    """Log pay relative to the base year and the nation."""
    homes: jax.Array
    """Dwellings."""
    households: jax.Array
    rent: jax.Array
    """Log, relative to the base year and the nation."""
    expected: jax.Array
    """Growth of households that builders expect, 1/year."""
    income: jax.Array
    """Incomes of residents, in mean pays of the base year."""
    spending: jax.Array
    """Incomes by where they are spent, shopping trips from there not yet made; sums to that of incomes."""
    pull: jax.Array
    """[..., place, stage] what movers see of it: change of V since the base year."""
    push: jax.Array
    """[..., place, stage] what lack of work adds to the response of the log hazard of leaving."""
    posts: jax.Array
    """Public posts that need calls for, paid or not."""
    promoted: jax.Array
    """What promotion adds to the log weight of the place in the choice of plants."""
    budget: Budget


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Services:
    """Where in their places people live and what they have at hand, at an instant."""

    rungs: jax.Array
    """[..., place, rung] shares of a place's people."""
    degree: jax.Array
    """[..., place, rung, service] share of a rung's people with the service at hand."""
    pull: jax.Array
    """[..., place, stage] change of V since the base year."""
    rung_pull: jax.Array
    """[..., place, rung] change of V of a rung."""
    cost: jax.Array
    """[..., place] log change of the cost of living."""


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
    economy: Economy | None = None
    """What the places live on; None where the country has no figures of jobs."""
    services: Services | None = None
    """None where nothing is known of what is urban and places are larger than a settlement."""

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
