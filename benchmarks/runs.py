"""Plans of runs of invented countries that need no preparation: the embedded one's places in turn, without effects."""

from __future__ import annotations

import jax
import numpy as np
from step import case, of_size

from hinterland.axes import LIFE_STAGES
from hinterland.data.pack import read_pack
from hinterland.members.plan import Plan
from hinterland.params import load
from hinterland.scenario import BASE, Scenario
from hinterland.system import System
from hinterland.ways import Railways


def plan(places: int, members: int, steps: int, *, whole: bool, scenario: Scenario = BASE, seed: int = 0) -> Plan:
    """So many members and steps of as many places; with jobs, homes, budgets and services if `whole`."""
    parameters = load(fitted="cn")
    with jax.enable_x64(True):
        country = of_size(read_pack("cn"), places)
        made = case(country, parameters, 1)
        made = made if whole else made.alone()
        none = np.zeros((places, len(LIFE_STAGES)))
        system = System(
            country=country,
            parameters=parameters,
            setting=made.setting,
            state=jax.tree.map(lambda stock: stock[0], made.state),
            balance=none,
            effect=none,
            fertility=np.ones(places),
            diagnostics={},
        )
    starts = tuple(country.base_year + country.ages.width * k for k in range(steps))
    return Plan(system, scenario, members, starts, seed, Railways(kernels=None, epochs=np.zeros(steps, np.int64)))
