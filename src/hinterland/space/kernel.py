"""The interface every distance kernel offers, and the two-scale form that migration uses."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import jax
import numpy as np
from numpy.typing import NDArray


@runtime_checkable
class Kernel(Protocol):
    """A non-negative operator over places, applied to columns without showing its matrix."""

    def apply(self, columns: jax.Array) -> jax.Array:
        """K x for columns [..., place, column]; same shape."""
        ...

    def apply_transposed(self, columns: jax.Array) -> jax.Array:
        """Transposed K x for columns [..., place, column]; same shape."""
        ...


def rounds(kernel: Kernel) -> bool:
    """Whether products of a kernel are in less than double precision, so that sums of people must be set right."""
    return bool(getattr(kernel, "rounds", False))


def two_scales(distance: NDArray[np.float64], *, near: float, far: float, far_share: float) -> NDArray[np.float64]:
    """Mixture of a short and a long exponential of distance [place, place] in km; scales in km, zero on the diagonal.

    The diagonal is zero because a mover leaves: staying is not a destination.
    """
    weights = (1 - far_share) * np.exp(-distance / near) + far_share * np.exp(-distance / far)
    np.fill_diagonal(weights, 0.0)
    return weights


def same_region(weights: NDArray[np.float64], regions: NDArray[np.int64], *, log_factor: float) -> NDArray[np.float64]:
    """Weights [place, place] times exp(log_factor) where both places share a region [place]; stays symmetric."""
    inside = regions[:, None] == regions[None, :]
    return np.where(inside, weights * np.exp(log_factor), weights)
