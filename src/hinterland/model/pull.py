"""What draws people to a place, as changes since the base year.

    dV[i,g] = a[g] dln income + j[g] dln job access - r[g] dln rent + m[g] d amenity
    push[i,g] = b[g] d non-employment                         (added to the log hazard of leaving)

g is a life stage: children go with their parents, incomes and jobs count in the working ages, rents most for young
families, climate for the old. At the base year every term is zero; levels are unknown and not needed. Size and
congestion act in `step.crowding`, place effects in the drivers of a run.

Pull that answers jobs feeds on itself: more people make more jobs. Above a + j = 2 the places of a country diverge
(measured by power iteration on the prototype of these equations), so `feedback` says how close a response comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.axes import LIFE_STAGES

MOST_FEEDBACK: Final = 2.0
"""Largest a + j at which the dynamics of places stay stable."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Response:
    """How life stages answer a place's changes; all [..., stage]."""

    income: jax.Array
    """a: V per log of income per head."""
    access: jax.Array
    """j: V per log of job access."""
    rent: jax.Array
    """r: fall of V per log rent."""
    amenity: jax.Array
    """m: V per unit of amenity, which is in log income."""
    push: jax.Array
    """b: log hazard of leaving per unit of non-employment (a share)."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Signals:
    """Changes since the base year [..., place]."""

    income: jax.Array
    """Log income per head."""
    access: jax.Array
    """Log job access."""
    rent: jax.Array
    """Log rent relative to the nation."""
    nonemployment: jax.Array
    """Share of the working ages without work."""


def response(values: Mapping[str, Any]) -> Response:
    """Responses from parameter values by name, each [stage] or [member, stage]; ValueError where one is not."""
    return Response(
        income=_stages(values["pull_income"]),
        access=_stages(values["pull_access"]),
        rent=_stages(values["pull_rent"]),
        amenity=_stages(values["pull_amenity"]),
        push=_stages(values["push_nonemployment"]),
    )


def pull(signals: Signals, response: Response, amenity: jax.Array | None = None) -> jax.Array:
    """Change of V since the base year [..., place, stage]; `amenity` [..., place] its change, where there is one."""
    change = (
        _outer(signals.income, response.income)
        + _outer(signals.access, response.access)
        - _outer(signals.rent, response.rent)
    )
    return change if amenity is None else change + _outer(amenity, response.amenity)


def push(signals: Signals, response: Response) -> jax.Array:
    """What lack of work adds to the log hazard of leaving [..., place, stage]: people go though nowhere is better."""
    return _outer(signals.nonemployment, response.push)


def feedback(response: Response) -> jax.Array:
    """The largest a + j over life stages [...]."""
    return (response.income + response.access).max(-1)


def _outer(change: jax.Array, weight: jax.Array) -> jax.Array:
    """Changes [..., place] by weights [..., stage]: [..., place, stage]."""
    return change[..., None] * weight[..., None, :]


def _stages(value: Any) -> jax.Array:
    array = np.asarray(value, dtype=np.float64)
    if array.shape[-1:] != (len(LIFE_STAGES),):
        raise ValueError(f"shape {array.shape} has no last axis of {len(LIFE_STAGES)} life stages")
    return jnp.asarray(array)
