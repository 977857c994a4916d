"""The economy as a whole: at rest when nothing changes, balanced always, and people are conserved with it on or off."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.axes import ACTIVITIES
from hinterland.calibrate.livelihoods import livelihoods
from hinterland.calibrate.prepare import prepare
from hinterland.data.country import FrozenMapping
from hinterland.data.pack import read_pack
from hinterland.data.template import write_template
from hinterland.errors import InputError
from hinterland.members.ensemble import run_ensemble
from hinterland.model.economy import advance, habits, incomes, national_shares, undisturbed, usual_trips, within_reach
from hinterland.model.labour import labour_of
from hinterland.params import load
from hinterland.record import LIVELIHOODS, check, residuals
from hinterland.space.network import Line
from hinterland.switches import SWITCHES, without
from hinterland.system import System, kernel

STILL = {"farm_fall": 0.0, "household_size_trend": 0.0, "finance_land_share": 0.0}
"""Parameters with which nothing but people moves the economy."""


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template") / "pack"
    write_template(folder)
    return read_pack(folder)


@pytest.fixture(scope="module")
def parts(country):
    """Base, economy at rest, habits, market kernel and people of the template country."""
    with jax.enable_x64(True):
        parameters = load(overrides=STILL)
        market = kernel(country, parameters)
        people = country.at(country.base_year)
        found = livelihoods(country, parameters, people, country.base_year)
        assert found is not None
        values = {name: np.asarray(parameters.value(name)) for name in parameters}
        economy = replace(found.economy, expected=jnp.zeros(len(people)))
        return found.base, economy, habits(values, country.ages), market, jnp.asarray(people)


run = jax.jit(advance, static_argnums=6)
"""A step of the economy, compiled once for all tests."""


def shares(base) -> jax.Array:
    return base.jobs.sum(axis=0) / base.jobs.sum()


def step(parts, people=None, economy=None, since=5.0, years=5):
    base, start, habit, market, still = parts
    given_jobs = undisturbed(shares(base), jnp.asarray(since), len(base.people))
    now, there = (start if economy is None else economy), (still if people is None else people)
    return run(base, habit, now, there, given_jobs, usual_trips(base, market), years)


def test_nothing_moves_when_people_do_not(parts):
    with jax.enable_x64(True):
        economy = parts[1]
        for k in range(1, 5):
            economy = step(parts, economy=economy, since=5.0 * k)
        np.testing.assert_allclose(np.asarray(economy.jobs), np.asarray(parts[0].jobs), rtol=1e-6)
        np.testing.assert_allclose(np.asarray(economy.rent), 0, atol=1e-6)
        np.testing.assert_allclose(np.asarray(economy.pull), 0, atol=1e-5)
        np.testing.assert_allclose(np.asarray(economy.push), 0, atol=1e-6)


@given(st.integers(0, 2**16))
def test_jobs_and_incomes_sum_to_the_nation_whoever_lives_where(parts, seed):
    base, _, habit, _, still = parts
    with jax.enable_x64(True):
        draw = np.random.default_rng(seed)
        people = still * jnp.asarray(np.exp(draw.normal(0, 1, still.shape[:1]))[:, None, None])
        economy = step(parts, people=people)
        workers = labour_of(people, base.rates)
        np.testing.assert_allclose(
            np.asarray(economy.jobs.sum(axis=0)), np.asarray(workers.sum() * shares(base)), rtol=1e-9
        )
        for values in jax.tree.leaves(economy):
            assert np.isfinite(np.asarray(values)).all()
        assert (np.asarray(economy.jobs) >= 0).all()
        assert (np.asarray(economy.homes) >= 0).all()
        # Every worker is paid once: pay per job times those at work, and pensions, are all that residents have.
        reach = within_reach(economy.jobs, workers, habit, base.commuting)
        employed = reach[:, 0] * workers
        np.testing.assert_allclose(float(employed.sum()), float(economy.jobs.sum()), rtol=1e-9)
        nobody = incomes(habit, economy.jobs, economy.wage, jnp.zeros_like(people), employed, base.commuting, 0).total
        paid = (economy.jobs * habit.pay.activity).sum(axis=1) * jnp.exp(economy.wage)
        np.testing.assert_allclose(float(nobody.sum()), float(paid.sum()), rtol=1e-9)


@given(st.integers(0, 2**16))
def test_relabelled_places_have_the_same_economy(parts, seed):
    base, start, habit, market, still = parts
    with jax.enable_x64(True):
        order = np.random.default_rng(seed).permutation(len(still))

        def turned(value):
            value = jnp.asarray(value)
            if value.ndim == 0 or value.shape[0] != len(order):
                return value
            both = value.ndim == 2 and value.shape[1] == len(order)
            return value[order][:, order] if both else value[order]

        people = still * jnp.linspace(0.5, 1.5, len(still))[:, None, None]
        given_jobs = undisturbed(shares(base), jnp.asarray(5.0), len(base.people))
        one = run(base, habit, start, people, given_jobs, usual_trips(base, market), 5)
        base_t, start_t, market_t = (jax.tree.map(turned, each) for each in (base, start, market))
        # The employment rates [sex, age] are no places.
        base_t = replace(base_t, rates=base.rates)
        other = run(base_t, habit, start_t, people[order], given_jobs, usual_trips(base_t, market_t), 5)
        np.testing.assert_allclose(np.asarray(other.jobs), np.asarray(one.jobs)[order], rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(np.asarray(other.pull), np.asarray(one.pull)[order], rtol=1e-7, atol=1e-9)


def test_more_people_make_homes_dear_and_fewer_make_them_cheap(parts):
    with jax.enable_x64(True):
        still = parts[4]
        for factor, sign in ((1.2, 1), (0.8, -1)):
            people = still.at[0].multiply(factor)
            economy = step(parts, people=people)
            assert sign * float(economy.rent[0]) > 0
            assert sign * float(economy.rent[0] - economy.rent[1:].max()) > 0 or sign < 0
            assert np.isfinite(np.asarray(economy.pull)).all()


def test_a_gradient_goes_through_the_economy(parts):
    with jax.enable_x64(True):
        still = parts[4]

        def total(scale):
            return (step(parts, people=still * scale[:, None, None]).pull ** 2).sum()

        slope = np.asarray(jax.grad(total)(jnp.linspace(0.7, 1.3, len(still))))
        assert np.isfinite(slope).all()
        assert np.abs(slope).max() > 0


def test_shares_of_the_nation_sum_to_one_and_farms_shrink():
    base = jnp.asarray([0.3, 0.02, 0.1, 0.1, 0.08, 0.25, 0.15])
    robots, since = jnp.asarray([0, 0, 0.5, 0, 0.1, 0.2, 0]), jnp.asarray([0.0, 10, 50])
    gone = robots * -jnp.expm1(-0.02 * since)[:, None]
    later = national_shares(base, farms_left=jnp.exp(-0.03 * since), automated=gone, change=jnp.zeros(7))
    np.testing.assert_allclose(np.asarray(later.sum(axis=1)), 1, rtol=1e-6)
    np.testing.assert_allclose(np.asarray(later[0]), np.asarray(base), rtol=1e-6)
    assert (np.diff(np.asarray(later[:, ACTIVITIES.index("farm")])) < 0).all()
    # Of two activities that people and not robots do, the ratio stays.
    ratio = later[:, ACTIVITIES.index("advanced")] / later[:, ACTIVITIES.index("public")]
    np.testing.assert_allclose(np.asarray(ratio), float(base[3] / base[6]), rtol=1e-6)


@pytest.fixture(scope="module")
def prepared(country) -> System:
    return prepare(country, load(overrides={}))


def test_the_run_of_a_country_with_jobs_holds_them(prepared):
    ensemble = run_ensemble(prepared, members=4, until=2040, seed=1).ensemble
    check(ensemble)
    assert set(LIVELIHOODS) <= set(ensemble.stocks)
    assert np.abs(residuals(ensemble)).max() < 1e-6 * ensemble.stocks["people"].max()
    jobs = ensemble.stocks["jobs"]
    assert prepared.state.economy is not None
    np.testing.assert_allclose(jobs[:, 0].sum(), 4 * np.asarray(prepared.state.economy.jobs).sum())


@pytest.fixture(scope="module")
def full(country) -> System:
    """The country with urban people and a railway line that opens after the base year: every mechanism has work."""
    urban = FrozenMapping({country.base_year: country.totals[-1] * np.linspace(0.2, 0.8, len(country.places))})
    line = Line("new", (0, 1, 2), 300.0, country.base_year + 6.0)
    indicators = FrozenMapping({**country.indicators, "urban_people": urban})
    return prepare(replace(country, indicators=indicators, lines=(line,)), load())


@pytest.fixture(scope="module")
def usual(full) -> np.ndarray:
    return run_ensemble(full, members=2, until=2050, seed=1).ensemble.stocks["people"]


@pytest.mark.parametrize("name", [name for name in SWITCHES if name != "anchor"])  # tests/calibrate/test_following.py
def test_people_are_conserved_with_each_mechanism_off(full, usual, name):
    """With place effects kept; a mechanism that is off makes a difference."""
    ensemble = run_ensemble(
        replace(full, parameters=load(overrides=without([name], {}))), members=2, until=2050, seed=1
    ).ensemble
    check(ensemble)
    assert not np.array_equal(ensemble.stocks["people"], usual), "off must differ from on"


def test_place_effects_are_inverted_again_without_a_mechanism(country, prepared):
    system = prepare(country, load(overrides=without(["siphon"], {})))
    check(run_ensemble(system, members=2, until=2035, seed=1).ensemble)
    assert not np.array_equal(system.effect, prepared.effect)


def test_counted_homes_are_the_stock_and_too_few_are_refused(country):
    """Homes as counted stand empty or not; a place with fewer than its households is named."""
    parameters, people, year = load(), country.at(country.base_year), country.base_year
    size = country.indicator("people_per_household", year)
    households = people.sum(axis=(1, 2)) / np.where(np.isnan(size), 2.6, size)

    def counted(times):
        homes = FrozenMapping({year: households * times})
        return replace(country, indicators=FrozenMapping({**country.indicators, "homes": homes}))

    with jax.enable_x64(True):
        many = np.where(np.arange(len(people)) == 1, 1.5, np.nan)
        found = livelihoods(counted(many), parameters, people, year)
        assert found is not None
        shares = np.asarray(found.base.homes.households / found.base.homes.homes)
        assert shares[1] == pytest.approx(1 / 1.5, rel=1e-3)
        assert np.delete(shares, 1) == pytest.approx(1 - parameters.value("homes_vacancy"))
        few = np.where(np.arange(len(people)) == 2, 0.8, 1.2)
        with pytest.raises(InputError, match=r"homes, column homes: .*homes for .* households"):
            livelihoods(counted(few), parameters, people, year)


def test_a_country_without_jobs_runs_without_an_economy(country, prepared):
    bare = replace(
        country,
        indicators=FrozenMapping({k: v for k, v in country.indicators.items() if not k.startswith("jobs_")}),
    )
    system = prepare(bare, load(overrides={}))
    assert system.setting.economy is None
    ensemble = run_ensemble(system, members=2, until=2035, seed=1).ensemble
    check(ensemble)
    assert not set(LIVELIHOODS) & set(ensemble.stocks)


def test_the_guards_see_a_pull_that_feeds_on_itself(country, prepared):
    """The numbers of the base are below their limits; stronger answers are told as they are."""
    calm = {name: value for name, value in prepared.diagnostics.items() if "diverge" in name or "equilibrium" in name}
    assert len(calm) == 2
    strong = prepare(country, load(overrides={"pull_income": [2.0] * 7, "pull_access": [1.0] * 7, "shop_mobile": 0.9}))
    for name, value in calm.items():
        limit = 2 if "diverge" in name else 1
        assert 0 < value < limit
        assert strong.diagnostics[name] > value
    assert strong.diagnostics[next(name for name in calm if "diverge" in name)] == 3


def test_switches_that_do_not_exist_or_clash_are_refused():
    with pytest.raises(InputError, match=r"--without: 'job' is no mechanism.*Did you mean 'jobs'"):
        without(["job"], {})
    with pytest.raises(InputError, match="pull_rent is set, and homes switches it off"):
        without(["homes"], {"pull_rent": [0.1] * 7})
