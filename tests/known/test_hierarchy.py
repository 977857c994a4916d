"""Small invented countries run whole: order by size, floors, symmetry, stops, mergers and budgets.

Their people have the stable ages of one fertility and one mortality, no record and no migration from abroad: by
themselves all places change by one factor a step, and whatever departs from it is the model's doing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, product
from typing import Any
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import kendalltau, norm

from factories import small_country
from hinterland.axes import ACTIVITIES, FIVE_YEARS, FOOTLOOSE, SECTORS, SERVICES
from hinterland.calibrate.prepare import prepare
from hinterland.data.country import Country, Drivers, Places, frozen
from hinterland.data.schedules import at_step, medium, schedules
from hinterland.members import given
from hinterland.members.ensemble import run_ensemble
from hinterland.model import finance
from hinterland.model.mergers import Merger
from hinterland.model.nation import project
from hinterland.model.services import PUPILS, THERE, lost
from hinterland.model.step import step
from hinterland.params import load
from hinterland.record import check
from hinterland.scenario import BASE, LEVERS, Change, Closing, Scenario
from hinterland.simulate import Trajectory, simulate
from hinterland.space.distance import great_circle
from hinterland.space.network import Line, Ways, lines_at, travel_hours
from hinterland.state import Budget, Economy, State
from hinterland.system import System
from hinterland.ways import YEAR_END, scheduled

PLACES, MEMBERS, UNTIL = 12, 5, 2100
"""The same for all countries, so that what is compiled once serves them all."""
SIZES = np.array([900e3, 180e3, 120e3, 60e3, 30e3, 18e3, 12e3, 8e3, 5e3, 3e3, 1600.0, 800.0])
"""A metropolis, cities and towns of the hierarchy, persons, the largest first."""
CITIES, TOWNS = slice(1, 4), slice(4, 10)
"""Cities, and the towns that had most services in the base year; those below hardly had any."""
EMPLOYED = (12.0, 2.0, 25.0, 12.0, 34.0, 15.0)
"""Shares of jobs by sector in every place, per cent."""
FALLING, STEADY = 1.3, 2.08
"""Children per woman."""
EXPRESS = Line("express", way=(0, 1, 2, 3, 4, 5, 6), speed=250.0, opens=2000.0)


@cache
def nation(fertility: float) -> tuple[Drivers, np.ndarray, float]:
    """Drivers that never change, the stable ages [sex, age] they lead to, and the factor of people per step."""
    drivers = small_country(2).drivers
    nothing = np.zeros(len(drivers.years))
    expected = np.stack([nothing + 75, nothing + 80], axis=-1)
    drivers = replace(
        drivers,
        people=frozen(nothing + np.nan),
        fertility=frozen(nothing + fertility),
        fertility_80=frozen(np.stack([nothing + fertility - 0.2, nothing + fertility + 0.2], axis=-1)),
        life_expectancy=frozen(expected),
        life_expectancy_80=frozen(expected[..., None] + np.array([-1.0, 1.0])),
        net_migrants=frozen(nothing),
        net_migrants_80=frozen(np.stack([nothing, nothing], axis=-1)),
        migrants=frozen(np.zeros_like(drivers.migrants)),
    )
    with jax.enable_x64(True):
        ages, factor = jnp.ones((1, 2, len(FIVE_YEARS))), 1.0
        for _ in range(6):  # how the oldest thin out hangs on the ages, and they on it
            course = at_step(schedules(drivers, FIVE_YEARS, 2020, 1, medium(1), np.asarray(ages[0])), 0)
            for _ in range(200):
                after = project(ages, course, FIVE_YEARS.width)
                factor = float(after.sum() / ages.sum())
                ages = after / after.sum()
    return drivers, np.asarray(ages[0]), factor


def country(
    people: np.ndarray, lon: np.ndarray, lat: np.ndarray, fertility: float, *, lines: tuple[Line, ...] = ()
) -> Country:
    """Places of stable ages and of the same jobs per head, in one region whose seat is the first."""
    drivers, ages, _ = nation(fertility)
    codes = tuple(f"P{place:02d}" for place in range(PLACES))
    jobs = {f"jobs_{sector}_pct": np.full(PLACES, share) for sector, share in zip(SECTORS, EMPLOYED, strict=True)}
    return replace(
        small_country(PLACES),
        places=Places(
            codes=codes,
            names=codes,
            names_en=codes,
            regions=("R",) * PLACES,
            seat=frozen(np.arange(PLACES) == 0, np.bool_),
            lon=frozen(lon),
            lat=frozen(lat),
            area=frozen(np.full(PLACES, 150.0)),
            region_names={"R": ("R", "R")},
        ),
        years=(2020,),
        people=frozen((people[:, None, None] * ages)[None]),
        totals=frozen(people[None]),
        imputed=frozen(np.zeros((1, PLACES)), np.bool_),
        rescaled=frozen(np.zeros((1, PLACES)), np.bool_),
        indicators={name: {2020: frozen(values)} for name, values in {**jobs, "urban_people": people}.items()},
        drivers=drivers,
        peers=codes[:1],
        lines=lines,
    )


def around(degrees: np.ndarray, latitude: float, fertility: float, *, lines: tuple[Line, ...] = ()) -> System:
    """Cities of 250,000 on a parallel, all alike; each is one settlement, and transfers equalise all they can."""
    alike = country(np.full(PLACES, 250e3), degrees, np.full(PLACES, latitude), fertility, lines=lines)
    return prepare(alike, load(overrides={"rung_collapse": 1e6, "finance_equalising": 1.0}))


def ring(fertility: float, *, lines: tuple[Line, ...] = ()) -> System:
    """Each city has two neighbours 86 km off."""
    return around(np.arange(PLACES) * 360.0 / PLACES - 165, 88.5, fertility, lines=lines)


@dataclass(frozen=True)
class Run:
    """What members of a run did, [instant, member, ...]: the last of them is the central run."""

    path: Trajectory
    control: np.ndarray

    @property
    def people(self) -> np.ndarray:
        """[instant, place] of the central run."""
        return np.asarray(self.path.people)[:, -1].sum(axis=(-2, -1))

    @property
    def economy(self) -> Economy:
        """[instant, place, ...] of the central run."""
        return jax.tree.map(lambda values: np.asarray(values)[:, -1], self.path.economy)

    @property
    def at_hand(self) -> np.ndarray:
        """[instant, member, place, service] share of a place's people with a service in their settlement."""
        services = self.path.services
        assert services is not None
        return np.einsum("tmpr,tmprv->tmpv", np.asarray(services.rungs), np.asarray(services.degree))

    def jobs(self, *activities: str) -> np.ndarray:
        """[instant, place] of the activities named, in the central run."""
        return self.economy.jobs[..., [ACTIVITIES.index(name) for name in activities]].sum(axis=-1)


