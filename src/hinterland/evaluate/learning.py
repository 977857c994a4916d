"""What a launch can learn from the counts before it, and what that does to launches it has not seen.

A fit of launch L knows nothing of later years: the country is cut at L, and at the earlier launch that is forecast
again. Its values may serve launches from L on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import jax
import numpy as np
from numpy.typing import NDArray

from hinterland.calibrate.fit import NAMES, Estimate, Fit, fit
from hinterland.calibrate.prepare import prepare
from hinterland.calibrate.rehearsal import Progress, earlier_launch
from hinterland.calibrate.sample import sampled
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.evaluate.vintage import known_at
from hinterland.fitted import Fitted, read_fitted
from hinterland.members.given import central
from hinterland.params import Parameters, load
from hinterland.simulate import simulate
from hinterland.workers.pool import Here, Pool

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learned:
    """The answer of a launch: a fit, or why there is none and the usual parameters stay."""

    fit: Fit | None
    because: str
    """Why there is no fit; empty where there is one."""
    regions: tuple[str, ...]
    """Those it was made on; empty where it was all of them."""


def learned(
    country: Country,
    launch: int,
    parameters: Parameters,
    *,
    earlier: int | None = None,
    regions: Sequence[str] = (),
    names: tuple[str, ...] = NAMES,
    saved: Path | None = None,
    progress: Progress | None = None,
    pool: Pool = Here(),  # noqa: B008
) -> Learned:
    """Parameters fitted on what was known at a launch; none, and the reason, where the record is too short.

    `earlier` is the launch forecast again, `regions` a sample of the country as a country of its own; inversions are
    made wherever `pool` does them. InputError where the launch is not in the record or the fit does not settle.
    """
    known = known_at(country, launch).country
    if regions:
        known = sampled(known, regions)
    try:
        early = earlier_launch(known, launch, (10, 5) if earlier is None else (launch - earlier,))
    except InputError as short:
        if earlier is not None:
            raise
        return Learned(None, str(short), tuple(regions))
    then = known_at(known, early).country
    found = fit(known, then, parameters, names=names, saved=saved, progress=progress, pool=pool)
    return Learned(found, "", tuple(regions))


def usual(country: Country, launch: int) -> Parameters:
    """The parameters a fit starts from: what else was fitted by the launch, and nothing that a simulation was before.

    At the country's own base year all that was fitted holds, as in a forecast: counts must not be used twice, but
    flows of a later year tell other parameters.
    """
    held = load(fitted=country.code, at=None if launch == country.base_year else launch)
    general = load()
    return Parameters([general[name] if name in NAMES else held[name] for name in held])


def known_from(country: Country, launch: int) -> int:
    """The first year in which a fit at a launch could have been made with the parameters of `usual`."""
    if launch != country.base_year:
        return launch
    held = read_fitted(files("hinterland") / "parameters", country.code)
    return max([launch, *(fit.known_from for name, fit in held.items() if name not in NAMES)])


def structure(country: Country, launch: int, parameters: Parameters, years: Sequence[int]) -> Array:
    """People [year, place] of the model's central run without an anchor, from what was known at a launch.

    Years are whole steps after the launch. InputError where the country cannot be run from there.
    """
    then = known_at(country, launch).country
    width = then.ages.width
    system = replace(prepare(then, parameters), course=None)
    steps = (max(years) - launch) // width
    with jax.enable_x64(True):
        run = central(system, [launch + width * k for k in range(steps)])
        people = np.asarray(simulate(run.setting, run.behaviour, run.start, run.conditions).people)
    return people[[(year - launch) // width for year in years], 0].sum(axis=(2, 3))


def misses(country: Country, launch: int, parameters: Parameters, until: int) -> dict[int, Array]:
    """Years ahead -> absolute percentage errors [place] of the structure's distribution, places with people counted.

    Every fifth year, or every step, from the launch to `until` that the record holds. InputError where it holds none.
    """
    years = [year for year in country.years if launch < year <= until and not (year - launch) % country.ages.width]
    if not years:
        raise InputError(
            f"{country.code} has no people a whole step after {launch} and not after {until}",
            remedy="Give a later year, or leave it out",
            where="--until",
        )
    said = structure(country, launch, parameters, years)
    found: dict[int, Array] = {}
    for row, year in enumerate(years):
        came = country.totals[country.years.index(year)]
        some = came > 0
        controlled = said[row, some] * came[some].sum() / said[row, some].sum()
        found[year - launch] = 100 * np.abs(controlled / came[some] - 1)
    return found


def adopted(parameters: Parameters, estimates: Sequence[Estimate]) -> Parameters:
    """The parameters with those that counts tell at their fitted values."""
    return parameters.with_overrides({each.name: each.value for each in estimates if each.told})


def as_fitted(of: Fit, regions: Sequence[str] = (), known: int = 0) -> dict[str, Fitted]:
    """Parameter -> its fit, of those that counts tell; `known` from the launch or later.

    A fit that rests on others is known when the last of these is (see `known_from`).
    """
    where = f"; a sample of regions: {', '.join(regions)}" if regions else ""
    on = f"people of places {', '.join(map(str, of.frame.years))}, forecast from {of.frame.launch}{where}"
    method = (
        f"simulation by Gauss-Newton, interval of the Laplace approximation, log likelihood times "
        f"{of.errors.factor:.2g} for what places share (docs/calibration.md)"
    )
    return {
        each.name: Fitted(
            value=each.value,
            low=each.low,
            high=each.high,
            fitted_on=on,
            method=method,
            known_from=max(of.launch, known),
        )
        for each in of.estimates
        if each.told
    }
