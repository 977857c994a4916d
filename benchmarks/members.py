"""Memory and time of an ensemble by its members: kept on disk, and for comparison in memory.

    python benchmarks/members.py --places 3100 --steps 30 --members 128 512

Every count runs in a process of its own, which tells its peak. Blocks are run, kept, read again for quantiles and
written as a run. People alone by default, `--whole` with jobs, homes, budgets and services.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from machine import machine


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--places", type=int, default=356)
    options.add_argument("--steps", type=int, default=16)
    options.add_argument("--members", type=int, nargs="+", default=[64, 256, 1024])
    options.add_argument("--whole", action="store_true")
    options.add_argument("--memory", action="store_true", help="hold members in memory instead")
    options.add_argument("--folder", type=Path, default=None, help="where parts and runs are written")
    options.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.child:
        print(json.dumps(measured(asked)))
        return
    print(machine("zarr"))
    kept = "in memory" if asked.memory else "on disk"
    model = "whole model" if asked.whole else "people alone"
    print(f"{asked.places:,} places, {asked.steps} steps, {model}, members {kept}\n")
    print("| members | peak MB | of it in blocks | in reading and writing | parts MB | run MB | blocks s | writing s |")
    print("|---|---|---|---|---|---|---|---|")
    for members in asked.members:
        call = [*sys.argv, "--child", "--members", str(members)]
        told = subprocess.run([sys.executable, *call], check=True, stdout=subprocess.PIPE, text=True).stdout
        found = json.loads(told.splitlines()[-1])
        print(
            f"| {members:,} | {max(found['blocks_peak'], found['writing_peak']):,.0f} | {found['blocks_peak']:,.0f} "
            f"| {found['writing_peak']:,.0f} | {found['parts']:,.0f} | {found['run']:,.0f} "
            f"| {found['blocks']:,.0f} | {found['writing']:,.0f} |",
            flush=True,
        )


class Peak:
    """The most memory that this process holds at any time, looked at fifty times a second."""

    def __init__(self) -> None:
        self._most = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def taken(self) -> float:
        """MB since the last call."""
        most, self._most = self._most, 0.0
        return most

    def _watch(self) -> None:
        while True:
            held = Path("/proc/self/statm").read_text().split()
            self._most = max(self._most, (int(held[1]) - int(held[2])) * 4096 / 1e6)
            time.sleep(0.02)


def measured(asked: argparse.Namespace) -> dict[str, float]:
    """One count of members in this process."""
    import jax
    from runs import plan

    from hinterland.members.ensemble import run_ensemble
    from hinterland.members.parts import parts
    from hinterland.members.streaming import fill, streamed
    from hinterland.memory import forget_compiled
    from hinterland.results import store
    from hinterland.workers.pool import Here

    made = plan(asked.places, asked.members[0], asked.steps, whole=asked.whole)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        target = Path(folder) / "run"
        peak, began = Peak(), time.perf_counter()
        if asked.memory:
            with jax.enable_x64(True):
                ensemble = run_ensemble(
                    made.system, members=made.members, until=made.years[-1], seed=made.seed
                ).ensemble
            found |= {"blocks": time.perf_counter() - began, "blocks_peak": peak.taken(), "parts": 0.0}
            began = time.perf_counter()
            store.write(ensemble, target)
        else:
            with parts(Path(folder) / "parts", made) as kept:
                fill(kept, Here())
                found |= {
                    "blocks": time.perf_counter() - began,
                    "blocks_peak": peak.taken(),
                    "parts": size(kept.folder),
                }
                forget_compiled()
                began = time.perf_counter()
                store.write_run(streamed(kept, {}), target)
        return found | {"writing": time.perf_counter() - began, "writing_peak": peak.taken(), "run": size(target)}


def size(folder: Path) -> float:
    """MB of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
