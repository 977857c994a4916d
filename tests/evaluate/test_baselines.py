"""Every baseline keeps what a forecast must keep, whatever its equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hinterland.axes import Ages
from hinterland.errors import InputError
from hinterland.evaluate.baselines import BASELINES
from hinterland.evaluate.baselines.earlier import rehearsals, rehearsed
from hinterland.evaluate.baselines.features import around
from hinterland.evaluate.baselines.gross import GrossFlow
from hinterland.evaluate.baselines.learned import Learned
from hinterland.evaluate.baselines.moves import leaving
from hinterland.evaluate.baselines.residual import balanced
from hinterland.evaluate.baselines.ridge import TUNING, huber_ridge
from hinterland.evaluate.panel import Array, Forecast, Panel
from hinterland.space.distance import great_circle

AGES = Ages(width=5, open=80)
YEARS = tuple(range(1990, 2021))
AHEAD = (2005, 2010, 2013, 2025)
NAMES = tuple(BASELINES)
NATURAL = ("natural_long", "natural_long_learned", "registered_gap")
"""Methods whose totals move by ages, or by births and deaths, even where totals have not."""
COHORTS = tuple(name for name in NAMES if name.startswith(("closed", "hamilton", "ccr", "residual", "gross")))


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
        rough=cells if ages else None,
        natural=(vital["births"] - vital["deaths"]) / totals,
        registered=rng.uniform(0.7, 1.4, totals.shape),
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
        rough=np.where(late[:, None, None, None], record.cells * 3, record.cells),
        natural=np.where(late[:, None], 0.5, record.natural),
        registered=np.where(late[:, None], 9.0, record.registered),
    )
    before, after = (BASELINES[name](each.until(2000), AHEAD) for each in (record, shocked))
    assert before.totals.tobytes() == after.totals.tobytes()
    if before.cells is not None:
        assert after.cells is not None
        assert before.cells.tobytes() == after.cells.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_places_does_not_matter(name: str) -> None:
    known = some().until(2000)
    assert known.cells is not None
    order = np.random.default_rng(0).permutation(len(known.codes))
    turned = known.among(order)
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


@pytest.mark.parametrize("name", [n for n in NAMES if n not in {*COHORTS, *NATURAL}])
def test_methods_of_totals_are_exact_where_nothing_changes(name: str) -> None:
    assert error(name, np.broadcast_to(SIZES, (len(YEARS), 4)).copy()) < 1e-9


def test_natural_increase_of_ages_that_do_not_change_is_none() -> None:
    """Alike everywhere and for good: births replace deaths, and there is no growth to go on."""
    still = np.broadcast_to(SIZES, (len(YEARS), 4)).copy()
    ages = np.exp(-0.1 * np.arange(len(AGES))) * np.ones((2, 1))
    cells = still[..., None, None] * ages / ages.sum()
    record = replace(panel(still), cells=cells, rough=cells)
    forecast = BASELINES["natural_long"](record.until(2000), AHEAD)
    np.testing.assert_allclose(forecast.totals, np.broadcast_to(SIZES, forecast.totals.shape), rtol=1e-9)


def test_natural_long_keeps_three_fifths_of_growth_beyond_births_and_deaths() -> None:
    rate = np.array([-0.01, 0.0, 0.01, 0.02])
    grown = SIZES * np.exp(rate * TIME)
    ages = np.exp(-0.1 * np.arange(len(AGES))) * np.ones((2, 1))
    cells = SIZES[:, None, None] * ages / ages.sum() * np.ones((len(YEARS), 1, 1, 1))
    record = replace(panel(grown), cells=None, rough=cells)
    forecast = BASELINES["natural_long"](record.until(2010), (2020,))
    now = record.totals[record.at(2010)]
    np.testing.assert_allclose(np.log(forecast.totals[0] / now) / 10, 0.6 * rate, atol=1e-9)


def test_the_gap_of_the_registered_is_twenty_years_of_migration() -> None:
    shape = (len(YEARS), 4)
    record = replace(
        panel(np.broadcast_to(SIZES, shape).copy()),
        natural=np.full(shape, 0.004),
        registered=np.broadcast_to([1.0, 1.25, 0.8, np.nan], shape),
    )
    forecast = BASELINES["registered_gap"](record.until(2000), (2010,))
    gap = 0.6 * np.log([1.0, 1.25, 0.8, 1.0]) / 20
    np.testing.assert_allclose(np.log(forecast.totals[0] / SIZES) / 10, 0.004 - gap, rtol=1e-9)


@pytest.mark.parametrize(
    "name",
    [
        "exponential", "damped_trend", "share_of_growth", "shift_of_share", "mixed_base", "growth_regression",
        "growth_regression_own", "mixed_base_learned",
    ],
)  # fmt: skip
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


@pytest.mark.parametrize("name", [n for n in NAMES if n not in {"constant", "registered_gap"}])
def test_one_year_is_refused_by_name(name: str) -> None:
    with pytest.raises(InputError, match=rf"{name} needs.*knows (1 \()?1990"):
        BASELINES[name](some().until(1990), AHEAD)


@pytest.mark.parametrize("name", COHORTS)
def test_totals_alone_are_refused_by_methods_of_ages(name: str) -> None:
    with pytest.raises(InputError, match=f"{name.removesuffix('_learned')} needs people by sex and age"):
        BASELINES[name](replace(some(), cells=None), (2025,))


def test_what_natural_increase_needs_is_named() -> None:
    bare = replace(some(), rough=None, registered=None)
    with pytest.raises(InputError, match="natural_long needs ages, if only imputed ones"):
        BASELINES["natural_long"](bare, (2025,))
    with pytest.raises(InputError, match="registered_gap needs registered people of places at launch"):
        BASELINES["registered_gap"](bare, (2025,))


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


@pytest.mark.parametrize("name", NAMES)
def test_two_years_are_forecast_or_refused_by_name(name: str) -> None:
    record = some()
    assert record.cells is not None
    rows = [record.at(1990), record.at(2000)]
    known = replace(
        record,
        years=record.years[rows],
        totals=record.totals[rows],
        cells=record.cells[rows],
        components={key: values[rows] for key, values in record.components.items()},
    )
    if "regression" in name or "learned" in name:
        with pytest.raises(InputError, match=rf"{name} needs an earlier launch to learn from.*knows 2 \(1990, 2000\)"):
            BASELINES[name](known, AHEAD)
        return
    forecast = BASELINES[name](known, AHEAD)
    assert np.isfinite(forecast.totals).all()
    assert (forecast.totals >= 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_unknown_positions_and_moves_of_some_places_are_bridged(name: str) -> None:
    known = some().until(2000)
    lon, moved = known.lon.copy(), {key: values.copy() for key, values in known.components.items()}
    lon[:3] = np.nan
    for values in moved.values():
        values[:, 4] = np.nan
        values[-2:, 5] = np.nan
    holed = replace(known, lon=lon, components=moved)
    assert np.isfinite(BASELINES[name](holed, AHEAD).totals).all()
    nowhere = replace(known, lon=np.full(24, np.nan), lat=np.full(24, np.nan))
    assert np.isfinite(BASELINES[name](nowhere, AHEAD).totals).all()


@pytest.mark.parametrize("name", ["gross_flow", "gross_flow_learned"])
@pytest.mark.parametrize("missing", ["arrivals", "departures"])
def test_gross_flows_need_registered_moves(name: str, missing: str) -> None:
    known = some().until(2000)
    with pytest.raises(InputError, match=rf"gross_flow needs registered moves.*no {missing} in the 5 years up to"):
        BASELINES[name](
            replace(known, components={key: v for key, v in known.components.items() if key != missing}), AHEAD
        )
    with pytest.raises(InputError, match=rf"no {missing}"):
        BASELINES[name](
            replace(known, components=dict(known.components) | {missing: np.full(known.totals.shape, np.nan)}), AHEAD
        )


@pytest.mark.parametrize("method", [GrossFlow(), GrossFlow(pull=3.0, carried=2.0)])
def test_gross_flows_lose_nobody_between_places(method: GrossFlow) -> None:
    """All places together age by the nation's ratios, whatever moves between them."""
    known = some().until(2000)
    assert known.cells is not None
    forecast = method(known, (2005, 2010))
    assert forecast.cells is not None
    old, now = (known.cells[known.at(year)].sum(axis=0) for year in (1995, 2000))
    ratio = now[:, 1:16] / old[:, :15]
    for before, after in (
        (now, forecast.cells[0].sum(axis=0)),
        (forecast.cells[0].sum(axis=0), forecast.cells[1].sum(axis=0)),
    ):
        np.testing.assert_allclose(after[:, 1:16], before[:, :15] * ratio, rtol=1e-9)


