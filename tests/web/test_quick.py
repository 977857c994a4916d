"""Quick answers are the same: bands of neighbours at once, parts that are held, kept ones that wait for none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from factories import small_country, small_ensemble
from hinterland.report.answer import answer
from hinterland.report.view import View
from hinterland.results import store
from hinterland.results.store import PLACES_PER_CHUNK
from hinterland.web.app import create_app
from hinterland.web.chunks import GoneError, Held
from hinterland.web.kept import MAKERS, Kept, Makers, body
from hinterland.web.places import place
from hinterland.web.runs import Opened, opened
from hinterland.web.series import bands, levels, place_series, pyramid, ranked
from hinterland.web.server import OPENING, Server, key_of

PLACES = PLACES_PER_CHUNK + 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("quick") / "run"
    store.write(small_ensemble(9, country=small_country(PLACES), until=2030), where / "run.zarr")
    return where


@pytest.fixture
def run(folder: Path) -> Opened:
    country = small_country(PLACES)
    return opened([folder], {country.code: country}).run(None)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 3)), elements=st.floats(-1e12, 1e12)),
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
)
def test_one_sort_gives_the_quantiles_of_numpy_to_the_bit(values: np.ndarray, marks: list[float]) -> None:
    np.testing.assert_array_equal(ranked(values, marks), np.quantile(values, marks, axis=0))


def test_a_column_that_holds_nan_has_none() -> None:
    values = np.array([[1.0, np.nan], [2.0, 5.0], [3.0, 6.0]])
    np.testing.assert_array_equal(ranked(values, (0.1, 0.5)), np.quantile(values, (0.1, 0.5), axis=0))


@pytest.mark.parametrize("at", [0, 7, PLACES_PER_CHUNK - 1, PLACES_PER_CHUNK, PLACES - 1])
def test_bands_are_those_of_the_place_alone(run: Opened, at: int) -> None:
    for name, of in run.known.items():
        if of.is_chance:
            continue

        def read(stored: str) -> np.ndarray:
            return run.data[stored].isel(place=at).transpose("member", ...).to_numpy()

        alone = np.quantile(of.of(read), levels(9), axis=0)
        np.testing.assert_array_equal(bands(run, of, at), alone, err_msg=name)


@pytest.mark.parametrize("at", [0, PLACES - 1])
def test_a_view_of_held_parts_tells_what_the_run_does(run: Opened, at: int) -> None:
    plain = View(run.data)
    code = run.codes[at]
    unit = plain.place(code)
    for name in ("people", "births", "adjustment"):
        held, read = run.view.series(name, unit), plain.series(name, unit)
        assert held.tobytes() == read.tobytes()
        held += 1.0  # what is told may be worked on: what is held stays
        assert run.view.series(name, unit).tobytes() == read.tobytes()
    assert run.view.record(unit).tobytes() == plain.record(unit).tobytes()
    assert answer(run.view, unit) == answer(plain, unit)
    assert run.view.series("people", run.view.nation).tobytes() == plain.series("people", plain.nation).tobytes()
    assert not [key for key in run.view._sums if key[1].startswith("place:")]


def test_answers_do_not_hang_on_what_was_asked_before(folder: Path, run: Opened) -> None:
    for make in (place, place_series, pyramid):
        first = make(opened([folder], {"xx": small_country(PLACES)}).run(None), run.codes[-1])
        for code in run.codes:
            make(run, code)
        assert make(run, run.codes[-1]) == first


def test_a_place_that_is_missing_does_not_take_its_neighbours_along(run: Opened) -> None:
    kept = run.chunks.part("births", 0).copy()
    kept[0, 0, 3] = np.nan
    run.chunks.members._found[("births", 0)] = kept
    assert np.isfinite(bands(run, run.known["births"], 2)).all()
    with pytest.raises(GoneError, match="births"):
        bands(run, run.known["births"], 3)


def test_what_is_held_stays_within_its_bound() -> None:
    held = Held(most=3 * 800)
    for key in range(10):
        held.get(key, lambda: np.zeros(100))
    assert list(held._found) == [7, 8, 9]
    assert held._size == 3 * 800
    again = held.get(8, lambda: pytest.fail("it was made again"))
    assert again is held._found[8]


class Slow:
    """Making that waits until it is let go."""

    def __init__(self) -> None:
        self.go, self.made = threading.Event(), 0

    def __call__(self) -> object:
        assert self.go.wait(10)
        self.made += 1
        return body(b"slow", "text/plain")


@pytest.fixture
def makers() -> Iterator[Makers]:
    made = Makers()
    yield made
    made.close()


def test_what_is_kept_waits_for_no_making_and_the_same_is_made_once(makers: Makers) -> None:
    kept, slow = Kept(), [Slow() for _ in range(MAKERS + 1)]

    async def readers() -> None:
        await makers.get(kept, ("quick",), lambda: body(b"quick", "text/plain"))
        waiting = [
            asyncio.ensure_future(makers.get(kept, (f"slow {k % len(slow)}",), slow[k % len(slow)]))  # type: ignore[arg-type]
            for k in range(60)
        ]
        await asyncio.sleep(0.05)
        found = await asyncio.wait_for(makers.get(kept, ("quick",), lambda: pytest.fail("made again")), 1)
        assert found.raw == b"quick"
        assert not any(one.done() for one in waiting)
        waiting[0].cancel()  # a reader who leaves
        for one in slow:
            one.go.set()
        told = await asyncio.wait_for(asyncio.gather(*waiting[1:]), 10)
        assert {one.raw for one in told} == {b"slow"}

    asyncio.run(readers())
    assert [one.made for one in slow] == [1] * len(slow)


def test_errors_of_making_pass_and_are_not_kept(makers: Makers) -> None:
    kept = Kept()

    def fail() -> object:
        raise GoneError("away")

    async def read() -> bytes:
        with pytest.raises(GoneError, match="away"):
            await makers.get(kept, ("it",), fail)  # type: ignore[arg-type]
        return (await makers.get(kept, ("it",), lambda: body(b"back", "text/plain"))).raw

    assert asyncio.run(read()) == b"back"


def test_the_map_that_the_page_opens_with_is_made_at_the_start(folder: Path) -> None:
    server = Server(opened([folder], {}), live=False)
    with TestClient(create_app(server), base_url="http://127.0.0.1") as client:
        for thread in threading.enumerate():
            if thread.name == "warming":
                thread.join(30)
        of = server.runs.run(None)
        for variable in OPENING:
            made = server.kept.peek(key_of(of, "/api/map", [("variable", variable)]))
            assert made is not None
            told = client.get(f"/api/map?variable={variable}", headers={"Accept-Encoding": "identity"})
            assert told.content == made.raw
            assert server.kept.size == sum(one.size for one in server.kept._bodies.values())
