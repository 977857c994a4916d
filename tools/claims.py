"""What the claims of the package come to: `python tools/claims.py` writes docs/evidence/claims.csv and its table.

Needs the packs jp, us and cn-counties (docs/data.md) as well as the embedded one.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pandas as pd

from hinterland.cli.claims import effect, gathered, pack
from hinterland.explain.claims.cards import card, ids
from hinterland.explain.claims.gallery import Told, counted

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "evidence" / "claims.csv"
PAGE = ROOT / "docs" / "claims.md"
NEEDED = ("jp", "us", "cn-counties")
MEMBERS = 24


def rows(found: tuple[Told, ...]) -> pd.DataFrame:
    """A row for each test, and for each claim without one."""
    out: list[dict[str, object]] = []
    for one in found:
        common = {"claim": one.card.id, "verdict": one.verdict, "data": one.data, "prediction": one.prediction}
        if not one.findings:
            out.append({**common, "outcome": "missing"})
        for finding in one.findings:
            told = {"pack": finding.pack, "places": finding.places, "outcome": finding.outcome}
            out.append({**common, **told, "value": finding.value, "low": finding.low, "high": finding.high})
    return pd.DataFrame(out)


def table(found: tuple[Told, ...], took: float) -> str:
    """The table of the document."""
    counts = "; ".join(f"{verdict}: {count}" for verdict, count in counted(found).items())
    lines = [f"{counts}. {MEMBERS} members, {took:.0f} s.", ""]
    lines += ["| | claim | verdict | data | back-tests | in the model, if true |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {one.card.id} | {one.card.title.en} | {one.verdict} | {one.data} | {one.prediction} | {effect(one, 'en')} |"
        for one in found
    ]
    return "\n".join(lines)


def main() -> None:
    """Runs all and writes both."""
    lacking = [name for name in NEEDED if pack(name) is None]
    if lacking:
        sys.exit(f"no pack {', '.join(lacking)}: hinterland data build {lacking[0]}")
    began = time.monotonic()
    found = gathered([card(name) for name in ids()], members=MEMBERS, effects=True)
    took = time.monotonic() - began
    rows(found).to_csv(TABLE, index=False, float_format="%.4g", lineterminator="\n")
    before, rest = PAGE.read_text("utf-8").split("<!-- verdicts -->\n")
    after = rest.split("\n<!-- end verdicts -->")[1]
    PAGE.write_text(f"{before}<!-- verdicts -->\n\n{table(found, took)}\n\n<!-- end verdicts -->{after}", "utf-8")
    print(f"wrote {TABLE.relative_to(ROOT)} and {PAGE.relative_to(ROOT)} in {took:.0f} s")


main()