def run(system: System, scenario: Scenario = BASE, base: Run | None = None, simulated: Any = simulate) -> Run:
    """A scenario with the national factors of the base run it is compared with, if it is given one."""
    kept: list[Trajectory] = []

    def keeping(*inputs: Any) -> Trajectory:
        kept.append(simulated(*inputs))
        return kept[-1]

    control = None if base is None else base.control
    with mock.patch.object(given, "simulate", keeping):
        outcome = run_ensemble(system, members=MEMBERS, until=UNTIL, seed=1, scenario=scenario, control=control)
    check(outcome.ensemble)
    (path,) = kept
    return Run(path, outcome.control)


def first_lost(share: np.ndarray) -> np.ndarray:
    """[place, service] the instant at which under half is left: infinite if never, NaN where there hardly was any."""
    gone = lost(share, share[0])
    first = np.where(gone.any(axis=0), gone.argmax(axis=0).astype(float), np.inf)
    return np.where(share[0] >= THERE, first, np.nan)


@pytest.fixture(scope="module")
def hierarchy() -> System:
    turn, away = np.arange(PLACES) * 2.4, np.array([0, 90, 110, 120, 140, 60, 130, 150, 100, 160, 120, 170]) / 100
    return prepare(country(SIZES, 112 + away * np.cos(turn) / 0.83, 34 + away * np.sin(turn), FALLING), load())


