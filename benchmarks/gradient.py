"""What a gradient of a whole projection costs beside the projection: time and memory, with and without checkpoints.

    python benchmarks/gradient.py [--places FILE] [--number 3100]

Thirty steps of births, deaths, ageing, moves and homecomings, as in benchmarks/world.py, one member, full matrix,
double precision. The gradient is that of the sum of squared log people at the end, by the pull of every place and life
stage in all steps together and by the schedule of leaving. With checkpoints a step is worked out again on the way back,
and only stocks at its start are kept. They run in turn in one process; CPU seconds, medians. Memory is what the program
needs beside its inputs and results, as its compiler tells.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine
from world import STEPS, started, towns, write_pack

TURNS = 5


def main() -> None:
    import jax

    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--places", type=Path, help="a table with latitude, longitude, population, countrycode")
    options.add_argument("--number", type=int, default=3_100, help="of places")
    asked = options.parse_args()
    print(machine())
    if asked.places:
        print(f"positions: {asked.places.name}")
    print(f"\n{asked.number:,} places, {STEPS} steps\n")
    programs, inputs = compiled(asked.places, asked.number)
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(TURNS + 1):
        for name, program in programs.items():
            began = time.process_time()
            jax.block_until_ready(program(*inputs))
            if turn:
                seconds[name].append(time.process_time() - began)
    print("| what | CPU s | times a projection | memory of the program, MB |")
    print("|---|---|---|---|")
    base = statistics.median(seconds["projection"])
    for name, program in programs.items():
        took = statistics.median(seconds[name])
        memory = program.memory_analysis().temp_size_in_bytes / 1e6
        print(f"| {name} | {took:.2f} | {took / base:.2f} | {memory:,.0f} |")


def compiled(file: Path | None, number: int) -> tuple[dict[str, Any], tuple[Any, Any]]:
    """The three programs by name, and what they are given: a pull [place, stage] and a schedule of leaving [age]."""
    import jax
    import jax.numpy as jnp

    from hinterland.data.pack import read_pack
    from hinterland.model.step import step
    from hinterland.params import load
    from hinterland.system import DenseKernel, moves_kernel

    jax.config.update("jax_enable_x64", True)
    with tempfile.TemporaryDirectory() as folder:
        write_pack(Path(folder), towns(file, number))
        country = read_pack(folder)
    parameters = load()
    kernel = DenseKernel(matrix=jnp.asarray(moves_kernel(country, parameters)))
    setting, acting, _, state, conditions = started(country, kernel, parameters)

    def projected(one: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        def of(pull: Any, leave: Any) -> Any:
            behaviour = replace(acting, mobility=replace(acting.mobility, leave=leave))

            def advance(now: Any, given: Any) -> tuple[Any, None]:
                return one(setting, behaviour, now, replace(given, pull=given.pull + pull))[0], None

            end, _ = jax.lax.scan(advance, state, conditions)
            return (jnp.log(end.people.sum(axis=(-2, -1))) ** 2).sum()

        return of

    inputs = (jnp.zeros(conditions.pull.shape[1:]), jnp.asarray(np.asarray(acting.mobility.leave)))
    wanted = {
        "projection": projected(step),
        "with its gradient": jax.value_and_grad(projected(step), argnums=(0, 1)),
        "with its gradient, checkpoints": jax.value_and_grad(projected(jax.checkpoint(step)), argnums=(0, 1)),
    }
    return {name: jax.jit(of).lower(*inputs).compile() for name, of in wanted.items()}, inputs


if __name__ == "__main__":
    main()
