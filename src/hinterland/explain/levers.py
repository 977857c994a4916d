"""Levers of policies: what each turns at a place through the language of scenarios, how far, and what a unit costs.

A lever at x moves every lever of scenarios in its list, by `amount * x`, or where that is a log by ln(1 + times * x).
What is no change of an amount (a line, a merger, posts taken from elsewhere) is built by `placed`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isfinite, log
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from hinterland.data.faults import nearest
from hinterland.errors import InputError
from hinterland.scenario import LEVERS, Change
from hinterland.scenario_files.schema import Text, is_log

Per = Literal[
    "post and year", "mean pay given", "job and year", "home", "worker", "birth added", "year in full", "line", "move",
    "merger",
]  # fmt: skip
"""What a cost is of; `spending.units` counts them in a run."""
Words = Annotated[str, Field(min_length=1)]
Positive = Annotated[FiniteFloat, Field(gt=0)]
OWN: Final = "Given by the user."
OVER: Final = 10.0
"""Years in which a lever that is turned reaches its amount, evenly."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Money(_Table):
    """What a mean yearly pay of a country is in its money."""

    currency: Words
    year: int
    pay: Positive
    source: Words


class Turning(_Table):
    """A lever of scenarios that moves with a lever of policies."""

    lever: Words
    amount: FiniteFloat | None = None
    times: FiniteFloat | None = None
    kinds: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.lever not in LEVERS:
            raise ValueError(f"there is no lever {self.lever}")
        if (self.amount is None) == (self.times is None):
            raise ValueError("give amount or times")
        if self.times is not None and not is_log(self.lever):
            raise ValueError(f"{self.lever} is no log: give amount")
        return self

    def size(self, x: float) -> float:
        """Amount of the lever of scenarios at x."""
        return log(1 + self.times * x) if self.times is not None else (self.amount or 0.0) * x


class PolicyLever(_Table):
    """One lever of policies; without `cost` it is not costed and shows people, no money."""

    name: Words
    title: Text
    reason: Text
    unit: Words
    """What x is counted in."""
    high: Positive
    """Largest x; the least is zero. A switch is at zero or at one."""
    switch: bool = False
    build: Literal["line", "merger", "relief"] | None = None
    needs: Literal["economy", "services"] | None = None
    contradicts: tuple[str, ...] = ()
    change: tuple[Turning, ...] = ()
    per: Per
    cost: Annotated[FiniteFloat, Field(ge=0)] | None = None
    """Mean yearly pays of the country per `per`."""
    source: str = ""
    sure: Literal["A", "B", "C", ""] = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.change and self.build is None:
            raise ValueError("it changes nothing")
        if self.cost is not None and not self.source:
            raise ValueError("its cost has no source")
        if self.switch and self.high != 1:
            raise ValueError("a switch ends at one")
        return self


class _File(_Table):
    money: Mapping[str, Money]
    levers: Mapping[str, PolicyLever]


@dataclass(frozen=True, slots=True)
class Purse:
    """In what money a policy is told: the country's, of one year, or mean yearly pays where no source gives that."""

    unit: str
    """Such as `CNY of 2009`."""
    pay: float
    """Of it, per mean yearly pay."""
    source: str


@cache
def _file() -> _File:
    tables = tomllib.loads((files("hinterland.explain") / "levers.toml").read_text(encoding="utf-8"))
    named = {name: {"name": name, **table} for name, table in tables["levers"].items()}
    try:
        return _File.model_validate({**tables, "levers": named})
    except ValidationError as error:
        raise ValueError(f"levers.toml: {error}") from None


def known() -> tuple[PolicyLever, ...]:
    """All levers, in the order of the file."""
    return tuple(_file().levers.values())


def purse(code: str) -> Purse:
    """The money of the country of a pack's code; packs such as cn-counties share that of cn."""
    money = _file().money.get(code.partition("-")[0])
    if money is None:
        return Purse("mean yearly pays", 1.0, "No source gives the mean pay: money is in mean yearly pays.")
    return Purse(f"{money.currency} of {money.year}", money.pay, money.source)


def chosen(names: Sequence[str], costs: Mapping[str, float], of: Purse) -> tuple[PolicyLever, ...]:
    """The levers named, or all where none is, with costs of the user's own in the money of the purse.

    InputError names a lever that does not exist, is named twice or contradicts another, and a cost that is negative,
    no number, or of a lever that may not be used.
    """
    every = {lever.name: lever for lever in known()}
    for name in (*names, *costs):
        if name not in every:
            there = f"{nearest(name, every)}There are {', '.join(every)}"
            raise InputError(f"there is no lever {name!r} of policies", remedy=there, where="--lever or --cost")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{name} is named twice", remedy="Name each lever once", where="--lever")
    for name, other in _contradictions(every, names):
        what = f"{name} and {other} contradict each other: {_why(name, other)}"
        raise InputError(what, remedy=f"Name {name} or {other}, or neither to have both tried apart", where="--lever")
    levers = tuple(every[name] for name in names) if names else tuple(every.values())
    for name, cost in costs.items():
        _check_cost(name, cost, {lever.name for lever in levers}, every[name], of)
    return tuple(
        lever.model_copy(update={"cost": costs[lever.name] / of.pay, "source": OWN, "sure": ""})
        if lever.name in costs
        else lever
        for lever in levers
    )


def contradict(levers: Iterable[PolicyLever]) -> bool:
    """Whether two of these may not be used together."""
    names = [lever.name for lever in levers]
    return bool(_contradictions({lever.name: lever for lever in known()}, names))


def changes(lever: PolicyLever, x: float, code: str, start: float, over: float = OVER) -> tuple[Change, ...]:
    """What a lever at x changes of a scenario at the place of a code from the end of year `start` on."""
    return tuple(
        Change(each.lever, each.size(x), float(start), over=over, places=(code,), kinds=each.kinds)
        for each in lever.change
        if each.size(x)
    )


def _contradictions(every: Mapping[str, PolicyLever], names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, other) for name in names for other in every[name].contradicts if other in names]


def _why(name: str, other: str) -> str:
    if {name, other} == {"posts", "merger"}:
        return "one adds posts where the other ends half of the administration's"
    return "they undo each other"


def _check_cost(name: str, cost: float, allowed: set[str], lever: PolicyLever, of: Purse) -> None:
    where = "--cost"
    if not isfinite(cost) or cost < 0:
        remedy = f"Give what one {lever.per} costs in {of.unit}, zero or more"
        raise InputError(f"the cost of {name} is {cost:g}", remedy=remedy, where=where)
    if name not in allowed:
        raise InputError(f"{name} has a cost and may not be used", remedy=f"Add --lever {name}", where=where)
    if lever.per == "mean pay given":
        raise InputError(f"{name} are money: they cost what is given", remedy=f"Leave {name} out", where=where)
