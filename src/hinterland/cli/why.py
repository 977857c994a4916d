"""Why places change, in the terminal, as JSON or as a table of all places."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hinterland.cli.console import progress_bar
from hinterland.errors import InputError
from hinterland.explain.mechanisms import label, meaning
from hinterland.writing import write_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hinterland.data.country import Country
    from hinterland.explain.attribution import Attribution, Split
    from hinterland.explain.moves_between import Exchange
    from hinterland.explain.rows import Area

AHEAD: Final = 30
"""Years after the base year that are told where no last year is given."""
LEADING: Final = 10
"""Origins and destinations told."""
NAMED: Final = 3
"""Places named that gain or lose most on net."""
TOLD: Final = 0.5
"""Persons on net from which a place is named: less is told as nobody."""
BAND: Final = 20
"""Characters of a band."""
AGES: Final = {"0-14": (0,), "15-29": (1, 2, 3), "30-59": (4, 5), "60+": (6,)}
"""Ages that moves are told by -> life stages."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was given."""

    country: str
    places: Sequence[str]
    first: int | None
    last: int | None
    quantity: str
    members: int
    seed: int
    moves: bool
    as_json: bool
    out: Path | None


def told(asked: Asked) -> Iterator[str]:
    """Lines on why each of the places asked for changes; InputError before anything is computed."""
    from hinterland.data.find import find
    from hinterland.data.pack import read_pack
    from hinterland.explain import rows
    from hinterland.explain.why import launch_of

    country = read_pack(asked.country)
    areas = [rows.named(country, find(country, name)) for name in asked.places]
    years = _years(country, asked)
    _check_quantity(country, launch_of(country, years), asked.quantity)
    attribution = _attributed(country, years, asked)
    if asked.out is not None:
        write_text(asked.out, rows.table(attribution, asked.quantity))
    share = attribution.unexplained_share(asked.quantity)
    if asked.as_json:
        found = [{**_record(attribution, asked, area), "unexplained_share_median": share} for area in areas]
        yield json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False)
        return
    for area in areas:
        yield from _lines(attribution, asked, area)
        yield ""
    yield (
        f"Of all parts, signs aside, the unexplained place effect is {share:.0%} in the median of "
        f"{len(country.places)} places."
    )
    if asked.out is not None:
        yield f"Table: {asked.out}"


def _attributed(country: Country, years: tuple[int, int], asked: Asked) -> Attribution:
    from hinterland.calibrate.keeping import keep_work
    from hinterland.explain.why import why

    keep_work()
    with progress_bar() as progress:
        return why(country, years, members=asked.members, seed=asked.seed, progress=progress)


def _years(country: Country, asked: Asked) -> tuple[int, int]:
    from hinterland.members.plan import usual_end

    first = country.base_year if asked.first is None else asked.first
    last = min(country.base_year + AHEAD, usual_end(country)) if asked.last is None else asked.last
    return first, last


def _check_quantity(country: Country, launch: int, quantity: str) -> None:
    """InputError where a run from a year does not know a quantity."""
    from hinterland.calibrate.livelihoods import has_jobs
    from hinterland.data.faults import nearest
    from hinterland.explain.switchboard import LIVED
    from hinterland.selections import SELECTIONS

    known = (*SELECTIONS, *(LIVED if has_jobs(country, launch) else ()))
    if quantity not in known:
        raise InputError(
            f"the change of {quantity!r} from {launch} on cannot be split",
            remedy=f"{nearest(quantity, known)}There are {', '.join(known)}",
            where="--quantity",
        )


def _lines(attribution: Attribution, asked: Asked, area: Area) -> Iterator[str]:
    from hinterland.explain import rows

    split = attribution.split(asked.quantity, area.places)
    first, last = attribution.years
    change = split.end - split.start
    unit = asked.quantity.replace("_", " ")
    yield f"{area.name}: {unit} {first} to {last}, the central run"
    if not split.start > 0:
        yield f"  None in {first}: nothing to measure a change by."
        return
    yield (
        f"  {split.start:,.0f} -> {split.end:,.0f}: {100 * change / split.start:+.2f}%. Parts are points of the "
        f"{unit} of {first}" + (f", with 10% and 90% of {asked.members} members." if split.bands else ".")
    )
    if asked.quantity == "people":
        yield from _counted(attribution, area, split)
    yield ""
    for row in rows.of_split(split):
        band = "" if row["p10"] is None else f" ({row['p10']:+6.2f} to {row['p90']:+6.2f})"
        band = f"{band:<{BAND if split.bands else 0}}"
        yield f"  {label(row['part']):<26}{row['points']:>+8.2f}{band}  {meaning(row['part'])}"
    yield f"  {'sum':<26}{sum(row['points'] for row in rows.of_split(split)):>+8.2f}"
    if split.sectors:
        told = sorted(split.sectors.items(), key=lambda item: -abs(item[1]))
        listed = ", ".join(f"{name} {100 * number / split.start:+.2f}" for name, number in told)
        yield f"  Jobs where they come last {100 * sum(split.sectors.values()) / split.start:+.2f}: {listed}."
    if attribution.orders is None:
        yield "  Orders were not run for so many places: interaction is what gradients miss, no more."
    if asked.quantity == "people":
        yield ""
        yield from _account(attribution, area, split)
    if _with_moves(asked, attribution, area):
        yield ""
        yield from _where(attribution, attribution.exchange(area.places))


