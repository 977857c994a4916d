"""Bands worked out for neighbours at once, and answers from parts that are held: the same as place by place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.report.answer import answer
from hinterland.report.view import View
from hinterland.web.chunks import Held
from hinterland.web.series import INNER, OUTER, ranked
from hinterland.web.server import Server

LEVELS = (OUTER[0], *INNER, OUTER[1])


@given(st.integers(1, 60), st.integers(0, 2**32 - 1), st.floats(0, 0.2))
def test_one_sort_gives_the_quantiles_of_numpy_to_the_bit(members: int, seed: int, missing: float) -> None:
    draw = np.random.default_rng(seed)
    values = np.exp(draw.normal(0, 9, (members, 3, 4)))
    values[draw.random(values.shape) < missing / members] = np.nan
    assert ranked(values, LEVELS).tobytes() == np.quantile(values, LEVELS, axis=0).tobytes()


def test_a_view_on_parts_that_are_held_answers_as_one_on_the_table(server: Server) -> None:
    run = server.runs.run(None)
    for _ in range(2):  # read, and held
        for code in run.codes:
            plain = View(run.data)
            assert answer(run.view, run.view.place(code)) == answer(plain, plain.place(code))


def test_what_is_used_least_is_forgotten_first() -> None:
    held, made = Held(most=100), []

    def make(key: int) -> np.ndarray:
        made.append(key)
        return np.full(5, key, dtype=np.float64)  # 40 bytes

    for key in (1, 2, 1, 3, 1, 2):
        assert held.get(key, lambda key=key: make(key))[0] == key
    assert made == [1, 2, 3, 2]


@pytest.mark.parametrize("name", ["people", "births", "record_people", "people_by_age"])
def test_a_part_holds_what_the_table_holds(server: Server, name: str) -> None:
    run = server.runs.run(None)
    whole = run.data[name].transpose(..., "place").to_numpy()
    for at in range(len(run.codes)):
        np.testing.assert_array_equal(run.chunks.read(name, at), whole[..., at])
