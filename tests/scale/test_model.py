"""A step of the model on the hierarchical operator: nobody is lost, and results are those of the full matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hinterland import holding
from hinterland.data.pack import read_pack
from hinterland.errors import InputError
from hinterland.forecast import forecast
from hinterland.model.step import step
from hinterland.params import load
from hinterland.space.dense import DenseKernel
from hinterland.space.forms import TwoScales
from hinterland.space.hierarchical import build
from hinterland.space.in_jax import HierarchicalKernel, in_jax
from hinterland.space.kernel import rounds
from hinterland.state import Flows, State
from hinterland.system import kernel
from scale_places import clustered, full
from systems import Case, case

NUMBER = 350
run = jax.jit(step)


@pytest.fixture(autouse=True, scope="module")
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def after(inputs: Case, held: DenseKernel | HierarchicalKernel) -> tuple[State, Flows]:
    return run(replace(inputs.setting, kernel=held), inputs.behaviour, inputs.state, inputs.conditions)


@pytest.mark.parametrize("extreme", [0.2, 1.0])
def test_people_are_conserved_and_results_are_those_of_the_full_matrix(extreme: float) -> None:
    inputs = case(11, extreme=extreme, members=3, places=NUMBER)
    lon, lat = clustered(NUMBER, 1)
    held = in_jax(build(lon, lat, TwoScales(), [120.0, 800.0, 0.5], bound=1e-4))
    assert rounds(held)
    end, flows = after(inputs, held)
    left, came = (np.asarray(of).sum(axis=1) for of in (flows.departures, flows.arrivals))
    assert np.abs(left - came).max() <= 1e-12 * np.abs(left).max()  # every sex and age of every member
    exact_end, exact = after(inputs, DenseKernel(jnp.asarray(full(lon, lat, TwoScales(), [120.0, 800.0, 0.5]))))
    for found, wanted in ((flows.arrivals, exact.arrivals), (flows.departures, exact.departures)):
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-9)
    np.testing.assert_allclose(end.people, exact_end.people, rtol=1e-3)


def test_a_country_is_held_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    country = replace(read_pack("cn"), lines=())
    parameters = load(fitted=country.code)
    exact = kernel(country, parameters)
    assert isinstance(exact, DenseKernel)  # 356 places: unasked it stays the full matrix
    monkeypatch.setenv(holding.VARIABLE, "hierarchical")
    held = kernel(country, parameters)
    assert isinstance(held, HierarchicalKernel)
    columns = jnp.asarray(np.exp(np.random.default_rng(0).normal(size=(len(country.places), 3))))
    np.testing.assert_allclose(held.apply(columns), exact.apply(columns), rtol=holding.MOVES_WITHIN)
    with pytest.raises(InputError, match="railways"):
        kernel(read_pack("cn"), parameters)
    with pytest.raises(InputError, match="HINTERLAND_KERNEL to dense"):
        holding.full(held, "worlds")


@pytest.mark.slow
def test_a_forecast_on_operators_is_that_on_full_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    """With jobs, homes and services: inversion of the record, balance and members all ask the operator."""
    country = replace(read_pack("cn"), lines=())
    exact = forecast(country, members=2, until=2030)
    monkeypatch.setenv(holding.VARIABLE, "hierarchical")
    found = forecast(country, members=2, until=2030)
    people, wanted = found.stocks["people"], exact.stocks["people"]
    assert not np.array_equal(people, wanted)  # the operator was asked
    # Products are within 1e-4 of themselves; at most 1.2e-3, and 4e-5 on average, is what two searches for balance and
    # two steps of members make of it.
    np.testing.assert_allclose(people, wanted, rtol=2e-3)
    assert np.abs(people / wanted - 1).mean() < 1e-4
    np.testing.assert_allclose(people.sum(axis=-1), wanted.sum(axis=-1), rtol=1e-12)


def test_a_country_with_more_places_than_a_full_matrix_is_kept_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hinterland.space.choice.LARGE", 300)
    country = replace(read_pack("cn"), lines=())
    # of 356 places the operator takes no less than the full matrix, and is built and put aside
    assert isinstance(kernel(country, load(fitted=country.code)), DenseKernel)
