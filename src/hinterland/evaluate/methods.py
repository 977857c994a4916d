"""The methods that a country can be back-tested with: the model and the baselines, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hinterland.data.country import Country
from hinterland.data.faults import nearest
from hinterland.errors import InputError
from hinterland.evaluate.baselines import BASELINES
from hinterland.evaluate.leaderboard import MODEL, OURS, STRUCTURE
from hinterland.evaluate.panel import Method
from hinterland.switches import without

_SWITCHED: Final = {STRUCTURE: ("anchor",)}
"""Method -> mechanisms that are off in it."""


def methods_for(
    country: Country,
    names: Sequence[str] = (),
    *,
    members: int = 100,
    overrides: Mapping[str, Any] | None = None,
    keep_effects: bool = False,
) -> dict[str, Method]:
    """Name -> method; without names the model and all baselines. InputError lists those there are.

    `members` is how many futures the model draws, `overrides` its parameters that take other values;
    with `keep_effects` these act after the launch only, and place effects are inverted with the usual ones.
    """
    known = (MODEL, STRUCTURE, *BASELINES)
    for name in names:
        if name not in known:
            raise InputError(
                f"{name!r} is no method",
                remedy=f"{nearest(name, known)}Methods: {', '.join(known)}",
                where="--method",
            )
    changed = overrides or {}
    return {
        name: _model(country, members, without(_SWITCHED.get(name, ()), changed), keep_effects)
        if name in OURS
        else BASELINES[name]
        for name in names or (MODEL, *BASELINES)
    }


def remarks_on(country: Country, launch: int) -> dict[str, tuple[str, ...]]:
    """Method -> what it knew that nobody could have known at the launch; methods that knew nothing are not in it.

    InputError where the record or the nation's series does not hold the launch.
    """
    from hinterland.evaluate.vintage import known_at

    vintage = known_at(country, launch)
    told = list(vintage.remarks)
    if vintage.country.imputed[-1].any():
        told.append(f"Ages at {launch} are imputed, from patterns that may be of a later year or another country.")
    return dict.fromkeys(OURS, tuple(told)) if told else {}


def _model(country: Country, members: int, overrides: Mapping[str, Any], keep_effects: bool) -> Method:
    # The model loads jax, which baselines do without.
    from hinterland.evaluate.cohort_model import CohortModel

    return CohortModel(country, members=members, overrides=overrides, keep_effects=keep_effects)
