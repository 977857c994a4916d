"""Mergers of places: their town halls become one, at a seat, with fewer posts.

With P public posts that need calls for, a the administrative share, s the saving and f the part of a merger done:

    P'_i = P_i + f ( A'_i - a P_i ),    A'_seat = (1 - s) a sum of partners' P,    A' = 0 at the other partners

Schools and hospitals (the share 1 - a) stay. The partners lose s a sum P posts together, no more and no less; the
nation's posts fall by as much. What was founded earlier than the base year is in that year's posts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.errors import InputError


@dataclass(frozen=True, slots=True)
class Merger:
    """Places that become one from the end of year `start`."""

    places: tuple[str, ...]
    """Codes, the seat's among them."""
    seat: str
    start: float
    """Calendar time."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Mergers:
    """Mergers as arrays; a place belongs to one at the most."""

    member: jax.Array
    """[merger, place] one for partners, else zero."""
    seat: jax.Array
    """[merger, place] one for the seat, else zero."""
    start: jax.Array
    """[merger] calendar time."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Saving:
    """What a merger saves; numbers are [...] (one per member)."""

    admin_share: jax.Array
    """Share of public posts that are the administration's, under one."""
    saving: jax.Array
    """Share of the partners' administrative posts that ends."""
    years: jax.Array
    """Years over which it comes about, at an even pace."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Merged:
    """Public posts as mergers leave them."""

    posts: jax.Array
    """[..., place]."""
    log_change: jax.Array
    """[..., place] against the posts without mergers; zero where there are none."""
    lost: jax.Array
    """[...] posts that end in the nation."""


def saving(values: Mapping[str, Any]) -> Saving:
    """What mergers save, from parameter values by name, each one number or [member]."""

    def number(name: str) -> jax.Array:
        return jnp.asarray(np.asarray(values[name], dtype=np.float64))

    return Saving(admin_share=number("admin_share"), saving=number("merger_saving"), years=number("merger_years"))


def merged(posts: jax.Array, mergers: Mergers, saving: Saving, at: float | jax.Array) -> Merged:
    """Posts [..., place] with all mergers as far as they are done at calendar time `at`.

    `posts` [..., place] are those without mergers. Where a seat has no posts to begin with, what is left stays with
    the partners instead.
    """
    done = jnp.clip((at - mergers.start) / saving.years[..., None], 0.0, 1.0)
    admin = saving.admin_share[..., None] * posts
    kept = 1 - saving.saving[..., None]
    pooled = kept * (admin @ mergers.member.T)
    seated = (posts @ mergers.seat.T) > 0
    # Each place is in one merger at the most, so these sums pick that merger's number.
    at_seat = jnp.where(seated, pooled, 0.0) @ mergers.seat
    stays = kept * admin * (jnp.where(seated, 0.0, 1.0) @ mergers.member)
    change = (done @ mergers.member) * (at_seat + stays - admin)
    after = posts + change
    none = (posts <= 0) | (after <= 0)
    return Merged(
        posts=after,
        log_change=jnp.where(none, 0.0, jnp.log(jnp.where(none, 1.0, after) / jnp.where(none, 1.0, posts))),
        lost=-change.sum(axis=-1),
    )


def groups(mergers: Mergers, at: float | jax.Array) -> jax.Array:
    """The place [place] whose budget each place shares at a time: its seat once it has merged, or itself."""
    here = jnp.arange(mergers.member.shape[-1])
    joined = mergers.member * (mergers.start < at)[:, None]
    seats = mergers.seat.argmax(axis=-1)
    return jnp.where(joined.sum(axis=0) > 0, (joined * seats[:, None]).sum(axis=0).astype(here.dtype), here)


def arranged(mergers: Sequence[Merger], codes: tuple[str, ...], base_year: float) -> Mergers:
    """Mergers as arrays over the places with `codes` [place].

    InputError where a merger has one place only, names one twice or one that is not in the country, has its seat
    elsewhere, begins before the base year, or shares a place with another merger.
    """
    taken: dict[str, Merger] = {}
    for merger in mergers:
        _check(merger, codes, base_year)
        for place in merger.places:
            if place in taken:
                raise InputError(
                    f"place {place!r} is also in the merger of {', '.join(taken[place].places)}",
                    remedy="Name all partners in one merger",
                    where=_where(merger),
                )
            taken[place] = merger
    member, seat = np.zeros((2, len(mergers), len(codes)))
    for row, merger in enumerate(mergers):
        member[row] = np.isin(codes, merger.places)
        seat[row] = np.isin(codes, merger.seat)
    start: NDArray[np.float64] = np.array([merger.start for merger in mergers], dtype=np.float64)
    return Mergers(member=jnp.asarray(member), seat=jnp.asarray(seat), start=jnp.asarray(start))


def _check(merger: Merger, codes: tuple[str, ...], base_year: float) -> None:
    """InputError where one merger by itself cannot be used."""
    fault: tuple[str, str] | None = None
    twice = [place for place in merger.places if merger.places.count(place) > 1]
    foreign = [place for place in (*merger.places, merger.seat) if place not in codes]
    if twice:
        fault = f"place {twice[0]!r} is named twice", "Name each partner once"
    elif foreign:
        fault = f"place code {foreign[0]!r} is not in the country", f"Use one of {', '.join(codes[:8])} ..."
    elif len(merger.places) < 2:
        fault = f"{len(merger.places)} place cannot merge", "Name two partners or more"
    elif merger.seat not in merger.places:
        fault = f"the seat {merger.seat!r} is none of the partners", f"Use one of {', '.join(merger.places)}"
    elif not isfinite(merger.start) or merger.start < base_year:
        fault = (
            f"start {merger.start:g} is not a time from the base year {base_year:g} on",
            "Leave out earlier mergers: they are in the base year's posts",
        )
    if fault is not None:
        raise InputError(fault[0], remedy=fault[1], where=_where(merger))


def _where(merger: Merger) -> str:
    return f"merger of {', '.join(merger.places) or 'nothing'} in {merger.start:g}"
