"""Drawing keeps labels apart, refuses what is not a number, and places land where it is."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.report.land import clip, fit, outline, rings
from hinterland.report.svg import Scale, element, number, spread, ticks, words
from hinterland.report.text import Text

finite = st.floats(-1e3, 1e3)


@given(st.lists(finite, min_size=1, max_size=12), st.floats(1, 30))
def test_labels_are_kept_apart_in_order_and_inside(wanted: list[float], gap: float) -> None:
    low, high = -500.0, 500.0
    placed = spread(wanted, gap, low, high)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], placed[i]))
    ordered = [placed[i] for i in order]
    assert all(low - 1e-6 <= y <= high + 1e-6 for y in placed)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(ordered))


def test_labels_with_room_stay_where_they_are_wanted() -> None:
    assert spread([10.0, 90.0, 50.0], 15, 0, 100) == pytest.approx([10, 90, 50])
    assert spread([50.0, 50.0], 10, 0, 100) == pytest.approx([45, 55])


def test_labels_without_room_share_what_there_is() -> None:
    assert spread([1.0, 1.0, 1.0], 50, 0, 60) == pytest.approx([0, 30, 60])


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9), st.integers(2, 9))
def test_ticks_cover_and_are_few(low: float, width: float, about: int) -> None:
    marks = ticks(low, low + width, about)
    step = marks[1] - marks[0]
    assert marks[0] <= low + 1e-6 * max(abs(low), step)
    assert marks[-1] >= low + width - 1e-6 * max(abs(low + width), step)
    assert 2 <= len(marks) <= about + 2


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_coordinate_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        number(value)
    with pytest.raises(ValueError, match="finite"):
        element("circle", cx=value)


def test_attributes_and_words_are_escaped() -> None:
    assert element("g", class_='"><script>') == '<g class="&quot;&gt;&lt;script&gt;"/>'
    assert "<script>" not in words(0, 0, Text("<script>", "a", "b"))


def test_a_scale_maps_ends_to_ends() -> None:
    scale = Scale(2000.0, 2100.0, 10.0, 110.0)
    assert (scale(2000), scale(2100), scale(2050)) == (10, 110, 60)


def test_the_projection_keeps_areas_and_undoes_itself() -> None:
    lon, lat = np.array([75.0, 133.0, 100.0]), np.array([20.0, 52.0, 35.0])
    projection = fit(lon, lat, 760)
    x, y = projection(lon, lat)
    assert ((x > 0) & (x < 760) & (y > 0) & (y < projection.height)).all()
    back = projection.inverse(x, y)
    np.testing.assert_allclose(back, (lon, lat), atol=1e-9)
    areas = [_area(projection, at) for at in ((75.0, 50.0), (100.0, 35.0), (120.0, 22.0))]
    np.testing.assert_allclose(areas, areas[0], rtol=1e-3)


def _area(projection: object, corner: tuple[float, float]) -> float:
    """Pixels of a small cell of equal area on the sphere, one degree wide."""
    lon, lat = corner
    top = math.degrees(math.asin(math.sin(math.radians(lat)) + 0.01))
    assert callable(projection)
    x, y = projection(np.array([lon, lon + 1, lon + 1, lon]), np.array([lat, lat, top, top]))
    return abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2


def test_land_clipped_to_a_box_inside_a_continent_is_the_box() -> None:
    eurasia = max(rings(), key=len)
    inside = clip([(float(a), float(b)) for a, b in eurasia], (95.0, 50.0, 100.0, 55.0))
    assert {(round(x), round(y)) for x, y in inside} == {(95, 50), (95, 55), (100, 50), (100, 55)}


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ([178.0, -178.0], [-17.0, -18.0]),  # Fiji, across the date line
        ([-3.7], [40.4]),  # one town
        ([20.0, -60.0, 100.0], [-80.0, -75.0, -85.0]),  # around a pole
        ([-60.0, -58.0], [-35.0, -25.0]),  # the far side of the world from Asia's land
    ],
)
def test_land_is_drawn_anywhere(lon: list[float], lat: list[float]) -> None:
    projection = fit(np.array(lon), np.array(lat), 760)
    drawn = outline(projection)
    assert drawn.startswith("M")
    assert "nan" not in drawn
    assert drawn.endswith("Z")


def test_the_open_sea_has_no_land() -> None:
    assert outline(fit(np.array([-140.0, -139.0]), np.array([30.0, 31.0]), 760)) == ""
