"""Services that close later than they opened, rung by rung, and what their loss means to those they served.

Demand s is people (pupils for schools) per settlement: its own, and those from below whose settlement has none, who
are spread evenly over the settlements of this rung and above. d is the share of a rung's people with the service at
hand; sizes of settlements are lognormal about their mean, so that with T the size at which half have it

    d'     = clip( d, Phi(z - ln(gap) / w), Phi(z + ln(gap) / w) )        the play operator (Visintin 1994): hysteresis
    z      = (ln s + c^2 / 2 - ln T) / w,   w^2 = c^2 + spread^2          c spread of log sizes, none for one settlement
    loss_k = (1 - d_k) G_k,   G_k = d_(k-1) t_(k-1) + (1 - d_(k-1)) G_(k-1),   G_core = t_outside
    t      = most tanh( ln(1 + distance / scale) / most )
    distance = detour sqrt(area / settlements of this rung and above) / 2
    dV     = -sum over rungs and services of r_k weight d loss_k
    d cost = sum over rungs of r_k mean over services of [ fixed d_k ln(s0 / s) + travel d loss_k ], and boarding

New settlements get a service above T x gap and old ones keep it down to T / gap. Only the service that is the last
within reach counts: one of several does not. The distance is that to the nearest of settlements scattered at random
(Clark and Evans 1954). Demand that passes up keeps towns and seats in service while villages lose theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erfc
from numpy.typing import NDArray

from hinterland.axes import LIFE_STAGES, RUNGS, SERVICES, Ages
from hinterland.errors import InputError
from hinterland.model.rungs import CORE, VILLAGE, Pattern

PUPILS: Final = {"primary": (5, 15), "secondary": (10, 20)}
"""First age and the age before which a school is asked for; all others are asked for by everybody."""
SCHOOLS: Final = np.array([service in PUPILS for service in SERVICES])
LEAST: Final = 1.0
"""Persons or pupils below which logs are not taken."""
ROUNDING: Final = 1e-9
"""Change of a degree below which a cell counts as resting."""
THERE: Final = 0.05
"""Share of a rung's people with a service in the base year below which its loss is not counted."""

Array = NDArray[np.float64]


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Provision:
    """When services open and close and what they are worth; numbers are [...] (one per member)."""

    size: jax.Array
    """[..., service] demand at which half of the settlements have it, persons (pupils for schools)."""
    spread: jax.Array
    """[..., service] spread of the log of that demand."""
    gap: jax.Array
    """What opening asks over `size`, and `size` over what closing leaves; from one."""
    weight: jax.Array
    """[..., service, stage] fall of V per t."""
    sizes: jax.Array
    """[..., rung] spread of log sizes of settlements."""
    scale: jax.Array
    """km."""
    most: jax.Array
    """Largest t, however far the next service is."""
    detour: jax.Array
    """Way over straight distance."""
    fixed: jax.Array
    """Log cost of living per log of demand lost at a service, were it the only one."""
    travel: jax.Array
    """Log cost of living per t, mean over services."""
    boarding_relief: jax.Array
    """Share of a school's loss that boarding spares a family."""
    boarding_cost: jax.Array
    """What a boarding pupil costs the family, in the spending of one person."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class ServicesBase:
    """The base year, whose services are the zero of all signals, and what stays fixed."""

    settlements: jax.Array
    """[place, rung]."""
    asked: jax.Array
    """[service, age] whether an age asks for it."""
    travel: jax.Array
    """[..., place, rung] t to the nearest settlement of this rung or above."""
    outside: jax.Array
    """[..., place] t to the next place."""
    degree: jax.Array
    """[..., place, rung, service] share of a rung's people with the service at hand."""
    log_demand: jax.Array
    """[..., place, rung, service] per settlement."""
    stages: tuple[int, ...] = field(metadata={"static": True})
    """The life stage of every age."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Levers:
    """What scenarios turn; zero where they do not, each [..., place] unless a shape is given."""

    keep: jax.Array
    """Share of the size at which schools close that is waived: with one none closes."""
    boarding: jax.Array
    """Rise since the base year in the share of pupils without a school at hand who board."""
    demand: jax.Array
    """[..., place, service] log change of use per person; rail stops are withdrawn by a large fall."""
    spending: jax.Array
    """Log change of income per head, which supermarkets answer to."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Served:
    """Services at the end of a step and what has changed since the base year."""

    degree: jax.Array
    """[..., place, rung, service]."""
    pull: jax.Array
    """[..., place, stage] change of V, rungs weighted by people."""
    rung_pull: jax.Array
    """[..., place, rung] change of V by rung, stages weighted by people."""
    cost: jax.Array
    """[..., place] log change of the cost of living, in money; the bother of distance is in `pull`."""


