"""Why a place changes, from the command line: parts that sum in every form of answer, and what is refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from factories import small_country
from hinterland.cli.main import app
from hinterland.data.pack import read_pack
from hinterland.data.template import write_template
from hinterland.explain import attribution
from hinterland.explain.attribution import Attribution
from hinterland.explain.sectors import SECTORS

asked_why = import_module("hinterland.explain.why")
real_why = asked_why.why
pytestmark = pytest.mark.slow
YEARS = ("2025", "2035")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("why") / "pack"
    write_template(folder)
    return folder


@pytest.fixture(scope="module")
def once(pack: Path) -> Iterator[Attribution]:
    """The one attribution that all these commands tell of: from a year of the run on, with everything.

    Without record and anchor, whose inversions would take most of the time.
    """
    whole = read_pack(str(pack))
    country = replace(
        whole,
        years=whole.years[-1:],
        **{name: getattr(whole, name)[-1:] for name in ("people", "totals", "imputed", "rescaled")},
    )
    found = real_why(country, (2025, 2035), members=2, seed=3, overrides={"anchor_years": 0.0})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asked_why, "why", lambda *_, **__: found)
        yield found


def why(pack: Path, *arguments: str) -> Result:
    years = [] if "--from" in arguments else ["--from", YEARS[0], "--to", YEARS[1]]
    return CliRunner().invoke(app, ["why", *arguments, *years, "--country", str(pack)], catch_exceptions=False)


def answer(pack: Path, *arguments: str) -> list[dict[str, Any]]:
    result = why(pack, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("quantity", ["people", "people_65_plus", "jobs", "homes"])
def test_parts_sum_to_the_change_of_places_regions_and_the_nation(pack: Path, quantity: str) -> None:
    regions = sorted({region[1] for region in read_pack(str(pack)).places.region_names.values()})
    for area in answer(pack, "Saltby", "Coalbrook", *regions, "--quantity", quantity):
        total = sum(part["number"] for part in area["parts"])
        assert abs(total - (area["end"] - area["start"])) <= 1e-6 * area["start"], area["name"]
        assert {"momentum", "births", "deaths", "unexplained", "jobs", "interaction"} <= {
            part["part"] for part in area["parts"]
        }


def test_parts_of_a_region_are_sums_and_sectors_sum_to_jobs(once: Attribution) -> None:
    every = np.arange(len(once.country.places))
    whole = once.split("people", every)
    assert once.orders is not None
    np.testing.assert_allclose(sum(whole.parts.values()), whole.end - whole.start, atol=1e-6 * whole.start)
    births = sum(once.split("people", np.array([place])).parts["births"] for place in every)
    np.testing.assert_allclose(whole.parts["births"], births, rtol=0.02)
    one = once.split("people", np.array([2]))
    assert tuple(one.sectors) == SECTORS
    np.testing.assert_allclose(sum(one.sectors.values()), one.last["jobs"], rtol=0, atol=1e-7 * one.start)


def test_both_ways_of_splitting_are_near_each_other(once: Attribution) -> None:
    assert once.orders is not None
    people = once.quantities.index("people")
    apart = np.abs(once.orders - once.gradients)[:, people] / once.start[people]
    assert 0 < apart.max() < 0.005
    # What gradients miss of the change, over all points of the way, is less.
    missed = once.gradients.sum(axis=0) - (once.end - once.start)
    assert (np.abs(missed)[people] / once.start[people]).max() < 1e-3


def test_members_split_their_own_change(once: Attribution) -> None:
    assert once.members.shape == (2, len(once.parts) + 2, *once.start.shape)
    shocks = once.members[:, -1, once.quantities.index("people")]
    assert np.abs(shocks).max() > 0
    assert np.abs(once.members[0] - once.members[1]).max() > 0
    assert "interaction" not in once.split("people", np.array([0])).bands


def test_accounts_and_moves_close(pack: Path, once: Attribution) -> None:
    place = once.country.places.names_en.index("Saltby")
    area = answer(pack, "Saltby")[0]
    account = area["account"]
    change = (
        account["births"] - account["deaths"] + account["arrivals"] - account["departures"]
        + account["international"] + account["adjustment"]
    )  # fmt: skip
    assert abs(change - (area["end"] - area["start"])) < 1e-6 * area["start"]
    moves = once.exchange(np.array([place]))
    assert moves.out.sum() == pytest.approx(account["departures"], rel=1e-9)
    assert moves.into.sum() == pytest.approx(account["arrivals"], rel=1e-9)
    assert len(area["destinations"]) == 10
    assert sum(area["destinations"][0]["ages"].values()) == pytest.approx(area["destinations"][0]["people"])


@pytest.mark.usefixtures("once")
def test_what_is_told_in_the_terminal(pack: Path, tmp_path: Path) -> None:
    out = tmp_path / "parts.csv"
    result = why(pack, "Saltby", "--out", str(out))
    assert result.exit_code == 0, result.output
    for said in ("people 2025 to 2035", "unexplained place effect", "Account: births", "Where they go", "On net"):
        assert said in result.stdout
    assert "in the median of 12 places" in result.stdout
    lines = result.stdout.splitlines()
    sizes = [abs(float(line[28:36])) for line in lines if line.startswith("  ") and "Off:" in line]
    assert sizes == sorted(sizes, reverse=True)
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    saltby = [row for row in rows if row["name"] == "Saltby"]
    told = next(line for line in lines if line.startswith("  sum"))
    assert sum(float(row["points"]) for row in saltby) == pytest.approx(float(told.split()[1]), abs=0.01)
    assert {row["name"] for row in rows} > set(read_pack(str(pack)).places.names_en)


def test_a_decade_of_the_record_is_split_as_the_run_repeats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "EXACT", 3)  # as for very many places: by gradients alone
    country = small_country()
    found = real_why(country, (2010, 2020))
    for place in range(len(country.places)):
        split = found.split("people", np.array([place]))
        assert abs(sum(split.parts.values()) - (split.end - split.start)) < 1e-6 * split.start
        assert abs(np.log(split.end / country.totals[1, place])) < 0.1  # children under ten are not fitted
    assert found.orders is None
    grew, shrank = (found.split("people", np.array([place])).parts["unexplained"] for place in (0, -1))
    assert grew > 0 > shrank
    assert 0 < found.unexplained_share("people") < 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Nowhere-on-earth",), "Nowhere-on-earth"),
        (("Saltby", "--from", "2005"), "no run of"),
        (("Saltby", "--from", "2013"), "does not stop in 2013"),
        (("Saltby", "--from", "2020", "--to", "2033"), "does not stop in 2033"),
        (("Saltby", "--from", "2020", "--to", "2205"), "does not stop in 2205"),
        (("Saltby", "--from", "2030", "--to", "2025"), "2025 is not after 2030"),
        (("Saltby", "--quantity", "peopel"), "people"),
        (("Saltby", "--from", "2010", "--to", "2020", "--quantity", "jobs"), "'jobs' from 2010 on"),
    ],
)
def test_what_cannot_be_told_is_refused_before_anything_runs(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr(asked_why, "attribute", None)
    monkeypatch.setattr(asked_why, "prepare", None)
    monkeypatch.setattr(asked_why, "prepare_past", None)
    out = tmp_path / "parts.csv"
    result = why(pack, *arguments, "--out", str(out))
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert not out.exists()
