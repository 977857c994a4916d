"""Runs whose members stay on disk: the same bytes as in memory, however often they were stopped, in bounded memory."""

from __future__ import annotations

import importlib
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from factories import small_country
from hinterland.errors import InputError
from hinterland.members.ensemble import Outcome, diagnostics, quantiles, run_ensemble
from hinterland.members.kept import CELLS, CONTROL, Part
from hinterland.members.parts import key, parts
from hinterland.members.plan import BLOCK, Plan, planned
from hinterland.members.streaming import Work, fill, stocks_of, streamed
from hinterland.results import comparison, store, summary
from hinterland.scenario import BASE, Change, Scenario
from hinterland.system import System
from hinterland.workers.pool import Here
from stores import digests
from unprepared import system_of

MEMBERS = 40
UNTIL = 2035


@pytest.fixture(scope="module")
def system() -> System:
    return system_of(small_country(20))


@pytest.fixture(scope="module")
def plan(system: System) -> Plan:
    return planned(system, members=MEMBERS, until=UNTIL, seed=3, scenario=BASE)


@pytest.fixture(scope="module")
def base(system: System) -> Outcome:
    return run_ensemble(system, members=MEMBERS, until=UNTIL, seed=3)


@pytest.fixture(scope="module")
def made(plan: Plan) -> dict[int, Part]:
    """What every block leaves, so that tests of what becomes of it need not run any."""
    return {block.number: part for block, part in Here().each(Work(plan), _tasks(plan))}


def _tasks(plan: Plan) -> Iterator[Any]:
    from hinterland.members.streaming import Block

    return (Block(number, None) for number in plan.blocks)


class Stopped(BaseException):
    """Stands for a kill: nothing may rely on catching it."""


class Ready:
    """A pool that hands out what was made before, and stops after some blocks."""

    width = 1

    def __init__(self, made: dict[int, Part], *, stop_after: int = 1_000) -> None:
        self.made, self.stop_after, self.asked = made, stop_after, []

    def each(self, work: Any, items: Iterable[Any]) -> Iterator[tuple[Any, Part]]:
        for item in items:
            if len(self.asked) == self.stop_after:
                raise Stopped
            self.asked.append(item.number)
            yield item, self.made[item.number]


def whole(folder: Path, plan: Plan, pool: Any) -> dict[str, str]:
    with parts(folder / "parts", plan) as kept:
        fill(kept, pool)
        store.write_run(streamed(kept, {}), folder / "run.zarr")
        kept.remove()
    return digests(folder / "run.zarr")


def test_members_on_disk_make_the_bytes_of_members_in_memory(tmp_path: Path, plan: Plan, base: Outcome) -> None:
    store.write(base.ensemble, tmp_path / "memory.zarr")
    assert whole(tmp_path, plan, Here()) == digests(tmp_path / "memory.zarr")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["memory.zarr", "run.zarr"]


def test_a_last_block_may_hold_the_central_run_alone(tmp_path: Path, system: System) -> None:
    few = planned(system, members=2 * BLOCK, until=UNTIL, seed=3, scenario=BASE)
    assert len(few.drawn(few.blocks[-1])) == 0
    store.write(run_ensemble(system, members=2 * BLOCK, until=UNTIL, seed=3).ensemble, tmp_path / "memory.zarr")
    assert whole(tmp_path, few, Here()) == digests(tmp_path / "memory.zarr")


def test_blocks_may_be_done_in_any_order(tmp_path: Path, plan: Plan, made: dict[int, Part]) -> None:
    class Backwards(Ready):
        def each(self, work: Any, items: Iterable[Any]) -> Iterator[tuple[Any, Part]]:
            return super().each(work, reversed(list(items)))

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert whole(tmp_path / "a", plan, Ready(made)) == whole(tmp_path / "b", plan, Backwards(made))


