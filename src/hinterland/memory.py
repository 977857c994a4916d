"""Memory that compilations have freed, given back to the system where its C library would keep it."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Returns what is free to the system; does nothing where the C library has no way to.

    Compiling a gradient leaves hundreds of megabytes that are free but scattered, and a run comes on top of them.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)
