"""The central course follows its anchor, members spread by the law of its errors, and people stay conserved."""

from __future__ import annotations

import numpy as np
import pytest

from factories import small_country
from hinterland.anchor import ODDS, Anchor, Law, borrowed
from hinterland.axes import LIFE_STAGES
from hinterland.calibrate.following import with_course
from hinterland.calibrate.prepare import prepare
from hinterland.members.draws import kin
from hinterland.members.ensemble import run_ensemble
from hinterland.members.shocks import draw_shocks
from hinterland.params import load
from hinterland.record import check
from hinterland.scenario import Change, Scenario
from hinterland.system import System

PLACES, STEPS, MEMBERS = 6, 3, 60


@pytest.fixture(scope="module")
def system() -> System:
    return prepare(small_country(PLACES), load())


@pytest.fixture(scope="module")
def law(system: System) -> Law:
    people = system.country.totals[-1]
    return borrowed(people, 5 * np.arange(1.0, 7), error=0.03, size=0.1, growth=0.9, tails=4.0)


def said(system: System, growth: np.ndarray, *, aged: bool) -> Anchor:
    """An anchor in which places grow by `growth` [place] in each of `STEPS` steps."""
    start = system.country.people[-1]
    cells = np.stack([start * np.exp(growth * (k + 1))[:, None, None] for k in range(STEPS)])
    return Anchor(cells.sum(axis=(2, 3)), cells if aged else None, {"told": 1.0}, ())


def shares(people: np.ndarray) -> np.ndarray:
    return people / people.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("aged", [False, True])
def test_the_central_run_has_the_anchors_distribution_and_the_nations_total(
    system: System, law: Law, aged: bool
) -> None:
    told = said(system, np.linspace(-0.04, 0.03, PLACES), aged=aged)
    followed = with_course(system, told, law)
    run = run_ensemble(followed, members=2, until=2035, seed=0).ensemble
    check(run)
    central = run.central.sum(axis=(2, 3))
    np.testing.assert_allclose(shares(central[1:]), shares(told.totals), rtol=2e-3)
    free = run_ensemble(system, members=2, until=2035, seed=0).ensemble
    np.testing.assert_allclose(central.sum(axis=1), free.central.sum(axis=(1, 2, 3)), rtol=1e-9)
    assert not np.allclose(shares(central[1:]), shares(free.central.sum(axis=(2, 3))[1:]), rtol=1e-2)


def test_effects_go_on_after_the_anchor_and_fade(system: System, law: Law) -> None:
    followed = with_course(system, said(system, np.linspace(-0.04, 0.03, PLACES), aged=False), law)
    assert followed.course is not None
    assert followed.course.effect.shape == (STEPS, PLACES, len(LIFE_STAGES))
    longer = run_ensemble(followed, members=2, until=2050, seed=0).ensemble.central.sum(axis=(2, 3))
    shorter = run_ensemble(followed, members=2, until=2035, seed=0).ensemble.central.sum(axis=(2, 3))
    np.testing.assert_allclose(longer[: STEPS + 1], shorter, rtol=1e-12)
    trend = np.diff(np.log(shares(longer)), axis=0)
    assert (np.sign(trend[STEPS, [0, -1]]) == [-1, 1]).all()


def test_without_an_anchor_the_central_run_is_the_structures_own(system: System, law: Law) -> None:
    plain = run_ensemble(system, members=2, until=2035, seed=0).ensemble.central
    spread = run_ensemble(with_course(system, None, law), members=2, until=2035, seed=0).ensemble.central
    np.testing.assert_array_equal(plain, spread)


def test_members_spread_as_wide_as_the_law_says(system: System) -> None:
    people = system.country.totals[-1]
    wide = borrowed(people, 5 * np.arange(1.0, 3), error=0.03, size=0.0, growth=1.0, tails=30.0)
    run = run_ensemble(with_course(system, None, wide), members=MEMBERS, until=2030, seed=3).ensemble
    logs = np.log(run.stocks["people"][:, 2] / run.central[2].sum(axis=(1, 2)))
    found = np.abs(logs).mean()
    # Parameters that members draw widen it, the nation's total and few places narrow it.
    assert 0.6 * 0.03 < found < 1.8 * 0.03


def test_scenarios_share_the_random_numbers_of_the_course(system: System, law: Law) -> None:
    followed = with_course(system, said(system, np.zeros(PLACES), aged=False), law)
    base = run_ensemble(followed, members=4, until=2035, seed=1)
    code = system.country.places.codes[0]
    drawn = Scenario("drawn", (Change("pull", 0.3, start=2020, places=frozenset({code})),))
    other = run_ensemble(followed, members=4, until=2035, seed=1, scenario=drawn, control=base.control)
    gain = other.ensemble.stocks["people"][:, -1, 0] / base.ensemble.stocks["people"][:, -1, 0]
    assert (gain > 1.01).all()
    assert np.ptp(gain) < 0.1


def test_scores_are_standard_normal_at_every_step_and_kin_move_together(system: System) -> None:
    shocks = draw_shocks(load(), kin(system), range(400), [2020, 2025, 2030, 2035], seed=5).place
    assert np.abs(shocks.std(axis=(0, 2)) - 1).max() < 0.06
    assert np.abs(shocks.mean()) < 0.05
    ahead = np.corrcoef(shocks[:, 2].ravel(), shocks[:, 3].ravel())[0, 1]
    assert ahead > 0.9


def test_the_law_is_symmetric_and_its_tails_go_on(law: Law) -> None:
    scores = np.broadcast_to(np.array([-4.0, -1.0, 0.0, 1.0, 4.0])[:, None, None], (5, 6, PLACES))
    found = law.deviations(scores)
    np.testing.assert_allclose(found, -found[::-1], atol=1e-12)
    assert (np.diff(found, axis=0) > 0).all()
    assert (found[-1] > law.scale * law.shape[:, -1:]).all()
    assert ODDS[len(ODDS) // 2] == pytest.approx(0.5)
