"""Kernels and hazards that were planted are found again; hidden pairs keep their sums; broken files are refused."""

from __future__ import annotations

import gzip
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from factories import small_country
from hinterland.calibrate import gross as leaving
from hinterland.calibrate.as_parameters import of_flows, of_gross
from hinterland.calibrate.flows import fit
from hinterland.calibrate.gross import gross
from hinterland.calibrate.hidden_pairs import balanced
from hinterland.calibrate.kernel_forms import Form, PowerLaw, TwoScales
from hinterland.cli.console import INPUT_ERROR
from hinterland.cli.main import app
from hinterland.data.country import Country, frozen
from hinterland.data.importers.us_flows import COMING, LEAVING, read_us_flows
from hinterland.data.importers.us_units import read_rules
from hinterland.data.pairs import Pairs
from hinterland.errors import InputError
from hinterland.fitted import written
from hinterland.params import load
from hinterland.space.kernel import same_region, two_scales
from hinterland.system import moves_kernel

SHARED = Path(__file__).parents[3] / "shared" / "data"
PLANTED = {"near": 60.0, "far": 500.0, "far_share": 0.05, "region_bond": 1.2}
LEAST = 20
"""Persons from which a pair is published."""


@dataclass(frozen=True)
class World:
    """Moves drawn from a kernel that is known."""

    pairs: Pairs
    distance: np.ndarray
    regions: np.ndarray
    people: np.ndarray


