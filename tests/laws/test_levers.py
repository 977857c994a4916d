"""Levers: each moves what it names in the direction it says, at its place, and people stay conserved."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from hinterland.calibrate.prepare import prepare
from hinterland.course import course
from hinterland.data.country import FrozenMapping
from hinterland.data.pack import read_pack
from hinterland.data.template import write_template
from hinterland.members.ensemble import Outcome, run_ensemble
from hinterland.params import load
from hinterland.record import ROUNDING, check, residuals
from hinterland.scenario import LEVERS, Change, Scenario, Turn
from hinterland.system import System

MEMBERS, UNTIL = 3, 2050

MOVED = {
    "pull": ("people", 0.5, 1),
    "fertility": ("births", 0.3, 1),
    "mine_price": ("income", 0.8, 1),
    "mine_output": ("jobs_mine", -1.0, -1),
    "plants": ("jobs_routine", 1.0, 1),
    "demand": ("jobs_local", -0.3, -1),
    "posts": ("jobs_public", 0.5, 1),
    "remote": ("income", 0.1, 1),
    "building": ("homes", -3.0, -1),
    "amenity": ("people", 0.5, 1),
    "national_jobs": ("jobs_mine", -0.5, -1),
    "transfers": ("debt", -0.5, 1),
    "projects": ("debt", 0.5, 1),
    "rank_transfers": ("debt", 0.8, 1),
    "service_use": ("with_rail", -10.0, -1),
}
"""Lever -> what it moves, by how much it is moved, and which way that goes."""


@pytest.fixture(scope="module")
def system(tmp_path_factory) -> System:
    folder = tmp_path_factory.mktemp("template") / "pack"
    write_template(folder)
    country = read_pack(folder)
    # Half of the people of every place are urban: the template does not say.
    urban = FrozenMapping({country.base_year: country.totals[-1] / 2})
    return prepare(replace(country, indicators=FrozenMapping({**country.indicators, "urban_people": urban})), load())


@pytest.fixture(scope="module")
def base(system: System) -> Outcome:
    return run_ensemble(system, members=MEMBERS, until=UNTIL, seed=1)


def run(system: System, base: Outcome, scenario: Scenario):
    outcome = run_ensemble(system, members=MEMBERS, until=UNTIL, seed=1, scenario=scenario, control=base.control)
    check(outcome.ensemble)
    return outcome.ensemble


def total(ensemble, name: str) -> np.ndarray:
    return ensemble.stocks[name] if name in ensemble.stocks else ensemble.flows[name]


def test_every_lever_is_tried() -> None:
    assert {*MOVED, "schools_kept", "boarding"} == set(LEVERS)


@pytest.mark.parametrize("lever", MOVED)
def test_a_lever_moves_what_it_names_and_keeps_the_books(system: System, base: Outcome, lever: str) -> None:
    what, amount, sign = MOVED[lever]
    mines = np.asarray(system.setting.economy.jobs)[:, 1] * ~np.array(system.country.places.seat)
    place = int(mines.argmax())
    places = () if LEVERS[lever].national else (system.country.places.codes[place],)
    kinds = {"national_jobs": ("mine",), "service_use": ("rail",)}.get(lever, ())
    after = run(system, base, Scenario("one", (Change(lever, amount, 2025, places=places, kinds=kinds),)))
    moved = (total(after, what) - total(base.ensemble, what))[:, :, place]
    gained = sign * moved[:, -1]
    # Who gains by transfers is for every member a matter of its own rules: a strong place pays in.
    assert (gained > 0).all() or (lever.endswith("transfers") and np.median(gained) > 0)
    np.testing.assert_allclose(moved[:, 0], 0, atol=1e-6)
    scale = after.stocks["people"].max()
    assert np.abs(residuals(after)).max() < ROUNDING * scale * 10
    if lever != "fertility":
        births = (after.flows["births"] - base.ensemble.flows["births"]).sum(axis=(1, 2))
        deaths = (after.flows["deaths"] - base.ensemble.flows["deaths"]).sum(axis=(1, 2))
        abroad = (after.flows["international"] - base.ensemble.flows["international"]).sum(axis=(1, 2))
        control = (after.flows["adjustment"] - base.ensemble.flows["adjustment"]).sum(axis=(1, 2))
        nation = (after.stocks["people"] - base.ensemble.stocks["people"]).sum(axis=2)[:, -1]
        np.testing.assert_allclose(nation, births - deaths + abroad + control, atol=1e-3)


def test_schools_are_kept_and_boarding_spares_families_where_fewer_children_come(system: System, base: Outcome) -> None:
    """Use of primary schools falls to a third: keeping them saves most, and boarding some of the loss of people."""
    fewer = Change("service_use", float(np.log(1 / 3)), 2025, kinds=("primary",))
    closed = run(system, base, Scenario("closed", (fewer,)))
    kept = run(system, base, Scenario("kept", (fewer, Change("schools_kept", 1.0, 2025))))
    boarded = run(system, base, Scenario("boarded", (fewer, Change("boarding", 0.8, 2025))))
    usual = base.ensemble.stocks["with_primary"][:, -1].sum(axis=1)
    assert (closed.stocks["with_primary"][:, -1].sum(axis=1) < 0.97 * usual).all()
    assert (kept.stocks["with_primary"][:, -1].sum(axis=1) > 0.99 * usual).all()
    villages = [ensemble.stocks["people_village"][:, -1].sum(axis=1) for ensemble in (closed, kept)]
    assert (villages[0] < villages[1]).all()
    lost, spared = (np.abs(e.stocks["people"] - base.ensemble.stocks["people"])[:, -1].sum() for e in (closed, boarded))
    assert spared < lost


def test_a_turned_parameter_acts_from_its_year(system: System, base: Outcome) -> None:
    after = run(system, base, Scenario("robots", turns=(Turn("automation_pace", 0.1, 2030),)))
    routine = after.stocks["jobs_routine"].sum(axis=2) / base.ensemble.stocks["jobs_routine"].sum(axis=2)
    early = [k for k, year in enumerate(after.years) if year <= 2030]
    np.testing.assert_allclose(routine[:, early], 1, rtol=1e-9)
    assert (routine[:, -1] < 0.95).all()
    settled = run(system, base, Scenario("home", turns=(Turn("settling", 0.2, 2030),)))
    assert (settled.stocks["newcomers"][:, -1].sum(axis=1) < base.ensemble.stocks["newcomers"][:, -1].sum(axis=1)).all()


def test_the_course_adds_up_rates_from_the_base_year(system: System) -> None:
    with jax.enable_x64(True):
        starts = [2020, 2025, 2030]
        codes = system.country.places.codes
        plain = course(system.setting, load(overrides={"farm_fall": 0.02, "remote_share": 0.3}), codes, starts)
        assert plain is not None
        np.testing.assert_allclose(np.asarray(plain.since), [5, 10, 15])
        np.testing.assert_allclose(np.asarray(plain.remote), 0.3 * -np.expm1(-np.array([5, 10, 15]) / 10), rtol=1e-6)
        shares = np.asarray(plain.shares)
        farm = shares[:, 0] / (1 - shares[:, 0])
        np.testing.assert_allclose(farm[1:] / farm[:-1], np.exp(-0.1), rtol=1e-6)
        np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
        mines = course(system.setting, load(overrides={"mine_fall": 0.1}), codes, starts)
        np.testing.assert_allclose(np.asarray(mines.levers.mine_output)[:, 0], [-0.5, -1.0, -1.5])
