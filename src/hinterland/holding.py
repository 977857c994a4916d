"""How the kernels of a country are held: full matrices, or hierarchical operators where it has many places.

Kernels of moves are in single precision and within 1e-4; those of daily trips, which a step asks for a column or two,
are in double precision and within 1e-6. The environment variable HINTERLAND_KERNEL (automatic, dense, hierarchical)
overrides the choice, of which `space.choice` says how it is made.
"""

from __future__ import annotations

import os
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.params import Parameters
from hinterland.space import choice
from hinterland.space.commuting import inside
from hinterland.space.dense import DenseKernel
from hinterland.space.distance import nearest

if TYPE_CHECKING:
    from hinterland.space.hierarchical import Hierarchical
    from hinterland.space.in_jax import HierarchicalKernel

Array = NDArray[np.float64]

VARIABLE: Final = "HINTERLAND_KERNEL"
MOVES_WITHIN: Final = 1e-4
"""Largest error of a product with the kernel of moves, in parts of itself."""
DAILY_WITHIN: Final = 1e-6


def moves(country: Country, parameters: Parameters) -> HierarchicalKernel | None:
    """The kernel of moves with mean one as a hierarchical operator; None where the full matrix is to hold it.

    InputError for what `space.hierarchical.build` refuses, and for a choice that cannot be.
    """
    if not _tried(country):
        return None
    from hinterland.space.forms import TwoScales
    from hinterland.space.hierarchical import build

    places = country.places
    _, regions = np.unique(np.array(places.regions), return_inverse=True)
    operator = build(
        places.lon,
        places.lat,
        TwoScales(),
        [parameters.value(name) for name in ("near", "far", "far_share")],
        bound=MOVES_WITHIN,
        regions=regions.astype(np.int64),
        bond=parameters.value("region_bond"),
    )
    return _kept(operator, mean_one=True)


def daily(country: Country, scale: float) -> HierarchicalKernel | None:
    """The kernel of daily trips of a scale in km, as `space.commuting.daily`; None where the full matrix holds it."""
    if not _tried(country):
        return None
    from hinterland.space.forms import Exponential
    from hinterland.space.hierarchical import build

    places = country.places
    own = inside(nearest(places.lon, places.lat), places.area, scale=scale)
    operator = build(
        places.lon, places.lat, Exponential(), [scale], bound=DAILY_WITHIN, own=own, dtype="float64"
    )  # fmt: skip
    return _kept(operator, mean_one=False)


def full(kernel: object, what: str) -> DenseKernel:
    """A kernel as the full matrix that `what` (a plural) needs; InputError where it is held otherwise."""
    if isinstance(kernel, DenseKernel):
        return kernel
    raise InputError(
        f"{what} need the kernels of the country as full matrices, and it has too many places to have them unasked",
        remedy=f"Set the environment variable {VARIABLE} to dense",
        where="kernel",
    )


def _tried(country: Country) -> bool:
    """Whether an operator is to be built; says what the full matrix costs where only numba is missing."""
    asked = choice.asked(os.environ.get(VARIABLE, "automatic"))
    number, lines = len(country.places), bool(country.lines)
    if choice.tried(asked, number, travel_times=lines):
        return True
    if asked == "automatic" and number > choice.LARGE and not lines and find_spec("numba") is None:
        warnings.warn(f"{choice.price(number)}; hinterland[scale] brings an operator of less", stacklevel=3)
    return False


def _kept(operator: Hierarchical, *, mean_one: bool) -> HierarchicalKernel | None:
    """The operator in JAX where it is worth it."""
    from hinterland.space.in_jax import in_jax

    report = operator.report
    if not choice.kept(choice.asked(os.environ.get(VARIABLE, "automatic")), report.places, report.products):
        return None
    mean = float(operator.apply(np.ones((report.places, 1))).sum()) / report.places**2 if mean_one else 1.0
    return in_jax(operator, 1 / mean)
