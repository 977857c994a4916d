"""Where fetched raw files and built packs live on this computer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

DATA: Final = "HINTERLAND_DATA"
"""Environment variable that names another folder than the user's own."""


def data_folder() -> Path:
    """The folder for everything the package keeps, absolute; it need not exist.

    `HINTERLAND_DATA` where that is set, else the user's data folder as the operating system has it
    (~/.local/share/hinterland, ~/Library/Application Support/hinterland, ...).
    """
    chosen = os.environ.get(DATA, "")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("hinterland", appauthor=False)


def sources_folder() -> Path:
    """The folder of raw files, laid out as `hinterland.data.sources` names them."""
    return data_folder() / "sources"


def packs_folder() -> Path:
    """The folder of built packs, one folder each under its name."""
    return data_folder() / "packs"
