"""A nation's ages carried on from a year that publishes them, by its own births and deaths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from hinterland.axes import SEXES, Ages
from hinterland.data.country import Array, Drivers

Carry = Callable[[int, Array, int], Array | None]
"""Year that publishes, its persons [sex * age], later year -> persons of that year, or None where none can be told."""


def carrier(drivers: Drivers, ages: Ages) -> Carry:
    """Carries persons of a year on with the nation's own schedules.

    Migrants by age count from the first period that publishes them. Between two steps the ages of the last whole step
    stand. None for years before the nation's series.
    """
    known: dict[tuple[int, int], Array] = {}  # every region of a country asks for the same years

    def carry(year: int, persons: Array, later: int) -> Array | None:
        steps = (later - year) // ages.width
        if year < drivers.years[0] or steps < 0:
            return None
        if steps == 0:
            return persons
        if (year, later) in known:
            return known[year, later]
        import jax
        import jax.numpy as jnp

        from hinterland.data.schedules import at_step, medium, schedules
        from hinterland.model.nation import project

        with jax.enable_x64(True):
            cells = persons.reshape(len(SEXES), len(ages))
            course = schedules(drivers, ages, year, steps, medium(steps), cells)
            people = jnp.asarray(cells)[None]
            for k in range(steps):
                national = at_step(course, k)
                if year + ages.width * k < drivers.migrants_periods[0]:
                    national = replace(national, migrants=jnp.zeros_like(national.migrants))
                people = project(people, national, ages.width)
        known[year, later] = np.asarray(people).reshape(-1)
        return known[year, later]

    return carry
