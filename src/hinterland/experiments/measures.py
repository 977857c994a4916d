"""What studies measure: differences between a run with an event and one without it, treated against controls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.axes import ACTIVITIES
from hinterland.experiments.runs import Pair, Run, at
from hinterland.experiments.worlds import PLACES

Array = NDArray[np.float64]
Course = Callable[[Run], Array]
"""A run to values [instant, place]."""

INDUSTRY: Final = ("routine", "advanced")
PRIVATE: Final = ("routine", "advanced", "tradable", "local")
OTHERS: Final = ("routine", "advanced", "tradable", "local", "public")
"""All but farms and mines."""


def rest(treated: Sequence[int]) -> list[int]:
    """All other places of a world."""
    return [place for place in range(PLACES) if place not in set(treated)]


def residents(run: Run) -> Array:
    """People [instant, place]."""
    return run.residents


def jobs(*activities: str) -> Course:
    """Jobs [instant, place] of activities."""
    which = [ACTIVITIES.index(name) for name in activities]
    return lambda run: np.asarray(run.economy.jobs)[..., which].sum(axis=-1)


def income_per_head(run: Run) -> Array:
    """Incomes of residents per head [instant, place]."""
    return np.asarray(run.economy.income) / run.residents


def output(pair: Pair) -> Course:
    """Pay of all jobs of a place [instant, place], which stands for its product."""
    pay = np.array([pair.system.parameters.value(f"pay_{name}") for name in ACTIVITIES])
    return lambda run: (np.asarray(run.economy.jobs) * pay).sum(axis=-1) * np.exp(np.asarray(run.economy.wage))


def log_gap(pair: Pair, course: Course) -> Array:
    """Log of values with the event over those without it [instant, place]."""
    return np.log(course(pair.after)) - np.log(course(pair.before))


def against(values: Array, treated: Sequence[int], controls: Sequence[int]) -> float:
    """Mean of treated places less that of controls, of values [place]."""
    return float(values[list(treated)].mean() - values[list(controls)].mean())


def effect(
    pair: Pair, course: Course, treated: Sequence[int], years: float, controls: Sequence[int] | None = None
) -> float:
    """What an event does to treated places beyond what it does to controls (all others if not given), in per cent."""
    others = rest(treated) if controls is None else controls
    return float(100 * np.expm1(against(at(log_gap(pair, course), years), treated, others)))


def gained(pair: Pair, course: Course, treated: Sequence[int], years: float) -> float:
    """What treated places have more with the event than without it, per place and beyond all others' mean gain."""
    return against(at(course(pair.after) - course(pair.before), years), treated, rest(treated))


def workers(pair: Pair) -> Course:
    """Those who would work at the rates of the base year [instant, place]."""
    economy = pair.system.setting.economy
    assert economy is not None
    rates = np.asarray(economy.rates)
    return lambda run: (run.people * rates).sum(axis=(-2, -1))


def _cumulated(run: Run, name: str) -> Array:
    """A flow added up [instant, place] from the event on: the step of the event is not seen by movers yet."""
    summed = np.cumsum(run.flows[name], axis=0)
    return np.concatenate([np.zeros_like(summed[:1]), summed])


def moved(pair: Pair, treated: Sequence[int], years: float) -> tuple[float, float]:
    """Arrivals lost and departures added by the event, both per treated place, beyond those of all others."""
    lost = gained(pair, lambda run: -_cumulated(run, "arrivals"), treated, years)
    added = gained(pair, lambda run: _cumulated(run, "departures"), treated, years)
    return lost, added


def net_out(pair: Pair, treated: Sequence[int], years: float) -> float:
    """Net migration out of treated places because of the event, per cent of their people at the start."""
    people = pair.before.residents[0]
    share = (
        _cumulated(pair.after, "departures")
        - _cumulated(pair.after, "arrivals")
        - _cumulated(pair.before, "departures")
        + _cumulated(pair.before, "arrivals")
    ) / people
    return 100 * against(at(share, years), treated, rest(treated))
