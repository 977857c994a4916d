"""Simple methods every forecast must beat, by name; all fitted on years up to the launch only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hinterland.evaluate.baselines.cohorts import Blended, ClosedCohort, HamiltonPerry
from hinterland.evaluate.baselines.totals import Constant, DampedTrend, Trend
from hinterland.evaluate.panel import Method

BASELINES: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "constant": Constant(),
        "linear": Trend("linear"),
        "exponential": Trend("exponential"),
        "lin_exp": Trend("lin_exp"),
        "share_of_growth": Trend("share_of_growth"),
        "shift_of_share": Trend("shift_of_share"),
        "average": Trend("average"),
        "linear_10": Trend("linear", base=10),
        "exponential_10": Trend("exponential", base=10),
        "lin_exp_10": Trend("lin_exp", base=10),
        "average_10": Trend("average", base=10),
        "damped_trend": DampedTrend(),
        "damped_trend_10": DampedTrend(base=10),
        "closed_cohort": ClosedCohort(),
        "hamilton_perry": HamiltonPerry(),
        "ccr_ccd": Blended(),
    }
)
"""Name -> method. Names ending in _10 look back ten years, the others five."""
