"""Ages and sexes of places that publish only totals: iterative proportional fitting of known patterns.

Deming and Stephan (1940), Annals of Mathematical Statistics 11(4): the result has the margins asked for and otherwise
keeps the seed's odds ratios; cells that are zero in the seed stay zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bands:
    """What is known of each place: persons in bands of cells, every cell in one band."""

    band: NDArray[np.int64]
    """[place, cell] which band a cell belongs to, counted from 0 in every place."""
    persons: Array
    """[place, band] persons; NaN beyond a place's last band."""

    @classmethod
    def totals(cls, persons: Array, cells: int) -> Bands:
        """Nothing known but the totals [place]."""
        return cls(np.zeros((len(persons), cells), np.int64), persons[:, None])


def fit(seed: Array, bands: Bands, columns: Array | None = None, *, sweeps: int = 500, near: float = 1e-10) -> Array:
    """Persons [place, cell] with the bands' sums exactly and the `columns` [cell], if given, as nearly as they allow.

    `seed` [place, cell] is not negative. The columns must sum to the bands' total; a ValueError says by how much they
    do not, and names places whose band holds persons where the seed has none (see `opened`).
    """
    wanted = np.nansum(bands.persons)
    if columns is not None and not np.isclose(columns.sum(), wanted, rtol=1e-9, atol=1e-6):
        raise ValueError(f"column sums hold {columns.sum():,.1f} persons, the places {wanted:,.1f}")
    empty = (_sums(seed, bands) == 0) & (np.nan_to_num(bands.persons) > 0)
    if empty.any():
        raise ValueError(f"the seed is zero in a band that holds persons, at place {int(np.argwhere(empty)[0, 0])}")
    table = _to_bands(seed, bands)
    if columns is None:
        return table
    for _ in range(sweeps):
        table = table * _ratio(columns, table.sum(axis=0))
        table = _to_bands(table, bands)
        if np.abs(table.sum(axis=0) - columns).max(initial=0.0) <= near * max(wanted, 1.0):
            break
    return table


def opened(seed: Array, bands: Bands) -> Array:
    """The seed with an even spread put where a band holds persons but the seed has none."""
    empty = (_sums(seed, bands) == 0) & (np.nan_to_num(bands.persons) > 0)
    return np.where(np.take_along_axis(empty, bands.band, axis=1), 1.0, seed)


def _sums(table: Array, bands: Bands) -> Array:
    """[place, band] sums over the cells of each band."""
    sums = np.zeros(bands.persons.shape)
    np.add.at(sums, (np.arange(len(table))[:, None], bands.band), table)
    return sums


def _to_bands(table: Array, bands: Bands) -> Array:
    ratio = _ratio(np.nan_to_num(bands.persons), _sums(table, bands))
    return table * np.take_along_axis(ratio, bands.band, axis=1)


def _ratio(wanted: Array, held: Array) -> Array:
    return np.divide(wanted, held, out=np.zeros_like(wanted), where=held > 0)