@pytest.fixture(scope="module")
def shrinking(hierarchy: System) -> Run:
    return run(hierarchy)


@pytest.fixture(scope="module")
def circle() -> System:
    return ring(STEADY, lines=(EXPRESS,))


@pytest.fixture(scope="module")
def still(circle: System) -> Run:
    return run(circle)


def test_every_service_goes_from_the_smallest_place_upwards(shrinking: Run) -> None:
    first = first_lost(shrinking.at_hand[:, -1, 1:])  # the metropolis has villages of its own
    for k, service in enumerate(SERVICES):
        order = first[:, k][~np.isnan(first[:, k])][::-1]
        assert np.isfinite(order).sum() >= 2, service
        assert len(set(order)) > 2, service
        assert all(small <= large for small, large in pairwise(order)), service
    assert np.isinf(first[:3]).all(), "cities of 60,000 and more lose half of nothing"


def test_a_town_loses_its_hospital_first_and_its_primary_school_last(shrinking: Run) -> None:
    """The order of docs/services.md: hospital; stop, shop and secondary school; clinic; primary school."""
    first = dict(zip(SERVICES, first_lost(shrinking.at_hand[:, -1]).T[:, TOWNS], strict=True))
    earlier = 0
    for tier, later in pairwise((("hospital",), ("rail", "supermarket", "secondary"), ("clinic",), ("primary",))):
        for a, b in product(tier, later):
            both = np.isfinite(first[a]) & ~np.isnan(first[b])
            assert (first[a][both] <= first[b][both]).all(), (a, b)
            earlier += int((first[a][both] < first[b][both]).sum())
    assert earlier > 15


def test_services_of_single_settlements_follow_their_demand_alone(hierarchy: System, shrinking: Run) -> None:
    """d = least so far of Phi((ln s - ln T + ln gap) / spread), from the people of the run."""
    number = hierarchy.parameters.value
    by_age = np.asarray(shrinking.path.people)[:, -1].sum(axis=2)
    lower = np.array(FIVE_YEARS.lower)
    for k, service in enumerate(SERVICES):
        if service == "supermarket":  # answers to incomes, too
            continue
        low, high = PUPILS.get(service, (0, 999))
        demand = np.maximum(by_age[..., (lower >= low) & (lower < high)].sum(axis=-1), 1.0)
        z = (np.log(demand) - np.log(number(f"service_size_{service}"))) / number(f"service_spread_{service}")
        slack = np.log(number("service_gap")) / number(f"service_spread_{service}")
        expected = np.minimum(norm.cdf(z[0]), np.minimum.accumulate(norm.cdf(z + slack)))
        np.testing.assert_allclose(shrinking.at_hand[:, -1, 1:, k], expected[:, 1:], rtol=1e-7, atol=1e-12)


def test_all_places_shrink_alike_until_towns_lose_their_services(shrinking: Run) -> None:
    *_, factor = nation(FALLING)
    left = shrinking.people / shrinking.people[0]
    np.testing.assert_allclose(left[:3], factor ** np.arange(3)[:, None] * np.ones(PLACES), rtol=3e-3)
    behind = left / left[:, CITIES].mean(axis=1, keepdims=True)
    assert (behind[-1, TOWNS] < 0.95).all()
    np.testing.assert_allclose(behind[-1, CITIES], 1, atol=0.05)
    late = (behind < 0.95).argmax(axis=0)[TOWNS]
    assert (late[0] > late[1:]).all(), "the largest town falls behind last"
    # The smallest place hardly had a service to lose: it falls behind less than towns ten times its size.
    assert behind[-1, TOWNS][1:].max() < behind[-1, -1]


