"""Finding a place, region or nation by what people type: code, own name, romanised name, or nearly so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from hinterland.data.country import Country
from hinterland.errors import InputError

SUFFIXES: Final = (
    "自治区",
    "自治州",
    "自治县",
    "特别行政区",
    "地区",
    "林区",
    "市",
    "州",
    "盟",
    "县",
    "縣",
    "区",
    "區",
    "省",
    "都",
    "府",
    "町",
    "村",
    "郡",
)
"""Kinds of places that people leave out of names in Chinese characters."""
KINDS: Final = ("city", "shi", "prefecture", "county", "district", "province", "sheng", "town")
"""Kinds of places that people add to romanised names."""
SHOWN: Final = 8
"""Places named in a message that has to list them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text stands for."""

    kind: Literal["place", "region", "nation"]
    code: str
    name: str
    name_en: str
    index: int | None = None
    """Position among the country's places; None for a region or the nation."""
    region: str = ""
    """Romanised name of a place's region."""

    def __str__(self) -> str:
        names = self.name if self.name == self.name_en else f"{self.name} {self.name_en}"
        return f"{names} ({self.code}, {self.region})" if self.region else f"{names} ({self.code})"


def find(country: Country, text: str) -> Found:
    """The place, else region, else nation that `text` stands for.

    A code; a name in its own script with or without its kind (焦作 for 焦作市); a romanised name in any case, with or
    without diacritics; `yulin, shaanxi` where a name is not unique. Raises InputError that lists the places a name may
    mean, or near names when none has it.
    """
    known = _everything(country)
    for one in known:
        if text.strip() == one.code:
            return one
    name, _, region = text.replace("，", ",").replace("、", ",").partition(",")
    for matches in _tests(name):
        found = [one for one in known if matches(one) and (not region.strip() or _is_in(country, one, region))]
        if found:
            return _only(found, text)
    raise InputError(f"no place of {country.names['en']} is called {text!r}", remedy=_suggestion(known, name))


def find_place(country: Country, text: str) -> int:
    """Position of the place that `text` stands for; InputError also where it stands for a region or the nation."""
    found = find(country, text)
    if found.index is None:
        inside = [one for one in _everything(country) if one.index is not None and one.region == found.name_en]
        some = _listed(inside) if inside else "焦作, jiaozuo or 410800"
        raise InputError(f"{text!r} is a {found.kind}, not a place: {found}", remedy=f"Name a place, such as {some}.")
    return found.index


def key(name: str) -> str:
    """A romanised name reduced to its letters: no case, diacritics, marks or spaces, u for ü and for its stand-in v."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^\w]|_", "", "".join(c for c in letters if not unicodedata.combining(c))).replace("v", "u")


def bare(name: str) -> str:
    """A name in Chinese characters without its kind; two characters at least are kept."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def _tests(name: str) -> tuple[Callable[[Found], bool], ...]:
    """Ways a text may name something, the strictest first."""
    own = unicodedata.normalize("NFKC", name).strip()
    words = own.split()
    roman = key(own)
    kindless = key(" ".join(words[:-1])) if len(words) > 1 and words[-1].casefold() in KINDS else roman
    tests: list[Callable[[Found], bool]] = [
        lambda one: one.name == own,
        lambda one: bool(roman) and key(one.name_en) == roman,
        lambda one: bool(own) and bare(one.name) == bare(own),
        lambda one: bool(kindless) and key(one.name_en) == kindless,
    ]
    if len(own) >= 2 and not own.isascii():
        tests.append(lambda one: one.name.startswith(own))
    return tuple(tests)


def _only(found: list[Found], text: str) -> Found:
    """The one that is meant; places go before regions and the nation, as a town is what is mostly asked for."""
    for kind in ("place", "region", "nation"):
        of_kind = [one for one in found if one.kind == kind]
        # A nation stands there once for each of its names in Chinese characters.
        if len({one.code for one in of_kind}) == 1:
            return of_kind[0]
        if of_kind:
            remedy = f"Write the code, or the region after a comma: {of_kind[0].name_en}, {of_kind[0].region}."
            raise InputError(f"{text!r} may be {_listed(of_kind, ' or ')}", remedy=remedy)
    raise AssertionError("nothing was found, so nothing can be meant")


def _is_in(country: Country, one: Found, region: str) -> bool:
    if one.index is None:
        return False
    code = country.places.regions[one.index]
    name, name_en = country.places.region_names[code]
    wanted = region.strip()
    return wanted == code or key(name_en) == key(wanted) or (len(wanted) >= 2 and name.startswith(bare(wanted)))


def _everything(country: Country) -> list[Found]:
    places = country.places
    rows = zip(places.codes, places.names, places.names_en, places.regions, strict=True)
    found = [
        Found("place", code, name, name_en, index, places.region_names[region][1])
        for index, (code, name, name_en, region) in enumerate(rows)
    ]
    found += [Found("region", code, name, name_en) for code, (name, name_en) in places.region_names.items()]
    own = [
        Found("nation", country.code, country.names.get(language, ""), country.names["en"]) for language in ("zh", "ja")
    ]
    return found + (own[:1] if own[0].name == own[1].name else own)


def _suggestion(known: Iterable[Found], name: str) -> str:
    """Near names, or how names are written."""
    texts: dict[str, Found] = {}
    for one in known:
        for text in (bare(one.name), one.name, key(one.name_en)):
            texts.setdefault(text, one)
    typed = bare(name.strip())
    # One wrong character of two is near among Chinese names; Latin ones are longer.
    near = get_close_matches(key(name), texts, n=4, cutoff=0.7) if key(name).isascii() else []
    near += [] if typed.isascii() else get_close_matches(typed, texts, n=4, cutoff=0.5)
    found = list(dict.fromkeys(texts[text] for text in near))
    if found:
        return f"Did you mean {_listed(found[:4], ' or ')}?"
    return "Write a code, or a name in its own script or in Latin letters; `hinterland data show` lists the country."


def _listed(found: list[Found], last: str = ", ") -> str:
    shown = [str(one) for one in found[:SHOWN]]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return (", ".join(shown[:-1]) + last + shown[-1] if len(shown) > 1 else shown[0]) + more
