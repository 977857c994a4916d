"""What would keep people at a place: the cheapest mix of levers, what it costs, and whom it empties elsewhere.

The search runs on central forecasts; its answer is a scenario, which is written as a file, read back and run forward
with members that share their random numbers with the base. What is told of it comes from that run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.explain.alternatives import Bench, bench
from hinterland.explain.as_toml import as_toml
from hinterland.explain.levers import Purse, chosen, purse
from hinterland.explain.placed import Placed, placed
from hinterland.explain.search import Found, Mix, Runs, Tried, levers_of, search
from hinterland.explain.spending import Counts, Spent, Terms, of_block, of_ensemble, spent, terms
from hinterland.forecast import ready
from hinterland.members.ensemble import Outcome, Progress, run_ensemble
from hinterland.members.plan import starts_of
from hinterland.model.mergers import Merger
from hinterland.record import Ensemble, check
from hinterland.scenario import Scenario
from hinterland.scenario_files.made import load_scenario
from hinterland.system import System

Array = NDArray[np.float64]

MEMBERS: Final = 31
"""Members that bands are taken from where none are asked for; with the central run they fill two blocks."""
MOST: Final = 3.0
"""Share of its people that a place may be asked to keep."""
LISTED: Final = 10
"""Places that lose most by a policy that are told of."""
BAND: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked for."""

    keep: float
    """Share of the people of the base year."""
    by: int
    start: int
    """A policy begins at the end of this year."""


@dataclass(frozen=True, slots=True)
class Books:
    """Where the people that a policy keeps come from: means over members, cumulated to the target year.

    here + elsewhere = births - deaths + abroad: moves within the country cancel.
    """

    here: float
    moved: float
    """Net moves to the place from within the country."""
    natural: float
    """Births less deaths at the place."""
    other: float
    """International moves and the nation's correction at the place."""
    elsewhere: float
    """Change of people at all other places."""
    births: float
    """Of the nation."""
    deaths: float
    abroad: float
    """Of the nation: international moves and the nation's correction."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The answer to a goal at a place."""

    country: Country
    place: int
    goal: Goal
    purse: Purse
    at: Placed
    found: Found
    scenario: Scenario
    """The mix, as its file says it."""
    toml: str
    """The file; empty where nothing is needed."""
    wanted: float
    """Persons."""
    start_people: float
    """Of the base year."""
    base_central: float
    """Persons in the target year without the policy, central run."""
    central: float
    """With it."""
    base: Array
    """[member] persons in the target year."""
    with_policy: Array
    """[member]."""
    spent: Spent
    """[member] from the start of the policy to the target year."""
    yearly: Array
    """[member] mean yearly pays in a year of the last step, of levers that are paid for every year."""
    others: Array
    """[member, place] change of people in the target year by the policy."""
    books: Books

    @property
    def kept(self) -> Array:
        """[member] people more than without the policy."""
        return self.with_policy - self.base

    @property
    def per_person(self) -> tuple[float, float, float]:
        """Money of the purse per person kept in the target year: 10%, 50% and 90% of members.

        Infinite where the policy keeps nobody; nan without costs.
        """
        if not self.spent.money:
            return float("nan"), float("nan"), float("nan")
        each = np.where(self.kept > 0, self.spent.total / np.where(self.kept > 0, self.kept, 1.0), np.inf)
        low, middle, high = np.quantile(each, BAND, method="nearest")
        return float(low) * self.purse.pay, float(middle) * self.purse.pay, float(high) * self.purse.pay

    @property
    def emptied(self) -> tuple[tuple[int, float], ...]:
        """Places that lose most by it, and by how many people in the mean of members; the largest losses first."""
        mean = self.others.mean(axis=0)
        order = np.argsort(mean, kind="stable")[:LISTED]
        return tuple((int(i), float(mean[i])) for i in order if mean[i] < 0 and i != self.place)