def test_members_that_differ_agree_on_the_order_by_size(shrinking: Run) -> None:
    share = shrinking.at_hand[:, :, 1:]
    years_lost = lost(share, share[0]).sum(axis=0).mean(axis=0)
    for k, service in enumerate(SERVICES):
        known = share[0, -1, :, k] >= THERE
        assert kendalltau(SIZES[1:][known], years_lost[known, k]).statistic < -0.6, service


def test_cities_above_every_size_keep_their_services_and_have_no_floor() -> None:
    """Nothing levels off: with equalising transfers and public posts, all fall by the nation's factor every step."""
    *_, factor = nation(FALLING)
    falling = run(ring(FALLING))
    share = falling.people / falling.people[0]
    np.testing.assert_allclose(share, factor ** np.arange(len(share))[:, None] * np.ones(PLACES), rtol=1e-6)
    assert share[-1].max() < 0.3
    assert falling.people[-1].min() > 60e3, "still above every size at which services close"
    assert falling.at_hand[:, -1].min() > 0.995
    assert (falling.jobs("public")[-1] > 0).all()


def test_a_city_that_lost_its_plants_slows_but_finds_no_floor_in_eighty_years(circle: System, still: Run) -> None:
    gone = (Change("plants", -2.0, 2020, places=("P00",)), Change("mine_output", -10.0, 2020, places=("P00",)))
    after = run(circle, Scenario("plants leave", gone), still)
    left = (after.people / still.people)[:, 0]
    pace = -np.diff(np.log(left))
    assert (pace[1:] > 0).all(), "people go on falling"
    assert left[-1] < 0.7
    assert pace.argmax() < len(pace) - 1, "the fall slows"
    assert pace[-1] > pace.max() / 3, "and has not ended by 2100"
    assert after.at_hand[:, -1, 0].min() > 0.998, "it keeps its services"


def test_nothing_moves_from_symmetry(still: Run) -> None:
    *_, factor = nation(STEADY)
    people = still.people / still.people[0]
    np.testing.assert_allclose(people, factor ** np.arange(len(people))[:, None] * np.ones(PLACES), rtol=1e-6)
    for name in ("rent", "wage"):
        np.testing.assert_allclose(getattr(still.economy, name), 0, atol=1e-6, err_msg=name)
    for values in jax.tree.leaves(still.economy):
        np.testing.assert_allclose(values, np.broadcast_to(values[:, :1], values.shape), rtol=1e-6, atol=1e-6)


def test_plants_bring_local_jobs_people_and_rents_and_mirror_images_answer_alike(circle: System, still: Run) -> None:
    after = run(circle, Scenario("plants", (Change("plants", 0.5, 2020, places=("P00",)),)), still)
    added = (after.jobs("mine", *FOOTLOOSE) - still.jobs("mine", *FOOTLOOSE))[:, 0]
    local = (after.jobs("local") - still.jobs("local"))[:, 0]
    assert (added[1:] > 0).all()
    late = slice(4, None)  # shops are built for some years
    assert (local[late] > 0.2 * added[late]).all()
    assert (local[late] < 1.7 * added[late]).all()
    gain = after.people / still.people - 1
    assert (gain[2:, 0] > 0).all()
    assert (gain[4:, 1:] < 0).all()
    assert (after.economy.rent[2:, 0] > 0).all()
    mirrored = [0, *range(PLACES - 1, 0, -1)]
    for values in (after.people, after.jobs("local"), after.economy.homes):
        np.testing.assert_allclose(values, values[:, mirrored], rtol=1e-6)


def test_two_places_share_work_across_their_border() -> None:
    """Six pairs of towns 40 km apart and each pair far from all others."""
    pairs = np.repeat(np.arange(6) * 60.0, 2) + np.tile([-0.36, 0.36], 6)
    system = around(pairs - 150, 60.0, STEADY)
    base = run(system)
    np.testing.assert_allclose(base.people[:, 0::2], base.people[:, 1::2], rtol=1e-6)
    after = run(system, Scenario("plants", (Change("plants", 0.5, 2020, places=("P00",)),)), base)
    here, there, afar = ((after.economy.income / base.economy.income)[:, place] - 1 for place in (0, 1, 6))
    assert (here[2:] > there[2:]).all()
    assert (there[2:6] > afar[2:6]).all(), "those next door commute to the new work"


