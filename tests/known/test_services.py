"""Services against closed forms: shares by size, demand that passes up, hysteresis, order of loss, published sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hinterland.axes import FIVE_YEARS, LIFE_STAGES
from hinterland.errors import InputError
from hinterland.model.rungs import CORE, SEAT, TOWN, VILLAGE, Pattern, climb, first_rungs, ladder, sizes
from hinterland.model.services import (
    SCHOOLS,
    SERVICES,
    Provision,
    Served,
    ServicesBase,
    at_bounds,
    first_services,
    lost,
    no_levers,
    provision,
    serve,
    served,
)
from hinterland.params import load

run = jax.jit(serve)
move = jax.jit(climb, static_argnames="years")

AGES = np.array([5, 6, 6, 5.5, 5.5, 6, 8, 7.5, 7, 8, 8, 7.5, 6, 5.5, 4, 2.5, 1.5, 1])
AGES = AGES / AGES.sum()
PRIMARY, SECONDARY, CLINIC, HOSPITAL, RAIL, SUPERMARKET = range(len(SERVICES))


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def values(**changes: object) -> dict[str, Any]:
    parameters = load()
    return {name: parameters.value(name) for name in parameters} | changes


def county(people: float = 3.5e6, urban: float = 0.6) -> Pattern:
    return first_rungs(np.array([urban]), np.array([people]), sizes(values()))


def of_ages(people: float) -> np.ndarray:
    return people * AGES[None, :]


def begun(pattern: Pattern, people: float, acting: Provision, area: float = 4000.0) -> ServicesBase:
    return first_services(pattern, of_ages(people), np.array([area]), acting, FIVE_YEARS)


def course(
    base: ServicesBase, acting: Provision, rungs: np.ndarray, path: np.ndarray, degree: jax.Array | None = None
) -> list[Served]:
    """Served along total people `path` [time] with rungs as they are."""
    at = base.degree if degree is None else degree
    out: list[Served] = []
    for people in path:
        out.append(run(base, acting, at, jnp.asarray(rungs), jnp.asarray(of_ages(people))))
        at = out[-1].degree
    return out


def sharp(**changes: float) -> Provision:
    """Settlements of one size whose services ask for one number of people: every share is none or all."""
    sure = {f"service_spread_{service}": 0.05 for service in SERVICES}
    alike = {f"service_sizes_{rung}": 0.0 for rung in ("seat", "town", "village")}
    return provision(values(**sure, **alike, **changes))


ONE_TOWN = Pattern(rungs=np.array([[0.0, 0.0, 1.0, 0.0]]), settlements=np.array([[0.0, 0.0, 1.0, 0.0]]))


def test_nothing_has_changed_in_the_base_year() -> None:
    acting, pattern = provision(values()), county()
    base = begun(pattern, 3.5e6, acting)
    end = course(base, acting, pattern.rungs, np.full(3, 3.5e6))[-1]
    np.testing.assert_array_equal(end.degree, base.degree)
    for change in (end.pull, end.rung_pull, end.cost):
        np.testing.assert_allclose(change, 0.0, atol=1e-15)


def test_shares_are_those_of_villages_drawn_at_random() -> None:
    """200,000 villages with lognormal sizes and thresholds: the share of their people with a clinic and a school."""
    acting, pattern = provision(values()), county()
    base = begun(pattern, 3.5e6, acting)
    draw = np.random.default_rng(1)
    mean = 3.5e6 * pattern.rungs[0, VILLAGE] / pattern.settlements[0, VILLAGE]
    people = mean * np.exp(draw.normal(-0.5 * 0.8**2, 0.8, 200_000))
    for service, part in ((CLINIC, 1.0), (PRIMARY, AGES[1] + AGES[2])):
        asks = float(acting.size[service]) * np.exp(draw.normal(0, float(acting.spread[service]), people.size))
        share = people[people * part > asks].sum() / people.sum()
        assert float(base.degree[0, VILLAGE, service]) == pytest.approx(share, abs=0.01)


def test_all_demand_ends_in_the_core_where_nobody_else_has_the_service() -> None:
    acting = provision(values())
    acting = replace(acting, size=acting.size.at[HOSPITAL].set(1e15))
    base = begun(county(), 3.5e6, acting)
    np.testing.assert_allclose(np.exp(base.log_demand[0, CORE, HOSPITAL]), 3.5e6, rtol=1e-9)


def test_a_town_serves_villages_that_have_none() -> None:
    """60,000 villagers without a clinic look up to three towns and one core alike: 15,000 for each."""
    pattern = Pattern(rungs=np.array([[0.3, 0.0, 0.1, 0.6]]), settlements=np.array([[1.0, 0.0, 3.0, 100.0]]))
    base = begun(pattern, 100_000.0, sharp())
    np.testing.assert_allclose(np.exp(base.log_demand[0, TOWN, CLINIC]), 10_000 / 3 + 15_000, rtol=1e-9)
    np.testing.assert_allclose(np.exp(base.log_demand[0, CORE, CLINIC]), 30_000 + 15_000, rtol=1e-6)


def test_what_closed_does_not_open_again_until_there_are_many_more() -> None:
    """A town of 4,000 loses its clinic under 3,500 / 1.3 = 2,692 and regains it above 3,500 x 1.3 = 4,550."""
    acting = sharp(service_gap=1.3)
    base = begun(ONE_TOWN, 4000.0, acting)
    path = np.array([4000.0, 3000.0, 2300.0, 3000.0, 4000.0, 5500.0, 3000.0])
    has = [float(end.degree[0, TOWN, CLINIC]) for end in course(base, acting, ONE_TOWN.rungs, path)]
    np.testing.assert_allclose(has, [1, 1, 0, 0, 0, 1, 1], atol=0.02)


def test_with_no_gap_there_is_no_memory() -> None:
    acting = sharp(service_gap=1.0)
    base = begun(ONE_TOWN, 4000.0, acting)
    ends = course(base, acting, ONE_TOWN.rungs, np.array([4000.0, 2300.0, 4000.0]))
    np.testing.assert_allclose(ends[-1].degree, base.degree, atol=1e-12)


def test_a_place_above_all_thresholds_loses_nothing() -> None:
    """A floor: a city of 400,000 that loses half of its people keeps every service, and its pull."""
    pattern = Pattern(rungs=np.array([[1.0, 0.0, 0.0, 0.0]]), settlements=np.array([[1.0, 0.0, 0.0, 0.0]]))
    acting = provision(values())
    base = begun(pattern, 400_000.0, acting)
    end = course(base, acting, pattern.rungs, np.linspace(4e5, 2e5, 8))[-1]
    np.testing.assert_allclose(end.degree[0, CORE], 1.0, atol=1e-3)
    np.testing.assert_allclose(end.pull, 0.0, atol=1e-3)
    assert float(end.cost[0]) == pytest.approx(float(acting.fixed) * np.log(2), rel=1e-2)


def lost_in(falls: np.ndarray) -> np.ndarray:
    """The year [rung, service] in which half of those served are served no more; people of rungs fall at `falls`."""
    acting, pattern = provision(values()), county()
    base = begun(pattern, 3.5e6, acting)
    years, at = np.arange(0, 250, 5), base.degree
    degrees: list[np.ndarray] = []
    for year in years:
        left = pattern.rungs * np.exp(-falls * year)
        people = jnp.asarray(of_ages(3.5e6 * left.sum()))
        at = run(base, acting, at, jnp.asarray(left / left.sum()), people).degree
        degrees.append(np.asarray(at))
    gone = lost(np.stack(degrees), np.asarray(base.degree))
    return np.where(gone.any(axis=0), years[gone.argmax(axis=0)], np.inf)[0]


@pytest.mark.parametrize("falls", [[0.02, 0.02, 0.02, 0.02], [0.0, 0.005, 0.01, 0.02]])
def test_each_service_is_lost_from_the_tips(falls: list[float]) -> None:
    """Villages, then towns, then seats, and never the core, whether all rungs shrink alike or the lower ones more."""
    first = lost_in(np.array(falls))
    for service in (PRIMARY, SECONDARY, CLINIC, RAIL, SUPERMARKET):
        assert first[VILLAGE, service] < first[TOWN, service]
        assert first[TOWN, service] < first[SEAT, service] or np.isinf(first[SEAT, service])
    assert first[TOWN, HOSPITAL] < first[SEAT, HOSPITAL]
    assert np.isinf(first[CORE]).all()
    assert np.isfinite(first[TOWN, [CLINIC, RAIL, HOSPITAL]]).all()


def test_village_schools_go_before_the_clinics_and_stops_of_towns() -> None:
    """Villages lose 2% a year, towns 1%, seats half a percent; town hospitals, which few towns can hold, go early."""
    first = lost_in(np.array([0.0, 0.005, 0.01, 0.02]))
    in_towns = first[TOWN, [SECONDARY, CLINIC, RAIL, SUPERMARKET]]
    assert first[VILLAGE, PRIMARY] < in_towns.min()
    assert first[TOWN, HOSPITAL] < in_towns.min()
    assert np.isinf(first[SEAT]).all()


def test_towns_live_for_a_while_on_what_villages_lose() -> None:
    """Villages empty by 2% a year with towns as they are: each town clinic has more people to serve, not fewer."""
    acting = provision(values())
    start = np.array([[0.25, 0.25, 0.1, 0.4]])
    base = begun(Pattern(rungs=start, settlements=np.array([[1.0, 7.0, 110.0, 300.0]])), 3.5e6, acting)
    keep = start[0, VILLAGE] * np.exp(-0.02 * 40)
    people = 3.5e6 * (0.6 + keep)
    rungs = start * np.array([[1.0, 1.0, 1.0, np.exp(-0.8)]]) / (0.6 + keep)
    end = course(base, acting, rungs, np.array([people]))[-1]
    in_villages = float(end.degree[0, VILLAGE, CLINIC] - base.degree[0, VILLAGE, CLINIC])
    assert in_villages < -0.1
    unserved = 3.5e6 * np.array(
        [0.4 * (1 - base.degree[0, VILLAGE, CLINIC]), keep * (1 - end.degree[0, VILLAGE, CLINIC])]
    )
    per_centre = unserved / 118
    own = 3.5e6 * 0.1 / 110
    np.testing.assert_allclose(np.exp(base.log_demand[0, TOWN, CLINIC]), own + per_centre[0], rtol=1e-9)
    assert per_centre[1] > per_centre[0] * np.exp(-0.8) * 1.05


PARISH = Pattern(rungs=np.array([[0.5, 0.0, 0.3, 0.2]]), settlements=np.array([[1.0, 0.0, 9.0, 10.0]]))
"""A municipality of 40,000: a core, nine towns and ten villages of 800 with 95 pupils each."""
PARISH_PEOPLE = 40_000.0


def with_village_schools(acting: Provision, area: float) -> ServicesBase:
    """The parish with a school in every village: 95 pupils keep one and would not open one."""
    base = begun(PARISH, PARISH_PEOPLE, acting, area)
    return replace(base, degree=base.degree.at[0, VILLAGE, PRIMARY].set(1.0))


def without_village_schools(base: ServicesBase, acting: Provision, **levers: jax.Array) -> Served:
    closed = base.degree.at[0, VILLAGE, PRIMARY].set(0.0)
    people = jnp.asarray(of_ages(PARISH_PEOPLE))
    return run(base, acting, closed, jnp.asarray(PARISH.rungs), people, replace(no_levers(), **levers))


def test_a_loss_is_the_distance_to_the_next_one() -> None:
    """A village school goes: the next is in one of ten settlements on 1,000 km2, 6.5 km away by road."""
    acting = sharp()
    base = with_village_schools(acting, 1000.0)
    end = without_village_schools(base, acting)
    far, most = np.log1p(1.3 * np.sqrt(1000 / 10) / 2 / 5), float(acting.most)
    burden = most * np.tanh(far / most) * np.asarray(acting.weight[PRIMARY])
    shares = np.bincount(LIFE_STAGES.of_ages(FIVE_YEARS), weights=AGES)
    np.testing.assert_allclose(end.rung_pull[0], [0, 0, 0, -shares @ burden], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(end.pull[0], -0.2 * burden, rtol=1e-6, atol=1e-9)


def test_one_of_several_is_not_missed() -> None:
    """A town has people for ten supermarkets; with half of them gone nobody has farther to go."""
    acting = sharp()
    base = begun(ONE_TOWN, 80_000.0, acting)
    end = course(base, acting, ONE_TOWN.rungs, np.array([40_000.0]))[-1]
    np.testing.assert_allclose(end.pull, 0.0, atol=1e-9)


def test_a_village_without_its_school_loses_what_was_measured_in_denmark() -> None:
    """Sorensen and others 2021: 7.6 points in ten years, on the area of the municipality per settlement left."""
    acting = sharp()
    base = with_village_schools(acting, 1280.0)
    pull = without_village_schools(base, acting).rung_pull
    steps, rungs, none = ladder(values()), jnp.asarray(PARISH.rungs), jnp.zeros(1)
    lost = move(rungs, pull, none, steps, years=10) / move(rungs, jnp.zeros((1, 4)), none, steps, years=10)
    assert -9.5 < 100 * (float(lost[0, VILLAGE]) - 1) < -5.5


def test_a_closed_stop_is_felt_in_its_catchment_and_not_in_the_place() -> None:
    """Japan's stations: a large loss where the stop was, next to none in the average of the municipality."""
    acting = sharp()
    pattern = Pattern(rungs=np.array([[0.9, 0.0, 0.1, 0.0]]), settlements=np.array([[1.0, 0.0, 1.0, 0.0]]))
    base = begun(pattern, 110_000.0, acting, area=240.0)
    base = replace(base, degree=base.degree.at[0, TOWN, RAIL].set(1.0))
    gone = base.degree.at[0, TOWN, RAIL].set(0.0)
    end = run(base, acting, gone, jnp.asarray(pattern.rungs), jnp.asarray(of_ages(110_000.0)))
    assert -0.3 < float(end.rung_pull[0, TOWN]) < -0.15
    shares = np.bincount(LIFE_STAGES.of_ages(FIVE_YEARS), weights=AGES)
    assert -0.03 < float(shares @ np.asarray(end.pull[0])) < -0.01


