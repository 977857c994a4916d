"""Claims on the command line: all of them with their verdicts, or one in full; as text, JSON or a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from hinterland.cli.console import progress_bar
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.explain.claims.cards import Card, card, ids
from hinterland.explain.claims.gallery import Told, counted, told
from hinterland.explain.claims.observed import Finding

PAGE: Final = "claims.html"


def claims(
    name: str | None, *, lang: str, members: int, effects: bool, as_json: bool, out: Path | None, flips: bool = False
) -> Iterator[str]:
    """Lines on every claim, or on one; InputError where there is none of this name or the page cannot be written."""
    cards = tuple(card(each) for each in (ids() if name is None else (name,)))
    if out is not None and out.suffix != ".html":
        raise InputError(f"{out} is no page", remedy=f"Name a file that ends in .html, such as {PAGE}", where="--out")
    if flips and name is None:
        raise InputError("--flips is of one claim", remedy="Name it: hinterland claims C26 --flips", where="--flips")
    found = gathered(cards, members=members, effects=effects)
    if out is not None:
        from hinterland.report.claims import write_claims

        write_claims(found, out)
    if as_json:
        yield json.dumps([one.record() for one in found], ensure_ascii=False, indent=1)
    elif name is None:
        yield from _all(found, lang)
    else:
        yield from _one(found[0], lang)
        if flips:
            yield from _flips(found[0], members)
    if out is not None and not as_json:
        yield f"Page: {out}"


def gathered(cards: Sequence[Card], *, members: int, effects: bool) -> tuple[Told, ...]:
    """What is told of cards, on the packs at hand; with their effects in the model, which take minutes."""
    sizes = {}
    with progress_bar() as progress:
        if effects:
            from hinterland.calibrate.keeping import keep_work
            from hinterland.explain.claims.effects import sizes as computed

            keep_work()
            sizes = computed(pack, cards, members=members, progress=progress)
        found: list[Told] = []
        for n, one in enumerate(cards, 1):
            found.append(told(one, pack, sizes.get(one.id)))
            progress(n, len(cards), "claims")
    return tuple(found)


@lru_cache(maxsize=8)
def pack(name: str) -> Country | None:
    """A country by name; None where its pack is not on this computer."""
    from hinterland.data.pack import read_pack

    try:
        return read_pack(name)
    except InputError:
        return None


def _all(found: Sequence[Told], lang: str) -> Iterator[str]:
    for one in found:
        yield f"{one.card.id}  {one.verdict:<20} {getattr(one.card.title, lang)}"
    yield ""
    yield "; ".join(f"{verdict}: {count}" for verdict, count in counted(found).items())
    lacking = sorted({need for one in found for need in one.needs if need.startswith("the pack")})
    if lacking:
        yield f"Not asked for want of {', '.join(lacking)}."
    yield f"One in full: hinterland claims {found[0].card.id}"


def _one(one: Told, lang: str) -> Iterator[str]:
    yield f"{one.card.id} {getattr(one.card.title, lang)}"
    yield f"“{getattr(one.card.claim, lang)}”"
    yield ""
    yield f"Verdict: {one.verdict}" + (f" (needs {'; '.join(one.needs)})" if one.needs else "")
    yield ""
    yield f"Data: {one.data}"
    if one.card.only is not None:
        yield f"  Of the claim this is: {getattr(one.card.only, lang)}"
    for finding in one.findings:
        yield f"  {getattr(finding.test.asks, lang)}"
        yield f"    {sentence(finding)}"
        yield f"    Why this test: {finding.test.why}"
    yield f"Prediction: {one.prediction}"
    if one.card.prediction.none is not None:
        yield f"  {getattr(one.card.prediction.none, lang)}"
    elif not one.gains:
        yield f"  no back-test was made without {one.card.prediction.mechanism}"
    for gain in one.gains:
        yield (
            f"  {gain.panel} {gain.launch} +{gain.horizon}: without {one.card.prediction.mechanism}, refitted, errors "
            f"change by {gain.points:+.2f} points"
        )
    yield "Effect if true (counts for nothing above):"
    yield f"  {effect(one, lang)}"
    if one.card.hangs_on:
        from hinterland.params import load

        parameters = load(fitted=one.card.effect.pack)
        yield "Hangs on:"
        for name in one.card.hangs_on:
            yield f"  {name} = {_short(parameters[name].value)} ({parameters[name].status})"
    yield "Published:" if one.card.evidence else "Published: nothing found"
    for each in one.card.evidence:
        yield f"  {each.stance}: {getattr(each.text, lang)} ({each.source}; {each.sure})"


def _flips(one: Told, members: int) -> Iterator[str]:
    """The effect at both ends of what each parameter may be, and whether its sign changes."""
    from hinterland.explain.claims.effects import at_the_ends

    yield "At the ends of what they may be, fitted again:"
    for name in one.card.hangs_on:
        with progress_bar() as progress:
            progress(0, 1, name)
            ends = at_the_ends(pack, one.card, name, members=members)
            progress(1, 1, name)
        if not ends:
            yield f"  {name}: not one number, not tried"
            continue
        middles = [size.percent[1] for size in ends.values()]
        turned = "the sign flips" if min(middles) < 0 < max(middles) else "the sign stays"
        told = ", ".join(f"{end:g}: {size.percent[1]:+.2f}%" for end, size in ends.items())
        yield f"  {name} at {told}; {turned}"


def sentence(finding: Finding) -> str:
    """What a test found, in one line."""
    test = finding.test
    if finding.outcome == "missing":
        return f"not asked: it needs the pack {' or '.join(test.packs)}"
    band = f" ({finding.low:.3g} to {finding.high:.3g})" if finding.high > finding.low else ""
    wanted = f"{'at least' if test.expect == 'up' else 'at most'} {test.least:g}"
    if test.kind in {"correlation", "difference", "concentration"}:
        wanted = f"{'+' if test.expect == 'up' else '-'}{test.least:g} or beyond"
    return (
        f"{finding.value:.3g}{band}, {finding.unit}; claimed {wanted}: {finding.outcome} "
        f"[{finding.pack}, {finding.places:,} places, {test.start}-{test.end}]"
    )


def effect(one: Told, lang: str) -> str:
    """The effect in the model, in one line."""
    asked = one.card.effect
    if asked.none is not None:
        return str(getattr(asked.none, lang))
    if one.size is None:
        return "not run"
    size = one.size
    where = "the country" if not size.places else ", ".join(size.names)
    where += f" and {size.places - len(size.names)} more" if size.places > len(size.names) else ""
    low, middle, high = size.percent
    what = f"scenario {asked.scenario}" if asked.scenario else f"{asked.without} as built, against without"
    return f"{what}: {size.quantity} of {where} in {size.year} {middle:+.2f}% ({low:+.2f} to {high:+.2f})"


def _short(value: object) -> str:
    return " ".join(f"{number:g}" for number in np.atleast_1d(np.asarray(value, dtype=np.float64)).ravel())
