"""In what scenarios differ: nothing from themselves, what one adds to a sum, and refused where there is more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.errors import InputError
from hinterland.model.mergers import Merger
from hinterland.scenario import BASE, LEVERS, Beginning, Change, Closing, Scenario, Turn
from hinterland.scenario_files.differences import differ_only_in, differing
from hinterland.space.network import Line

CHANGES = st.builds(
    Change, lever=st.sampled_from(list(LEVERS)), amount=st.sampled_from([0.1, 0.2]), start=st.just(2020.0)
)
SCENARIOS = st.builds(Scenario, name=st.just("x"), changes=st.lists(CHANGES, max_size=4).map(tuple))


@given(SCENARIOS, SCENARIOS)
def test_differences_are_of_both_sides_and_none_from_oneself(first: Scenario, second: Scenario) -> None:
    assert differing(first, first) == ()
    assert differing(first, second) == differing(second, first)
    assert set(differing(BASE, first)) == {change.lever for change in first.changes}
    for change in first.changes:
        if change not in second.changes:
            assert change.lever in differing(first, second)


def test_every_kind_of_change_has_its_name() -> None:
    all_of_it = Scenario(
        "all",
        changes=(Change("posts", 0.1, 2020.0),),
        turns=(Turn("distance_decay", 1.0, 2020.0),),
        openings=(Line("Fast", (0, 1), 300.0, 2030.0),),
        closings=(Closing("Slow", 2030.0), Closing("", 2030.0, "410800")),
        mergers=(Merger(("410800", "410100"), "410100", 2030.0),),
        beginnings=(Beginning("homes", 0.1),),
    )
    named = ("closing 410800", "closing Slow", "distance_decay", "line Fast", "merger 410100", "posts", "start homes")
    assert differing(BASE, all_of_it) == named
    differ_only_in(BASE, all_of_it, named)


def test_another_size_of_the_same_change_is_a_difference() -> None:
    one, other = (Scenario(name, changes=(Change("posts", size, 2020.0),)) for name, size in (("a", 0.1), ("b", 0.2)))
    assert differing(one, other) == ("posts",)


def test_more_than_is_said_is_refused_by_name() -> None:
    both = Scenario("both", changes=(Change("posts", 0.1, 2020.0), Change("pull", 0.1, 2020.0)))
    with pytest.raises(InputError, match="differ in pull too"):
        differ_only_in(BASE, both, ["posts"])
    with pytest.raises(InputError, match="do not differ in transfers"):
        differ_only_in(BASE, both, ["posts", "pull", "transfers"])
