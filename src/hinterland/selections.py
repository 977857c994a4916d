"""The groups of people that results are told for: which sexes and ages each holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hinterland.axes import SEXES, Ages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Selection:
    """Persons of some sexes aged `start` to below `stop` years; `stop` None means without end."""

    start: int
    stop: int | None = None
    sexes: tuple[str, ...] = SEXES

    def groups(self, ages: Ages) -> slice:
        """The age groups it holds; ValueError where a bound would cut through a group."""
        for bound in (self.start, *(() if self.stop is None else (self.stop,))):
            if bound not in ages.lower:
                raise ValueError(f"age groups {ages.labels[0]} ... {ages.labels[-1]} cannot be cut at age {bound}")
        return slice(ages.index(self.start), None if self.stop is None else ages.index(self.stop))


SELECTIONS: Final[Mapping[str, Selection]] = {
    "people": Selection(0),
    "people_0_14": Selection(0, 15),
    "people_15_64": Selection(15, 65),
    "people_65_plus": Selection(65),
    "people_80_plus": Selection(80),
    "women_20_39": Selection(20, 40, ("women",)),
}
"""Stock -> whom it counts."""


def select(cells: NDArray[np.float64], ages: Ages) -> dict[str, NDArray[np.float64]]:
    """Every selection [...] summed from cells [..., sex, age], persons."""
    sums = {}
    for name, chosen in SELECTIONS.items():
        groups = chosen.groups(ages)
        sums[name] = sum(
            (cells[..., SEXES.index(sex), groups].sum(-1) for sex in chosen.sexes[1:]),
            start=(cells[..., SEXES.index(chosen.sexes[0]), groups].sum(-1)),
        )
    return sums
