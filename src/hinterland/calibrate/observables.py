"""How much of the place effects xi what was known at the start of the record explains; the rest is *unexplained*.

Effects [place, stage] are regressed on observables by ridge (Hoerl and Kennard 1970). The penalty of each life stage is
chosen, and the fit tested, on regions left out whole, since neighbours resemble each other: the figure to believe is
the share of variance explained in regions that neither coefficients nor penalty have seen. A diagnostic; runs do not
use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import SECTORS
from hinterland.data.climate import climate
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.params import Parameters
from hinterland.space.distance import great_circle

Array = NDArray[np.float64]

PENALTIES: Final = 10.0 ** np.arange(-4.0, 2.1, 0.5)
"""Penalties tried, per place: of the squared slope of a standardised observable against one place's squared error."""
FOLDS: Final = 20
"""Most parts that regions are put in; with fewer regions each is a part."""
BACK: Final = 5
"""Years before the start of a record from which figures still count as known at it."""
REACHES: Final = (40.0, 300.0)
"""km; people weigh by exp(-distance / reach) in access."""

SHARES: Final = tuple(f"jobs_{sector}_pct" for sector in SECTORS)
PLAIN: Final = ("floor_m2_per_head", "schooling_years", "rural_urban_code")
LOGGED: Final = ("pay_per_job", "rent_per_month")
"""Columns of indicators, as they are and as logs; a country has what its pack has."""


@dataclass(frozen=True, slots=True)
class Observables:
    """What was known of places at the start of a record."""

    names: tuple[str, ...]
    values: Array
    """[place, observable]; NaN where not known."""
    absent: tuple[str, ...]
    """Observables that no figure of the start, or of `BACK` years before, is published for."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A regression of place effects on observables."""

    names: tuple[str, ...]
    coefficients: Array
    """[observable, stage] change of the effect with one standard deviation of the observable."""
    level: Array
    """[stage] effect at the mean of every observable."""
    penalty: Array
    """[stage] as chosen among `PENALTIES`."""
    within: Array
    """[stage] share of variance explained in the places fitted on: flattering."""
    beyond: Array
    """[stage] share of variance explained in regions left out, against the mean of the others; may be negative."""
    structural: Array
    """[place, stage] what observables explain."""
    unexplained: Array
    """[place, stage] the rest: effect - structural."""


def observables(country: Country, year: int, parameters: Parameters) -> Observables:
    """What a country's record holds about its places at `year`: jobs, incomes, access, climate, size, rank, schooling.

    KeyError where the record has no people for the year.
    """
    people = country.at(year).sum(axis=(1, 2))
    places = country.places
    size = np.log(np.maximum(people, 1.0))
    weather = climate(country, parameters)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns: dict[str, Array] = {
            "size": size,
            "density": np.where(places.area > 0, size - np.log(places.area), np.nan),
            "seat": places.seat.astype(np.float64),
            "january": weather.january,
            # Both months from latitude are one figure twice.
            "july": np.where(weather.published.any(), weather.july, np.nan),
            "urban_share": _at(country, "urban_people", year) / np.maximum(people, 1.0),
            **{name: _at(country, name, year) for name in (*SHARES, *PLAIN)},
            **{name: np.log(_at(country, name, year)) for name in LOGGED},
        }
    columns |= {f"access_{reach:g}km": column for reach, column in zip(REACHES, _access(country, people), strict=True)}
    known = {name: np.where(np.isfinite(column), column, np.nan) for name, column in columns.items()}
    there = tuple(name for name, column in known.items() if np.isfinite(column).any())
    return Observables(
        names=there,
        values=np.stack([known[name] for name in there], axis=1),
        absent=tuple(name for name in known if name not in there),
    )


