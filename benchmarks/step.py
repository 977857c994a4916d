"""A step against its kernel products: how much the rest of the model costs.

    python benchmarks/step.py             the table of docs/benchmarks.md
    python benchmarks/step.py --parts     what each part of a step costs, compiled by itself

The products are found by tracing the step, with the columns they have in it, and are run in one compiled program of
their own. All that is compared is run in turn in one process; medians are printed. Double precision throughout.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np

from hinterland.axes import LIFE_STAGES
from hinterland.calibrate.livelihoods import livelihoods
from hinterland.calibrate.settlements import settlements
from hinterland.course import at, course
from hinterland.data.country import Country, frozen
from hinterland.data.pack import read_pack
from hinterland.data.schedules import Deviations, at_step
from hinterland.drivers import national_course
from hinterland.model import economy, finance, homes, jobs, labour, migration, pull, rungs, services, shopping
from hinterland.model import step as order
from hinterland.model.step import Behaviour, Conditions, Setting, with_base
from hinterland.params import Parameters, load
from hinterland.space.dense import DenseKernel
from hinterland.state import State
from hinterland.system import FOLLOWERS, behaviour, kernel

SIZES = ((356, 1), (356, 16), (1741, 1), (1741, 4), (3100, 1), (3100, 4))
"""Places and members."""
NEWCOMERS = 0.15
"""Share of residents whose home is another place; how many there are changes no cost."""
STEP = jax.jit(order.step)
PARTS = (
    (order, "live"), (order, "settle"), (order, "move"), (order, "scaled"), (order, "sustained"), (order, "served"),
    (migration, "choices"), (migration, "_come_home"),
    (economy, "_trade"), (economy, "_posts_wanted"), (economy, "_posts_paid"), (economy, "_work"),
    (economy, "within_reach"), (economy, "incomes"), (homes, "housed"), (finance, "settle"), (pull, "pull"),
    (shopping, "demand"), (jobs, "located"), (jobs, "farmed"), (labour, "wage_after"),
    (rungs, "climb"), (services, "serve"),
)  # fmt: skip
"""Module and function: what a step does at its top, then what these do in turn."""


@dataclass(frozen=True)
class Case:
    """Inputs of a step."""

    setting: Setting
    behaviour: Behaviour
    state: State
    conditions: Conditions

    @property
    def inputs(self) -> tuple[Setting, Behaviour, State, Conditions]:
        """In the order of `step`."""
        return self.setting, self.behaviour, self.state, self.conditions

    def alone(self) -> Case:
        """The same people without jobs, homes, budgets and services."""
        return Case(
            replace(self.setting, economy=None, services=None),
            self.behaviour,
            replace(self.state, economy=None, services=None),
            replace(self.conditions, economy=None, services=None),
        )

    def without_economy(self) -> Case:
        """The same people with their settlements and services, without jobs, homes and budgets."""
        return Case(
            replace(self.setting, economy=None),
            self.behaviour,
            replace(self.state, economy=None),
            replace(self.conditions, economy=None),
        )


PRODUCTS: list[tuple[bool, tuple[int, ...]]] = []
"""What `Counted` kernels were asked while tracing: whether transposed, and the shape of the columns."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Counted:
    """A kernel that notes its products."""

    matrix: jax.Array

    def apply(self, columns: jax.Array) -> jax.Array:
        """K x, noted."""
        PRODUCTS.append((False, columns.shape))
        return DenseKernel(self.matrix).apply(columns)

    def apply_transposed(self, columns: jax.Array) -> jax.Array:
        """Transposed K x, noted."""
        PRODUCTS.append((True, columns.shape))
        return DenseKernel(self.matrix).apply_transposed(columns)