def world(seed: int = 0, places: int = 90, moves: float = 400_000.0) -> World:
    """Places on a square of 1,200 km in 25 square regions, whose moves are drawn and those under `LEAST` hidden."""
    draw = np.random.default_rng(seed)
    x, y = draw.uniform(0, 1200, (2, places))
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    regions = (x // 240 * 5 + y // 240).astype(np.int64)
    people = np.exp(draw.normal(11, 1, places))
    kernel = two_scales(distance.copy(), near=60.0, far=500.0, far_share=0.05)
    kernel = same_region(kernel, regions, log_factor=PLANTED["region_bond"])
    offered = people * np.exp(draw.normal(0, 0.3, places))
    rate = (people * np.exp(draw.normal(0, 0.3, places)))[:, None] * kernel * offered
    count = draw.poisson(moves * rate / rate.sum())
    shown = count >= LEAST
    same = regions[:, None] == regions
    hidden = np.where(shown, 0, count)
    origin, destination = np.nonzero(shown)
    return World(
        pairs=Pairs(
            year=2018,
            origin=origin,
            destination=destination,
            people=count[shown].astype(np.float64),
            leaving_same=(hidden * same).sum(axis=1).astype(np.float64),
            leaving_other=(hidden * ~same).sum(axis=1).astype(np.float64),
            coming_same=(hidden * same).sum(axis=0).astype(np.float64),
            coming_other=(hidden * ~same).sum(axis=0).astype(np.float64),
        ),
        distance=distance,
        regions=regions,
        people=people,
    )


@pytest.mark.parametrize("form", [TwoScales(), PowerLaw()], ids=["two scales", "power law"])
def test_slopes_of_a_kernel_are_those_of_its_logs(form: Form) -> None:
    theta = np.array(form.start) + 0.1
    distance = np.array([3.0, 50.0, 400.0, 3_000.0])
    _, slopes = form.logs(distance, theta)
    for k, unit in enumerate(np.eye(len(theta)) * 1e-6):
        moved = (form.logs(distance, theta + unit)[0] - form.logs(distance, theta - unit)[0]) / 2e-6
        np.testing.assert_allclose(slopes[:, k], moved, rtol=1e-6, atol=1e-9)


def test_two_scales_are_those_of_the_model() -> None:
    form = TwoScales()
    near, far, share = form.natural(np.array(form.start))
    distance = np.array([[0.0, 70.0], [70.0, 0.0]])
    kernel = two_scales(distance.copy(), near=near, far=far, far_share=share)
    assert form.logs(np.array([70.0]), np.array(form.start))[0][0] == pytest.approx(np.log(kernel[0, 1]))


@given(st.integers(0, 200))
def test_hidden_pairs_keep_both_sums(seed: int) -> None:
    draw = np.random.default_rng(seed)
    row, column = (np.repeat(np.arange(6), 6), np.tile(np.arange(6), 6))
    weight = draw.uniform(1, 5, 36)
    truth = weight * draw.uniform(0, 3, 36)
    rows, columns = (np.bincount(key, truth, 6) for key in (row, column))
    cells = weight * balanced(draw.uniform(0.2, 2, 36), weight, row, column, rows, columns)
    np.testing.assert_allclose(np.bincount(row, cells, 6), rows, rtol=1e-6)
    np.testing.assert_allclose(np.bincount(column, cells, 6), columns, rtol=1e-5)


def test_sums_without_a_cell_are_left_out() -> None:
    row, column = np.array([0, 1]), np.array([0, 0])
    found = balanced(np.ones(2), np.ones(2), row, column, np.array([3.0, 4.0, 9.0]), np.array([7.0, 2.0]))
    np.testing.assert_allclose(found, [3.0, 4.0])
    np.testing.assert_array_equal(balanced(np.ones(2), np.ones(2), row, column, np.zeros(3), np.zeros(2)), 0.0)


class TestKernel:
    """What needs pyfixest."""

    @pytest.fixture(autouse=True)
    def _estimator(self) -> None:
        pytest.importorskip("pyfixest", reason="the extra `calibrate` is not installed")

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_a_planted_kernel_is_found_within_three_standard_errors(self, seed: int) -> None:
        given = world(seed)
        hidden = given.pairs.leaving_same.sum() + given.pairs.leaving_other.sum()
        assert hidden > 0.02 * given.pairs.people.sum()
        found = fit(given.pairs, given.distance, given.regions, given.people, TwoScales())
        for name, (value, low, high) in found.interval(3.0).items():
            assert low <= PLANTED[name] <= high, f"{name} {value} ({low} to {high})"
        assert (found.errors < 1.0).all()

    def test_published_pairs_alone_mislead(self) -> None:
        """Only large moves over long ways are shown, so that distance seems to matter less."""
        given = world(1)
        spread, left_out, nobody = (
            fit(given.pairs, given.distance, given.regions, given.people, PowerLaw(), hidden=hidden)
            for hidden in ("spread", "left out", "nobody")
        )
        assert left_out.theta[0] < spread.theta[0] < nobody.theta[0]

    def test_the_form_that_drew_the_moves_fits_better(self) -> None:
        given = world(1)
        scales, power = (
            fit(given.pairs, given.distance, given.regions, given.people, form) for form in (TwoScales(), PowerLaw())
        )
        assert scales.deviance < power.deviance

    def test_a_planted_size_is_found(self) -> None:
        """Places offer what they have people for, but for noise that size does not know."""
        given = world(2)
        value, error = fit(given.pairs, given.distance, given.regions, given.people, TwoScales()).size
        assert value == pytest.approx(1.0, abs=0.2)
        assert 0 < error < 0.2

    def test_pairs_kept_by_chance_stand_for_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        given = world(3)
        args = (given.pairs, given.distance, given.regions, given.people, TwoScales())
        whole = fit(*args)
        monkeypatch.setattr("hinterland.calibrate.hidden_pairs.KEPT", 2_500)
        part = fit(*args)
        assert part.rows < 0.7 * whole.rows
        np.testing.assert_array_less(np.abs(part.theta - whole.theta), 3 * whole.errors)

    def test_a_fit_becomes_parameters_of_the_model(self, tmp_path: Path) -> None:
        given = world(1)
        found = fit(given.pairs, given.distance, given.regions, given.people, TwoScales())
        fits = of_flows(found, given.pairs, "moves drawn for a test")
        folder = _with_defaults(tmp_path, written({name: [one] for name, one in fits.items()}, "Drawn."))
        overlaid = load(folder, fitted="xx")
        for name, (value, _, _) in found.interval().items():
            assert overlaid.value(name) == pytest.approx(value, rel=1e-3)
            assert overlaid[name].status == "calibrated"

    def test_a_single_region_is_refused(self) -> None:
        given = world(1)
        with pytest.raises(InputError, match="all places are in one region"):
            fit(given.pairs, given.distance, np.zeros_like(given.regions), given.people, PowerLaw())

    def test_pairs_of_one_distance_tell_nothing(self) -> None:
        given = world(1)
        with pytest.raises(InputError, match="cannot be told apart"):
            fit(given.pairs, np.full_like(given.distance, 100.0), given.regions, given.people, PowerLaw())


def test_a_missing_estimator_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    given = world(1)
    monkeypatch.setitem(sys.modules, "pyfixest", None)
    with pytest.raises(InputError, match=r"pyfixest is not installed.*hinterland\[calibrate\]"):
        fit(given.pairs, given.distance, given.regions, given.people, TwoScales())


def _with_defaults(folder: Path, fits: str) -> Path:
    """The package's own parameter files with a file of fits for the country xx."""
    home = Path(leaving.__file__).parents[1] / "parameters"
    for source in home.glob("*.toml"):
        (folder / source.name).write_bytes(source.read_bytes())
    (folder / "fitted").mkdir()
    (folder / "fitted" / "xx.toml").write_text(fits, encoding="utf-8")
    return folder


HEAD = "origin_fips,dest_fips,name,returns,exemptions,agi"
ROWS = (
    "01001,97000,Total Migration-US,50,100,1", "01001,01003,Baldwin,30,60,1", "01001,01001,Non-migrants,9,9,1",
    "01001,58000,Other flows - Same State,,,", "01001,59000,Other flows - Different State,20,40,1",
    "01001,59001,Other flows - Northeast,20,40,1", "01003,09001,Fairfield,20,33,1", "36005,36047,Kings,500,900,1",
    "36047,01001,Autauga,20,21,1", "36005,01001,Autauga,20,24,1", "72001,01001,Territory,20,24,1",
)  # fmt: skip
CODES = ("01001", "01003", "09001", "36910")


def _files(folder: Path, leaving: tuple[str, ...] = ROWS, coming: tuple[str, ...] = ROWS) -> Path:
    for name, rows in ((LEAVING, leaving), (COMING, coming)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(gzip.compress("\n".join([HEAD, *rows]).encode()))
    return folder


def test_pairs_are_put_on_places_and_sums_kept_apart(tmp_path: Path) -> None:
    """Boroughs of New York are one place: moves between them are none, and those from them are summed."""
    pairs = read_us_flows(_files(tmp_path), CODES)
    found = {(int(i), int(j)): float(n) for i, j, n in zip(pairs.origin, pairs.destination, pairs.people, strict=True)}
    assert found == {(0, 1): 60.0, (1, 2): 33.0, (3, 0): 45.0}
    np.testing.assert_array_equal(pairs.leaving_other, [40.0, 0, 0, 0])
    np.testing.assert_array_equal(pairs.leaving_same, 0.0)
    np.testing.assert_array_equal(pairs.coming_other, 0.0)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((*ROWS, ROWS[1]), "the pair 01001 to 01003 stands in it twice"),
        ((*ROWS, "01003,01001,Autauga,20,-5,1"), "-5 persons moved from 01003 to 01001"),
        ((*ROWS, "1003,01001,Autauga,20,25,1"), r"'1003' in column origin_fips, row 13, is no code of five digits"),
        ((*ROWS, ",01001,Autauga,20,25,1"), "column origin_fips, row 13, is no code"),
        ((*ROWS, "01003,01001,Autauga,20,many,1"), "'many' is not a number"),
        (("02013,97000,Total,1,2,3",), "no pair of it is between places of the country"),
        ((*ROWS, "01003,01001,Autauga,20,99,1"), "Bring both files of one year"),
    ],
)
def test_broken_files_of_pairs_are_refused(tmp_path: Path, rows: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_us_flows(_files(tmp_path, leaving=rows), CODES)


def test_a_missing_file_says_where_it_is_from(tmp_path: Path) -> None:
    _files(tmp_path)
    (tmp_path / LEAVING).unlink()
    with pytest.raises(InputError, match=r"irs_county_outflow.*countyoutflow1718\.csv"):
        read_us_flows(tmp_path, CODES)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    _files(tmp_path)
    (tmp_path / LEAVING).write_bytes(gzip.compress(b"origin_fips,dest_fips\n01001,01003\n"))
    with pytest.raises(InputError, match="column 'exemptions' is missing"):
        read_us_flows(tmp_path, CODES)


def _moving(level: float, push: float, noise: float = 0.0) -> Country:
    """A country of 60 towns whose arrivals and departures follow the model's own equations."""
    country, parameters = small_country(60), load()
    regions = tuple(f"R{place // 5:02d}" for place in range(60))
    country = replace(country, places=replace(country.places, regions=regions))
    draw = np.random.default_rng(5)
    people = sum(country.at(year) for year in country.years)
    size = people.sum(axis=(1, 2)) / people.sum()
    offered = size * np.exp(draw.normal(0, 0.6, 60))
    kernel = moves_kernel(country, parameters)
    reach = kernel @ offered
    gap = np.log(reach) - np.log(offered / size)
    gap -= (size * gap).sum()
    bound = parameters.value("saturation")
    expected = level * people.sum(axis=1) @ leaving._schedule(country, parameters, level)
    out = expected * np.exp(bound * np.tanh(push * gap / bound) + draw.normal(0, noise, 60))
    back = offered * (kernel.T @ (out / reach))
    years = len(country.years)
    return replace(
        country,
        indicators={
            "departures": {year: frozen(out / years) for year in country.years},
            "arrivals": {year: frozen(back / years) for year in country.years},
        },
    )


def test_a_planted_level_and_push_are_found() -> None:
    found = gross(_moving(3.0, 0.6), load(), 2010, 2020)
    assert found.push[0] == pytest.approx(0.6, rel=1e-4)
    assert found.informs_push
    assert found.places < 60, "cities above half a million are left out"


def test_the_level_is_found_where_nothing_answers_to_the_gap() -> None:
    found = gross(_moving(3.0, 0.0, noise=0.1), load(), 2010, 2020)
    assert found.level[1] < 3.0 < found.level[2]
    assert found.level[0] == pytest.approx(3.0, rel=0.1)
    assert not found.informs_push
    fits = of_gross(found, load(), "totals made for a test")
    assert set(fits) == {"leave_peak", "leave_floor"}
    assert fits["leave_peak"].value == pytest.approx(0.032 * found.level[0])
    assert fits["leave_peak"].known_from == 2020


def test_units_that_merged_are_left_out() -> None:
    from hinterland.data.country import Former

    country = _moving(2.0, 0.0, noise=0.1)
    before = gross(country, load(), 2010, 2020).places
    merged = replace(country, former=(Former("X1", "X", 50, 2012), Former("X2", "X", 51, 2009)))
    assert gross(merged, load(), 2010, 2020).places == before - 1


def test_years_and_places_that_say_nothing_are_refused() -> None:
    country = small_country(60)
    with pytest.raises(InputError, match="has no people of 1900 to 1905"):
        gross(country, load(), 1900, 1905)
    with pytest.raises(InputError, match="0 places of 2010 to 2020 can be used"):
        gross(country, load(), 2010, 2020)


@pytest.mark.shared
def test_the_tax_offices_files_are_read_whole() -> None:
    """Published pairs and sums of hidden ones are all who moved between counties, but for sums too small to tell."""
    import pandas as pd

    raw = pd.read_csv(SHARED / LEAVING, dtype={"dest_fips": str, "origin_fips": str})
    pairs = read_us_flows(SHARED, sorted(set(read_rules().place_of(raw["origin_fips"]))))
    told = raw.loc[raw["dest_fips"] == "97000", "exemptions"].sum()
    hidden = pairs.leaving_same.sum() + pairs.leaving_other.sum()
    assert pairs.people.min() >= LEAST
    assert (pairs.people.sum() + hidden) / told > 0.95
    assert pairs.coming_other.sum() == pytest.approx(pairs.leaving_other.sum(), rel=0.01)


def test_the_package_holds_fits_that_load() -> None:
    for code in ("us", "jp"):
        overlaid = load(fitted=code)
        assert [p.name for p in overlaid.values() if p.source.startswith("Fitted on")]
        assert load(fitted=code, at=1980).records() == load().records()
    assert load(fitted="us", at=2010).value("near") == load().value("near")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["flows", "cn"], "no moves between pairs of places can be read for 'cn'"),
        (["gross", "cn", "--first", "1990", "--last", "1995"], "cn has no people of 1990 to 1995"),
        (["gross", "cn", "--first", "2010", "--last", "2020"], "0 places of 2010 to 2020 can be used"),
    ],
)
def test_commands_refuse_what_they_cannot_fit(tmp_path: Path, arguments: list[str], said: str) -> None:
    out = tmp_path / "fits.toml"
    result = CliRunner().invoke(app, ["calibrate", *arguments, "--out", str(out)], catch_exceptions=False)
    assert result.exit_code == INPUT_ERROR
    assert said in " ".join(result.output.split())
    assert not out.exists()


def test_the_command_writes_fits_that_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hinterland.data.pack.read_pack", lambda _: _moving(3.0, 0.0, noise=0.1))
    out = tmp_path / "fits.toml"
    result = CliRunner().invoke(
        app, ["calibrate", "gross", "xx", "--first", "2010", "--last", "2020", "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    assert "not informed" in result.output
    (home := tmp_path / "home").mkdir()
    peak = load(_with_defaults(home, out.read_text(encoding="utf-8")), fitted="xx")["leave_peak"]
    assert peak.value == pytest.approx(3 * 0.032, rel=0.1)
    assert peak.source.startswith("Fitted on arrivals and departures of xx 2010-2020")


def test_the_estimator_is_not_imported_before_a_fit() -> None:
    code = "import sys, hinterland.cli.main, hinterland.calibrate.flows; sys.exit('pyfixest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
