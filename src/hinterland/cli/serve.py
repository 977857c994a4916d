"""`hinterland serve`: which runs are meant, and the server on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import typer

from hinterland.errors import InputError
from hinterland.results.layout import STORE, default_folder
from hinterland.results.store import is_run


def runs_meant(given: Sequence[Path]) -> list[Path]:
    """The folders given, or every run under its usual name in the current folder; InputError where there is none."""
    if given:
        for folder in given:
            if not (is_run(folder / STORE) or (folder.name == STORE and is_run(folder))):
                remedy = f"Name the folder that holds {STORE}, or make one with `hinterland run cn`"
                raise InputError("there is no run here", remedy=remedy, where=str(folder))
        return list(given)
    here = sorted(path for path in Path().glob(f"{default_folder('*')}") if is_run(path / STORE))
    if not here:
        remedy = "Make one with `hinterland run cn`, or name its folder: hinterland serve FOLDER"
        raise InputError(f"there is no run in {Path.cwd()}", remedy=remedy, where="serve")
    return here


def start(given: Sequence[Path], *, host: str, port: int, token: str | None, packs: Sequence[str], live: bool) -> None:
    """Serves the runs given until the command is ended; InputError where something cannot be used."""
    folders = runs_meant(given)
    from hinterland.web.serving import serve

    serve(folders, host=host, port=port, token=token, packs=packs, live=live, say=typer.echo)
    # All is closed by now but a live model that may still be compiling: taking that apart can crash the process.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(0)
