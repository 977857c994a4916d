"""What matters for the people of one place in one year: elementary effects of parameters over their priors, ranked.

    effect of k at u = (y(u + s_k D e_k) - y(u)) / (s_k D),   u in {0, 1/3, 2/3, 1}^K,   D = 2/3,   s_k = +1 or -1

with the sign that stays inside. Morris (1991, Technometrics 33:161), all factors moved from the same random points; u
runs over the prior from 5% to 95%, so an effect is that of the whole range, in percentage points of the people of the
base year. The mean of absolute effects ranks (Campolongo, Cariboni and Saltelli 2007); their spread tells of
interaction and of curves. Beside the parameters stand the nation's fertility, mortality and migration over their 80%
bounds, and the place's own course, which no parameter explains, over the 80% law of errors. All runs are central but
for what is moved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import jax
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from hinterland.data.country import Country
from hinterland.drivers import Deviations
from hinterland.errors import InputError
from hinterland.forecast import ready
from hinterland.members.draws import Block
from hinterland.members.ensemble import Progress
from hinterland.members.given import answering, given
from hinterland.members.plan import BLOCK, starts_of
from hinterland.members.shocks import Shocks
from hinterland.memory import give_back
from hinterland.params_draw import TAIL, spread
from hinterland.scenario import BASE
from hinterland.simulate import simulate
from hinterland.system import System, acting
from hinterland.ways import Railways, railways
from hinterland.workers.pool import Here, Pool

Array = NDArray[np.float64]

LEVELS: Final = 4
STEP: Final = LEVELS / 2 / (LEVELS - 1)
"""D: two thirds of the range."""
POINTS: Final = 16
"""Points that effects are taken at where no number is asked for."""
AGAIN: Final = 500
"""Resamples of points that tell how sure ranks are."""
NATION: Final = {
    "national fertility": "births per woman, within the 80% bounds of the projection",
    "national mortality": "length of life, within the 80% bounds of the projection",
    "national migration": "moves from and to abroad, within the 80% bounds of the projection",
}
OWN: Final = "own course"
FADING: Final = frozenset(
    {
        "launch_share",
        "lasting_share",
        "loss_half_life",
        "boom_half_life",
        "fertility_reversion",
        "fertility_scale",
    }
)
"""Parameters of the place effects and of local births, which act in a run beside those of behaviour."""
_BOUNDS: Final = 0.1
"""Probability outside each end of what is no parameter."""

Run = Callable[[Array], Array]
"""People [row] of the place at points [row, factor]."""


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that may matter."""

    name: str
    status: str
    """Of the parameter, or `projection` and `past errors`."""
    doc: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A factor with its effects."""

    factor: Factor
    rank: int
    low: int
    high: int
    """Between which its rank lies in 80% of resamples."""
    strength: float
    """Mean absolute effect over the whole range, percentage points of the people of the base year."""
    mean: float
    """With its sign: positive where more of it keeps more people."""
    spread: float
    """Standard deviation over points: interaction and curves."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What matters for a place."""

    country: Country
    place: int
    by: int
    points: int
    runs: int
    people: float
    """Of the place in the target year, central run."""
    start_people: float
    ranked: tuple[Ranked, ...]
    """The strongest first."""


def sensitivity(
    country: Country,
    place: int,
    *,
    by: int,
    points: int = POINTS,
    every: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
    pool: Pool = Here(),  # noqa: B008
) -> Sensitivity:
    """Factors ranked by what they move of a place's people in the year `by`.

    Parameters are those that members draw; with `every` all that have a prior and act in a run, set afterwards as with
    `--keep-effects`. Runs are made wherever `pool` does them. InputError where fewer than two points are asked for or
    the year cannot be run to.
    """
    if points < 2:
        raise InputError(f"{points} points", remedy="Give at least 2: ranks need several", where="--points")
    starts = starts_of(country, BLOCK - 1, by)
    if not country.totals[-1][place] > 0:
        what = f"{country.places.names[place]} has no people in {country.base_year}"
        raise InputError(what, remedy="Name a place with people", where="PLACE")
    system, _ = ready(country, BLOCK - 1, by, {}, keep_effects=False, past=False, progress=progress)
    return weighed(system, place, starts, points=points, every=every, seed=seed, progress=progress, pool=pool)


def weighed(
    system: System,
    place: int,
    starts: Sequence[int],
    *,
    points: int = POINTS,
    every: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
    pool: Pool = Here(),  # noqa: B008
) -> Sensitivity:
    """`sensitivity` of a system that is prepared, over steps that begin in the years `starts`."""
    country = system.country
    with jax.enable_x64(True):
        rails = railways(system, BASE, starts)
    system = answering(system, list(starts), BLOCK, rails)
    factors = factors_of(system, every=every)
    sweep = Sweep(system, place, tuple(starts), tuple(factor.name for factor in factors), rails)
    run = _run(sweep, pool, progress)
    base = float(country.totals[-1][place])
    effects = elementary(run, len(factors), points, seed) * 100 / base
    middle = float(run(np.full((1, len(factors)), 0.5))[0])
    return Sensitivity(
        country=country,
        place=place,
        by=starts[-1] + country.ages.width,
        points=points,
        runs=points * (len(factors) + 1) + 1,
        people=middle,
        start_people=base,
        ranked=ranking(factors, effects, seed),
    )


