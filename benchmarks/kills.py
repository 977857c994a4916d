"""Runs killed at random instants and resumed: whether their bytes are those of a run that nothing stopped.

    python benchmarks/kills.py --kills 20              this process's own work, killed
    python benchmarks/kills.py --kills 20 --workers 2 --per-run 4     three workers, then the process with all of them

A run has phases: its blocks are run, read again, and written. Kills take the phases in turn, each at an instant drawn
from a seed over the time since its beginning that it took in a run that nothing stopped. SIGKILL leaves nobody a chance
to clean up. With workers, those die while blocks are run, as they have nothing to do later.
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
from collections import Counter
from pathlib import Path

from machine import machine

PLACES, STEPS, MEMBERS = 40, 6, 200
PHASES = ("blocks", "reading", "writing")
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
    took = whole.took
    spent = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in took.items())
    print(f"undisturbed: {spent}; {blocks()} blocks, {right[:12]}\n", flush=True)
    draw, failed, runs = random.Random(asked.seed), 0, 0
    kills: Counter[str] = Counter()
    while kills.total() < asked.kills:
        run = Run(folder / f"run{runs}", asked.workers, folder)
        phase = PHASES[runs % len(PHASES)]
        runs += 1
        attempts = 1
        for turn in range(asked.per_run - 1):
            # A worker's end is survived by the run itself.
            told = run.kill_worker(draw.uniform(0, took["blocks"] / asked.per_run))
            kills["a worker, in blocks"] += "killed" in told
            print(f"   {told}, {run.done()} blocks there", flush=True)
            assert run.process.poll() is None, f"the end of worker {turn + 1} ended the run"
        told = run.kill(phase, draw.uniform(0, took[phase]))
        if told in PHASES:
            kills[f"all, in {told}"] += 1
            told = f"killed in {told}"
        print(f"   {told}, {run.done()} blocks there", flush=True)
        while run.process.wait() != 0 or not run.target.exists():
            run, attempts = Run(run.folder, asked.workers, folder), attempts + 1
            run.wait()
        left = sorted(path.name for path in run.folder.iterdir())
        same = digest(run.target) == right and left == ["run"]
        failed += not same
        told = "same bytes" if same else f"DIFFERENT, left: {left}"
        print(f"run {runs}, {kills.total()} kills so far: {attempts} attempts, {told}", flush=True)
        shutil.rmtree(run.folder)
    each = ", ".join(f"{number} {what}" for what, number in sorted(kills.items()))
    print(f"\n{kills.total()} kills in {runs} runs ({each}), of which {runs - failed} have the same bytes")
    return failed


class Run:
    """A process that makes a run in a folder; it says when it has its plan, and when each phase begins."""

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
        self._began: list[tuple[str, float]] = []
        self._until("blocks")

    @property
    def took(self) -> dict[str, float]:
        """Seconds of each phase of a run that has ended."""
        ends = [at for _, at in self._began[1:]]
        return {name: end - at for (name, at), end in zip(self._began, ends, strict=False)}

    def wait(self) -> None:
        """Until it has ended well."""
        self._until(None)
        assert self.process.wait() == 0

    def kill(self, phase: str, wait: float) -> str:
        """Ends it so many seconds after a phase began; the phase it was in, or that it had ended."""
        self._until(phase)
        time.sleep(wait)
        self.process.kill()
        ended = self.process.wait() == 0
        self._until(None)
        return "ended of itself before" if ended else self._began[-1][0]

    def kill_worker(self, wait: float) -> str:
        """Ends one of its workers after so many seconds."""
        time.sleep(wait)
        workers = self._workers()
        if not workers:
            return "no worker was there to end"
        os.kill(random.Random(wait).choice(workers), signal.SIGKILL)
        return f"a worker killed after {wait:.2f} s"

    def _until(self, phase: str | None) -> None:
        """Reads what it says up to the beginning of a phase, or to its end."""
        assert self.process.stdout is not None
        while phase not in [name for name, _ in self._began]:
            line = self.process.stdout.readline().strip()
            if not line:
                assert phase is None, f"the process ended before {phase}"
                return
            if line in (*PHASES, "done"):
                self._began.append((line, time.monotonic()))

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
        print("blocks", flush=True)
        # A run that is there already, as a kill came between its end and the parts' removal, is made again.
        with replacing(target, is_ours=is_run_folder) as part, parts(kept_in, made) as kept:
            fill(kept, doing)
            print("reading", flush=True)
            run = streamed(kept, {})
            print("writing", flush=True)
            store.write_run(run, part / STORE)
        shutil.rmtree(kept_in)
    print("done", flush=True)


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
