"""Two scenarios beside each other under common random numbers, in the terminal or as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hinterland.cli.console import progress_bar
from hinterland.errors import InputError
from hinterland.writing import write_text

if TYPE_CHECKING:
    import pandas as pd

    from hinterland.data.country import Country
    from hinterland.scenario import Scenario

TOLD: Final = ("people", "people_65_plus", "jobs", "homes", "income", "debt", "with_primary", "with_hospital")
"""Quantities shown in the terminal, as far as the country has them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was given."""

    country: str
    places: Sequence[str]
    """Names or codes; the nation where none is given."""
    members: int
    until: int | None
    seed: int
    past: bool
    out: Path | None
    only: Sequence[str] = ()
    """All that the two may differ in; nothing is asked where none is named."""


def compared(first: str, second: str, asked: Asked) -> Iterator[str]:
    """Lines on what the second scenario changes of the first; each a name, a file, a sum such as A+B, or base.

    InputError where a scenario, a place or the request cannot be used, before anything is computed.
    """
    from hinterland.data.pack import read_pack
    from hinterland.results.comparison import table
    from hinterland.results.dataset import to_dataset
    from hinterland.scenario_files.differences import differ_only_in, differing

    country = read_pack(asked.country)
    pair = (_scenario(country, first, past=asked.past), _scenario(country, second, past=asked.past))
    if first == second:
        raise InputError(f"both scenarios are {first}", remedy="Name two that differ", where="compare")
    found = differing(*pair)
    if not found:
        raise InputError(f"{first} and {second} change the same", remedy="Name two that differ", where="compare")
    if asked.only:
        differ_only_in(*pair, asked.only)
    yield f"They differ in: {', '.join(found)}"
    codes = [_code(country, name) for name in asked.places]
    with progress_bar() as progress:
        from hinterland.calibrate.keeping import keep_work
        from hinterland.forecast import compare

        keep_work()
        result = compare(
            country,
            pair[1],
            against=pair[0],
            members=asked.members,
            until=asked.until,
            seed=asked.seed,
            past=asked.past,
            progress=progress,
        )
    rows = table(result.base, to_dataset(result.changed)).rename(columns={"base": first, "scenario": second})
    if asked.out is not None:
        write_text(asked.out, rows.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
        yield f"Table: {asked.out}"
    for code in codes or [country.code]:
        yield from _lines(rows.loc[rows["place"] == code], first, second)


def _scenario(country: Country, names: str, *, past: bool) -> Scenario:
    from hinterland.cli.run import named_scenario
    from hinterland.scenario import BASE

    found = None if names == BASE.name else named_scenario(country, [names], past=past)
    return BASE if found is None else found


def _code(country: Country, name: str) -> str:
    from hinterland.data.find import find_place

    return country.places.codes[find_place(country, name)]


def _lines(rows: pd.DataFrame, first: str, second: str) -> Iterator[str]:
    """A small table for one place: years around the middle and the end, medians, and the band of the difference."""
    records = rows.to_dict("records")
    years = sorted({row["year"] for row in records})
    shown = {years[min(3, len(years) - 1)], years[min(6, len(years) - 1)], years[-1]}
    yield ""
    yield f"{records[0]['name']}: {second} less {first}, median of differences and 80% band"
    wide = max(map(len, TOLD))
    for quantity in TOLD:
        for row in records:
            if row["variable"] == quantity and row["year"] in shown:
                yield f"  {quantity:<{wide}} {row['year']}  {_figures(row, first, second)}"


def _figures(row: Mapping[Any, Any], first: str, second: str) -> str:
    low, middle, high = (f"{row[key]:+,.0f}" for key in ("difference_p10", "difference", "difference_p90"))
    return f"{row[first]:>14,.0f} -> {row[second]:>14,.0f}   {middle} ({low} to {high}) {row['unit']}"
