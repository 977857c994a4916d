"""Tables beside people and ages: an open age of one's own, moves, former units, and figures of many years."""

from __future__ import annotations

import numpy as np
import pytest

import small_packs
from hinterland.axes import FIVE_YEARS, Ages
from hinterland.data.pack import read_pack
from hinterland.errors import InputError

GROUPS = [*Ages(5, 80).labels]
AGES = "code,year,age,men,women\n" + "".join(
    f"{code},2020,{group},{men},{men + 1}\n" for code, men in (("a", 20), ("b", 10)) for group in GROUPS
)
PEOPLE = f"code,year,people\na,2020,{17 * 41}\nb,2020,{17 * 21}\n"


def with_key(text: str, line: str) -> str:
    return text.replace("base_year = 2020\n", f"base_year = 2020\n{line}\n")


def listed(*tables: str) -> str:
    names = ("places", "people", *tables)
    rows = "".join(f'{name} = "{name}.csv"\n' for name in names)
    return small_packs.MANIFEST.format(tables=rows, named=", ".join(f'"{name}"' for name in names))


def test_ages_to_eighty_and_over_are_published_and_not_imputed(tmp_path):
    manifest = with_key(listed("ages"), "open_age = 80")
    country = read_pack(small_packs.write(tmp_path, manifest, ages=AGES, people=PEOPLE))
    assert country.ages.labels[-1] == "80+"
    assert not country.imputed.any()
    assert country.people[0, 0, :, -1].tolist() == [20, 21]


def test_without_that_key_the_open_group_is_split(tmp_path):
    country = read_pack(small_packs.write(tmp_path, listed("ages"), ages=AGES, people=PEOPLE))
    assert country.ages == FIVE_YEARS
    assert country.imputed.all()
    np.testing.assert_allclose(country.people[0, 0, :, -2:].sum(axis=1), [20, 21])


def test_a_lent_pattern_fits_an_earlier_open_age(tmp_path):
    country = read_pack(small_packs.write(tmp_path, with_key(small_packs.manifest(), "open_age = 70")))
    assert country.people.shape[-1] == 15
    lent = read_pack("cn").at(2020).sum(axis=0)
    share = lent[:, FIVE_YEARS.index(70) :].sum() / lent.sum()
    np.testing.assert_allclose(country.people[0, :, :, -1].sum(axis=1), country.totals[0] * share)


@pytest.mark.parametrize("line", ["open_age = 90", "open_age = 83", "open_age = 50"])
def test_an_open_age_that_cannot_be_used(tmp_path, line):
    folder = small_packs.write(tmp_path, with_key(small_packs.manifest(), line))
    with pytest.raises(InputError, match=r"row 5: open_age = \d+ cannot be used. Write one of 60, 65, 70, 75, 80, 85"):
        read_pack(folder)


def test_the_nation_of_another_year_comes_before_another_nation(tmp_path):
    rows = "".join(f"xx,2010,{group},{60 if group == '0-4' else 1},1\n" for group in FIVE_YEARS.labels)
    pattern = "region,year,age,men,women\n" + rows
    country = read_pack(small_packs.write(tmp_path, listed("region_ages"), region_ages=pattern))
    men = country.people[0, 0, 0]
    assert men.argmax() == FIVE_YEARS.index(10)  # the many children of 2010, ten years on
    assert men[2] > 10 * men[3]
    assert any("the nation, carried on by its births and deaths" in note for note in country.notes)


def test_moves_and_former_units_are_kept_by_position(tmp_path):
    moves = "origin,destination,year,people\nb,a,2018,30\na,b,2018,12\na,b,2017,11\n"
    former = "code,name,place,year\nold,Oldham,b,2005\n"
    country = read_pack(small_packs.write(tmp_path, listed("moves", "former"), moves=moves, former=former))
    assert sorted(country.moves) == [2017, 2018]
    pairs = country.moves[2018]
    assert list(zip(pairs.origin, pairs.destination, pairs.people, strict=True)) == [(1, 0, 30), (0, 1, 12)]
    assert (country.former[0].name, country.former[0].place, country.former[0].year) == ("Oldham", 1, 2005)


def test_a_move_from_nowhere_is_refused(tmp_path):
    moves = "origin,destination,year,people\nc,a,2018,30\n"
    folder = small_packs.write(tmp_path, listed("moves"), moves=moves)
    with pytest.raises(InputError, match=r"moves.csv, row 2, column origin: code 'c' is not known"):
        read_pack(folder)


def test_flows_may_have_years_of_their_own(tmp_path):
    flows = "code,year,births,arrivals\na,2019,12,\na,2020,11,40\n"
    country = read_pack(small_packs.write(tmp_path, listed("flows"), flows=flows))
    assert country.indicator("births", 2019)[0] == 12
    assert np.isnan(country.indicator("arrivals", 2019)).all()
    assert country.indicator("arrivals", 2020)[0] == 40