def test_trains_that_no_longer_stop_do_not_stop_again_when_use_is_what_it_was() -> None:
    acting = sharp(service_gap=1.3)
    base = begun(ONE_TOWN, 11_000.0, acting)
    rungs, people = jnp.asarray(ONE_TOWN.rungs), jnp.asarray(of_ages(11_000.0))
    fall = jnp.zeros((1, len(SERVICES))).at[0, RAIL].set(-1.0)
    withdrawn = run(base, acting, base.degree, rungs, people, replace(no_levers(), demand=fall))
    after = run(base, acting, withdrawn.degree, rungs, people)
    assert float(base.degree[0, TOWN, RAIL]) > 0.95
    assert float(withdrawn.degree[0, TOWN, RAIL]) < 1e-6
    assert float(after.degree[0, TOWN, RAIL]) < 1e-3
    others = np.arange(len(SERVICES)) != RAIL
    np.testing.assert_allclose(withdrawn.degree[..., others], base.degree[..., others], atol=1e-12)


def test_schools_that_are_kept_stay_and_those_half_kept_close_at_half_the_size() -> None:
    acting = sharp(service_gap=1.0)
    base = begun(ONE_TOWN, 1500.0, acting)
    rungs = jnp.asarray(ONE_TOWN.rungs)
    for people, keep, stays in ((550.0, 0.0, 0.0), (550.0, 0.5, 1.0), (300.0, 0.5, 0.0), (20.0, 1.0, 1.0)):
        kept = replace(no_levers(), keep=jnp.array([keep]))
        end = run(base, acting, base.degree, rungs, jnp.asarray(of_ages(people)), kept)
        assert float(end.degree[0, TOWN, PRIMARY]) == pytest.approx(stays, abs=1e-3)


