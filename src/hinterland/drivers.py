"""The nation's course: its schedules and persons step by step, held to what is published of its total."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country, Drivers
from hinterland.data.schedules import Deviations, at_step, medium, schedules
from hinterland.model.nation import National, project

Array = NDArray[np.float64]


def national_course(
    country: Country, start_people: Array, start: int, steps: int, deviations: Deviations
) -> tuple[National, Array]:
    """Schedules [member, step, ...] of the nation and its persons [member, step, sex, age] at the end of each step.

    The nation of the pack (`start_people` [sex, age]) is projected with the drivers; every step's total is then scaled
    so that the medium course has exactly the published change (its level differs). The same scale serves all members.
    Where no total is published (NaN) the cohorts alone are the course.
    """
    years = country.ages.width
    central = schedules(country.drivers, country.ages, start, steps, medium(steps), start_people)
    published = people_at(country.drivers, [start + years * k for k in range(steps + 1)])
    scale = np.empty(steps)
    people = start_people[None]
    for k in range(steps):
        people = np.asarray(project(jnp.asarray(people), at_step(central, k), years))
        change = published[k + 1] / published[0]
        scale[k] = change * start_people.sum() / people.sum() if np.isfinite(change) else 1.0
        people = people * scale[k]
    members = deviations.fertility.shape[0]
    course = schedules(country.drivers, country.ages, start, steps, deviations, start_people)
    people = np.repeat(start_people[None], members, axis=0)
    targets = np.empty((members, steps, *start_people.shape))
    for k in range(steps):
        people = np.asarray(project(jnp.asarray(people), at_step(course, k), years)) * scale[k]
        targets[:, k] = people
    return course, targets


def people_at(drivers: Drivers, years: list[int]) -> Array:
    """The nation's persons at the ends of `years`; NaN after the series, and KeyError names a year before it."""
    position = {int(year): k for k, year in enumerate(drivers.years)}
    last = int(drivers.years[-1])
    return np.array([np.nan if year > last else drivers.people[position[year]] for year in years])
