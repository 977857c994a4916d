"""A country of two places without an economy, prepared once for all tests that run it."""

from __future__ import annotations

from functools import cache

from factories import small_country
from hinterland.calibrate.prepare import prepare
from hinterland.params import load
from hinterland.system import System


@cache
def pair() -> System:
    """Ready to run from 2020; its arrays are not to be changed."""
    return prepare(small_country(2), load())
