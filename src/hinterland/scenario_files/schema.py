"""What a scenario file may say: its tables as frozen records that refuse what is unknown or contradicts itself.

docs/scenarios.md shows the form. Nothing here knows a country: names of places, regions and lines are still text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite, log
from typing import Annotated, Final, Literal, NoReturn, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    Strict,
    model_validator,
)
from pydantic_core import PydanticCustomError

from hinterland.axes import LIFE_STAGES
from hinterland.course import BEGINNINGS
from hinterland.data.faults import nearest
from hinterland.record import FLOWS, LIVELIHOODS, SETTLEMENTS, STOCKS
from hinterland.scenario import LEVERS

LAST: Final = 2150
"""Last year that a scenario may name."""
QUANTITIES: Final = (*STOCKS, *LIVELIHOODS, *SETTLEMENTS, *FLOWS)
"""What an expectation may be about."""


def is_log(lever: str) -> bool:
    """Whether amounts of a lever are logs, so that a multiple can be given instead."""
    return LEVERS[lever].doc.startswith("Log ")


def _broken(what: str, remedy: str, key: str = "") -> NoReturn:
    raise PydanticCustomError("law", "{what}", {"what": what, "remedy": remedy, "key": key})


def _dated(year: float) -> float:
    if year > LAST:
        _broken(f"the year is {year:g}", f"Give a year from the base year to {LAST}")
    return year


def _one_of(known: Iterable[str], kind: str) -> AfterValidator:
    names = tuple(known)

    def chosen(name: str) -> str:
        if name not in names:
            _broken(f"there is no {kind} {name!r}", f"{nearest(name, names)}There are {', '.join(names)}")
        return name

    return AfterValidator(chosen)


def _number_or_stages(value: object) -> object:
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    if any(isinstance(item, bool) or not isinstance(item, int | float) or not isfinite(item) for item in items):
        _broken(f"value {value!r} is no finite number", "Give a number, or a list of one per life stage")
    if isinstance(value, list) and len(items) != len(LIFE_STAGES):
        what = f"value has {len(items)} items and there are {len(LIFE_STAGES)} life stages"
        _broken(what, f"Give one number, or one for each of {', '.join(LIFE_STAGES.labels)}")
    return value


Words = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Words, ...], Field(min_length=1)]
"""A list left out is an empty tuple; an empty list in a file is refused, as it would read as everywhere."""
Number = Annotated[FiniteFloat, Strict()]
Positive = Annotated[Number, Field(gt=0)]
Date = Annotated[Number, AfterValidator(_dated)]
LeverName = Annotated[str, _one_of(LEVERS, "lever")]
Quantity = Annotated[str, _one_of(QUANTITIES, "quantity")]
Stock = Annotated[str, _one_of(BEGINNINGS, "stock")]
Direction = Literal["up", "down", "same"]


class Table(BaseModel):
    """A table of the file; immutable, and with no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Text(Table):
    """Words in the languages of the reports."""

    en: Words
    zh: Words
    ja: Words


class Bounds(Table):
    """Persons at the base year, more than `above` and fewer than `below`."""

    above: Annotated[Number, Field(ge=0)] = 0.0
    below: Positive | None = None


class Near(Table):
    """Places within so many km of one, that one among them."""

    place: Words
    within_km: Positive


class SetTable(Table):
    """A named set of places: those that meet every condition given."""

    places: Names = ()
    regions: Names = ()
    seats: Annotated[bool, Strict()] | None = None
    """True for seats of their region, false for all others."""
    largest: Annotated[int, Strict(), Field(gt=0)] | None = None
    """The most populous of the country at the base year."""
    people: Bounds | None = None
    indicator: Words | None = None
    """A column of the pack, in its latest published year up to the base year."""
    at_least: Number | None = None
    at_most: Number | None = None
    near: Near | None = None
    other_than: Names = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            _broken("the set has no condition", "Give places, regions, seats, largest, people, indicator or near")
        bounded = self.at_least is not None or self.at_most is not None
        if bounded and self.indicator is None:
            _broken("at_least and at_most need an indicator", "Add indicator, the name of a column", "indicator")
        if self.indicator is not None and not bounded:
            _broken(f"indicator {self.indicator!r} has no bound", "Add at_least or at_most", "indicator")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            what = f"at_least = {self.at_least:g} is above at_most = {self.at_most:g}"
            _broken(what, "Exchange the two", "at_least")
        return self


