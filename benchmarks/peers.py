"""The same work as others do it: matrices, whole tables, pandas, scikit-mobility, spint and Mesa beside this package.

    python benchmarks/peers.py                          the tables of docs/benchmarks.md
    python benchmarks/peers.py --places FILE            positions and people from a table
    python benchmarks/peers.py --only here mesa         NumPy and pandas, and some of those in environments of their own

NumPy and pandas run in turn with the package in one process on one thread; CPU seconds are taken, and medians. Other
peers are installed by name into environments of their own under a temporary folder, get the same input in a file and
report their own CPU seconds on one thread; one that cannot be installed is left out, with the reason. Outputs are
compared where they are the same quantity.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from machine import machine
from numpy.typing import NDArray
from products import ONE_THREAD
from world import towns

from hinterland.axes import FIVE_YEARS, SEXES
from hinterland.calibrate.constrained import production_constrained
from hinterland.data.pack import read_pack
from hinterland.data.schedules import at_step, medium, schedules
from hinterland.model.nation import renew
from hinterland.space.distance import great_circle
from hinterland.space.forms import PowerLaw, values
from hinterland.space.hierarchical import Hierarchical, build

Array = NDArray[np.float64]

BESIDE = Path(__file__).parent / "beside"
PACKAGES = {
    # The last version that needs nothing compiled, with what it was made for.
    "skmob": ["scikit-mobility==1.2.2", "shapely<2", "pandas<2", "geopandas<0.13", "numpy<2"],
    "spint": ["spint"],
    "mesa": ["mesa"],
}
SCRIPTS = {"skmob": "skmob_gravity.py", "spint": "spint_gravity.py", "mesa": "mesa_agents.py"}
COHORTS, STEPS = 36, 30
LEAVING = 0.05
"""Share of every cohort that leaves in a step."""
EXPONENT = 2.0
BOUND = 1e-3
OF_THE_LOOP = 4
"""Cohorts of one step by which the loop over whole tables is measured; all others are alike."""
PAIRED = (300, 1_000)
"""Numbers of places whose pairs are calibrated."""


@dataclass(frozen=True)
class Ground:
    """What all peers are given."""

    lon: Array
    lat: Array
    weight: Array
    """[place] of destinations."""
    table: NDArray[np.float32]
    """[place, place] the kernel in full; nobody stays."""
    people: NDArray[np.float32]
    """[place, cohort]."""


@dataclass(frozen=True)
class Line:
    """A row of the table; seconds, and what is said of outputs."""

    work: str
    peer: str
    theirs: float
    ours: float
    outputs: str

    def text(self) -> str:
        """As a row in Markdown."""
        return (
            f"| {self.work} | {self.peer} | {shown(self.theirs)} | {shown(self.ours)} | {self.theirs / self.ours:,.1f} "
            f"| {self.outputs} |"
        )


def shown(seconds: float) -> str:
    """Seconds in a unit that reads well."""
    return f"{seconds:,.2f} s" if seconds >= 1 else f"{1e3 * seconds:.2f} ms"


def ground(file: Path | None, number: int) -> Ground:
    """Places at different points, their people, and the power law between them."""
    found = towns(file, number + number // 20)
    _, first = np.unique(np.column_stack([found.lon, found.lat]), axis=0, return_index=True)
    kept = np.sort(first)[:number]
    lon, lat, weight = found.lon[kept], found.lat[kept], np.maximum(found.people[kept], 1.0)
    distance = great_circle(lon, lat) + np.eye(number)
    table = values(PowerLaw().terms(np.array([EXPONENT, 0.0])), distance)
    np.fill_diagonal(table, 0.0)
    shares = np.random.default_rng(3).dirichlet(np.full(COHORTS, 20.0), number)
    return Ground(
        lon, lat, weight / weight.mean(), table.astype(np.float32), (weight[:, None] * shares).astype(np.float32)
    )


def in_turn(theirs: Callable[[], Any], ours: Callable[[], Any], *, times: int) -> tuple[float, float]:
    """Median CPU seconds of either, run in turn."""
    ours()
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for kept, work in zip(took, (theirs, ours), strict=True):
            began = time.process_time()
            work()
            kept.append(time.process_time() - began)
    return statistics.median(took[0]), statistics.median(took[1])


def off(found: Any, exact: Any) -> float:
    """The largest difference in parts of the exact value, where that is not tiny."""
    known = exact > 1e-6 * exact.max()
    return float((np.abs(found - exact)[known] / exact[known]).max())


def spread(apply: Callable[[Any], Any], weight: Any, leavers: Any) -> Any:
    """Arrivals w K'(leavers / K w): singly constrained, as every place's leavers are all placed."""
    return weight * apply(leavers / apply(weight))


def moved(apply: Callable[[Any], Any], of: Ground) -> NDArray[np.float32]:
    """People [place, cohort] after all steps; all cohorts are products at once."""
    people, weight = of.people, np.repeat(of.weight[:, None], COHORTS, axis=1).astype(np.float32)
    for _ in range(STEPS):
        leavers = np.float32(LEAVING) * people
        people = people - leavers + spread(apply, weight, leavers)
    return people


def whole_table(of: Ground, leavers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Arrivals [place] of one cohort by the table of all origins and destinations."""
    table = of.table * of.weight.astype(np.float32)[None, :]
    table *= (leavers / table.sum(axis=1))[:, None]
    return table.sum(axis=0)


