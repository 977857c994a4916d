"""Who works, how many jobs are within reach, and what that does to wages, employment and openings.

    labour_i  = sum over sex and age of people x employment rate at the base year
    access_i  = sum_j C_ij J_j / sum_k C_kj labour_k        jobs per worker within reach
    employed_i = labour_i access_i                          sums to the jobs of the nation
    ln wage'  = ln wage + (1 - exp(-lag h)) (density x dln density + tightness x dln tightness - ln wage)

Access is the two-step floating catchment of accessibility with competition (Shen 1998, Environment and Planning B 25;
Luo and Wang 2003, Environment and Planning B 30). The wage curve is Blanchflower and Oswald's (1994), in changes since
the base year. All levels at the base year are unknown and unneeded.

The dual market (good posts that few leave, and the rest) does two things. It counts jobs by how many open in a year,
so that posts which insiders hold draw few newcomers; and it lets tightness move wages only outside good posts. It
gives insiders no pay of their own, and nobody is followed from one kind to the other: who profits is not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES, LIFE_STAGES, Ages
from hinterland.space.kernel import Kernel

GOOD: Final = ("mine", "advanced", "public")
"""Activities of the good posts; public and mining ones are the legacy employers of a town."""
OLDEST: Final = 95
"""Age to which the open group is averaged."""
LEAST: Final = 1e-6
"""Jobs per worker that are added before a logarithm, so that a place without any stays finite."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class LabourMarket:
    """How a local labour market answers; numbers are [...] (one per member)."""

    density: jax.Array
    """Elasticity of the wage to density."""
    tightness: jax.Array
    """Elasticity of the wage to jobs per worker relative to the nation."""
    lag: jax.Array
    """Speed at which the wage closes its gap, 1/year."""
    limit: jax.Array
    """Largest absolute log change of tightness that the wage answers to."""
    employed: jax.Array
    """Share of those of working age who are at work at the base year."""
    good_turnover: jax.Array
    """Share of good posts that open in a year."""
    other_turnover: jax.Array
    """Share of other jobs that open in a year."""


def labour_market(values: Mapping[str, Any]) -> LabourMarket:
    """The labour market from parameter values, each [member] or one number."""
    return LabourMarket(
        density=jnp.asarray(values["wage_density"]),
        tightness=jnp.asarray(values["wage_tightness"]),
        lag=jnp.asarray(values["wage_lag"]),
        limit=jnp.asarray(values["wage_limit"]),
        employed=jnp.asarray(values["employed_share"]),
        good_turnover=jnp.asarray(values["turnover_good"]),
        other_turnover=jnp.asarray(values["turnover_other"]),
    )


def employment(
    ages: Ages, men: NDArray[np.float64], women: NDArray[np.float64], *, halving: float
) -> NDArray[np.float64]:
    """Employment rates [sex, age] from those of life stages [stage], averaged over the years of each group.

    That of the last stage holds at its first age and halves every `halving` years after it.
    """
    years = np.arange(OLDEST)
    stage = np.searchsorted(np.array(LIFE_STAGES.starts), years, side="right") - 1
    old = np.maximum(years + 0.5 - LIFE_STAGES.starts[-1], 0.0)
    single = np.stack([men, women])[:, stage] * 0.5 ** (old / halving)
    edges = (*ages.lower, OLDEST)
    return np.stack([single[:, low:high].mean(axis=1) for low, high in pairwise(edges)], axis=1)


def labour_of(people: jax.Array, rates: jax.Array) -> jax.Array:
    """Persons [..., place] who work at the base year's rates [sex, age], of people [..., place, sex, age]."""
    return jnp.sum(people * rates, axis=(-2, -1))


def relative_change(now: jax.Array, base: jax.Array) -> jax.Array:
    """Log change since the base year of persons or jobs [..., place], less that of the nation.

    One person is added to both, so that empty places stay finite.
    """
    nation = jnp.log((now.sum(axis=-1) + 1) / (base.sum(axis=-1) + 1))
    return jnp.log((now + 1) / (base + 1)) - nation[..., None]


