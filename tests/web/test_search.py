"""Search: whatever people type finds the place they mean, and nonsense finds nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import small_country, small_ensemble
from hinterland.data.country import Country
from hinterland.results import store
from hinterland.web.readings import loose, of_kana
from hinterland.web.runs import Opened, opened
from hinterland.web.search import Index, index, search, unchecked

NAMES = (
    ("焦作市", "Jiaozuo"), ("荆州市", "Jingzhou"), ("呼和浩特市", "Hohhot"), ("玉林市", "Yulin"), ("榆林市", "Yulin"),
    ("札幌市", "Sapporo-shi"), ("渋谷区", "Shibuya-ku"), ("郡山市", "Koriyama-shi"),
)  # fmt: skip


def named() -> Country:
    """Places with names of China and Japan, in two regions."""
    country = small_country(len(NAMES))
    regions = ("A", "A", "A", "A", "B", "B", "B", "B")
    own, romanised = zip(*NAMES, strict=True)
    called = {"A": ("河南省", "Henan"), "B": ("陕西省", "Shaanxi")}
    places = replace(country.places, names=own, names_en=romanised, regions=regions, region_names=called)
    return replace(country, places=places)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = tmp_path_factory.mktemp("search") / "named"
    store.write(small_ensemble(3, country=named(), until=2030), folder / "run.zarr")
    return opened([folder], {}).run(None)


@pytest.fixture(scope="module")
def of(run: Opened) -> Index:
    return index(run)


@pytest.mark.parametrize(
    ("text", "name", "matched"),
    [
        ("焦作", "焦作市", "name"),
        ("焦作市", "焦作市", "name"),
        ("jiaozuo", "焦作市", "reading"),
        ("Jiao Zuo", "焦作市", "reading"),
        ("ＪＩＡＯＺＵＯ", "焦作市", "reading"),
        ("jiaoz", "焦作市", "reading"),
        ("jiaozou", "焦作市", "near"),
        ("焦左", "焦作市", "near"),
        ("A001", "焦作市", "code"),
        ("huhehaote", "呼和浩特市", "reading"),
        ("hhht", "呼和浩特市", "reading"),
        ("呼和", "呼和浩特市", "name"),
        ("yulin, shaanxi", "榆林市", "reading"),
        ("陕西 榆林", "榆林市", "name"),
        ("henan yulin", "玉林市", "reading"),
        ("さっぽろ", "札幌市", "reading"),
        ("サッポロ", "札幌市", "reading"),
        ("sapporo", "札幌市", "reading"),
        ("Sapporo-shi", "札幌市", "reading"),
        ("しぶや", "渋谷区", "reading"),
        ("こおりやま", "郡山市", "reading"),
        ("kooriyama", "郡山市", "reading"),
    ],
)
def test_the_first_hit_is_what_is_meant(run: Opened, of: Index, text: str, name: str, matched: str) -> None:
    hits = search(run, of, text, 5)
    assert hits
    assert (hits[0].name, hits[0].matched) == (name, matched)


def test_initials_find_all_who_have_them_the_largest_first(run: Opened, of: Index) -> None:
    hits = search(run, of, "jz", 5)
    assert [hit.name for hit in hits] == ["焦作市", "荆州市"]
    assert hits[0].people > hits[1].people


def test_a_region_finds_its_places(run: Opened, of: Index) -> None:
    assert {hit.region for hit in search(run, of, "henan", 10)} == {"A"}
    assert len(search(run, of, "陕西", 10)) == 4


def test_nothing_asked_gives_all_places_the_largest_first(run: Opened, of: Index) -> None:
    hits = search(run, of, "  ", 100)
    assert len(hits) == len(NAMES)
    assert [hit.people for hit in hits] == sorted((hit.people for hit in hits), reverse=True)
    assert {hit.matched for hit in hits} == {"all"}


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\0", "%00", "' OR 1=1 --", "🦖", "x" * 5000, "\\..\\"])
def test_nonsense_finds_nothing(run: Opened, of: Index, text: str) -> None:
    assert search(run, of, text, 5) == []


def test_kana_and_long_vowels_come_to_the_same_letters() -> None:
    assert of_kana("とうきょう") == of_kana("トーキョー".replace("ー", "")) == loose("tokyo") == "tokyo"
    assert of_kana("なんば") == loose("namba")


@pytest.mark.parametrize(
    ("asked", "code"), [("012092", "01209"), ("131016", "13101"), ("012093", ""), ("01209", ""), ("１２３４５６", "")]
)
def test_the_last_of_six_digits_checks_the_others(asked: str, code: str) -> None:
    assert unchecked(asked) == code