def explain(
    effect: Array, given: Observables, regions: tuple[str, ...] | NDArray[np.str_], weight: Array | None = None
) -> Explanation:
    """The ridge regression of effects [place, stage] on observables, tested on regions [place] left out.

    Places count by `weight` [place], alike without it. An observable that is not known at a place counts as its mean.
    InputError where there are fewer than three regions: the choice of the penalty and the test each leave one out.
    """
    parts = _parts(np.asarray(regions))
    weights = np.ones(len(effect)) if weight is None else weight
    standard = _standardised(given.values, weights)
    matrix = np.column_stack([np.ones(len(effect)), standard])
    sums = [_Sums.of(matrix[inside], effect[inside], weights[inside]) for inside in parts]
    beyond = _tested(sums)
    chosen = _chosen(sums)
    beta = _slopes(_total(sums), chosen)
    structural = matrix @ beta
    rest = effect - structural
    mean = weights @ effect / weights.sum()
    return Explanation(
        names=given.names,
        coefficients=beta[1:],
        level=beta[0],
        penalty=chosen,
        within=_share(weights @ rest**2, weights @ (effect - mean) ** 2),
        beyond=beyond,
        structural=structural,
        unexplained=rest,
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """All that least squares needs of some places: products of the matrix with itself and with the effects."""

    gram: Array
    """[column, column], the first column being ones."""
    moment: Array
    """[column, stage]."""
    square: Array
    """[stage]."""

    @staticmethod
    def of(matrix: Array, effect: Array, weight: Array) -> _Sums:
        weighted = matrix * weight[:, None]
        return _Sums(weighted.T @ matrix, weighted.T @ effect, weight @ effect**2)

    def without(self, other: _Sums) -> _Sums:
        return _Sums(self.gram - other.gram, self.moment - other.moment, self.square - other.square)

    def errors(self, beta: Array) -> Array:
        """Squared errors [..., stage] at coefficients [..., column, stage]."""
        fitted = np.einsum("...cs,cd,...ds->...s", beta, self.gram, beta)
        return self.square - 2 * (beta * self.moment).sum(axis=-2) + fitted


def _total(sums: list[_Sums]) -> _Sums:
    return _Sums(
        sum((part.gram for part in sums), np.zeros_like(sums[0].gram)),
        sum((part.moment for part in sums), np.zeros_like(sums[0].moment)),
        sum((part.square for part in sums), np.zeros_like(sums[0].square)),
    )


def _all_slopes(sums: _Sums) -> Array:
    """Coefficients [penalty, column, stage]; the level, in the first column, is not penalised."""
    unit = np.eye(len(sums.gram))
    unit[0, 0] = 0.0
    systems = sums.gram + PENALTIES[:, None, None] * sums.gram[0, 0] * unit
    return np.linalg.solve(systems, np.broadcast_to(sums.moment, (PENALTIES.size, *sums.moment.shape)))


def _slopes(sums: _Sums, penalty: Array) -> Array:
    """Coefficients [column, stage] at each stage's own penalty [stage], which is one of `PENALTIES`."""
    which = np.searchsorted(PENALTIES, penalty)
    return np.moveaxis(_all_slopes(sums)[which, :, np.arange(penalty.size)], 0, 1)


def _chosen(sums: list[_Sums]) -> Array:
    """The penalty [stage] with the least squared error in parts left out one by one."""
    total = _total(sums)
    errors = sum((part.errors(_all_slopes(total.without(part))) for part in sums), np.zeros(()))
    return PENALTIES[np.argmin(errors, axis=0)]


def _tested(sums: list[_Sums]) -> Array:
    """Share of variance [stage] explained in parts left out, with penalties chosen among the others."""
    total = _total(sums)
    missed = spread = np.zeros(total.square.shape)
    for number, part in enumerate(sums):
        others = total.without(part)
        beta = _slopes(others, _chosen([*sums[:number], *sums[number + 1 :]]))
        mean = np.zeros_like(beta)
        mean[0] = others.moment[0] / others.gram[0, 0]
        missed, spread = missed + part.errors(beta), spread + part.errors(mean)
    return _share(missed, spread)


def _parts(regions: NDArray[np.str_]) -> list[NDArray[np.bool_]]:
    """Places [place] of each part: whole regions, the largest first into the part that has the fewest places."""
    names, counts = np.unique(regions, return_counts=True)
    if names.size < 3:
        raise InputError(
            f"{names.size} region(s) hold all places",
            remedy="Give three regions or more: an explanation is tested on regions left out",
            where="places, column region",
        )
    sizes = np.zeros(min(names.size, FOLDS), dtype=np.int64)
    part_of: dict[str, int] = {}
    for place in np.lexsort((names, -counts)):
        smallest = int(np.argmin(sizes))
        part_of[str(names[place])] = smallest
        sizes[smallest] += counts[place]
    number = np.array([part_of[str(region)] for region in regions])
    return [number == part for part in range(sizes.size)]


def _standardised(values: Array, weight: Array) -> Array:
    """Values [place, observable] in standard deviations from their mean; zero where unknown or the same everywhere."""
    known = np.isfinite(values)
    weights = np.where(known, weight[:, None], 0.0)
    count = np.maximum(weights.sum(axis=0), np.finfo(np.float64).tiny)
    mean = (weights * np.where(known, values, 0.0)).sum(axis=0) / count
    gap = np.where(known, values - mean, 0.0)
    scale = np.sqrt((weights * gap**2).sum(axis=0) / count)
    varies = scale > 1e-9 * np.maximum(np.abs(mean), 1e-9)
    return np.where(varies, gap / np.where(varies, scale, 1.0), 0.0)


def _at(country: Country, name: str, year: int) -> Array:
    """[place] the newest figure of a column in the `BACK` years up to `year`, NaN where there is none."""
    values = np.full(len(country.places), np.nan)
    for published in range(year - BACK, year + 1):
        figures = country.indicator(name, published)
        values = np.where(np.isfinite(figures), figures, values)
    return values


def _access(country: Country, people: Array) -> list[Array]:
    """Log of the people within each of `REACHES` [place], own people included; NaN without a position."""
    lon, lat = country.places.lon, country.places.lat
    found = np.isfinite(lon) & np.isfinite(lat)
    distance = great_circle(lon[found], lat[found])
    out = [np.full(len(people), np.nan) for _ in REACHES]
    for column, reach in zip(out, REACHES, strict=True):
        column[found] = np.log(np.maximum(np.exp(-distance / reach) @ people[found], 1.0))
    return out


def _share(missed: Array, spread: Array) -> Array:
    """1 - missed / spread [stage]; NaN where there is no spread."""
    some = spread > 0
    return np.where(some, 1 - missed / np.where(some, spread, 1.0), np.nan)
