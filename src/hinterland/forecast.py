"""From a country to its forecast, or to what a scenario changes of it, in one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hinterland.calibrate.prepare import growth_of, prepare, prepare_past
from hinterland.calibrate.stability import GROWTH
from hinterland.data.country import Country
from hinterland.evaluate.anchoring import on_course
from hinterland.members.ensemble import Progress, run_ensemble
from hinterland.members.parts import parts
from hinterland.members.plan import planned, starts_of, usual_end
from hinterland.members.streaming import Streamed, fill, streamed
from hinterland.memory import forget_compiled
from hinterland.params import load
from hinterland.record import COMPARED, Ensemble, check
from hinterland.scenario import BASE, Scenario
from hinterland.system import System
from hinterland.workers.pool import Pool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A scenario beside the base or another, member by member under the same random numbers."""

    base: Mapping[str, NDArray[np.float32]]
    """What it is compared with: those of `COMPARED` that are known -> [member, year, place]."""
    changed: Ensemble
    """The whole run of the scenario."""


def forecast(
    country: Country,
    *,
    members: int = 200,
    until: int | None = None,
    seed: int = 0,
    overrides: Mapping[str, float] | None = None,
    keep_effects: bool = False,
    past: bool = False,
    progress: Progress | None = None,
) -> Ensemble:
    """The base scenario of a country: people by place, sex and age, with `members` futures.

    It ends in `until`; where that is not given in 2100, or in the last year before it that whole steps reach.
    `overrides` sets parameters by name for this run; with `keep_effects` the start and the place effects are those of
    the usual values, and only what comes after follows the others. With `past` it begins where the record does and
    repeats it first. `progress` is called with (done, total, what). The same seed gives the same bytes on one machine.
    InputError names what in the country or the request cannot be used.
    """
    system, until = ready(country, members, until, overrides or {}, keep_effects, past, progress)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Compiling is most of its work, and the first block of members is compiled meanwhile.
        growth = None if past else beside.submit(growth_of, system)
        ensemble = run_ensemble(system, members=members, until=until, seed=seed, progress=progress).ensemble
        if growth is not None:
            ensemble = replace(ensemble, diagnostics={**ensemble.diagnostics, GROWTH: growth.result()})
    forget_compiled()
    check(ensemble)
    return ensemble


@contextmanager
def forecast_on_disk(  # noqa: PLR0913
    country: Country,
    folder: Path,
    pool: Pool,
    *,
    members: int = 200,
    until: int | None = None,
    seed: int = 0,
    overrides: Mapping[str, float] | None = None,
    keep_effects: bool = False,
    past: bool = False,
    progress: Progress | None = None,
) -> Iterator[Streamed]:
    """As `forecast`, but members stay on disk below `folder`, where the same call goes on after an interruption.

    `pool` says where members are run; results are the same bytes wherever that is. The folder may be removed when what
    is made of the run is complete.
    """
    system, until = ready(country, members, until, overrides or {}, keep_effects, past, progress)
    plan = planned(system, members=members, until=until, seed=seed, scenario=BASE)
    with parts(folder, plan) as kept:
        with ThreadPoolExecutor(max_workers=1) as beside:
            growth = None if past else beside.submit(growth_of, system)
            fill(kept, pool, progress=progress)
            more = {} if growth is None else {GROWTH: growth.result()}
        forget_compiled()
        yield streamed(kept, more)


@contextmanager
def compare_on_disk(  # noqa: PLR0913
    country: Country,
    scenario: Scenario,
    folder: Path,
    pool: Pool,
    *,
    members: int = 200,
    until: int | None = None,
    seed: int = 0,
    overrides: Mapping[str, float] | None = None,
    keep_effects: bool = False,
    past: bool = False,
    progress: Progress | None = None,
) -> Iterator[tuple[Streamed, Streamed]]:
    """The base and a scenario as `compare` has them, on disk as `forecast_on_disk`: both, member by member."""
    system, until = ready(country, members, until, overrides or {}, keep_effects, past, progress)
    base_plan = planned(system, members=members, until=until, seed=seed, scenario=BASE)
    plan = planned(system, members=members, until=until, seed=seed, scenario=scenario)
    with parts(folder, base_plan) as base, parts(folder, plan, base.key) as kept:
        fill(base, pool, progress=progress)
        forget_compiled()
        fill(kept, pool, control=base.control, progress=progress)
        forget_compiled()
        yield streamed(base, {}), streamed(kept, {})


def compare(  # noqa: PLR0913
    country: Country,
    scenario: Scenario,
    *,
    against: Scenario = BASE,
    members: int = 200,
    until: int | None = None,
    seed: int = 0,
    overrides: Mapping[str, float] | None = None,
    keep_effects: bool = False,
    past: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """A scenario and another, by default the base, as `forecast` would run them.

    The nation's corrections are those of the base in both. Errors are those of `forecast`.
    """
    system, until = ready(country, members, until, overrides or {}, keep_effects, past, progress)
    outcome = run_ensemble(system, members=members, until=until, seed=seed, progress=progress)
    check(outcome.ensemble)
    control = outcome.control
    if against is not BASE:
        forget_compiled()
        outcome = run_ensemble(
            system, members=members, until=until, seed=seed, scenario=against, control=control, progress=progress
        )
        check(outcome.ensemble)
    stocks = outcome.ensemble.stocks
    base = {name: stocks[name].astype(np.float32) for name in COMPARED if name in stocks}
    del outcome, stocks
    forget_compiled()
    changed = run_ensemble(
        system, members=members, until=until, seed=seed, scenario=scenario, control=control, progress=progress
    ).ensemble
    forget_compiled()
    check(changed)
    return Comparison(base=base, changed=changed)


def ready(
    country: Country,
    members: int,
    until: int | None,
    overrides: Mapping[str, float],
    keep_effects: bool,
    past: bool,
    progress: Progress | None,
) -> tuple[System, int]:
    """A system with the country's parameters and those asked for, and the last year of its run."""
    usual = load(fitted=country.code)
    asked = usual.with_overrides(overrides)
    until = usual_end(country) if until is None else until
    starts_of(country, members, until)  # a run that cannot be made is refused before the long preparation
    if progress is not None:
        progress(0, members, "start")
    made = (prepare_past if past else prepare)(country, usual if keep_effects else asked)
    forget_compiled()
    made = on_course(made, len(starts_of(made.country, members, until)))
    forget_compiled()
    return replace(made, parameters=asked), until
