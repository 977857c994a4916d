"""Where jobs are, on economies small enough to know the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from economies import VALUES
from hinterland.axes import ACTIVITIES, FIVE_YEARS, FOOTLOOSE, Ages
from hinterland.model.industry import automatable, automated, damage, dirt, split_industry
from hinterland.model.jobs import (
    Changes,
    able_to_work_remotely,
    choice,
    farmed,
    located,
    location,
    mined,
    needed,
    needs,
    niche_of,
    posted,
    remote,
)

ROUTINE, ADVANCED, TRADABLE = (FOOTLOOSE.index(name) for name in ("routine", "advanced", "tradable"))


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def changes(places: int, **given: list[float]) -> Changes:
    """No change but those given."""
    still = dict.fromkeys(("density", "labour_cost", "land_price", "market", "labour"), jnp.zeros(places))
    return Changes(**{**still, **{name: jnp.asarray(values) for name, values in given.items()}})


def even(places: int, jobs: float = 100.0) -> jax.Array:
    return jnp.full((places, len(FOOTLOOSE)), jobs)


def none(places: int) -> jax.Array:
    return jnp.zeros((places, len(FOOTLOOSE)))


def test_the_base_year_is_at_rest_and_follows_the_nation() -> None:
    base = jnp.asarray([[100.0, 10, 5], [50, 40, 5], [0, 1, 90]])
    after = located(base, base, 0.9 * base.sum(0), changes(3), none(3), location(VALUES), 5)
    np.testing.assert_allclose(after, 0.9 * base, rtol=1e-13)


def test_two_places_follow_the_logit() -> None:
    """Share of new choices = e^u / (e^u + 1), and exp(-turnover h) of jobs stay."""
    where = location({**VALUES, "job_turnover": 0.1, "job_cost_routine": 2.0})
    after = located(even(2), even(2), jnp.full(3, 200.0), changes(2, labour_cost=[0.3, 0.0]), none(2), where, 5)
    keep, share = np.exp(-0.5), np.exp(-0.6) / (1 + np.exp(-0.6))
    np.testing.assert_allclose(after[:, ROUTINE], 100 * keep + 200 * (1 - keep) * np.array([share, 1 - share]))


def test_every_change_has_its_sign() -> None:
    for name, sign in (("density", 1), ("labour_cost", -1), ("land_price", -1), ("market", 1), ("labour", 1)):
        share = choice(even(3), changes(3, **{name: [0.2, 0.0, 0.0]}), none(3), location(VALUES))
        assert (sign * (np.asarray(share[0]) - 1 / 3) > 0).all(), name
        np.testing.assert_allclose(share[1], share[2])


def test_a_dear_metropolis_hands_down_routine_plants_and_keeps_offices() -> None:
    """A hierarchy of sizes; the largest becomes denser and its labour dearer than density pays for (C19, C30)."""
    base = jnp.asarray([[800.0, 800, 800], [100, 100, 100], [50, 50, 50], [50, 50, 50]])
    grown = changes(4, density=[0.5, 0.0, 0.0, 0.0], labour_cost=[0.05, 0.0, 0.0, 0.0])
    share = choice(base, grown, none(4), location(VALUES))
    first = np.asarray(share[0]) - 0.8
    assert first[ROUTINE] < 0 < first[TRADABLE]
    assert first[ROUTINE] < first[ADVANCED] < first[TRADABLE]
    np.testing.assert_allclose(share[2:] / share[1], 0.5)


def test_jobs_pushed_off_come_back() -> None:
    """The base year's number is where a place tends to: no unit root."""
    base, where = even(4), location(VALUES)
    now = base.at[0].mul(1.5)
    for _ in range(10):
        now = located(now, base, base.sum(0), changes(4), none(4), where, 5)
    gap = float(now[0, ROUTINE] - 100)
    before = 400 * 150 / 450 - 100
    assert gap == pytest.approx(before * np.exp(-50 * VALUES["job_turnover"]), rel=1e-9)


