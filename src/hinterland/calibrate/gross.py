"""How readily people leave, from what a register counts of arrivals and departures, without knowing where they went.

With y_i departures of a place in the years of a window and E_i those that the model's schedule expects of its people by
age (newcomers at their multiple, in the share that the schedule itself implies),

    E[y_i] = level E_i exp( s tanh(push gap_i / s) ),    gap_i = ln D_i - V_i less the nation's mean,

where V makes the kernel send as many to every place as arrived there. Level and push are fitted by Poisson
pseudo-likelihood; errors are clustered by region (Liang and Zeger 1986). The level multiplies the whole schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import LIFE_STAGES
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.model.leaving import newcomer_prevalence, rogers_castro
from hinterland.params import Parameters
from hinterland.system import moves_kernel

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SCALED: Final = ("leave_peak", "leave_floor")
"""Parameters that the level multiplies: hazards of the schedule; its other parameters are ages, falls and shares."""
MOST_PEOPLE: Final = 500_000.0
"""Persons from which a city may be made of wards whose residents' moves inside it are counted as departures."""
ROUNDS: Final = 100
CLOSE: Final = 1e-9
SCORE: Final = 1.959964
"""Standard errors to each end of a 95% interval."""


@dataclass(frozen=True, slots=True)
class Gross:
    """What gross totals of a window say of leaving."""

    years: tuple[int, int]
    places: int
    """How many were used."""
    hazard: float
    """Departures per person and year."""
    level: tuple[float, float, float]
    """Multiple of the schedule: value, low and high (95%)."""
    push: tuple[float, float, float]
    """Response of the log hazard to the gap: value, low and high (95%)."""
    saturation_gain: float
    """Fall of the deviance, over that of the whole fit, by the best saturation between a half and four."""

    @property
    def informs_push(self) -> bool:
        """Whether the interval leaves zero out: places that many leave are places that many come to, whatever pulls."""
        return self.push[1] > 0


def gross(country: Country, parameters: Parameters, first: int, last: int) -> Gross:
    """Level and push from arrivals and departures of the years `first` to `last`, at the other parameters given.

    Left out are places that were several units in the window (moves between these count as departures), those above
    `MOST_PEOPLE`, and those that lack a figure. InputError where fewer than two regions are left, or no year is known.
    """
    years = [year for year in country.years if first <= year <= last]
    if not years:
        raise InputError(
            f"{country.code} has no people of {first} to {last}",
            remedy=f"Give years within {country.years[0]} to {country.years[-1]}",
            where="--years",
        )
    leaving, coming = (_sum(country, name, years) for name in ("departures", "arrivals"))
    people = np.sum([country.at(year) for year in years], axis=0)
    used = np.isfinite(leaving) & np.isfinite(coming) & (people.sum(axis=(1, 2)) < MOST_PEOPLE * len(years))
    used &= people.sum(axis=(1, 2)) > 0
    for unit in country.former:
        if unit.year >= years[0]:
            used[unit.place] = False
    regions = np.unique(np.array(country.places.regions), return_inverse=True)[1]
    if len(np.unique(regions[used])) < 2:
        raise InputError(
            f"{int(used.sum())} places of {first} to {last} can be used, in fewer than two regions",
            remedy="Give arrivals and departures of more places, or other years",
            where="flows, columns arrivals and departures",
        )
    gap = _gap(country, parameters, np.nan_to_num(leaving), np.nan_to_num(coming), people.sum(axis=(1, 2)))[used]
    by_age = people.sum(axis=1)[used]
    seen, region = leaving[used], regions[used]
    level = _level(country, parameters, by_age, seen)
    expected = by_age @ _schedule(country, parameters, level) * level
    bound = float(parameters.value("saturation"))
    theta, errors, deviance = _poisson(seen, expected, gap, region, bound)
    best = min(_poisson(seen, expected, gap, region, trial)[2] for trial in (0.5, 1.0, 2.0, 4.0))
    # The interval of the level alone: where nothing answers to the gap, as it is written.
    alone, spread, _ = _poisson(seen, expected, np.zeros_like(gap), region, bound)
    ends = [alone[0], alone[0] - SCORE * spread[0], alone[0] + SCORE * spread[0]]
    low, value, high = (float(level * np.exp(end)) for end in (ends[1], ends[0], ends[2]))
    push = (float(theta[1]), float(theta[1] - SCORE * errors[1]), float(theta[1] + SCORE * errors[1]))
    return Gross(
        years=(years[0], years[-1]),
        places=int(used.sum()),
        hazard=float(seen.sum() / by_age.sum()),
        level=(value, low, high),
        push=push,
        saturation_gain=1 - best / deviance,
    )


