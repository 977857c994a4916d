"""What places lived on in a year of the record: the base year of the economy, from published shares of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland import holding
from hinterland.axes import ACTIVITIES, FOOTLOOSE, LIFE_STAGES, SECTORS
from hinterland.calibrate.stocks import filled
from hinterland.data.climate import climate
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.model import economy as model
from hinterland.model import finance, homes, income, industry, jobs, labour, pull, shopping
from hinterland.model.amenity import amenity, taste
from hinterland.params import Parameters
from hinterland.space.commuting import daily
from hinterland.space.dense import DenseKernel
from hinterland.space.distance import great_circle
from hinterland.space.kernel import Kernel
from hinterland.state import Economy

Array = NDArray[np.float64]

HOUSEHOLD = 2.6
"""Persons per household where no place of a region publishes them: the 2020 census of China. Its level cancels out."""

# Each compiled as one program: operation by operation they take longer to compile.
_amenity = jax.jit(amenity)
_first_budget = jax.jit(finance.first_budget)
_first_capacity = jax.jit(shopping.first_capacity)
_incomes = jax.jit(model.incomes, static_argnames="pensioners")
_labour_of = jax.jit(labour.labour_of)
_log_per_head = jax.jit(income.log_per_head)
_needed = jax.jit(jobs.needed)
_spending = jax.jit(shopping.spending)
_split_industry = jax.jit(industry.split_industry)
_standard_need = jax.jit(finance.standard_need)
_within_reach = jax.jit(model.within_reach)


@dataclass(frozen=True, slots=True)
class Livelihoods:
    """The base year of a country's economy, and how many places had to take their region's shares of jobs."""

    base: model.Base
    economy: Economy
    borrowed: int


def livelihoods(country: Country, parameters: Parameters, people: Array, year: int) -> Livelihoods | None:
    """The economy of `people` [place, sex, age] in a year; None where no place publishes jobs by sector of that year.

    The employed are counted where they live, and work there: jobs are those of residents. Places without figures take
    the median shares of their region.
    """
    found = _shares(country, year)
    if found is None:
        return None
    shares, borrowed = found
    values = {name: np.asarray(parameters.value(name)) for name in parameters}
    habits = model.habits(values, country.ages)
    rates = labour.employment(
        country.ages,
        np.asarray(values["employment_men"]),
        np.asarray(values["employment_women"]),
        halving=float(values["employment_halving"]),
    )
    schooling = country.indicator("schooling_years", year)
    workers = np.asarray(_labour_of(jnp.asarray(people), jnp.asarray(rates)))
    work = jnp.asarray(_by_activity(workers[:, None] * shares, schooling, parameters))
    commuting, shops, markets = _trips(country, parameters)
    residents = jnp.asarray(people.sum(axis=(1, 2)))
    reach = _within_reach(work, jnp.asarray(workers), habits, commuting)
    pensioners = country.ages.index(int(parameters.value("pension_age")))
    nothing = jnp.zeros_like(residents)
    made = _incomes(habits, work, nothing, jnp.asarray(people), reach[:, 0] * workers, commuting, pensioners=pensioners)
    earned, spending = made.total, _spending(made, habits.shopping)
    size = jnp.asarray(
        filled(country.indicator("people_per_household", year), np.array(country.places.regions), HOUSEHOLD)
    )
    households = residents / size
    stock = _stock(country, parameters, year, households)
    expected = jnp.asarray(_growth(country, people, year))
    asked = _asked(work, earned, residents, stock, expected, habits)
    money, budget = _first_budget(asked, jnp.asarray(country.places.seat) * residents, habits.finance)
    base = model.Base(
        jobs=work,
        people=residents,
        labour=jnp.asarray(workers),
        need=_needed(jnp.asarray(people), habits.needs),
        market=model.reached(residents, markets),
        spending=spending,
        reach=reach,
        income=_log_per_head(earned, residents),
        homes=stock,
        household_size=size,
        schooling=jnp.asarray(schooling),
        climate=jnp.asarray(_climate(country, parameters)),
        rates=jnp.asarray(rates),
        commuting=commuting,
        shops=shops,
        markets=markets,
        finance=money,
        revenue=_standard_need(money, habits.finance, asked),
        niche=jnp.zeros((len(people), len(FOOTLOOSE))),
        pensioners=pensioners,
    )
    economy = Economy(
        jobs=work,
        capacity=_first_capacity(work[:, model.LOCAL], habits.shopping),
        wage=nothing,
        homes=stock.homes,
        households=households,
        rent=nothing,
        expected=expected,
        income=earned,
        spending=spending,
        pull=jnp.zeros((len(people), len(LIFE_STAGES))),
        push=jnp.zeros((len(people), len(LIFE_STAGES))),
        posts=work[:, model.PUBLIC],
        promoted=nothing,
        budget=budget,
    )
    return Livelihoods(base=base, economy=economy, borrowed=borrowed)


def _stock(country: Country, parameters: Parameters, year: int, households: jax.Array) -> homes.HomesBase:
    """Homes as counted, or where they are not as many as leave the usual share without a household.

    InputError where fewer homes than households are counted.
    """
    counted = country.indicator("homes", year)
    usual = np.asarray(households) / (1 - parameters.value("homes_vacancy"))
    short = counted < np.asarray(households) * (1 - 1e-9)
    if short.any():
        place = int(np.argmax(short))
        name, code = country.places.names[place], country.places.codes[place]
        raise InputError(
            f"{name} ({code}) has {counted[place]:.0f} homes for {float(households[place]):.0f} households in {year}",
            remedy="Count a home for every household, correct people_per_household, or leave homes blank",
            where="homes, column homes",
        )
    return homes.HomesBase(homes=jnp.asarray(np.where(np.isnan(counted), usual, counted)), households=households)


@jax.jit
def _asked(
    work: jax.Array,
    earned: jax.Array,
    residents: jax.Array,
    stock: homes.HomesBase,
    expected: jax.Array,
    habits: model.Habits,
) -> finance.Asked:
    """What budgets of the base year raise and pay; land is sold as builders go on to build for a year."""
    nothing = jnp.zeros_like(residents)
    built = homes.housed(
        stock.homes, nothing, expected, stock.households, expected, base=stock, housing=habits.housing, years=1
    )
    return finance.Asked(
        incomes=earned,
        basic_jobs=work[:, model.MINE] + work[:, model.FREE].sum(axis=-1),
        land_sold=built.land_sold,
        people=residents,
        posts=work[:, model.PUBLIC],
        homes=stock.homes,
        extra=nothing,
        projects=nothing,
        rank_shift=jnp.zeros(()),
    )


def has_jobs(country: Country, year: int) -> bool:
    """Whether a run from a year has an economy: some place publishes jobs by sector of that year."""
    return _shares(country, year) is not None


def guards(base: model.Base, economy: Economy, habits: model.Habits) -> dict[str, float]:
    """How near the economy comes to feeding on itself, by name; each name says from where on it would."""
    answer = float(jax.jit(pull.feedback)(habits.response).max())
    trade = jax.jit(shopping.feedback)(base.spending, economy.capacity, habits.shopping, base.shops)
    return {
        f"largest response of pull to jobs and incomes; places diverge above {pull.MOST_FEEDBACK:g}": answer,
        "largest feedback from trade to shops; more than one equilibrium may exist above 1": float(trade.max()),
    }


def observed_jobs(start: model.Base, end: model.Base | None, steps: int, width: int) -> list[model.Given]:
    """The nation's jobs in every step of a record, on the line between the counts at its start and its end.

    Where those of the end are not known the start's shares are kept.
    """
    first, last = (_national(start), _national(end or start))
    return [
        model.undisturbed(
            jnp.asarray(first + (last - first) * k / steps), jnp.asarray(np.float64(k * width)), len(start.people)
        )
        for k in range(1, steps + 1)
    ]


def _national(base: model.Base) -> Array:
    national = np.asarray(base.jobs).sum(axis=0)
    return national / national.sum()


def _shares(country: Country, year: int) -> tuple[Array, int] | None:
    """Shares of the sectors [place, sector] that sum to one, and how many places took their region's."""
    published = np.stack([country.indicator(f"jobs_{sector}_pct", year) for sector in SECTORS], axis=1)
    known = np.isfinite(published).all(axis=1)
    if not known.any():
        return None
    regions = np.array(country.places.regions)
    nation = np.median(published[known], axis=0)
    whole = np.stack(
        [
            filled(np.where(known, published[:, column], np.nan), regions, float(nation[column]))
            for column in range(len(SECTORS))
        ],
        axis=1,
    )
    return whole / whole.sum(axis=1, keepdims=True), int((~known).sum())


