"""Which operator a kernel is held by: the full matrix, or the hierarchical one where that costs clearly less.

The full matrix is exact and is kept while it is cheap. What the hierarchical one costs is known from its own count of
products once it is built, and from what a product of it takes beside one of the full matrix, as measured
(docs/benchmarks.md); times are not taken when choosing, so that the same country is held the same way every time.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final, Literal

from hinterland.errors import InputError

Choice = Literal["automatic", "dense", "hierarchical"]
"""What can be asked for."""

CHOICES: Final[tuple[Choice, ...]] = ("automatic", "dense", "hierarchical")
LARGE: Final = 5000
"""Places above which the full matrix is left unasked: its state is 200 MB in double precision, and exact below."""
SLOWER: Final = 2.0
"""What a product of the hierarchical operator takes in times of one of the full matrix: its blocks are small."""
WORTH: Final = 2.0
"""How many times less it must cost: being exact is worth the rest."""


def asked(choice: str) -> Choice:
    """The choice of that name; InputError for another word."""
    for known in CHOICES:
        if choice == known:
            return known
    raise InputError(f"kernel {choice!r}", remedy=f"Give one of {', '.join(CHOICES)}", where="kernel")


def tried(choice: Choice, places: int, *, travel_times: bool) -> bool:
    """Whether a hierarchical operator is to be built.

    Kernels that depend on travel times are no function of positions and stay full matrices. InputError where one is
    asked for that cannot be: with travel times, or without numba.
    """
    if choice == "dense":
        return False
    compiler = find_spec("numba") is not None
    if choice == "hierarchical":
        if travel_times:
            raise InputError(
                "distances that railways change have no hierarchical operator",
                remedy="Ask for the full matrix, or leave out the lines",
                where="kernel",
            )
        if not compiler:
            raise InputError("numba is not installed", remedy="Install hinterland[scale]", where="kernel")
        return True
    return places > LARGE and compiler and not travel_times


def kept(choice: Choice, places: int, products: int) -> bool:
    """Whether an operator of so many products a column is used rather than the full matrix."""
    return choice == "hierarchical" or products * SLOWER * WORTH <= places * places


def price(places: int) -> str:
    """What the full matrix costs at that size, in words."""
    gigabytes = 8 * places**2 / 1e9
    return f"a full matrix of {places:,} places takes {gigabytes:,.1f} GB and {2 * places**2 / 1e9:,.2f} GFLOP a column"
