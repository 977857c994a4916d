"""Folders that appear whole or not at all: written under a temporary name beside their place, then renamed."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from hinterland.errors import InputError
from hinterland.locks import is_free, locked

_LOCK: Final = ".lock"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def replacing(target: Path, *, is_ours: Callable[[Path], bool], needed: int = 0, kind: str = "run") -> Iterator[Path]:
    """Yields an empty folder to write into; it becomes `target` when the block ends without an error.

    An existing `target` is replaced when it is empty or `is_ours` says so, and stays as it was until the new one is
    complete; `kind` says what it is. Whatever ends the block early, Ctrl-C included, removes what was written. `needed`
    bytes must be free.
    InputError: the target is something else, cannot be written, or the disk is full.
    """
    target = Path(target).resolve()
    _check_target(target, is_ours, kind)
    made = _make_parents(target.parent)
    part = target.parent / f".{target.name}.{os.getpid()}.part"
    try:
        with told(target):
            _remove_abandoned(target)
            part.mkdir()
            # A process that is killed leaves the folder, and the lock tells the next one that it may go.
            with locked(part / _LOCK):
                _check_space(target, needed)
                yield part
            _swap(part, target)
    except BaseException as error:
        _remove(part)
        for folder in made:
            _remove_if_empty(folder)
        if isinstance(error, InputError) and str(part) in error.where:
            where = error.where.replace(str(part), str(target))
            raise InputError(error.what, remedy=error.remedy, where=where) from error
        raise


def write_text(path: Path, text: str) -> None:
    """Writes one UTF-8 file whole or not at all; InputError where it cannot be written."""
    made = _make_parents(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with told(path):
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(path)
    except BaseException:
        # What the system says of the removal would hide what went wrong.
        with suppress(OSError):
            part.unlink(missing_ok=True)
        for folder in made:
            _remove_if_empty(folder)
        raise


@contextmanager
def told(target: Path) -> Iterator[None]:
    """Turns what the operating system says into one message; leaves every other error alone."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            what, remedy = "the disk is full", "Free space or choose a folder on another disk; nothing was written"
        else:
            what = f"cannot be written: {(error.strerror or str(error)).lower()}"
            remedy = "Choose a folder that you may write to; nothing was written"
        raise InputError(what, remedy=remedy, where=str(target)) from error


def _check_target(target: Path, is_ours: Callable[[Path], bool], kind: str) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError("is a file, not a folder", remedy="Choose another folder", where=str(target))
    if any(target.iterdir()) and not is_ours(target):
        raise InputError(
            f"holds files that are not those of a {kind}",
            remedy="It is left as it is; choose a new or empty folder",
            where=str(target),
        )
    # A folder that is in use or mounted cannot be renamed, or leaves its users in a folder that is gone.
    if target.is_mount() or Path.cwd().is_relative_to(target):
        raise InputError(
            "is the folder you are in, or the root of a volume, and cannot be replaced",
            remedy=f"Choose a folder inside it, such as {target / kind.replace(' ', '-')}",
            where=str(target),
        )


def _make_parents(folder: Path) -> list[Path]:
    """Makes missing parents; returns those made, innermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    with told(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            for path in missing:
                _remove_if_empty(path)
            raise
    return missing


def _remove_abandoned(target: Path) -> None:
    """Removes what attempts at `target` have left that were killed."""
    for part in target.parent.glob(f".{target.name}.*.part"):
        if is_free(part / _LOCK):
            _remove(part)


def _check_space(target: Path, needed: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise InputError(
            f"the run needs {needed / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free",
            remedy="Free space, choose a folder on another disk, or ask for fewer members",
            where=str(target),
        )


def _swap(part: Path, target: Path) -> None:
    """Puts `part` in the place of `target`; the earlier folder returns if that fails."""
    if not target.exists():
        part.rename(target)
        return
    old = target.parent / f".{target.name}.{os.getpid()}.old"
    target.rename(old)
    try:
        part.rename(target)
    except BaseException:
        old.rename(target)
        raise
    _remove(old)


def _remove(folder: Path) -> None:
    """Removes a tree, again for a moment where a thread that was writing into it has not noticed the end yet."""
    for _ in range(20):
        # An impatient second Ctrl-C must not leave half of a run behind.
        with suppress(KeyboardInterrupt):
            gone = not folder.exists()
            shutil.rmtree(folder, ignore_errors=True)
            if gone and not folder.exists():
                return
            time.sleep(0.05)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
