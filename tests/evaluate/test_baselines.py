"""Every baseline keeps what a forecast must keep, whatever its equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hinterland.axes import Ages
from hinterland.errors import InputError
from hinterland.evaluate.baselines import BASELINES
from hinterland.evaluate.panel import Array, Panel

AGES = Ages(width=5, open=80)
YEARS = tuple(range(1990, 2021))
AHEAD = (2005, 2010, 2013, 2025)
NAMES = tuple(BASELINES)
COHORTS = tuple(name for name in NAMES if name in {"closed_cohort", "hamilton_perry", "ccr_ccd"})


def panel(totals: Array, years: tuple[int, ...] = YEARS, *, ages: bool = True, seed: int = 1) -> Panel:
    """A panel of given totals [year, place] with random, slowly changing ages that add up to them."""
    rng = np.random.default_rng(seed)
    places = totals.shape[1]
    shape = rng.gamma(8.0, 1.0, (places, 2, len(AGES))) * np.exp(-0.02 * np.arange(len(AGES)))
    drift = np.exp(0.01 * np.arange(len(years))[:, None, None, None] * rng.normal(size=(places, 2, len(AGES))))
    share = shape * drift
    cells = totals[..., None, None] * share / share.sum(axis=(2, 3), keepdims=True)
    moves = {name: 0.05 * totals * rng.uniform(0.5, 1.5, totals.shape) for name in ("arrivals", "departures")}
    vital = {name: 0.01 * totals * rng.uniform(0.5, 1.5, totals.shape) for name in ("births", "deaths")}
    return Panel(
        code="xx",
        codes=tuple(f"p{i}" for i in range(places)),
        names=tuple(f"Place {i}" for i in range(places)),
        regions=np.array([f"r{i % 3}" for i in range(places)]),
        lon=rng.uniform(0, 5, places),
        lat=rng.uniform(40, 45, places),
        ages=AGES,
        years=np.array(years, dtype=np.int64),
        totals=totals,
        cells=cells if ages else None,
        components=moves | vital,
    )


def some(places: int = 24, seed: int = 3) -> Panel:
    """Places of many sizes that grow and shrink with noise."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(4, 13, places))
    growth = rng.normal(-0.005, 0.015, places) + rng.normal(0, 0.005, (len(YEARS), places))
    return panel(size * np.exp(np.cumsum(growth, axis=0)))


