"""Income per head: what residents earn where they work, pensions, and pay that comes from afar.

    paid[j]   = sum over activities k of  jobs[j,k] * pay[k] * exp(wage[j]);   mine: also * exp(mine_pass * price)
    earned[i] = employed[i] * (mean pay of the jobs that residents of i reach)
    income[i] = earned[i] + pension * mean pay * old[i] + remote_pay * mean pay * remote[i]

Pay is in units of the base year's pay in an activity with pay of one. Residents find jobs in proportion to jobs times
the commuting kernel (a gravity model constrained at homes, Wilson 1971), so a dormitory earns what its centre pays;
given the workers who compete for them, jobs count per competitor, as in the catchments of `labour`. What residents
earn sums over the nation to what is paid to the employed: every one of them holds an average job, and posts that
nobody holds pay nobody. Pensions and remote pay are transfers into a place.

Levels mean little (relative pay is known for the nation only), so migration sees changes of the log since the base
year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.axes import ACTIVITIES
from hinterland.space.kernel import Kernel

TRACE: Final = 1.0
"""Persons of the nation's mean income added to every place: what an empty one has."""
MINE: Final = ACTIVITIES.index("mine")
PUBLIC: Final = ACTIVITIES.index("public")


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Pay:
    """What work and age are paid; numbers are [...] (one per member) unless a shape is given."""

    activity: jax.Array
    """[..., activity] relative to the mean of jobs in urban units."""
    pension: jax.Array
    """Mean pension of those of pension age, with and without one, over the nation's mean pay."""
    remote: jax.Array
    """Pay of remote jobs over the nation's mean pay."""
    mine_pass: jax.Array
    """Log income of a mining job per log of the price of what is mined."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Incomes:
    """Incomes of residents [..., place], in the units of `Pay`."""

    earned: jax.Array
    pensions: jax.Array
    remote: jax.Array
    paid_here: jax.Array
    """What is earned by where it is earned; sums to `earned`."""

    @property
    def total(self) -> jax.Array:
        """[..., place]."""
        return self.earned + self.pensions + self.remote


def pay(values: Mapping[str, Any]) -> Pay:
    """Pay from parameter values by name, each one number or [member]."""

    def number(name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.asarray(values[name], dtype=np.float64)

    by_activity = np.broadcast_arrays(*(number(f"pay_{activity}") for activity in ACTIVITIES))
    return Pay(
        activity=jnp.asarray(np.stack(by_activity, axis=-1)),
        pension=jnp.asarray(number("pension")),
        remote=jnp.asarray(number("pay_remote")),
        mine_pass=jnp.asarray(number("mine_pass")),
    )


def paid(
    jobs: jax.Array, wage: jax.Array, mine_price: jax.Array, pay: Pay, public_pay: jax.Array | None = None
) -> jax.Array:
    """What the jobs of a place pay [..., place], from jobs [..., place, activity] that are held.

    `wage` [..., place] is log pay relative to the base year and the nation, `mine_price` [..., place] the log price
    of what is mined there relative to the base year. With `public_pay`, log pay relative to the base year, public
    posts are paid that instead of following the wage.
    """
    at_base = jobs * pay.activity[..., None, :]
    price = jnp.exp(pay.mine_pass[..., None] * mine_price)
    market = at_base.sum(-1) + at_base[..., MINE] * (price - 1)
    if public_pay is None:
        return market * jnp.exp(wage)
    posts = at_base[..., PUBLIC]
    return (market - posts) * jnp.exp(wage) + posts * jnp.exp(public_pay)


def incomes(  # noqa: PLR0913
    jobs: jax.Array,
    wage: jax.Array,
    mine_price: jax.Array,
    *,
    employed: jax.Array,
    old: jax.Array,
    remote: jax.Array,
    pay: Pay,
    commuting: Kernel | None = None,
    competitors: jax.Array | None = None,
    public_pay: jax.Array | None = None,
) -> Incomes:
    """Incomes of residents, from jobs [..., place, activity] by where they are and people by where they live.

    `employed` residents who work in these jobs, `old` residents of pension age and `remote` residents who work for
    employers elsewhere are persons [..., place]; the remote are not among the employed, nor their jobs among `jobs`.
    Without `commuting` everybody works at home. `competitors` [..., place] are the workers within reach of a place's
    jobs, the transposed kernel of labour; with them the flows are those of `labour.catchment`. `public_pay` as in
    `paid`.
    """
    payroll, posts = paid(jobs, wage, mine_price, pay, public_pay), jobs.sum(-1)
    mean = _ratio(payroll.sum(-1), posts.sum(-1))[..., None]
    columns = jnp.stack([payroll, posts], axis=-1)
    if competitors is not None:
        columns = _ratio(columns, competitors[..., None])
    within = columns if commuting is None else commuting.apply(columns)
    usual = jnp.where(within[..., 1] > 0, _ratio(within[..., 0], within[..., 1]), mean)
    unscaled = employed * usual
    owed = employed.sum(-1)[..., None] * mean
    return Incomes(
        paid_here=payroll * _ratio(owed, payroll.sum(-1)[..., None]),
        earned=unscaled * _ratio(owed, unscaled.sum(-1)[..., None]),
        pensions=pay.pension[..., None] * mean * old,
        remote=pay.remote[..., None] * mean * remote,
    )


def log_per_head(total: jax.Array, people: jax.Array) -> jax.Array:
    """Log income per resident [..., place]; where nobody lives, that of the nation."""
    nation = _ratio(total.sum(-1), people.sum(-1))[..., None]
    return jnp.log((total + TRACE * jnp.where(nation > 0, nation, 1.0)) / (people + TRACE))


def _ratio(part: jax.Array, whole: jax.Array) -> jax.Array:
    """part / whole, zero where the whole is zero, with a gradient that stays finite there."""
    empty = whole <= 0
    return jnp.where(empty, 0.0, part / jnp.where(empty, 1.0, whole))
