"""What counts say of parameters: errors with fat tails by class of place, priors, and how sure the answer is.

A parameter is `z`, standard normal before any count: its value at z = 0, 5% below and 5% above its prior's ends, never
outside its range. Errors of log people are Student's t, with a scale for each step, group and size class. Counts of one
place at several steps and ages, and of places of one region, are not independent: the log likelihood counts by a
factor below one, so that its curvature agrees with how much the slopes of regions differ (Pauli, Racugno and Ventura
2011, Statistica Sinica 21).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.calibrate.rehearsal import SIZES, Frame, Rehearsal, simulated
from hinterland.errors import InputError
from hinterland.params import Parameters

Array = NDArray[np.float64]

TAILS: Final = 4.0
"""Degrees of freedom of the errors: those of anchors' errors (parameters `place_error_tails`)."""
Z95: Final = 1.6448536269514722
"""Standard normal quantile at 95%: where the upper end of a prior lies."""
LENT: Final = 5.0
"""Places that the scale of all classes counts as in the scale of one."""
FEWEST: Final = 8
"""Regions below which each place stands for itself in how much slopes differ."""
FARTHEST: Final = 6.0
"""Largest departure of z."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Priors:
    """Priors of the parameters fitted, each array [parameter], and the values of those that are not."""

    names: tuple[str, ...] = field(metadata={"static": True})
    value: jax.Array
    low: jax.Array
    high: jax.Array
    least: jax.Array
    most: jax.Array
    fixed: dict[str, jax.Array]

    def of(self, z: jax.Array) -> jax.Array:
        """Values [parameter] at `z` [parameter]: a shifted lognormal through the three quantiles, within the range."""
        below, above = self.value - self.low, self.high - self.value
        narrow = 0.02 * (self.high - self.low)
        below, above = jnp.maximum(below, narrow), jnp.maximum(above, narrow)
        lean = jnp.log(above / below)
        lean = jnp.where(jnp.abs(lean) < 1e-6, 1e-6, lean)
        at = jnp.clip(z, -FARTHEST, FARTHEST) / Z95
        inside = self.value + above * jnp.expm1(lean * at) / jnp.expm1(lean)
        under = _pressed(self.low - inside, self.low - self.least)
        over = _pressed(inside - self.high, self.most - self.high)
        return jnp.where(inside < self.low, self.low - under, jnp.where(inside > self.high, self.high + over, inside))

    def values(self, z: jax.Array) -> dict[str, jax.Array]:
        """Parameter -> value, those that are not fitted among them."""
        found = self.of(z)
        return {**self.fixed, **{name: found[k] for k, name in enumerate(self.names)}}


def priors(parameters: Parameters, names: tuple[str, ...], fixed: tuple[str, ...]) -> Priors:
    """Priors of `names`, with the usual values of those of `fixed` that are not among them.

    InputError where a parameter has no prior or differs by life stage.
    """
    for name in names:
        if parameters[name].prior_items is None or len(parameters[name].items) > 1:
            raise InputError(
                f"{name} has no prior of one number",
                remedy="Give prior = [low, high] in its parameter file, or fit others",
                where="parameters to fit",
            )
    ends = np.array([(parameters[name].prior_items or ((0.0, 1.0),))[0] for name in names]).reshape(-1, 2)
    bounds = np.array([parameters[name].range for name in names]).reshape(-1, 2)
    return Priors(
        names=names,
        value=jnp.asarray(np.array([float(parameters.value(name)) for name in names])),
        low=jnp.asarray(ends[:, 0]),
        high=jnp.asarray(ends[:, 1]),
        least=jnp.asarray(bounds[:, 0]),
        most=jnp.asarray(bounds[:, 1]),
        fixed={name: jnp.asarray(float(parameters.value(name))) for name in fixed if name not in names},
    )


def _pressed(excess: jax.Array, room: jax.Array) -> jax.Array:
    """As `params_draw` has it: nearly itself while small against the room left, never more than the room."""
    safe = jnp.maximum(room, 1e-12)
    return jnp.where(room > 1e-12, safe * jnp.tanh(jnp.maximum(excess, 0.0) / safe), 0.0)


@jax.jit
def misses(of: Rehearsal, box: Priors, z: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Log of simulated over counted people [step, place, group], and its slopes [step, place, group, parameter]."""

    def rows(at: jax.Array) -> tuple[jax.Array, jax.Array]:
        found = simulated(of, box.values(at)) - of.logs
        return found, found

    slopes, found = jax.jacfwd(rows, has_aux=True)(z)
    return found, slopes


