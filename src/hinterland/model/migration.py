"""The siphon: who leaves, where to, and who comes home.

A place's pull V [..., place, stage] is compared with what its people can reach over the kernel (the logsum of a
singly-constrained destination choice, McFadden 1978); leaving rises with the difference. All moves of a step balance
in every sex and age.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from hinterland.space.kernel import Kernel, rounds
from hinterland.state import State


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Mobility:
    """How people move; numbers are [...] (one per member) unless a shape is given."""

    leave: jax.Array
    """[..., age] hazard of leaving for the rooted at the base year, 1/year."""
    newcomer_multiple: jax.Array
    """Hazard of leaving for newcomers, in multiples of that of the rooted."""
    push: jax.Array
    """kappa: response of the log hazard to the logsum of what can be reached."""
    saturation: jax.Array
    """Largest absolute log change of the hazard."""
    come_home: jax.Array
    """[..., age] share of leaving newcomers who go home."""
    home_pull: jax.Array
    """Weight of V in the choice of home among the away."""
    home_cap: jax.Array
    """Largest share of a place's away, by sex and age, who come home in a step."""
    follow: jax.Array
    """Share of movers over 60 who choose where their children's generation would."""
    congestion: jax.Array
    """Fall of V with the log of size relative to the base year."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Standing:
    """How places stand with movers, both [..., place, stage]."""

    pull: jax.Array
    """V."""
    lack: jax.Array
    """What drives people out though nowhere is better: added to the response of the log hazard of leaving."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Moves:
    """Moves of one step [..., place, sex, age]."""

    departures: jax.Array
    arrivals: jax.Array
    returns: jax.Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Choices:
    """Who wants to move in a step, [..., place, sex, age], and what destinations weigh, [..., place, stage]."""

    leavers: jax.Array
    """The rooted who leave."""
    onward: jax.Array
    """Newcomers who leave for anywhere."""
    wanting_home: jax.Array
    """Newcomers who leave for home, as far as homes have room."""
    weights: jax.Array
    """[..., place, stage] of destinations, before distance."""
    log_reach: jax.Array
    """[..., place, stage] ln D."""
    home_share: jax.Array
    """[..., place, 1, age] what a home weighs for each of its away, before distance."""


def reach(kernel: Kernel, weights: jax.Array) -> jax.Array:
    """ln D [..., place, stage]: the log of the weighted opportunities that the kernel brings within reach."""
    return jnp.log(kernel.apply(weights))


def mean_gap(kernel: Kernel, opportunities: jax.Array, pull: jax.Array) -> jax.Array:
    """The nation's mean of ln D - V [..., stage] at a pull [..., place, stage], places weighted by opportunities."""
    log_reach = reach(kernel, opportunities[:, None] * jnp.exp(pull))
    return jnp.einsum("p,...ps->...s", opportunities, log_reach - pull)


def leave_hazard(
    mobility: Mobility, log_reach: jax.Array, pull: jax.Array, base: jax.Array, lack: jax.Array
) -> jax.Array:
    """Multiple of the base hazard [..., place, stage]: exp of a smooth bounded response to reach against pull.

    `base` [..., stage] is the nation's mean of ln D - V when the run starts, frozen so that a national push stays;
    `lack` [..., place, stage] is what drives people out though nowhere is better.
    """
    gap = mobility.push[..., None, None] * (log_reach - pull - base[..., None, :]) + lack
    bound = mobility.saturation[..., None, None]
    return jnp.exp(bound * jnp.tanh(gap / bound))


def move(
    state: State,
    standing: Standing,
    *,
    mobility: Mobility,
    kernel: Kernel,
    opportunities: jax.Array,
    base: jax.Array,
    stages: tuple[int, ...],
    parents: tuple[tuple[int, int], ...],
    years: int,
) -> tuple[State, Moves]:
    """The state after a step's moves, and the moves; people are conserved in the nation's every sex and age.

    `opportunities` [place] sum to one; `stages` gives the stage of each age and `parents` the pairs (stage of the old,
    stage of their children) of which a share follows.
    """
    chosen = choices(
        state, standing, mobility=mobility, kernel=kernel, opportunities=opportunities, base=base, stages=stages,
        years=years,
    )  # fmt: skip
    leavers, onward, wanting_home = chosen.leavers, chosen.onward, chosen.wanting_home
    homecoming = _come_home(wanting_home, state.away, chosen.home_share, mobility.home_cap, kernel)
    placed = _shares(homecoming.sum(axis=-3), wanting_home.sum(axis=-3))[..., None, :, :]
    seeking = leavers + onward
    arrivals = _arrive(seeking, chosen.weights, chosen.log_reach, mobility.follow, kernel, stages, parents)
    gone = onward + wanting_home * placed
    after = State(
        rooted=state.rooted - leavers + homecoming,
        newcomers=state.newcomers - gone + arrivals,
        away=state.away + leavers - homecoming,
    )
    return after, Moves(departures=leavers + gone, arrivals=arrivals + homecoming, returns=homecoming)


