"""The regression of place effects against planted answers: what can be explained is, and noise is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import small_country
from hinterland.calibrate.observables import PENALTIES, Explanation, Observables, explain, observables
from hinterland.data.country import frozen
from hinterland.data.pack import read_pack
from hinterland.errors import InputError
from hinterland.params import load

PLACES, STAGES = 400, 3
REGIONS = np.array([f"R{place % 16:02d}" for place in range(PLACES)])


def told(values: np.ndarray) -> Observables:
    return Observables(tuple(f"x{column}" for column in range(values.shape[1])), values, ())


def planted(seed: int = 0, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Observables [place, 4], slopes [4, stage], effects [place, stage] with noise of this share of their spread."""
    draw = np.random.default_rng(seed)
    values = draw.normal(0, 1, (PLACES, 4))
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    slopes = draw.normal(0, 1, (4, STAGES))
    effect = values @ slopes
    return values, slopes, 0.7 + effect + noise * effect.std(axis=0) * draw.normal(0, 1, effect.shape)


def test_a_planted_cause_is_found() -> None:
    values, slopes, effect = planted()
    got = explain(effect, told(values), REGIONS)
    np.testing.assert_allclose(got.coefficients, slopes, atol=1e-3)
    np.testing.assert_allclose(got.level, 0.7, atol=1e-3)
    assert (got.beyond > 0.999).all()
    assert (got.penalty == PENALTIES[0]).all()


@pytest.mark.parametrize("noise", [0.5, 1.0, 2.0])
def test_the_share_explained_is_what_the_planted_cause_explains(noise: float) -> None:
    values, slopes, effect = planted(3, noise)
    got = explain(effect, told(values), REGIONS)
    rest = effect - 0.7 - values @ slopes
    share = 1 - (rest**2).sum(axis=0) / ((effect - effect.mean(axis=0)) ** 2).sum(axis=0)
    np.testing.assert_allclose(got.beyond, share, atol=0.03)
    assert (got.beyond < got.within).all()


def test_noise_is_not_explained() -> None:
    draw = np.random.default_rng(5)
    got = explain(draw.normal(0, 1, (PLACES, STAGES)), told(draw.normal(0, 1, (PLACES, 12))), REGIONS)
    assert (got.beyond < 0.01).all()
    assert (got.penalty >= 0.3).all()
    assert (np.abs(got.structural).mean(axis=0) < 0.2).all()


def test_what_holds_within_a_region_alone_is_not_taken_for_a_cause() -> None:
    """Regions differ in an observable and in the effect, by chance: places fit, regions left out do not."""
    draw = np.random.default_rng(11)
    region = np.unique(REGIONS, return_inverse=True)[1]
    values = np.column_stack([draw.normal(0, 1, 16)[region] for _ in range(8)]) + draw.normal(0, 0.05, (PLACES, 8))
    effect = draw.normal(0, 1, (16, STAGES))[region]
    got = explain(effect, told(values), REGIONS)
    assert (got.beyond < 0.15).all()
    # Leaving single places out would have believed it: fit with every place its own region.
    by_place = explain(effect, told(values), np.arange(PLACES).astype(str))
    assert (by_place.beyond > got.beyond + 0.2).all()


def test_the_parts_add_up_and_nothing_is_left_on_average() -> None:
    values, _, effect = planted(7, 1.0)
    got = explain(effect, told(values), REGIONS)
    np.testing.assert_allclose(got.structural + got.unexplained, effect, rtol=1e-12)
    np.testing.assert_allclose(got.unexplained.mean(axis=0), 0.0, atol=1e-12)
    assert (got.within > got.beyond).all()


