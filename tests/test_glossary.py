"""`hinterland explain`: every name is known, uses are read from the code itself, and strangers are refused."""

from __future__ import annotations

import pytest

from hinterland.errors import InputError
from hinterland.glossary import explain, uses
from hinterland.params import load
from hinterland.results.variables import VARIABLES
from hinterland.scenario import LEVERS


def test_a_parameter_is_told_with_its_number_source_and_users():
    told = "\n".join(explain("boom_half_life"))
    parameter = load()["boom_half_life"]
    assert parameter.doc in told
    assert f"{parameter.value} year" in told
    assert parameter.source in told
    assert "hinterland.members.pulls, lapsing" in told


def test_switches_and_scenarios_that_touch_a_name_are_told():
    assert "--without siphon" in "\n".join(explain("push"))
    assert "coal_price_fall" in "\n".join(explain("mine_price"))


def test_a_variable_is_told_with_its_axes():
    told = "\n".join(explain("services_lost"))
    assert "year, place, rung, service" in told
    assert "hinterland.report.services" in told


@pytest.mark.parametrize(
    "names", [tuple(load()), tuple(VARIABLES), tuple(LEVERS)], ids=["parameter", "variable", "lever"]
)
def test_everything_has_a_user_in_the_code(names):
    unused = [name for name in names if not [use for use in uses(name) if "variables" not in use.module]]
    # Weights of services are named piece by piece, and levers of the course are read by their own names.
    assert [name for name in unused if not name.startswith(("service_", "rung_"))] == []


def test_a_stranger_is_refused_with_a_near_name():
    with pytest.raises(InputError, match="boom_half_life"):
        list(explain("boom_half_lif"))
