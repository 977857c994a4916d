"""From published national series to the schedules of every step, with each member's own course of the nation."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import Ages
from hinterland.data.country import Drivers
from hinterland.model.fertility import schedule
from hinterland.model.nation import National
from hinterland.model.survival import Survivorship, lived, older, person_years, spread, survivorship

Array = NDArray[np.float64]

Z80 = 1.2815515655446004
"""Standard normal quantile at 90%, the upper end of an 80% interval."""
LOG_MORTALITY = np.linspace(-2.5, 2.5, 101)
"""Grid of log multiples of death rates on which a life expectancy is looked up."""


@dataclass(frozen=True, slots=True)
class Deviations:
    """Standard normal departures of the nation from its medium course, each [member, step]."""

    fertility: Array
    mortality: Array
    """Positive means longer lives."""
    migration: Array


def medium(steps: int) -> Deviations:
    """One member that follows the medium course."""
    zero = np.zeros((1, steps))
    return Deviations(fertility=zero, mortality=zero, migration=zero)


def schedules(
    drivers: Drivers, ages: Ages, start: int, steps: int, deviations: Deviations, people: Array | None = None
) -> National:
    """National schedules [member, step, ...] for `steps` steps from the end of year `start`.

    `people` [sex, age] are the nation's at that time, and tell how old its open age group is; where they are not known
    it is as old as in the life table.
    """
    spans = [(start + ages.width * k, start + ages.width * (k + 1)) for k in range(steps)]
    members = deviations.fertility.shape[0]
    fertility = np.stack(
        [
            _member_values(drivers.fertility, drivers.fertility_80, drivers, s, deviations.fertility[:, k])
            for k, s in enumerate(spans)
        ],
        axis=1,
    )
    shares = np.stack([over(drivers.fertility_periods, drivers.fertility_shares, s) for s in spans])
    rates = schedule(shares, drivers.fertility_ages, 5, ages)
    boys = np.array([annual_mean(drivers.years, drivers.sex_ratio_at_birth, s) for s in spans])
    boys = np.broadcast_to(boys / (1 + boys), (members, steps))
    return National(
        survivorship=_survivorship(drivers, ages, spans, deviations.mortality, people),
        fertility=jnp.asarray(np.maximum(fertility, 0.3)[..., None] * rates),
        boys=jnp.asarray(boys),
        migrants=jnp.asarray(_migrants(drivers, ages, spans, deviations.migration)),
    )


def at_step(course: National, k: int) -> National:
    """The schedules of one step out of [member, step, ...], without compiling anything."""
    return jax.tree.map(lambda values: jnp.asarray(np.asarray(values)[:, k]), course)


def annual_mean(years: NDArray[np.int64], values: Array, span: tuple[int, int]) -> Array:
    """Mean of yearly values [year, ...] over the years after `span[0]` up to `span[1]`, the ends repeated beyond."""
    wanted = np.clip(np.arange(span[0] + 1, span[1] + 1), years[0], years[-1]) - years[0]
    return values[wanted].mean(axis=0)


def over(periods: NDArray[np.int64], values: Array, span: tuple[int, int]) -> Array:
    """Mean of five-year values [period, ...] weighted by their years within `span`; the ends are repeated beyond."""
    mid = np.arange(span[0], span[1]) + 0.5
    position = np.clip(np.searchsorted(periods, mid, side="right") - 1, 0, len(periods) - 1)
    return values[position].mean(axis=0)


def _member_values(values: Array, bounds: Array, drivers: Drivers, span: tuple[int, int], z: Array) -> Array:
    """A yearly series averaged over a step [member, ...]: medium plus z of a split normal with the 80% bounds."""
    middle = annual_mean(drivers.years, values, span)
    return middle + _departure(values, bounds, drivers, span, z)


def _departure(values: Array, bounds: Array, drivers: Drivers, span: tuple[int, int], z: Array) -> Array:
    """Departure [member, ...] from the medium at standard normal `z` [member]; years without bounds are known."""
    below = annual_mean(drivers.years, np.nan_to_num(values - bounds[..., 0]), span)
    above = annual_mean(drivers.years, np.nan_to_num(bounds[..., 1] - values), span)
    wide = z.reshape(-1, *([1] * np.ndim(below)))
    return wide / Z80 * np.where(wide < 0, below, above)


def at_expectancy(rates: Array, lower: tuple[int, ...], expected: Array) -> Array:
    """Death rates [..., sex, group], all multiplied so that life expectancy at birth is `expected` [..., sex].

    `rates` [sex, group] at exact ages `lower`; expectancies beyond those of `LOG_MORTALITY` are given its ends.
    """
    _, grid = person_years(rates * np.exp(LOG_MORTALITY)[:, None, None], lower)
    logs = [np.interp(-expected[..., sex], -grid[:, sex], LOG_MORTALITY) for sex in range(len(rates))]
    return rates * np.exp(np.stack(logs, axis=-1))[..., None]


def _survivorship(
    drivers: Drivers, ages: Ages, spans: list[tuple[int, int]], z: Array, start: Array | None
) -> Survivorship:
    """Survivorship [member, step, ...] whose life expectancy departs from the medium as published."""
    groups: list[Array] = []
    newborns: list[Array] = []
    people = oldest = None
    for k, span in enumerate(spans):
        rates = over(drivers.mortality_periods, drivers.mortality, span)
        departure = _departure(drivers.life_expectancy, drivers.life_expectancy_80, drivers, span, z[:, k])
        _, here = person_years(rates, drivers.mortality_ages)
        table = lived(at_expectancy(rates, drivers.mortality_ages, here + departure), drivers.mortality_ages, ages)
        if k == 0 and start is not None:
            people = np.broadcast_to(start, (len(z), *start.shape))
            oldest = spread(table, people, ages)
        lives = survivorship(table, ages, oldest)
        groups.append(np.asarray(lives.groups))
        newborns.append(np.asarray(lives.births))
        if people is not None and oldest is not None:
            people, oldest = older(table, people, oldest)
    return Survivorship(groups=jnp.asarray(np.stack(groups, axis=1)), births=jnp.asarray(np.stack(newborns, axis=1)))


def _migrants(drivers: Drivers, ages: Ages, spans: list[tuple[int, int]], z: Array) -> Array:
    """Net international migrants [member, step, sex, age] over each step: the published profile, shifted in total.

    The departure of the total is spread by age and sex as the absolute medium flow is.
    """
    single = np.minimum(np.add.outer(np.array(drivers.migrants_ages), np.arange(5)), ages.open) // ages.width
    out: list[Array] = []
    for k, span in enumerate(spans):
        published = over(drivers.migrants_periods, drivers.migrants, span) * (span[1] - span[0])
        profile = np.zeros((published.shape[0], len(ages)))
        for group, columns in enumerate(single):
            for column in columns:
                profile[:, column] += published[:, group] / len(columns)
        weight = np.abs(profile) / max(np.abs(profile).sum(), 1e-9)
        departure = _departure(drivers.net_migrants, drivers.net_migrants_80, drivers, span, z[:, k])
        out.append(profile + departure[:, None, None] * (span[1] - span[0]) * weight)
    return np.stack(out, axis=1)
