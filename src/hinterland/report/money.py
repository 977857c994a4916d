"""Public money of a place, a region or the nation: posts that are needed and held, and what is owed."""

from __future__ import annotations

from typing import Final

import numpy as np

from hinterland.report.courses import (
    against_base,
    cell,
    course,
    line,
    part,
    plain_tick,
    ratio,
    said_band,
    small_chart,
    tenth,
    whole,
)
from hinterland.report.numbers import percent, short, tick
from hinterland.report.tables import table
from hinterland.report.text import Text, html, join, same, say
from hinterland.report.view import Array, Unit, View

VARIABLES: Final = ("jobs_public", "posts_wanted", "debt")


def money(key: str, view: View, unit: Unit) -> str:
    """A section on posts and debt of a unit; empty where the run holds none, or where there were no posts to begin."""
    if not known(view) or not bool((view.series("posts_wanted", unit)[:, 0] > 0).all()):
        return ""
    sentences = "".join(f"<li>{html(sentence)}</li>" for sentence in told(view, unit))
    return (
        f"<section><h2>{html(say('money_heading', name=unit.name))}</h2><ul>{sentences}</ul>"
        f'{_charts(key, view, unit)}<p class="note">{html(say("money_assumed", base=view.base_year))}</p></section>'
    )


def known(view: View) -> bool:
    """Whether the run holds what local budgets pay and owe."""
    return all(name in view.data for name in VARIABLES)


def held(view: View, unit: Unit) -> Array:
    """[member, year] public posts held over those needed; NaN where none is needed."""
    return ratio(view.series("jobs_public", unit), view.series("posts_wanted", unit))


def debt_index(view: View, unit: Unit) -> Array:
    """[member, year] debt over the member's own of the base year, which is 100; NaN where nothing was owed then."""
    return 100 * against_base(view.series("debt", unit))


def told(view: View, unit: Unit) -> tuple[Text, ...]:
    """Sentences on posts in the years told in words and on debt in the year of focus, as far as they are known."""
    found = course(held(view, unit))
    shares = {year: found[:, view.years.index(year)] for year in view.horizons}
    listed = [
        say("share_in", share=cell(share, percent), year=year)
        for year, share in shares.items()
        if np.isfinite(share[1])
    ]
    posts = say("money_posts", base=view.base_year, listed=join(listed, Text(", ", "，", "、")))
    return (*((posts,) if listed else ()), *debt_told(view, unit))


def debt_told(view: View, unit: Unit) -> tuple[Text, ...]:
    """The sentence on debt; none where the run holds no debt or nothing was owed in the base year."""
    if not known(view) or not view.horizons:
        return ()
    then = course(debt_index(view, unit)[:, [view.years.index(view.focus)]])[:, 0]
    if not np.isfinite(then[1]):
        return ()
    return (say("money_debt", base=view.base_year, year=view.focus, **said_band(then, whole)),)


def _charts(key: str, view: View, unit: Unit) -> str:
    """Posts and debt beside each other, with their table."""
    needed, filled = (course(view.series(name, unit)) for name in ("posts_wanted", "jobs_public"))
    share, index = course(held(view, unit)), course(debt_index(view, unit))
    lines = [line(view, needed, say("money_needed"), "net"), line(view, filled, say("money_held"), "people")]
    owed = [line(view, index, same(""), "people")]
    pictures = [
        small_chart(f"{key}-posts", unit, say("money_posts_chart"), lines, tick),
        small_chart(f"{key}-debt", unit, say("money_index", base=view.base_year), owed, plain_tick, mark=100.0),
    ]
    columns = (
        (say("money_needed"), needed, short),
        (say("money_held"), filled, short),
        (say("money_share"), share, percent),
        (say("money_index", base=view.base_year), index, tenth),
    )
    rows = [
        [same(year), *(cell(found[:, t], write) for _, found, write in columns)] for t, year in enumerate(view.years)
    ]
    twin = table([say("year"), *(heading for heading, _, _ in columns)], rows)
    return part(say("money_charts"), f'<div class="row flows">{"".join(pictures)}</div>', say("bands"), twin)
