"""Imports go one way, from the top of the house to its foundation, and equations touch neither files nor tables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "hinterland"

LAYERS = (
    ("errors",),
    ("axes", "compiling", "fingerprint", "fitted", "locks", "memory", "platform_check", "units", "workers"),
    ("writing",),
    ("params",),
    ("params_draw",),
    ("state",),
    ("space",),
    ("model",),
    ("data",),
    ("anchor", "drivers", "holding"),
    ("system",),
    ("scenario", "selections", "switches"),
    ("course", "ways"),
    ("record",),
    ("scenario_files", "simulate"),
    ("members",),
    ("results",),
    ("calibrate",),
    ("evaluate",),
    ("forecast",),
    ("explain",),
    ("glossary",),
    ("experiments",),
    ("report",),
    ("web",),
    ("cli",),
)
"""From the bottom to the top; a module imports only from lower rows, or from its own package."""

ROOF = ("__init__", "__main__")
"""Lazy exports and the entry: they name modules of every row and nothing but the version is taken from them."""

PURE = {
    "__future__", "collections", "dataclasses", "enum", "functools", "hinterland", "itertools", "jax", "math", "numpy",
    "scipy", "types", "typing",
}  # fmt: skip
"""All that equations may import."""

COMPILED = {"concurrent", "importlib", "llvmlite", "numba", "time"}
"""What the operator over places may import beside: a compiler, if there is one, threads, and a clock for its report."""

EDGES = {
    "pandas": {"calibrate", "cli", "data", "results", "evaluate", "report", "web"},
    "xarray": {"cli", "results", "evaluate", "report", "web"},
    "zarr": {"results"},
}
"""Tables and labelled arrays -> the parts at the edge that may use them."""


def imports(tree: ast.AST, module: str) -> Iterator[str]:
    """Full names imported anywhere in a module, inside functions and under TYPE_CHECKING too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            assert node.module is not None
            if node.module == "hinterland":
                yield from (f"hinterland.{alias.name}" for alias in node.names)
            else:
                yield node.module


def part(name: str) -> str:
    """`hinterland.model.step` -> `model`; the package itself -> an empty string."""
    return ([*name.split("."), ""])[1]


def row(name: str) -> int:
    found = [level for level, names in enumerate(LAYERS) if name in names]
    assert found, f"{name} has no row in LAYERS: give it the lowest row above what it imports"
    return found[0]


def upward(texts: dict[str, str]) -> list[str]:
    """Imports that break the direction, as sentences; `texts` maps full module names to their source."""
    wrong: list[str] = []
    for module, text in texts.items():
        own = part(module)
        if own in ROOF or module == "hinterland":
            continue
        for name in imports(ast.parse(text), module):
            other = part(name)
            if name.split(".")[0] != "hinterland" or other in ("", "__version__", own):
                continue
            if row(other) >= row(own):
                wrong.append(f"{module} imports {name}, which lies above or beside it")
    return wrong


def foreign(texts: dict[str, str]) -> list[str]:
    """Imports of what a part of the package has no business with, as sentences."""
    wrong: list[str] = []
    for module, text in texts.items():
        own = part(module)
        for name in imports(ast.parse(text), module):
            outside = name.split(".")[0]
            if own in ("model", "space") and outside not in (PURE | COMPILED if own == "space" else PURE):
                wrong.append(f"{module} imports {name}: equations use arrays alone")
            if outside in EDGES and own not in EDGES[outside]:
                wrong.append(f"{module} imports {name}: it is for the edge of the package")
    return wrong


def circles(texts: dict[str, str]) -> list[str]:
    """Modules that import each other in a circle, by full name."""
    ahead = {
        module: {name for name in imports(ast.parse(text), module) if name in texts and name != "hinterland"}
        for module, text in texts.items()
    }
    while free := [module for module, names in ahead.items() if not names]:
        for module in free:
            del ahead[module]
        for names in ahead.values():
            names.difference_update(free)
    return sorted(ahead)


@pytest.fixture(scope="module")
def house() -> dict[str, str]:
    texts = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        texts[".".join(parts).removesuffix(".__init__")] = path.read_text(encoding="utf-8")
    return texts


def test_imports_go_one_way(house: dict[str, str]) -> None:
    assert upward(house) == []


def test_no_module_imports_itself_through_others(house: dict[str, str]) -> None:
    assert circles(house) == []


def test_parts_keep_to_what_they_are_for(house: dict[str, str]) -> None:
    assert foreign(house) == []


def test_equations_open_no_files(house: dict[str, str]) -> None:
    opened = [
        module
        for module, text in house.items()
        if part(module) in ("model", "space")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("open", "print", "input")
    ]
    assert opened == []


def test_every_file_says_its_idea(house: dict[str, str]) -> None:
    silent = [module for module, text in house.items() if text.strip() and not ast.get_docstring(ast.parse(text))]
    assert silent == []


def test_only_the_version_comes_from_the_package_itself(house: dict[str, str]) -> None:
    taken = {
        node.attr
        for module, text in house.items()
        if module != "hinterland"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hinterland"
    }
    assert taken <= {"__version__"}


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("hinterland.model.step", "from hinterland.results.store import write"),
        ("hinterland.space.dense", "def f():\n    import hinterland.model.step"),
        ("hinterland.record", "from hinterland import members"),
        ("hinterland.axes", "from hinterland.units import Unit"),
    ],
)
def test_an_upward_import_is_found(module: str, text: str) -> None:
    assert len(upward({module: text})) == 1


def test_a_foreign_import_is_found() -> None:
    assert len(foreign({"hinterland.model.step": "import pathlib"})) == 1
    assert len(foreign({"hinterland.members.ensemble": "def f():\n    import xarray as xr"})) == 1


def test_a_circle_is_found() -> None:
    texts = {
        "hinterland.data.a": "from hinterland.data.b import x",
        "hinterland.data.b": "from hinterland.data.a import y",
        "hinterland.data.c": "from hinterland.data.a import y",
        "hinterland.data.d": "",
    }
    assert circles(texts) == ["hinterland.data.a", "hinterland.data.b", "hinterland.data.c"]
