"""The pull of places over a run: balance, the effects of places as they fade, and the shocks of members."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hinterland.members.draws import Block
from hinterland.system import Course, System

Array = NDArray[np.float64]


def pull_course(system: System, block: Block, starts: list[int]) -> Array:
    """V before congestion [member, step, place, stage]: balance, the place effect as it fades, and shocks."""
    middle = system.country.ages.width / 2
    ahead = starts[0] + system.repeated
    kept = np.stack([fading(system.effect, block.values, max(k - ahead, 0) + middle) for k in starts], axis=1)
    pull = system.balance + kept
    if system.course is not None:
        pull = _anchored(system.course, system, block, starts, pull)
    known = np.array(starts) < ahead
    return np.where(known[:, None, None], system.balance + system.effect, pull)


def _anchored(course: Course, system: System, block: Block, starts: list[int], pull: Array) -> Array:
    """V as `pull_course` with the effects that follow the anchor while it lasts and fade after, and with shocks."""
    steps = len(course.effect)
    if steps:
        last = course.effect[-1]
        elapsed = [system.country.ages.width * (k - steps + 1) for k in range(len(starts))]
        faded = [
            np.broadcast_to(course.effect[k], pull[:, k].shape) if k < steps else lapsing(last, block.values, years)
            for k, years in enumerate(elapsed)
        ]
        pull = system.balance + np.stack(faded, axis=1)
    since = system.repeated // system.country.ages.width
    grown = np.zeros_like(block.shocks.place)
    grown[:, since:] = course.law.deviations(block.shocks.place[:, since:])
    growth = np.diff(grown, axis=1, prepend=0.0)
    if course.response is None:
        return pull
    response = course.response[np.minimum(np.arange(len(starts)), len(course.response) - 1)]
    most = system.parameters.value("place_shock_most")
    return pull + (most * np.tanh(growth / (response * most)))[..., None]


def launch_pull(system: System, block: Block) -> Array:
    """V at the start without shocks [member, place, stage]: the reference of the nation's push."""
    if system.repeated:
        return np.broadcast_to(
            system.balance + system.effect, (len(block.values["launch_share"]), *system.effect.shape)
        )
    return system.balance + fading(system.effect, block.values, system.country.ages.width / 2)


def fading(effect: Array, values: Mapping[str, Array], elapsed: float) -> Array:
    """b0 xi (lasting + (1 - lasting) 2^(-t / half-life)) [member, place, stage], gains and losses apart."""
    return values["launch_share"][:, None, None] * lapsing(effect, values, elapsed)


def lapsing(effect: Array, values: Mapping[str, Array], elapsed: float) -> Array:
    """xi (lasting + (1 - lasting) 2^(-t / half-life)) [member, place, stage] after `elapsed` years."""
    lasting = values["lasting_share"]

    def kept(half_life: str) -> Array:
        return (lasting + (1 - lasting) * 2 ** (-elapsed / values[half_life]))[:, None, None]

    return effect * np.where(effect > 0, kept("boom_half_life"), kept("loss_half_life"))
