"""Tables behind files: every variable of a place or of all places, quantiles as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hinterland.results.layout import SUMMARY
from hinterland.web.chunks import loaded
from hinterland.web.runs import Opened
from hinterland.web.series import levels, place_series, ranked
from hinterland.web.variables import Known

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

WIDE: Final = (
    "people", "people_0_14", "people_15_64", "people_65_plus", "births", "deaths", "arrivals", "departures", "jobs",
    "homes", "change", "share_65_plus", "chance_25",
)  # fmt: skip
"""Sheets of a workbook of all places."""


def place_table(run: Opened, code: str) -> pd.DataFrame:
    """Rows code, name, variable, unit, year, counted or forecast, and quantiles, of every variable that has a band."""
    import pandas as pd

    at = run.place(code)
    names = [name for name, each in run.known.items() if not each.is_chance]
    own, roman = run.names[at]
    rows: list[dict[str, object]] = []
    for one in place_series(run, code, names).series:
        opening = {
            "code": code,
            "name": own,
            "name_en": roman,
            "variable": one.variable.name,
            "unit": one.variable.unit,
        }
        columns = [column(level) for level in one.levels]
        for year, value in zip(one.past_years, one.past, strict=True):
            rows.append({**opening, "year": year, "kind": "counted", **dict.fromkeys(columns, value)})
        for k, year in enumerate(one.years):
            marks = {name: band[k] for name, band in zip(columns, one.bands, strict=True)}
            rows.append({**opening, "year": year, "kind": "forecast", **marks})
    return pd.DataFrame(rows)


def column(level: float) -> str:
    """The name of a quantile's column: 0.1 -> p10, 0.025 -> p025, as in summary.csv."""
    digits = f"{level:.3f}".removeprefix("0.").rstrip("0")
    return f"p{digits:0<2}"


def country_table(run: Opened) -> pd.DataFrame:
    """The summary of the run (see `results.summary`), read where the run has it."""
    import pandas as pd

    from hinterland.results.summary import table

    path = run.folder / SUMMARY
    if path.is_file():
        empty = {"p025": [""], "p975": [""]}
        return pd.read_csv(path, dtype={"place": "str", "name": "str"}, keep_default_na=False, na_values=empty)
    return table(run.data)


def country_csv(run: Opened) -> str:
    """The summary of the run as text."""
    path = run.folder / SUMMARY
    return path.read_text("utf-8") if path.is_file() else country_table(run).to_csv(index=False, lineterminator="\n")


def wide(run: Opened) -> dict[str, pd.DataFrame]:
    """Sheet -> places by year: medians, of people also 10% and 90%."""
    import pandas as pd

    every = run.known
    sheets: dict[str, pd.DataFrame] = {}
    opening = {
        "code": list(run.codes),
        "name": [own for own, _ in run.names],
        "name_en": [roman for _, roman in run.names],
        "region": list(run.regions),
    }
    for name in WIDE:
        if name not in every:
            continue
        of = every[name]
        years = run.years[1:] if of.by_period else run.years
        marks = (0.1, 0.5, 0.9) if name == "people" else (0.5,)
        found = quantiles(run, of, marks)
        for k, level in enumerate(marks):
            sheet = name if level == 0.5 else f"{name} {column(level)}"
            values = {str(year): found[k, t].round(of.digits) for t, year in enumerate(years)}
            sheets[sheet] = pd.DataFrame({**opening, **values})
    return sheets


def quantiles(run: Opened, of: Known, marks: tuple[float, ...], block: int = 128) -> Array:
    """[level, year or period, place] quantiles over members; a chance is the same at all levels."""
    parts: list[Array] = []
    for first in range(0, len(run.codes), block):
        places = slice(first, first + block)

        def read(name: str, places: slice = places) -> Array:
            chosen = run.data[name].isel(place=places).transpose("member", ..., "place")
            return loaded(chosen)

        parts.append(ranked(of.of(read), marks))
    return np.concatenate(parts, axis=-1)


def usual_levels(run: Opened) -> tuple[float, ...]:
    """Quantiles that files tell."""
    return levels(run.view.members)
