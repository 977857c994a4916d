"""Countries of places in a row whose every figure is given, so that answers can be found by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from factories import small_country
from hinterland.axes import FIVE_YEARS as AGES
from hinterland.data.country import Country, FrozenMapping, frozen


def country(
    people: Mapping[int, np.ndarray],
    *,
    indicators: Mapping[str, Mapping[int, np.ndarray]] | None = None,
    regions: tuple[str, ...] | None = None,
    imputed: bool = False,
) -> Country:
    """Places with `people` [place, sex, age] of every year, and published columns [place]."""
    years = tuple(sorted(people))
    cells = np.stack([people[year] for year in years]).astype(np.float64)
    small = small_country(cells.shape[1])
    own = regions or ("R",) * cells.shape[1]
    named = FrozenMapping({name: (name, name) for name in own})
    names = tuple(f"Place {n}" for n in range(cells.shape[1]))
    published = {
        name: FrozenMapping({year: frozen(values) for year, values in of.items()})
        for name, of in (indicators or {}).items()
    }
    return replace(
        small,
        places=replace(small.places, names=names, names_en=names, regions=own, region_names=named),
        base_year=years[-1],
        years=years,
        people=frozen(cells),
        totals=frozen(cells.sum(axis=(2, 3))),
        imputed=frozen(np.full(cells.shape[:2], imputed), np.bool_),
        rescaled=frozen(np.zeros(cells.shape[:2]), np.bool_),
        indicators=FrozenMapping(published),
    )


def flat(totals: np.ndarray) -> np.ndarray:
    """Cells [place, sex, age] of totals [place], the same number in every one."""
    return np.repeat(np.repeat(totals[:, None, None], 2, axis=1), len(AGES), axis=2) / (2 * len(AGES))