def test_a_stop_that_is_given_up_costs_time_and_people_there_and_nobody_elsewhere(circle: System, still: Run) -> None:
    closed = (Closing("", 2025, "P03"),)
    passed = Scenario("trains pass", closings=closed)
    number = circle.parameters.value
    ways = Ways(
        road_speed=number("road_speed"),
        detour=number("road_detour"),
        road_start_hours=number("road_start_hours"),
        access_hours=number("access_hours"),
        wait_hours=number("wait_hours"),
        rail_detour=number("rail_detour"),
        commercial=number("rail_commercial"),
    )
    distance = great_circle(circle.country.places.lon, circle.country.places.lat)
    lines = scheduled(circle.country.lines, passed, circle.country.places.codes)
    before, then = (travel_hours(distance, lines_at(lines, year + YEAR_END), ways) for year in (2024.5, 2025.5))
    others = np.delete(np.arange(PLACES), 3)
    assert (then[3, [0, 1, 5, 6]] > before[3, [0, 1, 5, 6]]).all()
    assert (then >= before).all()
    np.testing.assert_array_equal(then[np.ix_(others, others)], before[np.ix_(others, others)])

    no_stop = Change("service_use", -10.0, 2025, places=("P03",), kinds=("rail",))
    rail = SERVICES.index("rail")
    for scenario in (passed, replace(passed, name="nobody can board", changes=(no_stop,))):
        after = run(circle, scenario, still)
        change = after.people / still.people - 1
        np.testing.assert_allclose(change[:2], 0, atol=1e-9)
        assert (change[2:, 3] < 0).all()
        # Those who do not live there live elsewhere; its two neighbours lose a market, a little of what it loses.
        beyond = np.delete(np.arange(PLACES), [2, 3, 4])
        assert (change[4:, beyond] > 0).all()
        assert (change[4:, [2, 4]] > change[4:, [3]] / 6).all()
        assert (after.people[4:, others].sum(axis=1) > still.people[4:, others].sum(axis=1)).all()
        have, had = (path.at_hand[:, -1, :, rail] * path.people for path in (after, still))
        assert (have[2:, 3] < had[2:, 3]).all()
        shares, usual = (path.at_hand[:, -1, :, rail] for path in (after, still))
        assert (shares[4:, others] > usual[4:, others] * 0.999).all()
    assert have[-1, 3] < 1e-6 * had[-1, 3], "the second scenario leaves no stop"


def test_a_merger_saves_posts_at_its_partners_and_pools_their_debts(hierarchy: System) -> None:
    number = hierarchy.parameters.value
    built = (Change("projects", 0.3, 2020, 2025, places=("P09",)),)
    alone = run(hierarchy, Scenario("debts", built))
    seat, partners = 7, [7, 8, 9, 10]
    merger = Merger(places=("P07", "P08", "P09", "P10"), seat="P07", start=2020.0)
    joined = run(hierarchy, Scenario("debts", built, mergers=(merger,)), alone)
    before, after = alone.jobs("public"), joined.jobs("public")
    np.testing.assert_allclose(joined.economy.posts[1], alone.economy.posts[1], rtol=1e-12)

    done = min(FIVE_YEARS.width / number("merger_years"), 1.0)
    saved = number("merger_saving") * number("admin_share") * done * before[1, partners].sum()
    np.testing.assert_allclose(before[1, partners].sum() - after[1, partners].sum(), saved, rtol=1e-9)
    np.testing.assert_allclose(before[1].sum() - after[1].sum(), saved, rtol=1e-9)
    assert after[1, seat] > before[1, seat]
    assert (after[1, partners[1:]] < before[1, partners[1:]]).all()

    owed = joined.economy.budget.debt / joined.people
    np.testing.assert_allclose(owed[1:, partners], owed[1:, [seat]] * np.ones(len(partners)), rtol=1e-9)
    apart = alone.economy.budget.debt / alone.people
    assert apart[1, 9] > 1.2 * apart[1, 8], "they were not equal before"
    owed, due = (path.economy.budget.debt[1, partners].sum() for path in (joined, alone))
    np.testing.assert_allclose(owed, due, rtol=2e-3, err_msg="but for what the posts' pay did to revenue")


