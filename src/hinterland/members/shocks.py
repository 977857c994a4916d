"""Random numbers of a member: streams keyed by seed, member, process and year, so that scenarios share them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hinterland.data.schedules import Deviations
from hinterland.params import Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shocks:
    """Departures of members from the central course; all zero for the central run itself."""

    nation: Deviations
    place: Array
    """[member, step, place] standard normal score of where a place stands among its likely courses at a step's end."""


@dataclass(frozen=True, slots=True)
class Kin:
    """What places share shocks by."""

    codes: tuple[str, ...]
    regions: NDArray[np.str_]
    """[place]."""
    traits: Array
    """[place, trait] of unit mean square over traits, such as size: places alike in them turn together."""


def stream(seed: int, member: int, process: str, year: int) -> np.random.Generator:
    """The generator of one member, process and year."""
    return np.random.Generator(
        np.random.Philox(np.random.SeedSequence([seed, member, zlib.crc32(process.encode()), year]))
    )


def draw_shocks(parameters: Parameters, kin: Kin, members: range, starts: list[int], seed: int) -> Shocks:
    """Shocks of `members` over steps that begin in the years `starts`.

    A place's score is partly its own, partly its region's, partly that of the period, which turns places by their
    traits. Numbers are dealt to places in the order of their codes, so the order of a table changes nothing.
    """
    order = np.argsort(np.array(kin.codes))
    names, region = np.unique(kin.regions, return_inverse=True)
    shape = (len(members), len(starts))
    own, shared, period = (np.empty((*shape, n)) for n in (len(kin.codes), names.size, kin.traits.shape[1]))
    nation = np.empty((*shape, 3))
    for row, member in enumerate(members):
        for column, year in enumerate(starts):
            own[row, column, order] = stream(seed, member, "place", year).standard_normal(len(kin.codes))
            shared[row, column] = stream(seed, member, "region", year).standard_normal(names.size)
            period[row, column] = stream(seed, member, "period", year).standard_normal(kin.traits.shape[1])
            nation[row, column] = stream(seed, member, "nation", year).standard_normal(3)
    common, turning = parameters.value("region_share"), parameters.value("period_share")
    mixed = (
        np.sqrt(1 - common - turning) * own
        + np.sqrt(common) * shared[..., region]
        + np.sqrt(turning) * period @ kin.traits.T
    )
    nation = _stationary(nation, parameters.value("nation_stay"))
    return Shocks(
        nation=Deviations(fertility=nation[..., 0], mortality=nation[..., 1], migration=nation[..., 2]),
        place=_scores(mixed, parameters.value("place_error_stay")),
    )


def no_shocks(places: int, steps: int) -> Shocks:
    """The central run, as one member."""
    zero = np.zeros((1, steps))
    return Shocks(nation=Deviations(fertility=zero, mortality=zero, migration=zero), place=np.zeros((1, steps, places)))


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
    )


def taken(shocks: Shocks, rows: NDArray[np.int64]) -> Shocks:
    """The members at `rows`, which may repeat."""
    nation = shocks.nation
    return Shocks(
        nation=Deviations(nation.fertility[rows], nation.mortality[rows], nation.migration[rows]),
        place=shocks.place[rows],
    )


def _scores(innovations: Array, stay: float) -> Array:
    """Sums of growth that persists, as standard normal scores [member, step, ...] at the end of every step.

    Growth is a first-order autoregression of the innovations, so that a place once off its course drifts on.
    """
    growth, total, weights = innovations.copy(), innovations.copy(), np.ones(1)
    out = innovations.copy()
    for k in range(1, innovations.shape[1]):
        growth[:, k] = stay * growth[:, k - 1] + innovations[:, k]
        total[:, k] = total[:, k - 1] + growth[:, k]
        weights = np.append(weights, (1 - stay ** (k + 1)) / (1 - stay))
        out[:, k] = total[:, k] / np.sqrt((weights**2).sum())
    return out


def _stationary(innovations: Array, stay: float) -> Array:
    """First-order autoregression [member, step, ...] with unit variance from the first step on."""
    out = innovations.copy()
    for k in range(1, out.shape[1]):
        out[:, k] = stay * out[:, k - 1] + np.sqrt(1 - stay**2) * innovations[:, k]
    return out
