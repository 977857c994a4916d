"""Work on Dask workers: the same bytes as here, also where workers end in the middle, and errors as they are here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from typer.testing import CliRunner

import pairs
from factories import small_country
from hinterland.calibrate.rehearsal import Inverting
from hinterland.cli.main import app
from hinterland.errors import InputError
from hinterland.explain.sensitivity import weighed
from hinterland.members.parts import parts
from hinterland.members.plan import planned
from hinterland.members.streaming import fill, streamed
from hinterland.params import load
from hinterland.results import store
from hinterland.scenario import BASE
from hinterland.workers import cluster
from hinterland.workers.pool import Here, Pool
from stores import digests
from unprepared import system_of

needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="distributed is not installed")


def square(number: int) -> int:
    return number * number


def refuse(number: int) -> int:
    if number == 3:
        raise InputError("three is no good", remedy="Give four", where="number")
    return number


class EndsOnce:
    """Ends its process the first time it is asked for each item."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, number: int) -> int:
        mark = self.folder / str(number)
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number + 100


def end(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@pytest.fixture(scope="module")
def two() -> Iterator[Pool]:
    with cluster.pool(2) as found:
        yield found


def test_without_workers_work_is_done_here_in_order() -> None:
    with cluster.pool() as doing:
        assert list(doing.each(square, [3, 1, 2])) == [(3, 9), (1, 1), (2, 4)]
        assert doing.width == 1


@pytest.mark.parametrize(
    ("workers", "address", "said"), [(0, None, "0 workers"), (2, "tcp://127.0.0.1:1", "asked for")]
)
def test_what_cannot_be_is_refused(workers: int | None, address: str | None, said: str) -> None:
    with pytest.raises(InputError, match=said), cluster.pool(workers, address):
        pass


def test_without_the_extra_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'hinterland\[cluster\]'"), cluster.pool(2):
        pass


@needs_dask
def test_no_cluster_at_an_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(InputError, match="no cluster with workers answers"), cluster.pool(None, "tcp://127.0.0.1:9"):
        pass


@needs_dask
@pytest.mark.slow
class TestWorkers:
    """Processes take seconds to start."""

    def test_every_item_is_done_once(self, two: Pool) -> None:
        assert two.width == 2
        assert dict(two.each(square, range(20))) == {number: number * number for number in range(20)}
        assert list(two.each(square, [])) == []

    def test_errors_come_out_as_they_were_raised(self, two: Pool) -> None:
        with pytest.raises(InputError) as caught:
            list(two.each(refuse, range(6)))
        assert (caught.value.what, caught.value.remedy, caught.value.where) == (
            "three is no good",
            "Give four",
            "number",
        )

    def test_a_killed_worker_loses_nothing(self, two: Pool, tmp_path: Path) -> None:
        assert dict(two.each(EndsOnce(tmp_path), range(3))) == {0: 100, 1: 101, 2: 102}

    def test_a_task_that_ends_every_worker_is_told(self, two: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cluster, "TRIES", 1)
        with pytest.raises(InputError, match="has ended its worker"):
            list(two.each(end, [1]))

    def test_members_are_the_same_bytes_on_workers_one_of_which_is_killed(self, two: Pool, tmp_path: Path) -> None:
        plan = planned(system_of(small_country(20)), members=70, until=2035, seed=3, scenario=BASE)
        found = []
        for name, pool in (("here", Here()), ("there", Killing(two))):
            with parts(tmp_path / "parts", plan) as kept:
                fill(kept, pool)
                store.write_run(streamed(kept, {}), tmp_path / name)
                kept.remove()
            found.append(digests(tmp_path / name))
        assert found[0] == found[1]
        assert Killing.killed == 1


class Killing:
    """Kills a worker of a pool as soon as the first result is there."""

    killed = 0

    def __init__(self, pool: Any) -> None:
        self.pool, self.width = pool, pool.width

    def each(self, work: Any, items: Any) -> Iterator[Any]:
        for number, found in enumerate(self.pool.each(work, items)):
            if number == 0:
                info = self.pool._client.run(os.getpid)
                os.kill(next(iter(info.values())), signal.SIGKILL)
                Killing.killed += 1
            yield found


@needs_dask
@pytest.mark.slow
def test_what_matters_for_a_place_is_ranked_alike_by_workers(two: Pool) -> None:
    system = pairs.pair()
    assert weighed(system, 1, [2020], points=2, pool=two) == weighed(system, 1, [2020], points=2)


@needs_dask
@pytest.mark.slow
def test_a_fit_is_given_the_same_inversions_by_workers(two: Pool) -> None:
    tasks: list[tuple[str, dict[str, float]]] = [("usual", {}), ("push", {"push": 0.5})]
    inverting = Inverting(small_country(6), load())
    here = {task[0]: found for task, found in Here().each(inverting, tasks)}
    there = {task[0]: found for task, found in two.each(inverting, tasks)}
    assert here.keys() == there.keys()
    for name, found in here.items():
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(there[name]), strict=True):
            assert np.asarray(one).tobytes() == np.asarray(other).tobytes()
    assert not np.array_equal(here["usual"].balance, here["push"].balance)


@needs_dask
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")
def test_a_command_that_was_killed_goes_on_and_makes_the_same_files(tmp_path: Path) -> None:
    """The whole command line, prepared anew after every kill: in one process, and with workers."""
    assert CliRunner().invoke(app, ["init", str(tmp_path / "pack")]).exit_code == 0
    call = [sys.executable, "-m", "hinterland", "run", str(tmp_path / "pack"), "--members", "90", "--until", "2050"]
    subprocess.run([*call, "--memory", "--out", "right"], cwd=tmp_path, check=True, capture_output=True)
    for name, more in (("one", ["--disk"]), ("workers", ["--workers", "2"])):
        killed = _killed_after_a_block([*call, *more, "--out", name], tmp_path, name)
        assert killed, "it was killed before it had ended"
        assert (tmp_path / f".{name}.parts").exists()
        again = subprocess.run([*call, *more, "--out", name], cwd=tmp_path, check=True, capture_output=True, text=True)
        assert f".{name}.parts are used" in again.stderr
        assert digests(tmp_path / name) == digests(tmp_path / "right")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "pack", "right", "workers"]


def _killed_after_a_block(call: list[str], here: Path, name: str) -> bool:
    process = subprocess.Popen(call, cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < limit:
        if any((here / f".{name}.parts").glob("*/block-*[0-9]")):
            process.kill()
            break
        time.sleep(0.005)
    return process.wait() == -signal.SIGKILL
