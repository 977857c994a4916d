"""What a scenario changes of the base: a table of differences member by member, for places, regions and the nation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from hinterland.results.summary import LEVELS, areas, quantiles, summed
from hinterland.results.variables import VARIABLES
from hinterland.writing import write_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

LOW: Final = LEVELS.index(0.1)
MIDDLE: Final = LEVELS.index(0.5)
HIGH: Final = LEVELS.index(0.9)


def table(base: Mapping[str, NDArray[np.float32]], dataset: xr.Dataset) -> pd.DataFrame:
    """Rows place, name, year, variable, unit; medians of base and scenario; median and 80% band of the difference.

    `base` [member, year, place] by stock, `dataset` the run of the scenario with the same members. Differences are
    taken member by member, so their band is that of the effect and not of the forecasts.
    """
    import pandas as pd

    codes, names, sums = areas(dataset)
    years = dataset["year"].to_numpy()
    frames: list[pd.DataFrame] = []
    for name, values in base.items():
        before = summed(np.asarray(np.moveaxis(values, 0, -1).swapaxes(0, 1), np.float64), sums)
        # To the same digits as the base, so that what is alike in both differs by nothing.
        rounded = dataset[name].transpose("place", "year", "member").to_numpy().astype(np.float32)
        after = summed(rounded.astype(np.float64), sums)
        change = quantiles(after - before)
        frames.append(
            pd.DataFrame(
                {
                    "place": np.repeat(codes, len(years)),
                    "name": np.repeat(names, len(years)),
                    "year": np.tile(years, len(codes)),
                    "variable": name,
                    "unit": VARIABLES[name].unit,
                    "base": quantiles(before)[..., MIDDLE].ravel(),
                    "scenario": quantiles(after)[..., MIDDLE].ravel(),
                    "difference": change[..., MIDDLE].ravel(),
                    "difference_p10": change[..., LOW].ravel(),
                    "difference_p90": change[..., HIGH].ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def write(base: Mapping[str, NDArray[np.float32]], dataset: xr.Dataset, path: Path) -> None:
    """Writes the table as UTF-8 CSV, whole or not at all; InputError where it cannot be written."""
    write_text(path, table(base, dataset).to_csv(index=False, float_format="%.6g", lineterminator="\n"))
