"""What a parameter or a variable is, where its number comes from, and which parts of the package make or use it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from hinterland.data.faults import nearest
from hinterland.errors import InputError
from hinterland.params import load
from hinterland.results.variables import VARIABLES, Variable
from hinterland.scenario import LEVERS
from hinterland.scenario_files.made import describe, shipped
from hinterland.switches import SWITCHES


@dataclass(frozen=True, slots=True)
class Use:
    """A part of the package that names something."""

    module: str
    function: str
    """Outermost function or class around it; empty at the level of the module."""
    about: str
    """First sentence of the module."""


def explain(name: str, country: str | None = None) -> Iterator[str]:
    """Lines on a parameter, a stored variable or a lever; parameters as fitted to `country` where it has fits.

    InputError names near ones where there is none of this name.
    """
    parameters = load(fitted=country)
    if name in parameters:
        yield from _parameter(name, country)
    elif name in VARIABLES:
        yield from _variable(VARIABLES[name])
    elif name in LEVERS:
        yield from _lever(name)
    else:
        known = (*parameters, *VARIABLES, *LEVERS)
        raise InputError(
            f"{name!r} is no parameter, variable or lever",
            remedy=f"{nearest(name, known)}`hinterland parameters` lists parameters, the attributes of a run variables",
            where="explain",
        )


def uses(name: str) -> tuple[Use, ...]:
    """Every part of the package in whose code a name stands as text, whole or put together, in the order of modules.

    Names are put together as in `f"pay_{activity}"`; what fills the gap is not looked into. Where a name stands
    nowhere, those parts that name all but its last or first word, as in `by_activity("job_density")`.
    """
    for text in (name, name.rpartition("_")[0], name.partition("_")[2]):
        found = [use for use, whole, gapped in _parts() if text in whole or any(p.fullmatch(text) for p in gapped)]
        if text and found:
            return tuple(dict.fromkeys(found))
    return ()


def _parameter(name: str, country: str | None) -> Iterator[str]:
    parameter = load(fitted=country)[name]
    yield f"{name}: a parameter"
    yield parameter.doc
    yield f"Value: {parameter.value} {parameter.unit}, range {parameter.range[0]:g} to {parameter.range[1]:g}"
    if parameter.prior is not None:
        yield f"Prior, 5% to 95%: {parameter.prior}{', drawn by every member' if parameter.drawn else ''}"
    yield f"Status: {parameter.status}. {parameter.source}"
    off = [switch for switch, of in SWITCHES.items() if name in of.values]
    if off:
        yield f"Switched off by: {', '.join(f'--without {switch}' for switch in off)}"
    yield from _scenarios("turn", "parameter", name)
    yield from _used(name)


def _variable(variable: Variable) -> Iterator[str]:
    yield f"{variable.name}: a stored variable ({variable.kind})"
    yield variable.definition
    yield f"Axes: {', '.join(variable.dims)}; unit: {variable.unit}"
    yield from _used(variable.name)


def _lever(name: str) -> Iterator[str]:
    lever = LEVERS[name]
    yield f"{name}: a lever of scenarios, {'of the nation' if lever.national else 'by place'}"
    yield lever.doc
    yield from _scenarios("change", "lever", name)
    yield from _used(name)


def _scenarios(kind: str, key: str, name: str) -> Iterator[str]:
    turned = [file for file in shipped() if any(getattr(table, key) == name for table in getattr(describe(file), kind))]
    if turned:
        yield f"Scenarios that change it: {', '.join(turned)}"


def _used(name: str) -> Iterator[str]:
    found = uses(name)
    if not found:
        return
    yield "Named in:"
    for use in found:
        yield f"  {use.module}{f', {use.function}' if use.function else ''}: {use.about}"


@cache
def _parts() -> tuple[tuple[Use, frozenset[str], tuple[re.Pattern[str], ...]], ...]:
    """Outermost functions and classes of all modules, with the texts in them and patterns of texts that have gaps."""
    found = []
    for module, tree in _inside(files("hinterland"), "hinterland"):
        about = (ast.get_docstring(tree) or "").split("\n")[0]
        for part in tree.body:
            nodes = list(ast.walk(part))
            whole = frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
            gapped = tuple(filter(None, (_pattern(n) for n in nodes if isinstance(n, ast.JoinedStr))))
            found.append((Use(module, getattr(part, "name", ""), about), whole, gapped))
    return tuple(found)


def _pattern(text: ast.JoinedStr) -> re.Pattern[str] | None:
    """What names an f-string may stand for; None where it holds no word of a name itself."""
    parts = [str(part.value) if isinstance(part, ast.Constant) else None for part in text.values]
    if not any(part and re.search(r"[a-z]{3}_|_[a-z]{3}", part) for part in parts):
        return None
    return re.compile("".join(r"\w+" if part is None else re.escape(part) for part in parts))


def _inside(folder: Traversable, package: str) -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax of every module of a package, in order."""
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _inside(entry, f"{package}.{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{package}.{entry.name.removesuffix('.py')}", ast.parse(entry.read_text(encoding="utf-8"))
