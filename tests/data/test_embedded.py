"""The embedded country holds the published figures, to the person."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hinterland.axes import FIVE_YEARS
from hinterland.data.country import Country
from hinterland.data.importers.cn_facts import write_pack
from hinterland.data.pack import PACKS, read_pack

FACTS = Path(__file__).parents[3] / "shared" / "facts"


@pytest.fixture(scope="module")
def cn() -> Country:
    return read_pack("cn")


@pytest.mark.parametrize(
    ("code", "name", "name_en", "people"),
    [
        ("410800", "焦作市", "Jiaozuo", (3_540_101, 3_521_078)),
        ("140500", "晋城市", "Jincheng", (2_279_146, 2_194_545)),
        ("230400", "鹤岗市", "Hegang", (1_058_665, 891_271)),
    ],
)
def test_places_hold_their_census_people(cn, code, name, name_en, people):
    place = cn.places.codes.index(code)
    assert (cn.places.names[place], cn.places.names_en[place]) == (name, name_en)
    assert tuple(cn.totals[:, place]) == people
    assert tuple(cn.people[:, place].sum(axis=(1, 2))) == people


def test_ages_sum_to_the_totals_exactly_in_both_years(cn):
    assert cn.years == (2010, 2020)
    assert cn.people.shape == (2, 356, 2, len(FIVE_YEARS))
    assert np.array_equal(cn.people.sum(axis=(2, 3)), cn.totals)
    assert cn.totals[1].sum() == 1_405_845_669
    assert not cn.imputed.any()


def test_ages_of_other_borders_are_marked(cn):
    place = cn.places.codes.index("340700")  # Tongling took Zongyang in 2015; its 2010 ages were doubled
    assert cn.rescaled[0, place]
    assert not cn.rescaled[1, place]
    assert not cn.rescaled[:, cn.places.codes.index("410800")].any()
    assert any("other borders" in note for note in cn.notes)


def test_infants_and_small_children_are_one_group(cn):
    beijing = cn.places.codes.index("110100")
    assert tuple(cn.people[0, beijing, :, 0]) == (60_564 + 300_229, 55_318 + 269_769)


def test_drivers_span_the_century_in_persons_per_year(cn):
    drivers = cn.drivers
    assert (drivers.years[0], drivers.years[-1]) == (2000, 2100)
    assert drivers.borrowed_from == ""
    now = list(drivers.years).index(2024)
    assert drivers.people[now] == pytest.approx(1_417_733_600)
    assert drivers.people_80[now, 0] < drivers.people[now] < drivers.people_80[now, 1]
    assert np.isnan(drivers.people_80[:now]).all()
    assert np.isfinite(drivers.people_80[now:]).all()
    assert drivers.mortality.shape == (19, 2, len(drivers.mortality_ages))
    assert drivers.fertility_shares.sum(axis=1) == pytest.approx(1.0, abs=1e-12)


def test_net_migrants_by_age_agree_with_the_yearly_series(cn):
    drivers = cn.drivers
    for period, first in enumerate(drivers.migrants_periods):
        yearly = drivers.net_migrants[(drivers.years >= first) & (drivers.years < first + 5)].mean()
        assert drivers.migrants[period].sum() == pytest.approx(yearly, rel=0.15)


def test_arrays_cannot_be_written(cn):
    for array in (cn.people, cn.totals, cn.places.lon, cn.drivers.mortality, cn.indicator("jobs_mine_pct", 2020)):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(TypeError):
        cn.names["en"] = "elsewhere"


def test_a_country_travels_between_processes(cn):
    again = pickle.loads(pickle.dumps(cn))
    assert again.names == cn.names
    assert np.array_equal(again.people, cn.people)


def test_unpublished_cells_are_nan_not_zero(cn):
    registered = cn.indicator("registered_per_100_residents", 2010)
    assert int(np.isnan(registered).sum()) == 11
    assert np.isnan(cn.indicator("registered_per_100_residents", 2020)).all()


def test_peers_and_seats(cn):
    named = [cn.places.names_en[cn.places.codes.index(code)] for code in cn.peers]
    assert named == ["Jincheng", "Hegang", "Zhengzhou", "Shenzhen"]
    assert int(cn.places.seat.sum()) == 31
    assert cn.places.region_names["410000"] == ("河南省", "Henan")


def test_every_table_has_a_source_with_terms(cn):
    assert {source.key for source in cn.sources} == {"nbs_census", "hinterland_places", "un_wpp_2024"}
    assert all(source.licence and source.attribution for source in cn.sources)


def test_reading_a_pack_loads_no_pandas():
    code = "import sys, json, hinterland.data.pack as p; p.read_pack('cn'); print(json.dumps('pandas' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) is False


@pytest.mark.shared
def test_the_embedded_pack_is_what_the_importer_makes_of_the_facts(tmp_path):
    if not FACTS.is_dir():
        pytest.skip("the folder of facts does not lie beside the checkout")
    write_pack(FACTS, tmp_path / "cn")
    made = {file.name: file.read_bytes() for file in (tmp_path / "cn").iterdir()}
    held = {file.name: file.read_bytes() for file in (PACKS / "cn").iterdir()}
    assert sorted(made) == sorted(held)
    assert [name for name in made if made[name] != held[name]] == []


def test_the_pack_is_small():
    assert sum(file.stat().st_size for file in (PACKS / "cn").iterdir()) < 2_000_000
