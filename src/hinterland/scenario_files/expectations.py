"""Directions that scenarios argue for, held against two ensembles with the same random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.record import Ensemble
from hinterland.scenario_files.schema import Direction

_ROUNDING: Final = 1e-9
"""A relative change that counts as one: some thousand times what sums of doubles lose."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The direction a scenario argues for, against the base under the same random numbers."""

    quantity: str
    """A stock or flow of an ensemble, summed over places."""
    places: tuple[str, ...]
    """Codes; empty for all."""
    year: int
    """For a flow the year its period ends in."""
    direction: Direction
    within: float
    """Relative change up to which a quantity is the same."""
    where: str
    """File and number."""


def failed(expected: Sequence[Expectation], base: Ensemble, changed: Ensemble) -> list[str]:
    """Sentences on the expectations that two ensembles with the same random numbers do not bear out.

    Compared is the median over members of the difference, relative to the median of the base. ValueError where the
    two differ in places, years, members or seed.
    """
    for name in ("years", "members", "seed"):
        if getattr(base, name) != getattr(changed, name):
            raise ValueError(f"{name} differ: {getattr(base, name)} and {getattr(changed, name)}")
    codes = base.country.places.codes
    if codes != changed.country.places.codes:
        raise ValueError("the two ensembles are of different places")
    wrong: list[str] = []
    for one in expected:
        arrays = base.stocks if one.quantity in base.stocks else base.flows
        if one.quantity not in arrays or one.year not in base.years[0 if arrays is base.stocks else 1 :]:
            wrong.append(f"{one.where}: {one.quantity} in {one.year} is not in the run")
            continue
        before = _summed(base, one, codes)
        gap = float(np.median(_summed(changed, one, codes) - before)) / max(abs(float(np.median(before))), 1e-300)
        borne_out = {"up": gap > _ROUNDING, "down": gap < -_ROUNDING, "same": abs(gap) <= one.within}
        if not borne_out[one.direction]:
            there = ", ".join(one.places[:4]) + (" ..." if len(one.places) > 4 else "") or "all places"
            wrong.append(
                f"{one.where}: {one.quantity} at {there} in {one.year} is argued to be {one.direction} "
                f"and changes by {100 * gap:.3g}%"
            )
    return wrong


def _summed(ensemble: Ensemble, one: Expectation, codes: tuple[str, ...]) -> NDArray[np.float64]:
    """[member] a quantity in a year, summed over the places of an expectation."""
    stock = one.quantity in ensemble.stocks
    values = (ensemble.stocks if stock else ensemble.flows)[one.quantity]
    there = [codes.index(code) for code in one.places] if one.places else slice(None)
    return values[:, ensemble.years.index(one.year) - (0 if stock else 1)][:, there].sum(axis=-1)
