"""Trends of a place's total: what a forecaster with two censuses and no ages can do.

Linear, exponential, share of growth and shift of share are those of Smith, Tayman and Swanson, A Practitioner's Guide
to State and Local Population Projections (2013), chapter 8; their average and LIN/EXP are Rayer's (2008) and Wilson's
(2015). Every method returns persons [year, place] that are never negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.evaluate.baselines.launch import Base, base_period, horizons, people
from hinterland.evaluate.panel import Array, Forecast, Panel

EXPONENT = 50.0
"""Log growth beyond which an exponential is cut, lest numbers overflow; no published place comes near."""


def titled(shape: str, base: int) -> str:
    """The name of a method in the list: that of its shape, with the base period where it is not five years."""
    return shape if base == 5 else f"{shape}_{base}"


def linear_path(now: Array, base: Base, ahead: Array) -> Array:
    """[year, place] persons if every place keeps its yearly change; a place that would empty stays empty."""
    return np.maximum(now + ahead[:, None] * (now - base.before) / base.span, 0.0)


def exponential_path(now: Array, base: Base, ahead: Array) -> Array:
    """[year, place] persons if every place keeps its rate; a place with nobody at the start keeps its yearly change."""
    path = now * np.exp(np.clip(ahead[:, None] * base.growth(now), -EXPONENT, EXPONENT))
    return np.where(base.known & (base.before <= 0), linear_path(now, base, ahead), path)


def lin_exp_path(now: Array, base: Base, ahead: Array) -> Array:
    """[year, place] persons: linear where a place grew, exponential where it shrank."""
    return np.where(now >= base.before, linear_path(now, base, ahead), exponential_path(now, base, ahead))


def nation_path(now: Array, base: Base, ahead: Array) -> Array:
    """[year] persons in all places together at the nation's rate of the base period."""
    return now.sum() * np.exp(np.clip(ahead * base.national(now), -EXPONENT, EXPONENT))


def share_of_growth_path(now: Array, base: Base, ahead: Array) -> Array:
    """[year, place] persons: each place's part in the nation's growth, fitted by the plus-minus method.

    Gains and losses are stretched apart (one up, the other down) until they add up to the nation's growth.
    """
    change = ahead[:, None] * (now - base.before) / base.span
    wanted = nation_path(now, base, ahead) - now.sum() - change.sum(axis=1)
    moved = np.abs(change).sum(axis=1)
    stretch = np.divide(wanted, moved, out=np.zeros_like(wanted), where=moved > 0)[:, None]
    return np.maximum(now + change + np.abs(change) * stretch, 0.0)


def shift_of_share_path(now: Array, base: Base, ahead: Array) -> Array:
    """[year, place] persons: the place's share in the nation moves on by as much a year as in the base period."""
    before = float(base.before.sum())
    if before <= 0 or now.sum() <= 0:
        return np.broadcast_to(now, (ahead.size, now.size)).copy()
    share = now / now.sum()
    moved = np.maximum(share + ahead[:, None] * (share - base.before / before) / base.span, 0.0)
    return nation_path(now, base, ahead)[:, None] * moved / np.maximum(moved.sum(axis=1, keepdims=True), 1e-12)


def average_path(now: Array, base: Base, ahead: Array) -> Array:
    """[year, place] mean of linear, exponential, share of growth and shift of share."""
    paths = (linear_path, exponential_path, share_of_growth_path, shift_of_share_path)
    return np.mean([path(now, base, ahead) for path in paths], axis=0)


@dataclass(frozen=True, slots=True)
class Constant:
    """No change."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """People and ages of launch in every year; needs one year."""
        ahead = horizons(known, years, "constant")
        now = people(known, "constant")
        cells = None if known.cells is None else known.cells[-1]
        if cells is not None and np.isfinite(cells).all():
            # Published ages may miss the published total by rounding; the forecast is consistent in itself.
            size = np.broadcast_to(cells, (ahead.size, *cells.shape)).copy()
            return Forecast(years, size.sum(axis=(2, 3)), size)
        return Forecast(years, np.broadcast_to(now, (ahead.size, now.size)).copy())


TRENDS = {
    "linear": linear_path,
    "exponential": exponential_path,
    "lin_exp": lin_exp_path,
    "share_of_growth": share_of_growth_path,
    "shift_of_share": shift_of_share_path,
    "average": average_path,
}


@dataclass(frozen=True, slots=True)
class Trend:
    """The base period's trend carried on; `shape` is one of `TRENDS`."""

    shape: str
    base: int = 5
    """Years of the base period, or the nearest that the panel has."""

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals only; InputError where fewer than two years are known."""
        name = titled(self.shape, self.base)
        ahead = horizons(known, years, name)
        now = people(known, name)
        return Forecast(years, TRENDS[self.shape](now, base_period(known, self.base, name), ahead))


@dataclass(frozen=True, slots=True)
class DampedTrend:
    """A place's rate falls back to the nation's by a constant part a year; the nation keeps its own."""

    kept: float = 0.85
    """Part of a place's deviation from the nation left after five years: the decay of net migration in Japan."""
    base: int = 5

    def __call__(self, known: Panel, years: tuple[int, ...]) -> Forecast:
        """Totals only; InputError where fewer than two years are known."""
        name = titled("damped_trend", self.base)
        ahead = horizons(known, years, name)
        now = people(known, name)
        base = base_period(known, self.base, name)
        nation = base.national(now)
        # A damped deviation d·kept^(t/5), t = 0 .. h, adds up to d·reach(h).
        decay = -np.log(self.kept) / 5
        reach = -np.expm1(-decay * ahead) / decay
        own = np.where(base.known & (base.before > 0) & (now > 0), base.growth(now) - nation, 0.0)
        grown = ahead[:, None] * nation + reach[:, None] * own
        return Forecast(years, now * np.exp(np.clip(grown, -EXPONENT, EXPONENT)))
