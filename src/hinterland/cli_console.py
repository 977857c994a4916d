"""What every command shares: how errors, interruptions and progress are told."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Final

import typer

from hinterland.errors import InputError
from hinterland.platform_check import require_platform

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

INPUT_ERROR = 2
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


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int, str], None]]:
    """Yields `progress(done, total, what)`, which draws a bar on standard error where that is a terminal.

    It also ends the command where a signal asked for that and the exception it raised was lost on the way.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks = {}

        def report(done: int, total: int, what: str) -> None:
            _end_if_asked()
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield report
