"""Exact Shapley values: what each of a few players adds, as a mean over all orders in which they can come.

    part_i = sum over sets S without i of  |S|! (k - |S| - 1)! / k!  (worth(S + i) - worth(S))      (Shapley 1953)

The parts sum to the worth of all less that of none. Sets are numbered by their bits: player i is in set n where bit i
of n is one.
"""

from __future__ import annotations

from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST: Final = 10
"""Players that are still split exactly: their sets double with every further one."""


def coalitions(players: int) -> Array:
    """Switches [set, player] of all sets of so many players; ValueError where there are too many for all their sets."""
    if not 0 <= players <= MOST:
        raise ValueError(f"{players} players: exact values are for {MOST} at the most")
    return ((np.arange(2**players)[:, None] >> np.arange(players)) & 1).astype(np.float64)


def shapley(worth: Array) -> Array:
    """Parts [player, ...] of the worth [set, ...] of every set; ValueError where the sets are not all there."""
    players = worth.shape[0].bit_length() - 1
    if worth.shape[0] != 2**players:
        raise ValueError(f"{worth.shape[0]} sets are not all sets of a number of players")
    sets = np.arange(worth.shape[0])
    size = np.array([int(number).bit_count() for number in sets])
    parts = np.zeros((players, *worth.shape[1:]))
    for player in range(players):
        without = sets[(sets >> player) & 1 == 0]
        weights = np.array([1 / (players * comb(players - 1, int(of))) for of in size[without]])
        gains = worth[without | (1 << player)] - worth[without]
        parts[player] = np.tensordot(weights, gains, axes=1)
    return parts


def ends(worth: Array) -> tuple[Array, Array]:
    """What every player adds when it comes before all others and when it comes after all, both [player, ...]."""
    players = worth.shape[0].bit_length() - 1
    bits = 1 << np.arange(players)
    return worth[bits] - worth[0], worth[-1] - worth[worth.shape[0] - 1 - bits]