@pytest.mark.parametrize("name", NAMES)
def test_cells_sum_to_totals_and_nothing_is_negative(name: str) -> None:
    forecast = BASELINES[name](some().until(2000), AHEAD)
    assert forecast.totals.shape == (len(AHEAD), 24)
    assert np.isfinite(forecast.totals).all()
    assert (forecast.totals >= 0).all()
    if name in COHORTS:
        assert forecast.cells is not None
    if forecast.cells is not None:
        assert (forecast.cells >= 0).all()
        np.testing.assert_allclose(forecast.cells.sum(axis=(2, 3)), forecast.totals, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_the_launch_itself_is_given_back(name: str) -> None:
    known = some().until(2000)
    np.testing.assert_allclose(BASELINES[name](known, (2000,)).totals[0], known.totals[-1], rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_shock_after_launch_changes_no_bit(name: str) -> None:
    record = some()
    late = record.years > 2000
    assert record.cells is not None
    shocked = replace(
        record,
        totals=np.where(late[:, None], record.totals * 3, record.totals),
        cells=np.where(late[:, None, None, None], record.cells * 3, record.cells),
        components={key: np.where(late[:, None], 7.0, value) for key, value in record.components.items()},
    )
    before, after = (BASELINES[name](each.until(2000), AHEAD) for each in (record, shocked))
    assert before.totals.tobytes() == after.totals.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_places_does_not_matter(name: str) -> None:
    known = some().until(2000)
    assert known.cells is not None
    order = np.random.default_rng(0).permutation(len(known.codes))
    turned = replace(
        known,
        codes=tuple(known.codes[i] for i in order),
        names=tuple(known.names[i] for i in order),
        regions=known.regions[order],
        lon=known.lon[order],
        lat=known.lat[order],
        totals=known.totals[:, order],
        cells=known.cells[:, order],
        components={key: value[:, order] for key, value in known.components.items()},
    )
    there, back = BASELINES[name](known, AHEAD), BASELINES[name](turned, AHEAD)
    np.testing.assert_allclose(back.totals, there.totals[:, order], rtol=1e-9)


def error(name: str, totals: Array) -> float:
    """Largest relative error of a method on a series whose future is known."""
    record = panel(totals, ages=False)
    years = tuple(year for year in YEARS if year > 2000)
    forecast = BASELINES[name](record.until(2000), years)
    truth = np.array([record.totals[record.at(year)] for year in years])
    return float(np.abs(forecast.totals / truth - 1).max())


SLOPES = np.array([-20.0, 5.0, 0.0, 300.0])
SIZES = np.array([2_000.0, 900.0, 1_500.0, 40_000.0])
TIME = np.array(YEARS, dtype=np.float64)[:, None] - YEARS[0]


@pytest.mark.parametrize("name", ["linear", "linear_10"])
def test_linear_is_exact_on_lines(name: str) -> None:
    assert error(name, SIZES + SLOPES * TIME) < 1e-12


@pytest.mark.parametrize("name", ["exponential", "exponential_10"])
def test_exponential_is_exact_on_exponentials(name: str) -> None:
    assert error(name, SIZES * np.exp(SLOPES / SIZES * TIME)) < 1e-12


@pytest.mark.parametrize("name", ["lin_exp", "lin_exp_10"])
def test_lin_exp_grows_on_lines_and_shrinks_on_exponentials(name: str) -> None:
    series = np.where(SLOPES >= 0, SIZES + SLOPES * TIME, SIZES * np.exp(SLOPES / SIZES * TIME))
    assert error(name, series) < 1e-12
    assert error(name, SIZES * np.exp(np.abs(SLOPES) / SIZES * TIME)) > 1e-3


@pytest.mark.parametrize("name", [n for n in NAMES if n not in COHORTS])
def test_methods_of_totals_are_exact_where_nothing_changes(name: str) -> None:
    assert error(name, np.broadcast_to(SIZES, (len(YEARS), 4)).copy()) < 1e-9


@pytest.mark.parametrize("name", ["exponential", "damped_trend", "share_of_growth", "shift_of_share"])
def test_shared_growth_goes_on_in_every_place(name: str) -> None:
    assert error(name, SIZES * 1.01**TIME) < 1e-9


def test_share_of_growth_adds_up_to_the_nation_at_its_rate() -> None:
    known = some().until(2000)
    now, before = known.totals[-1].sum(), known.totals[known.at(1995)].sum()
    forecast = BASELINES["share_of_growth"](known, (2005,))
    assert forecast.totals.sum() == pytest.approx(now * now / before, rel=1e-9)


def test_hamilton_perry_by_hand() -> None:
    """One place: every ratio is its own, so cohorts follow the last five years."""
    known = some(1).until(2000)
    assert known.cells is not None
    old, now = known.cells[known.at(1995), 0], known.cells[-1, 0]
    forecast = BASELINES["hamilton_perry"](known, (2005,))
    assert forecast.cells is not None
    wanted = now[:, 4] * now[:, 5] / old[:, 4]
    np.testing.assert_allclose(forecast.cells[0, 0, :, 5], wanted, rtol=1e-9)
    last = now[:, 15:].sum(axis=1) * now[:, 16] / old[:, 15:].sum(axis=1)
    np.testing.assert_allclose(forecast.cells[0, 0, :, 16], last, rtol=1e-9)
    women = forecast.cells[0, 0, 1, 3:10].sum()
    np.testing.assert_allclose(forecast.cells[0, 0, :, 0], now[:, 0] / now[1, 3:10].sum() * women, rtol=1e-9)


def test_a_closed_nation_ages_alike_everywhere() -> None:
    known = some().until(2000)
    forecast = BASELINES["closed_cohort"](known, (2005,))
    assert forecast.cells is not None
    assert known.cells is not None
    ratio = forecast.cells[0, :, :, 1:16] / known.cells[-1, :, :, 0:15]
    np.testing.assert_allclose(ratio, np.broadcast_to(ratio[:1], ratio.shape), rtol=1e-9)


def test_a_step_follows_the_years_there_are() -> None:
    """Two censuses ten years apart carry cohorts two groups up."""
    record = some()
    assert record.cells is not None
    rows = [record.at(1990), record.at(2000)]
    known = replace(
        record, years=record.years[rows], totals=record.totals[rows], cells=record.cells[rows], components={}
    )
    forecast = BASELINES["closed_cohort"](known, (2010,))
    assert forecast.cells is not None
    old, now = record.cells[rows[0]].sum(axis=0), record.cells[rows[1]]
    wanted = now[:, :, 3] * (now.sum(axis=0)[:, 5] / old[:, 3])
    np.testing.assert_allclose(forecast.cells[0, :, :, 5], wanted, rtol=1e-9)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "constant"])
def test_one_year_is_refused_by_name(name: str) -> None:
    with pytest.raises(InputError, match=rf"{name} needs.*knows (1 \()?1990"):
        BASELINES[name](some().until(1990), AHEAD)


@pytest.mark.parametrize("name", COHORTS)
def test_totals_alone_are_refused_by_methods_of_ages(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} needs people by sex and age"):
        BASELINES[name](replace(some(), cells=None), (2025,))


@pytest.mark.parametrize("name", NAMES)
def test_years_before_launch_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} was asked for 1999, before the launch 2000"):
        BASELINES[name](some().until(2000), (1999,))


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_at_launch_names_the_place(name: str) -> None:
    known = some().until(2000)
    totals = known.totals.copy()
    totals[-1, 5] = np.nan
    with pytest.raises(InputError, match=r"Place 5 \(p5\)"):
        BASELINES[name](replace(known, totals=totals), AHEAD)


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_before_launch_is_bridged(name: str) -> None:
    known = some().until(2000)
    assert known.cells is not None
    totals, cells = known.totals.copy(), known.cells.copy()
    row = known.at(1995)
    totals[row, 5], cells[row, 5] = np.nan, np.nan
    totals[:-1, 6], cells[:-1, 6] = np.nan, np.nan
    holed = replace(known, totals=totals, cells=cells)
    assert np.isfinite(BASELINES[name](holed, AHEAD).totals).all()


@pytest.mark.parametrize("name", NAMES)
def test_empty_places_stay_finite(name: str) -> None:
    known = some().until(2000)
    assert known.cells is not None
    totals, cells = known.totals.copy(), known.cells.copy()
    totals[:, 0], cells[:, 0] = 0.0, 0.0
    totals[:-1, 1], cells[:-1, 1] = 0.0, 0.0
    totals[-1, 2], cells[-1, 2] = 0.0, 0.0
    forecast = BASELINES[name](replace(known, totals=totals, cells=cells), AHEAD)
    assert np.isfinite(forecast.totals).all()
    assert (forecast.totals >= 0).all()
    assert (forecast.totals[:, 0] == 0).all()


def test_the_list_of_baselines_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        BASELINES["mine"] = BASELINES["constant"]  # pyright: ignore[reportIndexIssue]