class _Somewhere(Table):
    """A table that may name a set or places, and means everywhere where it names neither."""

    of: Words | None = Field(default=None, alias="in")
    places: Names = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.of is not None and self.places:
            _broken(f"both in = {self.of!r} and places are given", "Give one of the two", "in")
        return self


class ChangeTable(_Somewhere):
    """A lever moved, as `scenario.Change`; a multiple instead of an amount where the lever is a log."""

    lever: LeverName
    amount: Number | None = None
    times: Positive | None = None
    start: Date = Field(alias="from")
    until: Date | None = None
    over: Annotated[Number, Field(ge=0)] = 0.0
    kinds: Names = ()

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.amount is None) == (self.times is None):
            given = "neither amount nor times is" if self.amount is None else "both amount and times are"
            _broken(f"{given} given for {self.lever}", "Give exactly one of the two", "amount")
        if self.times is not None and not is_log(self.lever):
            _broken(f"times = {self.times:g} for {self.lever}, which is no log", "Give amount instead", "times")
        known = LEVERS[self.lever].kinds
        for kind in self.kinds:
            if kind not in known:
                remedy = f"Its kinds are {', '.join(known)}" if known else "Leave kinds out"
                _broken(f"{self.lever} has no kind {kind!r}", remedy, "kinds")
        return self

    @property
    def size(self) -> float:
        """The amount, or the log of the multiple."""
        return log(self.times) if self.times is not None else cast("float", self.amount)


class TurnTable(Table):
    """A parameter that takes another value, as `scenario.Turn`."""

    parameter: Words
    value: Annotated[FiniteFloat | tuple[FiniteFloat, ...], BeforeValidator(_number_or_stages)]
    start: Date = Field(alias="from")


class LineTable(Table):
    """A new railway line, as `network.Line`."""

    name: Words
    stops: Annotated[tuple[Words, ...], Field(min_length=2)]
    speed_kmh: Annotated[Number, Field(gt=0, le=1000)]
    start: Date = Field(alias="from")


class CloseTable(Table):
    """A line that ends, or with a place its stop there; without a line every stop at the place."""

    line: Words | None = None
    place: Words | None = None
    start: Date = Field(alias="from")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.line is None and self.place is None:
            _broken("neither line nor place is given", "Name the line, the place whose stop ends, or both", "line")
        return self


class MergerTable(Table):
    """Places that become one, as `mergers.Merger`."""

    places: Names
    seat: Words
    start: Date = Field(alias="from")


class StartTable(_Somewhere):
    """A stock of the base year times a multiple, as `scenario.Beginning`."""

    stock: Stock
    times: Annotated[Number, Field(ge=0.1, le=10)]


class ExpectTable(_Somewhere):
    """The direction argued for a quantity against the base, summed over places; everywhere where none is named."""

    quantity: Quantity
    year: Annotated[int, Strict(), Field(le=LAST)]
    direction: Direction
    within: Annotated[Number, Field(gt=0, lt=1)] = 0.001
    """What counts as the same, as a share."""


class ScenarioFile(Table):
    """Everything a scenario file says."""

    name: Words
    title: Text
    reason: Text
    source: Words
    claims: tuple[Annotated[str, Field(pattern=r"^C\d\d$")], ...] = ()
    extends: tuple[Words, ...] = ()
    sets: Mapping[str, SetTable] = Field(default_factory=dict)
    change: tuple[ChangeTable, ...] = ()
    turn: tuple[TurnTable, ...] = ()
    line: tuple[LineTable, ...] = ()
    close: tuple[CloseTable, ...] = ()
    merger: tuple[MergerTable, ...] = ()
    start: tuple[StartTable, ...] = ()
    expect: tuple[ExpectTable, ...] = ()

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.extends or self.change or self.turn or self.line or self.close or self.merger or self.start):
            _broken("the scenario changes nothing", "Add a [[change]], or extend another scenario")
        for kind, tables in (("change", self.change), ("start", self.start), ("expect", self.expect)):
            for number, table in enumerate(tables, 1):
                if table.of is not None and table.of not in self.sets:
                    remedy = f"{nearest(table.of, self.sets)}Add a table [sets.{table.of}], or correct the name"
                    _broken(f"{kind} {number} names the set {table.of!r}, which is not in the file", remedy, "in")
        return self
