"""The examples in the pages: read from Markdown, run in one folder, and what they print compared with what is shown.

Every `console` and `python` block of a page in PAGES is run, in the order of the pages, in one folder. A line before a
block says otherwise:

    <!-- file: places.csv -->      the block is saved under that name
    <!-- raw files -->             run only where the folder of raw files is at hand, as $RAW
    <!-- fails -->                 the command is refused, and that is what is shown
    <!-- not run: WHY -->          not run

In what is shown a line `...` stands for any lines, and seconds (`in 31 s`) may differ or be given as `in ... s`. A
command that has been run before in the folder is not run again.

    python tools/examples.py                     run all and say what differs
    python tools/examples.py --write             put what was printed in place of what differs
    python tools/examples.py --folder DIR        keep the folder, and go on in it
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = (
    "start/first-forecast.md",
    "start/own-country.md",
    "start/back-test.md",
    "start/own-scenario.md",
    "start/own-mechanism.md",
    "start/many-runs.md",
    "zh/index.md",
    "ja/index.md",
)
"""Pages of docs/ whose blocks are run, in the order of running."""
RAW = ROOT.parent / "shared" / "data"
"""Raw files, where they lie beside the checkout (docs/data.md)."""
KINDS = ("console", "python")
GAP = "..."
FENCE = re.compile(
    r"(?:^<!-- (?P<mark>file|raw files|fails|not run)(?:: (?P<what>[^\n]*?))? -->\n+)?"
    r"^```(?P<kind>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
CLOSE = 1e-3
"""Relative difference between two numbers with decimals or thousands that counts as none: other processors round
otherwise."""
SECONDS = re.compile(r"\bin (?:\d[\d,.]*|\.\.\.) s\b")
LONGEST = 1800
"""Seconds after which a command is ended."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    kind: str
    body: str
    mark: str
    """What the line before it says: file, raw files, fails, not run, or nothing."""
    what: str
    """The name of the file, or why it is not run."""
    line: int
    span: tuple[int, int]
    """Where its body lies in the page, in characters."""

    @property
    def runs(self) -> bool:
        """Whether it is run, if raw files are at hand."""
        return self.kind in KINDS and self.mark != "not run"


