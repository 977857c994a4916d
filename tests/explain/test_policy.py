"""Policies on small countries: the lever needed where it is known, people and money that add up, what is refused."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq
from typer.testing import CliRunner, Result

import pairs
from hinterland.calibrate.prepare import prepare
from hinterland.cli.main import app
from hinterland.data.country import Country
from hinterland.data.pack import read_pack
from hinterland.data.template import write_template
from hinterland.errors import InputError
from hinterland.explain.alternatives import bench
from hinterland.explain.levers import chosen, known, purse
from hinterland.explain.pareto import Point, undominated
from hinterland.explain.placed import placed
from hinterland.explain.policy import Policy, asked, forward, policy, solved
from hinterland.explain.search import search
from hinterland.members.ensemble import Outcome, run_ensemble
from hinterland.params import load
from hinterland.scenario import Scenario
from hinterland.scenario_files.made import load_scenario
from hinterland.simulate import simulate
from hinterland.system import System

pytestmark = pytest.mark.slow

MEMBERS = 15


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("policy") / "pack"
    write_template(where)
    return where


@pytest.fixture(scope="module")
def country(folder: Path) -> Country:
    """As counted in its last year alone, which is prepared sooner."""
    whole = read_pack(str(folder))
    last = {name: getattr(whole, name)[-1:] for name in ("years", "people", "totals", "imputed", "rescaled")}
    return replace(whole, **last)


@pytest.fixture(scope="module")
def by(country: Country) -> int:
    return country.base_year + 3 * country.ages.width


@pytest.fixture(scope="module")
def system(country: Country) -> System:
    return prepare(country, load())


@pytest.fixture(scope="module")
def base(system: System, by: int) -> Outcome:
    return run_ensemble(system, members=MEMBERS, until=by, seed=0)


Solve = Callable[..., Policy]


@pytest.fixture(scope="module")
def solve(system: System, base: Outcome, by: int) -> Solve:
    """Policies for the smallest place, all beside the same base."""
    place = int(system.country.totals[-1].argmin())

    def solve(keep: float, *levers: str, **costs: float) -> Policy:
        money = purse(system.country.code)
        goal = asked(system.country, place, keep, by, None, MEMBERS)
        at = placed(system, place, chosen(levers, costs, money), float(goal.start))
        return solved(system, at, goal, money, base)

    return solve


@pytest.fixture(scope="module")
def most(solve: Solve) -> Policy:
    return solve(2.9, "posts", "remote", "plants")


@pytest.fixture(scope="module")
def answer(solve: Solve, most: Policy) -> Policy:
    """Half of what the posts, remote work and plants of the smallest place can keep."""
    return solve((most.base_central + most.central) / 2 / most.start_people, "posts", "remote", "plants")


@pytest.fixture(scope="module")
def pair() -> System:
    return pairs.pair()


@pytest.fixture(scope="module")
def paired(pair: System) -> Outcome:
    return run_ensemble(pair, members=MEMBERS, until=2025, seed=0)


def test_the_lever_needed_in_a_country_of_two_places_is_the_one_that_is_known(pair: System, paired: Outcome) -> None:
    # In one step children are born and move as all children do: people are a straight line in births, and births go
    # with (1 + x) to the power of the mean share of the change that is in force, a quarter of ten years' rise.
    at = placed(pair, 1, chosen(["childcare"], {}, purse("xx")), 2020.0)
    on = bench(pair, [2020], paired.control[-1])
    runs = forward(on, at)
    people, most = runs([{}, {"childcare": 0.1}]).people
    assert people == pytest.approx(paired.ensemble.central[-1, 1].sum(), rel=1e-12)
    both = on.run([at.scenario("x", {"childcare": 0.1}), Scenario("base")])
    share = 1.1**0.25 - 1
    assert both.births[0, 0, 1] / both.births[1, 0, 1] == pytest.approx(1 + share, rel=1e-9)
    assert both.births[0, 0, 0] == pytest.approx(both.births[1, 0, 0], rel=1e-12)
    wanted = people + (most - people) * (1.04**0.25 - 1) / share
    found = search(at, runs, wanted, people)
    assert found.reached
    # The search stops within a hundredth of the people that lack.
    assert found.mix["childcare"] == pytest.approx(0.04, rel=2e-2)
    exact = brentq(lambda x: runs([{"childcare": x}]).people[0] - wanted, 0.0, 0.1)
    assert exact == pytest.approx(0.04, rel=1e-5)


def test_slopes_of_runs_are_those_of_a_derivative(pair: System, paired: Outcome) -> None:
    on = bench(pair, [2020], paired.control[-1])
    around = on.variants[False, False]
    at = placed(pair, 1, chosen(["childcare"], {}, purse("xx")), 2020.0)
    with jax.enable_x64(True):
        control = jnp.broadcast_to(jnp.asarray(on.control)[:, None], (1, 16, *on.control.shape[1:]))

        def people(x: jax.Array) -> jax.Array:
            times = jnp.ones(2).at[1].set((1 + x) ** 0.25)
            given = replace(around.conditions, local_fertility=around.conditions.local_fertility * times)
            path = simulate(around.setting, around.behaviour, around.start, given, control)
            return path.people[-1, 0, 1].sum()

        _, slope = jax.jvp(people, (jnp.zeros(()),), (jnp.ones(()),))
    few, many = forward(on, at)([{}, {"childcare": 1e-4}]).people
    assert (many - few) / 1e-4 == pytest.approx(float(slope), rel=1e-3)


def test_the_mix_run_forward_keeps_what_was_wanted(answer: Policy) -> None:
    assert answer.found.reached
    assert answer.central == pytest.approx(answer.wanted, rel=1e-3)
    assert answer.central == pytest.approx(answer.found.people, rel=1e-9)
    assert answer.base_central < answer.wanted


def test_the_file_is_a_scenario_that_runs_to_the_same_people(
    answer: Policy, system: System, base: Outcome, by: int, tmp_path: Path
) -> None:
    path = tmp_path / f"{answer.scenario.name}.toml"
    path.write_text(answer.toml, encoding="utf-8")
    scenario = load_scenario(path, system.country)
    assert scenario == answer.scenario
    again = run_ensemble(system, members=MEMBERS, until=by, seed=0, scenario=scenario, control=base.control)
    people = again.ensemble.stocks["people"][:, -1, answer.place]
    np.testing.assert_array_equal(people, answer.with_policy)


def test_people_are_conserved(answer: Policy) -> None:
    books = answer.books
    assert books.here == pytest.approx(answer.kept.mean(), rel=1e-9)
    assert books.here == pytest.approx(books.moved + books.natural + books.other, abs=1e-6)
    assert books.here + books.elsewhere == pytest.approx(books.births - books.deaths + books.abroad, abs=1e-6)
    assert sum(lost for _, lost in answer.emptied) < 0


def test_money_adds_up(answer: Policy) -> None:
    levers = {lever.name: lever for lever in known()}
    total = np.zeros(MEMBERS)
    for name, units in answer.spent.units.items():
        cost = levers[name].cost
        assert (cost is None) == (name not in answer.spent.money)
        if cost is not None:
            np.testing.assert_allclose(answer.spent.money[name], cost * units)
            total = total + cost * units
    np.testing.assert_allclose(answer.spent.total, total)
    low, middle, high = answer.per_person
    assert low <= middle <= high
    assert (answer.yearly > 0).all() == ("posts" in answer.found.mix)


def test_posts_are_counted_as_what_the_run_has_more(
    system: System, most: Policy, solve: Solve, base: Outcome, by: int
) -> None:
    run = run_ensemble(system, members=MEMBERS, until=by, seed=0, scenario=most.scenario, control=base.control).ensemble
    wanted = run.stocks["posts_wanted"][:, 1:, most.place]
    # From a step after the base year on, rising for ten years: a quarter, then three quarters of ln 1.3.
    share = np.array([0.0, 0.25, 0.75]) * np.log(1.3)
    counted = (wanted * -np.expm1(-share)).sum(axis=1) * 5
    np.testing.assert_allclose(most.spent.units["posts"], counted, rtol=1e-9)
    # The user's own cost is in the money that is told.
    dear = solve(2.9, "posts", "remote", "plants", posts=2.16 * most.purse.pay)
    np.testing.assert_allclose(dear.spent.money["posts"], 2 * most.spent.money["posts"])


def test_more_than_the_nation_has_cannot_be_kept(pair: System, paired: Outcome) -> None:
    at = placed(pair, 0, chosen(["childcare"], {}, purse("xx")), 2020.0)
    goal = asked(pair.country, 0, 2.9, 2025, 2020, MEMBERS)
    with pytest.raises(InputError, match=r"2.9 of its people of 2020 are .*, and the nation has .* in 2025"):
        solved(pair, at, goal, purse("xx"), paired)


def test_nothing_is_needed_for_a_modest_goal(solve: Solve) -> None:
    found = solve(0.05, "posts")
    assert found.found.reached
    assert found.found.mix == {}
    assert found.kept.max() == 0.0


def test_the_front_has_no_point_that_another_beats() -> None:
    given = [Point((), money, kept, 0.0) for money, kept in ((0, 0), (1, 5), (2, 4), (3, 9), (3, 8), (4, 9))]
    assert [(point.money, point.kept) for point in undominated(given)] == [(0, 0), (1, 5), (3, 9)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"keep": 0.0}, "keep 0"),
        ({"keep": -0.5}, "keep -0.5"),
        ({"keep": float("nan")}, "keep nan"),
        ({"keep": 9.0}, "keep 9"),
        ({"by": 2022}, "2022"),
        ({"start": 2090}, "2090"),
        ({"levers": ("post",)}, "posts"),
        ({"levers": ("posts", "posts")}, "posts is named twice"),
        ({"levers": ("posts", "merger")}, "posts and merger contradict"),
        ({"costs": {"posts": -1.0}}, "the cost of posts is -1"),
        ({"costs": {"posts": float("inf")}}, "the cost of posts is inf"),
        ({"costs": {"bridges": 1.0}}, "bridges"),
        ({"costs": {"transfers": 2.0}}, "transfers"),
        ({"levers": ("posts",), "costs": {"homes": 2.0}}, "homes has a cost and may not be used"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    country: Country, by: int, wrong: dict[str, object], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("something was computed")

    monkeypatch.setattr("hinterland.explain.policy.ready", never)
    with pytest.raises(InputError, match=said):
        policy(country, 0, **{"keep": 0.9, "by": by, **wrong})  # pyright: ignore[reportArgumentType]


def test_a_lever_that_a_country_has_no_figures_for_is_refused_by_name(pair: System) -> None:
    with pytest.raises(InputError, match="posts cannot act at 杉原: xx has no jobs by sector"):
        placed(pair, 0, chosen(["posts", "childcare"], {}, purse("xx")), 2025.0, named=True)
    at = placed(pair, 0, chosen([], {}, purse("xx")), 2025.0)
    assert "posts" in at.absent
    assert [lever.name for lever in at.continuous] == ["childcare"]


def test_costs_and_the_share_that_pays_posts_are_those_of_the_parameters() -> None:
    levers, values = {lever.name: lever for lever in known()}, load()
    number = values.value
    assert levers["posts"].cost == number("pay_public")
    assert levers["university"].cost == number("pay_public")
    other = number("finance_upkeep_share") + number("finance_promotion")
    funded = 1 - other - number("finance_interest") * number("finance_debt")
    given = {each.lever: each.amount for each in levers["posts"].change}["transfers"]
    assert given == pytest.approx(funded, abs=1e-3)
    assert all(lever.source for lever in levers.values() if lever.cost is not None)
    assert all(getattr(lever.title, language) for lever in levers.values() for language in ("en", "zh", "ja"))


def test_money_of_a_country_is_that_of_its_source() -> None:
    assert purse("cn-counties").unit == purse("cn").unit == "CNY of 2009"
    assert purse("jp").pay == 1.0


def command(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", *arguments, "--country", str(folder)])


@pytest.fixture
def prepared(system: System, by: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands take the system that is prepared already."""
    for module in ("policy", "pareto"):
        monkeypatch.setattr(f"hinterland.explain.{module}.ready", lambda *_, **__: (system, by))