def _by_activity(by_sector: Array, schooling: Array, parameters: Parameters) -> Array:
    """Jobs [place, activity] of those by sector [place, sector], industry split into routine and advanced."""
    split = np.asarray(
        _split_industry(
            jnp.asarray(by_sector[:, SECTORS.index("industry")]),
            jnp.asarray(schooling),
            jnp.asarray(parameters.value("advanced_share")),
            jnp.asarray(parameters.value("advanced_schooling")),
        )
    )
    of = {
        "farm": by_sector[:, SECTORS.index("farm")],
        "mine": by_sector[:, SECTORS.index("mine")],
        "routine": split[:, 0],
        "advanced": split[:, 1],
        "tradable": by_sector[:, SECTORS.index("tradable_services")],
        "local": by_sector[:, SECTORS.index("local_services")],
        "public": by_sector[:, SECTORS.index("public")],
    }
    return np.stack([of[activity] for activity in ACTIVITIES], axis=1)


def _trips(country: Country, parameters: Parameters) -> tuple[Kernel, Kernel, Kernel]:
    """Kernels of the ways to work, to shops and to markets."""
    places = country.places

    @cache
    def distance() -> Array:
        return great_circle(places.lon, places.lat)

    def within(name: str) -> Kernel:
        scale = float(parameters.value(name))
        held = holding.daily(country, scale)
        if held is not None:
            return held
        return DenseKernel(matrix=jnp.asarray(daily(distance(), places.area, scale=scale)))

    return within("commute_scale"), within("shop_scale"), within("market_scale")


def _climate(country: Country, parameters: Parameters) -> Array:
    """What the climate of places is worth [place] in log income, relative to the mean place; zero where not known."""
    known = climate(country, parameters)
    values = {name: parameters.value(name) for name in parameters}
    worth = np.asarray(_amenity(jnp.asarray(known.january), jnp.asarray(known.july), taste(values)))
    some = np.isfinite(worth)
    mean = float(worth[some].mean()) if some.any() else 0.0
    return np.where(some, worth - mean, 0.0)


def _growth(country: Country, people: Array, year: int) -> Array:
    """Growth of residents a year since the record's last count before `year` [place], zero where there is none."""
    earlier = [known for known in country.years if known < year]
    if not earlier:
        return np.zeros(len(people))
    before = np.maximum(country.totals[country.years.index(earlier[-1])], 1.0)
    grown = np.log(np.maximum(people.sum(axis=(1, 2)), 1.0) / before)
    return np.array(grown / (year - earlier[-1]))
