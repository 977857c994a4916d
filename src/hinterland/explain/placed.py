"""Levers of policies at one place: which can act there, and the scenario that a mix of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hinterland.axes import ACTIVITIES
from hinterland.errors import InputError
from hinterland.explain.levers import OVER, PolicyLever, changes
from hinterland.model.mergers import Merger
from hinterland.scenario import Change, Scenario
from hinterland.space.distance import great_circle
from hinterland.space.network import Line
from hinterland.system import System

SPEED: Final = 250.0
"""km/h of a new line."""
WITHIN: Final = 500.0
"""km within which a larger place is looked for."""
LARGER: Final = 2.0
"""Times the people that a larger place has."""
MOST_TAKEN: Final = 0.5
"""Share of its posts that a place may lose to relieve it."""
_BUILDING: Final = 3.0
"""Years from the start of a policy until a new line opens."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Levers that can act at a place from a year on."""

    place: int
    code: str
    start: float
    """A policy begins at the end of this year."""
    continuous: tuple[PolicyLever, ...]
    switches: tuple[PolicyLever, ...]
    absent: Mapping[str, str]
    """Lever that cannot act here -> why."""
    line: Line | None = None
    """Opened by `line`."""
    partner: str = ""
    """Code of the place merged into this one."""
    relieved: tuple[Change, ...] = field(default=())
    """What happens where posts are moved from."""

    @property
    def structural(self) -> tuple[PolicyLever, ...]:
        """Switches that change more than amounts."""
        return tuple(lever for lever in self.switches if lever.build in ("line", "merger"))

    def scenario(self, name: str, x: Mapping[str, float]) -> Scenario:
        """The mix as a scenario; levers not in `x` are at zero."""
        every = (*self.continuous, *self.switches)
        on = {lever.build for lever in self.switches if x.get(lever.name, 0.0)}
        moved = tuple(change for lever in every for change in changes(lever, x.get(lever.name, 0.0), *self._when()))
        return Scenario(
            name,
            changes=merged((*moved, *(self.relieved if "relief" in on else ()))),
            openings=(self.line,) if "line" in on and self.line is not None else (),
            mergers=(Merger((self.code, self.partner), self.code, self.start),) if "merger" in on else (),
        )

    def _when(self) -> tuple[str, float]:
        return self.code, self.start


def merged(moved: Sequence[Change]) -> tuple[Change, ...]:
    """Changes of the same lever, kinds, places and dates added up."""
    sums: dict[tuple[object, ...], Change] = {}
    for change in moved:
        key = (change.lever, change.start, change.end, change.over, change.places, change.kinds)
        before = sums[key].amount if key in sums else 0.0
        sums[key] = Change(
            change.lever, before + change.amount, change.start, change.end, change.over, change.places, change.kinds
        )
    return tuple(sums.values())


def placed(system: System, place: int, levers: Sequence[PolicyLever], start: float, *, named: bool = False) -> Placed:
    """The levers that can act at a place; where they were `named` InputError says why one cannot.

    InputError where none can.
    """
    country = system.country
    absent: dict[str, str] = {}
    line, partner, relieved = None, "", ()
    for lever in levers:
        why = _lacking(system, lever)
        if not why and lever.build == "line":
            line, why = _line(system, place, start)
        elif not why and lever.build == "merger":
            partner, why = _partner(system, place)
        elif not why and lever.build == "relief":
            relieved, why = _relieved(system, place, lever, start)
        if why:
            absent[lever.name] = why
    if absent and (named or len(absent) == len(levers)):
        name, why = next(iter(absent.items()))
        remedy = "Leave it out" if named and len(absent) < len(levers) else "Use a country with more figures"
        raise InputError(f"{name} cannot act at {country.places.names[place]}: {why}", remedy=remedy, where="--lever")
    able = [lever for lever in levers if lever.name not in absent]
    return Placed(
        place=place,
        code=country.places.codes[place],
        start=start,
        continuous=tuple(lever for lever in able if not lever.switch),
        switches=tuple(lever for lever in able if lever.switch),
        absent=absent,
        line=line,
        partner=partner,
        relieved=relieved,
    )


def _lacking(system: System, lever: PolicyLever) -> str:
    """What the country has no figures of that a lever acts through; empty where it has them."""
    if lever.needs == "economy" and system.setting.economy is None:
        return f"{system.country.code} has no jobs by sector"
    if lever.needs == "services" and system.setting.services is None:
        return f"{system.country.code} does not tell towns from villages"
    return ""


def _line(system: System, place: int, start: float) -> tuple[Line | None, str]:
    """A line to the nearest larger place that no line in service leads to from here."""
    country = system.country
    people = country.totals[-1]
    km = great_circle(country.places.lon, country.places.lat)[place]
    larger = np.flatnonzero((people >= LARGER * people[place]) & (km <= WITHIN))
    linked = {stop for line in country.lines if place in line.stops for stop in line.stops}
    for other in larger[np.argsort(km[larger], kind="stable")]:
        if int(other) not in linked:
            here, there = country.places.codes[place], country.places.codes[int(other)]
            name = f"policy {here}-{there}"
            return Line(name, (place, int(other)), SPEED, start + _BUILDING, source="A lever of a policy."), ""
    return None, f"a line leads to every place of {LARGER:g} times its people within {WITHIN:g} km, or there is none"


def _partner(system: System, place: int) -> tuple[str, str]:
    """Code of the nearest place of the same region with fewer people: a seat is not moved to the smaller."""
    places, people = system.country.places, system.country.totals[-1]
    km = great_circle(places.lon, places.lat)[place]
    kin = [
        i for i, region in enumerate(places.regions) if region == places.regions[place] and people[i] < people[place]
    ]
    if not kin:
        return "", "no place of its region has fewer people"
    return places.codes[min(kin, key=lambda i: km[i])], ""


def _relieved(system: System, place: int, lever: PolicyLever, start: float) -> tuple[tuple[Change, ...], str]:
    """As many posts fewer at the seat of the region, or at the largest place where this is the seat."""
    country, economy = system.country, system.setting.economy
    assert economy is not None
    places, people = country.places, country.totals[-1]
    seats = [
        i
        for i, region in enumerate(places.regions)
        if region == places.regions[place] and places.seat[i] and i != place
    ]
    giver = seats[0] if seats else int(np.argmax(people))
    if giver == place:
        return (), "it is the largest place itself"
    posts = np.asarray(economy.jobs)[:, ACTIVITIES.index("public")]
    share = next(each.times for each in lever.change if each.lever == "posts") or 0.0
    taken = share * posts[place] / max(posts[giver], 1e-9)
    if taken > MOST_TAKEN:
        name = places.names[giver]
        return (), f"{name} would lose {100 * taken:.0f}% of its posts, more than {100 * MOST_TAKEN:.0f}%"
    amount = float(np.log1p(-taken))
    return (Change("posts", amount, float(start), over=OVER, places=(places.codes[giver],)),), ""