@pytest.mark.parametrize("after", range(3))
def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path, plan: Plan, made: dict[int, Part], after: int) -> None:
    (tmp_path / "whole").mkdir()
    right = whole(tmp_path / "whole", plan, Ready(made))
    with pytest.raises(Stopped):
        whole(tmp_path, plan, Ready(made, stop_after=after))
    again = Ready(made)
    assert whole(tmp_path, plan, again) == right
    assert again.asked == list(plan.blocks)[after:], "what is done is not done again"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.zarr", "whole"]


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_a_stop_while_a_block_is_written_leaves_no_half_of_it(
    tmp_path: Path, plan: Plan, made: dict[int, Part], monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    module = importlib.import_module("hinterland.members.parts")

    def stop(*_: Any) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        if call == "fsync":
            patch.setattr(module.os, "fsync", stop)
        elif call == "replace":
            patch.setattr(Path, "replace", stop)
        else:
            patch.setattr(module, "_bytes", lambda values, whole=module._bytes: whole(values)[: values.nbytes // 2])
            patch.setattr(module.os, "fsync", stop)
        with pytest.raises(Stopped):
            whole(tmp_path, plan, Ready(made))
    assert [path.name.count(".tmp") for path in (tmp_path / "parts").glob("*/*")] == [1]
    again = Ready(made)
    whole(tmp_path, plan, again)
    assert again.asked == list(plan.blocks)


@pytest.mark.parametrize("damage", ["shorter", "longer", "turned", "other"])
def test_a_damaged_block_is_run_again(tmp_path: Path, plan: Plan, made: dict[int, Part], damage: str) -> None:
    with parts(tmp_path / "parts", plan) as kept:
        fill(kept, Ready(made))
        file = kept.folder / "block-000001"
        content = bytearray(file.read_bytes())
        if damage == "shorter":
            del content[-1]
        elif damage == "longer":
            content += b"0"
        elif damage == "turned":
            content[len(content) // 2] ^= 1
        else:
            content = bytearray(content.replace(kept.key.encode(), b"0" * 64))
        file.write_bytes(content)
        assert kept.done() == frozenset(plan.blocks) - {1}
        again = Ready(made)
        fill(kept, again)
        assert again.asked == [1]
        kept.remove()


def test_a_run_has_its_own_parts(tmp_path: Path, system: System, plan: Plan, made: dict[int, Part]) -> None:
    other = planned(system, members=MEMBERS, until=UNTIL, seed=4, scenario=BASE)
    with pytest.raises(Stopped):
        whole(tmp_path, other, Ready(made, stop_after=2))
    again = Ready(made)
    whole(tmp_path, plan, again)
    assert again.asked == list(plan.blocks), "blocks of another seed are none of this one's"
    assert [path.name for path in (tmp_path / "parts").iterdir()] == [key(other, None)[:16]]


def test_all_that_decides_a_run_is_in_its_key(system: System, plan: Plan) -> None:
    change = Scenario("more", (Change("fertility", amount=0.1, start=2020),))
    with jax.enable_x64(True):
        state = replace(system.state, rooted=system.state.rooted.at[0, 0, 0].add(1e-9))
    differing = [
        replace(plan, seed=4),
        replace(plan, members=MEMBERS + 1),
        replace(plan, starts=plan.starts[:-1]),
        replace(plan, scenario=change),
        replace(plan, system=replace(system, effect=system.effect + 1e-12)),
        replace(plan, system=replace(system, state=state)),
        replace(plan, system=replace(system, parameters=system.parameters.with_overrides({"push": 0.9}))),
    ]
    keys = [key(plan, None), key(plan, "other corrections"), *(key(each, None) for each in differing)]
    assert len(set(keys)) == len(keys)
    assert key(replace(plan, system=replace(system)), None) == keys[0]


def test_two_processes_do_not_make_the_same_run(tmp_path: Path, plan: Plan) -> None:
    with (
        parts(tmp_path / "parts", plan),
        pytest.raises(InputError, match="another process is making the same run"),
        parts(tmp_path / "parts", plan),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_scenario_on_disk_is_compared_as_in_memory(tmp_path: Path, system: System, plan: Plan, base: Outcome) -> None:
    change = Scenario("more births", (Change("fertility", amount=0.2, start=2020),))
    in_memory = run_ensemble(
        system, members=MEMBERS, until=UNTIL, seed=3, scenario=change, control=base.control
    ).ensemble
    store.write(in_memory, tmp_path / "memory.zarr")
    other = planned(system, members=MEMBERS, until=UNTIL, seed=3, scenario=change)
    with parts(tmp_path / "parts", plan) as of_base, parts(tmp_path / "parts", other, of_base.key) as kept:
        fill(of_base, Here())
        np.testing.assert_array_equal(of_base.control(np.array([0, MEMBERS, 17])), base.control[[0, MEMBERS, 17]])
        fill(kept, Here(), control=of_base.control)
        store.write_run(streamed(kept, {}), tmp_path / "disk.zarr")
        before = stocks_of(streamed(of_base, {}))
        assert digests(tmp_path / "disk.zarr") == digests(tmp_path / "memory.zarr")
        run = store.open_run(tmp_path / "disk.zarr")
        usual = {name: base.ensemble.stocks[name].astype(np.float32) for name in before}
        assert comparison.table(before, run).equals(comparison.table(usual, run))


def test_figures_are_read_a_few_places_at_a_time_without_a_difference(
    tmp_path: Path, plan: Plan, base: Outcome, made: dict[int, Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(base.ensemble, tmp_path / "memory.zarr")
    right = summary.table(store.open_run(tmp_path / "memory.zarr"))
    monkeypatch.setattr(importlib.import_module("hinterland.memory"), "ROOM", 1)
    assert whole(tmp_path, plan, Ready(made)) == digests(tmp_path / "memory.zarr")
    assert summary.table(store.open_run(tmp_path / "run.zarr")).equals(right)


@pytest.mark.slow
def test_what_is_held_is_a_multiple_of_the_room_and_not_all_members(
    tmp_path: Path, plan: Plan, made: dict[int, Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrays that are alive at the most while parts are read and written, by numpy's own count of its memory."""
    monkeypatch.setattr(importlib.import_module("hinterland.memory"), "ROOM", room := 2_400_000)
    members = 256 * BLOCK
    cells = made[0][CELLS].nbytes // BLOCK * members
    _peak(tmp_path / "imports", plan, made, BLOCK)
    assert _peak(tmp_path / "many", plan, made, members) < 12 * room < cells


def _peak(folder: Path, plan: Plan, made: dict[int, Part], members: int) -> int:
    folder.mkdir()
    plan = replace(plan, members=members - 1)
    last = {name: values for name, values in made[2].items() if name != CONTROL}
    blocks = dict.fromkeys(plan.blocks, made[0])
    # The last block holds the central run in place of a member.
    blocks[plan.blocks[-1]] = {
        **{name: values[: BLOCK - 1] for name, values in made[0].items() if name in last and values.shape[0] == BLOCK},
        **{name: last[name] for name in ("central", "lost") if name in last},
        CONTROL: made[0][CONTROL],
    }
    tracemalloc.start()
    try:
        with parts(folder / "parts", plan) as kept:
            fill(kept, Ready(blocks))
            store.write_run(streamed(kept, {}), folder / "run.zarr")
            summary.table(store.open_run(folder / "run.zarr"))
            kept.remove()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_block_that_does_not_add_up_is_not_kept(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, made: dict[int, Part]
) -> None:
    wrong = {**made[1], "births": made[1]["births"] + 1.0}
    found = {**made, 1: wrong}
    monkeypatch.setattr(
        importlib.import_module("hinterland.members.streaming"), "run", lambda _, block, __: found[block]
    )
    with parts(tmp_path, plan) as kept:
        with pytest.raises(ArithmeticError, match="member 16: change of people is not explained by its flows"):
            fill(kept, Here())
        assert kept.done() == {0}
        kept.remove()


def test_quantiles_are_those_of_numpy() -> None:
    cells = np.random.default_rng(0).gamma(2.0, 100.0, (37, 3, 5, 2, 4)).astype(np.float32)
    np.testing.assert_array_equal(quantiles(cells), np.quantile(cells, (0.1, 0.5, 0.9), axis=0))


def test_diagnostics_do_not_depend_on_how_places_are_cut(base: Outcome) -> None:
    class Whole:
        def read(self, name: str, places: slice) -> Any:
            arrays = {**base.ensemble.stocks, **base.ensemble.flows}
            return arrays[name][:, :, places]

    every = [slice(0, 20)], [slice(0, 3), slice(3, 19), slice(19, 20)], [slice(k, k + 1) for k in range(20)]
    assert len({tuple(diagnostics(Whole(), list(cut)).items()) for cut in every}) == 1
