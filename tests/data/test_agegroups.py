"""Age labels are read, and gaps and overlaps are found."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.axes import FIVE_YEARS
from hinterland.data.agegroups import Group, cells, fault_of, parse


@pytest.mark.parametrize(
    ("label", "group"),
    [
        ("0", Group(0, 0)),
        ("1-4", Group(1, 4)),
        ("80–84", Group(80, 84)),
        ("85+", Group(85, math.inf)),
        ("7", Group(7, 7)),
    ],
)
def test_labels(label, group):
    assert parse(label) == group


@pytest.mark.parametrize("label", ["", "young", "9-5", "-5", "5-", "85 and over", "1-4-9"])
def test_what_is_no_label(label):
    assert parse(label) is None


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["0", "1-4", "5+"], ""),
        (["0-14", "15-64", "65+"], ""),
        (["5-9", "10+"], "ages begin at 5, not at 0"),
        (["0-4", "4-9", "10+"], "age groups 0-4 and 4-9 overlap"),
        (["0-4", "10+"], "ages 5 to 9 are missing between 0-4 and 10+"),
        (["0-4", "5-9"], "the last age group 5-9 is not open"),
        ([], "there are no age groups"),
    ],
)
def test_gaps_and_overlaps(labels, said):
    assert fault_of([g for g in map(parse, labels) if g]) == said


@given(st.lists(st.integers(1, 100), unique=True).map(sorted))
def test_cuts_anywhere_cover_every_age_once(cuts):
    starts = [0, *cuts]
    groups = [Group(a, b - 1) for a, b in itertools.pairwise(starts)]
    groups.append(Group(starts[-1], math.inf))
    assert fault_of(groups) == ""
    assert [parse(str(g)) for g in groups] == groups


@pytest.mark.parametrize(
    ("label", "covered"),
    [
        ("0", (0,)),
        ("1-4", (0,)),
        ("15-64", tuple(range(3, 13))),
        ("65+", (13, 14, 15, 16, 17)),
        ("85-89", (17,)),
        ("100+", (17,)),
        ("3-7", ()),
        ("80-89", ()),
        ("62+", ()),
    ],
)
def test_cells_of_the_model(label, covered):
    group = parse(label)
    assert group is not None
    assert cells(group, FIVE_YEARS) == covered