@jax.jit
def books_of(setting: Any, behaviour: Any, start: State, conditions: Any, control: Any) -> finance.Accounts:
    """The accounts of every budget [step, member, place] of a run with these inputs."""
    settle = finance.settle

    def advance(state: State, given: Any) -> tuple[State, finance.Accounts]:
        books: list[finance.Accounts] = []

        def settled(*asked: Any) -> tuple[Budget, finance.Accounts]:
            budget, accounts = settle(*asked)
            books.append(accounts)
            return budget, accounts

        acting, around_it, kept = given
        with mock.patch.object(finance, "settle", settled):
            after, _ = step(setting, acting, state, around_it, kept)
        (accounts,) = books
        return after, accounts

    return jax.lax.scan(advance, start, (behaviour, conditions, control))[1]


def anything(seed: int) -> tuple[Change, ...]:
    """Four levers drawn from a seed, as far as they go, at any places and times."""
    draw = np.random.default_rng(seed)
    names = draw.choice(sorted(LEVERS), 4, replace=False)
    codes = [f"P{place:02d}" for place in range(PLACES)]
    return tuple(
        Change(
            name,
            draw.uniform(lever.low, lever.high),
            start=float(draw.integers(2020, 2060)),
            end=draw.choice([2063.0, np.inf]),
            places=() if lever.national else tuple(draw.choice(codes, 3, replace=False)),
            kinds=tuple(draw.choice(lever.kinds, 2, replace=False)) if lever.kinds else (),
        )
        for name, lever in ((name, LEVERS[name]) for name in names)
    )


@pytest.mark.parametrize("seed", range(6))
def test_every_budget_balances_in_every_step_whatever_a_scenario_does(circle: System, still: Run, seed: int) -> None:
    kept: list[finance.Accounts] = []

    def keeping(*inputs: Any) -> Trajectory:
        kept.append(books_of(*inputs))
        return simulate(*inputs)

    merger = Merger(places=("P01", "P02", "P05"), seat="P02", start=2033.0)
    after = run(circle, Scenario("any", anything(seed), mergers=(merger,)), still, keeping)
    with jax.enable_x64(True):
        books, balance, revenue = kept[0], np.asarray(kept[0].balance), np.asarray(kept[0].revenue)
    economy, base = after.path.economy, circle.setting.economy
    assert economy is not None
    assert base is not None
    turnover = np.abs(revenue) + sum(np.asarray(part) for part in (books.payroll, books.projects, books.repaid))
    assert (np.abs(balance) <= 1e-9 * turnover).all()
    pool = np.asarray(base.finance.pool) * np.asarray(economy.income)[1:].sum(axis=-1) * circle.setting.years
    np.testing.assert_allclose(np.asarray(books.transfers).sum(axis=-1), pool, rtol=1e-9)

    partners = np.isin(circle.country.places.codes, merger.places)
    rounding = 1e-9 * turnover.max()
    for stock, ins, outs in (
        (economy.budget.debt, books.borrowed, books.repaid),
        (economy.budget.arrears, books.fell_behind, books.caught_up),
        (economy.budget.reserve, books.saved, 0.0),
    ):
        # What is left is what pooling has moved between partners, which sums to nothing.
        moved_on = np.diff(np.asarray(stock), axis=0) - (np.asarray(ins) - np.asarray(outs))
        np.testing.assert_allclose(moved_on[..., ~partners], 0, atol=rounding)
        np.testing.assert_allclose(moved_on.sum(axis=-1), 0, atol=rounding)
