"""Laws of a whole run on a small country: books, seeds, members, the nation's course, and levers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from factories import small_country
from hinterland.calibrate.prepare import prepare
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.members.ensemble import Outcome, run_ensemble
from hinterland.params import load
from hinterland.record import check, residuals
from hinterland.scenario import Change, Scenario
from hinterland.system import System

MEMBERS = 20


@pytest.fixture(scope="module")
def system() -> System:
    return prepare(small_country(4), load())


@pytest.fixture(scope="module")
def base(system: System) -> Outcome:
    return run_ensemble(system, members=MEMBERS, until=2050, seed=1)


def test_the_books_close_in_every_member_place_and_period(base: Outcome) -> None:
    check(base.ensemble)
    assert np.abs(residuals(base.ensemble)).max() < 1e-6


def test_the_start_is_the_country_to_the_person(base: Outcome) -> None:
    country = base.ensemble.country
    np.testing.assert_allclose(base.ensemble.central[0], country.at(2020), rtol=1e-14, atol=1e-9)
    np.testing.assert_allclose(base.ensemble.stocks["people"][:, 0], country.totals[-1][None].repeat(MEMBERS, 0))


def test_the_nation_follows_the_published_change(base: Outcome) -> None:
    country = base.ensemble.country
    position = [list(country.drivers.years).index(year) for year in base.ensemble.years]
    published = country.drivers.people[position] / country.drivers.people[position[0]]
    modelled = base.ensemble.central.sum(axis=(1, 2, 3)) / base.ensemble.central[0].sum()
    np.testing.assert_allclose(modelled, published, rtol=1e-9)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(system: System, base: Outcome) -> None:
    again = run_ensemble(system, members=MEMBERS, until=2050, seed=1)
    other = run_ensemble(system, members=MEMBERS, until=2050, seed=2)
    assert again.ensemble.stocks["people"].tobytes() == base.ensemble.stocks["people"].tobytes()
    assert other.ensemble.stocks["people"].tobytes() != base.ensemble.stocks["people"].tobytes()


def test_members_differ_and_more_members_change_none_of_the_first(system: System, base: Outcome) -> None:
    people = base.ensemble.stocks["people"]
    assert len({row.tobytes() for row in people}) == MEMBERS
    fewer = run_ensemble(system, members=5, until=2050, seed=1).ensemble.stocks["people"]
    np.testing.assert_allclose(fewer, people[:5], rtol=1e-12)


def test_relabelling_places_changes_no_forecast(base: Outcome) -> None:
    order = np.array([2, 0, 3, 1])
    country = base.ensemble.country
    moved = _reordered(country, order)
    other = run_ensemble(prepare(moved, load()), members=3, until=2030, seed=1).ensemble
    same = base.ensemble.stocks["people"][:3, :3][:, :, order]
    np.testing.assert_allclose(other.stocks["people"], same, rtol=2e-4)  # the optimiser stops at its own tolerance


def test_a_lever_is_not_scaled_away_and_shares_random_numbers(system: System, base: Outcome) -> None:
    births = Scenario("more births", (Change("fertility", amount=np.log(1.1), start=2020),))
    kept = run_ensemble(system, members=MEMBERS, until=2050, seed=1, scenario=births, control=base.control)
    gained = kept.ensemble.flows["births"].sum(axis=2) / base.ensemble.flows["births"].sum(axis=2)
    np.testing.assert_allclose(gained[:, 0], 1.1, rtol=0.01)
    nothing = run_ensemble(
        system, members=MEMBERS, until=2050, seed=1, scenario=Scenario("nothing"), control=base.control
    )
    np.testing.assert_allclose(nothing.ensemble.stocks["people"], base.ensemble.stocks["people"], rtol=1e-12)


def test_pull_added_to_one_place_moves_people_there(system: System, base: Outcome) -> None:
    code = system.country.places.codes[3]
    pulled = Scenario("pull", (Change("pull", amount=0.5, start=2025, places=(code,)),))
    outcome = run_ensemble(system, members=MEMBERS, until=2050, seed=1, scenario=pulled, control=base.control)
    gain = outcome.ensemble.stocks["people"] - base.ensemble.stocks["people"]
    np.testing.assert_allclose(gain[:, 1], 0, atol=1e-6 * 1e6)
    assert (gain[:, -1, 3] > 0).all()
    assert (gain[:, -1, :3].sum(axis=1) < 0).all()


def test_scenarios_with_unknown_places_are_refused(system: System) -> None:
    wrong = Scenario("wrong", (Change("pull", amount=0.5, start=2025, places=("999",)),))
    with pytest.raises(InputError, match="999"):
        run_ensemble(system, members=2, until=2030, seed=1, scenario=wrong)


@pytest.mark.parametrize(("members", "until"), [(1, 2050), (5, 2020), (5, 2033), (5, 2200)])
def test_impossible_runs_are_refused(system: System, members: int, until: int) -> None:
    with pytest.raises(InputError):
        run_ensemble(system, members=members, until=until, seed=1)


def _reordered(country: Country, order: np.ndarray) -> Country:
    places = country.places
    pick = lambda values: tuple(values[i] for i in order)  # noqa: E731
    return replace(
        country,
        places=replace(
            places,
            codes=pick(places.codes),
            names=pick(places.names),
            names_en=pick(places.names_en),
            regions=pick(places.regions),
            seat=places.seat[order],
            lon=places.lon[order],
            lat=places.lat[order],
            area=places.area[order],
        ),
        people=country.people[:, order],
        totals=country.totals[:, order],
        imputed=country.imputed[:, order],
        rescaled=country.rescaled[:, order],
        indicators={
            name: {year: values[order] for year, values in years.items()} for name, years in country.indicators.items()
        },
    )
