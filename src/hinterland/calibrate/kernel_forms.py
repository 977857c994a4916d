"""Forms of a distance kernel that can be fitted: the two scales of the model, and the power law it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Form(Protocol):
    """log K of a distance, and how it changes with theta, whose entries may take any value."""

    @property
    def label(self) -> str:
        """What tables call it."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Of its parameters, in theta's order."""
        ...

    @property
    def start(self) -> tuple[float, ...]:
        """Theta from which fits begin."""
        ...

    def natural(self, theta: Array) -> tuple[float, ...]:
        """Its parameters in their own units."""
        ...

    def logs(self, distance: Array, theta: Array) -> tuple[Array, Array]:
        """log K [row] and its derivatives [row, theta] at distances [row] in km."""
        ...


@dataclass(frozen=True, slots=True)
class TwoScales:
    """(1 - far_share) exp(-d / near) + far_share exp(-d / far), as in `space.kernel.two_scales`.

    Theta: log near, log far and the log odds of far_share.
    """

    label: str = "two scales"
    names: tuple[str, ...] = ("near", "far", "far_share")
    start: tuple[float, ...] = (float(np.log(60.0)), float(np.log(900.0)), float(np.log(0.1 / 0.9)))

    def natural(self, theta: Array) -> tuple[float, ...]:
        """Near and far in km, and far_share."""
        return float(np.exp(theta[0])), float(np.exp(theta[1])), float(1 / (1 + np.exp(-theta[2])))

    def logs(self, distance: Array, theta: Array) -> tuple[Array, Array]:
        """log K [row] and its derivatives [row, theta]."""
        near, far, share = self.natural(theta)
        parts = np.stack([np.log1p(-share) - distance / near, np.log(share) - distance / far])
        total = np.logaddexp(parts[0], parts[1])
        short, long = np.exp(parts - total)
        return total, np.column_stack([short * distance / near, long * distance / far, long - share])


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """d^-elasticity."""

    label: str = "power law"
    names: tuple[str, ...] = ("elasticity",)
    start: tuple[float, ...] = (1.0,)

    def natural(self, theta: Array) -> tuple[float, ...]:
        """The elasticity."""
        return (float(theta[0]),)

    def logs(self, distance: Array, theta: Array) -> tuple[Array, Array]:
        """log K [row] and its derivative [row, 1]."""
        log = np.log(distance)
        return -theta[0] * log, -log[:, None]
