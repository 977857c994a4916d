"""The model's numbers, read from TOML files: each with its unit, range, prior, source and status.

One table per parameter, in files of any name; a list gives one value per life stage (axes.LIFE_STAGES):

    [push]
    doc = "Response of the log hazard of leaving to what can be reached."
    value = 0.6
    unit = "1"
    range = [0.0, 3.0]     # hard bounds
    prior = [0.3, 1.2]     # 90% interval; for a list also [[seven low ends], [seven high ends]]; may be left out
    drawn = true           # whether members draw it; needs a prior
    source = "..."
    status = "assumed"     # measured, literature, calibrated or assumed
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from hinterland.axes import LIFE_STAGES
from hinterland.errors import InputError
from hinterland.fitted import FOLDER, Fitted, read_fitted
from hinterland.units import known_unit

Status = Literal["measured", "literature", "calibrated", "assumed"]
Stages = Annotated[tuple[FiniteFloat, ...], Field(min_length=len(LIFE_STAGES), max_length=len(LIFE_STAGES))]
Words = Annotated[str, Field(min_length=1)]
NARROWER = 1.644854 / 1.959964
"""Half the width of a 90% interval over that of a 95% interval."""


def _number_or_stages(value: object) -> object:
    """Refuses what is neither, with the reason; pydantic's own message for a union names its internals."""
    if isinstance(value, list | tuple):
        count = len(cast("Sequence[object]", value))
        if count != len(LIFE_STAGES):
            raise PydanticCustomError(
                "law",
                "{what}",
                {
                    "what": f"value has {count} items and there are {len(LIFE_STAGES)} life stages",
                    "remedy": f"Give one number, or one for each of {', '.join(LIFE_STAGES.labels)}",
                },
            )
        return cast("object", value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError(
            "law",
            "{what}",
            {
                "what": f"value {value!r} is not a number",
                "remedy": "Give a number, or a list of one per life stage",
            },
        )
    return value


class Parameter(BaseModel):
    """One number of the model, or one per life stage, and where it comes from; immutable.

    pydantic.ValidationError when a field is missing, unknown or breaks a law; `load` turns that into InputError.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: Words
    value: Annotated[FiniteFloat | Stages, BeforeValidator(_number_or_stages)]
    unit: str
    range: tuple[FiniteFloat, FiniteFloat]
    """Hard bounds of every value, given or drawn."""
    prior: tuple[FiniteFloat, FiniteFloat] | tuple[Stages, Stages] | None = None
    """Ends of the 90% interval; a single pair holds for every life stage."""
    drawn: bool = False
    """Whether members of an ensemble draw it from its prior."""
    source: Words
    status: Status
    doc: Words
    """One sentence."""

    @property
    def items(self) -> tuple[float, ...]:
        """The value as a tuple: one number, or one per life stage."""
        return self.value if isinstance(self.value, tuple) else (self.value,)

    @property
    def prior_items(self) -> tuple[tuple[float, float], ...] | None:
        """(low, high) of the prior for each of `items`; None without prior."""
        if self.prior is None:
            return None
        low, high = self.prior
        lows = low if isinstance(low, tuple) else (low,) * len(self.items)
        highs = high if isinstance(high, tuple) else (high,) * len(self.items)
        return tuple(zip(lows, highs, strict=True))

    @model_validator(mode="after")
    def _keeps_its_laws(self) -> Self:
        fault = _fault(self)
        if fault is not None:
            what, remedy = fault
            raise PydanticCustomError("law", "{what}", {"what": what, "remedy": remedy})
        return self


def _fault(parameter: Parameter) -> tuple[str, str] | None:
    """What is wrong with a parameter whose fields have the right types, and what to do; None when nothing is."""
    low, high = parameter.range
    if not low < high:
        return f"range {low:g} to {high:g} is empty", "Give range = [low, high] with low < high"
    try:
        known_unit(parameter.unit)
    except ValueError as error:
        return str(error), "Use a known unit, or add it to units.KNOWN"
    many = len(parameter.items) > 1
    for stage, value in zip(LIFE_STAGES.labels, parameter.items, strict=False):
        if not low <= value <= high:
            place = f" at {stage}" if many else ""
            return f"value {value:g}{place} is outside its range {low:g} to {high:g}", "Give a value within the range"
    if parameter.prior is None:
        if parameter.drawn:
            return "drawn is true and there is no prior", "Give prior = [low, high], or drawn = false"
        return None
    return _prior_fault(parameter)


def _prior_fault(parameter: Parameter) -> tuple[str, str] | None:
    low, high = parameter.range
    if isinstance(cast("tuple[object, object]", parameter.prior)[0], tuple) and len(parameter.items) == 1:
        return "prior has an interval per life stage and value is one number", "Give prior = [low, high]"
    many = len(parameter.items) > 1
    for stage, value, (five, ninety_five) in zip(
        LIFE_STAGES.labels, parameter.items, parameter.prior_items or (), strict=False
    ):
        place = f" at {stage}" if many else ""
        if not five < ninety_five:
            return f"prior {five:g} to {ninety_five:g}{place} is empty", "Give prior = [low, high] with low < high"
        if five < low or ninety_five > high:
            return (
                f"prior {five:g} to {ninety_five:g}{place} reaches outside the range {low:g} to {high:g}",
                "Narrow the prior or widen the range",
            )
        if not five <= value <= ninety_five:
            return (
                f"value {value:g}{place} is outside its prior {five:g} to {ninety_five:g}",
                "Give a prior that holds the value",
            )
    return None


class Parameters(Mapping[str, Parameter]):
    """Parameters by name, in the order of their files; immutable."""

    __slots__ = ("_by_name",)

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self._by_name = {parameter.name: parameter for parameter in parameters}

    def __getitem__(self, name: str) -> Parameter:
        try:
            return self._by_name[name]
        except KeyError:
            raise KeyError(f"there is no parameter {name!r}; {_nearest(name, self._by_name)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def value(self, name: str) -> Any:
        """The value, in the parameter's unit: a float, or read-only float64 [stage] where it differs by life stage.

        KeyError with the nearest name when there is none of this name.
        """
        value = self[name].value
        if isinstance(value, float):
            return value
        array = np.array(value, dtype=np.float64)
        array.setflags(write=False)
        return array

    def assumed(self) -> Parameters:
        """Those that rest on no figure, only on judgement."""
        return Parameters([parameter for parameter in self.values() if parameter.status == "assumed"])

    def drawn(self) -> Parameters:
        """Those that members of an ensemble draw."""
        return Parameters([parameter for parameter in self.values() if parameter.drawn])

    def records(self) -> tuple[dict[str, Any], ...]:
        """One plain dictionary per parameter, fit for JSON."""
        return tuple(parameter.model_dump(mode="json") for parameter in self.values())

    def with_overrides(self, overrides: Mapping[str, float | Sequence[float]]) -> Parameters:
        """The same parameters with some values replaced.

        A replaced parameter is fixed (not drawn, no prior) and its source says so. InputError when a name is unknown
        or a value lies outside the range.
        """
        for name in overrides:
            if name not in self._by_name:
                raise InputError(
                    f"there is no parameter {name!r}",
                    remedy=f"{_nearest(name, self._by_name).capitalize()}; `hinterland parameters` lists them all",
                    where="overrides",
                )
        return Parameters(
            [
                _overridden(parameter, overrides[name]) if name in overrides else parameter
                for name, parameter in self._by_name.items()
            ]
        )


def load(
    folder: Path | None = None,
    overrides: Mapping[str, float | Sequence[float]] | None = None,
    *,
    fitted: str | None = None,
    at: int | None = None,
) -> Parameters:
    """Every parameter of the TOML files in a folder, by default those of the package, with some values replaced.

    `fitted` is the code of a country whose fits (see `hinterland.fitted`) take the place of general values, if it has
    any; with `at` only those that were known in that year. `overrides` come last. InputError names the file, the
    parameter, the value and the remedy.
    """
    home: Traversable = files("hinterland") / "parameters" if folder is None else folder
    if not home.is_dir():
        raise InputError("there is no such folder", remedy="Give the folder of the .toml files", where=str(home))
    sources = sorted((entry for entry in home.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    if not sources:
        raise InputError("no parameter file in it", remedy="Give a folder with .toml files", where=str(home))
    found: dict[str, tuple[str, Parameter]] = {}
    for source in sources:
        for parameter in _read(source):
            if parameter.name in found:
                raise InputError(
                    f"{parameter.name} stands in {found[parameter.name][0]} too",
                    remedy="Keep one of the two",
                    where=source.name,
                )
            found[parameter.name] = (source.name, parameter)
    fits: Mapping[str, Fitted] = {} if fitted is None else read_fitted(home, fitted, at)
    for name, fit in fits.items():
        where = f"{FOLDER}/{fitted}.toml, parameter {name}"
        if name not in found:
            raise InputError(
                f"there is no parameter {name!r}",
                remedy=_nearest(name, set(found)).capitalize(),
                where=where,
            )
        found[name] = (where, _calibrated(found[name][1], fit, where))
    return Parameters([parameter for _, parameter in found.values()]).with_overrides(overrides or {})


def _read(source: Traversable) -> list[Parameter]:
    try:
        tables = tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is not TOML: {error}", remedy="Correct the file at that place", where=source.name) from None
    return [_parameter(name, fields, f"{source.name}, parameter {name}") for name, fields in tables.items()]


def _parameter(name: str, fields: object, where: str) -> Parameter:
    if not isinstance(fields, dict):
        raise InputError(
            f"{fields!r} is not a table",
            remedy=f"Open a table [{name}] with doc, value, unit, range, source and status",
            where=where,
        )
    known = cast("dict[str, object]", fields)
    if "name" in known:
        raise InputError("name is given as a field", remedy="Remove it: the table's heading is the name", where=where)
    try:
        return Parameter.model_validate({**known, "name": name})
    except ValidationError as error:
        raise _explained(error, where) from None


def _calibrated(parameter: Parameter, fit: Fitted, where: str) -> Parameter:
    """A parameter at a fit, whose 95% interval is narrowed to the 90% of a prior."""
    count = len(parameter.items)
    columns = [field if isinstance(field, tuple) else (field,) for field in (fit.low, fit.value, fit.high)]
    bottom, top = parameter.range
    for field, column in zip(("low", "value", "high"), columns, strict=True):
        if len(column) != count:
            raise InputError(
                f"{parameter.name} has {count} value(s) and {field} gives {len(column)}",
                remedy="Give as many as it has",
                where=where,
            )
        for item in column:
            if not bottom <= item <= top:
                raise InputError(
                    f"{field} {item:g} is outside its range {bottom:g} to {top:g}",
                    remedy="Give a fit within the range",
                    where=where,
                )
    if not all(low < value < high for low, value, high in zip(*columns, strict=True)):
        raise InputError(
            f"value {fit.value} is not between low {fit.low} and high {fit.high}",
            remedy="Give the 95% interval around the value",
            where=where,
        )
    low, value, high = columns
    ends = [tuple(v + NARROWER * (end - v) for v, end in zip(value, side, strict=True)) for side in (low, high)]
    prior = tuple(ends) if count > 1 else (ends[0][0], ends[1][0])
    changes = {"value": fit.value, "prior": prior, "status": "calibrated", "source": fit.source}
    try:
        return Parameter.model_validate({**parameter.model_dump(), **changes})
    except ValidationError as error:
        raise _explained(error, where) from None


def _overridden(parameter: Parameter, value: float | Sequence[float]) -> Parameter:
    fields = parameter.model_dump()
    changes = {"value": value, "prior": None, "drawn": False, "status": "assumed", "source": "Set for this run."}
    try:
        changed = Parameter.model_validate({**fields, **changes})
    except ValidationError as error:
        raise _explained(error, f"overrides, parameter {parameter.name}") from None
    if len(changed.items) != len(parameter.items):
        raise InputError(
            f"{parameter.name} has {len(parameter.items)} value(s) and {len(changed.items)} are given",
            remedy="Give as many as it has"
            + (f": one for each of {', '.join(LIFE_STAGES.labels)}" if len(parameter.items) > 1 else ""),
            where=f"overrides, parameter {parameter.name}",
        )
    return changed


def _explained(error: ValidationError, where: str) -> InputError:
    """The first fault that pydantic found, in the words of this package."""
    first = error.errors()[0]
    if first["type"] == "law":
        context = first.get("ctx", {})
        return InputError(str(context["what"]), remedy=str(context["remedy"]), where=where)
    column = str(first["loc"][0])
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return InputError(f"{column} is missing", remedy=f"Add {column} to the table", where=where)
    if first["type"] == "extra_forbidden":
        return InputError(
            f"key {column} is not known",
            remedy=_nearest(column, set(Parameter.model_fields) - {"name"}).capitalize(),
            where=where,
        )
    if first["type"] == "string_too_short":
        return InputError(f"{column} is empty", remedy=f"Say in words what the {column} is", where=where)
    return InputError(
        f"{column} = {first['input']!r}: {first['msg'][:1].lower()}{first['msg'][1:]}",
        remedy=f"Correct {column}; the opening of hinterland/params.py shows the form",
        where=where,
    )


def _nearest(name: str, names: Mapping[str, object] | set[str]) -> str:
    near = get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(names))}"
