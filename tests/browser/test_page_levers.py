"""What would change a place: a lever draws a new band beside the old one; causes add up; searches can be stopped."""

from __future__ import annotations

import re
import statistics
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from browser.conftest import Visit

from web.english import english

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("live")]

JIAOZUO = "410800"
LEVER = "#lever-posts"


def _let_go(page: Page, lever: str, amount: float) -> None:
    """Moves a slider and lets it go, as a hand does: `input` on the way and `change` at the end."""
    page.eval_on_selector(
        lever,
        """(slider, amount) => {
          slider.value = amount;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          slider.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        amount,
    )


def _measured(page: Page) -> list[float]:
    return page.evaluate("() => performance.getEntriesByName('lever-to-band').map((one) => one.duration)")


def test_a_lever_let_go_draws_a_new_band(visit: Visit) -> None:
    page = visit().place()
    page.wait_for_selector(LEVER)
    before = page.get_attribute("#fan .base .line", "d")
    for turn, amount in enumerate((0.06, 0.12, 0.18, 0.24, 0.3), start=1):
        _let_go(page, LEVER, amount)
        page.wait_for_function(f"() => performance.getEntriesByName('lever-to-band').length === {turn}")
    print(f"\nlever let go to new band drawn: median {statistics.median(_measured(page)):.0f} ms of {_measured(page)}")
    page.wait_for_function("() => /^\\d+ of \\d+ runs$/.test(document.querySelector('.answered .note').textContent)")
    assert "levers=posts:0.3" in page.url
    base, changed = (page.get_attribute(f"#levers .{kind} .line", "d") for kind in ("base", "changed"))
    assert base
    assert changed
    assert base != changed
    assert page.get_attribute("#fan .base .line", "d") == before
    said = page.inner_text(".answered strong")
    assert re.search(r"In \d{4}: \+[\d,.]+", said), said
    assert page.locator("#levers .moved li").count() >= 1
    page.click("text=Set all back")
    page.wait_for_selector("#levers .changed .line", state="detached")
    assert "levers=" not in page.url


def test_levers_that_cannot_be_used_say_why(visit: Visit) -> None:
    page = visit().place()
    page.wait_for_selector(LEVER)
    for text in page.locator(".lever.unusable .note").all_inner_texts():
        assert len(text.replace("Cannot be used here:", "").strip()) > 5
    assert page.locator(".lever.unusable input").count() == 0


def test_a_link_carries_the_levers(visit: Visit) -> None:
    page = visit().place(more="&levers=posts:0.195,homes:0.5&lang=ja")
    page.wait_for_selector("#levers .changed .line")
    assert page.input_value(LEVER) == "0.195"
    address = page.evaluate("() => location.href")
    other = visit()
    other.page.goto(address)
    other.page.wait_for_selector("#levers .changed .line")
    for wanted in ("posts", "homes"):
        assert other.page.input_value(f"#lever-{wanted}") == page.input_value(f"#lever-{wanted}")
    done = "() => !document.querySelector('.answered .note').textContent.startsWith('計算中')"
    for each in (page, other.page):
        each.wait_for_function(done)
    assert other.page.inner_text(".answered strong") == page.inner_text(".answered strong")


def test_causes_add_up_to_the_change(visit: Visit) -> None:
    page = visit().place()
    page.click("text=Explain the change")
    page.wait_for_selector("#why svg.waterfall", timeout=400_000)
    page.click("#why .twin summary")
    rows = page.eval_on_selector_all(
        "#why .twin tbody tr", "all => all.map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    points = [float(row[1].replace("−", "-").replace("±", "").replace(",", "")) for row in rows]
    assert sum(points[:-1]) == pytest.approx(points[-1], abs=0.01 * len(points))
    assert any("no mechanism" in row[0] for row in rows)
    assert page.locator("#moved .moved li").count() >= 1


def test_a_search_for_a_policy_can_be_stopped(visit: Visit) -> None:
    page = visit().place()
    page.click(".keep button.main")
    page.wait_for_selector(".keep .working")
    page.click(".keep .working button")
    page.wait_for_selector(".keep >> text=Cancelled.")
    assert page.is_enabled(".keep button.main")


def test_a_policy_runs_to_its_end_and_is_told_in_every_language(visit: Visit) -> None:
    """What cannot be kept is said so with the best that can; a near year, so that the runs of the search are short."""
    page = visit().place(more="&keep=1.5&by=2030")
    page.click(".keep button.main")
    page.wait_for_selector(".keep .working progress")
    page.wait_for_selector(".keep .found", timeout=600_000)
    assert page.inner_text(".keep .found strong") == "Not reached: this is the best that was found"
    assert "It cannot be reached." in page.inner_text(".keep .found")
    assert page.locator(".keep .found tbody tr").count() >= 1
    assert page.locator(".keep .found .moved li").count() >= 1
    assert "2030, with the policy:" in page.inner_text(".keep .found")
    assert "[[change]]" in (page.text_content(".keep .found pre") or "")
    for language in ("zh", "ja"):
        page.select_option("select.language", language)
        page.wait_for_function(f"() => document.documentElement.lang.startsWith('{language}')")
        told = page.inner_text(".keep .found")
        assert english(told) == "", told


def test_a_claim_s_effect_is_worked_out_and_can_be_stopped(visit: Visit) -> None:
    made = visit()
    made.page.set_default_timeout(400_000)
    page = made.go("?view=claims&claim=C26", until="#C26")
    ask = page.get_by_role("button", name=re.compile("C26: Let the model run it"))
    ask.click()
    page.wait_for_selector("#C26 .working")
    page.click("#C26 .working button")
    ask.wait_for()
    before = page.inner_text("#C26 dl > div:nth-child(3) dd")
    ask.click()
    page.wait_for_function(
        "(before) => { const told = document.querySelector('#C26 dl > div:nth-child(3)');"
        " return !told.classList.contains('unknown') && told.querySelector('dd').innerText !== before; }",
        arg=before,
        timeout=900_000,
    )
    assert re.search(r"\d", page.inner_text("#C26 dl > div:nth-child(3) dd"))