def catchment(jobs: jax.Array, labour: jax.Array, kernel: Kernel) -> jax.Array:
    """Jobs per worker within reach [..., place, kind] of jobs [..., place, kind] and labour [..., place].

    The sum over places of labour x access is the sum of jobs, as long as somebody works within reach of each.
    """
    competitors = kernel.apply_transposed(labour[..., None])
    alone = competitors <= 0
    per_worker = jnp.where(alone, 0.0, jobs / jnp.where(alone, 1.0, competitors))
    return kernel.apply(per_worker)


def employed(access: jax.Array, labour: jax.Array) -> jax.Array:
    """Residents at work [..., place], wherever that is; sums to the nation's jobs."""
    return access * labour


def tightness(access: jax.Array, labour: jax.Array) -> jax.Array:
    """Log of jobs per worker within reach relative to the nation [..., place]; its change moves the wage."""
    nation = jnp.sum(access * labour, axis=-1) / jnp.maximum(labour.sum(axis=-1), LEAST)
    return jnp.log(access + LEAST) - jnp.log(nation + LEAST)[..., None]


def access_change(access: jax.Array, base: jax.Array) -> jax.Array:
    """Log change since the base year of jobs (or openings) per worker within reach [..., place], with the nation's."""
    return jnp.log((access + LEAST) / (base + LEAST))


def wage_after(
    wage: jax.Array,
    density: jax.Array,
    tightness: jax.Array,
    market: LabourMarket,
    years: int,
    exposed: jax.Array | None = None,
) -> jax.Array:
    """Log wage [..., place] relative to base year and nation, at the end of a step.

    `density` and `tightness` are log changes since the base year, relative to the nation; what tightness does is
    saturated smoothly. `exposed` [..., place] scales it where good posts do not answer (see `exposed_to`).
    """
    limit = market.limit[..., None]
    answer = market.tightness[..., None] * limit * jnp.tanh(tightness / limit)
    target = market.density[..., None] * density + (answer if exposed is None else answer * exposed)
    return target + (wage - target) * jnp.exp(-market.lag * years)[..., None]


def unit_cost(wage: jax.Array, density: jax.Array, market: LabourMarket) -> jax.Array:
    """Log change of unit labour cost [..., place]: the wage less the productivity that density brings.

    What density adds to wages pays for what it adds to output; only the rest, of tightness and of lags, is a cost.
    """
    return wage - market.density[..., None] * density


def non_employment_change(access: jax.Array, base: jax.Array, market: LabourMarket) -> jax.Array:
    """Change since the base year of the share of those of working age without work [..., place].

    Employment is e = logistic(logit e0 + ln(access / base) / (1 - e0)): as many points as jobs are lost at first, and
    never beyond nobody or everybody at work.
    """
    start = market.employed[..., None]
    logit = jnp.log(start) - jnp.log1p(-start)
    return start - jax.nn.sigmoid(logit + access_change(access, base) / (1 - start))


def good_share(jobs: jax.Array) -> jax.Array:
    """Share of good posts [..., place] among jobs [..., place, activity]; zero where there are no jobs."""
    total = jobs.sum(axis=-1)
    return jnp.where(total > 0, jobs @ _good(jobs) / jnp.where(total > 0, total, 1.0), 0.0)


def openings(jobs: jax.Array, market: LabourMarket) -> jax.Array:
    """Jobs that open in a year [..., place], of jobs [..., place, activity]."""
    turnover = jnp.where(_good(jobs) > 0, market.good_turnover[..., None], market.other_turnover[..., None])
    return jnp.sum(jobs * turnover[..., None, :], axis=-1)


def exposed_to(jobs: jax.Array) -> jax.Array:
    """Share of other than good posts relative to the nation's [..., place]: how far tightness moves the mean wage."""
    nation = good_share(jobs.sum(axis=-2, keepdims=True))
    return (1 - good_share(jobs)) / jnp.maximum(1 - nation, LEAST)


def _good(jobs: jax.Array) -> jax.Array:
    """One for activities [activity] of good posts, else zero."""
    return jnp.asarray([name in GOOD for name in ACTIVITIES], jobs.dtype)