def test_an_industry_that_was_not_there_does_not_come_by_itself_and_comes_when_founded() -> None:
    base = even(3).at[0, ADVANCED].set(0.0)
    good = changes(3, density=[3.0, 0.0, 0.0], labour=[3.0, 0.0, 0.0])
    after = located(base, base, jnp.full(3, 300.0), good, none(3), location(VALUES), 5)
    assert after[0, ADVANCED] == 0
    founded = located(base, base.at[0, ADVANCED].set(20.0), jnp.full(3, 300.0), good, none(3), location(VALUES), 5)
    assert founded[0, ADVANCED] > 0
    assert founded[:, ADVANCED].sum() == pytest.approx(300.0)


def test_a_niche_is_found_again() -> None:
    draw = np.random.default_rng(1)
    base = jnp.asarray(draw.uniform(10, 1000, (5, 3)))
    now = jnp.asarray(draw.uniform(0.8, 1.2, (5, 3))) * base
    grown = changes(5, density=list(draw.normal(0, 0.2, 5)), labour=list(draw.normal(0, 0.2, 5)))
    planted = jnp.asarray(draw.normal(0, 0.4, (5, 3)))
    where, national = location(VALUES), 1.1 * base.sum(0)
    seen = located(now, base, national, grown, planted, where, 10)
    found = niche_of(seen, now, base, grown, where, 10)
    again = located(now, base, national, grown, found, where, 10)
    np.testing.assert_allclose(again, seen, rtol=1e-10)
    np.testing.assert_allclose(found - found[:1], planted - planted[:1], rtol=1e-8, atol=1e-10)


def test_remote_jobs_go_where_their_workers_live() -> None:
    office, residents = jnp.asarray([90.0, 10.0, 0.0]), jnp.asarray([500.0, 300.0, 200.0])
    np.testing.assert_allclose(remote(office, residents, jnp.asarray(0.2)), [82.0, 14.0, 4.0])
    np.testing.assert_allclose(remote(office, jnp.zeros(3), jnp.asarray(0.2)), office)
    base = even(3)
    gone = located(
        base, base, base.sum(0), changes(3), none(3), location(VALUES), 5,
        residents=jnp.asarray([0.0, 0.0, 1.0]), remote_share=jnp.asarray(0.3),
    )  # fmt: skip
    assert gone[2, TRADABLE] > 100 > gone[0, TRADABLE]
    np.testing.assert_allclose(gone[:, ROUTINE], 100.0)


def test_the_schooled_could_work_from_home() -> None:
    able = able_to_work_remotely(jnp.full(3, 10.0), jnp.asarray([8.0, 12.0, np.nan]), jnp.asarray(0.25))
    np.testing.assert_allclose(able, 10 * np.exp([-0.5, 0.5, 0.0]))


def test_mines_share_the_nation_and_what_one_loses_is_lost() -> None:
    base = jnp.asarray([60.0, 40.0, 0.0])
    np.testing.assert_allclose(mined(base, jnp.ones(3), jnp.asarray(80.0)), [48, 32, 0])
    empty = mined(base, jnp.asarray([0.1, 1.0, 1.0]), jnp.asarray(100.0))
    # What an empty mine loses nobody else gets.
    np.testing.assert_allclose(empty, [6, 40, 0])


def test_farms_take_those_who_find_nothing_else() -> None:
    what = needs(VALUES, FIVE_YEARS)
    jobs = farmed(
        jnp.full(3, 100.0), jnp.asarray([0.0, 0.0, -0.1]), jnp.asarray([0.1, 0.0, 0.0]), jnp.asarray(270.0), what
    )
    limit = VALUES["farm_limit"]
    weights = np.exp([VALUES["farm_absorption"] * limit * np.tanh(0.1 / limit), 0.0, -0.1])
    np.testing.assert_allclose(jobs, 270 * weights / weights.sum())
    harmed = farmed(
        jnp.full(2, 50.0), jnp.zeros(2), jnp.zeros(2), jnp.asarray(100.0), what, jnp.asarray([np.log(2), 0.0])
    )
    np.testing.assert_allclose(harmed, [100 / 3, 200 / 3])


