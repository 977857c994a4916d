"""How moves between places fall with distance: a kernel fitted to published pairs by Poisson pseudo-likelihood.

With y_ij persons from i to j, log E[y_ij] = a_i + c_j + log K(d_ij; theta) + bond where i and j are in one region: the
fixed effects of origins and destinations stand for how many leave and what a place offers (Santos Silva and Tenreyro
2006). K is not linear in theta, so the linear estimator runs on its tangent, with log K as offset, until nothing moves.

Small pairs are hidden. Their sums by origin and by destination, within the region and beyond, are published: given
theta, hidden pairs take what the model expects of them, balanced to those sums, and theta is fitted again to all
(expectation and maximisation). Errors are clustered by the origin's region and widened by what the hidden pairs do not
tell: V = (I - M')^-1 V_given (I - M')^-T, M' the derivative of one round (Meng and Rubin 1991).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from hinterland.calibrate.constrained import production_constrained
from hinterland.calibrate.hidden_pairs import Rows, Sums, balanced, rows_of, spread, summed
from hinterland.calibrate.kernel_forms import Form
from hinterland.data.pairs import Pairs
from hinterland.errors import InputError

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Progress = Callable[[int, int, str], None]
Hidden = Literal["spread", "left out", "nobody"]
"""Hidden pairs take what the model expects within the published sums, are no rows at all, or count as empty."""

TREATMENTS: Final[tuple[Hidden, ...]] = ("spread", "left out", "nobody")
ROUNDS: Final = 60
CLOSE: Final = 1e-4
"""Largest step of theta (logs) that ends the rounds."""
STEP: Final = 1.0
"""Largest change of a theta in a round: tangents hold near where they touch."""
SLIGHT: Final = 0.02
"""Change of theta by which the derivative of a round is taken."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A kernel as pairs tell it; theta is that of the form with the bond of a region last."""

    form: Form
    hidden: Hidden
    theta: Array
    errors: Array
    """Standard errors of theta."""
    deviance: float
    """Of published pairs and of the sums of hidden ones, where these are spread; else of the rows."""
    size: tuple[float, float]
    """Elasticity of arrivals to the people of a destination, and its standard error."""
    rows: int
    rounds: int

    def interval(self, score: float = 1.959964) -> dict[str, tuple[float, float, float]]:
        """Name -> value, low and high at `score` standard errors, in the parameter's own unit."""
        names = (*self.form.names, "region_bond")
        ends = [self.theta, self.theta - score * self.errors, self.theta + score * self.errors]
        shown = [(*self.form.natural(theta[:-1]), float(theta[-1])) for theta in ends]
        return {name: (shown[0][k], shown[1][k], shown[2][k]) for k, name in enumerate(names)}


def fit(
    pairs: Pairs,
    distance: Array,
    regions: Whole,
    people: Array,
    form: Form,
    *,
    hidden: Hidden = "spread",
    seed: int = 0,
    progress: Progress | None = None,
) -> Fit:
    """A kernel fitted to pairs of places at `distance` [place, place] km, in `regions` [place], of `people` [place].

    InputError where pyfixest is missing, where all places are in one region (errors are clustered by it), or where the
    rounds do not end.
    """
    if len(np.unique(regions)) < 2:
        raise InputError(
            "all places are in one region",
            remedy="Give regions of places: standard errors are clustered by them",
            where="places, column region",
        )
    estimator = _estimator()
    sums = Sums.of(pairs) if hidden == "spread" else None
    rows = rows_of(pairs, distance, regions, people, with_hidden=hidden != "left out", seed=seed)

    def once(theta: Array) -> tuple[Array, Array, Array]:
        """Theta after a round, its covariance with the hidden as if known, and the persons taken for them."""
        taken = rows.people if sums is None else spread(rows, sums, form, theta)
        step, given = _tangent(estimator, replace(rows, people=taken), form, theta)
        return theta + np.clip(step, -STEP, STEP), given, taken

    theta, moved = np.array([*form.start, 0.0]), np.inf
    for number in range(1, ROUNDS + 1):
        if progress is not None:
            progress(number - 1, ROUNDS, f"{form.label}, hidden pairs {hidden}")
        after, given, taken = once(theta)
        moved = float(np.abs(after - theta).max())
        theta = after
        if moved < CLOSE:
            break
    else:
        raise InputError(
            f"theta still moves by {moved:.2g} after {ROUNDS} rounds",
            remedy="Give more pairs, or pairs over a wider range of distances",
            where=f"{form.label}, hidden pairs {hidden}",
        )
    change = np.column_stack([(once(theta + SLIGHT * unit)[0] - theta) / SLIGHT for unit in np.eye(len(theta))])
    wider = np.linalg.inv(np.eye(len(theta)) - change)
    full = replace(rows, people=taken)
    if progress is not None:
        progress(ROUNDS, ROUNDS, f"{form.label}, hidden pairs {hidden}")
    return Fit(
        form=form,
        hidden=hidden,
        theta=theta,
        errors=np.sqrt(np.diag(wider @ given @ wider.T)),
        deviance=_deviance(full, rows.hidden if sums is not None else np.zeros_like(rows.hidden), form, theta),
        size=_size(full, form, theta, people),
        rows=len(rows.origin),
        rounds=number,
    )


