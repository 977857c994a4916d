"""Classes of places, ages and horizons that scores are split by, fixed before any forecast was scored.

Places are classed by what was known at launch, never by what came of them, so no class is defined by its own error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinterland.axes import Ages
from hinterland.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bands:
    """Bands of a number: band k holds edge k-1 <= number < edge k, the outer ones are open."""

    name: str
    edges: tuple[float, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.edges) + 1:
            raise ValueError(f"{len(self.edges)} edges of {self.name} bound {len(self.edges) + 1} bands")

    def of(self, values: ArrayLike) -> NDArray[np.int64]:
        """Position of the band of every value, the shape of `values`; -1 where the value is not a number."""
        numbers = np.asarray(values, dtype=np.float64)
        return np.where(np.isnan(numbers), -1, np.searchsorted(self.edges, numbers, side="right")).astype(np.int64)

    def masks(self, values: ArrayLike) -> dict[str, NDArray[np.bool_]]:
        """Label -> where the values lie in the band, for bands that hold any; a last one, `unknown`, for no number."""
        position = self.of(values)
        found = {label: position == at for at, label in enumerate(self.labels)} | {UNKNOWN: position < 0}
        return {label: mask for label, mask in found.items() if mask.any()}


UNKNOWN: Final = "unknown"

SIZES: Final = Bands(
    name="people at launch",
    edges=(1_000, 5_000, 20_000, 100_000, 1_000_000),
    labels=("under 1,000", "1,000-5,000", "5,000-20,000", "20,000-100,000", "100,000-1 million", "over 1 million"),
)

GROWTHS: Final = Bands(
    name="annual growth before launch, %",
    edges=(-2.0, -1.0, 0.0, 1.0, 2.0),
    labels=("below -2", "-2 to -1", "-1 to 0", "0 to 1", "1 to 2", "2 and over"),
)

HORIZONS: Final = Bands(
    name="years after launch",
    edges=(6, 11, 16, 21),
    labels=("1-5 years", "6-10 years", "11-15 years", "16-20 years", "over 20 years"),
)


def annual_growth(before: ArrayLike, launch: ArrayLike, years: float) -> Array:
    """Geometric growth a year over the `years` before launch, [place] percent; NaN where a count is not above zero."""
    first, last = np.asarray(before, dtype=np.float64), np.asarray(launch, dtype=np.float64)
    if years <= 0:
        raise InputError(f"growth over {years} years", remedy="Take a year before the launch", where="growth classes")
    known = (first > 0) & (last > 0)
    ratio = np.divide(last, first, out=np.full(np.broadcast(first, last).shape, np.nan), where=known)
    return 100 * (ratio ** (1 / years) - 1)


AGE_GROUPS: Final[dict[str, tuple[int, int | None]]] = {
    "0-14": (0, 15),
    "15-24": (15, 25),
    "25-39": (25, 40),
    "40-64": (40, 65),
    "65+": (65, None),
    "80+": (80, None),
}
"""Label -> first age and the first age beyond it; 80+ is part of 65+."""


def by_age_group(cells: ArrayLike, ages: Ages) -> dict[str, Array]:
    """Persons of both sexes in every age group, label -> [year, place] from cells [..., sex, age].

    Groups whose bounds the published ages do not have are left out: no age is split to make one. InputError where
    the last axis does not hold `ages`.
    """
    people = np.asarray(cells, dtype=np.float64)
    if people.ndim < 2 or people.shape[-1] != len(ages):
        raise InputError(
            f"cells of shape {people.shape} for {len(ages)} age groups", remedy="Give [..., sex, age]", where="ages"
        )
    groups: dict[str, Array] = {}
    for label, (start, stop) in AGE_GROUPS.items():
        if start not in ages.lower or (stop is not None and stop not in ages.lower):
            continue
        end = None if stop is None else ages.index(stop)
        groups[label] = people[..., ages.index(start) : end].sum(axis=(-2, -1))
    return groups
