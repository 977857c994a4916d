"""Random numbers of a member: streams keyed by seed, member, process and year, so that scenarios share them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinterland.drivers import Deviations
from hinterland.params import Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shocks:
    """Departures of members from the central course; all zero for the central run itself."""

    nation: Deviations
    place: Array
    """[member, step, place] added to pull."""
    strength: Array
    """[member, step] log multiple of place effects."""
    slope: Array
    """[member, step] added to pull per standard deviation of the log of size."""


def stream(seed: int, member: int, process: str, year: int) -> np.random.Generator:
    """The generator of one member, process and year."""
    return np.random.Generator(
        np.random.Philox(np.random.SeedSequence([seed, member, zlib.crc32(process.encode()), year]))
    )


def draw_shocks(
    parameters: Parameters, codes: tuple[str, ...], people: Array, members: range, starts: list[int], seed: int
) -> Shocks:
    """Shocks of `members` over steps that begin in the years `starts`, for places with `people` [place].

    Numbers are dealt to places in the order of their codes, so the order of a table changes nothing.
    """
    order = np.argsort(np.array(codes))
    tails = parameters.value("place_shock_tails")
    unit = np.sqrt((tails - 2) / tails)
    scale = parameters.value("place_shock") * np.maximum(people / 1e6, 1e-6) ** -parameters.value("place_shock_size")
    shape = (len(members), len(starts))
    place = np.empty((*shape, len(codes)))
    period = np.empty((*shape, 2))
    nation = np.empty((*shape, 3))
    for row, member in enumerate(members):
        for column, year in enumerate(starts):
            place[row, column, order] = stream(seed, member, "place", year).standard_t(tails, len(codes)) * unit
            period[row, column] = stream(seed, member, "period", year).standard_normal(2)
            nation[row, column] = stream(seed, member, "nation", year).standard_normal(3)
    stay = parameters.value("period_shock_stay")
    nation = _stationary(nation, parameters.value("nation_stay"))
    return Shocks(
        nation=Deviations(fertility=nation[..., 0], mortality=nation[..., 1], migration=nation[..., 2]),
        place=_accumulated(
            _bounded(place * scale, parameters.value("place_shock_most")), parameters.value("place_shock_stay")
        ),
        strength=_accumulated(period[..., 0] * parameters.value("period_shock"), stay),
        slope=_accumulated(period[..., 1] * parameters.value("period_shock_size"), stay),
    )


def no_shocks(places: int, steps: int) -> Shocks:
    """The central run, as one member."""
    zero = np.zeros((1, steps))
    return Shocks(
        nation=Deviations(fertility=zero, mortality=zero, migration=zero),
        place=np.zeros((1, steps, places)),
        strength=zero,
        slope=zero,
    )


def followed(first: Shocks, then: Shocks) -> Shocks:
    """Members of two sets of shocks, one after the other."""

    def both(a: Array, b: Array) -> Array:
        return np.concatenate([a, b])

    return Shocks(
        nation=Deviations(
            fertility=both(first.nation.fertility, then.nation.fertility),
            mortality=both(first.nation.mortality, then.nation.mortality),
            migration=both(first.nation.migration, then.nation.migration),
        ),
        place=both(first.place, then.place),
        strength=both(first.strength, then.strength),
        slope=both(first.slope, then.slope),
    )


def taken(shocks: Shocks, rows: NDArray[np.int64]) -> Shocks:
    """The members at `rows`, which may repeat."""
    nation = shocks.nation
    return Shocks(
        nation=Deviations(nation.fertility[rows], nation.mortality[rows], nation.migration[rows]),
        place=shocks.place[rows],
        strength=shocks.strength[rows],
        slope=shocks.slope[rows],
    )


def _bounded(innovations: Array, most: float) -> Array:
    """Shocks nearly as they are while small, and never beyond `most`: tails are fat, but no city is made in a day."""
    return most * np.tanh(innovations / most)


def _accumulated(innovations: Array, stay: float) -> Array:
    """First-order autoregression [member, step, ...] that starts from nothing."""
    out = innovations.copy()
    for k in range(1, out.shape[1]):
        out[:, k] += stay * out[:, k - 1]
    return out


def _stationary(innovations: Array, stay: float) -> Array:
    """First-order autoregression [member, step, ...] with unit variance from the first step on."""
    out = innovations.copy()
    for k in range(1, out.shape[1]):
        out[:, k] = stay * out[:, k - 1] + np.sqrt(1 - stay**2) * innovations[:, k]
    return out
