"""Records that look wrong are named before anything is scored on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import records
from hinterland.evaluate.panel import Panel, panel
from hinterland.evaluate.suspicions import suspicions

YEARS = np.arange(1995, 2011)


@pytest.fixture
def record() -> Panel:
    base = panel(records.long_record())
    rng = np.random.default_rng(1)
    path = base.totals[0] * np.exp(np.cumsum(rng.normal(-0.004, 0.003, (len(YEARS), 8)), axis=0))
    return replace(base, years=YEARS, totals=path, cells=None, components={})


def test_a_sound_record_raises_none(record):
    assert suspicions(record, 2000) == ()


def test_a_change_of_definition_is_named_with_its_year(record):
    late = record.years >= 2004
    told = suspicions(replace(record, totals=np.where(late[:, None], record.totals * 1.03, record.totals)), 2000)
    assert len(told) == 1
    assert "from 2003 to 2004" in told[0]
    assert "definition" in told[0]


def test_a_moved_border_is_named_with_the_place(record):
    totals = record.totals.copy()
    totals[record.years >= 2005, 7] *= 1.6
    told = suspicions(replace(record, totals=totals), 2000)
    assert any(f"{record.names[7]} ({record.codes[7]}) 2004-2005" in line for line in told)


def test_an_emptied_place_is_named(record):
    totals = record.totals.copy()
    totals[-3:, 2] = 0
    told = suspicions(replace(record, totals=totals), 2000)
    assert any(line.startswith(f"Nobody lives in {record.names[2]}") for line in told)


def test_ages_that_miss_the_total_are_counted():
    record = panel(records.long_record())
    assert record.cells is not None
    cells = record.cells.copy()
    cells[1, 3] *= 0.97
    assert any("1 places and years" in line for line in suspicions(replace(record, cells=cells), 2010))
