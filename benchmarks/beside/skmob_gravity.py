"""scikit-mobility, in an environment of its own: one singly constrained redistribution by `Gravity.generate`."""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib.metadata import version

import numpy as np

warnings.simplefilter("ignore")


def main() -> None:
    import geopandas  # pyright: ignore[reportMissingImports]
    from shapely.geometry import Point  # pyright: ignore[reportMissingImports]
    from skmob.models.gravity import Gravity  # pyright: ignore[reportMissingImports]

    given = dict(np.load(sys.argv[1]))
    towns = geopandas.GeoDataFrame(
        {
            "tile_ID": [str(k) for k in range(len(given["lon"]))],
            "weight": given["weight"],
            "leavers": given["leavers"],
        },
        geometry=[Point(x, y) for x, y in zip(given["lon"], given["lat"], strict=True)],
        crs="EPSG:4326",
    )
    model = Gravity(
        deterrence_func_type="power_law",
        deterrence_func_args=[-float(given["exponent"])],
        origin_exp=1.0,
        destination_exp=1.0,
        gravity_type="singly constrained",
    )
    began = time.process_time()
    flows = model.generate(
        towns, tile_id_column="tile_ID", tot_outflows_column="leavers", relevance_column="weight", out_format="flows"
    )
    took = time.process_time() - began
    came = flows.groupby("destination")["flow"].sum()
    arrivals = np.zeros(len(towns))
    arrivals[came.index.astype(int)] = came.to_numpy()
    np.save(sys.argv[2], arrivals)
    print(json.dumps({"version": version("scikit-mobility"), "seconds": took, "rows": len(flows)}))


if __name__ == "__main__":
    main()
