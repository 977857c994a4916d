"""How a name can be typed: romanised, in pinyin or its initials, in kana; all reduced to plain letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from hinterland.data.find import KINDS, bare, key

JAPANESE_KINDS: Final = ("shi", "ku", "cho", "machi", "mura", "son", "gun", "ken", "fu", "to")
"""Kinds of places after a hyphen in romanised Japanese names, such as Sapporo-shi."""
_LONG: Final = (("ou", "o"), ("oo", "o"), ("oh", "o"), ("uu", "u"))


def plain(text: str) -> str:
    """Text with full-width letters made plain, without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()


def loose(letters: str) -> str:
    """Letters of a romanised Japanese name with long vowels and the nasal written one way: toukyou, Tokyo -> tokyo."""
    for long, short in _LONG:
        letters = letters.replace(long, short)
    for after in "bpm":
        letters = letters.replace(f"m{after}", f"n{after}")
    return letters


def roman(name_en: str) -> set[str]:
    """Keys of a romanised name, with and without its kind."""
    stem, _, kind = name_en.partition("-")
    found = {key(name_en)}
    if kind.split(",")[0].strip().casefold() in JAPANESE_KINDS:
        found.add(key(stem))
    words = name_en.split()
    if len(words) > 1 and words[-1].casefold() in KINDS:
        found.add(key(" ".join(words[:-1])))
    return {each for each in found if each}


def pinyin(name: str) -> Iterator[tuple[str, str]]:
    """(full, initials) of a name in Chinese characters, with and without its kind; nothing for other scripts."""
    if not any(is_han(letter) for letter in name):
        return
    from pypinyin import lazy_pinyin

    for text in dict.fromkeys((bare(name), name)):
        syllables = [key(each) for each in lazy_pinyin(text)]
        yield "".join(syllables), "".join(each[0] for each in syllables if each)


def has_kana(text: str) -> bool:
    """Whether a text holds hiragana or katakana."""
    return any("\u3040" <= letter <= "\u30ff" for letter in text)


def of_kana(text: str) -> str:
    """Kana as the letters of `loose`; other characters are kept."""
    import jaconv

    return loose(key(jaconv.kana2alphabet(jaconv.kata2hira(text.replace("ー", "")))))


def is_han(letter: str) -> bool:
    """Whether a letter is a Chinese character."""
    return "\u3400" <= letter <= "\u9fff"
