"""What the model says if a claim's mechanism is as it is built: its size, with its band, member by member."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.calibrate.prepare import prepare, prepare_past
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.evaluate.anchoring import on_course
from hinterland.explain.claims.cards import Card, Effect, Where
from hinterland.explain.claims.observed import met
from hinterland.members.ensemble import Outcome, Progress, run_ensemble
from hinterland.members.plan import starts_of
from hinterland.memory import forget_compiled
from hinterland.params import Parameters, load
from hinterland.record import Ensemble
from hinterland.scenario_files.made import expectations, load_scenario
from hinterland.switches import without
from hinterland.system import System

Array = NDArray[np.float64]
Pack = Callable[[str], Country | None]
"""Name of a pack -> the country, or None where it is not on this computer."""

LEVELS: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Sized:
    """The effect of a scenario, or of a mechanism against its absence, on one quantity of some places."""

    quantity: str
    places: int
    """How many; zero for all of the country."""
    names: tuple[str, ...]
    """The first of them, romanised."""
    year: int
    percent: tuple[float, float, float]
    """Quantiles .1 .5 .9 over members of the difference, in percent of the median without it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One run of a country that cards need: which scenario, or which mechanism off, until when."""

    scenario: str
    without: str
    past: bool
    until: int


def asked(effect: Effect) -> Asked | None:
    """The run that an effect needs; None where it has none."""
    if effect.none:
        return None
    return Asked(effect.scenario, effect.without, effect.past, effect.year)


def sizes(
    pack: Pack,
    cards: Sequence[Card],
    *,
    members: int,
    overrides: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Sized]:
    """Claim -> its effect, of the cards that have one in a country at hand; runs are shared between cards.

    `overrides` sets parameters in the base and in all that is compared with it.
    """
    found: dict[str, Sized] = {}
    for name in sorted({card.effect.pack for card in cards if asked(card.effect) is not None}):
        if (country := pack(name)) is not None:
            there = [card for card in cards if card.effect.pack == name]
            found |= _sizes(country, there, members=members, overrides=overrides, progress=progress)
    return found


def _sizes(
    country: Country,
    cards: Sequence[Card],
    *,
    members: int,
    overrides: Mapping[str, Any] | None,
    progress: Progress | None,
) -> dict[str, Sized]:
    """Claim -> its effect in one country."""
    wanted: dict[Asked, list[Card]] = {}
    for card in cards:
        if (one := asked(card.effect)) is not None:
            wanted.setdefault(one, []).append(card)
    usual = load(fitted=country.code).with_overrides(dict(overrides or {}))
    found: dict[str, Sized] = {}
    done = 0
    for past, until in sorted({(one.past, one.until) for one in wanted}):
        system = _system(country, usual, until, members, past=past)
        base = run_ensemble(system, members=members, until=until, seed=0)
        for one in [one for one in wanted if (one.past, one.until) == (past, until)]:
            changed = _run(system, base, one, members)
            for card in wanted[one]:
                found[card.id] = sized(card.effect, base.ensemble, changed)
            done += 1
            if progress is not None:
                progress(done, len(wanted), "runs")
        forget_compiled()
    return found


def at_the_ends(pack: Pack, card: Card, name: str, *, members: int) -> dict[float, Sized]:
    """The card's effect with a parameter at both ends of its prior, or of its range where it has none.

    The place effects are fitted again with each, as they would be if it were so. Empty for a parameter whose ends are
    not single numbers.
    """
    parameter = load(fitted=card.effect.pack)[name]
    low, high = parameter.prior or parameter.range
    found: dict[float, Sized] = {}
    for end in (low, high):
        if not isinstance(end, int | float):
            return {}
        sized_there = sizes(pack, [card], members=members, overrides={name: end})
        if card.id in sized_there:
            found[float(end)] = sized_there[card.id]
    return found


def _system(country: Country, parameters: Parameters, until: int, members: int, *, past: bool) -> System:
    made = (prepare_past if past else prepare)(country, parameters)
    return on_course(made, len(starts_of(made.country, members, until)))


def _run(system: System, base: Outcome, one: Asked, members: int) -> Ensemble:
    """The run beside the base: a scenario, or the mechanism off with the effects of places as they are."""
    if one.scenario:
        scenario = load_scenario(one.scenario, system.country)
        return run_ensemble(
            system, members=members, until=one.until, seed=0, scenario=scenario, control=base.control
        ).ensemble
    bare = replace(system, parameters=system.parameters.with_overrides(without([one.without], {})))
    return run_ensemble(bare, members=members, until=one.until, seed=0, control=base.control).ensemble


def sized(effect: Effect, base: Ensemble, changed: Ensemble) -> Sized:
    """A scenario's effect on its first places, or what the mechanism adds to its absence."""
    country = base.country
    quantity, codes, year = effect.quantity, country.places.codes, effect.year
    if effect.scenario:
        expected = expectations(effect.scenario, country)
        told = [one for one in expected if one.quantity == quantity] or list(expected)
        there = np.array([codes.index(code) for code in told[0].places], np.int64) if told else np.arange(0)
    else:
        there = np.flatnonzero(places(country, effect.among)) if effect.among else np.arange(0)
    if quantity not in base.stocks and quantity not in base.flows:
        raise InputError(f"a run has no {quantity}", remedy="Name a stock or a flow", where="effect")
    with_it, without_it = (changed, base) if effect.scenario else (base, changed)
    before, after = (_summed(run, quantity, year, there) for run in (without_it, with_it))
    low, middle, high = (float(q) for q in np.quantile(100 * (after - before) / np.median(before), LEVELS))
    return Sized(
        quantity=quantity,
        places=len(there),
        names=tuple(country.places.names_en[int(place)] for place in there[:3]),
        year=year,
        percent=(low, middle, high),
    )


def places(country: Country, among: Sequence[Where]) -> NDArray[np.bool_]:
    """[place] those that meet the conditions in the country's own record."""
    return met(among, country, country.years[0], country.years[-1])


def _summed(run: Ensemble, quantity: str, year: int, there: NDArray[np.int64]) -> Array:
    """[member] a quantity in a year, summed over places, all of them where none are named."""
    stock = quantity in run.stocks
    values = (run.stocks if stock else run.flows)[quantity]
    at = run.years.index(year) - (0 if stock else 1)
    return values[:, at].sum(axis=-1) if not len(there) else values[:, at][:, there].sum(axis=-1)
