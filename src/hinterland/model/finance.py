"""Local public money: what places raise and are given, what they must pay, and what gives way when it falls short.

    own       = income tax * incomes + basic tax * basic jobs + land value * land sold
    need      = (posts * pay + upkeep * homes) / (1 - promotion - interest * customary debt)        what is standard
    means     = own + pool * ((1 - r) head + r rank)                                   both shares of places, sum one
    usual     = (1 - delivered) means + granted * sum of delivered * means             the custom of the base year
    held      = (1 - e) usual + e * need * (sum of own + pool) / sum of need           e equalises
    transfers = held - own,          summing to the pool: a share of the nation's incomes

At the base year held = need everywhere, whatever e: `delivered` and `granted` are what makes it so. In every year

    left = revenue + customary borrowing - payroll - upkeep * peak - promotion revenue - interest - principal due

A shortage is met from reserves, then by arrears, debt, lower pay and fewer posts, each up to its bound, and what is
still missing by the centre (`bailout`, from outside the pool). What is left over pays arrears, then debt beyond the
customary, restores pay, then posts, and fills a reserve; beyond that taxes are not levied (`relief`). Bounds are
kinks: who pays next is a matter of order, and every year's books balance to rounding. Principal is repaid at a rate
and as much is borrowed as keeps a customary debt; projects are borrowed on top and leave their service behind.
Upkeep is of the stock at its peak: what was built must be kept whoever is left.

The order is assumed. Levels are those of an index: what posts cost in the base year sets the scale, and published
shares of revenue and spending set the rest. Money is in mean pays of the base year; flows of `Asked` are per year,
those of `Accounts` of the step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.model.income import log_per_head
from hinterland.state import Budget


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Finance:
    """How places are financed and what gives way; numbers are [...] (one per member)."""

    public_pay: jax.Array
    """Pay of a public post at the base year, mean pays."""
    upkeep_share: jax.Array
    """Share of upkeep in the spending of the base year."""
    promotion: jax.Array
    """Share of revenue spent on courting visitors and plants."""
    promotion_return: jax.Array
    """Log pull on plants per log of revenue per resident, where there is promotion."""
    pool_share: jax.Array
    """Share of transfers in the revenue of the base year."""
    land_share: jax.Array
    """Share of land sales in own revenue of the base year."""
    basic_share: jax.Array
    """Share of taxes at the base year that is on basic jobs; the others are on incomes of residents."""
    rank_share: jax.Array
    """Share of the pool that goes by rank, the rest by head, where it does not equalise."""
    equalising: jax.Array
    """Share of a gap between own revenue and need that transfers make up."""
    interest: jax.Array
    """1/year."""
    repayment: jax.Array
    """Share of debt due in a year, 1/year."""
    debt: jax.Array
    """Customary debt, years of revenue."""
    debt_room: jax.Array
    """Debt beyond the customary at which nobody lends more, years of revenue."""
    arrears_most: jax.Array
    """Years of revenue."""
    reserve_most: jax.Array
    """Years of revenue."""
    pay_fall_most: jax.Array
    """Largest fall of log pay, a positive number."""
    posts_least: jax.Array
    """Share of the posts wanted that the centre keeps paid."""
    peak_loss: jax.Array
    """Rate at which what stood at the peak stops to need upkeep, 1/year."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class FinanceBase:
    """What the base year fixes: levels [...] of the nation, and places [..., place] unless a shape is given."""

    income_tax: jax.Array
    """[...] share of incomes."""
    basic_tax: jax.Array
    """[...] mean pays per basic job and year."""
    land_value: jax.Array
    """[...] mean pays per home built on land at the price of the base year."""
    upkeep: jax.Array
    """[...] mean pays per home and year."""
    pool: jax.Array
    """[...] share of the nation's incomes."""
    rank: jax.Array
    """Shares of the pool by rank; they sum to one."""
    delivered: jax.Array
    """Share of its means that a place gave up in the base year."""
    granted: jax.Array
    """Its share of what others gave up."""
    per_head: jax.Array
    """Log revenue per resident."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Asked:
    """What a step asks of budgets, [..., place] unless a shape is given; flows are per year."""

    incomes: jax.Array
    """Of residents, mean pays."""
    basic_jobs: jax.Array
    """Persons in mines, industry and tradable services."""
    land_sold: jax.Array
    """Homes built times the relative price of land, per year (`homes.Housed.land_sold` over the step's years)."""
    people: jax.Array
    posts: jax.Array
    """Public posts wanted, persons."""
    homes: jax.Array
    extra: jax.Array
    """Transfers a scenario adds from outside the pool, per year; a place pays at most what it has."""
    projects: jax.Array
    """Built on new debt, mean pays per year."""
    rank_shift: jax.Array
    """[...] added to the share of the pool that goes by rank."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Accounts:
    """Money that moved in a step, each [..., place] in mean pays."""

    taxes: jax.Array
    land: jax.Array
    transfers: jax.Array
    """From the pool; negative where a place delivers more than it is given."""
    extra: jax.Array
    borrowed: jax.Array
    fell_behind: jax.Array
    """New arrears."""
    bailout: jax.Array
    payroll: jax.Array
    upkeep: jax.Array
    promotion: jax.Array
    projects: jax.Array
    interest: jax.Array
    repaid: jax.Array
    caught_up: jax.Array
    """Arrears paid."""
    saved: jax.Array
    """Change of reserves."""
    relief: jax.Array
    """Taxes not levied because nothing was left to pay."""

    @property
    def revenue(self) -> jax.Array:
        """Own revenue and all transfers [..., place]."""
        return self.taxes + self.land + self.transfers + self.extra

    @property
    def balance(self) -> jax.Array:
        """What came in less what went out [..., place]: zero but for rounding."""
        came = self.revenue + self.borrowed + self.fell_behind + self.bailout
        spent = self.payroll + self.upkeep + self.promotion + self.projects + self.interest
        return came - spent - self.repaid - self.caught_up - self.saved - self.relief


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Indices:
    """Indices like those published of Japan's municipalities, each [..., place]; zero where there is no revenue."""

    fiscal_strength: jax.Array
    """Own revenue over standard need."""
    current_balance: jax.Array
    """Payroll, upkeep, promotion and interest over taxes and transfers; land sales do not recur."""
    debt_service: jax.Array
    """Interest and principal over revenue."""
    future_burden: jax.Array
    """Debt and arrears, years of revenue."""
    pay: jax.Array
    """Public pay, 100 in the base year."""


def finance(values: Mapping[str, Any]) -> Finance:
    """Public money from parameter values by name, each one number or [member]."""

    def number(name: str) -> jax.Array:
        return jnp.asarray(np.asarray(values[name], dtype=np.float64))

    own = [field.name for field in fields(Finance) if field.name != "public_pay"]
    return Finance(public_pay=number("pay_public"), **{name: number(f"finance_{name}") for name in own})


def first_budget(asked: Asked, rank: jax.Array, finance: Finance) -> tuple[FinanceBase, Budget]:
    """The base year, in which every budget balances with posts and pay at their level, and its stocks.

    `asked` of the base year, whose `extra`, `projects` and `rank_shift` are not looked at; `rank` [place] are weights
    of any size; where all are zero those by head stand for them. Transfers are those that balance every budget.
    """
    payroll = asked.posts.sum(-1) * finance.public_pay
    other = finance.promotion + finance.interest * finance.debt + finance.upkeep_share
    total = payroll / (1 - other)
    pool = finance.pool_share * total
    land, taxes = finance.land_share * (total - pool), (1 - finance.land_share) * (total - pool)
    land_value = _over(land, asked.land_sold.sum(-1))
    # Where no land is sold, taxes bring what land does not.
    taxes = taxes + jnp.where(land_value > 0, 0.0, land)
    on_jobs = jnp.where(asked.basic_jobs.sum(-1) > 0, finance.basic_share, 0.0) * taxes
    nothing = jnp.zeros(jnp.broadcast_shapes(asked.incomes.shape, (*total.shape, 1)))
    base = FinanceBase(
        income_tax=_over(taxes - on_jobs, asked.incomes.sum(-1)),
        basic_tax=_over(on_jobs, asked.basic_jobs.sum(-1)),
        land_value=land_value,
        upkeep=_over(finance.upkeep_share * total, asked.homes.sum(-1)),
        pool=_over(pool, asked.incomes.sum(-1)),
        rank=jnp.where(rank.sum() > 0, _shares(rank), _shares(asked.people)),
        delivered=nothing,
        granted=nothing,
        per_head=nothing,
    )
    need = standard_need(base, finance, asked)
    means = _means(base, finance, asked, jnp.zeros_like(asked.rank_shift))
    above = jnp.maximum(means - need, 0.0)
    below = jnp.maximum(need - means, 0.0)
    base = replace(
        base,
        delivered=_over(above, means),
        granted=_over(below, below.sum(-1, keepdims=True)),
        per_head=log_per_head(need, asked.people),
    )
    nothing = jnp.zeros_like(need)
    debt = finance.debt[..., None] * need
    peak = jnp.broadcast_to(asked.homes, need.shape)
    return base, Budget(debt=debt, arrears=nothing, reserve=nothing, pay=nothing, funded=nothing, peak=peak)


def standard_need(base: FinanceBase, finance: Finance, asked: Asked) -> jax.Array:
    """Yearly revenue with which a place pays its posts at full pay and keeps its homes [..., place]."""
    cost = asked.posts * finance.public_pay[..., None] + asked.homes * base.upkeep[..., None]
    return cost / (1 - finance.promotion - finance.interest * finance.debt)[..., None]


def transfers(base: FinanceBase, finance: Finance, asked: Asked) -> jax.Array:
    """What the pool gives to places in a year [..., place]; sums to its share of the nation's incomes."""
    taxes, land = _own(base, asked)
    means = _means(base, finance, asked, asked.rank_shift)
    common = (base.delivered * means).sum(-1, keepdims=True)
    usual = (1 - base.delivered) * means + base.granted * common
    need = standard_need(base, finance, asked)
    needed = need.sum(-1, keepdims=True)
    level = jnp.where(needed > 0, need * _over(means.sum(-1, keepdims=True), needed), usual)
    return usual + finance.equalising[..., None] * (level - usual) - taxes - land


def settle(base: FinanceBase, finance: Finance, budget: Budget, asked: Asked, years: int) -> tuple[Budget, Accounts]:
    """Budgets after `years` and the money that moved, from those at the start and what the step asks of them.

    Years are taken one by one, so that steps of five years and of one agree.
    """
    taxes, land = _own(base, asked)
    given = transfers(base, finance, asked)
    extra = jnp.maximum(asked.extra, -(taxes + land + given))
    numbers = ((*number.shape, 1) for number in jax.tree.leaves(finance))
    stocks = (stock.shape for stock in jax.tree.leaves(budget))
    shape = jnp.broadcast_shapes(given.shape, extra.shape, asked.projects.shape, *stocks, *numbers)
    whole = lambda part: jnp.broadcast_to(part, shape)  # noqa: E731
    income = {"taxes": whole(taxes), "land": whole(land), "transfers": whole(given), "extra": whole(extra)}

    def year(_: jax.Array, at: tuple[Budget, Accounts]) -> tuple[Budget, Accounts]:
        end, moved = _year(base, finance, at[0], asked, income)
        return end, jax.tree.map(jnp.add, at[1], moved)

    nothing = jnp.zeros(shape, jnp.result_type(taxes, budget.debt))
    start = jax.tree.map(lambda stock: whole(stock).astype(nothing.dtype), budget)
    # A loop, not five copies: what is compiled stays small.
    return jax.lax.fori_loop(0, years, year, (start, Accounts(*([nothing] * len(fields(Accounts))))))


def promotion_pull(base: FinanceBase, finance: Finance, accounts: Accounts, people: jax.Array, years: int) -> jax.Array:
    """What promotion adds to the pull of places on plants [..., place], log; zero in the base year.

    Promotion is a share of revenue, so its log change per resident is that of revenue; `people` [..., place].
    """
    works = jnp.where(finance.promotion > 0, finance.promotion_return, 0.0)[..., None]
    return works * (log_per_head(accounts.revenue / years, people) - base.per_head)


def indices(
    base: FinanceBase, finance: Finance, budget: Budget, accounts: Accounts, asked: Asked, years: int
) -> Indices:
    """Five indices at the end of a step of `years`, of what it asked and of its accounts."""
    recurrent = accounts.payroll + accounts.upkeep + accounts.promotion + accounts.interest
    return Indices(
        fiscal_strength=_over((accounts.taxes + accounts.land) / years, standard_need(base, finance, asked)),
        current_balance=_over(recurrent, accounts.taxes + accounts.transfers),
        debt_service=_over(accounts.interest + accounts.repaid, accounts.revenue),
        future_burden=_over(budget.debt + budget.arrears, accounts.revenue / years),
        pay=100 * jnp.exp(budget.pay),
    )


def pooled(budget: Budget, group: jax.Array, weights: jax.Array) -> Budget:
    """Budgets of which places of the same group [place] share debt, arrears and reserve by weights [..., place].

    A group's number is the position of one of its places. Sums of money are kept; pay and funded become the group's
    weighted means. Where the weights of a group are all zero its places share alike.
    """

    def of_group(each: jax.Array) -> jax.Array:
        return jnp.zeros_like(each).at[..., group].add(each)[..., group]

    weights = jnp.broadcast_to(weights, budget.debt.shape)
    whole = of_group(weights)
    share = jnp.where(whole > 0, _over(weights, whole), 1 / of_group(jnp.ones_like(weights)))
    return Budget(
        debt=share * of_group(budget.debt),
        arrears=share * of_group(budget.arrears),
        reserve=share * of_group(budget.reserve),
        pay=of_group(share * budget.pay),
        funded=of_group(share * budget.funded),
        peak=budget.peak,
    )


def _own(base: FinanceBase, asked: Asked) -> tuple[jax.Array, jax.Array]:
    """Taxes and land sales of a year, both [..., place]."""
    taxes = base.income_tax[..., None] * asked.incomes + base.basic_tax[..., None] * asked.basic_jobs
    return taxes, base.land_value[..., None] * asked.land_sold


def _means(base: FinanceBase, finance: Finance, asked: Asked, rank_shift: jax.Array) -> jax.Array:
    """Own revenue and the pool by head and rank [..., place]."""
    taxes, land = _own(base, asked)
    by_rank = jnp.clip(finance.rank_share + rank_shift, 0.0, 1.0)[..., None]
    head = _shares(asked.people)
    pool = base.pool[..., None] * asked.incomes.sum(-1, keepdims=True)
    return taxes + land + pool * (head + by_rank * (base.rank - head))


def _year(
    base: FinanceBase, finance: Finance, budget: Budget, asked: Asked, income: Mapping[str, jax.Array]
) -> tuple[Budget, Accounts]:
    """One year's budgets and accounts, given its revenue [..., place] by kind."""
    revenue = income["taxes"] + income["land"] + income["transfers"] + income["extra"]
    peak = jnp.maximum(asked.homes, budget.peak * jnp.exp(-finance.peak_loss)[..., None])
    upkeep, promotion = base.upkeep[..., None] * peak, finance.promotion[..., None] * revenue
    interest, due = finance.interest[..., None] * budget.debt, finance.repayment[..., None] * budget.debt
    custom = finance.debt[..., None] * revenue
    renewed = finance.repayment[..., None] * custom
    debt = budget.debt - due + renewed + asked.projects
    full = asked.posts * finance.public_pay[..., None]
    pay, funded = jnp.exp(budget.pay), jnp.exp(budget.funded)
    left = revenue + renewed - full * pay * funded - upkeep - promotion - interest - due

    short = jnp.maximum(-left, 0.0)
    drawn, short = _taken(short, budget.reserve)
    behind, short = _taken(short, finance.arrears_most[..., None] * revenue - budget.arrears)
    lent, short = _taken(short, custom + finance.debt_room[..., None] * revenue - debt)
    pay, short = _moved(pay, jnp.exp(-finance.pay_fall_most)[..., None], full * funded, short)
    funded, bailout = _moved(funded, finance.posts_least[..., None], full * pay, short)

    spare = jnp.maximum(left, 0.0)
    caught_up, spare = _taken(spare, budget.arrears)
    early, spare = _taken(spare, debt - custom)
    pay, spare = _moved(pay, jnp.ones(()), full * funded, spare)
    funded, spare = _moved(funded, jnp.ones(()), full * pay, spare)
    kept, relief = _taken(spare, finance.reserve_most[..., None] * revenue - budget.reserve)

    end = Budget(
        debt=debt + lent - early,
        arrears=budget.arrears + behind - caught_up,
        reserve=budget.reserve + kept - drawn,
        pay=jnp.log(pay),
        funded=jnp.log(funded),
        peak=peak,
    )
    return end, Accounts(
        **income,
        borrowed=renewed + asked.projects + lent,
        fell_behind=behind,
        bailout=bailout,
        payroll=full * pay * funded,
        upkeep=upkeep,
        promotion=promotion,
        projects=jnp.broadcast_to(asked.projects, revenue.shape),
        interest=interest,
        repaid=due + early,
        caught_up=caught_up,
        saved=kept - drawn,
        relief=relief,
    )


def _taken(amount: jax.Array, room: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The part of an amount for which there is room, and the rest; both not negative."""
    part = jnp.minimum(amount, jnp.maximum(room, 0.0))
    return part, amount - part


def _moved(level: jax.Array, bound: jax.Array, cost: jax.Array, amount: jax.Array) -> tuple[jax.Array, jax.Array]:
    """A level moved toward a bound as far as an amount of money goes at `cost` per unit, and the money not used."""
    whole = cost * jnp.abs(bound - level)
    part, rest = _taken(amount, whole)
    return level + (bound - level) * _over(part, whole), rest


def _shares(weights: jax.Array) -> jax.Array:
    """Weights [..., place] over their sum; the same for all where that is zero."""
    total = weights.sum(-1, keepdims=True)
    return jnp.where(total > 0, _over(weights, total), 1 / weights.shape[-1])


def _over(part: jax.Array, whole: jax.Array) -> jax.Array:
    """part / whole, zero where the whole is zero, with a gradient that stays finite there."""
    empty = whole <= 0
    return jnp.where(empty, 0.0, part / jnp.where(empty, 1.0, whole))
