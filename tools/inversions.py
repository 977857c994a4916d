"""Seeks the pulls that repeat the record of the embedded country and writes them into the package.

    python tools/inversions.py

Preparing the country then takes them instead of seeking them anew, as long as the model with them repeats the record
exactly as well. A change of the model, of the record or of a parameter makes that fail, and they are sought as for any
other country until this is run again; a test tells when.
"""

from __future__ import annotations

from unittest import mock

import numpy as np

from hinterland.calibrate import inversion, inverted
from hinterland.calibrate.inversion import Asked
from hinterland.calibrate.inverted import SHIPPED, Sought
from hinterland.calibrate.prepare import prepare
from hinterland.data.pack import read_pack
from hinterland.params import load

CODE = "cn"


def main() -> None:
    """Writes one file of all inversions of the preparation."""
    found: list[Sought] = []
    seek = inversion.seek

    def seeking(asked: Asked) -> Sought:
        found.append(seek(asked))
        return found[-1]

    inverted.keep(None)
    with mock.patch.object(inversion, "seek", seeking), mock.patch.object(inverted, "shipped", return_value=()):
        prepare(read_pack(CODE), load(fitted=CODE))
    SHIPPED.mkdir(exist_ok=True)
    file = SHIPPED / f"{CODE}.npz"
    np.savez_compressed(
        file, pull=np.stack([each.pull for each in found]), loss=np.array([each.loss for each in found])
    )
    print(f"{file.name}: {len(found)} inversions of {len(found[0].pull)} places, {file.stat().st_size / 1e3:.0f} kB")
    print("losses", *(f"{each.loss:.10g}" for each in found))


if __name__ == "__main__":
    main()
