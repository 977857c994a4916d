"""What the economy of a run is given from outside, step by step: the nation's jobs, remote work, tastes and levers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError
from hinterland.model import services
from hinterland.model.economy import Given, national_shares
from hinterland.model.industry import automatable
from hinterland.model.levers import AXES, Levers
from hinterland.model.mergers import arranged
from hinterland.model.step import Setting
from hinterland.params import Parameters
from hinterland.scenario import BASE, Scenario, changed, positions, turned
from hinterland.state import State

Array = NDArray[np.float64]

TURNED: Final = frozenset(
    {"farm_fall", "automation_pace", "mine_fall", "remote_share", "remote_years", "climate_drift"}
)
"""Parameters of the nation's course, which scenarios may turn."""
BEGINNINGS: Final = ("homes", "capacity")
"""Stocks that scenarios may set at the base year: dwellings, and what is built for local services."""


def course(
    setting: Setting,
    parameters: Parameters,
    codes: tuple[str, ...],
    starts: Sequence[int],
    scenario: Scenario = BASE,
) -> Given | None:
    """What is given at the end of every step [step, ...] that begins in the years `starts`; None without an economy.

    Farms shed labour and robots take over at the rates of the parameters; the rest of the nation's jobs grows alike.
    What adds up over years (work gone, remote posts, tastes) adds up from the first of `starts`.
    """
    if setting.economy is None:
        return None
    width = setting.years
    fallen, paced, mined, remote, taste = _added_up(parameters, starts, width, scenario)
    levers = {name: changed(scenario, name, codes, starts, width) for name in AXES}
    levers["mine_output"] = levers["mine_output"] - mined[:, None]
    national = setting.economy.jobs.sum(axis=0)
    robots = automatable({name: parameters.value(name) for name in parameters})
    shares = jax.jit(national_shares)(
        national / national.sum(),
        farms_left=jnp.asarray(np.exp(-fallen)),
        automated=robots * jnp.asarray(-np.expm1(-paced))[:, None],
        change=jnp.asarray(changed(scenario, "national_jobs", codes, starts, width)),
    )
    return Given(
        shares=shares,
        since=jnp.asarray([float(start + width - starts[0]) for start in starts]),
        remote=jnp.asarray(remote),
        taste=jnp.asarray(taste),
        levers=Levers(**{name: jnp.asarray(values) for name, values in levers.items()}),
        rank_shift=jnp.asarray(changed(scenario, "rank_transfers", codes, starts, width)),
    )


def service_levers(codes: tuple[str, ...], starts: Sequence[int], width: int, scenario: Scenario) -> services.Levers:
    """What a scenario turns at services [step, place, ...]; all zero where it turns nothing."""
    keep, boarding, use = (
        jnp.asarray(changed(scenario, name, codes, starts, width))
        for name in ("schools_kept", "boarding", "service_use")
    )
    return services.Levers(keep=keep, boarding=boarding, demand=use, spending=jnp.zeros_like(keep))


def scheduled(setting: Setting, scenario: Scenario, codes: tuple[str, ...], base_year: int) -> Setting:
    """The setting with the mergers of a scenario, dated from the base year.

    InputError where a merger cannot be.
    """
    if setting.economy is None or not scenario.mergers:
        return setting
    mergers = arranged(scenario.mergers, codes, float(base_year))
    return replace(setting, economy=replace(setting.economy, mergers=replace(mergers, start=mergers.start - base_year)))


def begun(state: State, scenario: Scenario, codes: tuple[str, ...]) -> State:
    """The start with stocks as a scenario has them; people are never touched.

    InputError names a place or a stock that does not exist.
    """
    if state.economy is None or not scenario.beginnings:
        return state
    stocks = {name: getattr(state.economy, name) for name in BEGINNINGS}
    for beginning in scenario.beginnings:
        if beginning.stock not in stocks:
            raise InputError(
                f"{beginning.stock!r} is no stock that a scenario can set",
                remedy=f"Use one of {', '.join(BEGINNINGS)}",
                where=f"scenario {scenario.name}, start",
            )
        where = positions(beginning.places, codes, "place code", scenario.name)
        stocks[beginning.stock] = stocks[beginning.stock].at[..., jnp.asarray(where)].multiply(np.exp(beginning.log))
    return replace(state, economy=replace(state.economy, **stocks))


def at(given: Given | None, k: int) -> Given | None:
    """What is given at the end of one step."""
    return None if given is None else jax.tree.map(lambda values: jnp.asarray(np.asarray(values)[k]), given)


def _added_up(
    parameters: Parameters, starts: Sequence[int], width: int, scenario: Scenario
) -> tuple[Array, Array, Array, Array, Array]:
    """What rates have added up to by the end of each step [step]: farms, robots, mines, remote posts, tastes."""
    own: Mapping[str, Any] = {name: parameters.value(name) for name in TURNED}
    sums = np.zeros((5, len(starts)))
    fallen = paced = mined = remote = taste = 0.0
    for k, start in enumerate(starts):
        now = turned(scenario, own, start, width, TURNED)
        fallen += float(now["farm_fall"]) * width
        paced += float(now["automation_pace"]) * width
        mined += float(now["mine_fall"]) * width
        taste += float(now["climate_drift"]) * width
        aim = float(now["remote_share"])
        remote = aim + (remote - aim) * float(np.exp(-width / float(now["remote_years"])))
        sums[:, k] = fallen, paced, mined, remote, taste
    return sums[0], sums[1], sums[2], sums[3], sums[4]
