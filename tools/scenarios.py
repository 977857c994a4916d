"""What the scenarios of the package change: `python tools/scenarios.py` runs them and writes their table.

Runs the embedded country with and without each, and puts down the quantities that the file argues about: median and 80%
band over members of the relative difference. Writes docs/evidence/scenarios.csv and its table in docs/scenarios.md.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd

from hinterland.calibrate.prepare import prepare, prepare_past
from hinterland.data.pack import read_pack
from hinterland.members.ensemble import run_ensemble
from hinterland.params import load
from hinterland.record import Ensemble
from hinterland.scenario_files.made import Expectation, describe, expectations, load_scenario, shipped
from hinterland.system import System

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "evidence" / "scenarios.csv"
PAGE = ROOT / "docs" / "scenarios.md"
MEMBERS = 48
AHEAD, PAST = 2050, 2035
STORY = ("people", "jobs_local", "jobs")
"""What is told of Jiaozuo, whose four causes are the claim, whatever their files argue about."""


def summed(ensemble: Ensemble, one: Expectation) -> np.ndarray:
    """[member] a quantity in a year, summed over the places of an expectation."""
    stock = one.quantity in ensemble.stocks
    values = (ensemble.stocks if stock else ensemble.flows)[one.quantity]
    codes = ensemble.country.places.codes
    there = [codes.index(code) for code in one.places] if one.places else slice(None)
    return values[:, ensemble.years.index(one.year) - (0 if stock else 1)][:, there].sum(axis=-1)


def rows(system: System, names: tuple[str, ...], until: int) -> list[dict[str, object]]:
    """A row for everything that the files argue about, and for Jiaozuo's story."""
    base = run_ensemble(system, members=MEMBERS, until=until, seed=0)
    places = system.country.places
    found: list[dict[str, object]] = []
    for name in names:
        began = time.monotonic()
        scenario = load_scenario(name, system.country)
        after = run_ensemble(
            system, members=MEMBERS, until=until, seed=0, scenario=scenario, control=base.control
        ).ensemble
        asked = list(expectations(name, system.country))
        if name.startswith("jiaozuo"):
            own = (places.codes[places.names_en.index("Jiaozuo")],)
            asked = [Expectation(what, own, year, "same", 0.0, "") for year in (2020, until) for what in STORY]
        for one in asked:
            before = summed(base.ensemble, one)
            change = summed(after, one) - before
            low, middle, high = np.quantile(100 * change / np.median(before), [0.1, 0.5, 0.9])
            there = [places.names_en[places.codes.index(code)] for code in one.places]
            found.append(
                {
                    "scenario": name,
                    "quantity": one.quantity,
                    "places": ", ".join(there[:3]) + (f" and {len(there) - 3} more" if len(there) > 3 else "") or "all",
                    "year": one.year,
                    "change_pct": middle,
                    "p10": low,
                    "p90": high,
                    "units": float(np.median(change)),
                }
            )
        print(f"{name} in {time.monotonic() - began:.0f} s")
    return found


def table(found: pd.DataFrame) -> str:
    """The table of the document."""
    lines = [
        f"Differences from the base in percent: median and 80% band of {MEMBERS} members (`python tools/scenarios.py`)",
        "under common random numbers.",
        "Bands are of the parameters that members draw, not of the sizes that the files assume: effects grow about in",
        "proportion to these. The five of Jiaozuo take a cause of 2010-20 away, and are assumed in size.\n",
        "| scenario | what | where | year | difference, % |",
        "|---|---|---|---|---|",
    ]
    for name, group in found.groupby("scenario", sort=False):
        for number, row in enumerate(group.to_dict("records")):
            title = f"{describe(str(name)).title.en} (`{name}`)" if number == 0 else ""
            lines.append(
                f"| {title} | {row['quantity']} | {row['places']} | {row['year']} "
                f"| {row['change_pct']:+.2f} ({row['p10']:+.2f} to {row['p90']:+.2f}) |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    country, parameters = read_pack("cn"), load()
    past = tuple(name for name in shipped() if name.startswith("jiaozuo"))
    ahead = tuple(name for name in shipped() if name not in past)
    found = rows(prepare(country, parameters), ahead, AHEAD) + rows(prepare_past(country, parameters), past, PAST)
    pd.DataFrame(found).to_csv(TABLE, index=False, float_format="%.4g", lineterminator="\n")
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split("<!-- effects -->")
    _, after = rest.split("<!-- end effects -->")
    made = table(pd.read_csv(TABLE))
    PAGE.write_text(f"{before}<!-- effects -->\n\n{made}\n<!-- end effects -->{after}", encoding="utf-8")
    print(f"wrote {TABLE.relative_to(ROOT)} and {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
