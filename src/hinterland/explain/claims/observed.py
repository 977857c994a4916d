"""Tests of claims on observed figures: a number with its 90% interval, and whether it bears the claim out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from hinterland.data.country import Country
from hinterland.data.find import find_place
from hinterland.explain.claims.cards import Test, Where
from hinterland.explain.claims.quantities import BASIC, jobs_number, measure, people

Array = NDArray[np.float64]
Outcome = Literal["supports", "contradicts", "unclear", "missing"]

LEVEL: Final = 0.9
"""Of the intervals."""
Z: Final = float(ndtri(0.5 + LEVEL / 2))
DRAWS: Final = 400
"""Of a bootstrap over places."""
FEWEST: Final = 8
"""Places below which nothing is told."""
GROUPS: Final = 5
"""Equal groups of places that a correlation is drawn as."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a card's chart."""

    label: str
    """A range of the quantity, or which side of a comparison."""
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test found."""

    test: Test
    pack: str
    """Code of the country it was made on; empty where none at hand could answer."""
    places: int
    value: float
    low: float
    high: float
    outcome: Outcome
    bars: tuple[Bar, ...] = ()

    @property
    def unit(self) -> str:
        """What `value` is in."""
        return {
            "correlation": "rank correlation",
            "difference": "difference of means",
            "share": "% of places",
            "ratio": "%",
            "concentration": "points, share of the largest tenth",
            "rank": "% of places below",
        }[self.test.kind]


def untold(test: Test) -> Finding:
    """The finding of a test that no pack at hand can answer."""
    return Finding(test, "", 0, np.nan, np.nan, np.nan, "missing")


def found(test: Test, country: Country) -> Finding:
    """A test made on a country; `missing` where fewer than `FEWEST` places have the figures."""
    inside = met(test.among, country, test.start, test.end)
    made = {
        "correlation": _correlation,
        "difference": _difference,
        "share": _share,
        "ratio": _ratio,
        "concentration": _concentration,
        "rank": _rank,
    }[test.kind](test, country, inside)
    if made is None:
        return untold(test)
    value, low, high, places, bars = made
    return Finding(test, country.code, places, value, low, high, outcome(test, value, low, high), bars)


def outcome(test: Test, value: float, low: float, high: float) -> Outcome:
    """Whether a number with its interval bears out what the test says.

    Of signs: borne out where the interval has the sign and the number is at least as large as `least`; contradicted
    where all of the interval is smaller than that, the other sign included. Of levels: by the side of `least` on which
    all of the interval lies.
    """
    sign = 1.0 if test.expect == "up" else -1.0
    near, far = sorted((sign * low, sign * high))
    if test.kind in {"correlation", "difference", "concentration"}:
        if near > 0 and sign * value >= test.least:
            return "supports"
        return "contradicts" if far < test.least else "unclear"
    level = sign * test.least
    return "supports" if near >= level else "contradicts" if far < level else "unclear"


def met(conditions: Sequence[Where], country: Country, start: int, end: int) -> NDArray[np.bool_]:
    """[place] True where every condition is met; a quantity that is not known meets none."""
    inside = np.ones(len(country.places), np.bool_)
    for one in conditions:
        if one.regions:
            yes = np.isin(np.array(country.places.regions), one.regions)
            names = np.array([country.places.region_names.get(r, ("", ""))[1] for r in country.places.regions])
            yes |= np.isin(names, one.regions)
            inside &= ~yes if one.other_than else yes
            continue
        values = measure(one.quantity)(country, start, end)
        known = np.isfinite(values) | np.isinf(values)
        yes = known.copy()
        if one.at_least is not None:
            yes &= values >= one.at_least
        if one.at_most is not None:
            yes &= values <= one.at_most
        some = values[known & inside]
        if one.top is not None and len(some):
            yes &= values >= np.quantile(some, 1 - one.top)
        if one.bottom is not None and len(some):
            yes &= values <= np.quantile(some, one.bottom)
        inside &= known & ~yes if one.other_than else yes
    return inside


Made = tuple[float, float, float, int, tuple[Bar, ...]]


def _correlation(test: Test, country: Country, inside: NDArray[np.bool_]) -> Made | None:
    """Rank correlation of x and y, ranks of `given` taken out of both by regression; interval by Fisher's z."""
    columns = [measure(name)(country, test.start, test.end) for name in (test.x, test.y, *test.given)]
    there = inside & np.isfinite(columns).all(axis=0)
    count = int(there.sum())
    if count < FEWEST + len(test.given):
        return None
    x, y, *others = (rankdata(column[there]) for column in columns)
    design = np.column_stack([np.ones(count), *others])
    left, right = (side - design @ np.linalg.lstsq(design, side, rcond=None)[0] for side in (x, y))
    # What is left of a side that the others explain in full is rounding, and no correlation.
    explained = min(float(side @ side) for side in (left, right)) <= 1e-12 * float(x @ x)
    value = 0.0 if explained else float(left @ right / np.sqrt((left @ left) * (right @ right)))
    # Ranks are noisier than numbers: 1.06 over n - 3 (Fieller, Hartley and Pearson 1957).
    half = Z * np.sqrt(1.06 / (count - len(others) - 3))
    centre = np.arctanh(np.clip(value, -0.999999, 0.999999))
    low, high = float(np.tanh(centre - half)), float(np.tanh(centre + half))
    return value, low, high, count, _groups(columns[0][there], columns[1][there])


