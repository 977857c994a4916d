"""Which operator holds a kernel, with and without numba."""

from __future__ import annotations

import pytest

from hinterland.errors import InputError
from hinterland.space import choice


@pytest.fixture(params=[True, False], ids=["numba", "without numba"])
def compiler(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(choice, "find_spec", lambda _name: object() if request.param else None)
    return bool(request.param)


def test_few_places_and_travel_times_keep_the_full_matrix(compiler: bool) -> None:
    assert not choice.tried("automatic", 3100, travel_times=False)
    assert not choice.tried("automatic", 30_000, travel_times=True)
    assert not choice.tried("dense", 30_000, travel_times=False)
    assert choice.tried("automatic", 30_000, travel_times=False) == compiler


def test_what_is_asked_for_is_done_or_refused(compiler: bool) -> None:
    if compiler:
        assert choice.tried("hierarchical", 10, travel_times=False)
    else:
        with pytest.raises(InputError, match=r"hinterland\[scale\]"):
            choice.tried("hierarchical", 10, travel_times=False)
    with pytest.raises(InputError, match=r"railways|numba"):
        choice.tried("hierarchical", 10, travel_times=True)
    with pytest.raises(InputError, match=r"'fast'.*automatic, dense, hierarchical"):
        choice.asked("fast")
    assert choice.asked("dense") == "dense"


def test_an_operator_is_kept_where_it_costs_clearly_less() -> None:
    assert choice.kept("automatic", 10_000, 10_000_000)
    assert not choice.kept("automatic", 1000, 600_000)
    assert choice.kept("hierarchical", 1000, 600_000)


def test_the_full_matrix_says_its_price() -> None:
    assert choice.price(35_000) == "a full matrix of 35,000 places takes 9.8 GB and 2.45 GFLOP a column"
