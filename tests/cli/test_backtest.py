"""Building packs and back-testing from the command line: what is written, what is said, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import small_packs
from hinterland.cli.backtest import FILES
from hinterland.cli.main import app
from hinterland.data import build
from hinterland.data.pack import BUILDABLE, folder_of, read_pack
from hinterland.errors import InputError


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty current folder, and a data folder of one's own."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HINTERLAND_DATA", str(tmp_path / "data"))
    return tmp_path / "here"


@pytest.fixture
def towns(tmp_path) -> Path:
    """One CSV of thirty towns with five counts, in two kinds: some grow, some shrink."""
    rng = np.random.default_rng(0)
    size = np.exp(rng.normal(10, 1, 30))
    rate = np.repeat([0.01, -0.012], 15)
    table = pd.DataFrame(
        {
            "code": [f"t{i:02d}" for i in range(30)],
            "name": [f"Town {i}" for i in range(30)],
            "region": [f"r{i % 5}" for i in range(30)],
            "lon": 110 + rng.uniform(0, 3, 30),
            "lat": 34 + rng.uniform(0, 3, 30),
        }
        | {f"people_{year}": np.round(size * np.exp(rate * (year - 2000))) for year in range(2000, 2021, 5)}
    )
    table.to_csv(tmp_path / "towns.csv", index=False)
    return tmp_path / "towns.csv"


def test_totals_of_one_table_are_enough(towns, here):
    done = call("backtest", towns, "--launch", 2010, "--method", "exponential", "--method", "constant")
    assert done.exit_code == 0, done.output
    assert "own, launch 2010, 30 places" in done.output
    folder = here / "backtest-own-2010"
    assert {path.name for path in folder.iterdir()} == FILES
    table = pd.read_csv(folder / "forecast.csv")
    assert list(table.columns) == [
        *("method", "place", "launch", "year", "value", "q2.5", "q10", "q25", "q50", "q75", "q90", "q97.5")
    ]
    assert set(table["year"]) == {2015, 2020}
    scores = pd.read_csv(folder / "scores.csv").set_index(["method", "control", "horizon"])["mean_ape"]
    # Towns that grow or shrink by a steady rate are what an exponential is for.
    assert scores["exponential", "forecast", 10] < 0.1
    assert 10 < scores["constant", "forecast", 10] < 13


def test_the_launch_is_ten_years_back_where_none_is_given(towns, here):
    assert call("backtest", towns, "--method", "lin_exp").exit_code == 0
    assert (here / "backtest-own-2010").is_dir()


def test_a_test_of_the_same_launch_replaces_the_earlier_one_and_nothing_else(towns, here):
    arguments = ("backtest", towns, "--method", "constant", "--out", "out")
    assert call(*arguments).exit_code == 0
    assert call(*arguments).exit_code == 0
    (here / "out" / "notes.txt").write_text("mine")
    refused = call(*arguments)
    assert refused.exit_code == 2
    assert "holds files that are not those of a back-test" in refused.output
    assert (here / "out" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--launch", "2012"), "own has no people for 2012"),
        (("--launch", "2020"), "own has no people after 2020"),
        (("--launch", "2010", "--horizon", "3"), "no people after 2010 within 3 years"),
        (("--method", "expnential"), "Did you mean 'exponential'?"),
        (("--method", "hamilton_perry"), "hamilton_perry needs people by sex and age"),
    ],
)
def test_what_cannot_be_tested_is_said_and_nothing_is_written(towns, here, arguments, said):
    refused = call("backtest", towns, *arguments)
    assert refused.exit_code == 2
    assert said in refused.output
    assert list(here.iterdir()) == []


def test_one_year_only_is_refused(tmp_path, here):
    folder = small_packs.write(tmp_path)
    refused = call("backtest", folder)
    assert refused.exit_code == 2
    assert "xx has people of 2020 only" in refused.output


# --- building


def test_every_pack_that_can_be_named_has_a_writer():
    assert tuple(build.WRITERS) == BUILDABLE


def write_small(source: Path, folder: Path) -> tuple[str, ...]:
    assert (source / "raw.txt").read_text() == "raw"
    small_packs.write(folder)
    return ("one place was left out",)


@pytest.fixture
def raw(tmp_path, monkeypatch) -> Path:
    monkeypatch.setitem(build.WRITERS, "jp", write_small)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "raw.txt").write_text("raw")
    return tmp_path / "raw"


def test_a_built_pack_is_found_by_its_name(raw, tmp_path):
    done = call("data", "build", "jp", "--from", raw)
    assert done.exit_code == 0, done.output
    assert "Note: one place was left out" in done.output
    assert folder_of("jp") == tmp_path / "data" / "packs" / "jp"
    assert read_pack("jp").places.codes == ("a", "b")
    assert "Testland" in call("data", "show", "jp").output


def test_a_pack_can_be_built_elsewhere(raw, here):
    assert call("data", "build", "jp", "--from", raw, "--out", "mine").exit_code == 0
    assert read_pack("mine").code == "xx"
    with pytest.raises(InputError, match="Build it first: hinterland data build jp"):
        read_pack("jp")


def test_a_build_that_fails_leaves_nothing(raw, tmp_path, monkeypatch):
    def fail(source: Path, folder: Path) -> tuple[str, ...]:
        write_small(source, folder)
        (folder / "people.csv").write_text("code,year,people\na,2020,-5\nb,2020,10\n")
        return ()

    monkeypatch.setitem(build.WRITERS, "jp", fail)
    refused = call("data", "build", "jp", "--from", raw)
    assert refused.exit_code == 2
    assert "people.csv, row 2, column people: -5 is negative" in refused.output
    assert not (tmp_path / "data").exists()


def test_a_missing_library_is_named_with_its_extra(raw, monkeypatch):
    def needs(source: Path, folder: Path) -> tuple[str, ...]:
        raise ModuleNotFoundError("No module named 'openpyxl'", name="openpyxl")

    monkeypatch.setitem(build.WRITERS, "jp", needs)
    refused = call("data", "build", "jp", "--from", raw)
    assert refused.exit_code == 2
    assert "openpyxl is not installed" in refused.output
    assert "hinterland[sources]" in refused.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("jpp",), "'jpp' is not a pack that can be built. Did you mean 'jp'?"),
        (("jp", "--from", "nowhere"), "nowhere: there is no such folder"),
        (("us",), "hinterland data get us"),
    ],
)
def test_what_cannot_be_built_is_said(arguments, said):
    refused = call("data", "build", *arguments)
    assert refused.exit_code == 2
    assert said in refused.output
