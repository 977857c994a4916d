"""What places live on, in the order of a step: jobs, pay, incomes, homes, and what movers see of them.

Every number is a stock at an instant or a change since the base year, when all signals are zero whatever the levels.
Without figures of jobs a country has no economy, and its people move as if nothing of this changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.axes import ACTIVITIES, FOOTLOOSE, Ages
from hinterland.model import finance as public_money
from hinterland.model import homes as housing_market
from hinterland.model import income as pay_and_pensions
from hinterland.model import industry, jobs, labour, mergers, pull, shopping
from hinterland.model.amenity import amenity_change
from hinterland.model.levers import Levers, no_levers
from hinterland.space.kernel import Kernel
from hinterland.state import Economy

FARM: Final = ACTIVITIES.index("farm")
MINE: Final = ACTIVITIES.index("mine")
LOCAL: Final = ACTIVITIES.index("local")
PUBLIC: Final = ACTIVITIES.index("public")
FREE: Final = slice(ACTIVITIES.index(FOOTLOOSE[0]), ACTIVITIES.index(FOOTLOOSE[-1]) + 1)
ROUTINE: Final = ACTIVITIES.index("routine")


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Base:
    """The base year, which all changes are measured from, and what stays fixed; [place] unless a shape is given."""

    jobs: jax.Array
    """[place, activity]."""
    people: jax.Array
    labour: jax.Array
    need: jax.Array
    """Need for public posts."""
    market: jax.Array
    """People that those who sell to all reach, nearer ones weighing more."""
    spending: jax.Array
    """Incomes by where they are spent, a part of them on local services."""
    reach: jax.Array
    """[place, 2] jobs and openings per worker within reach."""
    income: jax.Array
    """Log income per head."""
    homes: housing_market.HomesBase
    household_size: jax.Array
    schooling: jax.Array
    """Mean years; NaN where not published."""
    climate: jax.Array
    """What the climate is worth in log income, relative to the mean place."""
    rates: jax.Array
    """[sex, age] employment rates."""
    commuting: Kernel
    shops: Kernel
    markets: Kernel
    finance: public_money.FinanceBase
    revenue: jax.Array
    """Of local budgets a year."""
    niche: jax.Array
    """[place, footloose] log weight by which plants chose the place in the record, beyond what the model says of it."""
    pensioners: int = field(metadata={"static": True})
    """Position of the first age group with pensions."""
    mergers: mergers.Mergers | None = None
    """Dated in years since the base year; None where no places merge."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Habits:
    """How firms, shops, builders and movers behave; numbers are [...] (one per member) unless a shape is given."""

    location: jobs.Location
    needs: jobs.Needs
    market: labour.LabourMarket
    shopping: shopping.Shopping
    pay: pay_and_pensions.Pay
    housing: housing_market.Housing
    response: pull.Response
    dirt: industry.Dirt
    finance: public_money.Finance
    saving: mergers.Saving
    niche_share: jax.Array
    """Share of the record's niche that goes on."""
    household_trend: jax.Array
    remote_schooling: jax.Array
    usual: jax.Array | None = None
    """[..., place] spending on local services by where it was spent in the base year (see `with_usual`)."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Given:
    """What a step is given from outside."""

    shares: jax.Array
    """[..., activity] of the nation's jobs at the end of the step."""
    since: jax.Array
    """[...] years from the base year to the end of the step."""
    remote: jax.Array
    """[...] rise since the base year in the share of tradable jobs that are done where workers live."""
    taste: jax.Array
    """[...] growth since the base year of the taste for climate, as a share of that year's."""
    levers: Levers
    rank_shift: jax.Array
    """[...] added to the share of transfers that goes by rank."""
    seen: jax.Array | None = None
    """[..., activity] part of the change of jobs since the base year that movers see; all of it where None."""


def with_usual(base: Base, habits: Habits) -> Habits:
    """Habits that know where people shopped in the base year, whatever becomes of their habits later."""
    first = shopping.first_capacity(base.jobs[:, LOCAL], habits.shopping)
    return replace(habits, usual=shopping.demand(base.spending, first, habits.shopping, base.shops))


def undisturbed(shares: jax.Array, since: jax.Array, places: int) -> Given:
    """Shares [..., activity] of the nation's jobs so many years [...] after the base year, and nothing else changed."""
    nothing = jnp.zeros(())
    return Given(
        shares=shares, since=since, remote=nothing, taste=nothing, levers=no_levers(places), rank_shift=nothing
    )


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Trips:
    """How far places are from each other in a step, for those who move, work, shop and sell."""

    moves: Kernel
    commuting: Kernel
    shops: Kernel
    markets: Kernel