def of_size(country: Country, number: int) -> Country:
    """The country, or an invented one of so many places: its own taken in turn, moved by some ten km and smaller."""
    if number == len(country.places):
        return country
    draw = np.random.default_rng(number)
    taken = np.arange(number) % len(country.places)
    smaller = len(country.places) / number * np.exp(draw.normal(0, 0.3, number))
    places = country.places
    return replace(
        country,
        places=replace(
            places,
            codes=tuple(f"{k:05d}" for k in range(number)),
            names=tuple(f"{k:05d}" for k in range(number)),
            names_en=tuple(f"{k:05d}" for k in range(number)),
            regions=tuple(places.regions[k] for k in taken),
            seat=frozen(places.seat[taken], np.bool_),
            lon=frozen(places.lon[taken] + draw.normal(0, 0.1, number)),
            lat=frozen(places.lat[taken] + draw.normal(0, 0.1, number)),
            area=frozen(places.area[taken] * smaller),
        ),
        people=frozen(country.people[:, taken] * smaller[:, None, None]),
        totals=frozen(country.totals[:, taken] * smaller),
        imputed=frozen(country.imputed[:, taken], np.bool_),
        rescaled=frozen(country.rescaled[:, taken], np.bool_),
        indicators={
            name: {
                year: frozen(values[taken] * (smaller if name == "urban_people" else 1)) for year, values in of.items()
            }
            for name, of in country.indicators.items()
        },
        lines=(),
        former=(),
        moves={},
    )


def case(country: Country, parameters: Parameters, members: int) -> Case:
    """The first step after the base year, with no place effects; members differ by a trace in every number."""
    ages, year = country.ages, country.base_year
    people = country.at(year)
    totals = people.sum(axis=(1, 2))
    market = kernel(country, parameters)
    living = livelihoods(country, parameters, people, year)
    inside = settlements(country, parameters, people, year)
    assert living is not None
    assert inside is not None
    setting = Setting(
        kernel=market,
        opportunities=jnp.asarray(totals / totals.sum()),
        size=jnp.asarray(totals),
        local_mortality=jnp.ones(len(totals)),
        stages=LIFE_STAGES.of_ages(ages),
        parents=FOLLOWERS,
        years=ages.width,
        economy=living.base,
        services=inside.base,
    )
    own = {name: np.asarray(parameters.value(name)) for name in parameters}
    trace = 1 + 1e-6 * np.arange(members)
    drawn = {
        name: value if name.startswith("leave_") else np.multiply.outer(trace, value) for name, value in own.items()
    }
    pulled = jnp.zeros((members, len(totals), len(LIFE_STAGES)))
    acting = with_base(setting, behaviour(drawn, ages), pulled)
    still = Deviations(*(np.zeros((members, 1)) for _ in range(3)))
    nations, targets = national_course(country, people.sum(axis=0), year, 1, still)
    codes = country.places.codes
    newcomers = NEWCOMERS * people
    state = State(
        rooted=jnp.asarray(people - newcomers),
        newcomers=jnp.asarray(newcomers),
        away=jnp.asarray(newcomers),
        economy=living.economy,
        services=inside.services,
    )
    conditions = Conditions(
        national=at_step(nations, 0),
        target=jnp.asarray(targets[:, 0]),
        local_fertility=jnp.ones((members, len(totals))),
        pull=pulled,
        economy=at(course(setting, parameters, codes, [year]), 0),
        services=services.no_levers(),
    )
    return Case(
        setting,
        acting,
        jax.tree.map(lambda stock: jnp.broadcast_to(stock, (members, *stock.shape)), state),
        conditions,
    )


def products(of: Case) -> list[tuple[bool, tuple[int, ...]]]:
    """Kernel products of a step: whether transposed and the shape of the columns."""
    counted = jax.tree.map(
        lambda node: Counted(node.matrix) if isinstance(node, DenseKernel) else node,
        of.setting,
        is_leaf=lambda node: isinstance(node, DenseKernel),
    )
    PRODUCTS.clear()
    jax.eval_shape(order.step, counted, *of.inputs[1:])
    return list(PRODUCTS)


def replayed(asked: list[tuple[bool, tuple[int, ...]]], matrix: jax.Array) -> Callable[[], Any]:
    """A compiled program of these products alone, with any columns."""
    draw = np.random.default_rng(1)
    columns = [jnp.asarray(draw.random(shape)) for _, shape in asked]

    @jax.jit
    def all_of_them(matrix: jax.Array, columns: list[jax.Array]) -> list[jax.Array]:
        dense = DenseKernel(matrix)
        return [
            dense.apply_transposed(x) if transposed else dense.apply(x)
            for (transposed, _), x in zip(asked, columns, strict=True)
        ]

    return lambda: all_of_them(matrix, columns)


