"""What can be asked of a run: its own variables by year or period, and shares, changes and chances made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.results.variables import series as stored
from hinterland.web.schemas import Variable
from hinterland.web.words import named, own

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]
Read = Callable[[str], Array]
"""Name of a stored variable -> its values [member, year, ...]."""

LOSSES: Final = {"chance_10": 0.10, "chance_25": 0.25, "chance_50": 0.50}
"""Derived chance -> the share of the base year's people whose loss it is of."""
SHARES: Final = {"share_65_plus": "people_65_plus", "share_0_14": "people_0_14"}
"""Derived share -> those that it is the share of."""
DERIVED: Final = ("change", *SHARES, *LOSSES)
DEFAULT: Final = (
    "people", "births", "deaths", "arrivals", "departures", "international", "adjustment", "people_0_14",
    "people_15_64", "people_65_plus", "share_65_plus", "women_20_39", "jobs", "jobs_farm", "jobs_mine", "jobs_routine",
    "jobs_advanced", "jobs_tradable", "jobs_local", "jobs_public", "posts_wanted", "homes", "households", "income",
    "debt",
)  # fmt: skip
"""Variables of a place that are told where none is named, as far as the run has them."""


@dataclass(frozen=True, slots=True)
class Known:
    """A variable that can be asked for."""

    variable: Variable
    digits: int
    """Decimals it is told with."""

    @property
    def name(self) -> str:
        """As in addresses."""
        return self.variable.name

    @property
    def by_period(self) -> bool:
        """Whether its values are of the periods that end in the years, so that the base year has none."""
        return self.variable.kind == "flow"

    @property
    def is_chance(self) -> bool:
        """Whether it is one number over all members."""
        return self.name in LOSSES

    @property
    def needs(self) -> tuple[str, ...]:
        """Stored variables that it is made of."""
        if self.variable.kind != "derived":
            return (self.name,)
        return ("people", SHARES[self.name]) if self.name in SHARES else ("people",)

    def of(self, read: Read) -> Array:
        """[member, year or period, ...] values; a chance has a single member."""
        return derived(self.name, read) if self.variable.kind == "derived" else read(self.name)


def known(data: xr.Dataset) -> dict[str, Known]:
    """All variables of a run by name, in the order they are listed."""
    found = {
        each.name: Known(
            Variable(name=each.name, kind=each.kind, unit=each.unit, label=named(each.label)),
            3 if each.unit == "mean pays" else 1,
        )
        for each in stored(data)
    }
    for name in DERIVED:
        unit = "chance" if name in LOSSES else "share"
        found[name] = Known(Variable(name=name, kind="derived", unit=unit, label=own(name)), 5)
    return found


def derived(name: str, read: Read) -> Array:
    """A derived variable [member, year, ...] from stored ones; NaN where nobody was or is left."""
    people = read("people")
    if name in LOSSES:
        lost = np.where(people[:, :1] > 0, people <= (1 - LOSSES[name]) * people[:, :1], np.nan)
        lost[:, 0] = 0.0
        return lost.mean(axis=0, keepdims=True)
    if name == "change":
        return over(people, people[:, :1]) - 1
    return over(read(SHARES[name]), people)


def over(part: Array, whole: Array) -> Array:
    """part / whole; NaN where the whole is zero."""
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
