"""Ages of a pack: published ones as they are, imputed ones by what is known, each marked."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.data.pack import read_pack
from small_packs import write

FIVE = [*(f"{a}-{a + 4}" for a in range(0, 85, 5)), "85+"]


def pyramid(code: str, year: int, men: float, women: float) -> list[str]:
    return [f"{code},{year},{label},{men},{women}" for label in FIVE]


def region_table(rows: list[str]) -> str:
    return "\n".join(["region,year,age,men,women", *rows])


def ages_table(rows: list[str]) -> str:
    return "\n".join(["code,year,age,men,women", *rows])


def test_published_ages_are_kept_to_the_person(tmp_path):
    rows = [*pyramid("a", 2020, 20, 30), *pyramid("b", 2020, 5, 5)]
    folder = write(tmp_path, ages=ages_table(rows), people="code,year,people\na,2020,900\nb,2020,180\n")
    country = read_pack(folder)
    assert (country.people[0, 0, 0] == 20).all()
    assert (country.people[0, 0, 1] == 30).all()
    assert not country.imputed.any()


def test_a_place_without_ages_follows_its_region(tmp_path):
    young = [f"R,2020,{label},{30 if i < 9 else 1},{20 if i < 9 else 2}" for i, label in enumerate(FIVE)]
    folder = write(tmp_path, region_ages=region_table(young))
    country = read_pack(folder)
    pattern = np.array([[30.0] * 9 + [1.0] * 9, [20.0] * 9 + [2.0] * 9])
    assert country.imputed.all()
    assert country.people[0, 0] == pytest.approx(pattern * (1000 / pattern.sum()))
    assert country.people.sum(axis=(2, 3)) == pytest.approx(country.totals)
    assert any("imputed from the pattern of their regions" in note for note in country.notes)


def test_what_published_places_leave_of_the_region_goes_to_the_others(tmp_path):
    region = [f"R,2020,{label},{40},{40}" for label in FIVE]
    known = [f"a,2020,{label},{40 if i < 9 else 10},{40 if i < 9 else 10}" for i, label in enumerate(FIVE)]
    folder = write(
        tmp_path,
        people="code,year,people\na,2020,900\nb,2020,540\n",
        ages=ages_table(known),
        region_ages=region_table(region),
    )
    country = read_pack(folder)
    assert country.people[0].sum(axis=0) == pytest.approx(np.full((2, 18), 40.0))
    assert list(country.imputed[0]) == [False, True]


def test_broad_shares_are_met_and_sexes_follow_the_pattern(tmp_path):
    shares = "code,year,age,pct\na,2020,0-14,20\na,2020,15-59,50\na,2020,60+,30\n"
    nation = [f"xx,2020,{label},3,1" for label in FIVE]
    folder = write(tmp_path, age_shares=shares, region_ages=region_table(nation))
    people = read_pack(folder).people[0, 0]
    assert [people[:, :3].sum(), people[:, 3:12].sum(), people[:, 12:].sum()] == pytest.approx([200, 500, 300])
    assert people[0] == pytest.approx(3 * people[1])


def test_wide_and_narrow_groups_stand_side_by_side(tmp_path):
    wide = "code,year,age,people\na,2020,0,50\na,2020,1-4,150\na,2020,5-64,500\na,2020,65+,300\n"
    country = read_pack(write(tmp_path, ages=wide))
    people = country.people[0, 0]
    assert [people[:, 0].sum(), people[:, 1:13].sum(), people[:, 13:].sum()] == pytest.approx([200, 500, 300])
    assert country.imputed[0, 0]


def test_single_years_are_summed(tmp_path):
    rows = [f"a,2020,{age},2,3" for age in range(100)] + ["a,2020,100+,250,250"]
    country = read_pack(write(tmp_path, ages=ages_table(rows)))
    assert (country.people[0, 0, 0, :17] == 10).all()
    assert country.people[0, 0, 1, 17] == 15 * 3 + 250
    assert not country.imputed[0, 0]


def test_the_nation_is_borrowed_where_nothing_is_known(tmp_path):
    country, cn = read_pack(write(tmp_path)), read_pack("cn")
    pattern = cn.at(2020).sum(axis=0)
    assert country.people[0, 0] == pytest.approx(pattern / pattern.sum() * 1000)
    assert any("pattern of China in 2020 (assumed)" in note for note in country.notes)
    assert {"nbs_census", "un_wpp_2024"} <= {source.key for source in country.sources}


def test_borrowed_drivers_are_scaled_to_the_country_and_said_so(tmp_path):
    country, cn = read_pack(write(tmp_path)), read_pack("cn")
    assert country.drivers.borrowed_from == "cn"
    assert any(note.startswith("Assumed") and "Borrowed from China" in note for note in country.notes)
    at_2020 = list(cn.drivers.years).index(2020)
    assert country.drivers.people[at_2020] == pytest.approx(country.totals[0].sum())
    share = country.totals[0].sum() / cn.drivers.people[at_2020]
    assert country.drivers.net_migrants == pytest.approx(cn.drivers.net_migrants * share)
    assert country.drivers.migrants == pytest.approx(cn.drivers.migrants * share)
    assert np.array_equal(country.drivers.fertility, cn.drivers.fertility)


def test_rounding_is_scaled_away(tmp_path):
    rows = [f"a,2020,{label},28,27" for label in FIVE]
    country = read_pack(write(tmp_path, ages=ages_table(rows)))
    assert country.people[0, 0].sum() == pytest.approx(1000, rel=1e-12)
    assert not country.imputed[0, 0]
