"""Invented countries of the spatial unit of a study, made from stated numbers.

Nobody comes from abroad, and the nation's fertility and mortality never change: by themselves all places of a world
keep their people but for the national factor, and whatever departs from it is an event's doing. Every world has the
same number of places, so that what is compiled for one serves all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.axes import FIVE_YEARS, SECTORS, SERVICES
from hinterland.calibrate.prepare import prepare
from hinterland.data.country import Country, Drivers, FrozenMapping, Places, Source, frozen
from hinterland.data.schedules import at_step, medium, schedules
from hinterland.model.nation import project
from hinterland.params import Parameters
from hinterland.scenario import Change
from hinterland.space.distance import EARTH_RADIUS
from hinterland.space.network import Line
from hinterland.system import System

Array = NDArray[np.float64]

PLACES: Final = 48
START: Final = 2000
"""The base year of all worlds; it stands for that of a study."""
STEPS: Final = 17
"""Of five years: the first is the event's, and the longest horizon is eighty years after it."""
FERTILITY: Final = 2.08
"""Children per woman, at which the nation neither grows nor shrinks much."""
KM: Final = EARTH_RADIUS * np.pi / 180
"""km per degree; worlds lie on the equator, where a degree is as long in either direction."""
WORK: Final[Mapping[str, float]] = FrozenMapping(
    {"farm": 12, "mine": 2, "industry": 25, "tradable_services": 12, "local_services": 34, "public": 15}
)
"""Usual shares of jobs, per cent: those of a middle-income region, rounded."""
RURAL: Final[Mapping[str, float]] = FrozenMapping(
    {"farm": 20, "mine": 2, "industry": 22, "tradable_services": 6, "local_services": 33, "public": 17}
)
HELD, WITHHELD = 3.0, -10.0
"""Log use of a service at which places of the sizes of worlds keep it, and at which none does."""


@dataclass(frozen=True, slots=True)
class World:
    """The numbers of an invented country; arrays [place]."""

    name: str
    people: Array
    x: Array
    """km to the east."""
    y: Array
    """km to the north."""
    area: float
    """km2 of every place."""
    work: Mapping[str, float] = field(default_factory=lambda: WORK)
    """Share of jobs by sector, per cent, in every place."""
    mines: Array | None = None
    """Share of jobs in mines, per cent, where it differs; taken from or given to all other sectors in proportion."""
    regions: tuple[str, ...] = ()
    """One for all where empty."""
    lines: tuple[Line, ...] = ()
    served: Mapping[str, Array] = field(default_factory=lambda: FrozenMapping({}))
    """Service -> one where a study says that a place has it, else zero; others are as sizes have them."""

    def __post_init__(self) -> None:
        """ValueError where a number of the world cannot be."""
        for name in ("people", "x", "y"):
            if getattr(self, name).shape != (PLACES,):
                raise ValueError(f"{name} has shape {getattr(self, name).shape}; a world has {PLACES} places")
        if not (self.people > 0).all():
            raise ValueError(f"place {int(self.people.argmin())} of the world has nobody")
        if self.regions and len(self.regions) != PLACES:
            raise ValueError(f"{len(self.regions)} regions are named for {PLACES} places")
        if set(self.work) != set(SECTORS):
            raise ValueError(f"work names {', '.join(self.work)}; the sectors are {', '.join(SECTORS)}")
        if not set(self.served) <= set(SERVICES):
            raise ValueError(f"served names {', '.join(self.served)}; the services are {', '.join(SERVICES)}")

    @property
    def distance(self) -> Array:
        """[place, place] km."""
        return np.hypot(self.x[:, None] - self.x[None, :], self.y[:, None] - self.y[None, :])


CODES: Final = tuple(f"P{place:02d}" for place in range(PLACES))


def codes(places: Sequence[int] | NDArray[np.int64]) -> tuple[str, ...]:
    """Codes of positions."""
    return tuple(CODES[int(place)] for place in places)


def lattice(columns: int, spacing: float) -> tuple[Array, Array]:
    """x and y [place] of a triangular lattice whose neighbours are `spacing` km apart, row by row."""
    row, column = np.divmod(np.arange(PLACES), columns)
    return spacing * (column + 0.5 * (row % 2)), spacing * np.sqrt(0.75) * row


def clusters(size: int, within: float, between: float) -> tuple[Array, Array, NDArray[np.int64]]:
    """x and y [place] of groups of `size` places, and the group of each; the first of a group is its middle.

    Groups are `between` km apart; its other places stand round the middle at `within` km.
    """
    group, member = np.divmod(np.arange(PLACES), size)
    across = int(np.ceil(np.sqrt(PLACES / size)))
    row, column = np.divmod(group, across)
    turn = 2 * np.pi * member / max(size - 1, 1) + group
    out = np.where(member == 0, 0.0, within)
    return between * (column + 0.5 * (row % 2)) + out * np.cos(turn), between * row + out * np.sin(turn), group


