"""Scenarios: a dated change acts for its part of a step, names must exist, amounts stay within bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.axes import ACTIVITIES, LIFE_STAGES
from hinterland.errors import InputError
from hinterland.params import load
from hinterland.scenario import BASE, LEVERS, Change, Scenario, Turn, changed, check, in_force, turned

CODES = ("a", "b", "c")


@pytest.mark.parametrize(("start", "share"), [(2000, 1.0), (2020, 1.0), (2022.5, 0.5), (2024, 0.2), (2030, 0.0)])
def test_a_change_acts_for_its_fraction_of_a_step(start: float, share: float) -> None:
    assert in_force(Change("pull", 1.0, start=start), 2020, 5) == pytest.approx(share)


@pytest.mark.parametrize(
    ("end", "over", "share"),
    [(2023, 0, 0.6), (2020, 0, 0.0), (np.inf, 5, 0.5), (np.inf, 10, 0.25), (np.inf, 2.5, 0.75), (2022.5, 5, 0.125)],
)
def test_a_change_may_end_and_may_take_time(end: float, over: float, share: float) -> None:
    change = Change("pull", 1.0, start=2020 if end > 2020 else 2019, end=end, over=over)
    assert in_force(change, 2020, 5) == pytest.approx(share)


@given(st.floats(2000, 2040), st.floats(0.1, 30), st.floats(0, 20))
def test_steps_of_one_year_average_to_steps_of_five(start: float, lasts: float, over: float) -> None:
    change = Change("pull", 1.0, start=start, end=start + lasts, over=over)
    single = [in_force(change, 2020 + year, 1) for year in range(5)]
    assert in_force(change, 2020, 5) == pytest.approx(np.mean(single), abs=1e-9)


@pytest.mark.parametrize("lever", LEVERS)
def test_the_base_changes_nothing(lever: str) -> None:
    assert (changed(BASE, lever, CODES, [2020, 2025], 5) == 0).all()


def test_changes_reach_their_places_and_kinds_and_add_up() -> None:
    scenario = Scenario(
        "three",
        changes=(
            Change("pull", 0.2, 2020, places=("b",), kinds=("20-24",)),
            Change("pull", 0.1, 2020),
            Change("fertility", np.log(2), 2025, places=("a",)),
            Change("national_jobs", -0.5, 2020, kinds=("mine",)),
        ),
    )
    pull = changed(scenario, "pull", CODES, [2020], 5)[0]
    young = LIFE_STAGES.labels.index("20-24")
    assert pull[1, young] == pytest.approx(0.3)
    assert pull[0, young] == pytest.approx(0.1)
    np.testing.assert_allclose(np.exp(changed(scenario, "fertility", CODES, [2020, 2025], 5)), [[1, 1, 1], [2, 1, 1]])
    jobs = changed(scenario, "national_jobs", CODES, [2020], 5)[0]
    assert jobs[ACTIVITIES.index("mine")] == -0.5
    assert np.count_nonzero(jobs) == 1


def test_a_turn_within_a_step_mixes_the_old_and_the_new() -> None:
    scenario = Scenario("turns", turns=(Turn("push", 1.0, 2021), Turn("push", 3.0, 2023)))
    values = {"push": np.array([0.5, 0.6]), "follow": np.array([0.1, 0.2])}
    only = frozenset({"push"})
    np.testing.assert_array_equal(turned(scenario, values, 2015, 5, only)["push"], values["push"])
    within = turned(scenario, values, 2020, 5, only)
    np.testing.assert_allclose(within["push"], values["push"] * 0.2 + 1.0 * 0.4 + 3.0 * 0.4)
    np.testing.assert_array_equal(within["follow"], values["follow"])
    np.testing.assert_allclose(turned(scenario, values, 2025, 5, only)["push"], 3.0)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (Scenario("x", changes=(Change("gravity", 1, 2020),)), "lever 'gravity'"),
        (Scenario("x", changes=(Change("posts", 9, 2020),)), "posts = 9 is outside -3 to 3"),
        (Scenario("x", changes=(Change("posts", 1, 2030, end=2025),)), "2030 to 2025"),
        (Scenario("x", changes=(Change("posts", 1, 2030, over=-1),)), "over -1 years"),
        (Scenario("x", changes=(Change("posts", 1, 2030, kinds=("mine",)),)), "posts has no kinds"),
        (Scenario("x", changes=(Change("national_jobs", 1, 2030, places=("a",)),)), "the nation's"),
        (Scenario("x", turns=(Turn("puhs", 1, 2030),)), "parameter 'puhs'"),
        (Scenario("x", turns=(Turn("near", 100, 2030),)), "near made the start"),
        (Scenario("x", turns=(Turn("push", 100, 2030),)), "push"),
    ],
)
def test_what_cannot_be_used_is_refused(scenario: Scenario, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check(scenario, load(), frozenset({"push"}))


def test_changes_that_add_up_beyond_a_bound_are_refused() -> None:
    one = Change("remote", 0.6, 2020, places=("a",))
    assert changed(Scenario("x", (one,)), "remote", CODES, [2020], 5)[0, 0] == pytest.approx(0.6)
    with pytest.raises(InputError, match=r"remote add up to 1.2, outside 0 to 0.9"):
        changed(Scenario("x", (one, one)), "remote", CODES, [2020], 5)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="life stage 'youth'"):
        changed(Scenario("x", (Change("pull", 1, 2020, kinds=("youth",)),)), "pull", CODES, [2020], 5)
    with pytest.raises(InputError, match="place code 'z'"):
        changed(Scenario("x", (Change("fertility", 1, 2020, places=("z",)),)), "fertility", CODES, [2020], 5)
    with pytest.raises(InputError, match="activity 'coal'"):
        changed(Scenario("x", (Change("plants", 1, 2020, kinds=("coal",)),)), "plants", CODES, [2020], 5)