def factors_of(system: System, *, every: bool) -> tuple[Factor, ...]:
    """All that is moved: parameters, the nation's course, and the place's own where the law of errors is known."""
    parameters = system.parameters
    able = acting(parameters, system.country.ages) | FADING
    found = [
        Factor(name, of.status, of.doc)
        for name, of in parameters.items()
        # The schedule of leaving is common to all members of a block.
        if of.prior is not None and name in able and (of.drawn or every) and not name.startswith("leave_")
    ]
    found += [Factor(name, "projection", doc) for name, doc in NATION.items()]
    if system.course is not None:
        found.append(Factor(OWN, "past errors", "what no parameter explains, within the 80% law of errors"))
    return tuple(found)


def elementary(run: Run, factors: int, points: int, seed: int) -> Array:
    """Effects [point, factor] over the whole range of each factor."""
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, LEVELS, (points, factors)) / (LEVELS - 1)
    signs = np.where(levels < 0.5, 1.0, -1.0)
    moved = levels[:, None] + np.eye(factors) * (signs * STEP)[:, None]
    rows = np.concatenate([levels[:, None], moved], axis=1)
    told = run(rows.reshape(-1, factors)).reshape(points, factors + 1)
    return (told[:, 1:] - told[:, :1]) / (signs * STEP)


def ranking(factors: Sequence[Factor], effects: Array, seed: int) -> tuple[Ranked, ...]:
    """Factors by mean absolute effect [point, factor], with the ranks that resampled points give them."""
    strength = np.abs(effects).mean(axis=0)
    picks = np.random.default_rng(seed).integers(0, len(effects), (AGAIN, len(effects)))
    again = np.abs(effects)[picks].mean(axis=1)
    low, high = np.quantile(_ranks(again), (0.1, 0.9), axis=0, method="nearest")
    ranks = _ranks(strength[None])[0]
    found = [
        Ranked(
            factor=factor,
            rank=int(ranks[k]),
            low=int(min(low[k], ranks[k])),
            high=int(max(high[k], ranks[k])),
            strength=float(strength[k]),
            mean=float(effects[:, k].mean()),
            spread=float(effects[:, k].std(ddof=1)),
        )
        for k, factor in enumerate(factors)
    ]
    return tuple(sorted(found, key=lambda each: each.rank))


def _ranks(strength: Array) -> NDArray[np.int64]:
    """[..., factor] one for the strongest; equal ones in their order."""
    return np.argsort(np.argsort(-strength, axis=-1, kind="stable"), axis=-1, kind="stable") + 1


@dataclass(frozen=True, slots=True)
class Sweep:
    """The people of a place at points of its factors, a block at a time; travels to other processes."""

    system: System
    place: int
    starts: tuple[int, ...]
    names: tuple[str, ...]
    rails: Railways

    def __call__(self, task: tuple[int, Array]) -> Array:
        """People [row] at points [row, factor], no more than a block holds; a task begins with the first row."""
        points, starts = task[1], list(self.starts)
        rows = np.minimum(np.arange(BLOCK), len(points) - 1)
        block = block_at(self.system, self.place, len(starts), self.names, points[rows])
        with jax.enable_x64(True):
            found = given(self.system, block, starts, BASE, self.rails)
            path = simulate(found.setting, found.behaviour, found.start, found.conditions, None)
            last = np.asarray(path.people[-1, :, self.place]).sum(axis=(-2, -1))
        return last[: len(points)]


def _run(sweep: Sweep, pool: Pool, progress: Progress | None) -> Run:
    def run(points: Array) -> Array:
        people = np.empty(len(points))
        tasks = ((first, points[first : first + BLOCK]) for first in range(0, len(points), BLOCK))
        done = 0
        for (first, rows), told in pool.each(sweep, tasks):
            people[first : first + len(rows)] = told
            if not done:
                give_back()
            done += len(rows)
            if progress is not None:
                progress(done, len(points), "runs")
        return people

    return run


def block_at(system: System, place: int, steps: int, names: Sequence[str], points: Array) -> Block:
    """The central run with factors at points [row, factor] between zero and one, as members of a block."""
    rows = len(points)
    values = {name: np.repeat(np.asarray(of.value)[None], rows, axis=0) for name, of in system.parameters.items()}
    nothing = np.zeros((rows, steps))
    nation = Deviations(fertility=nothing, mortality=nothing, migration=nothing)
    places = np.zeros((rows, steps, len(system.country.places)))
    for k, name in enumerate(names):
        share = points[:, k]
        score = np.asarray(ndtri(_BOUNDS + (1 - 2 * _BOUNDS) * share), dtype=np.float64)[:, None]
        if name in NATION:
            field = name.removeprefix("national ")
            nation = replace(nation, **{field: np.broadcast_to(score, nothing.shape)})
        elif name == OWN:
            places[:, :, place] = score
        else:
            values[name] = spread(system.parameters[name], TAIL + (1 - 2 * TAIL) * share)
    return Block(values, Shocks(nation=nation, place=places))
