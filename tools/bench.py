"""Runs the benchmarks that docs/benchmarks.md quotes and writes their tables into it: `make bench`.

What stands between `<!-- bench: NAME -->` and `<!-- end -->` is what benchmarks/NAME.py printed last, with its machine
and versions in the first line; all other text stays. Options are those of products.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
BLOCK = re.compile(r"(<!-- bench: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def main() -> None:
    options = sys.argv[1:]
    text = PAGE.read_text(encoding="utf-8")
    for name in [found[2] for found in BLOCK.finditer(text)]:
        script = ROOT / "benchmarks" / f"{name}.py"
        own = options if name == "products" else []
        print(f"{script.name} {' '.join(own)}", flush=True)
        printed = subprocess.run([sys.executable, script, *own], check=True, stdout=subprocess.PIPE, text=True).stdout
        print(printed, flush=True)
        text = _with(text, name, printed)
        PAGE.write_text(text, encoding="utf-8")


def _with(text: str, name: str, printed: str) -> str:
    """The page with what a benchmark printed in its block."""
    return BLOCK.sub(
        lambda found: f"{found[1]}\n{printed.strip()}\n\n{found[4]}" if found[2] == name else found[0], text
    )


if __name__ == "__main__":
    main()
