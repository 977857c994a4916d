"""Classes, functional areas, seats, farm land, care and mergers against answers worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hinterland.axes import FIVE_YEARS, Ages
from hinterland.errors import InputError
from hinterland.model.areas import OUTSIDE, advantage, commuters, functional_areas, in_area
from hinterland.model.labour import catchment, employed
from hinterland.model.mergers import Merger, Mergers, Saving, arranged, merged, saving
from hinterland.model.settlement import (
    CITY,
    DEGREE_NAMES,
    FARM_AND_FACTORY,
    LAND_NAMES,
    METROPOLIS,
    RURAL,
    SIZE_CLASSES,
    SIZE_NAMES,
    SMALL_CITY,
    TOWN,
    UNKNOWN,
    WILDERNESS,
    Rules,
    care_need,
    degree,
    farm_land,
    land_class,
    land_shares,
    rules,
    size_class,
    urban_people,
)
from hinterland.params import load
from hinterland.space.dense import DenseKernel

NONE = float("nan")


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def values() -> dict[str, float]:
    parameters = load()
    return {name: parameters.value(name) for name in parameters}


@pytest.fixture
def given() -> Rules:
    return rules(values())


@pytest.mark.parametrize(
    ("people", "name"),
    [
        (0, "empty"), (499, "hamlet"), (500, "village"), (5_000, "town"), (199_999, "small_2"), (200_000, "small_1"),
        (500_000, "medium"), (999_999, "medium"), (1_000_000, "large_2"), (3_000_000, "large_1"),
        (5_000_000, "very_large"), (9_999_999, "very_large"), (10_000_000, "super"), (4e7, "super"),
    ],
)  # fmt: skip
def test_sizes_are_those_of_the_notice_which_counts_the_lower_bound_in(people: float, name: str) -> None:
    assert list(SIZE_CLASSES)[int(size_class(jnp.asarray(float(people))))] == name


def test_a_size_that_is_not_known_is_no_size() -> None:
    assert size_class(jnp.array([NONE, 7.0])).tolist() == [UNKNOWN, 1]


def test_every_class_has_a_name_in_three_languages() -> None:
    assert list(SIZE_NAMES) == list(SIZE_CLASSES)
    assert list(DEGREE_NAMES) == [RURAL, TOWN, CITY]
    assert list(LAND_NAMES) == [WILDERNESS, FARM_AND_FACTORY, SMALL_CITY, METROPOLIS]
    for names in (*SIZE_NAMES.values(), *DEGREE_NAMES.values(), *LAND_NAMES.values()):
        assert list(names) == ["en", "zh", "ja"]
        assert all(names.values())


@pytest.mark.parametrize(
    ("people", "area", "share", "is_"),
    [
        (60_000, 30, NONE, CITY),  # 2,000 per km2
        (40_000, 20, NONE, TOWN),  # as dense, too few for a city
        (40_000, 100, NONE, TOWN),
        (4_000, 10, NONE, RURAL),  # dense, too few for a town
        (40_000, 1_000, NONE, RURAL),
        (4_000_000, 8_000, 0.85, CITY),  # 0.64 x 0.85 = 0.54 in cities
        (4_000_000, 8_000, 0.75, TOWN),  # 0.48 in cities
        (2_000_000, 40_000, 0.55, TOWN),
        (2_000_000, 40_000, 0.45, RURAL),
        (60_000, 20_000, 0.95, TOWN),  # 0.61 in cities: 36,480 are too few for one
        (9_000, 20_000, 0.5, RURAL),
        (9_000, NONE, 0.9, TOWN),
        (9_000, NONE, NONE, UNKNOWN),
        (0, 10, NONE, RURAL),
        (0, 0, NONE, RURAL),
    ],
)
def test_degrees_of_urbanisation(given: Rules, people: float, area: float, share: float, is_: int) -> None:
    found = degree(*(jnp.array([float(each)]) for each in (people, area, share)), given)
    assert found.tolist() == [is_]


def test_urban_people_follow_the_share_or_else_density(given: Rules) -> None:
    people, area = jnp.array([1000.0, 1000.0, 1000.0]), jnp.array([1.0, 1.0, 100.0])
    found = urban_people(people, area, jnp.array([0.4, NONE, NONE]), given)
    assert found.tolist() == [400.0, 1000.0, 0.0]


@pytest.mark.parametrize(
    ("people", "area", "share", "working", "is_"),
    [
        (8e6, 6_000, 0.9, 1e6, METROPOLIS),
        (8e6, 40_000, 0.45, 2e6, FARM_AND_FACTORY),  # most people live in villages
        (5e5, 8_000, 0.7, 1e5, SMALL_CITY),
        (2e4, 40, NONE, 100, FARM_AND_FACTORY),  # a dense town too small for a city
        (3e4, 10_000, 0.2, 9_000, FARM_AND_FACTORY),
        (1e4, 10_000, 0.2, 4_000, FARM_AND_FACTORY),  # hardly lived on, but worked
        (1e4, 10_000, 0.2, 2_000, WILDERNESS),
        (0, 10_000, NONE, 0, WILDERNESS),
        (1e4, NONE, 0.9, 100, UNKNOWN),
    ],
)
def test_classes_of_land(given: Rules, people: float, area: float, share: float, working: float, is_: int) -> None:
    found = land_class(*(jnp.array([float(each)]) for each in (people, area, share, working)), given)
    assert found.tolist() == [is_]


def test_a_suburb_belongs_to_the_metropolis_around_it(given: Rules) -> None:
    suburb = [jnp.array([each]) for each in (80_000.0, 50.0, 1.0, 100.0)]
    assert land_class(*suburb, given).tolist() == [SMALL_CITY]
    assert land_class(*suburb, given, around=jnp.array([9e6])).tolist() == [METROPOLIS]


def test_a_country_that_empties_ends_as_wilderness(given: Rules) -> None:
    """Three places over six times: shares of land and of people move down the classes."""
    area, share = jnp.array([3_000.0, 3_000.0, 6_000.0]), jnp.array([0.9, 0.6, 0.2])
    fall = 0.1 ** jnp.arange(6.0)[:, None]
    people = jnp.array([9e6, 6e5, 2e5]) * fall
    classes = land_class(people, area, share, 0.1 * people, given)
    assert classes.T.tolist() == [[3, 2, 2, 1, 0, 0], [2, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0]]


def test_land_of_a_place_is_built_on_farmed_or_wild(given: Rules) -> None:
    """A metropolis with farms around it, a small city, a town with fields, and people too few for the land."""
    urban = jnp.array([8e6, 4e5, 2e4, 0.0])
    rural = jnp.array([1e6, 2e5, 1e5, 900.0])
    area = jnp.array([10_000.0, 5_000.0, 5_000.0, 9_000.0])
    shares = land_shares(urban, rural, area, 0.4 * rural, given)
    built = float(given.built_density)
    np.testing.assert_allclose(shares[0], [0, 1 - 800 / built, 0, 800 / built], rtol=1e-6)
    np.testing.assert_allclose(shares[1], [0, 1 - 80 / built, 80 / built, 0], rtol=1e-6)
    np.testing.assert_allclose(shares[2], [0, 1, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(shares[3], [1, 0, 0, 0], rtol=1e-6)
    assert bool(jnp.isnan(land_shares(urban, rural, area * jnp.nan, rural, given)).all())


def test_half_of_the_farmers_farm_twice_the_land() -> None:
    found = farm_land(
        jnp.array([500.0, 1000.0, 0.0, 10.0]), jnp.array([1000.0, 1000.0, 0.0, 40.0]),
        jnp.array([1000.0, 1000.0, 10.0, 100.0]), jnp.asarray(0.5), jnp.asarray(0.6),
    )  # fmt: skip
    np.testing.assert_allclose(found.per_worker, [1.0, 0.5, 5.0, 5.0])
    np.testing.assert_allclose(found.relative, [2.0, 1.0, 1.0, 4.0])
    np.testing.assert_allclose(found.idle, [0.4, 0.0, 1.0, 1 - 6 / 50])


def test_land_without_a_known_area_still_has_its_change() -> None:
    found = farm_land(*(jnp.array([each]) for each in (5.0, 10.0, NONE)), jnp.asarray(0.5), jnp.asarray(0.6))
    assert np.isnan([*found.per_worker, *found.idle]).all()
    assert found.relative.tolist() == [2.0]


@pytest.mark.parametrize("ages", [FIVE_YEARS, Ages(width=1, open=100)])
def test_care_is_counted_from_eighty_and_its_carers_from_45_to_64(ages: Ages) -> None:
    people = np.zeros((1, 2, len(ages)))
    for age, count in ((44, 9.0), (45, 30.0), (64, 30.0), (65, 9.0), (79, 9.0), (80, 10.0), (99, 5.0)):
        people[0, :, ages.index(age)] += count
    found = care_need(jnp.asarray(people), ages.lower, jnp.array([6.0]), jnp.asarray(0.05))
    np.testing.assert_allclose(found.per_carer, 30 / 120)
    np.testing.assert_allclose(found.posts, 1.5)
    np.testing.assert_allclose(found.of_public, 0.25)


def test_care_of_an_empty_place_is_none() -> None:
    found = care_need(jnp.zeros((2, 2, len(FIVE_YEARS))), FIVE_YEARS.lower, jnp.zeros(2), jnp.array([0.05]))
    assert [*found.per_carer, *np.ravel(found.posts), *np.ravel(found.of_public)] == [0.0] * 6


def test_ages_that_end_too_early_have_no_care() -> None:
    with pytest.raises(ValueError, match="begins at 80"):
        care_need(jnp.zeros((1, 2, 2)), (45, 65), jnp.zeros(1), jnp.asarray(0.05))


def test_commuters_add_up_to_the_labour_market_of_the_model() -> None:
    kernel = DenseKernel(jnp.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.1], [0.0, 0.1, 1.0]]))
    jobs, labour = jnp.array([50.0, 10.0, 0.0]), jnp.array([40.0, 40.0, 20.0])
    flows = commuters(jobs, labour, kernel)
    np.testing.assert_allclose(flows.sum(-2), jobs)
    at_work = employed(catchment(jobs[:, None], labour, kernel)[:, 0], labour)
    np.testing.assert_allclose(flows.sum(-1), at_work)
    np.testing.assert_allclose(flows[1, 0], 40 * 0.5 * 50 / 60)


FLOWS = np.array(
    [
        [800.0, 100.0, 10.0, 0.0, 0.0],
        [20.0, 70.0, 10.0, 0.0, 0.0],
        [30.0, 0.0, 160.0, 10.0, 0.0],
        [0.0, 0.0, 14.0, 80.0, 6.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
    ]
)
"""Commuters of five places, of which the last has no people."""


def test_places_join_the_city_that_enough_of_them_work_in() -> None:
    core = np.array([True, False, False, False, False])
    assert functional_areas(FLOWS, core, 0.15).tolist() == [0, 0, 0, OUTSIDE, OUTSIDE]
    assert functional_areas(FLOWS, core, 0.18).tolist() == [0, 0, OUTSIDE, OUTSIDE, OUTSIDE]


def test_a_place_between_two_cities_joins_the_stronger_pull() -> None:
    core = np.array([True, False, False, True, False])
    assert functional_areas(FLOWS, core, 0.05).tolist() == [0, 0, 0, 3, OUTSIDE]


def test_linked_cities_are_one_and_the_one_with_most_jobs_names_it() -> None:
    core = np.array([False, True, True, False, False])
    flows = FLOWS + np.diag([0.0, 0.0, 0.0, 0.0, 5.0])
    flows[1, 2] = 30.0
    assert functional_areas(flows, core, 0.15)[[1, 2]].tolist() == [2, 2]


def test_cities_joined_first_may_take_in_a_third() -> None:
    """A tenth of the third works in either of the others: enough once they are one."""
    flows = np.array([[80.0, 20.0, 0.0], [20.0, 70.0, 0.0], [10.0, 10.0, 80.0]])
    assert functional_areas(flows, np.full(3, True), 0.15).tolist() == [0, 0, 0]
    flows[0, 1] = flows[1, 0] = 1.0
    assert functional_areas(flows, np.full(3, True), 0.15).tolist() == [0, 1, 2]


def test_equal_cities_that_exchange_equally_take_the_first_position() -> None:
    flows = np.array([[80.0, 20.0], [20.0, 80.0]])
    assert functional_areas(flows, np.full(2, True), 0.2).tolist() == [0, 0]
    assert functional_areas(flows, np.full(2, True), 0.21).tolist() == [0, 1]


def test_without_cities_nothing_is_joined() -> None:
    assert functional_areas(FLOWS, np.full(5, False), 0.15).tolist() == [OUTSIDE] * 5


def test_stocks_of_areas_are_seen_from_each_of_their_places() -> None:
    centre = np.array([0, 0, OUTSIDE, OUTSIDE])
    stock = np.array([[1.0, 2.0, 4.0, 8.0], [0.0, 1.0, 0.0, 1.0]])
    np.testing.assert_array_equal(in_area(stock, centre), [[3, 3, 4, 8], [1, 1, 0, 1]])


def country(
    regions: int = 40, each: int = 8, seed: int = 0, noise: float = 0.0, shared: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Growth with an advantage of 0.004 for the seats, which are larger than most; errors may be shared by regions."""
    draw = np.random.default_rng(seed)
    region = np.repeat(np.arange(regions), each)
    seat = np.tile(np.arange(each) == 0, regions)
    log_people = draw.normal(11, 1, region.size) + 1.5 * seat
    growth = 0.004 * seat + 0.01 * (log_people - 11) - 0.001 * (log_people - 11) ** 2
    growth += draw.normal(0, 0.01, regions)[region] + draw.normal(0, noise, region.size)
    growth += shared * draw.normal(0, 1, regions)[region] * seat
    return growth, log_people, region, seat


