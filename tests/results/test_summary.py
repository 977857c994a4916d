"""The summary tells numpy's quantiles of places, regions and the nation, and the record as it was counted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from factories import small_country, small_ensemble
from hinterland.results import summary
from hinterland.results.dataset import to_dataset
from hinterland.results.variables import SERIES

COLUMNS = ["place", "name", "year", "variable", "unit", *summary.COLUMNS]


@pytest.fixture(scope="module")
def ensemble():
    return small_ensemble(7, until=2050)


@pytest.fixture(scope="module")
def rows(ensemble):
    return summary.table(to_dataset(ensemble))


def cell(rows, place, year, variable):
    found = rows[(rows["place"] == place) & (rows["year"] == year) & (rows["variable"] == variable)]
    assert len(found) == 1
    return found.iloc[0]


@given(arrays.arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=st.floats(-1e9, 1e9)))
def test_quantiles_are_numpys(values):
    expected = np.moveaxis(np.quantile(values, summary.LEVELS, axis=-1), 0, -1)
    np.testing.assert_allclose(summary.quantiles(values), expected, rtol=1e-12, atol=1e-6)


def test_rows_are_complete_and_unique(rows, ensemble):
    assert list(rows.columns) == COLUMNS
    areas = ["A001", "A002", "B003", "B004", "A", "B", "xx"]
    assert list(dict.fromkeys(rows["place"])) == areas
    counted = [v for v in SERIES if v.name not in ("newcomers", "away") and v.kind == "stock"]
    instants, periods = len(ensemble.years), len(ensemble.years) - 1
    assert len(rows) == len(areas) * (8 * instants + len(counted) + 7 * periods)
    assert not rows.duplicated(["place", "year", "variable"]).any()


def test_a_place(rows, ensemble):
    row = cell(rows, "B003", 2050, "people_65_plus")
    expected = np.quantile(ensemble.stocks["people_65_plus"][:, 6, 2], [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
    assert [row[c] for c in summary.COLUMNS[1:-1]] == np.rint(expected).tolist()
    assert (row["name"], row["unit"]) == ("松口", "persons")


def test_regions_and_the_nation_are_summed_member_by_member(rows, ensemble):
    births = ensemble.flows["births"]
    assert cell(rows, "A", 2040, "births")["p90"] == np.rint(np.quantile(births[:, 3, :2].sum(-1), 0.9))
    assert cell(rows, "xx", 2040, "births")["p10"] == np.rint(np.quantile(births[:, 3].sum(-1), 0.1))
    assert cell(rows, "A", 2040, "births")["name"] == "东省"
    assert cell(rows, "xx", 2040, "births")["name"] == "Smallland"


def test_years_of_the_record_hold_what_was_counted_in_every_quantile(rows, ensemble):
    for year, counted in zip((2010, 2020), ensemble.country.totals, strict=True):
        for place, people in zip(ensemble.country.places.codes, counted, strict=True):
            row = cell(rows, place, year, "people")
            assert {row[c] for c in summary.COLUMNS[1:-1]} == {people}
        assert cell(rows, "xx", year, "people")["p50"] == counted.sum()
    assert "births" not in set(rows[rows["year"] <= 2020]["variable"])


def test_the_95_percent_band_needs_a_thousand_members(rows):
    assert rows["p025"].isna().all()
    assert rows["p975"].isna().all()
    ensemble = small_ensemble(2, until=2025)

    def repeated(arrays):
        return {name: np.concatenate([array] * 500) for name, array in arrays.items()}

    many = replace(ensemble, members=1000, stocks=repeated(ensemble.stocks), flows=repeated(ensemble.flows))
    told = summary.table(to_dataset(many))
    assert not told[["p025", "p975"]].isna().any().any()
    assert (told["p025"] <= told["p05"]).all()
    assert (told["p975"] >= told["p95"]).all()


def test_a_country_of_one_region_has_no_row_for_it(ensemble):
    country = small_country()
    places = replace(country.places, regions=("A",) * 4, region_names={"A": ("东省", "East")})
    rows = summary.table(to_dataset(replace(ensemble, country=replace(country, places=places))))
    assert list(dict.fromkeys(rows["place"])) == [*places.codes, "xx"]


def test_the_file_is_plain_utf8_with_empty_cells_where_nothing_is_told(tmp_path, ensemble, rows):
    path = tmp_path / "summary.csv"
    summary.write(to_dataset(ensemble), path)
    lines = path.read_bytes().split(b"\n")
    assert lines[0].decode() == ",".join(COLUMNS)
    assert lines[1].decode().startswith("A001,杉原,2010,people,persons,,2000001,")
    assert lines[1].endswith(b",2000001,")
    pd.testing.assert_frame_equal(pd.read_csv(path)[COLUMNS[:5]], rows[COLUMNS[:5]], check_dtype=False)
    assert [found.name for found in tmp_path.iterdir()] == ["summary.csv"]
