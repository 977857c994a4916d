"""Each command does what its function does, says where things lie, and needs nothing heavy to explain itself."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from factories import small_ensemble
from hinterland.cli.main import app
from hinterland.cli.run import assignments
from hinterland.errors import InputError
from hinterland.params import load
from hinterland.results import store


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def text(output: str) -> str:
    """Output without the line breaks that depend on the width of the terminal."""
    return " ".join(output.split())


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def pack(tmp_path):
    """The template pack, which has twelve places."""
    folder = tmp_path / "pack"
    assert call("init", folder).exit_code == 0
    return folder


@pytest.fixture
def asked(monkeypatch):
    """What `run` asked the forecast for; the answer is a synthetic ensemble of the same country."""
    seen = {}

    def forecast(country, *, members, until, seed, overrides, progress, keep_effects, past):
        seen.update(members=members, until=until, seed=seed, overrides=overrides)
        assert not keep_effects
        assert not past
        for done in range(members + 1):
            progress(done, members, "members")
        return small_ensemble(members, country=country, until=until, seed=seed)

    monkeypatch.setattr(importlib.import_module("hinterland.forecast"), "forecast", forecast)
    return seen


def test_run_writes_store_summary_and_report_and_says_where(here, pack, asked):
    done = call("run", pack, "--members", 3, "--until", 2050, "--seed", 7, "--set", "push=0.5", "--out", "mine")
    assert done.exit_code == 0, done.output
    assert asked == {"members": 3, "until": 2050, "seed": 7, "overrides": {"push": 0.5}}
    assert sorted(path.name for path in here.iterdir()) == ["mine"]
    written = sorted(path.name for path in (here / "mine").iterdir())
    assert written == ["report.html", "run.zarr", "settlements.csv", "summary.csv"]
    run = store.open_run(here / "mine" / "run.zarr")
    assert (run.attrs["seed"], run.sizes["member"], int(run["year"][-1])) == (7, 3, 2050)
    assert set(pd.read_csv(here / "mine" / "summary.csv")["place"]) >= set(run["place"].to_numpy())
    assert (here / "mine" / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert str(Path("mine") / "report.html") in done.output
    assert "12 places, 3 members, 2020 to 2050" in done.output


def test_the_defaults_are_those_told(here, pack, asked):
    assert call("run", pack).exit_code == 0
    assert asked == {"members": 200, "until": 2100, "seed": 0, "overrides": {}}
    (made,) = here.iterdir()
    assert made.name == f"hinterland-{store.open_run(made / 'run.zarr').attrs['country']}"


def test_a_run_is_replaced_by_the_next_with_its_pages(here, pack, asked):
    assert call("run", pack, "--members", 2, "--until", 2030).exit_code == 0
    (made,) = here.iterdir()
    code = str(store.open_run(made / "run.zarr")["place"].to_numpy()[0])
    assert call("place", code).exit_code == 0
    assert [page.name for page in (made / "places").iterdir()] == [f"{code}.html"]
    assert call("run", pack, "--members", 3, "--until", 2030).exit_code == 0
    assert list(here.iterdir()) == [made]
    assert store.open_run(made / "run.zarr").sizes["member"] == 3
    assert not (made / "places").exists(), "pages of the earlier run tell other figures"


@pytest.fixture
def ran(here, pack, asked):
    assert call("run", pack, "--members", 9, "--out", "out").exit_code == 0
    return here / "out"


@pytest.fixture
def town(ran):
    run = store.open_run(ran / "run.zarr")
    return {key: str(run[key].to_numpy()[3]) for key in ("place", "name", "name_en")}


@pytest.mark.parametrize("known_by", ["place", "name", "name_en"])
def test_place_answers_for_code_name_and_romanised_name(ran, town, known_by):
    done = call("place", town[known_by].lower() if known_by == "name_en" else town[known_by], "--run", ran)
    assert done.exit_code == 0, done.output
    assert town["name_en"] in done.output.splitlines()[0]
    assert town["place"] in done.output.splitlines()[0]
    assert (ran / "places" / f"{town['place']}.html").is_file()
    assert f"{town['place']}.html" in done.output.splitlines()[-1]


def test_place_tells_the_record_before_the_forecast_and_what_is_assumed(ran, town):
    said = call("place", town["place"], "--run", ran).output
    order = ["Counted in 2010", "Counted in 2020", "In 2035:", "In 2050:", "In 2100:", "at least a quarter",
             "Aged 65 and over", "What is assumed: 1 of 2 values"]  # fmt: skip
    positions = [said.index(words) for words in order]
    assert positions == sorted(positions)
    assert "in 8 of 10 runs" in said


def test_place_answers_in_each_language(ran, town):
    answers = {language: call("place", town["place"], "--run", ran, "--lang", language).output for language in
               ("en", "zh", "ja")}  # fmt: skip
    assert "中位数" in answers["zh"]
    assert "中央値" in answers["ja"]
    assert "median" in answers["en"]
    for answer in answers.values():
        assert answer.count("2050") >= 2


def test_place_finds_the_only_run_here_and_asks_where_there_are_more(here, pack, asked, monkeypatch):
    assert "there is no run in" in call("place", "X").stderr
    assert call("run", pack, "--members", 2).exit_code == 0
    (made,) = here.iterdir()
    code = str(store.open_run(made / "run.zarr")["place"].to_numpy()[0])
    assert call("place", code).exit_code == 0
    made.rename(here / "hinterland-aa")
    assert call("run", pack, "--members", 2).exit_code == 0
    many = call("place", code)
    assert many.exit_code == 2
    assert "there are 2 runs here: hinterland-aa, " in many.stderr
    assert "--run" in many.stderr


def test_parameters_lists_every_value_and_only_the_assumed_if_asked():
    every, assumed = call("parameters").output, call("parameters", "--assumed").output
    known = load()
    first_words = {line.split(" ")[0] for line in every.splitlines()}
    assert set(known) <= first_words
    told = {line.split(" ")[0] for line in assumed.splitlines()} & set(known)
    assert told == {name for name, parameter in known.items() if parameter.status == "assumed"}
    assert told != set(known)


def test_data_show_check_and_licences(pack):
    shown = call("data", "show", pack)
    assert shown.exit_code == 0
    assert "12 in " in shown.output
    assert all(line == line.rstrip() for line in shown.output.splitlines())
    checked = call("data", "check", pack)
    assert checked.exit_code == 0
    assert "can be used: 12 places" in checked.output
    terms = call("data", "licences").output
    assert "CC BY 3.0 IGO" in terms
    assert "National Bureau of Statistics of China" in terms


def test_data_check_tells_every_fault_and_fails(pack):
    places = pack / "places.csv"
    lines = places.read_text(encoding="utf-8").splitlines()
    header = next(number for number, line in enumerate(lines) if line.startswith("code,"))
    lines[header + 2] = lines[header + 1]
    places.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = call("data", "check", pack)
    assert done.exit_code == 2
    assert f"places.csv, row {header + 3}" in done.stderr
    assert "cannot be used" in done.stderr
    assert done.stdout == ""


def test_init_leaves_a_folder_in_use_alone(tmp_path):
    (tmp_path / "own.txt").write_text("mine")
    done = call("init", tmp_path)
    assert done.exit_code == 2
    assert "not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["own.txt"]


def test_assignments_are_numbers_or_lists_of_numbers():
    assert assignments(["push=0.5", "come_home = [1, 2.5]", "near=1e3"]) == {
        "push": 0.5,
        "come_home": [1, 2.5],
        "near": 1000.0,
    }


@pytest.mark.parametrize("given", ["push", "push=", "=1", "push=high", "push=true", "push=[]", "push='1'", "a=1\nb=2"])
def test_other_assignments_are_refused_with_the_text(given):
    with pytest.raises(InputError, match="sets nothing") as caught:
        assignments([given])
    assert given in str(caught.value)


def test_a_parameter_set_twice_is_refused():
    with pytest.raises(InputError, match="push is set twice"):
        assignments(["push=1", "push=2"])


def test_help_names_every_command_and_option():
    said = text(call("--help").output)
    assert all(f" {name} " in said for name in ("run", "place", "parameters", "init", "data"))
    options = text(call("run", "--help").output)
    assert all(name in options for name in ("--members", "--until", "--seed", "--out", "--set"))


def test_version_and_module_entry():
    import hinterland

    done = subprocess.run([sys.executable, "-m", "hinterland", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"hinterland {hinterland.__version__}\n"


def test_help_is_quick():
    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "hinterland", "--help"], capture_output=True, check=True)
        return time.perf_counter() - began

    # The best of several: what the program needs, without what else the machine is doing.
    assert min(once() for _ in range(5)) <= 0.3


def test_a_run_from_another_base_year_ends_before_2100(here, pack, asked):
    """A record of 2018 steps to 2098, and its report tells the years nearest to the usual ones."""
    for file in pack.glob("*.csv"):
        file.write_text(file.read_text("utf-8").replace(",2020,", ",2018,"), "utf-8")
    manifest = pack / "pack.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("base_year = 2020", "base_year = 2018"), "utf-8")
    done = call("run", pack, "--members", "3", "--out", "out")
    assert done.exit_code == 0, done.output
    assert asked["until"] == 2098
    page = (here / "out" / "report.html").read_text("utf-8")
    for year in (2033, 2048, 2098):
        assert f"In {year}" in page
