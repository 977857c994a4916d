"""The catalogue of natural experiments: what studies found, as frozen records that refuse what contradicts itself.

Which half an experiment belongs to follows from a rule that was fixed before any was run (`split`): those whose result
has already set a parameter are for fitting; of all others, in the order of their ids within each family, every second
one is for fitting and the first, the third and so on are kept for testing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, Strict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from hinterland.errors import InputError
from hinterland.params import load as parameters

Kind = Literal["size", "sign", "null"]
"""What a study gives: a size, a direction alone, or no effect."""
Role = Literal["fit", "test"]
Family = Literal["rail", "services", "jobs", "posts", "subsidies", "people"]
FAMILIES: Final = ("rail", "services", "jobs", "posts", "subsidies", "people")
"""In the order in which experiments are told and split."""
LEAST_SHARE: Final = 0.05
"""Share of a published size below which a simulated effect counts as none, whatever its sign."""

Words = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^E\d\d[a-z]?$")]
Number = Annotated[FiniteFloat, Strict()]
Positive = Annotated[Number, Field(gt=0)]


def _broken(what: str, remedy: str) -> NoReturn:
    raise PydanticCustomError("law", "{what}", {"what": what, "remedy": remedy})


class Table(BaseModel):
    """A table of the file; immutable, and with no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: Id
    event: Words
    place: Words
    period: Words
    source: Words
    sure: Literal["A", "B", "C"]
    """A read in the source or its abstract, B secondary text, C memory."""


class Experiment(Table):
    """One outcome of a natural experiment."""

    family: Family
    unit: Words
    """The spatial unit of the study."""
    outcome: Words
    measure: Words
    """The unit of `effect`, `low`, `high`, `least` and `tolerance`."""
    horizon: Positive
    """Years after the event."""
    kind: Kind
    effect: Number | None = None
    low: Number | None = None
    high: Number | None = None
    direction: Literal["up", "down"] | None = None
    least: Positive | None = None
    """Smallest simulated effect that counts as a sign, where no size is published."""
    tolerance: Positive | None = None
    """Largest simulated effect that counts as none, of a null result."""
    because: str = ""
    """What the tolerance rests on."""
    used: tuple[Words, ...] = ()
    """Parameters that this result has already set."""
    role: Role
    note: str = ""
    """What of the event the world stands for, where it is not the event itself."""

    @property
    def bounds(self) -> tuple[float, float]:
        """Within which a size is right: the published interval, or where there is none half and twice the effect."""
        if self.kind == "null":
            assert self.tolerance is not None
            return -self.tolerance, self.tolerance
        if self.effect is None:
            return (-float("inf"), float("inf"))
        if self.low is not None and self.high is not None:
            return self.low, self.high
        half, twice = self.effect / 2, self.effect * 2
        return min(half, twice), max(half, twice)

    @property
    def sign(self) -> int:
        """One for up, minus one for down, zero for none."""
        if self.kind == "null":
            return 0
        if self.effect is not None:
            return 1 if self.effect > 0 else -1
        return 1 if self.direction == "up" else -1

    @property
    def threshold(self) -> float:
        """Size from which a simulated effect counts as one."""
        if self.effect is not None:
            return LEAST_SHARE * abs(self.effect)
        return self.least or 0.0

    @model_validator(mode="after")
    def _keeps_its_laws(self) -> Self:
        wanted = {"size": ("effect",), "sign": ("direction", "least"), "null": ("tolerance",)}
        given = [name for name in ("effect", "direction", "least", "tolerance") if getattr(self, name) is not None]
        if sorted(given) != sorted(wanted[self.kind]):
            _broken(
                f"kind {self.kind} is given with {', '.join(given) or 'nothing'}",
                f"Give {' and '.join(wanted[self.kind])}, and none of the others",
            )
        if self.effect == 0:
            _broken("effect is 0", "A study without an effect is a null: give kind, tolerance and because")
        if (self.low is None) != (self.high is None):
            _broken("only one end of the interval is given", "Give low and high, or neither")
        if self.low is not None and self.high is not None:
            if self.kind != "size":
                _broken(f"kind {self.kind} has an interval", "Give an interval with a size alone")
            if not self.low <= (self.effect or 0.0) <= self.high or self.low >= self.high:
                what = f"interval {self.low:g} to {self.high:g} does not hold the effect {self.effect:g}"
                _broken(what, "Give low, effect and high in rising order")
        if bool(self.because) != (self.kind == "null"):
            _broken("because goes with a null and with nothing else", "Say what the tolerance of a null rests on")
        return self


