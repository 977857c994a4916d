"""A country as it was known at a launch: its record cut off there, and the nation's course carried on from it.

What the nation did before launch is taken as it is estimated today; statistical offices revised it since, so a
forecaster of the time knew it a little less well. Nothing after launch is used, but for the published widths of
uncertainty, taken by horizon.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country, Drivers, FrozenMapping, frozen
from hinterland.data.schedules import annual_mean, at_expectancy, at_step, medium, schedules
from hinterland.errors import InputError
from hinterland.model.nation import project

Array = NDArray[np.float64]

TREND: Final = 10
"""Years before launch whose change of life expectancy and mean of net migration are carried on."""
FASTEST: Final = 0.25
"""Largest fall of the log of death rates at an age that is carried on, per five years."""
LONGER: Final = 0.25
"""Largest rise of life expectancy that is carried on, years a year: that of the leading countries since 1840, which
held for 160 years (Oeppen and Vaupel 2002)."""


@dataclass(frozen=True, slots=True)
class Vintage:
    """A country cut at a launch, with sentences on what had to be taken from later."""

    country: Country
    remarks: tuple[str, ...]


def known_at(country: Country, launch: int) -> Vintage:
    """The country with `launch` as its base year and nothing of later years in it.

    Fertility stays at its last value, life expectancy and death rates go on as in the last ten years, net migration
    keeps the nation's own residual of the last five years or its mean of ten. The nation's total is not given: it is
    what the cohorts make of it. InputError where the record or the nation's series does not hold the launch.
    """
    if launch not in country.years:
        raise InputError(
            f"{country.code} has no people for {launch}",
            remedy=f"Choose among {', '.join(map(str, country.years))}",
            where="launch",
        )
    kept = [t for t, year in enumerate(country.years) if year <= launch]
    drivers, remarks = drivers_at(country.drivers, launch)
    cut = replace(
        country,
        base_year=launch,
        years=tuple(country.years[t] for t in kept),
        people=frozen(country.people[kept]),
        totals=frozen(country.totals[kept]),
        imputed=frozen(country.imputed[kept], np.bool_),
        rescaled=frozen(country.rescaled[kept], np.bool_),
        indicators=FrozenMapping(
            {
                name: FrozenMapping({year: values for year, values in of.items() if year <= launch})
                for name, of in country.indicators.items()
                if min(of) <= launch
            }
        ),
        drivers=drivers,
        moves=FrozenMapping({year: moves for year, moves in country.moves.items() if year <= launch}),
        lines=tuple(replace(line, closes=inf) for line in country.lines if line.opens < launch + 1),
    )
    return Vintage(replace(cut, drivers=_own_migration(cut)), remarks)


def drivers_at(drivers: Drivers, launch: int) -> tuple[Drivers, tuple[str, ...]]:
    """The nation's course as a forecaster at `launch` would carry it on, and remarks where nothing earlier is known.

    InputError where the yearly series does not hold the launch.
    """
    if not drivers.years[0] <= launch <= drivers.years[-1]:
        raise InputError(
            f"the nation's figures cover {drivers.years[0]} to {drivers.years[-1]}",
            remedy=f"Give the nation's tables from {launch} or earlier, or choose a later launch",
            where=f"launch {launch}",
        )
    now = int(launch - drivers.years[0])
    back = min(TREND, now)
    after = np.arange(len(drivers.years)) > now
    ahead = np.arange(len(drivers.years)) - now
    slope = np.minimum((drivers.life_expectancy[now] - drivers.life_expectancy[now - back]) / max(back, 1), LONGER)
    fertility = np.where(after, drivers.fertility[now], drivers.fertility)
    lives = np.where(after[:, None], drivers.life_expectancy[now] + slope * ahead[:, None], drivers.life_expectancy)
    arrivals = np.where(after, drivers.net_migrants[now - back : now + 1].mean(), drivers.net_migrants)
    mortality, told = _mortality(drivers, launch, lives)
    shares, late = _held(drivers.fertility_periods, drivers.fertility_shares, launch, 1)
    migrants, later = _held(drivers.migrants_periods, drivers.migrants, launch, 2)
    carried = replace(
        drivers,
        people=frozen(np.where(after, np.nan, drivers.people)),
        people_80=frozen(np.where(after[:, None], np.nan, drivers.people_80)),
        fertility=frozen(fertility),
        fertility_80=frozen(_bounds(drivers, fertility, drivers.fertility, drivers.fertility_80, now)),
        life_expectancy=frozen(lives),
        life_expectancy_80=frozen(_bounds(drivers, lives, drivers.life_expectancy, drivers.life_expectancy_80, now)),
        net_migrants=frozen(arrivals),
        net_migrants_80=frozen(_bounds(drivers, arrivals, drivers.net_migrants, drivers.net_migrants_80, now)),
        sex_ratio_at_birth=frozen(np.where(after, drivers.sex_ratio_at_birth[now], drivers.sex_ratio_at_birth)),
        mortality=frozen(mortality),
        fertility_shares=frozen(shares),
        migrants=frozen(migrants),
    )
    named = {"death rates": told, "ages of mothers": late, "ages of migrants": later}
    lacking = [what for what, from_later in named.items() if from_later]
    return carried, (
        (f"No {', '.join(lacking)} from before {launch}: the earliest published ones are used.",) if lacking else ()
    )


def _known(periods: NDArray[np.int64], launch: int) -> NDArray[np.intp]:
    """Positions of five-year periods that were over at launch."""
    return np.flatnonzero(periods + 5 <= launch)


def _held(periods: NDArray[np.int64], values: Array, launch: int, last: int) -> tuple[Array, bool]:
    """Values [period, ...] with the mean of the `last` known periods after launch; True where none was known."""
    known = _known(periods, launch)
    kept = values[known[-last:]].mean(axis=0) if known.size else values[0]
    later = periods + 5 > launch
    return np.where(later.reshape(-1, *(1,) * (values.ndim - 1)), kept, values), not known.size


def _mortality(drivers: Drivers, launch: int, lives: Array) -> tuple[Array, bool]:
    """Death rates [period, sex, group] that go on falling at each age as they did over the last known periods.

    Where fewer than two periods were over at launch, the rates of one follow life expectancy `lives` [year, sex]; where
    none was, those of the first are bent to it too, and True is returned.
    """
    known = _known(drivers.mortality_periods, launch)
    last = int(known[-1]) if known.size else 0
    steps = np.maximum(np.arange(len(drivers.mortality)) - last, 0)[:, None, None]
    if known.size < 2:
        followed = [
            at_expectancy(
                drivers.mortality[last], drivers.mortality_ages, annual_mean(drivers.years, lives, (first, first + 5))
            )
            for first in drivers.mortality_periods
        ]
        given = (steps <= 0) & (known.size > 0)
        return np.where(given, drivers.mortality, np.stack(followed)), not known.size
    first = max(last - TREND // 5, int(known[0]))
    logs = np.log(np.maximum(drivers.mortality, 1e-9))
    fall = np.clip((logs[last] - logs[first]) / (last - first), -FASTEST, 0.0)
    return np.where(steps > 0, np.exp(logs[last] + fall * steps), drivers.mortality), False


def _bounds(drivers: Drivers, carried: Array, values: Array, bounds: Array, now: int) -> Array:
    """80% bounds [year, ..., side] around the carried values, as wide as published so long after the estimates."""
    out = np.full(bounds.shape, np.nan)
    published = np.flatnonzero(np.isfinite(bounds).reshape(len(bounds), -1).all(axis=1))
    if not published.size:
        return out
    first = int(published[0])
    for year in range(now + 1, len(drivers.years)):
        like = min(first + year - now - 1, int(published[-1]))
        out[year] = carried[year][..., None] + bounds[like] - values[like][..., None]
    return out


def _own_migration(country: Country) -> Drivers:
    """The country's drivers with the nation's own residual of the last step as its net migration after launch.

    What the record's nation holds beyond its births and survivors: migration and counting together, by sex and age,
    kept in persons. Where ages of both ends are not all published the drivers stay as they are.
    """
    drivers, ages, launch = country.drivers, country.ages, country.base_year
    before = launch - ages.width
    if before not in country.years or before < drivers.years[0]:
        return drivers
    ends = [country.years.index(year) for year in (before, launch)]
    if country.imputed[ends].any():
        return drivers
    with jax.enable_x64(True):
        start, end = (country.people[t].sum(axis=0) for t in ends)
        course = at_step(schedules(drivers, ages, before, 1, medium(1), start), 0)
        still = replace(course, migrants=jnp.zeros_like(course.migrants))
        residual = end - np.asarray(project(jnp.asarray(start)[None], still, ages.width))[0]
    profile = np.zeros(drivers.migrants.shape[1:])
    profile[:, [drivers.migrants_ages.index(age) for age in ages.lower]] = residual / ages.width
    later = (drivers.migrants_periods + 5 > launch)[:, None, None]
    ahead = drivers.years > launch
    return replace(
        drivers,
        migrants=frozen(np.where(later, profile, drivers.migrants)),
        net_migrants=frozen(np.where(ahead, profile.sum(), drivers.net_migrants)),
        net_migrants_80=frozen(
            np.where(
                ahead[:, None],
                drivers.net_migrants_80 - drivers.net_migrants[:, None] + profile.sum(),
                drivers.net_migrants_80,
            )
        ),
    )
