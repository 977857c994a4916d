"""Durable homes: built fast and lost slowly, for the households that builders expect.

A home outlives the demand it was built for, so places grow by building and shrink by falling rents (Glaeser and
Gyourko 2005). In every year of a step, with T = ln(households / homes) relative to the base year and to the nation:

    rent      moves to  response * T                            at a rate of `rent_speed`
    cost      = cost_slope * ln(homes / base homes), relative to the nation
    growth of homes = kink( expected + supply * (rent - cost) )
    expected  moves to the growth of households last seen       at a rate of `expectation_speed`

`kink` is the identity near zero and levels off at `growth_most` above and `fall_most` below. Rents are compared with
the nation: a nation that shrinks everywhere alike moves no rent. Expectations are adaptive: when growth stops, homes
are built for some years more and stand empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

LEAST: Final = 1.0
"""Homes and households below which logs are not taken: an empty place has room for one of each."""
FASTEST: Final = 0.1
"""1/year; households that grow or shrink faster are not carried forward at that pace within a step."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Housing:
    """How homes are let and built; numbers are [...] (one per member)."""

    rent_response: jax.Array
    """Log rent per log of households over homes, once settled."""
    rent_speed: jax.Array
    """1/year."""
    supply: jax.Array
    """Growth of homes per log of rent over cost, 1/year."""
    cost_slope: jax.Array
    """Log cost per log of homes: one over the elasticity of supply in the long run."""
    growth_most: jax.Array
    """1/year."""
    fall_most: jax.Array
    """1/year, a positive number."""
    replacement: jax.Array
    """Share of homes lost and rebuilt in a year where their number stands still, 1/year."""
    expectation_speed: jax.Array
    """1/year."""
    land_leverage: jax.Array
    """Log price of land per log rent."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class HomesBase:
    """The base year, whose rents are the zero of rents; [place], or [..., place]."""

    homes: jax.Array
    households: jax.Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Housed:
    """The end of a step and what was done in it; all [..., place]."""

    homes: jax.Array
    rent: jax.Array
    """Log, relative to the base year and the nation."""
    expected: jax.Array
    """Growth of households that builders expect, 1/year."""
    vacancy: jax.Array
    """At the start of the step, of the stocks given: share of homes without a household; negative where they share."""
    built: jax.Array
    """Homes built in the step."""
    lost: jax.Array
    """Homes lost in the step: end = start + built - lost."""
    land_sold: jax.Array
    """Homes built times the price of land relative to the base year and the nation."""


def housing(values: Mapping[str, Any]) -> Housing:
    """The housing market from parameter values by name, each one number or [member]."""

    def number(name: str) -> jax.Array:
        return jnp.asarray(np.asarray(values[f"homes_{name}"], dtype=np.float64))

    return Housing(
        rent_response=number("rent_response"),
        rent_speed=number("rent_speed"),
        supply=number("supply"),
        cost_slope=number("cost_slope"),
        growth_most=number("growth_most"),
        fall_most=number("fall_most"),
        replacement=number("replacement"),
        expectation_speed=number("expectation_speed"),
        land_leverage=number("land_leverage"),
    )


def housed(
    homes: jax.Array,
    rent: jax.Array,
    expected: jax.Array,
    households: jax.Array,
    growth: jax.Array,
    *,
    base: HomesBase,
    housing: Housing,
    years: int,
    building: jax.Array | None = None,
) -> Housed:
    """Homes, rents and expectations after `years`, from stocks [..., place] at the start of the step.

    `building` [..., place] is the log by which builders build more or less than the market would have them;
    `households` at the start; `growth` of households over the step before, 1/year, carried forward within the step
    and learnt by builders. Years are taken one by one, so that steps of five years and of one agree.
    """
    vacant = vacancy(households, homes)
    ahead = kink(growth, jnp.asarray(FASTEST), jnp.asarray(FASTEST))
    pace = jnp.exp(ahead)
    more = () if building is None else building.shape
    shape = jnp.broadcast_shapes(homes.shape, households.shape, growth.shape, housing.supply[..., None].shape, more)

    def year(_: jax.Array, at: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        homes, rent, expected, now, built, lost, land_sold = at
        rent = rent + _part(housing.rent_speed) * (_target(now, homes, base, housing) - rent)
        up, down = _turnover(_wanted(homes, rent, expected, base, housing), housing)
        up = up if building is None else up * jnp.exp(building)
        # An empty place may be settled: building starts from one home.
        new, gone = jnp.maximum(homes, LEAST) * up, homes * down
        sold = land_sold + new * jnp.exp(housing.land_leverage[..., None] * rent)
        expected = expected + _part(housing.expectation_speed) * (ahead - expected)
        return homes + new - gone, rent, expected, now * pace, built + new, lost + gone, sold

    nothing = jnp.zeros_like(homes)
    start = (homes, rent, expected, households, nothing, nothing, nothing)
    # A loop, not five copies: what is compiled stays small.
    done = jax.lax.fori_loop(0, years, year, tuple(jnp.broadcast_to(each, shape) for each in start))
    homes, rent, expected, _, built, lost, land_sold = done
    return Housed(
        homes=homes, rent=rent, expected=expected, vacancy=vacant, built=built, lost=lost, land_sold=land_sold
    )


def vacancy(households: jax.Array, homes: jax.Array) -> jax.Array:
    """Share of homes without a household [..., place]; negative where households share homes."""
    return 1 - households / jnp.maximum(homes, LEAST)


def household_size(base: jax.Array, trend: jax.Array, since: int | jax.Array) -> jax.Array:
    """Persons per household [..., place] `since` years after the base year, when it was `base` [place].

    The persons beyond the first fall by `trend` [...] per year; with a trend of zero the size is kept.
    """
    return 1 + (base - 1) * jnp.exp(-trend * since)[..., None]


def household_growth(households: jax.Array, before: jax.Array, years: int) -> jax.Array:
    """Growth of households [..., place] since `years` earlier, 1/year."""
    return (_log(households) - _log(before)) / years


def kink(wanted: jax.Array, most: jax.Array, fall: jax.Array) -> jax.Array:
    """The growth that comes about of the growth wanted: itself where small, at most `most` and at least -`fall`.

    x / (1 + (x / b)^4)^(1/4) with b the bound on that side: four times differentiable everywhere.
    """
    bound = jnp.where(wanted > 0, most, fall)
    return wanted / jnp.sqrt(jnp.sqrt(1 + (wanted / bound) ** 4))


def _wanted(homes: jax.Array, rent: jax.Array, expected: jax.Array, base: HomesBase, housing: Housing) -> jax.Array:
    """Growth of homes if nothing bounded it [..., place]: what is expected, and what rent over cost calls for."""
    stock = _log(homes) - _log(base.homes) - _log(homes.sum(-1)[..., None]) + _log(base.homes.sum(-1)[..., None])
    return expected + housing.supply[..., None] * (rent - housing.cost_slope[..., None] * stock)


def _turnover(wanted: jax.Array, housing: Housing) -> tuple[jax.Array, jax.Array]:
    """Homes built and lost in a year as shares of homes [..., place]; their difference is the bounded growth.

    Both are smooth hinges of the growth: where it is zero, `replacement` is lost and built anew.
    """
    net = kink(wanted, housing.growth_most[..., None], housing.fall_most[..., None])
    width = housing.replacement[..., None] / np.log(2)
    # Softplus of either sign, whose exponential is the same.
    round_corner = width * jnp.log1p(jnp.exp(-jnp.abs(net) / width))
    return jnp.maximum(net, 0.0) + round_corner, jnp.maximum(-net, 0.0) + round_corner


def _target(households: jax.Array, homes: jax.Array, base: HomesBase, housing: Housing) -> jax.Array:
    """The rent [..., place] at which a place's households and homes would rest."""
    here = _tightness(households, homes) - _tightness(base.households, base.homes)
    nation = _tightness(households.sum(-1), homes.sum(-1)) - _tightness(base.households.sum(-1), base.homes.sum(-1))
    return housing.rent_response[..., None] * (here - nation[..., None])


def _tightness(households: jax.Array, homes: jax.Array) -> jax.Array:
    return _log(households) - _log(homes)


def _log(stock: jax.Array) -> jax.Array:
    return jnp.log(jnp.maximum(stock, LEAST))


def _part(speed: jax.Array) -> jax.Array:
    """Share of a gap closed in a year at a rate [...] per year, against places."""
    return -jnp.expm1(-speed)[..., None]
