"""Settlements of the world, thirty steps on: time, memory and conservation of a projection of 3,100 to 140,000 places.

    python benchmarks/world.py --places FILE               the table of docs/benchmarks.md
    python benchmarks/world.py --sizes 3100 10000          only these sizes

Every size runs in a process of its own. A pack of the places is written and read as any pack; births, deaths, ageing,
moves, homecomings and the nation's course are those of the package, in double precision, with two sexes and eighteen
ages and steps of five years. There are no jobs, homes, budgets and services, as GeoNames has neither jobs nor areas,
and the pull of places is even: what is inverted from records has no record here. China's schedules are borrowed.
Places are those of a table nearest to one point, or invented in clusters where no table is given.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine
from numpy.typing import NDArray
from products import AMID, invented

from hinterland.space.tree import on_sphere

Array = NDArray[np.float64]

SIZES = (3_100, 10_000, 35_000, 140_000)
DENSE = 3_100
"""Most places of which the full matrix runs too; above, its products alone are computed from a slab."""
BASE, STEPS, WIDTH = 2000, 30, 5
SLAB = 60_000_000
"""Entries of the full matrix by which its pace is measured."""
STAGES = ("read", "operator", "start", "compile", "run")


@dataclass(frozen=True)
class Towns:
    """Places with what a pack needs of them."""

    lon: Array
    lat: Array
    people: Array
    regions: list[str]


def towns(file: Path | None, number: int) -> Towns:
    """The places of a table with people that lie nearest to `AMID`, or invented ones."""
    if file is None:
        lon, lat = invented(number)
        people = np.exp(np.random.default_rng(number).normal(8.5, 1.3, number))
        return Towns(
            lon, lat, people, [f"{math.floor(x / 4)}.{math.floor(y / 4)}" for x, y in zip(lon, lat, strict=True)]
        )
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as text:
        peopled = (row for row in csv.DictReader(text) if float(row["population"]) >= 1)
        # A pack takes one place a position; of GeoNames' few at one point the first is kept.
        rows = list({(row["longitude"], row["latitude"]): row for row in reversed(list(peopled))}.values())[::-1]
    if number > len(rows):
        raise SystemExit(f"{file} has {len(rows)} places with people, {number} are wanted")
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("longitude", "latitude"))
    order = np.argsort(-(on_sphere(lon, lat) @ on_sphere(*np.array(AMID)[:, None])[0]), kind="stable")[:number]
    return Towns(
        lon[order],
        lat[order],
        np.array([float(rows[k]["population"]) for k in order]),
        [f"{rows[k]['countrycode']}.{rows[k]['admin1code']}" for k in order],
    )


def write_pack(folder: Path, of: Towns) -> None:
    """A pack of places and their people, and nothing else."""
    codes = [f"T{k:06d}" for k in range(len(of.lon))]
    with (folder / "places.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["code", "name", "region", "lon", "lat"])
        table.writerows(zip(codes, codes, of.regions, of.lon, of.lat, strict=True))
    with (folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["code", "year", "people"])
        table.writerows((code, BASE, int(people)) for code, people in zip(codes, of.people, strict=True))
    (folder / "pack.toml").write_text(
        f'format = 1\ncode = "xw"\nversion = "1"\nbase_year = {BASE}\npeers = []\nborrow_drivers = "cn"\n'
        'notes = ["Towns of the world for a benchmark."]\n[names]\nen = "Towns"\n'
        '[tables]\nplaces = "places.csv"\npeople = "people.csv"\n'
        '[[sources]]\nkey = "towns"\ntitle = "GeoNames"\nlicence = "CC BY 4.0"\nattribution = "GeoNames"\n'
        'url = "https://www.geonames.org"\ntables = ["places", "people"]\n',
        encoding="utf-8",
    )


def peak() -> float:
    """The most memory this process has held, bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * float(next(of for of in status.read_text().splitlines() if of.startswith("VmHWM")).split()[1])
    return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def say(**found: Any) -> None:
    """One line for the process that waits."""
    print(json.dumps(found), flush=True)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """A part of the work, reported with its wall and CPU seconds."""
    say(begins=name)
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    say(stage=name, wall=time.perf_counter() - wall, cpu=time.process_time() - cpu, peak=peak())


def one(file: Path | None, number: int, way: str) -> None:
    """All of one size, in this process."""
    import jax

    from hinterland.data.pack import read_pack
    from hinterland.params import load
    from hinterland.simulate import simulate
    from hinterland.system import kernel

    jax.config.update("jax_enable_x64", True)
    if way == "operator":
        from hinterland.space.forms import TwoScales
        from hinterland.space.hierarchical import build

        build(*invented(300), TwoScales(), [120.0, 800.0, 0.5], bound=1e-4)  # compiles once for all that follows
    with tempfile.TemporaryDirectory() as folder:
        write_pack(Path(folder), towns(file, number))
        with stage("read"):
            country = read_pack(folder)
    parameters = load()
    with stage("operator"):
        held = jax.block_until_ready(kernel(country, parameters))
    with stage("start"):
        setting, acting, every_step, state, conditions = started(country, held, parameters)
    with stage("compile"):
        program = simulate.lower(setting, every_step, state, conditions).compile()
    with stage("run"):
        path = jax.block_until_ready(program(setting, every_step, state, conditions))
    say(**kept(path), columns=columns(setting, acting, state, conditions), **pace(number))
    if way == "operator":
        report = held.operator.report
        say(operator_bytes=report.memory, bound=report.bound, error=report.error, builds=report.tries)