def _estimator() -> Any:
    """The Poisson estimator of pyfixest; InputError where it is not installed."""
    try:
        from pyfixest import fepois  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise InputError(
            "pyfixest is not installed",
            remedy="Install the extra that fits need: pip install 'hinterland[calibrate]'",
            where="calibrate",
        ) from None
    return fepois


def _tangent(estimator: Any, rows: Rows, form: Form, theta: Array) -> tuple[Array, Array]:
    """The step of theta by Poisson pseudo-likelihood on the kernel's tangent, and its covariance by origins' regions.

    InputError where a coefficient cannot be told apart from the others.
    """
    import pandas as pd

    rows = _moving(rows)
    columns, logs = _columns(rows, form, theta)
    table = pd.DataFrame(
        {
            **columns,
            "people": rows.people,
            "weight": rows.weight,
            "logs": logs,
            "origin": rows.origin,
            "destination": rows.destination,
            "region": rows.region,
        }
    )
    formula = f"people ~ {' + '.join(columns)} | origin + destination"
    with warnings.catch_warnings():
        # pyfixest calls pandas in ways that pandas gives up, and tells of columns it drops, which are refused below.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        found = estimator(
            formula, data=table, vcov={"CRV1": "region"}, weights="weight", offset="logs", fixef_rm="none"
        )
    coefficients = found.coef()
    lost = [name for name in columns if name not in coefficients.index]
    if lost:
        raise InputError(
            f"{', '.join(lost)} cannot be told apart from the rest",
            remedy="Give more pairs, over a wider range of distances, within regions and between them",
            where=form.label,
        )
    # pyfixest has no public name for it.
    covariance = np.asarray(found._vcov, dtype=np.float64)  # noqa: SLF001
    order = [list(coefficients.index).index(name) for name in columns]
    return coefficients.to_numpy(np.float64)[order], covariance[np.ix_(order, order)]


def _columns(rows: Rows, form: Form, theta: Array) -> tuple[dict[str, Array], Array]:
    """Slopes of the log kernel by theta, by name [row], and the log kernel [row]."""
    logs, slopes = form.logs(rows.distance, theta[:-1])
    columns = {f"theta_{k}": slopes[:, k] for k in range(slopes.shape[1])} | {"same": rows.same}
    return columns, logs + theta[-1] * rows.same


def _moving(rows: Rows) -> Rows:
    """Rows of origins that people left and destinations that they came to: nothing can be learned from the others."""
    while True:
        sums = [np.bincount(key, rows.people)[key] for key in (rows.origin, rows.destination)]
        kept = (sums[0] > 0) & (sums[1] > 0)
        if kept.all():
            return rows
        rows = Rows(**{each.name: getattr(rows, each.name)[kept] for each in fields(rows)})


def _size(rows: Rows, form: Form, theta: Array, people: Array) -> tuple[float, float]:
    """Elasticity of arrivals to the destination's people, in place of its fixed effect, and its standard error."""
    rows = _moving(rows)
    columns, logs = _columns(rows, form, theta)
    value, spread = production_constrained(
        columns | {"size": np.log(np.maximum(people[rows.destination], 1.0))},
        people=rows.people,
        origin=rows.origin,
        cluster=rows.region,
        weight=rows.weight,
        offset=logs,
    )
    return float(value[-1]), float(np.sqrt(spread[-1, -1]))


def _deviance(rows: Rows, together: NDArray[np.bool_], form: Form, theta: Array) -> float:
    """Poisson deviance of rows, of which those `together` count by their sums over an origin, in its region or not."""
    places = int(max(rows.origin.max(), rows.destination.max())) + 1
    moved = rows.weight * rows.people
    seed = np.exp(form.logs(rows.distance, theta[:-1])[0] + theta[-1] * rows.same)
    sums = [summed(key, moved, places) for key in (rows.origin, rows.destination)]
    expected = balanced(seed, rows.weight, rows.origin, rows.destination, *sums)
    key = rows.origin[together] + places * rows.same[together].astype(np.int64)
    seen, fitted = (summed(key, values[together], 2 * places) for values in (moved, rows.weight * expected))
    alone = ~together
    return _deviances(rows.people[alone], expected[alone], rows.weight[alone]) + _deviances(seen, fitted, 1.0)


def _deviances(seen: Array, fitted: Array, weight: Array | float) -> float:
    """Of counts against what is fitted, both [count]."""
    ratio = np.log(np.where(seen > 0, seen, 1.0) / np.where((seen > 0) & (fitted > 0), fitted, 1.0))
    return float(2 * (weight * (seen * ratio - (seen - fitted))).sum())
