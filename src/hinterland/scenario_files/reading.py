"""From a scenario file to its checked record: shipped ones by name, others by path, and those it extends."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from hinterland.data.faults import nearest
from hinterland.errors import InputError
from hinterland.scenario import BASE
from hinterland.scenario_files.schema import (
    Bounds,
    ChangeTable,
    CloseTable,
    ExpectTable,
    LineTable,
    MergerTable,
    Near,
    ScenarioFile,
    SetTable,
    StartTable,
    Table,
    Text,
    TurnTable,
)

FORM: Final = "docs/scenarios.md shows the form"
SUFFIX: Final = ".toml"
_NAME: Final = re.compile(r"[\w-]+")
"""What the name of a scenario may be made of; `+` joins names."""
_REPEATED: Final[Mapping[str, type[Table]]] = {
    "change": ChangeTable,
    "turn": TurnTable,
    "line": LineTable,
    "close": CloseTable,
    "merger": MergerTable,
    "start": StartTable,
    "expect": ExpectTable,
}
_INSIDE: Final[Mapping[str, type[Table]]] = {"title": Text, "reason": Text, "people": Bounds, "near": Near}


@dataclass(frozen=True, slots=True)
class Located:
    """A scenario file and where it lies."""

    source: Traversable
    name: str

    @property
    def key(self) -> str:
        """What tells two files apart."""
        return str(self.source)


def shipped() -> tuple[str, ...]:
    """Names of the scenarios that come with the package."""
    return tuple(sorted(each.name.removesuffix(SUFFIX) for each in _home().iterdir() if each.name.endswith(SUFFIX)))


def located(ref: str | Path) -> Located:
    """The file of a shipped scenario's name or of a path; InputError where there is none."""
    if isinstance(ref, str) and ref in shipped():
        return Located(_home() / f"{ref}{SUFFIX}", ref)
    path = Path(ref)
    if not path.is_file():
        what = f"{str(ref)!r} is neither a shipped scenario nor a file"
        raise InputError(what, remedy=f"{nearest(str(ref), shipped())}{_THERE_ARE}", where="scenario")
    name = path.name.removesuffix(SUFFIX)
    if path.suffix != SUFFIX or not _NAME.fullmatch(name) or name == BASE.name:
        what = f"{path.name} cannot name a scenario"
        remedy = f"Name the file with letters, digits, _ or -, ending in {SUFFIX}, and not {BASE.name}{SUFFIX}"
        raise InputError(what, remedy=remedy, where="scenario")
    return Located(path.resolve(), name)


def lineage(at: Located) -> tuple[tuple[Located, ScenarioFile], ...]:
    """A scenario and all that it extends, those extended first and each of them once.

    InputError where one is missing, or where they extend each other in a circle.
    """
    found: dict[str, tuple[Located, ScenarioFile]] = {}
    _follow(at, (), found)
    return tuple(found.values())


def read_file(at: Located) -> ScenarioFile:
    """The record of one file; InputError names file, key, value and remedy."""
    file = at.source.name
    try:
        tables = tomllib.loads(at.source.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        what = f"is not UTF-8: byte {error.object[error.start]:#04x} at position {error.start}"
        raise InputError(what, remedy="Save the file as UTF-8", where=file) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not TOML: {error}", remedy="Correct the file at that place", where=file) from None
    if "name" in tables:
        raise InputError("key name is given", remedy="Leave it out: the file's name is the name", where=file)
    try:
        return ScenarioFile.model_validate({**tables, "name": at.name})
    except ValidationError as error:
        raise _explained(error, file) from None


_THERE_ARE: Final = "docs/scenarios.md lists those shipped; or give the path of a .toml file"


def _home() -> Traversable:
    return files("hinterland") / "scenarios"


def _follow(at: Located, below: tuple[Located, ...], found: dict[str, tuple[Located, ScenarioFile]]) -> None:
    chain = (*below, at)
    if any(at.key == other.key for other in below):
        what = f"extends goes in a circle: {' -> '.join(each.name for each in chain)}"
        raise InputError(what, remedy="Take one of them out", where=f"{below[-1].source.name}, key extends")
    if at.key in found:
        return
    file = read_file(at)
    for parent in file.extends:
        _follow(_beside(at, parent), chain, found)
    found[at.key] = (at, file)


def _beside(at: Located, name: str) -> Located:
    """The scenario that a file calls `name`: the file of that name beside it, else the shipped one."""
    beside = at.source.parent / f"{name}{SUFFIX}" if isinstance(at.source, Path) else None
    if _NAME.fullmatch(name):
        if beside is not None and beside.is_file():
            return Located(beside, name)
        if name in shipped():
            return located(name)
    what = f"extends names {name!r}, which is neither a file beside it nor a shipped scenario"
    raise InputError(what, remedy=f"{nearest(name, shipped())}{_THERE_ARE}", where=f"{at.source.name}, key extends")


def _explained(error: ValidationError, file: str) -> InputError:
    """The first fault that pydantic found, in our words; a misspelt key before what it leaves out."""
    faults = error.errors()
    first: dict[str, Any] = dict(next((each for each in faults if each["type"] == "extra_forbidden"), faults[0]))
    context = first.get("ctx", {})
    table, *rest = [*first["loc"], ""] if not first["loc"] else first["loc"]
    spelt = [file]
    model: type[Table] = ScenarioFile
    keys = [str(table)]
    if rest and (table in _REPEATED or table == "sets"):
        spelt.append(f"sets.{rest[0]}" if table == "sets" else f"{table} {rest[0] + 1}")
        model = _REPEATED.get(str(table), SetTable)
        keys = [part for part in rest[1:] if isinstance(part, str)]
    elif rest:
        keys += [part for part in rest if isinstance(part, str)]
    if len(keys) > 1:
        model = _INSIDE.get(keys[-2], model)
    key = ".".join(each for each in keys if each) or str(context.get("key", ""))
    where = ", ".join([*spelt, *([f"key {key}"] if key else [])])
    kind, value = first["type"], first.get("input")
    if kind == "law":
        return InputError(str(context["what"]), remedy=str(context["remedy"]).strip(), where=where)
    if kind == "missing":
        return InputError(f"{keys[-1]} is missing", remedy=f"Add {key}; {FORM}", where=where)
    if kind == "extra_forbidden":
        known = {each.alias or name for name, each in model.model_fields.items()}
        known -= {"name"} if model is ScenarioFile else set()
        remedy = nearest(keys[-1], known).strip() or f"Known are {', '.join(sorted(known))}"
        return InputError(f"key {keys[-1]} is not known", remedy=remedy, where=where)
    if kind in {"model_type", "mapping_type", "dict_type"}:
        return InputError(f"{value!r} is not a table", remedy=f"Write a table; {FORM}", where=where)
    if kind == "tuple_type" and table in _REPEATED and not rest:
        return InputError(f"{table} is not a list of tables", remedy=f"Open each with [[{table}]]", where=where)
    told = f"{first['msg'][:1].lower()}{first['msg'][1:]}"
    return InputError(f"{key} = {value!r}: {told}", remedy=f"Correct {key}; {FORM}", where=where)