def test_posts_follow_children_and_the_old_with_the_speed_of_careers() -> None:
    what = needs(VALUES, FIVE_YEARS)
    people = jnp.full((2, 2, 18), 10.0)
    aged = people.at[0, :, 1:4].set(0.0).at[0, :, 16:].mul(2.0)  # no pupils, twice as many from 80 on
    base_need, need = needed(people, what), needed(aged, what)
    care = VALUES["post_everyone"] + VALUES["post_old"] + VALUES["post_care"]
    lost, won = 60 * (VALUES["post_everyone"] + VALUES["post_school"]), 40 * care
    assert float(need[0] - base_need[0]) == pytest.approx(won - lost)
    base, national = jnp.asarray([30.0, 10.0]), jnp.asarray(40.0)
    ratio = float(need[0] / base_need[0])
    end = 40 * 30 * ratio / (30 * ratio + 10)
    after = posted(base, base, need, base_need, national, what, 5)
    keep = np.exp(-5 * VALUES["post_turnover"])
    np.testing.assert_allclose(after, [keep * 30 + (1 - keep) * end, 40 - keep * 30 - (1 - keep) * end])
    assert end < 30


def test_posts_by_age() -> None:
    everyone, school, old, care = (VALUES[f"post_{who}"] for who in ("everyone", "school", "old", "care"))
    extra = [0] + [school] * 3 + [0] * 9 + [old] * 3 + [old + care] * 2
    np.testing.assert_allclose(needs(VALUES, FIVE_YEARS).posts, everyone + np.array(extra))


def test_need_is_the_same_for_single_years_of_age() -> None:
    single = needs(VALUES, Ages(1, 85))
    people = jnp.ones((1, 2, 86)).at[..., 85].set(5.0)
    grouped = jnp.full((1, 2, 18), 5.0)
    np.testing.assert_allclose(needed(people, single), needed(grouped, needs(VALUES, FIVE_YEARS)))


def test_automation_takes_a_share_at_a_pace() -> None:
    share = automatable(VALUES)
    assert dict(zip(ACTIVITIES, np.asarray(share), strict=True)) == {
        "farm": 0, "mine": 0, "routine": 0.5, "advanced": 0, "tradable": 0.15, "local": 0.2, "public": 0,
    }  # fmt: skip
    jobs = jnp.full(7, 100.0)
    np.testing.assert_allclose(automated(jobs, share, jnp.asarray(0.0), 30), jobs)
    after = automated(jobs, share, jnp.asarray(np.log(2) / 10), 10)
    np.testing.assert_allclose(after, 100 * (1 - np.asarray(share) / 2))


def test_industry_is_split_at_the_nations_odds_where_schooling_is_alike() -> None:
    parts = split_industry(jnp.full(3, 80.0), jnp.full(3, 9.0), jnp.asarray(0.25), jnp.asarray(0.4))
    np.testing.assert_allclose(parts, [[60, 20]] * 3)
    uneven = split_industry(jnp.full(3, 80.0), jnp.asarray([7.0, np.nan, 11.0]), jnp.asarray(0.25), jnp.asarray(0.4))
    np.testing.assert_allclose(uneven.sum(-1), 80.0)
    assert uneven[0, 1] < 20 < uneven[2, 1]
    assert uneven[1, 1] == pytest.approx(20)


def test_dirty_plants_harm_farms_and_amenity_and_leaving_ones_heal() -> None:
    what = replace(dirt(VALUES), share=jnp.asarray(0.5))
    routine, labour = jnp.asarray([300.0, 100.0, 0.0]), jnp.full(3, 700.0)
    farm, amenity = damage(routine, labour, jnp.full(3, 100.0), labour, what)
    exposure = 0.5 * (0.3 - 0.125)
    np.testing.assert_allclose(farm, [2 * exposure, 0, -2 * 0.5 * 0.125])
    np.testing.assert_allclose(amenity, -farm)
