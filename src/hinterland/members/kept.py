"""What is kept of a block of members: series by place, cells by age, the nation's corrections and services lost."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import Ages
from hinterland.model import services
from hinterland.record import AT_HAND, BY_RUNG, FLOWS, JOBS
from hinterland.selections import select
from hinterland.simulate import Trajectory
from hinterland.state import Economy, Services

Array = NDArray[np.float64]
Part = dict[str, NDArray[Any]]
"""Name -> array: stocks [member, instant, place] and flows [member, step, place] by their names, and those below."""

CELLS: Final = "cells"
"""[member, instant, place, sex, age] residents in single precision."""
CONTROL: Final = "control"
"""[member, step, sex, age] national factors, those of the central run after the last member's."""
LOST: Final = "lost"
"""[instant, place, rung, service] members that have lost a service; only where there are services."""
CENTRAL: Final = "central"
"""[instant, place, sex, age] the central run; only in the block that holds it."""


def part_of(path: Trajectory, ages: Ages, drawn: int, central: int | None) -> Part:
    """What a block leaves whose first `drawn` members count, with the central run at a position, if it is there."""
    people = np.swapaxes(np.asarray(path.people), 0, 1)
    part = _stocks(path, people, ages)
    part |= {name: np.swapaxes(np.asarray(path.flows[name]), 0, 1) for name in FLOWS}
    part = {name: values[:drawn] for name, values in part.items()}
    part[CELLS] = people[:drawn].astype(np.float32)
    part[CONTROL] = np.swapaxes(np.asarray(path.control), 0, 1)[: drawn + (central is not None)]
    if path.services is not None:
        degree = np.asarray(path.services.degree)[:, :drawn]
        part[LOST] = services.lost(degree, degree[0]).sum(axis=1)
    if central is not None:
        part[CENTRAL] = people[central]
    return part


def is_series(name: str) -> bool:
    """Whether an array of a part is a stock or a flow of members by place."""
    return name not in (CELLS, CONTROL, LOST, CENTRAL)


def _stocks(path: Trajectory, people: Array, ages: Ages) -> Part:
    found: Part = {
        **select(people, ages),
        "newcomers": np.swapaxes(np.asarray(path.newcomers), 0, 1),
        "away": np.swapaxes(np.asarray(path.away), 0, 1),
    }
    if path.economy is not None:
        found |= _livelihoods(path.economy)
    if path.services is not None:
        found |= _settlements(path.services, found["people"])
    return found


def _livelihoods(economy: Economy) -> dict[str, Array]:
    """Jobs, homes, households and incomes [member, instant, place] of an economy [instant, member, ...]."""
    jobs = np.swapaxes(np.asarray(economy.jobs), 0, 1)
    return {
        "jobs": jobs.sum(axis=-1),
        **{name: jobs[..., k] for k, name in enumerate(JOBS)},
        "homes": np.swapaxes(np.asarray(economy.homes), 0, 1),
        "households": np.swapaxes(np.asarray(economy.households), 0, 1),
        "income": np.swapaxes(np.asarray(economy.income), 0, 1),
        "posts_wanted": np.swapaxes(np.asarray(economy.posts), 0, 1),
        "debt": np.swapaxes(np.asarray(economy.budget.debt + economy.budget.arrears), 0, 1),
    }


def _settlements(settled: Services, people: Array) -> dict[str, Array]:
    """People by rung and by what they have at hand [member, instant, place] of services [instant, member, ...]."""
    rungs, degree = (np.swapaxes(np.asarray(of), 0, 1) for of in (settled.rungs, settled.degree))
    at_hand = np.einsum("...r,...rv->...v", rungs, degree)
    return {name: people * rungs[..., k] for k, name in enumerate(BY_RUNG)} | {
        name: people * at_hand[..., k] for k, name in enumerate(AT_HAND)
    }
