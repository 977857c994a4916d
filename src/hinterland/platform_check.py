"""Which computers the package runs on; a clear refusal elsewhere instead of a failed import deep inside."""

from __future__ import annotations

import platform
import sys
from typing import Final

from hinterland.errors import InputError

SUPPORTED: Final = (
    ("linux", ("x86_64", "aarch64", "arm64")),
    ("darwin", ("arm64",)),
    ("win32", ("amd64", "x86_64")),
)
"""sys.platform -> machine names in small letters: those the numerical library is published for."""

OLDEST: Final = (3, 11)


def fault(system: str, machine: str, version: tuple[int, int], *, wide: bool) -> str:
    """Why a computer cannot run the package, in a few words; empty when it can.

    `system` as in sys.platform, `machine` as in platform.machine(), `wide` when Python itself is a 64-bit program.
    """
    if version < OLDEST:
        return f"Python {version[0]}.{version[1]} is older than {OLDEST[0]}.{OLDEST[1]}"
    for name, machines in SUPPORTED:
        if system == name and machine.lower() in machines:
            return "" if wide else f"this Python is a 32-bit program ({system} {machine})"
    return f"{system or 'an unknown system'} on {machine or 'an unknown processor'} is not supported"


def require_platform() -> None:
    """Nothing on a supported computer; InputError elsewhere, before anything heavy is imported."""
    found = fault(
        sys.platform, platform.machine(), (sys.version_info.major, sys.version_info.minor), wide=sys.maxsize > 2**32
    )
    if found:
        raise InputError(
            found,
            remedy="Use 64-bit Python 3.11 or newer on Linux, on macOS with an Apple processor, or on Windows x64",
            where="this computer",
        )
