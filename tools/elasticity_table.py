"""The elasticities that were measured beside those published: the file, the table, and why some lie outside.

A published interval is taken as it stands in the sources named; a single figure without one counts as 20% either way.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from parameter_tables import PAGE, ROOT, between, with_tables

FILE = ROOT / "docs" / "evidence" / "elasticities.csv"
MARKS = "elasticities"
COLUMNS = ("measure", "median", "least", "most", "jiaozuo", "low", "high", "verdict", "source")


@dataclass(frozen=True, slots=True)
class Published:
    """What is known of a measure: how it is called on the page, its range, where from, and why a value lies outside."""

    words: str
    low: float | None
    high: float | None
    source: str
    why: str = ""


MULTIPLIER = "0.34 in prefectures of China (Wang and Chanda 2018), 0.5 to 1.7 in the United States"
PUBLIC = "−0.4 to 1.1, mean 0.7: England, Lyons, Berlin, Bavaria (Faggio and Overman 2014, and others)"
GRAVITY = "0.68 to 0.82 in Japan and Poland, 1 to 1.5 in China (the last recalled)"
COSTS = "0.03 at 100,000 people to 0.08 at Paris (Combes, Duranton and Gobillon 2019)"

KNOWN: dict[str, Published] = {
    "distance, places": Published(
        "Fall of moves with distance, all pairs of places",
        0.68,
        1.5,
        GRAVITY,
        "The bond within a region acts over short ways, so that distance alone also carries what the border does.",
    ),
    "distance, places given own region": Published(
        "— the same, given whether both lie in one region",
        0.68,
        1.5,
        GRAVITY,
        "The long part of the kernel (`far`, 1,200 km) is nearly flat over most of the country. Shares of newcomers "
        "from other provinces fit 600 km as well, and with it this figure is 0.90.",
    ),
    "distance, regions": Published(
        "— between provinces, moves summed (the unit of the Chinese studies)",
        1.0,
        1.5,
        "1 to 1.5 between provinces of China (recalled)",
        "As above: with `far` at 600 km it is 1.27.",
    ),
    "distance, near (60-300 km)": Published("— among pairs 60 to 300 km apart", None, None, ""),
    "distance, far (over 600 km)": Published("— among pairs over 600 km apart", None, None, ""),
    "distance, far over near": Published(
        "— far over near: below one where the elasticity falls with distance",
        0.0,
        1.0,
        "falls with distance, Japan (Mizuno and Kurumai 2024, sign)",
        "A sum of exponentials has an elasticity that rises with distance, whatever its scales; only a kernel with a "
        "power of distance would mend it.",
    ),
    "income, arrivals": Published("Arrivals per income of a place, all ages", None, None, ""),
    "income, arrivals at 25-44": Published(
        "— at 25 to 44",
        1.2,
        1.8,
        "about 1.5 in China (Tombe and Zhu 2019, recalled)",
        "`pull_income` is 1 at these ages and homecomings answer by less. The published figure is for pay of those who "
        "work, the model's income also holds pensions and children; access to jobs adds the rest (next line but one).",
    ),
    "income, departures at 25-44": Published("Departures per income, 25 to 44", None, None, ""),
    "income with jobs, arrivals at 25-44": Published(
        "Arrivals per income and job access together, 25 to 44",
        1.2,
        1.8,
        "about 1.5 in China (Tombe and Zhu 2019, recalled)",
    ),
    "distance over income": Published(
        "Income that makes up for distance: elasticity between provinces over that to income",
        1.2,
        1.8,
        "1.5: a tenth farther needs 15% more pay, China (Zhang and Zhao)",
        "Distance counts for too little, as in the lines above; with `far` at 600 km the ratio is 1.5.",
    ),
    "density, pay with jobs in proportion": Published(
        "Pay per density, jobs per worker held (set, not found)",
        0.04,
        0.05,
        "0.04 to 0.05 (Combes and Gobillon 2015; Grover, Lall and Maloney 2022)",
    ),
    "density, pay with jobs as they follow": Published(
        "— a tenth more people, jobs free to follow, at rest",
        0.04,
        0.19,
        "0.04 to 0.05; single studies of China to 0.19",
        "Jobs follow people by a little less than one for one, and with ways to work of 12 km (`commute_scale`) hardly "
        "anyone crosses into another prefecture, so that all who compete for a place's jobs have grown with it; at 25 "
        "km it was 0.06.",
    ),
    "jobs following people": Published("Jobs that follow people, at rest", None, None, ""),
    "urban costs, rents": Published(
        "Urban costs per size: rents in the eyes of families, at rest",
        0.03,
        0.08,
        COSTS,
        "Rents rest where building pays, at 0.46 of the growth of people (`homes_cost_slope`), and families weigh them "
        "with 0.4. The published figure compares cities that have had centuries to spread; the model has decades. With "
        "a slope of 0.25 it would be 0.095.",
    ),
    "urban costs, rents and congestion": Published(
        "— with `congestion`",
        0.03,
        0.08,
        COSTS,
        "`congestion` rests on the same published figure, so that it counts urban costs a second time where homes are "
        "in the model. It was set before they were, and with them it should be near zero.",
    ),
    "multiplier, local, people held": Published(
        "Local jobs per footloose job put at a place, at rest, people held", 0.2, 1.7, MULTIPLIER
    ),
    "multiplier, local less farms, people held": Published("— less what farms lose", None, None, ""),
    "multiplier, local, with moves": Published("— after twenty years in which people move", 0.2, 1.7, MULTIPLIER),
    "multiplier, local less farms, with moves": Published("— less what farms lose", None, None, ""),
    "multiplier, public, local, people held": Published("Local jobs per public post, at rest", None, None, ""),
    "multiplier, public, footloose, people held": Published(
        "Footloose jobs per public post, at rest", -0.4, 0.0, "−0.4 in England (Faggio and Overman 2014)"
    ),
    "multiplier, public, private, people held": Published("Private jobs per public post, at rest", -0.4, 1.1, PUBLIC),
    "multiplier, public, local, with moves": Published("Local jobs per post after twenty years", None, None, ""),
    "multiplier, public, footloose, with moves": Published(
        "Footloose jobs per post after twenty years", -0.4, 0.0, "−0.4 in England (Faggio and Overman 2014)"
    ),
    "multiplier, public, private, with moves": Published("Private jobs per post after twenty years", -0.4, 1.1, PUBLIC),
    "loss, pay in % per point of employment": Published(
        "Fall of pay in % per point of employment lost, twenty years",
        0.74,
        2.8,
        "2.1, from 0.74 to 2.8: robots in the United States (Acemoglu and Restrepo 2020)",
        "`wage_tightness` is 0.4, set between wage curves read on unemployment and on non-employment; with 0.8, the "
        "upper end of its prior, the figure is 1.0.",
    ),
    "loss, share of the net loss without work": Published(
        "Share of a net loss of jobs that ends without work, twenty years",
        0.69,
        1.0,
        "0.86, United States 2000–19 (Autor, Dorn and Hanson 2021)",
        "A third of a net loss moves away within twenty years, through `pull_access` and `push_nonemployment`; without "
        "the second 0.79 stay without work. In the United States only the foreign-born and those of 25 to 39 left.",
    ),
    "loss, taken up by farms": Published("Farm jobs gained per footloose job lost, twenty years", None, None, ""),
    "loss, further jobs of others": Published("Further jobs lost per footloose job lost, farms apart", None, None, ""),
    "growth, homes per household": Published("Homes per household, a tenth more in ten years", None, None, ""),
    "decline, homes per household": Published("— a tenth fewer in ten years", None, None, ""),
    "decline over growth, homes": Published(
        "— decline over growth", 0.0, 1.0, "decline is slower than growth (Glaeser and Gyourko 2005, sign)"
    ),
    "growth, rent per household": Published("Rent per household, a tenth more in ten years", None, None, ""),
    "decline, rent per household": Published(
        "— a tenth fewer in ten years",
        1.0,
        3.3,
        "above 1 in bad shocks (Glaeser and Gyourko 2005); 1.7 to 3.3 after disasters (Boustan and others 2020)",
        "Builders expect the decline and take homes down at up to 1% a year (`homes_fall_most`), so that homes follow "
        "households down nearly as fast as up. At 0.3% a year, the net loss counted in the United States, it is 0.85.",
    ),
    "decline over growth, rents": Published(
        "— decline over growth",
        1.0,
        None,
        "prices fall more in decline than they rise (Glaeser and Gyourko 2005, sign)",
    ),
    "homes, supply at rest": Published(
        "Homes per rent at rest", 1.4, 2.1, "1.75, metropolises of the United States (Saiz 2010, recalled)"
    ),
    "shops, spending that leaves": Published("Spending on local services that leaves its place", None, None, ""),
    "shops, demand drawn by capacity": Published(
        "Demand drawn from others per capacity of a place's shops", None, None, ""
    ),
    "shops, largest feedback of any place": Published(
        "— the largest feedback of any place", 0.0, 1.0, "below one there is one equilibrium (Harris and Wilson 1978)"
    ),
}
"""By the name of the measure, in the order of the table."""


def write(found: Mapping[str, NDArray[np.float64]]) -> None:
    """The file and the table of what was measured; KeyError where a measure is not known here or was not made."""
    rows = [_row(name, found[name]) for name in KNOWN]
    if unknown := set(found) - set(KNOWN):
        raise KeyError(f"measures without a place in the table: {', '.join(sorted(unknown))}")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list[str](COLUMNS), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    text = with_tables(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(with_elasticities(text, read()), encoding="utf-8")
    print(f"wrote {FILE.relative_to(ROOT)} and {PAGE.relative_to(ROOT)}")


def read(file: Path = FILE) -> list[dict[str, str]]:
    """What was measured, a row a measure."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def with_elasticities(text: str, rows: list[dict[str, str]]) -> str:
    """A page with the table of elasticities made anew; ValueError where it has no place for it."""
    start, end = text.find(f"<!-- {MARKS} -->"), -1
    if start >= 0:
        end = text.find("<!-- end -->", start)
    if end < 0:
        raise ValueError(f"the page has no place marked {MARKS}")
    return text[:start] + between(MARKS, table(rows)) + text[end + len("<!-- end -->") :]


