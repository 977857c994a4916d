"""Back-tests end to end: what methods see, what is scored, how odd records are handled, and the tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import records
from hinterland.data.pack import read_pack
from hinterland.errors import InputError
from hinterland.evaluate import tables
from hinterland.evaluate.backtest import Backtest, backtest, years_after
from hinterland.evaluate.baselines import BASELINES
from hinterland.evaluate.control import DISTRIBUTION_ONLY, FORECAST
from hinterland.evaluate.leaderboard import MODEL, leaderboard, place_classes, worst
from hinterland.evaluate.methods import methods_for
from hinterland.evaluate.panel import Forecast, Panel, panel

QUICK = ("constant", "lin_exp", "hamilton_perry", "closed_cohort")


def quick(*names: str):
    return {name: BASELINES[name] for name in names or QUICK}


@pytest.fixture(scope="module")
def record() -> Panel:
    return panel(records.long_record(12))


@pytest.fixture(scope="module")
def tested(record) -> Backtest:
    return backtest(record, 2010, quick())


class Spy:
    """A method that remembers what it was shown."""

    def __init__(self) -> None:
        self.seen: list[Panel] = []

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        self.seen.append(known)
        return Forecast(years, np.repeat(known.totals[-1][None], len(years), axis=0))


def test_methods_see_nothing_after_the_launch(record):
    spy = Spy()
    backtest(record, 2010, {"spy": spy})
    assert spy.seen
    for known in spy.seen:
        assert known.years.max() <= 2010
        assert len(known.totals) == len(known.years)
        assert known.cells is not None
        assert len(known.cells) == len(known.years)
        assert all(len(values) == len(known.years) for values in known.components.values())


@pytest.mark.parametrize("name", list(BASELINES))
def test_a_shock_after_launch_changes_no_bit_of_any_forecast_or_interval(name):
    country = records.long_record(12)
    asked = []
    for each in (country, records.shocked(country, 2010)):
        try:
            asked.append(backtest(panel(each), 2010, {name: BASELINES[name]}).entries[0].forecast)
        except InputError as error:
            assert "not enough" in str(error) or "needs" in str(error)
            return
    first, second = asked
    assert first.totals.tobytes() == second.totals.tobytes()
    if first.quantiles is not None:
        assert second.quantiles is not None
        assert first.quantiles.tobytes() == second.quantiles.tobytes()


def test_scores_are_those_of_the_counted_people(tested, record):
    board = leaderboard(tested)
    row = next(r for r in board.of(FORECAST, 10) if r.method == "constant")
    now, later = record.totals[record.at(2010)], record.totals[record.at(2020)]
    assert row.points.mean_ape == pytest.approx(100 * np.mean(np.abs(now / later - 1)))
    scaled = next(r for r in board.of(DISTRIBUTION_ONLY, 10) if r.method == "constant")
    share = now * later.sum() / now.sum()
    assert scaled.points.mean_ape == pytest.approx(100 * np.mean(np.abs(share / later - 1)))


def test_rows_are_ranked_and_the_best_differs_from_itself_by_nothing(tested):
    board = leaderboard(tested)
    for (control, horizon), name in board.best.items():
        rows = board.of(control, horizon)
        errors = [row.points.mean_ape for row in rows]
        assert errors == sorted(errors)
        assert rows[0].method == name
        assert rows[0].difference is not None
        assert rows[0].difference.value == rows[0].difference.lower == rows[0].difference.upper == 0
        assert all(row.difference.value >= 0 for row in rows if row.difference is not None)


def test_the_model_never_is_its_own_yardstick(record):
    test = backtest(record, 2010, {MODEL: BASELINES["lin_exp"], "constant": BASELINES["constant"]})
    assert set(leaderboard(test).best.values()) == {"constant"}


def test_the_model_stands_in_the_table(record):
    country = records.long_record(12)
    test = backtest(record, 2010, methods_for(country, (MODEL, "constant"), members=6))
    entry = test.entries[0]
    assert (entry.method, entry.spread) == (MODEL, "its own")
    row = next(r for r in leaderboard(test).of(FORECAST, 10) if r.method == MODEL)
    assert row.spread is not None
    assert 0 <= row.spread.intervals[1].covered <= 100


def test_classes_part_the_places(tested):
    for masks in place_classes(tested).values():
        assert (np.sum(list(masks.values()), axis=0) == 1).all()


def test_the_largest_misses_are_in_order_and_signed(tested):
    entry = tested.entries[0]
    found = worst(tested, entry, 10, count=5)
    sizes = [abs(error) for _, error in found]
    assert sizes == sorted(sizes, reverse=True)
    place, error = found[0]
    said, came = entry.forecast.totals[tested.row(10)][place], tested.actual(10)[place]
    assert error == pytest.approx(100 * (said / came - 1))


def test_tables_hold_every_method_place_and_year(tested):
    table = tables.forecasts(tested, ages=True)
    totals = table[table["sex"] == ""]
    assert len(totals) == len(QUICK) * 12 * 2
    cells = table[(table["sex"] != "") & (table["method"] == "hamilton_perry") & (table["year"] == 2020)]
    whole = totals[(totals["method"] == "hamilton_perry") & (totals["year"] == 2020)].set_index("place")["value"]
    np.testing.assert_allclose(cells.groupby("place")["value"].sum().sort_index(), whole.sort_index())
    spread = totals.dropna(subset="q50")
    assert not spread.empty
    assert (spread["q2.5"] <= spread["q97.5"]).all()
    scores = tables.scores(tested, leaderboard(tested))
    assert set(scores["control"]) == {FORECAST, DISTRIBUTION_ONLY}
    assert len(scores) == len(QUICK) * 2 * 2


# --- odd records


def test_a_launch_outside_the_record_names_the_years(record):
    with pytest.raises(InputError, match=r"xx has no people for 2012.*2000.*2020"):
        backtest(record, 2012, quick())


def test_a_launch_at_the_end_has_nothing_to_score(record):
    with pytest.raises(InputError, match=r"no people after 2020\. Launch in 2000, 2005, 2010, 2015"):
        years_after(record, 2020)
    with pytest.raises(InputError, match="no people after 2010 within 3 years"):
        years_after(record, 2010, 3)


def test_two_years_refuse_what_needs_more_by_name():
    test = backtest(panel(read_pack("cn")), 2010, dict(BASELINES))
    assert [entry.method for entry in test.entries] == ["constant", "registered_gap"]
    assert {refusal.method for refusal in test.refusals} == set(BASELINES) - {"constant", "registered_gap"}
    assert all("2010" in refusal.why for refusal in test.refusals)
    found = tables.scores(test, leaderboard(test)).set_index(["method", "control"])["mean_ape"]
    assert found["constant", "forecast"] == pytest.approx(10.5, abs=1.5)
    assert found["registered_gap", "forecast"] < 9.0


def test_nothing_that_can_be_asked_is_one_refusal():
    with pytest.raises(InputError, match=r"no method can be asked at 2010.*lin_exp needs people of at least two years"):
        backtest(panel(read_pack("cn")), 2010, quick("lin_exp"))


def test_places_that_empty_are_left_out_and_counted(record):
    totals = record.totals.copy()
    totals[-1, 4] = 0
    test = backtest(replace(record, totals=totals, cells=None), 2010, quick("constant", "lin_exp"))
    row = leaderboard(test).of(FORECAST, 10)[0]
    assert (row.points.places, row.points.left_out) == (11, 1)
    assert any("Nobody lives in" in warning for warning in test.warnings)


def test_places_with_gaps_are_scored_where_they_were_counted(record):
    totals = record.totals.copy()
    totals[-1, 4] = np.nan
    totals[0, 2] = np.nan
    test = backtest(replace(record, totals=totals, cells=None), 2010, quick("constant", "lin_exp"))
    assert leaderboard(test).of(FORECAST, 10)[0].points.left_out == 1
    assert leaderboard(test).of(FORECAST, 5)[0].points.left_out == 0


def test_one_region_has_no_interval_of_the_difference(record):
    alone = replace(record, regions=np.array(["R"] * 12))
    rows = leaderboard(backtest(alone, 2010, quick("constant", "lin_exp"))).rows
    assert all(row.difference is None for row in rows)


def test_unknown_methods_are_named_with_those_there_are():
    with pytest.raises(InputError, match=r"--method: 'linexp' is no method. Did you mean 'lin_exp'\?"):
        methods_for(read_pack("cn"), ("linexp",))
