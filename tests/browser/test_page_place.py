"""A place: it is found by any of its names, its record comes first, and what is drawn is what the server said."""

from __future__ import annotations

import csv
import io
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import requests

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from browser.conftest import Visit

pytestmark = pytest.mark.browser

JIAOZUO = "410800"


@pytest.mark.parametrize("text", ["焦作", "jiaozuo", "Jiaozu", "jaiozuo", "410800"])
def test_search_finds_a_place_by_any_of_its_names(visit: Visit, text: str) -> None:
    page = visit().go()
    box = page.get_by_role("combobox", name="Find a place")
    box.click()
    box.type(text)
    page.wait_for_selector("[role=option]")
    options = page.locator("[role=option]").all_inner_texts()
    at = next(i for i, option in enumerate(options) if "焦作" in option)
    for _ in range(at):
        page.keyboard.press("ArrowDown")
    assert page.locator("[role=option][aria-selected=true]").inner_text().startswith("Jiaozuo")
    page.keyboard.press("Enter")
    page.wait_for_selector(".place-head h1")
    assert "Jiaozuo" in page.inner_text(".place-head h1")
    assert f"place={JIAOZUO}" in page.url


def test_escape_closes_the_list_and_nonsense_is_said_so(visit: Visit) -> None:
    page = visit().go()
    box = page.get_by_role("combobox", name="Find a place")
    box.type("jiao")
    page.wait_for_selector("[role=option]")
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    box.fill("<img src=x onerror=alert(1)>")
    page.wait_for_selector(".no-hits")
    assert "<img src=x" in page.inner_text(".no-hits")


def test_the_record_comes_before_the_forecast(visit: Visit) -> None:
    page = visit().place()
    order = page.eval_on_selector_all(".sections > section", "all => all.map((one) => one.id)")
    wanted = ["track", "answer", "fan", "pyramid", "components", "why", "moved", "levers", "jobs", "homes", "budget",
              "services", "peers", "sources"]  # fmt: skip
    assert order == wanted
    assert "missed" in page.inner_text("#track")
    assert "Counted in 2010" in page.inner_text("#track")
    contents = page.eval_on_selector_all(".contents a", "all => all.map((one) => one.getAttribute('href'))")
    assert contents == [f"#{name}" for name in wanted]


def test_the_fan_s_table_holds_what_the_server_said(visit: Visit, server: str) -> None:
    series = requests.get(f"{server}api/places/{JIAOZUO}/series?variables=people", timeout=60).json()["series"][0]
    page = visit().place()
    page.click("#fan .twin summary")
    rows = page.eval_on_selector_all(
        "#fan .twin tbody tr", "all => all.map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    told = {int(row[0]): row for row in rows}
    for at, year in enumerate(series["years"]):
        values = [f"{int(band[at] + 0.5):,}" for band in series["bands"]]
        assert told[year][2:] == values
    assert told[2010][1] == f"{round(series['past'][series['past_years'].index(2010)]):,}"


def test_the_pyramid_moves_through_past_and_future(visit: Visit) -> None:
    page = visit().place()
    page.wait_for_selector("#pyramid svg.chart")
    shape = "() => document.querySelector('#pyramid rect.women').getAttribute('width')"
    now = page.evaluate(shape)
    page.fill("#pyramid .player input", "0")
    assert "counted" in page.inner_text("#pyramid h3")
    past = page.evaluate(shape)
    page.click("#pyramid .play")
    page.wait_for_function(f"() => document.querySelector('#pyramid rect.women').getAttribute('width') !== '{past}'")
    page.click("#pyramid .play")
    assert now != past


def test_figures_are_saved_as_files_that_open(visit: Visit, tmp_path: Path) -> None:
    page = visit().place()
    page.click("#fan .menu summary")
    saved = {kind: _saved(page, f"#fan .sheet >> text={kind}", tmp_path) for kind in ("SVG", "PNG", "CSV")}
    picture = ET.fromstring(saved["SVG"].read_text("utf-8"))  # our own file
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert "hinterland" in "".join(picture.itertext())
    content = saved["PNG"].read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert min(struct.unpack(">II", content[16:24])) > 300
    rows = list(csv.reader(io.StringIO(saved["CSV"].read_text("utf-8-sig"))))
    assert rows[0][0] == "Year"
    assert any("Licence" in "".join(row) or "Made with hinterland" in "".join(row) for row in rows[-3:])


def test_the_download_menu_s_files_come(visit: Visit, tmp_path: Path) -> None:
    page = visit().place()
    page.click(".downloads summary")
    content = _saved(page, ".downloads .sheet >> text=CSV", tmp_path).read_text("utf-8-sig")
    assert JIAOZUO in content
    assert "CC BY" in content or "icence" in content
    for link in page.eval_on_selector_all(".downloads .sheet a", "all => all.map((one) => one.href)"):
        answer = requests.get(link, timeout=120)
        assert answer.status_code in (200, 501), (link, answer.text[:200])
        assert answer.content


def _saved(page: Page, selector: str, folder: Path) -> Path:
    with page.expect_download() as coming:
        page.click(selector)
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    assert path.stat().st_size > 100
    return path


def test_a_correction_is_written_here_and_sent_by_nobody(visit: Visit) -> None:
    made = visit()
    page = made.place()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click("text=Correct this")
    text = page.locator("dialog[open] textarea").input_value()
    assert JIAOZUO in text
    assert "3,521,078" in text
    assert page.locator("dialog[open] a").get_attribute("href").startswith("mailto:?")
    page.click("dialog[open] >> text=Copy text")
    page.wait_for_function("() => document.querySelector('dialog[open] [role=status]').textContent !== ''")
    page.keyboard.press("Escape")
    assert asked == []


def test_places_are_compared_side_by_side_up_to_four(visit: Visit) -> None:
    page = visit().place()
    page.click("text=Add to comparison")
    page.click("nav >> text=Compare")
    for name in ("Beijing", "Zhengzhou", "Shenzhen"):
        box = page.get_by_role("combobox", name="Add to comparison")
        box.fill(name)
        page.wait_for_selector("[role=option]")
        page.keyboard.press("Enter")
        page.wait_for_function(f"() => document.querySelector('.beside thead')?.textContent.includes('{name}')")
    assert page.locator(".beside thead th").count() == 4
    assert page.locator("main [role=combobox]").count() == 0
    page.click("[aria-label='Remove Beijing']")
    page.wait_for_function("() => document.querySelectorAll('.beside thead th').length === 3")


def test_tables_sort_filter_and_are_saved(visit: Visit, tmp_path: Path) -> None:
    page = visit().go("?view=rankings", until="table.wide tbody tr")
    column = "table.wide tbody tr td:nth-child(4)"

    def changes() -> list[int]:
        told = page.locator(column).all_inner_texts()
        return [int(re.sub(r"[^0-9-]", "", text.replace("−", "-"))) for text in told]

    page.click("table.wide th >> text=Change since 2020")
    assert changes() == sorted(changes(), reverse=True)
    page.click("table.wide th >> text=Change since 2020")
    assert changes() == sorted(changes())
    page.fill(".tools input", "jiaozuo")
    assert page.locator("table.wide tbody tr").count() == 1
    rows = list(csv.DictReader(io.StringIO(_saved(page, "text=Export as CSV", tmp_path).read_text("utf-8-sig"))))
    assert rows[0]["code"] == JIAOZUO
    assert "death" not in page.inner_text("table.wide thead").lower()
