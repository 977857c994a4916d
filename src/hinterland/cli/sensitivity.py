"""What matters for a place, ranked, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from hinterland.cli.console import progress_bar

if TYPE_CHECKING:
    from hinterland.explain.sensitivity import Sensitivity

LEAST: Final = 0.005
"""Percentage points below which a factor is told to move nothing."""


def told(
    name: str,
    ref: str,
    by: int,
    points: int,
    seed: int,
    *,
    every: bool,
    workers: int | None = None,
    cluster: str | None = None,
) -> Iterator[str]:
    """Lines on what moves a place's people; InputError where the request cannot be used."""
    from hinterland.calibrate.keeping import keep_work
    from hinterland.data.find import find_place
    from hinterland.data.pack import read_pack
    from hinterland.explain.sensitivity import sensitivity
    from hinterland.workers.cluster import pool

    country = read_pack(ref)
    place = find_place(country, name)
    keep_work()
    with progress_bar() as progress, pool(workers, cluster) as doing:
        found = sensitivity(country, place, by=by, points=points, every=every, seed=seed, progress=progress, pool=doing)
    yield from lines(found)


def lines(found: Sensitivity) -> Iterator[str]:
    """The table of a place."""
    country = found.country
    name = country.places.names[found.place]
    share = 100 * found.people / found.start_people
    yield f"{name}: what moves its people in {found.by}; {found.people:,.0f} ({share:.1f}%) with all at their middle"
    yield f"Percentage points of the people of {country.base_year} over the whole range (parameters 5-95%, others 80%);"
    yield f"Morris, {found.points} points, {found.runs} runs; rank, and where it lies in 80% of resamples."
    wide = max(len(each.factor.name) for each in found.ranked)
    yield f"  {'rank':<12} {'factor':<{wide}} {'strength':>9} {'mean':>8} {'spread':>8}  status"
    shown = [each for each in found.ranked if each.strength >= LEAST]
    for each in shown:
        rank = f"{each.rank} ({each.low}-{each.high})"
        figures = f"{each.strength:>9.2f} {each.mean:>+8.2f} {each.spread:>8.2f}"
        yield f"  {rank:<12} {each.factor.name:<{wide}} {figures}  {each.factor.status}"
    none = [each.factor.name for each in found.ranked if each.strength < LEAST]
    if none:
        yield f"Under {LEAST:g} points: {', '.join(none)}."
    yield "`hinterland explain NAME` tells of a parameter. How the start was made is not moved, and not in it."
