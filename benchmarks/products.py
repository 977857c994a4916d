"""The hierarchical operator against the full matrix: how much faster, how exact, how large, how long to build.

    python benchmarks/products.py                          the table of docs/benchmarks.md
    python benchmarks/products.py --sizes 3100 10000       only these sizes
    python benchmarks/products.py --places FILE            positions from a table with latitude and longitude

Both multiply the same 36 columns in single precision, on one thread, in turn in one process; the CPU time of the thread
is taken, and the median of the ratios of neighbours in time. Above 4,000 places a slab of the full matrix is multiplied
and its time scaled. Errors are those of every place against exact rows, above 12,000 places of 2,000 places by chance,
and the larger of two columns of weights, even and log-normal. Places are those of a table nearest to one point, or
invented in clusters.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import math
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from machine import machine
from numpy.typing import NDArray

from hinterland.space.distance import EARTH_RADIUS
from hinterland.space.forms import Form, PowerLaw, TwoScales, values
from hinterland.space.hierarchical import Hierarchical, build
from hinterland.space.tree import on_sphere

Array = NDArray[np.float64]

SIZES = (3_100, 10_000, 35_000, 140_000)
BOUNDS = (1e-3, 1e-5)
AMID = (10.0, 50.0)
"""Degrees east and north about which places are taken."""
COLUMNS = 36
"""Of one member: two sexes, eighteen ages."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Read by BLAS when numpy is loaded."""
WHOLE = 12_000
"""Most places of which all are compared with exact rows."""
SLAB = 4_000
"""Rows of the full matrix that are held."""
FORMS: tuple[tuple[str, Form, tuple[float, ...]], ...] = (
    ("two scales", TwoScales(), (120.0, 800.0, 0.5)),
    ("power law", PowerLaw(), (1.5, 2.0)),
)


def invented(number: int) -> tuple[Array, Array]:
    """Places in clusters about towns, in a land of a size that grows with their number."""
    draw = np.random.default_rng(number)
    towns = draw.uniform(-0.5, 0.5, (max(number // 30, 1), 2)) * (40.0 * math.sqrt(number / 10_000))
    spread = np.exp(draw.normal(-2, 1, (number, 1)))
    lon, lat = (towns[draw.integers(len(towns), size=number)] + spread * draw.normal(size=(number, 2))).T
    return (lon + 100 + 180) % 360 - 180, np.clip(lat + 30, -85, 85)


def taken(file: Path, number: int) -> tuple[Array, Array]:
    """The places of a table that lie nearest to `AMID`: a country, half a continent, most of the world."""
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as text:
        lon, lat = np.array([(float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(text)]).T
    if number > len(lon):
        raise SystemExit(f"{file} has {len(lon)} places, {number} are wanted")
    order = np.argsort(-(on_sphere(lon, lat) @ on_sphere(*np.array(AMID)[:, None])[0]), kind="stable")[:number]
    return lon[order], lat[order]


def error(operator: Hierarchical, lon: Array, lat: Array) -> float:
    """The largest error of a place in parts of its exact value."""
    number = len(lon)
    draw = np.random.default_rng(1)
    columns = np.column_stack([np.ones(number), np.exp(2 * draw.normal(size=number))])
    rows = np.arange(number) if number <= WHOLE else draw.choice(number, 2_000, replace=False)
    points = on_sphere(lon, lat)
    found = operator.apply(columns)
    terms = operator.kernel.form.terms(operator.kernel.theta)
    worst = 0.0
    for row in np.array_split(rows, max(len(rows) * number // 20_000_000, 1)):
        chord = np.sqrt(np.maximum(2 - 2 * points[row] @ points.T, 0))
        close = chord < 1e-3  # some six km, where the product of points loses digits
        near, there = np.nonzero(close)
        chord[near, there] = np.sqrt(((points[row[near]] - points[there]) ** 2).sum(axis=1))
        km = 2 * EARTH_RADIUS * np.arcsin(np.minimum(chord / 2, 1))
        km[np.arange(len(row)), row] = 1.0
        kernel = values(terms, km)
        kernel[np.arange(len(row)), row] = 0.0
        exact = kernel @ columns
        worst = max(worst, float((np.abs(found[row] - exact) / exact).max()))
    return worst


def ratio(slow: Callable[[], object], fast: Callable[[], object], *, times: int) -> tuple[float, float, float]:
    """Median CPU seconds of either on this thread, run in turn, and the median of their ratios."""
    slow(), fast()
    pairs = []
    for _ in range(times):
        began = time.thread_time()
        slow()
        between = time.thread_time()
        fast()
        pairs.append((between - began, time.thread_time() - between))
    first, second = (statistics.median(each) for each in zip(*pairs, strict=True))
    return first, second, statistics.median(one / other for one, other in pairs)


def row(number: int, places: tuple[Array, Array], kernel: int, bound: float, times: int) -> tuple[str, float]:
    """A row of the table, and what the operator takes in parts of the full matrix."""
    name, form, theta = FORMS[kernel]
    draw = np.random.default_rng(2)
    x = draw.random((number, COLUMNS)).astype(np.float32)
    slab = draw.random((min(SLAB, number), number)).astype(np.float32)
    began = time.process_time()
    operator = replace(build(*places, form, theta, bound=bound), threads=1)
    took = time.process_time() - began
    dense, ours, faster = ratio(lambda: slab @ x, lambda: operator.apply(x), times=times)
    scale, report = number / len(slab), operator.report
    cells = (
        f"{number:,}", name, f"{bound:g}", f"{error(operator, *places):.1e}", f"{1e3 * dense * scale:.1f}",
        f"{1e3 * ours:.1f}", f"{faster * scale:.1f}", f"{took:.1f}", f"{report.memory / 1e6:.0f}",
        f"{4 * number**2 / 1e6:,.0f}", f"{report.tries}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |", 1 / (faster * scale)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--places", type=Path, help="a table, gzip or not, with columns latitude and longitude")
    parser.add_argument("--times", type=int, default=9, help="how often both are run")
    asked = parser.parse_args()
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    print(machine("numba"))
    print("positions:", asked.places.name if asked.places else "invented, in clusters")
    print()
    head = "places, kernel, bound, error, dense ms, operator ms, times faster, build CPU s, MB, dense MB, builds"
    print(f"| {' | '.join(head.split(', '))} |")
    print("|---" * len(head.split(", ")) + "|", flush=True)
    spent: dict[tuple[int, float], list[tuple[int, float]]] = {}
    build(*invented(300), TwoScales(), [120.0, 800.0, 0.5], threads=1)  # compiles
    for number in asked.sizes:
        places = taken(asked.places, number) if asked.places else invented(number)
        for kernel in range(len(FORMS)):
            for bound in BOUNDS:
                text, part = row(number, places, kernel, bound, asked.times)
                print(text, flush=True)
                # Work in units of a dense product of the same moment, so that the load of the machine drops out.
                spent.setdefault((kernel, bound), []).append((number, part * number**2))
    print()
    for (kernel, bound), points in spent.items():
        if len(points) > 1:
            (first, least), (last, most) = points[0], points[-1]
            exponent = math.log(most / least) / math.log(last / first)
            print(f"{FORMS[kernel][0]}, {bound:g}: time grows as places^{exponent:.2f} from {first:,} to {last:,}")


if __name__ == "__main__":
    main()
