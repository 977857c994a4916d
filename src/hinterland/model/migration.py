"""The siphon: who leaves, where to, and who comes home.

A place's pull V [..., place, stage] is compared with what its people can reach over the kernel (the logsum of a
singly-constrained destination choice, McFadden 1978); leaving rises with the difference. All moves of a step balance
in every sex and age.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

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
    """Who wants to move in a step and what homes weigh, [..., place, sex, age] unless a shape is given."""

    leavers: jax.Array
    """The rooted who leave."""
    onward: jax.Array
    """Newcomers who leave for anywhere."""
    wanting_home: jax.Array
    """Newcomers who leave for home, as far as homes have room."""
    weights: jax.Array
    """[..., place, stage] what destinations weigh, before distance."""
    log_reach: jax.Array
    """[..., place, stage] ln D."""
    homes: jax.Array
    """What homes weigh, before distance."""
    homes_within: jax.Array
    """What homes weigh together, after distance."""


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
    seeking = leavers + onward
    guides = _guides(stages, parents)
    bound_home = _shares(wanting_home, chosen.homes_within)
    bound_out = (
        _guided(seeking, mobility.follow, guides) * by_age(jnp.exp(-chosen.log_reach), guides.stages)[..., None, :]
    )
    reached_home, reached = _columns(kernel.apply_transposed, bound_home, bound_out)
    homecoming = _come_home(wanting_home, state.away, chosen.homes * reached_home, mobility.home_cap)
    placed = _shares(homecoming.sum(axis=-3), wanting_home.sum(axis=-3))[..., None, :, :]
    arrivals = _merged(by_age(chosen.weights, guides.stages)[..., None, :] * reached, guides)
    if rounds(kernel):
        arrivals = _as_many(arrivals, seeking)
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
    homes = state.away * by_age(jnp.exp(mobility.home_pull[..., None, None] * pull), stages)[..., None, :]
    within, homes_within = _columns(kernel.apply, weights[..., None, :], homes)
    log_reach = jnp.log(within[..., 0, :])
    multiple = leave_hazard(mobility, log_reach, pull, base, standing.lack)
    hazard = by_age(multiple, stages) * mobility.leave[..., None, :] * years
    leavers = state.rooted * -jnp.expm1(-hazard)[..., None, :]
    newcomer_hazard = hazard * mobility.newcomer_multiple[..., None, None]
    mobile = state.newcomers * -jnp.expm1(-newcomer_hazard)[..., None, :]
    wanting_home = mobile * mobility.come_home[..., None, None, :]
    return Choices(leavers, mobile - wanting_home, wanting_home, weights, log_reach, homes, homes_within)


def by_age(values: jax.Array, stages: tuple[int, ...]) -> jax.Array:
    """Values [..., stage] of life stages repeated for their ages [..., age]."""
    return values[..., jnp.array(stages)]


@dataclass(frozen=True, slots=True)
class _Guides:
    """Ages by whose weights they travel: each age by its own stage, then those that follow, by their children's."""

    stages: tuple[int, ...]
    """Of each age, and of each age once more of a stage that follows."""
    spans: tuple[tuple[int, int], ...]
    """First and last age but one of each stage that follows."""


def _guides(stages: tuple[int, ...], parents: tuple[tuple[int, int], ...]) -> _Guides:
    spans = tuple((stages.index(old), len(stages) - stages[::-1].index(old)) for old, _ in parents)
    again = [young for (first, last), (_, young) in zip(spans, parents, strict=True) for _ in range(first, last)]
    return _Guides(stages=(*stages, *again), spans=spans)


def _guided(seeking: jax.Array, follow: jax.Array, guides: _Guides) -> jax.Array:
    """Those seeking [..., age] a place by who guides them [..., age of guides]: a share of the old their children."""
    ages = np.arange(seeking.shape[-1])
    following = np.any([(first <= ages) & (ages < last) for first, last in guides.spans], axis=0)
    with_children = seeking * jnp.where(following, follow[..., None], 0.0)[..., None, None, :]
    parts = [with_children[..., first:last] for first, last in guides.spans]
    return jnp.concatenate([seeking - with_children, *parts], axis=-1)


def _merged(guided: jax.Array, guides: _Guides) -> jax.Array:
    """By age [..., age] again, whoever guided them."""
    ages = guided.shape[-1] - sum(last - first for first, last in guides.spans)
    merged, done = guided[..., :ages], ages
    for first, last in guides.spans:
        around = [(0, 0)] * (guided.ndim - 1) + [(first, ages - last)]
        merged = merged + jnp.pad(guided[..., done : done + last - first], around)
        done += last - first
    return merged


def _columns(product: Callable[[jax.Array], jax.Array], *parts: jax.Array) -> list[jax.Array]:
    """A kernel's product with arrays [..., place, row, column] of as many places, all of their columns at once."""
    flat = [part.reshape(*part.shape[:-2], -1) for part in parts]
    lead = jnp.broadcast_shapes(*(part.shape[:-1] for part in flat))
    ends = np.cumsum([part.shape[-1] for part in flat])[:-1]
    moved = product(jnp.concatenate([jnp.broadcast_to(part, (*lead, part.shape[-1])) for part in flat], axis=-1))
    return [
        of.reshape(*lead, *part.shape[-2:]) for of, part in zip(jnp.split(moved, ends, axis=-1), parts, strict=True)
    ]


def _as_many(arrivals: jax.Array, seeking: jax.Array) -> jax.Array:
    """Arrivals [..., place, sex, age] with the sums over places of those seeking, which single precision rounds."""
    return arrivals * _shares(seeking.sum(axis=-3), arrivals.sum(axis=-3))[..., None, :, :]


def _come_home(wanting: jax.Array, away: jax.Array, spread: jax.Array, cap: jax.Array) -> jax.Array:
    """Homecomings [..., place, sex, age] of those wanting home, who spread over homes by who is away and how near.

    No place takes back more than `cap` of its away in any sex and age; what is over goes where there is room, and
    what finds none is left to stay, so the sum may fall short of those wanting.
    """
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
