"""Commands that cannot finish say why in one message, fail, and leave every folder as they found it."""

from __future__ import annotations

import errno
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from factories import small_ensemble
from hinterland import writing
from hinterland.cli.main import app
from hinterland.results import store, summary

TESTS = Path(__file__).parents[1]

FAKE = """
import sys, time, types
from pathlib import Path
sys.path.insert(0, {tests!r})
from factories import small_ensemble

def forecast(country, *, members, until, seed, overrides, progress, keep_effects, past):
    Path("started").touch()
    if {seconds}:
        time.sleep({seconds})
    return small_ensemble(members, country=country, until=until)

module = types.ModuleType("hinterland.forecast")
module.forecast = forecast
sys.modules["hinterland.forecast"] = module
sys.argv = ["hinterland", *{arguments!r}]
{before}
from hinterland.cli.main import main
main()
"""
"""A command line whose forecast is quick, or as slow as asked for."""


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def snapshot(where: Path) -> dict[str, bytes]:
    return {str(path.relative_to(where)): path.read_bytes() if path.is_file() else b"" for path in where.rglob("*")}


@pytest.fixture
def pack(tmp_path):
    assert call("init", tmp_path / "pack").exit_code == 0
    return tmp_path / "pack"


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def forecasts(monkeypatch):
    """The countries that were forecast."""
    seen = []

    def forecast(country, *, members, until, seed, overrides, progress, keep_effects, past):
        seen.append(country.code)
        return small_ensemble(members, country=country, until=until)

    monkeypatch.setattr(importlib.import_module("hinterland.forecast"), "forecast", forecast)
    return seen


def earlier_run(pack: Path, out: Path) -> dict[str, bytes]:
    assert call("run", pack, "--members", 2, "--until", 2030, "--out", out).exit_code == 0
    return snapshot(out)


def refused(done: Result, *words: str) -> None:
    """One message on standard error with these words, nothing else, exit code 2."""
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


# --- the request


@pytest.mark.parametrize("until", [2020, 1999, 2047, 2155])
def test_years_that_no_run_can_end_in(here, pack, until):
    refused(call("run", pack, "--members", 2, "--until", until), str(until), "until")
    assert snapshot(here) == {}


@pytest.mark.parametrize("arguments", [("--members", 1), ("--members", 0), ("--members", "many"), ("--seed", -1)])
def test_numbers_that_no_run_can_have(here, pack, arguments):
    done = call("run", pack, *arguments)
    assert done.exit_code == 2
    assert str(arguments[0]) in done.stderr
    assert snapshot(here) == {}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("pusch=1", ("pusch", "push")),
        ("push=-1e9", ("push", "range")),
        ("push=nan", ("push",)),
        ("push=[1, 2]", ("push",)),
        ("push", ("sets nothing", "--set")),
    ],
)
def test_parameters_that_cannot_be_set(here, pack, given, words):
    refused(call("run", pack, "--set", given), *words)
    assert snapshot(here) == {}


def test_countries_that_are_none(here, tmp_path):
    refused(call("run", "atlantis"), "'atlantis'", "cn")
    refused(call("run", tmp_path), "pack.toml")
    refused(call("data", "show", "atlantis"), "'atlantis'")
    assert snapshot(here) == {}


def test_a_broken_pack_is_told_with_file_row_and_column(here, pack, forecasts):
    places = pack / "places.csv"
    lines = places.read_text(encoding="utf-8").splitlines()
    header = next(number for number, line in enumerate(lines) if line.startswith("code,"))
    column = lines[header].split(",").index("lat")
    cells = lines[header + 1].split(",")
    cells[column] = "north"
    lines[header + 1] = ",".join(cells)
    places.write_text("\n".join(lines) + "\n", encoding="utf-8")
    refused(call("run", pack), "places.csv", f"row {header + 2}", "lat", "north")
    assert snapshot(here) == {}
    assert forecasts == []


# --- the folder


def test_a_folder_of_something_else_is_refused_before_anything_is_computed(here, pack, forecasts):
    (here / "thesis").mkdir()
    (here / "thesis" / "chapter.txt").write_text("years of work")
    before = snapshot(here)
    refused(call("run", pack, "--out", "thesis"), "thesis", "not those of a run")
    assert snapshot(here) == before
    assert forecasts == []


