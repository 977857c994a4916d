"""A pack to start from: a small invented country, commented, that runs as it stands."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

from hinterland.errors import InputError

TEMPLATE: Final = Path(__file__).parent / "template"


def write_template(folder: str | Path) -> tuple[Path, ...]:
    """Write the template pack into `folder`, which must be empty or absent; returns the files written.

    The folder appears whole or not at all. Raises InputError where it holds something or cannot be written.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise InputError(f"{str(folder)!r} is a file", remedy="Name a new or an empty folder.")
    if target.is_dir() and any(target.iterdir()):
        held = min(path.name for path in target.iterdir())
        raise InputError(
            f"the folder {str(folder)!r} is not empty: it holds {held!r}", remedy="Name a new or empty one."
        )
    try:
        _write_whole(target)
    except OSError as error:
        remedy = "Name a folder that you may write to, on a disk with room."
        raise InputError(f"the folder {str(folder)!r} cannot be written ({error.strerror})", remedy=remedy) from error
    return tuple(sorted(target.iterdir()))


def _write_whole(target: Path) -> None:
    """Copy into a temporary folder beside the target, then rename it."""
    parent = target.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".init-", dir=parent))
    try:
        whole = temporary / "pack"
        whole.mkdir()
        for file in sorted(TEMPLATE.iterdir()):
            if file.is_file():
                (whole / file.name).write_bytes(file.read_bytes())
        if target.exists():
            target.rmdir()
        whole.rename(target.resolve())
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
