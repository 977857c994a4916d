"""A scenario written as a file that can be run forward again, as `docs/scenarios.md` describes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import isfinite

from hinterland.data.country import Country
from hinterland.scenario import Change, Scenario


def as_toml(
    scenario: Scenario, country: Country, *, title: Mapping[str, str], reason: Mapping[str, str], source: str
) -> str:
    """The file of a scenario of changes, lines opened and mergers; the file's name is to be the scenario's.

    `title` and `reason` are by language. ValueError where the scenario holds what is not written here.
    """
    if scenario.turns or scenario.closings or scenario.beginnings:
        raise ValueError(f"{scenario.name} turns parameters, closes lines or sets stocks, which is not written")
    parts = [
        "\n".join(
            [
                f"title = {_by_language(title)}",
                f"reason = {_by_language(reason)}",
                f"source = {_text(source)}",
            ]
        )
    ]
    parts += ["\n".join(_change(change)) for change in scenario.changes]
    for line in scenario.openings:
        stops = ", ".join(_text(country.places.codes[i]) for i in line.way)
        told = [f"name = {_text(line.name)}", f"stops = [{stops}]", f"speed_kmh = {line.speed!r}"]
        parts.append("\n".join(["[[line]]", *told, f"from = {_number(line.opens)}"]))
    for merger in scenario.mergers:
        named = ", ".join(map(_text, merger.places))
        told = [f"places = [{named}]", f"seat = {_text(merger.seat)}", f"from = {_number(merger.start)}"]
        parts.append("\n".join(["[[merger]]", *told]))
    return "\n\n".join(parts) + "\n"


def _change(change: Change) -> Iterator[str]:
    yield "[[change]]"
    yield f"lever = {_text(change.lever)}"
    yield f"amount = {change.amount!r}"
    yield f"from = {_number(change.start)}"
    if isfinite(change.end):
        yield f"until = {_number(change.end)}"
    if change.over:
        yield f"over = {_number(change.over)}"
    for key, values in (("places", change.places), ("kinds", change.kinds)):
        if values:
            yield f"{key} = [{', '.join(map(_text, values))}]"


def _by_language(words: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{language} = {_text(words[language])}" for language in ("en", "zh", "ja")) + "}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _text(words: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(words, ensure_ascii=False)
