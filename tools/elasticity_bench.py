"""The embedded country on a bench: something is changed at one place at a time, and its ends are compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES
from hinterland.data.schedules import at_step, medium
from hinterland.drivers import national_course
from hinterland.model import economy as model
from hinterland.model.step import Behaviour, Conditions, Setting, step, with_base
from hinterland.state import Economy, State
from hinterland.system import System, behaviour

Array = NDArray[np.float64]
Figures = dict[str, Array]
"""What was measured, by name: one number, or one per chosen place with Jiaozuo last."""

CHOSEN = 30
JIAOZUO = "410800"
ROUNDS = 60
"""Steps until the economy counts as at rest, people being held: three hundred years."""
STEPS = 4
"""Steps of a run with moves: twenty years, about as long as the decades that studies look at."""


@dataclass(frozen=True)
class Bench:
    """A country and the places at which something is changed: member k of a run is changed at `places[k]` alone."""

    system: System
    behaviour: Behaviour
    places: NDArray[np.int64]

    @property
    def members(self) -> NDArray[np.int64]:
        """Their numbers."""
        return np.arange(len(self.places))

    @property
    def base(self) -> model.Base:
        """The base year of the economy."""
        assert self.system.setting.economy is not None
        return self.system.setting.economy

    @property
    def habits(self) -> model.Habits:
        """How firms, shops, builders and movers behave."""
        assert self.behaviour.habits is not None
        return self.behaviour.habits

    @property
    def economy(self) -> Economy:
        """The base year's, with builders who expect no growth, so that unchanged people leave it at rest."""
        assert self.system.state.economy is not None
        return replace(self.system.state.economy, expected=jnp.zeros_like(self.system.state.economy.expected))

    @property
    def state(self) -> State:
        """The base year's people and this economy."""
        return replace(self.system.state, economy=self.economy)

    @cached_property
    def still(self) -> Economy:
        """The unchanged economy at rest."""
        return jax.tree.map(lambda values: values[0], rest(self, self.system.state.people[None], self.nothing[:1]))

    @property
    def nothing(self) -> jax.Array:
        """No jobs put anywhere [member, place, activity]."""
        return jnp.zeros((len(self.places), len(self.base.people), len(ACTIVITIES)))

    def at(self, values: jax.Array) -> Array:
        """Values [member, place, ...] at each member's own place [member, ...]."""
        return np.asarray(values)[self.members, self.places]


def bench(system: System) -> Bench:
    """The bench of a country's central run."""
    order = np.argsort(np.asarray(system.setting.size))
    ranks = np.linspace(0, len(order) - 1, CHOSEN + 2)[1:-1].round().astype(np.int64)
    own = system.country.places.codes.index(JIAOZUO)
    acting = behaviour(
        {name: np.asarray(system.parameters.value(name)) for name in system.parameters}, system.country.ages
    )
    return Bench(
        system=system,
        behaviour=with_base(system.setting, acting, jnp.asarray(system.balance)),
        places=np.append(order[ranks], own),
    )


def rest(on: Bench, people: jax.Array, put: jax.Array) -> Economy:
    """The economy at rest [member, place, ...] of people [member, place, sex, age] held, with jobs put each step.

    `put` [member, place, activity]: a flow of new jobs that the turnover of jobs balances.
    """
    national = on.base.jobs.sum(axis=0)
    # Time stands still: households keep their size.
    given = model.undisturbed(national / national.sum(), jnp.asarray(0.0), len(on.base.people))
    start = jax.tree.map(lambda values: jnp.broadcast_to(values, (len(put), *values.shape)), on.economy)
    return _rest(on.system.setting, on.behaviour, start, people, given, put)


@jax.jit
def _rest(
    setting: Setting, behaviour: Behaviour, start: Economy, people: jax.Array, given: model.Given, put: jax.Array
) -> Economy:
    assert setting.economy is not None
    assert behaviour.habits is not None
    base, habits = setting.economy, behaviour.habits

    def again(_: int, economy: Economy) -> Economy:
        begun = with_jobs(economy, put)
        return model.advance(base, habits, begun, people, given, model.usual_trips(base, setting.kernel), setting.years)

    return jax.lax.fori_loop(0, ROUNDS, again, start)


def jobs_at(on: Bench, which: slice, jobs: Array, speed: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Jobs to put at each member's place, first and in every later step [member, place, activity].

    So many that `jobs` [member] more than the place would choose are kept up against turnover at a `speed`; they are
    spread as those of the place are.
    """
    keep = float(jnp.exp(-speed * on.system.setting.years))
    own = np.asarray(on.base.jobs)[on.places, which]
    mix = own / own.sum(axis=1, keepdims=True)
    put = np.array(on.nothing)
    put[on.members, on.places, which] = jobs[:, None] * mix
    whole = jnp.asarray(put)
    return whole / keep, whole * (1 - keep) / keep


def with_jobs(economy: Economy, put: jax.Array) -> Economy:
    """The economy with jobs put [..., place, activity]; public ones are called for as well, so that they stay."""
    return replace(economy, jobs=economy.jobs + put, posts=economy.posts + put[..., model.PUBLIC])


def with_moves(on: Bench, first: jax.Array, later: jax.Array) -> tuple[State, State]:
    """States after `STEPS` steps in which people move: [place, ...] as it is, and [member, place, ...] with jobs put.

    Both are held to the same national factors, on the course of the nation's people but with its jobs shared as in
    the base year.
    """
    setting = on.system.setting
    given = conditions(on, STEPS)
    plain = on.state
    changed = jax.tree.map(lambda values: jnp.broadcast_to(values, (len(first), *values.shape)), plain)
    for k in range(STEPS):
        plain, flows = run_step(setting, on.behaviour, plain, given[k], None)
        assert changed.economy is not None
        put = first if k == 0 else later
        changed = replace(changed, economy=with_jobs(changed.economy, put))
        changed, _ = run_step(setting, on.behaviour, changed, given[k], flows.control)
    return plain, changed


def conditions(on: Bench, steps: int) -> list[Conditions]:
    """What steps from the base year are given: the nation's medium course, and pulls at which no place gains or loses.

    The nation's jobs are shared among activities as in the base year.
    """
    system, country = on.system, on.system.country
    nation = country.at(country.base_year).sum(axis=0)
    course, targets = national_course(country, nation, country.base_year, steps, medium(steps))
    shares = on.base.jobs.sum(axis=0) / on.base.jobs.sum()
    return [
        Conditions(
            national=jax.tree.map(lambda values: values[0], at_step(course, k)),
            target=jnp.asarray(targets[0, k]),
            local_fertility=jnp.asarray(system.fertility),
            pull=jnp.asarray(system.balance),
            economy=model.undisturbed(shares, jnp.asarray(float(system.setting.years * (k + 1))), len(on.base.people)),
        )
        for k in range(steps)
    ]


run_step = jax.jit(step)
