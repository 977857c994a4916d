"""Places and requests that an operator meets in bad files: correct, or refused with the place and a remedy."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.errors import InputError
from hinterland.space.forms import Exponential, PowerLaw, TwoScales
from hinterland.space.hierarchical import build
from scale_places import clustered, full, worst

MIXED = [120.0, 800.0, 0.5]


def refused(*arguments: object, **named: object) -> str:
    with pytest.raises(InputError) as caught:
        build(*arguments, **named)  # type: ignore[arg-type]
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, 91.0, -1000.0])
def test_a_place_without_a_position_is_named(value: float) -> None:
    lon, lat = clustered(50, 1)
    lat[17] = value
    assert "place 17: lat is" in refused(lon, lat, TwoScales(), MIXED)


def test_one_place_has_nobody_to_go_to_and_its_own_trips_stay() -> None:
    here = np.array([100.0]), np.array([30.0])
    assert "place 0: nothing is within its reach" in refused(*here, TwoScales(), MIXED)
    own = build(*here, Exponential(), [12.0], own=np.array([3.0]), dtype="float64", bound=1e-6)
    np.testing.assert_allclose(own.apply(np.array([[2.0]])), 2 * np.exp(-3 / 12))
    assert "there is no place" in refused(np.zeros(0), np.zeros(0), TwoScales(), MIXED)


def test_two_places() -> None:
    lon, lat = np.array([100.0, 101.0]), np.array([30.0, 30.0])
    found = build(lon, lat, TwoScales(), MIXED, dtype="float64", bound=1e-6).apply(np.eye(2))
    np.testing.assert_allclose(found, full(lon, lat, TwoScales(), MIXED), rtol=1e-12)


def test_places_at_one_point_weigh_as_no_distance() -> None:
    lon, lat = clustered(300, 2)
    lon[100:200], lat[100:200] = lon[0], lat[0]
    operator = build(lon, lat, TwoScales(), MIXED)
    ones = np.ones((300, 1))
    exact = full(lon, lat, Exponential(), [1e12])  # one for every pair
    assert exact[0, 150] == 1
    assert worst(operator.apply(ones), _without_eye(lon, lat) @ ones) <= 1e-3
    said = refused(lon, lat, PowerLaw(), [1.5, 0.0])
    assert "place 0" in said
    assert "offset" in said
    near = build(lon, lat, PowerLaw(), [1.5, 2.0])
    assert np.isfinite(near.apply(ones)).all()


def _without_eye(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    from hinterland.space.distance import great_circle
    from hinterland.space.kernel import two_scales

    return two_scales(great_circle(lon, lat), near=120.0, far=800.0, far_share=0.5)


@pytest.mark.parametrize("centre", [(180.0, -17.0), (0.0, 90.0), (50.0, -90.0)])
def test_the_antimeridian_and_the_poles_are_like_any_place(centre: tuple[float, float]) -> None:
    lon, lat = clustered(500, 3, span=30.0, centre=centre)
    operator = build(lon, lat, TwoScales(), MIXED)
    ones = np.ones((500, 1))
    assert worst(operator.apply(ones), full(lon, lat, TwoScales(), MIXED) @ ones) <= 1e-3


def test_the_whole_earth_with_places_opposite_to_each_other() -> None:
    draw = np.random.default_rng(4)
    lon, lat = draw.uniform(-180, 180, 1500), np.degrees(np.arcsin(draw.uniform(-1, 1, 1500)))
    lon[750:], lat[750:] = (lon[:750] + 360) % 360 - 180, -lat[:750]
    operator = build(lon, lat, PowerLaw(), [1.5, 2.0], bound=1e-5)
    ones = np.ones((1500, 1))
    assert worst(operator.apply(ones), full(lon, lat, PowerLaw(), [1.5, 2.0]) @ ones) <= 1e-5


def test_reaches_without_length_or_end() -> None:
    lon, lat = clustered(300, 5)
    assert "scale is 0" in refused(lon, lat, Exponential(), [0.0])
    assert "far is inf" in refused(lon, lat, TwoScales(), [100.0, np.inf, 0.5])
    assert "far_share is 1.5" in refused(lon, lat, TwoScales(), [100.0, 800.0, 1.5])
    assert "within its reach at scale 0.001" in refused(lon, lat, Exponential(), [1e-3])
    endless = build(lon, lat, Exponential(), [1e9])
    np.testing.assert_allclose(endless.apply(np.ones((300, 1))), 299.0, rtol=1e-3)


def test_a_bound_that_cannot_be_met_is_refused() -> None:
    lon, lat = clustered(300, 6)
    assert "cannot be met in float32" in refused(lon, lat, TwoScales(), MIXED, bound=1e-8)
    assert "cannot be met" in refused(lon, lat, TwoScales(), MIXED, bound=0.0)
    assert "cannot be met" in refused(lon, lat, TwoScales(), MIXED, bound=float("nan"))
    assert "type 'int8'" in refused(lon, lat, TwoScales(), MIXED, dtype="int8")
    assert "place 3: the way inside" in refused(
        lon, lat, Exponential(), [12.0], own=np.where(np.arange(300) == 3, -1.0, 2.0)
    )


def test_parameters_that_skeletons_do_not_serve_are_refused() -> None:
    lon, lat = clustered(1500, 7)
    operator = build(lon, lat, Exponential(), [5000.0], bound=1e-4)
    with pytest.raises(InputError, match="over the bound") as caught:
        operator.at([40.0])
    assert "range" in caught.value.remedy