def in_process(of: Ground, operator: Hierarchical, built: float) -> list[Line]:
    """NumPy and pandas."""
    number = len(of.lon)
    column, out = of.weight.astype(np.float32)[:, None], np.float32(LEAVING) * of.people[:, :1]

    def ours_once() -> Any:
        return spread(operator.apply, column, out)

    arrivals = whole_table(of, out[:, 0])
    theirs, ours = in_turn(lambda: whole_table(of, out[:, 0]), ours_once, times=7)
    same = f"arrivals differ by {off(ours_once()[:, 0], arrivals):.1e} at most"
    lines = [
        Line("one redistribution", "NumPy, whole table", theirs, ours, same),
        Line("the same with building the operator", "NumPy, whole table", theirs, ours + built, "the same"),
    ]
    dense, hierarchical = in_turn(lambda: moved(lambda x: of.table @ x, of), lambda: moved(operator.apply, of), times=3)
    differ = off(moved(operator.apply, of), moved(lambda x: of.table @ x, of))
    work = f"{COHORTS} cohorts, {STEPS} steps"
    lines.append(Line(work, "OpenBLAS, full matrix", dense, hierarchical, f"people differ by {differ:.1e} at most"))
    began = time.process_time()
    for cohort in range(OF_THE_LOOP):
        whole_table(of, np.float32(LEAVING) * of.people[:, cohort])
    loop = (time.process_time() - began) / OF_THE_LOOP * COHORTS * STEPS
    said = f"loop from {OF_THE_LOOP} of {COHORTS * STEPS} tables; arrivals as above"
    lines.append(Line(work, "NumPy, loop over whole tables", loop, hierarchical, said))
    lines.append(cohorts(number))
    return lines


