"""What would keep people at a place, as the page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hinterland.explain.search import levers_of
from hinterland.report.numbers import people, percent, signed
from hinterland.report.text import Text
from hinterland.web.phrases import phrase
from hinterland.web.schemas import Words
from hinterland.web.schemas_live import Bought, Elsewhere, Reached
from hinterland.web.words import named, own

if TYPE_CHECKING:
    from hinterland.explain.policy import Policy


def reached(of: Policy) -> Reached:
    """The answer to a goal."""
    country, goal = of.country, of.goal
    return Reached(
        place=country.places.codes[of.place],
        keep=goal.keep,
        by=goal.by,
        reached=of.found.reached,
        words=_words(of),
        bought=_bought(of),
        people=_quantiles(of.with_policy),
        base=_quantiles(of.base),
        per_person=_per_person(of),
        elsewhere=_elsewhere(of),
        toml=of.toml,
    )


def _words(of: Policy) -> list[Words]:
    country, goal = of.country, of.goal
    name, roman = country.places.names[of.place], country.places.names_en[of.place]
    place = Text(en=roman or name, zh=name, ja=name)
    told = [
        own(
            "policy_without",
            place=place,
            year=goal.by,
            base=people(of.base_central),
            share=percent(of.base_central / of.start_people, 1),
            start=country.base_year,
            wanted=people(of.wanted),
        )
    ]
    if not of.found.mix:
        return [*told, own("policy_nothing" if of.found.reached else "policy_no_lever")]
    low, middle, high = np.quantile(of.kept, (0.1, 0.5, 0.9))
    told.append(
        own(
            "policy_reached" if of.found.reached else "policy_missed",
            people=people(of.central),
            kept=signed(float(middle)),
            low=signed(float(low)),
            high=signed(float(high)),
        )
    )
    met = float((of.with_policy >= of.wanted * (1 - 1e-3)).mean())
    unaided = float((of.base >= of.wanted).mean())
    told.append(own("policy_members", met=percent(met), unaided=percent(unaided)))
    told.append(own("policy_elsewhere", sum=signed(of.books.elsewhere), year=goal.by))
    told.append(own("answer_if_right"))
    return told


def _bought(of: Policy) -> list[Bought]:
    return [
        Bought(
            name=lever.name,
            label=named(lever.title.model_dump()),
            amount=of.found.mix[lever.name],
            unit=phrase(lever.unit),
            cost=None if lever.cost is None else float(np.median(of.spent.money[lever.name])) * of.purse.pay,
        )
        for lever in levers_of(of.at)
        if of.found.mix.get(lever.name, 0.0) > 0
    ]


def _per_person(of: Policy) -> list[float] | None:
    """10%, 50% and 90%; None without costs, or where a band has no bound as the policy keeps nobody there."""
    each = of.per_person
    return list(each) if np.isfinite(each).all() else None


def _elsewhere(of: Policy) -> list[Elsewhere]:
    places = of.country.places
    mean = of.others.mean(axis=0)
    gains = [int(i) for i in np.argsort(-mean, kind="stable")[:6] if mean[i] > 0 and i != of.place]
    listed = [*of.emptied, *((i, float(mean[i])) for i in gains)]
    return [
        Elsewhere(code=places.codes[i], name=places.names[i], name_en=places.names_en[i], change=round(change, 2))
        for i, change in listed
    ]


def _quantiles(values: np.ndarray) -> list[float]:
    return [round(float(x), 1) for x in np.quantile(values, (0.1, 0.5, 0.9))]
