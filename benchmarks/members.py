"""Memory and time of an ensemble by its members: kept on disk, and for comparison in memory.

    python benchmarks/members.py --places 3100 --steps 30 --members 128 512
    HINTERLAND_KERNEL=hierarchical python benchmarks/members.py --places 3100 --steps 30 --members 1000

Every count runs in a process of its own, which tells its peak. Blocks are run, kept, read again for quantiles and
written as a run. People alone by default, `--whole` with jobs, homes, budgets and services. CPU of a member is that of
all blocks after the first, which compiles, by their members (the central run among them). Its products are the kernel
products of the steps of a block, compiled by themselves and run after the blocks in the same process.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

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
    print("| members | peak MB | in blocks | in writing | parts MB | run MB | blocks, s | writing, s |", end="")
    print(" CPU s of a member | of it products | in writing |")
    print("|---" * 11 + "|")
    for members in asked.members:
        call = [*sys.argv, "--child", "--members", str(members)]
        told = subprocess.run([sys.executable, *call], check=True, stdout=subprocess.PIPE, text=True).stdout
        found = json.loads(told.splitlines()[-1])
        print(
            f"| {members:,} | {max(found['blocks_peak'], found['writing_peak']):,.0f} | {found['blocks_peak']:,.0f} "
            f"| {found['writing_peak']:,.0f} | {found['parts']:,.0f} | {found['run']:,.0f} "
            f"| {found['blocks']:,.0f} / {found['blocks_cpu']:,.0f} "
            f"| {found['writing']:,.0f} / {found['writing_cpu']:,.0f} "
            f"| {found.get('member', float('nan')):.2f} | {found.get('products', float('nan')):.2f} "
            f"| {found['writing_cpu'] / members:.2f} |",
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
    told: list[tuple[int, float]] = []

    def tell(_members: int, _all: int, _what: str) -> None:
        told.append((len(told) + 1, time.process_time()))
        print(f"block {len(told)}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        target = Path(folder) / "run"
        peak, began = Peak(), (time.perf_counter(), time.process_time())
        if asked.memory:
            with jax.enable_x64(True):
                ensemble = run_ensemble(
                    made.system,
                    members=made.members,
                    until=made.years[-1],
                    seed=made.seed,
                    progress=tell,
                ).ensemble
            found |= {**since(began, "blocks"), "blocks_peak": peak.taken(), "parts": 0.0}
            began = (time.perf_counter(), time.process_time())
            store.write(ensemble, target)
        else:
            with parts(Path(folder) / "parts", made) as kept:
                fill(kept, Here(), progress=tell)
                found |= {**since(began, "blocks"), "blocks_peak": peak.taken(), "parts": size(kept.folder)}
                found["products"] = products(asked)
                forget_compiled()
                peak.taken()
                began = (time.perf_counter(), time.process_time())
                store.write_run(streamed(kept, {}), target)
        found |= {**since(began, "writing"), "writing_peak": peak.taken(), "run": size(target)}
    if len(made.blocks) > 1:
        (first, after), (last, end) = told[0], told[len(made.blocks) - 1]
        found["member"] = (end - after) / (last - first) / made.size
    return found


def since(began: tuple[float, float], name: str) -> dict[str, float]:
    """Seconds by the clock and of CPU since a moment, by name."""
    wall, cpu = began
    return {name: time.perf_counter() - wall, f"{name}_cpu": time.process_time() - cpu}


def products(asked: argparse.Namespace) -> float:
    """CPU seconds of a member that the kernel products of all its steps take, with a block's columns at a time."""
    from dataclasses import replace

    import jax
    import jax.numpy as jnp
    import numpy as np
    from step import PRODUCTS, Counted, case, of_size

    from hinterland.data.pack import read_pack
    from hinterland.members.plan import BLOCK
    from hinterland.model.step import step
    from hinterland.params import load

    with jax.enable_x64(True):
        of = case(of_size(read_pack("cn"), asked.places), load(fitted="cn"), BLOCK)
        of = of if asked.whole else of.alone()
        counted = Counted(jnp.zeros((asked.places, asked.places)))
        PRODUCTS.clear()
        jax.eval_shape(step, replace(of.setting, kernel=counted), *of.inputs[1:])
        draw = np.random.default_rng(1)
        shapes = list(PRODUCTS)
        columns = [jnp.asarray(draw.random(shape)) for _, shape in shapes]

        @jax.jit
        def all_of_them(kernel: Any, columns: list[Any]) -> list[Any]:
            return [
                kernel.apply_transposed(x) if transposed else kernel.apply(x)
                for (transposed, _), x in zip(shapes, columns, strict=True)
            ]

        taken = []
        for _ in range(6):
            began = time.process_time()
            jax.block_until_ready(all_of_them(of.setting.kernel, columns))
            taken.append(time.process_time() - began)
    return statistics.median(taken[1:]) / BLOCK * asked.steps


def size(folder: Path) -> float:
    """MB of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
