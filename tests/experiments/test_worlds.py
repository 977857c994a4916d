"""Worlds obey the accounting of the model, and a few experiments run in them show what they should."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.experiments import rail, schools
from hinterland.experiments.catalogue import catalogue
from hinterland.experiments.results import RIGHT, told
from hinterland.experiments.runs import AGO, NOTHING, STARTS, STEPS, WIDTH, Bench, Event, at, run, steadily
from hinterland.experiments.selection import selected
from hinterland.experiments.worlds import PLACES, START, World, codes, country, kept, lattice
from hinterland.params import load
from hinterland.scenario import Change, Scenario, in_force
from hinterland.space.distance import great_circle


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(load())


@pytest.fixture(scope="module")
def villages() -> tuple[World, list[int]]:
    return schools.villages("Danish villages", 7.0)


def test_distances_on_the_globe_are_those_of_the_plane() -> None:
    x, y = lattice(8, 100.0)
    world = World("wide", np.full(PLACES, 1e5), x, y, area=100.0)
    places = country(world).places
    np.testing.assert_allclose(great_circle(places.lon, places.lat), world.distance, rtol=3e-3, atol=1e-6)
    apart = world.distance + np.where(np.eye(PLACES), np.inf, 0)
    np.testing.assert_allclose(apart.min(axis=1), 100.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"people": np.ones(3)}, "a world has 48 places"),
        ({"people": np.zeros(PLACES)}, "has nobody"),
        ({"regions": ("R",)}, "1 regions"),
        ({"work": {"farm": 1.0}}, "the sectors are"),
        ({"served": {"tram": np.ones(PLACES)}}, "the services are"),
    ],
)
def test_a_world_that_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    x, y = lattice(8, 10.0)
    numbers: dict[str, object] = {"name": "w", "people": np.ones(PLACES), "x": x, "y": y, "area": 10.0}
    with pytest.raises(ValueError, match=said):
        World(**(numbers | change))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("level", "speed"), [(0.8, 0.04), (1.3, 0.04), (0.5, 0.06), (3.0, 0.04)])
def test_a_lever_takes_what_follows_it_to_its_level_and_holds_it_there(level: float, speed: float) -> None:
    changes = steadily("posts", level, speed, (-3.0, 3.0), codes([1]))
    keep, now, course = np.exp(-speed * WIDTH), 1.0, []
    for start in STARTS:
        amount = sum(change.amount * in_force(change, start, WIDTH) for change in changes)
        assert -3 <= amount <= 3
        now = keep * now + (1 - keep) * np.exp(amount)
        course.append(now)
    np.testing.assert_allclose(course[5:], level, rtol=1e-9)


def test_values_are_read_so_many_years_after_the_event() -> None:
    course = np.asarray(np.repeat(AGO[:, None] * 2, 3, axis=1), np.float64)
    assert len(AGO) == STEPS + 1
    for years in (0, 4, 10, 79.5, 80):
        np.testing.assert_allclose(at(course, years), 2 * years)


def test_people_are_conserved_with_an_event_and_without(bench: Bench, villages: tuple[World, list[int]]) -> None:
    world, closed = villages
    event = Event(Scenario("any", (rail.withdrawn(closed[:8], "primary"), Change("plants", 0.5, START))))
    ready = bench.system(world)
    before = run(ready, world, NOTHING)
    after = run(ready, world, event, before.control)
    for one in (before, after):
        f = one.flows
        change = f["births"] - f["deaths"] - f["departures"] + f["arrivals"] + f["international"] + f["adjustment"]
        np.testing.assert_allclose(np.diff(one.residents, axis=0), change, atol=1e-6)
        np.testing.assert_allclose(f["departures"].sum(axis=1), f["arrivals"].sum(axis=1), rtol=1e-12)
        assert (one.people >= 0).all()
    np.testing.assert_allclose(before.residents[0], world.people, rtol=1e-12)
    np.testing.assert_allclose(after.residents[:2], before.residents[:2], rtol=1e-9, err_msg="movers see it later")


def test_nothing_moves_without_an_event(bench: Bench, villages: tuple[World, list[int]]) -> None:
    """Places keep their shares but for what prices of thirty years do to homes; services stay as the study has them."""
    world, _ = villages
    still = run(bench.system(world), world)
    share = still.residents / still.residents.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(share[7], share[0], rtol=2e-3)
    assert still.services.degree[:, :, 3, 0].max() > 0.999
    assert {change.lever for change in kept(world)} == {"service_use"}


def test_schools_and_stations_act_where_they_are_and_not_on_municipalities(bench: Bench) -> None:
    simulated = schools.danish_schools(bench) | rail.local_lines(bench)
    found = {each.experiment.id: each for each in told(simulated, catalogue())}
    assert set(found) == {"E02", "E03", "E19"}
    for each in found.values():
        assert each.verdict in RIGHT, each
    assert abs(found["E03"].simulated) < abs(found["E02"].simulated) / 3


def test_closures_that_hit_declining_places_look_worse_than_they_are(bench: Bench) -> None:
    """The law of selection: the trend is taken for an effect, and taking it off comes nearer to the truth."""
    school = selected(bench, "primary")
    assert school.before < 0, "closed where people were leaving anyway"
    assert school.naive < school.true < 0
    assert abs(school.adjusted - school.true) < abs(school.naive - school.true)
