"""Random but valid inputs of one step, for tests of laws that any parameters must keep."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import FIVE_YEARS, LIFE_STAGES
from hinterland.model.migration import Mobility
from hinterland.model.nation import National
from hinterland.model.step import Behaviour, Conditions, Setting
from hinterland.model.survival import Survivorship
from hinterland.space.dense import DenseKernel
from hinterland.state import State
from hinterland.system import FOLLOWERS

PLACES, SEXES, AGES = 6, 2, len(FIVE_YEARS)


@dataclass(frozen=True)
class Case:
    """All inputs of a step."""

    setting: Setting
    behaviour: Behaviour
    state: State
    conditions: Conditions


def case(seed: int, *, extreme: float = 1.0, members: int = 2, places: int = PLACES) -> Case:
    """Inputs drawn from a seed; `extreme` widens pulls, shares and differences of size."""
    draw = np.random.default_rng(seed)
    cells = (places, SEXES, AGES)
    size = np.exp(draw.normal(11, 1 + extreme, places))
    people = size[:, None, None] * draw.dirichlet(np.ones(SEXES * AGES) * 5, places).reshape(cells)
    newcomers = people * draw.uniform(0, min(0.3 * extreme, 0.95), cells)
    weight = people * draw.uniform(0.001, 1, cells) ** extreme
    away = weight * newcomers.sum(axis=0) / weight.sum(axis=0)
    one = lambda low, high: jnp.asarray(draw.uniform(low, high, members))  # noqa: E731
    mobility = Mobility(
        leave=jnp.asarray(draw.uniform(0.001, 0.06 * extreme, AGES)),
        newcomer_multiple=one(0.5, 3.0 * extreme),
        push=one(0, 2),
        saturation=one(0.5, 3),
        come_home=jnp.asarray(draw.uniform(0, 1, (members, AGES))),
        home_pull=one(0, 1),
        home_cap=one(0.1, 0.9),
        follow=one(0, 1),
        congestion=one(0, 1),
    )
    stay = draw.uniform(0.3, 0.999, (members, SEXES, AGES))
    national = National(
        survivorship=Survivorship(groups=jnp.asarray(stay), births=one(0.8, 1)[:, None] * jnp.ones(SEXES)),
        fertility=jnp.asarray(draw.uniform(0, 0.1, (members, AGES))),
        boys=one(0.45, 0.55),
        migrants=jnp.asarray(draw.normal(0, 0.01, (members, SEXES, AGES)) * people.sum(axis=0)),
    )
    target = people.sum(axis=0) * draw.uniform(0.7, 1.3, (members, SEXES, AGES))
    batch = lambda x: jnp.broadcast_to(jnp.asarray(x), (members, *cells))  # noqa: E731
    return Case(
        setting=Setting(
            kernel=DenseKernel(matrix=jnp.asarray(_symmetric(draw, places))),
            opportunities=jnp.asarray(size / size.sum()),
            size=jnp.asarray(size),
            local_mortality=jnp.asarray(draw.uniform(0.5, 2, places)),
            stages=LIFE_STAGES.of_ages(FIVE_YEARS),
            parents=FOLLOWERS,
            years=5,
        ),
        behaviour=Behaviour(
            births_rent=jnp.zeros(()),
            mobility=mobility,
            settling=one(0, 0.1),
            base=jnp.asarray(draw.normal(0, 1, (members, len(LIFE_STAGES)))),
        ),
        state=State(rooted=batch(people - newcomers), newcomers=batch(newcomers), away=batch(away)),
        conditions=Conditions(
            national=national,
            target=jnp.asarray(target),
            local_fertility=jnp.asarray(draw.uniform(0.3, 2, (members, places))),
            pull=jnp.asarray(draw.normal(0, 2 * extreme, (members, places, len(LIFE_STAGES)))),
        ),
    )


def _symmetric(draw: np.random.Generator, places: int) -> NDArray[np.float64]:
    weights = np.exp(-draw.uniform(0, 4, (places, places)))
    weights = weights + weights.T
    np.fill_diagonal(weights, 0.0)
    return weights


def relabelled(inputs: Case, order: NDArray[np.int64]) -> Case:
    """The same inputs with places in another order."""
    setting, given = inputs.setting, inputs.conditions
    assert isinstance(setting.kernel, DenseKernel)
    return Case(
        setting=Setting(
            kernel=DenseKernel(matrix=setting.kernel.matrix[order][:, order]),
            opportunities=setting.opportunities[order],
            size=setting.size[order],
            local_mortality=setting.local_mortality[order],
            stages=setting.stages,
            parents=setting.parents,
            years=setting.years,
        ),
        behaviour=inputs.behaviour,
        state=jax.tree.map(lambda cells: cells[:, order], inputs.state),
        conditions=Conditions(
            national=given.national,
            target=given.target,
            local_fertility=given.local_fertility[:, order],
            pull=given.pull[:, order],
        ),
    )