def test_the_advantage_of_seats_is_found_where_size_and_region_matter_too() -> None:
    found = advantage(*country())
    assert found.estimate == pytest.approx(0.004, rel=1e-9)
    assert found.error == pytest.approx(0, abs=1e-12)
    assert (found.places, found.regions) == (320, 40)


def test_the_advantage_is_that_of_least_squares_with_a_column_for_each_region() -> None:
    growth, size, region, seat = country(noise=0.01)
    weights = np.exp(size)
    columns = np.column_stack([seat, size, size**2, region[:, None] == np.unique(region)])
    root = np.sqrt(weights)
    beta = np.linalg.lstsq(columns * root[:, None], growth * root, rcond=None)[0]
    assert advantage(growth, size, region, seat, weights).estimate == pytest.approx(beta[0], rel=1e-8)


@pytest.mark.parametrize("shared", [0.0, 0.01])
def test_intervals_of_the_advantage_hold_what_they_say(shared: float) -> None:
    """Of 400 countries the truth lies within 1.96 errors in about 95%, with errors that seats have of their own too."""
    found = [advantage(*country(seed=seed, noise=0.01, shared=shared)) for seed in range(400)]
    inside = np.mean([abs(one.estimate - 0.004) < 1.96 * one.error for one in found])
    assert 0.9 < inside < 0.98


