"""What a user waits for: an import, the first run of the embedded country on a machine, and the next.

    python benchmarks/cold.py                  200 members, in memory and on disk
    python benchmarks/cold.py --members 8 --until 2050

Every call is a process of its own. A first run has an empty data folder: nothing is compiled, and nothing of the record
inverted; the next has what the first has left. CPU is that of the process and what it starts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import machine

IMPORTS = 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--members", type=int, default=200)
    options.add_argument("--until", type=int, default=2100)
    asked = options.parse_args()
    print(machine())
    print("\n| what | s by the clock | CPU s | peak MB |\n|---|---|---|---|")
    bare, own = (statistics.median(_imported(text) for _ in range(IMPORTS)) for text in ("pass", "import hinterland"))
    print(f"| `import hinterland`, beyond Python's own start | {own - bare:.2f} | | |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        run = ["run", "cn", "--members", str(asked.members), "--until", str(asked.until)]
        name = f"`hinterland run cn`, {asked.members} members to {asked.until}"
        for what, more in (("first", []), ("next", []), ("next, members on disk", ["--disk"])):
            out = Path(folder) / what.replace(" ", "-")
            told = _measured(
                [sys.executable, "-m", "hinterland", *run, *more, "--out", str(out)], Path(folder) / "data"
            )
            print(f"| {name}, {what} | {told[0]:.0f} | {told[1]:.0f} | {told[2]:,.0f} |", flush=True)


def _imported(text: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", text], check=True)
    return time.perf_counter() - began


def _measured(command: list[str], data: Path) -> tuple[float, float, float]:
    """Seconds by the clock, of CPU, and the most memory in MB of a command with its data in a folder."""
    told = {name: value for name, value in os.environ.items() if name != "JAX_COMPILATION_CACHE_DIR"}
    began = time.perf_counter()
    process = subprocess.Popen(command, env={**told, "HINTERLAND_DATA": str(data)}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3


if __name__ == "__main__":
    main()