def test_gross_flows_of_one_place_are_those_of_a_closed_cohort() -> None:
    """Who leaves the only place arrives there."""
    known = some(1).until(2000)
    alone, closed = (BASELINES[name](known, AHEAD) for name in ("gross_flow", "closed_cohort"))
    np.testing.assert_allclose(alone.totals, closed.totals, rtol=1e-9)


def test_arrivals_follow_the_size_of_a_place() -> None:
    """With a stronger pull, places that grow gain more and places that shrink lose more."""
    known = some().until(2000)
    weak, strong = (GrossFlow(pull=pull)(known, (2025,)).totals[0] for pull in (0.0, 2.0))
    grown = weak / known.totals[-1]
    grown /= np.median(grown)
    more = np.log(strong / weak)
    assert np.corrcoef(np.log(grown), more)[0, 1] > 0.5


def test_the_schedule_of_leaving_peaks_in_early_work_and_serves_any_ages() -> None:
    for ages in (AGES, Ages(width=1, open=100), Ages(width=10, open=60)):
        hazard = leaving(ages)
        assert hazard.shape == (len(ages),)
        assert (hazard > 0).all()
        assert ages.lower[int(np.argmax(hazard))] in range(15, 30)


def test_net_migrants_balance_over_places() -> None:
    net = np.random.default_rng(4).normal(size=(30, 2, 5))
    even = balanced(net)
    np.testing.assert_allclose(even.sum(axis=0), 0.0, atol=1e-12)
    assert (np.sign(even) == np.sign(net)).all()
    assert not balanced(np.abs(net)).any(), "nobody can gain where nobody loses"