def test_places_without_figures_are_left_out() -> None:
    growth, size, region, seat = country()
    growth[5], size[9] = NONE, NONE
    found = advantage(growth, size, region, seat)
    assert found.places == 318
    assert found.estimate == pytest.approx(0.004, rel=1e-9)


@pytest.mark.parametrize(
    ("region", "seat", "said"),
    [
        ([0, 1, 2, 3], [True, True, True, True], "no region has both its seat"),
        ([0, 0, 0, 0], [False, False, False, False], "no region has both its seat"),
        ([0, 0, 1, 1], [True, False, True, False], "size alone tells the seats"),
    ],
)
def test_seats_that_cannot_be_compared_are_refused(region: list[int], seat: list[bool], said: str) -> None:
    size = np.array([11.0, 10.0, 12.0, 11.0])
    with pytest.raises(InputError, match=said):
        advantage(np.arange(4.0), size, np.array(region), np.array(seat))
    with pytest.raises(InputError, match="no region has both"):
        advantage(np.full(4, NONE), size, np.array(region), np.array(seat))


CODES = ("a", "b", "c", "d", "e")


def act(**changes: float) -> Saving:
    return saving(values() | {"admin_share": 0.3, "merger_saving": 0.5, "merger_years": 10.0} | changes)


def one_merger() -> Mergers:
    return arranged([Merger(("a", "b", "c"), "b", 2030.0)], CODES, 2020.0)


