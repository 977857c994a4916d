"""Travel times against ways added up by hand, laws of shortest ways, and published times of trains in China."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.data.country import Country
from hinterland.data.find import find_place
from hinterland.data.pack import read_pack
from hinterland.space.distance import great_circle
from hinterland.space.network import (
    Array,
    Line,
    Ways,
    lines_at,
    nearer,
    rail_hours,
    travel_hours,
    without_stop,
)

PLAIN = Ways(
    road_speed=50.0,
    detour=1.0,
    road_start_hours=0.0,
    access_hours=0.0,
    wait_hours=0.0,
    rail_detour=1.0,
    commercial=1.0,
)
USUAL = Ways(
    road_speed=65.0,
    detour=1.3,
    road_start_hours=0.5,
    access_hours=0.25,
    wait_hours=0.25,
    rail_detour=1.15,
    commercial=0.75,
)

ROW = np.abs(np.subtract.outer([0.0, 100.0, 200.0, 600.0], [0.0, 100.0, 200.0, 600.0]))
"""Four towns in a row; a line serves the first three."""
FAST = Line("fast", (0, 1, 2), speed=100.0, opens=2010.0)


@pytest.fixture(scope="module")
def cn() -> Country:
    return read_pack("cn")


@pytest.fixture(scope="module")
def distance(cn: Country) -> Array:
    return great_circle(cn.places.lon, cn.places.lat)


def test_a_line_twice_as_fast_as_the_road_halves_times_between_its_stops() -> None:
    before, after = travel_hours(ROW, (), PLAIN), travel_hours(ROW, (FAST,), PLAIN)
    np.testing.assert_allclose(before, ROW / 50)
    np.testing.assert_allclose(after[:3, :3], before[:3, :3] / 2)
    assert nearer(after, before)[0, 2] == pytest.approx(0.5)


def test_a_town_without_a_stop_drives_to_the_best_one() -> None:
    hours = travel_hours(ROW, (FAST,), PLAIN)
    assert hours[3, 0] == pytest.approx(400 / 50 + 200 / 100)
    assert hours[3, 2] == 400 / 50


def test_access_and_waiting_are_paid_once_and_the_road_wins_short_ways() -> None:
    ways = replace(PLAIN, access_hours=0.5, wait_hours=0.3, road_start_hours=0.1)
    hours = travel_hours(ROW, (FAST,), ways)
    assert hours[0, 1] == 2.1
    assert hours[0, 2] == pytest.approx(2 + 2 * 0.5 + 0.3)
    assert (np.diag(hours) == 0).all()


def test_detours_and_the_commercial_speed_lengthen_a_leg_and_a_timetable_replaces_it() -> None:
    ways = replace(PLAIN, rail_detour=1.2, commercial=0.8, road_speed=1.0)
    assert travel_hours(ROW, (FAST,), ways)[0, 2] == pytest.approx(200 * 1.2 / (100 * 0.8))
    timed = replace(FAST, minutes=(None, 30.0))
    assert travel_hours(ROW, (timed,), ways)[0, 2] == pytest.approx(100 * 1.2 / (100 * 0.8) + 0.5)


def test_the_faster_of_two_lines_counts_and_lines_join_at_a_stop() -> None:
    lines = (replace(FAST, speed=60.0), FAST, Line("on", (2, 3), 200.0, 2010.0))
    _, hours = rail_hours(ROW, lines, PLAIN)
    assert hours[0, 2] == pytest.approx(2.0)
    assert hours[0, 3] == pytest.approx(2.0 + 2.0)


def test_lines_that_do_not_meet_are_not_connected_by_rail() -> None:
    stops, hours = rail_hours(ROW, (replace(FAST, way=(0, 1)), Line("on", (2, 3), 100.0, 2010.0)), PLAIN)
    assert stops.tolist() == [0, 1, 2, 3]
    assert np.isinf(hours[0, 3])
    assert np.isfinite(travel_hours(ROW, (), PLAIN)).all()


def test_a_new_line_changes_nothing_elsewhere() -> None:
    square = great_circle(np.array([100.0, 101.0, 140.0, 141.0]), np.array([30.0, 30.0, 30.0, 30.0]))
    ways = replace(PLAIN, rail_detour=2.0)
    base = travel_hours(square, (), ways)
    ratio = nearer(travel_hours(square, (Line("east", (2, 3), 300.0, 2010.0),), ways), base)
    assert ratio[2, 3] < 1
    assert ratio[0, 1] == 1.0


def test_where_nothing_changed_the_ratio_is_one_to_the_last_bit(distance: Array, cn: Country) -> None:
    lines = lines_at(cn.lines, 2021.0)
    hours = travel_hours(distance, lines, USUAL)
    assert (nearer(travel_hours(distance, lines, USUAL), hours) == 1.0).all()
    assert (distance * nearer(hours, hours) == distance).all()


def test_trains_that_pass_a_town_keep_their_time_and_the_town_loses_its_own() -> None:
    passing = without_stop(FAST, 1)
    hours = travel_hours(ROW, (passing,), PLAIN)
    served = travel_hours(ROW, (FAST,), PLAIN)
    assert hours[0, 2] == served[0, 2]
    assert hours[0, 1] == 2.0 > served[0, 1]
    with pytest.raises(ValueError, match="no train of line 'fast' stops at place 1"):
        without_stop(passing, 1)


def test_a_line_that_loses_all_stops_but_one_carries_nobody() -> None:
    lonely = without_stop(without_stop(FAST, 1), 2)
    np.testing.assert_array_equal(travel_hours(ROW, (lonely,), PLAIN), travel_hours(ROW, (), PLAIN))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"way": (1,)}, "goes nowhere"),
        ({"way": ()}, "goes nowhere"),
        ({"way": (0, 1, 1)}, "a place twice in succession"),
        ({"speed": 0.0}, "speed of 0 km/h"),
        ({"closes": 2010.0}, "opens in 2010 and closes in 2010, not later"),
        ({"minutes": (3.0,)}, "1 times for 2 legs"),
        ({"minutes": (3.0, 0.0)}, "takes no time"),
    ],
)
def test_a_line_that_cannot_be_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Line(**({"name": "x", "way": (0, 1, 2), "speed": 100.0, "opens": 2010.0} | changes))


places = st.lists(st.tuples(st.floats(70, 130), st.floats(20, 50)), min_size=5, max_size=9, unique=True)
routes = st.lists(st.permutations(range(5)), min_size=1, max_size=4)


@given(places, routes, st.integers(2, 5), st.floats(40, 350))
def test_ways_are_symmetric_and_a_line_never_lengthens_one(
    points: list[tuple[float, float]], orders: list[list[int]], length: int, speed: float
) -> None:
    km = great_circle(*np.array(points).T)
    lines = [Line("any", tuple(order[:length]), speed, 2000.0) for order in orders]
    road = travel_hours(km, (), USUAL)
    fewer, more = travel_hours(km, lines[:-1], USUAL), travel_hours(km, lines, USUAL)
    for hours in (fewer, more):
        np.testing.assert_array_equal(hours, hours.T)
        assert (np.diag(hours) == 0).all()
    assert (more <= fewer + 1e-12).all()
    assert (fewer <= road + 1e-12).all()
    assert (nearer(more, road) <= 1 + 1e-12).all()
    assert (nearer(more, road) > 0).all()


@given(places, routes)
def test_ways_by_rail_and_by_road_keep_the_triangle(points: list[tuple[float, float]], orders: list[list[int]]) -> None:
    km = great_circle(*np.array(points).T)
    _, rail = rail_hours(km, [Line("any", tuple(order), 250.0, 2000.0) for order in orders], USUAL)
    for hours in (rail, travel_hours(km, (), PLAIN)):
        assert (hours[:, None, :] <= hours[:, :, None] + hours[None, :, :] + 1e-6).all()


PUBLISHED = (
    ("哈尔滨", "佳木斯", 2019.0, 2.05),
    ("太原", "西安", 2014.6, 2.95),
    ("太原", "郑州", 2021.0, 2.40),
    ("太原", "郑州", 2020.0, 3.63),
    ("哈尔滨", "齐齐哈尔", 2016.0, 1.42),
    ("鹤岗", "哈尔滨", 2023.0, 3.55),
    ("昆明", "上海", 2017.1, 11.25),
    ("昆明", "北京", 2017.1, 12.18),
    ("昆明", "深圳", 2017.1, 6.85),
    ("昆明", "南宁", 2017.1, 4.68),
    ("贵阳", "广州", 2015.1, 4.15),
    ("兰州", "银川", 2023.0, 2.93),
    ("北京", "呼和浩特", 2020.1, 2.15),
    ("北京", "大同", 2020.1, 1.70),
    ("赣州", "深圳", 2022.0, 1.82),
    ("石家庄", "济南", 2018.1, 2.15),
    ("沈阳", "承德", 2019.1, 2.35),
    ("兰州", "西安", 2017.6, 3.00),
    ("西安", "银川", 2021.1, 3.07),
    ("牡丹江", "佳木斯", 2022.0, 2.17),
    ("北京", "桂林", 2014.1, 10.53),
    ("郑州", "武汉", 2012.8, 1.93),
    ("北京", "沈阳", 2021.2, 2.73),
    ("北京", "哈尔滨", 2021.2, 4.87),
    ("重庆", "北京", 2022.6, 6.77),
    ("成都", "贵阳", 2020.1, 2.97),
    ("福州", "厦门", 2023.9, 0.92),
    ("十堰", "武汉", 2020.1, 1.95),
    ("北京", "上海", 2018.3, 4.63),
    ("乌鲁木齐", "兰州", 2015.1, 11.83),
)
"""Two places, when, and hours of the fastest train as newspapers and railways reported them when lines opened."""


def test_trains_in_china_take_the_time_that_was_reported(cn: Country, distance: Array) -> None:
    ratios: list[float] = []
    for here, there, when, reported in PUBLISHED:
        stops, hours = rail_hours(distance, lines_at(cn.lines, when), USUAL)
        at = stops.tolist()
        ends = [at.index(find_place(cn, name)) for name in (here, there)]
        ratios.append(float(hours[ends[0], ends[1]]) / reported)
    assert np.median(ratios) == pytest.approx(1.0, abs=0.1)
    assert np.mean(np.abs(np.log(ratios)) < np.log(1.3)) > 0.75
    assert min(ratios) > 0.6
    assert max(ratios) < 1.9


BEFORE = (
    ("哈尔滨", "佳木斯", 5.73),
    ("焦作", "郑州", 2.0),
    ("太原", "西安", 10.0),
    ("太原", "郑州", 12.0),
    ("哈尔滨", "齐齐哈尔", 3.0),
    ("哈尔滨", "牡丹江", 4.2),
    ("鹤岗", "哈尔滨", 8.0),
    ("昆明", "上海", 34.13),
    ("昆明", "北京", 33.37),
    ("昆明", "深圳", 29.12),
    ("昆明", "南宁", 12.07),
    ("贵阳", "广州", 21.0),
    ("重庆", "贵阳", 10.0),
    ("兰州", "银川", 8.37),
    ("北京", "呼和浩特", 9.25),
    ("赣州", "深圳", 5.53),
    ("上海", "深圳", 18.0),
    ("济南", "石家庄", 3.78),
    ("杭州", "黄山", 3.5),
    ("沈阳", "承德", 11.3),
    ("西安", "成都", 16.0),
    ("贵阳", "昆明", 7.0),
    ("宝鸡", "兰州", 7.0),
    ("西安", "兰州", 6.0),
    ("西安", "银川", 11.75),
    ("牡丹江", "佳木斯", 7.2),
    ("桂林", "北京", 23.05),
    ("南宁", "桂林", 4.87),
    ("桂林", "北海", 9.53),
    ("成都", "凉山", 11.0),
    ("大理", "保山", 2.5),
    ("成都", "昆明", 19.0),
    ("郑州", "武汉", 4.47),
    ("武汉", "广州", 10.2),
)
"""Two places and hours between them by ordinary train or coach, as the same reports give them for the time before."""


def test_the_road_is_as_slow_as_what_there_was_before_in_reports(cn: Country, distance: Array) -> None:
    ends = [[find_place(cn, str(name)) for name in pair] for *pair, _ in BEFORE]
    speeds = [USUAL.detour * distance[i, j] / hours for (i, j), (*_, hours) in zip(ends, BEFORE, strict=True)]
    assert np.median(speeds) == pytest.approx(USUAL.road_speed, rel=0.05)


def door_to_door(cn: Country, distance: Array, here: str, there: str, when: float) -> float:
    hours = travel_hours(distance, lines_at(cn.lines, when), USUAL)
    return float(hours[find_place(cn, here), find_place(cn, there)])


@pytest.mark.parametrize(
    ("here", "there", "before", "after", "fall"),
    [
        ("焦作", "郑州", 2014.9, 2016.0, (0.1, 0.5)),
        ("晋城", "郑州", 2019.9, 2021.0, (0.3, 0.6)),
        ("鹤岗", "哈尔滨", 2017.9, 2023.0, (0.3, 0.6)),
        ("北京", "上海", 2008.5, 2012.0, (0.5, 0.8)),
    ],
)
def test_lines_bring_pairs_nearer_by_a_plausible_part(
    cn: Country, distance: Array, here: str, there: str, before: float, after: float, fall: tuple[float, float]
) -> None:
    """Jiaozuo to Zhengzhou by train was reported to fall from two hours and more to forty minutes."""
    then, now = (door_to_door(cn, distance, here, there, when) for when in (before, after))
    assert fall[0] < 1 - now / then < fall[1]


def test_jincheng_comes_nearer_on_the_day_its_line_opens(cn: Country, distance: Array) -> None:
    """The line beyond Jiaozuo opened on 12 December 2020, the 347th day of the year."""
    by_day = [door_to_door(cn, distance, "晋城", "郑州", when) for when in (2019.0, 2020.94, 2020.95)]
    assert by_day[0] == by_day[1] > by_day[2]


def test_the_prefectures_of_china_take_half_a_second(cn: Country, distance: Array) -> None:
    lines = lines_at(cn.lines, 2025.0)
    travel_hours(distance, lines, USUAL)
    start = time.process_time()
    travel_hours(distance, lines, USUAL)
    assert time.process_time() - start < 0.5
