"""Simple methods every forecast must beat, by name; all fitted on years up to the launch only.

Each has one setting for all countries and launches, never fitted to what came after a launch. But those who chose the
settings had seen how such methods fare on the records of Japan and the United States, and the best of some thirty
methods is always a little too good on the record it was found best on.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hinterland.evaluate.baselines.cohorts import Blended, ClosedCohort, HamiltonPerry
from hinterland.evaluate.baselines.gross import GrossFlow
from hinterland.evaluate.baselines.learned import Learned
from hinterland.evaluate.baselines.mixed import MixedBase
from hinterland.evaluate.baselines.natural import NaturalGrowth, RegisteredGap
from hinterland.evaluate.baselines.regression import GrowthRegression
from hinterland.evaluate.baselines.residual import ResidualMigration
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
        "mixed_base": MixedBase(),
        "shrunk_growth": MixedBase("shrunk_growth", to_nation=False),
        "long_base": MixedBase("long_base", bases=(20,), kept=0.8, straight=True),
        "natural_long": NaturalGrowth(),
        "natural_long_learned": Learned("natural_long_learned", NaturalGrowth(), place=False),
        "registered_gap": RegisteredGap(),
        "growth_regression": GrowthRegression(),
        "growth_regression_own": GrowthRegression("growth_regression_own", place=False),
        "mixed_base_learned": Learned("mixed_base_learned", MixedBase(), place=False),
        "closed_cohort": ClosedCohort(),
        "hamilton_perry": HamiltonPerry(),
        "hamilton_perry_undamped": HamiltonPerry("hamilton_perry_undamped", kept=1.0),
        "hamilton_perry_pooled": HamiltonPerry("hamilton_perry_pooled", k=100.0),
        "ccr_ccd": Blended(),
        "residual_migration": ResidualMigration(),
        "gross_flow": GrossFlow(),
        "gross_flow_learned": Learned("gross_flow_learned", GrossFlow()),
    }
)
"""Name -> method. Names ending in _10 look back ten years; the other trends, and cohorts, look back five.

`long_base` looks back twenty years, `mixed_base` and `shrunk_growth` at the mean of five, ten and twenty;
`natural_long` looks back twenty years and `registered_gap` at who is registered where; `_own` knows nothing of size
and position; `_undamped` keeps its ratios for good and `_pooled` trusts those of places less; `_learned` takes back
half of the errors that the method would have made at earlier launches.
"""