def test_huber_ridge_is_the_minimum_of_hubers_loss() -> None:
    """Against scipy's own solver, with the scale that the fit settled on."""
    from scipy.optimize import least_squares

    rng = np.random.default_rng(5)
    features = rng.normal(size=(300, 3)) * [1.0, 5.0, 0.1] + [0.0, 2.0, -1.0]
    target = features @ [0.5, -0.2, 3.0] + 1.0 + rng.standard_t(2, size=300)
    fit = huber_ridge(features, target, penalty=1e-9)
    rest = target - fit(features)
    bound = TUNING * 1.4826 * float(np.median(np.abs(rest)))
    table = np.column_stack([np.ones(300), (features - fit.mean) / fit.scale])
    other = least_squares(lambda beta: target - table @ beta, np.zeros(4), loss="huber", f_scale=bound, xtol=1e-12)
    np.testing.assert_allclose([fit.level, *fit.slopes], other.x, atol=1e-3)


def test_a_wild_place_bends_no_huber_ridge() -> None:
    features = np.linspace(-1, 1, 101)[:, None]
    target = 2 * features[:, 0] + 1
    target[100] += 1000
    tame, plain = huber_ridge(features, target), huber_ridge(features, target, tuning=None)
    assert tame(np.array([[1.0]]))[0] == pytest.approx(3, abs=0.1)
    assert plain(np.array([[1.0]]))[0] > 10


def test_a_feature_that_is_unknown_or_constant_says_nothing() -> None:
    rng = np.random.default_rng(6)
    features = np.column_stack([rng.normal(size=50), np.full(50, 7.0), np.full(50, np.nan)])
    fit = huber_ridge(features, features[:, 0], penalty=1e-9)
    np.testing.assert_allclose(fit.slopes[1:], 0.0, atol=1e-12)
    np.testing.assert_allclose(fit(features), features[:, 0], atol=1e-6)
    assert fit(np.full((1, 3), np.nan))[0] == pytest.approx(fit.level)


def test_people_in_reach_by_hand() -> None:
    known = some(6).until(2000)
    growth = np.array([0.01, -0.02, 0.03, 0.0, 0.005, -0.01])
    found = around(replace(known, lon=known.lon / 5), growth)
    km = great_circle(known.lon / 5, known.lat)
    now = known.totals[-1]
    for column, reach in enumerate((10, 25, 60)):
        near = np.where(km <= 300, np.exp(-km / reach), 0.0)
        np.testing.assert_allclose(found[:, column], np.log(near @ now), rtol=1e-4)
    city = np.argmax(now)
    assert now[city] < 400_000, "the largest place stands in for a city"
    np.testing.assert_allclose(found[:, 3], np.log(5 + km[:, city]), rtol=1e-3)
    others = np.where((km <= 300) & (km > 0), np.exp(-km / 25), 0.0) * now
    np.testing.assert_allclose(found[:, 4], others @ growth / np.maximum(others.sum(axis=1), 1e-300), rtol=1e-2)


