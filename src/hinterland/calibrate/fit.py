"""Parameters learned from counts before a launch: the model's own forecast of an earlier one, fitted by gradient."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.calibrate.posterior import (
    Errors,
    Priors,
    Profile,
    errors_of,
    factor_of,
    misses,
    objective,
    priors,
    profiles,
    slope_and_curvature,
)
from hinterland.calibrate.rehearsal import AHEAD, ALWAYS, Frame, Progress, Rehearsal, rehearsal
from hinterland.calibrate.saved import Saved, identity
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.params import Parameters
from hinterland.workers.pool import Here, Pool

Array = NDArray[np.float64]

NAMES: Final = (*AHEAD, *ALWAYS)
"""Parameters fitted where nothing else is asked for."""
ITERATIONS: Final = 60
"""Most steps of the optimiser."""
ROUNDS: Final = 2
"""Times that the weight of the likelihood is taken and the optimum found under it."""
CLOSE: Final = 0.05
"""Length of a step, in posterior deviations, at which it ends."""
LONGEST: Final = 2.0
"""Longest step of a parameter, in prior deviations."""
STUCK: Final = 1e8
"""Damping at which no step, however short, gains."""
DULL: Final = 0.9
"""Posterior over prior deviation from which on a parameter is not informed by the counts."""
NEAR: Final = 0.005
"""Share of its range within which a value is at its bound."""
PRESSED: Final = 0.25
"""How far z still moves a value, over what it does in the middle of its prior, at which the bound holds it."""
FAR: Final = 2.5
"""Prior deviations from which on counts and prior disagree."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One parameter as counts have it."""

    name: str
    value: float
    low: float
    high: float
    """95% interval of the normal approximation in z."""
    narrower: float
    """Posterior over prior deviation of z."""
    at_bound: bool
    """Whether its range holds it where it is."""
    far: bool
    """Whether it lies far outside its prior."""

    @property
    def informed(self) -> bool:
        """Whether counts narrow its prior by more than a tenth."""
        return self.narrower < DULL

    @property
    def told(self) -> bool:
        """Whether it is counts that say the value: they inform it, and its range does not hold it."""
        return self.informed and not self.at_bound


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learned at a launch from the counts since an earlier one."""

    code: str
    launch: int
    frame: Frame
    estimates: tuple[Estimate, ...]
    profiles: tuple[Profile, ...]
    z: Array
    covariance: Array
    """[parameter, parameter] of z."""
    errors: Errors
    before: float
    """Mean absolute log miss of places' people over the steps, at the usual parameters."""
    after: float
    iterations: int
    rehearsal: Rehearsal
    box: Priors


def fit(
    known: Country,
    then: Country,
    parameters: Parameters,
    *,
    names: tuple[str, ...] = NAMES,
    saved: Path | None = None,
    iterations: int = ITERATIONS,
    progress: Progress | None = None,
    pool: Pool = Here(),  # noqa: B008
) -> Fit:
    """Parameters with which the launch of `then` comes closest to what `known` counted since; both cut at a launch.

    `saved` keeps inversions and the optimiser's place after every iteration and goes on from there. Inversions are
    made wherever `pool` does them.
    InputError where a name cannot be fitted, the file is of another fit, or the optimiser does not settle.
    """
    for name in names:
        if name not in NAMES:
            raise InputError(
                f"{name} cannot be fitted", remedy=f"Choose among {', '.join(NAMES)}", where="parameters to fit"
            )
    place = Saved(saved, identity(known, then, parameters, names))
    priors(parameters, names, AHEAD)  # what cannot be fitted is refused before anything is computed
    built, frame = rehearsal(known, then, parameters, names, stored=place, progress=progress, pool=pool)
    with jax.enable_x64(True):
        box = priors(parameters, names, AHEAD)
        climb = _Climb(built, box, frame)
        at = place.begun(len(names))
        first, _ = climb.look(np.zeros(len(names)))
        # How much the counts tell is first taken at the usual values, as a likelihood that counts too much has no
        # settled optimum where parameters trade off, and again where that leads.
        while at["round"] < ROUNDS:
            rows, slopes = climb.look(np.array(at["z"]))
            if at["factor"] is None or at["settled"]:
                factor = factor_of(rows, slopes, errors_of(rows, frame, 1.0), frame)
                at = {**at, "factor": factor, "damping": 1e-2, "settled": False}
            at = {**_settled(climb, at, iterations, place, progress), "settled": True, "round": at["round"] + 1}
            place.keep(at)
        z = np.array(at["z"])
        rows, slopes = climb.look(z)
        errors = errors_of(rows, frame, at["factor"])
        _, curvature = slope_and_curvature(rows, slopes, z, errors, frame, expected=True)
        covariance = np.linalg.inv(curvature).astype(np.float64)
        level = objective(rows, z, errors, frame)
        found = profiles(box, z, covariance, lambda to: objective(climb.look(to)[0], to, errors, frame) - level)
        estimates = _estimates(box, z, covariance)
    return Fit(
        code=known.code,
        launch=known.base_year,
        frame=frame,
        estimates=estimates,
        profiles=found,
        z=z,
        covariance=covariance,
        errors=errors,
        before=float(np.abs(first[..., 0]).mean()),
        after=float(np.abs(rows[..., 0]).mean()),
        iterations=at["iteration"],
        rehearsal=built,
        box=box,
    )


