"""The folder of a run: which files it holds, whether a folder is one, and which one is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hinterland.errors import InputError
from hinterland.results.store import is_run

STORE: Final = "run.zarr"
SUMMARY: Final = "summary.csv"
REPORT: Final = "report.html"
PLACES: Final = "places"
CLASSES: Final = "settlements.csv"
COMPARISON: Final = "comparison.csv"
"""What a scenario changes of the base; only in folders of scenarios."""


def default_folder(country: str) -> Path:
    """Where a run of a country is written when nothing is said: `hinterland-cn`."""
    return Path(f"hinterland-{country}")


def is_run_folder(path: Path) -> bool:
    """True where a folder holds a run and nothing that a run does not write, so that it may be replaced."""
    pages = path / PLACES
    known = {STORE, SUMMARY, REPORT, PLACES, CLASSES, COMPARISON}
    return (
        all(entry.name in known for entry in path.iterdir())
        and is_run(path / STORE)
        and (not pages.exists() or (pages.is_dir() and all(page.suffix == ".html" for page in pages.iterdir())))
    )


def find_run(folder: Path | None) -> Path:
    """The folder given, or the only run under its default name in the current folder.

    InputError: the folder holds no run, or none is given and there is no run here, or more than one.
    """
    if folder is not None:
        if not is_run(folder / STORE):
            raise InputError(
                "there is no run here",
                remedy=f"Name the folder that holds {STORE}, or make one with `hinterland run`",
                where=str(folder),
            )
        return folder
    here = sorted(path for path in Path().glob(f"{default_folder('*')}") if is_run(path / STORE))
    if len(here) == 1:
        return here[0]
    if not here:
        raise InputError(
            f"there is no run in {Path.cwd()}",
            remedy="Make one with `hinterland run`, or name its folder with --run",
            where="--run",
        )
    raise InputError(
        f"there are {len(here)} runs here: {', '.join(map(str, here))}", remedy="Name one with --run", where="--run"
    )