def test_a_run_with_somebodys_notes_in_it_is_not_replaced(here, pack, forecasts):
    earlier_run(pack, here / "out")
    (here / "out" / "notes.txt").write_text("what I saw")
    before = snapshot(here)
    refused(call("run", pack, "--members", 3, "--out", "out"), "not those of a run")
    assert snapshot(here) == before


@pytest.mark.parametrize("out", ["file", "file/below", "file/far/below"])
def test_a_file_in_the_way_is_refused_before_anything_is_computed(here, pack, forecasts, out):
    (here / "file").write_text("mine")
    refused(call("run", pack, "--out", out), "file")
    assert snapshot(here) == {"file": b"mine"}
    assert forecasts == []


def test_the_current_folder_is_not_replaced(here, pack, forecasts):
    refused(call("run", pack, "--out", "."), "is the folder you are in")
    refused(call("run", pack, "--out", here), "is the folder you are in")
    assert snapshot(here) == {}
    assert forecasts == []


def test_a_folder_without_permission_is_refused_before_anything_is_computed(here, pack, forecasts, monkeypatch):
    make = Path.mkdir

    def forbid(self, *args, **kwargs):
        if self.name.endswith(".part"):
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        make(self, *args, **kwargs)

    monkeypatch.setattr(Path, "mkdir", forbid)
    refused(call("run", pack, "--out", "deep/out"), "cannot be written: permission denied", "deep")
    assert snapshot(here) == {}, "the parents that were made are gone as well"
    assert forecasts == []


