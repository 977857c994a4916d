"""Levers at a place as the page shows them, and what a request turns made into a scenario."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Final

from hinterland.data.faults import nearest
from hinterland.errors import InputError
from hinterland.explain.levers import PolicyLever, contradict, known, purse
from hinterland.explain.placed import Placed, placed
from hinterland.scenario import BASE, Scenario
from hinterland.system import System
from hinterland.web.live import Live
from hinterland.web.phrases import phrase
from hinterland.web.schemas import Words
from hinterland.web.schemas_live import Lever, Simulate
from hinterland.web.words import named, own

STEPS: Final = 20
"""Positions of a lever between its ends."""


@dataclass(frozen=True)
class Asked:
    """A request that can be run."""

    place: int
    mix: dict[str, float]
    at: Placed
    scenario: Scenario

    @property
    def used(self) -> list[PolicyLever]:
        """Levers that are moved."""
        return [lever for lever in (*self.at.continuous, *self.at.switches) if self.mix.get(lever.name, 0.0) > 0]


@dataclass
class Places:
    """Levers placed, by place and year; finding lines and partners takes a while in large countries."""

    most: int = 512
    _found: dict[tuple[int, float], Placed] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, system: System, place: int, start: float) -> Placed:
        """Levers at a place from a year on; InputError where none can act there."""
        with self._lock:
            found = self._found.get((place, start))
            if found is None:
                found = placed(system, place, known(), start)
                if len(self._found) >= self.most:
                    self._found.clear()
                self._found[place, start] = found
            return found


def shown(live: Live, places: Places, code: str) -> list[Lever]:
    """All levers at a place, those that cannot act there with the reason."""
    place = live.run.place(code)
    money = purse(live.run.view.nation.key)
    absent: dict[str, Words] = {}
    if live.state == "ready" and live.system is not None:
        try:
            at = places.at(live.system, place, usual_start(live))
            absent = {name: phrase(why) for name, why in at.absent.items()}
        except InputError as error:
            absent = {lever.name: phrase(error.what) for lever in known()}
    else:
        key = "live_warming" if live.state == "warming" else "live_off"
        absent = {lever.name: own(key, why=phrase(live.note)) for lever in known()}
    return [_lever(lever, money.unit, money.pay, absent.get(lever.name)) for lever in known()]


def usual_start(live: Live) -> float:
    """The year at whose end levers begin to act where none is asked for: a step after the base year."""
    return float(live.run.years[1])


def asked(live: Live, places: Places, request: Simulate) -> Asked:
    """What a request turns; InputError names a place, lever, amount, year or scenario that cannot be used."""
    system = live.ready()
    place = live.run.place(request.place)
    start = float(usual_start(live) if request.start is None else request.start)
    years = live.run.years
    if not years[0] <= start < years[-1]:
        remedy = f"Give a year from {years[0]} to before {years[-1]}"
        raise InputError(f"levers cannot begin in {start:g}", remedy=remedy, where="start")
    if request.until is not None and not start < request.until:
        raise InputError(f"levers cannot end in {request.until}", remedy="Give a later year", where="until")
    if request.members is not None and request.members > live.members:
        what = f"{request.members} members"
        raise InputError(what, remedy=f"The run has {live.members}", where="members")
    at = places.at(system, place, start)
    mix = _mix(at, request)
    scenario = at.scenario("levers", mix)
    if request.until is not None:
        if scenario.openings or scenario.mergers:
            what = "a line or a merger cannot be undone"
            raise InputError(what, remedy="Leave the last year out", where="until")
        end = float(request.until)
        scenario = replace(scenario, changes=tuple(replace(change, end=end) for change in scenario.changes))
    if request.scenario:
        scenario = together(_shipped(live, request.scenario), scenario)
    if live.own is not BASE:
        scenario = together(live.own, scenario)
    return Asked(place=place, mix=mix, at=at, scenario=scenario)


def together(first: Scenario, then: Scenario) -> Scenario:
    """Both at once; InputError where their changes add up to more than can be."""
    return Scenario(
        name=f"{first.name}+{then.name}",
        changes=first.changes + then.changes,
        turns=first.turns + then.turns,
        openings=first.openings + then.openings,
        closings=first.closings + then.closings,
        mergers=first.mergers + then.mergers,
        beginnings=first.beginnings + then.beginnings,
    )


def _shipped(live: Live, name: str) -> Scenario:
    """A scenario of the package, or a sum of them; never a file, as a path would name one of this machine."""
    from hinterland.scenario_files.made import load_scenarios, shipped

    parts = name.split("+")
    there = set(shipped())
    if again := set(parts) & set(live.run.scenario.split("+")):
        what = f"the run is of the scenario {min(again)} already"
        raise InputError(what, remedy="Leave it out", where="scenario")
    for part in parts[:9]:
        if part not in there:
            remedy = f"{nearest(part[:40], there)}/api/scenarios lists them"
            raise InputError(f"there is no scenario {part[:40]!r}", remedy=remedy, where="scenario")
    if len(parts) > 8:
        raise InputError(f"{len(parts)} scenarios at once", remedy="Name at most 8", where="scenario")
    assert live.run.country is not None
    return load_scenarios(parts, live.run.country)


def _mix(at: Placed, request: Simulate) -> dict[str, float]:
    every = {lever.name: lever for lever in known()}
    mix: dict[str, float] = {}
    for value in request.levers:
        name = value.name
        if name not in every:
            remedy = f"{nearest(name[:40], every)}There are {', '.join(every)}"
            raise InputError(f"there is no lever {name[:40]!r}", remedy=remedy, where="levers")
        lever = every[name]
        if name in mix:
            raise InputError(f"{name} is given twice", remedy="Give each lever once", where="levers")
        if not 0 <= value.amount <= lever.high or (lever.switch and value.amount not in (0, 1)):
            remedy = "Give 0 or 1" if lever.switch else f"Give an amount from 0 to {lever.high:g}"
            raise InputError(f"{name} = {value.amount:g}", remedy=remedy, where="levers")
        if value.amount and name in at.absent:
            why = at.absent[name]
            raise InputError(f"{name} cannot act there: {why}", remedy="Leave it out", where="levers")
        mix[name] = float(value.amount)
    used = [every[name] for name, amount in mix.items() if amount]
    if contradict(used):
        names = " and ".join(lever.name for lever in used if lever.contradicts)
        raise InputError(f"{names} contradict each other", remedy="Leave one out", where="levers")
    return {name: amount for name, amount in mix.items() if amount}


def _lever(of: PolicyLever, unit: str, pay: float, unusable: Words | None) -> Lever:
    return Lever(
        name=of.name,
        label=named(of.title.model_dump()),
        says=named(of.reason.model_dump()),
        kind="switch" if of.switch else "amount",
        unit=phrase(of.unit),
        low=0.0,
        high=of.high,
        step=1.0 if of.switch else of.high / STEPS,
        default=0.0,
        cost=None if of.cost is None else of.cost * pay,
        per=phrase(of.per),
        currency=phrase(unit),
        source=phrase(of.source),
        status=of.sure,
        usable=unusable is None,
        unusable=unusable,
    )
