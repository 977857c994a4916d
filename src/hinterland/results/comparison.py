"""What a scenario changes of the base: a table of differences member by member, for places, regions and the nation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from hinterland.results.summary import LEVELS, Array, areas, marks_of
from hinterland.results.variables import VARIABLES
from hinterland.writing import write_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

LOW: Final = LEVELS.index(0.1)
MIDDLE: Final = LEVELS.index(0.5)
HIGH: Final = LEVELS.index(0.9)


class Values(Protocol):
    """Values [member, year, place] in memory, or read when they are asked for."""

    def __getitem__(self, at: tuple[slice, slice, slice], /) -> NDArray[Any]:
        """Some of them."""
        ...


def table(base: Mapping[str, Values], dataset: xr.Dataset) -> pd.DataFrame:
    """Rows place, name, year, variable, unit; medians of base and scenario; median and 80% band of the difference.

    `base` [member, year, place] by stock, `dataset` the run of the scenario with the same members. Differences are
    taken member by member, so their band is that of the effect and not of the forecasts.
    """
    import pandas as pd

    codes, names, sums = areas(dataset)
    years = dataset["year"].to_numpy()
    frames: list[pd.DataFrame] = []
    for name, values in base.items():
        variable = dataset[name].transpose("place", "year", "member")

        def before(few: slice, of: Any = values) -> Array:
            return _rounded(np.moveaxis(of[:, :, few], 0, -1).swapaxes(0, 1))

        def after(few: slice, of: Any = variable) -> Array:
            return _rounded(of.isel(place=few).to_numpy())

        def change(few: slice, reads: Any = (before, after)) -> Array:
            return reads[1](few) - reads[0](few)

        of_base, of_scenario, of_change = (marks_of(of, variable.shape, sums) for of in (before, after, change))
        frames.append(
            pd.DataFrame(
                {
                    "place": np.repeat(codes, len(years)),
                    "name": np.repeat(names, len(years)),
                    "year": np.tile(years, len(codes)),
                    "variable": name,
                    "unit": VARIABLES[name].unit,
                    "base": of_base[..., MIDDLE].ravel(),
                    "scenario": of_scenario[..., MIDDLE].ravel(),
                    "difference": of_change[..., MIDDLE].ravel(),
                    "difference_p10": of_change[..., LOW].ravel(),
                    "difference_p90": of_change[..., HIGH].ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _rounded(values: NDArray[Any]) -> Array:
    """To the same digits in both runs, so that what is alike in them differs by nothing."""
    return values.astype(np.float32).astype(np.float64, order="C")


def write(base: Mapping[str, Values], dataset: xr.Dataset, path: Path) -> None:
    """Writes the table as UTF-8 CSV, whole or not at all; InputError where it cannot be written."""
    write_text(path, table(base, dataset).to_csv(index=False, float_format="%.6g", lineterminator="\n"))
