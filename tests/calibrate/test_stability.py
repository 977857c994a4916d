"""Growth of a difference between places: small without feedback, above one with too much, and the same by hand."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hinterland.calibrate.prepare import growth_of, prepare
from hinterland.calibrate.stability import growth
from hinterland.course import at, course
from hinterland.data.pack import read_pack
from hinterland.data.schedules import at_step, medium
from hinterland.data.template import write_template
from hinterland.drivers import national_course
from hinterland.model.step import Conditions, step, with_base
from hinterland.params import load
from hinterland.system import System, behaviour

STILL = [0.0] * 7
QUIET = {"push": 0.0, "pull_income": STILL, "pull_access": STILL, "pull_rent": STILL, "push_nonemployment": STILL}
LOUD = {"pull_income": [3.0] * 7, "pull_access": [4.0] * 7}


@pytest.fixture(scope="module")
def system(tmp_path_factory) -> System:
    """Places that share labour markets: with shorter ways to work nothing that answers to jobs makes them diverge."""
    folder = tmp_path_factory.mktemp("template") / "pack"
    write_template(folder)
    return prepare(read_pack(folder), load(overrides={"commute_scale": 25.0}))


def ahead(system: System) -> Conditions:
    country = system.country
    nation = country.at(country.base_year).sum(axis=0)
    nations, targets = national_course(country, nation, country.base_year, 1, medium(1))
    jobs = course(system.setting, system.parameters, country.places.codes, [country.base_year])
    return Conditions(
        national=jax.tree.map(lambda values: values[0], at_step(nations, 0)),
        target=jnp.asarray(targets[0, 0]),
        local_fertility=jnp.asarray(system.fertility),
        pull=jnp.asarray(system.balance),
        economy=at(jobs, 0),
    )


def measured(system: System, overrides: dict) -> float:
    parameters = load(overrides=overrides)
    acting = behaviour({name: np.asarray(parameters.value(name)) for name in parameters}, system.country.ages)
    with jax.enable_x64(True):
        return growth(system.setting, acting, system.state, [ahead(system)], jnp.asarray(system.balance))


def test_what_answers_to_jobs_decides_whether_differences_grow(system: System) -> None:
    quiet, usual, loud = (measured(system, overrides) for overrides in (QUIET, {}, LOUD))
    assert quiet < 1
    assert quiet < usual < loud
    assert loud > 1
    assert growth_of(system) == pytest.approx(usual, rel=1e-3)


def test_without_an_economy_a_difference_decays_as_two_nearly_equal_runs_do(system: System) -> None:
    """Runs whose places differ by a millionth come nearer by what the eigenvalue says, after many steps."""
    with jax.enable_x64(True):
        setting = replace(system.setting, economy=None)
        state = replace(system.state, economy=None)
        parameters = load(overrides={"push": 0.0, "congestion": 0.0})
        acting = behaviour({name: np.asarray(parameters.value(name)) for name in parameters}, system.country.ages)
        given = replace(ahead(system), economy=None)
        said = growth(setting, acting, state, [given], jnp.asarray(system.balance))
        acting = with_base(setting, acting, given.pull)
        apart = 1e-6 * jnp.cos(jnp.arange(len(system.country.places)) * 2.0)
        ratios = []
        for _ in range(40):
            factor = (1 + apart)[:, None, None]
            newcomers, away = state.newcomers * factor, state.away * factor
            other = replace(
                state,
                rooted=state.rooted * factor,
                newcomers=newcomers,
                away=away * newcomers.sum(axis=0) / away.sum(axis=0),
            )
            plain, _ = step(setting, acting, state, given)
            moved, _ = step(setting, acting, other, given)
            after = jnp.log(moved.people.sum(axis=(1, 2)) / plain.people.sum(axis=(1, 2)))
            after = after - jnp.sum(setting.opportunities * after)
            ratios.append(float(jnp.linalg.norm(after) / jnp.linalg.norm(apart)))
            apart = after / jnp.abs(after).max() * 1e-6
    assert said == pytest.approx(ratios[-1], rel=2e-3)
    assert said < 1
