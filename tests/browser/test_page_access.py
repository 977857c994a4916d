"""For everyone: three languages, keyboard alone, phones, dark, print, less motion, and what axe finds."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from browser.conftest import Visit

from browser.conftest import ROOT, STATIC
from web.english import english

pytestmark = pytest.mark.browser

JIAOZUO = "410800"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
VIEWS = {
    "map": ("", ".map-frame canvas"),
    "place": (f"?place={JIAOZUO}", "#services svg.chart"),
    "compare": (f"?view=compare&compare={JIAOZUO},110100", ".beside"),
    "rankings": ("?view=rankings", "table.wide tbody tr"),
    "scenarios": ("?view=scenarios", ".card"),
    "data": ("?view=data", ".facts"),
}
HEADINGS = {"en": "First, the record", "zh": "先看过去的记录", "ja": "まず、これまでの実績"}
LARGEST = 150_000
"""Bytes of all scripts, packed as they are sent."""


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(visit: Visit, view: str, colours: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: python web/build_page.py check")
    made = visit(bypass_csp=True, color_scheme=colours)
    query, until = VIEWS[view]
    page = made.go(query, until=until)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })"
    )
    serious = [
        (one["id"], [node["html"][:160] for node in one["nodes"][:3]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("language", HEADINGS)
@pytest.mark.parametrize("width", [1280, 390])
def test_every_language_fits_every_width(visit: Visit, language: str, width: int) -> None:
    made = visit(viewport={"width": width, "height": 844}, has_touch=width < 500)
    for query, until in VIEWS.values():
        page = made.go(f"{query}{'&' if query else '?'}lang={language}", until=until)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), query
    page = made.place(more=f"&lang={language}")
    assert page.inner_text("#track h2") == HEADINGS[language]
    assert page.evaluate("() => document.documentElement.lang").startswith(language)
    assert _clashes(page) == []


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_no_english_sentence_remains(visit: Visit, language: str) -> None:
    """Apart from published works and romanised names, which are cited as they are."""
    made = visit()
    # Cards are made the first time that they are asked for, which takes a minute or more.
    made.page.set_default_timeout(400_000)
    for query, until in (*VIEWS.values(), ("?view=claims", ".claims .card")):
        page = made.go(f"{query}{'&' if query else '?'}lang={language}", until=until)
        page.wait_for_selector(".more-claims", state="detached")
        page.evaluate("() => document.querySelectorAll('details:not(.menu)').forEach((one) => { one.open = true; })")
        page.wait_for_timeout(300)
        page.evaluate("() => document.querySelectorAll('cite, svg, [lang=en]').forEach((one) => one.remove())")
        text = page.inner_text("body")
        assert len(text) > 200
        assert english(text.replace("\n", " · ").replace("\t", " · ")) == "", query


def _clashes(page: Page) -> list[str]:
    """Labels of charts that lie on each other or stick out of the window."""
    return page.evaluate(
        """() => {
          const faults = [];
          for (const picture of document.querySelectorAll("svg.chart")) {
            const boxes = [...picture.querySelectorAll("text")]
              .map((text) => [text.textContent, text.getBoundingClientRect()])
              .filter(([, box]) => box.width);
            boxes.forEach(([said, box], i) => {
              if (box.left < -2 || box.right > innerWidth + 2) faults.push(`${said} sticks out`);
              for (const [other, b] of boxes.slice(i + 1))
                if (Math.min(box.right, b.right) - Math.max(box.left, b.left) > 1 &&
                    Math.min(box.bottom, b.bottom) - Math.max(box.top, b.top) > 3) faults.push(`${said} / ${other}`);
            });
          }
          return faults;
        }"""
    )


def test_the_language_comes_from_the_address_then_from_the_browser(visit: Visit) -> None:
    assert visit(locale="zh-CN").place().inner_text("#track h2") == HEADINGS["zh"]
    page = visit(locale="zh-CN").place(more="&lang=ja")
    assert page.inner_text("#track h2") == HEADINGS["ja"]
    assert "万人" in page.inner_text("#answer")
    page.select_option("select.language", "en")
    page.wait_for_function("() => document.querySelector('#track h2').textContent === 'First, the record'")
    assert parse_qs(urlsplit(page.url).query)["lang"] == ["en"]
    assert "million" in page.inner_text("#answer")


def test_the_keyboard_alone_goes_from_the_start_to_a_place_and_back(visit: Visit) -> None:
    page = visit().go(until=".map-frame canvas")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "combobox"
    page.keyboard.type("焦作")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector("#fan svg.chart")
    assert page.evaluate("() => document.activeElement.id") == "main"
    seen, hidden = set(), []
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => {
              const one = document.activeElement, style = getComputedStyle(one);
              const shown = one.getBoundingClientRect();
              const said = (one.textContent || "").slice(0, 20), at = Math.round(shown.top + scrollY);
              const name = `${one.tagName} ${one.className} ${said} ${at}`;
              return [name, shown.width > 0, style.outlineStyle !== "none"];
            }"""
        )
        seen.add(at[0])
        if not at[1] or not at[2]:
            hidden.append(at)
    assert len(seen) > 40
    assert hidden == []
    page.go_back()
    page.wait_for_selector(".map-frame canvas")


