"""Runs come back from disk as they were, byte by byte the same for one seed, and never half-written."""

import errno
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from factories import small_country, small_ensemble
from hinterland.errors import InputError
from hinterland.record import SETTLEMENTS
from hinterland.results import store
from stores import digests


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def ensemble():
    return small_ensemble(3, until=2050)


def test_everything_comes_back_to_the_last_bit(tmp_path, ensemble):
    store.write(ensemble, tmp_path / "run.zarr")
    run = store.open_run(tmp_path / "run.zarr")
    for name, array in {**ensemble.stocks, **ensemble.flows}.items():
        assert run[name].dtype == np.float64
        np.testing.assert_array_equal(run[name].to_numpy(), array)
    np.testing.assert_array_equal(run["central_people"].to_numpy(), ensemble.central)
    np.testing.assert_array_equal(run["people_by_age"].to_numpy(), ensemble.by_age)
    np.testing.assert_array_equal(run["record_people"].to_numpy(), ensemble.country.people)
    places = ensemble.country.places
    assert tuple(run["place"].to_numpy()) == places.codes
    assert tuple(run["name"].to_numpy()) == places.names
    assert tuple(run["name_en"].to_numpy()) == places.names_en
    assert tuple(run["region"].to_numpy()) == places.regions
    assert run["seat"].to_numpy().tolist() == places.seat.tolist()
    assert run["year"].to_numpy().tolist() == list(ensemble.years)
    assert run["period"].to_numpy().tolist() == list(ensemble.years[1:])
    assert run["age"].to_numpy().tolist() == list(ensemble.country.ages.labels)


def test_the_run_explains_itself(tmp_path, ensemble):
    store.write(ensemble, tmp_path / "run.zarr")
    run = store.open_run(tmp_path / "run.zarr")
    attributes = run.attrs
    assert (attributes["country"], attributes["seed"], attributes["members"]) == ("xx", 0, 3)
    assert attributes["scenario"] == "base"
    assert json.loads(attributes["names"])["zh"] == "小国"
    assert json.loads(attributes["region_names"])["A"] == ["东省", "East"]
    assert [source["licence"] for source in json.loads(attributes["sources"])] == ["CC0-1.0", "CC BY 3.0 IGO"]
    assert json.loads(attributes["notes"]) == list(ensemble.country.notes)
    assert json.loads(attributes["diagnostics"]) == dict(ensemble.diagnostics)
    assert json.loads(attributes["parameters"]) == [dict(record) for record in ensemble.parameters]
    assert json.loads(attributes["peers"]) == list(ensemble.country.peers)
    assert run["people"].attrs["unit"] == "persons"
    assert run["births"].attrs["kind"] == "flow"
    assert run["people"].attrs["label_zh"] == "常住人口"


def test_same_seed_same_bytes_and_another_seed_other_bytes(tmp_path):
    for name, seed in (("one", 0), ("two", 0), ("other", 1)):
        store.write(small_ensemble(3, until=2050, seed=seed), tmp_path / name)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert digests(tmp_path / "one") != digests(tmp_path / "other")


def test_one_town_is_read_from_its_own_chunk(tmp_path):
    ensemble = small_ensemble(2, country=small_country(40), until=2030)
    store.write(ensemble, tmp_path / "run.zarr")
    chunks = tmp_path / "run.zarr" / "people" / "c" / "0" / "0"
    assert sorted(path.name for path in chunks.iterdir()) == ["0", "1", "2"]
    for path in (chunks / "0", chunks / "2"):
        path.unlink()
    run = store.open_run(tmp_path / "run.zarr")
    np.testing.assert_array_equal(run["people"].isel(place=20).to_numpy(), ensemble.stocks["people"][..., 20])
    assert np.isnan(run["people"].isel(place=2).to_numpy()).all(), "a lost chunk must not read as an empty town"


def test_an_earlier_run_is_replaced_and_nothing_stays_behind(tmp_path, ensemble):
    store.write(small_ensemble(2, until=2030), tmp_path / "run.zarr")
    store.write(ensemble, tmp_path / "run.zarr")
    assert store.open_run(tmp_path / "run.zarr").sizes["member"] == 3
    assert left_over(tmp_path) == ["run.zarr"]


def test_parents_are_made(tmp_path, ensemble):
    store.write(ensemble, tmp_path / "a" / "b" / "run.zarr")
    assert store.is_run(tmp_path / "a" / "b" / "run.zarr")


