"""Births and deaths of places relative to the nation, from children counted and deaths registered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country
from hinterland.data.schedules import medium, over, schedules
from hinterland.model.fertility import WOMEN
from hinterland.model.survival import person_years

Array = NDArray[np.float64]

MEAN = 5
"""Years of registered deaths that are taken together."""

BOUNDS = (0.4, 2.5)
"""Multiples of the nation's level beyond which a place's figure is taken for a fault of counting."""


def local_fertility(country: Country, shrink: float) -> Array:
    """[place] multiple of national fertility: children under five per woman expected to bear them, against the nation.

    Child-woman ratio weighted by the fertility schedule; children are counted where they live, as the model's are.
    """
    ages, base = country.ages, country.base_year
    people = country.at(base)
    rates = np.asarray(schedules(country.drivers, ages, base - ages.width, 1, medium(1)).fertility)[0, 0]
    children = people[:, :, 0].sum(axis=1)
    older = np.concatenate([rates[1:], rates[-1:]])
    expected = people[:, WOMEN, :] @ (0.5 * (rates + older))
    return _relative(children, expected, shrink)


def local_mortality(country: Country, shrink: float) -> Array:
    """[place] exponent of survivorship: registered deaths against those expected of its ages at national rates.

    One where no deaths are published.
    """
    found = _deaths(country)
    if found is None:
        return np.ones(len(country.places))
    year, near, deaths = found
    people = country.at(near)
    drivers = country.drivers
    rates = over(drivers.mortality_periods, drivers.mortality, (year - 2, year + 3))
    lived, _ = person_years(rates, drivers.mortality_ages)
    expected = np.zeros(len(country.places))
    lows = np.array(drivers.mortality_ages)
    for column, low in enumerate(country.ages.lower):
        high = low + country.ages.width if low < country.ages.open else 200
        inside = (lows >= low) & (lows < high)
        if not inside.any():
            inside = lows == lows[lows <= low].max()
        hazard = (rates * lived)[:, inside].sum(axis=1) / lived[:, inside].sum(axis=1)
        expected += people[:, :, column] @ hazard
    return _relative(deaths, expected, shrink)


def _deaths(country: Country) -> tuple[int, int, Array] | None:
    """The year of the deaths, the record's year nearest to it, and deaths a year [place]; None where none are known.

    Rates of the latest year, else persons: the mean of the last five years with figures, so that small places do not
    hang on one winter.
    """
    rates = country.indicators.get("deaths_per_1000", {})
    counts = {year: of for year, of in country.indicators.get("deaths", {}).items() if year in country.years}
    if rates:
        year = max(rates)
        near = min(country.years, key=lambda known: abs(known - year))
        return year, near, rates[year] / 1000 * country.at(near).sum(axis=(1, 2))
    if not counts:
        return None
    years = sorted(counts)[-MEAN:]
    known = np.isfinite(np.stack([counts[year] for year in years]))
    total = np.nansum(np.stack([counts[year] for year in years]), axis=0)
    mean = np.divide(total, known.sum(axis=0), out=np.full(total.shape, np.nan), where=known.any(axis=0))
    middle = years[len(years) // 2]
    return middle, middle, mean


def _relative(observed: Array, expected: Array, shrink: float) -> Array:
    """exp(shrink * ln(observed / expected relative to the nation)) [place]; one where nothing was observed."""
    known = np.isfinite(observed) & (observed > 0) & (expected > 0)
    ratio = np.where(known, observed, 1.0) / np.where(known, expected, 1.0)
    nation = observed[known].sum() / expected[known].sum() if known.any() else 1.0
    relative = np.clip(ratio / nation, *BOUNDS)
    return np.where(known, relative**shrink, 1.0)
