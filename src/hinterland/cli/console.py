"""What every command shares: how errors, interruptions and progress are told."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Final

import typer

from hinterland.errors import InputError
from hinterland.platform_check import require_platform

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

INPUT_ERROR = 2
IN_NOTEBOOK: Final = "JPY_PARENT_PID"
"""What commands of a notebook find in their environment: its cells would keep every redrawing of a bar as text."""
INTERRUPTED = 130
TERMINATED = 143
PIPED_WIDTH = 240

_ASKED: Final[list[int]] = []
"""Signals that asked the command to end. Kept, since a library's callback can swallow the exception they raise."""


def heed_signals() -> None:
    """Lets Ctrl-C and a request to end from the system end the command with their own codes, after cleaning up."""

    def end(number: int, _: FrameType | None) -> None:
        _ASKED.append(number)
        _end_if_asked()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def _end_if_asked() -> None:
    if signal.SIGTERM in _ASKED:
        sys.exit(TERMINATED)
    if _ASKED:
        raise KeyboardInterrupt


@contextmanager
def answered() -> Iterator[None]:
    """Ends a command with one clear message where the input or the user ends it; other errors keep their trace."""
    try:
        require_platform()
        yield
    except InputError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(INPUT_ERROR) from None
    except KeyboardInterrupt:
        typer.echo("stopped; nothing was written", err=True)
        raise typer.Exit(INTERRUPTED) from None


def show(table: Table) -> None:
    """Prints a table: as wide as the terminal, or wide and without trailing blanks where a file or program reads it."""
    from rich.console import Console

    if sys.stdout.isatty():
        Console(highlight=False).print(table)
        return
    console = Console(highlight=False, width=PIPED_WIDTH, color_system=None)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())


def plain(text: str) -> Text:
    """Text for a table whose brackets are brackets, not markup."""
    from rich.text import Text

    return Text(text)


@dataclass(slots=True)
class Left:
    """How long the rest takes at the pace since the first report, which came after what is done only once."""

    clock: Callable[[], float] = time.monotonic
    _first: tuple[int, float] | None = None
    _last: tuple[int, float] | None = None

    def report(self, done: int) -> None:
        """Takes note of how much is done; less than before means that the work has begun anew."""
        now = (done, self.clock())
        if self._first is None or self._last is None or done < self._last[0]:
            self._first = now
        self._last = now

    def seconds(self, total: int) -> float | None:
        """Seconds from now on; None as long as there is no pace to go by."""
        if self._first is None or self._last is None or self._last[0] <= self._first[0]:
            return None
        pace = (self._last[1] - self._first[1]) / (self._last[0] - self._first[0])
        return max(pace * (total - self._last[0]) - (self.clock() - self._last[1]), 0.0)


def _left_text(seconds: float | None) -> str:
    if seconds is None:
        return ""
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d} left" if hours else f"{rest // 60}:{rest % 60:02d} left"


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int, str], None]]:
    """Yields `progress(done, total, what)`, which draws a bar on standard error where that is a terminal of its own.

    The time that is left is told once there is a pace to go by. It also ends the command where a signal asked for that
    and the exception it raised was lost on the way.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text

    paces: dict[str, Left] = {}

    class LeftColumn(ProgressColumn):
        def render(self, task: Task) -> Text:
            pace = paces.get(task.description)
            return Text("" if pace is None or task.finished else _left_text(pace.seconds(int(task.total or 0))))

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), LeftColumn())
    console = Console(stderr=True)
    shown = console.is_terminal and IN_NOTEBOOK not in os.environ
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        tasks = {}

        def report(done: int, total: int, what: str) -> None:
            _end_if_asked()
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
                paces[what] = Left()
            paces[what].report(done)
            bar.update(tasks[what], completed=done, total=total)

        yield report
