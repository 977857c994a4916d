"""Peers: twins are nearest, units do not matter, and what became of look-alikes is what a made-up record says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import records
from factories import small_country
from hinterland.cli.main import app
from hinterland.data.country import Country, FrozenMapping, frozen
from hinterland.data.pack import read_pack
from hinterland.errors import InputError
from hinterland.explain.looks import apart, look, next_larger, spreads
from hinterland.explain.peers import peers

YEARS = (2000, 2010, 2020)


def two_families(places: int = 40) -> Country:
    """Towns of two kinds: the young half grows by a tenth in ten years, the old half loses a fifth; ages stay."""
    country = small_country(places)
    old = np.arange(places) % 2 == 1
    start = 50_000.0 * (1 + 0.01 * np.arange(places))
    growth = np.where(old, 0.8, 1.1)
    totals = np.stack([start * growth**k for k in range(len(YEARS))])
    shape = np.zeros((places, 2, len(country.ages)))
    shape[:, :, 5] = np.where(old, 0.1, 0.4)[:, None]
    shape[:, :, 14] = np.where(old, 0.4, 0.1)[:, None]
    people = totals[:, :, None, None] * shape
    nothing = frozen(np.zeros(totals.shape), np.bool_)
    return replace(
        country,
        years=YEARS,
        people=frozen(people),
        totals=frozen(totals),
        imputed=nothing,
        rescaled=nothing,
        indicators=FrozenMapping({}),
    )


def test_look_alikes_of_the_past_did_what_the_record_says() -> None:
    country = two_families()
    for place, factor in ((0, 1.1), (1, 0.8)):
        found = peers(country, place)
        assert {each.place % 2 for each in found.now} == {place % 2}
        ten, twenty = found.became
        kin = [i for i in ten.places if i % 2 == place % 2]
        # Nineteen of each kind are left once the place is taken out, and they come before all of the other kind.
        assert list(ten.places[: len(kin)]) == kin
        assert place not in ten.places
        np.testing.assert_allclose(ten.change[1], factor - 1, rtol=1e-9)
        np.testing.assert_allclose(twenty.change[1], factor**2 - 1, rtol=1e-9)


def test_growth_beyond_the_nations_is_the_growth_over_the_nations() -> None:
    country = two_families()
    ten = peers(country, 0).became[0]
    # Look-alikes of 2010 by growth before it; the nation of 2010-20.
    nation = country.totals[2].sum() / country.totals[1].sum()
    np.testing.assert_allclose(1 + ten.beyond[1], 1.1 / nation, rtol=1e-9)


def test_a_twin_is_at_no_distance_and_comes_first() -> None:
    country = records.long_record(12)
    people, totals = np.array(country.people), np.array(country.totals)
    people[:, 7], totals[:, 7] = people[:, 3], totals[:, 3]
    places = country.places
    lon, lat = np.array(places.lon), np.array(places.lat)
    lon[7], lat[7] = lon[3], lat[3]
    twins = replace(
        country,
        people=frozen(people),
        totals=frozen(totals),
        places=replace(places, lon=frozen(lon), lat=frozen(lat)),
    )
    nearest = peers(twins, 3).now[0]
    assert nearest.place == 7
    assert nearest.apart == pytest.approx(0.0, abs=1e-12)


@given(st.integers(0, 11), st.integers(0, 11), st.floats(0.01, 100))
def test_distance_is_mutual_and_does_not_depend_on_the_size_of_the_nation(one: int, other: int, times: float) -> None:
    country = records.long_record(12)
    here = look(country, 2020)
    spread = spreads(here)
    there = apart(here, one, here, spread)[0][other]
    assert there == pytest.approx(apart(here, other, here, spread)[0][one])
    scaled = replace(country, people=frozen(country.people * times), totals=frozen(country.totals * times))
    larger = look(scaled, 2020)
    assert apart(larger, one, larger, spreads(larger))[0][other] == pytest.approx(there, abs=1e-6)


def test_the_next_larger_place_is_the_nearest_of_twice_the_people() -> None:
    country = small_country(4)
    people = np.array([1000.0, 100.0, 150.0, 400.0])
    near = np.exp(next_larger(country, people))
    from hinterland.space.distance import great_circle

    apart_km = great_circle(country.places.lon, country.places.lat)
    assert near[1] == pytest.approx(apart_km[1, 0])
    assert near[2] == pytest.approx(min(apart_km[2, 0], apart_km[2, 3]))
    assert near[3] == pytest.approx(apart_km[3, 0])
    assert near[0] == pytest.approx(near[1:].max())


def test_a_short_record_tells_of_no_past() -> None:
    country = small_country(6)
    assert peers(replace(country, years=(2015, 2020)), 0).became == ()


def test_places_without_a_figure_are_left_out_and_counted() -> None:
    country = read_pack("cn")
    jiaozuo = country.places.codes.index("410800")
    found = peers(country, jiaozuo, count=400)
    assert len(found.now) + found.left_out == len(country.places) - 1
    assert {"past growth", "work", "urban share"} <= set(found.traits)
    assert np.all(np.diff([each.apart for each in found.now]) >= 0)


@pytest.mark.parametrize("count", [0, -3])
def test_no_peers_cannot_be_asked_for(count: int) -> None:
    with pytest.raises(InputError, match="peers"):
        peers(small_country(4), 0, count=count)


def test_a_country_of_one_place_has_no_peers() -> None:
    with pytest.raises(InputError, match="one place"):
        peers(small_country(1), 0)


def test_the_command_tells_peers_and_their_past() -> None:
    result = CliRunner().invoke(app, ["peers", "焦作", "--count", "3"])
    assert result.exit_code == 0, result.output
    assert "places most like it in 2020" in result.output
    assert "in 2010, 10 years on" in result.output


@pytest.mark.parametrize(
    "arguments", [["Nowhere-on-earth"], ["焦作", "--count", "0"], ["焦作", "--country", "nowhere"]]
)
def test_the_command_refuses_by_name(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["peers", *arguments])
    assert result.exit_code == 2
    assert arguments[-1] in result.stderr