POSTS = jnp.array([100.0, 200.0, 300.0, 400.0, 0.0])


def test_a_merger_halves_the_administration_and_moves_it_to_the_seat() -> None:
    end = merged(POSTS, one_merger(), act(), 2040.0)
    np.testing.assert_allclose(end.posts, [70.0, 140.0 + 90.0, 210.0, 400.0, 0.0])
    np.testing.assert_allclose(end.lost, 90.0)
    np.testing.assert_allclose(end.log_change, [np.log(0.7), np.log(1.15), np.log(0.7), 0.0, 0.0], atol=1e-15)


def test_a_merger_comes_about_at_an_even_pace() -> None:
    for at, done in ((2020.0, 0.0), (2030.0, 0.0), (2032.5, 0.25), (2040.0, 1.0), (2100.0, 1.0)):
        end = merged(POSTS, one_merger(), act(), at)
        np.testing.assert_allclose(end.lost, 90.0 * done, atol=1e-12)
        np.testing.assert_allclose(end.posts[0], 100 - 30 * done)


def test_without_mergers_nothing_changes() -> None:
    end = merged(POSTS, arranged([], CODES, 2020.0), act(), 2040.0)
    np.testing.assert_array_equal(end.posts, POSTS)
    assert not end.log_change.any()
    assert end.lost == 0


