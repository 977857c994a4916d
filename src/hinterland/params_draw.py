"""Parameter values that members of an ensemble draw from their priors."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.random import Philox, SeedSequence
from numpy.typing import NDArray
from scipy.special import ndtri  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from hinterland.params import Parameter, Parameters

Array = NDArray[np.float64]

TAIL = 0.05
"""Probability outside each end of a prior."""


def draw(parameters: Parameters, members: int, seed: int) -> dict[str, Array]:
    """A value of every drawn parameter for every member: [member], or [member, stage], in the parameter's unit.

    The median is the parameter's value, 5% lie below and 5% above its prior, none outside its range. A draw depends on
    the seed, the member's number and the parameter's name alone: adding members or parameters changes no other draw.
    ValueError when the seed is negative or there are fewer than one member.
    """
    if seed < 0 or members < 1:
        raise ValueError(f"seed {seed} and members {members}: the seed must be 0 or more, and members 1 or more")
    return {name: spread(parameter, uniform(seed, name, members)) for name, parameter in parameters.drawn().items()}


def uniform(seed: int, process: str, members: int) -> Array:
    """[member] numbers strictly between 0 and 1 from the stream of (seed, process).

    The first ones do not depend on how many members there are. The generator's raw words are used: numpy promises
    their order, unlike that of its distributions.
    """
    stream = Philox(SeedSequence((seed, crc32(process.encode()))))
    words = np.asarray(stream.random_raw(members), dtype=np.uint64)
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def spread(parameter: Parameter, probability: Array) -> Array:
    """The parameter at probabilities [member] of its distribution: [member], or [member, stage] with one shift for all.

    Between 5% and 95% a normal whose two halves are stretched to meet the prior's ends. Beyond, the same, with its tail
    pressed into what is left of the range. ValueError without prior.
    """
    intervals = parameter.prior_items
    if intervals is None:
        raise ValueError(f"parameter {parameter.name} has no prior to draw from")
    columns = [
        _quantile(probability, value, interval, parameter.range)
        for value, interval in zip(parameter.items, intervals, strict=True)
    ]
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=-1)


def _quantile(probability: Array, value: float, prior: tuple[float, float], bounds: tuple[float, float]) -> Array:
    """Quantiles [member] of a normal in two halves around its median, pressed into the bounds beyond the prior."""
    low, high = prior
    # Deviations in units of the distance from the median to the prior's end: one at 5% and at 95%.
    score = np.asarray(ndtri(probability), dtype=np.float64) / -float(ndtri(TAIL))
    inside = np.where(score < 0.0, value + score * (value - low), value + score * (high - value))
    below = _pressed(low - inside, low - bounds[0])
    above = _pressed(inside - high, bounds[1] - high)
    return np.where(inside < low, low - below, np.where(inside > high, high + above, inside))


def _pressed(excess: Array, room: float) -> Array:
    """An excess over the prior's end, nearly itself while small against the room left and never more than the room."""
    if room <= np.finfo(np.float64).tiny:
        return np.zeros_like(excess)
    return room * np.tanh(np.maximum(excess, 0.0) / room)
