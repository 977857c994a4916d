"""The search against mixes whose answer is known: one lever, the cheaper of two, uncosted ones last, switches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.explain.levers import PolicyLever, known
from hinterland.explain.placed import Placed
from hinterland.explain.search import Mix, Runs, Tried, levers_of, search, switched

EVERY = {lever.name: lever for lever in known()}
BASE = 1000.0


def at(*names: str, **costs: float) -> Placed:
    """Levers of these names, of which those with a cost here have it and the others none."""
    levers = [EVERY[name].model_copy(update={"cost": costs.get(name), "source": "A test."}) for name in names]
    return Placed(
        place=0,
        code="A001",
        start=2025.0,
        continuous=tuple(lever for lever in levers if not lever.switch),
        switches=tuple(lever for lever in levers if lever.switch),
        absent={},
    )


def world(where: Placed, gains: dict[str, float], bend: Callable[[float], float] = lambda kept: kept) -> Runs:
    """People that levers keep by their x, added up and bent; money is x times the cost."""

    def runs(mixes: Sequence[Mix]) -> Tried:
        levers: tuple[PolicyLever, ...] = levers_of(where)
        people = [BASE + bend(sum(gains[name] * x for name, x in mix.items())) for mix in mixes]
        money = [[(lever.cost or 0.0) * mix.get(lever.name, 0.0) for lever in levers] for mix in mixes]
        return Tried(np.array(people), np.array(money).reshape(len(mixes), len(levers)))

    return runs


def test_nothing_is_needed_where_the_base_keeps_enough() -> None:
    where = at("posts", posts=1.0)
    found = search(where, world(where, {"posts": 100.0}), 990.0, BASE)
    assert found.reached
    assert found.mix == {}


@given(st.floats(0.02, 0.98))
def test_one_lever_is_turned_as_far_as_a_straight_line_says(share: float) -> None:
    where = at("posts", posts=1.0)
    wanted = BASE + 100.0 * 0.3 * share
    found = search(where, world(where, {"posts": 100.0}), wanted, BASE)
    assert found.reached
    assert found.mix["posts"] == pytest.approx(0.3 * share, rel=1e-6)


@given(st.floats(0.05, 0.95))
def test_a_curve_is_met_too(share: float) -> None:
    where = at("posts", posts=1.0)

    def bend(kept: float) -> float:
        return 40.0 * np.log1p(kept / 20.0)

    wanted = BASE + bend(30.0 * share)
    found = search(where, world(where, {"posts": 100.0}, bend), wanted, BASE)
    assert found.people == pytest.approx(wanted, rel=2e-4)
    assert found.reached


def test_the_lever_that_keeps_more_for_its_money_goes_first() -> None:
    # Transfers keep 10 at their bound for 0.5 a person's worth, posts 30 for twice the money per person.
    where = at("posts", "transfers", posts=20.0, transfers=2.0)
    runs = world(where, {"posts": 100.0, "transfers": 20.0})
    few = search(where, runs, BASE + 8.0, BASE)
    assert few.mix.keys() == {"transfers"}
    assert few.mix["transfers"] == pytest.approx(0.4, rel=1e-6)
    more = search(where, runs, BASE + 25.0, BASE)
    assert more.mix["transfers"] == pytest.approx(0.5)
    assert more.mix["posts"] == pytest.approx(0.15, rel=1e-6)


def test_levers_without_a_cost_wait_until_costed_ones_do_not_reach() -> None:
    where = at("posts", "plants", posts=5.0)
    runs = world(where, {"posts": 100.0, "plants": 1000.0})
    assert search(where, runs, BASE + 20.0, BASE).mix.keys() == {"posts"}
    both = search(where, runs, BASE + 130.0, BASE)
    assert both.mix["posts"] == pytest.approx(0.3)
    assert both.mix["plants"] == pytest.approx(0.1, rel=1e-6)


def test_money_that_keeps_next_to_nobody_is_not_spent_to_spare_a_lever_without_a_cost() -> None:
    where = at("posts", "transfers", "plants", posts=5.0, transfers=1e9)
    runs = world(where, {"posts": 100.0, "transfers": 0.1, "plants": 1000.0})
    found = search(where, runs, BASE + 130.0, BASE)
    assert found.mix.keys() == {"posts", "plants"}


def test_a_lever_that_drives_people_away_is_left_alone() -> None:
    where = at("posts", "transfers", posts=1.0, transfers=1.0)
    found = search(where, world(where, {"posts": 100.0, "transfers": -50.0}), BASE + 1e9, BASE)
    assert not found.reached
    assert found.best == {"posts": 0.3}


def test_what_cannot_be_reached_is_answered_with_the_most_there_is() -> None:
    where = at("posts", "merger", "rail_stop", posts=1.0)
    runs = world(where, {"posts": 100.0, "merger": 50.0, "rail_stop": 5.0})
    found = search(where, runs, BASE + 100.0, BASE)
    assert not found.reached
    # Posts and a merger contradict: with a merger there are no posts, and 55 is more than 35.
    assert found.best == {"merger": 1.0, "rail_stop": 1.0}
    assert found.people == pytest.approx(BASE + 55.0)


def test_switches_are_all_tried_and_the_fewest_uncosted_are_used() -> None:
    where = at("university", "rail_stop", "relief_city", university=100.0)
    runs = world(where, {"university": 10.0, "rail_stop": 10.0, "relief_city": 15.0})
    assert search(where, runs, BASE + 9.0, BASE).mix == {"university": 1.0}
    assert search(where, runs, BASE + 14.0, BASE).mix == {"relief_city": 1.0}
    assert search(where, runs, BASE + 24.0, BASE).mix == {"university": 1.0, "relief_city": 1.0}


def test_the_cheaper_of_a_switch_and_a_range_is_taken() -> None:
    gains = {"university": 10.0, "posts": 100.0}
    dear = at("posts", "university", posts=1.0, university=100.0)
    assert search(dear, world(dear, gains), BASE + 10.0, BASE).mix.keys() == {"posts"}
    cheap = at("posts", "university", posts=100.0, university=1.0)
    assert search(cheap, world(cheap, gains), BASE + 10.0, BASE).mix == {"university": 1.0}


def test_combinations_leave_out_what_contradicts() -> None:
    where = at("university", "rail_stop", "relief_city", "merger")
    assert len(switched(where.switches)) == 16
    assert switched(where.switches)[0] == {}
    posts = EVERY["posts"].model_copy(update={"switch": True, "high": 1.0})
    assert len(switched((posts, EVERY["merger"]))) == 3