def test_too_little_room_is_told_before_anything_is_computed(here, pack, forecasts, monkeypatch):
    monkeypatch.setattr(writing.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    refused(call("run", pack), "MB are free", "fewer members")
    assert snapshot(here) == {}
    assert forecasts == []


# --- the disk fills up, the user stops, something breaks: at every stage, with and without an earlier run

STAGES = {
    "forecast": ("hinterland.forecast", "forecast"),
    "store": ("hinterland.results.store", "write"),
    "summary": ("hinterland.results.summary", "write"),
    "report": ("hinterland.report.run", "write_run"),
}
ENDS = {
    "full": (OSError(errno.ENOSPC, "No space left on device"), 2, "the disk is full"),
    "stopped": (KeyboardInterrupt(), 130, "stopped; nothing was written"),
    "broken": (ZeroDivisionError("a fault of ours"), 1, ""),
}


@pytest.mark.parametrize("earlier", [False, True], ids=["new", "earlier"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("stage", STAGES)
def test_nothing_half_written(here, pack, forecasts, monkeypatch, stage, end, earlier):
    before = earlier_run(pack, here / "deep" / "out") if earlier else {}
    error, code, message = ENDS[end]
    module, name = STAGES[stage]
    whole = getattr(importlib.import_module(module), name)

    def half(*args, **kwargs):
        if stage != "forecast":
            whole(*args, **kwargs)
        raise error

    monkeypatch.setattr(importlib.import_module(module), name, half)
    done = call("run", pack, "--members", 3, "--until", 2030, "--out", "deep/out")
    assert done.exit_code == code
    assert message in done.stderr
    if end == "broken":
        assert done.exception is error, "a fault of ours keeps its trace"
    else:
        assert "Traceback" not in done.stderr
    assert (snapshot(here / "deep" / "out") if earlier else snapshot(here)) == before
    assert not earlier or [path.name for path in (here / "deep").iterdir()] == ["out"]


def start(here: Path, pack: Path, *, seconds: float = 0, before: str = "", out: str = "out") -> subprocess.Popen[str]:
    arguments = ["run", str(pack), "--members", "5", "--until", "2050", "--out", out]
    code = FAKE.format(tests=str(TESTS), seconds=seconds, arguments=arguments, before=before)
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code], cwd=here, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_for(process: subprocess.Popen[str], happened: Callable[[], bool], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < limit, "nothing happened"
        time.sleep(0.02)


@pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")
@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [(signal.SIGINT, 130, "stopped; nothing was written\n"), (signal.SIGTERM, 143, "")],
    ids=["SIGINT", "SIGTERM"],
)
def test_a_signal_in_mid_run_leaves_nothing(here, pack, sent, code, said):
    process = start(here, pack, seconds=120)
    wait_for(process, (here / "started").exists)
    assert any(path.name.endswith(".part") for path in here.iterdir())
    process.send_signal(sent)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == code
    assert stderr == said
    assert snapshot(here) == {"started": b""}


@pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")
@pytest.mark.parametrize("after", [0.5, 3.5, 6.0])
def test_ctrl_c_in_a_real_run_leaves_nothing(here, pack, after):
    arguments = ["run", str(pack), "--members", "400", "--out", "out"]
    process = subprocess.Popen(
        [sys.executable, "-m", "hinterland", *arguments], cwd=here, text=True, stderr=subprocess.PIPE
    )
    wait_for(process, lambda: any(here.iterdir()))
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=180)
    assert process.returncode == 130
    assert stderr.endswith("stopped; nothing was written\n")
    assert snapshot(here) == {}


LIMIT_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
"""


@pytest.mark.skipif(os.name == "nt", reason="limits as on POSIX")
@pytest.mark.parametrize("size", [100, 5_000, 30_000, 100_000])
def test_a_disk_that_takes_no_more_leaves_nothing(here, pack, size):
    process = start(here, pack, before=LIMIT_FILES.format(size=size))
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 2, stderr
    assert "the disk is full" in stderr
    assert ".part" not in stderr, "the folder that was asked for is named, not a temporary one"
    assert stdout == ""
    assert snapshot(here) == {"started": b""}


def test_without_that_limit_the_same_run_is_written(here, pack):
    process = start(here, pack)
    _, stderr = process.communicate(timeout=120)
    assert (process.returncode, stderr) == (0, "")
    written = sorted(path.name for path in (here / "out").iterdir())
    assert written == ["report.html", "run.zarr", "settlements.csv", "summary.csv"]
    largest = max(path.stat().st_size for path in (here / "out").rglob("*"))
    assert largest > 100_000, "the limits above must bite"


# --- a place


def test_places_that_are_none_or_many(here, pack, forecasts):
    earlier_run(pack, here / "out")
    run = store.open_run(here / "out" / "run.zarr")
    near = str(run["name_en"].to_numpy()[0])
    refused(call("place", near[:-1] + "q", "--run", "out"), near)
    refused(call("place", "", "--run", "out"))
    refused(call("place", "[bold]", "--run", "out"), "[bold]")
    assert not (here / "out" / "places").exists()


def test_runs_that_are_none(here, pack, forecasts):
    refused(call("place", "X"), "there is no run in", "hinterland run")
    refused(call("place", "X", "--run", "nowhere"), "nowhere", "there is no run here")
    earlier_run(pack, here / "out")
    refused(
        call("place", "X", "--run", here / "out" / "run.zarr"), "there is no run here", "Name the folder that holds"
    )
    shutil.rmtree(here / "out" / "run.zarr" / "people")
    refused(call("place", "X", "--run", "out"), "the run")


def test_a_page_that_cannot_be_written(here, pack, forecasts):
    earlier_run(pack, here / "out")
    (here / "out" / "places").write_text("in the way")
    before = snapshot(here)
    code = str(store.open_run(here / "out" / "run.zarr")["place"].to_numpy()[0])
    refused(call("place", code, "--run", "out"), "places")
    assert snapshot(here) == before


def test_a_terminal_that_cannot_show_chinese(here):
    done = subprocess.run(
        [sys.executable, "-m", "hinterland", "data", "show", "cn"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"China" in done.stdout


def test_a_summary_on_a_full_device(tmp_path, forecasts):
    from hinterland.errors import InputError
    from hinterland.results.dataset import to_dataset

    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    (tmp_path / f".summary.csv.{os.getpid()}.part").symlink_to(full)
    with pytest.raises(InputError, match="the disk is full"):
        summary.write(to_dataset(small_ensemble(2, until=2030)), tmp_path / "summary.csv")
    assert list(tmp_path.iterdir()) == []