def choices(
    state: State,
    standing: Standing,
    *,
    mobility: Mobility,
    kernel: Kernel,
    opportunities: jax.Array,
    base: jax.Array,
    stages: tuple[int, ...],
    years: int,
) -> Choices:
    """Who wants to move in a step and what draws them; arguments as those of `move`."""
    pull = standing.pull
    weights = opportunities[:, None] * jnp.exp(pull)
    log_reach = reach(kernel, weights)
    multiple = leave_hazard(mobility, log_reach, pull, base, standing.lack)
    hazard = by_age(multiple, stages) * mobility.leave[..., None, :] * years
    leavers = state.rooted * -jnp.expm1(-hazard)[..., None, :]
    newcomer_hazard = hazard * mobility.newcomer_multiple[..., None, None]
    mobile = state.newcomers * -jnp.expm1(-newcomer_hazard)[..., None, :]
    wanting_home = mobile * mobility.come_home[..., None, None, :]
    home_share = jnp.exp(mobility.home_pull[..., None, None] * by_age(pull, stages))[..., None, :]
    return Choices(leavers, mobile - wanting_home, wanting_home, weights, log_reach, home_share)


def by_age(values: jax.Array, stages: tuple[int, ...]) -> jax.Array:
    """Values [..., stage] of life stages repeated for their ages [..., age]."""
    return values[..., jnp.array(stages)]


def _columns(kernel: Kernel, people: jax.Array, *, transposed: bool) -> jax.Array:
    """The kernel applied to [..., place, sex, age] as columns."""
    flat = people.reshape(*people.shape[:-2], -1)
    moved = kernel.apply_transposed(flat) if transposed else kernel.apply(flat)
    return moved.reshape(people.shape)


def _arrive(
    seeking: jax.Array,
    weights: jax.Array,
    log_reach: jax.Array,
    follow: jax.Array,
    kernel: Kernel,
    stages: tuple[int, ...],
    parents: tuple[tuple[int, int], ...],
) -> jax.Array:
    """Arrivals w K'(departures / D) [..., place, sex, age]; a share of the old travels on their children's weights."""
    inverse = jnp.exp(-log_reach)

    def spread(leaving: jax.Array, w: jax.Array, d: jax.Array) -> jax.Array:
        return w[..., None, :] * _columns(kernel, leaving * d[..., None, :], transposed=True)

    following = jnp.array([any(stage == old for old, _ in parents) for stage in stages])
    share = jnp.where(following, follow[..., None], 0.0)[..., None, None, :]
    arrivals = spread(seeking * (1 - share), by_age(weights, stages), by_age(inverse, stages))
    for old, young in parents:
        first, last = stages.index(old), len(stages) - stages[::-1].index(old)
        leaving = (seeking * share)[..., first:last]
        ages = (young,) * (last - first)
        arrivals = arrivals.at[..., first:last].add(spread(leaving, by_age(weights, ages), by_age(inverse, ages)))
    return _as_many(arrivals, seeking) if rounds(kernel) else arrivals


def _as_many(arrivals: jax.Array, seeking: jax.Array) -> jax.Array:
    """Arrivals [..., place, sex, age] with the sums over places of those seeking, which single precision rounds."""
    return arrivals * _shares(seeking.sum(axis=-3), arrivals.sum(axis=-3))[..., None, :, :]


def _come_home(wanting: jax.Array, away: jax.Array, share: jax.Array, cap: jax.Array, kernel: Kernel) -> jax.Array:
    """Homecomings [..., place, sex, age]: those wanting home spread over homes by who is away and how near they are.

    No place takes back more than `cap` of its away in any sex and age; what is over goes where there is room, and
    what finds none is left to stay, so the sum may fall short of those wanting.
    """
    weights = away * share
    within = _columns(kernel, weights, transposed=False)
    spread = weights * _columns(kernel, _shares(wanting, within), transposed=True)
    room = cap[..., None, None, None] * away
    first = jnp.minimum(spread, room)
    over = wanting.sum(axis=-3) - first.sum(axis=-3)
    left = room - first
    filled = jnp.minimum(_shares(over, left.sum(axis=-3)), 1.0)
    return first + left * filled[..., None, :, :]


def _shares(part: jax.Array, whole: jax.Array) -> jax.Array:
    """part / whole, zero where the whole is zero, with a gradient that stays finite there."""
    empty = whole <= 0
    return jnp.where(empty, 0.0, part / jnp.where(empty, 1.0, whole))
