"""Which design answers which experiments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hinterland.experiments import posts, rail, schools, shocks, subsidies, work
from hinterland.experiments.runs import Bench


@dataclass(frozen=True, slots=True)
class Study:
    """A world and an event, and the experiments whose outcomes are read off it."""

    ids: tuple[str, ...]
    simulate: Callable[[Bench], dict[str, float]]
    """To the simulated effect of each id, in the measure of the catalogue."""


STUDIES: Final = (
    Study(("E01",), rail.beeching),
    Study(("E02", "E03"), rail.local_lines),
    Study(("E04",), rail.cologne_frankfurt),
    Study(("E05", "E07"), rail.chinese_lines),
    Study(("E09",), rail.border),
    Study(("E19",), schools.danish_schools),
    Study(("E20a",), schools.italian_schools),
    Study(("E20b",), schools.swedish_schools),
    Study(("E21", "E21a", "E21b"), schools.sole_hospitals),
    Study(("E10", "E10a", "E10b"), work.coal),
    Study(("E11",), work.pits),
    Study(("E13",), work.layoff),
    Study(("E15", "E16"), work.commuting_zones),
    Study(("E36", "E36a"), work.dust),
    Study(("E17", "E18"), posts.town_halls),
    Study(("E22",), posts.bases),
    Study(("E23", "E23a"), posts.agencies),
    Study(("E29", "E29a"), posts.universities),
    Study(("E25",), subsidies.border_strip),
    Study(("E26",), subsidies.valley),
    Study(("E28", "E28a"), subsidies.zones),
    Study(("E31",), subsidies.movers),
    Study(("E39", "E39a"), subsidies.demand),
    Study(("E33", "E33a"), shocks.disasters),
    Study(("E34",), shocks.tsunami),
    Study(("E37", "E37a"), shocks.expellees),
)