def country(world: World) -> Country:
    """The world as a country without a record, in the stable ages of its nation."""
    drivers, ages = _nation()
    shares = np.array([world.work[sector] for sector in SECTORS], dtype=np.float64)
    work = np.tile(shares / shares.sum() * 100, (PLACES, 1))
    if world.mines is not None:
        mine = SECTORS.index("mine")
        others = np.delete(np.arange(len(SECTORS)), mine)
        work[:, others] *= ((100 - world.mines) / (100 - work[:, mine]))[:, None]
        work[:, mine] = world.mines
    indicators = {f"jobs_{sector}_pct": work[:, k] for k, sector in enumerate(SECTORS)}
    regions = world.regions or ("R",) * PLACES
    seats = [regions.index(region) == place for place, region in enumerate(regions)]
    return Country(
        code="xx",
        names=dict.fromkeys(("en", "zh", "ja"), "World"),
        version="1",
        base_year=START,
        ages=FIVE_YEARS,
        places=Places(
            codes=CODES,
            names=CODES,
            names_en=CODES,
            regions=regions,
            seat=frozen(seats, np.bool_),
            lon=frozen(world.x / KM),
            lat=frozen(world.y / KM),
            area=frozen(np.full(PLACES, world.area)),
            region_names={region: (region, region) for region in regions},
        ),
        years=(START,),
        people=frozen((world.people[:, None, None] * ages)[None]),
        totals=frozen(world.people[None]),
        imputed=frozen(np.zeros((1, PLACES)), np.bool_),
        rescaled=frozen(np.zeros((1, PLACES)), np.bool_),
        indicators={
            name: {START: frozen(values)} for name, values in {**indicators, "urban_people": world.people}.items()
        },
        drivers=drivers,
        sources=(Source("stated", "Numbers stated in the design of an experiment", "CC0-1.0", "nobody"),),
        notes=(),
        peers=CODES[:1],
        lines=world.lines,
    )


def system(world: World, parameters: Parameters) -> System:
    """The world ready to run. What a study says that places have at hand is the zero of what they lose."""
    made = prepare(country(world), parameters)
    services, base = made.state.services, made.setting.services
    if not world.served or services is None or base is None:
        return made
    degree = np.array(base.degree)
    for service, has in world.served.items():
        rungs = np.asarray(services.rungs) > 0
        degree[..., SERVICES.index(service)] = np.where(rungs, has[:, None], 0.0)
    with jax.enable_x64(True):
        known = jnp.asarray(degree)
    return replace(
        made,
        setting=replace(made.setting, services=replace(base, degree=known)),
        state=replace(made.state, services=replace(services, degree=known)),
    )


def kept(world: World) -> tuple[Change, ...]:
    """What holds services where a study says they are, with an event and without it."""
    found: list[Change] = []
    for service, has in world.served.items():
        for there, amount in ((True, HELD), (False, WITHHELD)):
            places = codes(np.flatnonzero((has > 0) == there))
            if places:
                found.append(Change("service_use", amount, START, places=places, kinds=(service,)))
    return tuple(found)


@cache
def _nation() -> tuple[Drivers, Array]:
    """Drivers that never change and the stable ages [sex, age] they lead to."""
    years = np.arange(START - 5, START + 5 * STEPS + 6)
    periods = np.arange(START - 5, START + 5 * STEPS + 5, 5)
    ages = (0, 1, *range(5, 101, 5))
    # Gompertz's law with some 74 years of expectancy; births as in countries with few of them.
    hazard = np.minimum(2e-4 * np.exp(0.08 * np.array(ages)), 0.6)
    shares = np.array([0.02, 0.18, 0.32, 0.28, 0.14, 0.05, 0.01])
    nothing = np.zeros(len(years))
    expected = np.stack([nothing + 74, nothing + 74], axis=-1)
    drivers = Drivers(
        years=frozen(years, np.int64),
        people=frozen(nothing + np.nan),
        people_80=frozen(np.full((len(years), 2), np.nan)),
        fertility=frozen(nothing + FERTILITY),
        fertility_80=frozen(np.full((len(years), 2), FERTILITY)),
        life_expectancy=frozen(expected),
        life_expectancy_80=frozen(np.stack([expected, expected], axis=-1)),
        net_migrants=frozen(nothing),
        net_migrants_80=frozen(np.zeros((len(years), 2))),
        sex_ratio_at_birth=frozen(nothing + 1.05),
        mortality_periods=frozen(periods, np.int64),
        mortality_ages=ages,
        mortality=frozen(np.broadcast_to(hazard, (len(periods), 2, len(ages)))),
        fertility_periods=frozen(periods, np.int64),
        fertility_ages=tuple(range(15, 50, 5)),
        fertility_shares=frozen(np.broadcast_to(shares, (len(periods), len(shares)))),
        migrants_periods=frozen(periods, np.int64),
        migrants_ages=tuple(range(0, 101, 5)),
        migrants=frozen(np.zeros((len(periods), 2, 21))),
        source="stated",
    )
    with jax.enable_x64(True):
        people = jnp.ones((1, 2, len(FIVE_YEARS)))
        for _ in range(2):  # what the oldest survive hangs on how the ages below them thin out
            course = at_step(schedules(drivers, FIVE_YEARS, START, 1, medium(1), np.asarray(people[0])), 0)
            for _ in range(200):
                people = project(people, course, FIVE_YEARS.width)
                people = people / people.sum()
    return drivers, np.asarray(people[0])
