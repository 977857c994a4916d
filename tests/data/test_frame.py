"""One table of places becomes a country, from a file or from pandas alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hinterland.data.frame import read_places

CSV = """code,name,name_en,region,lon,lat,area_km2,people_2010,people_2020
1,甲,Jia,R,10,50,100,1000,900
2,乙,,R,11,51,,5000,5100
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "towns.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_a_file_becomes_a_country(file):
    country = read_places(file, code="tt", name="Testland")
    assert (country.code, country.names["en"], country.base_year, country.years) == (
        "tt",
        "Testland",
        2020,
        (2010, 2020),
    )
    assert country.places.names == ("甲", "乙")
    assert country.places.names_en == ("Jia", "乙")
    assert country.totals.tolist() == [[1000, 5000], [900, 5100]]
    assert country.people.sum(axis=(2, 3)) == pytest.approx(country.totals)
    assert country.imputed.all()
    assert np.isnan(country.places.area[1])
    assert country.drivers.borrowed_from == "cn"
    assert sum("assumed" in note.lower() for note in country.notes) == 3


def test_the_name_of_the_file_is_the_country_s_unless_it_is_given(file):
    assert read_places(file).names["en"] == "towns"


def test_a_data_frame_gives_the_same_country(file):
    expected = read_places(file, name="t")
    for frame in (pd.read_csv(file), pd.read_csv(file, dtype=str), pd.read_csv(file).set_index("code")):
        found = read_places(frame, name="t")
        assert found.places.codes == expected.places.codes
        assert found.places.regions == expected.places.regions
        assert np.array_equal(found.people, expected.people)


def test_codes_that_became_floats_are_whole_again():
    frame = pd.DataFrame({"code": [410800.0, 2.0], "name": "x", "lon": [1, 2], "lat": 3, "people_2020": [5.0, 6.5]})
    country = read_places(frame)
    assert country.places.codes == ("410800", "2")
    assert country.totals.tolist() == [[5.0, 6.5]]


def test_without_regions_all_belong_to_the_country():
    frame = pd.DataFrame({"code": ["a", "b"], "name": "x", "lon": [1, 2], "lat": 3, "people_2020": 5})
    places = read_places(frame, code="tt", name="Testland").places
    assert places.regions == ("tt", "tt")
    assert dict(places.region_names) == {"tt": ("Testland", "Testland")}
