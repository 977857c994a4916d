"""A system made without the minutes that preparing one takes: stocks as they stand, and no effects of places."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.axes import LIFE_STAGES
from hinterland.data.country import Country
from hinterland.model.step import Setting
from hinterland.params import load
from hinterland.state import State
from hinterland.system import FOLLOWERS, System, kernel


def system_of(country: Country) -> System:
    """People alone, every seventh of them new where they live."""
    parameters = load()
    with jax.enable_x64(True):
        people = jnp.asarray(country.at(country.base_year))
        totals = people.sum(axis=(1, 2))
        none = np.zeros((len(country.places), len(LIFE_STAGES)))
        return System(
            country=country,
            parameters=parameters,
            setting=Setting(
                kernel=kernel(country, parameters),
                opportunities=totals / totals.sum(),
                size=totals,
                local_mortality=jnp.ones(len(country.places)),
                stages=LIFE_STAGES.of_ages(country.ages),
                parents=FOLLOWERS,
                years=country.ages.width,
            ),
            state=State(rooted=people * 6 / 7, newcomers=people / 7, away=people / 7),
            balance=none,
            effect=none,
            fertility=np.ones(len(country.places)),
            diagnostics={},
        )