@dataclass(frozen=True, slots=True)
class Errors:
    """Scales of errors, and how much each row counts."""

    scale: Array
    """[step, class, group] of Student's t."""
    share: Array
    """[group] weight of a row: all ages together count as much as the total."""
    factor: float
    """By which the log likelihood counts."""

    def at(self, frame: Frame) -> Array:
        """[step, place, group] the scale of every row."""
        return self.scale[:, frame.classes]


def errors_of(rows: Array, frame: Frame, factor: float, rounds: int = 20) -> Errors:
    """The likeliest scales of rows [step, place, group] of misses; those of thin classes are drawn to the others'."""
    groups = rows.shape[-1]
    share = np.array([1.0, *[1.0 / max(groups - 1, 1)] * (groups - 1)])
    overall = _scales(rows, np.zeros(rows.shape[1], dtype=np.int64), 1, np.full((len(rows), 1, groups), 0.0), rounds)
    scale = _scales(rows, frame.classes, len(SIZES) + 1, overall, rounds)
    return Errors(scale, share, factor)


def _scales(rows: Array, classes: NDArray[np.int64], count: int, lent: Array, rounds: int) -> Array:
    """[step, class, group] by expectation and maximisation, `LENT` places at the scale of all `lent`."""
    scale = np.full((len(rows), count, rows.shape[-1]), np.maximum(np.median(np.abs(rows)), 1e-4))
    for _ in range(rounds):
        squares = rows**2
        weighted = squares * (TAILS + 1) / (TAILS + squares / scale[:, classes] ** 2)
        for k in range(count):
            inside = classes == k
            weight = LENT if lent.any() else 0.0
            if inside.any() or weight:
                total = weighted[:, inside].sum(axis=1) + weight * lent[:, 0] ** 2
                scale[:, k] = np.sqrt(np.maximum(total / (inside.sum() + weight), 1e-8))
    return scale


def objective(rows: Array, z: Array, errors: Errors, frame: Frame) -> float:
    """Minus the log of likelihood and prior, up to a constant."""
    scale = errors.at(frame)
    each = (TAILS + 1) / 2 * np.log1p((rows / scale) ** 2 / TAILS) + np.log(scale)
    return float(errors.factor * (each * errors.share).sum() + 0.5 * z @ z)


def slope_and_curvature(
    rows: Array, slopes: Array, z: Array, errors: Errors, frame: Frame, *, expected: bool = False
) -> tuple[Array, Array]:
    """Gradient [parameter] and Gauss-Newton curvature [parameter, parameter] of the objective.

    `expected` takes the information of Student's t instead of that of the rows as they lie.
    """
    scale = errors.at(frame)
    pull = errors.share * (TAILS + 1) / (TAILS + (rows / scale) ** 2) / scale**2
    weight = errors.share * (TAILS + 1) / (TAILS + 3) / scale**2 if expected else pull
    flat = slopes.reshape(-1, z.size)
    gradient = errors.factor * flat.T @ (pull * rows).ravel() + z
    curvature = errors.factor * (flat * weight.reshape(-1, 1)).T @ flat + np.eye(z.size)
    return gradient, curvature


