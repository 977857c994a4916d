"""From a country and two years to why its places changed between them, in one call."""

from __future__ import annotations

from collections.abc import Mapping

from hinterland.calibrate.prepare import prepare, prepare_past, record_start
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.evaluate.anchoring import on_course
from hinterland.explain.attribution import Attribution, attribute
from hinterland.members.ensemble import Progress
from hinterland.members.plan import usual_end
from hinterland.memory import forget_compiled
from hinterland.params import load


def why(
    country: Country,
    years: tuple[int, int],
    *,
    members: int = 0,
    seed: int = 0,
    overrides: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Attribution:
    """What every mechanism adds to the change of every place between the ends of two years.

    Years before the base year are those of the run that repeats the record. `members` give parts bands, as many futures
    under the random numbers of `forecast`. InputError where the run has no such years, before anything is
    computed.
    """
    launch = launch_of(country, years)
    asked = load(fitted=country.code).with_overrides(overrides or {})
    if progress is not None:
        progress(0, 1, "start")
    made = (prepare_past if launch < country.base_year else prepare)(country, asked)
    forget_compiled()
    made = on_course(made, (years[1] - launch) // country.ages.width)
    forget_compiled()
    return attribute(made, years, members=members, seed=seed, progress=progress)


def launch_of(country: Country, years: tuple[int, int]) -> int:
    """The year that the run begins in which goes through two years; InputError where there is none."""
    first, last = years
    width, end = country.ages.width, usual_end(country)
    launch = country.base_year
    if first < launch:
        record = record_start(country)
        if record is None or first < record:
            raise InputError(
                f"no run of {country.code} goes through {first}",
                remedy=f"Give a year from {launch if record is None else record} on",
                where="--from",
            )
        launch = record
    for name, year in (("--from", first), ("--to", last)):
        if (year - launch) % width or year > end:
            raise InputError(
                f"the run of {country.code} does not stop in {year}",
                remedy=f"Give {launch}, {launch + width}, {launch + 2 * width} ... or {end}",
                where=name,
            )
    if last <= first:
        raise InputError(f"{last} is not after {first}", remedy="Give a later year", where="--to")
    return launch
