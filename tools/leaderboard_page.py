"""The page of leaderboards, written from the committed scores alone, so that it says nothing they do not."""

from __future__ import annotations

import tomllib

import pandas as pd

MODEL = "hinterland"
SHOWN = 5
NAMES = {
    "jp": "Japan, municipalities",
    "jp-census": "Japan, municipalities, census totals",
    "us": "United States, counties",
    "cn": "China, prefectures",
    "cn-counties": "China, counties",
}
CONTROLS = ("forecast", "distribution only")

HEAD = """# Leaderboards

How far forecasts made in past years were from what came. Every method saw only what was known at the launch.

**Forecast** is the method's own total. **Distribution only** scales every method to the nation's actual total, which
nobody knew at the launch: it shows how well people were spread over places. Figures are mean absolute errors in percent
over places, each place counting alike, with the median in brackets for the leading method. The best baseline is chosen
on the very record it is tested on, so it is slightly too good; so are the settings of the baselines, which were fixed
once for all countries and launches by people who had seen how such methods fare on these records. *hinterland* is the
model of this package, with parameters that were fitted to neither the Japanese nor the American record; those who set
them had seen both censuses of China, so that China's rows are no clean test of it.

Places that vanished by merging are in their present unit, which is a slight advantage to every method. The nation's
past (births, deaths, migration before launch) is taken as it is estimated today.
"""


def page(scores: pd.DataFrame, ablations: pd.DataFrame, made: str) -> str:
    """The Markdown page of committed scores, ablations (rows as `tools/evidence.py` writes them) and their making."""
    how = tomllib.loads(made)
    parts = [
        HEAD,
        (
            f"Made on {how['date']} by `{how['command']}`, version {how['version']}, Python {how['python']}, "
            f"{how['members']} members. All scores: [backtests.csv](evidence/backtests.csv).\n"
        ),
        summary(scores),
        mechanisms(ablations),
    ]
    for (panel, launch), group in scores.groupby(["panel", "launch"], sort=False):
        parts.append(f"## {NAMES[panel]}, launch {launch}\n")
        parts += [table(group[group["control"] == control], control) for control in CONTROLS]
        parts.append(intervals(group[group["control"] == "forecast"]))
    return "\n".join(parts).rstrip() + "\n"


def summary(scores: pd.DataFrame) -> str:
    """Where the model stands: its rank and its difference from the best baseline, launch by launch."""
    lines = ["## Where the model stands\n", "| panel | launch | horizon | rank | error | best baseline | its error |"]
    lines.append("|---|---|---|---|---|---|---|")
    for (panel, launch), group in scores[scores["control"] == "forecast"].groupby(["panel", "launch"], sort=False):
        for horizon, rows in group.groupby("horizon"):
            if MODEL not in set(rows["method"]):
                continue
            ranked = rows.sort_values("mean_ape", kind="stable").reset_index(drop=True)
            own = ranked[ranked["method"] == MODEL].iloc[0]
            best = ranked[ranked["method"] != MODEL].iloc[0]
            rank = int(ranked.index[ranked["method"] == MODEL][0]) + 1
            lines.append(
                f"| {NAMES[panel]} | {launch} | +{horizon} | {rank} of {len(ranked)} | {own['mean_ape']:.2f} "
                f"| {best['method']} | {best['mean_ape']:.2f} |"
            )
    return "\n".join(lines) + "\n"


def mechanisms(ablations: pd.DataFrame) -> str:
    """What each mechanism does to the model's error: the error without it less the error with it."""
    ablations = ablations.assign(effects=ablations.get("effects", "refitted"))
    named = {"panel", "launch", "horizon", "without", "effects", "mean_ape"}
    ages = [name for name in ablations.columns if name not in named]
    lines = [
        "## What each mechanism does to the error\n",
        "Points of mean absolute error that the model gains without it: above zero where it helps. *Refitted*: place",
        "effects are inverted again without the mechanism; *kept*: as they are with it. Japan's pack has no jobs by",
        "sector and no urban people, so its model has neither an economy nor services. One census (China 2010) shows",
        "no place effects.\n",
        "| panel | without | effects | people | " + " | ".join(ages) + " |",
        "|---|---|---|---|" + "---|" * len(ages),
    ]
    for (panel, _), group in ablations.groupby(["panel", "horizon"], sort=False):
        base = group[group["without"] == ""].iloc[0]
        figures = " | ".join(f"{float(base[name]):.2f}" for name in ("mean_ape", *ages))
        lines.append(
            f"| {NAMES[panel]}, {base['launch']} +{base['horizon']} | nothing (the error itself) | | {figures} |"
        )
        for row in group[group["without"] != ""].to_dict("records"):
            apart = " | ".join(f"{float(row[name]) - float(base[name]):+.2f}" for name in ("mean_ape", *ages))
            lines.append(f"| | {row['without']} | {row['effects']} | {apart} |")
    return "\n".join(lines) + "\n"


def table(rows: pd.DataFrame, control: str) -> str:
    """The leading methods, the model and no change, by horizon."""
    if rows.empty:
        return ""
    horizons = sorted(rows["horizon"].unique())
    wide = rows.pivot_table(index="method", columns="horizon", values="mean_ape")
    median = rows.pivot_table(index="method", columns="horizon", values="median_ape")
    ranked = wide.sort_values(horizons[-1], kind="stable").index
    chosen = [name for place, name in enumerate(ranked) if place < SHOWN or name in (MODEL, "constant")]
    lines = [
        f"*{control}*\n",
        "| | method | " + " | ".join(f"+{h}" for h in horizons) + " |",
        "|---|---|" + "---|" * len(horizons),
    ]
    for name in chosen:
        figures = [f"{wide.loc[name, h]:.2f}" for h in horizons]
        if name == ranked[0]:
            figures = [f"{wide.loc[name, h]:.2f} [{median.loc[name, h]:.2f}]" for h in horizons]
        shown = f"**{name}**" if name == MODEL else name
        lines.append(f"| {list(ranked).index(name) + 1} | {shown} | " + " | ".join(figures) + " |")
    return "\n".join(lines) + "\n"


def intervals(rows: pd.DataFrame) -> str:
    """Coverage and width of 80% intervals of the model and of the best baseline that has intervals."""
    known = rows[rows["covered_80"].notna()]
    if known.empty:
        return ""
    lines = ["80% intervals: share of places inside, mean width and CRPS in percent of actual\n"]
    lines += ["| horizon | method | inside | width | CRPS |", "|---|---|---|---|---|"]
    for horizon, group in known.groupby("horizon"):
        baselines = group[group["method"] != MODEL].sort_values("crps", kind="stable")
        chosen = pd.concat([group[group["method"] == MODEL], baselines.head(1)])
        for row in chosen.itertuples():
            lines.append(f"| +{horizon} | {row.method} | {row.covered_80:.0f}% | {row.width_80:.1f} | {row.crps:.2f} |")
    return "\n".join(lines) + "\n"
