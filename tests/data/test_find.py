"""Places are found by what people type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hinterland.data.find import bare, find, find_place, key
from hinterland.data.pack import read_pack
from hinterland.errors import InputError


@pytest.fixture(scope="module")
def cn():
    return read_pack("cn")


@pytest.mark.parametrize(
    "text",
    ["焦作", "焦作市", "jiaozuo", "Jiaozuo", "JIAOZUO", "Jiǎozuò", " jiaozuo ", "jiao zuo", "Jiaozuo City",
     "jiaozuo shi", "410800", "jiaozuo, henan", "焦作，河南"],
)  # fmt: skip
def test_one_place_by_many_names(cn, text):
    found = find(cn, text)
    assert (found.kind, found.code) == ("place", "410800")
    assert find_place(cn, text) == cn.places.codes.index("410800")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xian", "610100"),
        ("Xi'an", "610100"),
        ("lüliang", "141100"),
        ("lvliang", "141100"),
        ("延边", "222400"),
        ("hohhot", "150100"),
        ("大兴安岭", "232700"),
        ("吉林", "220200"),
        ("榆林", "610800"),
        ("yulin, shaanxi", "610800"),
        ("yulin，广西", "450900"),
    ],
)
def test_places(cn, text, code):
    assert find(cn, text).code == code


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("henan", "region", "410000"),
        ("河南", "region", "410000"),
        ("广西", "region", "450000"),
        ("410000", "region", "410000"),
        ("china", "nation", "cn"),
        ("中国", "nation", "cn"),
        ("cn", "nation", "cn"),
    ],
)
def test_regions_and_the_nation(cn, text, kind, code):
    found = find(cn, text)
    assert (found.kind, found.code, found.index) == (kind, code, None)
    with pytest.raises(InputError, match="not a place"):
        find_place(cn, text)


def test_every_place_is_found_by_code_and_by_its_own_name(cn):
    for index, (code, name) in enumerate(zip(cn.places.codes, cn.places.names, strict=True)):
        assert find(cn, code).index == index
        assert find(cn, name).index == index


@pytest.mark.parametrize("name", ["yichun", "suzhou", "taizhou", "fuzhou", "yulin"])
def test_a_name_of_two_places_is_not_guessed(cn, name):
    with pytest.raises(InputError) as caught:
        find(cn, name)
    for place, romanised in enumerate(cn.places.names_en):
        if romanised.lower() == name:
            region = cn.places.region_names[cn.places.regions[place]][1]
            assert f"({cn.places.codes[place]}, {region})" in caught.value.what
    assert "the region after a comma" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("jiaozou", "焦作市 Jiaozuo (410800, Henan)"),
        ("焦柞", "焦作市"),
        ("shenzen", "Shenzhen"),
        ("zhengzhuo", "Zhengzhou"),
    ],
)
def test_a_slip_is_answered_with_near_names(cn, text, near):
    with pytest.raises(InputError, match=f"is called '{text}'") as caught:
        find(cn, text)
    assert near in caught.value.remedy


@pytest.mark.parametrize("text", ["", "  ", "qqqqqqq", "🙂", ","])
def test_what_is_like_nothing_is_told_how_to_write(cn, text):
    with pytest.raises(InputError) as caught:
        find(cn, text)
    assert "Write a code" in caught.value.remedy


def test_bare_names_keep_two_characters():
    assert [bare(name) for name in ("焦作市", "锡林郭勒盟", "大兴安岭地区", "沙市", "江门")] == [
        "焦作", "锡林郭勒", "大兴安岭", "沙市", "江门",
    ]  # fmt: skip
    assert key("Lǚ-liáng") == key("Lvliang") == "luliang"


def test_a_nation_with_two_names_in_chinese_characters_is_one(cn):
    abroad = replace(cn, names={"en": "Exampleland", "zh": "示例国", "ja": "例示国"})
    for text in ("Exampleland", "示例国", "例示国"):
        assert find(abroad, text).kind == "nation"