class LeftOut(Table):
    """An experiment that is not run, and what the model would need for it."""

    missing: Words


class Catalogue(BaseModel):
    """All experiments, in the order in which they are told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    experiment: Annotated[tuple[Experiment, ...], Field(min_length=1)]
    left_out: tuple[LeftOut, ...] = ()

    @model_validator(mode="after")
    def _keeps_its_laws(self) -> Self:
        ids = [each.id for each in (*self.experiment, *self.left_out)]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            _broken(f"id {twice[0]} stands twice", "Give every outcome an id of its own")
        known = parameters()
        for each in self.experiment:
            unknown = [name for name in each.used if name not in known]
            if unknown:
                _broken(f"{each.id} names the parameter {unknown[0]!r}, which there is not", "Name one there is")
        order = [(FAMILIES.index(each.family), each.id) for each in self.experiment]
        if order != sorted(order):
            late = next(k for k in range(1, len(order)) if order[k] < order[k - 1])
            _broken(f"{self.experiment[late].id} is out of order", f"Sort by family ({', '.join(FAMILIES)}), then id")
        for each, role in zip(self.experiment, split(self.experiment), strict=True):
            if each.role != role:
                _broken(f"{each.id} has the role {each.role}", f"By the rule of the split it is for {role}")
        return self


def split(experiments: Sequence[Experiment]) -> tuple[Role, ...]:
    """The role of every experiment by the rule: results already used fit; the others test and fit in turn."""
    roles: list[Role] = []
    turn = dict.fromkeys(FAMILIES, 0)
    for each in experiments:
        if each.used:
            roles.append("fit")
            continue
        roles.append("test" if turn[each.family] % 2 == 0 else "fit")
        turn[each.family] += 1
    return tuple(roles)


def catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue that comes with the package, or one of another file.

    InputError names experiment, key and remedy.
    """
    source: Traversable = files("hinterland") / "experiments" / "catalogue.toml" if path is None else path
    try:
        tables = tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is not TOML: {error}", remedy="Correct the file at that place", where=source.name) from None
    try:
        return Catalogue.model_validate(tables)
    except ValidationError as error:
        raise _explained(error, tables, source.name) from None


def _explained(error: ValidationError, tables: dict[str, Any], file: str) -> InputError:
    """The first fault that pydantic found, in our words."""
    first = error.errors()[0]
    place: list[str] = [file]
    keys = [str(part) for part in first["loc"]]
    if len(first["loc"]) > 1 and isinstance(first["loc"][1], int):
        kind, number, *rest = first["loc"]
        table = tables[str(kind)][int(number)]
        name = table.get("id") if isinstance(table, dict) else None
        place.append(f"{kind} {name or int(number) + 1}")
        keys = [str(part) for part in rest]
    if keys:
        place.append(f"key {'.'.join(keys)}")
    where = ", ".join(place)
    if first["type"] == "law":
        context = first.get("ctx", {})
        return InputError(str(context["what"]), remedy=str(context["remedy"]), where=where)
    if first["type"] == "missing":
        return InputError("is missing", remedy="Add it; the opening tables of the catalogue show the form", where=where)
    if first["type"] == "extra_forbidden":
        return InputError("is not known", remedy="Take it out, or correct its spelling", where=where)
    told = f"{first['msg'][:1].lower()}{first['msg'][1:]}"
    return InputError(f"{first['input']!r}: {told}", remedy="Correct it", where=where)
