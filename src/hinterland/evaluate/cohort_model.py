"""The model itself as one of the methods: prepared from what was known at launch, run with its own uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hinterland.calibrate.prepare import prepare
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.evaluate.anchoring import on_course
from hinterland.evaluate.panel import LEVELS, Array, Forecast, Panel
from hinterland.evaluate.vintage import known_at
from hinterland.members.ensemble import run_ensemble
from hinterland.params import load
from hinterland.record import check


@dataclass(frozen=True, slots=True)
class CohortModel:
    """The base scenario from a launch, its place effects inverted from the record before it.

    The panel that is asked about says when the launch is; everything else is the country's, cut at that launch.
    """

    country: Country
    members: int = 100
    seed: int = 0
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that take other values than those of the country as they were known at the launch."""
    keep_effects: bool = False
    """Whether place effects are those of the usual parameters, whatever others the run has."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals and cells of the central run, quantiles of the members; years between steps lie on the line between.

        InputError where the country cannot be run from that launch.
        """
        launch = int(known.years[-1])
        country = known_at(self.country, launch).country
        if known.codes != country.places.codes:
            raise InputError(
                f"the panel's places are not those of {country.code}",
                remedy="Ask the model for the places of its own country",
                where="cohort_model",
            )
        width = country.ages.width
        until = launch + width * max(1, -(-(max(years) - launch) // width))
        usual = load(fitted=country.code, at=launch)
        asked = usual.with_overrides(self.overrides)
        system = prepare(country, usual if self.keep_effects else asked)
        system = replace(on_course(system, (until - launch) // width), parameters=asked)
        outcome = run_ensemble(system, members=self.members, until=until, seed=self.seed)
        check(outcome.ensemble)
        run = outcome.ensemble
        cells = _at(run.central, run.years, years)
        people = _at(np.moveaxis(run.stocks["people"], 1, 0), run.years, years)
        quantiles = np.quantile(people, LEVELS, axis=1)
        return Forecast(years, cells.sum(axis=(2, 3)), cells, quantiles)


def _at(values: Array, instants: tuple[int, ...], years: tuple[int, ...]) -> Array:
    """Values [instant, ...] at `years` [year, ...], on the line between instants."""
    place = np.interp(years, instants, np.arange(len(instants)))
    low = np.minimum(np.floor(place).astype(np.int64), len(instants) - 1)
    high = np.minimum(low + 1, len(instants) - 1)
    part = (place - low).reshape(-1, *(1,) * (values.ndim - 1))
    return values[low] * (1 - part) + values[high] * part
