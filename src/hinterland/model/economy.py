"""What places live on, in the order of a step: jobs, pay, incomes, homes, and what movers see of them.

Every number is a stock at an instant or a change since the base year, when all signals are zero whatever the levels.
Without figures of jobs a country has no economy, and its people move as if nothing of this changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.axes import ACTIVITIES, FOOTLOOSE, Ages
from hinterland.model import homes as housing_market
from hinterland.model import income as pay_and_pensions
from hinterland.model import industry, jobs, labour, pull, shopping
from hinterland.model.amenity import amenity_change
from hinterland.space.kernel import Kernel
from hinterland.state import Economy

FARM: Final = ACTIVITIES.index("farm")
MINE: Final = ACTIVITIES.index("mine")
LOCAL: Final = ACTIVITIES.index("local")
PUBLIC: Final = ACTIVITIES.index("public")
FREE: Final = slice(ACTIVITIES.index(FOOTLOOSE[0]), ACTIVITIES.index(FOOTLOOSE[-1]) + 1)
ROUTINE: Final = ACTIVITIES.index("routine")
REMOTE_YEARS: Final = 10.0
"""Years over which remote work rises to its share."""


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
    """People within reach of those who sell to all."""
    spending: jax.Array
    """Incomes of residents, of which a part is spent on local services."""
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
    pensioners: int = field(metadata={"static": True})
    """Position of the first age group with pensions."""


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
    household_trend: jax.Array
    remote_share: jax.Array
    remote_schooling: jax.Array
    mine_fall: jax.Array
    """1/year."""
    climate_drift: jax.Array
    """Growth of the taste for climate since the base year, as a share of that year's, 1/year."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Given:
    """What a step is given from outside."""

    shares: jax.Array
    """[..., activity] of the nation's jobs at the end of the step."""
    since: jax.Array
    """[...] years from the base year to the end of the step."""


@dataclass(frozen=True, slots=True)
class _Now:
    """People at the end of the step and what follows from their number."""

    people: jax.Array
    """[..., place, sex, age]."""
    residents: jax.Array
    """[..., place]."""
    workers: jax.Array
    """[..., place]."""
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
        household_trend=jnp.asarray(np.asarray(values["household_size_trend"], dtype=np.float64)),
        remote_share=jnp.asarray(np.asarray(values["remote_share"], dtype=np.float64)),
        remote_schooling=jnp.asarray(np.asarray(values["remote_schooling"], dtype=np.float64)),
        mine_fall=jnp.asarray(np.asarray(values["mine_fall"], dtype=np.float64)),
        climate_drift=jnp.asarray(np.asarray(values["climate_drift"], dtype=np.float64)),
    )


def advance(
    base: Base, habits: Habits, economy: Economy, people: jax.Array, given: Given, market: Kernel, years: int
) -> Economy:
    """The economy at the end of a step, from that at its start and people [..., place, sex, age] at its end.

    `market` weighs how far those who sell to all reach. The nation's jobs are the labour of its people, shared among
    activities as given; jobs and incomes of places sum to the nation's.
    """
    now = _now(base, people, given)
    residents, workers = now.residents, now.workers
    trade, capacity = _trade(base, habits, economy, now.national[..., LOCAL], years)
    work = _work(base, habits, economy, now, trade, given, market, years=years)
    reach = within_reach(work, workers, habits, base.commuting)
    wage = labour.wage_after(
        economy.wage,
        now.density,
        labour.tightness(reach[..., 0], workers) - labour.tightness(base.reach[..., 0], base.labour),
        habits.market,
        years,
        labour.exposed_to(work),
    )
    income = incomes(habits, work, wage, people, reach[..., 0] * workers, base.commuting, base.pensioners)
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
    )
    _, air = industry.damage(work[..., ROUTINE], workers, base.jobs[:, ROUTINE], base.labour, habits.dirt)
    signals = pull.Signals(
        income=pay_and_pensions.log_per_head(income, residents) - base.income,
        access=labour.access_change(reach[..., 1], base.reach[..., 1]),
        rent=housed.rent,
        nonemployment=labour.non_employment_change(reach[..., 0], base.reach[..., 0], habits.market),
    )
    # The climate of the base year is in the place effects already: what counts is how the taste for it moves on.
    warmth = amenity_change(base.climate, base.climate, 1 + habits.climate_drift * given.since)
    return Economy(
        jobs=work,
        capacity=capacity,
        wage=wage,
        homes=housed.homes,
        households=households,
        rent=housed.rent,
        expected=housed.expected,
        income=income,
        pull=pull.pull(signals, habits.response, warmth) + air[..., None],
        push=pull.push(signals, habits.response),
    )


