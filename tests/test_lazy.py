"""Importing the package and asking for help load nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("jax", "jaxlib", "pandas", "pyarrow", "scipy", "xarray", "zarr")

REPORT = f"import sys; print('loaded:', *[name for name in {HEAVY} if name in sys.modules])"
HELP = f"""
import atexit, sys
sys.argv = ["hinterland", *{{arguments}}]
atexit.register(lambda: exec({REPORT!r}))
import runpy
runpy.run_module("hinterland", run_name="__main__")
"""


def loaded(code: str) -> list[str]:
    """Heavy packages loaded once the code has run in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("loaded:")]
    assert len(lines) == 1, done.stdout + done.stderr
    return lines[0].split()[1:]


def test_import_loads_nothing_heavy() -> None:
    assert loaded(f"import hinterland; hinterland.__version__; {REPORT}") == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["data", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert loaded(HELP.replace("{arguments}", repr(arguments))) == []


def test_the_report_sees_what_is_loaded() -> None:
    assert "pandas" in loaded(f"import pandas; {REPORT}")


def test_every_public_name_is_there() -> None:
    import hinterland

    for name in hinterland.__all__:
        assert getattr(hinterland, name) is not None
        assert name in dir(hinterland)


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    import hinterland

    with pytest.raises(AttributeError, match=r"no attribute 'forcast'; it has .*forecast"):
        _ = hinterland.forcast


def test_the_function_stays_after_its_module_is_imported() -> None:
    code = "import hinterland.forecast, hinterland; print('loaded:', callable(hinterland.forecast))"
    assert loaded(code) == ["True"]
