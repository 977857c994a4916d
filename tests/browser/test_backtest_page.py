"""The page of a back-test in a real browser: nothing overlaps, nothing is cut off, every language can be read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from browser.test_report import FLAGS, MEASURE, WIDTHS
from hinterland.evaluate.baselines.totals import DampedTrend, Trend
from hinterland.report.backtest import backtest_page
from report.trials import methods, record, small_test

pytestmark = pytest.mark.browser


def dom(page: Path, language: str, width: int, profile: Path) -> tuple[str, str]:
    """The page as it stands after its script ran, and what the browser logged."""
    found = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    command = [found, *FLAGS, f"--user-data-dir={profile}", f"--window-size={width},1200", "--dump-dom"]
    done = subprocess.run(
        [*command, f"{page.as_uri()}#{language}"], capture_output=True, text=True, timeout=90, check=False
    )
    assert "<html" in done.stdout, done.stderr[-2000:]
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def faults(page: Path, language: str, device: str, folder: Path) -> tuple[list[str], str]:
    """Labels that overlap or stick out of their chart, and what the browser logged."""
    # The page's own policy lets no other script in; it is lifted for the one that measures.
    opened = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text("utf-8"))
    measured = folder / "measured.html"
    measured.write_text(opened.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    html, log = dom(measured, language, WIDTHS[device], folder / "profile")
    found = re.search(r'data-faults="([^"]*)"', html)
    assert found is not None
    return json.loads(unescape(found[1])), log


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A back-test with names as long as they come and lines that lie close together, as it is written."""
    panel = record(40)
    asked = {
        **methods(panel, wrong=0.004),
        "hamilton_perry_undamped": Trend("linear"),
        "growth_regression_own": Trend("average"),
        "a_method_whose_name_is_longer_than_any_line_of_a_chart": DampedTrend(),
    }
    path = tmp_path_factory.mktemp("pages") / "report.html"
    path.write_text(backtest_page(*small_test(panel, asked)), encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
@pytest.mark.parametrize("device", sorted(WIDTHS))
def test_labels_neither_overlap_nor_stick_out(page: Path, language: str, device: str, tmp_path: Path) -> None:
    assert faults(page, language, device, tmp_path) == ([], "")


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_the_address_chooses_the_language_under_the_page_s_own_policy(
    page: Path, language: str, tmp_path: Path
) -> None:
    html, log = dom(page, language, 1000, tmp_path)
    assert f'data-lang="{language}"' in html
    assert f'aria-labelledby="map-title-{language} map-desc-{language}"' in html
    assert {"en": "Back-test: xx", "zh": "回溯检验：xx", "ja": "事後検証：xx"}[language] in html.split("</title>")[0]
    assert log == ""
