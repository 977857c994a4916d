"""Runs the benchmarks that docs/benchmarks.md quotes and writes their tables into it: `make bench`.

    python tools/bench.py                               all blocks
    python tools/bench.py products world --places FILE  some, with positions and people from a table

What stands between `<!-- bench: NAME -->` and `<!-- end -->` is what benchmarks/NAME.py printed last, with its machine
and versions in the first line; all other text stays. A benchmark that fails keeps its block; the others run, and the
failure is told at the end. `--places` goes to the benchmarks that take it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
BLOCK = re.compile(r"(<!-- bench: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def main() -> None:
    blocks = [found[2] for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(blocks)}; all where none is given")
    parser.add_argument("--places", type=Path, help="a table with latitude, longitude, population and regions")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(blocks))
    if unknown:
        parser.error(f"docs/benchmarks.md has no block {', '.join(unknown)}; it has {', '.join(blocks)}")
    failed = []
    for name in asked.names or blocks:
        script = ROOT / "benchmarks" / f"{name}.py"
        options = ["--places", str(asked.places)] if asked.places and _takes_places(script) else []
        print(f"{script.name} {' '.join(options)}", flush=True)
        done = subprocess.run([sys.executable, script, *options], check=False, stdout=subprocess.PIPE, text=True)
        print(done.stdout, flush=True)
        if done.returncode != 0:
            failed.append(f"{script.name} ended with {done.returncode}; its block stays as it was")
            continue
        # Read again: a benchmark takes long, and the page may have been edited meanwhile.
        PAGE.write_text(_with(PAGE.read_text(encoding="utf-8"), name, done.stdout), encoding="utf-8")
    if failed:
        sys.exit("\n".join(failed))


def _takes_places(script: Path) -> bool:
    """Whether a benchmark asks for a table of places."""
    return '"--places", type=Path' in script.read_text(encoding="utf-8")


def _with(text: str, name: str, printed: str) -> str:
    """The page with what a benchmark printed in its block."""
    return BLOCK.sub(
        lambda found: f"{found[1]}\n{printed.strip()}\n\n{found[4]}" if found[2] == name else found[0], text
    )


if __name__ == "__main__":
    main()
