"""Draws keep to range and prior, and depend on seed, member and name alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.axes import LIFE_STAGES
from hinterland.params import Parameter, Parameters, load
from hinterland.params_draw import draw, spread, uniform


def parameter(name: str = "pull", *, value: object = 0.5, **fields: object) -> Parameter:
    known = {"unit": "1", "range": (0.0, 3.0), "prior": (0.3, 1.2), "drawn": True, "source": "Invented."}
    return Parameter.model_validate({
        "name": name, "value": value, "status": "assumed", "doc": "Invented.", **known, **fields,
    })  # fmt: skip


STAGED = parameter("home", value=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], range=(0.0, 1.0), prior=([0.05] * 7, [0.75] * 7))


def test_quantiles_are_the_prior_and_the_value() -> None:
    np.testing.assert_allclose(spread(parameter(), np.array([0.05, 0.5, 0.95])), [0.3, 0.5, 1.2], rtol=1e-12)


def test_many_members_show_the_prior() -> None:
    values = draw(Parameters([parameter()]), members=40_000, seed=1)["pull"]
    # Standard error of a 5% quantile at 40,000 draws is below 0.004 of the prior's width here.
    np.testing.assert_allclose(np.quantile(values, [0.05, 0.5, 0.95]), [0.3, 0.5, 1.2], atol=0.02)


@given(
    ends=st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5, unique=True).map(sorted),
    seed=st.integers(0, 2**63),
)
def test_draws_stay_in_range(ends: list[float], seed: int) -> None:
    low, five, middle, ninety_five, high = ends
    drawn = parameter(value=middle, range=(low, high), prior=(five, ninety_five))
    values = draw(Parameters([drawn]), members=200, seed=seed)["pull"]
    assert np.all(np.isfinite(values))
    # A rounding of the last digit at most.
    slack = 1e-12 * max(abs(low), abs(high))
    assert values.min() >= low - slack
    assert values.max() <= high + slack


@given(first=st.floats(1e-12, 1 - 1e-12), second=st.floats(1e-12, 1 - 1e-12))
def test_spread_rises_with_probability(first: float, second: float) -> None:
    low, high = sorted((first, second))
    values = spread(parameter(prior=(0.3, 2.99)), np.array([low, high]))
    assert values[0] <= values[1]


def test_a_prior_that_ends_at_the_range_gathers_its_tail_there() -> None:
    values = spread(parameter(prior=(0.0, 1.2)), np.array([0.001, 0.05, 0.06]))
    assert values[0] == 0.0
    np.testing.assert_allclose(values[1], 0.0, atol=1e-12)
    assert values[2] > 0.0


def test_more_members_change_no_draw() -> None:
    parameters = Parameters([parameter(), STAGED])
    few, many = draw(parameters, 7, 3), draw(parameters, 50, 3)
    np.testing.assert_array_equal(few["pull"], many["pull"][:7])
    np.testing.assert_array_equal(few["home"], many["home"][:7])


def test_more_parameters_change_no_draw() -> None:
    alone = draw(Parameters([parameter("pull")]), 20, 3)["pull"]
    among = draw(Parameters([parameter("push"), STAGED, parameter("pull")]), 20, 3)
    np.testing.assert_array_equal(alone, among["pull"])
    assert not np.array_equal(alone, among["push"])


def test_seeds_and_members_differ() -> None:
    parameters = Parameters([parameter()])
    first, second = draw(parameters, 100, 0)["pull"], draw(parameters, 100, 1)["pull"]
    assert len(np.unique(first)) == 100
    assert not np.any(first == second)


def test_names_draw_independently() -> None:
    pairs = np.array([uniform(0, name, 4000) for name in ("near", "far", "push", "settling")])
    correlations = np.corrcoef(pairs)[np.triu_indices(4, 1)]
    # Four standard errors at 4,000 draws.
    assert np.abs(correlations).max() < 4 / np.sqrt(4000)


def test_stages_shift_together() -> None:
    values = draw(Parameters([STAGED]), 300, 5)["home"]
    assert values.shape == (300, len(LIFE_STAGES))
    order = np.argsort(values[:, 3])
    assert np.all(np.diff(values[order], axis=0) >= 0.0)


def test_only_drawn_parameters_are_drawn() -> None:
    fixed = parameter("fixed", drawn=False)
    assert list(draw(Parameters([fixed, parameter()]), 3, 0)) == ["pull"]


def test_the_first_numbers_are_the_known_ones() -> None:
    """Words of the generator are promised to stay; a change here would change every published run."""
    np.testing.assert_allclose(uniform(0, "push", 3), KNOWN_FIRST, rtol=1e-15)


def test_bad_requests_are_refused() -> None:
    with pytest.raises(ValueError, match="seed -1"):
        draw(Parameters([parameter()]), 3, -1)
    with pytest.raises(ValueError, match="members 0"):
        draw(Parameters([parameter()]), 0, 1)
    with pytest.raises(ValueError, match="no prior"):
        spread(parameter(prior=None, drawn=False), np.array([0.5]))


def test_the_models_own_parameters_draw_within_range() -> None:
    parameters = load()
    for name, values in draw(parameters, 1000, 0).items():
        low, high = parameters[name].range
        assert values.min() >= low
        assert values.max() <= high


KNOWN_FIRST = np.array([0.5743421671201903, 0.8810899641207373, 0.008134110941522776])
"""Uniform numbers of seed 0, process `push`, members 0 to 2."""
