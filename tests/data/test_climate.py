"""Temperatures: published ones are kept, gaps filled from latitude, and the committed lines are those of the fit."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from factories import small_country
from hinterland.data.climate import Climate, Line, climate, climate_lines, fit_line, latest
from hinterland.data.country import Country, frozen
from hinterland.data.pack import read_pack
from hinterland.errors import InputError
from hinterland.params import load

US = Path(__file__).parents[3] / "shared" / "data" / "us"
PARAMETERS = load()
LINES = climate_lines(PARAMETERS)


def with_temperatures(january: dict[int, list[float]], july: dict[int, list[float]]) -> Country:
    country = small_country(4)
    published = {"january_temperature": january, "july_temperature": july}
    columns = {name: {year: frozen(row) for year, row in years.items()} for name, years in published.items()}
    return replace(country, indicators={**country.indicators, **columns})


def test_published_temperatures_are_taken_as_they_are() -> None:
    country = with_temperatures({1999: [-3.0, 1.0, 2.0, 5.0]}, {1999: [21.0, 24.0, 26.0, 28.0]})
    got = climate(country, PARAMETERS)
    np.testing.assert_array_equal(got.january, [-3.0, 1.0, 2.0, 5.0])
    np.testing.assert_array_equal(got.july, [21.0, 24.0, 26.0, 28.0])
    assert got.published.all()


def test_the_newest_figure_counts() -> None:
    country = with_temperatures({1999: [1.0, 2.0, 3.0, 4.0], 2010: [5.0, np.nan, 7.0, 8.0]}, {})
    np.testing.assert_array_equal(latest(country, "january_temperature"), [5.0, 2.0, 7.0, 8.0])
    assert np.isnan(latest(country, "july_temperature")).all()


def test_without_figures_latitude_tells() -> None:
    country = small_country(4)
    got = climate(country, PARAMETERS)
    assert isinstance(got, Climate)
    np.testing.assert_allclose(got.january, LINES["january"](country.places.lat))
    np.testing.assert_allclose(got.july, LINES["july"](country.places.lat))
    assert not got.published.any()
    assert not got.january.flags.writeable


def test_gaps_are_filled_at_the_countrys_own_level() -> None:
    """Where places are four degrees colder than their latitude says, the one without a figure is too."""
    lat = small_country(4).places.lat
    told = LINES["january"](lat) - 4.0
    known = [float(told[0]), float(told[1]), float(told[2]), np.nan]
    got = climate(with_temperatures({2000: known}, {}), PARAMETERS)
    np.testing.assert_allclose(got.january, told)
    assert not got.published.any()  # July is published nowhere


def test_months_change_places_south_of_the_equator() -> None:
    country = small_country(4)
    south = replace(country, places=replace(country.places, lat=frozen(-country.places.lat)))
    got, mirrored = climate(country, PARAMETERS), climate(south, PARAMETERS)
    np.testing.assert_allclose(mirrored.january, got.july)
    np.testing.assert_allclose(mirrored.july, got.january)


def test_a_place_without_position_or_figure_stays_unknown() -> None:
    country = small_country(4)
    lat = country.places.lat.copy()
    lat[2] = np.nan
    lost = replace(country, places=replace(country.places, lat=frozen(lat)))
    np.testing.assert_array_equal(np.isnan(climate(lost, PARAMETERS).january), [False, False, True, False])


def test_a_planted_line_is_found_with_its_error() -> None:
    draw = np.random.default_rng(1)
    lat = draw.uniform(25, 50, 4000)
    planted = Line(level=3.0, fall=-8.0, error=2.0)
    found = fit_line(np.r_[lat, np.nan, 40.0], np.r_[planted(lat) + draw.normal(0, 2.0, lat.size), 1.0, np.nan])
    assert found.level == pytest.approx(3.0, abs=0.15)
    assert found.fall == pytest.approx(-8.0, abs=0.2)
    assert found.error == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("lat", [[30.0, 40.0], [40.0, 40.0, 40.0, 40.0]])
def test_too_little_for_a_line_is_refused(lat: list[float]) -> None:
    with pytest.raises(InputError, match="do not make a line"):
        fit_line(np.array(lat), np.ones(len(lat)))


def test_chinas_north_is_colder_than_its_south() -> None:
    country = read_pack("cn")
    got = climate(country, PARAMETERS)
    harbin, guangzhou = (country.places.codes.index(code) for code in ("230100", "440100"))
    assert got.january[harbin] < -5 < 15 < got.january[guangzhou]
    assert got.july[harbin] < got.july[guangzhou]


def american_counties() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Latitudes and temperatures, degrees Celsius, of the counties that stand in both files."""
    lines = (US / "census_gazetteer_counties_2022.txt").read_text(encoding="utf-8").splitlines()
    lat = {cells[1]: float(cells[8]) for cells in (line.split("\t") for line in lines[1:])}
    with (US / "usda_natural_amenities.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[0] in lat and row[7].strip() and row[9].strip()]
    # The header says month and years alone: columns 7 and 9 are temperatures, 8 and 10 sun and humidity.
    celsius = {
        month: (np.array([float(row[at]) for row in rows]) - 32) / 1.8 for month, at in (("january", 7), ("july", 9))
    }
    return np.array([lat[row[0]] for row in rows]), celsius


@pytest.mark.shared
@pytest.mark.parametrize("month", ["january", "july"])
def test_the_committed_lines_are_those_of_american_counties(month: str) -> None:
    lat, celsius = american_counties()
    assert lat.size == 3097
    found = fit_line(lat, celsius[month])
    assert LINES[month].level == pytest.approx(found.level, abs=0.005)
    assert LINES[month].fall == pytest.approx(found.fall, abs=0.005)
    assert LINES[month].error == pytest.approx(found.error, abs=0.005)
