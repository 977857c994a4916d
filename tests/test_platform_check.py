"""Supported computers pass; others get a sentence instead of a trace."""

from __future__ import annotations

import pytest

from hinterland import platform_check
from hinterland.errors import InputError
from hinterland.platform_check import fault, require_platform


@pytest.mark.parametrize(
    ("system", "machine"),
    [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")],
)
def test_supported(system: str, machine: str) -> None:
    assert fault(system, machine, (3, 11), wide=True) == ""
    assert fault(system, machine, (3, 14), wide=True) == ""


@pytest.mark.parametrize(
    ("system", "machine", "version", "wide", "said"),
    [
        ("darwin", "x86_64", (3, 12), True, "darwin on x86_64 is not supported"),
        ("win32", "ARM64", (3, 12), True, "win32 on ARM64 is not supported"),
        ("linux", "riscv64", (3, 12), True, "linux on riscv64 is not supported"),
        ("linux", "", (3, 12), True, "an unknown processor"),
        ("linux", "x86_64", (3, 10), True, "older than 3.11"),
        ("win32", "AMD64", (3, 12), False, "32-bit"),
    ],
)
def test_refused(system: str, machine: str, version: tuple[int, int], wide: bool, said: str) -> None:
    assert said in fault(system, machine, version, wide=wide)


def test_this_computer_passes() -> None:
    require_platform()


def test_refusal_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_check.sys, "platform", "freebsd14")
    with pytest.raises(InputError, match=r"freebsd14.*not supported\. Use 64-bit Python 3\.11 or newer on Linux"):
        require_platform()
