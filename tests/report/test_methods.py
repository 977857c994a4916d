"""Pages list values that were fitted, beside those that are assumed, with what they rest on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import small_ensemble
from hinterland.params import load
from hinterland.report.methods import ending
from hinterland.report.text import LANGUAGES, say
from hinterland.report.view import View
from hinterland.results.dataset import to_dataset
from report.pages import read_in


def _ending(**fitted: str) -> str:
    ensemble = replace(small_ensemble(), parameters=load(**fitted).records())
    return ending(View(to_dataset(ensemble, created="2026-01-02T03:04:05+00:00")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_fitted_values_stand_with_their_source(language: str) -> None:
    said = read_in(_ending(fitted="us"), language)
    assert say("calibrated_list").of(language) in said
    assert "Fitted on moves between counties 2017-18" in said


def test_a_country_without_fits_shows_general_values() -> None:
    assert "Fitted on" not in _ending(fitted="cn").replace(say("fitted_on").en, "")


def test_a_run_without_fitted_values_has_no_such_list() -> None:
    bare = to_dataset(small_ensemble(), created="2026-01-02T03:04:05+00:00")
    assert say("calibrated_list").en not in ending(View(bare))