def usual_trips(base: Base, moves: Kernel) -> Trips:
    """Distances of the base year."""
    return Trips(moves=moves, commuting=base.commuting, shops=base.shops, markets=base.markets)


@dataclass(frozen=True, slots=True)
class _Now:
    """People at the end of the step and what follows from their number."""

    people: jax.Array
    """[..., place, sex, age]."""
    residents: jax.Array
    """[..., place]."""
    workers: jax.Array
    """[..., place] who work for employers within the country's places."""
    afar: jax.Array
    """[..., place] who have come to work for employers elsewhere, from home."""
    national: jax.Array
    """[..., activity] the nation's jobs."""
    density: jax.Array
    """[..., place] log change of people since the base year, relative to the nation."""


def habits(values: Mapping[str, Any], ages: Ages) -> Habits:
    """Habits from parameter values by name, each [member] or one number (life-stage lists [stage])."""
    return Habits(
        location=jobs.location(values),
        needs=jobs.needs(values, ages),
        market=labour.labour_market(values),
        shopping=shopping.shopping(values),
        pay=pay_and_pensions.pay(values),
        housing=housing_market.housing(values),
        response=pull.response(values),
        dirt=industry.dirt(values),
        finance=public_money.finance(values),
        saving=mergers.saving(values),
        niche_share=jnp.asarray(np.asarray(values["niche_share"], dtype=np.float64)),
        household_trend=jnp.asarray(np.asarray(values["household_size_trend"], dtype=np.float64)),
        remote_schooling=jnp.asarray(np.asarray(values["remote_schooling"], dtype=np.float64)),
    )


def advance(
    base: Base,
    habits: Habits,
    economy: Economy,
    people: jax.Array,
    given: Given,
    trips: Trips,
    years: int,
    *,
    cost: jax.Array | None = None,
) -> Economy:
    """The economy at the end of a step, from that at its start and people [..., place, sex, age] at its end.

    `trips` says how far places are from each other in this step. The nation's jobs are the labour of its people, shared
    among activities as given; jobs and incomes of places sum to the nation's, less what mines and budgets do not pay.
    `cost` [..., place] is the log change of the cost of living.
    """
    now = _now(base, people, given)
    residents, workers = now.residents, now.workers
    trade, capacity = _trade(base, habits, economy, now.national[..., LOCAL], given.levers.demand, trips.shops, years)
    wanted = _posts_wanted(base, habits, economy, now, given, years)
    posts = _posts_paid(base, habits, economy, wanted, given)
    work = _work(base, habits, economy, now, _Settled(trade, posts), given, trips.markets, years=years)
    reach = within_reach(work, workers, habits, trips.commuting)
    wage = labour.wage_after(
        economy.wage,
        now.density,
        labour.tightness(reach[..., 0], workers) - labour.tightness(base.reach[..., 0], base.labour),
        habits.market,
        years,
        labour.exposed_to(work),
    )

    def earned(jobs: jax.Array, access: jax.Array) -> pay_and_pensions.Incomes:
        return incomes(
            habits,
            jobs,
            wage,
            people,
            access * workers,
            trips.commuting,
            base.pensioners,
            mine_price=given.levers.mine_price,
            afar=now.afar,
            public_pay=economy.budget.pay,
        )

    made = earned(work, reach[..., 0])
    received = income = made.total
    households = residents / housing_market.household_size(base.household_size, habits.household_trend, given.since)
    housed = housing_market.housed(
        economy.homes,
        economy.rent,
        economy.expected,
        economy.households,
        housing_market.household_growth(households, economy.households, years),
        base=base.homes,
        housing=habits.housing,
        years=years,
        building=given.levers.building,
    )
    _, air = industry.damage(work[..., ROUTINE], workers, base.jobs[:, ROUTINE], base.labour, habits.dirt)
    asked = public_money.Asked(
        incomes=income,
        basic_jobs=work[..., MINE] + work[..., FREE].sum(axis=-1),
        land_sold=housed.land_sold / years,
        people=residents,
        posts=wanted,
        homes=housed.homes,
        extra=given.levers.transfers * base.revenue,
        projects=given.levers.projects * base.revenue,
        rank_shift=given.rank_shift,
    )
    budget, accounts = public_money.settle(base.finance, habits.finance, economy.budget, asked, years)
    if base.mergers is not None:
        budget = public_money.pooled(budget, mergers.groups(base.mergers, given.since), residents)
    if given.seen is not None:
        # Only what movers see: the economy itself goes on with the jobs there are.
        shown = base.jobs + given.seen[..., None, :] * (work - base.jobs)
        reach = within_reach(shown, workers, habits, trips.commuting)
        income = earned(shown, reach[..., 0]).total
    dearer = jnp.zeros_like(residents) if cost is None else cost
    signals = pull.Signals(
        income=pay_and_pensions.log_per_head(income, residents) - base.income - dearer,
        access=labour.access_change(reach[..., 1], base.reach[..., 1]),
        rent=housed.rent,
        nonemployment=labour.non_employment_change(reach[..., 0], base.reach[..., 0], habits.market),
    )
    # The climate of the base year is in the place effects already: what counts is how the taste for it moves on.
    warmth = amenity_change(base.climate, base.climate, 1 + given.taste)
    warmth = warmth + given.levers.amenity
    return Economy(
        jobs=work,
        capacity=capacity,
        wage=wage,
        homes=housed.homes,
        households=households,
        rent=housed.rent,
        expected=housed.expected,
        income=received,
        spending=shopping.spending(made, habits.shopping),
        pull=pull.pull(signals, habits.response, warmth) + air[..., None],
        push=pull.push(signals, habits.response),
        posts=wanted,
        promoted=public_money.promotion_pull(base.finance, habits.finance, accounts, residents, years),
        budget=budget,
    )


