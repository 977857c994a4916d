"""Scenario files: what they say is what a country gets; shipped ones load, are documented and argue for a direction."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import small_country, small_ensemble
from hinterland.data.country import Country, FrozenMapping, frozen
from hinterland.data.pack import read_pack
from hinterland.model.mergers import Merger
from hinterland.record import Ensemble
from hinterland.scenario import LEVERS, Beginning, Change, Closing, Turn, changed
from hinterland.scenario_files.made import (
    Expectation,
    describe,
    expectations,
    failed,
    load_scenario,
    load_scenarios,
    shipped,
)
from hinterland.scenario_files.places import members
from hinterland.scenario_files.schema import SetTable, is_log
from hinterland.space.network import Line
from hinterland.ways import YEAR_END, scheduled

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"

HEAD = """title = {en = "A trial", zh = "试验", ja = "試し"}
reason = {en = "Why not.", zh = "试试看。", ja = "試すため。"}
source = "Assumed."
"""

CHANGE = '[[change]]\nlever = "posts"\namount = 0.1\nfrom = 2025\n'

BASE_YEARS = {name: 2010 if name.startswith("jiaozuo") else 2020 for name in shipped()}
"""Shipped scenario -> the base year it is for."""


@pytest.fixture(scope="module")
def cn() -> Country:
    return read_pack("cn")


@pytest.fixture(scope="module")
def countries(cn: Country) -> dict[int, Country]:
    """The embedded country as it is, and as it stood in 2010."""
    earlier = dataclasses.replace(
        cn,
        base_year=2010,
        years=cn.years[:1],
        people=cn.people[:1],
        totals=cn.totals[:1],
        imputed=cn.imputed[:1],
        rescaled=cn.rescaled[:1],
    )
    return {2010: earlier, 2020: cn}


def with_lines(country: Country) -> Country:
    line = Line("南北线", (0, 1, 2), 250.0, 2015.5, name_en="North-South")
    ended = Line("旧线", (0, 3), 120.0, 2000.0, closes=2019.0, name_en="Old")
    return dataclasses.replace(country, lines=(line, ended))


def written(folder: Path, body: str, name: str = "trial") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(HEAD + body, encoding="utf-8")
    return path


# What a file says


def test_changes_and_turns_are_as_written(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
[sets.west]
regions = ["西省"]
[[change]]
lever = "pull"
amount = -0.2
from = 2025.5
until = 2035
over = 5
in = "west"
kinds = ["20-24", "25-29"]
[[change]]
lever = "mine_output"
times = 0.5
from = 2030
places = ["Shanyuan", "A002"]
[[change]]
lever = "national_jobs"
amount = 0.1
from = 2020
kinds = ["farm"]
[[turn]]
parameter = "farm_fall"
value = 0.06
from = 2030
[[start]]
stock = "homes"
times = 1.2
in = "west"
[[merger]]
places = ["柳坪", "松口"]
seat = "松口"
from = 2030
""",
    )
    scenario = load_scenario(path, small_country())
    assert scenario.name == "trial"
    assert scenario.changes == (
        Change("pull", -0.2, 2025.5, 2035, 5, ("B003", "B004"), ("20-24", "25-29")),
        Change("mine_output", math.log(0.5), 2030, math.inf, 0, ("A001", "A002")),
        Change("national_jobs", 0.1, 2020, kinds=("farm",)),
    )
    assert scenario.turns == (Turn("farm_fall", 0.06, 2030),)
    assert scenario.beginnings == (Beginning("homes", math.log(1.2), ("B003", "B004")),)
    assert scenario.mergers == (Merger(("B004", "B003"), "B003", 2030.0),)


def test_a_turn_may_give_a_value_for_every_life_stage(tmp_path: Path) -> None:
    body = '[[turn]]\nparameter = "come_home"\nvalue = [0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4]\nfrom = 2030\n'
    (turn,) = load_scenario(written(tmp_path, body), small_country()).turns
    assert turn.value == (0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4)