def timed(programs: Mapping[str, Callable[[], Any]], *, seconds: float, least: int = 7) -> dict[str, float]:
    """Median seconds of each program, run in turn for about so many seconds."""
    found: dict[str, list[float]] = {name: [] for name in programs}
    for program in programs.values():
        jax.block_until_ready(program())
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(next(iter(found.values()))) < least:
        for name, program in programs.items():
            start = time.perf_counter()
            jax.block_until_ready(program())
            found[name].append(time.perf_counter() - start)
    return {name: statistics.median(of) for name, of in found.items()}


def compiled(function: Callable[..., Any], inputs: tuple[Any, ...], named: Mapping[str, Any]) -> Callable[[], Any]:
    """A function compiled with its arrays as arguments and all else held."""
    leaves, tree = jax.tree.flatten((inputs, dict(named)))
    held = [None if isinstance(leaf, jax.Array) else leaf for leaf in leaves]

    @jax.jit
    def call(arrays: list[jax.Array]) -> Any:
        rest = iter(arrays)
        whole = [next(rest) if isinstance(leaf, jax.Array) else held[k] for k, leaf in enumerate(leaves)]
        inputs, named = jax.tree.unflatten(tree, whole)
        return function(*inputs, **named)

    arrays = [leaf for leaf in leaves if isinstance(leaf, jax.Array)]
    return lambda: call(arrays)


def parts(of: Case) -> dict[str, Callable[[], Any]]:
    """Every part of a step, compiled by itself with what the step gives it; what is asked twice is run twice."""
    calls: dict[str, list[Callable[[], Any]]] = {}

    def noted(module: ModuleType, name: str) -> Callable[..., Any]:
        function = getattr(module, name)

        def noting(*inputs: Any, **named: Any) -> Any:
            calls.setdefault(f"{module.__name__.split('.')[-1]}.{name}", []).append(compiled(function, inputs, named))
            return function(*inputs, **named)

        return noting

    with ExitStack() as patched:
        for module, name in PARTS:
            patched.enter_context(mock.patch.object(module, name, noted(module, name)))
        order.step(*of.inputs)
    return {name: (lambda asked=asked: [call() for call in asked]) for name, asked in calls.items()}


def table(country: Country, parameters: Parameters, seconds: float) -> None:
    print("| places | members | products, ms | full step, ms | over products | without economy | people alone |")
    print("|---|---|---|---|---|---|---|")
    for places, members in SIZES:
        full = case(of_size(country, places), parameters, members)
        assert isinstance(full.setting.kernel, DenseKernel)
        kinds = {"full": full, "no economy": full.without_economy(), "alone": full.alone()}
        took = timed(
            {
                "products": replayed(products(full), full.setting.kernel.matrix),
                **{name: (lambda of=of: STEP(*of.inputs)) for name, of in kinds.items()},
            },
            seconds=seconds,
        )
        only = took["products"]
        ratios = " | ".join(f"{took[name] / only:.2f}" for name in kinds)
        print(f"| {places:,} | {members} | {1e3 * only:.1f} | {1e3 * took['full']:.1f} | {ratios} |", flush=True)


def table_of_parts(country: Country, parameters: Parameters, places: int, members: int, seconds: float) -> None:
    of = case(of_size(country, places), parameters, members)
    whole = {
        "kernel products": replayed(products(of), of.setting.kernel.matrix),
        "whole step": lambda: STEP(*of.inputs),
    }
    took = timed({**whole, **parts(of)}, seconds=seconds)
    print(f"| part, {places:,} places and {members} members | ms |")
    print("|---|---|")
    for name, median in took.items():
        print(f"| {name} | {1e3 * median:.2f} |", flush=True)


def machine() -> str:
    """Processor, cores and versions in one line."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"jax {version('jax')}, numpy {version('numpy')}, hinterland {version('hinterland')}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", action="store_true", help="what each part of a step costs")
    parser.add_argument("--places", type=int, default=356, help="places of --parts")
    parser.add_argument("--members", type=int, default=16, help="members of --parts")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each row is measured")
    asked = parser.parse_args()
    country, parameters = read_pack("cn"), load()
    print(machine())
    with jax.enable_x64(True):
        if asked.parts:
            table_of_parts(country, parameters, asked.places, asked.members, asked.seconds)
        else:
            table(country, parameters, asked.seconds)


if __name__ == "__main__":
    main()
