"""All that a block of members is simulated from: the start, behaviour and conditions of every step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.course import begun, course, scheduled, service_levers
from hinterland.drivers import national_course
from hinterland.members.draws import Block, central_values
from hinterland.members.pulls import launch_pull, pull_course
from hinterland.members.shocks import no_shocks, taken
from hinterland.model.fertility import reverting
from hinterland.model.step import Behaviour, Conditions, Setting, with_base
from hinterland.scenario import BASE, Scenario, changed, turned
from hinterland.simulate import Trajectory, simulate
from hinterland.state import State
from hinterland.system import System, acting, behaviour
from hinterland.ways import Railways, during, railways

Array = NDArray[np.float64]

FEWEST = 0.02
"""Least response of the log of people to pull in a step that is believed: small places with hardly a move."""


@dataclass(frozen=True, slots=True)
class Given:
    """All that a block of members is simulated from."""

    setting: Setting
    behaviour: Behaviour
    """[step, ...]."""
    start: State
    """[member, place, sex, age]."""
    conditions: Conditions
    """[step, member, ...]."""


def given(system: System, block: Block, starts: list[int], scenario: Scenario, rails: Railways) -> Given:
    """A block of members under a scenario, ready to be simulated."""
    behaviour_by_step = _behaviours(system, block, scenario, starts)
    pull = pull_course(system, block, starts)
    country = system.country
    nations, targets = national_course(
        country, country.at(country.base_year).sum(axis=0), starts[0], len(starts), block.shocks.nation
    )
    changes = changed(scenario, "pull", country.places.codes, starts, country.ages.width)
    births = np.exp(changed(scenario, "fertility", country.places.codes, starts, country.ages.width))
    fertility = np.stack(
        [
            np.asarray(
                reverting(
                    jnp.asarray(system.fertility),
                    start - starts[0] + country.ages.width / 2,
                    jnp.asarray(block.values["fertility_reversion"]),
                    jnp.asarray(block.values["fertility_scale"]),
                )
            )
            for start in starts
        ]
    )
    conditions = Conditions(
        national=jax.tree.map(lambda values: jnp.asarray(np.swapaxes(np.asarray(values), 0, 1)), nations),
        target=jnp.asarray(np.swapaxes(targets, 0, 1)),
        local_fertility=jnp.asarray(fertility * births[:, None]),
        pull=jnp.asarray(np.swapaxes(pull, 0, 1) + changes[:, None]),
        economy=course(system.setting, system.parameters, country.places.codes, starts, scenario),
        services=service_levers(country.places.codes, starts, country.ages.width, scenario),
        epoch=jnp.asarray(rails.epochs),
    )
    members = len(block.values["launch_share"])
    first = begun(system.state, scenario, country.places.codes)
    return Given(
        setting=scheduled(during(system.setting, rails), scenario, country.places.codes, country.base_year),
        behaviour=behaviour_by_step,
        start=jax.tree.map(lambda cells: _repeated(cells, members), first),
        conditions=conditions,
    )


def central(system: System, starts: list[int]) -> Given:
    """The central run of the base scenario, as one member."""
    block = Block(central_values(system), no_shocks(len(system.country.places), len(starts)))
    return given(system, block, starts, BASE, railways(system, BASE, starts))


def answering(system: System, starts: list[int], size: int, rails: Railways) -> System:
    """The system with the response of its places to pull, measured on the central run where it is not known.

    The central run is a block of `size` members alike, so that nothing is compiled that members do not need anyway.
    `rails` are those of the base scenario.
    """
    if system.course is None or system.course.response is not None:
        return system
    with jax.enable_x64(True):
        values = {name: np.repeat(of, size, axis=0) for name, of in central_values(system).items()}
        none = taken(no_shocks(len(system.country.places), len(starts)), np.zeros(size, dtype=np.int64))
        path = run_block(system, Block(values, none), starts, BASE, None, rails)
        people = np.asarray(path.people[1:, 0]).sum(axis=(-2, -1))
        moved = np.asarray(path.flows["arrivals"][:, 0] + values["push"][0] * path.flows["departures"][:, 0])
    return replace(system, course=replace(system.course, response=responding(moved, people)))


def responding(moved: Array, people: Array) -> Array:
    """Growth of the log of people per unit of pull: arrivals and `push` times departures over people."""
    return np.maximum(moved / np.maximum(people, 1e-3), FEWEST)


def run_block(
    system: System,
    block: Block,
    starts: list[int],
    scenario: Scenario,
    control: Array | None,
    rails: Railways,
) -> Trajectory:
    """The members of a block through a scenario; `control` [member, step, sex, age] keeps the nation's corrections."""
    found = given(system, block, starts, scenario, rails)
    kept = None if control is None else jnp.asarray(np.swapaxes(control, 0, 1))
    return simulate(found.setting, found.behaviour, found.start, found.conditions, kept)


def _behaviours(system: System, block: Block, scenario: Scenario, starts: list[int]) -> Behaviour:
    """Behaviour of a block in every step [step, ...], with what a scenario turns; all push from the same base.

    The schedule of leaving is common to members, the rest may differ.
    """
    ages = system.country.ages
    own = {name: (v[0] if name.startswith("leave_") else v) for name, v in block.values.items()}
    turnable = acting(system.parameters, ages)
    launch = jnp.asarray(launch_pull(system, block))
    first = with_base(system.setting, behaviour(own, ages), launch)
    if not any(turn.parameter in turnable for turn in scenario.turns):
        return jax.tree.map(lambda values: _repeated(values, len(starts)), first)
    each = [
        _from_the_same_base(behaviour(turned(scenario, own, start, ages.width, turnable), ages), first)
        for start in starts
    ]
    return jax.tree.map(lambda *values: jnp.stack(jnp.broadcast_arrays(*values)), *each)


def _repeated(values: jax.Array, count: int) -> jax.Array:
    """The same `count` times along a new first axis; compiles nothing."""
    return jnp.asarray(np.broadcast_to(np.asarray(values), (count, *values.shape)))


def _from_the_same_base(later: Behaviour, first: Behaviour) -> Behaviour:
    """Behaviour as a scenario has turned it, measured from what was usual before."""
    habits = later.habits
    if habits is not None and first.habits is not None:
        habits = replace(habits, usual=first.habits.usual)
    return replace(later, base=first.base, habits=habits)