def _with_moves(asked: Asked, attribution: Attribution, area: Area) -> bool:
    """Whether to tell where people go: the nation has no other place to exchange with."""
    return asked.moves and asked.quantity == "people" and len(area.places) < len(attribution.country.places)


def _counted(attribution: Attribution, area: Area, split: Split) -> Iterator[str]:
    """What the record says of the same years, where it has them."""
    country = attribution.country
    if not set(attribution.years) <= set(country.years):
        return
    before, after = (float(country.totals[country.years.index(year)][area.places].sum()) for year in attribution.years)
    counted = 100 * (after - before) / before
    run = 100 * (split.end - split.start) / split.start
    yield f"  Counted: {before:,.0f} -> {after:,.0f}: {counted:+.2f}%, of which the run misses {counted - run:+.2f}."


def _account(attribution: Attribution, area: Area, split: Split) -> Iterator[str]:
    """What happened, as counted in the run: no causes."""
    flows = {name: float(of[area.places].sum()) for name, of in attribution.flows.items()}
    signed = {
        "births": flows["births"],
        "deaths": -flows["deaths"],
        "arrivals": flows["arrivals"],
        "departures": -flows["departures"],
        "abroad": flows["international"],
        "correction": flows["adjustment"],
    }
    told = ", ".join(f"{name} {100 * value / split.start:+.2f}" for name, value in signed.items())
    yield f"  Account: {told}; {100 * flows['returns'] / split.start:.2f} of the arrivals came home."


def _where(attribution: Attribution, exchange: Exchange) -> Iterator[str]:
    names = attribution.country.places.names_en
    net = exchange.out.sum(axis=1) - exchange.into.sum(axis=1)
    sides = (("most to", net), ("most from", -net))
    named = [f"{side} {_named(names, of)}" for side, of in sides if (of >= TOLD).any()]
    yield f"  On net {-net.sum():+,.0f} by moves{': ' if named else ''}{', '.join(named)}."
    for title, moves in (("Where they go", exchange.out), ("Where they come from", exchange.into)):
        yield f"  {title}: {moves.sum():,.0f} moves, of them by age {', '.join(AGES)}"
        for place, total, by_age in _leading(attribution.country, moves):
            yield f"    {names[place]:<22}{total:>12,.0f}  {'  '.join(f'{count:>10,.0f}' for count in by_age)}"


def _named(names: Sequence[str], moves: NDArray[np.float64]) -> str:
    """The places with most of some net moves [place], with how many."""
    most = [k for k in (-moves).argsort(kind="stable")[:NAMED] if moves[k] >= TOLD]
    return " and ".join(f"{names[k]} {moves[k]:,.0f}" for k in most)


def _leading(country: Country, moves: NDArray[np.float64]) -> Iterator[tuple[int, float, list[float]]]:
    """The places with most of some moves [place, age]: position, persons, and persons by `AGES`."""
    import numpy as np

    from hinterland.axes import LIFE_STAGES

    stages = np.array(LIFE_STAGES.of_ages(country.ages))
    total = moves.sum(axis=1)
    for place in np.argsort(-total, kind="stable")[:LEADING]:
        if total[place] > 0:
            yield (
                int(place),
                float(total[place]),
                [float(moves[place, np.isin(stages, of)].sum()) for of in AGES.values()],
            )


def _record(attribution: Attribution, asked: Asked, area: Area) -> dict[str, Any]:
    """One area as JSON."""
    from hinterland.explain import rows

    split = attribution.split(asked.quantity, area.places)
    first, last = attribution.years
    whole: dict[str, Any] = {
        "place": area.code,
        "name": area.name,
        "quantity": asked.quantity,
        "from": first,
        "to": last,
        "start": split.start,
        "end": split.end,
        "parts": rows.of_split(split) if split.start > 0 else [],
        "jobs_by_sector": split.sectors,
    }
    if asked.quantity == "people":
        whole["account"] = {name: float(of[area.places].sum()) for name, of in attribution.flows.items()}
        if _with_moves(asked, attribution, area):
            exchange = attribution.exchange(area.places)
            for key, moves in (("destinations", exchange.out), ("origins", exchange.into)):
                whole[key] = [
                    {
                        "place": attribution.country.places.codes[place],
                        "name": attribution.country.places.names_en[place],
                        "people": total,
                        "ages": dict(zip(AGES, by_age, strict=True)),
                    }
                    for place, total, by_age in _leading(attribution.country, moves)
                ]
    return whole
