"""Natural experiments, simulated against published: `python tools/experiments.py` runs them and writes their page.

Writes docs/evidence/experiments.csv, docs/evidence/selection.csv and docs/experiments.md. With --fit it also fits a few
coefficients to the half kept for fitting (some twenty minutes) and writes docs/evidence/experiments_fit.csv; parameter
files are not touched.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from hinterland.cli.experiments import interval, published, said
from hinterland.experiments.catalogue import FAMILIES, Role, catalogue
from hinterland.experiments.inference import chosen, fit, miss
from hinterland.experiments.results import Finding, counts, findings, told
from hinterland.experiments.runs import Bench
from hinterland.experiments.selection import SETTINGS, Selected, selected
from hinterland.params import load

ROOT = Path(__file__).parents[1]
EVIDENCE = ROOT / "docs" / "evidence"
TABLE, SELECTION, FIT, PROFILE = (
    EVIDENCE / f"{name}.csv" for name in ("experiments", "selection", "experiments_fit", "experiments_profile")
)
PAGE = ROOT / "docs" / "experiments.md"
COEFFICIENTS = (
    "commute_scale",
    "congestion",
    "pull_income",
    "push_nonemployment",
    "rail_trips",
    "service_weight_primary",
)
"""What no panel informs and what experiments answer to."""
SCALES = (25.0, 18.0, 12.0, 8.0)
"""km."""
ROLES: tuple[Role, ...] = ("fit", "test")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, float_format="%.4g", lineterminator="\n")


def frame(found: Sequence[Finding]) -> pd.DataFrame:
    """One row per experiment; what is not given is blank."""
    rows = [
        {
            "id": each.experiment.id,
            "family": each.experiment.family,
            "role": each.experiment.role,
            "kind": each.experiment.kind,
            "simulated": each.simulated,
            "published": each.experiment.effect,
            "right_from": each.experiment.bounds[0] if each.experiment.kind != "sign" else None,
            "right_to": each.experiment.bounds[1] if each.experiment.kind != "sign" else None,
            "verdict": each.verdict,
            "measure": each.experiment.measure,
        }
        for each in found
    ]
    return pd.DataFrame(rows)


def page(words: str, table: pd.DataFrame, selection: pd.DataFrame, fitted: tuple[pd.DataFrame, pd.DataFrame]) -> str:
    """The page with what stands between its marks made anew, from the tables of the evidence and the catalogue."""
    found = told(dict(zip(table["id"], table["simulated"], strict=True)), catalogue())
    every, test = counts(found), counts(found, "test")
    parts = {
        "counts": f"**All {every.all}:** {said(every)}. **The {test.all} kept for testing:** {said(test)}.",
        "results": _results(found),
        "selection": _selection(selection),
        "fit": _fit(fitted[0]),
        "profile": _profile(fitted[1]),
        "left out": "\n".join(f"- **{x.id}** {x.event}, {x.place}: {x.missing}" for x in catalogue().left_out),
    }
    for name, text in parts.items():
        before, rest = words.split(f"<!-- {name} -->")
        _, after = rest.split(f"<!-- end {name} -->")
        words = f"{before}<!-- {name} -->\n\n{text}\n\n<!-- end {name} -->{after}"
    return words


def _results(found: Sequence[Finding]) -> str:
    lines = [
        "| id | event | outcome | simulated | published | right within | verdict | half | sure |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for family in FAMILIES:
        lines += [
            f"| {one.id} | {one.event}, {one.place}, {one.period} | {one.outcome}, {one.measure}, after "
            f"{one.horizon:g} years ({one.unit}) | {each.simulated:.2g} | {published(each)} | {interval(each)} "
            f"| {each.verdict} | {one.role} | {one.sure} |"
            for each in found
            for one in (each.experiment,)
            if one.family == family
        ]
    return "\n".join(lines)


def _selection(table: pd.DataFrame) -> str:
    lines = [
        "| service closed | ten years before | naive: ten years after | less the trend before | true |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | " + " | ".join(f"{value:+.1f}" for value in values) + " |"
        for name, *values in table.itertuples(index=False)
    ]
    return "\n".join(lines)


def _profile(table: pd.DataFrame) -> str:
    lines = ["| `commute_scale`, km | squared misses, fit | signs, fit | sizes, fit | signs, test | sizes, test |"]
    lines.append("|---|---|---|---|---|---|")
    for scale, squares, *rest in table.itertuples(index=False):
        told_of = [f"{rest[k]} of {rest[k + 1]}" for k in range(0, len(rest), 2)]
        lines.append(f"| {scale:g} | {squares:.1f} | " + " | ".join(told_of) + " |")
    return "\n".join(lines)


def _fit(table: pd.DataFrame) -> str:
    lines = ["| coefficient | started from | fitted, as a multiple | 90% interval |", "|---|---|---|---|"]
    fitted, told_of = (table[table["kind"] == kind] for kind in ("coefficient", "count"))
    for _, name, default, value, low, high in fitted.itertuples(index=False):
        lines.append(f"| `{name}` | {default} | {value:.2f} | {low:.2f} to {high:.2f} |")
    lines += ["", "| | at the start | with the fitted values |", "|---|---|---|"]
    for _, name, default, value, *_ in told_of.itertuples(index=False):
        lines.append(f"| {name} | {float(default):.3g} | {value:.3g} |")
    return "\n".join(lines)


def biased(bench: Bench) -> pd.DataFrame:
    """Closures where demand fell most, a row per service."""
    found: list[Selected] = [selected(bench, service) for service in SETTINGS]
    return pd.DataFrame(
        [
            {"service": x.service, "before": x.before, "naive": x.naive, "adjusted": x.adjusted, "true": x.true}
            for x in found
        ]
    )


def proposals(before: Sequence[Finding]) -> pd.DataFrame:
    """Fitted coefficients, and what they change in either half."""
    parameters = load()
    found = fit(parameters, COEFFICIENTS, rounds=2, told=lambda line: print(line, flush=True))
    after = findings(Bench(parameters.with_overrides(found.values(parameters))))
    rows = [
        {"kind": "coefficient", "name": name, "default": _told(parameters[name].value), "value": value, "low": low,
         "high": high}
        for name, value, low, high in zip(found.names, found.multiples, found.low, found.high, strict=True)
    ]  # fmt: skip
    rows.append(_count(f"squared misses of the {len(chosen())} fitted", *found.misses))
    for role, words in zip(ROLES, ("of those for fitting", "of those kept for testing"), strict=True):
        was, now = counts(before, role), counts(after, role)
        rows.append(_count(f"signs and nulls right {words}, of {was.all}", was.signs, now.signs))
        rows.append(_count(f"sizes right {words}, of {was.sized}", was.sizes, now.sizes))
    for each, then in zip(before, after, strict=True):
        rows.append(
            _count(f"{each.experiment.id} ({each.experiment.role})", float(f"{each.simulated:.3g}"), then.simulated)
        )
    return pd.DataFrame(rows)


def profile() -> pd.DataFrame:
    """Counts of either half over values of the scale of ways to work, all else at its default."""
    rows: list[dict[str, float]] = []
    for scale in SCALES:
        found = findings(Bench(load(overrides={"commute_scale": scale})))
        fitted = [each for each in found if each.experiment.role == "fit"]
        kept = {f"{role}_{name}": value for role in ROLES for name, value in asdict(counts(found, role)).items()}
        squares = sum(miss(each.experiment, each.simulated) ** 2 for each in fitted)
        rows.append({"commute_scale": scale, "squared_misses": squares, **kept})
        print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def _count(name: str, was: float, now: float) -> dict[str, object]:
    return {"kind": "count", "name": name, "default": was, "value": now}


def _told(value: object) -> str:
    return " ".join(f"{item:g}" for item in value) if isinstance(value, tuple) else f"{value:g}"


def main() -> None:
    asked = argparse.ArgumentParser(description="Natural experiments and their page.")
    asked.add_argument("--fit", action="store_true", help="fit coefficients too, and try ways to work")
    asked.add_argument("--page", action="store_true", help="only write the page anew from the tables")
    options = asked.parse_args()
    began = time.monotonic()
    if not options.page:
        bench = Bench(load())
        found = findings(bench)
        write_csv(frame(found), TABLE)
        write_csv(biased(bench), SELECTION)
        print(f"{len(found)} experiments in {time.monotonic() - began:.0f} s: {said(counts(found))}", flush=True)
        if options.fit:
            write_csv(proposals(found), FIT)
            write_csv(profile(), PROFILE)
    fitted = (pd.read_csv(FIT), pd.read_csv(PROFILE))
    words = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page(words, pd.read_csv(TABLE), pd.read_csv(SELECTION), fitted), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)} after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