def test_boarding_spares_families_and_costs_them() -> None:
    """Half of the pupils board: families lose 0.6 / 2 less of pull, and pay 0.2 heads for each of those pupils."""
    acting = sharp()
    base = with_village_schools(acting, 1000.0)
    daily = without_village_schools(base, acting)
    board = without_village_schools(base, acting, boarding=jnp.array([0.5]))
    np.testing.assert_allclose(board.pull, daily.pull * (1 - 0.6 / 2), rtol=1e-9)
    pupils = AGES[1] + AGES[2]
    np.testing.assert_allclose(board.cost - daily.cost, 0.2 * 0.5 * pupils * 0.2, rtol=1e-6)


def test_spending_keeps_supermarkets() -> None:
    acting = sharp()
    base = begun(ONE_TOWN, 9000.0, acting)
    rungs, people = jnp.asarray(ONE_TOWN.rungs), jnp.asarray(of_ages(4500.0))
    poor = run(base, acting, base.degree, rungs, people)
    rich = run(base, acting, base.degree, rungs, people, replace(no_levers(), spending=jnp.array([0.7])))
    assert float(poor.degree[0, TOWN, SUPERMARKET]) < 1e-3
    assert float(rich.degree[0, TOWN, SUPERMARKET]) > 0.95


def test_shrinking_makes_life_dearer() -> None:
    acting, pattern = provision(values()), county()
    base = begun(pattern, 3.5e6, acting)
    costs = [
        float(end.cost[0]) for end in course(base, acting, pattern.rungs, 3.5e6 * np.exp(-0.02 * np.arange(0, 60, 5)))
    ]
    assert np.all(np.diff(costs) > 0)
    assert 0.05 < costs[-1] < 0.25


