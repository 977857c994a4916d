"""What a claim's file may say: its words, how it is tested, and what is published about it; frozen, and read whole."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Final, Literal, NoReturn, Self

from pydantic import Field, FiniteFloat, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from hinterland.data.faults import nearest
from hinterland.errors import InputError
from hinterland.explain.claims.quantities import known
from hinterland.scenario_files.schema import Table, Text, Words

Kind = Literal["correlation", "difference", "share", "ratio", "concentration", "rank"]
Stance = Literal["for", "against", "mixed"]
WANTED: Final = {
    "correlation": {"x", "y"},
    "difference": {"y", "group"},
    "share": {"holds"},
    "ratio": {"x", "y"},
    "concentration": {"y"},
    "rank": {"y", "place"},
}
"""Kind of test -> fields that it needs, of those that not all kinds have."""
ClaimId = Annotated[str, Field(pattern=r"^C\d\d$")]


def _broken(what: str, remedy: str) -> NoReturn:
    raise PydanticCustomError("law", "{what}. {remedy}", {"what": what, "remedy": remedy})


class Evidence(Table):
    """Something published that speaks to the claim."""

    stance: Stance
    source: Words
    url: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""
    sure: Literal["A", "B", "C"]
    """A read in the source or its abstract, B secondary text, C memory."""
    text: Text


class Where(Table):
    """A condition on places: bounds on a quantity, a share of places from its top or bottom, or regions."""

    quantity: str = ""
    at_least: FiniteFloat | None = None
    at_most: FiniteFloat | None = None
    top: Annotated[float, Field(gt=0, lt=1)] | None = None
    bottom: Annotated[float, Field(gt=0, lt=1)] | None = None
    regions: tuple[Words, ...] = ()
    other_than: Annotated[bool, Field(strict=True)] = False
    """Places that do not meet it instead."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        bounds = [name for name in ("at_least", "at_most", "top", "bottom") if getattr(self, name) is not None]
        if bool(self.quantity) == bool(self.regions):
            _broken("a condition needs a quantity or regions", "Give one of the two")
        if self.quantity and not bounds:
            _broken(f"nothing is asked of {self.quantity}", "Give at_least, at_most, top or bottom")
        if self.quantity and not known(self.quantity):
            _broken(f"there is no quantity {self.quantity!r}", "docs/claims.md lists them")
        return self


class Test(Table):
    """A test on observed figures alone; what counts as support is fixed here, before any result is seen."""

    packs: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Packs that can answer, the finest first."""
    kind: Kind
    start: int
    end: int
    y: str = ""
    x: str = ""
    given: tuple[Words, ...] = ()
    """Quantities whose ranks are taken out of both sides of a correlation."""
    among: tuple[Where, ...] = ()
    group: tuple[Where, ...] = ()
    holds: Where | None = None
    place: str = ""
    expect: Literal["up", "down"]
    """What the claim says: the sign of a correlation, difference or change; a share at or above, or below, `least`."""
    least: FiniteFloat
    """The size from which it matters; of shares, ratios and ranks the level that is claimed."""
    asks: Text
    why: Words
    """What the test and its level rest on."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        given = {name for name in ("x", "y", "group", "holds", "place") if getattr(self, name)}
        if given != WANTED[self.kind]:
            _broken(
                f"a test of kind {self.kind} is given {', '.join(sorted(given)) or 'nothing'}",
                f"It takes {' and '.join(sorted(WANTED[self.kind]))}",
            )
        for name in (self.x, self.y, *self.given):
            if name and not known(name):
                _broken(f"there is no quantity {name!r}", "docs/claims.md lists them")
        if self.kind in {"correlation", "difference", "concentration"} and self.least <= 0:
            _broken(f"least is {self.least:g}", "Give the size from which an effect matters, a positive number")
        if self.end <= self.start:
            _broken(f"the test ends in {self.end} and starts in {self.start}", "Give a later end")
        return self


class Prediction(Table):
    """Which mechanism's back-test speaks to the claim."""

    mechanism: str = ""
    none: Text | None = None
    """Why none does."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.mechanism) == bool(self.none):
            _broken("a prediction needs a mechanism, or the reason why there is none", "Give mechanism or none")
        return self


class Effect(Table):
    """What the model says if the claim's mechanism is as built: a scenario against the base, or a switch thrown."""

    scenario: str = ""
    without: str = ""
    pack: str = "cn"
    """The country that is run, with a switch; scenarios are written for the embedded one."""
    quantity: str = "people"
    year: int = 2050
    among: tuple[Where, ...] = ()
    """Of a switch: the places told of; a scenario has its own."""
    past: bool = False
    none: Text | None = None
    """Why the model has no effect to show."""

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(map(bool, (self.scenario, self.without, self.none))) != 1:
            _broken("an effect needs a scenario, a switch, or the reason why there is none", "Give one of the three")
        if self.scenario and self.pack != "cn":
            _broken(f"the scenarios of the package are of cn, not of {self.pack}", "Give a switch, or leave out pack")
        return self


class Card(Table):
    """One claim."""

    id: ClaimId
    positions: tuple[int, ...]
    """Where in the discussion it was said."""
    title: Text
    claim: Text
    missing: Text | None = None
    """Data that a test would need and no pack has; only where there is no test."""
    only: Text | None = None
    """What of the claim the tests speak to, where it is a part or a stand-in: then it holds partly at most."""
    test: tuple[Test, ...] = ()
    prediction: Prediction
    effect: Effect
    hangs_on: tuple[Words, ...] = ()
    """Parameters that the effect hangs on."""
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _is_tested_or_says_why(self) -> Self:
        if bool(self.test) == bool(self.missing):
            _broken("a card needs a test, or what is missing for one", "Give [[test]] or missing")
        return self


def ids() -> tuple[str, ...]:
    """All claims, in order."""
    return tuple(sorted(each.name.removesuffix(".toml") for each in _home().iterdir() if each.name.endswith(".toml")))


@lru_cache(maxsize=128)
def card(name: str) -> Card:
    """One claim's card; InputError names the claims there are, or the file, key and remedy."""
    if name not in ids():
        raise InputError(
            f"there is no claim {name!r}",
            remedy=f"{nearest(name, ids())}There are {ids()[0]} to {ids()[-1]}: hinterland claims",
            where="claims",
        )
    return parsed(_home().joinpath(f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def parsed(text: str, file: str) -> Card:
    """The card in a file's text; InputError names file, key and remedy."""
    try:
        found = Card.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not TOML: {error}", remedy="Correct the file at that place", where=file) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(f"{key}: {first['msg']}", remedy="docs/claims.md shows the form", where=file) from None
    if f"{found.id}.toml" != file:
        raise InputError(f"id is {found.id}", remedy="Name the file by its id", where=file)
    return found


def _home() -> Traversable:
    return files("hinterland").joinpath("claims")
