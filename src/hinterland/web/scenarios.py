"""Scenarios of the package as the page describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hinterland.errors import InputError
from hinterland.scenario_files.made import load_scenarios, shipped
from hinterland.scenario_files.reading import located, read_file
from hinterland.web.changes import changes
from hinterland.web.phrases import phrase
from hinterland.web.schemas_live import Scenario
from hinterland.web.words import named

if TYPE_CHECKING:
    from hinterland.data.country import Country


def scenarios(country: Country | None) -> list[Scenario]:
    """All scenarios; those that name what a country has not are not usable there."""
    return [_scenario(name, country) for name in shipped()]


def _scenario(name: str, country: Country | None) -> Scenario:
    file = read_file(located(name))
    return Scenario(
        name=name,
        title=named(file.title.model_dump()),
        says=named(file.reason.model_dump()),
        source=phrase(file.source),
        claims=list(file.claims),
        changes=changes(file),
        usable=country is not None and _fits(name, country),
    )


def _fits(name: str, country: Country) -> bool:
    try:
        load_scenarios((name,), country)
    except InputError:
        return False
    return True
