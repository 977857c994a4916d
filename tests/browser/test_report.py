"""Pages in a real browser: languages switch, nothing overlaps, nothing is cut off, nothing fails."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from factories import small_country, small_ensemble
from hinterland.report.place import place_page
from hinterland.report.run import run_page
from hinterland.results.dataset import to_dataset
from report.livelihoods import with_economy, with_settlements

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--lang=en",
]
WIDTHS = {"desktop": 1000, "phone": 390}

MEASURE = """<script>
addEventListener("load", () => {
  const faults = [];
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page is wider than the window");
  for (const picture of document.querySelectorAll("svg[id]")) {
    const frame = picture.getBoundingClientRect();
    if (!frame.width) continue;
    const boxes = [...picture.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()])
      .filter(([, box]) => box.width);
    boxes.forEach(([said, box], i) => {
      if (box.left < frame.left - 6 || box.right > frame.right + 12) faults.push(`${picture.id}: ${said} sticks out`);
      for (const [other, b] of boxes.slice(i + 1))
        if (Math.min(box.right, b.right) - Math.max(box.left, b.left) > 1 &&
            Math.min(box.bottom, b.bottom) - Math.max(box.top, b.top) > 2.5)
          faults.push(`${picture.id}: ${said} / ${other}`);
    });
  }
  document.body.dataset.faults = JSON.stringify(faults);
});
</script>"""


def _chromium() -> str:
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    assert found, "tests marked `browser` are skipped where there is none"
    return found


def _dom(page: Path, language: str, width: int, profile: Path) -> tuple[str, str]:
    """The page as it stands after its script ran, and what the browser logged."""
    command = [_chromium(), *FLAGS, f"--user-data-dir={profile}", f"--window-size={width},1200", "--dump-dom"]
    done = subprocess.run(
        [*command, f"{page.as_uri()}#{language}"], capture_output=True, text=True, timeout=90, check=False
    )
    assert "<html" in done.stdout, done.stderr[-2000:]
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages of places and of a run, each with a script added that measures it; the policy is lifted to let it in.

    The places of one run live on something, have budgets and hold settlements: its first town has every activity, its
    last one no mine.
    """
    ensemble = small_ensemble(12, country=small_country(9))
    run = to_dataset(ensemble, created="2026-01-02")
    living = to_dataset(with_settlements(with_economy(ensemble)), created="2026-01-02")
    folder = tmp_path_factory.mktemp("pages")
    made: dict[str, Path] = {}
    last = str(living["place"].values[-1])
    written = {
        "place": place_page(run, "A001"),
        "run": run_page(run),
        "place-living": place_page(living, "A001"),
        "last-living": place_page(living, last),
        "run-living": run_page(living),
    }
    for name, page in written.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
        open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        made[name] = folder / f"{name}-measured.html"
        made[name].write_text(open_page.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    return made


@pytest.mark.parametrize("name", ["place", "run", "place-living", "last-living", "run-living"])
@pytest.mark.parametrize("language", ["en", "zh", "ja"])
@pytest.mark.parametrize("device", sorted(WIDTHS))
def test_labels_neither_overlap_nor_stick_out(
    pages: dict[str, Path], name: str, language: str, device: str, tmp_path: Path
) -> None:
    dom, log = _dom(pages[name], language, WIDTHS[device], tmp_path)
    found = re.search(r'data-faults="([^"]*)"', dom)
    assert found is not None
    assert json.loads(unescape(found[1])) == []
    assert log == ""


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_the_address_chooses_the_language_under_the_page_s_own_policy(
    pages: dict[str, Path], language: str, tmp_path: Path
) -> None:
    dom, log = _dom(pages["place"].with_name("place.html"), language, 1000, tmp_path)
    assert f'data-lang="{language}"' in dom
    assert re.search(rf'data-set="{language}" lang="{language}" aria-current="true"', dom)
    assert f'aria-labelledby="map-title-{language} map-desc-{language}"' in dom
    assert {"en": "people to 2100", "zh": "年的人口", "ja": "年までの人口"}[language] in dom.split("</title>")[0]
    assert log == ""


def test_without_a_choice_the_browser_s_language_is_used(pages: dict[str, Path], tmp_path: Path) -> None:
    dom, _ = _dom(pages["place"].with_name("place.html"), "", 1000, tmp_path)
    assert 'data-lang="en"' in dom


def test_a_screenshot_is_not_blank(pages: dict[str, Path], tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    command = [_chromium(), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=860,2400"]
    page = pages["place"].with_name("place.html")
    subprocess.run([*command, f"--screenshot={picture}", page.as_uri()], capture_output=True, timeout=90, check=True)
    assert picture.stat().st_size > 60_000
