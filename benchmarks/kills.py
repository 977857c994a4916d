"""Runs killed at random instants and resumed: whether their bytes are those of a run that nothing stopped.

    python benchmarks/kills.py --kills 20              this process's own work, killed
    python benchmarks/kills.py --kills 20 --workers 2 --per-run 4     three workers, then the process with all of them

Instants are drawn from a seed over the time that an undisturbed run takes from its plan to its end. SIGKILL leaves
nobody a chance to clean up.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import machine

PLACES, STEPS, MEMBERS = 40, 6, 200
PLAN = "plan.pickle"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--workers", type=int, default=None)
    options.add_argument("--per-run", type=int, default=1, help="the last of them ends the process, others a worker")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--child", type=Path, default=None, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.child is not None:
        child(asked.child, asked.workers)
        return
    print(machine(*(["distributed"] if asked.workers else [])))
    with tempfile.TemporaryDirectory() as folder:
        prepared(Path(folder) / PLAN)
        failed = killed(Path(folder), asked)
    sys.exit(bool(failed))


def prepared(file: Path) -> None:
    """Writes the plan that all runs follow: making it would take most of the time of a small run."""
    import pickle

    from runs import plan

    file.write_bytes(pickle.dumps(plan(PLACES, MEMBERS, STEPS, whole=False)))


def killed(folder: Path, asked: argparse.Namespace) -> int:
    """How many of the runs that were killed and resumed differ from the one that nothing stopped."""
    whole = Run(folder / "whole", None, folder)
    whole.wait()
    right = digest(whole.target)
    # The first has compiled what the others find; how long one takes is told by the second.
    whole = Run(folder / "again", asked.workers, folder)
    whole.wait()
    assert digest(whole.target) == right, "two runs that nothing stopped differ"
    print(f"undisturbed: {whole.seconds:.1f} s from the plan to the end, {blocks()} blocks, {right[:12]}", flush=True)
    draw, failed, kills, runs = random.Random(asked.seed), 0, 0, 0
    while kills < asked.kills:
        runs += 1
        run = Run(folder / f"run{runs}", asked.workers, folder)
        attempts = 1
        for turn in range(asked.per_run):
            # A worker's end is survived by the run itself; the end of everything is for the next attempt.
            told = run.kill(draw.uniform(0, whole.seconds), one_worker=bool(asked.workers) and turn < asked.per_run - 1)
            kills += "killed" in told
            print(f"   {told}, {run.done()} blocks there", flush=True)
            if run.process.poll() is not None and turn < asked.per_run - 1:
                break
        while run.process.wait() != 0 or not run.target.exists():
            run, attempts = Run(run.folder, asked.workers, folder), attempts + 1
            run.wait()
        left = sorted(path.name for path in run.folder.iterdir())
        same = digest(run.target) == right and left == ["run"]
        failed += not same
        told = "same bytes" if same else f"DIFFERENT, left: {left}"
        print(f"run {runs}, {kills} kills so far: {attempts} attempts, {told}", flush=True)
        shutil.rmtree(run.folder)
    print(f"{kills} kills in {runs} runs, of which {runs - failed} have the same bytes")
    return failed


class Run:
    """A process that makes a run in a folder; it says when it has its plan."""

    def __init__(self, folder: Path, workers: int | None, cache: Path) -> None:
        self.folder, self.target, self.parts = folder, folder / "run", folder / ".run.parts"
        folder.mkdir(exist_ok=True)
        more = [] if workers is None else ["--workers", str(workers)]
        environment = {
            **os.environ,
            "JAX_COMPILATION_CACHE_DIR": str(cache / "compiled"),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        }
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--child", str(folder), *more],
            stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "ready"
        self._began = time.monotonic()

    def wait(self) -> None:
        """Until it has ended well."""
        assert self.process.wait() == 0
        self.seconds = time.monotonic() - self._began

    def kill(self, wait: float, *, one_worker: bool) -> str:
        """Ends it, or one of its workers, after so many seconds."""
        time.sleep(wait)
        if self.process.poll() is not None:
            return f"ended of itself before {wait:.2f} s were over"
        if one_worker:
            workers = self._workers()
            if not workers:
                return "no worker was there to end"
            os.kill(random.Random(wait).choice(workers), signal.SIGKILL)
            return f"a worker killed after {wait:.2f} s"
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return f"killed after {wait:.2f} s"

    def done(self) -> int:
        """Blocks that are there."""
        return len(list(self.parts.glob("*/block-??????"))) if self.parts.exists() else 0

    def _workers(self) -> list[int]:
        """Processes below it that hold JAX: those of Dask that do the work."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes()
                    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except (OSError, IndexError):
                    continue
                if parent == self.process.pid and b"spawn_main" in command:
                    found.append(int(entry.name))
        return found


def child(folder: Path, workers: int | None) -> None:
    """Makes the run: as `hinterland run` does, but for the preparation, which would take most of the time."""
    import pickle

    import jax

    from hinterland.members.parts import parts
    from hinterland.members.streaming import fill, streamed
    from hinterland.results import store
    from hinterland.results.layout import STORE, is_run_folder
    from hinterland.workers.cluster import pool
    from hinterland.writing import replacing

    target, kept_in = folder / "run", folder / ".run.parts"
    with jax.enable_x64(True):
        made = pickle.loads((folder.parent / PLAN).read_bytes())
    with pool(workers) as doing:
        print("ready", flush=True)
        with replacing(target, is_ours=is_run_folder) as part, parts(kept_in, made) as kept:
            fill(kept, doing)
            store.write_run(streamed(kept, {}), part / STORE)
    shutil.rmtree(kept_in)


def blocks() -> int:
    """Blocks of a run."""
    from hinterland.members.plan import BLOCK

    return -(-(MEMBERS + 1) // BLOCK)


def digest(folder: Path) -> str:
    """Of every file's name and bytes; the time of writing, which the attributes carry, apart."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.name == "zarr.json" and b'"created"' in content:
                described = json.loads(content)
                described["attributes"].pop("created")
                content = json.dumps(described).encode()
            whole.update(str(path.relative_to(folder)).encode() + b"\0" + content)
    return whole.hexdigest()


if __name__ == "__main__":
    main()
