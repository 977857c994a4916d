"""Scenarios on the command line: the list, or one in full."""

from __future__ import annotations

from collections.abc import Iterator

from hinterland.scenario_files.made import describe, shipped


def told(name: str | None, lang: str) -> Iterator[str]:
    """Lines on every shipped scenario, or on one; InputError where there is none of this name."""
    if name is None:
        names = shipped()
        wide = max(map(len, names))
        for each in names:
            yield f"{each:<{wide}}  {getattr(describe(each).title, lang)}"
        yield f"{len(names)} scenarios. One in full: hinterland scenarios {names[0]}"
        yield f"Run one: hinterland run cn --scenario {names[0]}"
        return
    file = describe(name)
    yield getattr(file.title, lang)
    yield getattr(file.reason, lang)
    yield f"Source: {file.source}"
    if file.claims:
        yield f"Claims: {', '.join(file.claims)}"
    if file.extends:
        yield f"Extends: {', '.join(file.extends)}"
    for kind in ("change", "turn", "line", "close", "merger", "start"):
        for table in getattr(file, kind):
            said = table.model_dump(exclude_none=True, exclude_defaults=True, by_alias=True)
            yield f"{kind}: " + ", ".join(f"{key} {value}" for key, value in said.items())
