"""Units are known words with bounds."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.units import KNOWN, Unit, known_unit


@pytest.mark.parametrize("symbol", KNOWN)
def test_known(symbol: str) -> None:
    assert known_unit(symbol) == symbol
    assert 0.0 in Unit(symbol)


def test_unknown_gets_a_suggestion() -> None:
    with pytest.raises(ValueError, match="did you mean 'persons'"):
        known_unit("person")
    with pytest.raises(ValueError, match="known are 1, %"):
        known_unit("furlong")


def test_bounds_hold() -> None:
    unit = Unit("share", lo=0.0, hi=1.0)
    assert 0.0 in unit
    assert 1.0 in unit
    assert 1.1 not in unit
    missing = np.nan
    assert missing not in unit


def test_empty_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match="no value between"):
        Unit("share", lo=1.0, hi=1.0)