@dataclass(frozen=True, slots=True)
class _Climb:
    """The rows of a fit and their slopes anywhere."""

    of: Rehearsal
    box: Priors
    frame: Frame

    def look(self, z: Array) -> tuple[Array, Array]:
        rows, slopes = misses(self.of, self.box, jnp.asarray(z))
        return np.asarray(rows), np.asarray(slopes)


def _settled(climb: _Climb, at: dict[str, Any], most: int, place: Saved, progress: Progress | None) -> dict[str, Any]:
    """The optimum at the factor of `at`, by damped Gauss-Newton steps; scales are the likeliest at every point.

    InputError where the steps do not become short.
    """
    z, damping, began = np.array(at["z"]), at["damping"], at["iteration"]
    rows, slopes = climb.look(z)
    length, pulls = np.inf, np.zeros_like(z)
    while at["iteration"] < began + most and damping < STUCK:
        errors = errors_of(rows, climb.frame, at["factor"])
        here = objective(rows, z, errors, climb.frame)
        gradient, curvature = slope_and_curvature(rows, slopes, z, errors, climb.frame)
        pulls = np.abs(gradient) / np.sqrt(np.diag(curvature))
        length = float(np.sqrt(gradient @ np.linalg.solve(curvature, gradient)))
        if length < CLOSE:
            return at
        step = -np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), gradient)
        tried = z + step * min(1.0, LONGEST / float(np.abs(step).max()))
        other, steeper = climb.look(tried)
        if np.isfinite(other).all() and objective(other, tried, errors, climb.frame) < here:
            z, rows, slopes, damping = tried, other, steeper, max(damping / 6, 1e-6)
        else:
            damping = damping * 8
        at = {**at, "z": z.tolist(), "damping": damping, "iteration": at["iteration"] + 1}
        place.keep(at)
        if progress is not None:
            progress(at["iteration"] - began, most, "steps of the fit")
    worst = climb.box.names[int(pulls.argmax())]
    raise InputError(
        f"the fit has not settled after {at['iteration'] - began} steps: the next would be {length:.2f} posterior "
        f"deviations long, and {worst} pulls most",
        remedy=f"Go on from the saved file, or fit without {worst}",
        where=f"launch {climb.frame.years[-1]}",
    )


def _estimates(box: Priors, z: Array, covariance: Array) -> tuple[Estimate, ...]:
    deviation = np.sqrt(np.diag(covariance))
    middle, low, high = (np.asarray(box.of(jnp.asarray(z + by * deviation))) for by in (0.0, -1.96, 1.96))
    least, most = np.asarray(box.least), np.asarray(box.most)
    edge = NEAR * (most - least)
    moved, usual = (np.diag(np.asarray(jax.jacfwd(box.of)(jnp.asarray(at)))) for at in (z, np.zeros_like(z)))
    held = (middle < least + edge) | (middle > most - edge) | (moved < PRESSED * usual)
    return tuple(
        Estimate(
            name=name,
            value=float(middle[k]),
            low=float(low[k]),
            high=float(high[k]),
            narrower=float(deviation[k]),
            at_bound=bool(held[k]),
            far=bool(abs(z[k]) > FAR),
        )
        for k, name in enumerate(box.names)
    )