def test_dark_follows_the_system_and_the_switch(visit: Visit) -> None:
    page = visit(color_scheme="dark").go(until=".map-frame canvas")
    paper = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)
    page.select_option("select.theme", "light")
    light = page.evaluate(paper)
    assert dark != light
    assert light == "rgb(255, 255, 255)"
    page.reload()
    page.wait_for_selector(".map-frame canvas")
    assert page.evaluate(paper) == light


def test_less_motion_steps_instead_of_gliding(visit: Visit) -> None:
    page = visit(reduced_motion="reduce").place()
    page.wait_for_selector("#pyramid svg.chart")
    page.fill("#pyramid .player input", "0")
    page.click("#pyramid .play")
    widths = set()
    for _ in range(12):
        widths.add(page.get_attribute("#pyramid rect.women", "width"))
        page.wait_for_timeout(60)
    page.click("#pyramid .play")
    assert len(widths) <= 2


def test_print_leaves_out_what_paper_cannot_do(visit: Visit) -> None:
    page = visit().place()
    page.emulate_media(media="print")
    for gone in (".search", ".contents", ".player", "#levers .lever-list", ".top nav"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator("#fan svg.chart").is_visible()
    assert len(page.pdf()) > 20_000
    for unasked in ("#why", "#moved", "#levers"):
        assert not page.locator(unasked).is_visible(), unasked
    # Bars of the record are backgrounds, which browsers print only where the page insists.
    bar = ".track .bar"
    assert page.locator(bar).first.is_visible()
    assert page.eval_on_selector(bar, "bar => getComputedStyle(bar).printColorAdjust") == "exact"


def test_embedded_it_shows_the_record_the_answer_and_the_fan(visit: Visit) -> None:
    page = visit().place(more="&embed=1")
    assert page.locator("header.top").count() == 0
    shown = [one for one in ("track", "answer", "fan", "pyramid", "levers") if page.locator(f"#{one}").is_visible()]
    assert shown == ["track", "answer", "fan"]
    assert page.get_by_text("Open the full page").get_attribute("href") == f"?place={JIAOZUO}"


def test_a_shared_link_shows_the_same_view(visit: Visit) -> None:
    made = visit(permissions=["clipboard-read", "clipboard-write"])
    page = made.go("?view=rankings&sort=change&filter=jiao&year=2040", until="table.wide tbody tr")
    page.click("button.share")
    page.wait_for_selector("text=Copied")
    address = page.evaluate("() => navigator.clipboard.readText()")
    other = visit()
    other.page.goto(address)
    other.page.wait_for_selector("table.wide tbody tr")
    assert other.page.inner_text("table.wide") == page.inner_text("table.wide")
    assert other.page.inner_text("h1") == "All places in 2040"


def test_hostile_addresses_show_a_page_and_run_nothing(visit: Visit) -> None:
    made = visit()
    for query in (
        "?view=%3Cscript%3E",
        "?place=../../etc/passwd",
        "?levers=x:1e999,%00&variable=__proto__",
        "?lang=xx&year=0000",
    ):
        page = made.go(query, until=".map-frame canvas")
        assert "passwd" not in page.inner_text("main")
    made.page.goto(f"{made.base}?place=%EF%BC%91nowhere")
    made.page.wait_for_selector("[role=alert]")
    assert any("404" in said for said in made.wrong)
    made.wrong.clear()


def test_scripts_stay_small_and_nothing_is_asked_of_another_machine() -> None:
    scripts = list(STATIC.rglob("*.js"))
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in scripts)
    print(f"\nscripts: {size / 1000:.1f} kB packed")
    assert 0 < size <= LARGEST
    for path in (*STATIC.rglob("*.css"), STATIC / "index.html"):
        assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", path.read_text("utf-8")), path.name