def test_a_folder_of_something_else_is_left_alone(tmp_path, ensemble):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="holds files that are not those of a run"):
        store.write(ensemble, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert left_over(tmp_path) == ["mine"]


def test_a_file_in_place_of_the_folder_or_of_a_parent_is_refused(tmp_path, ensemble):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        store.write(ensemble, tmp_path / "file")
    with pytest.raises(InputError, match="cannot be written: not a directory"):
        store.write(ensemble, tmp_path / "file" / "deep" / "run.zarr")
    assert left_over(tmp_path) == ["file"]


@pytest.mark.parametrize("after", [0, 1, 7, 40])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_disk_that_fills_up_leaves_nothing_half_written(tmp_path, ensemble, monkeypatch, after, earlier):
    from zarr.storage import LocalStore

    target = tmp_path / "new" / "run.zarr"
    if earlier:
        store.write(small_ensemble(2, until=2030), target)
        before = digests(target)
    written = []
    put = LocalStore.set

    async def put_until_full(self, key, value):
        written.append(key)
        if len(written) > after:
            raise OSError(errno.ENOSPC, "No space left on device")
        await put(self, key, value)

    monkeypatch.setattr(LocalStore, "set", put_until_full)
    with pytest.raises(InputError, match=r"run\.zarr: the disk is full\. Free space"):
        store.write(ensemble, target)
    if earlier:
        assert digests(target) == before
        assert left_over(tmp_path / "new") == ["run.zarr"]
    else:
        assert left_over(tmp_path) == [], "parents made for the run must go as well"


def test_a_run_that_does_not_add_up_is_never_written(tmp_path, ensemble):
    births = ensemble.flows["births"] + 1
    with pytest.raises(ArithmeticError):
        store.write(replace(ensemble, flows={**ensemble.flows, "births": births}), tmp_path / "run.zarr")
    assert left_over(tmp_path) == []


def test_opening_what_is_no_run_says_so(tmp_path, ensemble):
    with pytest.raises(InputError, match="there is no run here"):
        store.open_run(tmp_path / "nowhere")
    (tmp_path / "zarr.json").write_text("{]")
    with pytest.raises(InputError, match="there is no run here"):
        store.open_run(tmp_path)
    store.write(ensemble, tmp_path / "out" / "run.zarr")
    with pytest.raises(InputError, match=r"Open .*run\.zarr"):
        store.open_run(tmp_path / "out")


def test_a_damaged_run_says_so(tmp_path, ensemble):
    store.write(ensemble, tmp_path / "run.zarr")
    shutil.rmtree(tmp_path / "run.zarr" / "people")
    with pytest.raises(InputError, match=r"the run lacks \['people'\]"):
        store.open_run(tmp_path / "run.zarr")
    (tmp_path / "run.zarr" / "births" / "zarr.json").write_text('{"zarr_format": 3}')
    with pytest.raises(InputError, match=r"damaged|lacks"):
        store.open_run(tmp_path / "run.zarr")


def test_a_run_of_another_layout_says_so(tmp_path, ensemble):
    store.write(ensemble, tmp_path / "run.zarr")
    described = json.loads((tmp_path / "run.zarr" / "zarr.json").read_text(encoding="utf-8"))
    described["attributes"]["format"] = "hinterland run 99"
    (tmp_path / "run.zarr" / "zarr.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(InputError, match="has the layout 'hinterland run 99'"):
        store.open_run(tmp_path / "run.zarr")
    store.write(ensemble, tmp_path / "run.zarr")
    assert store.open_run(tmp_path / "run.zarr").sizes["member"] == 3


def test_the_size_told_beforehand_is_an_upper_bound(tmp_path):
    ensemble = small_ensemble(50, country=small_country(20))
    store.write(ensemble, tmp_path / "run.zarr")
    arrays = [*ensemble.stocks.values(), *ensemble.flows.values(), ensemble.central, ensemble.by_age]
    told = store.size(ensemble.country, 50, len(ensemble.years))
    # Whether settlements are known shows only when a run is prepared; what they would take is in the bound.
    settled = 8 * 50 * len(ensemble.years) * len(ensemble.country.places) * (len(SETTLEMENTS) + 1)
    assert sum(array.nbytes for array in arrays) < told < 1.2 * sum(array.nbytes for array in arrays) + settled
    chunks = sum(path.stat().st_size for path in (tmp_path / "run.zarr").rglob("c/**/*") if path.is_file())
    assert chunks < told
