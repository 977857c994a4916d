"""The words and axes every array in the package shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SEXES: Final = ("men", "women")
SECTORS: Final = ("farm", "mine", "industry", "tradable_services", "local_services", "public")
ACTIVITIES: Final = ("farm", "mine", "routine", "advanced", "tradable", "local", "public")
"""What jobs are of in the model: the sectors of the data with industry split into routine and advanced."""
FOOTLOOSE: Final = ("routine", "advanced", "tradable")
"""Activities that choose where to be; they stand together among `ACTIVITIES`."""
RUNGS: Final = ("core", "seat", "town", "village")
"""Where in a place people live: its city, county seats, towns, villages."""
SERVICES: Final = ("primary", "secondary", "clinic", "hospital", "rail", "supermarket")
"""Primary and secondary school, clinic with a doctor, hospital, rail stop, supermarket."""
ORIGINS: Final = ("same_county", "same_province", "other_province")


@dataclass(frozen=True, slots=True)
class Ages:
    """Age groups of equal `width` years up to an `open` last group, e.g. 0-4 ... 80-84, 85+."""

    width: int
    open: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.open < self.width or self.open % self.width:
            raise ValueError(
                f"age groups of width {self.width} cannot end in an open group at {self.open}: "
                "the open age must be a positive multiple of the width"
            )

    @property
    def lower(self) -> tuple[int, ...]:
        """First age of every group, the open one included."""
        return tuple(range(0, self.open + 1, self.width))

    def __len__(self) -> int:
        return self.open // self.width + 1

    @property
    def labels(self) -> tuple[str, ...]:
        """Names as printed in census tables: `0-4` or `0` when the width is one, `85+` at the end."""
        closed = self.lower[:-1]
        named = [str(a) if self.width == 1 else f"{a}-{a + self.width - 1}" for a in closed]
        return (*named, f"{self.open}+")

    def index(self, age: int) -> int:
        """Position of the group that holds persons aged `age` (completed years)."""
        if age < 0:
            raise ValueError(f"age {age} is negative")
        return min(age, self.open) // self.width

    def pooled(self, cells: NDArray[np.float64], open_age: int) -> NDArray[np.float64]:
        """Persons [..., age] of these groups with all from `open_age` on in one last group.

        ValueError where no group begins at `open_age`.
        """
        if open_age not in self.lower:
            raise ValueError(f"no group of {', '.join(self.labels)} begins at {open_age}")
        first = self.index(open_age)
        return np.concatenate([cells[..., :first], cells[..., first:].sum(axis=-1, keepdims=True)], axis=-1)


FIVE_YEARS: Final = Ages(width=5, open=85)


@dataclass(frozen=True, slots=True)
class LifeStages:
    """Stages of life that share one pull of places: the first ages of each, in order."""

    starts: tuple[int, ...]
    labels: tuple[str, ...]

    def of_ages(self, ages: Ages) -> tuple[int, ...]:
        """The stage (position) of every age group; a group belongs to the stage its first age falls in."""
        return tuple(sum(1 for start in self.starts if start <= lower) - 1 for lower in ages.lower)

    def __len__(self) -> int:
        return len(self.starts)


LIFE_STAGES: Final = LifeStages(
    starts=(0, 15, 20, 25, 30, 45, 60),
    labels=("0-14", "15-19", "20-24", "25-29", "30-44", "45-59", "60+"),
)
