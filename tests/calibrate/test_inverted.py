"""Inversions kept on disk: the same bits, found by what decides them and by nothing else, and not if damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jax
import numpy as np
import pytest

from factories import small_country
from hinterland.calibrate import inversion, inverted
from hinterland.calibrate.inversion import Asked
from hinterland.calibrate.inverted import Inversion
from hinterland.calibrate.prepare import prepare
from hinterland.data.pack import read_pack
from hinterland.params import load
from hinterland.state import State


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    before = inverted._KEPT.get("folder")
    inverted.keep(tmp_path / "inverted")
    yield tmp_path / "inverted"
    inverted.keep(before)


def stocks(seed: int = 1) -> State:
    people = np.random.default_rng(seed).uniform(1, 9, (3, 2, 4))
    parts = {name: jax.numpy.asarray(people * k) for k, name in enumerate(("rooted", "newcomers", "away"), start=1)}
    return State(**parts)


def made(seed: int = 1) -> Inversion:
    pull = np.random.default_rng(seed).normal(size=(3, 5))
    return Inversion(pull, stocks(seed + 1), 0.1 + 0.2, 1 / 3)


def same(one: Inversion, other: Inversion) -> bool:
    leaves = zip(jax.tree.leaves(one.state), jax.tree.leaves(other.state), strict=True)
    return (
        one.pull.tobytes() == other.pull.tobytes()
        and all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in leaves)
        and (one.error, one.unexplained) == (other.error, other.unexplained)
    )


@pytest.mark.usefixtures("kept")
def test_what_is_read_is_what_was_written_to_the_last_bit() -> None:
    file = inverted.file_of("a country", 1.0)
    assert inverted.read(file, stocks()) is None
    inverted.write(file, made())
    found = inverted.read(file, stocks())
    assert found is not None
    assert same(found, made())


@pytest.mark.usefixtures("kept")
def test_the_last_bit_of_any_part_makes_another_file() -> None:
    one = np.array([1.0, 2.0])
    other = one.copy()
    other[1] = np.nextafter(other[1], 3)
    files = {inverted.file_of(*parts) for parts in ((one, None), (other, None), (one, 0), (one.reshape(2, 1), None))}
    assert len(files) == 4
    assert inverted.file_of(one.copy(), None) in files


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", None])
def test_a_damaged_file_counts_as_none(kept: Path, damage: bytes | None) -> None:
    file = inverted.file_of("x")
    assert file is not None
    assert file.parent == kept
    inverted.write(file, made())
    file.write_bytes(file.read_bytes()[:-200] if damage is None else damage)
    assert inverted.read(file, stocks()) is None


def test_where_nothing_can_be_written_nothing_is_said(tmp_path: Path, kept: Path) -> None:
    kept.write_text("a file in the way of the folder")
    inverted.write(inverted.file_of("x"), made())
    assert [path.name for path in tmp_path.iterdir()] == ["inverted"]


@pytest.mark.usefixtures("kept")
def test_the_oldest_are_removed(monkeypatch: pytest.MonkeyPatch, kept: Path) -> None:
    monkeypatch.setattr(inverted, "MOST", 3)
    for k in range(5):
        inverted.write(inverted.file_of(k), made(k))
    assert len(list(kept.iterdir())) == 3


def test_nothing_is_kept_where_no_folder_is_named() -> None:
    before = inverted._KEPT.get("folder")
    inverted.keep(None)
    assert inverted.file_of("x") is None
    inverted.write(None, made())
    assert inverted.read(None, stocks()) is None
    inverted.keep(before)


@pytest.mark.usefixtures("kept")
def test_a_country_is_inverted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    country, parameters = small_country(6), load()
    one = prepare(country, parameters)
    asked: list[int] = []
    monkeypatch.setattr(inversion, "seek", lambda *_: asked.append(1))
    other = prepare(country, parameters)
    assert asked == []
    assert one.balance.tobytes() == other.balance.tobytes()
    assert one.effect.tobytes() == other.effect.tobytes()
    for a, b in zip(jax.tree.leaves(one.state), jax.tree.leaves(other.state), strict=True):
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()
    with pytest.raises(AttributeError):  # nothing was inverted instead
        prepare(small_country(7), parameters)
    assert asked == [1]


class SoughtError(Exception):
    """Something was sought that came with the package."""


def refuse(_: Asked) -> None:
    raise SoughtError


def test_the_embedded_country_is_prepared_by_the_pulls_that_come_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this fails the model, the record or a parameter has changed: run tools/inversions.py."""
    country, parameters = read_pack("cn"), load(fitted="cn")
    monkeypatch.setattr(inverted, "_KEPT", {})
    monkeypatch.setattr(inversion, "seek", refuse)
    system = prepare(country, parameters)
    assert system.diagnostics["mean absolute error of people at the base year, in sample"] < 0.02
    with pytest.raises(SoughtError):
        prepare(country, parameters.with_overrides({"push": 1.01 * parameters.value("push")}))


def test_a_pull_whose_loss_is_another_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    country, parameters = small_country(6), load()
    monkeypatch.setattr(inverted, "_KEPT", {})
    found: list[inverted.Sought] = []
    seek = inversion.seek
    monkeypatch.setattr(inversion, "seek", lambda asked: found.append(seek(asked)) or found[-1])
    monkeypatch.setattr(inverted, "shipped", lambda: ())
    sought = prepare(country, parameters)
    number = len(found)
    monkeypatch.setattr(inverted, "shipped", lambda: tuple(found[:number]))
    taken = prepare(country, parameters)
    assert len(found) == number, "what was sought before is taken"
    np.testing.assert_allclose(taken.effect, sought.effect, atol=1e-12)
    np.testing.assert_allclose(taken.state.people, sought.state.people, rtol=1e-12)
    others = tuple(inverted.Sought(each.pull, each.loss * (1 + 3e-6)) for each in found)
    monkeypatch.setattr(inverted, "shipped", lambda: others)
    prepare(country, parameters)
    assert len(found) == 2 * number, "what repeats less well or better than it did is of another model"


@pytest.mark.slow
def test_pulls_that_come_with_the_package_are_those_that_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    country, parameters = read_pack("cn"), load(fitted="cn")
    monkeypatch.setattr(inverted, "_KEPT", {})
    taken = prepare(country, parameters)
    monkeypatch.setattr(inverted, "shipped", lambda: ())
    sought = prepare(country, parameters)
    np.testing.assert_allclose(np.asarray(taken.state.people), np.asarray(sought.state.people), rtol=2e-3, atol=1.0)
    np.testing.assert_allclose(taken.balance + taken.effect, sought.balance + sought.effect, atol=2e-2)
