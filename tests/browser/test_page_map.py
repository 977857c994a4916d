"""The map: how soon it is there, how fluently it plays, and that pointer and keyboard reach every place."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from browser.conftest import Visit

pytestmark = pytest.mark.browser

DRAWN = "() => performance.getEntriesByName('map-drawn').length > 0"


def _first_map(page: Page) -> float:
    page.wait_for_function(DRAWN)
    return float(page.evaluate("() => performance.getEntriesByName('map-drawn')[0].startTime"))


def _frames(page: Page) -> int:
    return int(page.evaluate("() => Number(document.querySelector('.map-frame canvas').dataset.frames)"))


def _fluency(page: Page, seconds: float = 3.0) -> float:
    """Frames a second while years play."""
    page.click(".play")
    page.wait_for_timeout(300)
    began, frames = page.evaluate("() => performance.now()"), _frames(page)
    page.wait_for_timeout(1000 * seconds)
    rate = (_frames(page) - frames) / (page.evaluate("() => performance.now()") - began) * 1000
    page.click(".play")
    return rate


def test_the_map_is_there_soon_and_plays(visit: Visit) -> None:
    times = []
    for _ in range(3):
        page = visit().go()
        times.append(_first_map(page))
    page.select_option(".map-tools select", "people")
    page.fill(".player input", "0")
    rate = _fluency(page)
    print(f"\nfirst complete map: {sorted(times)[1]:.0f} ms (median of 3); {rate:.0f} frames/s")
    # Far from what is measured: a check may run on a machine whose cores are busy with other work.
    assert sorted(times)[1] < 60_000
    assert rate > 1


def test_three_thousand_places_still_play(visit: Visit) -> None:
    """The answers of the server, repeated until there are 3,000 places about the same positions."""
    places, chance = 3000, random.Random(1)

    def many(route: Route) -> None:
        data: dict[str, Any] = route.fetch().json()
        at = [i % len(data["codes"]) for i in range(places)]
        for key in ("names", "names_en", "regions"):
            data[key] = [data[key][i] for i in at]
        data["codes"] = [f"{i:06d}" for i in range(places)]
        data["lon"] = [data["lon"][i] + chance.uniform(-2, 2) for i in at]
        data["lat"] = [data["lat"][i] + chance.uniform(-2, 2) for i in at]
        data["values"] = [[row[i] for i in at] for row in data["values"]]
        route.fulfill(json=data)

    made = visit()
    made.page.route("**/api/map?*", many)
    page = made.go()
    _first_map(page)
    page.fill(".player input", "0")
    rate = _fluency(page)
    print(f"\n3,000 places: {rate:.0f} frames/s")
    assert rate > 1


def test_its_legend_names_the_variable_and_stands_whatever_is_chosen(visit: Visit) -> None:
    page = visit().go()
    page.wait_for_function(DRAWN)
    for name in page.eval_on_selector_all(".map-tools option", "all => all.map((one) => one.value)"):
        page.select_option(".map-tools select", name)
        page.wait_for_function(f"() => document.querySelector('.map-tools select').value === '{name}'")
        legend = page.locator(".legend")
        assert legend.is_visible()
        assert legend.locator(".classes li").count() >= 2
        box = legend.bounding_box()
        assert box is not None
        assert box["width"] <= 1280


def test_every_place_is_reached_by_keys_alone(visit: Visit) -> None:
    page = visit().go()
    page.wait_for_function(DRAWN)
    page.focus(".map-frame canvas")
    page.keyboard.press("ArrowRight")
    first = page.inner_text(".tip strong")
    page.keyboard.press("ArrowLeft")
    second = page.inner_text(".tip strong")
    assert first
    assert second != first
    page.keyboard.press("Enter")
    page.wait_for_selector(".place-head h1")
    assert second in page.inner_text(".place-head h1")


def test_an_area_is_selected_and_summed(visit: Visit) -> None:
    page = visit().go()
    page.wait_for_function(DRAWN)
    page.click("text=Select an area")
    box = page.locator(".map-frame canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5, steps=4)
    page.mouse.up()
    assert page.inner_text(".chosen strong").startswith("356 places selected")
    page.keyboard.press("Escape")


def test_wheel_and_buttons_zoom_and_a_click_opens(visit: Visit) -> None:
    page = visit().go()
    page.wait_for_function(DRAWN)
    canvas = page.locator(".map-frame canvas")
    before = canvas.screenshot()
    page.click("[aria-label='Zoom in']")
    page.wait_for_timeout(200)
    closer = canvas.screenshot()
    assert closer != before
    page.click("[aria-label='Whole map']")
    page.wait_for_timeout(200)
    page.focus(".map-frame canvas")
    page.keyboard.press("ArrowRight")
    at = page.locator(".tip").evaluate("tip => [parseFloat(tip.style.left), parseFloat(tip.style.top)]")
    name = page.inner_text(".tip strong")
    page.keyboard.press("Escape")
    canvas.hover(position={"x": at[0], "y": at[1]})
    assert page.inner_text(".tip strong") == name
    canvas.click(position={"x": at[0], "y": at[1]})
    page.wait_for_selector(".place-head h1")
    assert name in page.inner_text(".place-head h1")
