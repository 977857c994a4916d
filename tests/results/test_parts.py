"""Parts of a run read from its files are what the tables say, and what is damaged or packed otherwise is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from factories import small_country, small_ensemble
from hinterland.results import store
from hinterland.results.parts import stored
from hinterland.results.store import PLACES_PER_CHUNK, open_run

PLACES = PLACES_PER_CHUNK + 3


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose last part is not full."""
    path = tmp_path_factory.mktemp("parts") / "run.zarr"
    store.write(small_ensemble(3, country=small_country(PLACES), until=2030), path)
    return path


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run.zarr"))


@pytest.mark.parametrize("name", ["people", "births", "record_people", "people_by_age", "central_people"])
def test_parts_are_what_the_tables_say(whole: Path, name: str) -> None:
    found = stored(whole, name)
    assert found is not None
    table = open_run(whole)[name]
    assert found.dims == table.dims
    for part, places in enumerate((slice(0, PLACES_PER_CHUNK), slice(PLACES_PER_CHUNK, PLACES))):
        np.testing.assert_array_equal(found.read(part), table.isel(place=places).to_numpy())
    with pytest.raises(ValueError, match="no part 2"):
        found.read(2)


def test_what_is_not_cut_along_places_is_left_to_the_tables(whole: Path) -> None:
    assert stored(whole, "year") is None
    assert stored(whole, "imputed") is None


def test_a_missing_part_is_nan_and_a_missing_variable_an_error(run: Path) -> None:
    found = stored(run, "people")
    assert found is not None
    (run / "people" / "c" / "0" / "0" / "1").unlink()
    assert np.isnan(found.read(1)).all()
    assert found.read(1).shape[-1] == PLACES - PLACES_PER_CHUNK
    assert np.isfinite(found.read(0)).all()
    shutil.rmtree(run / "people")
    with pytest.raises(FileNotFoundError):
        found.read(0)
    with pytest.raises(FileNotFoundError):
        stored(run, "people")


@pytest.mark.parametrize("content", [b"garbage", b""])
def test_a_damaged_part_is_an_error(run: Path, content: bytes) -> None:
    found = stored(run, "people")
    assert found is not None
    (run / "people" / "c" / "0" / "0" / "0").write_bytes(content)
    with pytest.raises((RuntimeError, ValueError)):
        found.read(0)


def test_a_part_of_another_size_is_an_error(run: Path) -> None:
    found = stored(run, "people")
    assert found is not None
    parts = run / "people" / "c" / "0" / "0"
    shutil.copyfile(run / "births" / "c" / "0" / "0" / "0", parts / "0")
    with pytest.raises(ValueError, match="bytes instead of"):
        found.read(0)


@pytest.mark.parametrize(
    "change",
    [
        {"data_type": "float32"},
        {"fill_value": 0.0},
        {"storage_transformers": [{"name": "some"}]},
        {"codecs": [{"name": "bytes", "configuration": {"endian": "big"}}, {"name": "zstd", "configuration": {}}]},
        {"codecs": [{"name": "bytes", "configuration": {"endian": "little"}}]},
        {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1, 3, 16]}}},
        {"dimension_names": None},
    ],
)
def test_what_is_packed_otherwise_is_left_to_the_tables(run: Path, change: dict[str, object]) -> None:
    path = run / "people" / "zarr.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), encoding="utf-8")
    assert stored(run, "people") is None