def policy(  # noqa: PLR0913
    country: Country,
    place: int,
    *,
    keep: float,
    by: int,
    start: int | None = None,
    levers: Sequence[str] = (),
    costs: Mapping[str, float] | None = None,
    members: int = MEMBERS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Policy:
    """The cheapest mix of levers that keeps a share `keep` of a place's people of the base year in the year `by`.

    It begins at the end of year `start`, by default a step after the base year. `levers` are those that may be used,
    all where none is named; `costs` are the user's own, in money of `purse`. Where costed levers do not reach, others
    are used as little as needed; where nothing does, the answer is the mix that keeps most.
    InputError names a goal, lever or cost that cannot be, before anything is computed.
    """
    money = purse(country.code)
    allowed = chosen(levers, costs or {}, money)
    goal = asked(country, place, keep, by, start, members)
    system, _ = ready(country, members, by, {}, keep_effects=False, past=False, progress=progress)
    at = placed(system, place, allowed, float(goal.start), named=bool(levers))
    base = run_ensemble(system, members=members, until=by, seed=seed, progress=progress)
    check(base.ensemble)
    return solved(system, at, goal, money, base, progress=progress)


def solved(
    system: System, at: Placed, goal: Goal, money: Purse, base: Outcome, *, progress: Progress | None = None
) -> Policy:
    """The answer to a goal at a place of a system, beside a base run that ends in the goal's year.

    InputError where more people are wanted than the nation will have.
    """
    country, members = system.country, base.ensemble.members
    wanted = goal.keep * float(country.totals[-1][at.place])
    central = base.ensemble.central[-1].sum(axis=(1, 2))
    if wanted >= central.sum():
        told = f"{goal.keep:g} of its people of {country.base_year} are {wanted:,.0f}"
        what = f"{told}, and the nation has {central.sum():,.0f} in {goal.by}"
        raise InputError(what, remedy="Ask to keep less", where="--keep")
    if progress is not None:
        progress(0, 1, "search")
    on = _bench(system, at, starts_of(country, members, goal.by), base.control[-1])
    found = search(at, forward(on, at), wanted, float(central[at.place]))
    if progress is not None:
        progress(1, 1, "search")
    return _told(system, at, goal, money, found, base, wanted, progress=progress)


def asked(country: Country, place: int, keep: float, by: int, start: int | None, members: int) -> Goal:
    """A goal that can be met or missed; InputError names what cannot be asked."""
    starts_of(country, members, by)
    begun = country.base_year + country.ages.width if start is None else start
    if not (np.isfinite(keep) and 0 < keep <= MOST):
        remedy = f"Give a share of the people of {country.base_year} above 0 and up to {MOST:g}, such as 0.9"
        raise InputError(f"a place cannot be asked to keep {keep:g} of its people", remedy=remedy, where="--keep")
    if not country.base_year <= begun < by:
        remedy = f"Give a year from {country.base_year} to before {by}"
        raise InputError(f"a policy cannot begin in {begun} and be judged in {by}", remedy=remedy, where="--from")
    if not country.totals[-1][place] > 0:
        what = f"{country.places.names[place]} has no people in {country.base_year}"
        raise InputError(what, remedy="Name a place with people", where="PLACE")
    return Goal(keep, by, begun)


def _bench(system: System, at: Placed, starts: Sequence[int], control: Array) -> Bench:
    merger = Merger((at.code, at.partner), at.code, at.start) if at.partner else None
    return bench(system, starts, control, line=at.line, merger=merger)


def forward(on: Bench, at: Placed) -> Runs:
    """Forward runs of mixes, those of one structure together."""
    levers = levers_of(at)
    of = terms(on.system, at, on.starts)
    base = of_block(on.run([at.scenario("base", {})]), at.place)

    def runs(mixes: Sequence[Mix]) -> Tried:
        people, money = np.zeros(len(mixes)), np.zeros((len(mixes), len(levers)))
        groups: dict[tuple[bool, bool], list[int]] = {}
        scenarios = [at.scenario("tried", mix) for mix in mixes]
        for k, each in enumerate(scenarios):
            groups.setdefault((bool(each.openings), bool(each.mergers)), []).append(k)
        for rows in groups.values():
            shown = on.run([scenarios[k] for k in rows])
            counts = of_block(shown, at.place)
            people[rows] = shown.people[:, -1, at.place]
            for position, k in enumerate(rows):
                cost = spent(at, mixes[k], counts.row(position), base.row(0), of).money
                money[k] = [float(cost.get(lever.name, 0.0)) for lever in levers]
        return Tried(people, money)

    return runs


def _told(
    system: System,
    at: Placed,
    goal: Goal,
    money: Purse,
    found: Found,
    base: Outcome,
    wanted: float,
    *,
    progress: Progress | None,
) -> Policy:
    """The answer, run forward from its own file."""
    country = system.country
    name = f"policy_{at.code}_{goal.by}"
    before = base.ensemble
    scenario, toml, after = Scenario(name), "", before
    if found.mix:
        toml = _file(at, goal, found.mix, country, name)
        scenario = _read_back(toml, name, country)
        after = run_ensemble(
            system,
            members=before.members,
            until=goal.by,
            seed=before.seed,
            scenario=scenario,
            control=base.control,
            progress=progress,
        ).ensemble
        check(after)
    of = terms(system, at, starts_of(country, before.members, goal.by))
    counts, without = of_ensemble(after, at.place), of_ensemble(before, at.place)
    change = after.stocks["people"][:, -1] - before.stocks["people"][:, -1]
    return Policy(
        country=country,
        place=at.place,
        goal=goal,
        purse=money,
        at=at,
        found=found,
        scenario=scenario,
        toml=toml,
        wanted=wanted,
        start_people=float(country.totals[-1][at.place]),
        base_central=float(before.central[-1, at.place].sum()),
        central=float(after.central[-1, at.place].sum()),
        base=before.stocks["people"][:, -1, at.place],
        with_policy=after.stocks["people"][:, -1, at.place],
        spent=spent(at, found.mix, counts, without, of),
        yearly=yearly(at, found.mix, counts, without, of),
        others=change,
        books=books(before, after, at.place),
    )


def yearly(at: Placed, mix: Mix, run: Counts, base: Counts, of: Terms) -> Array:
    """Money of a year of the last step [member], of levers that are paid for year by year."""
    paid = {"post and year", "mean pay given", "job and year", "year in full", "birth added"}
    lasting = {lever.name: mix[lever.name] for lever in levers_of(at) if lever.name in mix and lever.per in paid}
    last = spent(at, lasting, run.last(), base.last(), of.last())
    return np.broadcast_to(last.total / of.width, run.births.shape[:-1])


def books(before: Ensemble, after: Ensemble, place: int) -> Books:
    """The identity of people between two runs of the same members, at a place and in the nation."""

    def added(*names: str) -> Array:
        """[place] mean over members of the change of flows, cumulated."""
        return sum(((after.flows[name] - before.flows[name]).mean(axis=0).sum(axis=0) for name in names), np.zeros(()))

    people = (after.stocks["people"][:, -1] - before.stocks["people"][:, -1]).mean(axis=0)
    births, deaths, abroad = added("births"), added("deaths"), added("international", "adjustment")
    moved = added("arrivals") - added("departures")
    return Books(
        here=float(people[place]),
        moved=float(moved[place]),
        natural=float(births[place] - deaths[place]),
        other=float(abroad[place]),
        elsewhere=float(people.sum() - people[place]),
        births=float(births.sum()),
        deaths=float(deaths.sum()),
        abroad=float(abroad.sum()),
    )


def _file(at: Placed, goal: Goal, mix: Mix, country: Country, name: str) -> str:
    """The mix as a scenario file, with what it is for and what it rests on."""
    used = [lever for lever in levers_of(at) if mix.get(lever.name, 0.0) > 0]
    places = country.places
    own, roman = places.names[at.place], places.names_en[at.place] or places.names[at.place]
    title = {
        "en": f"A policy for {roman} until {goal.by}",
        "zh": f"{own}到{goal.by}年的政策组合",
        "ja": f"{own}の{goal.by}年までの政策",
    }
    reason = {
        "en": " ".join(lever.reason.en for lever in used),
        "zh": "".join(lever.reason.zh for lever in used),
        "ja": "".join(lever.reason.ja for lever in used),
    }
    amounts = "; ".join(f"{lever.name} {mix[lever.name]:.4g} ({lever.unit})" for lever in used)
    source = (
        f"Found by hinterland policy to keep {goal.keep:g} of the people of {country.base_year}: {amounts}. "
        "Sizes are what the search asked for, not what anyone plans."
    )
    return as_toml(at.scenario(name, mix), country, title=title, reason=reason, source=source)


def _read_back(toml: str, name: str, country: Country) -> Scenario:
    """The scenario that a file says, so that what is run is what is written."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_text(toml, encoding="utf-8", newline="\n")
        return load_scenario(path, country)
