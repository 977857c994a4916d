"""Forecasts of every settlement of a country by age, with honest uncertainty.

Nothing heavy is imported until a name below is used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hinterland.data.country import Country as Country
    from hinterland.data.frame import read_places as read_places
    from hinterland.data.pack import read_pack as read_pack
    from hinterland.errors import InputError as InputError
    from hinterland.forecast import forecast as forecast
    from hinterland.record import Ensemble as Ensemble

__version__ = "0.1.0"

_HOMES: Final = {
    "Country": "hinterland.data.country",
    "Ensemble": "hinterland.record",
    "InputError": "hinterland.errors",
    "forecast": "hinterland.forecast",
    "read_pack": "hinterland.data.pack",
    "read_places": "hinterland.data.frame",
}
"""Public name -> the module that defines it."""

__all__ = ["Country", "Ensemble", "InputError", "__version__", "forecast", "read_pack", "read_places"]


def __getattr__(name: str) -> object:
    """A public name, imported on first use (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'hinterland' has no attribute {name!r}; it has {', '.join(sorted(_HOMES))}")
    if name != "InputError":
        import_module("hinterland.platform_check").require_platform()
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names, whether imported yet or not."""
    return sorted({*globals(), *_HOMES})


class _Package(ModuleType):
    """This package; keeps `hinterland.forecast` the function once the module of the same name is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        # The import system binds every submodule on its package; a public name must not be hidden by that.
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