def test_steps_of_five_years_and_of_one_agree() -> None:
    """Thirty years of loss in which rungs answer services: degrees, shares and pull end within a few percent."""
    acting, steps, pattern = provision(values()), ladder(values()), county()
    base = begun(pattern, 3.5e6, acting)
    ends: list[tuple[jax.Array, Served]] = []
    for width in (1, 5):
        rungs, at, pull = jnp.asarray(pattern.rungs), base.degree, jnp.zeros((1, 4))
        steps_taken: list[Served] = []
        for year in range(width, 31, width):
            rungs = move(rungs, pull, jnp.full(1, 0.2), steps, years=width)
            steps_taken.append(run(base, acting, at, rungs, jnp.asarray(of_ages(3.5e6 * np.exp(-0.02 * year)))))
            at, pull = steps_taken[-1].degree, steps_taken[-1].rung_pull
        ends.append((rungs, steps_taken[-1]))
    (fine, one), (coarse, five) = ends
    np.testing.assert_allclose(coarse, fine, atol=2e-3)
    np.testing.assert_allclose(five.degree, one.degree, atol=5e-3)
    np.testing.assert_allclose(five.pull, one.pull, atol=5e-3)
    assert float(one.pull[0].min()) < -0.03


def test_cells_that_close_and_open_are_counted() -> None:
    acting, pattern = sharp(), Pattern(rungs=np.eye(4)[[TOWN, TOWN]], settlements=np.eye(4)[[TOWN, TOWN]])
    people = np.array([4000.0, 4000.0])[:, None] * AGES
    base = first_services(pattern, people, np.array([100.0, 100.0]), acting, FIVE_YEARS)
    at = base.degree.at[:, TOWN].set(jnp.array([1.0, 0.5, 1.0, 0.0, 0.0, 0.0]))
    end = run(base, acting, at, jnp.asarray(pattern.rungs), jnp.asarray(people * np.array([[0.5], [1.0]])))
    closed, opened = at_bounds(base, at, end.degree)
    changed = np.asarray(end.degree - at)[:, TOWN]
    assert int(closed) == (changed < -1e-9).sum()
    assert int(opened) == (changed > 1e-9).sum()
    assert changed[0, CLINIC] < -0.9
    assert changed[1, CLINIC] == pytest.approx(0.0, abs=1e-12)


def test_lost_is_what_fewer_than_half_of_those_who_had_it_have_and_may_return() -> None:
    base = np.array([[[0.8, 0.02]]])
    degree = np.array([0.8, 0.5, 0.39, 0.41])[:, None, None, None] * np.array([1.0, 0.0])
    np.testing.assert_array_equal(lost(degree, base)[:, 0, 0, 0], [False, False, True, False])
    assert not lost(degree, base)[..., 1].any()


def test_the_share_served_counts_people_and_not_rungs() -> None:
    degree = jnp.zeros((1, 4, len(SERVICES))).at[0, CORE].set(1.0).at[0, TOWN, CLINIC].set(0.5)
    got = served(degree, jnp.array([[0.3, 0.0, 0.2, 0.5]]))
    np.testing.assert_allclose(got[0], np.full(6, 0.3) + 0.1 * (np.arange(6) == CLINIC))


def test_schools_are_the_first_two() -> None:
    assert [service for service, school in zip(SERVICES, SCHOOLS, strict=True) if school] == ["primary", "secondary"]


def test_a_country_without_areas_is_told_so() -> None:
    with pytest.raises(InputError, match="no place has a known area"):
        begun(ONE_TOWN, 1000.0, provision(values()), area=np.nan)