def provision(values: Mapping[str, Any]) -> Provision:
    """Services from parameter values by name, each one number or [member] (life-stage lists [stage])."""

    def number(name: str) -> Array:
        return np.asarray(values[name], dtype=np.float64)

    def each(name: str, kinds: Sequence[str], axis: int = -1) -> jax.Array:
        return jnp.asarray(np.stack(np.broadcast_arrays(*(number(f"{name}_{kind}") for kind in kinds)), axis=axis))

    return Provision(
        size=each("service_size", SERVICES),
        spread=each("service_spread", SERVICES),
        gap=jnp.asarray(number("service_gap")),
        weight=each("service_weight", SERVICES, axis=-2),
        sizes=_with_core(each("service_sizes", RUNGS[CORE + 1 :])),
        scale=jnp.asarray(number("service_scale")),
        most=jnp.asarray(number("service_most")),
        detour=jnp.asarray(number("service_detour")),
        fixed=jnp.asarray(number("service_fixed")),
        travel=jnp.asarray(number("service_travel")),
        boarding_relief=jnp.asarray(number("boarding_relief")),
        boarding_cost=jnp.asarray(number("boarding_cost")),
    )


def no_levers() -> Levers:
    """Levers left alone."""
    nothing = jnp.zeros(1)
    return Levers(keep=nothing, boarding=nothing, demand=jnp.zeros((1, len(SERVICES))), spending=nothing)


def with_spending(levers: Levers | None, spending: jax.Array) -> Levers:
    """Levers, or none, with what incomes change [..., place]."""
    acting = no_levers() if levers is None else levers
    return replace(acting, spending=acting.spending + spending)


def first_services(
    pattern: Pattern,
    people: Array | jax.Array,
    area: Array,
    provision: Provision,
    ages: Ages,
    *,
    outside: Array | jax.Array | None = None,
) -> ServicesBase:
    """Services of the base year, as sizes of settlements have them: nothing is about to open or to close.

    `people` [place, age]; `area` [place] in km2, where unknown (NaN) the median of the others; `outside` [place] is
    the distance to the next place with services in km, by default that between neighbours of the same area.
    """
    land = _filled(area)
    within = pattern.settlements.cumsum(axis=-1)
    # Where a rung and all above are missing nobody travels to it: any number will do.
    gaps = np.sqrt(land[:, None] / np.where(within > 0, within, 1.0)) / 2
    beyond = np.sqrt(land) if outside is None else outside
    arrays = [jnp.asarray(of) for of in (pattern.settlements, pattern.rungs, gaps, beyond, people)]
    return _at_rest(*arrays, provision, ages)


@partial(jax.jit, static_argnames="ages")
def _at_rest(
    settlements: jax.Array,
    rungs: jax.Array,
    gaps: jax.Array,
    beyond: jax.Array,
    people: jax.Array,
    provision: Provision,
    ages: Ages,
) -> ServicesBase:
    """`first_services` from km between settlements of a rung or larger `gaps` [place, rung], and `beyond` [place]."""
    detour = provision.detour[..., None]
    empty = (*provision.gap.shape, *rungs.shape, len(SERVICES))
    start = ServicesBase(
        settlements=settlements,
        asked=jnp.asarray(_asked(ages)),
        travel=_burden(detour[..., None] * gaps, provision.scale[..., None, None], provision.most[..., None, None]),
        outside=_burden(detour * beyond, provision.scale[..., None], provision.most[..., None]),
        degree=jnp.zeros(empty),
        log_demand=jnp.zeros(empty),
        stages=LIFE_STAGES.of_ages(ages),
    )
    demanded = _demanded(start, people)
    degree, log_demand = _played(start, provision, start.degree, rungs, demanded, no_levers(), at_rest=True)
    return replace(start, degree=degree, log_demand=log_demand)


