"""The mechanisms that a change is split among, in order, with what is held while one of them is off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One switch."""

    label: str
    held: str
    """What stands in its place while it is off."""


MECHANISMS: Final = {
    "siphon": Mechanism("moves as such", "Nobody moves."),
    "births": Mechanism("births", "Women have as many children as replace them, everywhere alike."),
    "deaths": Mechanism("deaths", "People die as in the first step."),
    "return": Mechanism("coming home", "Newcomers who leave go anywhere, not home."),
    "jobs": Mechanism("jobs and incomes", "Movers see incomes, job access and employment of the base year."),
    "homes": Mechanism("homes", "Movers and parents see rents of the base year."),
    "services": Mechanism("services, air, climate", "Nobody minds what goes, and life gets no dearer by it."),
    "rail": Mechanism("rail", "Places stay as far from each other as in the base year."),
    "national": Mechanism("national drivers", "Nobody comes from or goes abroad, and no correction to the nation."),
    "unexplained": Mechanism("unexplained place effect", "Places stand at balance, where nobody gains by moves."),
    "money": Mechanism("public money", "Public posts and pay are what need calls for, whatever the money."),
    "shocks": Mechanism("shocks", "No place leaves its central course by chance."),
}
"""Name -> switch, in the order of every vector of switches."""

FIRST: Final = "siphon"
"""Comes before all others: what acts through moves does nothing where nobody moves."""
LATER: Final = ("money", "shocks")
"""Come after all others: money acts through jobs, and chance is what is left of a member."""
MOMENTUM: Final = "momentum"
INTERACTION: Final = "interaction"
UNEXPLAINED: Final = "unexplained"
SHOCKS: Final = "shocks"
RAIL: Final = list(MECHANISMS).index("rail")


def label(part: str) -> str:
    """A part's name for readers."""
    return {MOMENTUM: "momentum of ages", INTERACTION: "interaction"}.get(part) or MECHANISMS[part].label


def meaning(part: str) -> str:
    """What a part is, in a sentence."""
    return _OWN.get(part) or f"Off: {MECHANISMS[part].held}"


_OWN: Final = {
    MOMENTUM: "Ages alone: nobody moves, women replace themselves, people die as in the first step.",
    INTERACTION: "What no single mechanism can claim: two ways of splitting differ by it.",
}