@pytest.mark.usefixtures("prepared")
def test_the_command_writes_a_scenario_that_can_be_run(folder: Path, country: Country, by: int, tmp_path: Path) -> None:
    out = tmp_path / "kept.toml"
    asked = (country.places.codes[0], "--keep", "2.9", "--by", str(by), "--lever", "posts", "--out", str(out))
    result = command(folder, *asked, "--members", str(MEMBERS))
    assert result.exit_code == 0, result.output
    assert "Cannot be reached. The best that can" in result.output
    assert "Whom it empties elsewhere" in result.output
    assert load_scenario(out, country).changes


@pytest.mark.usefixtures("prepared")
def test_the_command_writes_a_front(folder: Path, country: Country, by: int, tmp_path: Path) -> None:
    out = tmp_path / "front.csv"
    asked = (*country.places.codes[:2], "--front", "--by", str(by), "--lever", "posts", "--out", str(out))
    result = command(folder, *asked)
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    money, kept = ([float(row[key]) for row in rows] for key in ("money", "kept"))
    assert money[0] == kept[0] == 0
    assert (np.diff(money) > 0).all()
    assert (np.diff(kept) > 0).all()
    assert len(rows) > 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Nowhere-on-earth", "--keep", "0.9"), "Nowhere-on-earth"),
        (("{0}",), "nothing is asked"),
        (("{0}", "{1}", "--keep", "0.9"), "2 places are named"),
        (("{0}", "--keep", "0.9", "--front"), "both --front and --keep"),
        (("{0}", "--keep", "0.9", "--cost", "posts=-5"), "the cost of posts is -5"),
        (("{0}", "--keep", "0.9", "--cost", "posts"), "'posts' is no cost"),
        (("{0}", "--keep", "0.9", "--cost", "posts=1", "--cost", "posts=2"), "posts has two costs"),
        (("{0}", "--keep", "0.9", "--lever", "posts", "--lever", "merger"), "posts and merger contradict"),
        (("{0}", "--keep", "1000"), "keep 1000"),
        (("{0}", "--keep", "0.9", "--out", "x.csv"), "x.csv does not end in .toml"),
        (("{0}", "{0}", "--front"), "named twice"),
        (("{0}", "--front", "--lever", "plants"), "none of these levers has a cost"),
    ],
)
def test_the_command_refuses_by_name(folder: Path, country: Country, arguments: tuple[str, ...], said: str) -> None:
    codes = country.places.codes
    result = command(folder, *(text.format(*codes) for text in arguments), "--by", str(country.base_year + 15))
    assert result.exit_code == 2, result.output
    assert said in result.stderr
