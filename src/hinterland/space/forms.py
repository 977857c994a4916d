"""Forms of distance kernels that the hierarchical operator knows: sums of exponentials and power laws, with slopes.

Every form is a table of terms [term, 6], and so are its derivatives, so that one compiled function serves all:

    k(d) = sum over terms of (weight + per_km d + per_log L) exp(-d / scale - exponent L),   L = ln sqrt(d^2 + offset^2)

with d in km and the columns weight, per_km, per_log, 1 / scale, exponent and offset^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError

Array = NDArray[np.float64]


@runtime_checkable
class Form(Protocol):
    """A positive kernel of distance with parameters theta, in their own units and in the order of `names`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parameters."""
        ...

    def checked(self, theta: Array) -> Array:
        """Theta itself; InputError naming a parameter that cannot be."""
        ...

    def terms(self, theta: Array) -> Array:
        """Terms [term, 6] of the kernel."""
        ...

    def slopes(self, theta: Array) -> tuple[Array, ...]:
        """Terms [term, 6] of the derivative with respect to each parameter."""
        ...


@dataclass(frozen=True, slots=True)
class Exponential:
    """exp(-d / scale), scale in km: the way to work, to shops and to markets."""

    names: tuple[str, ...] = ("scale",)

    def checked(self, theta: Array) -> Array:
        """Theta itself; InputError for a scale that is not a positive number."""
        return _numbers(self.names, theta, positive=("scale",))

    def terms(self, theta: Array) -> Array:
        """One term."""
        return _table((1.0, 0.0, 0.0, 1 / theta[0], 0.0, 0.0))

    def slopes(self, theta: Array) -> tuple[Array, ...]:
        """d / scale^2 times the kernel."""
        return (_table((0.0, theta[0] ** -2, 0.0, 1 / theta[0], 0.0, 0.0)),)


@dataclass(frozen=True, slots=True)
class TwoScales:
    """(1 - far_share) exp(-d / near) + far_share exp(-d / far), scales in km: `space.kernel.two_scales`."""

    names: tuple[str, ...] = ("near", "far", "far_share")

    def checked(self, theta: Array) -> Array:
        """Theta itself; InputError for scales that are not positive numbers and a share outside 0 to 1."""
        theta = _numbers(self.names, theta, positive=("near", "far"))
        if not 0 <= theta[2] <= 1:
            raise InputError(f"far_share is {theta[2]:g}", remedy="Give a share from 0 to 1", where="kernel")
        return theta

    def terms(self, theta: Array) -> Array:
        """One term for each scale."""
        near, far, share = theta
        return _table((1 - share, 0.0, 0.0, 1 / near, 0.0, 0.0), (share, 0.0, 0.0, 1 / far, 0.0, 0.0))

    def slopes(self, theta: Array) -> tuple[Array, ...]:
        """Of near, far and far_share."""
        near, far, share = theta
        return (
            _table((0.0, (1 - share) * near**-2, 0.0, 1 / near, 0.0, 0.0)),
            _table((0.0, share * far**-2, 0.0, 1 / far, 0.0, 0.0)),
            _table((-1.0, 0.0, 0.0, 1 / near, 0.0, 0.0), (1.0, 0.0, 0.0, 1 / far, 0.0, 0.0)),
        )


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """(d^2 + offset^2)^(-exponent / 2), offset in km: the gravity law, bounded by an offset."""

    names: tuple[str, ...] = ("exponent", "offset")

    def checked(self, theta: Array) -> Array:
        """Theta itself; InputError for an exponent or an offset below zero."""
        theta = _numbers(self.names, theta, positive=())
        for name, value in zip(self.names, theta, strict=True):
            if value < 0:
                raise InputError(f"{name} is {value:g}", remedy="Give zero or a positive number", where="kernel")
        return theta

    def terms(self, theta: Array) -> Array:
        """One term."""
        return _table((1.0, 0.0, 0.0, 0.0, theta[0], theta[1] ** 2))

    def slopes(self, theta: Array) -> tuple[Array, ...]:
        """Of the exponent and the offset."""
        exponent, offset = theta
        return (
            _table((0.0, 0.0, -1.0, 0.0, exponent, offset**2)),
            _table((-exponent * offset, 0.0, 0.0, 0.0, exponent + 2, offset**2)),
        )


def values(terms: Array, distance: Array) -> Array:
    """The kernel of `terms` [term, 6] at distances of any shape in km, in numpy: the measure of the rest."""
    out = np.zeros_like(distance)
    for weight, per_km, per_log, inverse, exponent, square in terms:
        length = distance * distance + square
        logs = 0.5 * np.log(length) if exponent or per_log else np.zeros_like(distance)
        out += (weight + per_km * distance + per_log * logs) * np.exp(-inverse * distance - exponent * logs)
    return out


def family(form: Form, theta: Array, low: Array | None, high: Array | None) -> tuple[Array, ...]:
    """Thetas among which a basis must serve: theta itself, and the ends of its range one by one and all together."""
    if low is None or high is None:
        return (theta,)
    low, high = np.minimum(form.checked(low), theta), np.maximum(form.checked(high), theta)
    found = [theta, low, high]
    for position in range(len(theta)):
        for end in (low, high):
            one = theta.copy()
            one[position] = end[position]
            found.append(one)
    distinct = {one.tobytes(): one for one in found}
    return tuple(distinct.values())


def _table(*rows: tuple[float, ...]) -> Array:
    return np.array(rows, np.float64)


def _numbers(names: tuple[str, ...], theta: Array, *, positive: tuple[str, ...]) -> Array:
    if theta.shape != (len(names),):
        raise InputError(
            f"{theta.size} numbers for {len(names)} parameters", remedy=f"Give {', '.join(names)}", where="kernel"
        )
    for name, value in zip(names, theta, strict=True):
        if not np.isfinite(value) or (name in positive and value <= 0):
            kind = "a positive number of km" if name in positive else "a finite number"
            raise InputError(f"{name} is {value:g}", remedy=f"Give {kind}", where="kernel")
    return theta
