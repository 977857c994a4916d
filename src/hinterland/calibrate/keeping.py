"""What commands keep for the next one in the data folder: compiled programs and inversions."""

from __future__ import annotations

from hinterland.calibrate.inverted import keep
from hinterland.data.folders import data_folder
from hinterland.memory import keep_compiled


def keep_work() -> None:
    """From now on programs and inversions are kept in the data folder; either folder may be removed at any time."""
    keep_compiled(data_folder() / "compiled")
    keep(data_folder() / "inverted")
