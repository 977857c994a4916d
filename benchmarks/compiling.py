"""What is gained by compiling the inversion with little work: `python benchmarks/compiling.py [--pack NAME|DIR]`.

The loss of a record with its gradient, as `invert` first calls it for the country, is compiled both ways in one process
and then run in turn. Seconds to compile are those of all processors; milliseconds of a run are medians.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any
from unittest import mock

import jax
from machine import machine

from hinterland import compiling
from hinterland.calibrate import inversion, inverted
from hinterland.calibrate.prepare import prepare
from hinterland.data.pack import read_pack
from hinterland.params import load

ROUNDS = 15


class Asked(BaseException):
    """What the function was first asked, so that nothing after it is run."""

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        super().__init__()
        self.arguments = arguments


def first_call(pack: str) -> tuple[Any, ...]:
    """The arguments of the first evaluation of the loss."""
    country = read_pack(pack)

    def asked(*arguments: Any) -> None:
        raise Asked(arguments)

    both = {"_compiled": asked, "_compiled_soon": asked}
    with mock.patch.multiple(inversion, **both), mock.patch.object(inverted, "shipped", return_value=()):
        try:
            prepare(country, load(fitted=country.code))
        except Asked as found:
            return found.arguments
    raise SystemExit(f"{pack} has no record to invert")


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--pack", default="cn")
    arguments = first_call(reading.parse_args().pack)
    with jax.enable_x64(True):
        function = inversion._loss_and_gradient  # noqa: SLF001
        lowered = jax.jit(function).lower(*arguments)
        options = {"usual": None, "little": compiling._known()}  # noqa: SLF001
        made, seconds = {}, {}
        for name, option in options.items():
            began = time.process_time()
            made[name] = lowered.compile(compiler_options=option)
            seconds[name] = time.process_time() - began
        runs: dict[str, list[float]] = {name: [] for name in options}
        for _ in range(ROUNDS):
            for name, program in made.items():
                began = time.perf_counter()
                jax.block_until_ready(program(*arguments))
                runs[name].append(1e3 * (time.perf_counter() - began))
    print(machine())
    print("\n| work on compiling | CPU s to compile | ms a run |\n|---|---|---|")
    for name, taken in runs.items():
        print(f"| {name} | {seconds[name]:.1f} | {statistics.median(taken):.1f} |")
    ratio = statistics.median(little / usual for usual, little in zip(runs["usual"], runs["little"], strict=True))
    print(f"\nCompiled {seconds['usual'] / seconds['little']:.1f} times as fast, run {ratio:.2f} times as long.")


if __name__ == "__main__":
    main()
