"""Figures that pages quote in a sentence, kept equal to the committed scores: `python tools/figures.py` writes them.

A figure stands before a comment that says what it is, as `2.81%<!-- = ape jp 2000 10 hinterland -->`:

    ape PANEL LAUNCH HORIZON METHOD     mean absolute error of a forecast; METHOD may be `best`, the best simple rule
    mean PANEL HORIZON METHOD           the same, mean over the launches of the panel that reach the horizon
    rank PANEL LAUNCH HORIZON           the model's rank by that error; `methods` instead of `rank`: of how many
    inside PANEL least|most             percent inside the model's 80% intervals, over launches and horizons
    inside PANEL SIZE                   the same in a class of size, places of all launches and horizons together
    claims VERDICT                      claims with a verdict, blanks as dashes; `all`
    events WHAT [ROLE]                  outcomes of natural experiments: all, signs, sized or sizes; of `test` alone
    parameters STATUS                   parameters with a status; `all`

Decimals are as many as the page has.
"""

from __future__ import annotations

import math
import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
EVIDENCE = ROOT / "docs" / "evidence"
QUOTED = re.compile(r"(?P<number>\d[\d,]*(?:\.\d+)?)(?P<unit>%?)<!-- = (?P<what>[^>]+?) -->")
OURS = ("hinterland", "hinterland_structure")
RIGHT = ("size right", "sign right", "null right")


def with_figures(text: str) -> str:
    """A page with every quoted figure as the committed scores have it; ValueError where one is not known."""
    return QUOTED.sub(lambda found: f"{_shown(found)}{found['unit']}<!-- = {found['what']} -->", text)


def _shown(found: re.Match[str]) -> str:
    decimals = len(found["number"].partition(".")[2])
    return f"{value(found['what']):.{decimals}f}"


def value(what: str) -> float:
    """The figure that a comment names; ValueError where it names none."""
    kind, *words = what.split()
    kinds = {
        "ape": _ape,
        "mean": _mean,
        "rank": _rank,
        "methods": _methods,
        "inside": _inside,
        "claims": _claims,
        "events": _events,
        "parameters": _parameters,
    }
    if kind not in kinds:
        raise ValueError(f"{what!r} names no figure: it begins with one of {', '.join(kinds)}")
    try:
        found = float(kinds[kind](*words))
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError(f"{what!r} names no figure of docs/evidence") from error
    if math.isnan(found):
        raise ValueError(f"{what!r} names no figure of docs/evidence: none of its rows has one")
    return found


def _ape(panel: str, launch: str, horizon: str, method: str) -> float:
    rows = _launch(panel, launch, horizon)
    if method == "best":
        return rows[~rows.index.isin(OURS)].iloc[0]
    return rows[method]


def _mean(panel: str, horizon: str, method: str) -> float:
    rows = _scores()
    rows = rows[(rows["panel"] == panel) & (rows["horizon"] == int(horizon))]
    means = rows.groupby("method")["mean_ape"].agg(["mean", "count"])
    means = means[means["count"] == rows["launch"].nunique()]["mean"]
    return means.drop(list(OURS), errors="ignore").min() if method == "best" else means[method]


def _rank(panel: str, launch: str, horizon: str) -> int:
    return list(_launch(panel, launch, horizon).index).index(OURS[0]) + 1


def _methods(panel: str, launch: str, horizon: str) -> int:
    return len(_launch(panel, launch, horizon))


def _inside(panel: str, which: str) -> float:
    if which in ("least", "most"):
        rows = _scores()
        shares = rows[(rows["panel"] == panel) & (rows["method"] == OURS[0])]["covered_80"]
        return shares.min() if which == "least" else shares.max()
    rows = pd.read_csv(EVIDENCE / "coverage.csv")
    rows = rows[(rows["panel"] == panel) & (rows["size"] == which.replace("_", " ")) & rows["covered_80"].notna()]
    if rows.empty:
        raise KeyError(which)
    return (rows["covered_80"] * rows["places"]).sum() / rows["places"].sum()


def _claims(verdict: str) -> int:
    verdicts = pd.read_csv(EVIDENCE / "claims.csv").groupby("claim")["verdict"].first()
    if verdict == "all":
        return len(verdicts)
    return verdicts.value_counts()[verdict.replace("-", " ")]


def _events(what: str, role: str = "") -> int:
    rows = pd.read_csv(EVIDENCE / "experiments.csv")
    rows = rows[rows["role"] == role] if role else rows
    sized = rows[rows["kind"] == "size"]
    return {
        "all": len(rows),
        "signs": int(rows["verdict"].isin((*RIGHT, "size missed")).sum()),
        "sized": len(sized),
        "sizes": int((sized["verdict"] == "size right").sum()),
    }[what]


def _parameters(status: str) -> int:
    folder = files("hinterland") / "parameters"
    known = [
        fields["status"]
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
        for fields in tomllib.loads(entry.read_text(encoding="utf-8")).values()
    ]
    return len(known) if status == "all" else {each: known.count(each) for each in set(known)}[status]


def _launch(panel: str, launch: str, horizon: str) -> pd.Series:
    """Errors by method at one launch and horizon, the least first."""
    rows = _scores()
    chosen = rows[(rows["panel"] == panel) & (rows["launch"] == int(launch)) & (rows["horizon"] == int(horizon))]
    return chosen.set_index("method")["mean_ape"].sort_values(kind="stable")


@cache
def _scores() -> pd.DataFrame:
    rows = pd.read_csv(EVIDENCE / "backtests.csv")
    return rows[rows["control"] == "forecast"]


def main() -> None:
    """Writes the figures of every page."""
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        made = with_figures(text)
        if made != text:
            page.write_text(made, encoding="utf-8")
            print(f"wrote the figures of {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