def _groups(x: Array, y: Array) -> tuple[Bar, ...]:
    """Means of y over equal groups of places by x, with their intervals."""
    edges = np.quantile(x, np.linspace(0, 1, GROUPS + 1))
    which = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, GROUPS - 1)
    bars: list[Bar] = []
    for group in range(GROUPS):
        some = y[which == group]
        if len(some) >= 2:
            mean, half = float(some.mean()), Z * float(some.std(ddof=1)) / np.sqrt(len(some))
            bars.append(Bar(f"{edges[group]:.3g} – {edges[group + 1]:.3g}", mean, mean - half, mean + half))
    return tuple(bars)


def _difference(test: Test, country: Country, inside: NDArray[np.bool_]) -> Made | None:
    """Mean of y in the group less that of the others, each place alike; Welch's interval."""
    y = measure(test.y)(country, test.start, test.end)
    group = met(test.group, country, test.start, test.end)
    there = inside & np.isfinite(y)
    ours, others = y[there & group], y[there & ~group]
    if min(len(ours), len(others)) < FEWEST:
        return None
    bars: list[Bar] = []
    for label, some in (("group", ours), ("others", others)):
        mean, half = float(some.mean()), Z * float(some.std(ddof=1)) / np.sqrt(len(some))
        bars.append(Bar(label, mean, mean - half, mean + half))
    value = bars[0].value - bars[1].value
    half = float(np.hypot(bars[0].high - bars[0].value, bars[1].high - bars[1].value))
    return value, value - half, value + half, int(there.sum()), tuple(bars)


def _share(test: Test, country: Country, inside: NDArray[np.bool_]) -> Made | None:
    """Percent of places that meet `holds`; Wilson's interval."""
    assert test.holds is not None
    values = measure(test.holds.quantity)(country, test.start, test.end)
    there = inside & ~np.isnan(values)
    count = int(there.sum())
    if count < FEWEST:
        return None
    part = float(met((test.holds,), country, test.start, test.end)[there].mean())
    centre = (part + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z / (1 + Z**2 / count) * np.sqrt(part * (1 - part) / count + Z**2 / (4 * count**2))
    low, high = 100 * float(centre - half), 100 * float(centre + half)
    return (
        100 * part,
        low,
        high,
        count,
        (Bar("share", 100 * part, low, high), Bar("level", test.least, test.least, test.least)),
    )


def _ratio(test: Test, country: Country, inside: NDArray[np.bool_]) -> Made | None:
    """Sum of y over sum of x of the places, percent; a bootstrap over places."""
    y, x = (measure(name)(country, test.start, test.end) for name in (test.y, test.x))
    there = np.flatnonzero(inside & np.isfinite(y) & np.isfinite(x))
    if len(there) < FEWEST or x[there].sum() == 0:
        return None
    drawn = np.random.default_rng(0).choice(there, (DRAWS, len(there)))
    low, high = np.quantile(100 * y[drawn].sum(axis=1) / x[drawn].sum(axis=1), [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    value = 100 * float(y[there].sum() / x[there].sum())
    bars = (Bar("share", value, float(low), float(high)), Bar("level", test.least, test.least, test.least))
    return value, float(low), float(high), len(there), bars


def _concentration(test: Test, country: Country, inside: NDArray[np.bool_]) -> Made | None:
    """Change of the share that the largest tenth of places has, in points; a bootstrap over places.

    `y` is `people` or a sector; the tenth is that of each year.
    """
    then, now = (_numbers(test.y, country, year) for year in (test.start, test.end))
    there = np.flatnonzero(inside & np.isfinite(then) & np.isfinite(now))
    if len(there) < 10 * FEWEST:
        return None

    def tenth(values: Array) -> float:
        return float(100 * np.sort(values)[-(len(values) // 10) :].sum() / values.sum())

    drawn = np.random.default_rng(0).choice(there, (DRAWS, len(there)))
    each = np.array([[tenth(values[rows]) for values in (then, now)] for rows in drawn])
    ends = [0.5 - LEVEL / 2, 0.5 + LEVEL / 2]
    low, high = np.quantile(each[:, 1] - each[:, 0], ends)
    bars = tuple(
        Bar(str(year), tenth(values[there]), *map(float, np.quantile(each[:, k], ends)))
        for k, (year, values) in enumerate(((test.start, then), (test.end, now)))
    )
    return bars[1].value - bars[0].value, float(low), float(high), len(there), bars


def _numbers(name: str, country: Country, year: int) -> Array:
    if name == "people":
        return people(country, year)
    if name == "share_basic":
        return np.sum([jobs_number(country, year, sector) for sector in BASIC], axis=0)
    return jobs_number(country, year, name.removeprefix("share_"))


def _rank(test: Test, country: Country, inside: NDArray[np.bool_]) -> Made | None:
    """Percent of places with a smaller y than the one named, ties as half; no interval, as it is a count."""
    y = measure(test.y)(country, test.start, test.end)
    place = find_place(country, test.place)
    others = inside & np.isfinite(y)
    others[place] = False
    if int(others.sum()) < FEWEST or not np.isfinite(y[place]):
        return None
    below = float(100 * ((y[others] < y[place]).mean() + 0.5 * (y[others] == y[place]).mean()))
    bars = (
        Bar("place", float(y[place]), float(y[place]), float(y[place])),
        Bar("median", *[float(np.quantile(y[others], q)) for q in (0.5, 0.1, 0.9)]),
    )
    return below, below, below, int(others.sum()), bars
