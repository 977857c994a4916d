"""From a few members under levers to the band of all: each future beside itself, the others after those computed.

Let b_m be the people of member m without levers, of all M members of the run, and r_j = c_j / b_j what levers make of
member j, of the k computed so far. Member m is given r_m where it is computed, else r_j with j = m mod k:

    changed_m = b_m r_m,   difference_m = changed_m - b_m

so that bands keep the spread of all M from the first member on, and are those of the plain comparison when k = M.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hinterland.explain.levers import purse
from hinterland.explain.policy import yearly
from hinterland.explain.spending import Counts, terms
from hinterland.report.numbers import people, signed
from hinterland.web.levers import Asked
from hinterland.web.live import Live, Look
from hinterland.web.schemas import Words
from hinterland.web.schemas_live import Answer, Elsewhere
from hinterland.web.series import levels
from hinterland.web.words import own, words

Array = NDArray[np.float64]

LISTED: Final = 6
"""Places told that lose or gain most."""


@dataclass(frozen=True, slots=True)
class Effects:
    """All members of a place, without levers and with them [member, year]."""

    base: Array
    changed: Array


def spread(base: Array, computed: NDArray[np.int64], changed: Array, beside: Array) -> Effects:
    """All members [member, year], from those `computed`: `changed` under levers, `beside` themselves without."""
    ratio = np.divide(changed, beside, out=np.ones_like(changed), where=beside > 0)
    taken = np.arange(len(base)) % len(computed)
    every = base * ratio[taken]
    # What has been computed stands as it came out, to the last digit.
    every[computed] = base[computed] + (changed - beside)
    return Effects(base, every)


def answer(live: Live, asked: Asked, looks: list[Look], wanted: int, seconds: float) -> Answer:
    """What levers change at a place, from the members looked at so far."""
    place, run = asked.place, live.run
    computed = np.concatenate([look.members for look in looks])
    changed, beside = (_people(looks, name)[:, :, place] for name in ("changed", "base"))
    base = live.stored(place)
    effects = spread(base, computed, changed, beside)
    at = levels(len(base))
    difference = effects.changed - effects.base
    last_change = _people(looks, "changed")[:, -1] - _people(looks, "base")[:, -1]
    return Answer(
        place=run.codes[place],
        members=len(computed),
        of=wanted,
        years=list(run.years),
        levels=list(at),
        base=_bands(effects.base, at),
        changed=_bands(effects.changed, at),
        difference=_bands(difference, at),
        elsewhere=elsewhere(live, last_change, place),
        cost=cost(live, asked, looks),
        words=_told(live, asked, effects, last_change, len(computed)),
        seconds=round(seconds, 3),
    )


def elsewhere(live: Live, change: Array, place: int) -> list[Elsewhere]:
    """Places that lose and gain most, by the mean over members of `change` [member, place]; losses first."""
    mean = change.mean(axis=0)
    mean[place] = 0.0
    order = np.argsort(mean, kind="stable")
    chosen = [int(i) for i in order[:LISTED] if mean[i] < 0]
    chosen += [int(i) for i in order[::-1][:LISTED] if mean[i] > 0]
    codes, names = live.run.codes, live.run.names
    return [
        Elsewhere(code=codes[i], name=names[i][0], name_en=names[i][1], change=round(float(mean[i]), 2)) for i in chosen
    ]


def cost(live: Live, asked: Asked, looks: list[Look]) -> float | None:
    """Money of a year of the last step, the median of members; None where a lever used has no cost, or none is."""
    if not asked.used or any(lever.cost is None for lever in asked.used) or live.system is None:
        return None
    of = terms(live.system, asked.at, live.starts)
    run, base = (_counts(looks, name, asked.place) for name in ("changed", "base"))
    money = yearly(asked.at, asked.mix, run, base, of)
    return float(np.median(money)) * purse(live.run.view.nation.key).pay


def _counts(looks: list[Look], side: str, place: int) -> Counts:
    def of(name: str) -> Array:
        values = np.concatenate([np.asarray(getattr(look, side)[name])[:, :, place] for look in looks])
        return np.asarray(values, dtype=np.float64)

    return Counts(
        posts=of("posts")[:, 1:],
        plants=of("plants")[:, 1:],
        homes=of("homes")[:, 1:],
        workers=of("workers")[:, 1:],
        births=of("births"),
    )


def _people(looks: list[Look], side: str) -> Array:
    found = np.concatenate([np.asarray(getattr(look, side)["people"]) for look in looks])
    return np.asarray(found, dtype=np.float64)


def _bands(values: Array, at: tuple[float, ...]) -> list[list[float]]:
    return np.quantile(values, at, axis=0).round(1).tolist()


def _told(live: Live, asked: Asked, effects: Effects, change: Array, members: int) -> list[Words]:
    view = live.run.view
    at = view.years.index(view.focus)
    before, after = (float(np.median(of[:, at])) for of in (effects.base, effects.changed))
    low, middle, high = np.quantile((effects.changed - effects.base)[:, at], (0.1, 0.5, 0.9))
    mean = change.mean(axis=0)
    others = float(mean.sum() - mean[asked.place])
    name = view.place(live.run.codes[asked.place]).name
    return [
        own(
            "answer_levers",
            year=view.focus,
            place=name,
            base=people(before),
            changed=people(after),
            difference=signed(float(middle)),
            low=signed(float(low)),
            high=signed(float(high)),
        ),
        own("answer_elsewhere", year=view.years[-1], sum=words(signed(others))),
        own("answer_members", members=members, of=len(effects.base)),
        own("answer_if_right"),
    ]