def same(first: Explanation, second: Explanation, order: np.ndarray | slice = slice(None)) -> None:
    np.testing.assert_allclose(first.coefficients, second.coefficients, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(first.beyond, second.beyond, rtol=1e-8)
    np.testing.assert_allclose(first.structural[order], second.structural, rtol=1e-8, atol=1e-10)


@given(st.integers(0, 1000))
def test_neither_order_nor_units_matter(seed: int) -> None:
    values, _, effect = planted(seed, 1.0)
    first = explain(effect, told(values), REGIONS)
    same(first, explain(effect, told(1000 * values - 17), REGIONS))
    order = np.random.default_rng(seed).permutation(PLACES)
    same(first, explain(effect[order], told(values[order]), REGIONS[order]), order)


def test_an_observable_told_twice_or_the_same_everywhere_breaks_nothing() -> None:
    values, _, effect = planted(2, 1.0)
    more = np.column_stack([values, values[:, 0], np.full(PLACES, 3.0)])
    got = explain(effect, told(more), REGIONS)
    assert np.isfinite(got.coefficients).all()
    np.testing.assert_array_equal(got.coefficients[-1], 0.0)
    np.testing.assert_allclose(got.coefficients[0], got.coefficients[4], rtol=1e-8)
    np.testing.assert_allclose(got.beyond, explain(effect, told(values), REGIONS).beyond, atol=0.02)


def test_unknown_figures_count_as_their_mean() -> None:
    values, _, effect = planted(4)
    holes = values.copy()
    holes[::10, 1] = np.nan
    got = explain(effect, told(holes), REGIONS)
    assert np.isfinite(got.structural).all()
    assert (got.beyond > 0.85).all()
    assert (got.beyond < 0.999).all()


def test_heavy_places_decide() -> None:
    values, slopes, effect = planted(6)
    weight = np.where(np.arange(PLACES) < PLACES // 2, 1.0, 1e-9)
    effect[PLACES // 2 :] = -effect[PLACES // 2 :]
    got = explain(effect, told(values), REGIONS, weight)
    spread = values[: PLACES // 2].std(axis=0)
    np.testing.assert_allclose(got.coefficients / spread[:, None], slopes, atol=2e-3)


def test_two_regions_cannot_test_themselves() -> None:
    values, _, effect = planted()
    with pytest.raises(InputError, match="2 region"):
        explain(effect, told(values), np.where(np.arange(PLACES) % 2, "A", "B"))


def test_an_effect_without_spread_has_no_share() -> None:
    values, _, effect = planted()
    effect[:, 1] = 0.0
    got = explain(effect, told(values), REGIONS)
    assert np.isnan(got.beyond[1])
    np.testing.assert_allclose(got.structural[:, 1], 0.0, atol=1e-12)


def test_only_what_was_known_at_the_start_is_taken() -> None:
    """Schooling of 2020 is an outcome of what moved people since 2010; that of 2008 was known."""
    country = small_country(4)
    late = {"schooling_years": {2020: frozen([8.0, 9.0, 10.0, 11.0])}}
    early = {"schooling_years": {2008: frozen([8.0, 9.0, np.nan, 11.0]), 2004: frozen([7.0, 7.0, 7.0, 7.0])}}
    missing = observables(replace(country, indicators=late), 2010, load())
    assert "schooling_years" in missing.absent
    found = observables(replace(country, indicators=early), 2010, load())
    column = found.values[:, found.names.index("schooling_years")]
    np.testing.assert_array_equal(column, [8.0, 9.0, np.nan, 11.0])


def test_access_counts_own_people_and_nearer_ones_more() -> None:
    country = small_country(4)
    got = observables(country, 2010, load())
    people = country.at(2010).sum(axis=(1, 2))
    near = got.values[:, got.names.index("access_40km")]
    far = got.values[:, got.names.index("access_300km")]
    assert (near >= np.log(people)).all()
    assert (far > near).all()


def test_the_embedded_country_gives_its_observables() -> None:
    country = read_pack("cn")
    got = observables(country, 2010, load())
    assert {"size", "seat", "january", "jobs_mine_pct", "access_40km"} <= set(got.names)
    assert {"july", "schooling_years", "pay_per_job"} <= set(got.absent)
    assert got.values.shape == (356, len(got.names))
    with pytest.raises(KeyError, match="2013"):
        observables(country, 2013, load())
