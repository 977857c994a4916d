"""Every scenario of the package moves the embedded country as its file argues, and keeps the books."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.calibrate.prepare import prepare, prepare_past
from hinterland.data.pack import read_pack
from hinterland.members.ensemble import Outcome, run_ensemble
from hinterland.params import load
from hinterland.record import check
from hinterland.scenario import BASE, Scenario
from hinterland.scenario_files.made import expectations, failed, load_scenario, shipped
from hinterland.system import System

pytestmark = pytest.mark.slow
MEMBERS = 3
PAST = tuple(name for name in shipped() if name.startswith("jiaozuo"))
AHEAD = tuple(name for name in shipped() if name not in PAST)
Begun = tuple[System, Outcome]


def run(system: System, until: int, scenario: Scenario, control=None) -> Outcome:
    return run_ensemble(system, members=MEMBERS, until=until, seed=1, scenario=scenario, control=control)


@pytest.fixture(scope="module")
def ahead() -> Begun:
    system = prepare(read_pack("cn"), load())
    return system, run(system, 2050, BASE)


@pytest.fixture(scope="module")
def past() -> Begun:
    system = prepare_past(read_pack("cn"), load())
    return system, run(system, 2035, BASE)


def borne_out(begun: Begun, name: str) -> None:
    system, base = begun
    years = base.ensemble.years
    after = run(system, years[-1], load_scenario(name, system.country), base.control).ensemble
    check(after)
    argued = expectations(name, system.country)
    assert argued
    assert failed(argued, base.ensemble, after) == []


@pytest.mark.parametrize("name", AHEAD)
def test_results_move_as_the_file_argues(ahead: Begun, name: str) -> None:
    borne_out(ahead, name)


@pytest.mark.parametrize("name", PAST)
def test_taking_a_cause_away_moves_the_record_as_the_file_argues(past: Begun, name: str) -> None:
    borne_out(past, name)


def test_the_record_is_repeated_before_the_run_goes_on(past: Begun) -> None:
    """The central run from 2010 comes to the people counted in 2020, apart from the nation's number."""
    system, base = past
    counted = read_pack("cn").at(2020).sum(axis=(1, 2))
    repeated = base.ensemble.central[base.ensemble.years.index(2020)].sum(axis=(1, 2))
    error = np.abs(repeated / repeated.sum() * counted.sum() / counted - 1)
    assert system.repeated == 10
    assert np.median(error) < 0.03
    moved = np.log(counted / read_pack("cn").at(2010).sum(axis=(1, 2)))
    again = np.log(repeated / read_pack("cn").at(2010).sum(axis=(1, 2)))
    assert np.corrcoef(moved, again)[0, 1] > 0.95