def national_shares(base: jax.Array, *, farms_left: jax.Array, automated: jax.Array, change: jax.Array) -> jax.Array:
    """Shares of activities in the nation's jobs [..., activity], from those of the base year [activity].

    `farms_left` [...] of farm work is still done by hand, `automated` [..., activity] of the jobs are gone to robots,
    and `change` [..., activity] is what else happens to demand (log). Those set free work in the other activities as
    these are, so shares sum to one. How many work in all follows from people and ages.
    """
    left = base * jnp.exp(change) * (1 - automated)
    left = left.at[..., FARM].multiply(farms_left)
    return left / left.sum(axis=-1, keepdims=True)


def within_reach(work: jax.Array, workers: jax.Array, habits: Habits, commuting: Kernel) -> jax.Array:
    """Jobs and openings per worker within reach [..., place, 2] of jobs [..., place, activity]."""
    kinds = jnp.stack([work.sum(axis=-1), labour.openings(work, habits.market)], axis=-1)
    return labour.catchment(kinds, workers, commuting)


def incomes(  # noqa: PLR0913
    habits: Habits,
    work: jax.Array,
    wage: jax.Array,
    people: jax.Array,
    employed: jax.Array,
    commuting: Kernel,
    pensioners: int,
    *,
    mine_price: jax.Array | None = None,
    afar: jax.Array | None = None,
    public_pay: jax.Array | None = None,
) -> pay_and_pensions.Incomes:
    """Incomes of residents [..., place]: what they earn within reach, and pensions from group `pensioners` on.

    `mine_price` is the log price of what is mined, `afar` persons who work for employers elsewhere and `public_pay`
    the log of public pay, [..., place]; all are as in the base year where not given.
    """
    nothing = jnp.zeros_like(employed)
    return pay_and_pensions.incomes(
        work,
        wage,
        nothing if mine_price is None else mine_price,
        employed=employed,
        old=people[..., pensioners:].sum(axis=(-2, -1)),
        remote=nothing if afar is None else afar,
        pay=habits.pay,
        commuting=commuting,
        public_pay=public_pay,
    )


def niche(start: Base, end: Base, habits: Habits, years: int) -> jax.Array:
    """What plants liked about places in a record [place, footloose], beyond density, labour and markets.

    From the base years at its start and its end; costs and land prices of the record are not known.
    """
    nothing = jnp.zeros_like(start.people)
    changes = jobs.Changes(
        density=labour.relative_change(end.people, start.people),
        labour_cost=nothing,
        land_price=nothing,
        market=labour.relative_change(end.market, start.market),
        labour=labour.relative_change(end.labour, start.labour),
    )
    first = start.jobs[:, FREE]
    return jobs.niche_of(end.jobs[:, FREE], first, first, changes, habits.location, years)


def farm_share(work: jax.Array) -> jax.Array:
    """Share of farms in jobs [..., place] of jobs [..., place, activity]; none where there are no jobs."""
    total = work.sum(axis=-1)
    return jnp.where(total > 0, work[..., FARM] / jnp.where(total > 0, total, 1.0), 0.0)


def richer(base: Base, economy: Economy, people: jax.Array) -> jax.Array:
    """Log change of incomes per head since the base year [..., place], of people [..., place, sex, age]."""
    return pay_and_pensions.log_per_head(economy.income, people.sum(axis=(-2, -1))) - base.income


