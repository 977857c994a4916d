"""Small economies with known answers: a line of towns, and jobs, incomes and spending run to rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.model.labour import catchment, employed
from hinterland.model.shopping import Shopping, built, demand, first_capacity, served, wanted
from hinterland.params import load
from hinterland.space.commuting import daily
from hinterland.space.dense import DenseKernel

VALUES = {name: parameter.value for name, parameter in load().items()}
"""The package's own parameter values."""


def daily_kernel(x: np.ndarray, area: float, scale: float) -> DenseKernel:
    """Daily trips among places at positions `x` in km on a line."""
    distance = np.abs(x[:, None] - x[None, :])
    return DenseKernel(matrix=jnp.asarray(daily(distance, np.full(len(x), area), scale=scale)))


def closed_kernel(places: int) -> DenseKernel:
    """Nobody leaves home for work or shops."""
    return DenseKernel(matrix=jnp.eye(places))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Economy:
    """An economy at rest: wages of one, a share of income spent on local services, a job for each unit spent."""

    basic: jax.Array
    """[place] jobs that serve the nation."""
    labour: jax.Array
    """[place] workers."""
    local: jax.Array
    """[place] jobs of local services."""
    capacity: jax.Array
    """[place]."""
    share: jax.Array
    """Share of income spent on local services."""
    transfers: jax.Array
    """[place] income that does not come from jobs."""
    habits: Shopping
    kernel: DenseKernel

    @property
    def income(self) -> jax.Array:
        """[place] of residents."""
        access = catchment((self.basic + self.local)[:, None], self.labour, self.kernel)[:, 0]
        return employed(access, self.labour) + self.transfers

    @property
    def demand(self) -> jax.Array:
        """[place] spent on local services."""
        return demand(self.share * self.income, self.capacity, self.habits, self.kernel)


def economy(
    basic: np.ndarray,
    share: float,
    kernel: DenseKernel,
    *,
    habits: Shopping,
    transfers: float = 0.0,
) -> Economy:
    """An economy at rest with a worker for every job; transfers are a share of income from jobs.

    Local jobs are those that spending at home would keep; what is spent elsewhere stays in jobs per unit of demand.
    """
    spent = share * (1 + transfers)
    local = jnp.asarray(basic * spent / (1 - spent))
    jobs = jnp.asarray(basic) + local
    return Economy(
        basic=jnp.asarray(basic),
        labour=jobs,
        local=local,
        capacity=first_capacity(local, habits),
        share=jnp.asarray(share),
        transfers=transfers * jobs,
        habits=habits,
        kernel=kernel,
    )


@partial(jax.jit, static_argnames=("fixed_nation", "years"))
def at_rest(start: Economy, shocked: Economy, *, fixed_nation: bool, years: int = 400) -> Economy:
    """The shocked economy when jobs, incomes, shopping and capacity have settled; jobs per unit of demand of the start.

    The nation's local jobs follow the nation's spending, or stay what they are.
    """
    base_demand, first = start.demand, start.local.sum()

    def year(_: int, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        local, capacity = state
        spent = replace(shocked, local=local, capacity=capacity).demand
        national = first if fixed_nation else first * spent.sum() / base_demand.sum()
        want = wanted(start.local, base_demand, spent, national)
        return served(want, capacity, national, shocked.habits), built(capacity, want, shocked.habits, 1)

    local, capacity = jax.lax.fori_loop(0, years, year, (start.local, start.capacity))
    return replace(shocked, local=local, capacity=capacity)


def multiplier(start: Economy, place: int, added: float = 100.0, *, fixed_nation: bool = False) -> tuple[float, float]:
    """Local jobs for each job added to the base of a place: there, and in the nation."""
    shocked = replace(start, basic=start.basic.at[place].add(added))
    end = at_rest(start, shocked, fixed_nation=fixed_nation)
    gain = np.asarray(end.local - start.local) / added
    return float(gain[place]), float(gain.sum())
