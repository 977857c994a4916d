"""Mechanisms that can be switched off, each as values of parameters, with what is held when it is off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hinterland.axes import LIFE_STAGES, SERVICES
from hinterland.data.faults import nearest
from hinterland.errors import InputError

_NONE: Final = [0.0] * len(LIFE_STAGES)


@dataclass(frozen=True, slots=True)
class Switch:
    """One mechanism that can be off."""

    held: str
    """What stands in its place when it is off."""
    values: Mapping[str, Any]
    """Parameters and the values they take."""


SWITCHES: Final[Mapping[str, Switch]] = {
    "jobs": Switch(
        "Movers see incomes, job access and employment of the base year; jobs themselves go on.",
        {"pull_income": _NONE, "pull_access": _NONE, "push_nonemployment": _NONE},
    ),
    "homes": Switch(
        "Movers and parents see rents of the base year; building goes on.", {"pull_rent": _NONE, "births_rent": 0.0}
    ),
    "air": Switch(
        "Dirty plants harm neither farms nor those who live beside them.", {"dirty_farm": 0.0, "dirty_amenity": 0.0}
    ),
    "shopping": Switch("Everybody shops at home.", {"shop_mobile": 0.0}),
    "services": Switch(
        "Nobody minds a service that goes, and life gets no dearer by it; services themselves come and go.",
        {f"service_weight_{service}": _NONE for service in SERVICES} | {"service_fixed": 0.0, "service_travel": 0.0},
    ),
    "budgets": Switch(
        "Public posts and pay are what need calls for, whatever the money, and promotion draws no plants.",
        {"finance_pay_fall_most": 0.0, "finance_posts_least": 1.0, "finance_promotion_return": 0.0},
    ),
    "rail": Switch("Places stay as far from each other as in the base year.", {"rail_trips": 0.0, "rail_moves": 0.0}),
    "anchor": Switch(
        "Places follow the effects of their own record as they fade, whatever simple methods say of them.",
        {"anchor_years": 0.0},
    ),
    "siphon": Switch(
        "Nobody leaves because more can be reached elsewhere, and places keep no pull of their own beyond balance.",
        {"push": 0.0, "launch_share": 0.0},
    ),
    "return": Switch("Newcomers who leave go anywhere, not home.", {"come_home": _NONE}),
    "following": Switch("The old choose places for themselves, not for their children.", {"follow": 0.0}),
}
"""Name -> mechanism."""


def without(names: Sequence[str], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Parameter values with the mechanisms named switched off, and others as set.

    InputError names the switches there are, or the parameter that is set and switched off at once.
    """
    values = dict(overrides)
    for name in names:
        if name not in SWITCHES:
            raise InputError(
                f"{name!r} is no mechanism that can be switched off",
                remedy=f"{nearest(name, SWITCHES)}There are {', '.join(SWITCHES)}",
                where="--without",
            )
        for parameter, value in SWITCHES[name].values.items():
            if parameter in overrides:
                raise InputError(
                    f"{parameter} is set, and {name} switches it off",
                    remedy="Do one of the two",
                    where="--without",
                )
            values[parameter] = value
    return values
