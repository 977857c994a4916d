"""Policies in the terminal: what would keep people at a place, at what cost, and whom it empties elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isinf, isnan
from pathlib import Path
from typing import TYPE_CHECKING

from hinterland.cli.console import progress_bar
from hinterland.errors import InputError
from hinterland.writing import write_text

if TYPE_CHECKING:
    from hinterland.data.country import Country
    from hinterland.explain.levers import PolicyLever
    from hinterland.explain.pareto import Front
    from hinterland.explain.policy import Policy


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command was given."""

    country: str
    places: Sequence[str]
    keep: float | None
    by: int
    start: int | None
    levers: Sequence[str]
    costs: Mapping[str, float]
    members: int
    seed: int
    front: bool
    out: Path | None
    lang: str


def told(wanted: Wanted) -> Iterator[str]:
    """Lines of a policy for a place, or of the front of a set; InputError where the request cannot be used."""
    from hinterland.data.find import find_place
    from hinterland.data.pack import read_pack

    if wanted.front and wanted.keep is not None:
        raise InputError("both --front and --keep are given", remedy="Give one of the two", where="policy")
    if not wanted.front and len(wanted.places) > 1:
        raise InputError(f"{len(wanted.places)} places are named", remedy="Name one, or add --front", where="policy")
    if not wanted.front and wanted.keep is None:
        raise InputError("nothing is asked", remedy="Give --keep, such as --keep 0.9, or --front", where="policy")
    _check_out(wanted)
    country = read_pack(wanted.country)
    places = [find_place(country, name) for name in wanted.places]
    from hinterland.calibrate.keeping import keep_work

    keep_work()
    if wanted.front:
        yield from _front(wanted, country, places)
    else:
        yield from _policy(wanted, country, places[0])


def costs_of(texts: Sequence[str]) -> dict[str, float]:
    """Costs written as `name=number`; InputError names what cannot be read."""
    found: dict[str, float] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            equals = ""
            number = 0.0
        name = name.strip()
        if not equals or not name:
            remedy = "Write a lever, an equals sign and a number, such as --cost posts=80000"
            raise InputError(f"{text!r} is no cost", remedy=remedy, where="--cost")
        if name in found:
            raise InputError(f"{name} has two costs", remedy="Give each lever one", where="--cost")
        found[name] = number
    return found


def _check_out(wanted: Wanted) -> None:
    suffix = ".csv" if wanted.front else ".toml"
    if wanted.out is not None and wanted.out.suffix != suffix:
        what = f"{wanted.out} does not end in {suffix}"
        raise InputError(what, remedy=f"Name a file such as policy{suffix}", where="--out")


def _policy(wanted: Wanted, country: Country, place: int) -> Iterator[str]:
    from hinterland.explain.policy import policy

    assert wanted.keep is not None
    with progress_bar() as progress:
        found = policy(
            country,
            place,
            keep=wanted.keep,
            by=wanted.by,
            start=wanted.start,
            levers=wanted.levers,
            costs=wanted.costs,
            members=wanted.members,
            seed=wanted.seed,
            progress=progress,
        )
    yield from lines(found, wanted.lang)
    if wanted.out is not None and not found.toml:
        yield f"{wanted.out} is not written: there is nothing to run."
    elif wanted.out is not None:
        write_text(wanted.out, found.toml)
        yield f"Scenario: {wanted.out} (run it with `hinterland run {wanted.country} --scenario {wanted.out}`)"


def lines(of: Policy, lang: str) -> Iterator[str]:
    """What a policy comes to."""
    country, goal, year = of.country, of.goal, of.country.base_year
    name = country.places.names[of.place]
    yield f"{name}: to keep {100 * goal.keep:g}% of the {of.start_people:,.0f} people of {year} in {goal.by}"
    share = 100 * of.base_central / of.start_people
    yield f"Without a policy {of.base_central:,.0f} ({share:.1f}%); wanted {of.wanted:,.0f}."
    if not of.found.mix:
        yield "Nothing is needed." if of.found.reached else "No lever keeps anyone."
        return
    if not of.found.reached:
        yield f"Cannot be reached. The best that can, all that helps at its bound: {_reached(of)}."
    else:
        yield f"Reached by the mix below: {_reached(of)}."
    met = float((of.with_policy >= of.wanted * (1 - 1e-3)).mean())
    unaided = float((of.base >= of.wanted).mean())
    yield f"Members that keep as many: {100 * met:.0f}%; without the policy {100 * unaided:.0f}%."
    yield ""
    yield f"From {goal.start} on, reached over ten years:"
    yield from _levers(of, lang)
    yield ""
    yield from _money(of)
    yield ""
    yield from _elsewhere(of)
    if of.at.absent:
        yield f"Cannot act here: {'; '.join(f'{lever} ({why})' for lever, why in of.at.absent.items())}."
    yield "The effect if the model is right, of ranges that are judged; bands are of members, not of what a lever is."


def _reached(of: Policy) -> str:
    low, middle, high = _quantiles(of.kept)
    kept = f"{of.central:,.0f} ({100 * of.central / of.start_people:.1f}%)"
    return f"{kept}, {middle:+,.0f} people ({low:+,.0f} to {high:+,.0f})"