def _burden(distance: jax.Array, scale: jax.Array, most: jax.Array) -> jax.Array:
    """t, what a distance in km costs those who have to go there: its log at first, and never more than `most`."""
    return most * jnp.tanh(jnp.log1p(distance / scale) / most)


def serve(
    base: ServicesBase,
    provision: Provision,
    degree: jax.Array,
    rungs: jax.Array,
    people: jax.Array,
    levers: Levers | None = None,
) -> Served:
    """Services at the end of a step from `degree` [..., place, rung, service] at its start.

    `rungs` [..., place, rung] and `people` [..., place, age] are those at the end. Only the course of demand counts and
    not its pace, so any width of steps will do; what is slow is that people leave. A place's ages are alike on all of
    its rungs.
    """
    acting = no_levers() if levers is None else levers
    demanded = _demanded(base, people)
    degree, log_demand = _played(base, provision, degree, rungs, demanded, acting)
    # By the same sums as now, so that the difference is zero at the base year.
    lost = _loss(base, degree) - _loss(base, base.degree)
    spared = provision.boarding_relief[..., None] * acting.boarding
    felt = lost * (1 - spared[..., None, None] * SCHOOLS)
    share = _over(stage_sums(people, base.stages), people.sum(axis=-1)[..., None])
    mean_weight = jnp.einsum("...pg,...vg->...pv", share, provision.weight)
    by_service = jnp.einsum("...pr,...prv->...pv", rungs, felt)
    return Served(
        degree=degree,
        pull=-jnp.einsum("...pv,...vg->...pg", by_service, provision.weight),
        rung_pull=-jnp.einsum("...prv,...pv->...pr", felt, mean_weight),
        cost=_cost(base, provision, degree, log_demand, lost, rungs)
        + _boarding(base, provision, degree, rungs, demanded, people, acting),
    )


def served(degree: jax.Array, rungs: jax.Array) -> jax.Array:
    """Share of a place's people with a service in their own settlement [..., place, service]."""
    return jnp.einsum("...pr,...prv->...pv", rungs, degree)


def at_bounds(base: ServicesBase, before: jax.Array, after: jax.Array) -> tuple[jax.Array, jax.Array]:
    """How many cells [...] of those with settlements closed and opened services in a step: those at either bound.

    `before` and `after` are degrees [..., place, rung, service]; all other cells rest between the bounds, where a small
    change of demand does nothing and gradients are zero.
    """
    there = (base.settlements > 0)[..., None]
    closed, opened = there & (after < before - ROUNDING), there & (after > before + ROUNDING)
    return closed.sum(axis=(-3, -2, -1)), opened.sum(axis=(-3, -2, -1))


def lost(degree: Array, base: Array) -> NDArray[np.bool_]:
    """Where under half of a rung's people who had a service in the base year have it still.

    `degree` [..., place, rung, service], `base` the same of the base year; what returns is no longer lost. Where hardly
    anyone had it nothing is lost.
    """
    return (base >= THERE) & (degree < base / 2)


def stage_sums(people: jax.Array, stages: tuple[int, ...]) -> jax.Array:
    """People by life stage [..., place, stage] from those by age [..., place, age]."""
    return people @ jnp.asarray(np.eye(len(LIFE_STAGES))[list(stages)])


def _with_core(sizes: jax.Array) -> jax.Array:
    """Spread of log sizes [..., rung] with none for the core, which is one settlement."""
    return jnp.concatenate([jnp.zeros_like(sizes[..., :1]), sizes], axis=-1)


def _asked(ages: Ages) -> Array:
    """Who asks for a service [service, age]."""
    lower = np.array(ages.lower)
    spans = [PUPILS.get(service, (0, ages.open + 1)) for service in SERVICES]
    return np.array([(lower >= low) & (lower < high) for low, high in spans], dtype=np.float64)


def _demanded(base: ServicesBase, people: jax.Array) -> jax.Array:
    """Those who ask for a service in a place [..., place, service]."""
    return jnp.einsum("...pa,va->...pv", people, base.asked)