def national_shares(
    base: jax.Array, *, farm_fall: float, automatable: jax.Array, pace: float, since: jax.Array
) -> jax.Array:
    """Shares of activities in the nation's jobs [..., activity] `since` [...] years after those of the base [activity].

    Farms shed labour at a rate a year and what robots can do goes at a pace; those set free work in the other
    activities as these are, so shares sum to one. How many work in all follows from people and ages.
    """
    gone = jnp.exp(-farm_fall * since)
    shares = jnp.broadcast_to(base, (*gone.shape, base.shape[-1]))
    shares = shares.at[..., FARM].multiply(gone)
    kept = 1 - automatable * -jnp.expm1(-pace * since)[..., None]
    left = shares * kept
    return left / left.sum(axis=-1, keepdims=True)


def within_reach(work: jax.Array, workers: jax.Array, habits: Habits, commuting: Kernel) -> jax.Array:
    """Jobs and openings per worker within reach [..., place, 2] of jobs [..., place, activity]."""
    kinds = jnp.stack([work.sum(axis=-1), labour.openings(work, habits.market)], axis=-1)
    return labour.catchment(kinds, workers, commuting)


def incomes(
    habits: Habits,
    work: jax.Array,
    wage: jax.Array,
    people: jax.Array,
    employed: jax.Array,
    commuting: Kernel,
    pensioners: int,
) -> jax.Array:
    """Incomes of residents [..., place]: what they earn within reach, and pensions from group `pensioners` on."""
    nothing = jnp.zeros_like(employed)
    return pay_and_pensions.incomes(
        work,
        wage,
        nothing,
        employed=employed,
        old=people[..., pensioners:].sum(axis=(-2, -1)),
        remote=nothing,
        pay=habits.pay,
        commuting=commuting,
    ).total


def reached(people: jax.Array, market: Kernel) -> jax.Array:
    """People [..., place] within reach of those who sell to all, the place's own among them."""
    return people + market.apply(people[..., None])[..., 0]


def _trade(
    base: Base, habits: Habits, economy: Economy, national: jax.Array, years: int
) -> tuple[jax.Array, jax.Array]:
    """Local-service jobs and what is built for them, both [..., place], at the end of a step."""
    habit = habits.shopping
    usual = shopping.demand(base.spending, shopping.first_capacity(base.jobs[:, LOCAL], habit), habit, base.shops)
    spent = shopping.demand(economy.income, economy.capacity, habit, base.shops)
    wanted = shopping.wanted(base.jobs[:, LOCAL], usual, spent, national)
    jobs_served = shopping.served(wanted, economy.capacity, national, habit)
    return jobs_served, shopping.built(economy.capacity, wanted, habit, years)


def _now(base: Base, people: jax.Array, given: Given) -> _Now:
    residents, workers = people.sum(axis=(-2, -1)), labour.labour_of(people, base.rates)
    return _Now(
        people=people,
        residents=residents,
        workers=workers,
        national=workers.sum(axis=-1)[..., None] * given.shares,
        density=labour.relative_change(residents, base.people),
    )


def _work(
    base: Base,
    habits: Habits,
    economy: Economy,
    now: _Now,
    trade: jax.Array,
    given: Given,
    market: Kernel,
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
        market=labour.relative_change(reached(residents, market), base.market),
        labour=more_labour,
    )
    free = jobs.located(
        economy.jobs[..., FREE],
        base.jobs[:, FREE],
        national[..., FREE],
        changes,
        jnp.zeros_like(base.jobs[:, FREE]),
        habits.location,
        years,
        residents=jobs.able_to_work_remotely(workers, base.schooling, habits.remote_schooling),
        remote_share=habits.remote_share * -jnp.expm1(-given.since / REMOTE_YEARS),
    )
    output = jnp.broadcast_to(jnp.exp(-habits.mine_fall * given.since)[..., None], residents.shape)
    mine = jobs.mined(base.jobs[:, MINE], output, national[..., MINE])
    need = jobs.needed(now.people, habits.needs)
    posts = jobs.posted(
        economy.jobs[..., PUBLIC], base.jobs[:, PUBLIC], need, base.need, national[..., PUBLIC], habits.needs, years
    )
    harm, _ = industry.damage(free[..., ROUTINE - FREE.start], workers, base.jobs[:, ROUTINE], base.labour, habits.dirt)
    others = free.sum(axis=-1) + mine + posts + trade
    slack = more_labour - labour.relative_change(others, base.jobs.sum(axis=-1) - base.jobs[:, FARM])
    farm = jobs.farmed(base.jobs[:, FARM], more_labour, slack, national[..., FARM], habits.needs, harm)
    by_name = {
        "farm": farm,
        "mine": mine,
        **{activity: free[..., k] for k, activity in enumerate(FOOTLOOSE)},
        "local": trade,
        "public": posts,
    }
    return jnp.stack([by_name[activity] for activity in ACTIVITIES], axis=-1)
