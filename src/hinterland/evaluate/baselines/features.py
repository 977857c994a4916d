"""What can be said of a place at launch that may bear on its growth: its record, its ages, where it lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from hinterland.evaluate.baselines.launch import base_period
from hinterland.evaluate.panel import Array, Panel
from hinterland.space.distance import EARTH_RADIUS

REACHES = (10.0, 25.0, 60.0)
"""km over which the people one can reach fall by a factor e."""
NEIGHBOURS = 25.0
"""km for the growth of neighbours."""
CITY = 400_000
"""People from which a place is a city whose distance counts; the largest place where none has as many."""
FAR = 5.0
"""Reaches beyond which nobody is counted."""
AGE_BANDS = ((15, 25), (25, 40), (40, 65), (65, None))
"""Ages whose shares of the people are features; those under 15 are what is left."""
BASES = (5, 10, 20)
"""Years of the base periods whose growth is a feature, where the record has them."""


def around(known: Panel, growth: Array) -> Array:
    """[place, 5] where places lie: log people in reach of `REACHES`, log km to a city, growth of the neighbours.

    `growth` [place] a year. NaN where the position is not known; such places are nobody's neighbours.
    """
    now = np.nan_to_num(known.totals[-1])
    found = np.full((now.size, len(REACHES) + 2), np.nan)
    at = np.flatnonzero(np.isfinite(known.lon) & np.isfinite(known.lat))
    if not at.size:
        return found
    x, y, size = np.radians(known.lon[at]), np.radians(known.lat[at]), now[at]
    # Chords on the sphere: shorter than the great circle by less than 0.1% within 600 km.
    points = EARTH_RADIUS * np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
    pairs = KDTree(points).query_pairs(FAR * max(REACHES), output_type="ndarray")
    one, other = pairs[:, 0], pairs[:, 1]
    km = np.linalg.norm(points[one] - points[other], axis=1)

    def gathered(weight: Array, of: Array) -> Array:
        there, back = (np.bincount(a, weight * of[b], at.size) for a, b in ((one, other), (other, one)))
        return np.asarray(there + back, dtype=np.float64)

    for column, reach in enumerate(REACHES):
        found[at, column] = np.log(np.maximum(size + gathered(np.exp(-km / reach), size), 1.0))
    cities = size >= min(CITY, float(size.max()))
    found[at, -2] = np.log(5.0 + KDTree(points[cities]).query(points)[0])
    near = np.exp(-km / NEIGHBOURS)
    weight = gathered(near, size)
    found[at, -1] = np.divide(gathered(near, size * growth[at]), weight, out=np.zeros_like(weight), where=weight > 0)
    return found


def age_shares(known: Panel) -> Array:
    """[place, band] share of the people of `AGE_BANDS` at launch; NaN where nobody or no age is known."""
    if known.cells is None:
        return np.full((known.totals.shape[1], 0), np.nan)
    cells, ages = known.cells[-1].sum(axis=1), known.ages
    ends = [(ages.index(low), len(ages) if high is None else ages.index(high)) for low, high in AGE_BANDS]
    everyone = cells.sum(axis=1)
    bands = np.stack([cells[:, low:high].sum(axis=1) for low, high in ends], axis=1)
    return np.divide(bands, everyone[:, None], out=np.full(bands.shape, np.nan), where=everyone[:, None] > 0)


@dataclass(frozen=True, slots=True)
class Features:
    """Which features a regression sees, the same at every launch it is fitted on."""

    bases: tuple[int, ...]
    """Base periods, years."""
    place: bool
    """Whether size and accessibility count; what they do belongs to a period and may turn against a forecast."""

    def __call__(self, known: Panel, method: str) -> Array:
        """[place, feature] at the last year of `known`."""
        now = known.totals[-1]
        periods = [base_period(known, base, method) for base in self.bases]
        rates = [np.where(period.known, period.growth(now) - period.national(now), 0.0) for period in periods]
        recent = base_period(known, 2, method)
        latest = np.where(recent.known, recent.growth(now) - recent.national(now), 0.0)
        mean = np.mean(rates, axis=0)
        # Booms do not last as decline does, and the latest two years tell where the five are heading.
        own = np.column_stack([*rates, np.maximum(mean, 0.0), latest - rates[0]])
        where = around(known, mean)
        size = np.log(np.maximum(now, 1.0))[:, None]
        return np.column_stack([own, *((where, size) if self.place else (where[:, -1:],)), age_shares(known)])


def common_bases(known: Panel, launches: tuple[int, ...]) -> tuple[int, ...]:
    """The base periods that lie within the record at every one of these launches; the shortest in any case."""
    record = min(launches) - int(known.years[0])
    return tuple(base for base in BASES if base <= record) or BASES[:1]