def _played(
    base: ServicesBase,
    provision: Provision,
    degree: jax.Array,
    rungs: jax.Array,
    demanded: jax.Array,
    levers: Levers,
    *,
    at_rest: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """Degrees and log demand per settlement, both [..., place, rung, service], from villages upwards.

    `at_rest` puts both bounds in the middle between opening and closing.
    """
    passed = jnp.zeros_like(demanded)
    gap = jnp.zeros_like(provision.gap) if at_rest else jnp.log(provision.gap)
    # A trace is left of what is waived, as its log is taken.
    waived = jnp.log1p(-(1 - 1e-9) * levers.keep)[..., None] * SCHOOLS
    use = levers.demand + levers.spending[..., None] * (np.array(SERVICES) == "supermarket")
    degrees: list[jax.Array] = []
    logs: list[jax.Array] = []
    for rung in reversed(range(CORE, VILLAGE + 1)):
        number = base.settlements[:, rung, None]
        demand = _over(demanded * rungs[..., rung, None], number) + passed
        log_demand = jnp.log(jnp.maximum(demand, LEAST))
        spread = jnp.where(number > 1, provision.sizes[..., None, rung, None], 0.0)
        width = jnp.sqrt(spread**2 + provision.spread[..., None, :] ** 2)
        middle = log_demand + use + spread**2 / 2 - jnp.log(provision.size)[..., None, :]
        opens = _normal((middle - gap[..., None, None]) / width)
        closes = _normal((middle + gap[..., None, None] - waived) / width)
        now = jnp.where(number > 0, jnp.clip(degree[..., rung, :], opens, closes), 0.0)
        above = base.settlements[:, :rung].sum(axis=-1)[:, None]
        passed = passed + _over(number * (1 - now) * demand, above)
        degrees.insert(0, now)
        logs.insert(0, jnp.broadcast_to(log_demand, now.shape))
    return jnp.stack(degrees, axis=-2), jnp.stack(logs, axis=-2)


def _normal(z: jax.Array) -> jax.Array:
    """Phi, exact to rounding at both ends and twice as fast as by branches for small and large z."""
    return erfc(-np.sqrt(0.5) * z) / 2


def _loss(base: ServicesBase, degree: jax.Array) -> jax.Array:
    """Expected t to the nearest settlement with the service [..., place, rung, service]; none where it is at hand."""
    beyond = jnp.broadcast_to(base.outside[..., None], degree[..., CORE, :].shape)
    losses: list[jax.Array] = []
    for rung in range(len(RUNGS)):
        here = degree[..., rung, :]
        losses.append((1 - here) * beyond)
        beyond = here * base.travel[..., rung, None] + losses[-1]
    return jnp.stack(losses, axis=-2)


def _cost(
    base: ServicesBase,
    provision: Provision,
    degree: jax.Array,
    log_demand: jax.Array,
    lost: jax.Array,
    rungs: jax.Array,
) -> jax.Array:
    """Log change of the cost of living [..., place]: fixed costs on fewer heads, and longer ways."""
    fewer = degree * (base.log_demand - log_demand)
    by_rung = provision.fixed[..., None, None] * fewer.mean(-1) + provision.travel[..., None, None] * lost.mean(-1)
    return jnp.sum(rungs * by_rung, axis=-1)


def _boarding(
    base: ServicesBase,
    provision: Provision,
    degree: jax.Array,
    rungs: jax.Array,
    demanded: jax.Array,
    people: jax.Array,
    levers: Levers,
) -> jax.Array:
    """What boarding adds to the cost of living [..., place]: pupils whose school went, and who board."""
    pupils = _over(demanded, people.sum(axis=-1)[..., None]) * SCHOOLS
    gone = jnp.sum(pupils * served(base.degree - degree, rungs), axis=-1)
    return provision.boarding_cost[..., None] * levers.boarding * gone


def _filled(area: Array) -> Array:
    """Areas [place] with the unknown at the median of the known."""
    known = np.isfinite(area)
    if not known.any():
        raise InputError(
            "no place has a known area",
            remedy="Give area_km2 for some places: distances to services follow from it",
            where="places, column area_km2",
        )
    return np.where(known, area, np.median(area[known]))


def _over(part: jax.Array, whole: jax.Array) -> jax.Array:
    """part / whole, zero where the whole is zero, with a gradient that stays finite there."""
    empty = whole <= 0
    return jnp.where(empty, 0.0, part / jnp.where(empty, 1.0, whole))
