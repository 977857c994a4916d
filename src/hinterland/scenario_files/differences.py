"""In what two scenarios differ, by name: what a comparison of them can be about."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from hinterland.errors import InputError
from hinterland.scenario import Scenario


def differing(first: Scenario, second: Scenario) -> tuple[str, ...]:
    """Names of what one of two scenarios has and the other has not, or has otherwise, in a fixed order.

    Levers and parameters by their names, railway lines that open or end by theirs, mergers by their seats, stocks of
    the base year by theirs. Empty where both change the same.
    """
    one, other = (tuple(_named(scenario)) for scenario in (first, second))
    apart = [*(part for part in one if part not in other), *(part for part in other if part not in one)]
    return tuple(dict.fromkeys(sorted(name for name, _ in apart)))


def differ_only_in(first: Scenario, second: Scenario, names: Sequence[str]) -> None:
    """InputError where two scenarios differ in more than `names` says, or not at all in one of them."""
    found = differing(first, second)
    where = f"{first.name} and {second.name}"
    if more := [name for name in found if name not in names]:
        raise InputError(
            f"they differ in {', '.join(more)} too",
            remedy="Take two that share it, or say with --only that this is meant",
            where=where,
        )
    if lacking := [name for name in names if name not in found]:
        raise InputError(
            f"they do not differ in {', '.join(lacking)}",
            remedy=f"They differ in {', '.join(found) or 'nothing'}",
            where=where,
        )


def _named(scenario: Scenario) -> Iterator[tuple[str, Hashable]]:
    for change in scenario.changes:
        yield change.lever, change
    for turn in scenario.turns:
        yield turn.parameter, turn
    for line in scenario.openings:
        yield f"line {line.name}", line
    for closing in scenario.closings:
        yield f"closing {closing.line or closing.place}", closing
    for merger in scenario.mergers:
        yield f"merger {merger.seat}", merger
    for beginning in scenario.beginnings:
        yield f"start {beginning.stock}", beginning