@dataclass(frozen=True, slots=True)
class Command:
    """A command line and the lines shown below it."""

    line: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a page shows and what came."""

    page: str
    line: int
    command: str
    shown: tuple[str, ...]
    came: tuple[str, ...]

    def __str__(self) -> str:
        shown, came = "\n".join(self.shown), "\n".join(self.came)
        return f"docs/{self.page}, block at line {self.line}: {self.command}\n--- shown\n{shown}\n--- came\n{came}"


@dataclass(frozen=True, slots=True)
class Session:
    """The folder that examples run in, and what has been run there: command -> [exit status, lines]."""

    folder: Path
    done: dict[str, tuple[int, list[str]]]
    raw: Path | None
    """Folder of raw files; blocks that need it are passed over without it."""


def blocks(text: str) -> tuple[Block, ...]:
    """The fenced blocks of a page, in order."""
    return tuple(
        Block(
            found["kind"],
            found["body"],
            found["mark"] or "",
            found["what"] or "",
            text.count("\n", 0, found.start("kind")) + 1,
            found.span("body"),
        )
        for found in FENCE.finditer(text)
    )


def commands(body: str) -> tuple[Command, ...]:
    """The commands of a console block, each with what is shown below it; ValueError where it begins with none."""
    found: list[Command] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], ()))
        elif found:
            found[-1] = replace(found[-1], shown=(*found[-1].shown, line))
        else:
            raise ValueError(f"a console block begins with {line!r}, which is no command: write `$ command`")
    return tuple(found)


def agree(shown: Sequence[str], came: Sequence[str]) -> bool:
    """Whether lines are those shown; a line `...` stands for any, and numbers may differ in what rounding moves."""
    if not shown:
        return not came
    if shown[0] == GAP:
        return any(agree(shown[1:], came[skipped:]) for skipped in range(len(came) + 1))
    return bool(came) and _same(shown[0], came[0]) and agree(shown[1:], came[1:])


def _same(shown: str, came: str) -> bool:
    shown, came = (SECONDS.sub("in seconds", line) for line in (shown, came))
    if NUMBER.sub("#", shown.rstrip()) != NUMBER.sub("#", came.rstrip()):
        return False
    return all(map(_near, NUMBER.findall(shown), NUMBER.findall(came)))


def _near(shown: str, came: str) -> bool:
    if shown == came:
        return True
    if not ({",", "."} & {*shown} and {",", "."} & {*came}):
        return False
    one, other = (float(text.replace(",", "")) for text in (shown, came))
    last = 10.0 ** -len(shown.partition(".")[2])
    return abs(one - other) <= max(CLOSE * abs(one), 1.001 * last)


def session(folder: Path, raw: Path | None = None) -> Session:
    """A folder to run examples in, with a `hinterland` of this checkout on its path; goes on where it was left."""
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "work").mkdir(exist_ok=True)
    shim = folder / "bin" / "hinterland"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hinterland "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    kept = folder / "done.json"
    done = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    return Session(folder, done, raw)


def environment(of: Session) -> dict[str, str]:
    """What commands see: this checkout's package, a data folder of their own, a terminal of usual width."""
    return os.environ | {
        "PATH": f"{of.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONIOENCODING": "utf-8",
        "HINTERLAND_DATA": str(of.folder / "data"),
        # Programs are compiled once for all commands and for Python, which would not keep them by itself.
        "JAX_COMPILATION_CACHE_DIR": os.environ.get("JAX_COMPILATION_CACHE_DIR")
        or str(of.folder / "data" / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "XLA_FLAGS": "",  # compiled as for users, whatever tests ask of the compiler
        "RAW": str(of.raw or ""),
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }


def run(page: str, text: str, of: Session, only: str | None = None) -> Iterator[Difference]:
    """Runs the blocks of a page in order, or those with one mark; yields what differs from what is shown."""
    for block in blocks(text):
        if only is not None and block.mark != only:
            continue
        if block.mark == "file":
            (of.folder / "work" / block.what).write_text(block.body, encoding="utf-8")
        elif block.runs and (block.mark != "raw files" or of.raw is not None):
            yield from (_console if block.kind == "console" else _python)(page, block, of)


def _console(page: str, block: Block, of: Session) -> Iterator[Difference]:
    for command in commands(block.body):
        status, came = _call(["bash", "-c", command.line], command.line, of)
        if (status != 0) != (block.mark == "fails"):
            yield Difference(page, block.line, f"{command.line} (ended with {status})", command.shown, tuple(came))
        elif not agree(command.shown, came):
            yield Difference(page, block.line, command.line, command.shown, tuple(came))


def _python(page: str, block: Block, of: Session) -> Iterator[Difference]:
    script = (
        "import doctest, sys\n"
        "tests = doctest.DocTestParser().get_doctest(sys.argv[1], {}, 'page', 'page', 0)\n"
        "if not tests.examples: sys.exit('the block has no >>>')\n"
        "runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)\n"
        "sys.exit(bool(runner.run(tests).failed))\n"
    )
    status, came = _call([sys.executable, "-c", script, block.body], block.body, of)
    if status:
        yield Difference(page, block.line, "python", (), tuple(came))


def _call(arguments: Sequence[str], key: str, of: Session) -> tuple[int, list[str]]:
    if key in of.done:
        return of.done[key]
    ended = subprocess.run(
        arguments,
        cwd=of.folder / "work",
        env=environment(of),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LONGEST,
        check=False,
    )
    told = ended.stdout if ended.returncode == 0 else ended.stdout + ended.stderr
    lines = [line.rstrip() for line in told.rstrip("\n").split("\n")] if told.strip() else []
    of.done[key] = (ended.returncode, lines)
    (of.folder / "done.json").write_text(json.dumps(of.done, ensure_ascii=False), encoding="utf-8")
    return of.done[key]


def written(text: str, differences: Sequence[Difference]) -> str:
    """A page with what came in place of what differed; a block of Python is left as it is."""
    for block in reversed(blocks(text)):
        came = {each.command: each.came for each in differences if each.line == block.line}
        if block.kind != "console" or not came:
            continue
        parts: list[str] = []
        for command in commands(block.body):
            parts += [f"$ {command.line}", *came.get(command.line, command.shown)]
        text = text[: block.span[0]] + "\n".join(parts) + "\n" + text[block.span[1] :]
    return text


def main() -> None:
    """Runs the pages and tells, or writes, what differs; the exit status is 1 where something does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", metavar="MARK", help="blocks with one mark, such as 'raw files'")
    parser.add_argument("pages", nargs="*")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        of = session((asked.folder or Path(temporary)).resolve(), RAW if RAW.is_dir() else None)
        differing = 0
        for page in asked.pages or PAGES:
            text = (DOCS / page).read_text(encoding="utf-8")
            found = list(run(page, text, of, asked.only))
            differing += len(found)
            for each in found:
                print(f"{each}\n")
            if asked.write:
                (DOCS / page).write_text(written(text, found), encoding="utf-8")
    print(f"{differing} commands print something else than shown" if differing else "all commands print what is shown")
    sys.exit(differing > 0 and not asked.write)


if __name__ == "__main__":
    main()
