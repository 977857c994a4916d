"""What was fitted, as values of the model's parameters."""

from __future__ import annotations

from hinterland.calibrate.flows import Fit
from hinterland.calibrate.gross import SCALED, Gross
from hinterland.data.pairs import Pairs
from hinterland.fitted import Fitted
from hinterland.params import Parameters


def of_flows(fit: Fit, pairs: Pairs, what: str) -> dict[str, Fitted]:
    """Parameter -> fit of a kernel of two scales; `what` names the figures."""
    return {
        name: Fitted(
            value=value,
            low=low,
            high=high,
            fitted_on=f"{what}, {len(pairs.people):,} published pairs and the sums of the hidden ones",
            method="Poisson pseudo-likelihood with effects of origins and destinations, hidden pairs spread within "
            "their sums, errors clustered by the origin's region (docs/flows.md)",
            known_from=pairs.year,
        )
        for name, (value, low, high) in fit.interval().items()
    }


def of_gross(found: Gross, parameters: Parameters, what: str) -> dict[str, Fitted]:
    """Parameter -> fit of the hazards that the level multiplies, and of push where the totals inform it."""
    said = f"{what} {found.years[0]}-{found.years[1]}, {found.places:,} places"
    values = {name: [parameters.value(name) * each for each in found.level] for name in SCALED}
    if found.informs_push:
        values["push"] = list(found.push)
    return {
        name: Fitted(
            value=value,
            low=low,
            high=high,
            fitted_on=said,
            method="Poisson pseudo-likelihood of departures by place, the schedule's shape kept, errors clustered by "
            "region (docs/flows.md)",
            known_from=found.years[1],
        )
        for name, (value, low, high) in values.items()
    }
