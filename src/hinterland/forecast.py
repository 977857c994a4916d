"""From a country to its forecast in one call."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from hinterland.calibrate.prepare import growth_of, prepare
from hinterland.calibrate.stability import GROWTH
from hinterland.data.country import Country
from hinterland.ensemble import Progress, run_ensemble, starts_of, usual_end
from hinterland.memory import forget_compiled
from hinterland.params import load
from hinterland.record import Ensemble, check


def forecast(
    country: Country,
    *,
    members: int = 200,
    until: int | None = None,
    seed: int = 0,
    overrides: Mapping[str, float] | None = None,
    keep_effects: bool = False,
    progress: Progress | None = None,
) -> Ensemble:
    """The base scenario of a country: people by place, sex and age, with `members` futures.

    It ends in `until`; where that is not given in 2100, or in the last year before it that whole steps reach.
    `overrides` sets parameters by name for this run; with `keep_effects` the start and the place effects are those of
    the usual values, and only what comes after follows the others. `progress` is called with (done, total, what). The
    same seed gives the same bytes on one machine. InputError names what in the country or the request cannot be used.
    """
    usual, asked = load(), load(overrides=overrides or {})
    until = usual_end(country) if until is None else until
    starts_of(country, members, until)  # a run that cannot be made is refused before the long preparation
    if progress is not None:
        progress(0, members, "start")
    system = replace(prepare(country, usual if keep_effects else asked), parameters=asked)
    forget_compiled()
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Compiling is most of its work, and the first block of members is compiled meanwhile.
        growth = beside.submit(growth_of, system)
        outcome = run_ensemble(system, members=members, until=until, seed=seed, progress=progress)
        ensemble = replace(outcome.ensemble, diagnostics={**outcome.ensemble.diagnostics, GROWTH: growth.result()})
    forget_compiled()
    check(ensemble)
    return ensemble
