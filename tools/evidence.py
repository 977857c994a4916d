"""Back-tests that the documents quote: `make evidence` runs and writes them, `--check` runs a few again and compares.

Needs a folder of raw files laid out as docs/data.md says; packs are built in build/packs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import hinterland
from hinterland.data.build import build
from hinterland.data.country import Country
from hinterland.data.pack import embedded, read_pack
from hinterland.evaluate import tables
from hinterland.evaluate.backtest import backtest
from hinterland.evaluate.baselines import BASELINES
from hinterland.evaluate.leaderboard import MODEL, OURS, STRUCTURE, ClassRow, Leaderboard, leaderboard
from hinterland.evaluate.methods import methods_for
from hinterland.evaluate.panel import panel
from hinterland.switches import without

ROOT = Path(__file__).parents[1]
PACKS = ROOT / "build" / "packs"
EVIDENCE = ROOT / "docs" / "evidence"
SCORES = EVIDENCE / "backtests.csv"
MADE = EVIDENCE / "backtests.toml"
ABLATIONS = EVIDENCE / "ablations.csv"
SHIPPED = ROOT / "src" / "hinterland" / "claims" / "ablations.csv"
"""The same for the package's claims."""
COVERAGE = EVIDENCE / "coverage.csv"
PAGE = ROOT / "docs" / "leaderboard.md"
MEMBERS = 100
COLUMNS = (
    "panel", "launch", "horizon", "control", "method", "places", "median_ape", "mean_ape", "within_5", "within_10",
    "bias", "p90_ape", "weighted_mape", "shelf_life", "crps", "covered_50", "covered_80", "covered_95", "width_80",
    "best_baseline", "difference", "difference_lower", "difference_upper",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One launch of one country."""

    pack: str
    launch: int
    horizon: int


CASES = (
    Case("jp", 2000, 20),
    Case("jp", 2005, 15),
    Case("jp", 2010, 10),
    Case("jp-census", 1990, 30),
    Case("jp-census", 2000, 20),
    Case("us", 1980, 15),
    Case("us", 1990, 15),
    Case("us", 2000, 15),
    Case("cn", 2010, 10),
    Case("cn-counties", 2010, 10),
)
CHECKS = (
    (Case("jp", 2010, 10), ("constant", "lin_exp", "hamilton_perry", "ccr_ccd", "residual_migration", "gross_flow")),
    (Case("us", 2000, 15), ("constant", "average", "damped_trend", "mixed_base")),
    (Case("cn", 2010, 10), (MODEL, "constant")),
)
"""Cases and methods run again by `--check`: quick ones of every country."""
ABLATED = (
    (Case("cn", 2010, 10), ("jobs", "homes", "shopping", "services", "budgets", "siphon", "return")),
    (Case("jp", 2010, 10), ("services", "siphon", "return")),
)
"""Cases and the mechanisms switched off in each; Japan's pack has no jobs by sector, so it has no economy to switch."""
TOLERANCE = 0.02
"""Points of mean APE by which a repeated score may differ: another processor sums in another order."""


def country(pack: str, source: Path) -> Country:
    """A country that comes with the package, or built from the raw files on the first call."""
    if pack in embedded():
        return read_pack(pack)
    folder = PACKS / pack
    if not (folder / "pack.toml").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        made = build(pack, source, folder)
        print(f"built {pack} in {time.monotonic() - began:.0f} s")
        for sentence in made.repairs:
            print(f"  {sentence}")
        return made.country
    return read_pack(folder)


def scores(case: Case, source: Path, methods: Sequence[str] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The scores of one case, uncontrolled and controlled, and the coverage of the model's intervals by size."""
    place = country(case.pack, source)
    began = time.monotonic()
    asked = methods_for(place, methods or (MODEL, STRUCTURE, *BASELINES), members=MEMBERS)
    test = backtest(panel(place), case.launch, asked, horizon=case.horizon)
    board = leaderboard(test)
    print(f"{case.pack} {case.launch}: {len(test.entries)} methods in {time.monotonic() - began:.0f} s")
    for refusal in test.refusals:
        print(f"  not asked: {refusal.method}: {refusal.why}")
    for warning in test.warnings:
        print(f"  {warning}")
    found = tables.scores(test, board)
    return found[found["horizon"] % 5 == 0].reindex(columns=list(COLUMNS)), coverage(case, board)


def coverage(case: Case, board: Leaderboard) -> pd.DataFrame:
    """Share of places inside the model's 80% intervals, by size at launch."""
    rows = [
        {"panel": case.pack, "launch": case.launch, "horizon": row.horizon, "size": row.label}
        | {"places": row.points.places, "covered_80": row.covered_80}
        for row in board.classes
        if (row.method, row.control, row.kind) == (MODEL, "forecast", "size") and row.horizon % 5 == 0
    ]
    return pd.DataFrame(rows, columns=["panel", "launch", "horizon", "size", "places", "covered_80"])


def ablations(source: Path) -> pd.DataFrame:
    """Errors of the model with each mechanism off: mean APE of totals and of age groups, uncontrolled.

    `effects` says whether place effects were inverted again without the mechanism, on the structure alone, since an
    anchor would take up whatever is missing; or kept, those that follow the anchor among them.
    """
    rows = []
    for case, names in ABLATED:
        place = country(case.pack, source)
        record = panel(place)
        for effects, off in (("refitted", ["anchor"]), ("kept", [])):
            for name in ("", *names):
                overrides = without([*off, *([name] if name else [])], {})
                asked = methods_for(place, (MODEL,), members=2, overrides=overrides, keep_effects=effects == "kept")
                board = leaderboard(backtest(record, case.launch, asked, horizon=case.horizon))
                for horizon in range(5, case.horizon + 1, 5):
                    scored = [row for row in board.rows if row.control == "forecast" and row.horizon == horizon]
                    ages = {row.label: row.points.mean_ape for row in board.classes if _of_ages(row, horizon)}
                    if scored:
                        rows.append(
                            {"panel": case.pack, "launch": case.launch, "horizon": horizon, "without": name}
                            | {"effects": effects, "mean_ape": scored[0].points.mean_ape, **ages}
                        )
                print(f"{case.pack} {case.launch} without {name or 'nothing'}, {effects}: {rows[-1]['mean_ape']:.3f}")
    return pd.DataFrame(rows)


def _of_ages(row: ClassRow, horizon: int) -> bool:
    return row.kind == "age" and row.control == "forecast" and row.horizon == horizon


def model_scores(case: Case, source: Path, old: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The model's scores of a case, beside the best baselines of the scores before: others have not changed."""
    there = old[(old["panel"] == case.pack) & (old["launch"] == case.launch) & (old["method"] == MODEL)]
    rivals = sorted(set(there["best_baseline"].dropna()))
    found, covered = scores(case, source, (MODEL, STRUCTURE, *rivals))
    return found[found["method"].isin(OURS)], covered


def write(source: Path, packs: Sequence[str], *, model_only: bool) -> None:
    """Runs the cases of the packs named (all without names) and writes scores, how they were made, and the page."""
    cases = [case for case in CASES if not packs or case.pack in packs]
    old = pd.read_csv(SCORES) if SCORES.exists() else pd.DataFrame(columns=list(COLUMNS))
    found = [model_scores(case, source, old) if model_only else scores(case, source) for case in cases]
    again = {(case.pack, case.launch) for case in cases}
    done = pd.concat([_others(old, again, OURS if model_only else None), *(of for of, _ in found)], ignore_index=True)
    covered = pd.read_csv(COVERAGE) if COVERAGE.exists() else pd.DataFrame()
    covered = pd.concat([_others(covered, again, None), *(of for _, of in found)], ignore_index=True)
    order = {(case.pack, case.launch): number for number, case in enumerate(CASES)}
    ranks = [order.get(key, len(order)) for key in zip(done["panel"], done["launch"], strict=True)]
    done = done.assign(rank=ranks).sort_values(["rank", "control", "horizon", "mean_ape"], kind="stable")
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    done.drop(columns="rank").to_csv(SCORES, index=False, float_format="%.3f", lineterminator="\n")
    covered = covered.sort_values(["panel", "launch", "horizon"], kind="stable")
    covered.to_csv(COVERAGE, index=False, float_format="%.1f", lineterminator="\n")
    made = {
        "date": dt.date.today().isoformat(),
        "command": "make evidence",
        "version": hinterland.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "members": MEMBERS,
    }
    lines = [f"{key} = {value}" if isinstance(value, int) else f'{key} = "{value}"' for key, value in made.items()]
    MADE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if not packs or "ablations" in packs:
        ablations(source).to_csv(ABLATIONS, index=False, float_format="%.3f", lineterminator="\n")
        SHIPPED.write_bytes(ABLATIONS.read_bytes())
    from leaderboard_page import page

    tables_read = (pd.read_csv(SCORES), pd.read_csv(COVERAGE), pd.read_csv(ABLATIONS, keep_default_na=False))
    text = page(*tables_read, MADE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8")
    print(f"wrote {SCORES.relative_to(ROOT)}, {MADE.relative_to(ROOT)} and {PAGE.relative_to(ROOT)}")


def _others(old: pd.DataFrame, again: set[tuple[str, int]], methods: frozenset[str] | None) -> pd.DataFrame:
    """Rows of other cases than those run again; of these too those of other methods, where methods are named."""
    if old.empty:
        return old
    named = old["method"] if "method" in old else old["panel"]
    kept = [
        (panel, launch) not in again or (methods is not None and name not in methods)
        for panel, launch, name in zip(old["panel"], old["launch"], named, strict=True)
    ]
    return old[kept]


def check(source: Path) -> int:
    """Runs the quick cases again; how many scores are no longer those that the documents quote."""
    committed = pd.read_csv(SCORES).set_index(["panel", "launch", "horizon", "control", "method"])["mean_ape"]
    wrong = 0
    for case, methods in CHECKS:
        found, _ = scores(case, source, methods)
        again = found.set_index(["panel", "launch", "horizon", "control", "method"])["mean_ape"]
        if again.empty:
            print(f"{case.pack} {case.launch}: nothing was scored")
            wrong += 1
        for key, value in again.items():
            if key not in committed.index or abs(committed[key] - value) > TOLERANCE:
                print(f"{key}: {value:.3f}, quoted {committed.get(key, float('nan')):.3f}")
                wrong += 1
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--model-only", action="store_true", help="keep the baselines' scores as they are")
    parser.add_argument("packs", nargs="*")
    given = parser.parse_args()
    if not given.source.is_dir():
        sys.exit(f"no raw files in {given.source}: name their folder with --from (docs/data.md says what it holds)")
    if not given.check:
        write(given.source, given.packs, model_only=given.model_only)
    elif wrong := check(given.source):
        sys.exit(f"{wrong} scores differ from those the documents quote: run make evidence and read what changed")
    else:
        print("the quoted scores hold")


if __name__ == "__main__":
    main()