def test_two_mergers_keep_to_their_own_places_and_times() -> None:
    both = arranged([Merger(("a", "b"), "a", 2025.0), Merger(("d", "c"), "c", 2035.0)], CODES, 2020.0)
    end = merged(POSTS, both, act(), 2035.0)
    np.testing.assert_allclose(end.posts, [70.0 + 45.0, 140.0, 300.0, 400.0, 0.0])
    np.testing.assert_allclose(merged(POSTS, both, act(), 2045.0).lost, 45.0 + 105.0)


def test_where_the_seat_has_no_posts_the_partners_keep_what_is_left() -> None:
    end = merged(POSTS, arranged([Merger(("a", "e"), "e", 2020.0)], CODES, 2020.0), act(), 2040.0)
    np.testing.assert_allclose(end.posts, [85.0, 200.0, 300.0, 400.0, 0.0])
    np.testing.assert_allclose(end.lost, 15.0)
    assert np.isfinite(np.asarray(end.log_change)).all()


@pytest.mark.parametrize(
    ("mergers", "said"),
    [
        ([Merger(("a", "b", "a"), "a", 2030.0)], r"merger of a, b, a in 2030: place 'a' is named twice\. Name each"),
        ([Merger(("a",), "a", 2030.0)], "1 place cannot merge. Name two partners"),
        ([Merger((), "a", 2030.0)], "merger of nothing in 2030: 0 place cannot merge"),
        ([Merger(("a", "b"), "c", 2030.0)], "the seat 'c' is none of the partners. Use one of a, b"),
        ([Merger(("a", "x"), "a", 2030.0)], "place code 'x' is not in the country. Use one of a, b"),
        ([Merger(("a", "b"), "a", 2019.0)], "start 2019 is not a time from the base year 2020 on. Leave out"),
        ([Merger(("a", "b"), "a", NONE)], "start nan is not a time"),
        (
            [Merger(("a", "b"), "a", 2030.0), Merger(("c", "b"), "c", 2040.0)],
            "merger of c, b in 2040: place 'b' is also in the merger of a, b. Name all partners in one merger",
        ),
    ],
)
def test_mergers_that_cannot_be_are_refused(mergers: list[Merger], said: str) -> None:
    with pytest.raises(InputError, match=said):
        arranged(mergers, CODES, 2020.0)
