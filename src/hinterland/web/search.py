"""Search among a run's places by whatever people type: code, own script, reading, region, or nearly so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hinterland.data.find import bare, key
from hinterland.web.chunks import loaded
from hinterland.web.readings import has_kana, loose, of_kana, pinyin, plain, roman
from hinterland.web.runs import Opened
from hinterland.web.schemas import Hit

Matched = Literal["code", "name", "reading", "near", "all"]

LONGEST: Final = 80
"""Characters of a query that are read."""
NEAR: Final = 75.0
"""Likeness, of 100, from which on a name is near enough to be meant."""
SIX: Final = 6
ELEVEN: Final = 11
"""Digits of a Japanese municipality's code with its check digit, and what that is counted by."""
_SEPARATORS: Final = re.compile(r"[\s,，、;；/]+")


@dataclass(frozen=True)
class Index:
    """Names of a run's places, ready to be searched."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    bare: tuple[str, ...]
    romans: tuple[frozenset[str], ...]
    """Keys of romanised names and of pinyin."""
    initials: tuple[frozenset[str], ...]
    regions: tuple[str, ...]
    region_keys: dict[str, frozenset[str]]
    """Region -> all it may be called."""
    people: NDArray[np.float64]
    """[place] of the base year."""
    order: tuple[int, ...]
    """Positions, the largest first."""
    spelled: tuple[tuple[str, int], ...]
    """Every key with the place it is of, for near matches."""


def index(run: Opened) -> Index:
    """The index of a run; takes a fraction of a second."""
    own = tuple(name for name, _ in run.names)
    people = np.nan_to_num(np.median(loaded(run.data["people"].isel(year=0).transpose("member", "place")), axis=0))
    romans: list[frozenset[str]] = []
    initials: list[frozenset[str]] = []
    for name, name_en in run.names:
        read = list(pinyin(name))
        keys = roman(name_en)
        romans.append(frozenset(keys | {loose(each) for each in keys} | {full for full, _ in read}))
        initials.append(frozenset(first for _, first in read if len(first) > 1))
    return Index(
        codes=run.codes,
        names=own,
        bare=tuple(bare(name) for name in own),
        romans=tuple(romans),
        initials=tuple(initials),
        regions=run.regions,
        region_keys={code: _called(run, code) for code in set(run.regions)},
        people=people,
        order=tuple(int(at) for at in np.argsort(-people, kind="stable")),
        spelled=tuple((each, at) for at in range(len(own)) for each in (*sorted(romans[at]), bare(own[at]))),
    )


def search(run: Opened, of: Index, text: str, limit: int) -> list[Hit]:
    """Places that a text may mean, best first; all of them, the largest first, where it is empty."""
    asked = plain(text[:LONGEST])
    if not asked:
        return [_hit(run, of, at, "all") for at in of.order[:limit]]
    found = _matching(of, asked, None)
    if not found:
        found = _in_region(of, asked)
    if not found:
        found = _near(of, asked)
    return [_hit(run, of, at, how) for at, how in list(found.items())[:limit]]


def unchecked(code: str) -> str:
    """Japan's six digits of a municipality without the last, which checks the others; empty where it does not."""
    if not (len(code) == SIX and code.isascii() and code.isdigit()):
        return ""
    rest = sum(int(digit) * weight for digit, weight in zip(code, range(SIX, 1, -1), strict=False)) % ELEVEN
    return code[:-1] if int(code[-1]) == (ELEVEN - rest) % 10 else ""


def _called(run: Opened, code: str) -> frozenset[str]:
    """What a region may be called: code, own name with and without its kind, romanised name."""
    named = run.view.attribute("region_names", default={}).get(code, (code, code))
    own, roman_name = str(named[0]), str(named[1])
    read = {full for full, _ in pinyin(own)}
    return frozenset({code, own, bare(own), *roman(roman_name), *read} - {""})


def _matching(of: Index, asked: str, within: frozenset[str] | None) -> dict[int, Matched]:
    """Places by the strictest way in which a text names them, then by size."""
    letters = of_kana(asked) if has_kana(asked) else key(asked)
    slack = loose(letters)
    ascii_only = letters.isascii() and bool(letters)
    stem, short = bare(asked), unchecked(asked)
    tests: list[tuple[Callable[[int], bool], Matched]] = [
        (lambda at: of.codes[at] == asked, "code"),
        (lambda at: of.codes[at] == short, "code"),
        (lambda at: of.names[at] == asked or of.bare[at] == stem, "name"),
        (lambda at: ascii_only and bool({letters, slack} & of.romans[at]), "reading"),
        (lambda at: letters in of.initials[at], "reading"),
        (lambda at: of.names[at].startswith(asked), "name"),
        (
            lambda at: ascii_only and len(letters) > 1 and any(r.startswith((letters, slack)) for r in of.romans[at]),
            "reading",
        ),
        (lambda at: len(asked) > 1 and of.codes[at].startswith(asked), "code"),
        (lambda at: {asked, stem, letters, slack} & of.region_keys[of.regions[at]] != set(), "name"),
        (lambda at: len(asked) > 1 and not asked.isascii() and asked in of.names[at], "name"),
        (lambda at: ascii_only and len(letters) > 3 and any(letters in r for r in of.romans[at]), "reading"),
    ]
    found: dict[int, Matched] = {}
    for test, how in tests:
        for at in of.order:
            if at not in found and (within is None or of.regions[at] in within) and test(at):
                found[at] = how
    return found


def _in_region(of: Index, asked: str) -> dict[int, Matched]:
    """Matches of a text that names a place and its region, in either order, such as `yulin, shaanxi`."""
    words = [word for word in _SEPARATORS.split(asked) if word]
    for cut in range(1, len(words)):
        first, last = " ".join(words[:cut]), " ".join(words[cut:])
        for place, region in ((first, last), (last, first)):
            names = {region, bare(region), key(region)}
            within = frozenset(code for code, called in of.region_keys.items() if names & called)
            if within and (found := _matching(of, place, within)):
                return found
    return {}


def _near(of: Index, asked: str) -> dict[int, Matched]:
    """Places whose names are nearly a text, the nearest first."""
    from rapidfuzz import fuzz, process

    letters = of_kana(asked) if has_kana(asked) else key(asked)
    if len(letters) < 2:
        return {}
    # One wrong character of two is near among Chinese names; Latin ones are longer.
    cutoff = NEAR if letters.isascii() else 50.0
    texts = [spelled for spelled, _ in of.spelled]
    close = process.extract(letters, texts, scorer=fuzz.ratio, limit=50, score_cutoff=cutoff)
    best: dict[int, float] = {}
    for _, score, where in close:
        at = of.spelled[where][1]
        best[at] = max(best.get(at, 0.0), score)
    ranked = sorted(best, key=lambda at: (-best[at], -of.people[at]))
    return dict.fromkeys(ranked, "near")


def _hit(run: Opened, of: Index, at: int, how: Matched) -> Hit:
    return Hit(
        code=run.codes[at],
        name=run.names[at][0],
        name_en=run.names[at][1],
        region=run.regions[at],
        region_name=run.region_names[run.regions[at]],
        people=round(float(of.people[at]), 1),
        lon=run.lon[at],
        lat=run.lat[at],
        matched=how,
    )
