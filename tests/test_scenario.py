"""Scenarios: a dated change acts for its part of a step, and names must exist."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.axes import LIFE_STAGES
from hinterland.errors import InputError
from hinterland.scenario import BASE, Change, Scenario, fertility_change, in_force, pull_change

CODES = ("a", "b", "c")


@pytest.mark.parametrize(("start", "share"), [(2000, 1.0), (2020, 1.0), (2022.5, 0.5), (2024, 0.2), (2030, 0.0)])
def test_a_change_acts_for_its_fraction_of_a_step(start: float, share: float) -> None:
    assert in_force(Change(amount=1.0, start=start), 2020, 5) == pytest.approx(share)


def test_the_base_changes_nothing() -> None:
    assert (pull_change(BASE, CODES, [2020, 2025], 5) == 0).all()
    assert (fertility_change(BASE, CODES, [2020, 2025], 5) == 1).all()


def test_changes_reach_their_places_and_stages_and_add_up() -> None:
    scenario = Scenario(
        "two",
        pull=(Change(0.2, 2020, ("b",), ("20-24",)), Change(0.1, 2020)),
        fertility=(Change(np.log(2), 2025, ("a",)),),
    )
    pull = pull_change(scenario, CODES, [2020], 5)[0]
    young = LIFE_STAGES.labels.index("20-24")
    assert pull[1, young] == pytest.approx(0.3)
    assert pull[0, young] == pytest.approx(0.1)
    births = fertility_change(scenario, CODES, [2020, 2025], 5)
    np.testing.assert_allclose(births, [[1, 1, 1], [2, 1, 1]])


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="life stage 'youth'"):
        pull_change(Scenario("x", pull=(Change(1, 2020, stages=("youth",)),)), CODES, [2020], 5)
    with pytest.raises(InputError, match="place code 'z'"):
        fertility_change(Scenario("x", fertility=(Change(1, 2020, places=("z",)),)), CODES, [2020], 5)