def started(country: Any, held: Any, parameters: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Setting, behaviour, the same for every step, stocks, and conditions of every step; the pull of places is even."""
    import jax
    import jax.numpy as jnp

    from hinterland.axes import LIFE_STAGES
    from hinterland.calibrate.stocks import balance, newcomer_share, registered
    from hinterland.calibrate.vital import local_fertility
    from hinterland.data.schedules import medium
    from hinterland.drivers import national_course
    from hinterland.model.leaving import newcomer_prevalence
    from hinterland.model.step import Conditions, Setting, with_base
    from hinterland.state import State
    from hinterland.system import FOLLOWERS, behaviour

    number = len(country.places)
    ages, people = country.ages, country.at(BASE)
    totals = people.sum(axis=(1, 2))
    setting = Setting(
        kernel=held, opportunities=jnp.asarray(totals / totals.sum()), size=jnp.asarray(totals),
        local_mortality=jnp.ones(number), stages=LIFE_STAGES.of_ages(ages), parents=FOLLOWERS, years=WIDTH,
    )  # fmt: skip
    even = jnp.zeros((number, len(LIFE_STAGES)))
    acting = with_base(
        setting, behaviour({name: np.asarray(parameters.value(name)) for name in parameters}, ages), even
    )
    stocks = balance(
        people,
        newcomer_share(country, parameters.value("cross_share"), parameters.value("newcomers_unknown")),
        registered(country, BASE) * totals,
        newcomer_prevalence(
            np.asarray(acting.mobility.leave), np.asarray(acting.mobility.come_home), WIDTH,
            multiple=parameters.value("newcomer_multiple"), settling=parameters.value("settling"),
        ),
        limit=parameters.value("newcomers_limit"),
        away_floor=parameters.value("away_floor"),
    )  # fmt: skip
    state = State(
        rooted=jnp.asarray(people - stocks.newcomers),
        newcomers=jnp.asarray(stocks.newcomers),
        away=jnp.asarray(stocks.away),
    )
    nations, targets = national_course(country, people.sum(axis=0), BASE, STEPS, medium(STEPS))
    fertility = jnp.asarray(local_fertility(country, parameters.value("fertility_shrink")))
    conditions = Conditions(
        national=jax.tree.map(lambda of: of[0], nations),
        target=jnp.asarray(targets[0]),
        local_fertility=jnp.broadcast_to(fertility, (STEPS, number)),
        pull=jnp.broadcast_to(even, (STEPS, *even.shape)),
    )
    every_step = jax.tree.map(lambda of: jnp.broadcast_to(of, (STEPS, *of.shape)), acting)
    return setting, acting, every_step, state, conditions


def kept(path: Any) -> dict[str, float]:
    """The worst relative residuals of a trajectory: of places' accounts, of the nation's, and of moves."""
    people = np.asarray(path.people).sum(axis=(-2, -1))
    flows = {name: np.asarray(of) for name, of in path.flows.items()}
    signs = {"births": 1, "deaths": -1, "departures": -1, "arrivals": 1, "international": 1, "adjustment": 1}
    off = np.diff(people, axis=0) - sum(sign * flows[name] for name, sign in signs.items())
    left, came = flows["departures"].sum(axis=-1), flows["arrivals"].sum(axis=-1)
    assert np.isfinite(people).all()
    assert (people >= 0).all()
    return {
        "place_residual": float((np.abs(off) / np.maximum(people[:-1] + people[1:], 1.0)).max()),
        "nation_residual": float((np.abs(off.sum(axis=-1)) / people[:-1].sum(axis=-1)).max()),
        "moves_residual": float((np.abs(came - left) / left).max()),
        "moved": float(left[0] / people[0].sum()),
        "last": float(people[-1].sum()),
    }


def columns(*inputs: Any) -> int:
    """Columns of kernel products that a step makes, found by tracing it."""
    import jax
    from step import PRODUCTS, Counted

    from hinterland.model.step import step

    setting, acting, state, conditions = inputs
    number = setting.size.shape[0]
    first = jax.tree.map(lambda of: of[0], conditions)
    shapes = jax.eval_shape(lambda *of: of, replace(setting, kernel=None), acting, state, first)
    counted = Counted(jax.ShapeDtypeStruct((number, number), np.float64))  # pyright: ignore[reportArgumentType]
    PRODUCTS.clear()
    jax.eval_shape(step, replace(shapes[0], kernel=counted), *shapes[1:])
    return sum(int(np.prod(shape[:-2])) * shape[-1] for _, shape in PRODUCTS)


def pace(number: int) -> dict[str, float]:
    """Seconds of CPU and wall that a column of the full matrix takes by BLAS, from a slab of it in either precision."""
    found: dict[str, float] = {}
    for name, dtype in (("double", np.float64), ("single", np.float32)):
        rows = min(SLAB // number, number)
        slab, x = np.ones((rows, number), dtype), np.ones((number, 36), dtype)
        slab @ x
        times = []
        for _ in range(5):
            wall, cpu = time.perf_counter(), time.process_time()
            slab @ x
            times.append((time.perf_counter() - wall, time.process_time() - cpu))
        for kind, of in zip(("wall", "cpu"), zip(*times, strict=True), strict=True):
            found[f"{name}_{kind}"] = float(np.median(of)) * number / rows / 36
    return found


def measured(asked: argparse.Namespace, number: int, way: str) -> dict[str, Any]:
    """What a process of its own found of a size; `late` names what it was at when its time was over."""
    command = [sys.executable, __file__, "--one", str(number), way]
    if asked.places:
        command += ["--places", str(asked.places)]
    kernel = {"operator": "hierarchical", "dense": "dense"}[way]
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(command, stdout=out, env=os.environ | {"HINTERLAND_KERNEL": kernel})
        late = False
        try:
            code = child.wait(asked.seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            code, late = child.wait(), True
        out.seek(0)
        lines = [json.loads(line) for line in out if line.startswith("{") and line.endswith("}\n")]
    found = gathered(lines)
    if code != 0:
        found["late"] = f"not within {asked.seconds:g} s" if late else f"failed ({code})"
    return found


def gathered(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """What a process said line by line, together: `stages` with their wall and CPU seconds, the peak, and the rest."""
    found: dict[str, Any] = {"stages": {}, "peak": 0.0}
    for line in lines:
        if "stage" in line:
            found["stages"][line["stage"]] = (line["wall"], line["cpu"])
            found["peak"] = max(found["peak"], line["peak"])
        elif "begins" in line:
            found["at"] = line["begins"]
        else:
            found |= line
    return found


def row(number: int, way: str, found: dict[str, Any]) -> str:
    """A row of the table."""
    cells = [f"{number:,}", way]
    for name in STAGES:
        took = found["stages"].get(name)
        cells.append(f"{took[0]:.1f} / {took[1]:.1f}" if took else "—")
    cells.append(f"{found['peak'] / 1e9:.2f}")
    if "late" in found:
        return f"| {' | '.join(cells)} | {found['late']} at {found.get('at', 'its beginning')} | — | — |"
    floor = STEPS * found["columns"] * found["double_cpu"]
    cells += [
        f"{found['place_residual']:.1e} / {found['moves_residual']:.1e}",
        f"{floor:,.1f}",
        f"{floor / found['stages']['run'][1]:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument(
        "--places", type=Path, help="a table with latitude, longitude, population, countrycode, admin1code"
    )
    parser.add_argument("--seconds", type=float, default=900.0, help="most time of one size")
    parser.add_argument("--one", nargs=2, metavar=("PLACES", "WAY"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(asked.places, int(asked.one[0]), asked.one[1])
        return
    print(machine("numba"))
    print("positions:", asked.places.name if asked.places else "invented, in clusters")
    print()
    head = ["places", "kernel", *(f"{name}, s" for name in STAGES)]
    head += ["peak GB", "residual of places / moves", "dense products, CPU s", "times the run"]
    print(f"| {' | '.join(head)} |")
    print("|---" * len(head) + "|", flush=True)
    runs: list[tuple[int, float]] = []
    notes: list[str] = []
    for number in asked.sizes:
        for way in ("operator", *(["dense"] if number <= DENSE else [])):
            found = measured(asked, number, way)
            print(row(number, way, found), flush=True)
            if way == "operator" and "late" not in found:
                runs.append((number, found["stages"]["run"][1]))
                notes.append(
                    f"{number:,} places: operator of {found['operator_bytes'] / 1e6:,.0f} MB, "
                    f"error {found['error']:.1e} "
                    f"under {found['bound']:g} after {found['builds']} builds; {found['columns']} columns a step; "
                    f"{100 * found['moved']:.0f}% of people moved in the first step"
                )
    print()
    print("\n\n".join(notes))
    spans = [*itertools.pairwise(runs), *([(runs[0], runs[-1])] if len(runs) > 2 else [])]
    for (first, least), (last, most) in spans:
        exponent = math.log(most / least) / math.log(last / first)
        print(f"\nrun: CPU grows as places^{exponent:.2f} from {first:,} to {last:,}")


if __name__ == "__main__":
    main()
