"""A country with a long record, for back-tests of the whole chain: closed cohorts with steady moves and some noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import factories
from hinterland.axes import FIVE_YEARS
from hinterland.data.country import Country, FrozenMapping, frozen

YEARS = (2000, 2005, 2010, 2015, 2020)


def long_record(places: int = 8, seed: int = 0) -> Country:
    """Invented towns counted every five years from 2000 to 2020, with moves and births of the year."""
    country = factories.small_country(places)
    rng = np.random.default_rng(seed)
    people = [np.array(country.people[0])]
    pull = rng.normal(0, 0.08, places)
    old = np.minimum(0.004 * np.exp(0.075 * np.array(FIVE_YEARS.lower)), 0.7)
    young = np.exp(-(((np.array(FIVE_YEARS.lower) - 22) / 9.0) ** 2))
    for _ in YEARS[1:]:
        now = people[-1]
        moved = now * (1 - old) * np.exp(pull[:, None, None] * young + rng.normal(0, 0.01, (places, 1, 1)))
        after = np.zeros_like(now)
        after[..., 1:] = moved[..., :-1]
        after[..., -1] += moved[..., -1]
        after[..., 0] = (0.27 * now[:, 1, 4:8].sum(axis=-1))[:, None] * np.array([0.52, 0.48])
        people.append(after)
    cells = np.stack(people)
    totals = cells.sum(axis=(2, 3))
    years = {year: totals[t] for t, year in enumerate(YEARS)}
    flows = {
        name: FrozenMapping({year: frozen(share * of) for year, of in years.items()})
        for name, share in (("births", 0.01), ("deaths", 0.008), ("arrivals", 0.04), ("departures", 0.04))
    }
    drivers = country.drivers
    past = drivers.years <= YEARS[-1]
    return replace(
        country,
        drivers=replace(
            drivers,
            people_80=frozen(np.where(past[:, None], np.nan, drivers.people_80)),
            fertility_80=frozen(np.where(past[:, None], np.nan, drivers.fertility_80)),
            life_expectancy_80=frozen(np.where(past[:, None, None], np.nan, drivers.life_expectancy_80)),
            net_migrants_80=frozen(np.where(past[:, None], np.nan, drivers.net_migrants_80)),
        ),
        years=YEARS,
        people=frozen(cells),
        totals=frozen(totals),
        imputed=frozen(np.zeros(totals.shape), np.bool_),
        rescaled=frozen(np.zeros(totals.shape), np.bool_),
        indicators=FrozenMapping(flows),
    )


def shocked(country: Country, launch: int) -> Country:
    """The same country with another future: people, flows and the nation's course from `launch` to 2020 all differ.

    Years beyond the record stay: they are a projection, whose widths of uncertainty are taken by horizon.
    """
    late = np.array(country.years) > launch
    drivers = country.drivers
    after = (drivers.years > launch) & (drivers.years <= YEARS[-1])
    ahead = (drivers.mortality_periods + 5 > launch) & (drivers.mortality_periods < YEARS[-1])
    return replace(
        country,
        people=frozen(np.where(late[:, None, None, None], country.people * 3, country.people)),
        totals=frozen(np.where(late[:, None], country.totals * 3, country.totals)),
        indicators=FrozenMapping(
            {
                name: FrozenMapping({y: frozen(v * 7 if y > launch else v) for y, v in of.items()})
                for name, of in country.indicators.items()
            }
        ),
        drivers=replace(
            drivers,
            people=frozen(np.where(after, drivers.people * 2, drivers.people)),
            fertility=frozen(np.where(after, 4.0, drivers.fertility)),
            life_expectancy=frozen(np.where(after[:, None], 40.0, drivers.life_expectancy)),
            net_migrants=frozen(np.where(after, 1e6, drivers.net_migrants)),
            sex_ratio_at_birth=frozen(np.where(after, 1.5, drivers.sex_ratio_at_birth)),
            mortality=frozen(np.where(ahead[:, None, None], 0.4, drivers.mortality)),
            fertility_shares=frozen(np.where(ahead[:, None], 1 / 7, drivers.fertility_shares)),
            migrants=frozen(np.where(ahead[:, None, None], 1e5, drivers.migrants)),
        ),
    )