def test_growth_regression_finds_what_growth_follows() -> None:
    """Growth follows people in reach, and a few years of it are too noisy to show that place by place."""
    rng = np.random.default_rng(7)
    places = 200
    size = np.exp(rng.uniform(7, 11, places))
    known = panel(np.broadcast_to(size, (len(YEARS), places)).copy(), ages=False)
    reach = around(known, np.zeros(places))[:, 2]
    rate = 0.01 * (reach - reach.mean()) / reach.std()
    noise = np.cumsum(rng.normal(0, 0.02, (len(YEARS), places)), axis=0)
    totals = size * np.exp(rate * TIME + noise)
    record = panel(totals, ages=False)
    now = totals[record.at(2000)]

    def missed(name: str) -> float:
        """Mean absolute error of the growth expected, which noise to come does not blur."""
        grown = np.log(BASELINES[name](record.until(2000), (2010,)).totals[0] / now)
        return float(np.mean(np.abs(grown - grown.mean() - 10 * rate)))

    assert missed("growth_regression") < 0.5 * missed("exponential")
    assert missed("growth_regression") < 0.7 * missed("growth_regression_own")


def test_a_learned_correction_takes_back_half_of_a_steady_error() -> None:
    """A method that always adds 1% a year to large places is told so."""
    known = some(120).until(2000)
    large = known.totals[0] > np.median(known.totals[0])
    steady = replace(known, totals=np.broadcast_to(known.totals[0], known.totals.shape).copy(), cells=None)

    middle = np.median(known.totals[0])

    def wrong(known: Panel, years: tuple[int, ...]) -> Forecast:
        ahead = np.array(years)[:, None] - known.years[-1]
        return Forecast(years, known.totals[-1] * np.exp(0.01 * ahead * (known.totals[-1] > middle)))

    half, all_of_it = (Learned("taught", wrong, part=part)(steady, (2005,)).totals[0] for part in (0.5, 1.0))
    said = wrong(steady, (2005,)).totals[0]
    assert half.sum() == pytest.approx(said.sum(), rel=1e-9), "the nation's total stays"
    gap = [np.log(f / steady.totals[-1])[large].mean() - np.log(f / steady.totals[-1])[~large].mean()
           for f in (said, half, all_of_it)]  # fmt: skip
    assert gap[0] == pytest.approx(0.05)
    assert gap[1] == pytest.approx(gap[0] / 2 + gap[2] / 2, abs=1e-3)
    assert abs(gap[2]) < 0.02


def test_rehearsals_lie_inside_the_record() -> None:
    known = some().until(2010)
    five, ten, long = (rehearsals(known, ahead, "x") for ahead in (5, 10, 30))
    assert (five.horizon, five.launches) == (5, (2005, 2000, 1995))
    assert (ten.horizon, ten.launches) == (10, (2000, 1995))
    assert (long.horizon, long.launches) == (15, (1995,))
    with pytest.raises(InputError, match="x needs an earlier launch to learn from, 5 years after the first"):
        rehearsals(some().until(1999), 10, "x")
    assert rehearsals(some().until(1999), 3, "x").horizon == 3, "three years ahead need no five"


def test_a_rehearsal_knows_only_the_places_of_its_time() -> None:
    known = some().until(2000)
    assert known.cells is not None
    totals, cells = known.totals.copy(), known.cells.copy()
    totals[known.at(1995), 3] = np.nan
    cells[known.at(1995), 7, 1, 2] = np.nan
    then, kept = rehearsed(replace(known, totals=totals, cells=cells), 1995)
    assert then.years[-1] == 1995
    assert list(np.flatnonzero(~kept)) == [3, 7]
    assert len(then.codes) == then.totals.shape[1] == then.components["births"].shape[1] == 22
    assert "p3" not in then.codes


def test_the_list_of_baselines_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        BASELINES["mine"] = BASELINES["constant"]  # pyright: ignore[reportIndexIssue]
