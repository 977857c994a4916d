"""Persons who moved between places in a year: the pairs that are published, and sums of those that are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Moves between places; all other pairs of different places are hidden, and only their sums are known, in persons.

    A sum that is not published, or of less than can be told, is zero.
    """

    year: int
    """In which the moves were known."""
    origin: NDArray[np.int64]
    """[pair] position of the place they left."""
    destination: NDArray[np.int64]
    """[pair]."""
    people: Array
    """[pair] persons."""
    leaving_same: Array
    """[place] who left for hidden places of the same region."""
    leaving_other: Array
    """[place] who left for hidden places of other regions."""
    coming_same: Array
    """[place] who came from hidden places of the same region."""
    coming_other: Array
    """[place] who came from hidden places of other regions."""