def cohorts(number: int) -> Line:
    """Ageing, deaths and births of one step, on a long table of place, sex and age."""
    china = read_pack("cn")
    nation = jax.tree.map(lambda of: of[0], at_step(schedules(china.drivers, FIVE_YEARS, 2020, 1, medium(1)), 0))
    people = np.random.default_rng(4).uniform(10, 1000, (number, len(SEXES), len(FIVE_YEARS)))
    one = jnp.ones(number)
    held = jnp.asarray(people)

    @jax.jit
    def step(held: jax.Array) -> jax.Array:
        return renew(held, nation, local_mortality=one, local_fertility=one, years=5)[0]

    index = pd.MultiIndex.from_product(
        [range(number), range(len(SEXES)), range(len(FIVE_YEARS))], names=["place", "sex", "age"]
    )
    long = pd.DataFrame({"people": people.ravel()}, index=index).reset_index()
    survival, newborn = np.asarray(nation.survivorship.groups), np.asarray(nation.survivorship.births)
    alive = pd.DataFrame(
        [(s, a, survival[s, a]) for s in range(len(SEXES)) for a in range(len(FIVE_YEARS))],
        columns=["sex", "age", "alive"],
    )
    rates = pd.Series(np.asarray(nation.fertility), name="rate").rename_axis("age").reset_index()
    boys, last = float(nation.boys), len(FIVE_YEARS) - 1

    def table() -> pd.DataFrame:
        older = long.merge(alive, on=["sex", "age"])
        older["people"] *= older["alive"]
        older["age"] = (older["age"] + 1).clip(upper=last)
        older = older.groupby(["place", "sex", "age"], as_index=False)["people"].sum()
        women = pd.concat([long[long["sex"] == 1], older[older["sex"] == 1]]).merge(rates, on="age")
        women["born"] = 5 * 0.5 * women["people"] * women["rate"]
        born = women.groupby("place", as_index=False)["born"].sum()
        children = [
            born.assign(sex=sex, age=0, people=born["born"] * share * newborn[sex])
            for sex, share in ((0, boys), (1, 1 - boys))
        ]
        return pd.concat([older, *[each.drop(columns="born") for each in children]], ignore_index=True)

    theirs, ours = in_turn(table, lambda: step(held).block_until_ready(), times=5)
    exact = np.asarray(step(held))
    found = table().sort_values(["place", "sex", "age"])["people"].to_numpy().reshape(exact.shape)
    return Line(
        "births, deaths and ageing, one step", f"pandas {pd.__version__}, long table", theirs, ours,
        f"people differ by {off(found, exact):.1e} at most",
    )  # fmt: skip


