"""Locks on files that the system gives back when a process ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def locked(file: Path) -> Iterator[bool]:
    """Holds the lock of a file, made and removed for it; False where another process has it. OSError as for `open`."""
    with file.open("a+b") as held:
        try:
            _lock(held.fileno())
        except OSError:
            yield False
            return
        try:
            yield True
        finally:
            with suppress(OSError):
                file.unlink()
    with suppress(OSError):
        # Where an open file cannot be removed.
        file.unlink()


def is_free(file: Path) -> bool:
    """Whether a lock is there that nobody holds: whoever made it has ended without a chance to remove it."""
    try:
        with file.open("r+b") as held:
            _lock(held.fileno())
    except OSError:
        return False
    return True


def _lock(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
