"""Some regions of a country as a country of their own, closed to the rest: for fits that need not see every place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hinterland.data.country import Country, FrozenMapping, frozen
from hinterland.data.faults import nearest
from hinterland.errors import InputError


def sampled(country: Country, regions: Sequence[str]) -> Country:
    """The country with the places of `regions` only; the nation's numbers are its by their share of people.

    Pairs of moves, railway lines and former units are left out. InputError where there is no region of a code.
    """
    known = set(country.places.regions)
    for region in regions:
        if region not in known:
            raise InputError(
                f"{country.code} has no region {region!r}",
                remedy=f"{nearest(region, sorted(known))}Regions: {', '.join(sorted(known))}",
                where="--region",
            )
    kept = np.flatnonzero(np.isin(np.array(country.places.regions), list(regions)))
    places, drivers = country.places, country.drivers
    share = float(country.totals[-1, kept].sum() / country.totals[-1].sum())
    names = {field: tuple(getattr(places, field)[i] for i in kept) for field in ("codes", "names", "names_en")}
    arrays = {field: frozen(getattr(places, field)[kept]) for field in ("lon", "lat", "area")}
    shared = {
        field: frozen(share * getattr(drivers, field))
        for field in ("people", "people_80", "net_migrants", "net_migrants_80", "migrants")
    }
    return replace(
        country,
        places=replace(
            places,
            **names,
            **arrays,
            regions=tuple(places.regions[i] for i in kept),
            seat=frozen(places.seat[kept], np.bool_),
        ),
        people=frozen(country.people[:, kept]),
        totals=frozen(country.totals[:, kept]),
        imputed=frozen(country.imputed[:, kept], np.bool_),
        rescaled=frozen(country.rescaled[:, kept], np.bool_),
        indicators=FrozenMapping(
            {
                name: FrozenMapping({year: frozen(values[kept]) for year, values in of.items()})
                for name, of in country.indicators.items()
            }
        ),
        drivers=replace(drivers, **shared),
        peers=tuple(code for code in country.peers if code in names["codes"]),
        moves=FrozenMapping({}),
        former=(),
        lines=(),
    )
