"""Units as the package writes them, in parameter files, in tables of results and beside types."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

KNOWN: Final = (
    "1",
    "%",
    "share",
    "year",
    "1/year",
    "persons",
    "persons/year",
    "births/woman",
    "men/woman",
    "km",
    "1/km",
    "km2",
    "persons/km2",
    "hours",
    "km/hour",
    "1/hour",
    "degrees",
    "degrees Celsius",
)
"""`1` is a pure number, `share` a pure number from 0 to 1, `%` a hundred times a share; flows are per step."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Unit and hard bounds of a quantity, for `Annotated[float, Unit("1/year", lo=0)]`.

    ValueError when the symbol is not one of KNOWN or the bounds leave nothing between them.
    """

    symbol: str
    lo: float = -math.inf
    hi: float = math.inf

    def __post_init__(self) -> None:
        known_unit(self.symbol)
        if not self.lo < self.hi:
            raise ValueError(f"unit {self.symbol}: bounds {self.lo:g} to {self.hi:g} leave no value between them")

    def __contains__(self, value: float) -> bool:
        """Whether a value lies within the bounds; NaN does not."""
        return self.lo <= value <= self.hi


def known_unit(symbol: str) -> str:
    """The symbol itself; ValueError with the nearest known one when it is not known."""
    if symbol in KNOWN:
        return symbol
    near = get_close_matches(symbol, KNOWN, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(KNOWN)}"
    raise ValueError(f"unit {symbol!r} is not known; {hint}")