def environment(folder: Path, name: str, seconds: float) -> Path | str:
    """The Python of an environment with a peer; or why there is none."""
    where = folder / name
    command = [sys.executable, "-m", "venv", str(where)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        return "no environment could be made"
    python = where / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES[name]]
    try:
        done = subprocess.run(install, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"not installed within {seconds:g} s"
    if done.returncode != 0:
        last = [line for line in done.stderr.splitlines() if line.strip()]
        return f"pip could not install it: {last[-1][:160] if last else done.returncode}"
    return python


def beside(
    name: str, asked: argparse.Namespace, folder: Path, given: dict[str, Any]
) -> tuple[dict[str, Any], Array | None] | str:
    """What a peer's script reports and the array it leaves; or why there is nothing."""
    ready = asked.environments / name / "bin" / "python" if asked.environments else None
    python = ready if ready and ready.exists() else environment(folder, name, asked.seconds)
    if isinstance(python, str):
        return python
    source, out = folder / f"{name}.npz", folder / f"{name}.npy"
    np.savez(source, **given)
    command = [str(python), str(BESIDE / SCRIPTS[name]), str(source), str(out)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=asked.seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"not done within {asked.seconds:g} s"
    if done.returncode != 0:
        last = [line for line in done.stderr.splitlines() if line.strip()]
        return f"it failed: {last[-1][:160] if last else done.returncode}"
    return json.loads(done.stdout.splitlines()[-1]), np.load(out) if out.exists() else None


def skmob(of: Ground, operator: Hierarchical, built: float, run: Callable[..., Any]) -> list[Line] | str:
    """One redistribution; scikit-mobility makes the table of all flows."""
    leavers = LEAVING * of.people.sum(axis=1).astype(np.float64)
    found = run({"lon": of.lon, "lat": of.lat, "weight": of.weight, "leavers": leavers, "exponent": EXPONENT})
    if isinstance(found, str):
        return found
    report, arrivals = found
    column, out = of.weight.astype(np.float32)[:, None], leavers.astype(np.float32)[:, None]
    _, ours = in_turn(lambda: None, lambda: spread(operator.apply, column, out), times=7)
    said = f"arrivals differ by {off(spread(operator.apply, column, out)[:, 0], arrivals):.1e} at most"
    peer = f"scikit-mobility {report['version']}, Gravity.generate"
    return [
        Line("one redistribution", peer, report["seconds"], ours, f"{said}; it also gives {report['rows']:,} flows"),
        Line("the same with building the operator", peer, report["seconds"], ours + built, "the same"),
    ]


def spint(of: Ground, run: Callable[..., Any]) -> list[Line] | str:
    """Production-constrained gravity models fitted to pairs; ours by the estimator that `calibrate.flows` calls."""
    lines = []
    for number in PAIRED:
        lon, lat, mass = of.lon[:number], of.lat[:number], of.weight[:number]
        km = great_circle(lon, lat)
        origin, destination = np.nonzero(km > 0)
        draw = np.random.default_rng(5)
        flows = 2.0 + 0.7 * np.log(mass[destination]) - 1.2 * np.log(km[origin, destination]) + 4.0
        pairs = {
            "origin": origin, "mass": mass[destination], "km": km[origin, destination],
            "moved": draw.poisson(np.exp(flows)).astype(np.int64),
        }  # fmt: skip
        found = run(pairs)
        if isinstance(found, str):
            return found
        report, theirs = found

        def fit(pairs: dict[str, Any] = pairs) -> Any:
            return production_constrained(
                {name: np.log(pairs[name]) for name in ("mass", "km")},
                people=pairs["moved"].astype(np.float64), origin=pairs["origin"], cluster=pairs["origin"],
            )  # fmt: skip

        _, ours = in_turn(lambda: None, fit, times=7)
        differ = float(np.abs(np.abs(theirs) - np.abs(fit()[0])).max())
        lines.append(
            Line(
                f"gravity model, origins held, {len(origin):,} pairs of {number:,} places",
                f"spint {report['version']}, Production",
                report["seconds"],
                ours,
                f"elasticities differ by {differ:.1e} at most",
            )
        )
    return lines


def mesa(of: Ground, operator: Hierarchical, run: Callable[..., Any]) -> list[Line] | str:
    """A step of moves; agents are drawn one by one."""
    found = run({"table": of.table, "weight": of.weight, "leaving": LEAVING})
    if isinstance(found, str):
        return found
    report, _ = found
    weight = np.repeat(of.weight[:, None], COHORTS, axis=1).astype(np.float32)
    _, ours = in_turn(lambda: None, lambda: spread(operator.apply, weight, np.float32(LEAVING) * of.people), times=7)
    return [
        Line(
            "moves of one step",
            f"Mesa {report['version']}, {report['agents']:,} agents",
            report["seconds"],
            ours,
            f"not comparable: Mesa draws where each agent goes, here {COHORTS} cohorts of any number move as expected",
        )
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=Path, help="a table with latitude, longitude, population, countrycode")
    parser.add_argument("--number", type=int, default=3_100, help="of places")
    parser.add_argument("--only", nargs="*", choices=("here", *PACKAGES), default=("here", *PACKAGES))
    parser.add_argument("--environments", type=Path, help="a folder of environments named as the peers, made before")
    parser.add_argument("--seconds", type=float, default=900.0, help="most time of a peer to install, and to run")
    asked = parser.parse_args()
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    print(machine("numba", "pandas"))
    print(f"{asked.number:,} places:", asked.places.name if asked.places else "invented, in clusters")
    print()
    of = ground(asked.places, asked.number)
    build(of.lon[:200], of.lat[:200], PowerLaw(), [EXPONENT, 0.0], threads=1)  # compiles
    began = time.process_time()
    operator = build(of.lon, of.lat, PowerLaw(), [EXPONENT, 0.0], bound=BOUND, threads=1)
    built = time.process_time() - began
    print("| work | peer | peer, CPU | here, CPU | times faster | outputs |")
    print("|---|---|---|---|---|---|", flush=True)
    with jax.enable_x64(True):
        for line in in_process(of, operator, built) if "here" in asked.only else ():
            print(line.text(), flush=True)
    missing = []
    with tempfile.TemporaryDirectory() as folder:
        for name in (name for name in PACKAGES if name in asked.only):

            def run(given: dict[str, Any], name: str = name) -> Any:
                return beside(name, asked, Path(folder), given)

            found = {
                "skmob": lambda run=run: skmob(of, operator, built, run),
                "spint": lambda run=run: spint(of, run),
                "mesa": lambda run=run: mesa(of, operator, run),
            }[name]()
            if isinstance(found, str):
                missing.append(f"{PACKAGES[name][0]}: {found}")
                continue
            for line in found:
                print(line.text(), flush=True)
    print(f"\nThe operator keeps {operator.report.error:.1e} under a bound of {BOUND:g}, one thread throughout.")
    for reason in missing:
        print(f"\nLeft out: {reason}")


if __name__ == "__main__":
    main()