def factor_of(rows: Array, slopes: Array, errors: Errors, frame: Frame) -> float:
    """What the log likelihood has to count by so that its curvature agrees with how regions' slopes differ."""
    scale = errors.at(frame)
    parameters = slopes.shape[-1]
    pull = errors.share * (TAILS + 1) / (TAILS + (rows / scale) ** 2) / scale**2 * rows
    by_place = (pull[..., None] * slopes).sum(axis=(0, 2))
    groups = frame.regions if np.unique(frame.regions).size >= FEWEST else np.arange(rows.shape[1])
    scores = np.zeros((groups.max() + 1, parameters))
    np.add.at(scores, groups, by_place)
    scores -= scores.mean(axis=0)
    whole = Errors(errors.scale, errors.share, 1.0)
    _, curvature = slope_and_curvature(rows, slopes, np.zeros(parameters), whole, frame, expected=True)
    size, axes = np.linalg.eigh(curvature - np.eye(parameters))
    told = size > 1.0
    if not told.any():
        return 1.0
    spread = ((scores @ axes[:, told]) ** 2).sum(axis=0)
    return float(min(1.0, told.sum() / (spread / size[told]).sum()))


@dataclass(frozen=True, slots=True)
class Profile:
    """How the objective rises away from the best value of one parameter, the others moved along."""

    name: str
    values: tuple[float, ...]
    """At 2 and 1 posterior deviations below, and 1 and 2 above."""
    rise: tuple[float, ...]
    """Of the objective; a normal posterior has 2, 0.5, 0.5, 2."""


def profiles(box: Priors, z: Array, covariance: Array, rise: Callable[[Array], float]) -> tuple[Profile, ...]:
    """Profiles along the ridge of the normal approximation: the others go where it has them, not to a new optimum."""
    found: list[Profile] = []
    for k, name in enumerate(box.names):
        along = covariance[:, k] / np.sqrt(covariance[k, k])
        tried = [z + step * along for step in (-2.0, -1.0, 1.0, 2.0)]
        values = tuple(float(np.asarray(box.of(jnp.asarray(at)))[k]) for at in tried)
        found.append(Profile(name, values, tuple(rise(at) for at in tried)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Moments of z [parameter] over draws from the posterior."""

    mean: Array
    deviation: Array
    divergent: int
    """Transitions in which the sampler lost its way."""


def nuts(
    of: Rehearsal,
    box: Priors,
    errors: Errors,
    frame: Frame,
    start: Array,
    *,
    draws: int = 500,
    warmup: int = 300,
    seed: int = 0,
) -> Sampled:
    """Draws by the no-U-turn sampler (Hoffman and Gelman 2014) from `start` [parameter].

    Scales and the factor are those of the fit. InputError where numpyro is not installed.
    """
    try:
        from numpyro.infer import MCMC, NUTS  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise InputError(
            "numpyro is not installed", remedy="Install hinterland[calibrate]", where="check by sampling"
        ) from None
    with jax.enable_x64(True):
        scale, share = jnp.asarray(errors.at(frame)), jnp.asarray(errors.share)

        def potential(at: Mapping[str, jax.Array]) -> jax.Array:
            rows = simulated(of, box.values(at["z"])) - of.logs
            each = (TAILS + 1) / 2 * jnp.log1p((rows / scale) ** 2 / TAILS)
            return errors.factor * (each * share).sum() + 0.5 * (at["z"] ** 2).sum()

        kernel = NUTS(potential_fn=potential, dense_mass=True, max_tree_depth=6)
        chain: Any = MCMC(kernel, num_warmup=warmup, num_samples=draws, progress_bar=False)
        chain.run(jax.random.PRNGKey(seed), init_params={"z": jnp.asarray(start)}, extra_fields=("diverging",))
        drawn = np.asarray(chain.get_samples()["z"])
        lost = int(np.asarray(chain.get_extra_fields()["diverging"]).sum())
    return Sampled(drawn.mean(axis=0), drawn.std(axis=0), lost)