def test_lines_open_between_positions_and_close_by_either_name(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
[[line]]
name = "新线"
stops = ["Liuping", "杉原", "A002"]
speed_kmh = 350
from = 2028
[[close]]
line = "North-South"
from = 2030
[[close]]
line = "新线"
place = "杉原"
from = 2028
[[close]]
place = "松口"
from = 2022
""",
    )
    scenario = load_scenario(path, with_lines(small_country()))
    (line,) = scenario.openings
    assert (line.name, line.way, line.speed, line.opens, line.closes) == ("新线", (3, 0, 1), 350.0, 2028.0, math.inf)
    assert line.source == "Assumed."
    assert scenario.closings == (
        Closing("南北线", 2030.0),
        Closing("新线", 2028.0, "A001"),
        Closing("", 2022.0, "B003"),
    )


def test_a_line_of_the_pack_may_be_closed_before_it_opened_as_a_counterfactual(
    countries: dict[int, Country],
) -> None:
    scenario = load_scenario("jiaozuo_rail", countries[2010])
    opened = {line.name: line.opens for line in countries[2010].lines}
    assert {closing.line for closing in scenario.closings} == {"郑焦城际铁路", "太焦高速铁路"}
    assert all(closing.year + YEAR_END <= opened[closing.line] for closing in scenario.closings)
    running = {line.name for line in scheduled(countries[2010].lines, scenario, countries[2010].places.codes)}
    assert running == set(opened) - {"郑焦城际铁路", "太焦高速铁路"}


def test_what_a_file_says_is_told_without_a_country(tmp_path: Path) -> None:
    file = describe(written(tmp_path, CHANGE))
    assert (file.name, file.title.zh, file.reason.ja, file.source) == ("trial", "试验", "試すため。", "Assumed.")
    assert file.change[0].size == 0.1


@pytest.mark.parametrize("lever", LEVERS)
def test_multiples_are_for_levers_that_are_logs(lever: str) -> None:
    plain = ("pull", "remote", "amenity", "transfers", "projects", "rank_transfers", "schools_kept", "boarding")
    assert is_log(lever) == (lever not in plain)


# Sets


def indicators() -> FrozenMapping:
    """One column: all places in 2010, two of six in 2020."""
    late = np.array([np.nan, 9.0, np.nan, np.nan, 1.0, np.nan])
    return FrozenMapping({"jobs_mine_pct": {2010: frozen(np.arange(6.0)), 2020: frozen(late)}})


def six() -> Country:
    return dataclasses.replace(small_country(6), indicators=indicators())


def found(**conditions: object) -> frozenset[str]:
    """Codes of the set with these conditions; none where it would be refused as empty."""
    from hinterland.errors import InputError

    try:
        return frozenset(members(six(), SetTable.model_validate(conditions), "a set"))
    except InputError as error:
        assert "no place" in error.what
        return frozenset()


CONDITIONS = {
    "places": ["杉原", "Baihe", "B004", "B005"],
    "regions": ["West"],
    "seats": False,
    "largest": 4,
    "people": {"above": 3e5, "below": 1.5e6},
    "indicator": "jobs_mine_pct",
    "near": {"place": "柏河", "within_km": 350},
    "other_than": ["A002", "B006"],
}


def asked(names: Iterable[str]) -> dict[str, object]:
    chosen = {name: CONDITIONS[name] for name in names}
    return chosen | ({"at_least": 1, "at_most": 5} if "indicator" in names else {})


@given(st.sets(st.sampled_from(sorted(CONDITIONS)), min_size=1))
def test_a_set_holds_the_places_that_meet_every_condition(names: set[str]) -> None:
    each = [found(**asked([name])) for name in names]
    assert all(each)
    assert found(**asked(sorted(names))) == frozenset.intersection(*each)


def test_each_condition_chooses_as_it_says() -> None:
    codes = six().places.codes
    people = six().totals[-1]
    assert found(regions=["B"]) == found(regions=["西省"]) == found(regions=["west"]) == {"B004", "B005", "B006"}
    assert found(seats=True) == {"A001", "B004"}
    assert found(seats=False) == set(codes) - {"A001", "B004"}
    assert found(largest=2) == {codes[place] for place in np.argsort(-people)[:2]}
    assert found(people={"above": 5e5}) == {code for code, one in zip(codes, people, strict=True) if one > 5e5}
    assert found(other_than=["杉原"]) == set(codes[1:])
    assert found(near={"place": "杉原", "within_km": 1}) == {"A001"}
    assert found(near={"place": "杉原", "within_km": 20_000}) == set(codes)


def test_an_indicator_is_its_latest_published_value() -> None:
    # In the order of places 0 9 2 3 1 5: those published again in 2020 count as of then.
    assert found(indicator="jobs_mine_pct", at_least=5) == {"A002", "B006"}
    assert found(indicator="jobs_mine_pct", at_most=1) == {"A001", "B005"}
    early = dataclasses.replace(six(), base_year=2010, years=(2010,), people=six().people[:1])
    table = SetTable(indicator="jobs_mine_pct", at_least=4)
    assert members(early, table, "a set") == ("B005", "B006")


def test_places_without_a_figure_or_a_position_are_left_out() -> None:
    silent = FrozenMapping({"jobs_mine_pct": {2020: frozen(np.array([np.nan, 1, 2, 3, 4, 5.0]))}})
    places = dataclasses.replace(six().places, lon=frozen(np.array([np.nan, 112, 113, 114, 115, 116.0])))
    country = dataclasses.replace(six(), indicators=silent, places=places)
    known = members(country, SetTable(indicator="jobs_mine_pct", at_least=-1e9), "a set")
    assert "A001" not in known
    assert len(known) == 5
    near = SetTable.model_validate({"near": {"place": "柏河", "within_km": 20_000}})
    assert members(country, near, "a set") == known


# Several files


def test_what_is_extended_comes_first_and_counts_once(tmp_path: Path) -> None:
    for name, amount in (("root", 0.1), ("left", 0.2), ("right", 0.3)):
        more = "" if name == "root" else 'extends = ["root"]\n'
        written(tmp_path, more + CHANGE.replace("0.1", str(amount)), name)
    top = written(tmp_path, 'extends = ["left", "right"]\n', "top")
    scenario = load_scenario(top, small_country())
    assert [change.amount for change in scenario.changes] == [0.1, 0.2, 0.3]
    assert scenario.name == "top"


def test_scenarios_given_together_add_up(tmp_path: Path) -> None:
    one = written(tmp_path, CHANGE, "one")
    other = written(tmp_path, 'extends = ["one"]\n' + CHANGE.replace("0.1", "0.4"), "other")
    both = load_scenarios([one, other], small_country())
    assert both.name == "one+other"
    assert [change.amount for change in both.changes] == [0.1, 0.4]


def test_a_file_may_extend_a_shipped_scenario_of_its_own_name_in_another_folder(tmp_path: Path, cn: Country) -> None:
    mine = written(tmp_path, 'extends = ["fertility_low"]\n' + CHANGE, "mine")
    shipped_one = load_scenario("fertility_low", cn)
    assert load_scenario(mine, cn).changes[:1] == shipped_one.changes


def test_a_close_in_one_file_may_end_a_line_of_another(tmp_path: Path) -> None:
    opened = '[[line]]\nname = "新线"\nstops = ["杉原", "柏河"]\nspeed_kmh = 200\nfrom = 2028\n'
    written(tmp_path, opened, "opens")
    path = written(tmp_path, 'extends = ["opens"]\n[[close]]\nline = "新线"\nfrom = 2040\n', "closes")
    assert load_scenario(path, small_country()).closings == (Closing("新线", 2040.0),)


def test_changes_that_only_look_alike_do_not_contradict(tmp_path: Path) -> None:
    """Opposite signs at other places, of other kinds or from other years are a shift, not a contradiction."""
    template = '[[change]]\nlever = "plants"\namount = {}\nfrom = {}\nplaces = ["{}"]\nkinds = ["{}"]\n'
    rows = [(0.1, 2025, "杉原", "routine"), (-0.1, 2025, "柏河", "routine"), (-0.1, 2025, "杉原", "advanced")]
    rows += [(-0.1, 2030, "杉原", "routine"), (0.2, 2025, "杉原", "routine")]
    scenario = load_scenario(written(tmp_path, "".join(template.format(*row) for row in rows)), small_country())
    assert len(scenario.changes) == 5


# Those that are shipped


def test_many_are_shipped_with_names_in_order() -> None:
    names = shipped()
    assert len(names) >= 24
    assert all(before < after for before, after in pairwise(names))
    assert all(name.isascii() and name.islower() and name.isidentifier() for name in names)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_loads_and_argues_for_a_direction(name: str, countries: dict[int, Country]) -> None:
    country = countries[BASE_YEARS[name]]
    scenario = load_scenario(name, country)
    assert scenario.name == name
    assert (
        scenario.changes
        or scenario.turns
        or scenario.openings
        or scenario.closings
        or scenario.mergers
        or (scenario.beginnings)
    )
    expected = expectations(name, country)
    assert expected
    assert all(country.base_year < one.year <= 2050 for one in expected)
    for lever in {change.lever for change in scenario.changes}:
        starts = list(range(country.base_year, 2100, 5))
        assert np.any(changed(scenario, lever, country.places.codes, starts, 5) != 0)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_says_why_in_three_languages_and_what_it_rests_on(name: str) -> None:
    file = describe(name)
    assert file.claims
    assert all(1 <= int(claim[1:]) <= 51 for claim in file.claims)
    assert "assumed" in file.source.lower() or "are the pack's" in file.source
    for words in (file.title, file.reason):
        assert words.en.isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in words.zh)
        assert any("\u3040" <= letter <= "\u30ff" for letter in words.ja)
        assert not any("\u3040" <= letter <= "\u30ff" for letter in words.zh)
    told = " ".join((*dict(file.title).values(), *dict(file.reason).values(), file.source)).lower()
    assert not any(word in told for word in ("dying", "doomed", "dead", "消亡", "死亡之城", "消滅", "滅び"))
    assert all(reason.count(stop) <= 3 for reason, stop in ((file.reason.en, "."), (file.reason.zh, "。")))


def test_the_sets_of_coal_cities_hold_coal_and_no_oil(cn: Country) -> None:
    (change,) = load_scenario("coal_price_fall", cn).changes
    names = {cn.places.names_en[cn.places.codes.index(code)] for code in change.places}
    assert {"Jincheng", "Hegang", "Yangquan"} <= names
    assert not {"Daqing", "Karamay", "Jiaozuo"} & names
    assert change.amount == pytest.approx(math.log(0.6))


def test_the_four_causes_of_jiaozuo_are_the_sum_of_each(countries: dict[int, Country]) -> None:
    four = load_scenario("jiaozuo_four", countries[2010])
    each = [load_scenario(f"jiaozuo_{cause}", countries[2010]) for cause in ("coal", "rail", "pandemic", "clients")]
    assert four.changes == sum((one.changes for one in each), ())
    assert four.closings == sum((one.closings for one in each), ())


def rows() -> list[str]:
    """The table of the document as the files make it."""
    lines = ["| name | title | claims | from | rests on |", "|---|---|---|---|---|"]
    for name in shipped():
        file = describe(name)
        years = [table.start for table in (*file.change, *file.turn, *file.line, *file.close, *file.merger)]
        since = f"{min(years):g}" if years else "base year"
        since = "those it extends" if file.extends and not years else since
        lines.append(f"| `{name}` | {file.title.en} | {' '.join(file.claims)} | {since} | {file.source} |")
    return lines


def test_the_table_of_the_document_is_that_of_the_files() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text.split("<!-- scenarios -->")[1].split("<!-- end -->")[0].strip()
    assert table.splitlines() == rows()


def levers() -> list[str]:
    """The table of levers of the document as the package has them."""
    lines = []
    for name, lever in LEVERS.items():
        whose = " National." if lever.national else ""
        kinds = ", ".join(lever.kinds)
        lines.append(f"| `{name}` {lever.doc}{whose} | {lever.low:g} to {lever.high:g} | {kinds} |")
    return lines


def test_every_lever_stands_in_the_document() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in levers() if line not in lines] == []


def test_the_example_of_the_document_can_be_used(tmp_path: Path, cn: Country) -> None:
    example = PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    path = tmp_path / "example.toml"
    path.write_text(example, encoding="utf-8")
    scenario = load_scenario(path, cn)
    assert scenario.changes
    assert scenario.closings
    assert expectations(path, cn)


# Expectations


def expected(quantity: str, direction: str, *, year: int = 2050, places: tuple[str, ...] = (), within: float = 1e-3):
    return Expectation(quantity, places, year, direction, within, "trial.toml, expect 1")  # pyright: ignore[reportArgumentType]


def times(ensemble: Ensemble, quantity: str, factor: float, place: int | slice = slice(None)) -> Ensemble:
    """The ensemble with one quantity multiplied at some places."""
    kind = "stocks" if quantity in ensemble.stocks else "flows"
    arrays = {name: np.array(values) for name, values in getattr(ensemble, kind).items()}
    arrays[quantity][..., place] *= factor
    return dataclasses.replace(ensemble, **{kind: arrays})


@given(
    st.sampled_from(["people", "births", "people_80_plus"]),
    st.one_of(st.just(1.0), st.floats(0.5, 0.998), st.floats(1.002, 2.0)),
)
def test_one_direction_and_no_other_is_borne_out(quantity: str, factor: float) -> None:
    base = ENSEMBLE
    moved = times(base, quantity, factor)
    right = "same" if factor == 1 else "up" if factor > 1 else "down"
    for direction in ("up", "down", "same"):
        assert (failed([expected(quantity, direction)], base, moved) == []) == (direction == right)


ENSEMBLE = small_ensemble(5)


def test_only_the_places_and_the_year_of_an_expectation_count() -> None:
    moved = times(ENSEMBLE, "people", 1.1, 2)
    code = ENSEMBLE.country.places.codes
    assert failed([expected("people", "up", places=(code[2],))], ENSEMBLE, moved) == []
    assert failed([expected("people", "same", places=(code[0], code[3]))], ENSEMBLE, moved) == []
    assert failed([expected("people", "up")], ENSEMBLE, moved) == []
    births = np.array(ENSEMBLE.flows["births"])
    births[:, ENSEMBLE.years.index(2050) - 1] *= 0.9
    later = dataclasses.replace(ENSEMBLE, flows={**ENSEMBLE.flows, "births": births})
    assert failed([expected("births", "down"), expected("births", "same", year=2055)], ENSEMBLE, later) == []


def test_a_failed_expectation_says_what_came_out() -> None:
    moved = times(ENSEMBLE, "people", 0.9)
    (told,) = failed([expected("people", "up", places=("A001",))], ENSEMBLE, moved)
    assert told == "trial.toml, expect 1: people at A001 in 2050 is argued to be up and changes by -10%"


def test_what_is_the_same_is_so_within_a_share() -> None:
    moved = times(ENSEMBLE, "people", 1.01)
    assert failed([expected("people", "same", within=0.02)], ENSEMBLE, moved) == []
    assert len(failed([expected("people", "same", within=0.005)], ENSEMBLE, moved)) == 1


def test_the_median_member_decides() -> None:
    people = np.array(ENSEMBLE.stocks["people"])
    people[:2] *= 0.5
    people[2:] *= 1.01
    moved = dataclasses.replace(ENSEMBLE, stocks={**ENSEMBLE.stocks, "people": people})
    assert failed([expected("people", "up")], ENSEMBLE, moved) == []


def test_a_quantity_or_a_year_that_the_run_lacks_is_told() -> None:
    told = failed(
        [expected("homes", "up"), expected("people", "up", year=2052), expected("births", "up", year=2020)],
        ENSEMBLE,
        ENSEMBLE,
    )
    assert len(told) == 3
    assert all("is not in the run" in one for one in told)


def test_ensembles_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match="members differ: 5 and 4"):
        failed([], ENSEMBLE, small_ensemble(4))
    with pytest.raises(ValueError, match="seed differ"):
        failed([], ENSEMBLE, dataclasses.replace(ENSEMBLE, seed=1))
    with pytest.raises(ValueError, match="different places"):
        failed([], ENSEMBLE, small_ensemble(5, country=small_country(5)))


def test_expectations_name_places_by_code(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        CHANGE
        + """[sets.west]
regions = ["B"]
[[expect]]
quantity = "people"
year = 2050
direction = "up"
in = "west"
[[expect]]
quantity = "births"
year = 2040
direction = "same"
within = 0.01
""",
    )
    assert expectations(path, small_country()) == (
        Expectation("people", ("B003", "B004"), 2050, "up", 0.001, "trial.toml, expect 1"),
        Expectation("births", (), 2040, "same", 0.01, "trial.toml, expect 2"),
    )
