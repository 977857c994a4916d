"""The page of leaderboards, written from the committed scores alone, so that it says nothing they do not."""

from __future__ import annotations

import tomllib

import pandas as pd

MODEL = "hinterland"
OURS = (MODEL, "hinterland_structure")
SHOWN = 5
NAMES = {
    "jp": "Japan, municipalities",
    "jp-census": "Japan, municipalities, census totals",
    "us": "United States, counties",
    "cn": "China, prefectures",
    "cn-counties": "China, counties",
}
SIZES = ("under 1,000", "1,000-5,000", "5,000-20,000", "20,000-100,000", "100,000-1 million", "over 1 million")
CONTROLS = ("forecast", "distribution only")

HEAD = """# Leaderboards

How far forecasts made in past years were from what came. Every method saw only what was known at the launch.

**Forecast** is the method's own total. **Distribution only** scales every method to the nation's actual total, which
nobody knew at the launch: it shows how well people were spread over places. Figures are mean absolute errors in percent
over places, each place counting alike, with the median in brackets for the leading method. The best baseline is chosen
on the very record it is tested on, so it is slightly too good; so are the settings of the baselines, which were fixed
once for all countries and launches by people who had seen how such methods fare on these records. *hinterland* is the
model of this package: its totals start from an anchor, the mean of the simple methods that a record of that kind allows
(docs/anchor.md), chosen on other launches than the one scored. *hinterland_structure* is the model without the anchor:
what its mechanisms and the place effects of its record say alone. Those who set its parameters had seen both censuses
of China, so that China's rows are no clean test.

Places that vanished by merging are in their present unit, which is a slight advantage to every method. The nation's
past (births, deaths, migration before launch) is taken as it is estimated today.
"""


def page(scores: pd.DataFrame, coverage: pd.DataFrame, ablations: pd.DataFrame, made: str) -> str:
    """The Markdown page of scores, coverage and ablations as `tools/evidence.py` writes them, and of their making."""
    how = tomllib.loads(made)
    parts = [
        HEAD,
        (
            f"Made on {how['date']} by `{how['command']}`, version {how['version']}, Python {how['python']}, "
            f"{how['members']} members. All scores: [backtests.csv](evidence/backtests.csv).\n"
        ),
        summary(scores),
        launches_together(scores),
        intervals_by_size(coverage),
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
            best = ranked[~ranked["method"].isin(OURS)].iloc[0]
            rank = int(ranked.index[ranked["method"] == MODEL][0]) + 1
            lines.append(
                f"| {NAMES[panel]} | {launch} | +{horizon} | {rank} of {len(ranked)} | {own['mean_ape']:.2f} "
                f"| {best['method']} | {best['mean_ape']:.2f} |"
            )
    return "\n".join(lines) + "\n"


def launches_together(scores: pd.DataFrame) -> str:
    """Means over a country's launches: the model, its structure alone, and the best method by that mean."""
    lines = [
        "## Launches together\n",
        "Mean error over the launches of a country that reach the horizon. *Best baseline*: the method with the least",
        "mean among those that could be asked at every one of these launches.\n",
        "| panel | control | horizon | launches | hinterland | structure alone | best baseline | its error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (panel, control, horizon), rows in scores.groupby(["panel", "control", "horizon"], sort=False):
        means = rows.groupby("method")["mean_ape"].agg(["mean", "count"])
        launches = rows["launch"].nunique()
        means = means[means["count"] == launches]["mean"]
        if launches < 2 or MODEL not in means:
            continue
        rivals = means.drop(list(OURS), errors="ignore").sort_values(kind="stable")
        structure = f"{means[OURS[1]]:.2f}" if OURS[1] in means else ""
        lines.append(
            f"| {NAMES[panel]} | {control} | +{horizon} | {launches} | {means[MODEL]:.2f} | {structure} "
            f"| {rivals.index[0]} | {rivals.iloc[0]:.2f} |"
        )
    return "\n".join(lines) + "\n"


def intervals_by_size(coverage: pd.DataFrame) -> str:
    """Coverage of the model's 80% intervals by size of place, all launches and horizons of a country together."""
    sizes = [size for size in SIZES if size in set(coverage["size"])]
    lines = [
        "## Do 80% intervals hold 80%?\n",
        "Percent of places inside the model's 80% intervals, all launches and horizons of a country together; the",
        "number of forecasts in brackets.\n",
        "| panel | all | " + " | ".join(sizes) + " |",
        "|---|---|" + "---|" * len(sizes),
    ]
    for panel, rows in coverage.groupby("panel", sort=False):
        cells = [_pooled(rows)] + [_pooled(rows[rows["size"] == size]) for size in sizes]
        lines.append(f"| {NAMES[panel]} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _pooled(rows: pd.DataFrame) -> str:
    """Share inside, every place of every launch and horizon counting alike."""
    known = rows[rows["covered_80"].notna()]
    if known.empty:
        return ""
    count = int(known["places"].sum())
    return f"{(known['covered_80'] * known['places']).sum() / count:.0f} ({count:,})"


def mechanisms(ablations: pd.DataFrame) -> str:
    """What each mechanism does to the model's error: the error without it less the error with it."""
    ablations = ablations.assign(effects=ablations.get("effects", "refitted"))
    named = {"panel", "launch", "horizon", "without", "effects", "mean_ape"}
    ages = [name for name in ablations.columns if name not in named]
    lines = [
        "## What each mechanism does to the error\n",
        "Points of mean absolute error that the model gains without it: above zero where it helps. *Refitted*: on the",
        "structure alone, place effects inverted again without the mechanism; an anchor would take up what is missing.",
        "*Kept*: place effects, those that follow the anchor among them, as they are with it. Japan's pack has no jobs",
        "by sector, so its model has no economy.\n",
        "| panel | without | effects | people | " + " | ".join(ages) + " |",
        "|---|---|---|---|" + "---|" * len(ages),
    ]
    for (panel, _, effects), group in ablations.groupby(["panel", "horizon", "effects"], sort=False):
        base = group[group["without"] == ""].iloc[0]
        figures = " | ".join(f"{float(base[name]):.2f}" for name in ("mean_ape", *ages))
        case = f"{NAMES[panel]}, {base['launch']} +{base['horizon']}"
        lines.append(f"| {case} | nothing (the error itself) | {effects} | {figures} |")
        for row in group[group["without"] != ""].to_dict("records"):
            apart = " | ".join(f"{float(row[name]) - float(base[name]):+.2f}" for name in ("mean_ape", *ages))
            lines.append(f"| | {row['without']} | {effects} | {apart} |")
    return "\n".join(lines) + "\n"


def table(rows: pd.DataFrame, control: str) -> str:
    """The leading methods, the model and no change, by horizon."""
    if rows.empty:
        return ""
    horizons = sorted(rows["horizon"].unique())
    wide = rows.pivot_table(index="method", columns="horizon", values="mean_ape")
    median = rows.pivot_table(index="method", columns="horizon", values="median_ape")
    ranked = wide.sort_values(horizons[-1], kind="stable").index
    chosen = [name for place, name in enumerate(ranked) if place < SHOWN or name in (*OURS, "constant")]
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
        baselines = group[~group["method"].isin(OURS)].sort_values("crps", kind="stable")
        chosen = pd.concat([group[group["method"] == MODEL], baselines.head(1)])
        for row in chosen.itertuples():
            lines.append(f"| +{horizon} | {row.method} | {row.covered_80:.0f}% | {row.width_80:.1f} | {row.crps:.2f} |")
    return "\n".join(lines) + "\n"
