"""Where inside their places people lived in a year of the record, and what services they had at hand."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import LIFE_STAGES
from hinterland.data.country import Country
from hinterland.model.rungs import first_rungs, single, sizes
from hinterland.model.services import ServicesBase, first_services, provision
from hinterland.params import Parameters
from hinterland.space.choice import LARGE
from hinterland.space.distance import great_circle, nearest
from hinterland.state import Services

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settlements:
    """The base year of services, and the first of their states."""

    base: ServicesBase
    services: Services
    whole: int
    """Places that count as one settlement each only because no place publishes its urban people."""


def settlements(country: Country, parameters: Parameters, people: Array, year: int) -> Settlements | None:
    """Rungs and services of `people` [place, sex, age] in a year.

    Where no place publishes its urban people, every place is one settlement if most are municipalities by their area
    (`municipal`); else None, as it is not known what larger places are made of. Services of the base year are those
    that settlements of their size have: modelled, not counted.
    """
    values = {name: np.asarray(parameters.value(name)) for name in parameters}
    totals = people.sum(axis=(1, 2))
    urban = country.indicator("urban_people", year) / np.maximum(totals, 1.0)
    spread = sizes(values)
    alone = single(totals, spread, country.places.area)
    known = alone
    if not alone.all() and not np.isfinite(urban).any():
        if not municipal(country.places.area, float(values["rung_municipal_area"])):
            return None
        alone = np.ones_like(alone)
    pattern = first_rungs(urban, totals, spread, alone=alone)
    base = first_services(
        pattern,
        people.sum(axis=1),
        country.places.area,
        provision(values),
        country.ages,
        outside=_neighbours(country),
    )
    return Settlements(
        base=base,
        services=Services(
            rungs=jnp.asarray(pattern.rungs),
            degree=base.degree,
            pull=jnp.zeros((len(people), len(LIFE_STAGES))),
            rung_pull=jnp.zeros(pattern.rungs.shape),
            cost=jnp.zeros(len(people)),
        ),
        whole=int((alone & ~known).sum()),
    )


def municipal(area: Array, most: float) -> bool:
    """Whether places [place] are municipalities: half of the known areas (km2, NaN unknown) are at most `most`.

    The middle place decides for all, since a country draws its borders by one rule: a few wide municipalities in
    mountains do not make a country one of counties, nor a few narrow counties around ports one of municipalities.
    """
    known = area[np.isfinite(area)]
    return len(known) > 0 and float(np.median(known)) <= most


def _neighbours(country: Country) -> Array:
    """Distance [place] to the nearest other place, km."""
    if len(country.places) > LARGE:
        return nearest(country.places.lon, country.places.lat)
    distance = great_circle(country.places.lon, country.places.lat)
    np.fill_diagonal(distance, np.inf)
    return distance.min(axis=1)