def table(rows: list[dict[str, str]]) -> str:
    """The table, and what is to be said of those outside; ValueError where nothing is said of one."""
    lines = [
        "| measure | median [least, most] | Jiaozuo | range | published | verdict |",
        "|---|---|---|---|---|---|",
    ]
    outside: list[str] = []
    for row in rows:
        known = KNOWN[row["measure"]]
        spread = f"{row['median']} [{row['least']}, {row['most']}]" if row["least"] else row["median"]
        lines.append(
            f"| {known.words} | {spread} | {row['jiaozuo']} | {_range(row)} | {row['source']} | {row['verdict']} |"
        )
        if row["verdict"] in ("below", "above"):
            if not known.why:
                raise ValueError(f"{row['measure']} lies outside what is published and nothing says why")
            outside.append(f"- **{_name(row['measure'])}** ({row['verdict']}). {known.why}")
    return "\n".join([*lines, "", f"{len(outside)} lie outside:", "", *outside])


def verdict(value: float, known: Published) -> str:
    """Whether a value lies within what is published; empty where nothing is."""
    if known.low is None and known.high is None:
        return ""
    # Figures are compared as they are printed.
    shown = round(value, 2)
    if known.low is not None and shown < known.low:
        return "below"
    return "above" if known.high is not None and shown > known.high else "in"


def _row(name: str, values: NDArray[np.float64]) -> dict[str, str]:
    known = KNOWN[name]
    single = len(values) == 1
    places = values if single else values[:-1]
    middle = float(np.median(places))
    return {
        "measure": name,
        "median": _figure(middle),
        "least": "" if single else _figure(float(places.min())),
        "most": "" if single else _figure(float(places.max())),
        "jiaozuo": "" if single else _figure(float(values[-1])),
        "low": "" if known.low is None else f"{known.low:g}",
        "high": "" if known.high is None else f"{known.high:g}",
        "verdict": verdict(middle, known),
        "source": known.source,
    }


def _range(row: dict[str, str]) -> str:
    if row["low"] and row["high"]:
        return f"{row['low']} to {row['high']}"
    return f"from {row['low']}" if row["low"] else (f"to {row['high']}" if row["high"] else "")


def _figure(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"


def _name(measure: str) -> str:
    return measure[0].upper() + measure[1:]
