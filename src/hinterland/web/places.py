"""One place of a run: the track record first, then the answer in words, chances, look-alikes and what limits it."""

from __future__ import annotations

import numpy as np

from hinterland.report.answer import answer
from hinterland.report.money import debt_told
from hinterland.report.text import Text, say
from hinterland.report.view import MEMBERS_FOR_95, Unit, View
from hinterland.results.query import LOSSES
from hinterland.web.chunks import GoneError
from hinterland.web.phrases import phrase
from hinterland.web.runs import Opened
from hinterland.web.schemas import Chance, Miss, Peer, Place, Track, Words
from hinterland.web.words import alike, own, words


def place(run: Opened, code: str) -> Place:
    """All that is told of a place.

    InputError where the run has none of this code, GoneError where it cannot be read.
    """
    at = run.place(code)
    try:
        return _place(run, at)
    except (OSError, RuntimeError) as error:
        raise GoneError(f"figures of {code} cannot be read ({type(error).__name__})") from error


def _place(run: Opened, at: int) -> Place:
    code, view = run.codes[at], run.view
    unit = view.place(code)
    people = view.series("people", unit)
    if not np.isfinite(people).all():
        raise GoneError(f"figures of {code} are missing from the run")
    told = answer(view, unit)
    forecast = (*told.forecast[:-1], *debt_told(view, unit), *told.forecast[-1:])
    title = say("place_title", name=unit.name, year=view.years[-1])
    return Place(
        code=code,
        name=run.names[at][0],
        name_en=run.names[at][1],
        title=words(title),
        region=run.regions[at],
        region_name=run.region_names[run.regions[at]],
        lon=run.lon[at],
        lat=run.lat[at],
        people=round(float(np.median(people[:, 0])), 1),
        answer=[words(sentence) for sentence in forecast],
        chances=_chances(view, people),
        track=_track(run, view, unit, told.record),
        peers=_peers(run, at),
        notes=_notes(run, view, unit),
    )


def _chances(view: View, people: np.ndarray) -> list[Chance]:
    """Share of members that have lost each share of the base year's people, in every later year."""
    if not (people[:, 0] > 0).all():
        return []
    kept = people / people[:, :1]
    return [
        Chance(year=year, loss=loss, chance=float(np.mean(kept[:, k] <= 1 - loss)))
        for k, year in enumerate(view.years)
        for loss in LOSSES
        if k
    ]


def _track(run: Opened, view: View, unit: Unit, record: tuple[Text, ...]) -> Track:
    misses: list[Miss] = []
    if "likely_error" in run.data:
        errors = view.errors[:, unit.at[0]]
        misses = [
            Miss(years=year - view.base_year, error=round(float(error), 5))
            for year, error in zip(view.years, errors, strict=True)
            if year > view.base_year and np.isfinite(error) and error > 0
        ]
    known = view.attribute("error_record", default={}) or {}
    launches = [str(year) for year in known.get("launches", [])]
    measured = alike("")
    if misses:
        measured = alike(", ".join(launches)) if launches else own("track_borrowed")
    return Track(words=[words(sentence) for sentence in record], misses=misses, measured=measured)


def _peers(run: Opened, at: int) -> list[Peer]:
    """Places most like it now, and earlier ones of the record with what became of them; none without a pack."""
    if run.country is None or run.looks is None:
        return []
    from hinterland.explain.peers import peers

    found = peers(run.country, at, count=6, of=run.looks)
    now = [_peer(run, each.place, found.country.base_year, "", None) for each in found.now]
    then = [
        _peer(run, where, when, f"{when}–{when + became.span}", change)
        for became in found.became
        for where, when, change in zip(became.places[:8], became.when[:8], became.each[:8], strict=True)
    ]
    return [*now, *then]


def _peer(run: Opened, where: int, year: int, then: str, change: float | None) -> Peer:
    return Peer(
        code=run.codes[where],
        name=run.names[where][0],
        name_en=run.names[where][1],
        year=year,
        then=then,
        change=None if change is None or not np.isfinite(change) else round(float(change), 5),
    )


def _notes(run: Opened, view: View, unit: Unit) -> list[Words]:
    """What limits the numbers of a place."""
    notes: list[Words] = []
    if "imputed" in run.data.coords:
        imputed = view.imputed[:, unit.at[0]]
        years = [str(year) for year, is_so in zip(view.record_years, imputed, strict=True) if is_so]
        if years:
            notes.append(own("imputed", years=", ".join(years)))
    if run.assumed:
        notes.append(words(say("assumed_note", count=run.assumed)))
    if view.members < MEMBERS_FOR_95:
        notes.append(words(say("fan_no_95", needed=f"{MEMBERS_FOR_95:,}")))
    if "with_primary" in run.data:
        notes.append(words(say("hand_modelled")))
    notes.append(own("levers_modelled"))
    notes += [phrase(note) for note in view.attribute("notes", default=[])]
    return notes