def reached(people: jax.Array, markets: Kernel) -> jax.Array:
    """Market potential [..., place]: people [..., place] of all places, the own among them, by weight of the way."""
    return markets.apply(people[..., None])[..., 0]


def _trade(
    base: Base,
    habits: Habits,
    economy: Economy,
    national: jax.Array,
    clients: jax.Array,
    shops: Kernel,
    years: int,
) -> tuple[jax.Array, jax.Array]:
    """Local-service jobs and what is built for them, both [..., place], at the end of a step.

    `clients` [..., place] is the log of what else changes spending there; `shops` the ways to shops in this step.
    """
    habit = habits.shopping
    usual = habits.usual if habits.usual is not None else with_usual(base, habits).usual
    assert usual is not None
    spent = shopping.demand(economy.spending, economy.capacity, habit, shops) * jnp.exp(clients)
    wanted = shopping.wanted(base.jobs[:, LOCAL], usual, spent, national)
    jobs_served = shopping.served(wanted, economy.capacity, national, habit)
    return jobs_served, shopping.built(economy.capacity, wanted, habit, years)


def _now(base: Base, people: jax.Array, given: Given) -> _Now:
    residents, labour_force = people.sum(axis=(-2, -1)), labour.labour_of(people, base.rates)
    afar = labour_force * given.levers.remote
    workers = labour_force - afar
    return _Now(
        people=people,
        residents=residents,
        workers=workers,
        afar=afar,
        national=workers.sum(axis=-1)[..., None] * given.shares,
        density=labour.relative_change(residents, base.people),
    )


@dataclass(frozen=True, slots=True)
class _Settled:
    """Jobs [..., place] that are known before plants choose."""

    trade: jax.Array
    posts: jax.Array


def _posts_wanted(base: Base, habits: Habits, economy: Economy, now: _Now, given: Given, years: int) -> jax.Array:
    """Public posts that need calls for [..., place]; they sum to the nation's."""
    return jobs.posted(
        economy.posts,
        base.jobs[:, PUBLIC],
        jobs.needed(now.people, habits.needs) * jnp.exp(given.levers.posts),
        base.need,
        now.national[..., PUBLIC],
        habits.needs,
        years,
    )


def _posts_paid(base: Base, habits: Habits, economy: Economy, wanted: jax.Array, given: Given) -> jax.Array:
    """Public posts [..., place] of those wanted that are left by mergers and paid by budgets."""
    posts = wanted * jnp.exp(economy.budget.funded)
    return posts if base.mergers is None else mergers.merged(posts, base.mergers, habits.saving, given.since).posts


def _work(
    base: Base,
    habits: Habits,
    economy: Economy,
    now: _Now,
    settled: _Settled,
    given: Given,
    markets: Kernel,
    *,
    years: int,
) -> jax.Array:
    """Jobs [..., place, activity] at the end of a step."""
    national, residents, workers = now.national, now.residents, now.workers
    more_labour = labour.relative_change(workers, base.labour)
    changes = jobs.Changes(
        density=now.density,
        labour_cost=labour.unit_cost(economy.wage, now.density, habits.market),
        land_price=habits.housing.land_leverage[..., None] * economy.rent,
        market=labour.relative_change(reached(residents, markets), base.market),
        labour=more_labour,
    )
    free = jobs.located(
        economy.jobs[..., FREE],
        base.jobs[:, FREE],
        national[..., FREE],
        changes,
        given.levers.plants + economy.promoted[..., None] + habits.niche_share[..., None, None] * base.niche,
        habits.location,
        years,
        residents=jobs.able_to_work_remotely(workers, base.schooling, habits.remote_schooling),
        remote_share=given.remote,
    )
    mine = jobs.mined(base.jobs[:, MINE], jnp.exp(given.levers.mine_output), national[..., MINE])
    harm, _ = industry.damage(free[..., ROUTINE - FREE.start], workers, base.jobs[:, ROUTINE], base.labour, habits.dirt)
    others = free.sum(axis=-1) + mine + settled.posts + settled.trade
    slack = more_labour - labour.relative_change(others, base.jobs.sum(axis=-1) - base.jobs[:, FARM])
    farm = jobs.farmed(base.jobs[:, FARM], more_labour, slack, national[..., FARM], habits.needs, harm)
    by_name = {
        "farm": farm,
        "mine": mine,
        **{activity: free[..., k] for k, activity in enumerate(FOOTLOOSE)},
        "local": settled.trade,
        "public": settled.posts,
    }
    return jnp.stack([by_name[activity] for activity in ACTIVITIES], axis=-1)
