"""The rebuilt panels of Japan against the ready ones: where they differ, which of the two, and why."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hinterland.data.find import find
from hinterland.data.importers.jp import write_jp
from hinterland.data.importers.jp_census import write_jp_census
from hinterland.data.importers.jp_register import COLUMNS
from hinterland.data.pack import read_pack
from hinterland.errors import InputError

pytestmark = pytest.mark.shared
SHARED = Path(__file__).parents[4] / "shared" / "data"
Places = set[tuple[str, int]]

SOUND: Places = {
    # Tables of towns that change fast, which lie between their neighbours, and of Fukaura in 1995: it agrees with 2000
    # and after, the tables of 1996 to 1999 do not.
    *(("13102", 2005), ("13103", 2006), ("27223", 2006), ("28219", 2002), ("28219", 2003), ("28219", 2005)),
    ("02323", 1995),
}
"""Repaired in the ready panel, left as published here."""
INHERITED: Places = {("27210", 2016), ("07202", 2022)}
"""Repaired in the ready panel after 2012, from which nationals are taken as they are."""
FOUND: Places = {
    *(("01233", 1995), ("01233", 1996), ("02203", 2005), ("12225", 2000), ("13212", 2002), ("13421", 1996)),
    *(("19211", 2005), ("20417", 1999), ("27226", 2007), ("32202", 1998), ("42383", 1995), ("45441", 1997)),
}
"""Repaired here, left in the ready panel: neighbouring columns exchanged, ages a year off, or Nagasaki of 1995."""
FLOWS: Places = {
    *(("01469", 2003), ("08203", 1996), ("17201", 2009), ("20202", 2013), ("20220", 1997), ("23219", 2006)),
    *(("25212", 2005), ("28586", 1997), ("40503", 1999), ("43100", 2006), ("44211", 2005), ("46216", 2006)),
}
"""Births, deaths and moves left out here as wrong, kept in the ready panel."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    pytest.importorskip("pyarrow")
    pytest.importorskip("python_calamine")
    folder = tmp_path_factory.mktemp("packs") / "jp"
    return folder, write_jp(SHARED, folder)


def _table(pack: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(pack / f"{name}.csv.gz", dtype={"code": str})


def _panel(name: str) -> pd.DataFrame:
    panel = pd.read_parquet(SHARED / "panels" / name)
    return panel.assign(code=panel["place"].astype(str).str.zfill(5))


def _theirs() -> Places:
    table = pd.read_csv(SHARED / "panels" / "jp_age_repairs.csv")
    return set(zip(table["place"].astype(str).str.zfill(5), table["year"].astype(int), strict=True))


def _keys(index: pd.Index) -> Places:
    return {(code, int(year)) for code, year in index}


def test_people_equal_the_ready_panel_everywhere(built):
    both = _table(built[0], "people").merge(_panel("jp.parquet"), on=["code", "year"])
    assert len(both) == 1741 * 28
    assert (both["people"] - both["pop"]).abs().max() == 0


def test_flows_equal_the_ready_panel_but_for_the_date_and_what_is_left_out(built):
    panel = _panel("jp.parquet").drop(columns=["in_foreign", "out_foreign"])
    both = panel.merge(_table(built[0], "flows"), on=["code", "year"], how="left", suffixes=("_panel", ""))
    assert _keys(both[both["births"].isna()].set_index(["code", "year"]).index) == FLOWS
    both = both.dropna(subset="births").fillna({"from_abroad": 0, "to_abroad": 0})
    ours = {
        "births_panel": both["births"],
        "deaths_panel": both["deaths"],
        "in_total": both["arrivals"] + both["from_abroad"],
        "out_total": both["departures"] + both["to_abroad"],
    }
    # The panel keeps calendar years from 2014 on; ours end on 31 March, but for the last year.
    same = (both["year"] < 2014) | (both["year"] == 2022)
    for name, values in ours.items():
        apart = (values - both[name]).abs()
        assert apart[same].max() < 0.01, name
        assert 0.005 < apart[~same].sum() / both.loc[~same, name].sum() < 0.015, name


def test_ages_equal_the_ready_panel_but_for_tables_judged_otherwise(built):
    wide = _panel("jp_age.parquet").assign(age=lambda table: table["age"].map(COLUMNS))
    wide = wide.pivot_table(index=["code", "year", "age"], columns="sex", values="value").reset_index()
    both = _table(built[0], "ages").merge(wide, on=["code", "year", "age"])
    assert len(both) == 1741 * 28 * 17
    both["apart"] = ((both["men"] - both["M"]).abs() + (both["women"] - both["F"]).abs()) / 2
    both["people"] = both["men"] + both["women"]
    sums = both.groupby(["code", "year"])[["apart", "people"]].sum()
    # Two persons are the rounding of what both scale to the total.
    apart = (sums["apart"] / sums["people"])[sums["apart"] > 2]
    assert _keys(apart.index) - _theirs() == FOUND
    # Repaired by both: the panel from both sides, ours from the years before, so that nothing later enters.
    shared = apart[[key for key in apart.index if _keys([key]) <= _theirs() - SOUND]]
    assert len(shared) >= 25
    assert shared.max() < 0.04
    assert not _keys(apart.index) & INHERITED


def test_tables_of_ages_repaired_here_and_there(built):
    told = next(sentence for sentence in built[1] if sentence.startswith("Tables of ages that do not fit"))
    named = told.partition("namely ")[2].removesuffix(".").split(", ")
    ours = {(code, int(year)) for code, _, year in (text.partition(" in ") for text in named)}
    assert len(ours) == 46
    assert ours - _theirs() == FOUND
    assert _theirs() - ours == SOUND | INHERITED


def test_the_pack_of_the_raw_files_loads(built):
    country = read_pack(built[0])
    assert country.people.shape == (28, 1741, 2, 17)
    assert country.totals[0].sum() == 124_655_498
    assert int(country.places.seat.sum()) == 47
    assert not country.drivers.borrowed_from
    assert str(find(country, "札幌市")) == "札幌市 Sapporo (01100, Hokkaido)"
    with pytest.raises(InputError, match=r"府中市 Fuchu \(13206, Tokyo\) or 府中市 Fuchu \(34208, Hiroshima\)"):
        find(country, "府中市")
    assert find(country, "府中市, 広島県").code == "34208"


def test_censuses_equal_the_ready_panel(tmp_path):
    pytest.importorskip("pyarrow")
    told = write_jp_census(SHARED, tmp_path / "census")
    assert "07543, 07545, 07546, 07547, 13381" in told[1]
    both = _table(tmp_path / "census", "people").merge(_panel("jp_census.parquet"), on=["code", "year"], how="outer")
    assert len(both) == 1736 * 9
    assert (both["people"] - both["pop"]).abs().max() == 0
    country = read_pack(tmp_path / "census")
    assert country.years == tuple(range(1980, 2021, 5))
    assert country.totals[-1].sum() == 126_138_928
