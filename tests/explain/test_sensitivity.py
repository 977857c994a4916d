"""Sensitivity: effects of functions that are known, and factors of a small country that act as they must."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import pairs
from factories import small_country
from hinterland.cli.main import app
from hinterland.cli.sensitivity import lines
from hinterland.errors import InputError
from hinterland.explain.sensitivity import (
    NATION,
    Factor,
    Sensitivity,
    block_at,
    elementary,
    factors_of,
    ranking,
    sensitivity,
    weighed,
)
from hinterland.params import load
from hinterland.system import System

Array = np.ndarray


def named(count: int) -> list[Factor]:
    return [Factor(f"f{k}", "assumed", "A test.") for k in range(count)]


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=6), st.integers(2, 9))
def test_effects_of_a_plane_are_its_slopes(slopes: list[float], points: int) -> None:
    effects = elementary(lambda x: x @ np.array(slopes) + 3.0, len(slopes), points, seed=1)
    np.testing.assert_allclose(effects, np.broadcast_to(slopes, effects.shape), atol=1e-9)


def test_a_plane_ranks_by_the_size_of_its_slopes_and_is_sure_of_it() -> None:
    slopes = np.array([1.0, -5.0, 0.0, 3.0])
    found = ranking(named(4), elementary(lambda x: x @ slopes, 4, 6, seed=0), seed=0)
    assert [each.factor.name for each in found] == ["f1", "f3", "f0", "f2"]
    assert [(each.rank, each.low, each.high) for each in found] == [(1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4)]
    assert found[0].mean == pytest.approx(-5.0)
    assert max(each.spread for each in found) == pytest.approx(0.0, abs=1e-9)
    assert found[-1].strength == 0.0


def test_sobols_function_ranks_as_published() -> None:
    # Saltelli and Sobol (1995): importance falls with a, and factors of a = 99 hardly matter.
    weights = np.array([99.0, 0.0, 9.0, 1.0, 4.5])

    def of(x: Array) -> Array:
        return np.prod((np.abs(4 * x - 2) + weights) / (1 + weights), axis=1)

    # Morris's four levels lie evenly about the middle, where this function is symmetric: shift it.
    found = ranking(named(5), elementary(lambda x: of((x + 0.2) % 1.0), 5, 400, seed=0), seed=0)
    assert [each.factor.name for each in found] == ["f1", "f3", "f4", "f2", "f0"]
    assert found[0].spread > 0


def test_effects_are_those_of_the_library_of_the_field() -> None:
    """Mean, mean of absolutes and spread beside SALib's, whose points are others."""
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    def of(x: Array) -> Array:
        return 3 * x[:, 0] - 2 * x[:, 1] ** 2 + 4 * x[:, 2] * x[:, 3]

    problem = {"num_vars": 4, "names": ["a", "b", "c", "d"], "bounds": [[0.0, 1.0]] * 4}
    points = sampling.sample(problem, 2000, num_levels=4, seed=1)
    theirs = analysis.analyze(problem, points, of(points), num_levels=4, seed=1)
    ours = ranking(named(4), elementary(of, 4, 2000, seed=1), seed=1)
    for each in ours:
        k = int(each.factor.name[1:])
        assert each.strength == pytest.approx(theirs["mu_star"][k], rel=0.05)
        assert each.mean == pytest.approx(theirs["mu"][k], rel=0.05)
        assert each.spread == pytest.approx(theirs["sigma"][k], rel=0.05, abs=1e-9)


def test_ranks_that_chance_decides_are_told_as_unsure() -> None:
    noise = np.random.default_rng(0).normal(size=(8, 6))
    found = ranking(named(6), noise, seed=0)
    assert max(each.high - each.low for each in found) >= 3
    assert all(each.low <= each.rank <= each.high for each in found)


@pytest.fixture(scope="module")
def pair() -> System:
    return pairs.pair()


@pytest.fixture(scope="module")
def found(pair: System) -> Sensitivity:
    return weighed(pair, 1, [2020], points=3)


def test_ends_of_a_factor_are_those_of_its_prior(pair: System) -> None:
    names = ["congestion", *NATION]
    block = block_at(pair, 0, 2, names, np.array([[0.0] * 4, [0.5] * 4, [1.0] * 4]))
    parameter = pair.parameters["congestion"]
    assert parameter.prior is not None
    np.testing.assert_allclose(block.values["congestion"], [parameter.prior[0], parameter.value, parameter.prior[1]])
    z80 = 1.2815515655446004
    np.testing.assert_allclose(block.shocks.nation.fertility, np.outer([-z80, 0, z80], [1, 1]), atol=1e-12)
    assert not block.shocks.place.any()
    assert (block.values["push"] == pair.parameters.value("push")).all()


def test_what_a_country_does_not_have_moves_nothing(found: Sensitivity) -> None:
    strength = {each.factor.name: each.strength for each in found.ranked}
    # Without an economy nobody looks at incomes, rents or schools.
    for name in ("pull_income", "pull_rent", "wage_tightness", "service_weight_primary", "admin_share"):
        assert strength[name] == 0.0
    assert strength["national fertility"] > 0
    assert found.runs == 3 * (len(found.ranked) + 1) + 1


def test_more_births_and_longer_lives_mean_more_people(found: Sensitivity) -> None:
    mean = {each.factor.name: each.mean for each in found.ranked}
    assert mean["national fertility"] > 0
    assert mean["national mortality"] > 0


def test_all_takes_in_what_members_do_not_draw(pair: System) -> None:
    drawn = {factor.name for factor in factors_of(pair, every=False)}
    every = {factor.name for factor in factors_of(pair, every=True)}
    assert drawn < every
    assert "push" in every - drawn
    assert not any(name.startswith("leave_") for name in every)
    status = {factor.name: factor.status for factor in factors_of(pair, every=True)}
    assert status["push"] == load()["push"].status


def test_the_table_tells_ranks_statuses_and_what_does_not_matter(found: Sensitivity) -> None:
    told = "\n".join(lines(found))
    assert "what moves its people in 2025" in told
    assert "projection" in told
    assert "Under 0.005 points" in told
    assert "pull_income" in told


def test_one_point_ranks_nothing() -> None:
    with pytest.raises(InputError, match="1 points"):
        sensitivity(small_country(2), 0, by=2025, points=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Nowhere-on-earth",), "Nowhere-on-earth"),
        (("焦作", "--by", "2023"), "2023"),
        (("焦作", "--points", "1"), "1 points"),
        (("焦作", "--country", "nowhere"), "nowhere"),
    ],
)
def test_the_command_refuses_by_name(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, ["sensitivity", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
