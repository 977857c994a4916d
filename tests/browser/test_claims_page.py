"""The page of claims in a real browser: every chart can be read in every language, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.test_backtest_page import dom, faults
from browser.test_report import WIDTHS
from hinterland.data.pack import read_pack
from hinterland.explain.claims.cards import card, ids
from hinterland.explain.claims.gallery import told
from hinterland.report.claims import claims_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All claims on the embedded country alone."""
    packs = {"cn": read_pack("cn")}
    path = tmp_path_factory.mktemp("pages") / "claims.html"
    path.write_text(claims_page([told(card(name), packs.get, None) for name in ids()]), encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
@pytest.mark.parametrize("device", sorted(WIDTHS))
def test_labels_neither_overlap_nor_stick_out(page: Path, language: str, device: str, tmp_path: Path) -> None:
    assert faults(page, language, device, tmp_path) == ([], "")


def test_the_page_runs_under_its_own_policy(page: Path, tmp_path: Path) -> None:
    html, log = dom(page, "ja", 1000, tmp_path)
    assert 'data-lang="ja"' in html
    assert log == ""