def _sum(country: Country, name: str, years: list[int]) -> Array:
    """[place] persons in all of the years; NaN where one lacks."""
    return np.sum([country.indicator(name, year) for year in years], axis=0)


def _schedule(country: Country, parameters: Parameters, level: float) -> Array:
    """Hazard [age] of all residents at the values given, with newcomers in the share that `level` times it implies."""
    value = parameters.value
    leave = rogers_castro(
        country.ages,
        peak=value("leave_peak"),
        child=value("leave_child"),
        child_fall=value("leave_child_fall"),
        position=value("leave_position"),
        fall=value("leave_fall"),
        rise=value("leave_rise"),
        floor=value("leave_floor"),
    )
    home = np.asarray(value("come_home"))[list(LIFE_STAGES.of_ages(country.ages))]
    multiple = value("newcomer_multiple")
    share = newcomer_prevalence(leave * level, home, country.ages.width, multiple=multiple, settling=value("settling"))
    return leave * (1 - share + multiple * share)


def _level(country: Country, parameters: Parameters, by_age: Array, seen: Array) -> float:
    """The multiple of the schedule that expects as many departures as were seen, newcomers following from it."""
    level = 1.0
    for _ in range(ROUNDS):
        after = float(seen.sum() / (by_age @ _schedule(country, parameters, level)).sum())
        if abs(np.log(after / level)) < CLOSE:
            break
        level = after
    return level


def _gap(country: Country, parameters: Parameters, leaving: Array, coming: Array, people: Array) -> Array:
    """ln D - V [place] less its mean by people, V such that the kernel sends as many to every place as arrived."""
    kernel = moves_kernel(country, parameters)
    size = people / people.sum()
    leaving, coming = np.maximum(leaving, 1.0), np.maximum(coming, 1.0)
    coming = coming * (leaving.sum() / coming.sum())
    offered = size.copy()
    for _ in range(ROUNDS * 10):
        before = offered
        offered = coming / (kernel.T @ (leaving / (kernel @ offered)))
        if np.abs(np.log(offered / before)).max() < CLOSE:
            break
    gap = np.log(kernel @ offered) - np.log(offered / size)
    return gap - float((size * gap).sum())


def _poisson(
    seen: Array, expected: Array, gap: Array, region: NDArray[np.intp], bound: float
) -> tuple[Array, Array, float]:
    """(log level over `expected`, push), their clustered errors, and the deviance, by Fisher's scoring.

    A gap of zeros leaves push at zero, with no error.
    """
    theta = np.zeros(2)
    free = [0, 1] if gap.any() else [0]
    fitted, slopes, information = _around(theta, expected, gap, bound, free)
    for _ in range(ROUNDS):
        step = np.linalg.solve(information, slopes.T @ (seen - fitted))
        theta[free] += np.clip(step, -0.5, 0.5)
        fitted, slopes, information = _around(theta, expected, gap, bound, free)
        if np.abs(step).max() < CLOSE:
            break
    scores = np.stack([(slopes * (seen - fitted)[:, None])[region == one].sum(axis=0) for one in np.unique(region)])
    clusters = len(scores)
    inverse = np.linalg.inv(information)
    covariance = inverse @ (scores.T @ scores) @ inverse * clusters / (clusters - 1)
    errors = np.zeros(2)
    errors[free] = np.sqrt(np.diag(covariance))
    ratio = np.where(seen > 0, seen, 1.0) / np.where(seen > 0, fitted, 1.0)
    return theta, errors, float(2 * (seen * np.log(ratio) - (seen - fitted)).sum())


def _around(theta: Array, expected: Array, gap: Array, bound: float, free: list[int]) -> tuple[Array, Array, Array]:
    """What theta expects [place], the slopes of its log [place, free], and the information [free, free]."""
    bent = np.tanh(theta[1] * gap / bound)
    fitted = expected * np.exp(theta[0] + bound * bent)
    slopes = np.column_stack([np.ones_like(gap), gap * (1 - bent**2)])[:, free]
    return fitted, slopes, slopes.T @ (slopes * fitted[:, None])
