"""A nation's ages between the years that publish them: carried on by its own schedules, never back from later ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import small_packs
from hinterland.data.carried import carrier
from hinterland.data.country import frozen
from hinterland.data.pack import read_pack

NATION = "region,year,age,men,women\n"
LABELS = [*(f"{a}-{a + 4}" for a in range(0, 85, 5)), "85+"]


def rows(year: int, young: float, old: float) -> str:
    """The nation's pattern of a year: groups under 45 and those above."""
    return "".join(
        f"xx,{year},{label},{young if i < 9 else old},{young if i < 9 else old}\n" for i, label in enumerate(LABELS)
    )


def test_where_nobody_dies_or_moves_everybody_moves_up():
    cn = read_pack("cn")
    immortal = replace(
        cn.drivers,
        mortality=frozen(np.full(cn.drivers.mortality.shape, 1e-9)),
        life_expectancy_80=frozen(np.full(cn.drivers.life_expectancy_80.shape, np.nan)),
        migrants=frozen(np.zeros(cn.drivers.migrants.shape)),
    )
    start = cn.at(2010).sum(axis=0)
    later = carrier(immortal, cn.ages)(2010, start.reshape(-1), 2020)
    assert later is not None
    people = later.reshape(start.shape)
    assert people[:, 2:-1] == pytest.approx(start[:, :-3], rel=1e-6)
    assert people[:, -1] == pytest.approx(start[:, -3:].sum(axis=1), rel=1e-6)
    assert (people[:, :2] > 0).all()


def test_ages_of_china_carried_on_are_near_those_counted():
    cn = read_pack("cn")
    later = carrier(cn.drivers, cn.ages)(2010, cn.at(2010).sum(axis=0).reshape(-1), 2020)
    assert later is not None
    carried, counted = later / later.sum(), cn.at(2020).sum(axis=0).reshape(-1) / cn.totals[-1].sum()
    frozen_ages = cn.at(2010).sum(axis=0).reshape(-1) / cn.totals[0].sum()
    assert np.abs(carried - counted).sum() < 0.35 * np.abs(frozen_ages - counted).sum()


def test_a_step_that_is_not_whole_keeps_the_last_whole_one():
    cn = read_pack("cn")
    carry, start = carrier(cn.drivers, cn.ages), cn.at(2010).sum(axis=0).reshape(-1)
    assert carry(2010, start, 2013) is start
    assert np.array_equal(carry(2010, start, 2018), carry(2010, start, 2015))
    assert carry(1200, start, 2020) is None


def test_an_earlier_pattern_is_carried_on_and_a_later_one_never_used(tmp_path):
    people = "code,year,people\n" + "".join(
        f"{code},{year},1000\n" for code in "ab" for year in (2005, 2010, 2015, 2020)
    )
    folder = small_packs.write(tmp_path, people=people, region_ages=NATION + rows(2005, 10, 2) + rows(2020, 1, 20))
    country = read_pack(folder)
    young = country.people[:, 0, :, :9].sum(axis=(1, 2)) / 1000
    assert young[0] == pytest.approx(180 / 216)
    assert young[3] == pytest.approx(18 / 378)
    assert young[0] > young[1] > young[2] > 0.6
    told = [note for note in country.notes if "carried on by its births and deaths" in note]
    assert len(told) == 1
    assert "2010, 2015" in told[0]


def test_before_the_first_pattern_the_first_stands(tmp_path):
    people = "code,year,people\n" + "".join(f"{code},{year},1000\n" for code in "ab" for year in (2010, 2020))
    country = read_pack(small_packs.write(tmp_path, people=people, region_ages=NATION + rows(2020, 3, 1)))
    assert np.array_equal(country.people[0], country.people[1])
    assert any("pattern of the nation in 2020" in note for note in country.notes)
