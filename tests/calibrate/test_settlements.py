"""Municipalities are one settlement each where no urban people are published; larger places are left alone."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from factories import small_country
from hinterland.axes import RUNGS
from hinterland.calibrate.prepare import prepare
from hinterland.calibrate.settlements import Settlements, municipal, settlements
from hinterland.data.country import Country, frozen
from hinterland.params import load

NAMED = "places of 2020 taken as one settlement, as none publishes its urban people"


def _country(area: float | list[float]) -> Country:
    """Four towns of half a million to two million people, none of which publishes its urban people."""
    country = small_country(4)
    return replace(country, places=replace(country.places, area=frozen(np.broadcast_to(area, 4))))


def _settled(country: Country) -> Settlements | None:
    with jax.enable_x64(True):
        return settlements(country, load(), country.at(2020), 2020)


def test_municipalities_stand_on_one_rung_each() -> None:
    found = _settled(_country(120.0))
    assert found is not None
    assert found.whole == 4
    np.testing.assert_array_equal(
        np.sort(np.asarray(found.services.rungs), axis=1), [[0.0] * (len(RUNGS) - 1) + [1]] * 4
    )
    np.testing.assert_array_equal(np.asarray(found.base.settlements), np.asarray(found.services.rungs))


def test_counties_are_no_settlements() -> None:
    """A county of 1,600 km2 holds many: what it is made of is not known, and nothing is invented."""
    assert _settled(_country(1_600.0)) is None


def test_the_middle_place_decides() -> None:
    found = _settled(_country([100.0, 110.0, 120.0, 2_000.0]))
    assert found is not None
    assert found.whole == 4
    assert _settled(_country([100.0, 1_000.0, 1_200.0, 2_000.0])) is None


@pytest.mark.parametrize(
    ("areas", "is_"),
    [
        ([np.nan, np.nan], False),
        ([np.nan, 400.0], True),
        ([500.0, 500.0], True),
        ([500.1, 500.1], False),
        ([1.0, 998.0, np.nan], True),
    ],
)
def test_unknown_areas_do_not_count(areas: list[float], is_: bool) -> None:
    assert municipal(np.array(areas), 500.0) is is_


def test_a_published_share_is_used_whatever_the_area() -> None:
    country = _country(120.0)
    known = replace(country, indicators={**country.indicators, "urban_people": {2020: frozen(country.totals[-1] / 2)}})
    found = _settled(known)
    assert found is not None
    assert found.whole == 0
    np.testing.assert_allclose(np.asarray(found.services.rungs)[:, -1], 0.5)


def test_small_places_are_settlements_without_being_told() -> None:
    """Under 200,000 people a place was one settlement before and is not counted among those taken as one."""
    country = _country(1_600.0)
    found = None
    with jax.enable_x64(True):
        found = settlements(country, load(), country.at(2020) / 100, 2020)
    assert found is not None
    assert found.whole == 0


def test_a_run_says_that_places_were_taken_as_one_settlement() -> None:
    assert prepare(_country(120.0), load()).diagnostics[NAMED] == 4
    assert NAMED not in prepare(_country(1_600.0), load()).diagnostics
