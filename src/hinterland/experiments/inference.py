"""Indirect inference: the values of a few coefficients with which experiments kept for fitting come nearest to studies.

With theta the log of a coefficient over its default, s the simulated effect and p the published one of an experiment,
the least sum over experiments and coefficients of

    ( (s(theta) - p) / e )^2 + ( theta / d )^2

is found by Gauss-Newton steps; e is a study's standard error where it gives an interval, half of the effect where it
gives none, and of a null the tolerance over 1.645; d makes the prior of the parameter its 90% interval. A study that
gives a sign alone misses by what the effect falls short of the least that counts, in its multiples and at most two,
else by nothing. Intervals are of the linear problem at the end (Gourieroux, Monfort and Renault 1993, Journal of
Applied Econometrics 8, for the method).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.experiments.catalogue import Experiment, catalogue
from hinterland.experiments.runs import Bench
from hinterland.experiments.studies import STUDIES
from hinterland.params import Parameter, Parameters

Array = NDArray[np.float64]

Z90: Final = 1.6448536269514722
"""Half of a 90% interval in standard deviations."""
UNTOLD: Final = float(np.log(3))
"""Log of the end of the 90% interval over the default, of a parameter without a prior."""
DIFFERENCE: Final = 0.1
"""Step of theta from which slopes are taken."""
FARTHEST: Final = 1.0
"""Largest change of a theta in one Gauss-Newton step."""
MOST_MISSED: Final = 2.0
"""What a sign that is not found counts at the most: as much as no effect does where a size is published."""
MOST: Final = 6
"""Coefficients at a time."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Values that experiments propose; nothing is written to the parameters."""

    names: tuple[str, ...]
    multiples: tuple[float, ...]
    """Of the defaults; of every life stage alike where a parameter has several."""
    low: tuple[float, ...]
    """5% bounds of the multiples."""
    high: tuple[float, ...]
    misses: tuple[float, float]
    """Sum of squared misses of the experiments fitted, at the defaults and at the end."""

    def values(self, parameters: Parameters) -> dict[str, Any]:
        """The proposed values, by name."""
        return scaled(parameters, self.names, np.log(self.multiples))


def miss(one: Experiment, simulated: float) -> float:
    """How far a simulated effect is from what was published, in standard errors."""
    if one.kind == "sign":
        assert one.least is not None
        return float(np.clip((one.sign * simulated - one.least) / one.least, -MOST_MISSED, 0.0))
    if one.kind == "null":
        assert one.tolerance is not None
        return Z90 * simulated / one.tolerance
    assert one.effect is not None
    if one.low is not None and one.high is not None:
        return (simulated - one.effect) * 2 * Z90 / (one.high - one.low)
    return (simulated - one.effect) * 2 / abs(one.effect)


def chosen() -> tuple[Experiment, ...]:
    """The experiments that are fitted."""
    return tuple(one for one in catalogue().experiment if one.role == "fit")


def prior_spread(parameter: Parameter) -> float:
    """Standard deviation of theta: the wider side of the prior, by the median life stage."""
    pairs = parameter.prior_items
    if pairs is None:
        return UNTOLD / Z90
    sides = [
        max(np.log(high / value), np.log(value / low) if low > 0 else UNTOLD)
        for value, (low, high) in zip(parameter.items, pairs, strict=True)
        if value > 0
    ]
    return float(np.median(sides)) / Z90


def scaled(parameters: Parameters, names: Sequence[str], theta: Array) -> dict[str, Any]:
    """Values of parameters at their defaults times exp(theta), within their ranges."""
    out: dict[str, Any] = {}
    for name, log in zip(names, theta, strict=True):
        low, high = parameters[name].range
        values = np.clip(np.array(parameters[name].items) * np.exp(log), low, high)
        out[name] = float(values[0]) if len(values) == 1 else [float(value) for value in values]
    return out


def misses(bench: Bench, fitted: Sequence[Experiment]) -> Array:
    """The miss of every experiment [experiment]."""
    wanted = {one.id for one in fitted}
    found: dict[str, float] = {}
    for study in STUDIES:
        if wanted & set(study.ids):
            found |= study.simulate(bench)
    return np.array([miss(one, found[one.id]) for one in fitted])


def fit(
    parameters: Parameters,
    names: Sequence[str],
    *,
    rounds: int = 3,
    told: Callable[[str], None] = lambda _: None,
) -> Fitted:
    """Multiples of the parameters `names` that come nearest; `told` is given a line for every round.

    ValueError where there are more than six.
    """
    if not 0 < len(names) <= MOST:
        raise ValueError(f"{len(names)} coefficients: {len(chosen())} experiments bear {MOST} at the most")
    fitted = chosen()
    spread = np.array([prior_spread(parameters[name]) for name in names])

    def at(theta: Array) -> Array:
        return misses(Bench(parameters.with_overrides(scaled(parameters, names, theta))), fitted)

    def cost(theta: Array, missed: Array) -> float:
        return float((missed**2).sum() + ((theta / spread) ** 2).sum())

    theta = np.zeros(len(names))
    missed = first = at(theta)
    slopes = np.zeros((len(fitted), len(names)))
    for turn in range(rounds):
        slopes = np.stack(
            [(at(theta + DIFFERENCE * unit) - missed) / DIFFERENCE for unit in np.eye(len(names))], axis=1
        )
        step = -np.linalg.solve(_information(slopes, spread), slopes.T @ missed + theta / spread**2)
        step = step * min(1.0, FARTHEST / max(float(np.abs(step).max()), 1e-12))
        for _ in range(4):
            new = at(theta + step)
            if cost(theta + step, new) < cost(theta, missed):
                theta, missed = theta + step, new
                break
            step = step / 3
        told(f"round {turn + 1}: {cost(theta, missed):.2f}, " + _said(names, theta))
    sd = np.sqrt(np.diag(np.linalg.inv(_information(slopes, spread))))
    return Fitted(
        names=tuple(names),
        multiples=tuple(np.exp(theta).tolist()),
        low=tuple(np.exp(theta - Z90 * sd).tolist()),
        high=tuple(np.exp(theta + Z90 * sd).tolist()),
        misses=(float((first**2).sum()), float((missed**2).sum())),
    )


def _information(slopes: Array, spread: Array) -> Array:
    return slopes.T @ slopes + np.diag(spread**-2.0)


def _said(names: Sequence[str], theta: Array) -> str:
    return ", ".join(f"{name} x {np.exp(log):.2f}" for name, log in zip(names, theta, strict=True))
