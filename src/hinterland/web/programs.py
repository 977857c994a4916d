"""Programs of the live model: a block of members under levers that are arrays, compiled once for all positions of them.

What a lever turns is added inside the program, so that moving it compiles nothing. Programs are compiled ahead of time
and held here: what else forgets compiled programs (a preparation does) leaves them alone.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES, Ages
from hinterland.model.levers import AXES, Levers
from hinterland.model.step import Behaviour, Conditions, Setting
from hinterland.record import IDENTITY
from hinterland.scenario import Scenario, changed
from hinterland.selections import SELECTIONS
from hinterland.simulate import Trajectory, simulate
from hinterland.state import State
from hinterland.system import System

Array = NDArray[np.float64]

_PLANTS: Final = tuple(ACTIVITIES.index(name) for name in ("routine", "advanced"))


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Moved:
    """What a scenario of amounts adds to the base, by step."""

    pull: Any
    """[step, place, stage]."""
    fertility: Any
    """[step, place] log."""
    economy: dict[str, Any]
    """Lever of the economy -> [step, place, ...]."""
    keep: Any
    """[step, place]."""
    boarding: Any
    demand: Any
    """[step, place, service]."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of a block, member first."""

    people: Any
    """[member, instant, place]."""
    workers: Any
    """[member, instant, place] persons of 15 to 64."""
    births: Any
    """[member, step, place]."""
    posts: Any
    """[member, instant, place]; zero without an economy, like what follows."""
    plants: Any
    homes: Any
    control: Any
    """[member, step, sex, age] national factors."""
    lost: Any
    """Largest share of a place's people that its flows do not explain, of all members, steps and places."""


def moved(system: System, starts: list[int], scenario: Scenario) -> Moved:
    """The arrays of a scenario that changes amounts at places and nothing else; InputError where they are too large."""
    codes, width = system.country.places.codes, system.country.ages.width

    def of(name: str) -> Array:
        return changed(scenario, name, codes, starts, width)

    return Moved(
        pull=of("pull"),
        fertility=of("fertility"),
        economy={name: of(name) for name in AXES},
        keep=of("schools_kept"),
        boarding=of("boarding"),
        demand=of("service_use"),
    )


Around = tuple[Setting, Behaviour, State, Conditions]
"""What a block of members runs in: [step, ...] behaviour and conditions, and a start [place, ...] alike for all."""


def run(ages: Ages, around: Around, control: Any, levers: Moved | None) -> Seen:
    """A block of members; `control` [member, step, sex, age] keeps national factors, which are found without it."""
    setting, behaviour, first, conditions = around
    members = conditions.pull.shape[1]
    if levers is not None:
        economy, services = conditions.economy, conditions.services
        if economy is not None:
            added = {name: getattr(economy.levers, name) + levers.economy[name] for name in AXES}
            economy = replace(economy, levers=Levers(**added))
        if services is not None:
            services = replace(
                services,
                keep=services.keep + levers.keep,
                boarding=services.boarding + levers.boarding,
                demand=services.demand + levers.demand,
            )
        conditions = replace(
            conditions,
            pull=conditions.pull + levers.pull[:, None],
            local_fertility=conditions.local_fertility * jnp.exp(levers.fertility)[:, None],
            economy=economy,
            services=services,
        )
    start = jax.tree.map(lambda cells: jnp.broadcast_to(cells, (members, *cells.shape)), first)
    kept = None if control is None else jnp.swapaxes(control, 0, 1)
    return _seen(simulate(setting, behaviour, start, conditions, kept), ages)


def _seen(path: Trajectory, ages: Ages) -> Seen:
    def swapped(values: jax.Array) -> jax.Array:
        return jnp.swapaxes(values, 0, 1)

    people = path.people.sum(axis=(-2, -1))
    explained = sum(sign * path.flows[name] for name, sign in IDENTITY.items())
    residual = jnp.abs(jnp.diff(people, axis=0) - explained) / jnp.maximum(people[:-1], 1.0)
    nothing = jnp.zeros_like(people)
    economy = path.economy
    groups = SELECTIONS["people_15_64"].groups(ages)
    return Seen(
        people=swapped(people),
        workers=swapped(path.people[..., groups].sum(axis=(-2, -1))),
        births=swapped(path.flows["births"]),
        posts=swapped(nothing if economy is None else economy.posts),
        plants=swapped(nothing if economy is None else economy.jobs[..., jnp.array(_PLANTS)].sum(axis=-1)),
        homes=swapped(nothing if economy is None else economy.homes),
        control=swapped(path.control),
        lost=residual.max(),
    )


@dataclass
class Programs:
    """Compiled programs by the shapes of what they are given."""

    ages: Ages
    _made: dict[Any, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, around: Around, control: Any, levers: Moved | None, *, single: bool = False) -> Seen:
        """Runs a block, compiling what has not been; in single precision where all it is given is so (see `halved`)."""
        with jax.enable_x64(not single):
            if single:
                control, levers = halved((control, levers))
            leaves, tree = jax.tree.flatten((around, control, levers))
            leaves = [jnp.asarray(leaf) for leaf in leaves]
            return jax.tree.map(np.asarray, self._compiled(leaves, tree)(*leaves))

    @property
    def count(self) -> int:
        """How many have been compiled."""
        return len(self._made)

    def _compiled(self, leaves: list[jax.Array], tree: Any) -> Any:
        key = tree, tuple((leaf.shape, str(leaf.dtype)) for leaf in leaves)

        def flat(*given: jax.Array) -> Seen:
            return run(self.ages, *jax.tree.unflatten(tree, given))

        with self._lock:
            if key not in self._made:
                self._made[key] = jax.jit(flat).lower(*leaves).compile()
            return self._made[key]


def halved(values: Any) -> Any:
    """Arrays in single precision, as JAX holds them; to be called where that is what JAX is set to."""

    def single(each: Any) -> jax.Array:
        found = np.asarray(each)
        return jnp.asarray(found.astype(np.float32) if found.dtype == np.float64 else found)

    return jax.tree.map(single, values)


def rows(of: Seen, count: int) -> Mapping[str, NDArray[Any]]:
    """Arrays of the first members of a block by name; the rest filled it up."""
    names = [name for name in Seen.__dataclass_fields__ if name != "lost"]
    return {name: np.asarray(getattr(of, name))[:count] for name in names}