def _levers(of: Policy, lang: str) -> Iterator[str]:
    for lever in _used(of):
        x = of.found.mix[lever.name]
        amount = (
            "on" if lever.switch else f"{x:.4g} of at most {lever.high:g} ({100 * x / lever.high:.0f}% of its range)"
        )
        yield f"  {lever.name}: {getattr(lever.title, lang)} - {amount}; {lever.unit}"
        yield f"    {_cost(of, lever)}"


def _used(of: Policy) -> list[PolicyLever]:
    from hinterland.explain.search import levers_of

    return [lever for lever in levers_of(of.at) if of.found.mix.get(lever.name, 0.0) > 0]


def _cost(of: Policy, lever: PolicyLever) -> str:
    low, middle, high = _quantiles(of.spent.units[lever.name])
    units = f"{middle:,.0f} ({low:,.0f} to {high:,.0f}) x {lever.per}"
    if lever.cost is None:
        return f"not costed: {units}"
    money = of.spent.money[lever.name] * of.purse.pay
    return f"{units} at {lever.cost * of.purse.pay:,.4g} = {_middle(money):,.4g} {of.purse.unit}"


def _money(of: Policy) -> Iterator[str]:
    if not of.spent.money:
        yield "Cost: not told, as none of these levers is costed."
        return
    low, middle, high = (value * of.purse.pay for value in _quantiles(of.spent.total))
    part = " of its costed levers" if len(of.spent.money) < len(of.spent.units) else ""
    yield f"Cost{part} to {of.goal.by}: {middle:,.4g} ({low:,.4g} to {high:,.4g}) {of.purse.unit}, undiscounted"
    yield f"In a year of the last step: {_middle(of.yearly) * of.purse.pay:,.4g} {of.purse.unit}"
    told = " (".join(map(_each, of.per_person[1::-1])) + f" to {_each(of.per_person[2])})"
    yield f"Per person kept in {of.goal.by}: {told} {of.purse.unit}"
    yield f"Money: {of.purse.source}"
    for lever in _used(of):
        if lever.cost is not None:
            yield f"  {lever.name}{f' [{lever.sure}]' if lever.sure else ''}: {lever.source}"


def _each(value: float) -> str:
    return "no bound" if isinf(value) or isnan(value) else f"{value:,.0f}"


def _elsewhere(of: Policy) -> Iterator[str]:
    books, names = of.books, of.country.places.names
    yield f"Whom it empties elsewhere, in {of.goal.by}, mean of members:"
    yield f"  {', '.join(f'{names[i]} {lost:,.0f}' for i, lost in of.emptied) or 'nobody'}"
    yield f"  all other places {books.elsewhere:+,.0f}; here {books.here:+,.0f}"
    yield (
        f"  here {books.here:+,.0f} = net moves {books.moved:+,.0f}, births less deaths {books.natural:+,.0f}, "
        f"abroad and national correction {books.other:+,.0f}"
    )
    yield (
        f"  here and elsewhere {books.here + books.elsewhere:+,.0f} = births {books.births:+,.0f} - deaths "
        f"{books.deaths:+,.0f}, abroad and national correction {books.abroad:+,.0f}"
    )


def _front(wanted: Wanted, country: Country, places: Sequence[int]) -> Iterator[str]:
    from hinterland.explain.pareto import front

    with progress_bar() as progress:
        found = front(
            country,
            places,
            by=wanted.by,
            start=wanted.start,
            levers=wanted.levers,
            costs=wanted.costs,
            progress=progress,
        )
    names = ", ".join(country.places.names[i] for i in places)
    yield f"{names}: money against people kept in {found.by}, from {found.start} on"
    share = 100 * found.base / found.start_people
    yield f"Without a policy {found.base:,.0f}, {share:.1f}% of {country.base_year}. Costed levers, central runs."
    yield f"{'cost':>14}  {'kept':>12}  {'share':>6}  {'per person':>12}  {'elsewhere':>12}   in {found.purse.unit}"
    for point in found.points:
        money = point.money * found.purse.pay
        each = f"{money / point.kept:,.0f}" if point.kept > 0 else "-"
        percent = 100 * (found.base + point.kept) / found.start_people
        yield f"{money:>14,.4g}  {point.kept:>+12,.0f}  {percent:>5.1f}%  {each:>12}  {point.elsewhere:>+12,.0f}"
    yield f"{found.beaten} mixes were run and are beaten by these. Money: {found.purse.source}"
    if wanted.out is not None:
        write_text(wanted.out, _table(found))
        yield f"Table: {wanted.out}"


def _table(found: Front) -> str:
    """The front as CSV: money, people and every lever of every place."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    codes = [found.country.places.codes[i] for i in found.places]
    columns = sorted({(k, name) for point in found.points for k, mix in enumerate(point.mixes) for name in mix})
    writer.writerow(["money", "unit", "kept", "people", "elsewhere", *(f"{codes[k]}:{name}" for k, name in columns)])
    for point in found.points:
        amounts = [f"{point.mixes[k].get(name, 0.0):.6g}" for k, name in columns]
        figures = [f"{point.money * found.purse.pay:.6g}", found.purse.unit, f"{point.kept:.6g}"]
        writer.writerow([*figures, f"{found.base + point.kept:.8g}", f"{point.elsewhere:.6g}", *amounts])
    return out.getvalue()


def _quantiles(values: object) -> tuple[float, float, float]:
    import numpy as np

    low, middle, high = np.quantile(np.asarray(values), (0.1, 0.5, 0.9))
    return float(low), float(middle), float(high)


def _middle(values: object) -> float:
    return _quantiles(values)[1]
